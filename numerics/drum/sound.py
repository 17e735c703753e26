"""What a drum sounds like: its samples as a WAV file, one sample a step, and back.

At `rate` samples a second a line of angle theta (radians a step) is heard at rate theta / (2 pi)
hertz: the step sets the pitch, nothing is resampled.
"""

from __future__ import annotations

import io
import math
import warnings
from pathlib import Path
from typing import Final

import numpy as np

from numerics.files import write_bytes
from theory.errors import ArgumentError

RATE: Final = 44100
GAIN: Final = 10 ** (-1 / 20)  # 1 dB below full scale
LARGEST_SHARE: Final = 0.95  # of the largest stable step
FADE: Final = 0.005  # seconds
CLIPPED_RUN: Final = 10
FULL_SCALE: Final = 2**15 - 1  # of 16 bits


def write_wav(
    path: Path,
    signal: np.ndarray,
    *,
    gain: float = GAIN,
    rate: int = RATE,
    sample_type: str = "float32",
) -> Path:
    """Write a signal as a WAV file of one channel: its samples times one gain and nothing else.

    Several drums share one gain, or their loudness can't be compared.

    Parameters
    ----------
    path : Path
    signal : ndarray, (samples,)
    gain : float
        The product must stay between -1 and 1, which is full scale.
    rate : int
        Samples a second.
    sample_type : {"float32", "int16"}
        32-bit floats, or whole numbers of 1 / 32767 of full scale.

    Returns
    -------
    Path
        The file, written whole or not at all.

    Raises
    ------
    ArgumentError
        If the signal is empty, not finite or louder than full scale, an option is out of range, or
        the file cannot be written.
    """
    content = wav_bytes(signal, gain=gain, rate=rate, sample_type=sample_type)
    return write_bytes(path, content)


def wav_bytes(
    signal: np.ndarray, *, gain: float = GAIN, rate: int = RATE, sample_type: str = "float32"
) -> bytes:
    """Return the WAV file of `write_wav` in memory, as a page embeds it."""
    from scipy.io import wavfile  # its time to load only sound pays

    scaled = _scaled(signal, gain)
    if not (isinstance(rate, int | np.integer) and 0 < rate < 2**28):
        raise ArgumentError("rate", rate, "must be a positive whole number", f"pass {RATE}")
    if sample_type == "int16":
        stored = np.rint(scaled * FULL_SCALE).astype("<i2")
    elif sample_type == "float32":
        stored = scaled.astype("<f4")
    else:
        raise ArgumentError(
            "sample_type", sample_type, "must be 'float32' or 'int16'", "pass 'float32'"
        )
    stream = io.BytesIO()
    wavfile.write(stream, int(rate), stored)
    return stream.getvalue()


def _scaled(signal: np.ndarray, gain: float) -> np.ndarray:
    signal = np.asarray(signal, dtype=float)
    if signal.ndim != 1 or signal.size == 0:
        raise ArgumentError(
            "signal",
            f"shape {signal.shape}",
            "must be (samples,), one at least",
            "write one signal a file",
        )
    if not np.isfinite(signal).all():
        raise ArgumentError(
            "signal",
            f"{int((~np.isfinite(signal)).sum())} samples that are not finite",
            "must be finite",
            "take a time step below the stability limit",
        )
    if not (math.isfinite(gain) and gain > 0):
        raise ArgumentError("gain", gain, "must be positive and finite", f"pass {GAIN:.3f}")
    loudest = np.abs(signal).max()
    if gain * loudest > 1 + 1e-9:  # rounding is no loudness
        raise ArgumentError(
            "gain",
            gain,
            f"must be {1 / loudest:.6g} at most for a signal that reaches {loudest:.6g}",
            "pass one gain for all drums that are compared",
        )
    return gain * signal


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    """Read a recording of one channel.

    Parameters
    ----------
    path : Path
        PCM of 8, 16, 24 or 32 bits, or floats.

    Returns
    -------
    samples : ndarray, (samples,)
        float64, full scale is 1.
    rate : int
        Samples a second.

    Raises
    ------
    ArgumentError
        If the file is missing or no WAV file, or its sound has more than one channel, is empty,
        not finite, silent or clipped (10 equal samples in a row at full scale).
    """
    stored, rate = _read_stored(Path(path))
    if stored.ndim != 1:
        raise _refused(path, f"has {stored.shape[1]} channels", "mix it down to one channel")
    if stored.size == 0:
        raise _refused(path, "has no samples", "record it again")
    samples = _unit_scale(stored)
    if not np.isfinite(samples).all():
        raise _refused(path, "has samples that are not finite", "record it again")
    if rate == 0:
        raise _refused(path, "has a rate of 0 samples a second", "export it anew")
    if not samples.any():
        raise _refused(path, "is silent", "record it louder")
    if _is_clipped(samples):
        raise _refused(
            path, f"is clipped ({CLIPPED_RUN} equal samples at full scale)", "record it softer"
        )
    return samples, rate


