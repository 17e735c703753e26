"""What the forecast may see of a subject: class means, shares of the generator, the classifier's accuracy."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import xarray as xr

from numerics.files import kept
from numerics.latent_basis.basis import Basis, basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.collapse import require_not_collapsed
from numerics.latent_basis.rule import Rule, absolute_rule, nearest_mean_rule, signed_rule
from numerics.latent_basis.sampling import encoded_means, random_means
from numerics.schema import quantity
from validation.experiment import Work
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.material import Material
from validation.latent_basis.setting import Setting

QR, SYMMETRIC = "qr", "symmetric"
METHODS = (QR, SYMMETRIC)
NEAREST = "nearest mean"
WAYS = (f"{QR} absolute", f"{QR} signed", f"{SYMMETRIC} absolute", f"{SYMMETRIC} signed", NEAREST)


def prepared(setting: Setting, seed: int, network: str, work: Work) -> xr.Dataset:
    """Return class means and what goes with them, computed now or kept from an earlier part of the run."""
    file = work.store / f"means_{seed}_{setting.source.networks.index(network)}.nc"
    return kept(file, lambda: _prepared(setting, seed, network, work))


def _prepared(setting: Setting, seed: int, network: str, work: Work) -> xr.Dataset:
    material = setting.source.material(seed, network, work)
    subject = material.subject
    random = _random(setting, seed, material, work)
    means, counts = random["mean"].values, random["count"].values
    if subject.encode is not None:
        first, first_counts = encoded_means(
            subject,
            subject.encoded(material.images),
            passes=setting.source.passes,
            generator=drawn_for("class means", setting, seed, network),
            most=setting.each,
        )
        means = np.vstack([first, means])
        counts = np.append(first_counts, counts)
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
    told = {"told": json.dumps(dict(material.told)), "test_images": len(material.test_images)}
    whole = xr.Dataset(parts).assign_coords(vector=np.arange(vectors))
    return xr.merge([whole, random[["share", "draws", "confidence"]]], join="exact").assign_attrs(
        told | {"labels": setting.labels, "encoded": int(subject.encode is not None)}
    )


def _random(setting: Setting, seed: int, material: Material, work: Work) -> xr.Dataset:
    """Return means of random latents and the generator's shares; all networks of a seed have the same."""
    return kept(
        work.store / f"random_{seed}.nc", lambda: _drawn_random(setting, seed, material, work)
    )


def _drawn_random(setting: Setting, seed: int, material: Material, work: Work) -> xr.Dataset:
    subject = material.subject
    sets = setting.sets - (subject.encode is not None)
    work.progress(f"random latents, seed {seed}", 0, 1)
    found = random_means(
        subject,
        sets=max(sets, 1),  # one at least, for the generator's shares
        each=setting.each,
        generator=drawn_for("random latents", setting, seed),
    )
    require_not_collapsed(found.shares, found.confidence, force=setting.config.force)
    work.progress(f"random latents, seed {seed}", 1, 1)
    rows = sets * setting.labels
    return xr.Dataset(
        {
            "mean": (("row", "latent"), found.means[:rows]),
            "count": (("row",), found.counts[:rows]),
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
        encoded=bool(prepared.attrs["encoded"]),
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


def weights_checksum(dataset: xr.Dataset) -> str:
    """Return the SHA-256 of all class means."""
    return hashlib.sha256(np.ascontiguousarray(dataset["mean"].values).tobytes()).hexdigest()
