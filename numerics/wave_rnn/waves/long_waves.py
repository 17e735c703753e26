"""What a kernel is to waves much longer than a pixel: a speed and a mass for each channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import symmetric_part
from numerics.wave_rnn.waves.step_matrix import channel_values


class LongWaves(NamedTuple):
    """Coefficients of y_tt + alpha y_t = sum_ab speed_squared[a, b] y_ab - mass_squared y.

    Attributes
    ----------
    speed_squared : ndarray, (C, 2, 2)
        c_x^2 and c_y^2 on the diagonal, (px per unit time)^2; 1 for the Laplacian. A negative one
        is no speed: such waves grow the faster the shorter they are.
    mass_squared : ndarray, (C,)
        omega minus the sum of the taps; a negative one is growth, until the tanh saturates.
    """

    speed_squared: np.ndarray
    mass_squared: np.ndarray


def long_waves(kernel: np.ndarray, stiffness: ArrayLike = 0.0) -> LongWaves:
    """Expand the symbol of each channel on its own around k = 0, to second order.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
        Channels' own kernels, their symmetric parts; coupling and advection are left out.
    stiffness : array_like, () or (C,)

    Notes
    -----
    Section 3.2: c_x^2 = -(1/2) d^2 What/dkx^2 at 0 = (1/2) sum_ij W[i, j] (i - 1)^2. The claim
    "wave_rnn.long_waves".

    Examples
    --------
    >>> from numerics.wave_rnn.waves.kernels import LAPLACIAN
    >>> speeds, masses = long_waves(LAPLACIAN, 0.3)
    >>> speeds[0].tolist(), masses.tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [0.3])
    """
    own = own_kernels(kernel)
    offsets = np.arange(own.shape[-1]) - own.shape[-1] // 2
    places = np.stack(np.meshgrid(offsets, offsets, indexing="ij"))
    speeds = np.einsum("cij,aij,bij->cab", own, places, places) / 2
    omega = channel_values("stiffness", stiffness, len(own))
    return LongWaves(speeds, omega - own.sum(axis=(1, 2)))


def fourth_order(kernel: np.ndarray, kx: float, ky: float) -> np.ndarray:
    """Return the fourth-order term of each channel's symbol, sum_d W[d] (k.d)^4 / 24, (C,).

    For the Laplacian (kx^4 + ky^4)/12: by so much Omega^2 of the lattice is below the wave
    equation's (section 3.11).
    """
    own = own_kernels(kernel)
    offsets = np.arange(own.shape[-1]) - own.shape[-1] // 2
    phases = kx * offsets[:, None] + ky * offsets[None, :]
    return (own * phases**4).sum(axis=(1, 2)) / 24


def own_kernels(kernel: np.ndarray) -> np.ndarray:
    """Return the symmetric part of what each channel does to itself, (C, s, s)."""
    taps = symmetric_part(kernel)
    return taps[np.arange(len(taps)), np.arange(len(taps))]
