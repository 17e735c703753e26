"""The film: spectra of the eigenimages, frame by frame, and their means and sums over rings."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from theory.errors import ArgumentError

FRAMES_AT_ONCE = 512


def spectral_energies(vectors: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return E(k, j) = |fft2(v_j)|^2/n, (n, J): zero frequency at (h//2, w//2), pixels row by row.

    Each column adds up to 1; with all n vectors each row does too.

    Parameters
    ----------
    vectors : ndarray, (n, J)
        Orthonormal images as columns.
    shape : (int, int)
        Pixels along y and x, h and w.
    """
    pixels, frames = vectors.shape
    energies = np.empty((pixels, frames))
    for start in range(0, frames, FRAMES_AT_ONCE):
        part = vectors[:, start : start + FRAMES_AT_ONCE].T.reshape(-1, *shape)
        spectra = np.fft.fftshift(np.fft.fft2(part, norm="ortho"), axes=(1, 2))
        energies[:, start : start + FRAMES_AT_ONCE] = (np.abs(spectra) ** 2).reshape(-1, pixels).T
    return energies


def moving_mean(film: np.ndarray, window: int, *, whole: bool = False) -> np.ndarray:
    """Return means over `window` frames, the last axis; take it over the whole film, then cut.

    Parameters
    ----------
    window : int
        At least 1, which changes nothing.
    whole : bool
        Only windows that lie within the film, by their first frame; else each frame's
        neighbourhood, with zeros beyond both ends.

    Raises
    ------
    ArgumentError
        For a window below 1 or longer than the film.
    """
    frames = film.shape[-1]
    if not 1 <= window <= frames:
        raise ArgumentError(
            "window", window, f"must be from 1 to {frames}, the frames of the film", "shorten it"
        )
    weights = np.full(window, 1 / window)
    means = ndimage.correlate1d(np.asarray(film, float), weights, axis=-1, mode="constant")
    first = window // 2
    return means[..., first : first + frames - window + 1] if whole else means
