"""The linear control: every function of the analysis against a closed form."""

import math

import numpy as np
import pytest

from numerics.latent_basis.conditional_law import reliabilities
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.rule import absolute_rule, signed_rule
from theory.errors import ArgumentError

COUNT = 20_000
# section 3.7c of the notes on the paper: rho, |.| of 100, top 4 of 100, signed of 10, |.| of 10
TABLE = [
    (2.0, 0.2456489, 0.4623917, 0.6736455, 0.5620916),
    (3.0, 0.5963738, 0.8116226, 0.9024884, 0.8496896),
    (4.0, 0.8781039, 0.9686505, 0.9832222, 0.9710895),
    (5.0, 0.9809331, 0.9977281, 0.9983421, 0.9969188),
]


def control(separation=3.0, deviation=0.0, seed=0, **sizes):
    return LinearControl(
        separation=separation,
        deviation=deviation,
        generator=np.random.default_rng(seed),
        **sizes,
    )


def encoded(given, count=COUNT, seed=1):
    images, labels = given.images(count, np.random.default_rng(seed))
    return given.subject().encoded(images), labels


def off(found, law, count=COUNT):
    """Distance of a share from its law in binomial standard deviations."""
    return abs(found - law) / math.sqrt(law * (1 - law) / count)


# --- closed forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rho", "absolute", "top_4", "signed", "of_labels"), TABLE)
def test_shares(rho, absolute, top_4, signed, of_labels):
    """The table of the one-parameter law, seven digits."""
    law = control(rho).expected()
    assert law.absolute == pytest.approx(absolute, abs=6e-8)
    assert law.signed == pytest.approx(signed, abs=6e-8)
    assert law.absolute_of_labels == pytest.approx(of_labels, abs=6e-8)
    np.testing.assert_allclose(control(rho).rank_curve([1, 4]), [absolute, top_4], atol=6e-8)


def test_energies_and_angles():
    """M = 100, l = 10, rho = 4: E|z|^2 = 116, of which 26 in set 1; cos^2 of 200 averaged 0.96999."""
    given = control(4.0)
    law = given.expected()
    assert law.energy == 116
    assert law.first_set_share == pytest.approx(26 / 116, rel=1e-14)
    assert law.rank_one == pytest.approx(0.9999683288, abs=1e-10)
    assert law.mean_square == pytest.approx(2.6308444074, abs=1e-9)
    assert given.squared_cosine(200) == pytest.approx(0.96999, abs=5e-6)


def test_two_labels_by_hand():
    """Signed choice of two: Phi(rho/sqrt(2)); |m|^2 = 2/pi."""
    law = control(1.5, labels=2, latent_size=5, pixels=5).expected()
    assert law.signed == pytest.approx(0.5 * math.erfc(-1.5 / 2), abs=1e-12)
    assert law.mean_square == pytest.approx(2 / math.pi, rel=1e-10)


# --- the functions ------------------------------------------------------------------------------------


def test_encoder_inverts():
    """E(G(z)) = z, and images are as far apart as latents."""
    given = control(latent_size=20, pixels=30, labels=5)
    subject = given.subject()
    z = np.random.default_rng(2).standard_normal((50, 20))
    images = subject.decoded(z)
    assert images.shape == (50, 30)
    np.testing.assert_allclose(subject.encoded(images).mean, z, atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(images[:-1] - images[1:], axis=1), np.linalg.norm(z[:-1] - z[1:], axis=1)
    )


def test_exact_basis():
    """<xi_i, xi_j> = M delta_ij, and the first l are the directions of the labels."""
    given = control()
    basis = given.basis()
    np.testing.assert_allclose(basis.vectors @ basis.vectors.T, 100 * np.eye(100), atol=1e-10)
    np.testing.assert_allclose(basis.unit_vectors, given.directions, atol=1e-14)
    assert basis.labels == 10


def test_classifier_is_the_posterior():
    """Of z|alpha ~ N(rho u, 1): images that are given p are of the label in a share p."""
    given = control(2.0)
    encoding, labels = encoded(given)
    probabilities = given.subject().probabilities(given.subject().decoded(encoding.mean))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-12)
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    for low in np.arange(0.3, 1.0, 0.1):
        inside = (best >= low) & (best < low + 0.1)
        assert off(right[inside].mean(), best[inside].mean(), inside.sum()) < 4


def test_same_seed_same_control():
    """Maps and images are those of their generators."""
    first, second, other = control(seed=5), control(seed=5), control(seed=6)
    np.testing.assert_array_equal(first.weights, second.weights)
    np.testing.assert_array_equal(first.directions, second.directions)
    assert np.abs(first.weights - other.weights).max() > 0.1
    images = [given.images(20, np.random.default_rng(1))[0] for given in (first, second)]
    np.testing.assert_array_equal(*images)


# --- measured against the law, for any deviation of the encoder ------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("rho", [2.0, 3.0])
def test_latents_of_any_encoder(rho, deviation):
    """Latents mu + s eps are N(rho u, 1): the same energies and shares for s = 0, .6 and 1, 4 sd."""
    given = control(rho, deviation)
    encoding, labels = encoded(given)
    assert np.unique(encoding.deviation).tolist() == [deviation]
    z = encoding.draw(np.random.default_rng(3))
    law, basis = given.expected(), given.basis()
    spread = math.sqrt((200 + 4 * rho**2) / COUNT)
    assert abs(np.square(z).sum(axis=1).mean() - law.energy) < 4 * spread
    assert off((signed_rule(basis).read(z) == labels).mean(), law.signed) < 4
    ranks = absolute_rule(basis).ranks(z, labels)
    for rank, share in zip((1, 4), given.rank_curve([1, 4]), strict=True):
        assert off((ranks <= rank).mean(), share) < 4
    centres = encoding.mean[labels == 3]
    np.testing.assert_allclose(centres.mean(axis=0), rho * given.directions[3], atol=0.15)
    assert centres.var() == pytest.approx(1 - deviation**2, abs=0.12)


@pytest.mark.parametrize("absolute", [True, False])
def test_conditional_law_averages_to_the_one_parameter_law(absolute):
    """E over images of P(right | image) is the share right of all latents, 4 standard errors."""
    given = control(3.0, 0.6)
    encoding, labels = encoded(given, 2000)
    rule = absolute_rule(given.basis()) if absolute else signed_rule(given.basis())
    found = reliabilities(*rule.moments(encoding), labels, absolute=absolute)
    law = given.expected().absolute if absolute else given.expected().signed
    assert abs(found.mean() - law) < 4 * found.std() / math.sqrt(2000)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"separation": 0.0}, "separation: got 0.0; must be positive"),
        ({"separation": math.nan}, "separation: got nan"),
        ({"separation": math.inf}, "separation: got inf"),
        ({"deviation": 1.1}, "deviation: got 1.1; must be from 0 to 1"),
        ({"deviation": -0.1}, "deviation: got -0.1; must be from 0 to 1"),
        ({"deviation": math.nan}, "deviation: got nan"),
        ({"pixels": 99}, "pixels: got 99; must be at least the length of the latents, 100"),
        ({"labels": 1}, "labels: got 1; must be from 2 to 100"),
        ({"labels": 101}, "labels: got 101; must be from 2 to 100"),
    ],
)
def test_values_that_are_none(options, words):
    """Argument, value and bound."""
    with pytest.raises(ArgumentError, match=words):
        control(**options)


@pytest.mark.parametrize("count", [0, -5])
def test_no_images(count):
    """At least one image is asked for."""
    with pytest.raises(ArgumentError, match=f"count: got {count}; must be at least 1"):
        control().images(count, np.random.default_rng(0))
