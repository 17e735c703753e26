"""What a spectrum lets hear: area and perimeter of drums that are known, and inequalities."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.drum.hearing import UNKNOWN_SHAPE, heard
from numerics.drum.shape_bounds import shape_bounds
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.exact import exact_spectrum
from numerics.drum.spectra.grading import with_layers
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import polygon_mesh
from validation.drum.verification.polygons import polygon

Errors = tuple[float, float]
"""Relative, of area and perimeter."""

Measured = Polygon | Disk | Annulus | Sector

STRAIGHT: dict[
    str, tuple[Measured, str, tuple[float, ...]]
] = {  # domains with their family and its lengths
    "square": (named.square(), "rectangle", (1.0, 1.0)),
    "2:1 rectangle": (named.rectangle(2, 1), "rectangle", (2.0, 1.0)),
    "right isosceles": (named.right_isosceles(), "right_isosceles", (1.0,)),
    "equilateral": (named.equilateral(), "equilateral", (1.0,)),
}
THREE_QUARTERS = 3 * np.pi / 2
CURVED: dict[str, tuple[Measured, str, tuple[float, ...]]] = {
    "disk": (Disk(), "disk", (1.0,)),
    "annulus": (Annulus(), "annulus", (0.5, 1.0)),
    "sector": (Sector(THREE_QUARTERS, 1.0), "sector", (THREE_QUARTERS, 1.0)),
}
KIND = 6.0  # end of the window for shapes whose rest is small for long, in units of its start
LAYERS = 14


def _errors(eigenvalues: np.ndarray, domain: Measured, window: float = UNKNOWN_SHAPE) -> Errors:
    found = heard(eigenvalues, window=window)
    return abs(found.area / domain.area - 1), abs(found.perimeter / domain.perimeter - 1)


@functools.cache
def from_formula() -> Errors:
    """Return the worst errors from 100 exact eigenvalues of four domains, window to 6 tau."""
    found = [
        _errors(exact_spectrum(family, *lengths, count=100).eigenvalues, domain, window=KIND)
        for domain, family, lengths in STRAIGHT.values()
    ]
    return _reduced(found, np.max)


@functools.cache
def from_polygon(number: int, count: int, fineness: int) -> Errors:
    """Return the errors from quartic elements' eigenvalues, window to 3 tau.

    Parameters
    ----------
    number : int
        Of a polygon in `polygons`.
    fineness : int
        Spacings of the mesh in the root of the area.
    """
    shape = polygon(number)
    mesh = polygon_mesh(shape, np.sqrt(shape.area) / fineness)
    mesh = with_layers(mesh, shape.corners[shape.singular], LAYERS)
    return _errors(mesh_eigenvalues(mesh, count, "P4"), shape)


def medians() -> Errors:
    """Return the medians over 14 polygons, 100 eigenvalues each."""
    return _reduced([from_polygon(number, 100, 10) for number in range(14)], np.median)


def worst() -> Errors:
    """Return the largest over six polygons, 300 eigenvalues each."""
    return _reduced([from_polygon(number, 300, 16) for number in range(6)], np.max)


def _reduced(found: list[Errors], reduced: Callable[..., np.ndarray]) -> Errors:
    area, perimeter = reduced(found, axis=0)
    return float(area), float(perimeter)


def d35() -> float:
    """Inequalities of seven exact families, 100 eigenvalues each, that do not hold."""
    found = (
        bound
        for domain, family, lengths in (STRAIGHT | CURVED).values()
        for bound in shape_bounds(
            exact_spectrum(family, *lengths, count=100),
            domain.area,
            domain.perimeter,
            complete=True,
        )
    )
    return float(sum(not bound.holds for bound in found))


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D34": lambda: from_formula()[0],
    "D34p": lambda: from_formula()[1],
    "D34b": lambda: medians()[0],
    "D34bp": lambda: medians()[1],
    "D34bw": lambda: worst()[0],
    "D34bwp": lambda: worst()[1],
    "D35": d35,
}
