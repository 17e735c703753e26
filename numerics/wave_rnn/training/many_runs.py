"""Several trainings: one after the other in this process, or on processes of this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import torch

from numerics.processes import ProcessDied, on_processes
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.segments.segment_set import Splits
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.training.segmentation import Watch
from numerics.wave_rnn.training.trained import Trained, trained
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Job:
    """One training; the arguments of `trained`.

    For other processes `watch` must be a function of a module.
    """

    architecture: Architecture
    protocol: Protocol
    splits: Splits
    seed: int
    checkpoint: Path | None = None
    device: str = "cpu"
    watch: Watch | None = None
    watched_at: Collection[int] = ()

    @property
    def updates(self) -> int:
        """How many it makes in all."""
        return self.protocol.total(len(self.splits.train))


def train_many(
    jobs: Sequence[Job],
    workers: int = 1,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Trained]:
    """Train all of them, each with one thread of torch: the results do not depend on `workers`.

    Parameters
    ----------
    jobs : sequence of Job
        Each with a checkpoint of its own, or with none; those that have ended before are read from it.
    workers : int
        Processes, at least 1; 1 is this process. Where it may have no children, as in a sweep, it
        does all itself.
    progress : callable, optional
        Called with the updates that have been made and the total of all: at once, in this process
        every few seconds, of other processes as their jobs end.

    Returns
    -------
    list of Trained
        In the order of the jobs.

    Raises
    ------
    ArgumentError
        For workers below 1, two jobs with one checkpoint, a process that died.
    DivergenceError
        Of the first job that left the finite numbers; the others end with it, and go on from their
        checkpoints.
    """
    _require_usable(jobs, workers)
    done, total = 0, sum(job.updates for job in jobs)

    def told(made: int, _: int) -> None:
        if progress is not None:
            progress(done + made, total)

    told(0, total)
    alone = workers == 1 or len(jobs) < 2 or multiprocessing.current_process().daemon
    here = ((place, _perform(job, told)) for place, job in enumerate(jobs))
    ended = here if alone else on_processes(_perform, jobs, workers)
    results: dict[int, Trained] = {}
    with contextlib.closing(ended):
        for place, result in ended:
            results[place] = _of_process(result, jobs[place])
            done += jobs[place].updates
            told(0, total)
    return [results[place] for place in range(len(jobs))]


def _perform(job: Job, progress: Callable[[int, int], None] | None = None) -> Trained:
    with _one_thread():
        return trained(
            job.architecture,
            job.protocol,
            job.splits,
            job.seed,
            device=job.device,
            checkpoint=job.checkpoint,
            progress=progress,
            watch=job.watch,
            watched_at=job.watched_at,
        )


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _of_process(result: Trained | Exception, job: Job) -> Trained:
    """Return what a process left of a job, or raise what it raised."""
    if isinstance(result, ProcessDied):
        raise ArgumentError(
            "workers",
            f"the process of seed {job.seed} died",
            "it may have run out of memory",
            "start fewer of them; what has a checkpoint goes on from it",
        )
    if isinstance(result, Exception):
        raise result
    return result


def _require_usable(jobs: Sequence[Job], workers: int) -> None:
    if workers < 1:
        raise ArgumentError("workers", workers, "must be at least 1", "pass 1")
    places = [str(job.checkpoint) for job in jobs if job.checkpoint is not None]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise ArgumentError(
            "checkpoint", ", ".join(twice), "belongs to two jobs", "give each its own"
        )
