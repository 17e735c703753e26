"""Collapse: what is refused, at which bound, and what force lets through."""

import numpy as np
import pytest

from numerics.latent_basis.collapse import collapse_of
from theory.errors import ArgumentError


def shares(labels, label, share):
    """One label has that share, the others what is left."""
    values = np.full(labels, (1 - share) / (labels - 1))
    values[label] = share
    return values


FINE = [
    (np.full(10, 0.1), 0.9),
    (shares(10, 3, 0.0201), 0.9),
    (shares(10, 3, 0.299), 0.9),
    (np.full(10, 0.1), 0.601),
    (shares(2, 0, 0.101), 0.9),  # of two labels none can have three times its share
    (shares(20, 0, 0.149), 0.9),
]


@pytest.mark.parametrize(("values", "confidence"), FINE)
def test_within_the_bounds(values, confidence):
    """Shares from 0.2/l to 3/l, confidence from 0.6."""
    assert collapse_of(values, confidence) is None


COLLAPSED = [
    (shares(10, 3, 0.0199), 0.9, "the share of label 3 is 0.0199, must be at least 0.02"),
    (shares(10, 7, 0.301), 0.9, "the share of label 7 is 0.301, must be at most 0.3"),
    (shares(10, 7, 0.0), 0.9, "the share of label 7 is 0, must be at least 0.02"),
    (shares(2, 1, 0.099), 0.9, "the share of label 1 is 0.099, must be at least 0.1"),
    (shares(20, 4, 0.151), 0.9, "the share of label 4 is 0.151, must be at most 0.15"),
    (np.full(10, 0.1), 0.599, "the mean probability of the label is 0.599, must be at least 0.6"),
]


@pytest.mark.parametrize(("values", "confidence", "words"), COLLAPSED)
def test_beyond_a_bound(values, confidence, words):
    """The offender, its number and its bound in one line."""
    assert str(collapse_of(values, confidence)) == words


def test_shares_that_are_no_numbers():
    """Nan compares as nothing: it is refused."""
    with pytest.raises(ArgumentError, match="must be finite"):
        collapse_of(np.array([np.nan, 1.0]), 0.9)
    with pytest.raises(ArgumentError, match="must be finite"):
        collapse_of(np.array([0.5, 0.5]), np.nan)
