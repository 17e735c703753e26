"""The conditional law: exact cases, the one-parameter law, counting by hand, and drawn latents."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from numerics.lambdify import lambdify
from numerics.latent_basis.conditional_law import (
    DOUBLINGS,
    ROWS,
    SMOOTH,
    accuracy_law,
    by_monte_carlo,
    reliabilities,
    top_reliabilities,
)
from numerics.latent_basis.label_means import normal_density
from numerics.latent_basis.one_parameter import hit_rate
from numerics.latent_basis.rule import Rule
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError
from theory.latent_basis import two_with_noise

BOTH = pytest.mark.parametrize("absolute", [True, False])


def scores(images, count, seed=0, ratio=1.0):
    """Means, deviations and labels; the label's own deviation is about `ratio` times the others'."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, count, images)
    means = generator.normal(size=(images, count)) / ratio
    deviations = generator.uniform(0.8, 1.2, (images, count)) / ratio
    means[np.arange(images), labels] += generator.uniform(-4, 4, images) / ratio
    deviations[np.arange(images), labels] *= ratio
    return means, deviations, labels


def exact(mean, deviation, label, absolute, most):
    """P(label among the first r): adaptive integration, every set of winners counted by hand."""
    others = [k for k in range(len(mean)) if k != label]

    def integrand(t):
        at = np.abs(t) if absolute else t
        wins = ndtr((mean - at) / deviation)
        if absolute:
            wins += ndtr((-mean - at) / deviation)
        total = 0.0
        for size in range(most):
            for winners in itertools.combinations(others, size):
                total += np.prod([wins[k] if k in winners else 1 - wins[k] for k in others])
        return total * normal_density((t - mean[label]) / deviation[label]) / deviation[label]

    low, high = mean[label] + np.array([-9, 9]) * deviation[label]
    kinks = [p for p in (0.0, *mean, *-mean) if low < p < high]
    return quad(integrand, low, high, points=kinks, epsabs=1e-11, limit=500)[0]


@BOTH
@pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0, 20.0])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_against_adaptive_integration(count, ratio, absolute):
    """Three images a case; competitors up to 20 times sharper than the label's own score."""
    means, deviations, labels = scores(3, count, seed=count, ratio=ratio)
    most = min(count, 3)
    found = top_reliabilities(means, deviations, labels, absolute=absolute, most=most)
    for image in range(3):
        for r in range(1, most + 1):
            right = exact(means[image], deviations[image], labels[image], absolute, r)
            assert found[image, r - 1] == pytest.approx(right, abs=1e-6)


def test_two_scores_of_theory():
    """Signed, noises of their own: Phi(m/sqrt(s_0^2 + s_1^2)), the closed form of theory."""
    law = two_with_noise()
    (form,) = law.closed_form.values()
    closed = lambdify(form, sorted(form.free_symbols, key=str))  # m, s_0, s_1
    means, deviations = np.array([[1.5, 0.3], [-0.4, 0.2]]), np.array([[0.8, 1.1], [1.0, 0.2]])
    found = reliabilities(means, deviations, np.array([0, 0]), absolute=False)
    exactly = [closed(m[0] - m[1], *s) for m, s in zip(means, deviations, strict=True)]
    np.testing.assert_allclose(found, exactly, atol=1e-9)


@BOTH
def test_nodes_asked_for_are_enough_among_a_hundred(absolute):
    """300 images of 100 scores: what the docstring says of 31 and of 61 nodes."""
    case = scores(300, 100)
    fine = reliabilities(*case, absolute=absolute, nodes=160)
    assert np.abs(reliabilities(*case, absolute=absolute) - fine).max() < 3e-5
    assert np.abs(reliabilities(*case, absolute=absolute, nodes=61) - fine).max() < 1e-9


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 40),
    st.floats(0, 5),
    st.floats(0.1, 10),
    st.booleans(),
    st.integers(1, 4),
    st.sampled_from([1, -1]),
)
def test_equal_scores_follow_the_one_parameter_law(count, rho, scale, absolute, top, sign):
    """Means rho e_y and one deviation for all; an anti-digit has the same magnitude."""
    top = min(top, count)
    label = count // 2
    means = np.zeros((1, count))
    means[0, label] = rho * scale * (sign if absolute else 1)
    deviations = np.full((1, count), scale)
    found = top_reliabilities(
        means, deviations, np.array([label]), absolute=absolute, most=top, nodes=61
    )
    law = [hit_rate(rho, count - 1, absolute=absolute, top=r) for r in range(1, top + 1)]
    np.testing.assert_allclose(found[0], law, atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 20), st.integers(0, 1000), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_others_does_not_matter(count, seed, absolute, random):
    """Scores permuted with their labels: the same P, a probability that rises with r up to 1."""
    means, deviations, labels = scores(4, count, seed)
    order = list(range(count))
    random.shuffle(order)
    new_labels = np.argsort(order)[labels]
    found, permuted = (
        top_reliabilities(m, s, y, absolute=absolute, most=count)
        for m, s, y in (
            (means, deviations, labels),
            (means[:, order], deviations[:, order], new_labels),
        )
    )
    np.testing.assert_allclose(permuted, found, rtol=0, atol=1e-12)
    assert (found[:, 0] > 0).all()
    assert (np.diff(found, axis=1) >= -1e-15).all()
    np.testing.assert_allclose(found[:, -1], 1, rtol=1e-12)


