"""Operators between labels, against dense matrices, exponentials and singular values."""

import numpy as np
import pytest
import sympy
from scipy import linalg

from theory import latent_basis
from theory.errors import ArgumentError


def numeric(matrix, **values):
    point = {s: values[s.name] for s in matrix.free_symbols}
    return np.array(matrix.subs(point).evalf(20), dtype=float)


def orthonormal(seed, size):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]


def turn_of(basis, i, j, angle):
    """Return the rotation from row i towards row j of a basis, by the matrix exponential."""
    return linalg.expm(angle * plane_of(basis, i, j))


def plane_of(basis, i, j):
    return np.outer(basis[j], basis[i]) - np.outer(basis[i], basis[j])


@pytest.mark.parametrize(("step", "angle"), [(0.5, 0.2), (np.pi / 6, 0.0), (-2.0, 1.0)])
def test_printed_operator_has_rank_one(step, angle):
    """C = 30: singular values 30 and 0; all inputs come out along u(theta + d)."""
    printed = latent_basis.printed_operator(*sympy.symbols("d theta"))
    matrix = numeric(printed, C=30, d=step, theta=angle)
    assert np.linalg.svd(matrix, compute_uv=False) == pytest.approx([30, 0], abs=1e-12)
    inputs = np.random.default_rng(0).standard_normal((2, 50))
    outputs = matrix @ inputs
    outputs /= np.linalg.norm(outputs, axis=0)
    direction = np.array([np.cos(angle + step), np.sin(angle + step)])
    sides = np.sign(np.cos(angle) * inputs[0] + np.sin(angle) * inputs[1])
    assert outputs == pytest.approx(direction[:, None] * sides, abs=1e-12)


@pytest.mark.parametrize(
    ("step", "end"),
    [
        (sympy.pi / 3, (0.5, -0.8660254037844386)),
        (sympy.pi / 6, (-0.8660254037844386, 0.5)),
    ],
)
def test_where_algorithm_1_ends(step, end):
    """Three steps as printed end at 5 dtheta; the amended ones with pi/6 at (0, 1), which is xi_j."""
    claim = latent_basis.printed_angles()
    (index,) = (s for s in claim.right.free_symbols if s.name == "r")
    (size,) = (s for s in claim.right.free_symbols if s.name == "delta")
    (norm,) = (s for s in claim.right.free_symbols if s.name == "C")
    ends = claim.left.subs({index: 3, size: step, norm: 1}).evalf(20)
    assert [float(x) for x in ends[:, 0]] == pytest.approx(end, abs=1e-15)
    amended = claim.left[:, 1].subs({index: 3, size: sympy.pi / 6, norm: 1})
    assert [float(x) for x in amended] == pytest.approx((0, 1), abs=1e-15)


def test_sum_of_projectors_is_no_operator_of_its_own():
    """A random full set of norm^2 C = 7: A = 7 I, and every vector is an eigenvector."""
    vectors = np.sqrt(7) * orthonormal(0, 7)
    assert vectors.T @ vectors == pytest.approx(7 * np.eye(7), abs=1e-12)
    claim = latent_basis.sum_of_projectors(3)
    at = dict.fromkeys(("n_0", "n_1", "n_2"), 0.3) | {"C": 7}
    assert numeric(claim.left, **at) == pytest.approx(7 * np.eye(3), abs=1e-12)


@pytest.mark.parametrize("angle", [0.3, np.pi / 2, 4.0])
def test_turn_is_the_exponential(angle):
    """exp(t J) of a random plane of five dimensions, by Pade approximation."""
    plane = plane_of(orthonormal(1, 5), 3, 1)
    turned = latent_basis.turn(sympy.Matrix(plane), sympy.Float(angle, 17))
    assert numeric(turned) == pytest.approx(linalg.expm(angle * plane), abs=1e-12)


