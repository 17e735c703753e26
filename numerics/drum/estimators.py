"""The frequency of the lowest line of a real signal, by six roads, and all lines at once.

A signal holds N samples, sample n at the time n * time_step. Its spectrum is that of the real
Fourier transform without padding: bin k stands for the frequency k / (N time_step), in cycles per
unit of time, and "cycles" below is N * time_step * frequency, a position on the scale of bins.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from theory.errors import ArgumentError

SHARE: Final = 0.02
LEAST_CYCLES: Final = 3
KEPT_SAMPLES: Final = 300
# minimum four-term window of Harris 1978, and the height of its side lobes beside the main lobe
BLACKMAN_HARRIS: Final = (0.35875, 0.48829, 0.14128, 0.01168)
SIDE_LOBES: Final = 10 ** (-92 / 20)


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
    return int(_lowest_peaks(magnitude, share, "magnitude"))


def fft_bin(signal: np.ndarray, *, share: float = SHARE) -> int:
    """Return the bin of the lowest line: `lowest_peak` of the spectrum without a window.

    Raises
    ------
    ArgumentError
        For a signal (samples,) with fewer than 2 samples, a value that is not finite or no peak.
    """
    spectrum = np.fft.rfft(_checked_signal(signal))
    return int(_lowest_peaks(np.abs(spectrum), share, "signal"))


def fft_bins(signals: np.ndarray, *, share: float = SHARE) -> np.ndarray:
    """Return `fft_bin` of many signals, (..., samples): integers of shape (...)."""
    signals = _checked_samples(signals, "signals")
    return _lowest_peaks(np.abs(np.fft.rfft(signals)), share, "signals")


def fft_frequency(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency of `fft_bin`: off by up to half a bin, 1 / (2 N time_step).

    Raises
    ------
    ArgumentError
        As `fft_bin`; if the time step is not positive; if the signal has fewer than 3 cycles.
    """
    signal = _checked_signal(signal)
    return _frequency(fft_bin(signal, share=share), signal, time_step)


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
    signal = _checked_signal(signal)
    magnitude, peak = _windowed_peak(signal, _cosine_window(len(signal), (0.5, 0.5)), share)
    side = _larger_side(magnitude, peak)
    ratio = magnitude[peak + side] / magnitude[peak]
    return _frequency(peak + side * (2 * ratio - 1) / (ratio + 1), signal, time_step)


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
    signal = _checked_signal(signal)
    moment = 2 * np.arange(len(signal)) / len(signal) - 1
    return _log_parabola(signal, np.exp(-alpha * moment**2 / 2), time_step, share)


