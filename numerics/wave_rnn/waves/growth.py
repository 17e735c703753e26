"""How large a tanh network can become: its force is at most 1, whatever the kernel (3.5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_time_step
from numerics.wave_rnn.waves.stability import LIMIT, pixel_margin
from theory.errors import ArgumentError


def free_growth_bound(
    position: ArrayLike, velocity: ArrayLike, time_step: float, steps: int
) -> np.ndarray:
    """Return |y_0| + n dt |z_0| + dt^2 n (n+1)/2 for n = 0 ... T, without omega and alpha.

    Notes
    -----
    Section 3.5; the claim "wave_rnn.push_bound". Attained by a uniform field under a large W.

    Examples
    --------
    >>> round(float(free_growth_bound(1.0, 0.0, 0.1, 100)[-1]), 12)
    51.5
    """
    y, z = np.broadcast_arrays(np.abs(position), np.abs(velocity))
    n = np.arange(steps + 1).reshape(-1, *[1] * y.ndim)
    return y + n * time_step * z + time_step**2 * n * (n + 1) / 2


def growth_bound(
    position: ArrayLike, stiffness: ArrayLike, damping: ArrayLike, time_step: float, steps: int
) -> np.ndarray:
    """Return |h_n - d h_{n-1}| |y_0| + dt^2 sum_{m<n} |h_m| per pixel for n = 0 ... T, z_0 = 0.

    Parameters
    ----------
    position, stiffness, damping : array_like
        y_0, omega and alpha; they broadcast.
    time_step : float
        dt.
    steps : int
        T.

    Returns
    -------
    ndarray, (T+1, ...)

    Notes
    -----
    Section 3.5, general form: y_{n+1} = (1 + d - dt^2 omega) y_n - d y_{n-1} + dt^2 f_n, |f_n| <= 1,
    and h_m the sums of the powers of its roots. The claim "wave_rnn.forced_history".
    """
    dt = checked_time_step(time_step)
    y, omega, alpha = np.broadcast_arrays(np.abs(position), stiffness, damping)
    responses = impulse_sums(omega, alpha, dt, steps)
    forced = np.zeros_like(responses)
    np.cumsum(np.abs(responses[:-1]), axis=0, out=forced[1:])
    return np.abs(_start_factor(responses, alpha, dt)) * y + dt**2 * forced


def impulse_sums(
    stiffness: ArrayLike, damping: ArrayLike, time_step: float, steps: int
) -> np.ndarray:
    """Return h_0 = 1, h_1 = 1 + d - dt^2 omega, h_m = h_1 h_{m-1} - d h_{m-2}, (T+1, ...)."""
    omega, alpha = np.broadcast_arrays(stiffness, damping)
    d = 1 - alpha * time_step
    trace = 1 + d - time_step**2 * omega
    sums = np.empty((steps + 1, *trace.shape))
    before, now = np.zeros_like(trace), np.ones_like(trace)
    for n in range(steps + 1):
        sums[n] = now
        before, now = now, trace * now - d * before
    return sums


def start_amplification(
    stiffness: ArrayLike, damping: ArrayLike, time_step: float, steps: int
) -> np.ndarray:
    """Return A = max_n |h_n - d h_{n-1}|, so that |y_n| <= A |y_0| + dt^2 n (n+1)/2, (...).

    Raises
    ------
    ArgumentError
        Where the margin dt^2 omega + 2 alpha dt exceeds 4 or a field is negative: no such bound.
    """
    margin = float(np.max(pixel_margin(stiffness, damping, time_step)))
    if margin > LIMIT or np.min(stiffness) < 0 or np.min(damping) < 0:
        raise ArgumentError(
            "time_step",
            time_step,
            f"needs omega, alpha >= 0 and a margin of at most 4, not {margin:.4g}",
            "use growth_bound, or choose a smaller one",
        )
    responses = impulse_sums(stiffness, damping, time_step, steps)
    return np.abs(_start_factor(responses, damping, time_step)).max(axis=0)


def _start_factor(responses: np.ndarray, damping: ArrayLike, time_step: float) -> np.ndarray:
    factor = responses.copy()
    factor[1:] -= (1 - np.asarray(damping) * time_step) * responses[:-1]
    return factor
