"""One number says how often a label wins: its separation, in units of the noise of all scores.

The score of the label is N(rho, 1), those of the competitors are N(0, 1), all independent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad_vec
from scipy.special import betaincc, ndtr

from numerics.latent_basis.label_means import REACH, normal_density
from theory.errors import ArgumentError


def binomial_cdf(most: ArrayLike, trials: int, probability: ArrayLike) -> np.ndarray:
    """Return P(X <= most) for X ~ Binomial(trials, probability), exact for small probabilities too.

    Numbers of successes and probabilities broadcast.

    Raises
    ------
    ArgumentError
        For fewer than 0 trials or fewer than 0 successes.

    Examples
    --------
    >>> binomial_cdf(0, 2, 0.5)
    array(0.25)
    """
    successes = np.asarray(most)
    if trials < 0 or successes.min() < 0:
        raise ArgumentError(
            "most and trials",
            f"{successes.min()} and {trials}",
            "must not be negative",
            "count from 0",
        )
    probability = np.asarray(probability, dtype=float)
    # beyond all trials there is nothing left to exceed
    failures = np.maximum(trials - successes, 1)
    below = betaincc(successes + 1, failures, probability)
    return np.asarray(np.where(successes >= trials, 1.0, below))


def hit_rate(
    separation: ArrayLike, competitors: int, *, absolute: bool, top: ArrayLike = 1
) -> np.ndarray:
    """Return the probability that the label is among the `top` winners.

    It is int phi(t - rho) P(Binomial(competitors, q(t)) < top) dt, with q(t) = 2 (1 - Phi(|t|)) where
    magnitudes compete and 1 - Phi(t) where signed scores do.

    Parameters
    ----------
    separation : array_like
        rho, any shape.
    competitors : int
        How many other scores there are: M - 1, or l - 1.
    absolute : bool
        Whether magnitudes compete.
    top : int or array_like of int
        r, at least 1.

    Returns
    -------
    ndarray
        Of the shape of `separation`, followed by that of `top`.

    Raises
    ------
    ArgumentError
        For a separation that is not finite, fewer than 0 competitors or fewer than 1 winner.

    Source: Toledo-Marin and Glazier 2021, section IV A; section 3.7c of our notes on them; for given
    numbers `theory.latent_basis.chance_integrand` writes the integrand out.

    Examples
    --------
    >>> float(hit_rate(0.0, 9, absolute=False).round(12))
    0.1
    >>> float(hit_rate(2.0, 99, absolute=True).round(7))
    0.2456489
    """
    rho = np.asarray(separation, dtype=float)
    if not np.isfinite(rho).all():
        raise ArgumentError("separation", separation, "must be finite", "pass numbers")
    tops = np.asarray(top)
    if tops.min() < 1:
        raise ArgumentError("top", top, "must be at least 1", "pass 1 for the winner itself")

    def integrand(noise: float) -> np.ndarray:
        scores = rho.ravel() + noise
        larger = 2 * ndtr(-np.abs(scores)) if absolute else ndtr(-scores)
        below = binomial_cdf(tops.ravel() - 1, competitors, larger[:, None])
        return normal_density(noise) * below

    # where the magnitude has its kink
    kinks = [float(-r) for r in np.unique(rho) if absolute and abs(r) < REACH]
    values, _ = quad_vec(
        integrand, -REACH, REACH, epsabs=1e-13, epsrel=1e-12, norm="max", points=[0.0, *kinks]
    )
    return np.asarray(values).reshape(rho.shape + tops.shape)


def separation(scores: np.ndarray, labels: np.ndarray, *, absolute: bool) -> float:
    """Return rho, the separation of measured scores: how far a label's own score stands off, in noise.

    For signed scores, the mean of the label's own minus the mean of all others, over the root of half
    the sum of their variances. Where magnitudes compete the others stand at zero: the magnitude of
    the mean of the label's own over the root of half the sum of its variance and the mean square of
    the others.

    Parameters
    ----------
    scores : ndarray, (N, K)
        Those that compete, at least two.
    labels : ndarray of int, (N,)
        The score that is the label's own.
    absolute : bool
        Whether magnitudes compete.

    Raises
    ------
    ArgumentError
        For labels that do not fit, fewer than two scores or images, or scores without any noise.

    Source: section 3.7e of our notes on Toledo-Marin and Glazier 2021.
    """
    require_scores(scores, labels)
    if min(scores.shape) < 2:
        raise ArgumentError(
            "scores", f"shape {scores.shape}", "must be 2 x 2 at least", "pass more"
        )
    is_own = np.zeros(scores.shape, dtype=bool)
    is_own[np.arange(len(scores)), labels] = True
    own, others = scores[is_own], scores[~is_own]
    others_at = 0.0 if absolute else others.mean()
    noise = np.sqrt((own.var() + np.square(others - others_at).mean()) / 2)
    if noise == 0:
        raise ArgumentError(
            "scores",
            "no noise",
            "must differ from image to image",
            "there is no unit to measure in",
        )
    distance = own.mean() - others_at
    return float((abs(distance) if absolute else distance) / noise)


def require_scores(scores: np.ndarray, labels: np.ndarray, count: int | None = None) -> None:
    """Raise ArgumentError unless scores (N, K) are finite and each row has a label from 0 to K - 1.

    Parameters
    ----------
    count : int, optional
        How many labels there can be; by default K.
    """
    if scores.ndim != 2 or not scores.size or labels.shape != (len(scores),):
        raise ArgumentError(
            "scores",
            f"shapes {scores.shape} and {labels.shape}",
            "must be (N, K), with N labels",
            "pass one row and one label an image",
        )
    if not np.isfinite(scores).all():
        row, column = np.argwhere(~np.isfinite(scores))[0]
        raise ArgumentError(
            "scores",
            float(scores[row, column]),
            f"must be finite; row {row}, score {column} is not",
            "look at the latents that they come from",
        )
    most = (scores.shape[1] if count is None else count) - 1
    if not np.issubdtype(labels.dtype, np.integer):
        raise ArgumentError("labels", str(labels.dtype), "must be integers", "convert them")
    wrong = labels[(labels < 0) | (labels > most)]
    if wrong.size:
        raise ArgumentError(
            "labels", int(wrong[0]), f"must be from 0 to {most}", "each label needs a score"
        )


def require_most(most: int, scores: int) -> None:
    """Raise ArgumentError unless `most` is a rank among that many scores."""
    if not 1 <= most <= scores:
        raise ArgumentError(
            "most", most, f"must be from 1 to the {scores} scores", "ask for fewer ranks"
        )
