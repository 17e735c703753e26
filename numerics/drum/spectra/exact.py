"""Spectra with a formula: rectangles, two triangles, and what separates in polar coordinates.

Straight sides give whole numbers, exactly; round ones give zeros of Bessel functions, found one after
the other so that none is missed.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import sympy

from numerics.drum.drums import require_whole
from numerics.drum.shapes.rings import require_length
from numerics.drum.spectra.spectrum import Spectrum
from numerics.lambdify import lambdify
from theory.drum.levels import Levels, equilateral_levels, right_isosceles_levels
from theory.drum.membrane import COLUMN, LENGTH, ROW, SIDE_A, rectangle_levels
from theory.drum.triangles import equilateral_eigenvalue, right_isosceles_eigenvalue
from theory.errors import ArgumentError

ROUNDING = 1e-12  # relative
STRIDE = 1.0  # consecutive zeros of one order are more than 3 apart

Modes = list[tuple[int, int]]
Radial = Callable[[float, np.ndarray], np.ndarray]
"""What vanishes at the wall: of the order of a Bessel function and s, any shape."""


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

    Raises
    ------
    ArgumentError
        As `rectangle_spectrum`.

    Examples
    --------
    >>> (right_isosceles_spectrum(1, 4).eigenvalues / np.pi**2).round(12).tolist()
    [5.0, 10.0, 13.0, 17.0]
    """
    leg = require_length("leg", leg)
    modes = _lowest_modes(right_isosceles_levels, count)
    return _triangle(right_isosceles_eigenvalue(), LENGTH, leg, modes)


def equilateral_spectrum(side: float, count: int) -> Spectrum:
    """Return the lowest (16 pi^2/(9 a^2)) (m^2 + m n + n^2), m, n >= 1.

    Raises
    ------
    ArgumentError
        As `rectangle_spectrum`.

    Examples
    --------
    >>> ratios = equilateral_spectrum(2, 5).eigenvalues / equilateral_spectrum(2, 1).eigenvalues
    >>> (3 * ratios).round(12).tolist()
    [3.0, 7.0, 7.0, 12.0, 13.0]
    """
    side = require_length("side", side)
    modes = _lowest_modes(equilateral_levels, count)
    return _triangle(equilateral_eigenvalue(), SIDE_A, side, modes)


def disk_spectrum(radius: float, count: int) -> Spectrum:
    """Return the lowest (j_{n,k}/R)^2, n = 0 once, n >= 1 twice.

    Raises
    ------
    ArgumentError
        As `rectangle_spectrum`.

    Examples
    --------
    >>> disk_spectrum(1, 3).eigenvalues.round(9).tolist()
    [5.783185963, 14.681970642, 14.681970642]
    """
    radius = require_length("radius", radius)
    levels = _levels(_at_the_rim, map(float, itertools.count()), count, both=True)
    return _exact((levels / radius) ** 2)


def sector_spectrum(angle: float, radius: float, count: int) -> Spectrum:
    """Return the lowest (j_{nu,k}/R)^2, nu = n pi/beta, n >= 1, each once.

    Parameters
    ----------
    angle : float
        beta, radians, in (0, 2 pi].

    Raises
    ------
    ArgumentError
        As `rectangle_spectrum`; for another angle.

    Examples
    --------
    >>> sector_spectrum(3 * np.pi / 2, 1, 2).eigenvalues.round(8).tolist()
    [11.39474728, 18.27853826]
    """
    radius = require_length("radius", radius)
    if not 0 < angle <= 2 * np.pi:
        raise ArgumentError(
            "angle", angle, "must lie in (0, 2 pi], in radians", "turn degrees into radians"
        )
    orders = (n * np.pi / angle for n in itertools.count(1))
    return _exact((_levels(_at_the_rim, orders, count, both=False) / radius) ** 2)


