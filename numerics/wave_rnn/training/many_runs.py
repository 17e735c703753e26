"""Several trainings: one after the other in this process, or on processes of this machine."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import multiprocessing
import multiprocessing.connection
import signal
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

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
        Called with the updates of the jobs that have ended and the total of all.

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
    alone = workers == 1 or len(jobs) < 2 or multiprocessing.current_process().daemon
    ended = _here(jobs) if alone else _elsewhere(jobs, workers)
    results: dict[int, Trained] = {}
    done, total = 0, sum(job.updates for job in jobs)
    with contextlib.closing(ended):
        for place, result in ended:
            results[place] = result
            done += jobs[place].updates
            if progress is not None:
                progress(done, total)
    return [results[place] for place in range(len(jobs))]


def _perform(job: Job) -> Trained:
    return trained(
        job.architecture,
        job.protocol,
        job.splits,
        job.seed,
        device=job.device,
        checkpoint=job.checkpoint,
        watch=job.watch,
        watched_at=job.watched_at,
    )


def _here(jobs: Sequence[Job]) -> Generator[tuple[int, Trained], None, None]:
    for place, job in enumerate(jobs):
        with _one_thread():
            result = _perform(job)
        yield place, result


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _elsewhere(jobs: Sequence[Job], workers: int) -> Generator[tuple[int, Trained], None, None]:
    """Yield the results as they come; whatever ends this generator ends the processes with it."""
    waiting = collections.deque(enumerate(jobs))
    busy: dict[Any, tuple[_Worker, int]] = {}
    idle: list[_Worker] = []
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                worker = idle.pop() if idle else _Worker()
                place, job = waiting.popleft()
                busy[worker.pipe] = worker, place
                worker.begin(job)
            for pipe in multiprocessing.connection.wait(list(busy)):
                worker, place = busy[pipe]
                result = worker.result(jobs[place])
                idle.append(busy.pop(pipe)[0])
                yield place, result
    finally:
        for worker in [*idle, *(worker for worker, _ in busy.values())]:
            worker.end()


class _Worker:
    """A process that does one job after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would take over threads half-way
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, job: Job) -> None:
        """Send a job."""
        with contextlib.suppress(OSError):  # dead already: its result tells
            self.pipe.send(job)

    def result(self, job: Job) -> Trained:
        """Return what a job left, or raise what it raised."""
        try:
            result = self.pipe.recv()
        except (EOFError, OSError):
            raise ArgumentError(
                "workers",
                f"the process of seed {job.seed} died",
                "it may have run out of memory",
                "start fewer of them; what has a checkpoint goes on from it",
            ) from None
        if isinstance(result, BaseException):
            raise result
        return result

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: multiprocessing.connection.Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks is told, and ends this one
    torch.set_num_threads(1)
    with contextlib.suppress(EOFError, OSError):  # it is gone
        while True:
            job = pipe.recv()
            try:
                result: object = _perform(job)
            except Exception as error:  # raised again where it was asked for
                result = error
            pipe.send(result)


def _require_usable(jobs: Sequence[Job], workers: int) -> None:
    if workers < 1:
        raise ArgumentError("workers", workers, "must be at least 1", "pass 1")
    places = [str(job.checkpoint) for job in jobs if job.checkpoint is not None]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise ArgumentError(
            "checkpoint", ", ".join(twice), "belongs to two jobs", "give each its own"
        )
