"""Leverage and overlap: exact cases, two layouts of means, drawn copies, and which directions are signal."""

import dataclasses

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.label_means import argmax_means
from numerics.latent_basis.leverage import (
    corrected_residuals,
    dependence,
    is_signal,
    measured_residuals,
    noise_floor,
    plugged_in,
    simulated_residuals,
    squared_residuals,
)
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.overlap import expected_cosines, simulated_cosines
from numerics.latent_basis.sampling import class_means as sampled_means
from theory.errors import ArgumentError
from theory.latent_basis import repeated_leverage

LABELS, SIZE, SETS, LATENTS = 10, 100, 10, 5000
COUNTS = np.full(SIZE, LATENTS)
OTHER, SAME = "other directions", "same directions"


def layout(kind, length=4.0):
    """Encoder means off the span of the random ones, or along them; then nine equal random sets."""
    first = length * np.roll(np.eye(LABELS, SIZE), LABELS if kind == OTHER else 0, axis=1)
    return np.vstack([first, *[argmax_means(LABELS, SIZE)] * (SETS - 1)])


def class_means(true, seed=0, counts=COUNTS, **changed):
    """Class means as V latents would give them."""
    noise = np.random.default_rng(seed).standard_normal(true.shape)
    means = ClassMeans(
        means=true + noise / np.sqrt(counts)[:, None],
        counts=counts,
        labels=LABELS,
        shares=np.full(LABELS, 0.1),
        draws=100_000,
        confidence=0.9,
    )
    return dataclasses.replace(means, **changed)


def weights_of_copies():
    """|w|^2 of k = 20.. by theory: j copies before of each label, and one more of those before in its set."""
    found = []
    for k in range(20, SIZE):
        copies, label = divmod(k, LABELS)
        counts = [copies - 1 + (b < label) for b in range(LABELS) if b != label]
        tenth = sympy.Rational(1, LABELS)
        found.append(float(repeated_leverage(tenth, copies - 1, [tenth] * 9, counts)))
    return np.array(found)


@pytest.mark.parametrize("seed", [0, 1])
def test_shares_and_counts_by_theory(seed):
    """Random shares, random counts, means that sum to zero with the shares: R/(p^2 + n R) at each row."""
    generator = np.random.default_rng(seed)
    shares = generator.dirichlet(np.full(4, 3.0))
    means = generator.standard_normal((4, 20))
    means[3] = -shares[:3] @ means[:3] / shares[3]
    counts = generator.integers(500, 5000, 16)
    off, weights = dependence(np.vstack([means] * 4), counts)
    np.testing.assert_allclose(off[3:], 0, atol=1e-20)
    for k in range(3, 16):
        before = [counts[b:k:4].sum() for b in range(4)]
        label = k % 4
        others = [b for b in range(4) if b != label]
        law = repeated_leverage(
            shares[label], before[label], shares[others], [before[b] for b in others]
        )
        assert weights[k] == pytest.approx(float(law), rel=1e-9)


def test_noise_of_copies_in_closed_form():
    """Encoder means elsewhere: R^2 = (M - k)/V (1 + |w|^2); l at the last label of the first random set."""
    law = squared_residuals(layout(OTHER), COUNTS)
    floor = (SIZE - np.arange(20, SIZE)) / LATENTS
    np.testing.assert_allclose(law[20:], floor * (1 + weights_of_copies()), rtol=1e-10)
    np.testing.assert_allclose(weights_of_copies()[::10], 0.9 / np.arange(1, 9), rtol=1e-12)
    assert law[19] == pytest.approx((SIZE - 19) / LATENTS * LABELS, rel=1e-10)


@pytest.mark.parametrize("length", [1.0, 2.5, 5.0])
def test_length_of_means_elsewhere_does_not_matter(length):
    """All that leans on them is themselves."""
    law, other = (squared_residuals(layout(OTHER, a), COUNTS) for a in (4.0, length))
    np.testing.assert_allclose(other[10:], law[10:], rtol=1e-10)