def _read_stored(path: Path) -> tuple[np.ndarray, int]:
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            # chunks with titles and the like may be passed over, but not an early end
            warnings.simplefilter("ignore", wavfile.WavFileWarning)
            warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
            rate, stored = wavfile.read(path)
    except OSError as error:
        raise _refused(
            path, f"cannot be read ({error.strerror or error})", "name a file"
        ) from error
    except Exception as error:  # on torn headers scipy raises whatever it stumbles over
        reason = error if isinstance(error, ValueError | Warning) else "its header is torn"
        what = f"is no WAV file that can be read ({reason})"
        raise _refused(path, what, "export it anew") from error
    return stored, int(rate)


def _refused(path: Path, what: str, remedy: str) -> ArgumentError:
    return ArgumentError("file", str(path), what, remedy)


def _unit_scale(stored: np.ndarray) -> np.ndarray:
    """Return samples of any type as float64 in units of full scale."""
    with np.errstate(invalid="ignore"):
        samples = stored.astype(float)
    if stored.dtype == np.uint8:
        return (samples - 128) / 127
    return samples / np.iinfo(stored.dtype).max if stored.dtype.kind == "i" else samples


def _is_clipped(samples: np.ndarray) -> bool:
    if len(samples) < CLIPPED_RUN:
        return False
    # 24 bits arrive as the upper ones of 32: their largest value is just below 1
    full = np.where(np.abs(samples) >= 1 - 2**-22, samples, np.nan)
    runs = np.lib.stride_tricks.sliding_window_view(full, CLIPPED_RUN)
    return bool((runs == runs[:, :1]).all(axis=1).any())


def heard_frequency(angle: float | np.ndarray, *, rate: int = RATE) -> np.ndarray:
    """Return the frequency in hertz at which a line of an angle in radians a step is heard.

    rate theta / (2 pi).

    Examples
    --------
    >>> round(float(heard_frequency(0.1)), 2)
    701.87
    """
    return rate * np.asarray(angle) / (2 * np.pi)


def heard_angle(frequency: float | np.ndarray, *, rate: int = RATE) -> np.ndarray:
    """Return the angle in radians a step of a line that is heard at a frequency in hertz."""
    return 2 * np.pi * np.asarray(frequency) / rate


