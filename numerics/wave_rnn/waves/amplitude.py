"""Strong waves are slower: frequencies under the tanh by harmonic balance, and measured (3.6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.stepping import stepped
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue
from theory.errors import ArgumentError


def travelling_factor(strength: ArrayLike) -> np.ndarray:
    """Return g(a) = (1/(pi a)) int_0^{2 pi} tanh(a cos p) cos p dp, 1 at a = 0.

    Parameters
    ----------
    strength : array_like, (...)
        a = lambda A: the amplitude of what enters the tanh.

    Notes
    -----
    Section 3.6: 1 - a^2/4 + ... for small a, 4/(pi a) for large. The mean over equidistant phases
    of a periodic analytic function converges geometrically, the slower the larger a is.

    Examples
    --------
    >>> round(float(travelling_factor(0.1)), 6)
    0.997508
    """
    a = np.abs(np.asarray(strength, dtype=float))
    phases = _phases(a)
    return 2 * (_tanh_over(a[..., None] * np.cos(phases)) * np.cos(phases) ** 2).mean(axis=-1)


def standing_factor(strength: ArrayLike) -> np.ndarray:
    """Return g_s(a) = (4/a) <tanh(a cos p cos q) cos p cos q> over p and q, 1 at a = 0.

    For waves that start at rest, as the network's do: 1 - 3 a^2/16 + ... for small a.

    Examples
    --------
    >>> round(float(standing_factor(0.1)), 6)
    0.99813
    """
    a = np.abs(np.asarray(strength, dtype=float))
    swing = np.cos(_phases(a))
    return 2 * (travelling_factor(a[..., None] * swing) * swing**2).mean(axis=-1)


def _phases(strength: np.ndarray) -> np.ndarray:
    # poles of tanh(a cos p) at sinh(Im p) = pi/(2 a): this many points leave exp(-36) of the error
    nearest = np.arcsinh(np.pi / (2 * max(float(np.max(strength, initial=0.0)), 1.0)))
    number = 2 * int(np.ceil(36 / nearest / 2))
    return 2 * np.pi * (np.arange(number) + 0.5) / number


def _tanh_over(argument: np.ndarray) -> np.ndarray:
    small = np.abs(argument) < 1e-8
    return np.where(small, 1.0, np.tanh(argument) / np.where(small, 1.0, argument))


def travelling_frequency(
    amplitude: ArrayLike, kx: float, ky: float, stiffness: float
) -> np.ndarray:
    """Return Omega of a travelling wave of amplitude A, Omega^2 = omega + lambda g(lambda A)."""
    force = laplacian_eigenvalue(kx, ky)
    return np.sqrt(stiffness + force * travelling_factor(force * np.asarray(amplitude)))


def standing_frequency(amplitude: ArrayLike, kx: float, ky: float, stiffness: float) -> np.ndarray:
    """Return Omega of a standing wave of amplitude A, Omega^2 = omega + lambda g_s(lambda A)."""
    force = laplacian_eigenvalue(kx, ky)
    return np.sqrt(stiffness + force * standing_factor(force * np.asarray(amplitude)))


def measured_travelling_frequency(
    amplitude: float,
    mode: int,
    cells: int,
    stiffness: float,
    time_step: float = 0.02,
    duration: float = 60.0,
) -> float:
    """Step a travelling wave along a row of cells and return the slope of its phase, Omega.

    It starts as y_0 = A cos kx, z_0 = A Omega sin kx with Omega from the balance.

    Parameters
    ----------
    amplitude : float
        A.
    mode, cells : int
        k = 2 pi mode/cells.
    stiffness : float
        omega.
    time_step, duration : float, optional
        dt and the time over which the slope is fitted.
    """
    k = 2 * np.pi * mode / cells
    phase = k * np.arange(cells)[None, :, None]
    start = float(travelling_frequency(amplitude, k, 0.0, stiffness))
    positions = stepped(
        amplitude * np.cos(phase),
        LAPLACIAN,
        stiffness,
        0.0,
        time_step,
        round(duration / time_step),
        velocity=amplitude * start * np.sin(phase),
    ).positions
    component = (positions * np.exp(-1j * phase)).mean(axis=(1, 2, 3))
    turned = np.unwrap(np.angle(component))
    return float(abs(np.polyfit(time_step * np.arange(len(turned)), turned, 1)[0]))


def measured_standing_frequency(
    amplitude: float,
    mode: int,
    cells: int,
    stiffness: float,
    time_step: float = 0.02,
    duration: float = 200.0,
) -> float:
    """Step a wave that starts at rest and return Omega from its zero crossings.

    Parameters as for `measured_travelling_frequency`.

    Raises
    ------
    ArgumentError
        If the amplitude crosses zero less than twice.
    """
    phase = 2 * np.pi * mode / cells * np.arange(cells)[None, :, None]
    positions = stepped(
        amplitude * np.cos(phase), LAPLACIAN, stiffness, 0.0, time_step, round(duration / time_step)
    ).positions
    crossings = zero_crossings((positions * np.cos(phase)).mean(axis=(1, 2, 3)))
    if len(crossings) < 2:
        raise ArgumentError(
            "duration", duration, "must hold two zero crossings", "choose a longer one"
        )
    return float(np.pi * (len(crossings) - 1) / (crossings[-1] - crossings[0]) / time_step)


def zero_crossings(signal: np.ndarray) -> np.ndarray:
    """Return where a signal changes sign, in samples, by straight lines between them."""
    before = np.flatnonzero(np.signbit(signal[:-1]) != np.signbit(signal[1:]))
    return before + signal[before] / (signal[before] - signal[before + 1])
