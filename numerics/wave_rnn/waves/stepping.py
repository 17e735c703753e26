"""The step of the wave network in NumPy and float64: the reference that all laws are held to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel, checked_time_step
from theory.errors import ArgumentError, DivergenceError


class Motion(NamedTuple):
    """A history of the hidden state, n = 0 ... T.

    Attributes
    ----------
    positions, velocities : ndarray, (T+1, ..., C, H, W)
        y_n and z_n.
    """

    positions: np.ndarray
    velocities: np.ndarray


class Correlation:
    """The recurrent convolution W * y, circular, of fields of one shape.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
    shape : tuple of int
        Shape of the fields, (..., C, H, W).

    Notes
    -----
    The field is laid into a frame that repeats it around its edges; the shifted views of it that
    belong to taps other than 0 become the rows of one matrix product.
    """

    def __init__(self, kernel: np.ndarray, shape: tuple[int, ...]):
        taps = checked_kernel(kernel)
        if len(shape) < 3 or shape[-3] != len(taps):
            raise ArgumentError(
                "position", shape, f"must have shape (..., {len(taps)}, H, W)", "reshape it"
            )
        self._shape = shape
        *_, height, width = shape
        side = taps.shape[-1]
        self._rows = np.arange(-(side // 2), height + side // 2) % height
        self._columns = np.arange(-(side // 2), width + side // 2) % width
        used = np.argwhere((taps != 0).any(axis=0))  # (input channel, row, column) of each tap
        self._views = [(c, slice(i, i + height), slice(j, j + width)) for c, i, j in used]
        self._weights = np.ascontiguousarray(taps[:, used[:, 0], used[:, 1], used[:, 2]])
        batch = int(np.prod(shape[:-3], dtype=int))
        self._framed = np.empty((len(taps), batch, len(self._rows), len(self._columns)))
        self._stacked = np.empty((len(used), batch, height, width))

    def __call__(self, field: np.ndarray) -> np.ndarray:
        """Return W * y, in the shape of the field."""
        channels, height, width = self._shape[-3:]
        planes = field.reshape(-1, channels, height, width).swapaxes(0, 1)
        self._framed[...] = planes[..., self._rows[:, None], self._columns]
        for row, (channel, down, across) in enumerate(self._views):
            self._stacked[row] = self._framed[channel, :, down, across]
        moved = np.tensordot(self._weights, self._stacked, axes=1)
        return moved.swapaxes(0, 1).reshape(self._shape)


def stepped(
    position: np.ndarray,
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    steps: int,
    velocity: np.ndarray | None = None,
    nonlinear: bool = True,
) -> Motion:
    """Step z += dt (tanh(W * y) - omega y - alpha z), then y += dt z, from y_0 and z_0.

    Parameters
    ----------
    position : ndarray, (..., C, H, W)
        y_0.
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like
        omega and alpha; anything that broadcasts with the position: numbers, (C, 1, 1), fields.
    time_step : float
        dt.
    steps : int
        T >= 1.
    velocity : ndarray, (..., C, H, W), optional
        z_0; 0 as in the network if it is left out.
    nonlinear : bool, optional
        False drops the tanh.

    Raises
    ------
    ArgumentError
        For shapes, a kernel or a time step that cannot be used.
    DivergenceError
        If the history leaves the finite numbers.

    Notes
    -----
    Section 2.1, Eq 9 of the paper as released: kick, then drift; the damping explicit.

    Examples
    --------
    >>> from numerics.wave_rnn.waves.kernels import laplacian_kernel
    >>> still = stepped(np.ones((1, 4, 4)), laplacian_kernel(), 0.0, 0.0, 0.1, 3)
    >>> still.positions[-1, 0, 0].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    dt = checked_time_step(time_step)
    if steps < 1:
        raise ArgumentError("steps", steps, "must be at least 1", "ask for 100, say")
    y = np.array(position, dtype=np.float64)
    z = np.zeros_like(y) if velocity is None else np.array(velocity, dtype=np.float64)
    omega = _spread("stiffness", stiffness, y.shape)
    kept = 1 - dt * _spread("damping", damping, y.shape)
    correlation = Correlation(kernel, y.shape)
    positions, velocities = np.empty((2, steps + 1, *y.shape))
    positions[0], velocities[0] = y, _spread("velocity", z, y.shape)
    with np.errstate(over="ignore", invalid="ignore"):  # told below, with the step
        for n in range(steps):
            force = correlation(positions[n])
            if nonlinear:
                np.tanh(force, out=force)
            force -= omega * positions[n]
            velocities[n + 1] = kept * velocities[n] + dt * force
            positions[n + 1] = positions[n] + dt * velocities[n + 1]
    _require_finite(positions, dt)
    return Motion(positions, velocities)


def _spread(name: str, values: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(values, dtype=np.float64)
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ArgumentError(
            name, array.shape, f"must broadcast to the position's {shape}", "reshape it"
        ) from None


def _require_finite(positions: np.ndarray, time_step: float) -> None:
    finite = np.isfinite(positions.reshape(len(positions), -1)).all(axis=1)
    if not finite.all():
        raise DivergenceError(
            "time_step",
            time_step,
            f"the history left the finite numbers at step {int(np.argmin(finite))}",
            "choose a smaller one: see stability.stability_of",
        )
