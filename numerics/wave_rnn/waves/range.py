"""How far a pixel is heard: the hard cone, the front of the wave, and both for any kernel (3.7)."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.lambdify import lambdify
from numerics.wave_rnn.waves.kernels import checked_kernel, checked_time_step, radius
from numerics.wave_rnn.waves.long_waves import long_waves
from numerics.wave_rnn.waves.step_matrix import spectral_radii, step_matrix
from theory.errors import ArgumentError
from theory.kick_and_drift import DT


def hard_cone(kernel: np.ndarray, steps: int) -> np.ndarray:
    """Return which cells y_n can depend on, any channel: bool, (2 r n + 1, 2 r n + 1), centred.

    For the Laplacian's taps a diamond of 2 n^2 + 2 n + 1 cells, for a full 3x3 kernel a square.

    Examples
    --------
    >>> from numerics.wave_rnn.waves.kernels import LAPLACIAN
    >>> int(hard_cone(LAPLACIAN, 5).sum())
    61
    """
    from scipy.ndimage import binary_dilation

    taps = checked_kernel(kernel)
    reached = (taps != 0).any(axis=(0, 1))[::-1, ::-1]  # cross-correlation: the mirrored taps
    reached[reached.shape[0] // 2, reached.shape[1] // 2] = True
    side = 2 * radius(taps) * steps + 1
    cells = np.zeros((side, side), dtype=bool)
    cells[side // 2, side // 2] = True
    return binary_dilation(cells, reached, iterations=steps) if steps else cells


def leading_amplitude(time_step: float, steps: int, distance: int) -> float:
    """Return dt^(2 r) C(n + r, 2 r), an impulse's first term r pixels along an axis after n steps.

    The claim "wave_rnn.leading_amplitude".
    """
    return time_step ** (2 * distance) * math.comb(steps + distance, 2 * distance)


def front_amplitude(distance: ArrayLike, time: float, time_step: float) -> np.ndarray:
    """Return y of the Laplacian's impulse near its front, along an axis: -(2/t) Ai(u) Ai'(u).

    Parameters
    ----------
    distance : array_like
        r in pixels.
    time, time_step : float
        t = n dt and dt, without omega and alpha.

    Notes
    -----
    Ours, to leading order in 1/t, u = (r - t)/(t/2)^(1/3) for small dt. Near the axis Omega = kx -
    kx^3/24 + ky^2/(2 kx): integrated over ky, the Airy function of a chain (section 3.7) becomes its
    half derivative, which is the derivative of Ai^2. Off by 2 % at t = 50.
    """
    from scipy.special import airy

    width = 4 ** (1 / 3) * (_front_distance()(1.0, time, 1.0, time_step) - time)
    value, slope, *_ = airy((np.asarray(distance) - time) / width)
    return -(time**-0.5) * width**-1.5 * np.sqrt(2) * value * slope


def front_zeta(share: float) -> float:
    """Return zeta: the front is `share` of the field's maximum at c t + zeta (c t/8)^(1/3).

    From `front_amplitude`, with the maximum taken as 1/t: measured .9/t to 1.7/t for t from 3 to 50,
    inside the front, where waves of several lengths arrive together.

    Raises
    ------
    ArgumentError
        For a share that is not between 0 and 0.1.

    Notes
    -----
    Derives section 3.7's rule, which measured about 3.5 for 1e-3 and 6.5 for 1e-6.

    Examples
    --------
    >>> [round(front_zeta(share), 2) for share in (1e-3, 1e-6)]
    [3.87, 6.86]
    """
    from scipy.optimize import brentq
    from scipy.special import airy

    if not 0 < share <= 0.1:
        raise ArgumentError("share", share, "must be between 0 and 0.1", "pass 1e-3, say")

    def excess(u: float) -> float:
        value, slope, *_ = airy(u)
        return math.log(-2 * value * slope / share)

    return 4 ** (1 / 3) * brentq(excess, 0.0, 60.0)


def front_radius(time: float, share: float, time_step: float, speed: float = 1.0) -> float:
    """Return r = c t + zeta (c t (1 - c^2 dt^2)/8)^(1/3) of c^2 times the Laplacian, in pixels.

    Parameters
    ----------
    time, time_step : float
        t = n dt and dt.
    share : float
        Of the field's maximum at the same step.
    speed : float, optional
        c, c dt < 1.

    Notes
    -----
    The claim "wave_rnn.airy_front".
    """
    return float(_front_distance()(speed, time, front_zeta(share), time_step))


@functools.cache
def _front_distance() -> Callable[..., float]:
    from theory.wave_rnn.reach import TAIL, TIME, C, front_distance

    return lambdify(front_distance(), (C, TIME, TAIL, DT))


def impulse_response(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    steps: int,
    side: int | None = None,
    growth: float = 1.0,
) -> np.ndarray:
    """Return y_n of the linear step from a one in the middle of a grid, (C, C, side, side).

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like, () or (C,)
    time_step : float
        dt.
    steps : int
        n.
    side : int, optional
        Odd; by default 2 r n + 1, on which nothing wraps around.
    growth : float, optional
        What is returned is y_n/growth^n.

    Returns
    -------
    ndarray
        Field of channel [0] after an impulse in channel [1].
    """
    width = 2 * radius(kernel) * steps + 1 if side is None else side
    ky = 2 * np.pi * np.fft.rfftfreq(width)
    channels = len(checked_kernel(kernel))
    spectra = np.empty((channels, channels, width, len(ky)), dtype=complex)
    for row, kx in enumerate(2 * np.pi * np.fft.fftfreq(width)):  # all at once are gigabytes
        matrix = step_matrix(kernel, stiffness, damping, time_step, kx, ky)
        powers = np.linalg.matrix_power(matrix / growth, steps)[:, :channels, :channels]
        spectra[:, :, row] = np.moveaxis(powers, 0, -1)
    return np.fft.fftshift(np.fft.irfft2(spectra, s=(width, width)), axes=(-2, -1))


def measured_radius(field: np.ndarray, share: float) -> int:
    """Return the largest distance along an axis, from the middle, where |y| > share * max |y|.

    Parameters
    ----------
    field : ndarray, (..., side, side)
        Odd side; the maximum is that of the same field.
    """
    middle = field.shape[-1] // 2
    size = np.abs(field).reshape(-1, *field.shape[-2:]).max(axis=0)
    heard = size > share * size.max()
    places = np.concatenate([np.flatnonzero(heard[middle]), np.flatnonzero(heard[:, middle])])
    return int(np.abs(places - middle).max(initial=0))


class Range(NamedTuple):
    """How far a network hears in T steps, in pixels.

    Attributes
    ----------
    hard : int
        Beyond it nothing arrives: the reach of T steps and of the encoder.
    speed : float
        c_eff, the largest long-wave speed of any channel and axis, px per unit time; nan if the
        kernel carries no long waves (all c^2 <= 0).
    travelled : float
        c_eff T dt.
    front : int
        Where the linear response to an impulse falls below `share` of its maximum.
    """

    hard: int
    speed: float
    travelled: float
    front: int


def range_of(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    steps: int,
    share: float = 1e-3,
    encoder: int = 4,
) -> Range:
    """Return the range of any kernel, at the start of training or after it.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like, () or (C,)
        Uniform.
    time_step : float
        dt.
    steps : int
        T.
    share : float, optional
        Of the response's maximum.
    encoder : int, optional
        Radius of the encoder's receptive field: 4 for y_0.
    """
    checked_time_step(time_step)
    speed = largest_speed(kernel)
    return Range(
        hard=radius(kernel) * steps + encoder,
        speed=speed,
        travelled=speed * steps * time_step,
        front=_front(kernel, stiffness, damping, time_step, steps, share),
    )


def _front(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    steps: int,
    share: float,
) -> int:
    """Measure the front on a grid four times as wide as it is: what wraps around is below it."""
    whole = 2 * radius(kernel) * steps + 1
    side = min(whole, 65)
    growth = _growth(kernel, stiffness, damping, time_step)
    while True:
        response = impulse_response(kernel, stiffness, damping, time_step, steps, side, growth)
        found = measured_radius(response, share)
        if side == whole or 4 * found < side:
            return found
        side = min(whole, 2 * side - 1)


def _growth(
    kernel: np.ndarray, stiffness: ArrayLike, damping: ArrayLike, time_step: float
) -> float:
    """Return the growth a step of the strongest waves, as a power of two: to divide by it rounds nothing."""
    largest = spectral_radii(kernel, stiffness, damping, time_step, (16, 16)).max()
    return float(2 ** np.rint(np.log2(max(largest, 1.0))))


def largest_speed(kernel: np.ndarray) -> float:
    """Return c_eff, the largest c_x or c_y of any channel; nan if no c^2 is positive."""
    squared = np.diagonal(long_waves(kernel).speed_squared, axis1=1, axis2=2).max()
    return float(np.sqrt(squared)) if squared > 0 else math.nan
