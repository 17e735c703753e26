"""Tables of a latent basis: predicted beside measured, ours beside the paper's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.decoding import RAW, RESCALED
from validation.latent_basis.ladders import CLASSES, JOINT, LAW, ONE, TRAINING
from validation.latent_basis.preparing import QR, SYMMETRIC
from validation.latent_basis.setting import Setting

Table = dict[str, Any]


def all_of(result: xr.DataTree, setting: Setting) -> list[Table]:
    """Return all tables of a result."""
    shown = [
        accuracies(result),
        against_paper(result),
        ranks(result),
        vectors(result, setting),
        energies(result),
        transports(result),
        reliability(result),
        linear(result),
        noisy(result),
        generators(result),
        restarts(result),
    ]
    return [table for table in shown if table["rows"]]


def accuracies(result: xr.DataTree) -> Table:
    """Return the accuracy of every rule: each rung, the trials, and their scatter."""
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    rows = []
    for at, network, seed in places(said):
        found = trials["accuracy"].sel(at)
        for way in said["way"].values:
            here = said.sel(at).sel(way=way)
            values = found.sel(way=way)
            rows.append(
                [
                    f"{network}{seed}, {way}",
                    *(float(here[rung]) for rung in (ONE, CLASSES, TRAINING, LAW, JOINT)),
                    float(values.mean()),
                    float(here["trial_deviation"]),
                    float(values.std(ddof=1)),
                ]
            )
    rungs = [
        "one parameter",
        "Gaussian classes",
        "training encodings",
        "conditional law",
        "joint law",
    ]
    return {
        "title": "accuracy: laws, then the mean of the trials; predicted and measured scatter",
        "columns": ["rule", *rungs, "trials", "scatter predicted", "measured"],
        "rows": rows,
    }


PAPER = {
    "classifier on test images": 0.989,
    "classifier on decoded encodings": 0.94,
    "largest magnitude, Gram-Schmidt": 0.92,
    "label among the four largest": 0.989,
    "largest magnitude lies in the first set": 0.99,
}


def against_paper(result: xr.DataTree) -> Table:
    """Return the paper's five numbers (MNIST, 28 x 28) beside those of this run."""
    setup = results.dataset(result, "setup")
    trials = results.dataset(result, "observed/trials").mean("trial")
    four = min(4, trials.sizes["rank"])
    found = {
        "classifier on test images": setup["classifier_accuracy"],
        "classifier on decoded encodings": trials["encode_decode"],
        "largest magnitude, Gram-Schmidt": trials["ranks"].sel(basis=QR, rank=1),
        "label among the four largest": trials["ranks"].sel(basis=QR, rank=four),
        "largest magnitude lies in the first set": trials["first_set_wins"].sel(basis=QR),
    }
    columns, rows = [], [[name, PAPER[name]] for name in found]
    for at, network, seed in places(setup):
        columns.append(f"{network}{seed}")
        for row, values in zip(rows, found.values(), strict=True):
            row.append(float(values.sel(at)))
    return {
        "title": "the paper's numbers (MNIST, 28 x 28) beside this run's",
        "columns": ["number", "paper", *columns],
        "rows": rows,
    }


def ranks(result: xr.DataTree) -> Table:
    """Return how often labels are among the largest magnitudes, predicted and found."""
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    kept = [r for r in (1, 2, 3, 4, 10) if r <= said.sizes["rank"]]
    rows = []
    for at, network, seed in places(said):
        for method in (QR, SYMMETRIC):
            pair = []
            for values in (said[f"rank_{LAW}"].sel(at), trials["ranks"].sel(at).mean("trial")):
                pair.append(values.sel(basis=method, rank=kept).values)
            both = [float(x) for column in zip(*pair, strict=True) for x in column]
            rows.append([f"{network}{seed}, {method}", *both])
    columns = [f"{what} {r}" for r in kept for what in ("law, top", "trials, top")]
    return {
        "title": "labels among the r largest magnitudes",
        "columns": ["basis", *columns],
        "rows": rows,
    }