@pytest.mark.parametrize(("length", "cosine"), [(3.0, 0.0196), (4.0, 0.0118), (5.0, 0.0078)])
def test_length_of_means_in_the_same_directions_does(length, cosine):
    """Overlap at k = 19, of section 3.2; |w|^2 = 0.16 at length 4."""
    true = layout(SAME, length)
    assert expected_cosines(true, COUNTS)[19] == pytest.approx(cosine, abs=6e-5)
    if length == 4:
        assert dependence(true, COUNTS)[1][19] * LATENTS == pytest.approx(0.16, abs=0.005)


@pytest.mark.parametrize("kind", [OTHER, SAME])
def test_drawn_copies_follow_the_law(kind):
    """LB15, 60 copies: sum over k >= 20 to 0.02, each k < 19 to 5 of its own standard errors."""
    true = layout(kind)
    law = squared_residuals(true, COUNTS)
    drawn, deviation = simulated_residuals(true, COUNTS, 60, np.random.default_rng(1))
    assert drawn[20:].sum() / law[20:].sum() == pytest.approx(1, abs=0.02)
    assert (np.abs(drawn - law)[:19] <= 5 * deviation[:19] / 60**0.5).all()
    assert drawn[19] / law[19] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("kind", [OTHER, SAME])
def test_unequal_counts(kind):
    """Set 1 of 500 to 2500 latents, one block of 2000: sum ratio 1 to 0.02, and worse without weights."""
    counts = COUNTS.copy()
    counts[:10], counts[30:40] = np.linspace(500, 2500, 10), 2000
    true = layout(kind)
    drawn, _ = simulated_residuals(true, counts, 100, np.random.default_rng(2))
    law = squared_residuals(true, counts)
    assert drawn[20:].sum() / law[20:].sum() == pytest.approx(1, abs=0.02)
    off, weights = dependence(true, counts)
    _, plain = dependence(true, COUNTS)
    assert (off[19:] < 1e-20).all()
    if kind == SAME:
        weights_ratio = weights[10:20].sum() / (plain[10:20].sum() * LATENTS / counts[:10].mean())
        assert abs(weights_ratio - 1) > 0.05


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(0, 500), st.integers(0, 3))
def test_weights_are_those_of_least_noise(rows, seed, further):
    """w^T T = projection, and sum w^2/V is least: no other w with the same projection has less."""
    generator = np.random.default_rng(seed)
    size, rank = rows + 3 + further, max(1, rows - 1)
    true = generator.standard_normal((rows, rank)) @ generator.standard_normal((rank, size))
    true = np.vstack([true, generator.standard_normal(size)])
    counts = generator.uniform(10, 1000, rows + 1)
    off, weights = dependence(true, counts)
    before, row, latents = true[:-1], true[-1], counts[:-1]
    w, *_ = np.linalg.lstsq(before.T, row, rcond=1e-10)
    assert off[-1] == pytest.approx(np.square(row - w @ before).sum(), rel=1e-9)
    _, values, right = np.linalg.svd(before.T)
    null = right[(values > 1e-10 * values[0]).sum() :]
    for other in (w, *(w + generator.standard_normal(len(null)) @ null for _ in range(5))):
        assert np.sum(other**2 / latents) >= weights[-1] * (1 - 1e-9)
    inverse = np.linalg.pinv(before.T @ np.diag(latents**0.5), rcond=1e-10) @ row
    assert weights[-1] == pytest.approx(np.square(inverse).sum(), rel=1e-8)


