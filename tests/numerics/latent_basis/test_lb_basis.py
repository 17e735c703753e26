"""Bases of class means: orthogonal, of one length, signs kept, and refused where means depend."""

import dataclasses

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_basis.basis import METHODS, basis_of, completed
from numerics.latent_basis.class_means import ClassMeans
from theory.errors import ArgumentError
from validation.properties import class_means

any_basis = settings(max_examples=60, deadline=None)


def means_of(rows, labels):
    rows = np.asarray(rows, dtype=float)
    return ClassMeans(rows, np.full(len(rows), 10), labels, np.full(labels, 1 / labels), 100, 0.9)


def with_rows(means, rows):
    return dataclasses.replace(means, means=rows)


def simplex(labels, size):
    """Unit vectors that sum to zero, of products -1/(l - 1)."""
    rows = np.eye(labels, size) - np.where(np.arange(size) < labels, 1 / labels, 0.0)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


# --- what a basis is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@any_basis
@given(means=class_means())
def test_orthogonal_and_of_one_length(method, means):
    """<xi_i, xi_j> = C delta_ij with C = M; set 1 spans what its means span."""
    basis = basis_of(means, method)
    count, size = means.means.shape
    np.testing.assert_allclose(
        basis.vectors @ basis.vectors.T, size * np.eye(count), atol=1e-10 * size
    )
    first = basis.unit_vectors[: means.labels]
    np.testing.assert_allclose(means.first_set @ first.T @ first, means.first_set, atol=1e-10)
    np.testing.assert_allclose(
        basis.cosines,
        np.sum(means.means * basis.unit_vectors, axis=1) / np.linalg.norm(means.means, axis=1),
        atol=1e-12,
    )


@any_basis
@given(means=class_means())
def test_sequential_basis_leans_on_its_means(means):
    """Span of the first k rows is kept for every k, <eta_k, xi_k> > 0, and xi_0 is along eta_0."""
    basis = basis_of(means, "qr")
    products = means.means @ basis.unit_vectors.T
    np.testing.assert_allclose(products, np.tril(products), atol=1e-10)
    np.testing.assert_allclose(np.diag(products), basis.residuals, rtol=1e-10)
    assert (basis.residuals > 0).all()
    assert np.isclose(basis.cosines[0], 1, rtol=1e-12)


@any_basis
@given(means=class_means(), factors=st.lists(st.floats(0.1, 10), min_size=8, max_size=8))
def test_sequential_basis_and_lengths(means, factors):
    """Gram-Schmidt does not know the lengths of its means."""
    scaled = with_rows(means, means.means * np.array(factors)[: len(means.means), None])
    np.testing.assert_allclose(
        basis_of(scaled, "qr").vectors, basis_of(means, "qr").vectors, atol=1e-10
    )


@any_basis
@given(means=class_means(), factor=st.floats(0.1, 10))
def test_symmetric_basis_and_a_common_length(means, factor):
    """The symmetric basis does not know the common scale of its means."""
    scaled = with_rows(means, means.means * factor)
    np.testing.assert_allclose(basis_of(scaled).vectors, basis_of(means).vectors, atol=1e-9)


def test_symmetric_basis_and_single_lengths():
    """It does know the length of one: the longer a mean, the more the basis leans on it."""
    rows = np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0]])
    even = basis_of(means_of(rows, 2)).cosines
    long = basis_of(means_of(rows * [[5.0], [1.0]], 2)).cosines
    assert even[0] == pytest.approx(even[1], abs=1e-12)
    assert long[0] > even[0] + 0.01 > long[1] + 0.02


@any_basis
@given(means=class_means(), data=st.data())
def test_symmetric_basis_has_no_order(means, data):
    """Permuted means have the permuted basis: no label is first."""
    whole = with_rows(means, means.means)
    first = means_of(whole.first_set, means.labels)
    order = data.draw(st.permutations(range(means.labels)))
    permuted = means_of(first.means[order], means.labels)
    np.testing.assert_allclose(
        basis_of(permuted).vectors, basis_of(first).vectors[order], atol=1e-9
    )


