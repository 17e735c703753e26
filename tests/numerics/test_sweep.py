"""Sweeps: every point once, labelled, whatever shapes the points need."""

import itertools

import numpy as np
import pytest
import xarray as xr

from numerics.sweep import sweep
from theory.errors import ArgumentError


def test_every_point_is_visited_once_in_order_and_stands_where_it_belongs():
    """Determinants of random matrices of sides 2 and 5, three seeds: each by its labels."""
    seen = []

    def determinant(side, trial):
        seen.append((side, trial))
        return np.linalg.det(np.random.default_rng(trial).normal(size=(side, side)))

    coords = {"side": (2, 5), "trial": [7, 8, 9]}
    found = sweep(determinant, coords, name="det", long_name="determinant", units="volume")
    assert seen == list(itertools.product(*coords.values()))
    assert found.dims == ("side", "trial")
    assert found.attrs == {"long_name": "determinant", "units": "volume"}
    matrix = np.random.default_rng(8).normal(size=(5, 5))
    assert found.sel(side=5, trial=8) == np.linalg.det(matrix)


def test_nan_stays_and_whole_numbers_are_whole():
    """A point without a value is nan; counts stay integers."""
    counts = sweep(lambda side: side**2, {"side": [1, 3]}, name="n", long_name="n")
    assert counts.dtype.kind == "i"
    holes = sweep(
        lambda side: np.nan if side == 1 else 2.0, {"side": [1, 3]}, name="n", long_name="n"
    )
    assert np.isnan(holes.sel(side=1))
    assert holes.sel(side=3) == 2.0


def test_progress_counts_points():
    """Two times three points: told 1 of 6, ..., 6 of 6."""
    told = []
    sweep(
        lambda side, rate: side * rate,
        {"side": [1, 2], "rate": [1.0, 2.0, 3.0]},
        name="n",
        long_name="n",
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(k, 6) for k in range(1, 7)]


def test_arrays_add_their_dimensions_inside():
    """Powers of a side, (update) at each side: (side, update); another label is refused."""

    def powers(side, shift=0):
        update = [0, 1 + shift, 2]
        return xr.DataArray([1, side, side**2], dims="update", coords={"update": update})

    found = sweep(powers, {"side": [2, 5]}, name="n", long_name="n")
    assert found.dims == ("side", "update")
    assert found.sel(side=5).values.tolist() == [1, 5, 25]
    assert found["update"].values.tolist() == [0, 1, 2]
    with pytest.raises(ArgumentError, match="equal exactly"):
        sweep(lambda side: powers(side, side * 1e-13), {"side": [2, 5]}, name="n", long_name="n")


def test_an_unknown_dimension_is_refused():
    """Dimensions are those of the common list."""
    with pytest.raises(ArgumentError, match="must be among"):
        sweep(lambda height: height, {"height": [1]}, name="n", long_name="n")
