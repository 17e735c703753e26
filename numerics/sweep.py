"""One number at every point of a grid of parameters, labelled; what it needs may change its shape."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.schema import quantity


def sweep(
    function: Callable[..., float],
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
        Called with the coordinates of a point by their names; returns a number, nan for none.
    coords : mapping of str to sequence
        Dimensions and their values, the outermost first.
    progress : callable, optional
        Called with the number of points done and their total.

    Examples
    --------
    >>> cells = sweep(lambda side, rate: side * rate, {"side": [2, 3], "rate": [0.5, 1.0]},
    ...               name="cells", long_name="a product")
    >>> float(cells.sel(side=3, rate=0.5))
    1.5
    """
    shape = tuple(len(values) for values in coords.values())
    found = []
    for point in itertools.product(*coords.values()):
        found.append(function(**dict(zip(coords, point, strict=True))))
        if progress is not None:
            progress(len(found), int(np.prod(shape)))
    labels = {dim: list(values) for dim, values in coords.items()}
    return quantity(
        np.reshape(found, shape),
        list(coords),
        name=name,
        long_name=long_name,
        units=units,
        coords=labels,
    )
