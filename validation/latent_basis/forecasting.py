"""What is said before any trial: from encodings of half the training images, and what encoders say of tests.

The forecast sees neither the noise of the trials nor the other half of the training images.
"""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from numerics.latent_basis.class_gaussians import class_gaussians
from numerics.latent_basis.conditional_law import (
    accuracy_law,
    by_monte_carlo,
    reliabilities,
    top_reliabilities,
)
from numerics.latent_basis.kept_energy import (
    expected_energy_share,
    kept_energies,
    kept_energy_of_noise,
)
from numerics.latent_basis.leverage import (
    corrected_residuals,
    plugged_in,
    simulated_residuals,
    squared_residuals,
)
from numerics.latent_basis.one_parameter import hit_rate, separation
from numerics.latent_basis.rule import Rule
from numerics.latent_basis.subject import Encoding
from numerics.schema import quantity
from validation.experiment import Forecast, Work
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.known import Known, known
from validation.latent_basis.ladders import CLASSES, JOINT, KEPT, LAW, ONE, TRAINING, ladders
from validation.latent_basis.preparing import (
    METHODS,
    NEAREST,
    QR,
)
from validation.latent_basis.setting import FIT, Setting
from validation.latent_basis.transporting import OPERATORS, decoded_rate, nearest_rate

COPIES = 60  # of all means, for residuals beyond the closed form
DRAWS = 20_000  # a label, of Gaussian classes
JOINT_LATENTS, JOINT_DRAWS = 200_000, 40  # of all test images, and of each, at least


def forecast(setting: Setting, setup: xr.Dataset, work: Work) -> Forecast:
    """Return the rungs of all ladders but the trials, and the reliability of every test image."""
    total = len(setting.seeds) * len(setting.source.networks)
    done = 0

    def one(seed: int, network: str) -> xr.Dataset:
        nonlocal done
        said = _said(setting, known(setting, setup, seed, network, work), seed, network)
        done += 1
        work.progress("forecast", done, total)
        return said

    said = setting.over_networks(one)
    return Forecast(ladders(setting, said), said)