def hann_parabola(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency from a parabola through three logarithms of a Hann spectrum.

    What is often done; up to 0.02 bins off whatever the length. Raises as `hann_two_point`.
    """
    signal = _checked_signal(signal)
    return _log_parabola(signal, _cosine_window(len(signal), (0.5, 0.5)), time_step, share)


def jacobsen(signal: np.ndarray, time_step: float, *, share: float = SHARE) -> float:
    """Return the frequency from three complex values of the spectrum without a window.

    offset = Re[(X_{k-1} - X_{k+1}) / (2 X_k - X_{k-1} - X_{k+1})] bins. Raises as `hann_two_point`.

    References
    ----------
    Jacobsen and Kootsookos 2007, "Fast, accurate frequency estimators".
    """
    signal = _checked_signal(signal)
    spectrum = np.fft.rfft(signal)
    peak = int(_lowest_peaks(np.abs(spectrum), share, "signal"))
    left, centre, right = spectrum[peak - 1 : peak + 2]
    offset = ((left - right) / (2 * centre - left - right)).real
    return _frequency(peak + offset, signal, time_step)


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
    signal = _checked_signal(signal)
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
    return _frequency(nearest * len(signal), signal, time_step)


ESTIMATORS: Final[Mapping[str, Callable[..., float]]] = {
    "fft_bin": fft_frequency,
    "hann_two_point": hann_two_point,
    "gaussian_parabola": gaussian_parabola,
    "hann_parabola": hann_parabola,
    "jacobsen": jacobsen,
    "matrix_pencil": matrix_pencil,
}


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
    signal = _checked_signal(signal)
    if not SIDE_LOBES < share < 1:
        raise ArgumentError(
            "share",
            share,
            f"must be above {SIDE_LOBES:.2g}, the side lobes of the window, and below 1",
            "pass 1e-3, say",
        )
    magnitude = np.abs(np.fft.rfft(signal * _cosine_window(len(signal), BLACKMAN_HARRIS)))
    _lowest_peaks(magnitude, share, "signal")
    peaks = 1 + np.flatnonzero(_is_peak(magnitude, share))
    side = _larger_side(magnitude, peaks)
    offset = _blackman_harris_offset(magnitude[peaks + side] / magnitude[peaks])
    _frequency(peaks[0] + side[0] * offset[0], signal, time_step)
    frequencies = (peaks + side * offset) / (len(signal) * time_step)
    amplitudes = 2 * magnitude[peaks] / (len(signal) * _blackman_harris_transform(offset))
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
    _checked_positive(time_step, "time_step")
    _checked_positive(speed, "speed")
    if not ((frequency >= 0) & (frequency * time_step <= 0.5)).all():
        raise ArgumentError(
            "frequency",
            frequency.tolist(),
            f"must be from 0 to 1 / (2 time_step) = {0.5 / time_step:.6g}",
            "pass the time step of the signal",
        )
    return (2 * np.sin(np.pi * frequency * time_step) / (speed * time_step)) ** 2


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
        _checked_positive(value, name)
    angle = math.sqrt(24 / samples**3) * np.asarray(noise) / amplitude
    return angle / (2 * np.pi * time_step)


def _is_peak(magnitudes: np.ndarray, share: float) -> np.ndarray:
    """Tell at which bins, from the second to the last but one, a spectrum has a high maximum."""
    inner = magnitudes[..., 1:-1]
    enough = inner >= share * magnitudes.max(axis=-1, keepdims=True)
    return enough & (inner > magnitudes[..., :-2]) & (inner >= magnitudes[..., 2:])


def _lowest_peaks(magnitudes: np.ndarray, share: float, argument: str) -> np.ndarray:
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
    found = _is_peak(magnitudes, share)
    without = np.argwhere(~found.any(axis=-1))
    if len(without):
        _refuse_peak(magnitudes, tuple(without[0]), argument)
    return 1 + found.argmax(axis=-1)


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


def _windowed_peak(signal: np.ndarray, window: np.ndarray, share: float) -> tuple[np.ndarray, int]:
    magnitude = np.abs(np.fft.rfft(signal * window))
    return magnitude, int(_lowest_peaks(magnitude, share, "signal"))


def _larger_side(magnitude: np.ndarray, peak: int | np.ndarray) -> np.ndarray:
    """Return +1 where the right neighbour of a peak is the larger one, else -1."""
    return np.where(magnitude[peak + 1] >= magnitude[peak - 1], 1, -1)


def _log_parabola(signal: np.ndarray, window: np.ndarray, time_step: float, share: float) -> float:
    magnitude, peak = _windowed_peak(signal, window, share)
    # a neighbour that is exactly 0 would be minus infinity; its true logarithm is below this
    left, centre, right = np.log(np.maximum(magnitude[peak - 1 : peak + 2], 1e-300))
    offset = (left - right) / (left - 2 * centre + right) / 2
    return _frequency(peak + offset, signal, time_step)


def _cosine_window(samples: int, terms: tuple[float, ...]) -> np.ndarray:
    """Return sum_j (-1)^j terms_j cos(2 pi j n / samples), the periodic window, (samples,)."""
    phase = 2 * np.pi * np.arange(samples) / samples
    return sum(
        ((-1) ** j * term * np.cos(j * phase) for j, term in enumerate(terms)), np.zeros(samples)
    )


def _blackman_harris_transform(offset: np.ndarray) -> np.ndarray:
    """Return sum_n w_n exp(2 pi i x n / N) / N of the centred window at x bins, for large N, (...).

    sum_j (a_j / 2) (sinc(x - j) + sinc(x + j)).
    """
    steps = range(len(BLACKMAN_HARRIS))
    return sum(
        (BLACKMAN_HARRIS[j] / 2 * (np.sinc(offset - j) + np.sinc(offset + j)) for j in steps),
        np.zeros_like(offset),
    )


@functools.cache
def _blackman_harris_ratios() -> tuple[np.ndarray, np.ndarray]:
    offsets = np.linspace(0, 0.5, 10_001)
    return (
        _blackman_harris_transform(1 - offsets) / _blackman_harris_transform(offsets),
        offsets,
    )


def _blackman_harris_offset(ratio: np.ndarray) -> np.ndarray:
    return np.interp(ratio, *_blackman_harris_ratios())


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


def _frequency(cycles: float, signal: np.ndarray, time_step: float) -> float:
    """Return cycles / (N time_step) of a signal that holds enough of them."""
    _checked_positive(time_step, "time_step")
    if not cycles >= LEAST_CYCLES:
        needed = math.ceil(LEAST_CYCLES * len(signal) / max(cycles, 0.1))
        raise ArgumentError(
            "signal",
            f"{cycles:.3g} cycles in {len(signal)} samples",
            f"must hold {LEAST_CYCLES} cycles at least",
            f"record {needed} samples",
        )
    return float(cycles / (len(signal) * time_step))


def _checked_signal(signal: np.ndarray) -> np.ndarray:
    signal = _checked_samples(signal, "signal")
    if signal.ndim != 1:
        raise ArgumentError(
            "signal", f"shape {signal.shape}", "must be (samples,)", "pass one signal at a time"
        )
    return signal


def _checked_samples(signals: np.ndarray, argument: str) -> np.ndarray:
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


def _checked_positive(value: float | np.ndarray, argument: str) -> None:
    if not (np.isfinite(value) & (np.asarray(value) > 0)).all():
        raise ArgumentError(argument, value, "must be positive and finite", "pass 0.1, say")
