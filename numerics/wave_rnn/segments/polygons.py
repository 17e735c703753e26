"""Polygons: one or two white regular polygons on black, told apart by their number of edges."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numerics.images.arguments import require_integer
from numerics.wave_rnn.segments.drawn_splits import Drawing, drawn_splits, seeds_of
from numerics.wave_rnn.segments.placement import DRAWS, begun_anew
from numerics.wave_rnn.segments.segment_set import Splits
from theory.errors import ArgumentError

EDGES = {3: "triangle", 4: "square", 5: "pentagon", 6: "hexagon"}
RADIUS = (15.0, 20.0)
"""Bounds of the circumradius in px."""

MOST = 2
"""Polygons in an image, at most."""

LEAST_CANVAS = 2 * int(RADIUS[1]) + 2


def polygons_splits(
    sizes: Sequence[int] = (10_000, 1000, 1000),
    *,
    seed: int = 42,
    canvas: int = 75,
    cache: Path | None = None,
) -> Splits:
    """One or two polygons of 3 to 6 edges an image, label = edges - 2, no pixel in common.

    Number, edges, circumradius (15 to 20 px), rotation in [0, 2 pi/edges) and centre are uniform; the
    circumcircle stays on the canvas, whose rim is half a pixel beyond the outer pixels' centres. A pixel
    belongs to a polygon if its centre lies in all its half-planes. After 200 draws of a centre an image
    is begun anew.

    Parameters
    ----------
    sizes : three int
        Images to train on, to choose by, to report.
    seed : int
        The splits draw from `numpy.random.default_rng` of (seed, 0), (seed, 1), (seed, 2).
    canvas : int
        Side in px, at least 42.
    cache : Path, optional
        Folder in which the splits are kept.

    Returns
    -------
    Splits
        Images (1, canvas, canvas), unsigned bytes; classes background, triangle, square, pentagon,
        hexagon.

    Raises
    ------
    ArgumentError
        On a canvas that is too small, on numbers out of range.

    Source: section 4.1 of the description of wave_rnn; ours, where the paper's text leaves it open.
    """
    canvas = require_integer("canvas", canvas, 1, None, "pass 75, say")
    if canvas < LEAST_CANVAS:
        raise ArgumentError(
            "canvas",
            canvas,
            f"must be at least {LEAST_CANVAS} px: a polygon has the circumradius {RADIUS[1]:g} px",
            "make it larger",
        )
    drawing = Drawing(
        "polygons",
        ("background", *EDGES.values()),
        {"canvas": canvas, "radius": RADIUS, "most_polygons": MOST},
        # A square that stands straight has the smallest bounding box, sqrt(2) r wide.
        (math.sqrt(2) * RADIUS[0], 2 * RADIUS[1]),
    )

    def draw(generator, count, _):
        masks = np.stack(
            [begun_anew(lambda: _mask(generator, canvas), canvas) for _ in range(count)]
        )
        return np.multiply(masks[:, None] > 0, 255, dtype=np.uint8), masks

    return drawn_splits(drawing, draw, sizes=sizes, seeds=seeds_of(seed), cache=cache)


def polygon(
    edges: int, radius: float, rotation: float, centre: tuple[float, float], canvas: int
) -> np.ndarray:
    """Pixels (canvas, canvas) of a regular polygon; pixel centres have integer coordinates.

    Pixel p is inside if `(p - centre).n_j <= radius cos(pi/edges)` for the outward normals n_j of all
    edges, at the angles rotation + (2 j + 1) pi/edges.

    Examples
    --------
    >>> int(polygon(4, 3.0, 0.0, (3.0, 3.0), 7).sum())      # |x| + |y| <= 3
    25
    """
    angles = rotation + (2 * np.arange(edges) + 1) * math.pi / edges
    along_rows, along_columns = (np.arange(canvas) - c for c in centre)
    reach = np.cos(angles)[:, None, None] * along_rows[:, None]
    reach = reach + np.sin(angles)[:, None, None] * along_columns
    # A corner on a pixel centre belongs to the polygon, whatever the last bit of its angle.
    return (reach <= radius * math.cos(math.pi / edges) + 1e-9).all(axis=0)


def _mask(generator: np.random.Generator, canvas: int) -> np.ndarray | None:
    """Mask of one image, or None if a polygon finds no place."""
    mask = np.zeros((canvas, canvas), dtype=np.uint8)
    for _ in range(int(generator.integers(1, MOST + 1))):
        edges = int(generator.integers(min(EDGES), max(EDGES) + 1))
        radius = generator.uniform(*RADIUS)
        rotation = generator.uniform(0, 2 * math.pi / edges)
        inside = _placed(generator, mask, edges, radius, rotation)
        if inside is None:
            return None
        mask[inside] = edges - 2
    return mask


def _placed(
    generator: np.random.Generator, mask: np.ndarray, edges: int, radius: float, rotation: float
) -> np.ndarray | None:
    """Pixels of the polygon at the first centre that is free; None after 200 draws."""
    canvas = len(mask)
    for _ in range(DRAWS):
        row, column = generator.uniform(radius - 0.5, canvas - 0.5 - radius, size=2).tolist()
        inside = polygon(edges, radius, rotation, (row, column), canvas)
        if not mask[inside].any():
            return inside
    return None