def test_counts_over_a_variance():
    """A row whose latents scatter by sqrt(3) counts as a third of them."""
    true = layout(SAME)
    generator = np.random.default_rng(3)
    scatter = np.where(np.arange(SIZE) < 10, 3**0.5, 1.0)
    copies = [
        true + scatter[:, None] * generator.standard_normal(true.shape) / LATENTS**0.5
        for _ in range(60)
    ]
    drawn = np.mean([np.diagonal(np.linalg.qr(copy.T, mode="r")) ** 2 for copy in copies], axis=0)
    law = squared_residuals(true, COUNTS / scatter**2)
    np.testing.assert_allclose(drawn[:10] / law[:10], 1, atol=0.01)
    assert drawn[10:19].sum() / law[10:19].sum() == pytest.approx(1, abs=0.04)
    unscaled = squared_residuals(true, COUNTS)
    assert abs(drawn[10:19].sum() / unscaled[10:19].sum() - 1) > 0.04


def test_overlap_of_dependent_means_in_closed_form():
    """sqrt((M - k)/V) |w|^2/(sqrt(1 + |w|^2) |m|) beyond the signal."""
    true = layout(OTHER)
    found = expected_cosines(true, COUNTS)[20:]
    k = np.arange(20, SIZE)
    squared = weights_of_copies()
    length = np.linalg.norm(true[20])
    law = np.sqrt((SIZE - k) / LATENTS) * squared / (np.sqrt(1 + squared) * length)
    np.testing.assert_allclose(found, law, rtol=1e-9)


@pytest.mark.parametrize("kind", [OTHER, SAME])
def test_vectors_of_drawn_copies_lean_as_the_law_says(kind):
    """LB15b, 100 copies: k = 19 and the averages of sets 3 to 6 within 8 %; first set to 1e-3."""
    true = layout(kind)
    law = expected_cosines(true, COUNTS)
    drawn, deviation = simulated_cosines(true, COUNTS, 100, np.random.default_rng(4))
    np.testing.assert_allclose(drawn[:10], law[:10], atol=1e-3)
    for chosen in (slice(19, 20), *(slice(10 * i, 10 * i + 10) for i in (2, 3, 4, 5))):
        error = np.sqrt(np.square(deviation[chosen]).sum() / 100) / deviation[chosen].size
        allowed = 0.08 * law[chosen].mean() + 3 * error
        assert abs(drawn[chosen].mean() - law[chosen].mean()) <= allowed
    if kind == OTHER:
        sets = drawn.reshape(SETS, LABELS)[2:6].mean(axis=1)
        np.testing.assert_allclose(sets, [0.0480, 0.0259, 0.0169, 0.0118], rtol=0.08)


@pytest.mark.parametrize("kind", [OTHER, SAME])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_signal_has_at_most_2l_minus_1_directions(kind, seed):
    """19 of 100 with encoder means elsewhere, 10 with both in one span; all others are named as noise."""
    means = class_means(layout(kind), seed)
    signal = 19 if kind == OTHER else 10
    expected = np.arange(SIZE) < signal
    np.testing.assert_array_equal(is_signal(means), expected)


def test_measured_over_floor_scatters_like_chi_squared():
    """R^2/floor beyond k = 20: sum over degrees of freedom 1 within 0.1, and all below the band."""
    means = class_means(layout(OTHER), 5)
    ratio = measured_residuals(means)[20:].sum() / noise_floor(means)[20:].sum()
    assert ratio == pytest.approx(1, abs=0.1)
    np.testing.assert_allclose(
        noise_floor(means)[20:], squared_residuals(layout(OTHER), COUNTS)[20:], rtol=0.03
    )


def test_without_an_encoder_l_minus_1_directions_are_left():
    """All sets random: nine of 100 directions."""
    true = np.vstack([argmax_means(LABELS, SIZE)] * SETS)
    means = class_means(true, encoded=False)
    assert np.flatnonzero(is_signal(means)).tolist() == list(range(9))


