"""The last layer of an autoencoder: what its weights and its inputs allow, before any image is made.

Reconstructions are H W^T + 1 b^T = [H 1] [W b]^T with the activations H of the last hidden layer. Their
rank is at most that of [H 1]; their rows lie in what [W b] makes of the combinations of units that occur.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.linalg

from numerics.images.stream import ImageStream
from numerics.latent_waves.made_images import Rows, image_rows, made_of, rows_or_array
from numerics.latent_waves.tall_skinny_qr import triangular_factor

RESOLVED = 1e-9
"""Singular values up to this share of the first are taken as 0.

Rounding stands at 1e-15; of trained networks true ones were seen from 8e-7 on.
"""


@dataclasses.dataclass(frozen=True)
class HiddenUnits:
    """The last hidden layer over a set of images.

    Parameters
    ----------
    live : ndarray of bool, (w,)
        Units that differ from 0 for at least one image, whatever their activation function; the
        others add nothing.
    combinations : ndarray, (w + 1, q)
        Orthonormal basis of the rows of [H 1]: units that only stand still, or move together, make
        q less than the live units and one.
    """

    live: np.ndarray
    combinations: np.ndarray

    @property
    def live_units(self) -> int:
        """Number of live units."""
        return int(self.live.sum())

    @property
    def rank(self) -> int:
        """Rank q of [H 1], which the reconstructions can't exceed."""
        return self.combinations.shape[1]

    def reachable_space(self, matrix: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Return an orthonormal basis of the reconstructions' rows, (n, q at most).

        Parameters
        ----------
        matrix, bias : ndarray, (n, w) and (n,)
            W and b of the last layer; b = 0 where it has none.
        """
        return scipy.linalg.orth(np.column_stack([matrix, bias]) @ self.combinations)


def hidden_units(stream: ImageStream, hidden: np.ndarray | Rows) -> HiddenUnits:
    """Return what the last hidden layer does over all images.

    Parameters
    ----------
    hidden : ndarray, tensor or list (m, w), or callable
        Its activations, after the activation function, of all images or of rows (k, n).

    Raises
    ------
    ArgumentError
        For activations that do not fit the images, or are not finite; for a torch module.
    """
    hidden = rows_or_array(hidden, "hidden")
    width = _width(stream, hidden)
    activations = made_of(stream, hidden, "hidden", (1, width))
    live = np.zeros(width, dtype=bool)
    for values in image_rows(activations):
        live |= (values != 0).any(axis=0)
    with_one = made_of(activations, _beside_one, "activations", (1, width + 1))
    _, vectors, rank = singular_vectors(with_one)
    return HiddenUnits(live, vectors[:, :rank])


def _width(stream: ImageStream, hidden: np.ndarray | Rows) -> int:
    some = hidden if isinstance(hidden, np.ndarray) else hidden(next(image_rows(stream)))
    return int(np.prod(np.shape(some)[1:]))


def _beside_one(activations: np.ndarray) -> np.ndarray:
    return np.column_stack([activations, np.ones(len(activations))])


def singular_vectors(stream: ImageStream) -> tuple[np.ndarray, np.ndarray, int]:
    """Return all n singular values, right singular vectors (n, n), and the rank of a stream as rows.

    The rank counts values above 1e-9 of the largest; from there on vectors are an arbitrary basis
    of what no row has. A rank below 2, at which there is no film, is no error here.
    """
    _, values, right = scipy.linalg.svd(triangular_factor(stream), overwrite_a=True)
    return values * stream.scale, right.T, int((values > RESOLVED * values[0]).sum())


def captured(vectors: np.ndarray, space: np.ndarray) -> np.ndarray:
    """Return c_j = |Q^T v_j|^2, (J,): the share of each vector that lies in a space.

    Parameters
    ----------
    vectors : ndarray, (n, J)
        Unit columns v_j; over a whole basis the shares add up to the dimension of the space.
    space : ndarray, (n, q)
        Q, orthonormal columns.

    Examples
    --------
    >>> captured(np.eye(3), np.array([[0.6], [0.8], [0.0]])).round(2).tolist()
    [0.36, 0.64, 0.0]
    """
    return np.square(space.T @ vectors).sum(axis=0)
