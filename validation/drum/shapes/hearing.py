"""What of a drum's shape its spectrum lets hear, and where the list of eigenvalues is too short for it."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from numerics.drum.hearing import heard
from numerics.drum.spectra.spectrum import Spectrum
from numerics.schema import quantity
from numerics.sweep import sweep
from theory.errors import ArgumentError
from validation.drum.shapes.units import MEASURES

HEARD_FROM = {"quick": 100, "standard": 200, "paper": 300}  # by finite elements
APART = 0.05  # of a perimeter: so far two ways to hear it may be from each other
COUNTS = (10, 25, 50, 100, 200, 300)  # eigenvalues from which area and perimeter are heard


def many_modes(found: dict[str, Spectrum]) -> xr.Dataset:
    """Return the eigenvalues that the drums are heard from, (drum, mode)."""
    values = np.stack([spectrum.eigenvalues for spectrum in found.values()])
    eigenvalue = quantity(
        values,
        ["drum", "mode"],
        name="eigenvalue",
        long_name="eigenvalue",
        units="1/length^2",
        coords={"drum": list(found), "mode": np.arange(1, values.shape[1] + 1)},
    )
    return xr.Dataset({"eigenvalue": eigenvalue})


def most_heard(found: dict[str, Spectrum]) -> int:
    """Return the largest number of eigenvalues from which all drums are heard."""
    known = min(len(spectrum.eigenvalues) for spectrum in found.values())
    return max(n for n in COUNTS if n <= known)


def heard_back(found: dict[str, Spectrum]) -> xr.Dataset:
    """Return area, perimeter and heat constant heard from the lowest eigenvalues, (drum, count)."""
    counts = [n for n in COUNTS if n <= most_heard(found)]
    points: dict[str, list] = {"drum": list(found), "count": counts}

    @functools.cache
    def one(drum: str, count: int):
        return heard(found[drum].eigenvalues[:count])

    return xr.Dataset(
        {
            name: sweep(
                lambda name=name, **at: getattr(one(**at), name),
                points,
                name=name,
                long_name=f"{name.replace('_', ' ')} heard",
                units=units,
            )
            for name, units in MEASURES.items()
        }
    )


def heard_beyond(found: dict[str, Spectrum]) -> xr.Dataset:
    """Return what the most eigenvalues let hear if Weyl's law stands for those beyond, (drum,).

    nan where no drum is heard so.
    """

    def of(spectrum: Spectrum) -> list[float]:
        try:
            told = heard(spectrum.eigenvalues[: most_heard(found)], tail=True)
        except ArgumentError:
            return [np.nan] * len(MEASURES)
        return [getattr(told, name) for name in MEASURES]

    values = np.array([of(spectrum) for spectrum in found.values()])
    return xr.Dataset(
        {
            name: ("drum", column, {"long_name": f"{name.replace('_', ' ')} heard", "units": units})
            for (name, units), column in zip(MEASURES.items(), values.T, strict=True)
        },
        coords={"drum": list(found)},
    )


def walls_too_near(plain: xr.Dataset, beyond: xr.Dataset) -> list[str]:
    """Return a line for each drum whose perimeter is another if Weyl's law stands for what is beyond."""
    count = int(plain["count"][-1])
    said = []
    for drum in plain["drum"].values:
        one, other = (
            float(told["perimeter"].sel(drum=drum)) for told in (plain.isel(count=-1), beyond)
        )
        if not abs(one / other - 1) <= APART:
            said.append(
                f"{drum}: {count} eigenvalues are too few to hear its shape: the perimeter is {one:.4g}, "
                f"or {other:.4g} if Weyl's law stands for those beyond. Walls near to each other do that."
            )
    return said
