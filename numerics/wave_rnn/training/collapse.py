"""The predictor that ignores its image: it outputs how frequent each class is, wherever."""

from __future__ import annotations

import numpy as np
from scipy.special import entr

from theory.errors import ArgumentError

TOLERANCE = 0.02  # of the entropy: how near a loss must be to count as it


def entropy(shares: np.ndarray) -> float:
    """Return the loss of the constant predictor, H(p) = -sum_c p_c ln p_c, in nats.

    Parameters
    ----------
    shares : ndarray, shape (N,)
        Of all pixels, of each class, background first; they sum to 1.

    Source: wave_rnn, 3.10.

    Examples
    --------
    >>> round(entropy(np.array([0.8, 0.1, 0.1])), 3)
    0.639
    """
    return float(entr(_required(shares)).sum())


def constant_foreground_loss(shares: np.ndarray) -> float:
    """Return its FG-loss, -sum_{c>0} p_c ln p_c/(1 - p_0), in nats.

    Source: wave_rnn, 3.10.

    Examples
    --------
    >>> print(round(constant_foreground_loss(np.array([0.8, 0.1, 0.1])), 3), round(np.log(10), 3))
    2.303 2.303
    """
    objects = _required(shares)[1:]
    return float(entr(objects).sum() / objects.sum())


def plateau_loss(shares: np.ndarray) -> float:
    """Return the FG-loss of who tells objects from the background, but not one from another.

    The entropy of the classes among objects: ln(N - 1) where they are equally frequent.
    """
    objects = _required(shares)[1:]
    return entropy(np.array([0.0, *(objects / objects.sum())]))


def is_collapsed(
    loss: float, foreground_accuracy: float, shares: np.ndarray, tolerance: float = TOLERANCE
) -> bool:
    """Return whether a network has become the constant predictor.

    Its loss lies within `tolerance`, relative, of the entropy, and no pixel of an object is right.

    Source: wave_rnn, 3.10; the "failed seeds" of the paper's tables 5 and 6 are these.
    """
    ideal = entropy(shares)
    return foreground_accuracy == 0 and abs(loss - ideal) <= tolerance * ideal


def _required(shares: np.ndarray) -> np.ndarray:
    shares = np.asarray(shares, float)
    if shares.ndim != 1 or len(shares) < 2 or not (shares >= 0).all():
        raise ArgumentError(
            "shares", shares, "must be shares of two classes or more, none below 0", "count pixels"
        )
    if abs(shares.sum() - 1) > 1e-9 or shares[0] >= 1:
        raise ArgumentError(
            "shares",
            shares,
            "must sum to 1 and leave something to the objects",
            "divide the counts by their sum",
        )
    return shares
