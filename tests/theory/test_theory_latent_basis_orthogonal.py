"""Orthogonal sets and their norm, against matrices in numbers."""

import itertools

import numpy as np
import pytest
import sympy
from scipy import linalg

from theory import latent_basis
from theory.errors import ArgumentError

ANGLES = [-1 / 9, -0.05, 0.0, 0.3, 0.8]


def equal_angles(count, cosine):
    return (1 - cosine) * np.eye(count) + cosine * np.ones((count, count))


def orthonormal(generator, size):
    return np.linalg.qr(generator.standard_normal((size, size)))[0]


@pytest.mark.parametrize("cosine", ANGLES)
def test_residuals_are_the_cholesky_pivots(cosine):
    """Ten means at equal angles: R_kk^2 of the formula and of the Cholesky factor of the Gram matrix."""
    expected = [float(latent_basis.residual_square(k, cosine)) for k in range(10)]
    minors = [np.linalg.det(equal_angles(k, cosine)) for k in range(11)]
    assert expected == pytest.approx([b / a for a, b in itertools.pairwise(minors)], abs=1e-12)
    if cosine > -1 / 9:
        pivots = np.diag(np.linalg.cholesky(equal_angles(10, cosine))) ** 2
        assert expected == pytest.approx(pivots, abs=1e-12)


@pytest.mark.parametrize(
    ("cosine", "in_order", "at_once"),
    [(-1 / 9, 0.837967, 0.948683), (0.3, 0.910081, 0.945348), (0.8, 0.553693, 0.688849)],
)
def test_mean_cosines_of_ten_labels(cosine, in_order, at_once):
    """Mean of R_kk, and the cosine of the symmetric set, for ten labels."""
    residuals = [latent_basis.residual_square(k, cosine) for k in range(10)]
    assert np.sqrt(np.maximum(residuals, 0)).mean() == pytest.approx(in_order, abs=1e-6)
    assert float(latent_basis.symmetric_cosine(10, cosine)) == pytest.approx(at_once, abs=1e-6)


def test_map_of_gram_schmidt_runs_to_its_closed_form():
    """At r = 3/10: iterated nine times from 0, v_9 = 9/(1 + 8 r), exactly."""
    law = latent_basis.gram_schmidt()
    (known,) = law.state
    cosine = sympy.Rational(3, 10)
    step = law.law[known].subs({s: cosine for s in law.law[known].free_symbols - {known}})
    value = sympy.S.Zero
    for _ in range(9):
        value = step.subs(known, value)
    assert value == 9 / (1 + 8 * cosine)


@pytest.mark.parametrize("cosine", [-0.05, 0.3, 0.8])
def test_symmetric_set_is_the_polar_factor(cosine):
    """Polar factor of the means by SVD, ten labels in ten dimensions: the same cosine for all."""
    means = np.linalg.cholesky(equal_angles(10, cosine))
    factor, _ = linalg.polar(means)
    expected = float(latent_basis.symmetric_cosine(10, cosine))
    assert np.einsum("ij,ij->i", means, factor) == pytest.approx(expected, rel=1e-10)


def test_no_set_leans_more():
    """Random means: 200 random orthonormal sets and Gram-Schmidt stay below the sum of singular values."""
    generator = np.random.default_rng(0)
    means = generator.standard_normal((3, 3))
    best = np.linalg.svd(means, compute_uv=False).sum()
    assert np.trace(means @ linalg.polar(means)[0].T) == pytest.approx(best, rel=1e-12)
    sets = [orthonormal(generator, 3) for _ in range(200)]
    assert max(np.trace(means @ s.T) for s in sets) < best
    assert np.abs(np.diag(np.linalg.qr(means.T)[1])).sum() < best


def test_slack_of_the_best_set_in_numbers():
    """Half a turn about the first axis keeps S_0 and turns the others: S_0 - S_1 - S_2."""
    bound = latent_basis.best_orthogonal_set()
    values = {"S_0": 3, "S_1": 2, "S_2": 1, "q_0": 0, "q_1": 1, "q_2": 0, "q_3": 0}
    point = {s: values[s.name] for s in bound.left.free_symbols}
    assert bound.left.subs(point) == 0
    assert bound.slack().subs(point) == 6


