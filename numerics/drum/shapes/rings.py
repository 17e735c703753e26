"""Rings of vertices as users give them: mended where the meaning is clear, refused where it is not.

Whether two sides meet is decided exactly: a float is a rational number, and where rounding could turn
the sign of a cross product it is computed as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from theory.errors import ArgumentError

MOST_VERTICES = 10_000
SHORTEST_SIDE = 1e-6  # in units of sqrt(A)
LARGEST = 1e100  # of a coordinate: the square of an area is a number
# Shewchuk 1997, "Adaptive precision floating-point arithmetic": beyond it a rounded sign is right
ROUNDING = (3 + 16 * 2.0**-53) * 2.0**-53


def polygon(vertices: Any, holes: Sequence[Any] = ()) -> Polygon:
    """Return the polygon of rings as users give them, the outer one and its holes.

    Parameters
    ----------
    vertices : array_like, (vertex, 2)
    holes : sequence of array_like, (vertex, 2)

    Raises
    ------
    ArgumentError
        As `mended`.

    Examples
    --------
    >>> triangle = polygon([(0, 0), (0, 1), (1, 0), (0, 0)])
    >>> triangle.vertices.tolist(), triangle.area
    ([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], 0.5)
    """
    return mended(vertices, holes)[0]


def mended(vertices: Any, holes: Sequence[Any] = ()) -> tuple[Polygon, tuple[str, ...]]:
    """Return the polygon of rings as users give them, and in words what had to be mended.

    A repeated last vertex and sides without length are dropped, the outer ring turned
    counter-clockwise, the holes clockwise.

    Raises
    ------
    ArgumentError
        For what is no finite number, fewer than 3 vertices in a ring or more than 10,000 in all;
        no area; sides that meet anywhere but at the ends of neighbours, or that are shorter than
        1e-6 sqrt(A); a hole outside the outer ring or inside another hole, or that touches one.
    """
    notes: list[str] = []
    names = ["vertices", *(f"holes[{k}]" for k in range(len(holes)))]
    given = [_numbers(name, ring) for name, ring in zip(names, (vertices, *holes), strict=True)]
    _refuse_many(sum(map(len, given)))
    rings = [_without_repeats(name, ring, notes) for name, ring in zip(names, given, strict=True)]
    for name, ring in zip(names, rings, strict=True):
        _refuse_flat(name, ring)
    _refuse_meeting_sides(names, Polygon(rings[0], tuple(rings[1:])))
    turned = [_turned(*named, notes) for named in zip(names, rings, strict=True)]
    result = Polygon(turned[0], tuple(turned[1:]))
    for k in range(1, len(turned)):
        _refuse_misplaced(names[k], turned[k][0], turned[0], turned[1:k] + turned[k + 1 :])
    _refuse_short_sides(result)
    return result, tuple(notes)


def require_length(name: str, value: float) -> float:
    """Return a length as a float; raise ArgumentError unless it is positive and finite."""
    try:
        length = float(value)
    except (TypeError, ValueError, OverflowError):
        length = np.nan
    if isinstance(value, str | bool) or not (np.isfinite(length) and length > 0):
        raise ArgumentError(name, value, "must be a positive and finite number", "pass 1.0, say")
    return length


def orientations(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Return 1 where a, b, c turn left, -1 where they turn right, 0 on one line: exactly.

    Parameters
    ----------
    a, b, c : ndarray, (..., 2)
        Broadcast against each other.
    """
    (ax, ay), (bx, by), (cx, cy) = (np.moveaxis(point, -1, 0) for point in (a, b, c))
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    signs = np.atleast_1d(np.sign(left - right).astype(int))
    unsure = np.atleast_1d(np.abs(left - right) <= ROUNDING * (np.abs(left) + np.abs(right)))
    every = [np.broadcast_to(point, (*np.shape(left), 2)).reshape(-1, 2) for point in (a, b, c)]
    for k in np.flatnonzero(unsure):
        signs.flat[k] = _exact_orientation(*(point[k].tolist() for point in every))
    return signs.reshape(np.shape(left))


