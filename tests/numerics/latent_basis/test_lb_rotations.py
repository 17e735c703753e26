"""Plane rotations: one plane turns, all else stays; in latents, in amplitudes, and in a chain."""

import itertools
import math

import numpy as np
import pytest
import scipy.linalg
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.rotations import (
    QUARTER,
    chain,
    plane_rotation,
    reflected,
    turned,
    turned_amplitudes,
)
from theory.errors import ArgumentError
from validation.properties import angles, class_means, latents

any_basis = settings(max_examples=60, deadline=None)
SIZE, LABELS = 12, 10


@pytest.fixture(scope="module")
def basis():
    return LinearControl(
        separation=3.0, latent_size=SIZE, pixels=SIZE, generator=np.random.default_rng(0)
    ).basis()


def drawn(count, seed=1):
    return np.random.default_rng(seed).standard_normal((count, SIZE))


@st.composite
def turns(draw):
    """A basis of any sizes, latents, and two of its vectors."""
    means = draw(class_means())
    basis = basis_of(means, draw(st.sampled_from(["qr", "symmetric"])))
    i, j = draw(st.permutations(range(len(basis))))[:2]
    return basis, draw(latents(basis.latent_size)), i, j


# --- one plane ----------------------------------------------------------------------------------------


@any_basis
@given(given_turn=turns(), angle=angles(), other=angles())
def test_group(given_turn, angle, other):
    """Angles add, -theta undoes theta, 2 pi is nothing, lengths stay."""
    basis, z, i, j = given_turn
    once = turned(basis, z, i, j, angle)
    close = {"rtol": 0, "atol": 1e-12 * np.abs(z).max() * 10}
    np.testing.assert_allclose(
        turned(basis, once, i, j, other), turned(basis, z, i, j, angle + other), **close
    )
    np.testing.assert_allclose(turned(basis, once, i, j, -angle), z, **close)
    np.testing.assert_allclose(turned(basis, once, j, i, angle), z, **close)
    np.testing.assert_allclose(turned(basis, z, i, j, angle + 2 * math.pi), once, **close)
    np.testing.assert_allclose(np.linalg.norm(once, axis=1), np.linalg.norm(z, axis=1), rtol=1e-12)


@any_basis
@given(given_turn=turns(), angle=angles())
def test_amplitude_space(given_turn, angle):
    """The amplitudes of the turned latent are the turned amplitudes; all but two are untouched."""
    basis, z, i, j = given_turn
    before, after = basis.amplitudes(z), basis.amplitudes(turned(basis, z, i, j, angle))
    turned_columns = turned_amplitudes(before, i, j, angle)
    np.testing.assert_allclose(turned_columns, after, atol=1e-12 * max(1, np.abs(before).max()))
    rest = np.delete(np.arange(len(basis)), [i, j])
    np.testing.assert_array_equal(turned_columns[:, rest], before[:, rest])


@pytest.mark.parametrize("angle", [-3.0, 0.0, 0.4, QUARTER, 7.0])
def test_against_the_matrix_exponential(basis, angle):
    """exp(t (e_j e_i^T - e_i e_j^T)) z, by SciPy."""
    e_i, e_j = basis.unit_vectors[[3, 7]]
    matrix = scipy.linalg.expm(angle * (np.outer(e_j, e_i) - np.outer(e_i, e_j)))
    z = drawn(20)
    np.testing.assert_allclose(turned(basis, z, 3, 7, angle), z @ matrix.T, atol=1e-12)


def test_quarter_turn(basis):
    """The vector xi_i becomes xi_j, and xi_j becomes -xi_i."""
    found = turned(basis, basis.vectors[[2, 5]], 2, 5, QUARTER)
    np.testing.assert_allclose(found, [basis.vectors[5], -basis.vectors[2]], atol=1e-12)


def test_planes_that_meet(basis):
    """Turns in disjoint planes commute; in planes that share a direction they do not."""
    z = drawn(10)
    disjoint = turned(basis, turned(basis, z, 0, 1, 0.7), 2, 3, 0.4)
    np.testing.assert_allclose(
        disjoint, turned(basis, turned(basis, z, 2, 3, 0.4), 0, 1, 0.7), atol=1e-13
    )
    meeting = turned(basis, turned(basis, z, 0, 1, 0.7), 1, 2, 0.4)
    assert np.abs(meeting - turned(basis, turned(basis, z, 1, 2, 0.4), 0, 1, 0.7)).max() > 0.1


@pytest.mark.parametrize("batch", [1, 7])
def test_batches(basis, batch):
    """What is turned together makes no difference beyond 1e-12."""
    z = drawn(50)
    parts = [turned(basis, z[i : i + batch], 0, 1, 0.7) for i in range(0, 50, batch)]
    np.testing.assert_allclose(np.concatenate(parts), turned(basis, z, 0, 1, 0.7), atol=1e-12)


# --- amplitudes in place ------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["C", "F"])
def test_in_place_or_not(order):
    """out=None leaves the input alone and keeps its layout; out=amplitudes turns it; any other is filled."""
    amplitudes = np.array(drawn(6), order=order)
    kept = amplitudes.copy()
    new = turned_amplitudes(amplitudes, 0, 4, 0.3)
    np.testing.assert_array_equal(amplitudes, kept)
    assert new.flags[f"{order}_CONTIGUOUS"]
    other = np.empty_like(amplitudes)
    assert turned_amplitudes(amplitudes, 0, 4, 0.3, out=other) is other
    np.testing.assert_array_equal(other, new)
    assert turned_amplitudes(amplitudes, 0, 4, 0.3, out=amplitudes) is amplitudes
    np.testing.assert_array_equal(amplitudes, new)


