"""The Fourier symbol of a kernel: what a recurrent convolution does to a plane wave (section 1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel


def symbol(kernel: np.ndarray, kx: ArrayLike, ky: ArrayLike) -> np.ndarray:
    """Return What(k) = sum_ij W[i, j] exp(i (kx (i - r) + ky (j - r))), shape (..., C, C).

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
        Cross-correlation with circular padding, r = (s - 1)/2.
    kx, ky : array_like, (...)
        Wavenumbers along the rows (axis -2) and columns (axis -1), radians per pixel.

    Notes
    -----
    Section 1 of the notes on "Traveling Waves Integrate Spatial Information Through Time".

    Examples
    --------
    >>> from numerics.wave_rnn.waves.kernels import laplacian_kernel
    >>> symbol(laplacian_kernel(), np.pi, np.pi).real.round(12).tolist()
    [[-8.0]]
    """
    taps = checked_kernel(kernel)
    offsets = np.arange(taps.shape[-1]) - taps.shape[-1] // 2
    rows, columns = np.broadcast_arrays(kx, ky)
    along = np.exp(1j * rows[..., None] * offsets)
    across = np.exp(1j * columns[..., None] * offsets)
    return np.einsum("...i,...j,cdij->...cd", along, across, taps, optimize=True)


def laplacian_eigenvalue(kx: ArrayLike, ky: ArrayLike) -> np.ndarray:
    """Return lambda(k) = 4 sin^2(kx/2) + 4 sin^2(ky/2) of minus the Laplacian, from 0 to 8."""
    return 4 * np.sin(np.asarray(kx) / 2) ** 2 + 4 * np.sin(np.asarray(ky) / 2) ** 2


def wavevectors(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return kx (H, 1) and ky (1, W) of all modes of a grid, in the order of NumPy's fft2.

    Examples
    --------
    >>> kx, ky = wavevectors((4, 2))
    >>> (kx / np.pi).ravel().tolist(), (ky / np.pi).ravel().tolist()
    ([0.0, 0.5, -1.0, -0.5], [0.0, -1.0])
    """
    height, width = shape
    return 2 * np.pi * np.fft.fftfreq(height)[:, None], 2 * np.pi * np.fft.fftfreq(width)[None, :]
