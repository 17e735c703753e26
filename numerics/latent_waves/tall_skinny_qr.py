"""The triangular factor of all images as rows, block by block: what products of pixels round away.

Products square the singular values, and what is below 1e-8 of the largest is lost in them. The factor
R of A = Q R has the singular values and right singular vectors of A itself, and takes as little memory.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg.lapack import dtpqrt

from numerics.images.stream import ImageStream
from numerics.latent_waves.moments import counted_blocks, refuse_many_pixels
from theory.errors import ArgumentError

ROWS = 1024
"""Rows that join the factor at a time."""
REFLECTIONS = 32
"""Columns whose reflections are applied together; 16 and 64 take as long."""


def triangular_factor(
    stream: ImageStream, *, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Return R, (n, n), upper triangular, with R^T R = A^T A; A has the images' stored values as rows.

    Each block of rows B is joined to the factor so far by the QR decomposition of [R; B], which leaves
    the zeros of R alone: 2 m n^2 operations in all. Rows are equal up to their sign whatever the
    blocks, but not to the last bit.

    Parameters
    ----------
    progress : callable, optional
        Called with the number of images done and their total.

    Raises
    ------
    ArgumentError
        For images of more than 20000 pixels, none or others than announced, and values that are not finite.

    Source: LAPACK's tpqrt; J. Demmel, L. Grigori, M. Hoemmen, J. Langou, Communication-optimal parallel
    and sequential QR and LU factorizations (2012).
    """
    refuse_many_pixels(stream.shape)
    pixels = stream.shape[0] * stream.shape[1]
    factor = np.zeros((pixels, pixels), order="F")
    for done, images in counted_blocks(stream):
        rows = images.reshape(len(images), pixels)
        for begin in range(0, len(rows), ROWS):
            factor = _joined(factor, rows[begin : begin + ROWS])
        if progress is not None:
            progress(done, stream.count)
    if not np.isfinite(factor).all():
        raise ArgumentError("images", "nan or inf", "must be finite", "leave such images out")
    return factor


def _joined(factor: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the factor of [factor; rows]; the one given is overwritten."""
    below = np.array(rows, dtype=float, order="F")
    # the third argument: none of the rows below is part of the triangle
    factor, _, _, _ = dtpqrt(
        0, min(REFLECTIONS, len(factor)), factor, below, overwrite_a=1, overwrite_b=1
    )
    return factor