def step_for_pitch(
    pitch: float,
    eigenvalue: float,
    *,
    largest_step: float,
    speed: float = 1.0,
    rate: int = RATE,
) -> float:
    """Return the time step at which a mode is heard at a pitch.

    dt = (2 / omega) sin(pi pitch / rate), omega = speed sqrt(eigenvalue): the step's own
    dispersion is part of the formula, so the pitch is exact.

    Parameters
    ----------
    pitch : float
        In hertz.
    eigenvalue : float
        Of -Laplacian on the grid, usually the lowest.
    largest_step : float
        The largest stable step of the drum, 2 / omega of its highest mode.
    speed : float
        Of the wave.
    rate : int
        Samples a second.

    Raises
    ------
    ArgumentError
        If the pitch needs 0.95 of the largest step or more, or a value is not positive.

    Examples
    --------
    >>> step = step_for_pitch(220.0, 0.1, largest_step=0.7)
    >>> angle = 2 * np.arcsin(step * np.sqrt(0.1) / 2)
    >>> round(float(heard_frequency(angle)), 9)
    220.0
    """
    given = {
        "pitch": pitch,
        "eigenvalue": eigenvalue,
        "largest_step": largest_step,
        "speed": speed,
        "rate": rate,
    }
    for name, value in given.items():
        if not (math.isfinite(value) and value > 0):
            raise ArgumentError(name, value, "must be positive and finite", "pass a positive one")
    omega = speed * math.sqrt(eigenvalue)
    if largest_step > 2 / omega * (1 + 1e-12):
        raise ArgumentError(
            "largest_step",
            largest_step,
            f"must be {2 / omega:.6g} at most, where the mode itself turns unstable",
            "pass 2 / omega of the highest mode",
        )
    highest = rate / math.pi * math.asin(min(1.0, LARGEST_SHARE * largest_step * omega / 2))
    # asked of the pitch, not of the step: above rate / 2 the sine falls again
    if pitch >= highest:
        raise ArgumentError(
            "pitch",
            pitch,
            f"must be below {highest:.6g} Hz, at {LARGEST_SHARE} of the largest stable step",
            "take a lower pitch, a smaller drum or a higher rate",
        )
    return 2 / omega * math.sin(math.pi * pitch / rate)


def listening_copy(signals: np.ndarray, *, rate: int = RATE, decay: float = 0.5) -> np.ndarray:
    """Return signals made pleasant to hear: for listening, never for measuring.

    All samples times exp(-t / decay), a half cosine down to 0 over the last 5 ms, and one gain over
    all signals, so that the loudest sample of them is 1 dB below full scale. One decay for all modes
    keeps every frequency and widens each line to 1 / (2 pi decay) hertz.

    Parameters
    ----------
    signals : ndarray, (..., samples)
    rate : int
        Samples a second.
    decay : float
        In seconds.

    Returns
    -------
    ndarray, (..., samples)
        To be written with a gain of 1.

    Raises
    ------
    ArgumentError
        If nothing sounds, a sample is not finite, or the decay or the rate is not positive.
    """
    signals = np.asarray(signals, dtype=float)
    for name, value in {"rate": rate, "decay": decay}.items():
        if not (math.isfinite(value) and value > 0):
            raise ArgumentError(name, value, "must be positive and finite", "pass a positive one")
    if signals.ndim == 0 or not np.isfinite(signals).all():
        raise ArgumentError(
            "signals",
            f"shape {signals.shape}",
            "must be (..., samples) and finite",
            "take a time step below the stability limit",
        )
    samples = signals.shape[-1]
    shaped = signals * np.exp(-np.arange(samples) / (rate * decay)) * _fade(samples, rate)
    loudest = np.abs(shaped).max(initial=0.0)
    if loudest == 0:
        raise ArgumentError("signals", "silence", "one of them must sound", "strike the drum")
    return shaped * (GAIN / loudest)


def alternating(
    signals: np.ndarray, *, rate: int = RATE, seconds: float = 0.5, turns: int = 3
) -> np.ndarray:
    """Return drums that take turns: each struck anew, heard for a while, then the next.

    Parameters
    ----------
    signals : ndarray, (drum, samples)
    rate : int
        Samples a second.
    seconds : float
        How long each is heard at a time; shorter signals are heard whole.
    turns : int
        How often each is heard.

    Returns
    -------
    ndarray, (samples,)
        A `listening_copy`, to be written with a gain of 1.

    Raises
    ------
    ArgumentError
        As `listening_copy`.

    Examples
    --------
    >>> alternating(np.ones((2, 100)), rate=10, turns=2).shape
    (20,)
    """
    begun = listening_copy(np.asarray(signals)[..., : max(1, round(seconds * rate))], rate=rate)
    return np.tile(begun, (turns, 1)).ravel()


def _fade(samples: int, rate: int) -> np.ndarray:
    """Return 1 and, over the last 5 ms, (1 + cos) / 2 from below 1 to 0, (samples,)."""
    length = min(samples, max(1, round(FADE * rate)))
    falling = (1 + np.cos(np.pi * np.arange(1, length + 1) / length)) / 2
    return np.concatenate([np.ones(samples - length), falling])