@pytest.mark.parametrize("method", METHODS)
@any_basis
@given(means=class_means(), seed=st.integers(0, 1000))
def test_turned_latent_space(method, means, seed):
    """Xi(H Q) = Xi(H) Q for orthogonal Q."""
    size = means.means.shape[1]
    turn = scipy.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]
    np.testing.assert_allclose(
        basis_of(with_rows(means, means.means @ turn), method).vectors,
        basis_of(means, method).vectors @ turn,
        atol=1e-9,
    )


@any_basis
@given(means=class_means(), seed=st.integers(0, 1000))
def test_symmetric_basis_leans_most(means, seed):
    """The sum of <eta_k, e_k> is the nuclear norm of set 1; no other orthonormal set has more."""
    first = means.first_set
    most = basis_of(means_of(first, means.labels)).residuals.sum()
    assert most == pytest.approx(np.linalg.svd(first, compute_uv=False).sum(), rel=1e-12)
    size = first.shape[1]
    other = scipy.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]
    assert np.sum(first * other[: len(first)]) <= most * (1 + 1e-12)
    assert basis_of(means_of(first, means.labels), "qr").residuals.sum() <= most * (1 + 1e-12)


# --- amplitudes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@any_basis
@given(means=class_means(), seed=st.integers(0, 1000))
def test_analysis_and_synthesis(method, means, seed):
    """With M vectors z = sum c_k xi_k and |z|^2 = C sum c_k^2."""
    basis = basis_of(means, method, generator=np.random.default_rng(seed))
    z = np.random.default_rng(seed + 1).standard_normal((5, basis.latent_size))
    amplitudes = basis.amplitudes(z)
    np.testing.assert_allclose(basis.synthesis(amplitudes), z, atol=1e-12)
    np.testing.assert_allclose(
        basis.norm * np.square(amplitudes).sum(axis=1), np.square(z).sum(axis=1), rtol=1e-10
    )


@pytest.mark.parametrize("batch", [1, 7, 64])
def test_batches(batch):
    """Amplitudes do not depend on what is computed together, to 1e-12."""
    generator = np.random.default_rng(0)
    basis = basis_of(means_of(generator.standard_normal((10, 30)), 5), generator=generator)
    z = generator.standard_normal((100, 30))
    parts = [basis.amplitudes(z[i : i + batch]) for i in range(0, 100, batch)]
    np.testing.assert_allclose(np.concatenate(parts), basis.amplitudes(z), rtol=0, atol=1e-12)


@pytest.mark.parametrize("norm", [None, 1.0, 7.5])
def test_norm(norm):
    """C is M, or what is asked for; unit vectors do not depend on it."""
    means = means_of(np.random.default_rng(1).standard_normal((4, 6)), 4)
    basis = basis_of(means, norm=norm)
    assert basis.norm == (norm or 6.0)
    np.testing.assert_allclose(np.linalg.norm(basis.vectors, axis=1) ** 2, basis.norm, rtol=1e-12)
    np.testing.assert_allclose(basis.unit_vectors, basis_of(means).unit_vectors, atol=1e-14)


def test_labels_and_completion():
    """Row k has the label k mod l; vectors that no mean belongs to have no residual and no cosine."""
    means = means_of(np.random.default_rng(2).standard_normal((5, 8)), 3)
    basis = basis_of(means, generator=np.random.default_rng(3))
    assert len(basis) == basis.latent_size == 8
    assert basis.label.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert np.isnan(basis.residuals).tolist() == [False] * 5 + [True] * 3
    assert np.isnan(basis.cosines).tolist() == [False] * 5 + [True] * 3
    np.testing.assert_array_equal(basis.vectors[:5], basis_of(means).vectors)


