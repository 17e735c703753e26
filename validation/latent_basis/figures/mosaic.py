"""Pictures in rows and columns, each in a frame that tells whether its label is the one it should have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MATCH, MISS = plots.COLOURS[1], plots.COLOURS[2]
PIXELS = 32  # of a picture's longer side, at least: frames are drawn in pixels
FRAME, GAP, DASH = 3, 3, 6  # of a frame, between two, and of its dashes


def grey_limits(pictures: xr.Dataset) -> tuple[float, float]:
    """Return what is black and what is white, in every picture of a figure: the ends of the real images."""
    return float(pictures["real"].min()), float(pictures["real"].max())


def in_rows(images: np.ndarray, columns: int) -> np.ndarray:
    """Return images (N, y, x) in rows of so many, (rows, columns, y, x); nan where there is none."""
    rows = -(-len(images) // columns)
    whole = np.full((rows * columns, *images.shape[1:]), np.nan)
    whole[: len(images)] = images
    return whole.reshape(rows, columns, *images.shape[1:])


def mosaic(
    images: np.ndarray, limits: tuple[float, float], matches: np.ndarray | None = None
) -> np.ndarray:
    """Return images (rows, columns, y, x) as one picture, (height, width, 3), from 0 to 1.

    Parameters
    ----------
    limits : (float, float)
        Values that are black and white.
    matches : ndarray (rows, columns), optional
        1: in a frame of `MATCH`; 0: in a broken one of `MISS`; nan, or all without it: in none.
    """
    rows, columns, *shape = images.shape
    enlarged = max(1, -(-PIXELS // max(shape)))
    frame = 0 if matches is None else FRAME
    tile = [enlarged * side + 2 * frame for side in shape]
    pitch = [side + GAP for side in tile]
    whole = np.ones((rows * pitch[0], columns * pitch[1], 3))
    for row, column in np.ndindex(rows, columns):
        image = images[row, column]
        if np.isnan(image).all():
            continue
        y, x = row * pitch[0] + GAP // 2, column * pitch[1] + GAP // 2
        place = whole[y : y + tile[0], x : x + tile[1]]
        if matches is not None and np.isfinite(matches[row, column]):
            _frame(place, bool(matches[row, column]))
        grey = np.clip((image - limits[0]) / (limits[1] - limits[0]), 0, 1)
        inner = place[frame : tile[0] - frame, frame : tile[1] - frame]
        inner[:] = np.kron(grey, np.ones((enlarged, enlarged)))[..., None]
    return whole


def _frame(place: np.ndarray, match: bool) -> None:
    """Fill a tile with its frame's colour; a miss is broken, to be told without colour."""
    from matplotlib.colors import to_rgb

    place[:] = to_rgb(MATCH if match else MISS)
    if not match:
        y, x = np.indices(place.shape[:2])
        place[((y + x) // DASH) % 2 == 1] = 1.0


def draw(
    images: np.ndarray,
    limits: tuple[float, float],
    ax: Axes,
    *,
    matches: np.ndarray | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> None:
    """Draw images (rows, columns, y, x) without axes, rows and columns named."""
    whole = mosaic(images, limits, matches)
    ax.imshow(whole, extent=(0, images.shape[1], images.shape[0], 0), aspect="auto")
    ax.set_box_aspect(whole.shape[0] / whole.shape[1])
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    if max(map(len, columns), default=0) > 3:
        ax.tick_params(axis="x", rotation=60)
    ax.tick_params(length=0, labelsize="small")
    ax.spines[:].set_visible(False)


def frame_legend(figure: Figure, match: str, miss: str) -> None:
    """Tell below a figure what the frames mean."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], lw=2.5, color=MATCH), Line2D([], [], lw=2.5, color=MISS, ls="--")]
    figure.legend(handles, [match, miss], loc="outside lower center", ncols=2, frameon=False)
