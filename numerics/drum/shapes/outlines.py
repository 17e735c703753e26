"""Closed contours, made of many points, turned into polygons of few sides."""

from __future__ import annotations

import numpy as np

from theory.errors import ArgumentError

FROM_ENDS = 2.0  # pixels at both ends of a side that its line is not fitted to
LEAST_POINTS = 4  # that a line is fitted to
LEAST_TURN = np.radians(8)  # between lines that are intersected
FARTHEST = 3.0  # pixels that a vertex is moved

Line = tuple[np.ndarray, np.ndarray]  # a point of it and its direction


def enclosed_area(contour: np.ndarray) -> float:
    """Return the area within a closed contour, (point, 2)."""
    x, y = (contour - contour[0]).T
    return float(abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2)


def simplified(contour: np.ndarray, eps: float) -> np.ndarray:
    """Return which points of a closed contour, (point, 2), are kept as vertices: ascending, (vertex,).

    Two are fixed: the farthest from the mean, which is a corner if there are corners, and the
    farthest from that.

    Raises
    ------
    ArgumentError
        If fewer than three are left.
    """
    start = _farthest(contour, contour.mean(axis=0))
    opposite = _farthest(contour, contour[start])
    kept, parts = {start, opposite}, [sorted((start, opposite))]
    parts.append([parts[0][1], parts[0][0] + len(contour)])
    while parts:
        first, last = parts.pop()
        between = np.arange(first + 1, last) % len(contour)
        if not len(between):
            continue
        gaps = _gaps(contour[between], contour[first % len(contour)], contour[last % len(contour)])
        if gaps.max() > eps:
            middle = first + 1 + int(gaps.argmax())
            kept.add(middle % len(contour))
            parts += [[first, middle], [middle, last]]
    if len(kept) < 3:
        centre = tuple(np.round(contour.mean(axis=0), 1).tolist())
        raise ArgumentError(
            "picture",
            f"a spot around pixel {centre}",
            f"must be wide enough for three corners, {eps:g} pixels beside its contour at most",
            "fill it in, or draw it larger",
        )
    return np.array(sorted(kept))


def refitted(contour: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return vertices where lines fitted to the contour's sides meet, (vertex, 2).

    A side's line is fitted to the points more than 2 pixels from its ends, if there are 4 at least. A
    vertex stays where a neighbour has no line, the lines turn by less than 8 degrees, or it would move
    by 3 pixels.
    """
    vertices = contour[kept]
    ends = [*kept[1:], kept[0] + len(contour)]
    lines = [
        _fitted_line(
            contour[np.arange(first + 1, last) % len(contour)], vertex, contour[last % len(contour)]
        )
        for first, last, vertex in zip(kept, ends, vertices, strict=True)
    ]
    return np.array(
        [_meeting_point(lines[k - 1], lines[k], vertices[k]) for k in range(len(vertices))]
    )


def _farthest(contour: np.ndarray, point: np.ndarray) -> int:
    return int(((contour - point) ** 2).sum(axis=1).argmax())


def _gaps(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Distances of points, (point, 2), to a segment."""
    along = end - start
    share = np.clip((points - start) @ along / (along @ along), 0, 1)
    return np.linalg.norm(points - start - share[:, None] * along, axis=1)


def _fitted_line(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> Line | None:
    """The line with the least squared distances to the middle points of a side."""
    apart = [np.linalg.norm(points - corner, axis=1) > FROM_ENDS for corner in (start, end)]
    middle = points[apart[0] & apart[1]]
    if len(middle) < LEAST_POINTS:
        return None
    centre = middle.mean(axis=0)
    return centre, np.linalg.svd(middle - centre, full_matrices=False)[2][0]


def _meeting_point(one: Line | None, other: Line | None, vertex: np.ndarray) -> np.ndarray:
    """Where two lines meet, or the vertex if that is not near or not sure."""
    if one is None or other is None:
        return vertex
    (start, along), (point, across) = one, other
    turn = along[0] * across[1] - along[1] * across[0]
    if abs(turn) < np.sin(LEAST_TURN):
        return vertex
    gap = point - start
    meeting = start + along * (gap[0] * across[1] - gap[1] * across[0]) / turn
    return meeting if np.linalg.norm(meeting - vertex) < FARTHEST else vertex