def annulus_spectrum(inner: float, outer: float, count: int) -> Spectrum:
    """Return the lowest (s/b)^2 with J_n(s) Y_n(a s/b) = J_n(a s/b) Y_n(s), n >= 1 twice.

    Parameters
    ----------
    inner, outer : float
        Radii a < b.

    Raises
    ------
    ArgumentError
        As `rectangle_spectrum`; for an inner radius that is not the smaller one.

    Examples
    --------
    >>> annulus_spectrum(0.5, 1, 3).eigenvalues.round(7).tolist()
    [39.0132885, 40.8724534, 40.8724534]
    """
    inner, outer = require_length("inner", inner), require_length("outer", outer)
    if inner >= outer:
        raise ArgumentError(
            "inner", inner, f"must be below the outer radius {outer}", "exchange the two"
        )
    radial = _at_both_rims(inner / outer)
    levels = _levels(radial, map(float, itertools.count()), count, both=True)
    # between near walls the phases differ little over a long way: rounding weighs more
    rounding = ROUNDING * max(1.0, 0.01 * outer / (outer - inner))
    return _exact((levels / outer) ** 2, rounding)


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


def _triangle(eigenvalue: sympy.Expr, size: sympy.Symbol, length: float, modes: Modes) -> Spectrum:
    m, n = np.array(modes, float).T
    return _exact(lambdify(eigenvalue, (ROW, COLUMN, size))(m, n, length))


def _lowest_modes(levels: Callable[[int], Levels], count: int) -> Modes:
    require_whole("count", count, 1)
    return [mode for _, modes in levels(count) for mode in modes][:count]


# --- zeros of Bessel functions --------------------------------------------------------------------


def _at_the_rim(order: float, s: np.ndarray) -> np.ndarray:
    from scipy.special import jv

    return jv(order, s)


def _at_both_rims(ratio: float) -> Radial:
    """Return the cross product of annuli with a/b = ratio, over the moduli at both walls.

    J + iY = M exp(i theta): it is the sine of what theta gains from wall to wall, and finite where
    Y alone is not.
    """
    from scipy.special import jv, yv

    def phase(order: float, s: np.ndarray) -> np.ndarray:
        return np.arctan2(yv(order, s), jv(order, s))

    return lambda order, s: np.sin(phase(order, s) - phase(order, ratio * s))


def _levels(radial: Radial, orders: Iterator[float], count: int, *, both: bool) -> np.ndarray:
    """Return the lowest zeros s of all orders, ascending; twice above order 0 if both sine and cosine."""
    require_whole("count", count, 1)
    found: list[float] = []
    for order, zero in _ascending(radial, orders):
        found += [zero] * (2 if both and order > 0 else 1)
        if len(found) >= count:
            return np.array(found[:count])
    raise AssertionError("there are infinitely many")


def _ascending(radial: Radial, orders: Iterator[float]) -> Iterator[tuple[float, float]]:
    """Yield (order, zero) with the zeros ascending.

    The k-th zero grows with the order and with k: what comes next is the next zero of an order that
    has been met, or the first zero of the order after all these. For the same reason it lies above
    the k-th zero of the order before, and that is known by then.
    """
    below: list[float] = []  # the k-th zero of the highest order that has one

    def zero_of(order: float, k: int, start: float) -> tuple[float, int, float]:
        if k == len(below):
            below.append(start)
        below[k] = _zero_from(radial, order, max(start, below[k]))
        return below[k], k, order

    order = next(orders)
    # no zero of an order lies below the order
    waiting = [zero_of(order, 0, max(order, STRIDE))]
    while True:
        zero, k, order = heapq.heappop(waiting)
        yield order, zero
        heapq.heappush(waiting, zero_of(order, k + 1, zero + 2 * STRIDE))
        if k == 0:
            higher = next(orders)
            heapq.heappush(waiting, zero_of(higher, 0, higher))


def _zero_from(radial: Radial, order: float, start: float) -> float:
    """Return the first zero above a place: strides cannot step over two."""
    from scipy.optimize import brentq

    strides = 8
    while True:
        places = start + STRIDE * np.arange(strides + 1)
        positive = radial(order, places) > 0
        (turns,) = np.nonzero(positive[1:] != positive[:-1])
        if turns.size:
            low, high = places[turns[0]], places[turns[0] + 1]
            return float(brentq(lambda s: radial(order, s), low, high, xtol=1e-300, rtol=1e-15))
        start, strides = places[-1], 2 * strides
