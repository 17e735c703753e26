"""Does the step keep what it is said to keep, and does the rest follow its balance?"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.wave_rnn.waves.invariants import (
    damping_work,
    hamiltonian,
    linear_energy,
    local_energy,
    shadow_hamiltonian,
    tanh_work,
)
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel, symmetric_part
from numerics.wave_rnn.waves.stepping import Motion, stepped

DT = 0.1
SHAPE = (2, 16, 16)
STEPS_KEPT, STEPS_BALANCED = 2000, 300
DRAWS = 6
OMEGA, DURATION = 0.5, 200.0  # of the runs with an energy under tanh
TIME_STEPS = (0.1, 0.05)
PIECES = 80  # of a history


def linear_energy_kept() -> float:
    """(largest Q - smallest)/Q_0 in 2000 steps, omega(x) from 0 to 3; two kernels, the worse."""
    random = np.random.default_rng(0)
    start, omega = random.normal(size=SHAPE), random.uniform(0, 3, SHAPE)
    return max(_energy_change(kernel, start, omega) for kernel in _symmetric_kernels(random))


def _energy_change(kernel: np.ndarray, start: np.ndarray, omega: np.ndarray) -> float:
    motion = stepped(start, kernel, omega, 0.0, DT, STEPS_KEPT, nonlinear=False)
    energies = linear_energy(motion, kernel, omega, DT)
    return float(np.ptp(energies) / energies[0])


def damping_balance() -> float:
    """Change of Q in each of 300 steps less the work of alpha(x), over Q_0; two kernels, largest."""
    random = np.random.default_rng(1)
    start, omega = random.normal(size=SHAPE), random.uniform(0, 3, SHAPE)
    alpha = random.uniform(0, 2, SHAPE)
    missed = []
    for kernel in _symmetric_kernels(random):
        motion = stepped(start, kernel, omega, alpha, DT, STEPS_BALANCED, nonlinear=False)
        energies = linear_energy(motion, kernel, omega, DT)
        left = np.diff(energies) - damping_work(motion, alpha, DT)
        missed.append(np.abs(left).max() / energies[0])
    return float(max(missed))


def tanh_balance() -> float:
    """Change of Q0 in each of 300 steps less the work of tanh and alpha(x), any kernel; largest."""
    random = np.random.default_rng(2)
    start, kernel = random.normal(size=SHAPE), random.normal(size=(2, 2, 3, 3))
    omega, alpha = random.uniform(0, 2, (2, *SHAPE))
    motion = stepped(start, kernel, omega, alpha, DT, STEPS_BALANCED)
    left = np.diff(local_energy(motion, omega, DT)) - tanh_work(motion, kernel, alpha, DT)
    return float(np.abs(left).max())


def _symmetric_kernels(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the start of training, and one that couples its channels."""
    own = laplacian_kernel(2)
    return own, own + 0.2 * symmetric_part(random.normal(size=own.shape))


def order_of_the_hamiltonian() -> float:
    """Range of H at dt = .1 over that at .05, t = 200: of six draws the ratio farthest from 2."""
    coarse, fine = (_ranges(dt)[0] for dt in TIME_STEPS)
    ratios = coarse / fine
    return float(ratios[np.abs(ratios - 2).argmax()])


def shadow_of_the_hamiltonian() -> float:
    """Range of H2 over that of H, both steps and six draws; largest."""
    return float(max((flat / swing).max() for swing, flat in map(_ranges, TIME_STEPS)))


@functools.cache
def _ranges(dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (max - min)/|mean| of H and of H2 in each draw: y_0 = 2 N(0, 1), z_0 = 0."""
    starts = 2 * np.random.default_rng(3).normal(size=(DRAWS, 1, 16, 16))
    motion = stepped(starts, LAPLACIAN, OMEGA, 0.0, dt, round(DURATION / dt))
    # piece by piece: a whole history at once would leave the processor's caches
    parts = (np.array_split(states, PIECES) for states in motion)
    pieces = [Motion(*piece) for piece in zip(*parts, strict=True)]
    swing, flat = (
        [hamiltonian(piece, LAPLACIAN, OMEGA) for piece in pieces],
        [shadow_hamiltonian(piece, LAPLACIAN, OMEGA, dt) for piece in pieces],
    )
    return _range(np.concatenate(swing)), _range(np.concatenate(flat))


def _range(energy: np.ndarray) -> np.ndarray:
    return np.ptp(energy, axis=0) / np.abs(energy.mean(axis=0))


FUNCTIONS: dict[str, Callable[[], float]] = {
    "W07": linear_energy_kept,
    "W08": damping_balance,
    "W09": tanh_balance,
    "W10": order_of_the_hamiltonian,
    "W10b": shadow_of_the_hamiltonian,
}