def test_plugged_in_means():
    """Set 0 as it is; the average of the others by counts, of rank l - 1, nearer to the truth."""
    true, counts = layout(OTHER), COUNTS.copy()
    counts[10:20] = 500
    means = class_means(true, counts=counts)
    found = plugged_in(means)
    np.testing.assert_array_equal(found[:10], means.means[:10])
    assert np.linalg.matrix_rank(found, tol=1e-9) == 19
    for i in range(2, SETS):
        np.testing.assert_array_equal(found[10:20], found[10 * i : 10 * i + 10])
    error, one = (np.square(m - true)[20:30].sum() for m in (found, means.means))
    assert error < one / 5  # a ninth, nearly


def test_plugged_in_of_cut_sets():
    """Twelve rows of four labels: every row has its label's average; three random rows, no rank to cut."""
    generator = np.random.default_rng(0)
    rows = generator.standard_normal((11, 20))
    means = ClassMeans(rows, np.full(11, 100), 4, np.full(4, 0.25), 1000, 0.9)
    found = plugged_in(means)
    assert np.linalg.matrix_rank(found[4:]) == 3
    np.testing.assert_array_equal(found[8:11], found[4:7])
    short = dataclasses.replace(means, means=rows[:7], counts=np.full(7, 100))
    np.testing.assert_allclose(plugged_in(short), rows[:7], rtol=1e-15)
    alone = dataclasses.replace(means, means=rows[:4], counts=np.full(4, 100))
    np.testing.assert_array_equal(plugged_in(alone), rows[:4])


def ratios(true, replicates, chosen):
    """Sum of R^2 over what is said of it from the same means: corrected, and simulated from T plugged in."""
    sums = np.zeros(3)
    for seed in range(replicates):
        means = class_means(true, seed, counts=COUNTS[: len(true)])
        generator = np.random.default_rng(seed)
        corrected, _ = corrected_residuals(means, 20, generator)
        simulated, _ = simulated_residuals(plugged_in(means), means.counts, 20, generator)
        sums += [r[chosen].sum() for r in (measured_residuals(means), corrected, simulated)]
    return sums[0] / sums[1:]


SECOND, BEYOND = slice(LABELS, 2 * LABELS), slice(2 * LABELS, None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "length", "rows", "bar", "uncorrected"),
    [
        (SAME, 3.0, SECOND, 0.04, 0.77),
        (SAME, 4.0, SECOND, 0.04, 0.82),
        (OTHER, 4.0, SECOND, 0.01, 1.0),
        (SAME, 4.0, BEYOND, 0.02, 0.94),
        (OTHER, 4.0, BEYOND, 0.02, 1.0),
    ],
)
def test_residuals_without_the_true_means(kind, length, rows, bar, uncorrected):
    """Twelve draws of the means: right, where T plugged in has its noise twice."""
    corrected, simulated = ratios(layout(kind, length), 12, rows)
    assert corrected == pytest.approx(1, abs=bar)
    assert simulated == pytest.approx(uncorrected, abs=0.03)


def test_residuals_of_a_single_random_set():
    """It is its own estimate: of what is simulated nearly a half was there before."""
    corrected, simulated = ratios(layout(SAME)[: 2 * LABELS], 12, SECOND)
    assert corrected == pytest.approx(1, abs=0.08)
    assert simulated == pytest.approx(0.53, abs=0.03)


@pytest.mark.slow
def test_residuals_of_sampled_means():
    """Linear control, two random sets of V = 1000: means that lie in the encoder's span, to 4 deviations."""
    control = LinearControl(separation=3.0, generator=np.random.default_rng(0))
    images, labels = control.images(10_000, np.random.default_rng(1))
    subject = control.subject()
    means = sampled_means(
        subject,
        subject.encoded(images),
        sets=3,
        generator=np.random.default_rng(2),
        each=1000,
        true_labels=labels,
    )
    rows = slice(LABELS, 3 * LABELS)
    measured = measured_residuals(means)[rows].sum()
    corrected, deviation = corrected_residuals(means, 60, np.random.default_rng(3))
    simulated, _ = simulated_residuals(
        plugged_in(means), means.counts, 60, np.random.default_rng(3)
    )
    allowed = 4 * np.sqrt(np.square(deviation[rows]).sum())
    assert abs(measured - corrected[rows].sum()) < allowed
    assert abs(measured - simulated[rows].sum()) > allowed


