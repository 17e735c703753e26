"""Class means: averages of latents that decode to one label, from an encoder and from random latents.

Row k = (i - 1) l + alpha of set i and label alpha, the label fastest. Set 1 comes from the encoder, the
others from random latents; without an encoder all do.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class ClassMeans:
    """Averages of latents of one label.

    Parameters
    ----------
    means : ndarray, (K, M)
        Row k has the label ``k % labels`` and belongs to the set ``k // labels``, counted from 0.
    counts : ndarray of int, (K,)
        How many latents were averaged.
    labels : int
        l.
    shares : ndarray, (l,)
        p, the share of random latents that decode to each label.
    draws : int
        Random latents behind the shares.
    confidence : float
        Mean probability of the label of a random latent.
    encoded : bool
        Whether set 0 comes from an encoder.

    Raises
    ------
    ArgumentError
        For means that are not finite, or counts that do not fit.

    Source: Toledo-Marin and Glazier 2021, section II, steps 4 and 5.
    """

    means: np.ndarray
    counts: np.ndarray
    labels: int
    shares: np.ndarray
    draws: int
    confidence: float
    encoded: bool = True

    def __post_init__(self) -> None:
        if self.means.ndim != 2 or self.counts.shape != (len(self.means),):
            raise ArgumentError(
                "means",
                f"shapes {self.means.shape} and {self.counts.shape}",
                "must be (K, M), with K counts",
                "pass one count a mean",
            )
        if not np.isfinite(self.means).all():
            vector, coordinate = np.argwhere(~np.isfinite(self.means))[0]
            raise ArgumentError(
                "means",
                float(self.means[vector, coordinate]),
                f"must be finite; coordinate {coordinate} of mean {vector} is not",
                "look at the latents that were averaged",
            )

    @property
    def label(self) -> np.ndarray:
        """Label of each row, (K,)."""
        return np.arange(len(self.means)) % self.labels

    @property
    def sets(self) -> np.ndarray:
        """Set of each row, counted from 0, (K,)."""
        return np.arange(len(self.means)) // self.labels

    @property
    def first_set(self) -> np.ndarray:
        """Means of set 0, (l, M)."""
        return self.means[: self.labels]

    @property
    def random_rows(self) -> np.ndarray:
        """Numbers of the rows that come from random latents."""
        return np.flatnonzero(self.sets > 0) if self.encoded else np.arange(len(self.means))
