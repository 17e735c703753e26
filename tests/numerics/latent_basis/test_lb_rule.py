"""Rules: how a label is read off linear scores, its rank, and the scores' law given an image."""

import numpy as np
import pytest

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.rule import (
    RULES,
    absolute_rule,
    nearest_mean_rule,
    rule_of,
    signed_rule,
)
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError

SIZE, LABELS = 12, 4
MEANS = ClassMeans(
    means=np.random.default_rng(0).standard_normal((8, SIZE)),
    counts=np.full(8, 100),
    labels=LABELS,
    shares=np.full(LABELS, 1 / LABELS),
    draws=1000,
    confidence=0.9,
)
BASIS = basis_of(MEANS, generator=np.random.default_rng(1))
LATENTS = np.random.default_rng(2).standard_normal((500, SIZE))
OWN = np.arange(500) % LABELS


def of_name(name):
    return nearest_mean_rule(MEANS) if name == "nearest mean" else rule_of(BASIS, name)


@pytest.mark.parametrize("name", [*RULES, "nearest mean"])
def test_rank_by_counting_is_rank_by_sorting(name):
    """1 + the number of larger scores is the place in the sorted list; rank 1 is the winner."""
    rule = of_name(name)
    order = np.argsort(-rule.competing(LATENTS), axis=1)
    by_sorting = 1 + (order == OWN[:, None]).argmax(axis=1)
    np.testing.assert_array_equal(rule.ranks(LATENTS, OWN), by_sorting)
    np.testing.assert_array_equal(rule.read(LATENTS) == OWN, by_sorting == 1)


def test_scores_are_unit_amplitudes():
    """a_k = <e_k, z> = sqrt(C) c_k, of all M vectors or of the l labels."""
    unit = np.sqrt(BASIS.norm) * BASIS.amplitudes(LATENTS)
    np.testing.assert_allclose(absolute_rule(BASIS).scores(LATENTS), unit, atol=1e-12)
    np.testing.assert_allclose(signed_rule(BASIS).scores(LATENTS), unit[:, :LABELS], atol=1e-12)


def test_anti_digit():
    """-xi_2: the magnitude says 2, the sign does not."""
    z = -BASIS.vectors[2:3] + 0.1 * BASIS.vectors[1:2]
    assert absolute_rule(BASIS).read(z) == [2]
    assert signed_rule(BASIS).read(z) == [1]


def test_common_direction():
    """The same number added to all l amplitudes: a signed winner stays, one by magnitude may not."""
    common = 30 * BASIS.unit_vectors[:LABELS].sum(axis=0)
    signed, absolute = signed_rule(BASIS), absolute_rule(BASIS)
    np.testing.assert_array_equal(signed.read(LATENTS - common), signed.read(LATENTS))
    assert (absolute.read(LATENTS - common) != absolute.read(LATENTS)).any()


def test_nearest_mean():
    """The largest <eta, z> - |eta|^2/2 is at the argmin of |z - eta|^2."""
    distances = np.linalg.norm(LATENTS[:, None] - MEANS.first_set, axis=2)
    np.testing.assert_array_equal(nearest_mean_rule(MEANS).read(LATENTS), distances.argmin(axis=1))


def test_winner_may_be_no_label():
    """Among all M magnitudes vectors of later sets win too: they are numbered on."""
    assert absolute_rule(BASIS).read(BASIS.vectors).tolist() == list(range(SIZE))
    assert (signed_rule(BASIS).read(LATENTS) < LABELS).all()


@pytest.mark.parametrize("name", [*RULES, "nearest mean"])
def test_moments_of_an_encoding(name):
    """Mean and deviation of scores of N(mu, diag sigma^2), against 40,000 draws of one image."""
    generator = np.random.default_rng(3)
    encoding = Encoding(
        generator.standard_normal((1, SIZE)), generator.uniform(0.2, 1.5, (1, SIZE))
    )
    rule = of_name(name)
    mean, deviation = rule.moments(encoding)
    draws = Encoding(
        encoding.mean.repeat(40_000, axis=0), encoding.deviation.repeat(40_000, axis=0)
    )
    scores = rule.scores(draws.draw(generator))
    # five standard errors of a mean and of a deviation
    assert (np.abs(scores.mean(axis=0) - mean[0]) < 5 * deviation[0] / 200).all()
    np.testing.assert_allclose(scores.std(axis=0), deviation[0], rtol=5 / np.sqrt(2 * 40_000))


@pytest.mark.parametrize("batch", [1, 33])
def test_batches(batch):
    """Scores and ranks do not depend on what is computed together."""
    rule = absolute_rule(BASIS)
    parts = [slice(i, i + batch) for i in range(0, 500, batch)]
    together = np.concatenate([rule.scores(LATENTS[part]) for part in parts])
    np.testing.assert_allclose(together, rule.scores(LATENTS), rtol=0, atol=1e-12)
    ranks = np.concatenate([rule.ranks(LATENTS[part], OWN[part]) for part in parts])
    np.testing.assert_array_equal(ranks, rule.ranks(LATENTS, OWN))


def test_name_that_is_none():
    """The two names are named."""
    with pytest.raises(ArgumentError, match="rule: got largest; must be one of absolute, signed"):
        rule_of(BASIS, "largest")