def test_rotation_system_in_numbers():
    """The closed form at t = 1.3 and at a quarter turn; the third amplitude stays."""
    law = latent_basis.plane_rotation()
    start = np.array([0.4, -1.2, 2.0])
    names = {f"a_{k}(0)": x for k, x in enumerate(start)}
    for time in (1.3, np.pi / 2):
        found = [
            float(e.subs({s: {**names, "t": time}[s.name] for s in e.free_symbols}))
            for e in law.closed_form.values()
        ]
        assert found == pytest.approx(turn_of(np.eye(3), 0, 1, time) @ start, abs=1e-12)
    assert found == pytest.approx([1.2, 0.4, 2.0], abs=1e-12)


def test_commutators_of_a_random_basis():
    """[J_01, J_12] = -J_02; the turns of the disjoint planes 01 and 23 commute; six dimensions."""
    basis = orthonormal(2, 6)
    first, second, far = (plane_of(basis, *ij) for ij in ((0, 1), (1, 2), (2, 3)))
    assert first @ second - second @ first == pytest.approx(-plane_of(basis, 0, 2), abs=1e-12)
    assert first @ far == pytest.approx(np.zeros((6, 6)), abs=1e-12)
    one, other = linalg.expm(0.7 * first), linalg.expm(1.9 * far)
    assert one @ other == pytest.approx(other @ one, abs=1e-12)


@pytest.mark.parametrize("labels", [2, 3, 4, 5, 10])
def test_tour_of_all_labels(labels):
    """Dense quarter turns, one after the other: the signed cycle, its l-th power, its determinant."""
    matrix = np.eye(labels)
    for k in range(labels - 1):
        matrix = turn_of(np.eye(labels), k, k + 1, np.pi / 2) @ matrix
    start = sympy.Matrix(sympy.symbols(f"a_:{labels}"))
    derived = np.array(latent_basis.tour(start).jacobian(start), dtype=float)
    assert derived == pytest.approx(matrix, abs=1e-12)
    cycle = -np.eye(labels, k=1)
    cycle[-1, 0] = 1
    assert derived == pytest.approx(cycle)
    power = np.linalg.matrix_power(derived, labels)
    assert power == pytest.approx((-1) ** (labels - 1) * np.eye(labels))
    assert np.linalg.det(derived) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(3))
def test_minimal_rotation_of_random_directions(seed):
    """Six dimensions: u to v, a rotation by the angle between them, two reflections."""
    u, v = orthonormal(seed, 6)[:2]
    v = 0.6 * v - 0.8 * u
    turned = numeric(latent_basis.minimal_rotation(sympy.Matrix(u), sympy.Matrix(v)))
    assert turned @ u == pytest.approx(v, abs=1e-12)
    plane = np.outer(v, u) - np.outer(u, v)
    angle = np.arccos(-0.8)
    assert turned == pytest.approx(linalg.expm(angle * plane / np.sin(angle)), abs=1e-12)
    mirrors = [numeric(latent_basis.mirror(sympy.Matrix(n))) for n in (u + v, u)]
    assert turned == pytest.approx(mirrors[0] @ mirrors[1], abs=1e-12)


def test_swap_of_two_labels():
    """The reflection of the normal e_0 - e_1 in a random basis: an involution of determinant -1."""
    basis = orthonormal(4, 5)
    swap = numeric(latent_basis.mirror(sympy.Matrix(basis[0] - basis[1])))
    amplitudes = np.arange(5.0)
    assert basis @ (swap @ (basis.T @ amplitudes)) == pytest.approx([1, 0, 2, 3, 4], abs=1e-12)
    assert swap @ swap == pytest.approx(np.eye(5), abs=1e-12)
    assert np.linalg.det(swap) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("factory", "arguments", "name"),
    [
        (latent_basis.label_cycle, (1,), "labels"),
        (latent_basis.label_swap, (1,), "dimension"),
        (latent_basis.generator, (sympy.eye(3), 1, 1), "j"),
        (latent_basis.truncation_error, (3, 3), "kept"),
        (latent_basis.set_energy, (2, 2), "kept"),
    ],
)
def test_bad_sizes_are_refused(factory, arguments, name):
    """A tour of one label, a plane of one direction, nothing left out: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got"):
        factory(*arguments)
