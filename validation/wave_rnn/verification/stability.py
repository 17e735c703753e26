"""Do the conditions on stiffness, damping and step tell which waves die out, as eigenvalues do?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.lambdify import lambdify
from numerics.wave_rnn.waves.stability import is_stable, is_stable_complex
from theory.kick_and_drift import DT
from theory.wave_rnn.step import ALPHA, S, step_matrix

TRIPLES = 20_000
EDGE = 1e-9  # nearer to |mu| = 1 rounding decides


def jury() -> float:
    """Verdicts on 20,000 random real s, alpha, dt, on both sides of each condition, that differ."""
    pull, damping, dt = random_triples(np.random.default_rng(0))
    return _mismatches(is_stable(pull, damping, dt), pull, damping, dt)


def schur_cohn() -> float:
    """The same with complex s: half of them with a small imaginary part, half with a large one."""
    random = np.random.default_rng(1)
    pull, damping, dt = random_triples(random)
    size = np.where(random.random(TRIPLES) < 0.5, 0.1, 3.0)
    pull = pull + 1j * size * random.normal(size=TRIPLES) / dt
    return _mismatches(is_stable_complex(pull, damping, dt), pull, damping, dt)


def random_triples(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return s from -1 to 6/dt^2, alpha from -.5 to 3/dt and dt from .01 to 1, each (20000,)."""
    dt = random.uniform(0.01, 1, TRIPLES)
    damping = random.uniform(-0.5, 3 / dt)
    return random.uniform(-1, 6 / dt**2), damping, dt


def radii(pull: np.ndarray, damping: np.ndarray, dt: np.ndarray) -> np.ndarray:
    """Return the largest |mu| of the step's matrix as theory derives it, one a triple."""
    matrices = lambdify(step_matrix(), (S, ALPHA, DT))(pull, damping, dt)
    return np.abs(np.linalg.eigvals(matrices)).max(axis=-1)


def _mismatches(
    verdict: np.ndarray, pull: np.ndarray, damping: np.ndarray, dt: np.ndarray
) -> float:
    largest = radii(pull, damping, dt)
    clear = np.abs(largest - 1) > EDGE
    return float(np.count_nonzero(clear & (verdict != (largest < 1))))


FUNCTIONS: dict[str, Callable[[], float]] = {"W05": jury, "W06": schur_cohn}
