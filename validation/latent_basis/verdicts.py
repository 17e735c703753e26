"""The paper's claims on latent bases, each decided by the numbers of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.decoding import RAW, RESCALED
from validation.latent_basis.findings import LINEAR, RELEASE
from validation.latent_basis.preparing import NEAREST, QR, SYMMETRIC
from validation.latent_basis.setting import Setting
from validation.verdicts import (
    CONSISTENT,
    OPEN,
    REFUTED,
    REPRODUCED,
    SHARPENED,
    Row,
    verdict_table,
)

MOST = 0.95  # of vectors or images, that "all" may mean
CHANCE = 0.4  # of the vectors of a set: labels of chance stay below
SAME = 0.005  # two accuracies that are one, beyond the scatter of trials
STRAIGHT = 0.1  # deviation from the chord, in half of it, of what is linear from label to label
UNRELATED = np.sqrt(3)  # deviation from the chord of three images that have nothing in common
SURE = 5.0  # standard errors, of many densities
SURELY = 2.0  # standard errors of a difference of accuracies


def table(result: xr.DataTree, setting: Setting) -> dict[str, Any]:
    """Return what the paper says beside what this run found, for networks that have learnt something."""
    from validation.latent_basis.check_table import CONTROL

    if setting.name == CONTROL:
        return verdict_table([])
    return verdict_table(
        [
            _averages(result),
            _spans(result, setting),
            _features(result, setting),
            _twenty(result, setting),
            _few_directions(result),
            _accuracies(result),
            _below(result),
            _top_four(result),
            _shifted(result),
            _bounded(result, setting),
            _denoises(result),
            _second_term(result),
            _rotation(result),
            _linearity(result),
            _inverse(result),
        ]
    )


def _trials(result: xr.DataTree) -> xr.Dataset:
    return results.dataset(result, "observed/trials").mean("trial")


def _averages(result: xr.DataTree) -> Row:
    """Means of latents of one label, raw and brought to the length of a latent."""
    matches = results.array(result, "observed/decoded", "matches")
    raw, rescaled = (float(matches.sel(way=way).mean()) for way in (RAW, RESCALED))
    return [
        "averages of latents of one label decode to that label",
        REPRODUCED if raw >= MOST else REFUTED,
        f"{raw:.1%} of the means do, as they are; brought to the length of a latent {rescaled:.1%}",
    ]


def _spans(result: xr.DataTree, setting: Setting) -> Row:
    """A = sum |xi><xi| is C times the identity for every full orthogonal set."""
    full = setting.vectors == setting.source.latent_size
    return [
        "the quasi-eigenvectors span the whole latent space",
        CONSISTENT if full else OPEN,
        "so do any M independent vectors: A = C 1 exactly (LB07), of which every vector is an eigenvector"
        if full
        else f"{setting.vectors} vectors, M = {setting.source.latent_size}",
    ]


def _of_sets(values: xr.DataArray, setting: Setting) -> np.ndarray:
    """Return means over each set, seeds and networks."""
    whole = values.mean(["seed", "network"]).values
    return np.array(
        [whole[i : i + setting.labels].mean() for i in range(0, len(whole), setting.labels)]
    )


def _features(result: xr.DataTree, setting: Setting) -> Row:
    """Vectors of each set that decode to their label."""
    decoded = results.dataset(result, "observed/decoded").sel(way=QR)
    found = _of_sets(decoded["matches"], setting)
    sure = _of_sets(decoded["confidence"], setting)
    claim = "each direction corresponds to a feature"
    if len(found) < 3:
        return [claim, OPEN, "fewer than three sets of means"]
    later = float(found[2:].mean())
    return [
        claim,
        REFUTED if later < CHANCE else CONSISTENT,
        f"{found[0]:.0%} and {found[1]:.0%} of the first two sets show their label, {later:.0%} of the "
        f"others; confidence {sure[0]:.2f}, {sure[1]:.2f}, {float(sure[2:].mean()):.2f}",
    ]


def _twenty(result: xr.DataTree, setting: Setting) -> Row:
    """Directions above the floor of noise against the bound 2 l - 1."""
    signal = results.array(result, "observed/residuals", "signal").sum("vector")
    matches = results.array(result, "observed/decoded", "matches").sel(way=QR).sum("vector")
    bound, two = 2 * setting.labels - 1, 2 * setting.labels
    most = int(signal.max())
    return [
        f"about {two} directions give images of their label",
        SHARPENED if most <= bound + 1 else REFUTED,
        f"at most 2 l - 1 = {bound} directions can carry labels, whatever the number of sets; "
        f"{_range(signal)} are above the floor of noise, {_range(matches)} show their label",
    ]


def _few_directions(result: xr.DataTree) -> Row:
    """The winner's set, the energy of the first set, and what its part decodes to."""
    trials, parts = _trials(result), results.dataset(result, "observed/parts")
    wins = trials["first_set_wins"].sel(basis=QR)
    reached = float(wins.min()) >= 0.98
    return [
        "98 to 99 % of the data need l directions only",
        SHARPENED if reached else REFUTED,
        f"the largest magnitude lies in the first set for {_range(wins)} of the images, which holds "
        f"{_range(parts['first_set_energy'])} of |z|^2; decoded alone it keeps the label for "
        f"{_range(parts['first_part'])}, the rest for {_range(parts['complement'])}: the label lives in l "
        "dimensions, the image does not",
    ]


