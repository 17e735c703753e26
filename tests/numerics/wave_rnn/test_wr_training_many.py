"""Several trainings: on processes as in this one, resumed each from its own checkpoint."""

import dataclasses
import multiprocessing
import os

import numpy as np
import pytest
import torch

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.training.many_runs import Job, train_many
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.training.trained import trained
from theory.errors import ArgumentError, DivergenceError

SPLITS = small_tetrominoes_splits((40, 20, 10))
WAVES = Architecture("nwm", channels_in=1, classes=4, encoder=3, steps=4, time_step=0.6, head=(8,))
SHORT = Protocol(batch=8, learning_rate=5e-3, updates=8, schedule="one_cycle", warm_up=0.3)


def jobs(*seeds, **options):
    return [Job(WAVES, SHORT, SPLITS, seed, **options) for seed in seeds]


def same(one, other):
    return one.record.identical(other.record) and all(
        np.array_equal(one.final[name], other.final[name]) for name in other.final
    )


def lethal(network, made):
    os._exit(1)


def absurd(network, made):
    with torch.no_grad():
        network.kernel.fill_(np.nan)
    return {}


def test_processes_change_nothing():
    """Three seeds in this process, and on two others: the same bits in the same order; progress is told."""
    told = []
    alone = train_many(jobs(1, 2, 3), progress=lambda *made: told.append(made))
    together = train_many(jobs(1, 2, 3), workers=2)
    made, of = zip(*told, strict=True)
    assert list(made) == sorted(made), "never back"
    assert {0, 8, 16, 24} < set(made), "also before a job has ended"
    assert set(of) == {24}
    assert [run.seed for run in together] == [1, 2, 3]
    assert all(map(same, alone, together))
    assert not same(alone[0], alone[1])
    assert not multiprocessing.active_children()


def test_threads_are_given_back():
    """Each training has one thread of torch, whatever there were before and are again after."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        seen = train_many(jobs(1, watch=threads, watched_at=[0]))[0].watched["threads"]
        assert (seen.tolist(), torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def threads(network, made):
    return {"threads": torch.get_num_threads()}


def test_what_has_ended_is_read(tmp_path):
    """From its checkpoint: no update is made again, and the result is the same."""
    given = [
        dataclasses.replace(job, checkpoint=tmp_path / f"{job.seed}.npz") for job in jobs(1, 2)
    ]
    first = train_many(given)
    again = train_many([dataclasses.replace(job, watch=lethal, watched_at=[3]) for job in given])
    assert all(map(same, first, again))
    assert same(first[0], trained(WAVES, SHORT, SPLITS, 1))


@pytest.mark.slow
def test_a_process_that_dies_is_told():
    """Not waited for for ever; no process is left."""
    with pytest.raises(
        ArgumentError, match=r"workers: got the process of seed .* died; it may have"
    ):
        train_many(jobs(1, 2, watch=lethal, watched_at=[2]), workers=2)
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_an_error_comes_back():
    """What a training raises in another process is raised here."""
    with pytest.raises(DivergenceError, match="the loss was nan at update 2"):
        train_many(jobs(1, 2, watch=absurd, watched_at=[2]), workers=2)
    assert not multiprocessing.active_children()


def test_jobs_that_are_none(tmp_path):
    """Workers below 1; two jobs that would overwrite each other's checkpoint."""
    with pytest.raises(ArgumentError, match="workers: got 0; must be at least 1"):
        train_many(jobs(1), workers=0)
    with pytest.raises(ArgumentError, match=r"one\.npz; belongs to two jobs; give each its own"):
        train_many(jobs(1, 2, checkpoint=tmp_path / "one.npz"))


def test_no_jobs():
    """Nothing to do, nothing done."""
    assert train_many([], workers=2) == []
