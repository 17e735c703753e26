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
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.rings import require_length
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
STRIDE = 1.0  # consecutive zeros of one order are more than 3 apart

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
    levels = _levels(_at_the_rim, map(float, itertools.count()), count, both=True)
    return _exact((levels / disk.radius) ** 2)


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
    return _exact((_levels(_at_the_rim, orders, count, both=False) / sector.radius) ** 2)


def sector_wall_rate(sector: Sector, apart: float, sides: int = 2) -> tuple[float, float]:
    """Return how fast ln(lambda_1) of a sector falls as its walls move outward, and what is left out.

    The integral of (du/dn)^2 over the walls, over lambda_1; u has unit L2 norm (Hadamard 1908). With
    j = j_{nu,1} and nu = pi/beta the arc adds 2/R and the straight sides the integral over x = r/R of
    8 nu^2 (J_nu(j x)/x)^2/(beta R j^2 J_{nu+1}(j)^2): it goes as x^(2 nu - 2), and diverges at a slit.

    Parameters
    ----------
    apart : float
        Distance from the apex at which the sides begin, positive.
    sides : int
        How many of the two straight sides move; the arc always does.

    Returns
    -------
    rate : float
        1/length.
    left : float
        Share of lambda_1 that u has nearer to the apex, about: no move of the sides by `apart`
        changes more there.

    Raises
    ------
    ArgumentError
        For a distance that is not positive, or not below the radius; for sides that it has not.

    Examples
    --------
    >>> rate, _ = sector_wall_rate(Sector(np.pi / 2), 0.01)
    >>> round(rate, 3)
    4.716
    """
    from scipy.integrate import quad
    from scipy.special import jv

    if sides not in (0, 1, 2):
        raise ArgumentError("sides", sides, "must be 0, 1 or 2", "choose one")
    nearest = require_length("apart", apart) / sector.radius
    if nearest >= 1:
        raise ArgumentError("apart", apart, f"must be below {sector.radius}", "make it less")
    order = np.pi / sector.angle
    zero = np.sqrt(sector_spectrum(sector.angle, 1.0, 1).eigenvalues[0])
    weight = (zero * jv(order + 1, zero)) ** 2
    # dx = x dt with t = ln x: near the apex the integrand is steep in x
    slopes, _ = quad(lambda t: jv(order, zero * np.exp(t)) ** 2 * np.exp(-t), np.log(nearest), 0)
    rate = 2 + sides * 4 * order**2 * slopes / (sector.angle * weight)
    left = sides * order * jv(order, zero * nearest) ** 2 / weight
    return float(rate / sector.radius), float(left)


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
