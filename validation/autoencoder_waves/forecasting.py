"""What is said of every network before any image is reconstructed: from weights and images alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.layer_sizes import rank_bound, sizes
from numerics.latent_waves.linear_optimum import least_loss, linear_optimum
from numerics.latent_waves.probe import probe
from numerics.schema import quantity
from validation.autoencoder_waves.halves import (
    Part,
    Said,
    halves,
    quarters,
    said_over,
    uncertainties,
)
from validation.autoencoder_waves.setting import Setting
from validation.experiment import Forecast, Work
from validation.ladder import Ladder, Rung

FORM, NETWORK = ["depth", "bottleneck"], ["depth", "bottleneck", "trial"]
RANK, TRANSITION, LOSS = "rank", "transition frame", "loss"
BOUND, LIVE, SWITCHING, SPACE = "widths", "live units", "switching units", "last layer"
MEASURED = "reconstructions"
DEAD, STEADY, ASTRAY = "dead units", "units always on", "directions off the first frames"


def forecast(setting: Setting, work: Work) -> Forecast:
    """Return bounds, live units, what each last layer can put out, of all and of half A; the optimum."""
    said = _of_networks(setting, work)
    optimum = _of_linear_optimum(setting)
    return Forecast(_ladders(setting, said), xr.Dataset(said | optimum))


def labelled(
    setting: Setting, values: Any, dims: Sequence[str], name: str, long_name: str
) -> xr.DataArray:
    """Return what belongs to networks, or to frames, labelled."""
    labels: dict[str, Any] = {**setting.coords, "frame": np.arange(setting.pixels)}
    coords = {dim: labels[dim] for dim in dims}
    return quantity(values, dims, name=name, long_name=long_name, coords=coords)


def of_each_network(setting: Setting, values: list[Any]) -> np.ndarray:
    """Return values in the order of `Setting.networks` as (depth, bottleneck, trial, ...)."""
    shape = tuple(len(setting.coords[dim]) for dim in ("trial", "depth", "bottleneck"))
    array = np.asarray(values)
    return np.moveaxis(array.reshape(*shape, *array.shape[1:]), 0, 2)


def _of_networks(setting: Setting, work: Work) -> dict[str, xr.DataArray]:
    """Return what widths say, and weights with hidden activations over all images and over half A."""
    bounds = [
        [rank_bound(sizes(setting.pixels, bottleneck, depth)) for bottleneck in setting.bottlenecks]
        for depth in setting.depths
    ]
    said = {"rank_bound": labelled(setting, bounds, FORM, "rank_bound", "bound of the rank")}
    everything = Part("all images", setting.stream, setting.original)
    said |= _of_part(setting, said_over(setting, everything, work), "", "")
    said |= _of_part(setting, said_over(setting, halves(setting)[0], work), "half_", ", half A")
    pairs = [
        (said_over(setting, one, work), said_over(setting, other, work))
        for one, other in quarters(setting)
    ]
    for name, values in uncertainties(pairs).items():
        long_name = f"{name.split('_')[0]} of two quarters of half A, root mean square difference"
        said[name] = labelled(
            setting, of_each_network(setting, list(values)), NETWORK, name, long_name
        )
    return said


def _of_part(
    setting: Setting, found: list[Said], prefix: str, over: str
) -> dict[str, xr.DataArray]:
    """Return what is said of each network over a part of the images, labelled."""
    each: dict[str, tuple[list[Any], list[str], str]] = {
        "live_units": (
            [said.live_units for said in found],
            NETWORK,
            "live units of the last hidden layer",
        ),
        "counted_rank": (
            [said.counted_rank for said in found],
            NETWORK,
            "bound of the rank by live and switching units",
        ),
        "foreseen_transition": (
            [said.transition for said in found],
            NETWORK,
            "first frame that the last layer can't put out",
        ),
        "foreseen_capture": (
            [said.capture for said in found],
            [*NETWORK, "frame"],
            "share of a frame in what the last layer can put out",
        ),
    }
    return {
        prefix + name: labelled(
            setting, of_each_network(setting, values), dims, prefix + name, long_name + over
        )
        for name, (values, dims, long_name) in each.items()
    }


def _of_linear_optimum(setting: Setting) -> dict[str, xr.DataArray]:
    """Return rank and transition frames of the linear autoencoder with bias at its optimum.

    Beyond the rank of the images minus their mean there is none: nan.
    """
    names = ("rank", "transition", "transition_alignment", "transition_capture", "loss")
    found: dict[str, list[float]] = {name: [] for name in names}
    for bottleneck in setting.bottlenecks:
        probed = None
        if bottleneck < setting.original.rank:
            optimum = linear_optimum(setting.moments, bottleneck)
            probed = probe(setting.stream, optimum, original=setting.original)
        for name in names:
            found[name].append(np.nan if probed is None else float(getattr(probed, name)))
    return {
        f"optimal_{name}": labelled(
            setting,
            values,
            ["bottleneck"],
            f"optimal_{name}",
            f"{name.replace('_', ', ')} of the linear optimum",
        )
        for name, values in found.items()
    }


def _ladders(setting: Setting, said: dict[str, xr.DataArray]) -> tuple[Ladder, ...]:
    """Return the ladders of rank, transition frame and loss, without their measurements.

    The transition frame is that of half B, and foretold from half A; the others are of all images.
    """
    counts, of_half = _counts(said, ""), _counts(said, "half_")
    rank = _ladder(RANK, "rank of the reconstructions", counts, "1", xr.DataArray(1.0))
    foreseen = said["half_foreseen_transition"].astype(float)
    frame = _ladder(
        TRANSITION,
        "transition frame of half B",
        of_half | {SPACE: foreseen},
        "frames",
        xr.DataArray(1.0),
    )
    return rank, frame, _loss_ladder(setting, counts, said["foreseen_capture"])


def _counts(said: dict[str, xr.DataArray], prefix: str) -> dict[str, xr.DataArray]:
    return {
        BOUND: said["rank_bound"].astype(float),
        LIVE: said[f"{prefix}live_units"] + 1.0,
        SWITCHING: said[f"{prefix}counted_rank"].astype(float),
    }


def _loss_ladder(
    setting: Setting, counts: dict[str, xr.DataArray], capture: xr.DataArray
) -> Ladder:
    """Return least losses: of each rank, then of what the last layer can put out.

    No image comes nearer to that space than its own distance: sum_j s_j^2 (1 - c_j)/(m n) on average.
    """
    values, count = setting.original.singular_values, setting.stream.count
    losses = {
        name: xr.apply_ufunc(
            lambda rank: least_loss(values, int(rank), count), ranks, vectorize=True
        )
        for name, ranks in counts.items()
    }
    squares = values**2 / (count * setting.pixels)
    strengths = labelled(setting, squares, ["frame"], "mean_square", "mean square of a frame")
    losses[SPACE] = (strengths * (1 - capture)).sum("frame")
    mean_square = xr.DataArray(float(squares.sum()))
    return _ladder(LOSS, "mean squared error", losses, "mean square of the images", mean_square)


def _ladder(
    name: str, long_name: str, values: dict[str, xr.DataArray], unit: str, scale: xr.DataArray
) -> Ladder:
    sources = {BOUND: "", LIVE: DEAD, SWITCHING: STEADY, SPACE: ASTRAY}
    for value in values.values():
        value.attrs.update(long_name=long_name, units="1")
    return Ladder(
        name=name,
        rungs=tuple(Rung(rung, value, sources[rung]) for rung, value in values.items()),
        measurement=MEASURED,
        scale=scale,
        scale_name=unit,
        averaged=("trial",),
    )
