"""Do the operators do what they are said to do, and does the paper's do what is said of it?"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np
import scipy.linalg

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.minimal_rotation import minimal_rotation
from numerics.latent_basis.rank_one import algorithm_1, rank_one
from numerics.latent_basis.rotations import chain, plane_rotation, turned

SIZE, LABELS = 100, 10
ANGLES = (-7.0, -0.3, 1e-3, 1.0, 2.5)
NEARLY_OPPOSITE = 1e-6  # 1 + u.v


def matrix_units() -> float:
    """B_ij = |xi_j><xi_i|/C: products, transposes, action; and their sum A = C 1."""
    basis = _basis()
    units = [[_matrix_unit(basis, i, j) for j in range(4)] for i in range(4)]
    missed = [_largest(basis.vectors.T @ basis.vectors - SIZE * np.eye(SIZE))]
    for j, k, i, m in itertools.product(range(4), repeat=4):
        missed.append(_largest(units[j][k] @ units[i][m] - (j == m) * units[i][k]))
    for i, j in itertools.product(range(4), repeat=2):
        missed.append(_largest(units[i][j].T - units[j][i]))
        missed.append(_largest(units[i][j] @ basis.unit_vectors[i] - basis.unit_vectors[j]))
    return max(missed)


def plane_turns() -> float:
    """Turns in a plane: against exp(t J), their lengths, sums of angles, and two disjoint planes."""
    latents = _latents()
    e = _basis().unit_vectors
    turn = functools.partial(plane_rotation, first=e[0], second=e[1])
    aside = functools.partial(plane_rotation, first=e[2], second=e[3], angle=0.7)
    lengths = np.linalg.norm(latents, axis=1)
    missed = []
    for angle in ANGLES:
        once = turn(latents, angle=angle)
        missed += [
            _largest(once - latents @ scipy.linalg.expm(angle * _turn(e[0], e[1])).T),
            _largest(np.linalg.norm(once, axis=1) / lengths - 1),
            _largest(turn(once, angle=0.7) - turn(latents, angle=angle + 0.7)),
            _largest(aside(once) - turn(aside(latents), angle=angle)),
        ]
    return max(missed)


def commutator() -> float:
    """[J_01, J_12] + J_02, where J_ij turns e_i to e_j; and J^3 + J."""
    e = _basis().unit_vectors[:3]
    first, second, third = _turn(e[0], e[1]), _turn(e[1], e[2]), _turn(e[0], e[2])
    return max(
        _largest(first @ second - second @ first + third), _largest(first @ first @ first + first)
    )


def signed_cycle() -> float:
    """Chain of 9 quarter turns: e_0 -> e_9, e_j -> -e_{j-1}; its tenth power; its determinant."""
    basis = _basis()
    units, stops = basis.unit_vectors, range(LABELS)
    cycle = chain(basis, units, stops)
    target = np.vstack([units[LABELS - 1], -units[: LABELS - 1], units[LABELS:]])
    power = units
    for _ in range(LABELS):
        power = chain(basis, power, stops)
    signs = np.where(np.arange(SIZE) < LABELS, (-1) ** (LABELS - 1), 1)
    determinant = np.linalg.det(cycle @ units.T)
    return max(
        _largest(cycle - target), _largest(power - signs[:, None] * units), abs(determinant - 1)
    )


def second_singular_value() -> float:
    """Largest second singular value, of the first, of what the paper's operator returns, 18 steps."""
    values = [np.linalg.svd(latents, compute_uv=False) for latents in _slides()]
    return float(max(v[1] / v[0] for v in values))


def spread_after_sign() -> float:
    """Largest distance between outputs of the paper's operator, once each has the sign of the first."""
    spreads = []
    for latents in _slides():
        same = latents * np.sign(latents @ latents[0])[:, None]
        spreads.append(np.linalg.norm(same - same[0], axis=1).max())
    return float(max(spreads))


def printed_end() -> float:
    """End of Algorithm 1 as printed, from xi_i, against (1 xi_i - sqrt(3) xi_j)/2."""
    return _end_missed(False, math.pi * 5 / 3)


def corrected_end() -> float:
    """End of Algorithm 1 with its angles put right, from xi_i, against xi_j."""
    return _end_missed(True, math.pi / 2)


def minimal_turns() -> float:
    """Rotation of a direction to another: against its matrix, and whether the one becomes the other."""
    generator = np.random.default_rng(5)
    latents = _latents()
    missed = []
    for _ in range(5):
        u, v = _units(generator.standard_normal((2, SIZE)))
        moved = minimal_rotation(latents, u, v)
        wedge = np.outer(v, u) - np.outer(u, v)
        matrix = np.eye(SIZE) + wedge + wedge @ wedge / (1 + u @ v)
        missed += [_largest(moved - latents @ matrix.T), *_arrival_missed(u, v)]
    return max(missed)


def minimal_turns_at_the_edge() -> float:
    """The same for 1 + u.v = 1e-6: arrival, and relative change of |z|^2."""
    generator = np.random.default_rng(6)
    u, other = _units(generator.standard_normal((2, SIZE)))
    aside = _units((other - (other @ u) * u)[None])[0]
    angle = math.pi - math.sqrt(2 * NEARLY_OPPOSITE)
    return max(_arrival_missed(u, math.cos(angle) * u + math.sin(angle) * aside))


def _arrival_missed(u: np.ndarray, v: np.ndarray) -> list[float]:
    latents = _latents()
    moved = minimal_rotation(latents, u, v)
    energies = np.square(moved).sum(axis=1) / np.square(latents).sum(axis=1)
    return [_largest(minimal_rotation(u[None], u, v) - v), _largest(energies - 1)]


def _slides() -> list[np.ndarray]:
    """Return what the paper's operator makes of random latents from label 0 to 9, two steps a label."""
    basis, latents, step = _basis(), _latents(), math.pi / 4
    slides = []
    for label, frame in itertools.product(range(LABELS - 1), range(2)):
        latents = rank_one(basis, latents, label, label + 1, frame * step, step)
        slides.append(latents)
    return slides


def _end_missed(corrected: bool, angle: float) -> float:
    basis = _basis()
    end = algorithm_1(basis, basis.vectors[:1], 0, 1, corrected=corrected)[-1]
    return _largest((end - turned(basis, basis.vectors[:1], 0, 1, angle)) / math.sqrt(SIZE))


def _matrix_unit(basis: Basis, i: int, j: int) -> np.ndarray:
    return np.outer(basis.vectors[j], basis.vectors[i]) / basis.norm


def _turn(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return J, the generator of turns from the first direction to the second."""
    return np.outer(second, first) - np.outer(first, second)


@functools.cache
def _basis() -> Basis:
    return LinearControl(separation=3.0, generator=np.random.default_rng(0)).basis()


def _latents() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((200, SIZE))


def _units(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "LB07": matrix_units,
    "LB08": plane_turns,
    "LB08b": commutator,
    "LB09": signed_cycle,
    "LB10": second_singular_value,
    "LB10b": spread_after_sign,
    "LB11": printed_end,
    "LB11b": corrected_end,
    "LB21": minimal_turns,
    "LB21b": minimal_turns_at_the_edge,
}