def _exact_orientation(a: list[float], b: list[float], c: list[float]) -> int:
    (ax, ay), (bx, by), (cx, cy) = ([Fraction(x) for x in point] for point in (a, b, c))
    twice_area = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx)
    return (twice_area > 0) - (twice_area < 0)


def _numbers(name: str, ring: Any) -> np.ndarray:
    """Vertices as floats, (vertex, 2)."""
    expected = "must be pairs of numbers, (vertex, 2)"
    try:
        given = np.array(ring, object)
        if any(isinstance(value, str | bytes | bool | np.bool_) for value in given.flat):
            raise TypeError  # NumPy would read texts, and take true for 1
        numbers = given.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(name, ring, expected, "write [[x, y], ...]") from None
    if numbers.size and (numbers.ndim != 2 or numbers.shape[1] != 2):
        raise ArgumentError(name, f"shape {numbers.shape}", expected, "write [[x, y], ...]")
    unusable = ~(np.abs(numbers) < LARGEST)
    if unusable.any():
        raise ArgumentError(
            name,
            float(numbers[unusable][0]),
            f"must be finite numbers below {LARGEST:g}",
            "replace it",
        )
    return numbers.reshape(-1, 2)


def _refuse_many(vertices: int) -> None:
    if vertices > MOST_VERTICES:
        raise ArgumentError(
            "vertices",
            f"{vertices:,} of them",
            f"must be at most {MOST_VERTICES:,}, holes counted",
            "leave out every other one",
        )


def _without_repeats(name: str, ring: np.ndarray, notes: list[str]) -> np.ndarray:
    """A ring whose neighbours differ; what was dropped is noted."""
    closed = len(ring) > 1 and bool((ring[0] == ring[-1]).all())
    ring = ring[:-1] if closed else ring
    kept = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)] if len(ring) > 1 else ring
    if closed:
        notes.append(f"{name}: dropped the last vertex, which repeats the first")
    if len(kept) < len(ring):
        notes.append(f"{name}: dropped {len(ring) - len(kept)} of zero distance to the one before")
    if len(kept) < 3:
        raise ArgumentError(
            name, f"{len(kept)} different vertices", "must be at least 3", "add some"
        )
    return kept


def _refuse_flat(name: str, ring: np.ndarray) -> None:
    """Raise ArgumentError if all vertices lie on one line."""
    if not orientations(ring[0], ring[1], ring).any():
        raise ArgumentError(name, "zero area", "must enclose some", "check the vertices")


def _turned(name: str, ring: np.ndarray, notes: list[str]) -> np.ndarray:
    """The outer ring counter-clockwise, a hole clockwise; a turn is noted."""
    x, y = ([Fraction(value) for value in row] for row in ring.T.tolist())
    twice_area = sum(x[k - 1] * y[k] - x[k] * y[k - 1] for k in range(len(ring)))
    if float(twice_area) == 0:  # of sides that do not meet it is none, but too small for a float
        raise ArgumentError(name, "zero area", "must enclose some", "rescale the polygon")
    wanted = "counter-clockwise" if name == "vertices" else "clockwise"
    if (twice_area > 0) == (name == "vertices"):
        return ring
    notes.append(f"{name}: reversed, to run {wanted}")
    return ring[::-1].copy()


def _refuse_meeting_sides(names: list[str], shape: Polygon) -> None:
    """Raise ArgumentError if two sides meet, other than neighbours at their common vertex."""
    sizes = [len(ring) for ring in shape.rings]
    ring_of = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    after = starts + (np.arange(len(ring_of)) - starts + 1) % np.array(sizes)[ring_of]
    _refuse_spikes(names, shape, ring_of, after)
    low, high = shape.sides.min(axis=1), shape.sides.max(axis=1)
    order = np.argsort(low[:, 0], kind="stable")
    lefts = low[order, 0]
    for place, k in enumerate(order):
        near = order[place + 1 : np.searchsorted(lefts, high[k, 0], side="right")]
        near = near[(low[near, 1] <= high[k, 1]) & (high[near, 1] >= low[k, 1])]
        near = near[(after[near] != k) & (after[k] != near)]
        meeting = near[_meet(shape.sides[k], shape.sides[near])] if len(near) else near
        if len(meeting):
            raise _meeting(names, ring_of, shape, sorted((int(k), int(meeting[0]))))


