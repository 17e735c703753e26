"""Tetrominoes: four squares that hang together, turned, mirrored, and drawn at a scale."""

import functools
from typing import NamedTuple

import numpy as np

from theory.errors import ArgumentError

SHAPES = {
    "I": ("1111",),
    "O": ("11", "11"),
    "T": ("111", "010"),
    "S/Z": ("011", "110"),
    "J/L": ("100", "111"),
}
"""Cells of each shape, in the order of the labels 1 to 5 (section 4.1 of wave_rnn)."""

CELLS_ALONG = 4
"""Cells along the longest of them."""


class Piece(NamedTuple):
    """Pixels (h, w) of a piece: all of them, and the 1-px border of each of its squares."""

    whole: np.ndarray
    border: np.ndarray


@functools.cache
def piece(name: str, rotation: int, mirrored: bool, scale: int) -> Piece:
    """Shape `name`, mirrored or not, then turned by quarters, each cell scale x scale pixels.

    Examples
    --------
    >>> piece("T", 1, False, 1).whole.astype(int)
    array([[1, 0],
           [1, 1],
           [1, 0]])
    """
    cells = np.array([[cell == "1" for cell in row] for row in SHAPES[name]])
    cells = np.rot90(cells[:, ::-1] if mirrored else cells, rotation)
    rim = np.ones((scale, scale), dtype=bool)
    rim[1:-1, 1:-1] = False
    return Piece(np.kron(cells, np.ones((scale, scale), dtype=bool)), np.kron(cells, rim))


def piece_sizes(names: tuple[str, ...], scale: int) -> tuple[float, float]:
    """Smallest and largest of these pieces, by the longer side in px.

    Examples
    --------
    >>> piece_sizes(("I", "O", "T"), 4)
    (8.0, 16.0)
    """
    sides = [float(max(piece(name, 0, False, scale).whole.shape)) for name in names]
    return min(sides), max(sides)


def require_room(canvas: int, least: int, scale: int) -> None:
    """Raise ArgumentError unless the side of the canvas is `least`, which holds a piece of this scale."""
    if canvas < least:
        raise ArgumentError(
            "canvas",
            canvas,
            f"must be at least {least} px: the longest piece has scale*{CELLS_ALONG} = "
            f"{CELLS_ALONG * scale} px",
            "make the canvas larger, or the scale smaller",
        )
