"""The smallest rotation from one direction to another, by two reflections."""

import math

import numpy as np
import pytest
import scipy.linalg
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.latent_basis.minimal_rotation import minimal_rotation, partway
from theory.errors import ArgumentError
from validation.properties import latents


def unit(vector):
    return vector / np.linalg.norm(vector)


@st.composite
def directions(draw):
    """Two vectors of any length, not close to opposite, with latents of their length."""
    size = draw(st.integers(2, 8))
    source, target = draw(latents(size, 2))
    assume(unit(source) @ unit(target) > -0.999)
    return source, target, draw(latents(size))


@settings(max_examples=100, deadline=None)
@given(given_directions=directions())
def test_arrives_and_returns(given_directions):
    """The source becomes the target, there and back is nothing, lengths and scalar products stay."""
    source, target, z = given_directions
    there = minimal_rotation(z, source, target)
    np.testing.assert_allclose(
        minimal_rotation(unit(source)[None], source, target)[0], unit(target), atol=1e-12
    )
    np.testing.assert_allclose(minimal_rotation(there, target, source), z, atol=1e-12)
    np.testing.assert_allclose(there @ there.T, z @ z.T, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(given_directions=directions())
def test_against_its_matrix(given_directions):
    """1 + K + K^2/(1 + u.v), K = v u^T - u v^T; nothing orthogonal to both directions moves."""
    source, target, z = given_directions
    u, v = unit(source), unit(target)
    wedge = np.outer(v, u) - np.outer(u, v)
    matrix = np.eye(len(u)) + wedge + wedge @ wedge / (1 + u @ v)
    np.testing.assert_allclose(minimal_rotation(z, source, target), z @ matrix.T, atol=1e-10)
    off = scipy.linalg.null_space(np.stack([source, target])).T
    if len(off):
        np.testing.assert_allclose(minimal_rotation(off, source, target), off, atol=1e-12)


@pytest.mark.parametrize("above", [1e-2, 1e-4, 1e-6, 1e-8, 1e-11])
def test_nearly_opposite(above):
    """At 1 + u.v from 1e-2 to 1e-11 lengths stay to 4e-15; the end is known to eps/|u + v|."""
    size = 30
    q = scipy.linalg.qr(np.random.default_rng(0).standard_normal((size, 2)), mode="economic")[0].T
    angle = math.pi - math.sqrt(2 * above)
    target = math.cos(angle) * q[0] + math.sin(angle) * q[1]
    z = np.random.default_rng(1).standard_normal((100, size))
    moved = minimal_rotation(z, q[0], target)
    np.testing.assert_allclose(np.square(moved).sum(axis=1), np.square(z).sum(axis=1), rtol=4e-15)
    end = minimal_rotation(q[:1], q[0], target)[0]
    assert np.abs(end - target).max() < 10 * np.finfo(float).eps / math.sqrt(2 * above)


def test_same_direction():
    """Nothing moves, whatever the lengths."""
    z = np.random.default_rng(2).standard_normal((5, 4))
    direction = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(minimal_rotation(z, direction, 5 * direction), z, atol=1e-14)
    np.testing.assert_allclose(partway(direction, direction, 0.3), unit(direction), atol=1e-15)


@settings(max_examples=60, deadline=None)
@given(given_directions=directions(), part=st.floats(0, 1))
def test_partway(given_directions, part):
    """Ends are the directions; in between the angle is that part, and two part turns make the whole."""
    source, target, z = given_directions
    u, v = unit(source), unit(target)
    np.testing.assert_allclose(partway(source, target, 0.0), u, atol=1e-14)
    np.testing.assert_allclose(partway(source, target, 1.0), v, atol=1e-14)
    middle = partway(source, target, part)
    angle = math.atan2(np.linalg.norm(v - (u @ v) * u), u @ v)
    assert middle @ u == pytest.approx(math.cos(part * angle), abs=1e-12)
    assert middle @ v == pytest.approx(math.cos((1 - part) * angle), abs=1e-12)
    stepwise = minimal_rotation(minimal_rotation(z, source, middle), middle, target)
    np.testing.assert_allclose(stepwise, minimal_rotation(z, source, target), atol=1e-10)


@pytest.mark.parametrize("off", [0.0, 1e-7])
@pytest.mark.parametrize("function", [minimal_rotation, partway])
def test_opposite_directions(function, off):
    """At u.v <= -1 + 1e-12 there is no plane."""
    source, target = np.array([2.0, 0.0, 0.0]), np.array([-1.0, off, 0.0])
    arguments = (
        (np.eye(3), source, target) if function is minimal_rotation else (source, target, 0.5)
    )
    with pytest.raises(ArgumentError, match=r"got u.v = -1 \+ .*must be above -1 \+ 1e-12"):
        function(*arguments)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (np.zeros(3), np.ones(3), "source: got a vector of length 0; must have a direction"),
        (np.ones(3), np.array([1.0, np.nan, 0.0]), "target: got a vector of length nan"),
    ],
)
def test_directions_that_are_none(source, target, words):
    """Zeros, or not finite."""
    with pytest.raises(ArgumentError, match=words):
        minimal_rotation(np.eye(3), source, target)


def test_latents_of_another_length():
    """Both shapes are named."""
    with pytest.raises(ArgumentError, match=r"shape \(4, 4\); must be \(N, 3\)"):
        minimal_rotation(np.eye(4), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]))
