"""Zeros of Bessel functions of all orders, one after the other, so that none is missed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator

import numpy as np

from numerics.drum.drums import require_whole

STRIDE = 1.0  # consecutive zeros of one order are more than 3 apart

Radial = Callable[[float, np.ndarray], np.ndarray]
"""What vanishes at the wall: of the order of a Bessel function and s, any shape."""


def at_the_rim(order: float, s: np.ndarray) -> np.ndarray:
    """Return J_order(s), which vanishes at the rim of disks and sectors; any shape."""
    from scipy.special import jv

    return jv(order, s)


def at_both_rims(ratio: float) -> Radial:
    """Return the cross product of annuli with a/b = ratio, over the moduli at both walls.

    J + iY = M exp(i theta): it is the sine of what theta gains from wall to wall, and finite where
    Y alone is not.
    """
    from scipy.special import jv, yv

    def phase(order: float, s: np.ndarray) -> np.ndarray:
        return np.arctan2(yv(order, s), jv(order, s))

    return lambda order, s: np.sin(phase(order, s) - phase(order, ratio * s))


def lowest_zeros(radial: Radial, orders: Iterator[float], count: int, *, both: bool) -> np.ndarray:
    """Return the lowest zeros s of all orders, ascending, (mode,).

    Parameters
    ----------
    radial : callable
        `at_the_rim`, or what `at_both_rims` returns.
    orders : iterator of float
        Positive or 0, ascending, without an end.
    both : bool
        Whether each zero above order 0 comes twice, for sine and cosine.

    Raises
    ------
    ArgumentError
        For a count that is not a whole number from 1 on.

    Examples
    --------
    >>> import itertools
    >>> lowest_zeros(at_the_rim, map(float, itertools.count()), 3, both=True).round(9).tolist()
    [2.404825558, 3.83170597, 3.83170597]
    """
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
