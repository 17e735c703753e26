"""Latents with fewer amplitudes: what is lost is the energy of what is dropped."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.truncation import (
    complement,
    first_set_part,
    rescaled,
    truncated,
)
from theory.errors import ArgumentError
from validation.properties import class_means, latents

any_basis = settings(max_examples=60, deadline=None)
SIZE, LABELS = 12, 3


@pytest.fixture(scope="module")
def basis():
    return LinearControl(
        separation=3.0,
        latent_size=SIZE,
        pixels=SIZE,
        labels=LABELS,
        generator=np.random.default_rng(0),
    ).basis()


def drawn(count, seed=1):
    return np.random.default_rng(seed).standard_normal((count, SIZE))


@any_basis
@given(means=class_means(), data=st.data())
def test_loss_is_the_dropped_energy(means, data):
    """|z - z_r|^2 = C sum of the dropped c^2; never more with more terms, and least of all r-subsets."""
    basis = basis_of(means, generator=np.random.default_rng(0))
    z = data.draw(latents(basis.latent_size))
    energies = basis.norm * np.square(basis.amplitudes(z))
    whole = np.square(z).sum(axis=1)
    before = whole
    for kept in range(1, len(basis) + 1):
        lost = np.square(z - truncated(basis, z, kept)).sum(axis=1)
        dropped = np.sort(energies, axis=1)[:, : len(basis) - kept].sum(axis=1)
        np.testing.assert_allclose(lost, dropped, atol=1e-10 * whole.max())
        assert (lost <= before + 1e-10 * whole).all()
        subset = data.draw(st.permutations(range(len(basis))))[:kept]
        assert (lost <= whole - energies[:, subset].sum(axis=1) + 1e-10 * whole).all()
        before = lost


def test_largest_stay(basis):
    """Amplitudes 3, -2, 1 of vectors 0, 5, 7: two terms are 3 xi_0 - 2 xi_5."""
    amplitudes = np.zeros((1, SIZE))
    amplitudes[0, [0, 5, 7]] = 3, -2, 1
    z = basis.synthesis(amplitudes)
    target = 3 * basis.vectors[0] - 2 * basis.vectors[5]
    np.testing.assert_allclose(truncated(basis, z, 2)[0], target, atol=1e-12)


def test_all_terms(basis):
    """Keeping all gives the latent back; keeping one gives one vector's multiple."""
    z = drawn(20)
    np.testing.assert_allclose(truncated(basis, z, SIZE), z, atol=1e-13)
    one = np.abs(basis.amplitudes(truncated(basis, z, 1)))
    assert ((one > 1e-12).sum(axis=1) == 1).all()
    np.testing.assert_allclose(one.max(axis=1), np.abs(basis.amplitudes(z)).max(axis=1))


def test_input_is_left_alone(basis):
    """Truncation works on a copy."""
    z = drawn(5)
    kept = z.copy()
    truncated(basis, z, 2)
    np.testing.assert_array_equal(z, kept)


def test_first_set_and_the_rest(basis):
    """A projection on l vectors and what it leaves: they add up and are orthogonal."""
    z = drawn(30)
    inside, outside = first_set_part(basis, z), complement(basis, z)
    np.testing.assert_allclose(inside + outside, z, atol=1e-13)
    np.testing.assert_allclose(first_set_part(basis, inside), inside, atol=1e-13)
    np.testing.assert_allclose(basis.amplitudes(outside)[:, :LABELS], 0, atol=1e-13)
    np.testing.assert_allclose(basis.amplitudes(inside)[:, LABELS:], 0, atol=1e-13)


def test_rescaled():
    """Brought to |z|^2 = 7, directions kept."""
    z = drawn(10)
    found = rescaled(z, 7.0)
    np.testing.assert_allclose(np.square(found).sum(axis=1), 7, rtol=1e-12)
    np.testing.assert_allclose(np.sum(found * z, axis=1) ** 2, 7 * np.square(z).sum(axis=1))


def test_no_direction():
    """A latent of zeros has no length to bring to another."""
    z = np.ones((3, 4))
    z[1] = 0
    with pytest.raises(ArgumentError, match="length 0 of row 1"):
        rescaled(z, 4.0)


@pytest.mark.parametrize("kept", [0, -1, SIZE + 1])
def test_terms_out_of_range(basis, kept):
    """The number of terms and the most that there are."""
    with pytest.raises(ArgumentError, match=f"kept: got {kept}; must be from 1 to K = 12"):
        truncated(basis, drawn(2), kept)


@pytest.mark.parametrize("function", [first_set_part, complement])
def test_latents_that_do_not_fit(basis, function):
    """Both shapes are named."""
    with pytest.raises(ArgumentError, match=r"shape \(2, 5\); must be \(N, 12\)"):
        function(basis, np.ones((2, 5)))