@BOTH
def test_images_together_or_one_by_one(absolute):
    """More images than go together, of many sharpnesses: the same to 1e-12."""
    parts = [scores(ROWS // 2 + 3, 6, seed, ratio) for seed, ratio in enumerate((1, 4, 0.5, 30))]
    means, deviations, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    whole = top_reliabilities(means, deviations, labels, absolute=absolute, most=3)
    for chosen in (slice(0, 7), slice(500, 900), slice(1, None, 2)):
        part = top_reliabilities(
            means[chosen], deviations[chosen], labels[chosen], absolute=absolute, most=3
        )
        np.testing.assert_allclose(part, whole[chosen], rtol=0, atol=1e-12)
    first = reliabilities(means, deviations, labels, absolute=absolute)
    np.testing.assert_allclose(first, whole[:, 0], rtol=0, atol=1e-14)


def test_a_function_for_an_encoder():
    """Deviations zero: 1 or 0 by the rank of the label, a tie counts half; nothing is nan."""
    means = np.array([[1.0, 2, 3, 0], [-4, 1, 2, 3], [1, 1, 0, 0], [0, 5, -6, 1]])
    labels, none = np.array([2, 0, 0, 3]), np.zeros((4, 4))
    magnitudes = top_reliabilities(means, none, labels, absolute=True, most=3)
    np.testing.assert_array_equal(magnitudes, [[1, 1, 1], [1, 1, 1], [0.5, 1, 1], [0, 0, 1]])
    signed = top_reliabilities(means, none, labels, absolute=False, most=3)
    np.testing.assert_array_equal(signed, [[1, 1, 1], [0, 0, 0], [0.5, 1, 1], [0, 1, 1]])
    assert accuracy_law(signed[:2, 0]) == (0.5, 0)


@BOTH
def test_small_deviations_lead_to_none(absolute):
    """Deviations of 1e-9, 1e-150 and 0 read 200 images alike; so does a label's own deviation of zero."""
    means, deviations, labels = scores(200, 8)
    none = reliabilities(means, 0 * deviations, labels, absolute=absolute)
    for small in (1e-9, 1e-150):
        found = reliabilities(means, small * deviations, labels, absolute=absolute)
        np.testing.assert_allclose(found, none, atol=1e-12)
    deviations[np.arange(200), labels] = 0
    sure = reliabilities(means, deviations, labels, absolute=absolute)
    own = np.take_along_axis(means, labels[:, None], 1)
    at = np.abs(own) if absolute else own
    with np.errstate(divide="ignore", invalid="ignore"):
        loses = ndtr((at - means) / deviations) - absolute * ndtr((-at - means) / deviations)
    loses[np.arange(200), labels] = 1
    np.testing.assert_allclose(sure, loses.prod(axis=1), rtol=1e-11, atol=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.5])
def test_drawn_latents_keep_their_covariance(correlation):
    """Two signed scores of correlation c: P = Phi(difference/sd of the difference); 40,000 draws."""
    weights = np.array([[1.0, 0.0], [correlation, np.sqrt(1 - correlation**2)]])
    rule = Rule(weights, np.zeros(2), absolute=False, labels=2)
    mean = np.array([[0.8, 0.2], [-0.3, 0.5]])
    encoding, labels = Encoding(mean, np.ones((2, 2))), np.array([0, 1])
    difference = (rule.scores(mean) @ [1, -1]) * [1, -1]
    law = ndtr(difference / np.sqrt(2 - 2 * correlation))
    drawn = by_monte_carlo(rule, encoding, labels, 40_000, np.random.default_rng(0), most=2)
    np.testing.assert_allclose(drawn[:, 0], law, atol=4 * 0.5 / 200)
    np.testing.assert_array_equal(drawn[:, 1], 1)
    independent = reliabilities(*rule.moments(encoding), labels, absolute=False)
    if correlation == 0:
        np.testing.assert_allclose(independent, law, atol=1e-9)
    else:
        assert np.abs(independent - law).max() > 0.02


@BOTH
def test_one_deviation_for_all_coordinates_makes_scores_independent(absolute):
    """Any orthogonal basis: law of 60 images against 4000 draws each, of the mean and of each image."""
    generator = np.random.default_rng(5)
    units, _ = np.linalg.qr(generator.standard_normal((12, 12)))
    rule = Rule(units, np.zeros(12), absolute, 12)
    labels = np.arange(60) % 4
    encoding = Encoding(
        2.5 * units[labels] + 0.3 * generator.standard_normal((60, 12)), np.full((60, 12), 0.9)
    )
    law = top_reliabilities(*rule.moments(encoding), labels, absolute=absolute, most=3)
    drawn = by_monte_carlo(rule, encoding, labels, 4000, generator, most=3)
    deviation = np.sqrt(law * (1 - law) / 4000)
    assert (np.abs(drawn - law) <= 4.5 * deviation + 1e-4).all()
    total = np.sqrt((law * (1 - law)).sum(axis=0) / 4000) / 60
    assert (np.abs(drawn.mean(axis=0) - law.mean(axis=0)) <= 4 * total).all()


def test_scatter_of_trials():
    """2000 trials of 50 coins of known P: mean and scatter of the share of heads."""
    generator = np.random.default_rng(1)
    chances = generator.random(50)
    trials = (generator.random((2000, 50)) < chances).mean(axis=1)
    mean, deviation = accuracy_law(chances)
    assert trials.mean() == pytest.approx(mean, abs=4 * deviation / 2000**0.5)
    assert trials.std() == pytest.approx(deviation, rel=4 / 4000**0.5)
    assert accuracy_law(np.array([1 + 4e-16, 1.0]))[1] == 0  # a sum of weights, rounded


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_the_scatter_is_bounded(chances):
    """N^2 sd^2 = sum P (1 - P), never above N/4."""
    chances = np.array(chances)
    mean, deviation = accuracy_law(chances)
    squared = (len(chances) * deviation) ** 2
    assert squared == pytest.approx(np.sum(chances * (1 - chances)), abs=1e-12)
    assert squared <= len(chances) / 4 * (1 + 1e-12)
    assert mean == pytest.approx(chances.mean(), abs=1e-15)


def test_memory_is_that_of_a_few_images():
    """4000 images of 60 scores and 31 nodes: 60 MB if all were kept; a tenth of that is not reached."""
    case = scores(4000, 60)
    tracemalloc.start()
    top_reliabilities(*case, absolute=True, most=2)
    _, largest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert largest < 8 * 4000 * 60 * 31 / 10


M, S, Y = np.zeros((2, 3)), np.ones((2, 3)), np.array([0, 2])
LAST = S * [1, 1, 0]
TINY = 0.5 / SMOOTH / 2**DOUBLINGS

REFUSED = {
    "a label without a score": (
        lambda: reliabilities(M, S, np.array([0, 3]), absolute=True),
        "labels: got 3; must be from 0 to 2",
    ),
    "a negative deviation": (
        lambda: reliabilities(M, S * [1, 1, -1], Y, absolute=True),
        "deviations: got -1.0; must be finite and not negative; score 2 of image 0",
    ),
    "one competitor that is certain": (
        lambda: reliabilities(M, LAST, Y, absolute=False),
        "deviations: got one of image 0 that is .* of its label's; must be at least 0.01.*"
        "use by_monte_carlo",
    ),
    "one competitor that is nearly certain": (
        lambda: reliabilities(M, np.where(LAST, 1, TINY), Y, absolute=True),
        "deviations: got one of image 0 that is 5.2e-03 of its label's",
    ),
    "more ranks than scores": (
        lambda: top_reliabilities(M, S, Y, absolute=True, most=4),
        "most: got 4; must be from 1 to the 3 scores",
    ),
    "two nodes": (
        lambda: reliabilities(M, S, Y, absolute=True, nodes=2),
        "nodes: got 2; must be at least 3",
    ),
    "no image": (lambda: accuracy_law(np.array([])), "reliabilities: got none"),
    "no probability": (
        lambda: accuracy_law(np.array([0.5, 1.1])),
        "reliabilities: got 1.1; must be from 0 to 1",
    ),
    "no draw": (
        lambda: by_monte_carlo(
            Rule(np.eye(3), np.zeros(3), True, 3), Encoding(M, S), Y, 0, np.random.default_rng(0)
        ),
        "draws: got 0; must be at least 1",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With argument, value, bound and remedy."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
