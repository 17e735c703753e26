"""A protocol in which no seed stays half-way: waves learn more slowly than what reads them."""

import dataclasses

import numpy as np
import pytest
import torch

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.training.many_runs import Job, train_many
from numerics.wave_rnn.training.protocol import SMALL, STEADY
from numerics.wave_rnn.training.trained import restored

WAVES = Architecture(
    "nwm",
    channels_in=1,
    classes=4,
    encoder=8,
    steps=16,
    time_step=0.6,
    head=(32, 32),
    omega_start="twice",
    position_start="kaiming",
)
TEST_IMAGES = 50


def test_only_the_waves_are_slower():
    """In all else it is the small protocol."""
    assert dataclasses.replace(STEADY, wave_rate=1.0) == SMALL


@pytest.mark.slow
def test_slow_waves_are_steady():
    """Seed 66, which ends at a foreground loss of .4 where waves learn as fast as the rest.

    Ten times slower it tells the three pieces apart (measured .002), and the states stay far below the
    1 + dt^2 T (T + 1)/2 = 50 that bounds them, and that they else reach.
    """
    splits = small_tetrominoes_splits()
    (run,) = train_many([Job(WAVES, STEADY, splits, 66)])
    assert float(run.record.foreground_loss.sel(update=run.best_update)) < 0.05
    network = restored(run)
    images = torch.as_tensor(splits.test.batch(np.arange(TEST_IMAGES)).images)
    with torch.no_grad():
        largest = network.history(network.fields(images)).abs().max()
    assert largest < 15
