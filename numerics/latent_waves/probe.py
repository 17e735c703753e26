"""What an autoencoder keeps of an image set's film: the rank of its reconstructions, and until when.

Any reconstructions can be probed: an array, or a function of images; a network need not be at hand.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import TRIANGLE, Eigenimages, eigenimages_of
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.last_layer import (
    HiddenUnits,
    captured,
    hidden_units,
    singular_vectors,
)
from numerics.latent_waves.linear_optimum import least_loss
from numerics.latent_waves.made_images import Rows, image_rows, made_of
from theory.errors import ArgumentError

NOTICEABLE = 0.15  # the paper's: of the largest mean squared error of a frame
HALF = 0.5


@dataclasses.dataclass(frozen=True)
class Probe:
    """An autoencoder's reconstructions beside the images, frame by frame; j counts from 0.

    A transition frame T is the first frame that is not kept, or the number of frames where all are.

    Parameters
    ----------
    reconstructed : Eigenimages
        Of the reconstructions; beyond `rank` its vectors are arbitrary.
    rank : int
        Number of singular values above 1e-9 of the largest.
    units : HiddenUnits or None
        Of the last hidden layer: which live, and the rank that they allow; None where no activations
        were given.
    frame_errors : ndarray, (n,)
        Mean over k of (F^_j(k) - F_j(k))^2, F = sqrt(E).
    alignments : ndarray, (n,)
        (v^_j . v_j)^2.
    capture : ndarray, (n,)
        c_j = |V^^T v_j|^2 with the first `rank` vectors of the reconstructions; adds up to the rank.
    loss : float
        Mean squared error over images and pixels.
    least_loss : float
        What no reconstructions of this rank can pass (Eckart and Young).
    """

    reconstructed: Eigenimages
    rank: int
    units: HiddenUnits | None
    frame_errors: np.ndarray
    alignments: np.ndarray
    capture: np.ndarray
    loss: float
    least_loss: float

    @property
    def threshold(self) -> float:
        """The frame error at which the paper sees a transition: 15 % of the largest."""
        return float(NOTICEABLE * self.frame_errors.max())

    @property
    def transition(self) -> int:
        """T as the paper's code has it: the first frame whose error is above the threshold."""
        return first(self.frame_errors > self.threshold)

    @property
    def transition_alignment(self) -> int:
        """T_align: the first frame that has turned away, (v^_j . v_j)^2 < 1/2."""
        return first(self.alignments < HALF)

    @property
    def transition_capture(self) -> int:
        """T_capture: the first frame that is not in the space of the reconstructions, c_j < 1/2."""
        return first(self.capture < HALF)

    @property
    def gap(self) -> float:
        """Loss above the least of this rank; 0 only for the truncated SVD."""
        return self.loss - self.least_loss


def probe(
    stream: ImageStream,
    reconstructions: np.ndarray | Rows,
    *,
    hidden: np.ndarray | Rows | None = None,
    original: Eigenimages | None = None,
) -> Probe:
    """Return what reconstructions keep of the images, in the memory of some n^2 values.

    Parameters
    ----------
    stream : ImageStream
    reconstructions : ndarray, tensor or list (m, n) or (m, y, x), or callable
        In pixel values, in the order of the images; a callable makes them of rows (k, n), as a
        torch module in `InDouble` does.
    hidden : ndarray (m, w), or callable, optional
        Activations of the last hidden layer, likewise.
    original : Eigenimages, optional
        Of the images; computed in a further pass where it is not given.

    Raises
    ------
    ArgumentError
        For reconstructions or activations that do not fit the images, or are not finite; for a torch
        module as it is.
    """
    if original is None:
        original = eigenimages_of(stream)
    _require_all_frames(original)
    made = made_of(stream, reconstructions, "reconstructions")
    values, vectors, rank = singular_vectors(made)
    return _compared(
        original,
        Eigenimages(values, vectors, stream.shape, rank, TRIANGLE),
        units=None if hidden is None else hidden_units(stream, hidden),
        loss=_mean_squared_error(stream, made),
        count=stream.count,
    )


def first(ends: np.ndarray) -> int:
    """Return the place of the first True, or the length where there is none.

    Examples
    --------
    >>> first(np.array([False, True, False])), first(np.array([False, False]))
    (1, 2)
    """
    return int(ends.argmax()) if ends.any() else len(ends)


def _require_all_frames(original: Eigenimages) -> None:
    pixels, frames = original.vectors.shape
    if frames < pixels:
        raise ArgumentError(
            "original", f"{frames} frames", f"must have all {pixels}", "compute all of them"
        )


def _mean_squared_error(stream: ImageStream, made: ImageStream) -> float:
    pairs = zip(image_rows(stream), image_rows(made), strict=True)
    missed = sum(float(np.square(rows - others).sum()) for rows, others in pairs)
    return missed / (stream.count * stream.shape[0] * stream.shape[1])


def _compared(
    original: Eigenimages,
    made: Eigenimages,
    *,
    units: HiddenUnits | None,
    loss: float,
    count: int,
) -> Probe:
    frames, others = (np.sqrt(spectral_energies(x.vectors, x.shape)) for x in (original, made))
    return Probe(
        reconstructed=made,
        rank=made.rank,
        units=units,
        frame_errors=np.square(others - frames).mean(axis=0),
        alignments=np.square((original.vectors * made.vectors).sum(axis=0)),
        capture=captured(original.vectors, made.vectors[:, : made.rank]),
        loss=loss,
        least_loss=least_loss(original.singular_values, made.rank, count),
    )
