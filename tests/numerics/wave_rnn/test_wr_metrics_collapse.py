"""The predictor that ignores its image: its losses in closed form, and who has become it."""

import numpy as np
import pytest
import torch

from numerics.wave_rnn.segments.segment_set import ArraySet, class_shares
from numerics.wave_rnn.training.collapse import (
    constant_foreground_loss,
    entropy,
    is_collapsed,
    plateau_loss,
)
from numerics.wave_rnn.training.metrics import scores
from theory.errors import ArgumentError


@pytest.mark.parametrize("seed", range(5))
def test_losses_of_the_constant_predictor(seed):
    """W22: logits log p_c everywhere: loss H(p), FG-loss -sum_{c>0} p_c ln p_c/(1 - p_0), to 1e-12."""
    masks = np.random.default_rng(seed).binomial(4, 0.2, size=(3, 8, 9)).astype(np.uint8)
    masks[0, 0, :5] = range(5)
    names = ("background", "a", "b", "c", "d")
    shares = class_shares(ArraySet(np.zeros((3, 1, 8, 9), np.float32), masks, names))
    logits = np.broadcast_to(np.log(shares)[:, None, None], (3, 5, 8, 9))
    found = scores(torch.tensor(logits.copy()), torch.tensor(masks.astype(np.int64))).summary()
    assert found["loss"] == pytest.approx(entropy(shares), rel=1e-12)
    assert found["foreground_loss"] == pytest.approx(constant_foreground_loss(shares), rel=1e-12)


def test_the_papers_failed_seeds():
    """p_0 = .867 and ten equal classes: loss .698, FG-loss 4.32, as in tables 5 and 6 of the paper."""
    shares = np.array([0.867, *[0.0133] * 10])
    assert entropy(shares) == pytest.approx(0.698, abs=5e-4)
    assert constant_foreground_loss(shares) == pytest.approx(4.32, abs=5e-3)


def test_the_plateau():
    """Objects told from the background, guessed among themselves: ln(N - 1) if equally frequent."""
    assert plateau_loss(np.array([0.8, 0.05, 0.05, 0.05, 0.05])) == pytest.approx(np.log(4))
    uneven = np.array([0.5, 0.4, 0.1])
    assert plateau_loss(uneven) == pytest.approx(-0.8 * np.log(0.8) - 0.2 * np.log(0.2))


@pytest.mark.parametrize(
    ("loss", "accuracy", "collapsed"),
    [(1.0, 0.0, True), (1.019, 0.0, True), (1.021, 0.0, False), (0.979, 0, False), (1, 0.1, False)],
)
def test_who_has_collapsed(loss, accuracy, collapsed):
    """Within 2 % of the entropy, and no pixel of an object right: either alone is not enough."""
    shares = np.array([0.7, 0.2, 0.1])
    assert is_collapsed(loss * entropy(shares), accuracy, shares) is collapsed


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([0.5, 0.4], "must sum to 1"),
        ([1.0, 0.0], "leave something to the objects"),
        ([1.2, -0.2], "none below 0"),
        ([1.0], "two classes or more"),
    ],
)
def test_shares_that_are_none(shares, words):
    """They are counted on a set of two classes at least, with an object in it."""
    with pytest.raises(ArgumentError, match=words):
        entropy(np.array(shares))
