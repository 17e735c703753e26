"""A quantity at every point of a grid of parameters, labelled; what it needs may change its shape."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.schema import align_exactly, quantity


def sweep(
    function: Callable[..., float | xr.DataArray],
    coords: Mapping[str, Sequence[Any]],
    *,
    name: str,
    long_name: str,
    units: str = "1",
    progress: Callable[[int, int], None] | None = None,
) -> xr.DataArray:
    """Return what a function gives at every point of the product of coordinates.

    Parameters
    ----------
    function : callable
        Called with the coordinates of a point by their names; returns a number, nan for none, or an
        array with labelled dimensions of its own, the same at every point.
    coords : mapping of str to sequence
        Dimensions and their values, the outermost first; those of the array come after them.
    progress : callable, optional
        Called with the number of points done and their total.

    Raises
    ------
    ArgumentError
        If arrays differ in their labels, or a dimension is not of the common list.

    Examples
    --------
    >>> cells = sweep(lambda side, rate: side * rate, {"side": [2, 3], "rate": [0.5, 1.0]},
    ...               name="cells", long_name="a product")
    >>> float(cells.sel(side=3, rate=0.5))
    1.5
    """
    total = math.prod(len(values) for values in coords.values())
    found: list[xr.DataArray] = []
    for point in itertools.product(*coords.values()):
        found.append(xr.DataArray(function(**dict(zip(coords, point, strict=True)))))
        if progress is not None:
            progress(len(found), total)
    inner = align_exactly(name, *found)[0]
    values = np.stack([part.transpose(*inner.dims).values for part in found])
    labels = {dim: list(values) for dim, values in coords.items()}
    return quantity(
        values.reshape(*map(len, coords.values()), *inner.shape),
        [*coords, *map(str, inner.dims)],
        name=name,
        long_name=long_name,
        units=units,
        coords=labels | {str(dim): inner[dim].values for dim in inner.indexes},
    )
