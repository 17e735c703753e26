"""Which images are drawn: streams of their own, and not more of them than are kept."""

import doctest

import numpy as np
import pytest

from theory.errors import ArgumentError
from validation import random_batches as subject


def test_a_seed_has_a_stream_of_its_own():
    """Whoever else is drawn for, and however many updates follow; all samples alike often."""
    few = subject.random_batches(7, seeds=range(2), updates=500, batch=3)
    many = subject.random_batches(7, seeds=[1], updates=2000, batch=3)
    np.testing.assert_array_equal(many[0, :500], few[1])
    assert (few[0] != few[1]).any()
    shares = np.bincount(many.ravel(), minlength=7) / many.size
    assert len(shares) == 7
    assert np.abs(shares - 1 / 7).max() < 5 * np.sqrt(1 / 7 / many.size)


@pytest.mark.parametrize("name", ["updates", "batch", "trials", "slower"])
def test_the_limit_is_of_all_draws(name):
    """As many as are kept, and one factor larger by a hair."""
    whole = {"updates": 1000, "batch": 100, "trials": 100, "slower": 10}
    assert np.prod(list(whole.values())) == subject.MOST_DRAWN
    subject.require_few(**whole)
    with pytest.raises(ArgumentError, match="at most 1e"):
        subject.require_few(**whole | {name: whole[name] + 1})


@pytest.mark.parametrize(("option", "value"), [("--updates", 10**8), ("--batch", 20)])
def test_the_option_that_asks_for_as_many_is_named(option, value):
    """With its own value; the line tells the others."""
    with pytest.raises(ArgumentError) as refused:
        subject.require_few(updates=10**8, batch=20, trials=3, option=option)
    assert (refused.value.argument, refused.value.value) == (option, value)
    assert "1e+08 updates of 20 images in 3 trials draw 6e+09 images" in refused.value.expected


def test_examples():
    """What the docstrings show."""
    assert doctest.testmod(subject).failed == 0
