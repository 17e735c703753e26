"""What single vectors decode to: class means as they are, brought to the length of a latent, and a basis."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.latent_basis.basis import Basis
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.subject import Subject, require_latents
from numerics.latent_basis.truncation import rescaled
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class DecodedVectors:
    """Labels of the images of vectors, beside those that the vectors stand for.

    Parameters
    ----------
    label : ndarray of int, (K,)
        Found by the classifier.
    confidence : ndarray, (K,)
        Its probability.
    labels : int
        l; vector k stands for label k % l, in set k // l counted from 0.
    """

    label: np.ndarray
    confidence: np.ndarray
    labels: int

    @property
    def matching(self) -> np.ndarray:
        """Whether each vector shows its own label, (K,)."""
        return self.label == np.arange(len(self.label)) % self.labels

    @property
    def matches(self) -> np.ndarray:
        """How many vectors of each set show their own label, (sets,)."""
        return np.bincount(self._sets, weights=self.matching).astype(int)

    @property
    def sizes(self) -> np.ndarray:
        """How many vectors each set has: l, fewer in a last one that was cut, (sets,)."""
        return np.bincount(self._sets)

    @property
    def _sets(self) -> np.ndarray:
        return np.arange(len(self.label)) // self.labels


def decoded_vectors(subject: Subject, vectors: np.ndarray) -> DecodedVectors:
    """Return what vectors (K, M), the label fastest, decode to.

    Raises
    ------
    ArgumentError
        For vectors of a wrong length or that are not finite.
    """
    require_latents(vectors, subject.latent_size, "vectors")
    label, confidence = subject.labels_of(vectors)
    return DecodedVectors(label, confidence, subject.labels)


def decoded_means(
    subject: Subject, means: ClassMeans, squared_norm: float | None = None
) -> DecodedVectors:
    """Return what class means decode to, as they are or brought to a squared length (M is a latent's).

    Source: Toledo-Marin and Glazier 2021, section II, step 5; section 6.4 of our notes for the length.
    """
    _require_same_labels(subject, means.labels)
    if squared_norm is None:
        return decoded_vectors(subject, means.means)
    return decoded_vectors(subject, rescaled(means.means, squared_norm))


def decoded_basis(subject: Subject, basis: Basis) -> DecodedVectors:
    """Return what the vectors of a basis decode to, without those that complete it: they have no label.

    Source: Toledo-Marin and Glazier 2021, section III.
    """
    _require_same_labels(subject, basis.labels)
    return decoded_vectors(subject, basis.vectors[np.isfinite(basis.residuals)])


def _require_same_labels(subject: Subject, labels: int) -> None:
    if labels != subject.labels:
        raise ArgumentError(
            "subject",
            f"{subject.labels} labels",
            f"the vectors stand for {labels}",
            "take the subject that they were made from",
        )
