"""Objects are put where nothing lies yet, by drawing places until one is free."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from theory.errors import ArgumentError

DRAWS = 200
"""Draws of a place before the object is given up, and beginnings of an image before the set is."""

Drawn = TypeVar("Drawn")


def free_place(
    generator: np.random.Generator, occupied: np.ndarray, piece: np.ndarray, ends: tuple[int, int]
) -> tuple[slice, slice] | None:
    """Rows and columns where `piece` meets no occupied pixel; None after 200 draws.

    Parameters
    ----------
    generator : Generator
        Two integers a draw: row, then column.
    occupied : ndarray of bool or labels, (H, W)
        Not zero where something lies.
    piece : ndarray of bool, (h, w)
        The pixels that must be free.
    ends : (int, int)
        Rows below and columns below which the upper left corner is drawn, uniformly.
    """
    height, width = piece.shape
    for _ in range(DRAWS):
        row, column = int(generator.integers(ends[0])), int(generator.integers(ends[1]))
        place = slice(row, row + height), slice(column, column + width)
        if not occupied[place][piece].any():
            return place
    return None


def begun_anew(draw: Callable[[], Drawn | None], canvas: int) -> Drawn:
    """Return what `draw` gives, begun anew as often as it finds no room.

    Raises
    ------
    ArgumentError
        If 200 beginnings in a row have no room on the canvas.
    """
    for _ in range(DRAWS):
        drawn = draw()
        if drawn is not None:
            return drawn
    raise ArgumentError(
        "canvas",
        canvas,
        f"must have room for the objects: {DRAWS} beginnings of {DRAWS} draws a place found none",
        "make it larger, or the objects fewer or smaller",
    )