def vectors(result: xr.DataTree, setting: Setting) -> Table:
    """Return how many means and vectors of each set decode to their label; signal by the law."""
    decoded = results.dataset(result, "observed/decoded")
    signal = results.array(result, "observed/residuals", "signal")
    sets = -(-decoded.sizes["vector"] // setting.labels)
    rows = []
    for at, network, seed in places(decoded):
        here = decoded.sel(at)
        for way in (RAW, RESCALED, QR, SYMMETRIC):
            counts = [
                int(here["matches"].sel(way=way)[_set(number, setting)].sum())
                for number in range(sets)
            ]
            rows.append([f"{network}{seed}, {way}", *counts])
        counts = [int(signal.sel(at)[_set(number, setting)].sum()) for number in range(sets)]
        rows.append([f"{network}{seed}, above the floor of noise", *counts])
    return {
        "title": f"vectors that decode to their label, set by set; at most {2 * setting.labels - 1} "
        "directions carry labels",
        "columns": ["decoded", *(f"set {number + 1}" for number in range(sets))],
        "rows": rows,
    }


def _set(number: int, setting: Setting) -> slice:
    return slice(number * setting.labels, (number + 1) * setting.labels)


def energies(result: xr.DataTree) -> Table:
    """Return the energy that r terms keep, that of noise beside it, and what they decode to."""
    said, trials, parts = (
        results.dataset(result, g) for g in ("forecast", "observed/trials", "observed/parts")
    )
    rows = []
    for at, network, seed in places(said):
        for r in said["kept"].values:
            rows.append(
                [
                    f"{network}{seed}, {r} largest",
                    float(said["energy_noise"].sel(at).sel(kept=r)),
                    float(said[f"energy_{LAW}"].sel(at).sel(kept=r)),
                    float(trials["energy"].sel(at).sel(kept=r).mean("trial")),
                    float(parts["truncated"].sel(at).sel(kept=r)),
                ]
            )
        rows.append(
            [
                f"{network}{seed}, first set",
                setting_share(result),
                float(said["first_set_energy"].sel(at)),
                float(parts["first_set_energy"].sel(at)),
                float(parts["first_part"].sel(at)),
            ]
        )
        rows.append(
            [
                f"{network}{seed}, without the first set",
                None,
                None,
                None,
                float(parts["complement"].sel(at)),
            ]
        )
    return {
        "title": "share of |z|^2 in part of the amplitudes, and accuracy of what it decodes to",
        "columns": ["part", "of noise", "forecast", "measured", "accuracy"],
        "rows": rows,
    }


def setting_share(result: xr.DataTree) -> float:
    """Return the share of the first set in the energy of noise, l/M."""
    setup = results.dataset(result, "setup")
    return setup.sizes["label"] / setup.sizes["latent"]


def transports(result: xr.DataTree) -> Table:
    """Return how often transported latents have the target's label: forecast, found, on a tour, diversity."""
    said = results.dataset(result, "forecast")
    rate = results.array(result, "observed/transport", "rate").mean(["label", "target"])
    tours = results.dataset(result, "observed/tours")
    rows = []
    for at, network, seed in places(said):
        start = float(tours["start_diversity"].sel(at))
        for operator in said["operator"].values:
            here = tours.sel(at).sel(operator=operator)
            rows.append(
                [
                    f"{network}{seed}, {operator}",
                    float(said["transport_nearest"].sel(at).sel(operator=operator)),
                    float(said["transport_decoded"].sel(at).sel(operator=operator)),
                    float(rate.sel(at).sel(operator=operator)),
                    float(here["rate"].mean()),
                    float(here["diversity"].mean()) / start,
                ]
            )
    return {
        "title": "latents taken from label to label: all pairs, and a tour from the first to the last",
        "columns": [
            "operator",
            "nearest mean",
            "half A decoded",
            "test images",
            "tour",
            "diversity over that of inputs",
        ],
        "rows": rows,
    }


def reliability(result: xr.DataTree) -> Table:
    """Return predicted reliability and hit rate, decile by decile of the test images."""
    said, trials = (results.dataset(result, g) for g in ("forecast", "observed/trials"))
    rows = []
    for at, network, seed in places(said):
        for way in ("qr absolute", "symmetric signed"):
            predicted, hits = deciles(said.sel(at), trials.sel(at), way)
            worst = float(abs(predicted - hits).max())
            rows.append([f"{network}{seed}, {way}, predicted", *predicted.tolist(), None])
            rows.append([f"{network}{seed}, {way}, hit rate", *hits.tolist(), worst])
    return {
        "title": "reliability of single images: predicted and hit rate, deciles of the prediction",
        "columns": ["rule", *(f"decile {i}" for i in range(1, 11)), "largest difference"],
        "rows": rows,
    }


def deciles(said: xr.Dataset, trials: xr.Dataset, way: str) -> tuple[np.ndarray, np.ndarray]:
    """Return mean prediction and hit rate of each tenth of the images, by their prediction."""
    predicted = said["reliability"].sel(way=way).values
    hits = trials["hits"].sel(way=way).values / trials.sizes["trial"]
    parts = np.array_split(np.argsort(predicted, kind="stable"), 10)
    return tuple(np.array([values[p].mean() for p in parts]) for values in (predicted, hits))  # type: ignore[return-value]


def linear(result: xr.DataTree) -> Table:
    """Return how far generators are from linear, trained and not."""
    seen = results.dataset(result, "observed/linearity")
    rows = []
    for at, network, seed in places(seen):
        for way in seen["way"].values:
            here = seen.sel(at).sel(way=way)
            if bool(np.isfinite(here["overall"]).all()):
                rows.append(
                    [
                        f"{network}{seed}, {way}",
                        *here["overall"].values.tolist(),
                        _finite(here["order"]),
                    ]
                )
    distances = [f"at {d:g}" for d in seen["distance"].values]
    return {
        "title": "effective linearity: deviation from the chord over half of it, by distance of latents; "
        "unrelated images: 1.73",
        "columns": ["generator", *distances, "order"],
        "rows": rows,
    }


def noisy(result: xr.DataTree) -> Table:
    """Return accuracy and pixel correlation of noisy images, decoded and truncated."""
    seen = results.dataset(result, "observed/noisy")
    kept = seen["kept"].values
    rows = []
    for at, network, seed in places(seen):
        here = seen.sel(at)
        rows.append(
            [f"{network}{seed}, clean", *[None] * (2 + len(kept)), 1.0, _finite(here["own"])]
        )
        for noise in seen["noise"].values:
            row = here.sel(noise=noise)
            rows.append(
                [
                    f"{network}{seed}, noise {noise:g}",
                    float(row["classifier"]),
                    float(row["mean_decode"]),
                    *row["truncated"].values.tolist(),
                    float(row["correlation"]),
                    float(row["decoded_correlation"]),
                ]
            )
    terms = [f"{r} terms" for r in kept]
    return {
        "title": "noisy images: accuracy by classifier, decoded means, truncated means; correlation with the "
        "clean image, before and after",
        "columns": ["images", "classifier", "decoded", *terms, "noisy", "decoded image"],
        "rows": rows,
    }


def generators(result: xr.DataTree) -> Table:
    """Return what the set-up tells of generators and encoders."""
    setup, parts = (results.dataset(result, g) for g in ("setup", "observed/parts"))
    rows = []
    for at, network, seed in places(setup):
        here, part = setup.sel(at), parts.sel(at)
        rows.append(
            [
                f"{network}{seed}",
                float(here["share"].min()),
                float(here["share"].max()),
                float(here["confidence"]),
                *(
                    _finite(part[name])
                    for name in ("mean_of_means", "mean_deviation", "mean_square", "divergence")
                ),
            ]
        )
    return {
        "title": "shares of the generator, and what encoders say of test images",
        "columns": [
            "network",
            "least share",
            "largest",
            "confidence",
            "mean mu",
            "mean sigma",
            "|mu|^2",
            "KL (nats)",
        ],
        "rows": rows,
    }


def restarts(result: xr.DataTree) -> Table:
    """Return which generators collapsed and were trained again."""
    told = json.loads(result["/setup"].attrs["told"])
    # a generator serves all networks of its seed
    found = {
        seed: what for said in told.values() for seed, what in said.get("collapsed", {}).items()
    }
    rows = [[seed, what] for seed, what in found.items()]
    return {
        "title": "generators that collapsed",
        "columns": ["seed", "what was wrong"],
        "rows": rows,
    }


def places(dataset: xr.Dataset) -> list[tuple[dict[str, Any], str, str]]:
    """Return where each seed and network is, its name, and its seed in words if there are several."""
    several = dataset.sizes["seed"] > 1
    return [
        ({"seed": seed, "network": network}, str(network), f", seed {seed}" if several else "")
        for seed in dataset["seed"].values.tolist()
        for network in dataset["network"].values.tolist()
    ]


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(float(value)) else None
