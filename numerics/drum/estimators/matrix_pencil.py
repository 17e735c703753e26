"""The frequency of a line as the angle of a pole: the matrix pencil."""

from __future__ import annotations

from typing import Final

import numpy as np

from numerics.drum.estimators.peaks import SHARE, fft_frequency, frequency_of, require_signal
from theory.errors import ArgumentError

KEPT_SAMPLES: Final = 300


def matrix_pencil(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency as the angle of a pole: no spectrum sets its resolution.

    The signal is low-passed (Gaussian of deviation 1.6 D samples, cut at 8 D on each side, no
    padding) and every D-th sample kept, D = round(0.1 / (f time_step)) with f from the FFT bin, 300
    samples at most: the beginning of a long signal decides. The singular vectors V of their Hankel
    matrix on its long side, those above 1e-8 of the largest, turn by one sample: the eigenvalues z
    of the least-squares solution of V[:-1] Z = V[1:] with ||z| - 1| < 0.01 are the lines, and the
    one nearest the FFT bin is the answer. Noise is not averaged away as by the spectral estimators.

    Parameters
    ----------
    signal : ndarray, (samples,)
    time_step : float
    share : float
        As in `lowest_peak`.

    Raises
    ------
    ArgumentError
        As `fft_frequency`; if the filter leaves fewer than 15 samples; if no line is undamped.

    References
    ----------
    Hua and Sarkar 1990, "Matrix pencil method for estimating parameters of exponentially damped /
    undamped sinusoids in noise".
    """
    signal = require_signal(signal)
    near = fft_frequency(signal, time_step, share=share) * time_step
    spacing = max(1, round(0.1 / near))
    found = _undamped_angles(_decimated(signal, spacing)) / (2 * np.pi * spacing)
    if len(found) == 0:
        raise ArgumentError(
            "signal",
            f"{len(signal)} samples",
            "no line in it is undamped within 1 %",
            "use hann_two_point",
        )
    nearest = found[np.argmin(np.abs(found - near))]
    return frequency_of(nearest * len(signal), signal, time_step)


def _decimated(signal: np.ndarray, spacing: int) -> np.ndarray:
    """Return every `spacing`-th sample of the low-passed signal, (kept,)."""
    reach = 8 * spacing
    needed = 2 * reach + 14 * spacing + 1
    if len(signal) < needed:
        raise ArgumentError(
            "signal",
            f"{len(signal)} samples",
            f"must be {needed} at least for a low-pass of {2 * reach + 1} samples",
            "record more samples or use hann_two_point",
        )
    kernel = np.exp(-((np.arange(-reach, reach + 1) / (1.6 * spacing)) ** 2) / 2)
    used = signal[: 2 * reach + (KEPT_SAMPLES - 1) * spacing + 1]
    return np.convolve(used, kernel, mode="valid")[::spacing]


def _undamped_angles(samples: np.ndarray) -> np.ndarray:
    """Return the angles, in radians a sample, of all undamped lines of a signal."""
    # the long side: on the short one the matrix is square at full rank and everything is a solution
    length = len(samples) - len(samples) // 3
    hankel = np.lib.stride_tricks.sliding_window_view(samples, length)
    _, sizes, rows = np.linalg.svd(hankel, full_matrices=False)
    vectors = rows[sizes > 1e-8 * sizes[0]].T
    poles = np.linalg.eigvals(np.linalg.lstsq(vectors[:-1], vectors[1:], rcond=None)[0])
    return np.angle(poles[np.abs(np.abs(poles) - 1) < 1e-2])
