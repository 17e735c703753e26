"""Sums of latents by label and set, filled in the order in which the latents come."""

from __future__ import annotations

import numpy as np


class ClassSums:
    """Streaming means: the n-th latent of a label belongs to set n // each, as long as there are sets.

    Parameters
    ----------
    sets, each : int
        How many sets, and how many latents each takes of each label.
    labels, latent_size : int
        l and M.

    Examples
    --------
    >>> sums = ClassSums(sets=1, each=2, labels=2, latent_size=1)
    >>> sums.add(np.array([[1.0], [3.0], [5.0], [7.0]]), np.array([0, 0, 0, 1]))
    >>> sums.means().ravel(), sums.counts, sums.full
    (array([2., 7.]), array([2, 1]), False)
    """

    def __init__(self, sets: int, each: int, labels: int, latent_size: int):
        self.sets, self.each, self.labels = sets, each, labels
        self._seen = np.zeros(labels, dtype=int)
        self._sums = np.zeros((sets * labels, latent_size))
        self._counts = np.zeros(sets * labels, dtype=int)

    @property
    def full(self) -> bool:
        """Whether no label needs any more latents."""
        return bool((self._seen >= self.sets * self.each).all())

    @property
    def counts(self) -> np.ndarray:
        """Latents behind each mean, the label fastest, (sets l,)."""
        return self._counts.copy()

    def add(self, latents: np.ndarray, labels: np.ndarray) -> None:
        """Add latents (N, M) of labels (N,)."""
        place = self._seen[labels] + _earlier_alike(labels, self.labels)
        chosen = place < self.sets * self.each
        rows = place[chosen] // self.each * self.labels + labels[chosen]
        for row in np.unique(rows):
            self._sums[row] += latents[chosen][rows == row].sum(axis=0, dtype=float)
        self._counts += np.bincount(rows, minlength=len(self._counts))
        self._seen += np.bincount(labels, minlength=self.labels)

    def means(self) -> np.ndarray:
        """Return the means, (sets l, M); nan where there is no latent."""
        with np.errstate(invalid="ignore"):
            return self._sums / self._counts[:, None]


def _earlier_alike(labels: np.ndarray, number: int) -> np.ndarray:
    """Return how many equal labels come before each, (N,)."""
    earlier = np.empty(len(labels), dtype=int)
    for label in range(number):
        where = np.flatnonzero(labels == label)
        earlier[where] = np.arange(len(where))
    return earlier
