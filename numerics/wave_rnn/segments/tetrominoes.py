"""Tetrominoes: up to five coloured pieces with a texture on 64 x 64 pixels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numerics.images.arguments import require_integer
from numerics.wave_rnn.segments.drawn_splits import Drawing, drawn_splits, seeds_of
from numerics.wave_rnn.segments.placement import begun_anew, free_place
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.segments.tetromino_shapes import (
    CELLS_ALONG,
    SHAPES,
    Piece,
    piece,
    piece_sizes,
    require_room,
)

NAMES = tuple(SHAPES)
MIRRORED = ("S/Z", "J/L")
"""Shapes whose mirror image is another one; it bears the same label."""


def tetrominoes_splits(
    sizes: Sequence[int] = (10_000, 1000, 1000),
    *,
    seed: int = 42,
    canvas: int = 64,
    scale: int = 7,
    most_pieces: int = 5,
    cache: Path | None = None,
) -> Splits:
    """One to five pieces an image, their bounding boxes apart, each with a colour of its own.

    Number of pieces, shapes (without replacement; five pieces are drawn from two copies of the list),
    rotation, mirror image, colour and place are uniform. The 1-px border of each square has the
    colour plus its half, in unsigned bytes: it wraps for colours from 171 on. The last row and column
    stay free. After 200 draws of a place an image is begun anew.

    Parameters
    ----------
    sizes : three int
        Images to train on, to choose by, to report.
    seed : int
        The splits draw from `numpy.random.default_rng` of (seed, 0), (seed, 1), (seed, 2).
    canvas : int
        Side in px, more than scale*4.
    scale : int
        Side of a square in px.
    most_pieces : int
        From 1 to 5.
    cache : Path, optional
        Folder in which the splits are kept.

    Returns
    -------
    Splits
        Images (3, canvas, canvas), unsigned bytes; classes background, I, O, T, S/Z, J/L.

    Raises
    ------
    ArgumentError
        On a canvas that is too small for a piece or for so many, on numbers out of range.

    Source: section 4.1 of the description of wave_rnn; the procedure of the authors' release, which
    searches a place without limit.
    """
    scale = require_integer("scale", scale, 1, None, "pass 7, say")
    canvas = require_integer("canvas", canvas, 1, None, "pass 64, say")
    most_pieces = require_integer("most_pieces", most_pieces, 1, len(NAMES), "pass 5, say")
    require_room(canvas, CELLS_ALONG * scale + 1, scale)
    drawing = Drawing(
        "tetrominoes",
        ("background", *NAMES),
        {"canvas": canvas, "scale": scale, "most_pieces": most_pieces},
        piece_sizes(NAMES, scale),
    )

    def draw(generator, count, _):
        drawn = [
            begun_anew(lambda: _image(generator, canvas, scale, most_pieces), canvas)
            for _ in range(count)
        ]
        images, masks = zip(*drawn, strict=True)
        return np.stack(images), np.stack(masks)

    return drawn_splits(drawing, draw, sizes=sizes, seeds=seeds_of(seed), cache=cache)


def _image(
    generator: np.random.Generator, canvas: int, scale: int, most_pieces: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Image (3, canvas, canvas) and mask, or None if a piece finds no place."""
    image = np.zeros((3, canvas, canvas), dtype=np.uint8)
    mask = np.zeros((canvas, canvas), dtype=np.uint8)
    for shape in _shapes(generator, int(generator.integers(1, most_pieces + 1))):
        turned = _turned(generator, NAMES[shape], scale)
        colour = generator.integers(256, size=3, dtype=np.uint8)
        height, width = turned.whole.shape
        box = np.ones((height, width), dtype=bool)
        place = free_place(generator, mask, box, (canvas - height, canvas - width))
        if place is None:
            return None
        image[:, *place] = _textured(turned, colour)
        mask[place] = (shape + 1) * turned.whole
    return image, mask


def _shapes(generator: np.random.Generator, pieces: int) -> list[int]:
    """Shapes without replacement, from two copies of the list where all five would be taken."""
    copies = 1 if pieces < len(NAMES) else 2
    return (generator.permutation(copies * len(NAMES))[:pieces] % len(NAMES)).tolist()


def _turned(generator: np.random.Generator, name: str, scale: int) -> Piece:
    """Piece of this shape, turned by chance, and mirrored where that makes another one."""
    rotation = int(generator.integers(4))
    mirrored = name in MIRRORED and bool(generator.integers(2))
    return piece(name, rotation, mirrored, scale)


def _textured(turned: Piece, colour: np.ndarray) -> np.ndarray:
    """Pixels (3, h, w) of a piece; unsigned bytes, so that bright borders wrap as in the release."""
    bright = colour + colour // np.uint8(2)
    shades = np.where(turned.border, bright[:, None, None], colour[:, None, None])
    return shades * turned.whole
