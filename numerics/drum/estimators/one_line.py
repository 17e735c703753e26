"""The frequency of the lowest line of a real signal, by six roads, and how well it can be known.

Signals, bins and cycles as in `numerics.drum.estimators.peaks`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from numerics.drum.estimators.matrix_pencil import matrix_pencil
from numerics.drum.estimators.peaks import (
    SHARE,
    fft_frequency,
    frequency_of,
    larger_side,
    lowest_peaks,
    require_positive,
    require_signal,
)
from numerics.drum.estimators.windows import cosine_window


def hann_two_point(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency from the two largest values of a Hann spectrum.

    w_n = (1 - cos(2 pi n / N)) / 2; with r the larger neighbour over the peak and the sign of its
    side, offset = +-(2 r - 1) / (r + 1) bins. Exact for one line up to its image at the negative
    frequency, an error of the order cycles^-4 in relation to the frequency. The window must be the
    periodic one: the symmetric one (division by N - 1) costs four decimal places.

    Parameters
    ----------
    signal : ndarray, (samples,)
    time_step : float
    share : float
        As in `lowest_peak`.

    Raises
    ------
    ArgumentError
        As `fft_frequency`; a peak at the first or the last bin has only one neighbour and is none.

    References
    ----------
    Grandke 1983, "Interpolation algorithms for discrete Fourier transforms of weighted signals".

    Examples
    --------
    >>> tone = np.cos(2 * np.pi * 0.0512345 * np.arange(2000))
    >>> round(hann_two_point(tone, 1.0), 7)
    0.0512345
    """
    signal = require_signal(signal)
    magnitude, peak = _windowed_peak(signal, cosine_window(len(signal), (0.5, 0.5)), share)
    side = larger_side(magnitude, peak)
    ratio = magnitude[peak + side] / magnitude[peak]
    return frequency_of(peak + side * (2 * ratio - 1) / (ratio + 1), signal, time_step)


def gaussian_parabola(
    signal: np.ndarray, time_step: float, *, share: float = SHARE, alpha: float = 14.0
) -> float:
    """Return the frequency from a parabola through three logarithms of a Gaussian spectrum.

    w = exp(-alpha t^2 / 2) with t from -1 to 1: the logarithm of its spectrum is a parabola but
    for the cut at the ends, exp(-alpha / 2), which sets the error: up to 3e-4 bins at 14. Raises as
    `hann_two_point`.

    References
    ----------
    Gasior and Gonzalez 2004, "Improving FFT frequency measurement resolution by parabolic and
    Gaussian spectrum interpolation".
    """
    signal = require_signal(signal)
    moment = 2 * np.arange(len(signal)) / len(signal) - 1
    return _log_parabola(signal, np.exp(-alpha * moment**2 / 2), time_step, share)


def hann_parabola(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency from a parabola through three logarithms of a Hann spectrum.

    What is often done; up to 0.02 bins off whatever the length. Raises as `hann_two_point`.
    """
    signal = require_signal(signal)
    return _log_parabola(signal, cosine_window(len(signal), (0.5, 0.5)), time_step, share)


def jacobsen(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency from three complex values of the spectrum without a window.

    offset = Re[(X_{k-1} - X_{k+1}) / (2 X_k - X_{k-1} - X_{k+1})] bins. Raises as `hann_two_point`.

    References
    ----------
    Jacobsen and Kootsookos 2007, "Fast, accurate frequency estimators".
    """
    signal = require_signal(signal)
    spectrum = np.fft.rfft(signal)
    peak = int(lowest_peaks(np.abs(spectrum), share, "signal"))
    left, centre, right = spectrum[peak - 1 : peak + 2]
    offset = ((left - right) / (2 * centre - left - right)).real
    return frequency_of(peak + offset, signal, time_step)


ESTIMATORS: Final[Mapping[str, Callable[..., float]]] = {
    "fft_bin": fft_frequency,
    "hann_two_point": hann_two_point,
    "gaussian_parabola": gaussian_parabola,
    "hann_parabola": hann_parabola,
    "jacobsen": jacobsen,
    "matrix_pencil": matrix_pencil,
}


def cramer_rao_deviation(
    amplitude: float | np.ndarray, noise: float | np.ndarray, samples: int, time_step: float
) -> np.ndarray:
    """Return the least standard deviation of the frequency of one line in white noise.

    No unbiased estimator of the angle theta = 2 pi frequency time_step of A cos(n theta + phase), A
    and phase unknown, has var(theta) below 24 sigma^2 / (A^2 N^3) (large N). `hann_two_point` has
    1.6 times this deviation where the line lies half way between two bins, 2.3 times where it lies
    on one, 1.8 times over all places.

    Parameters
    ----------
    amplitude, noise : float or ndarray, (...)
        A and sigma, in the unit of the signal.
    samples : int
        N.
    time_step : float

    Returns
    -------
    ndarray, (...)
        In cycles per unit of time.

    References
    ----------
    Kay 1993, "Fundamentals of Statistical Signal Processing: Estimation Theory", example 3.14.
    """
    for name, value in {"amplitude": amplitude, "samples": samples, "time_step": time_step}.items():
        require_positive(value, name)
    angle = math.sqrt(24 / samples**3) * np.asarray(noise) / amplitude
    return angle / (2 * np.pi * time_step)


def _windowed_peak(signal: np.ndarray, window: np.ndarray, share: float) -> tuple[np.ndarray, int]:
    magnitude = np.abs(np.fft.rfft(signal * window))
    return magnitude, int(lowest_peaks(magnitude, share, "signal"))


def _log_parabola(signal: np.ndarray, window: np.ndarray, time_step: float, share: float) -> float:
    magnitude, peak = _windowed_peak(signal, window, share)
    # a neighbour that is exactly 0 would be minus infinity; its true logarithm is below this
    left, centre, right = np.log(np.maximum(magnitude[peak - 1 : peak + 2], 1e-300))
    offset = (left - right) / (left - 2 * centre + right) / 2
    return frequency_of(peak + offset, signal, time_step)
