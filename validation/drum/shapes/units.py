"""The unit of a drum's lengths: laws say `length`, a file may call it cm."""

from __future__ import annotations

import xarray as xr

from numerics.drum.shapes.sources import LENGTH

MEASURES = {"area": "length^2", "perimeter": LENGTH, "heat_constant": "1"}  # that a spectrum tells


def units(of: str, unit: str) -> str:
    """Return units that are written with `length`, such as 1/length^2, in a unit of length.

    Examples
    --------
    >>> units("1/length^2", "cm"), units("length^2", "0.1 mm"), units("1", "cm")
    ('1/cm^2', '(0.1 mm)^2', '1')
    """
    return of.replace(LENGTH, unit if unit.isalpha() or of == LENGTH else f"({unit})")


def in_unit(found: xr.Dataset, unit: str) -> xr.Dataset:
    """Return quantities with their units in a unit of length; numbers stay as they are."""
    told = found.copy()
    for name, array in found.variables.items():
        if "units" in array.attrs:
            told[name].attrs["units"] = units(array.attrs["units"], unit)
    return told
