"""Models of a covariance that predict the film of images not seen: from fewer and fewer numbers.

The whole covariance (the eigenimages themselves) takes n^2/2 numbers; the locally stationary model
and its phase-space count 2n; the stationary one on a patch (block Toeplitz) n; the periodic one
(circulant) n/2.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from scipy import signal

from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.second_order import (
    autocorrelation,
    hann_power_spectrum,
    local_amplitude,
    power_spectrum,
    window_of_lags,
)

CIRCULANT, STATIONARY = "circulant", "stationary"
PHASE_SPACE, LOCALLY_STATIONARY = "phase-space count", "locally stationary"

UNSEEN = 1e-12
"""Lags at which g overlaps with itself less than this share of its largest overlap say nothing."""


def predicted_films(moments: SecondMoments) -> dict[str, np.ndarray]:
    """Return E(k, j) of each model of the images, (n, n), the fewest numbers first."""
    return {
        CIRCULANT: circulant_energies(power_spectrum(moments)),
        STATIONARY: covariance_energies(block_toeplitz(moments), moments.shape),
        PHASE_SPACE: phase_space_energies(local_amplitude(moments), hann_power_spectrum(moments)),
        LOCALLY_STATIONARY: covariance_energies(locally_stationary(moments), moments.shape),
    }


def locally_stationary(moments: SecondMoments) -> np.ndarray:
    """Return K(a, b) = g(a) rho(b - a) g(b), (n, n): one correlation, of changing amplitude.

    rho is the autocorrelation of the images over that of g. K may have negative eigenvalues.
    """
    amplitude = local_amplitude(moments)
    overlap = signal.correlate(amplitude, amplitude, method="fft")
    seen = overlap > UNSEEN * overlap.max()
    correlation = np.divide(
        autocorrelation(moments), overlap, out=np.zeros_like(overlap), where=seen
    )
    flat = amplitude.ravel()
    return flat[:, None] * _of_lags(correlation, moments.shape) * flat[None, :]


def block_toeplitz(moments: SecondMoments) -> np.ndarray:
    """Return K(a, b) = r(b - a), (n, n), r the mean over images and pairs of pixels of each lag."""
    pairs = signal.correlate(np.ones(moments.shape), np.ones(moments.shape), method="direct")
    return _of_lags(autocorrelation(moments) / pairs, moments.shape)


def _of_lags(lags: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Matrix (n, n) whose entry a, b is that of the lag b - a."""
    pixels = shape[0] * shape[1]
    return np.stack([window_of_lags(lags, pixel, shape).ravel() for pixel in range(pixels)])


def covariance_energies(covariance: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return E(k, j) of the eigenvectors of a covariance, (n, n), the largest eigenvalue first."""
    _, vectors = scipy.linalg.eigh(covariance)
    return spectral_energies(vectors[:, ::-1], shape)


def circulant_energies(power: np.ndarray) -> np.ndarray:
    """Return E(k, j) of the periodic stationary model, (n, n): a cosine and a sine of each frequency.

    A frequency and its mirror image share their two frames; those which are their own mirror image
    have one.

    Parameters
    ----------
    power : ndarray, (h, w)
        S(k), zero frequency at (h//2, w//2).
    """
    height, width = power.shape
    y, x = np.indices(power.shape)
    mirror = ((-y + 2 * (height // 2)) % height * width + (-x + 2 * (width // 2)) % width).ravel()
    flat = power.ravel()
    points = np.arange(flat.size)
    # equal for both of a pair to the last bit; then the pairs stay together
    common = np.minimum(points, mirror)
    order = np.lexsort((common, -(flat + flat[mirror])))
    energies = np.zeros((flat.size, flat.size))
    energies[order, points] += 0.5
    energies[mirror[order], points] += 0.5
    return energies


def phase_space_energies(amplitude: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Return E(k, j) of the phase-space count, (n, n).

    Each frame uses up n of the n^2 pairs of a pixel a and a mode k, by falling g(a)^2 S(k); E(k, j)
    is the share of its pairs that belong to k. It is the locally stationary model without leakage,
    takes no eigenproblem, and holds about 4 n^2 numbers in memory.

    Parameters
    ----------
    amplitude : ndarray, (h, w)
        g, of `local_amplitude`.
    power : ndarray, (h, w)
        S(k) under a Hann window, zero frequency at (h//2, w//2); its scale does not matter.

    Source: latent waves, the phase-space (Weyl) count of sets that are not stationary.
    """
    pixels = amplitude.size
    strengths = np.multiply.outer(amplitude.ravel() ** 2, power.ravel()).ravel()
    pairs = np.argsort(-strengths, kind="stable")
    frames = np.arange(pixels**2) // pixels
    used = np.bincount(pairs % pixels * pixels + frames, minlength=pixels**2)
    return used.reshape(pixels, pixels) / pixels
