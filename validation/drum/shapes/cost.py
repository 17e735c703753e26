"""Accuracy against cost: the first eigenvalue of one drum by each method, at several sizes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from numerics.drum.shapes.grid_masks import Domain, aligned_spacing, follows_grid, mask_of
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError
from validation.drum.shapes.catalog import Shape
from validation.drum.shapes.continuum import (
    EXTRAPOLATED,
    MOST_SINGULAR,
    PARTICULAR,
    QUADRATIC,
    QUARTIC,
)

GRID, UNIFORM = "grid", "P2, uniform"
GRIDS = (100, 400, 1600, 6400, 25600)  # nodes, about
TERMS = (8, 12, 16, 20, 30, 40, 50, 60)
LEVELS = 4
Point = tuple[int, float, float]  # unknowns, eigenvalue, its error by the method itself


def accuracy(shape: Shape, reference: Spectrum) -> xr.Dataset:
    """Return the first eigenvalue by every method that fits a domain, (way, level).

    `unknowns`, what the method solved for; `relative_error`, against the reference; `estimate`, by
    the method itself, nan where it has none; and how well the reference itself is known.
    """
    assert shape.domain is not None
    found = {way: list(points) for way, points in _ways(shape.domain)}
    longest = max(map(len, found.values()))
    values = np.full((3, len(found), longest), np.nan)
    for row, points in enumerate(found.values()):
        for level, point in enumerate(points):
            values[:, row, level] = point
    truth = float(reference.eigenvalues[0])
    dims = ("way", "level")
    return xr.Dataset(
        {
            "unknowns": (dims, values[0]),
            "relative_error": (dims, np.abs(values[1] / truth - 1)),
            "estimate": (dims, values[2] / truth),
        },
        coords={"way": list(found), "level": np.arange(longest)},
        attrs={
            "reference": reference.method,
            "known_to": float(reference.errors[0]) / truth,
            "drum": shape.name,
        },
    )


def _ways(domain: Domain) -> Iterator[tuple[str, Iterator[Point]]]:
    yield GRID, _grids(domain)
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
    from numerics.drum.spectra.finite_elements import mesh_eigenvalues, unknowns
    from numerics.drum.spectra.polygon_mesh import polygon_mesh

    mesh, _ = polygon_mesh(polygon, np.sqrt(polygon.area) / 4)
    for _ in range(LEVELS):
        yield unknowns(mesh), float(mesh_eigenvalues(mesh, 1)[0]), np.nan
        mesh = mesh.refined()


def _graded(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.estimates import three_level_estimate
    from numerics.drum.spectra.finite_elements import (
        SAFETY,
        graded_meshes,
        mesh_eigenvalues,
        unknowns,
    )

    meshes = graded_meshes(polygon, 1, levels=LEVELS)
    values = [mesh_eigenvalues(mesh, 1) for mesh in meshes]
    for level, (mesh, value) in enumerate(zip(meshes, values, strict=True)):
        three = values[level - 2 : level + 1]
        estimate = SAFETY * float(three_level_estimate(*three)[0]) if level >= 2 else np.nan
        yield unknowns(mesh), float(value[0]), estimate


def _quartic(polygon: Polygon) -> Iterator[Point]:
    from numerics.drum.spectra.finite_elements import accurate_spectrum

    for refinements in (1, 2, 3):
        try:
            found = accurate_spectrum(polygon, 1, refinements=refinements)
        except ArgumentError:  # too many corners for layers on so fine a mesh
            return
        yield found.unknowns, float(found.eigenvalues[0]), float(found.errors[0])


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
            found = particular_solution(polygon, near, within=within, terms=terms)
        except ArgumentError:  # so few waves leave too much on the wall for a bound
            continue
        yield found.unknowns, float(found.eigenvalues[0]), float(found.errors[0])
