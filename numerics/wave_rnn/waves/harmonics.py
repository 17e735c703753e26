"""A strong mode as a few harmonics: what tanh does to it, step by step.

With tanh a plane wave of phase p = k.x makes harmonics of itself, all of odd order, and stays a function of
p: y_n(x) = Re sum_h c_{n,h} exp(i h p), h = 1, 3, 5, ... With finitely many kept, the step is a map of their
coefficients alone: one of them is the describing function of tanh, applied at every step; with more of them
the map converges to the network.
"""

from __future__ import annotations

import numpy as np

from numerics.wave_rnn.waves.one_mode import OneMode
from numerics.wave_rnn.waves.symbol import symbol
from theory.errors import ArgumentError

PHASES = 128  # at which tanh is evaluated
MOST = PHASES // 8  # harmonics that they resolve


def few_harmonics(mode: OneMode, harmonics: int = 1) -> np.ndarray:
    """Return a_n of the tanh network as far as a few harmonics carry it, (T+1, C).

    Parameters
    ----------
    mode : OneMode
        On a grid where k has many phases, such as (1, 5/64 of a turn a column): where it has few,
        harmonics fall back on one another, and this law knows of none of that.
    harmonics : int
        How many are kept: 1 keeps the first, 2 the first and the third, and so on.

    Raises
    ------
    ArgumentError
        For fewer than one, or more than `MOST`.

    Notes
    -----
    Ours. The paper has linear waves alone.
    """
    if not 1 <= harmonics <= MOST:
        raise ArgumentError("harmonics", harmonics, f"must be from 1 to {MOST}", "choose another")
    orders = 2 * np.arange(harmonics) + 1
    waves = np.exp(2j * np.pi * np.outer(orders, np.arange(PHASES)) / PHASES)
    kx, ky = mode.wavevector
    couplings = symbol(mode.kernel, orders * kx, orders * ky)  # (harmonic, C, C)
    position = np.zeros((harmonics, len(mode.kernel)), complex)
    position[0] = mode.amplitudes
    velocity = np.zeros_like(position)
    found = np.empty((mode.steps + 1, len(mode.kernel)))
    for n in range(mode.steps + 1):
        found[n] = position[0].real
        drive = np.einsum("hcd,hd->hc", couplings, position)
        pull = np.tanh(np.einsum("hc,hp->cp", drive, waves).real)
        force = 2 * np.einsum("cp,hp->hc", pull, waves.conj()) / PHASES
        velocity += mode.time_step * (force - mode.stiffness * position - mode.damping * velocity)
        position += mode.time_step * velocity
    return found
