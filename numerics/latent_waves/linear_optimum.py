"""What a linear autoencoder can do at best: in closed form, without training."""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.linalg

from numerics.latent_waves.moments import SecondMoments
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class LinearOptimum:
    """The linear autoencoder of least mean squared error, x^ = c + (x - c) W W^T.

    Parameters
    ----------
    directions : ndarray, (n, d)
        W, orthonormal columns.
    centre : ndarray, (n,)
        c: the mean image with bias, 0 without.
    """

    directions: np.ndarray
    centre: np.ndarray

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return reconstructions of images as rows, (k, n)."""
        return self.centre + (images - self.centre) @ self.directions @ self.directions.T


def linear_optimum(moments: SecondMoments, bottleneck: int, *, bias: bool = True) -> LinearOptimum:
    """Return the optimum: without bias the truncated SVD, with bias the mean and centred components.

    The first has rank d and keeps frames j < d as they are; the second has rank d + 1.

    Parameters
    ----------
    moments : SecondMoments
        Of the images.
    bottleneck : int
        d.

    Raises
    ------
    ArgumentError
        For a bottleneck below 1 or above the rank of the images, minus mean with bias: beyond it
        any direction would do.

    Source: P. Baldi, K. Hornik, Neural Networks 2, 53 (1989).
    """
    centre = moments.sums / moments.count if bias else np.zeros(moments.pixels)
    products = moments.products - moments.count * np.outer(centre, centre)
    squares, vectors = scipy.linalg.eigh(products)
    rank = int((squares > moments.pixels * np.finfo(float).eps * squares[-1]).sum())
    if not 1 <= bottleneck <= rank:
        raise ArgumentError(
            "bottleneck",
            bottleneck,
            f"must be from 1 to {rank}, the rank of the images{' minus mean' * bias}",
            "take a narrower one",
        )
    return LinearOptimum(vectors[:, ::-1][:, :bottleneck], centre * moments.scale)


def least_loss(singular_values: np.ndarray, rank: int, count: int) -> float:
    """Return the least mean squared error of reconstructions of some rank q, sum_{j>=q} s_j^2/(m n).

    Parameters
    ----------
    singular_values : ndarray, (n,)
        s_j of the images, all of them.
    rank, count : int
        q and m.

    Source: C. Eckart, G. Young, Psychometrika 1, 211 (1936).
    """
    return float(np.square(singular_values[rank:]).sum() / (count * len(singular_values)))