@pytest.mark.parametrize(("rows", "labels"), [(10, 5), (4, 5)])
def test_number_of_means(rows, labels):
    """Ten means in eight dimensions, or four of five labels: refused, both numbers and bounds named."""
    means = means_of(np.random.default_rng(4).standard_normal((rows, 8)), labels)
    with pytest.raises(ArgumentError, match=f"K = {rows} rows.*from l = 5 to M = 8"):
        basis_of(means)


def test_completion_of_nothing_and_of_all():
    """No rows: a random orthonormal set; as many as dimensions: nothing is added."""
    whole = completed(np.empty((0, 6)), np.random.default_rng(0))
    np.testing.assert_allclose(whole @ whole.T, np.eye(6), atol=1e-14)
    assert completed(whole, np.random.default_rng(0)) is whole


# --- equal angles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("correlation", "sequential", "symmetric"),
    [(0.3, 0.910081, 0.945348), (0.8, 0.553693, 0.688849)],
)
def test_equal_angles(correlation, sequential, symmetric):
    """Ten unit means of equal correlation: mean cosine of Gram-Schmidt, and that of the symmetric set."""
    root = scipy.linalg.sqrtm((1 - correlation) * np.eye(10) + correlation).real
    means = means_of(np.pad(root, ((0, 0), (0, 5))), 10)
    assert basis_of(means, "qr").cosines.mean() == pytest.approx(sequential, abs=5e-7)
    np.testing.assert_allclose(basis_of(means).cosines, symmetric, atol=5e-7)


def test_nine_of_ten_that_sum_to_zero():
    """Of the simplex nine means are independent: R_kk^2 = 10 (9 - k)/(9 (10 - k))."""
    k = np.arange(9)
    basis = basis_of(means_of(simplex(10, 12)[:9], 9), "qr")
    np.testing.assert_allclose(basis.residuals**2, 10 * (9 - k) / (9 * (10 - k)), rtol=1e-12)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "method", "words"),
    [
        (simplex(4, 6), "qr", r"mean 3 \(label 3, set 1\); depends.*rank is l - 1"),
        (simplex(4, 6), "symmetric", r"mean 3 \(label 3, set 1\)"),
        (np.array([[1.0, 0, 0], [0, 0, 0]]), "qr", r"mean 1 \(label 1"),
        (np.vstack([np.eye(2, 5), np.eye(2, 5)]), "qr", r"mean 2 \(label 0, set 2\)"),
        (np.vstack([np.eye(2, 5), np.eye(2, 5)]), "symmetric", r"mean 2 \(label 0, set 2\)"),
    ],
)
def test_dependent_means(rows, method, words):
    """Means that depend on those before them: which one, its label and set, and why."""
    labels = 2 if len(rows) < 4 or rows[0, 0] == 1 else 4
    with pytest.raises(ArgumentError, match=words):
        basis_of(means_of(rows, labels), method)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"method": "lowdin"}, "method"),
        ({"norm": 0.0}, "norm"),
        ({"norm": -3.0}, "norm"),
        ({"norm": np.nan}, "norm"),
        ({"norm": np.inf}, "norm"),
    ],
)
def test_options_that_are_none(options, argument):
    """Unknown method; lengths that are not positive."""
    with pytest.raises(ArgumentError) as refused:
        basis_of(means_of(np.eye(3, 4), 3), **options)
    assert refused.value.argument == argument


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_means_that_are_not_finite(value):
    """Vector and coordinate of the first of them."""
    rows = np.eye(3, 4)
    rows[1, 2] = value
    with pytest.raises(ArgumentError, match="coordinate 2 of mean 1"):
        means_of(rows, 3)


def test_counts_that_do_not_fit():
    """Three means and two counts."""
    with pytest.raises(ArgumentError, match=r"shapes \(3, 4\) and \(2,\)"):
        ClassMeans(np.eye(3, 4), np.ones(2, dtype=int), 3, np.full(3, 1 / 3), 10, 1.0)