# --- chains -------------------------------------------------------------------------------------------


def test_signed_cycle(basis):
    """Quarter turns through 0 .. 9: e_0 -> e_9, e_j -> -e_{j-1}; R^10 = -1, R^20 = 1 on the labels."""
    e = basis.unit_vectors
    found = chain(basis, e, range(LABELS))
    np.testing.assert_allclose(found, [e[9], *(-e[:9]), *e[10:]], atol=1e-13)
    power = e
    for _ in range(10):
        power = chain(basis, power, range(LABELS))
    np.testing.assert_allclose(power, [*(-e[:10]), *e[10:]], atol=1e-12)


def test_closed_tour(basis):
    """With the turn 9 -> 0 at the end e_0 stays, the nine others are cycled with sign -1."""
    e = basis.unit_vectors
    found = chain(basis, e[:LABELS], [*range(LABELS), 0])
    np.testing.assert_allclose(found, [e[0], e[9], *(-e[1:9])], atol=1e-12)


@any_basis
@given(means=class_means(), angle=angles(), data=st.data())
def test_chain_is_its_turns(means, angle, data):
    """Through amplitudes or one turn after the other, also for K < M and vectors that come twice."""
    basis = basis_of(means)
    stops = data.draw(st.lists(st.integers(0, len(basis) - 1), min_size=1, max_size=6))
    assume(all(i != j for i, j in itertools.pairwise(stops)))
    z = data.draw(latents(basis.latent_size))
    one_by_one = z
    for i, j in itertools.pairwise(stops):
        one_by_one = turned(basis, one_by_one, i, j, angle)
    np.testing.assert_allclose(chain(basis, z, stops, angle), one_by_one, atol=1e-12 * 10)


# --- reflections --------------------------------------------------------------------------------------


@any_basis
@given(given_turn=turns())
def test_reflection(given_turn):
    """Two amplitudes are exchanged; twice is nothing; lengths stay."""
    basis, z, i, j = given_turn
    once = reflected(basis, z, i, j)
    target = basis.amplitudes(z)
    target[:, [i, j]] = target[:, [j, i]]
    np.testing.assert_allclose(basis.amplitudes(once), target, atol=1e-12)
    np.testing.assert_allclose(reflected(basis, once, i, j), z, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(once, axis=1), np.linalg.norm(z, axis=1), rtol=1e-12)


def test_determinants(basis):
    """A reflection has -1, a turn and a chain have 1."""
    e = basis.unit_vectors
    for moved, sign in (
        (reflected(basis, e, 0, 1), -1),
        (turned(basis, e, 0, 1, 0.7), 1),
        (chain(basis, e, range(LABELS)), 1),
    ):
        assert np.linalg.det(moved @ e.T) == pytest.approx(sign, abs=1e-12)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("i", "j", "words"),
    [
        (3, 3, "j: got 3; must differ from i"),
        (-1, 3, "i: got -1; must be a whole number from 0 to 11"),
        (0, SIZE, "j: got 12; must be a whole number from 0 to 11"),
        (0, 1.0, "j: got 1.0; must be a whole number"),
        (np.nan, 1, "i: got nan; must be a whole number"),
    ],
)
@pytest.mark.parametrize("function", ["turned", "amplitudes", "chain", "reflected"])
def test_planes_that_are_none(basis, function, i, j, words):
    """The same index twice, out of range, or no whole number."""
    act = {
        "turned": lambda: turned(basis, drawn(2), i, j, 0.1),
        "amplitudes": lambda: turned_amplitudes(drawn(2), i, j, 0.1),
        "chain": lambda: chain(basis, drawn(2), [i, j]),
        "reflected": lambda: reflected(basis, drawn(2), i, j),
    }
    with pytest.raises(ArgumentError, match=words):
        act[function]()


@pytest.mark.parametrize("angle", [np.nan, np.inf, -np.inf])
def test_angles_that_are_none(basis, angle):
    """The value is named, whichever way the turn is asked for."""
    for act in (
        lambda: turned(basis, drawn(2), 0, 1, angle),
        lambda: turned_amplitudes(drawn(2), 0, 1, angle),
        lambda: chain(basis, drawn(2), [0, 1], angle),
    ):
        with pytest.raises(ArgumentError, match=f"angle: got {angle}; must be finite"):
            act()


@pytest.mark.parametrize(
    ("second", "products"),
    [([0.6, 0.8, 0.0], "0.6"), ([0.0, 2.0, 0.0], "4"), ([1.0, 0.0, 0.0], "1, 1, 1")],
)
def test_directions_that_are_none(second, products):
    """Not orthogonal, not of length 1, the same twice: their products are named."""
    with pytest.raises(ArgumentError, match=f"products .*{products}"):
        plane_rotation(np.eye(3), np.array([1.0, 0, 0]), np.array(second), 0.1)


def test_latents_that_are_none(basis):
    """Wrong length, or not finite: where."""
    with pytest.raises(ArgumentError, match=r"shape \(2, 5\); must be \(N, 12\)"):
        chain(basis, np.ones((2, 5)), [0, 1])
    z = drawn(3)
    z[1, 4] = np.nan
    with pytest.raises(ArgumentError, match="row 1, coordinate 4"):
        turned(basis, z, 0, 1, 0.1)
