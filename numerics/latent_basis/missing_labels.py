"""Labels that a generator does not make: left out by name, so that the others still have a basis."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.images.arguments import require_integer
from numerics.latent_basis.subject import BATCH, Subject
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class _Restricted:
    subject: Subject
    kept: tuple[int, ...]

    def __call__(self, images: np.ndarray) -> np.ndarray:
        probabilities = self.subject.probabilities(images)[:, self.kept]
        total = probabilities.sum(axis=1, keepdims=True)
        # where the classifier gives nothing to any label that is left, none is preferred
        equal = np.full_like(probabilities, 1 / len(self.kept))
        return np.divide(probabilities, total, out=equal, where=total > 0)


def restricted(subject: Subject, kept: tuple[int, ...]) -> Subject:
    """Return a subject of some labels: label a of it is label kept[a], given that it is one of these.

    Raises
    ------
    ArgumentError
        If these are not at least two different labels of the subject.
    """
    if len(set(kept)) != len(kept) or not all(0 <= label < subject.labels for label in kept):
        raise ArgumentError(
            "kept",
            kept,
            f"must be different labels from 0 to {subject.labels - 1}",
            "take them from without_missing",
        )
    return dataclasses.replace(subject, classify=_Restricted(subject, kept), labels=len(kept))


def without_missing(
    subject: Subject, *, needed: int, draws: int, generator: np.random.Generator
) -> tuple[Subject, tuple[int, ...]]:
    """Return the subject of those labels that come up often enough, and these labels.

    Images of other labels have to be left out by the caller.

    Parameters
    ----------
    needed : int
        Latents of a label, sets times V.
    draws : int
        Random latents that are looked at.

    Raises
    ------
    ArgumentError
        If fewer than two labels are left.

    Examples
    --------
    >>> subject = Subject(lambda z: z, lambda x: np.eye(3)[(x[:, 0] > 0) * 2], None, 4, 3)
    >>> without_missing(subject, needed=50, draws=1000, generator=np.random.default_rng(0))[1]
    (0, 2)
    """
    require_integer("needed", needed, 1, None, "pass sets times V")
    require_integer("draws", draws, needed, None, "pass ten times what equal shares would need")
    found = np.zeros(subject.labels, dtype=int)
    for start in range(0, draws, BATCH):
        latents = generator.standard_normal((min(BATCH, draws - start), subject.latent_size))
        found += np.bincount(subject.labels_of(latents)[0], minlength=subject.labels)
    kept = tuple(int(label) for label in np.flatnonzero(found >= needed))
    if len(kept) < 2:
        raise ArgumentError(
            "generator",
            f"{len(kept)} labels with {needed} of {draws} random latents",
            "must make at least two labels",
            "train it longer, or raise draws",
        )
    return (subject if len(kept) == subject.labels else restricted(subject, kept)), kept
