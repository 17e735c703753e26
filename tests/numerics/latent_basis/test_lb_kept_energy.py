"""Kept energy: of noise by its law, of amplitudes by counting, of encodings by expectation."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from numerics.lambdify import lambdify
from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.kept_energy import (
    expected_energy_share,
    kept_energies,
    kept_energy_of_noise,
)
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError
from theory.latent_basis import kept_energy_density

SIZE, LABELS = 12, 4


def basis(method="qr"):
    rows = np.random.default_rng(0).standard_normal((SIZE, SIZE))
    means = ClassMeans(rows, np.full(SIZE, 100), LABELS, np.full(LABELS, 0.25), 1000, 0.9)
    return basis_of(means, method)


def test_table():
    """Section 3.6: M = 100, r = 1, 2, 3, 4, 10."""
    found = [kept_energy_of_noise(100, r) for r in (1, 2, 3, 4, 10)]
    np.testing.assert_allclose(found, [0.0771, 0.1362, 0.1865, 0.2311, 0.4322], atol=6e-5)


@pytest.mark.parametrize(("size", "kept"), [(2, 1), (3, 2), (7, 1), (7, 5)])
def test_integral_of_the_law_of_theory(size, kept):
    """The density that theory writes out for M amplitudes, integrated."""
    t = sympy.Symbol("t", positive=True)
    density = lambdify(kept_energy_density(t, kept, size), (t,))
    value, _ = quad(density, 0, 14, epsabs=1e-12)
    assert kept_energy_of_noise(size, kept) == pytest.approx(value, abs=1e-10)


def test_larger_of_two():
    """M = 2: E max(a^2, b^2)/2 = 1/2 + 1/pi, in polar angles."""
    assert kept_energy_of_noise(2, 1) == pytest.approx(0.5 + 1 / np.pi, abs=1e-10)


@pytest.mark.parametrize("size", [1, 2, 30, 1000])
def test_all_terms_keep_all(size):
    """K_M = 1, whatever M."""
    assert kept_energy_of_noise(size, size) == pytest.approx(1, abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 300), st.data())
def test_each_term_keeps_less_than_the_one_before(size, data):
    """K_r rises, ever more slowly, and is above r/M: the terms are the largest."""
    r = data.draw(st.integers(1, size - 1))
    energies = [0.0, *(kept_energy_of_noise(size, k) for k in range(max(1, r - 1), r + 2))][-3:]
    gains = np.diff(energies)
    assert gains[0] >= gains[1] - 1e-9 >= -1e-9
    assert energies[1] > r / size - 1e-9


@pytest.mark.parametrize("size", [3, 100])
def test_drawn_noise(size):
    """LB17, 20,000 latents: energy kept over energy, to 0.002 for r = 1, 2, 3 and all."""
    drawn = np.random.default_rng(0).standard_normal((20_000, size))
    kept = [1, 2, 3, size]
    energy = np.square(drawn).sum(axis=1)
    shares = energy @ kept_energies(drawn, kept) / energy.sum()
    np.testing.assert_allclose(shares, [kept_energy_of_noise(size, r) for r in kept], atol=2e-3)


@given(st.integers(1, 8), st.integers(0, 1000))
def test_the_largest_keep_most(size, seed):
    """By sorting each latent; any other r terms keep at most as much."""
    generator = np.random.default_rng(seed)
    amplitudes = generator.standard_normal((5, size))
    kept = list(range(1, size + 1))
    found = kept_energies(amplitudes, kept)
    energies = amplitudes**2
    for r in kept:
        others = energies[:, generator.permutation(size)[:r]].sum(axis=1) / energies.sum(axis=1)
        assert (found[:, r - 1] >= others - 1e-12).all()
    expected = np.cumsum(np.sort(energies, axis=1)[:, ::-1], axis=1) / energies.sum(axis=1)[:, None]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_amplitudes_in_any_unit_and_order():
    """Shares do not feel C, nor the order in which r is asked."""
    latents = np.random.default_rng(1).standard_normal((50, SIZE))
    amplitudes = basis().amplitudes(latents)
    found = kept_energies(amplitudes, [5, 1])
    np.testing.assert_allclose(kept_energies(7 * amplitudes, [1, 5]), found[:, ::-1], rtol=1e-12)


@pytest.mark.parametrize("method", ["qr", "symmetric"])
@pytest.mark.parametrize("spread", [0.0, 0.3, 1.5])
def test_expected_share_of_the_first_set(method, spread):
    """20 images, 2000 draws each: energy in the first l vectors over all energy."""
    generator = np.random.default_rng(2)
    own = basis(method)
    mean = generator.standard_normal((20, SIZE)) + 0.1 * own.vectors[:1]
    encoding = Encoding(mean, spread * generator.uniform(0.2, 1.8, (20, SIZE)))
    first = whole = 0.0
    for _ in range(2000):
        energies = own.norm * own.amplitudes(encoding.draw(generator)) ** 2
        first, whole = first + energies[:, :LABELS].sum(), whole + energies.sum()
    law = expected_energy_share(own, encoding)
    assert first / whole == pytest.approx(law, abs=1e-12 if spread == 0 else 0.005)


def test_expected_share_of_noise_alone():
    """Prior encodings, N(0, 1): l of M."""
    encoding = Encoding(np.zeros((3, SIZE)), np.ones((3, SIZE)))
    assert expected_energy_share(basis(), encoding) == pytest.approx(LABELS / SIZE, rel=1e-12)


NOTHING = np.zeros((2, SIZE))

REFUSED = {
    "no term": (lambda: kept_energy_of_noise(5, 0), "kept: got 0; must be from 1 to the 5 amp"),
    "more terms than there are": (
        lambda: kept_energies(np.ones((1, 3)), [1, 4]),
        "kept: got 4; must be from 1 to the 3 amplitudes",
    ),
    "no energy": (
        lambda: kept_energies(np.array([[1.0, 0.0], [0.0, 0.0]]), [1]),
        "amplitudes: got latent 1 without energy",
    ),
    "latents of another length": (
        lambda: expected_energy_share(basis(), Encoding(NOTHING[:, :3], NOTHING[:, :3])),
        r"encoding: got latents of shape \(2, 3\); must be \(N, 12\)",
    ),
    "encodings of nothing": (
        lambda: expected_energy_share(basis(), Encoding(NOTHING, NOTHING)),
        "encoding: got energy 0; must have some",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With the value and the bound."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
