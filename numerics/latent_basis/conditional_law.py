"""How often an encoded image is read correctly, before any latent is drawn.

Given the image every score is exactly Gaussian, with mean m_k and deviation s_k. The law takes the scores
as independent; `by_monte_carlo` does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr

from numerics.latent_basis.one_parameter import require_most, require_scores
from numerics.latent_basis.rule import Rule
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError

ROWS = 512  # images at once: what is computed together stays in the cache
REACH = 6.5  # deviations of the label's own score that the quadrature covers: all but 1e-10
SMOOTH = 1.5  # own deviation over a competitor's up to which the nodes asked for are enough
DOUBLINGS = 6  # of the nodes, for sharper competitors
SHARP = 1e-100  # deviation that stands for none: every difference is many times it


def reliabilities(
    means: np.ndarray,
    deviations: np.ndarray,
    labels: np.ndarray,
    *,
    absolute: bool,
    nodes: int = 31,
) -> np.ndarray:
    """Return P(correct | image) of each image, (N,): the first column of `top_reliabilities`.

    E_t prod_{k != y} P(score k loses to t), over t = m_y + s_y N(0, 1), with
    P = Phi((|t| - m_k)/s_k) - Phi((-|t| - m_k)/s_k) where magnitudes compete, Phi((t - m_k)/s_k) else.
    Parameters and errors are those of `top_reliabilities`.

    Source: Toledo-Marin and Glazier 2021, section IV A; section 3.7a of our notes on them.

    Examples
    --------
    >>> means, deviations = np.zeros((1, 4)), np.ones((1, 4))
    >>> reliabilities(means, deviations, np.array([2]), absolute=True).round(12)
    array([0.25])
    """
    return top_reliabilities(
        means, deviations, labels, absolute=absolute, most=1, nodes=nodes
    ).ravel()


def top_reliabilities(
    means: np.ndarray,
    deviations: np.ndarray,
    labels: np.ndarray,
    *,
    absolute: bool,
    most: int,
    nodes: int = 31,
) -> np.ndarray:
    """Return P(label among the first r | image) for r = 1..most, (N, most).

    Given the label's own score t, the number of scores that beat it is Poisson-binomial: a recursion
    over k. The mean over t is a sum over equidistant nodes, or over Gauss-Legendre nodes of |t| where
    magnitudes compete: there the integrand has a kink at zero. For images with a competitor sharper
    than the label's own score the nodes are doubled until they see it. With 100 scores, 31 nodes are
    right to 3e-5 for each image, 61 to 1e-9.

    Parameters
    ----------
    means, deviations : ndarray, (N, K)
        m and s of `Rule.moments`. An image whose deviations are all zero is read with certainty; a
        tie counts half.
    labels : ndarray of int, (N,)
        y, the score that is the label's own.
    absolute : bool
        Whether magnitudes compete.
    most : int
        The largest r, from 1 to K.
    nodes : int
        Of the quadrature.

    Raises
    ------
    ArgumentError
        For shapes and labels that do not fit, numbers that are not finite, deviations that are
        negative, or less than a hundredth of the label's own; `most` or `nodes` out of range.

    Source: Toledo-Marin and Glazier 2021, section IV A; section 3.7a of our notes on them.
    """
    require_scores(means, labels)
    _require_deviations(means, deviations)
    require_most(most, means.shape[1])
    if nodes < 3:
        raise ArgumentError("nodes", nodes, "must be at least 3", "leave it out")
    certain = ~deviations.any(axis=1)
    deviations = np.maximum(deviations, SHARP)
    doublings = _doublings(deviations, labels)
    found = np.empty((len(means), most))
    for doubling in np.unique(doublings):
        rule = _rule(nodes, 2**doubling, absolute)
        chosen = np.flatnonzero(doublings == doubling)
        for some in _parts(chosen, ROWS // 2**doubling):
            beaten = _beaten(means[some].T, deviations[some].T, labels[some], absolute, most, rule)
            found[some] = beaten
    # what is certain has no scatter, not even that of rounding
    found[certain] = found[certain].round(12)
    return found


def _doublings(deviations: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how often the nodes of each image are doubled, (N,)."""
    own = deviations[np.arange(len(labels)), labels]
    ratio = own / deviations.min(axis=1)
    doublings = np.ceil(np.log2(ratio / SMOOTH)).clip(min=0).astype(int)
    if doublings.max() > DOUBLINGS:
        image = int(doublings.argmax())
        raise ArgumentError(
            "deviations",
            f"one of image {image} that is {1 / ratio[image]:.1e} of its label's",
            f"must be at least {1 / (SMOOTH * 2**DOUBLINGS):.2g} of it: no sum over nodes sees such a step",
            "use by_monte_carlo",
        )
    return doublings


