"""Spectra with a formula: rectangles, two triangles, and what separates in polar coordinates.

Straight sides give whole numbers, exactly; round ones give zeros of Bessel functions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import sympy

from numerics.drum.drums import require_whole
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.rings import require_length
from numerics.drum.spectra.bessel_zeros import at_both_rims, at_the_rim, lowest_zeros
from numerics.drum.spectra.spectrum import Spectrum
from numerics.lambdify import lambdify
from theory.drum.levels import (
    Levels,
    equilateral_levels,
    rectangle_levels,
    right_isosceles_levels,
)
from theory.drum.membrane import COLUMN, LENGTH, ROW, SIDE_A
from theory.drum.triangles import equilateral_eigenvalue, right_isosceles_eigenvalue
from theory.errors import ArgumentError

ROUNDING = 1e-12  # relative


def rectangle_spectrum(side_x: float, side_y: float, count: int) -> Spectrum:
    """Return the lowest pi^2 (m^2/a^2 + n^2/b^2), m, n >= 1.

    The sides are taken as the fractions that floats are, so that order and multiplicity are those
    of whole numbers.

    Raises
    ------
    ArgumentError
        For sides that are not positive and finite; for a count that is not a whole number from 1 on.

    Examples
    --------
    >>> (rectangle_spectrum(1, 1, 4).eigenvalues / np.pi**2).round(12).tolist()
    [2.0, 5.0, 5.0, 8.0]
    """
    side_x, side_y = require_length("side_x", side_x), require_length("side_y", side_y)
    require_whole("count", count, 1)
    ratio = Fraction(side_x) / Fraction(side_y)
    levels = rectangle_levels(ratio.numerator, ratio.denominator, count)
    squares = [s / Fraction(ratio.denominator) ** 2 for s, modes in levels for _ in modes]
    return _exact(np.pi**2 * np.array(squares[:count], float) / side_x**2)


def right_isosceles_spectrum(leg: float, count: int) -> Spectrum:
    """Return the lowest pi^2 (m^2 + n^2)/leg^2, m > n >= 1: the odd modes of the square.

    Raises as `rectangle_spectrum`.

    Examples
    --------
    >>> (right_isosceles_spectrum(1, 4).eigenvalues / np.pi**2).round(12).tolist()
    [5.0, 10.0, 13.0, 17.0]
    """
    leg = require_length("leg", leg)
    return _triangle(right_isosceles_eigenvalue(), LENGTH, leg, right_isosceles_levels, count)


def equilateral_spectrum(side: float, count: int) -> Spectrum:
    """Return the lowest (16 pi^2/(9 a^2)) (m^2 + m n + n^2), m, n >= 1.

    Raises as `rectangle_spectrum`.

    Examples
    --------
    >>> ratios = equilateral_spectrum(2, 5).eigenvalues / equilateral_spectrum(2, 1).eigenvalues
    >>> (3 * ratios).round(12).tolist()
    [3.0, 7.0, 7.0, 12.0, 13.0]
    """
    side = require_length("side", side)
    return _triangle(equilateral_eigenvalue(), SIDE_A, side, equilateral_levels, count)


def disk_spectrum(radius: float, count: int) -> Spectrum:
    """Return the lowest (j_{n,k}/R)^2, n = 0 once, n >= 1 twice.

    Raises as `Disk` and `rectangle_spectrum`.

    Examples
    --------
    >>> disk_spectrum(1, 3).eigenvalues.round(9).tolist()
    [5.783185963, 14.681970642, 14.681970642]
    """
    disk = Disk(radius)
    zeros = lowest_zeros(at_the_rim, map(float, itertools.count()), count, both=True)
    return _exact((zeros / disk.radius) ** 2)


def sector_spectrum(angle: float, radius: float, count: int) -> Spectrum:
    """Return the lowest (j_{nu,k}/R)^2, nu = n pi/beta, n >= 1, each once.

    beta is the angle, in radians. Raises as `Sector` and `rectangle_spectrum`.

    Examples
    --------
    >>> sector_spectrum(3 * np.pi / 2, 1, 2).eigenvalues.round(8).tolist()
    [11.39474728, 18.27853826]
    """
    sector = Sector(angle, radius)
    orders = (n * np.pi / sector.angle for n in itertools.count(1))
    return _exact((lowest_zeros(at_the_rim, orders, count, both=False) / sector.radius) ** 2)


def annulus_spectrum(inner: float, outer: float, count: int) -> Spectrum:
    """Return the lowest (s/b)^2 with J_n(s) Y_n(a s/b) = J_n(a s/b) Y_n(s), n >= 1 twice.

    a is the inner, b the outer radius. Raises as `Annulus` and `rectangle_spectrum`.

    Examples
    --------
    >>> annulus_spectrum(0.5, 1, 3).eigenvalues.round(7).tolist()
    [39.0132885, 40.8724534, 40.8724534]
    """
    annulus = Annulus(inner, outer)
    inner, outer = annulus.inner, annulus.outer
    radial = at_both_rims(inner / outer)
    zeros = lowest_zeros(radial, map(float, itertools.count()), count, both=True)
    # between near walls the phases differ little over a long way: rounding weighs more
    rounding = ROUNDING * max(1.0, 0.01 * outer / (outer - inner))
    return _exact((zeros / outer) ** 2, rounding)


FAMILIES: dict[str, Callable[..., Spectrum]] = {
    "rectangle": rectangle_spectrum,
    "right_isosceles": right_isosceles_spectrum,
    "equilateral": equilateral_spectrum,
    "disk": disk_spectrum,
    "sector": sector_spectrum,
    "annulus": annulus_spectrum,
}


def exact_spectrum(family: str, *lengths: float, count: int) -> Spectrum:
    """Return the lowest `count` eigenvalues of a named shape of some size.

    Parameters
    ----------
    family : str
        One of `FAMILIES`; the lengths are its own, a square is a rectangle.

    Raises
    ------
    ArgumentError
        For another name, and as the family's own function.

    Examples
    --------
    >>> float(exact_spectrum("rectangle", 1, 2, count=1).eigenvalues[0] / np.pi**2)
    1.25
    """
    if family not in FAMILIES:
        raise ArgumentError(
            "family", family, f"must be one of {', '.join(FAMILIES)}", "use finite elements"
        )
    return FAMILIES[family](*lengths, count)


def _exact(eigenvalues: np.ndarray, rounding: float = ROUNDING) -> Spectrum:
    return Spectrum(eigenvalues, rounding * eigenvalues, "exact", 0)


def _triangle(
    eigenvalue: sympy.Expr,
    size: sympy.Symbol,
    length: float,
    levels: Callable[[int], Levels],
    count: int,
) -> Spectrum:
    require_whole("count", count, 1)
    lowest = [mode for _, modes in levels(count) for mode in modes][:count]
    m, n = np.array(lowest, float).T
    return _exact(lambdify(eigenvalue, (ROW, COLUMN, size))(m, n, length))
