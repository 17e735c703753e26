"""What the page on own images and masks says: held by the code and by its cells."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from validation import cli

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "own/segments.md").read_text()
COMMANDS = re.findall(r"^    python -m validation\.wave_rnn (.*)$", TEXT, re.M)


def page():
    """The page in one line."""
    return " ".join(TEXT.split())


def test_bounds_that_the_page_tells():
    """Shares of the splits, least side, least number of images: as in the code."""
    from numerics.wave_rnn.segments.own_segments import LEAST_SIDE, SHARES

    first, *others = (round(100 * share) for share in SHARES)
    assert f"by a permutation, {first}, {others[0]} and {others[1]} of a hundred" in page()
    assert len(SHARES) == 3
    assert "three images are the least" in page()
    assert f"Any height and width will do, from {LEAST_SIDE} on" in page()


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command):
    """Each line is one that the parser takes."""
    config, _ = cli.parse(cli.find("wave_rnn"), shlex.split(command))
    assert config.dataset == "my_segments.npz"


def test_there_are_commands():
    """The test above runs something."""
    assert len(COMMANDS) == 5


def cells():
    return re.findall(r"```{code-cell} python\n(.*?)```", TEXT, re.S)


@pytest.fixture(scope="module")
def before():
    """What the cells before any training leave."""
    space = {}
    exec("\n".join(cells()[:4]), space)
    return space


def test_images_and_their_sizes(before):
    """Squares and discs of radius 4 to 7 are 9 to 15 pixels wide; half of each, as drawn."""
    assert before["splits"].object_sizes == (9, 15)
    assert before["splits"].train.shape == (1, 24, 32)
    drawn = before["masks"].reshape(300, -1).max(axis=1)
    assert np.bincount(drawn)[1:].sum() == 300
    counts = [len(x) for x in (before["splits"].train, before["splits"].validation)]
    assert counts == [210, 45]


def test_steps_that_the_page_finds(before):
    """The front is across the largest object after these steps, and not one step earlier."""
    from numerics.wave_rnn.waves.range import front_radius

    fronts = [front_radius(n * 0.6, 1e-3, 0.6) for n in (before["steps"] - 1, before["steps"])]
    assert fronts[0] < 15 <= fronts[1]
    # dt^2 (omega + 8) = 4
    assert before["largest_stable_step"](10, 0.0) == pytest.approx(np.sqrt(0.4))


def test_readout_of_ones_own(before):
    """Ten rows of as many taps as steps, two channels: twenty features, and the closed form's parameters."""
    from numerics.wave_rnn.networks.build import build

    network = before["network"]
    assert network.features == 20
    assert network.time_bins == 10
    built = sum(p.numel() for p in build(network, seed=0).parameters())
    assert network.parameters() == built


@pytest.mark.slow
def test_training_beats_the_plateau(before):
    """The page's own training tells squares from discs, and its last cells say what they say."""
    space = dict(before)
    exec("\n".join(cells()[4:]), space)
    assert space["told"]["foreground_loss"] < 0.7 * space["plateau_loss"](space["shares"])
    assert space["told"]["foreground_accuracy"] > 0.75
    assert space["report"].spectral_radius > 1  # "growth above 1 is no fault"
    assert space["same"]
