"""What trials show: fresh noise on the encodings of the test images, decoded and read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_basis.kept_energy import kept_energies
from numerics.latent_basis.leverage import is_signal
from numerics.schema import quantity
from validation.experiment import Measurement, Work
from validation.latent_basis.decoding import decoded_vectors_of
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.forecasting import cumulative
from validation.latent_basis.known import Known, known
from validation.latent_basis.ladders import (
    ACCURACY,
    ENERGY,
    KEPT,
    RANKS,
    RESIDUALS,
    TRANSPORT,
    of_sets,
)
from validation.latent_basis.looks import densities, linearity, noisy, profiles
from validation.latent_basis.parts import divergence, parts
from validation.latent_basis.pictures import pictures
from validation.latent_basis.preparing import METHODS, QR
from validation.latent_basis.setting import Setting
from validation.latent_basis.touring import tours
from validation.latent_basis.transporting import OPERATORS, decoded_rates

Look = Callable[[Setting, Known, int, str], xr.Dataset]


def measure(setting: Setting, setup: xr.Dataset, work: Work) -> Measurement:
    """Return the last rungs, and all else that is looked at."""
    looks: dict[str, Look] = {
        "trials": _trials,
        "parts": parts,
        "decoded": decoded_vectors_of,
        "transport": _transport,
        "tours": tours,
        "densities": densities,
        "profiles": profiles,
        "linearity": linearity,
        "noisy": noisy,
        "pictures": pictures,
        "residuals": _residuals,
    }
    if setting.source.trains_unlabelled:
        looks["unlabelled"] = _unlabelled

    @functools.cache
    def known_of(seed: int, network: str) -> Known:
        return known(setting, setup, seed, network, work)

    seen = {name: _over(setting, known_of, work, name, look) for name, look in looks.items()}
    trials = seen["trials"]
    measured = {
        ACCURACY: trials["accuracy"].mean("trial"),
        RANKS: trials["ranks"]
        .mean("trial")
        .sel(rank=[r for r in KEPT if r <= trials.sizes["rank"]]),
        ENERGY: trials["energy"].mean("trial"),
        TRANSPORT: seen["transport"]["rate"].mean(["label", "target"], skipna=True),
    }
    if setting.sets > 1:
        measured[RESIDUALS] = of_sets(setting, seen["residuals"]["squares"])
    return Measurement(measured, xr.DataTree.from_dict({f"/{n}": d for n, d in seen.items()}))


def _over(
    setting: Setting,
    known_of: Callable[[int, str], Known],
    work: Work,
    name: str,
    look: Look,
) -> xr.Dataset:
    """Return what a look shows of every seed and network."""
    total, done = len(setting.seeds) * len(setting.source.networks), 0

    def one(seed: int, network: str) -> xr.Dataset:
        nonlocal done
        found = look(setting, known_of(seed, network), seed, network)
        done += 1
        work.progress(name, done, total)
        return found

    return setting.over_networks(one)


def _trials(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return accuracies, ranks and energies of every noise draw of the test images."""
    encoding, labels = k.subject.encoded(k.material.test_images), k.material.test_labels
    generator = drawn_for("trials", setting, seed, network)
    size, kept = len(k.bases[QR]), [r for r in KEPT if r <= len(k.bases[QR])]
    found: dict[str, list] = {
        name: [] for name in ("accuracy", "ranks", "energy", "encode_decode", "first_set_wins")
    }
    hits = np.zeros((len(k.rules), len(labels)), dtype=int)
    for _ in range(setting.config.trials):
        latents = encoding.draw(generator)
        ranks = {way: rule.ranks(latents, labels) for way, rule in k.rules.items()}
        right = np.array([ranks[way] == 1 for way in k.rules])
        hits += right
        found["accuracy"].append(right.mean(axis=1))
        found["ranks"].append([cumulative(ranks[f"{m} absolute"], size) for m in METHODS])
        found["energy"].append(kept_energies(k.bases[QR].amplitudes(latents), kept).mean(axis=0))
        found["encode_decode"].append((k.subject.labels_of(latents)[0] == labels).mean())
        found["first_set_wins"].append(
            [(k.rules[f"{m} absolute"].read(latents) < setting.labels).mean() for m in METHODS]
        )
    seeds = {"trial": np.arange(setting.config.trials)}
    ways, methods = {"way": list(k.rules)}, {"basis": list(METHODS)}
    dims: dict[str, tuple[list[str], dict[str, Any], str]] = {
        "accuracy": (["trial", "way"], ways, "accuracy"),
        "ranks": (
            ["trial", "basis", "rank"],
            methods | {"rank": np.arange(1, size + 1)},
            "share of labels among the largest amplitudes",
        ),
        "energy": (["trial", "kept"], {"kept": kept}, "share of |z|^2 in the largest amplitudes"),
        "encode_decode": (["trial"], {}, "accuracy of the classifier on decoded encodings"),
        "first_set_wins": (["trial", "basis"], methods, "share won by the first set"),
    }
    parts = {
        name: quantity(
            np.array(found[name]), names, name=name, long_name=long_name, coords=seeds | coords
        )
        for name, (names, coords, long_name) in dims.items()
    }
    parts["hits"] = quantity(
        hits, ["way", "sample"], name="hits", long_name="trials that read the label", coords=ways
    )
    return xr.Dataset(parts)


def _transport(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return how often transported test encodings have the target's label, pair by pair."""
    encoding, labels = k.subject.encoded(k.material.test_images), k.material.test_labels
    latents = encoding.draw(drawn_for("transport", setting, seed, network))
    rates = np.full((len(OPERATORS), setting.labels, setting.labels), np.nan)
    for place, operator in enumerate(OPERATORS):
        for (source, target), share in decoded_rates(operator, k, latents, labels).items():
            rates[place, source, target] = share
    names = list(setting.source.label_names)
    rate = quantity(
        rates,
        ["operator", "label", "target"],
        name="rate",
        long_name="transported latents that decode to the target",
        coords={"operator": list(OPERATORS), "label": names, "target": names},
    )
    return xr.Dataset({"rate": rate})


def _residuals(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return the squared residuals of the means, and which are above the floor of noise."""
    whole = {
        "squares": (k.bases[QR].residuals[: setting.vectors] ** 2, "squared residual"),
        "signal": (is_signal(k.means).astype(int), "whether above the floor of noise"),
    }
    coords = {"vector": np.arange(setting.vectors)}
    return xr.Dataset(
        {
            name: quantity(values, ["vector"], name=name, long_name=long_name, coords=coords)
            for name, (values, long_name) in whole.items()
        }
    )


def _unlabelled(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return the divergence of an encoder that was trained without the label's loss."""
    assert k.material.unlabelled is not None
    encoding = k.material.unlabelled.encoded(k.material.test_images)
    return xr.Dataset(
        {
            "divergence": quantity(
                divergence(encoding), [], name="divergence", long_name="KL to N(0, I), nats"
            )
        }
    )
