"""Small tetrominoes: one grey piece on 18 x 18 pixels, for runs of seconds on a CPU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numerics.images.arguments import require_integer
from numerics.wave_rnn.segments.drawn_splits import Drawing, drawn_splits, require_seeds
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.segments.tetromino_shapes import (
    CELLS_ALONG,
    SHAPES,
    piece,
    piece_sizes,
    require_room,
)
from theory.errors import ArgumentError

GREY = (0.35, 0.65)
"""Bounds of the uniform grey level."""

BORDER = 1.5
"""Grey of the 1-px border of each square, in units of the piece's: at most .975."""


def small_tetrominoes_splits(
    sizes: Sequence[int] = (4000, 200, 1000),
    *,
    seeds: Sequence[int] = (1, 2, 3),
    canvas: int = 18,
    scale: int = 4,
    shapes: tuple[str, ...] = ("I", "O", "T"),
    cache: Path | None = None,
) -> Splits:
    """One piece an image, anywhere on the canvas, turned by quarters, never mirrored.

    Drawn per image in the order class, rotation, grey level, row, column: fewer images are the first
    ones of more.

    Parameters
    ----------
    sizes, seeds : three int
        Images and seed of the training, validation and test set.
    canvas : int
        Side in px, at least scale*4.
    scale : int
        Side of a square in px.
    shapes : tuple of str
        Among I, O, T, S/Z, J/L; labels 1, 2, ... in this order.
    cache : Path, optional
        Folder in which the splits are kept.

    Returns
    -------
    Splits
        Images (1, canvas, canvas), float32; classes background and the shapes.

    Raises
    ------
    ArgumentError
        On a canvas that is too small for a piece, unknown shapes, sizes or seeds that are no integers.

    Source: section 7.1 of the description of wave_rnn.
    """
    scale = require_integer("scale", scale, 1, None, "pass 4, say")
    canvas = require_integer("canvas", canvas, 1, None, "pass 18, say")
    require_room(canvas, CELLS_ALONG * scale, scale)
    _require_shapes(shapes)
    drawing = Drawing(
        "small_tetrominoes",
        ("background", *shapes),
        {"canvas": canvas, "scale": scale, "shapes": list(shapes)},
        piece_sizes(shapes, scale),
    )
    return drawn_splits(
        drawing,
        lambda generator, count, _: _draw(generator, count, shapes, canvas, scale),
        sizes=sizes,
        seeds=require_seeds(seeds),
        cache=cache,
    )


def _draw(
    generator: np.random.Generator, count: int, shapes: tuple[str, ...], canvas: int, scale: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images (count, 1, canvas, canvas) and masks of one split."""
    images = np.zeros((count, 1, canvas, canvas), dtype=np.float32)
    masks = np.zeros((count, canvas, canvas), dtype=np.uint8)
    for image, mask in zip(images[:, 0], masks, strict=True):
        label = int(generator.integers(len(shapes)))
        turned = piece(shapes[label], int(generator.integers(4)), False, scale)
        grey = generator.uniform(*GREY)
        height, width = turned.whole.shape
        row = generator.integers(canvas - height + 1)
        column = generator.integers(canvas - width + 1)
        place = slice(row, row + height), slice(column, column + width)
        image[place] = grey * np.where(turned.border, BORDER, turned.whole)
        mask[place] = (label + 1) * turned.whole
    return images, masks


def _require_shapes(shapes: tuple[str, ...]) -> None:
    """Known shapes, each once."""
    if not shapes or len(set(shapes)) < len(shapes) or not set(shapes) <= set(SHAPES):
        raise ArgumentError(
            "shapes",
            shapes,
            f"must be some of {', '.join(SHAPES)}, each once",
            'pass ("I", "O", "T"), say',
        )
