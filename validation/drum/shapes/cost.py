"""Accuracy against cost: the first eigenvalue of one drum by each method, at several sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.shapes.grid_masks import Domain, aligned_spacing, follows_grid, mask_of
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError
from validation.drum.shapes.catalog import Shape
from validation.drum.shapes.continuum import (
    CURVED,
    EXACT,
    EXTRAPOLATED,
    MOST_SINGULAR,
    PARTICULAR,
    QUADRATIC,
    QUARTIC,
    UNEQUAL,
)

if TYPE_CHECKING:
    from skfem import MeshTri

GRID, UNIFORM = "grid", "P2, uniform"
GRIDS = (100, 400, 1600, 6400, 25600)  # nodes, about
TERMS = (8, 12, 16, 20, 30, 40, 50)  # at each corner; a reference takes more
DIVISIONS = (4, 8, 16, 32, 64)  # of the coarsest of three grids whose arms are unequal
LEVELS = 4
Point = tuple[int, float, float]  # unknowns, eigenvalue, its error by the method itself


def accuracy(shape: Shape, known: dict[str, Spectrum]) -> xr.Dataset:
    """Return the first eigenvalue by every method that fits a domain, (way, level).

    `unknowns`, what the method solved for; `relative_error`, against the reference; `estimate`, by
    the method itself, nan where it has none. The attributes name the reference and how well it is known:
    the formula; else particular solutions, with more terms than any that are drawn, or the finest of
    quartic elements, or of quadratic ones where these do not fit, whichever states less. An element
    that is the reference is not drawn.

    Parameters
    ----------
    known : dict of Spectrum
        By the names of their methods: where the reference is looked for first.
    """
    assert shape.domain is not None
    found = {way: list(points) for way, points in _ways(shape.domain)}
    name, (_, truth, error) = _reference(known, found)
    longest = max(map(len, found.values()))
    values = np.full((3, len(found), longest), np.nan)
    for row, points in enumerate(found.values()):
        for level, point in enumerate(points):
            values[:, row, level] = point
    dims = ("way", "level")
    return xr.Dataset(
        {
            "unknowns": (dims, values[0]),
            "relative_error": (dims, np.abs(values[1] / truth - 1)),
            "estimate": (dims, values[2] / truth),
        },
        coords={"way": list(found), "level": np.arange(longest)},
        attrs={"reference": name, "known_to": error / truth, "drum": shape.name},
    )


def _reference(known: dict[str, Spectrum], found: dict[str, list[Point]]) -> tuple[str, Point]:
    """Return what all ways are held against, and its name; it is taken out of what is drawn."""
    if EXACT in known:
        return EXACT, _point(known[EXACT])
    drawn = [way for way in (QUARTIC, QUADRATIC) if found.get(way)]
    if not drawn:  # too many corners for either
        best = min(known, key=lambda name: known[name].errors[0])
        return best, _point(known[best])
    unknowns, _, stated = found[drawn[0]][-1]
    if PARTICULAR in known and known[PARTICULAR].errors[0] <= stated:
        return PARTICULAR, _point(known[PARTICULAR])
    return f"{drawn[0]}, {unknowns} unknowns", found[drawn[0]].pop()


def _point(spectrum: Spectrum) -> Point:
    return spectrum.unknowns, float(spectrum.eigenvalues[0]), float(spectrum.errors[0])


def _ways(domain: Domain) -> Iterator[tuple[str, Iterator[Point]]]:
    yield GRID, _grids(domain)
    if isinstance(domain, Disk | Annulus):
        yield UNEQUAL, _unequal(domain)
        yield CURVED, _curved(domain)
    if not isinstance(domain, Polygon):
        return
    unit = aligned_spacing(domain)
    if unit is not None and follows_grid(domain, unit):
        yield EXTRAPOLATED, _extrapolated(domain, unit)
    yield UNIFORM, _uniform(domain)
    yield QUADRATIC, _graded(domain)
    yield QUARTIC, _quartic(domain)
    if 1 <= np.count_nonzero(domain.singular) <= MOST_SINGULAR:
        yield PARTICULAR, _particular(domain)


def _grids(domain: Domain) -> Iterator[Point]:
    from numerics.drum.spectra.masks import mask_spectrum

    unit = aligned_spacing(domain) if isinstance(domain, Polygon) else None
    for nodes in GRIDS:
        spacing = np.sqrt(domain.area / nodes)
        if unit is not None and unit > spacing:  # walls on grid lines, where they can be
            spacing = unit / np.ceil(unit / spacing)
        try:
            drum = mask_of(domain, spacing)
        except ArgumentError:  # so coarse a grid tears the domain apart
            continue
        yield drum.nodes, float(mask_spectrum(drum, 1).eigenvalues[0]), np.nan


def _extrapolated(polygon: Polygon, unit: float) -> Iterator[Point]:
    from numerics.drum.spectra.masks import SAFETY, corner_powers, extrapolated, mask_spectrum

    powers = corner_powers(polygon.angles, 4)
    for coarsest in (2, 4, 8, 12):
        divisions = np.array([coarsest, coarsest + 2, 2 * coarsest, 2 * coarsest + 2, 4 * coarsest])
        divisions = np.unique(divisions)
        if len(divisions) < 4 or polygon.area * (divisions[-1] / unit) ** 2 > GRIDS[-1]:
            continue
        try:
            drums = [mask_of(polygon, unit / k) for k in divisions]
        except ArgumentError:  # so coarse a grid falls apart, or has no node inside
            continue
        if min(drum.nodes for drum in drums) < 2:
            continue
        values = np.array([mask_spectrum(drum, 1).eigenvalues[0] for drum in drums])
        limit, estimate = extrapolated(unit / divisions, values, powers[: len(drums) - 1])
        yield sum(drum.nodes for drum in drums), float(limit), SAFETY * float(estimate)


def _uniform(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.finite_elements import MOST_UNKNOWNS
    from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues, unknowns
    from numerics.drum.spectra.polygon_mesh import polygon_mesh

    mesh = polygon_mesh(polygon, np.sqrt(polygon.area) / 4)
    for _ in range(LEVELS):
        if unknowns(mesh) > MOST_UNKNOWNS:
            return
        yield unknowns(mesh), float(mesh_eigenvalues(mesh, 1)[0]), np.nan
        mesh = mesh.refined()


def _unequal(domain: Disk | Annulus) -> Iterator[Point]:
    from numerics.drum.spectra.unequal_arms import round_spectrum

    for divisions in DIVISIONS:
        try:
            yield _point(round_spectrum(domain, 1, divisions=divisions))
        except ArgumentError:  # so coarse a grid does not resolve the domain
            continue


def _curved(domain: Disk | Annulus) -> Iterator[Point]:
    from numerics.drum.spectra.curved_elements import curved_mesh

    return _nested([curved_mesh(domain, level) for level in range(1, LEVELS + 2)])


def _graded(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.finite_elements import graded_meshes

    for levels in (LEVELS, LEVELS - 1):
        try:
            meshes = graded_meshes(polygon, 1, levels=levels)
        except ArgumentError:  # too many corners for so fine a mesh
            continue
        return _nested(meshes)
    return iter(())


def _nested(meshes: Sequence[MeshTri]) -> Iterator[Point]:
    from numerics.drum.spectra.estimates import SAFETY, three_level_estimate
    from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues, unknowns

    values = [mesh_eigenvalues(mesh, 1) for mesh in meshes]
    for level, (mesh, value) in enumerate(zip(meshes, values, strict=True)):
        three = values[level - 2 : level + 1]
        estimate = SAFETY * float(three_level_estimate(*three)[0]) if level >= 2 else np.nan
        yield unknowns(mesh), float(value[0]), estimate


def _quartic(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.finite_elements import accurate_spectrum

    for refinements in (1, 2, 3):
        try:
            yield _point(accurate_spectrum(polygon, 1, refinements=refinements))
        except ArgumentError:  # too many corners for layers on so fine a mesh
            return


def _particular(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.finite_elements import finite_element_spectrum
    from numerics.drum.spectra.particular_solutions import particular_solution

    known = finite_element_spectrum(polygon, 1)
    near = float(known.eigenvalues[0])
    within = 2 * float(known.errors[0]) / near
    corners = int(np.count_nonzero(polygon.singular))
    for terms in TERMS:
        if corners > 1 and terms > TERMS[3]:
            return
        try:
            yield _point(particular_solution(polygon, near, within=within, terms=terms))
        except ArgumentError:  # so few waves leave too much on the wall for a bound
            continue
