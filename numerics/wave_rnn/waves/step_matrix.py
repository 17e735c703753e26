"""The linear step of the wave network on one wavevector: its matrix, powers and spectral radius."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel, checked_time_step
from numerics.wave_rnn.waves.symbol import symbol, wavevectors
from theory.errors import ArgumentError


def channel_values(name: str, values: ArrayLike, channels: int) -> np.ndarray:
    """Return a uniform stiffness or damping as one number a channel, (C,).

    Raises
    ------
    ArgumentError
        Unless it is a number or one a channel, and finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1 or array.size not in (1, channels) or not np.isfinite(array).all():
        raise ArgumentError(
            name,
            array.shape if array.ndim > 1 else array,
            f"must be one finite number, or one for each of {channels} channels",
            "fields that vary in space have no step matrix: step them",
        )
    return np.broadcast_to(array.ravel(), (channels,))


def step_matrix(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    kx: ArrayLike,
    ky: ArrayLike,
) -> np.ndarray:
    """Return M = [[I - dt^2 S, dt D], [-dt S, D]] with S = diag(omega) - What(k), D = 1 - alpha dt.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like, () or (C,)
        omega and alpha, uniform in space.
    time_step : float
        dt.
    kx, ky : array_like, (...)
        Radians per pixel.

    Returns
    -------
    complex ndarray, (..., 2C, 2C)
        Acts on (y, z): the positions of all channels, then the velocities.

    Raises
    ------
    ArgumentError
        For a kernel, a field or a time step that cannot be used.

    Notes
    -----
    Sections 3.1 and 7.1; theory's `step.step_matrix` and `step.channel_step_matrix`.
    """
    taps, dt = checked_kernel(kernel), checked_time_step(time_step)
    channels = len(taps)
    kept = np.diag(1 - dt * channel_values("damping", damping, channels))
    pull = np.diag(channel_values("stiffness", stiffness, channels)) - symbol(taps, kx, ky)
    kept = np.broadcast_to(kept, pull.shape)
    above = np.concatenate([np.eye(channels) - dt**2 * pull, dt * kept], axis=-1)
    below = np.concatenate([-dt * pull, kept], axis=-1)
    return np.concatenate([above, below], axis=-2)


# no tanh stops a linear wave that grows: inf and nan tell of it
@np.errstate(over="ignore", invalid="ignore")
def position_powers(matrix: np.ndarray, steps: int) -> np.ndarray:
    """Return the (position, position) blocks of M^0 ... M^T, shape (T+1, ..., C, C).

    They carry y_0 to y_n where the velocity starts at 0. What grows beyond the numbers is inf or nan.
    """
    channels = matrix.shape[-1] // 2
    state = np.zeros((*matrix.shape[:-1], channels), dtype=matrix.dtype)
    state[..., :channels, :] = np.eye(channels)
    blocks = np.empty((steps + 1, *matrix.shape[:-2], channels, channels), dtype=matrix.dtype)
    for n in range(steps + 1):
        blocks[n] = state[..., :channels, :]
        state = matrix @ state
    return blocks


def spectral_radii(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    shape: tuple[int, int],
) -> np.ndarray:
    """Return the largest |eigenvalue| of the step at every wavevector of a grid, (H, W)."""
    matrix = step_matrix(kernel, stiffness, damping, time_step, *wavevectors(shape))
    return np.abs(np.linalg.eigvals(matrix)).max(axis=-1)
