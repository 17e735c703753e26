"""What images have in common in second order: power spectra, local amplitudes, sums over lags.

All of it is a function of the moments of a set; no image is looked at again.
"""

from __future__ import annotations

import numpy as np

from numerics.latent_waves.moments import SecondMoments
from theory.errors import ArgumentError


def lag_sums(products: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return sums over all pairs of pixels a, b with b - a = lag, (2h-1, 2w-1), lag 0 in the middle.

    Parameters
    ----------
    products : ndarray, (n, n)
        A value for each pair of pixels (row: a, column: b), pixels row by row.
    shape : (int, int)
        Pixels along y and x, h and w.

    Examples
    --------
    >>> lag_sums(np.ones((4, 4)), (2, 2)).tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    height, width = shape
    sums = np.zeros((2 * height - 1, 2 * width - 1))
    for pixel, row in enumerate(products):
        window_of_lags(sums, pixel, shape)[...] += row.reshape(shape)
    return sums


def window_of_lags(lags: np.ndarray, pixel: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the view, (h, w), of an array over lags that holds b - a for one pixel a and every b."""
    height, width = shape
    y, x = divmod(pixel, width)
    return lags[height - 1 - y : 2 * height - 1 - y, width - 1 - x : 2 * width - 1 - x]


def autocorrelation(moments: SecondMoments) -> np.ndarray:
    """Return the mean over images of sum_a x(a) x(a + lag), (2h-1, 2w-1), in pixel values squared."""
    sums = lag_sums(moments.products, moments.shape)
    return sums * (moments.scale**2 / moments.count)


def power_spectrum(moments: SecondMoments) -> np.ndarray:
    """Return S(k), the mean over images of |fft2(x)|^2/n, (h, w), zero frequency at (h//2, w//2)."""
    return _spectrum(moments.products, moments) * (moments.scale**2 / moments.count)


def hann_power_spectrum(moments: SecondMoments) -> np.ndarray:
    """Return S(k) of the images less the mean of all their pixels, each under a Hann window.

    The window, of mean square 1, takes away the cross of leakage that the jumps between opposite
    borders draw along the axes of `power_spectrum`.
    """
    mean = moments.sums.sum() / (moments.count * moments.pixels)
    crossed = mean * (moments.sums[:, None] + moments.sums[None, :])
    centred = moments.products - crossed + moments.count * mean**2
    window = hann_window(moments.shape).ravel()
    windowed = centred * window[:, None] * window[None, :]
    return _spectrum(windowed, moments) * (moments.scale**2 / moments.count)


def hann_window(shape: tuple[int, int]) -> np.ndarray:
    """Return the product of two Hann windows that are 0 just outside the image, of mean square 1."""
    window = np.multiply.outer(*(np.hanning(length + 2)[1:-1] for length in shape))
    return window / np.sqrt((window**2).mean())


def _spectrum(products: np.ndarray, moments: SecondMoments) -> np.ndarray:
    """Sum over pairs of pixels of product times exp(-2 pi i k (b - a)), over n; k as in `radius`."""
    height, width = moments.shape
    sums = lag_sums(products, moments.shape)
    # lags that differ by a side have one phase
    folded = np.zeros(moments.shape)
    for rows in (slice(0, height), slice(height, None)):
        for columns in (slice(0, width), slice(width, None)):
            part = sums[rows, columns]
            folded[: part.shape[0], : part.shape[1]] += part
    folded = np.roll(folded, (1 - height, 1 - width), axis=(0, 1))
    power = np.fft.fftshift(np.fft.fft2(folded).real) / moments.pixels
    return np.clip(power, 0, None)


def local_amplitude(moments: SecondMoments) -> np.ndarray:
    """Return g, the root mean square of each pixel over the images, (h, w); the mean stays in."""
    squares = np.diag(moments.products) / moments.count
    return moments.scale * np.sqrt(squares).reshape(moments.shape)


def area_fraction(amplitude: np.ndarray, decay: float = 2.0) -> float:
    """Return f = (sum r)^2/(n sum r^2), r = g^(4/alpha): the share of the image that its content fills.

    At most 1. As `theory.latent_waves.phase_space.area_fraction` has it, where r is the squared
    radius that a level of the power reaches at a pixel; alpha = 2 is (sum g^2)^2/(n sum g^4).

    Parameters
    ----------
    amplitude : ndarray, (h, w)
        g, of `local_amplitude`.
    decay : float
        alpha of S ~ |k|^-alpha, of `ring_shape.decay_exponent` or 2.

    Raises
    ------
    ArgumentError
        For a decay that is not positive.

    Examples
    --------
    >>> area_fraction(np.array([[1.0, 0.0], [0.0, 0.0]]))
    0.25
    >>> round(area_fraction(np.array([2.0, 1.0]), decay=4.0), 6)
    0.9
    """
    if not decay > 0:
        raise ArgumentError("decay", decay, "must be positive", "pass that of the power")
    # g over its largest: no overflow
    squares = (amplitude / amplitude.max()) ** (4 / decay)
    return float(squares.sum() ** 2 / (squares.size * (squares**2).sum()))
