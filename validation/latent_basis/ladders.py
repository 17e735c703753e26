"""The ladders, from the law of one parameter to the trials, and the names of their rungs."""

from __future__ import annotations

import xarray as xr

from validation.ladder import Ladder, Rung
from validation.latent_basis.setting import Setting

ACCURACY, RANKS, ENERGY, RESIDUALS, TRANSPORT = (
    "accuracy",
    "ranks",
    "kept energy",
    "residuals",
    "transport",
)
ONE, CLASSES, TRAINING, LAW, JOINT, TRIALS = (
    "one parameter",
    "Gaussian classes",
    "training encodings",
    "conditional law",
    "joint law",
    "trials",
)
KEPT = (1, 2, 3, 4, 10)


def ladders(setting: Setting, said: xr.Dataset) -> tuple[Ladder, ...]:
    """Return all ladders without their measurements, from what is said of each network."""
    one = xr.DataArray(1.0)
    accuracy = Ladder(
        name=ACCURACY,
        rungs=(
            Rung(ONE, _named(said[ONE], "accuracy")),
            Rung(CLASSES, _named(said[CLASSES], "accuracy"), "one spread for all scores"),
            Rung(TRAINING, _named(said[TRAINING], "accuracy"), "Gaussian classes"),
            Rung(LAW, _named(said[LAW], "accuracy"), "training images"),
            Rung(JOINT, _named(said[JOINT], "accuracy"), "independent scores"),
        ),
        measurement=TRIALS,
        scale=one,
        scale_name="1",
    )
    size = said.sizes["rank"]
    kept = [r for r in KEPT if r <= size]
    ranks = Ladder(
        name=RANKS,
        rungs=tuple(
            Rung(name, _named(said[f"rank_{name}"].sel(rank=kept), "ranks"), drops)
            for name, drops in (
                (ONE, ""),
                (CLASSES, "one spread for all amplitudes"),
                (TRAINING, "Gaussian classes"),
                (LAW, "training images"),
            )
        ),
        measurement=TRIALS,
        scale=one,
        scale_name="1",
    )
    energy = Ladder(
        name=ENERGY,
        rungs=(
            Rung("noise", _named(said["energy_noise"], "energy")),
            Rung(TRAINING, _named(said[f"energy_{TRAINING}"], "energy"), "signal"),
            Rung(LAW, _named(said[f"energy_{LAW}"], "energy"), "training images"),
        ),
        measurement=TRIALS,
        scale=one,
        scale_name="1",
    )
    transport = Ladder(
        name=TRANSPORT,
        rungs=(
            Rung("nearest mean", _named(said["transport_nearest"], "rate")),
            Rung("half A decoded", _named(said["transport_decoded"], "rate"), "labels by means"),
        ),
        measurement="test images",
        scale=one,
        scale_name="1",
    )
    ladders = accuracy, ranks, energy, transport
    # one set of means, the encoder's, leaves nothing to speak of
    return (*ladders, _of_means(setting, said)) if setting.sets > 1 else ladders


def _of_means(setting: Setting, said: xr.Dataset) -> Ladder:
    return Ladder(
        name=RESIDUALS,
        rungs=(
            Rung("closed law", of_sets(setting, said["residual_closed"])),
            Rung("simulated", of_sets(setting, said["residual_simulated"]), "means near one span"),
            Rung(
                "corrected", of_sets(setting, said["residual_corrected"]), "noise of means, twice"
            ),
        ),
        measurement="means",
        scale=xr.DataArray(1.0),
        compare="log",
    )


def of_sets(setting: Setting, values: xr.DataArray) -> xr.DataArray:
    """Return the sums over the vectors of each set: of single vectors the last have a huge scatter.

    The encoder's set is left out: its residuals are those of the set-up, and no law is needed for them.
    """
    random = values.isel(vector=slice(setting.labels, None))
    sets = random["vector"] // setting.labels + 1
    summed = random.groupby(sets.rename("set")).sum()
    return summed.rename("residuals").assign_attrs(
        long_name="squared residuals of a set's means, summed", units="1"
    )


LONG_NAMES = {
    "accuracy": "labels that are read right",
    "ranks": "labels among the largest amplitudes",
    "energy": "share of |z|^2 in the largest amplitudes",
    "rate": "transported latents that have the target's label",
}


def _named(values: xr.DataArray, kind: str) -> xr.DataArray:
    return values.rename(kind).assign_attrs(long_name=LONG_NAMES[kind], units="1")
