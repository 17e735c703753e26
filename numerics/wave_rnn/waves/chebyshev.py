"""The linear step's powers in closed form, in every regime, and the history of a field by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel, checked_time_step
from numerics.wave_rnn.waves.symbol import symbol, wavevectors
from theory.errors import ArgumentError


def kept_velocity(damping: ArrayLike, time_step: float) -> np.ndarray:
    """Return d = 1 - alpha dt, the determinant of the step.

    Raises
    ------
    ArgumentError
        If alpha dt >= 1 anywhere: sqrt(d) is then no decay.
    """
    d = 1 - np.asarray(damping, dtype=float) * checked_time_step(time_step)
    if np.any(d <= 0):
        raise ArgumentError(
            "damping",
            float(np.max(damping)),
            f"must be below 1/dt = {1 / time_step:.6g} in the closed form",
            "use step_matrix.position_powers",
        )
    return d


def scaled_chebyshev(trace: ArrayLike, determinant: ArrayLike, orders: ArrayLike) -> np.ndarray:
    """Return h_m = d^(m/2) U_m(c), c = tau/(2 sqrt d), U Chebyshev's second kind, m >= -2.

    Parameters
    ----------
    trace, determinant : array_like, (...)
        tau, real or complex, and d > 0.
    orders : array_like of int, (m,)

    Returns
    -------
    ndarray, (m, ...)
        The sums mu1^m + mu1^(m-1) mu2 + ... + mu2^m of the roots of mu^2 - tau mu + d. They stay
        finite where the powers of sqrt(d) and of c alone leave the numbers.
    """
    tau, d = np.broadcast_arrays(np.asarray(trace), np.asarray(determinant, dtype=float))
    m = np.asarray(orders).reshape(-1, *[1] * tau.ndim)
    c = (tau / (2 * np.sqrt(d))).astype(complex)
    sign = np.where(c.real < 0, -1.0, 1.0)
    theta = np.arccos(sign * c)
    theta = np.where(theta.imag > 0, -theta, theta)  # so that mu1 is the larger root
    turn = -2j * theta
    small = np.abs(turn) < 1e-150
    ratio = np.expm1((m + 1) * turn) / np.where(small, 1.0, np.expm1(turn))
    values = sign**m * np.exp(m * (np.log(d) / 2 + 1j * theta)) * np.where(small, m + 1, ratio)
    return values if np.iscomplexobj(trace) else values.real


def step_powers(
    pull: ArrayLike, damping: ArrayLike, time_step: float, indices: ArrayLike
) -> np.ndarray:
    """Return M^n = h_{n-1} M - d h_{n-2} I for the given n, (n, ..., 2, 2).

    Parameters
    ----------
    pull : array_like, (...)
        s = omega - What(k), real or complex.
    damping : array_like
        alpha < 1/dt.
    time_step : float
        dt.
    indices : array_like of int, (n,)
        n >= 0.

    Raises
    ------
    ArgumentError
        If alpha dt >= 1.

    Notes
    -----
    Section 3.1: d^((n-1)/2) U_{n-1}(c) M - d^(n/2) U_{n-2}(c) I. The claim
    "wave_rnn.chebyshev_power".
    """
    dt = checked_time_step(time_step)
    s, d = np.broadcast_arrays(np.asarray(pull), kept_velocity(damping, dt))
    n = np.asarray(indices)
    matrix = np.stack(
        [np.stack([1 - dt**2 * s, dt * d], axis=-1), np.stack([-dt * s, d], axis=-1)], axis=-2
    )
    trace = 1 + d - dt**2 * s
    first, second = (scaled_chebyshev(trace, d, n - lag)[..., None, None] for lag in (1, 2))
    return first * matrix - d[..., None, None] * second * np.eye(2)


def closed_history(
    position: np.ndarray,
    kernel: np.ndarray,
    stiffness: float,
    damping: float,
    time_step: float,
    steps: int,
    velocity: np.ndarray | None = None,
) -> np.ndarray:
    """Return y_0 ... y_T of the linear law with one channel, mode by mode, (T+1, ..., 1, H, W).

    Raises
    ------
    ArgumentError
        For more than one channel (their matrices have no such form), or alpha dt >= 1.
    """
    taps = checked_kernel(kernel)
    if len(taps) != 1:
        raise ArgumentError(
            "kernel", taps.shape, "must have one channel", "use step_matrix.position_powers"
        )
    y = np.asarray(position, dtype=float)
    k = wavevectors((y.shape[-2], y.shape[-1]))
    pull = stiffness - symbol(taps, *k)[..., 0, 0]
    powers = step_powers(pull, damping, time_step, np.arange(steps + 1))
    spread = (slice(None), *[None] * (y.ndim - 2))
    spectra = powers[..., 0, 0][spread] * np.fft.fft2(y)
    if velocity is not None:
        spectra = spectra + powers[..., 0, 1][spread] * np.fft.fft2(velocity)
    return np.fft.ifft2(spectra).real