def repeated_rows(shares, dimension, copies, before):
    """Return rows of `copies` sets and `before` rows of the next, and the row after them."""
    generator = np.random.default_rng(5)
    means = generator.standard_normal((len(shares), dimension))
    means[-1] = -shares[:-1] @ means[:-1] / shares[-1]
    rows = np.concatenate([*[means] * copies, means[:before]])
    return rows, means[before]


@pytest.mark.parametrize(
    ("copies", "before"), [(0, 9), (1, 0), (1, 4), (1, 9), (3, 0), (3, 9), (8, 5)]
)
def test_leverage_is_that_of_the_pseudoinverse(copies, before):
    """Least w with w^T T = t over earlier copies of ten zero-sum means of unequal shares."""
    shares = np.random.default_rng(1).dirichlet(5 * np.ones(10))
    rows, row = repeated_rows(shares, 40, copies, before)
    weights = np.linalg.pinv(rows.T, rcond=1e-9) @ row
    assert rows.T @ weights == pytest.approx(row, abs=1e-9)
    counts = copies + (np.arange(10) < before)
    others = np.arange(10) != before
    law = latent_basis.repeated_leverage(shares[before], copies, shares[others], counts[others])
    assert weights @ weights == pytest.approx(float(law), rel=1e-9)


def test_leverage_with_unequal_counts():
    """Rows that are means of V_j latents: least sum w^2/V by the rows sqrt(V) t, n_b the sums of V."""
    generator = np.random.default_rng(2)
    shares = generator.dirichlet(5 * np.ones(4))
    rows, row = repeated_rows(shares, 9, 2, 1)
    samples = generator.integers(500, 5000, len(rows))
    scaled = np.linalg.pinv((np.sqrt(samples)[:, None] * rows).T, rcond=1e-9) @ row
    totals = [samples[b::4].sum() for b in range(4)]
    law = latent_basis.repeated_leverage(
        shares[1], totals[1], shares[[0, 2, 3]], [totals[0], totals[2], totals[3]]
    )
    assert scaled @ scaled == pytest.approx(float(law), rel=1e-9)


def test_leverage_of_equal_shares():
    """Nine for the last of the first set of ten; then 9/(10 j) at the start, 9/(10 j + 1) at the end."""
    tenth = sympy.Rational(1, 10)
    assert latent_basis.repeated_leverage(tenth, 0, [tenth] * 9, [1] * 9) == 9
    for j in (1, 2, 8):
        start = latent_basis.repeated_leverage(tenth, j, [tenth] * 9, [j] * 9)
        end = latent_basis.repeated_leverage(tenth, j, [tenth] * 9, [j + 1] * 9)
        assert start == sympy.Rational(9, 10) / j
        assert end == sympy.Rational(9, 10 * j + 1)
        assert end < start


def test_noise_floor_by_draws():
    """Two rows of V = 50 and 80 latents in six dimensions, w = 1/2: 5 (1/50 + 1/(4 80)) off one axis."""
    generator = np.random.default_rng(3)
    rows = generator.standard_normal((40_000, 2, 6)) / np.sqrt([50, 80])[:, None]
    rest = (rows[:, 0] - 0.5 * rows[:, 1]) @ orthonormal(generator, 6)[:, 1:]
    right = latent_basis.residual_noise(2).right
    values = {"V": 50, "V_0": 80, "w_0": 0.5}
    floor = 5 * float(right.subs({s: values[s.name] for s in right.free_symbols}))
    assert (rest**2).sum(axis=1).mean() == pytest.approx(floor, rel=0.015)  # sd 0.003


