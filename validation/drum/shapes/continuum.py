"""What a domain sounds like without a grid: every method that fits it, each with its error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.shapes.grid_masks import aligned_spacing, follows_grid
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.spectrum import Spectrum
from numerics.schema import quantity
from theory.errors import ArgumentError
from validation.drum.shapes.catalog import Shape

EXACT, PARTICULAR, QUARTIC = "exact", "particular solutions", "P4, layers"
EXTRAPOLATED, QUADRATIC, CURVED = "grid, extrapolated", "P2, graded", "P2, curved"
UNEQUAL = "unequal arms"
METHODS = (EXACT, PARTICULAR, QUARTIC, EXTRAPOLATED, QUADRATIC, CURVED, UNEQUAL)
BY_FORMULA = 300  # eigenvalues from which a drum is heard
MOST_SINGULAR = 6  # corners for which particular solutions are tried
NEAREST, FARTHEST = 1e-10, 0.01  # of an eigenvalue, where particular solutions look for it
Method = Callable[[int], Spectrum]


class Solved(NamedTuple):
    """Spectra by the names of their methods, and of methods that did not suit the domain, why not."""

    found: dict[str, Spectrum]
    left_out: dict[str, str]


def spectra(shape: Shape, count: int, *, thorough: bool = True) -> Solved:
    """Return the lowest eigenvalues of a domain by every method that fits it, with their errors.

    Parameters
    ----------
    count : int
        How many; particular solutions give the first alone, and are sought near what the others say.
    thorough : bool
        Without it particular solutions are left out.

    Raises
    ------
    ArgumentError
        On ``--shape``, if no method takes it.
    """
    found: dict[str, Spectrum] = {}
    left_out: dict[str, str] = {}
    for name, method in _methods(shape):
        try:
            found[name] = method(count)
        except ArgumentError as error:
            left_out[name] = str(error)
    if not found:
        raise ArgumentError(
            "--shape", shape.name, "; ".join(left_out.values()), "simplify its outline"
        )
    polygon = shape.domain
    if thorough and isinstance(polygon, Polygon) and shape.finer is None and _has_waves(polygon):
        try:
            found[PARTICULAR] = _particular(polygon, best(found))
        except ArgumentError as error:
            left_out[PARTICULAR] = str(error)
    return Solved({name: found[name] for name in METHODS if name in found}, left_out)


def best(found: dict[str, Spectrum]) -> Spectrum:
    """Return for each eigenvalue the method whose error is smallest; one that gives all names it."""
    whole = max(len(spectrum.eigenvalues) for spectrum in found.values())
    values, errors = (
        np.stack([_filled(getattr(s, name), whole) for s in found.values()])
        for name in ("eigenvalues", "errors")
    )
    chosen = np.nanargmin(errors, axis=0), np.arange(whole)
    names = [list(found)[k] for k in np.unique(chosen[0])]
    return Spectrum(values[chosen], errors[chosen], ", ".join(names), 0)


def _filled(values: np.ndarray, count: int) -> np.ndarray:
    return np.concatenate([values, np.full(count - len(values), np.nan)])


def _methods(shape: Shape) -> Iterator[tuple[str, Method]]:
    from numerics.drum.spectra.curved_elements import curved_spectrum
    from numerics.drum.spectra.finite_elements import accurate_spectrum, finite_element_spectrum
    from numerics.drum.spectra.masks import extrapolated_spectrum
    from numerics.drum.spectra.unequal_arms import round_spectrum

    domain = shape.domain
    if shape.family:
        yield EXACT, lambda count: exact_of(shape, count)
    if isinstance(domain, Disk | Annulus):
        yield CURVED, lambda count: curved_spectrum(domain, count)
        yield UNEQUAL, lambda count: round_spectrum(domain, count)
    if not isinstance(domain, Polygon):
        return
    if shape.finer is not None:
        yield QUADRATIC, lambda count: _drawn(shape, domain, count)
        return
    yield QUARTIC, lambda count: accurate_spectrum(domain, count)
    yield QUADRATIC, lambda count: finite_element_spectrum(domain, count)
    unit = aligned_spacing(domain)
    if unit is not None and follows_grid(domain, unit):
        yield EXTRAPOLATED, lambda count: extrapolated_spectrum(domain, count)


def exact_of(shape: Shape, count: int) -> Spectrum:
    """Return the eigenvalues of a shape that has a formula."""
    found = shape.exact(count)
    assert found is not None
    return found


def _drawn(shape: Shape, domain: Polygon, count: int) -> Spectrum:
    """Return the eigenvalues of a drawn outline: what its tolerance and its wall leave open counts."""
    from numerics.drum.spectra.finite_elements import finite_element_spectrum

    assert shape.finer is not None
    found = finite_element_spectrum(domain, count)
    other = finite_element_spectrum(shape.finer, count).eigenvalues
    errors = found.errors + np.abs(other - found.eigenvalues) + shape.wall * found.eigenvalues
    return Spectrum(found.eigenvalues, errors, found.method, found.unknowns)


def _has_waves(polygon: Polygon) -> bool:
    return 1 <= int(np.count_nonzero(polygon.singular)) <= MOST_SINGULAR


def _particular(polygon: Polygon, known: Spectrum) -> Spectrum:
    """Return the first eigenvalue by particular solutions, sought as near to what is known as that is sure.

    Their bound says that some eigenvalue is near, not which: the second has to be known to be elsewhere.
    """
    from numerics.drum.spectra.particular_solutions import particular_solution

    first, error = float(known.eigenvalues[0]), float(known.errors[0])
    within = min(FARTHEST, max(2 * error / first, NEAREST))
    second = np.inf
    if len(known.eigenvalues) > 1:
        second = float(known.eigenvalues[1] - known.errors[1])
    if first * (1 + within) >= second:
        raise ArgumentError(
            "--shape",
            f"eigenvalues {first:.8g} and {known.eigenvalues[1]:.8g}",
            "lie too near to each other to tell which one a sum of waves is",
            "trust finite elements",
        )
    found = particular_solution(polygon, first, within=within)
    if found.eigenvalues[0] + found.errors[0] >= second:
        raise ArgumentError(
            "--shape",
            f"a first eigenvalue known to {found.errors[0]:.1g}",
            "is not told from the second",
            "trust finite elements",
        )
    return found


def many(shape: Shape, count: int) -> Spectrum:
    """Return so many eigenvalues by finite elements, or 300 where there is a formula.

    Quartic elements, or quadratic ones where the outline has too many corners for their layers.
    """
    from numerics.drum.spectra.finite_elements import accurate_spectrum, finite_element_spectrum

    if shape.family:
        return exact_of(shape, BY_FORMULA)
    assert isinstance(shape.domain, Polygon)
    try:
        return accurate_spectrum(shape.domain, count, refinements=1)
    except ArgumentError:
        return finite_element_spectrum(shape.domain, count)


def lower_bounds(shapes: dict[str, Shape], count: int) -> xr.DataArray:
    """Return guaranteed lower bounds of polygons' eigenvalues, (drum, mode), nan for other domains."""
    from numerics.drum.spectra.finite_elements import lower_bounds as of_polygon

    rows = [
        of_polygon(shape.domain, count)
        if isinstance(shape.domain, Polygon) and shape.finer is None
        else np.full(count, np.nan)
        for shape in shapes.values()
    ]
    coords = {"drum": list(shapes), "mode": np.arange(1, count + 1)}
    return quantity(
        np.stack(rows),
        ["drum", "mode"],
        name="lower_bound",
        long_name="guaranteed lower bound",
        units="1/length^2",
        coords=coords,
    )