def _beaten(
    means: np.ndarray,
    deviations: np.ndarray,
    labels: np.ndarray,
    absolute: bool,
    most: int,
    rule: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return P(fewer than r scores beat the label's own), r = 1..most, (n, most), of scores (K, n)."""
    images = np.arange(len(labels))
    if absolute:
        # N(m, s^2) and N(-m, s^2) have one magnitude; with m >= 0 no difference below cancels
        means = np.abs(means)
    middle, spread = means[labels, images], deviations[labels, images]
    noise, weights = _nodes(middle / spread, absolute, rule)
    own = middle + spread * noise  # (node, n)
    exactly = np.zeros((most, *own.shape))  # P(so many scores beat it | t)
    exactly[0] = 1.0
    for k, (mean, deviation) in enumerate(zip(means, deviations, strict=True)):
        loses = ndtr((own - mean) / deviation)
        if absolute:
            loses -= ndtr((-own - mean) / deviation)
        loses[:, labels == k] = 1.0
        _count_one_more(exactly, loses)
    return np.einsum("qn,rqn->nr", weights, exactly.cumsum(axis=0))


def _rule(nodes: int, panels: int, absolute: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return points and weights on [-1, 1]."""
    if not absolute:
        # of an integrand that vanishes with all its derivatives at both ends, nothing beats equal steps
        return np.linspace(-1, 1, nodes * panels), np.ones(nodes * panels)
    points, weights = np.polynomial.legendre.leggauss(nodes)
    middles = (2 * np.arange(panels) + 1) / panels - 1
    return (middles[:, None] + points / panels).ravel(), np.tile(weights, panels)


def _nodes(
    middle: np.ndarray, absolute: bool, rule: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes of the noise of the label's own score and their weights, both (node, n).

    Where magnitudes compete, the nodes are those of scores above zero, and each stands for its mirror
    image too; `middle` is the mean of the score in units of its deviation, (n,).
    """
    lowest = np.maximum(-middle, -REACH) if absolute else np.full_like(middle, -REACH)
    half = (REACH - lowest) / 2
    noise = lowest + half * (1 + rule[0][:, None])
    density = np.exp(-np.square(noise) / 2)
    if absolute:
        density += np.exp(-np.square(noise + 2 * middle) / 2)
    weights = rule[1][:, None] * half * density
    return noise, weights / weights.sum(axis=0)


def _count_one_more(exactly: np.ndarray, loses: np.ndarray) -> None:
    """Take one more competitor into the Poisson-binomial counts, in place."""
    for count in range(len(exactly) - 1, 0, -1):
        exactly[count] = exactly[count - 1] + loses * (exactly[count] - exactly[count - 1])
    exactly[0] *= loses


def accuracy_law(reliabilities: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation of the accuracy of one trial over N images.

    The noise is independent between images: mean P, and sqrt(sum P (1 - P))/N. It is the scatter from
    trial to trial, not the sampling error of the images.

    Parameters
    ----------
    reliabilities : ndarray, (N,)
        P, from 0 to 1.

    Raises
    ------
    ArgumentError
        For none, or values that are no probabilities.

    Source: section 3.7a of our notes on Toledo-Marin and Glazier 2021.

    Examples
    --------
    >>> accuracy_law(np.full(100, 0.5))
    (0.5, 0.05)
    """
    if not reliabilities.size:
        raise ArgumentError("reliabilities", "none", "must be one at least", "pass some images")
    wrong = reliabilities[~((reliabilities >= 0) & (reliabilities <= 1 + 1e-9))]
    if wrong.size:
        raise ArgumentError(
            "reliabilities",
            float(wrong.flat[0]),
            "must be from 0 to 1",
            "pass those of `reliabilities`",
        )
    scatter = np.clip(reliabilities * (1 - reliabilities), 0, None).sum()
    return float(reliabilities.mean()), math.sqrt(scatter) / reliabilities.size


def by_monte_carlo(
    rule: Rule,
    encoding: Encoding,
    labels: np.ndarray,
    draws: int,
    generator: np.random.Generator,
    most: int = 1,
) -> np.ndarray:
    """Return how often a label is among the first r = 1..most scores of drawn latents, (N, most).

    Scores keep their full covariance; the error is that of `draws` coins.

    Raises
    ------
    ArgumentError
        For labels that do not fit, fewer than one draw, or `most` out of range.
    """
    require_scores(encoding.mean, labels, len(rule.weights))
    if draws < 1:
        raise ArgumentError("draws", draws, "must be at least 1", "draw more")
    require_most(most, len(rule.weights))
    hits = np.zeros((len(labels), most))
    for _ in range(draws):
        ranks = rule.ranks(encoding.draw(generator), labels)
        hits += ranks[:, None] <= np.arange(1, most + 1)
    return hits / draws


def _require_deviations(means: np.ndarray, deviations: np.ndarray) -> None:
    if deviations.shape != means.shape:
        raise ArgumentError(
            "deviations",
            f"shape {deviations.shape}",
            f"must be of shape {means.shape}, that of the means",
            "pass those of Rule.moments",
        )
    wrong = np.argwhere(~((deviations >= 0) & np.isfinite(deviations)))
    if wrong.size:
        image, score = wrong[0]
        raise ArgumentError(
            "deviations",
            float(deviations[image, score]),
            f"must be finite and not negative; score {score} of image {image} is not",
            "pass those of Rule.moments",
        )


def _parts(chosen: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(chosen), size):
        yield chosen[start : start + size]