def test_last_row_of_the_first_random_set():
    """Four labels, encoder means elsewhere, V = 2000, M = 40: R^2 and <R, m> of row 7 over 3000 draws.

    |w|^2 = 3, so the floor is 33 * 4/2000 and the overlap 33 * 3/2000, to leading order in 1/V.
    """
    generator = np.random.default_rng(4)
    labels, size, samples = 4, 40, 2000
    axes = np.eye(labels, size)
    means = 1.37 * (axes - axes.mean(axis=0))
    elsewhere = 4 * np.eye(labels, size, k=labels)
    rows = np.concatenate([elsewhere, means])
    noise = generator.standard_normal((3000, 2 * labels, size)) / np.sqrt(samples)
    basis, triangle = np.linalg.qr(np.swapaxes(rows + noise, 1, 2))
    rest = basis[..., -1] * triangle[:, -1, -1, None]
    floor, lean = (rest**2).sum(axis=1), rest @ means[-1]
    right = latent_basis.overlap(2).right
    values = {"V": samples, "V_0": samples, "w_0": np.sqrt(3), "m": np.linalg.norm(means[-1])}
    expected = 33 * float(right[0].subs({s: values[s.name] for s in right[0].free_symbols}))
    cosine = np.sqrt(33) * float(right[1].subs({s: values[s.name] for s in right[1].free_symbols}))
    assert expected == pytest.approx(33 * 3 / 2000)
    assert floor.mean() == pytest.approx(33 * 4 / 2000, rel=0.03)
    assert lean.mean() == pytest.approx(expected, rel=0.05)
    assert (lean / np.sqrt(floor) / values["m"]).mean() == pytest.approx(cosine, rel=0.05)


def test_overlap_of_the_twentieth_vector():
    """M - k = 81, V = 5000, |w|^2 = 9, |m|^2 = 2.63084 (ten labels): the cosine 0.2233."""
    cosine = latent_basis.overlap(2).right[1]
    values = {"V": 5000, "w_0": 3, "m": np.sqrt(2.6308444074)}
    found = 9 * float(cosine.subs({s: values[s.name] for s in cosine.free_symbols}))
    assert found == pytest.approx(0.2233, abs=5e-5)


@pytest.mark.parametrize("common", [1e-6, 0.3, 5.0])
def test_even_completion_in_numbers(common):
    """H = I - J/l + h J/l, l = 4: the polar factor is I for every h, the last residual the law's."""
    means = np.eye(4) + (common - 1) * np.ones((4, 4)) / 4
    assert linalg.polar(means)[0] == pytest.approx(np.eye(4), abs=1e-8)
    law = latent_basis.even_completion(4).right[-1]
    last = float(law.subs({s: common for s in law.free_symbols}))
    assert np.linalg.qr(means.T)[1][-1, -1] ** 2 == pytest.approx(last, rel=1e-8)


@pytest.mark.parametrize("size", [2, 7, 100])
def test_release_norm_of_random_bases(size):
    """The std over M - 1 of each row, C from their mean: between M and M^2/(M-1), q adds up to 1."""
    basis = orthonormal(np.random.default_rng(size), size)
    shares = basis.sum(axis=1) ** 2 / size
    spread = basis.std(axis=1, ddof=1)
    assert shares.sum() == pytest.approx(1, rel=1e-12)
    assert spread**2 == pytest.approx((1 - shares) / (size - 1), rel=1e-9)
    norm = spread.mean() ** -2
    greatest = latent_basis.greatest_release_norm().right
    upper = float(greatest.subs({s: size - 1 for s in greatest.free_symbols}))
    assert size * (1 - 1e-12) <= norm <= upper * (1 + 1e-12)
    assert upper == pytest.approx(size**2 / (size - 1), rel=1e-12)


def test_ends_of_the_release_norm():
    """A constant vector in the basis: M^2/(M-1) = 101.0101...; all q = 1/M (Hadamard turned): M."""
    size = 100
    start = np.concatenate([np.ones((1, size)), np.eye(size)[1:]])
    basis = np.linalg.qr(start.T)[0].T
    basis[0] = 1 / np.sqrt(size)
    assert basis[1:].std(axis=1, ddof=1).sum() / size == pytest.approx(
        101.0101010101**-0.5, rel=1e-9
    )
    even = np.eye(size)  # each axis has the share 1/M of the constant vector
    assert even.std(axis=1, ddof=1).mean() ** -2 == pytest.approx(size, rel=1e-12)


@pytest.mark.parametrize(
    ("factory", "arguments", "name"),
    [
        (latent_basis.residual_norms, (1,), "count"),
        (latent_basis.symmetric_orthogonalisation, (1,), "count"),
        (latent_basis.even_completion, (1,), "count"),
        (latent_basis.leverage, (1,), "labels"),
        (latent_basis.entry_spread, (1,), "dimension"),
    ],
)
def test_bad_sizes_are_refused(factory, arguments, name):
    """One mean, one label, one entry: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got {arguments[-1]}"):
        factory(*arguments)
