"""Soft boundaries: reflection in every regime, packets, and the edges of objects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.boundary import (
    closing_contrast,
    depth,
    jump_reflection,
    reflection,
    wavenumber,
)
from numerics.wave_rnn.waves.closed_edges import closed_edges
from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.packets import Packet, _force, band_average, reflected_energy
from numerics.wave_rnn.waves.stepping import Correlation
from theory.errors import ArgumentError

jumps = st.tuples(st.floats(0, 3), st.floats(0, 8), st.floats(0.05, 3.0))


@settings(deadline=None, max_examples=100)
@given(jump=jumps, along=st.floats(-3, 3))
def test_the_reflected_wave_solves_the_lattice(jump, along):
    """e^{ikx} + R e^{-ikx} | (1 + R) e^{ik2 x}: both columns at the jump obey the law, 1e-9."""
    left, right, k = jump
    beside = 4 * np.sin(along / 2) ** 2
    squared = left + 4 * np.sin(k / 2) ** 2 + beside
    k2 = wavenumber(squared, right, along)
    r = jump_reflection(left, right, k, along)
    x = np.arange(-3, 4)
    field = np.where(
        x <= 0, np.exp(1j * k * x) + r * np.exp(-1j * k * x), (1 + r) * np.exp(1j * k2 * x)
    )
    omega = np.where(x <= 0, left, right)[1:-1]
    force = field[2:] + field[:-2] - 2 * field[1:-1] - (beside + omega) * field[1:-1]
    np.testing.assert_allclose(force, -squared * field[1:-1], atol=1e-9 * (1 + np.abs(field).max()))


@settings(deadline=None, max_examples=100)
@given(jump=jumps)
def test_energy_is_kept_at_a_jump(jump):
    """|R|^2 + |1 + R|^2 sin k2/sin k1 = 1 in the band; |R| = 1 below it and above it."""
    left, right, k = jump
    k2 = wavenumber(left + 4 * np.sin(k / 2) ** 2, right)
    r = jump_reflection(left, right, k)
    passed = np.abs(1 + r) ** 2 * np.sin(k2.real) / np.sin(k) if k2.imag == 0 else 0.0
    assert np.abs(r) ** 2 + passed == pytest.approx(1, abs=1e-9)
    assert np.isfinite(depth(left, right, k)) == (k2.imag > 0)


def test_three_regimes():
    """Real in the band, i kappa below it, pi + i kappa above: 4 sinh^2, 4 cosh^2(kappa/2)."""
    inside, below, above = wavenumber([1.0, 0.0, 5.0], [0.0, 1.5, 0.0])
    assert 4 * np.sin(inside.real / 2) ** 2 == pytest.approx(1)
    assert below.real == 0
    assert 4 * np.sinh(below.imag / 2) ** 2 == pytest.approx(1.5)
    assert above.real == pytest.approx(np.pi)
    assert 4 * np.cosh(above.imag / 2) ** 2 == pytest.approx(5)
    np.testing.assert_allclose(np.abs(reflection(1.0, np.array([below, above]))), 1)


def test_long_waves_reflect_as_in_the_continuum():
    """(k1 - k2)/(k1 + k2) for k -> 0, to the order k; closed above a contrast of 4 sin^2(k/2)."""
    k = 0.01
    k2 = wavenumber(4 * np.sin(k / 2) ** 2, 0.5e-4).real
    np.testing.assert_allclose(jump_reflection(0.0, 0.5e-4, k), (k - k2) / (k + k2), rtol=0.02)
    contrast = closing_contrast(0.5)
    sizes = np.abs(jump_reflection(0.3, 0.3 + contrast * np.array([0.99, 1.01]), 0.5))
    assert sizes[0] < 0.95
    assert sizes[1] == pytest.approx(1)


PACKETS = {
    "opens by half": (0.0, 0.5, 1.0, 0.05278),
    "long": (0.0, 0.2, 0.6, 0.04943),
    "downwards": (0.3, 0.0, 0.8, 0.015125),
    "closed": (0.0, 2.0, 1.0, 1.0),
}


@pytest.mark.parametrize("name", PACKETS)
def test_packets_away_from_the_cut_off(name):
    """W14: energy that comes back against |R|^2, 1 %; against its average over the packet, 1e-6."""
    left, right, k, noted = PACKETS[name]
    packet = Packet(left, right, k)
    found = reflected_energy(packet)
    assert found == pytest.approx(noted, rel=2e-4)
    assert found == pytest.approx(np.abs(jump_reflection(left, right, k)) ** 2, rel=0.01)
    assert found == pytest.approx(band_average(packet), rel=1e-6)


def test_a_packet_near_the_cut_off():
    """(0 -> .9, k = 1): .637 comes back, |R|^2 is .598, its average over the packet .638: 1e-3."""
    packet = Packet(0.0, 0.9, 1.0)
    found = reflected_energy(packet)
    assert found == pytest.approx(0.637, abs=1e-3)
    assert np.abs(jump_reflection(0.0, 0.9, 1.0)) ** 2 == pytest.approx(0.598, abs=1e-3)
    assert found == pytest.approx(band_average(packet), abs=1e-3)


def test_the_chain_is_the_network_on_one_column():
    """The chain's force is omega y - W * y on a grid of one column."""
    y, omega = np.random.default_rng(0).normal(size=(2, 9))
    grid = Correlation(LAPLACIAN, (1, 9, 1))(y[None, :, None])[0, :, 0]
    np.testing.assert_allclose(_force(y, omega), omega * y - grid, atol=1e-13)


def test_what_packets_refuse():
    """Chains too short for the packet to leave the jump; waves that do not move."""
    with pytest.raises(ArgumentError, match="at least 24 sigma"):
        Packet(0.0, 0.5, 1.0, sites=1000)
    with pytest.raises(ArgumentError, match="between 0 and pi"):
        Packet(0.0, 0.5, 0.0)


def test_edges_of_an_object():
    """A 2 x 2 object of omega .5 and .1 in 5 x 5: 8 edges, half of them closed to 16 px waves."""
    masks, omega = np.zeros((5, 5), dtype=int), np.zeros((5, 5))
    masks[1:3, 1:3] = 3
    omega[1:3, 1], omega[1:3, 2] = 0.5, 0.1
    found = closed_edges(omega, masks, 16.0)
    k = 2 * np.pi / 16
    assert 0.1 < closing_contrast(k) < 0.5
    assert (found.edges, found.closed) == (8, 0.5)
    partly = np.abs(jump_reflection(0.0, 0.1, k))
    assert 0 < partly < 1
    assert found.reflection == pytest.approx((1 + partly) / 2)
    assert found.contrast == pytest.approx(0.3)
    assert closed_edges(1 - omega, masks, 16.0) == pytest.approx(found)
    assert closed_edges(np.ones((5, 5)), masks, 16.0)[1:] == (0, 0, 0)


def test_what_edges_refuse():
    """Maps that do not match, waves shorter than the lattice's, masks without an edge."""
    masks = np.array([[0, 1]])
    with pytest.raises(ArgumentError, match="stiffness' shape"):
        closed_edges(np.zeros((2, 2)), masks, 16.0)
    with pytest.raises(ArgumentError, match="above 2 pixels"):
        closed_edges(np.zeros((1, 2)), masks, 2.0)
    with pytest.raises(ArgumentError, match="must have an edge"):
        closed_edges(np.zeros((1, 2)), 0 * masks, 16.0)
