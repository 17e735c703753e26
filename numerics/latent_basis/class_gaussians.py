"""The scores of each label as one Gaussian: what can be read off them when nothing else is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from numerics.latent_basis.one_parameter import require_most, require_scores
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class ClassGaussians:
    """One Gaussian of the scores of each label.

    Parameters
    ----------
    means : ndarray, (l, K)
    covariances : ndarray, (l, K, K)
    shares : ndarray, (l,)
        How frequent each label is.

    Source: section 3.7b of our notes on Toledo-Marin and Glazier 2021.
    """

    means: np.ndarray
    covariances: np.ndarray
    shares: np.ndarray

    def top(
        self, draws: int, generator: np.random.Generator, *, absolute: bool, most: int
    ) -> np.ndarray:
        """Return the probability that a label is among the first r = 1..most scores, (most,).

        Parameters
        ----------
        draws : int
            Of each label; the labels are weighted with their shares.

        Raises
        ------
        ArgumentError
            For fewer than one draw, or `most` not from 1 to K.
        """
        if draws < 1:
            raise ArgumentError("draws", draws, "must be at least 1", "draw more")
        require_most(most, self.means.shape[1])
        found = np.zeros(most)
        for label, scores in enumerate(self._drawn(draws, generator)):
            competing = np.abs(scores) if absolute else scores
            ranks = 1 + (competing > competing[:, label, None]).sum(axis=1)
            found += self.shares[label] * (ranks[:, None] <= np.arange(1, most + 1)).mean(axis=0)
        return found

    def accuracy(self, draws: int, generator: np.random.Generator, *, absolute: bool) -> float:
        """Return the probability that the label's own score wins; see `top`."""
        return float(self.top(draws, generator, absolute=absolute, most=1)[0])

    def _drawn(self, draws: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
        """Yield scores of each label, (draws, K)."""
        for mean, covariance in zip(self.means, self.covariances, strict=True):
            yield generator.multivariate_normal(mean, covariance, draws, method="eigh")


def class_gaussians(scores: np.ndarray, labels: np.ndarray) -> ClassGaussians:
    """Return mean and covariance of the scores of each label.

    Parameters
    ----------
    scores : ndarray, (N, K)
        One noisy encoding, or several, of each image.
    labels : ndarray of int, (N,)
        From 0 to l - 1, each occurring more than K times: fewer make a covariance that is singular.

    Raises
    ------
    ArgumentError
        For labels that do not fit, or are too few.

    Source: section 3.7b of our notes on Toledo-Marin and Glazier 2021.
    """
    require_scores(scores, labels)
    counts = np.bincount(labels)
    least, needed = int(counts.argmin()), scores.shape[1] + 1
    if counts[least] < needed:
        raise ArgumentError(
            "labels",
            f"label {least} {counts[least]} times",
            f"must occur {needed} times at least: a covariance of {scores.shape[1]} scores",
            "draw more encodings of each image, or pass the scores of the labels alone",
        )
    groups = [scores[labels == label] for label in range(len(counts))]
    return ClassGaussians(
        means=np.stack([group.mean(axis=0) for group in groups]),
        covariances=np.stack([np.atleast_2d(np.cov(group, rowvar=False)) for group in groups]),
        shares=counts / counts.sum(),
    )
