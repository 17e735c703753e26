"""How a label is read off a latent: the largest of some linear scores.

All rules of the paper and ours are of one kind: scores s_k = <w_k, z> + b_k, of which the largest, or the
largest in magnitude, names the label. Given an image, every score is then exactly Gaussian.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.subject import Encoding, require_labels, require_latents
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Rule:
    """Linear scores of a latent, and how they compete.

    Parameters
    ----------
    weights : ndarray, (K, M)
        The first l rows are those of the labels, in their order; any others only compete.
    offsets : ndarray, (K,)
    absolute : bool
        Whether magnitudes compete.
    labels : int
        l.
    """

    weights: np.ndarray
    offsets: np.ndarray
    absolute: bool
    labels: int

    def scores(self, latents: np.ndarray) -> np.ndarray:
        """Return the scores of latents (N, M), shape (N, K)."""
        require_latents(latents, self.weights.shape[1])
        return latents @ self.weights.T + self.offsets

    def competing(self, latents: np.ndarray) -> np.ndarray:
        """Return the scores, or their magnitudes, whichever compete, (N, K)."""
        scores = self.scores(latents)
        return np.abs(scores) if self.absolute else scores

    def moments(self, encoding: Encoding) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of the scores of encoded images, both (N, K)."""
        variances = encoding.deviation**2 @ (self.weights**2).T
        return self.scores(encoding.mean), np.sqrt(variances)

    def read(self, latents: np.ndarray) -> np.ndarray:
        """Return the winner of each latent, (N,); it is a label if it is less than l."""
        return self.competing(latents).argmax(axis=1)

    def ranks(self, latents: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Return the rank of each latent's label among all scores, 1 is the winner, (N,).

        Raises
        ------
        ArgumentError
            For labels that are not whole numbers from 0 to l - 1, one a latent.
        """
        labels = require_labels(labels, len(latents), self.labels)
        competing = self.competing(latents)
        own = np.take_along_axis(competing, labels[:, None], axis=1)
        return 1 + (competing > own).sum(axis=1)


def absolute_rule(basis: Basis) -> Rule:
    """Return the paper's rule: the largest magnitude among all amplitudes of a basis.

    Source: Toledo-Marin and Glazier 2021, section IV A.
    """
    units = basis.unit_vectors
    return Rule(units, np.zeros(len(units)), absolute=True, labels=basis.labels)


def signed_rule(basis: Basis) -> Rule:
    """Return the largest amplitude, with its sign, among the labels of the first set."""
    units = basis.unit_vectors[: basis.labels]
    return Rule(units, np.zeros(len(units)), absolute=False, labels=basis.labels)


def nearest_mean_rule(means: ClassMeans) -> Rule:
    """Return the nearest mean of the first set: min |z - eta|^2, or max <eta, z> - |eta|^2/2."""
    eta = means.first_set
    return Rule(eta, -np.square(eta).sum(axis=1) / 2, absolute=False, labels=means.labels)


RULES = ("absolute", "signed")


def rule_of(basis: Basis, name: str) -> Rule:
    """Return the rule of that name: ``absolute`` or ``signed``.

    Raises
    ------
    ArgumentError
        For another name.
    """
    if name not in RULES:
        raise ArgumentError("rule", name, f"must be one of {', '.join(RULES)}", "choose one")
    return absolute_rule(basis) if name == "absolute" else signed_rule(basis)