def _meet(side: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether a side has a point in common with each of others whose boxes overlap its own."""
    start, end = others[:, 0], others[:, 1]
    of_ends = orientations(side[0], side[1], start) * orientations(side[0], side[1], end)
    of_side = orientations(start, end, side[0]) * orientations(start, end, side[1])
    return (of_ends <= 0) & (of_side <= 0)


def _refuse_spikes(
    names: list[str], shape: Polygon, ring_of: np.ndarray, after: np.ndarray
) -> None:
    """Raise ArgumentError if a side runs back along the one before it."""
    before, tip, end = shape.corners, shape.corners[after], shape.corners[after[after]]
    back = ((before - tip) * (end - tip)).sum(axis=1) > 0
    spikes = np.flatnonzero(back)
    spikes = spikes[orientations(before[spikes], tip[spikes], end[spikes]) == 0]
    if len(spikes):
        raise ArgumentError(
            names[ring_of[spikes[0]]],
            f"a side that runs back from {tuple(tip[spikes[0]].tolist())}",
            "must not intersect itself",
            "leave this vertex out",
        )


def _meeting(
    names: list[str], ring_of: np.ndarray, shape: Polygon, sides: list[int]
) -> ArgumentError:
    """Error for two sides that meet."""
    one, other = (names[ring_of[side]] for side in sides)
    place = _common_point(*shape.sides[sides])
    starts = " and ".join(f"from {tuple(shape.corners[side].tolist())}" for side in sides)
    if one == other:
        return ArgumentError(
            one,
            f"two sides that meet at {place}, {starts}",
            "must not intersect or touch itself, by an exact test",
            "check the order of the vertices",
        )
    return ArgumentError(
        other,
        f"a side that meets one of {one} at {place}, {starts}",
        "must lie inside the outer ring and apart from other holes, without touching",
        "move it",
    )


def _common_point(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """A point of two sides that meet, (start and end, 2), rounded; of a stretch an end of it."""
    start, end = ([Fraction(x) for x in point] for point in one.tolist())
    (ax, ay), (bx, by) = ([Fraction(x) for x in point] for point in other.tolist())
    x, y = (to - at for at, to in zip(start, end, strict=True))
    crossed = x * (by - ay) - y * (bx - ax)
    if crossed == 0:  # along one line: the second of the four ends in their order is in both
        return sorted(map(tuple, [*one.tolist(), *other.tolist()]))[1]
    share = ((ax - start[0]) * (by - ay) - (ay - start[1]) * (bx - ax)) / crossed
    return float(start[0] + share * x), float(start[1] + share * y)


def _refuse_misplaced(
    name: str, vertex: np.ndarray, outer: np.ndarray, others: list[np.ndarray]
) -> None:
    """Raise ArgumentError unless a hole, which meets no other ring, is inside the outer one alone."""
    if not _encloses(outer, vertex) or any(_encloses(ring, vertex) for ring in others):
        raise ArgumentError(
            name,
            f"a ring through {tuple(vertex.tolist())}",
            "must lie inside the outer ring and not inside another hole",
            "move it, or leave it out",
        )


def _encloses(ring: np.ndarray, point: np.ndarray) -> bool:
    """Whether a point off a ring is inside it, by the sides that cross the ray to its right."""
    ends = np.roll(ring, -1, axis=0)
    crossing = (ring[:, 1] > point[1]) != (ends[:, 1] > point[1])
    up = np.where(ends[crossing, 1] > ring[crossing, 1], 1, -1)
    to_the_right = orientations(ring[crossing], ends[crossing], point) == up
    return bool(np.count_nonzero(to_the_right) % 2)


def _refuse_short_sides(shape: Polygon) -> None:
    if not (np.isfinite(shape.area) and shape.area > 0):
        raise ArgumentError("vertices", "no area", "must enclose some", "rescale the polygon")
    shortest, bound = float(shape.lengths.min()), SHORTEST_SIDE * float(np.sqrt(shape.area))
    if shortest < bound:
        raise ArgumentError(
            "vertices",
            f"a side of length {shortest:.3g}",
            f"must be at least 1e-6 sqrt(area) = {bound:.3g}",
            "merge its ends",
        )
