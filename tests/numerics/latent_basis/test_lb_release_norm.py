"""C of the released code: between M and M^2/(M - 1) for a full basis."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_basis.release_norm import release_norm, release_norm_bounds
from theory.errors import ArgumentError


def orthonormal(size, seed=0, first=None):
    rows = np.random.default_rng(seed).standard_normal((size, size))
    if first is not None:
        rows[0] = first
    return scipy.linalg.qr(rows.T)[0].T


@settings(max_examples=60, deadline=None)
@given(size=st.integers(2, 12), seed=st.integers(0, 10_000))
def test_within_its_bounds(size, seed):
    """M <= C <= M^2/(M - 1) for every orthonormal basis; from the sums q_k as well."""
    units = orthonormal(size, seed)
    low, high = release_norm_bounds(size)
    found = release_norm(units)
    assert low * (1 - 1e-12) <= found <= high * (1 + 1e-12)
    q = np.square(units.sum(axis=1)) / size
    assert q.sum() == pytest.approx(1, abs=1e-12)
    by_sums = (size - 1) / np.sqrt(np.clip(1 - q, 0, None)).mean() ** 2
    assert found == pytest.approx(by_sums, rel=1e-6)


@pytest.mark.parametrize("size", [2, 5, 100])
def test_upper_end(size):
    """A vector along (1, .., 1) gives M^2/(M - 1): 101.0101 for M = 100."""
    units = orthonormal(size, first=1.0)
    assert release_norm(units) == pytest.approx(size**2 / (size - 1), rel=1e-10)


@pytest.mark.parametrize("size", [2, 4, 16])
def test_lower_end(size):
    """All q_k = 1/M gives M: the axes."""
    assert release_norm(np.eye(size)) == pytest.approx(size, rel=1e-12)


def test_random_basis():
    """M = 100: 100.0044 of one random basis, 1e-4 above M and far below the upper end."""
    assert 100.001 < release_norm(orthonormal(100)) < 100.02


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (np.ones(3), r"array of shape \(3,\)"),
        (np.ones((2, 1)), "M >= 2"),
        (np.diag([1.0, 2.0]), "length 2 of vector 1"),
        (np.full((2, 2), np.nan), "length nan"),
    ],
)
def test_vectors_that_are_none(units, words):
    """Wrong shape, or length."""
    with pytest.raises(ArgumentError, match=words):
        release_norm(units)


def test_size_that_is_none():
    """One entry has no deviation."""
    with pytest.raises(ArgumentError, match="size: got 1; must be at least 2"):
        release_norm_bounds(1)
