"""One mode on four roads: wave equation, lattice, discrete step, tanh network (section 3.11)."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel, checked_time_step
from numerics.wave_rnn.waves.long_waves import long_waves
from numerics.wave_rnn.waves.step_matrix import channel_values, position_powers, step_matrix
from numerics.wave_rnn.waves.stepping import stepped
from numerics.wave_rnn.waves.symbol import symbol
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class OneMode:
    """The start y_0 = A_c cos(k.x), z_0 = 0 under uniform omega and alpha.

    Its amplitude at step n is a_n = <y_n cos(k.x)>/<cos^2(k.x)>, (C,), means over the grid.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
        Any kernel; with an antisymmetric part the mode also moves, and a_n is its cosine part.
    shape : tuple of int
        The grid, (H, W).
    mode : tuple of int
        (p, q): kx = 2 pi p/H along the rows, ky = 2 pi q/W along the columns.
    amplitudes : array_like, () or (C,)
        A, one a channel.
    stiffness, damping : array_like, () or (C,)
        omega and alpha.
    time_step : float
        dt.
    steps : int
        T.

    Raises
    ------
    ArgumentError
        For arguments that cannot be used.
    """

    kernel: np.ndarray
    shape: tuple[int, int]
    mode: tuple[int, int]
    amplitudes: Any  # any of these three may be given as one number; (C,) is kept
    stiffness: Any
    damping: Any
    time_step: float
    steps: int

    def __post_init__(self):
        taps = checked_kernel(self.kernel)
        checked_time_step(self.time_step)
        for name in ("amplitudes", "stiffness", "damping"):
            object.__setattr__(self, name, channel_values(name, getattr(self, name), len(taps)))
        object.__setattr__(self, "kernel", taps)
        if self.steps < 1:
            raise ArgumentError("steps", self.steps, "must be at least 1", "ask for 100, say")

    @property
    def wavevector(self) -> tuple[float, float]:
        """(kx, ky), radians per pixel, between -pi and pi."""
        turns = (m / n for m, n in zip(self.mode, self.shape, strict=True))
        kx, ky = (2 * np.pi * (turn - round(turn)) for turn in turns)
        return kx, ky

    @property
    def times(self) -> np.ndarray:
        """Times n dt, (T+1,)."""
        return self.time_step * np.arange(self.steps + 1)

    def cosine(self) -> np.ndarray:
        """Return cos(k.x) on the grid, (H, W)."""
        kx, ky = self.wavevector
        rows, columns = np.indices(self.shape)
        return np.cos(kx * rows + ky * columns)

    def start(self) -> np.ndarray:
        """Return y_0, (C, H, W)."""
        return self.amplitudes[:, None, None] * self.cosine()

    def amplitude(self, positions: np.ndarray) -> np.ndarray:
        """Return the amplitude of fields (..., C, H, W), (..., C)."""
        cosine = self.cosine()
        return np.einsum("...hw,hw->...", positions, cosine) / (cosine**2).sum()


def wave_equation(mode: OneMode) -> np.ndarray:
    """Return a_n of the wave equation of each channel's long waves, (T+1, C): no lattice, no step.

    A exp(-alpha t/2) (cos Omega t + alpha/(2 Omega) sin Omega t), with Omega^2 = mass^2 +
    k.c^2.k - alpha^2/4; where that is negative the mode grows or creeps.
    """
    speeds, masses = long_waves(mode.kernel, mode.stiffness)
    k = np.array(mode.wavevector)
    return mode.amplitudes * damped_cosine(masses + speeds @ k @ k, mode.damping, mode.times)


# no tanh stops a linear wave that grows: inf and nan tell of it
@np.errstate(over="ignore", invalid="ignore")
def damped_cosine(pull: ArrayLike, damping: ArrayLike, times: np.ndarray) -> np.ndarray:
    """Return y of y'' + alpha y' + s y = 0, y(0) = 1, y'(0) = 0, in every regime, (time, ...)."""
    half = np.asarray(damping, dtype=float) / 2
    frequency = np.emath.sqrt(np.asarray(pull, dtype=float) - half**2)
    t = times.reshape(-1, *[1] * half.ndim)
    turn = frequency * t
    slow = np.abs(turn) < 1e-150  # sin(Omega t)/Omega is t there
    sine = t * np.where(slow, 1.0, np.sin(turn) / np.where(slow, 1.0, turn))
    return np.exp(-half * t) * (np.cos(frequency * t) + half * sine).real


# no tanh stops a linear wave that grows: inf and nan tell of it
@np.errstate(over="ignore", invalid="ignore")
def lattice(mode: OneMode) -> np.ndarray:
    """Return a_n of the linear law on the lattice in continuous time, all channels, (T+1, C)."""
    from scipy.linalg import expm

    channels = len(mode.kernel)
    pull = np.diag(mode.stiffness) - symbol(mode.kernel, *mode.wavevector)
    rates = np.block(
        [[np.zeros((channels, channels)), np.eye(channels)], [-pull, -np.diag(mode.damping)]]
    )
    flows = expm(rates * mode.times[:, None, None])
    return (flows[:, :channels, :channels] @ mode.amplitudes).real


# no tanh stops a linear wave that grows: inf and nan tell of it
@np.errstate(over="ignore", invalid="ignore")
def discrete_step(mode: OneMode) -> np.ndarray:
    """Return a_n of the linear step by the powers of its matrix, (T+1, C)."""
    matrix = step_matrix(
        mode.kernel, mode.stiffness, mode.damping, mode.time_step, *mode.wavevector
    )
    return (position_powers(matrix, mode.steps) @ mode.amplitudes).real


def tanh_network(mode: OneMode, nonlinear: bool = True) -> np.ndarray:
    """Return a_n of the stepped network, (T+1, C)."""
    motion = stepped(
        mode.start(),
        mode.kernel,
        mode.stiffness[:, None, None],
        mode.damping[:, None, None],
        mode.time_step,
        mode.steps,
        nonlinear=nonlinear,
    )
    return mode.amplitude(motion.positions)
