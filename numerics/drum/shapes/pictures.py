"""Drums that are drawn: how much of each pixel they cover, the mask of that, and its outline.

A picture's rows count down and its columns to the right; coverage is (x, y) with y upward, so that
pixel (x, y) has its centre at (x, y). All lengths are in pixels.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from numerics.drum.drums import Drum, from_mask, require_whole
from numerics.drum.shapes.outlines import enclosed_area, refitted, simplified
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import polygon, require_length
from theory.errors import ArgumentError

MOST_PIXELS = 16_000_000
NARROWEST = 8  # pixels that a drum must be wide somewhere
BAND = 2  # pixels around the outline whose greys count
EPS = 1.0  # pixels that an outline may run beside its contour


# --- coverage ------------------------------------------------------------------------------------


def coverage_of(file: BinaryIO, *, invert: bool = False) -> np.ndarray:
    """Return how much of each pixel of a PNG or JPEG is drum, (x, y), from 0 to 1.

    What is transparent shows white. 1 - grey/255: the drum is dark, or with `invert` light.

    Raises
    ------
    ArgumentError
        For more than 16 million pixels, by the header; more than one frame, or channels that have
        not 8 bits.
    """
    import warnings

    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our bound is lower
        try:
            opened = Image.open(file, formats=("PNG", "JPEG"))
        except Image.DecompressionBombError as error:
            raise _too_large(str(error)) from error
    with opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_large(f"{opened.width} x {opened.height} pixels")
        frames = getattr(opened, "n_frames", 1)
        if frames != 1:
            raise ArgumentError("picture", f"{frames} frames", "must have one", "keep one of them")
        if opened.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"):
            raise ArgumentError(
                "picture", f"mode {opened.mode}", "must have 8 bits a channel", "convert it"
            )
        upright = ImageOps.exif_transpose(opened)  # as viewers show what a camera has turned
        grey = np.asarray(_on_white(upright).convert("L"))
    dark = 1 - grey[::-1].T / 255
    return 1 - dark if invert else dark


def _on_white(picture):  # of type PIL.Image.Image, which is not loaded here
    from PIL import Image

    if picture.mode not in ("LA", "PA", "RGBA") and "transparency" not in picture.info:
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA"))


def _too_large(found: str) -> ArgumentError:
    return ArgumentError(
        "picture", found, f"must have at most {MOST_PIXELS:,} pixels", "make it smaller"
    )


def fills(coverage: np.ndarray) -> bool:
    """Return whether what is dark reaches all four edges of a picture, as ground does."""
    edges = (coverage[0], coverage[-1], coverage[:, 0], coverage[:, -1])
    return all((edge > 1 / 2).any() for edge in edges)


def drum_coverage(coverage: np.ndarray, *, component: str | None = None) -> np.ndarray:
    """Return the coverage by one connected drum, (x, y), 0 elsewhere; refuse what is none.

    Within two pixels of the drum's outline greys stay as they are: they place the wall. Deeper inside
    a pixel counts as 1, farther outside as 0, and so neither a grey paper nor the noise of a JPEG adds
    to the area.

    Parameters
    ----------
    coverage : ndarray, (x, y)
    component : {"largest"}, optional
        What to take of a picture with several drums; neighbours share a side.

    Raises
    ------
    ArgumentError
        For coverage that is not two-dimensional or not from 0 to 1; a picture without pixels on both
        sides of 1/2; several drums, if none is chosen; a drum into which no disc of 8 pixels fits.
    """
    from scipy import ndimage

    coverage = _require_coverage(coverage)
    if component not in (None, "largest"):
        raise ArgumentError(
            "component", component, "must be largest for a picture, which is one drum", "choose it"
        )
    dark = coverage > 1 / 2
    if dark.all() or not dark.any():
        which = "drum" if dark.all() else "background"
        raise ArgumentError(
            "picture",
            f"{which} alone",
            "must have both colours, a dark drum on light ground",
            "draw the other, or invert",
        )
    try:
        drum = from_mask(dark, component=component).free[1:-1, 1:-1]
    except ArgumentError as error:  # all parts together are no one outline
        remedy = "invert" if fills(coverage) else "choose component largest"
        raise ArgumentError("picture", error.value, "must be connected", remedy) from error
    if not ndimage.binary_erosion(np.pad(drum, 1), _disc()).any():
        raise ArgumentError(
            "picture",
            f"a drum of {np.count_nonzero(drum)} pixels",
            f"must have room for a disc of {NARROWEST} pixels",
            "draw it larger",
        )
    near = ndimage.binary_dilation(drum, iterations=BAND)
    deep = ndimage.binary_erosion(drum, iterations=BAND, border_value=0)
    beside_others = ndimage.binary_dilation(dark & ~drum) & ~drum
    return np.where(deep, 1.0, np.where(near & ~beside_others, coverage, 0.0))


def _require_coverage(coverage: np.ndarray) -> np.ndarray:
    coverage = np.asarray(coverage, float)
    if coverage.ndim != 2:
        raise ArgumentError(
            "coverage", coverage.shape, "must have two dimensions", "pass one layer"
        )
    if not ((coverage >= 0) & (coverage <= 1)).all():
        raise ArgumentError(
            "coverage", "values beside", "must lie from 0 to 1", "divide by the white level"
        )
    return coverage


def _disc() -> np.ndarray:
    """Pixels whose centres are in a disc of 8 pixels, (8, 8)."""
    along = np.arange(NARROWEST) - (NARROWEST - 1) / 2
    return along[:, None] ** 2 + along[None, :] ** 2 < (NARROWEST / 2) ** 2


# --- its mask ------------------------------------------------------------------------------------


def picture_drum(coverage: np.ndarray, *, pixels: int = 1, spacing: float = 1.0) -> Drum:
    """Return the drum whose free nodes are covered by more than half.

    Node (i, j), the rim counted, has its centre at pixel (i - 1) * pixels + (pixels - 1)/2, likewise j.

    Parameters
    ----------
    coverage : ndarray, (x, y)
        Of `drum_coverage`.
    pixels : int
        Along the side of the square that a node stands for.
    spacing : float
        Width of a pixel; the drum's is `pixels` times it.

    Raises
    ------
    ArgumentError
        As `from_mask`, a narrow drum that large squares tear apart too; for squares of less than one pixel.
    """
    require_whole("pixels", pixels, 1)
    spacing = require_length("spacing", spacing)
    padded = np.pad(coverage, [(0, -length % pixels) for length in coverage.shape])
    rows, columns = (length // pixels for length in padded.shape)
    covered = padded.reshape(rows, pixels, columns, pixels).mean(axis=(1, 3))
    return from_mask(covered > 1 / 2, spacing=pixels * spacing)


# --- its outline ---------------------------------------------------------------------------------


def picture_polygon(coverage: np.ndarray, eps: float = EPS) -> tuple[Polygon, float]:
    """Return the outline of a drum as a polygon, and what to multiply its eigenvalues by.

    The contour at 1/2 between pixel centres, simplified to sides that leave it by at most `eps`
    pixels (Douglas, Peucker 1973), whose lines are then fitted to the contour and intersected. The
    factor, the polygon's area over the coverage's, makes good for the area that is still off.

    Parameters
    ----------
    coverage : ndarray, (x, y)
        Of `drum_coverage`.
    eps : float
        In pixels.

    Raises
    ------
    ArgumentError
        For an `eps` that is not positive, a hole too small to have three corners, and an outline whose
        sides meet.
    """
    import contourpy

    eps = require_length("eps", eps)
    # z is (y, x) there; the added rim of 0 closes contours along the edge
    lines = contourpy.contour_generator(z=np.pad(coverage, 1).T, line_type="Separate").lines(1 / 2)
    contours = [np.asarray(line)[:-1] - 1.0 for line in lines]
    contours.sort(key=enclosed_area, reverse=True)
    outer, *holes = [refitted(contour, simplified(contour, eps)) for contour in contours]
    outline = polygon(outer, holes)
    return outline, outline.area / float(coverage.sum())
