"""What is said of every network before any image is reconstructed: from weights and images alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.last_layer import captured, hidden_units
from numerics.latent_waves.layer_sizes import rank_bound, sizes
from numerics.latent_waves.linear_optimum import least_loss, linear_optimum
from numerics.latent_waves.probe import HALF, first, probe
from numerics.latent_waves.unit_states import counted_rank, unit_states
from numerics.schema import quantity
from validation.autoencoder_waves.setting import Setting
from validation.autoencoder_waves.training import network_of
from validation.experiment import Forecast, Work
from validation.ladder import Ladder, Rung

FORM, NETWORK = ["depth", "bottleneck"], ["depth", "bottleneck", "trial"]
RANK, TRANSITION, LOSS = "rank", "transition frame", "loss"
BOUND, LIVE, SWITCHING, SPACE = "widths", "live units", "switching units", "last layer"
MEASURED = "reconstructions"
DEAD, STEADY, ASTRAY = "dead units", "units always on", "directions off the first frames"


def forecast(setting: Setting, work: Work) -> Forecast:
    """Return bounds, live units, the frames that each last layer can put out, and the linear optimum."""
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
    """Return what widths say, and weights with hidden activations."""
    live, counts, captures = [], [], []
    image_rank = setting.original.rank + 1
    for done, network in enumerate(setting.networks, 1):
        module = network_of(setting, network, work)
        units = hidden_units(setting.stream, module.hidden)
        space = units.reachable_space(*module.last_layer)
        live.append(units.live_units)
        states = unit_states(setting.stream, module.every_hidden)
        counts.append(counted_rank(states, image_rank))
        captures.append(captured(setting.original.vectors, space))
        work.progress("weights and activations", done, len(setting.networks))
    bounds = [
        [rank_bound(sizes(setting.pixels, bottleneck, depth)) for bottleneck in setting.bottlenecks]
        for depth in setting.depths
    ]
    each = {
        "live_units": (live, "live units of the last hidden layer"),
        "counted_rank": (counts, "bound of the rank by live and switching units"),
    }
    said = {
        name: labelled(setting, of_each_network(setting, values), NETWORK, name, long_name)
        for name, (values, long_name) in each.items()
    }
    said["rank_bound"] = labelled(setting, bounds, FORM, "rank_bound", "bound of the rank")
    said["foreseen_capture"] = labelled(
        setting,
        of_each_network(setting, captures),
        [*NETWORK, "frame"],
        "foreseen_capture",
        "share of a frame in what the last layer can put out",
    )
    return said


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
    """Return the ladders of rank, transition frame and loss, without their measurements."""
    counts = {
        BOUND: said["rank_bound"].astype(float),
        LIVE: said["live_units"] + 1.0,
        SWITCHING: said["counted_rank"].astype(float),
    }
    rank = _ladder(RANK, "rank of the reconstructions", counts, "1", xr.DataArray(1.0))
    ends = np.apply_along_axis(lambda c: first(c < HALF), -1, said["foreseen_capture"].values)
    foreseen = labelled(setting, ends.astype(float), NETWORK, TRANSITION, TRANSITION)
    frame = _ladder(
        TRANSITION, "transition frame", counts | {SPACE: foreseen}, "frames", xr.DataArray(1.0)
    )
    return rank, frame, _loss_ladder(setting, counts, said["foreseen_capture"])


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