@pytest.mark.slow
@pytest.mark.parametrize("kind", [OTHER, SAME])
def test_scatter_of_residuals_without_the_true_means(kind):
    """(R^2 - mean)/deviation of rows 10 to 89 has mean square 1, to 15 %: three deviations of 960 squares."""
    found = []
    for seed in range(12):
        means = class_means(layout(kind), seed)
        mean, deviation = corrected_residuals(means, 60, np.random.default_rng(seed))
        found.append(((measured_residuals(means) - mean) / deviation)[LABELS:90])
    assert np.mean(np.square(found)) == pytest.approx(1, abs=0.15)


def test_residuals_of_an_encoder_are_their_own():
    """Nothing is said of set 0 but how much new latents would scatter; others keep their own noise."""
    means = class_means(layout(SAME))
    mean, deviation = corrected_residuals(means, 60, np.random.default_rng(0))
    measured = measured_residuals(means)
    np.testing.assert_allclose(mean[:LABELS], measured[:LABELS], rtol=1e-12)
    # |4 v + noise|^2: sd 2 * 4/sqrt(V)
    assert deviation[:LABELS].mean() == pytest.approx(8 / LATENTS**0.5, rel=0.1)
    noise = (SIZE - np.arange(SIZE)) / LATENTS
    assert (mean >= noise).all()


def test_residuals_without_an_encoder():
    """All sets random: l - 1 rows of signal to 1 %, all others to 3 %, of ten draws."""
    true = np.vstack([argmax_means(LABELS, SIZE)] * SETS)
    measured, corrected = np.zeros(SIZE), np.zeros(SIZE)
    for seed in range(10):
        means = class_means(true, seed, encoded=False)
        measured += measured_residuals(means)
        corrected += corrected_residuals(means, 20, np.random.default_rng(seed))[0]
    assert measured[:9].sum() / corrected[:9].sum() == pytest.approx(1, abs=0.01)
    assert measured[9:].sum() / corrected[9:].sum() == pytest.approx(1, abs=0.03)


def test_the_means_are_left_as_they_are():
    """Nothing is written into what came in."""
    means = class_means(layout(OTHER))
    before = means.means.copy()
    plugged_in(means)
    is_signal(means)
    np.testing.assert_array_equal(means.means, before)


TRUE = np.eye(2, 3)

REFUSED = {
    "more rows than coordinates": (
        lambda: squared_residuals(np.ones((4, 3)), np.ones(4)),
        r"means: got shapes \(4, 3\) and \(4,\); must be \(K, M\) with K <= M",
    ),
    "a mean of nothing": (
        lambda: squared_residuals(TRUE, np.array([5, 0])),
        "counts: got 0.0; must be positive; that of mean 1 is not",
    ),
    "no number": (
        lambda: dependence(TRUE * [1, np.inf, 1], np.ones(2)),
        "means: got .*; must be finite; coordinate 1 of mean 0 is not",
    ),
    "one copy": (
        lambda: simulated_residuals(TRUE, np.ones(2), 1, np.random.default_rng(0)),
        "copies: got 1; must be at least 2",
    ),
    "one copy of means": (
        lambda: corrected_residuals(class_means(layout(SAME)), 1, np.random.default_rng(0)),
        "copies: got 1; must be at least 2",
    ),
    "a mean without direction": (
        lambda: expected_cosines(TRUE * [[1], [0]], np.ones(2)),
        "means: got mean 1 of length 0; must have a direction",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With the value and the bound."""
    call, text = REFUSED[what]
    with np.errstate(invalid="ignore"), pytest.raises(ArgumentError, match=text):
        call()
