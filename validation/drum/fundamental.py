"""The fundamental's ladder, whatever the drum: names of its rungs, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from numerics.drum.lines import Lines
from numerics.schema import quantity
from numerics.sweep import sweep
from validation.ladder import Ladder, Prediction, Rung

FUNDAMENTAL = "fundamental"
MEANING, SPACE, TIME, BIN = "meaning of the side", "space step", "time step", "spectral bin"
GRID, STEPPED, CLOSED = "grid", "grid in time steps", "closed-form bin"
NETWORK = "network"
ROUNDING = 1e-14


def ladder_of(rungs: Sequence[Rung], predictions: Mapping[str, Prediction]) -> Ladder:
    """Return the ladder of frequencies, compared as logarithms, the network still to come."""
    return Ladder(
        name=FUNDAMENTAL,
        rungs=tuple(rungs),
        measurement=NETWORK,
        scale=xr.DataArray(1.0),
        scale_name="ln",
        compare="log",
        predictions=predictions,
    )


def frequency(values: xr.DataArray) -> xr.DataArray:
    """Return values as frequencies of the fundamental, named and with their unit."""
    return quantity(
        values.values,
        list(map(str, values.dims)),
        name="frequency",
        long_name="frequency of the fundamental",
        units="1/time",
        coords={str(dim): values[dim] for dim in values.dims},
    )


def frequency_of_bins(bins: xr.DataArray, samples: int) -> xr.DataArray:
    """Return bins as frequencies, k/(N dt)."""
    return frequency(bins / (samples * bins["time_step"]))


def rounding_of_bins(
    lines_at: Callable[..., Lines], points: Mapping[str, Sequence], samples: int
) -> Prediction:
    """Return what reading a bin does to the fundamental: k0 is rounded to the nearest one.

    Where it lies between two, so near to the middle that other lines decide, it may be either.

    Parameters
    ----------
    lines_at : callable
        The lines that are heard at a point.
    points : mapping of str to sequence
        Dimensions of the sweep, and their values.
    """
    place, leakage = (
        sweep(
            lambda of=of, **point: of(lines_at(**point), samples),
            points,
            name=of.__name__,
            long_name=of.__name__,
        )
        for of in (Lines.place, Lines.leakage)
    )
    either = abs(place % 1 - 0.5) < np.pi / 4 * leakage
    rounded = xr.apply_ufunc(np.log, place / place.round())
    return Prediction(rounded, xr.where(either, 1 / (place - 1), ROUNDING))