def _accuracies(result: xr.DataTree) -> Row:
    """The paper's 92 and 94 %, release head."""
    trials = _trials(result)
    claim = "largest amplitude 92 %, encode-decode-classify 94 %"
    if RELEASE not in trials["network"]:
        return [claim, OPEN, "the release head was left out"]
    here = trials.sel(network=RELEASE)
    read, decoded = here["ranks"].sel(basis=QR, rank=1), here["encode_decode"]
    near = abs(float(decoded.mean()) - 0.94) <= 0.05 and abs(float(read.mean()) - 0.92) <= 0.05
    return [
        claim,
        REPRODUCED if near else OPEN,
        f"release head: {_range(read)} and {_range(decoded)}; the first moves by points from seed to seed",
    ]


def _below(result: xr.DataTree) -> Row:
    """Better rules on the same latents against encode-decode-classify."""
    trials = _trials(result)
    claim = "reading amplitudes stays below encode-decode-classify: the dominant directions carry not all"
    network = RELEASE if RELEASE in trials["network"] else str(trials["network"].values[0])
    here = trials.sel(network=network).mean("seed")
    said, decoded = here["accuracy"], float(here["encode_decode"])
    best = float(said.sel(way=f"{SYMMETRIC} signed"))
    return [
        claim,
        SHARPENED if best >= decoded - SAME else CONSISTENT,
        f"{network}, same latents: Gram-Schmidt and magnitude {float(said.sel(way='qr absolute')):.3f}, "
        f"symmetric and signed {best:.3f}, nearest mean {float(said.sel(way=NEAREST)):.3f}, decoded "
        f"{decoded:.3f}: the loss is one of the basis and the rule",
    ]


def _top_four(result: xr.DataTree) -> Row:
    """Top-4 against the classifier, both bases and heads."""
    trials = _trials(result)
    four = min(4, trials.sizes["rank"])
    off = trials["ranks"].sel(rank=four) - results.array(result, "setup", "classifier_accuracy")
    return [
        "the label is among the four largest as often as the classifier is right",
        REFUTED if float(abs(off).max()) > SAME else CONSISTENT,
        f"top-4 minus the classifier's accuracy is {_range(off)} over heads and bases: no law ties them",
    ]


def _shifted(result: xr.DataTree) -> Row:
    """The mean of mu for both heads."""
    mean = results.array(result, "observed/parts", "mean_of_means")
    claim = "encoded latents are Gaussian with shifted mean, by nature of variational encoders"
    if not {LINEAR, RELEASE} <= set(mean["network"].values.tolist()):
        return [claim, OPEN, "both heads are needed: --head both"]
    linear, release = (mean.sel(network=name) for name in (LINEAR, RELEASE))
    artefact = float(abs(linear).max()) < 0.2 * float(abs(release).min())
    return [
        claim,
        REFUTED if artefact else CONSISTENT,
        f"mean of mu {_range(release)} with the release head, whose BatchNorm and LeakyReLU cut off one "
        f"side, {_range(linear)} with a linear one",
    ]


def _bounded(result: xr.DataTree, setting: Setting) -> Row:
    """Densities of random latents of each label against N(0, 1)."""
    from validation.latent_basis.looks import EDGES, RANDOM

    seen = results.array(result, "observed/densities", "random")
    normal = np.exp(-np.square(seen["value"]) / 2) / np.sqrt(2 * np.pi)
    entries = RANDOM * setting.source.latent_size * results.array(result, "setup", "share")
    width = float(EDGES[1] - EDGES[0])
    error = np.sqrt(normal / (width * entries))
    beyond = float(((seen - normal) / error).max())
    return [
        "densities of random latents of one label are bounded by N(0, 1)",
        REFUTED if beyond > SURE else OPEN,
        f"they pass it by up to {beyond:.1f} standard errors; only their average over labels is N(0, 1)",
    ]


