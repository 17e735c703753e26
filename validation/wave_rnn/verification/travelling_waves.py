"""Is a travelling wave reflected as it should be, and is its wavelength read off the history?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.wave_rnn.waves.boundary import jump_reflection
from numerics.wave_rnn.waves.dispersion import dispersion
from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.packets import Packet, reflected_energy
from numerics.wave_rnn.waves.stepping import stepped
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue
from numerics.wave_rnn.waves.wavelength import local_wavelengths, wavelength_shares

JUMPS = ((0.0, 0.5, 1.0), (0.0, 0.2, 0.6), (0.3, 0.0, 0.8), (0.0, 2.0, 1.0))  # omega_1, omega_2, k
LENGTHS = (8, 16, 32)  # pixels
SIDE, STEPS, DT, OMEGA = 32, 400, 0.1, 0.3


def reflection() -> float:
    """Energy of packets left of a jump of omega against |R|^2; four jumps, worst, relative.

    80 sites wide on 4000, none within its bandwidth of the cut-off; the last is reflected totally.
    """
    return max(_reflection_missed(*jump) for jump in JUMPS)


def _reflection_missed(before: float, behind: float, k: float) -> float:
    law = float(np.abs(jump_reflection(before, behind, k)) ** 2)
    return abs(reflected_energy(Packet(before, behind, k)) / law - 1)


def wavelength() -> float:
    """Median wavelength of plane waves of 8, 16, 32 px along rows and columns; worst, relative."""
    return max(_length_missed(length, axis) for length in LENGTHS for axis in (0, 1))


def _length_missed(length: int, axis: int) -> float:
    lengths = local_wavelengths(plane_wave(length, axis))
    return abs(wavelength_shares(lengths).median / length - 1)


def plane_wave(length: float, axis: int) -> np.ndarray:
    """Return y_0 ... y_400 of a wave along an axis of 32 x 32 pixels, one-way, (401, 1, 32, 32).

    z_0 comes from the step before, whose phase is behind by the exact angle of a step.
    """
    k = 2 * np.pi / length
    phase = k * np.indices((SIDE, SIDE))[axis][None]
    angle = DT * dispersion(OMEGA + laplacian_eigenvalue(k, 0.0), 0.0, DT).frequency
    velocity = (np.cos(phase) - np.cos(phase + angle)) / DT
    return stepped(
        np.cos(phase), LAPLACIAN, OMEGA, 0.0, DT, STEPS, velocity=velocity, nonlinear=False
    ).positions


FUNCTIONS: dict[str, Callable[[], float]] = {"W14": reflection, "W23": wavelength}
