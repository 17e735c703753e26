"""A strong mode by a few of its harmonics, against the stepped network."""

import itertools

import numpy as np
import pytest

from numerics.wave_rnn.waves.harmonics import MOST, few_harmonics
from numerics.wave_rnn.waves.kernels import laplacian_kernel
from numerics.wave_rnn.waves.one_mode import OneMode, discrete_step, tanh_network
from theory.errors import ArgumentError

STEPS = 16


def mode(amplitude: float, seed: int = 0) -> OneMode:
    """Two coupled channels with random taps: the mode grows, moves, and saturates."""
    noise = np.random.default_rng(seed).normal(size=(2, 2, 3, 3))
    kernel = 1.2 * laplacian_kernel(2) + 0.15 * noise
    start = amplitude * np.array([1, 0.5])
    return OneMode(kernel, (3, 64), (0, 5), start, [0.5, 0.3], [0.1, 0.0], 0.6, STEPS)


def left(strong: OneMode, harmonics: int) -> float:
    """Return the largest difference from the network, in that of the network's amplitude."""
    network = tanh_network(strong)
    return np.abs(few_harmonics(strong, harmonics) - network).max() / np.abs(network).max()


def test_small_waves_are_linear():
    """Where tanh is the identity, one harmonic is the power of the step's matrix."""
    small = mode(1e-7)
    linear = discrete_step(small)
    assert np.abs(few_harmonics(small) - linear).max() < 1e-9 * np.abs(linear).max()


@pytest.mark.parametrize(
    ("amplitude", "harmonics", "bound"),
    [(0.1, 1, 2e-3), (0.1, 2, 2e-6), (1.0, 1, 0.1), (1.0, 3, 5e-3), (1.0, MOST, 1e-8)],
)
def test_harmonics_converge_to_the_network(amplitude, harmonics, bound):
    """The network grows to 1.5 and 4.6: one harmonic explains .1 and 4 percent short of all."""
    assert left(mode(amplitude), harmonics) < bound


def test_more_harmonics_leave_less():
    """At full amplitude each pair of harmonics leaves at most half of what the last one left."""
    found = [left(mode(1.0), harmonics) for harmonics in (1, 3, 5, 7)]
    assert all(b < a / 2 for a, b in itertools.pairwise(found)), found


@pytest.mark.parametrize("harmonics", [0, MOST + 1])
def test_refused(harmonics):
    with pytest.raises(ArgumentError, match="harmonics"):
        few_harmonics(mode(1.0), harmonics)