def _denoises(result: xr.DataTree) -> Row:
    """Noisy images: the classifier against decoded and truncated means."""
    seen = results.dataset(result, "observed/noisy")
    gain = (seen["truncated"].max("kept") - seen["classifier"]).mean(["seed", "network"])
    nearer = (seen["truncated_correlation"].max("kept") - seen["correlation"]).mean(
        ["seed", "network"]
    )
    images = int(result["/setup"].attrs["test_images"])
    right = seen["classifier"].mean(["seed", "network"])
    helps = bool((gain > SURELY * np.sqrt(2 * right * (1 - right) / images)).any())
    return [
        "truncation denoises and keeps the identity",
        CONSISTENT if helps else REFUTED,
        f"noise {_listed(seen['noise'])}: accuracy of the best truncation minus that of the classifier on "
        f"the noisy images {_listed(gain)}; pixel correlation with the clean image {_listed(nearer)}",
    ]


def _second_term(result: xr.DataTree) -> Row:
    """Accuracy by number of terms."""
    parts = results.array(result, "observed/parts", "truncated").mean(["seed"])
    kept = parts["kept"].values.tolist()
    falls = parts.sel(kept=2) < parts.sel(kept=1)
    worse = bool(falls.any())
    said = "; ".join(
        f"{name}: {_listed(parts.sel(network=name))}" for name in parts["network"].values
    )
    return [
        "more terms, more of the identity",
        REFUTED if worse else CONSISTENT,
        f"accuracy with {', '.join(map(str, kept))} terms, {said}",
    ]


def _rotation(result: xr.DataTree) -> Row:
    """What differs between outputs of the rank-one operator."""
    tours = results.dataset(result, "observed/tours")
    left = float(
        (tours["branch_diversity"].sel(operator="rank one") / tours["start_branch_diversity"]).max()
    )
    proper = float(
        (
            tours["branch_diversity"].sel(operator="quarter turn, symmetric")
            / tours["start_branch_diversity"]
        ).mean()
    )
    return [
        "R rotates images from the first label to the last",
        REFUTED if left < 1e-3 else CONSISTENT,
        f"R has rank one: images of one branch differ by {left:.1e} of what their inputs do, every input "
        f"gives the same pictures; by a proper rotation {proper:.2f}",
    ]


def _linearity(result: xr.DataTree) -> Row:
    """Deviation at the middle of two latents from the chord, against an untrained generator."""
    whole = results.dataset(result, "observed/linearity")
    seen = whole.mean(["seed", "network"])
    claim = "networks are effectively, locally linear"
    trained, untrained = (seen["overall"].sel(way=way).values for way in ("trained", "untrained"))
    if not np.isfinite(untrained).all():
        return [claim, OPEN, f"no untrained generator at hand; off the chord by {trained[0]:.2f}"]
    bent = REFUTED if (trained > untrained).all() else OPEN
    near = float(whole["distance"].min())
    orders = [float(seen["order"].sel(way=way)) for way in ("trained", "untrained")]
    return [
        claim,
        REPRODUCED if trained[0] <= STRAIGHT else bent,
        f"between whole latents the middle is off the chord by {trained[0]:.2f} of half of it (untrained "
        f"{untrained[0]:.2f}, unrelated images {UNRELATED:.2f}), at {near:g} of the distance by "
        f"{trained[-1]:.3f} ({untrained[-1]:.3f}); order {orders[0]:.2f} in the distance ({orders[1]:.2f}): "
        "smooth at close range, but linearity is not what training brings",
    ]


def _inverse(result: xr.DataTree) -> Row:
    """Correlation of an image with its decoded mean, against another of its label."""
    seen = results.dataset(result, "observed/noisy").mean("seed")
    own, other, mean = (seen[name] for name in ("own", "other_decoded", "class_mean"))
    inverse = bool((own > mean).all())
    return [
        "the encoder approximates the inverse of the generator",
        CONSISTENT if inverse else REFUTED,
        f"pixel correlation of an image with its own decoded mean {_range(own)}, with another's of its label "
        f"{_range(other)}, with the mean image of its label {_range(mean)}",
    ]


def _range(values: xr.DataArray) -> str:
    low, high = float(values.min()), float(values.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def _listed(values: xr.DataArray) -> str:
    return ", ".join(f"{value:.3g}" for value in values.values)
