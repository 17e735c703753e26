"""All lines of a signal at once, and the eigenvalues that they stand for."""

from __future__ import annotations

import numpy as np

from numerics.drum.estimators.peaks import (
    frequency_of,
    is_peak,
    larger_side,
    lowest_peaks,
    require_positive,
    require_signal,
)
from numerics.drum.estimators.windows import (
    BLACKMAN_HARRIS,
    SIDE_LOBES,
    blackman_harris_offset,
    blackman_harris_transform,
    cosine_window,
)
from theory.errors import ArgumentError


def find_lines(
    signal: np.ndarray, time_step: float, *, share: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """Return frequency and amplitude of every line above a share of the highest.

    The local maxima of a Blackman-Harris spectrum: what other lines leak into a bin is 92 dB below
    them, so a faint line far from a loud one is neither covered nor invented. Each is refined by its
    larger neighbour: the ratio of the window's exact transform at 1 - d and d is inverted for the
    offset d. Lines closer than about 4 bins disturb each other or merge into one.

    Parameters
    ----------
    signal : ndarray, (samples,)
    time_step : float
    share : float
        Of the highest line, above 2.5e-5.

    Returns
    -------
    frequencies, amplitudes : ndarray, (line,)
        Increasing frequency, in cycles per unit of time; amplitudes in the unit of the signal.

    Raises
    ------
    ArgumentError
        As `fft_frequency`, and if `share` lets the side lobes in.

    References
    ----------
    Harris 1978, "On the use of windows for harmonic analysis with the discrete Fourier transform".
    """
    signal = require_signal(signal)
    if not SIDE_LOBES < share < 1:
        raise ArgumentError(
            "share",
            share,
            f"must be above {SIDE_LOBES:.2g}, the side lobes of the window, and below 1",
            "pass 1e-3, say",
        )
    magnitude = np.abs(np.fft.rfft(signal * cosine_window(len(signal), BLACKMAN_HARRIS)))
    lowest_peaks(magnitude, share, "signal")
    peaks = 1 + np.flatnonzero(is_peak(magnitude, share))
    side = larger_side(magnitude, peaks)
    offset = blackman_harris_offset(magnitude[peaks + side] / magnitude[peaks])
    frequency_of(peaks[0] + side[0] * offset[0], signal, time_step)
    frequencies = (peaks + side * offset) / (len(signal) * time_step)
    amplitudes = 2 * magnitude[peaks] / (len(signal) * blackman_harris_transform(offset))
    return frequencies, amplitudes


def wave_number_squared(
    frequency: float | np.ndarray, time_step: float, *, speed: float = 1.0
) -> np.ndarray:
    """Return the eigenvalue mu of -Laplacian whose mode the stepped network sounds at a frequency.

    mu = (4 / (speed time_step)^2) sin^2(pi frequency time_step): inverts the time step exactly, for
    every Verlet form and symplectic Euler, which share sin(theta / 2) = time_step speed sqrt(mu) / 2.

    Parameters
    ----------
    frequency : float or ndarray, (...)
        Cycles per unit of time, from 0 to 1 / (2 time_step).
    time_step, speed : float

    Raises
    ------
    ArgumentError
        If a frequency is out of that range, or the time step or the speed is not positive.
    """
    frequency = np.asarray(frequency, dtype=float)
    require_positive(time_step, "time_step")
    require_positive(speed, "speed")
    if not ((frequency >= 0) & (frequency * time_step <= 0.5)).all():
        raise ArgumentError(
            "frequency",
            frequency.tolist(),
            f"must be from 0 to 1 / (2 time_step) = {0.5 / time_step:.6g}",
            "pass the time step of the signal",
        )
    return (2 * np.sin(np.pi * frequency * time_step) / (speed * time_step)) ** 2
