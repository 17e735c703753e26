"""Eigenimages: the right singular vectors of all images as rows, by their singular values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import scipy.linalg

from numerics.images.arguments import require_integer
from numerics.images.stream import ImageStream
from numerics.latent_waves.moments import SecondMoments, second_moments
from numerics.latent_waves.tall_skinny_qr import triangular_factor
from theory.errors import ArgumentError

PRODUCTS, TRIANGLE = "products of pixels", "triangular factor"
SMALLEST_OF_PRODUCTS = 1e-6
"""Of s_j/s_0: there an eigenimage from products of pixels is off by some 1e-4, below soon by more."""


@dataclasses.dataclass(frozen=True)
class Eigenimages:
    """Singular values and right singular vectors of an image set, the largest first; j counts from 0.

    Parameters
    ----------
    singular_values : ndarray, (J,)
        s_j, in pixel values; J = n, or fewer where only the first were asked for.
    vectors : ndarray, (n, J)
        v_j as columns, pixels row by row.
    shape : (int, int)
        Pixels along y and x.
    rank : int
        Frames from here on are arbitrary null vectors: s_j is rounding. J where none is.
    method : str
        How they were computed: "products of pixels" or "triangular factor".
    """

    singular_values: np.ndarray
    vectors: np.ndarray
    shape: tuple[int, int]
    rank: int
    method: str


def eigenimages(moments: SecondMoments, count: int | None = None) -> Eigenimages:
    """Return the eigenimages of a set from its moments, by the symmetric eigenproblem.

    Squares of singular values below n eps of the largest square are rounding: they give the rank. A
    vector is in error by about eps s_0^2 over the gap to the next square; where s_j > 1e-3 s_0 the
    film of MNIST is that of the singular value decomposition to 1e-10.

    Parameters
    ----------
    count : int, optional
        Only the first so many, from 2 to n: from n = 2000 on a fraction of the time, and as exact.

    Raises
    ------
    ArgumentError
        For a rank below 2, and a count out of range.
    """
    chosen = _first(moments.pixels, count)
    # divide and conquer finds all vectors faster, but only all
    how = {"driver": "evd"} if chosen is None else {"subset_by_index": chosen}
    squares, vectors = scipy.linalg.eigh(moments.products, **how)
    squares, vectors = squares[::-1], vectors[:, ::-1]
    rank = _rank(squares, moments.pixels)
    values = np.sqrt(np.clip(squares, 0, None)) * moments.scale
    return Eigenimages(values, vectors, moments.shape, rank, PRODUCTS)


def eigenimages_of(
    stream: ImageStream,
    count: int | None = None,
    *,
    smallest: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Eigenimages:
    """Return the eigenimages of a stream by the method that resolves the smallest that are wanted.

    For what products of pixels do not resolve there is the triangular factor: down to n eps, in some
    four times the time. `method` tells which it was.

    Parameters
    ----------
    count : int, optional
        Only the first so many, from 2 to n.
    smallest : float, optional
        The smallest s_j/s_0 of interest, positive and below 1; by default what products resolve.
    progress : callable, optional
        Called with the number of images done and their total.

    Raises
    ------
    ArgumentError
        For arguments out of range, a rank below 2, and what `second_moments` refuses.
    """
    pixels = stream.shape[0] * stream.shape[1]
    _first(pixels, count)
    if smallest is not None and not 0 < smallest < 1:
        raise ArgumentError("smallest", smallest, "must be between 0 and 1", "leave it out")
    if smallest is None or smallest >= resolved_by_products(pixels):
        return eigenimages(second_moments(stream, progress=progress), count)
    factor = triangular_factor(stream, progress=progress)
    _, values, vectors = scipy.linalg.svd(factor, overwrite_a=True)
    kept = slice(count)
    rank = _rank(values[kept], pixels)
    return Eigenimages(values[kept] * stream.scale, vectors[kept].T, stream.shape, rank, TRIANGLE)


def resolved_by_products(pixels: int) -> float:
    """Return the smallest s_j/s_0 for which products of pixels do: 1e-6, or sqrt(n eps) if that is more."""
    return max(SMALLEST_OF_PRODUCTS, float(np.sqrt(pixels * np.finfo(float).eps)))


def _first(pixels: int, count: int | None) -> list[int] | None:
    """Return which eigenvalues, in ascending order, are the `count` largest; None for all."""
    if count is None:
        return None
    count = require_integer("count", count, 2, pixels, "leave it out for all")
    return [pixels - count, pixels - 1]


def _rank(sizes: np.ndarray, pixels: int) -> int:
    """Return how many sizes are more than rounding of the largest, or raise ArgumentError for one."""
    rank = int((sizes > pixels * np.finfo(float).eps * sizes[0]).sum())
    if rank < 2:
        raise ArgumentError(
            "images",
            "constant images only, or multiples of one",
            f"rank {rank} < 2",
            "pass images that differ",
        )
    return rank