def _said(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return all that is said of one seed and network."""
    latents, labels = _fitted(setting, k, seed, network)
    encoding = k.subject.encoded(k.material.test_images)
    parts = _of_ways(setting, k, latents, labels, encoding, seed, network)
    parts |= _of_ranks(setting, k, latents, labels, encoding, seed, network)
    parts |= _of_energy(setting, k, latents, encoding, seed, network)
    parts |= _of_residuals(setting, k, seed, network)
    parts |= _of_transport(setting, k, latents, labels)
    return xr.Dataset(parts)


def _fitted(setting: Setting, k: Known, seed: int, network: str) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy encodings of the half that the forecast sees, as often as makes `FIT` of them."""
    encoding = k.subject.encoded(k.material.images[k.half])
    generator = drawn_for("fit", setting, seed, network)
    passes = math.ceil(FIT / len(k.half))
    latents = np.concatenate([encoding.draw(generator) for _ in range(passes)])
    return latents, np.tile(k.material.labels[k.half], passes)


def _of_ways(
    setting: Setting,
    k: Known,
    latents: np.ndarray,
    labels: np.ndarray,
    encoding: Encoding,
    seed: int,
    network: str,
) -> dict[str, xr.DataArray]:
    """Return the rungs of the accuracy of every rule, and each test image's reliability."""
    rungs: dict[str, list[float]] = {name: [] for name in (ONE, CLASSES, TRAINING, LAW, JOINT)}
    separations, deviations, each = [], [], []
    draws = joint_draws(len(encoding))
    for way, rule in k.rules.items():
        scores = rule.scores(latents)
        rho = separation(scores, labels, absolute=rule.absolute)
        separations.append(rho)
        others = scores.shape[1] - 1
        rungs[ONE].append(float(hit_rate(rho, others, absolute=rule.absolute)))
        classes = class_gaussians(scores, labels)
        generator = drawn_for("Gaussian classes", setting, seed, network)
        rungs[CLASSES].append(
            float(classes.top(DRAWS, generator, absolute=rule.absolute, most=1)[0])
        )
        rungs[TRAINING].append(float((rule.ranks(latents, labels) == 1).mean()))
        generator = drawn_for("joint law", setting, seed, network)
        joint = by_monte_carlo(rule, encoding, k.material.test_labels, draws, generator)[:, 0]
        rungs[JOINT].append(float(joint.mean()))
        reliable = joint if way == NEAREST else _independent(k, rule, encoding)
        mean, deviation = accuracy_law(reliable)
        rungs[LAW].append(mean)
        deviations.append(deviation)
        each.append(reliable)
    coords = {"way": list(k.rules)}
    parts = {
        name: quantity(values, ["way"], name=name, long_name=f"accuracy, {name}", coords=coords)
        for name, values in rungs.items()
    }
    parts["separation"] = quantity(
        separations, ["way"], name="separation", long_name="separation rho", coords=coords
    )
    parts["joint_draws"] = quantity(
        draws, [], name="joint_draws", long_name="draws of each image behind the joint law"
    )
    parts["trial_deviation"] = quantity(
        deviations,
        ["way"],
        name="trial_deviation",
        long_name="standard deviation of the accuracy over trials, law",
        coords=coords,
    )
    parts["reliability"] = quantity(
        np.array(each),
        ["way", "sample"],
        name="reliability",
        long_name="probability that the label of an image is read",
        coords=coords,
    )
    return parts


def _independent(k: Known, rule: Rule, encoding: Encoding) -> np.ndarray:
    """Return P(correct | x) of the test images by quadrature, scores taken as independent.

    Those of the nearest mean lean on one another by far: they have the joint law alone.
    """
    labels = k.material.test_labels
    return reliabilities(*rule.moments(encoding), labels, absolute=rule.absolute)


def joint_draws(images: int) -> int:
    """Return how often each image is drawn for the joint law: its error is then below that of trials."""
    return max(JOINT_DRAWS, math.ceil(JOINT_LATENTS / images))


def _of_ranks(
    setting: Setting,
    k: Known,
    latents: np.ndarray,
    labels: np.ndarray,
    encoding: Encoding,
    seed: int,
    network: str,
) -> dict[str, xr.DataArray]:
    """Return how often a label is among the r largest magnitudes, by each rung."""
    size = len(k.bases[QR])
    places = np.arange(1, size + 1)
    found: dict[str, list[np.ndarray]] = {name: [] for name in (ONE, CLASSES, TRAINING, LAW)}
    most = min(KEPT[-1], size)
    for method in METHODS:
        rule = k.rules[f"{method} absolute"]
        scores = rule.scores(latents)
        rho = separation(scores, labels, absolute=True)
        found[ONE].append(hit_rate(rho, size - 1, absolute=True, top=places))
        generator = drawn_for("Gaussian classes", setting, seed, network)
        found[CLASSES].append(
            class_gaussians(scores, labels).top(DRAWS, generator, absolute=True, most=size)
        )
        found[TRAINING].append(cumulative(rule.ranks(latents, labels), size))
        of_images = top_reliabilities(
            *rule.moments(encoding), k.material.test_labels, absolute=True, most=most
        )
        unknown = np.full(size - most, np.nan)
        found[LAW].append(np.append(of_images.mean(axis=0), unknown))
    return {
        f"rank_{name}": quantity(
            np.array(values),
            ["basis", "rank"],
            name=f"rank_{name}",
            long_name=f"share of labels among the largest amplitudes, {name}",
            coords={"basis": list(METHODS), "rank": places},
        )
        for name, values in found.items()
    }


def cumulative(ranks: np.ndarray, size: int) -> np.ndarray:
    """Return the share of ranks that are at most 1, 2, ..., size."""
    return np.cumsum(np.bincount(ranks, minlength=size + 1)[1:]) / len(ranks)


def _of_energy(
    setting: Setting,
    k: Known,
    latents: np.ndarray,
    encoding: Encoding,
    seed: int,
    network: str,
) -> dict[str, xr.DataArray]:
    """Return the share of |z|^2 that the largest amplitudes keep, and that of the first set."""
    basis = k.bases[QR]
    kept = [r for r in KEPT if r <= len(basis)]
    size = basis.latent_size
    coords = {"kept": kept}
    generator = drawn_for("kept energy", setting, seed, network)
    drawn = (encoding.draw(generator) for _ in range(joint_draws(len(encoding))))
    rungs = {
        "noise": [kept_energy_of_noise(size, r) for r in kept],
        TRAINING: kept_energies(basis.amplitudes(latents), kept).mean(axis=0),
        LAW: np.mean(
            [kept_energies(basis.amplitudes(z), kept).mean(axis=0) for z in drawn], axis=0
        ),
    }
    parts = {
        f"energy_{name}": quantity(
            values,
            ["kept"],
            name=f"energy_{name}",
            long_name=f"share of |z|^2 in the largest amplitudes, {name}",
            coords=coords,
        )
        for name, values in rungs.items()
    }
    parts["first_set_energy"] = quantity(
        expected_energy_share(basis, encoding),
        [],
        name="first_set_energy",
        long_name="share of |z|^2 in the first set, expected",
    )
    return parts


def _of_residuals(setting: Setting, k: Known, seed: int, network: str) -> dict[str, xr.DataArray]:
    """Return what orthogonalisation leaves of each mean: closed law, simulated, and its spread."""
    true = plugged_in(k.means)
    generator = drawn_for("residuals", setting, seed, network)
    simulated, _ = simulated_residuals(true, k.means.counts, COPIES, generator)
    corrected, deviation = corrected_residuals(k.means, COPIES, generator)
    whole = {
        "residual_closed": (squared_residuals(true, k.means.counts), "closed law"),
        "residual_simulated": (simulated, f"mean of {COPIES} simulated"),
        "residual_corrected": (corrected, "simulated, the noise of the means counted once"),
        "residual_deviation": (deviation, "standard deviation of the last"),
    }
    return {
        name: quantity(
            values,
            ["vector"],
            name=name,
            long_name=f"squared residual, {long_name}",
            coords={"vector": np.arange(len(values))},
        )
        for name, (values, long_name) in whole.items()
    }


def _of_transport(
    setting: Setting, k: Known, latents: np.ndarray, labels: np.ndarray
) -> dict[str, xr.DataArray]:
    """Return how often a transported latent has the label that it was taken to, of half A."""
    nearest, decoded = [], []
    for operator in OPERATORS:
        nearest.append(nearest_rate(operator, k, latents, labels))
        decoded.append(decoded_rate(operator, k, latents, labels))
    coords = {"operator": list(OPERATORS)}
    return {
        "transport_nearest": quantity(
            nearest,
            ["operator"],
            name="transport_nearest",
            long_name="transported latents whose nearest mean is the target's",
            coords=coords,
        ),
        "transport_decoded": quantity(
            decoded,
            ["operator"],
            name="transport_decoded",
            long_name="transported encodings of half A that decode to the target",
            coords=coords,
        ),
    }
