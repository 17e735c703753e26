"""How far apart the roads of one mode are: known beforehand, to leading order (section 3.11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from numerics.wave_rnn.waves.kernels import require_symmetric
from numerics.wave_rnn.waves.long_waves import fourth_order
from numerics.wave_rnn.waves.one_mode import OneMode
from numerics.wave_rnn.waves.symbol import symbol
from theory.errors import ArgumentError


class ModeSizes(NamedTuple):
    """Sizes of the three differences, never negative, each (T+1,), in units of y.

    Attributes
    ----------
    space : ndarray
        Wave equation to lattice: A t (fourth-order term of the symbol)/(2 Omega) |sin Omega t|.
    time_step : ndarray
        Lattice to discrete step: A (Omega dt/2 + t Omega^3 dt^2/24) |sin Omega t|; the half step
        that the kick runs ahead of the drift comes first.
    tanh : ndarray
        Discrete step to tanh network: A t dOmega |sin Omega t|, dOmega = 3 lambda (lambda A)^2 /
        (32 Omega) for a standing wave that no grid point aliases.
    """

    space: np.ndarray
    time_step: np.ndarray
    tanh: np.ndarray


def predicted_sizes(mode: OneMode) -> ModeSizes:
    """Return the sizes of the differences of neighbouring roads.

    Raises
    ------
    ArgumentError
        Unless there is one channel with a symmetric kernel, no damping, and the mode oscillates.
    """
    require_symmetric(mode.kernel)
    if len(mode.kernel) != 1 or np.any(mode.damping):
        raise ArgumentError(
            "mode",
            f"{len(mode.kernel)} channels, damping {mode.damping}",
            "sizes are known for one channel without damping",
            "attribute the differences instead",
        )
    force = -symbol(mode.kernel, *mode.wavevector).real.item()
    squared = (mode.stiffness + force).item()
    if squared <= 0:
        raise ArgumentError(
            "mode", mode.mode, f"must oscillate; its Omega^2 is {squared:.3g}", "choose another"
        )
    frequency, dt, t = np.sqrt(squared), mode.time_step, mode.times
    size = abs(mode.amplitudes.item())
    swing = size * np.abs(np.sin(frequency * t))
    slower = fourth_order(mode.kernel, *mode.wavevector).item() / (2 * frequency)
    return ModeSizes(
        swing * t * abs(slower),
        swing * (frequency * dt / 2 + t * frequency**3 * dt**2 / 24),
        swing * t * abs(_tanh_shift(mode, force, size) / (2 * frequency)),
    )


def _tanh_shift(mode: OneMode, force: float, size: float) -> float:
    """Return by how much the tanh lowers Omega^2: lambda (lambda A)^2/3 <cos^4>/<cos^2> * 3/4.

    The means are over the grid: where k has few phases on it, the third harmonic falls back on the
    mode, and <cos^4>/<cos^2> is not 3/4.
    """
    cosine = mode.cosine()
    return force * (force * size) ** 2 / 4 * (cosine**4).mean() / (cosine**2).mean()
