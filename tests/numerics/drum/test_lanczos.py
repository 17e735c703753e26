"""Few lines for many: exact as far as the theory says, and not further."""

import dataclasses
import math

import numpy as np
import pytest

from numerics.drum.drums import disk, l_shape, laplacian, square, strip
from numerics.drum.lanczos import RitzLines, apply_operator, lanczos
from theory.errors import ArgumentError


def with_field(drum):
    """The drum with c between 0.9 and 1.1, without symmetry."""
    x, y = np.indices(drum.free.shape)
    return dataclasses.replace(drum, speed=1 + 0.1 * np.sin(x / 3 + 1) * np.cos(y / 4))


DRUMS = {
    "square": (square(13), (6, 6)),
    "disk": (disk(7), (7, 5)),
    "L": (l_shape(7), (3, 9)),
    "strip": (strip(30, 8), (11, 3)),
    "L with a field of speeds": (with_field(l_shape(7)), (3, 9)),
    "fine square": (square(10, spacing=0.25, speed=1.5), (3, 5)),
}


def lines(drum, node, steps):
    start = np.zeros(drum.nodes)
    start[drum.index(node)] = 2.0  # its length does not matter
    return lanczos(apply_operator(drum), start, steps)


def stepped(drum, node, time_step, samples):
    """Velocity Verlet from rest, as two-step leapfrog with half a first kick; heard where struck."""
    force = time_step**2 * drum.speed_squared()
    before = np.zeros(drum.free.shape)
    before[node] = 1.0
    now = before + force * laplacian(before, drum.spacing) / 2
    heard = [1.0, now[node]]
    while len(heard) < samples:
        before, now = now, 2 * now - before + force * laplacian(now, drum.spacing)
        heard.append(now[node])
    return np.array(heard)


@pytest.mark.parametrize("name", DRUMS)
@pytest.mark.parametrize("steps", [1, 3, 8, 30])
def test_the_signal_is_exact_within_the_horizon(name, steps):
    """2 k samples to 1e-12."""
    drum, node = DRUMS[name]
    time_step = 0.9 * drum.largest_step_bound
    found = lines(drum, node, steps)
    assert found.horizon == 2 * steps
    signal = found.signal(time_step, 2 * steps)
    expected = stepped(drum, node, time_step, 2 * steps)
    np.testing.assert_allclose(signal, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", DRUMS)
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_the_signal_is_wrong_right_after_the_horizon(name, steps):
    """The sample of degree 2 k is off by more than 1e-4: the horizon is no caution."""
    drum, node = DRUMS[name]
    time_step = 0.9 * drum.largest_step_bound
    signal = lines(drum, node, steps).signal(time_step, 2 * steps + 1)
    assert abs(signal - stepped(drum, node, time_step, 2 * steps + 1))[-1] > 1e-4


@pytest.mark.parametrize("spacings", [13, 20])
def test_the_lowest_eigenvalue_of_the_square(spacings):
    """8 sin^2(pi/(2 M)) from 90 steps, to 1e-13."""
    found = lines(square(spacings), (spacings // 2, spacings // 2), 90)
    expected = 8 * np.sin(np.pi / (2 * spacings)) ** 2
    assert found.ritz_values[0] == pytest.approx(expected, rel=1e-13)


def test_all_heard_lines_give_the_whole_sound():
    """M = 13 sounds in 73 lines: 90 steps hold for 40,000 samples, far beyond their horizon."""
    drum, node = DRUMS["square"]
    found = lines(drum, node, 90).signal(0.1, 40_000)
    np.testing.assert_allclose(found, stepped(drum, node, 0.1, 40_000), rtol=0, atol=1e-10)


def test_it_ends_when_the_start_has_no_more_lines():
    """M = 4 struck at the centre: (1,1), (1,3) with (3,1), (3,3), shares 1/4, 1/2, 1/4. No horizon."""
    drum = square(4)
    found = lines(drum, (2, 2), 9)
    np.testing.assert_allclose(found.ritz_values, [4 - 8**0.5, 4, 4 + 8**0.5], rtol=1e-14)
    np.testing.assert_allclose(found.weights, [0.25, 0.5, 0.25], rtol=1e-13)
    assert found.exhausted
    assert found.horizon == math.inf
    expected = stepped(drum, (2, 2), 0.5, 2000)
    np.testing.assert_allclose(found.signal(0.5, 2000), expected, rtol=0, atol=1e-11)


def test_as_many_steps_as_nodes_are_the_whole_spectrum():
    """A drum without symmetry, every node a line: the dense eigenvalues and squared components."""
    drum = with_field(strip(6, 5))
    found = lines(drum, (1, 2), drum.nodes)
    eigenvalues, vectors = np.linalg.eigh(apply_operator(drum)(np.eye(drum.nodes)))
    assert found.exhausted
    np.testing.assert_allclose(found.ritz_values, eigenvalues, rtol=1e-12)
    np.testing.assert_allclose(found.weights, vectors[drum.index((1, 2))] ** 2, atol=1e-12)


@pytest.mark.parametrize("name", DRUMS)
def test_the_lines_have_the_moments_of_the_start(name):
    """Sum w lambda^p = <e, K^p e>/<e, e> up to p = 2 k - 1: a Gauss rule with positive weights."""
    drum, _ = DRUMS[name]
    apply, steps = apply_operator(drum), 4
    start = np.random.default_rng(0).normal(size=drum.nodes)
    found = lanczos(apply, start, steps)
    assert (found.weights > 0).all()
    image = start
    for power in range(2 * steps):
        moment = found.weights @ found.ritz_values**power
        assert moment == pytest.approx(start @ image / (start @ start), rel=1e-12)
        image = apply(image)


@pytest.mark.parametrize("name", DRUMS)
def test_the_operator(name):
    """Symmetric, and c^2 (-Lap) seen through C^{1/2}; a batch is its rows."""
    drum, _ = DRUMS[name]
    dense = apply_operator(drum)(np.eye(drum.nodes))
    np.testing.assert_allclose(dense, dense.T, rtol=1e-14)
    field = np.zeros(drum.free.shape)
    field[drum.free] = np.random.default_rng(0).normal(size=drum.nodes)
    speed = np.broadcast_to(drum.speed, drum.free.shape)[drum.free]
    expected = -(drum.speed_squared() * laplacian(field, drum.spacing))[drum.free]
    found = speed * (dense @ (field[drum.free] / speed))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


ONE = RitzLines(np.array([1.0, 4.0]), np.array([0.5, 0.5]), exhausted=False)
IDENTITY = np.eye(3).dot
REFUSED = {
    r"start: got array\(\[0\., 0\., 0\.\]\); must be a finite vector": lambda: lanczos(
        IDENTITY, np.zeros(3), 1
    ),
    r"start: got array.*nan.*; must be a finite vector": lambda: lanczos(
        IDENTITY, np.array([np.nan, 0.0, 1.0]), 1
    ),
    r"steps: got 0; must be a whole number from 1 to the 3 nodes": lambda: lanczos(
        IDENTITY, np.ones(3), 0
    ),
    r"steps: got 4; must be a whole number from 1 to the 3 nodes": lambda: lanczos(
        IDENTITY, np.ones(3), 4
    ),
    r"samples: got 0; must be a whole number from 1 on": lambda: ONE.signal(0.5, 0),
    r"time_step: got 1\.0; must lie between 0 and 1; shorten it": lambda: ONE.signal(1.0, 3),
    r"time_step: got -0\.1; must lie between 0 and 1; ": lambda: ONE.signal(-0.1, 3),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
