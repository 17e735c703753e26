"""The lowest peak of a signal's spectrum: the bin of its lowest line.

A signal holds N samples, sample n at the time n * time_step. Its spectrum is that of the real
Fourier transform without padding: bin k stands for the frequency k / (N time_step), in cycles per
unit of time, and "cycles" are N * time_step * frequency, a position on the scale of bins.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from theory.errors import ArgumentError

SHARE: Final = 0.02  # of the largest magnitude: a peak counts from here on
LEAST_CYCLES: Final = 3


def lowest_peak(magnitude: np.ndarray, *, share: float = SHARE) -> int:
    """Return the smallest k >= 1 where a spectrum has a local maximum that is high enough.

    |X_k| >= share max|X|, |X_k| > |X_{k-1}|, |X_k| >= |X_{k+1}|.

    A struck drum sounds loudest in a line that does not depend on its size; only the lowest line
    does. Its height, relative to the loudest, falls as 2 / side: above a side of 60 lower `share`.
    In a noisy signal of few lines raise it, or the first peak is one of the noise.

    Parameters
    ----------
    magnitude : ndarray, (bin,)
    share : float
        Between 0 and 1.

    Raises
    ------
    ArgumentError
        If there is no such maximum between the first bin and the last.

    Examples
    --------
    >>> lowest_peak(np.array([0.0, 0.01, 0.0, 0.3, 0.2, 1.0, 0.0]))
    3
    """
    return int(lowest_peaks(magnitude, share, "magnitude"))


def fft_bin(signal: np.ndarray, *, share: float = SHARE) -> int:
    """Return the bin of the lowest line: `lowest_peak` of the spectrum without a window.

    Raises
    ------
    ArgumentError
        For a signal (samples,) with fewer than 2 samples, a value that is not finite or no peak.
    """
    spectrum = np.fft.rfft(require_signal(signal))
    return int(lowest_peaks(np.abs(spectrum), share, "signal"))


def fft_bins(signals: np.ndarray, *, share: float = SHARE) -> np.ndarray:
    """Return `fft_bin` of many signals, (..., samples): integers of shape (...)."""
    signals = _require_samples(signals, "signals")
    return lowest_peaks(np.abs(np.fft.rfft(signals)), share, "signals")


def fft_frequency(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency of `fft_bin`: off by up to half a bin, 1 / (2 N time_step).

    Raises
    ------
    ArgumentError
        As `fft_bin`; if the time step is not positive; if the signal has fewer than 3 cycles.
    """
    signal = require_signal(signal)
    return frequency_of(fft_bin(signal, share=share), signal, time_step)


def lowest_peaks(magnitudes: np.ndarray, share: float, argument: str) -> np.ndarray:
    """Return `lowest_peak` of spectra (..., bin); a refusal is one of the argument."""
    magnitudes = np.asarray(magnitudes)
    if not 0 < share < 1:
        raise ArgumentError("share", share, "must be between 0 and 1", f"pass {SHARE}")
    if magnitudes.ndim == 0 or magnitudes.shape[-1] < 3:
        raise ArgumentError(
            argument,
            f"a spectrum of shape {magnitudes.shape}",
            "3 bins at least are needed, and 4 samples for them",
            "record more samples",
        )
    found = is_peak(magnitudes, share)
    without = np.argwhere(~found.any(axis=-1))
    if len(without):
        _refuse_peak(magnitudes, tuple(without[0]), argument)
    return 1 + found.argmax(axis=-1)


def is_peak(magnitudes: np.ndarray, share: float) -> np.ndarray:
    """Tell at which bins, from the second to the last but one, a spectrum has a high maximum."""
    inner = magnitudes[..., 1:-1]
    enough = inner >= share * magnitudes.max(axis=-1, keepdims=True)
    return enough & (inner > magnitudes[..., :-2]) & (inner >= magnitudes[..., 2:])


def _refuse_peak(magnitudes: np.ndarray, index: tuple[int, ...], argument: str) -> None:
    # without a peak inside, the largest value is at an end (or there is none: silence, nan)
    largest, last = int(magnitudes[index].argmax()), magnitudes.shape[-1] - 1
    remedy = "take a smaller time step" if largest == last else "subtract the mean, record longer"
    where = f" of signal {list(map(int, index))}" if index else ""
    raise ArgumentError(
        argument,
        f"a spectrum{where} that is largest at bin {largest}",
        f"a peak at a bin from 1 to {last - 1} is needed",
        remedy,
    )


def larger_side(magnitude: np.ndarray, peak: int | np.ndarray) -> np.ndarray:
    """Return +1 where the right neighbour of a peak is the larger one, else -1."""
    return np.where(magnitude[peak + 1] >= magnitude[peak - 1], 1, -1)


def frequency_of(cycles: float, signal: np.ndarray, time_step: float) -> float:
    """Return cycles / (N time_step) of a signal that holds enough of them."""
    require_positive(time_step, "time_step")
    if not cycles >= LEAST_CYCLES:
        needed = math.ceil(LEAST_CYCLES * len(signal) / max(cycles, 0.1))
        raise ArgumentError(
            "signal",
            f"{cycles:.3g} cycles in {len(signal)} samples",
            f"must hold {LEAST_CYCLES} cycles at least",
            f"record {needed} samples",
        )
    return float(cycles / (len(signal) * time_step))


def require_signal(signal: np.ndarray) -> np.ndarray:
    """Return a signal as floats, (samples,); raise ArgumentError unless it is one, and finite."""
    signal = _require_samples(signal, "signal")
    if signal.ndim != 1:
        raise ArgumentError(
            "signal", f"shape {signal.shape}", "must be (samples,)", "pass one signal at a time"
        )
    return signal


def _require_samples(signals: np.ndarray, argument: str) -> np.ndarray:
    signals = np.asarray(signals, dtype=float)
    if signals.ndim == 0 or signals.shape[-1] < 2:
        raise ArgumentError(
            argument, f"shape {signals.shape}", "must have 2 samples at least", "record more"
        )
    if not np.isfinite(signals).all():
        raise ArgumentError(
            argument,
            f"{int((~np.isfinite(signals)).sum())} samples that are not finite",
            "must be finite",
            "take a time step below the stability limit",
        )
    return signals


def require_positive(value: float | np.ndarray, argument: str) -> None:
    """Raise ArgumentError unless all of a value is positive and finite."""
    if not (np.isfinite(value) & (np.asarray(value) > 0)).all():
        raise ArgumentError(argument, value, "must be positive and finite", "pass 0.1, say")
