"""Collapse: a generator that makes some labels only, or images of none.

What such a generator's class means say would be no statement about the labels.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from theory.errors import ArgumentError

RAREST = 0.2  # in the equal share 1/l
COMMONEST = 3.0  # in the equal share 1/l
CONFIDENCE = 0.6  # mean probability of the label of a random image


@dataclasses.dataclass(frozen=True)
class Collapse:
    """What is wrong with a generator, with the number and its bound."""

    what: str
    found: float
    bound: str

    def __str__(self) -> str:
        return f"{self.what} is {self.found:.3g}, {self.bound}"


def collapse_of(shares: np.ndarray, confidence: float) -> Collapse | None:
    """Return the first sign of collapse, or None.

    Parameters
    ----------
    shares : ndarray, (l,)
        Shares of random latents that decode to each label.
    confidence : float
        Mean probability of these labels.

    Examples
    --------
    >>> print(collapse_of(np.array([0.9, 0.1]), 0.9), collapse_of(np.array([0.99, 0.01]), 0.9))
    None the share of label 1 is 0.01, must be at least 0.1
    """
    if not (np.isfinite(shares).all() and np.isfinite(confidence)):
        raise ArgumentError(
            "shares", f"{shares}, confidence {confidence}", "must be finite", "sample them anew"
        )
    labels = len(shares)
    rarest, commonest = int(shares.argmin()), int(shares.argmax())
    least, most = RAREST / labels, COMMONEST / labels
    if shares[rarest] < least:
        return Collapse(
            f"the share of label {rarest}", float(shares[rarest]), f"must be at least {least:.3g}"
        )
    if shares[commonest] > most:
        return Collapse(
            f"the share of label {commonest}",
            float(shares[commonest]),
            f"must be at most {most:.3g}",
        )
    if confidence < CONFIDENCE:
        return Collapse(
            "the mean probability of the label", confidence, f"must be at least {CONFIDENCE:g}"
        )
    return None
