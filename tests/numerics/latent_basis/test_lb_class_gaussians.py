"""Gaussian classes: their fit, and what they predict where the answer is known."""

import numpy as np
import pytest
from scipy.special import ndtr

from numerics.latent_basis.class_gaussians import ClassGaussians, class_gaussians
from numerics.latent_basis.one_parameter import hit_rate
from theory.errors import ArgumentError

LABELS, SIZE = 4, 6
FACTORS = 0.5 * np.eye(SIZE) + 0.2 * np.random.default_rng(0).standard_normal((LABELS, SIZE, SIZE))
CENTRES = 3 * np.eye(LABELS, SIZE) + 0.3


def samples(count, seed=1):
    """Correlated scores of labels 0..3 in shares 1, 2, 3, 4 of ten."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.repeat(np.arange(LABELS), count * np.arange(1, 5) // 10))
    noise = np.einsum("nij,nj->ni", FACTORS[labels], generator.standard_normal((count, SIZE)))
    return CENTRES[labels] + noise, labels


def test_fit_recovers_means_covariances_and_shares():
    """200,000 images: four standard errors of the rarest label, 4 sqrt(2/20000) of a variance."""
    fitted = class_gaussians(*samples(200_000))
    covariances = FACTORS @ FACTORS.transpose(0, 2, 1)
    np.testing.assert_allclose(fitted.shares, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(
        fitted.means, CENTRES, atol=4 * covariances.max() ** 0.5 / 20_000**0.5
    )
    np.testing.assert_allclose(fitted.covariances, covariances, atol=0.04 * covariances.max())


@pytest.mark.parametrize("absolute", [True, False])
def test_gaussian_classes_predict_their_own_kind(absolute):
    """Fit on 20,000 images, ranks of 200,000 others of the same law; deviation of both 0.002."""
    fitted = class_gaussians(*samples(20_000))
    law = fitted.top(50_000, np.random.default_rng(2), absolute=absolute, most=3)
    scores, labels = samples(200_000, seed=3)
    competing = np.abs(scores) if absolute else scores
    own = competing[np.arange(len(labels)), labels]
    ranks = 1 + (competing > own[:, None]).sum(axis=1)
    measured = [(ranks <= r).mean() for r in (1, 2, 3)]
    np.testing.assert_allclose(law, measured, atol=0.008)
    assert law[0] < 0.999  # there is something to predict


@pytest.mark.parametrize("absolute", [True, False])
def test_alike_and_independent_they_are_the_one_parameter_law(absolute):
    """Means rho u_a, covariance 1: the hit rate for r = 1..K, to four binomial deviations."""
    classes = ClassGaussians(2 * np.eye(5), np.stack([np.eye(5)] * 5), np.full(5, 0.2))
    found = classes.top(40_000, np.random.default_rng(0), absolute=absolute, most=5)
    law = [float(hit_rate(2.0, 4, absolute=absolute, top=r)) for r in range(1, 6)]
    np.testing.assert_allclose(found, law, atol=4 * 0.5 / 200_000**0.5)
    accuracy = classes.accuracy(40_000, np.random.default_rng(0), absolute=absolute)
    assert accuracy == pytest.approx(found[0], abs=1e-15)


def test_correlation_and_shares_count():
    """Two signed scores, correlation c_a, shares 1/4 and 3/4: sum of shares Phi(d/sqrt(2 - 2 c))."""
    correlations, shares = np.array([0.8, -0.5]), np.array([0.25, 0.75])
    covariances = np.array([[[1, c], [c, 1]] for c in correlations])
    classes = ClassGaussians(np.array([[0.5, 0.0], [0.0, 1.0]]), covariances, shares)
    law = shares @ ndtr(np.array([0.5, 1.0]) / np.sqrt(2 - 2 * correlations))
    found = classes.accuracy(200_000, np.random.default_rng(0), absolute=False)
    assert found == pytest.approx(law, abs=4 * 0.5 / 200_000**0.5)


def test_as_many_as_a_covariance_needs():
    """K + 1 images of each label are enough, and exactly K + 1: one less is refused, with both numbers."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], SIZE + 1)
    scores = generator.standard_normal((len(labels), SIZE))
    fitted = class_gaussians(scores, labels)
    assert np.linalg.matrix_rank(fitted.covariances).tolist() == [SIZE, SIZE]
    with pytest.raises(
        ArgumentError,
        match="labels: got label 0 6 times; must occur 7 times at least: a covariance of 6 scores; draw more",
    ):
        class_gaussians(scores[1:], labels[1:])


def test_a_function_for_an_encoder_has_a_flat_covariance():
    """Each of few images ten times: a covariance of rank 2 is drawn from all the same, without warning."""
    generator = np.random.default_rng(0)
    scores = np.repeat(generator.standard_normal((6, 5)), 10, axis=0)
    labels = np.repeat([0, 0, 0, 1, 1, 1], 10)
    fitted = class_gaussians(scores, labels)
    with np.errstate(all="raise"):
        found = fitted.top(100, generator, absolute=True, most=5)
    assert np.isfinite(found).all()
    assert found[-1] == pytest.approx(1)


FITTED = ClassGaussians(np.eye(2), np.stack([np.eye(2)] * 2), np.full(2, 0.5))

REFUSED = {
    "a label that never occurs": (
        lambda: class_gaussians(np.zeros((40, 3)), np.repeat([0, 2], 20)),
        "labels: got label 1 0 times; must occur 4 times at least",
    ),
    "a label without a score": (
        lambda: class_gaussians(np.zeros((40, 2)), np.repeat([0, 2], 20)),
        "labels: got 2; must be from 0 to 1",
    ),
    "no draw": (
        lambda: FITTED.top(0, np.random.default_rng(0), absolute=True, most=1),
        "draws: got 0; must be at least 1",
    ),
    "more ranks than scores": (
        lambda: FITTED.top(9, np.random.default_rng(0), absolute=True, most=3),
        "most: got 3; must be from 1 to the 2 scores",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refusals(what):
    """With the value and the bound."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
