"""What the forecast may see of a subject: class means, shares of the generator, the classifier's accuracy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from numerics.files import kept
from numerics.latent_basis.basis import Basis, basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.rule import Rule, absolute_rule, nearest_mean_rule, signed_rule
from numerics.latent_basis.sampling import LEAST, RareLabelError, encoded_means, random_means
from numerics.schema import quantity
from theory.errors import ArgumentError
from validation.experiment import Work
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.judging import judged
from validation.latent_basis.material import Material
from validation.latent_basis.setting import Setting

QR, SYMMETRIC = "qr", "symmetric"
METHODS = (QR, SYMMETRIC)
NEAREST = "nearest mean"


def prepared(setting: Setting, seed: int, network: str, work: Work) -> xr.Dataset:
    """Return class means and what goes with them, computed now or kept from an earlier part of the run."""
    file = work.store / f"means_{seed}_{setting.source.networks.index(network)}.nc"
    return kept(file, lambda: _prepared(setting, seed, network, work))


def _prepared(setting: Setting, seed: int, network: str, work: Work) -> xr.Dataset:
    material = setting.source.material(seed, network, work)
    subject = material.subject
    told = _judged(setting, seed, material, work)
    random = _random(setting, seed, material, work)
    first, first_counts = _encoded(setting, seed, network, material)
    means = np.vstack([first, random["mean"].values])
    counts = np.append(first_counts, random["count"].values)
    said = subject.probabilities(material.test_images).argmax(axis=1)
    vectors = setting.vectors
    parts = {
        "mean": quantity(
            means[:vectors], ["vector", "latent"], name="mean", long_name="class mean"
        ),
        "count": quantity(
            counts[:vectors], ["vector"], name="count", long_name="latents that were averaged"
        ),
        "classifier_accuracy": quantity(
            float((said == material.test_labels).mean()),
            [],
            name="classifier_accuracy",
            long_name="accuracy of the classifier on test images",
        ),
    }
    whole = xr.Dataset(parts).assign_coords(vector=np.arange(vectors))
    return xr.merge([whole, random[["share", "draws", "confidence"]]], join="exact").assign_attrs(
        told=json.dumps(told), test_images=len(material.test_images), labels=setting.labels
    )


def _judged(setting: Setting, seed: int, material: Material, work: Work) -> dict[str, Any]:
    """Return what is to be told of a subject, its generator judged; refuse one that has collapsed.

    A source that trains has judged its generators already, between restarts.
    """
    told = dict(material.told)
    if "collapsed" in told:
        return told
    found = judged(material.subject, seed, work)
    if found is not None and not setting.config.force:
        raise ArgumentError(
            "--generator",
            setting.config.generator or f"that of seed {seed}",
            f"has collapsed: {found}",
            "train it longer or from another seed, or go on with --force",
        )
    return told | {"collapsed": {} if found is None else {str(seed): str(found)}}


def _encoded(
    setting: Setting, seed: int, network: str, material: Material
) -> tuple[np.ndarray, np.ndarray]:
    """Return means of the training images' noisy encodings, and how many went into each."""
    try:
        return encoded_means(
            material.subject,
            material.subject.encoded(material.images),
            passes=setting.source.passes,
            generator=drawn_for("class means", setting, seed, network),
            most=setting.each,
        )
    except RareLabelError as rare:
        raise ArgumentError(
            "--dataset",
            setting.config.dataset,
            f"must make at least {LEAST} encodings that decode to each label; {network}: {rare.finding}",
            "take more images of it, raise --class-weight, or give another encoder",
        ) from rare


def _random(setting: Setting, seed: int, material: Material, work: Work) -> xr.Dataset:
    """Return means of random latents and the generator's shares; all networks of a seed have the same."""
    return kept(
        work.store / f"random_{seed}.nc", lambda: _drawn_random(setting, seed, material, work)
    )


def _drawn_random(setting: Setting, seed: int, material: Material, work: Work) -> xr.Dataset:
    work.progress(f"random latents, seed {seed}", 0, 1)
    try:
        found = random_means(
            material.subject,
            sets=setting.sets - 1,  # the first is the encoder's
            each=setting.each,
            generator=drawn_for("random latents", setting, seed),
        )
    except RareLabelError as rare:
        raise ArgumentError(
            "--each",
            setting.each,
            f"too many of a label that is too rare: {rare.finding}",
            "take fewer, or --sets 1, which needs no random latents",
        ) from rare
    work.progress(f"random latents, seed {seed}", 1, 1)
    return xr.Dataset(
        {
            "mean": (("row", "latent"), found.means),
            "count": (("row",), found.counts),
            "share": quantity(
                found.shares,
                ["label"],
                name="share",
                long_name="share of random latents that decode to a label",
                coords={"label": list(setting.source.label_names)},
            ),
            "draws": quantity(found.draws, [], name="draws", long_name="random latents drawn"),
            "confidence": quantity(
                found.confidence,
                [],
                name="confidence",
                long_name="mean probability of the label of a random latent",
            ),
        }
    )


def class_means_of(prepared: xr.Dataset) -> ClassMeans:
    """Return the class means of one seed and network of the set-up."""
    return ClassMeans(
        means=prepared["mean"].values,
        counts=prepared["count"].values.astype(int),
        labels=int(prepared.attrs["labels"]),
        shares=prepared["share"].values,
        draws=int(prepared["draws"]),
        confidence=float(prepared["confidence"]),
        encoded=True,
    )


def bases_of(means: ClassMeans, setting: Setting, seed: int, network: str) -> dict[str, Basis]:
    """Return the bases by their method; with fewer means than M completed by random directions."""
    return {
        method: basis_of(means, method, generator=drawn_for("completion", setting, seed, network))
        for method in METHODS
    }


def rules_of(bases: dict[str, Basis], means: ClassMeans) -> dict[str, Rule]:
    """Return all ways to read a label off a latent, by their names."""
    rules = {}
    for method, basis in bases.items():
        rules[f"{method} absolute"] = absolute_rule(basis)
        rules[f"{method} signed"] = signed_rule(basis)
    return rules | {NEAREST: nearest_mean_rule(means)}
