"""Who runs the jobs of a sweep: this process, processes of this machine, or workers of a dask scheduler."""

from __future__ import annotations

import collections
import contextlib
import logging
import multiprocessing
import multiprocessing.connection
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from theory.errors import ArgumentError
from validation.experiment import Experiment
from validation.sweeps.jobs import OUR_FAULT, Ending, Job, fault, perform, perform_elsewhere

Engine = Callable[[list[Job]], Iterator[Ending]]
MOST_DEATHS = 3
SECONDS_TO_CONNECT = 5


@contextlib.contextmanager
def engine(
    experiment: Experiment, workers: int, scheduler: str | None
) -> Iterator[tuple[Engine, list[str]]]:
    """Yield a function from jobs to their endings, as they come, and sentences about who runs them.

    Raises
    ------
    ArgumentError
        For a number of workers that is not positive, an experiment that cannot be sent to others, a
        scheduler that does not answer, or the extra `scale` missing.
    """
    if workers < 1:
        raise ArgumentError("--workers", workers, "must be at least 1", "leave it out")
    if scheduler is None and workers == 1:
        yield lambda jobs: map(perform, jobs), ["in this process"]
        return
    if scheduler is not None and workers != 1:
        raise ArgumentError(
            "--workers", workers, "are processes of this machine", "leave out this or --scheduler"
        )
    _require_importable(experiment)
    if scheduler is None:
        started: list[_Worker] = []
        try:
            yield lambda jobs: _on_processes(jobs, workers, started), [f"on {workers} processes"]
        finally:
            for worker in started:
                worker.end()
        return
    with _client(scheduler) as client:
        notes = [f"on the workers of {scheduler}"]
        if not client.scheduler_info(n_workers=-1)["workers"]:
            notes.append(
                f"the scheduler {scheduler} has no workers yet: the runs wait for the first"
            )
        yield lambda jobs: _on_scheduler(jobs, client, scheduler), notes


def _require_importable(experiment: Experiment) -> None:
    kind = type(experiment)
    module = sys.modules.get(kind.__module__)
    if kind.__module__ == "__main__" or getattr(module, kind.__qualname__, None) is not kind:
        raise ArgumentError(
            "experiment",
            f"{kind.__module__}.{kind.__qualname__}",
            "other processes cannot import it",
            "put the class into a module of its own, or run without --workers and --scheduler",
        )


# --- processes ------------------------------------------------------------------------------------


def _on_processes(jobs: list[Job], workers: int, started: list[_Worker]) -> Iterator[Ending]:
    """Run jobs on processes that live on; one that dies is replaced, and its job run again.

    Not `concurrent.futures`: its pool does not survive the death of a process, and does not tell whose
    job it was.
    """
    waiting, deaths = collections.deque(jobs), collections.Counter[str]()
    idle: list[_Worker] = []
    busy: dict[Any, tuple[_Worker, Job]] = {}  # by the worker's pipe
    while waiting or busy:
        while waiting and len(busy) < workers:
            if not idle:
                idle.append(_Worker())
                started.append(idle[-1])
            worker, job = idle.pop(), waiting.popleft()
            busy[worker.pipe] = worker, job
            worker.begin(job)
        for pipe in multiprocessing.connection.wait(list(busy)):
            worker, job = busy.pop(pipe)
            ending = worker.ending()
            if ending is not None:
                idle.append(worker)
                yield ending
                continue
            deaths[job.label] += 1
            if deaths[job.label] < MOST_DEATHS:
                waiting.appendleft(job)
            else:
                yield _died(job, MOST_DEATHS)


class _Worker:
    """A process that runs one job after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would take over threads half-way
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, job: Job) -> None:
        """Send a job."""
        with contextlib.suppress(OSError):  # dead already: its ending tells
            self.pipe.send(job)

    def ending(self) -> Ending | None:
        """Return the ending of the job, or None if the process has died."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.end()
            return None

    def end(self) -> None:
        """End the process, whatever it is doing; a second time does nothing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: multiprocessing.connection.Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks is told, and ends this one
    with contextlib.suppress(EOFError, OSError):  # it is gone
        while True:
            pipe.send(perform_elsewhere(pipe.recv()))


def _died(job: Job, times: int) -> Ending:
    return Ending(
        job.label,
        OUR_FAULT,
        f"the process that ran it died {times} times; give it more memory, or run it alone",
    )


# --- a dask scheduler -----------------------------------------------------------------------------


@contextlib.contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise ArgumentError(
            "--scheduler", address, "needs the extra scale", "pip install 'modewise[scale]'"
        ) from None
    with _silenced("distributed.client", "distributed.utils"):
        try:
            client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ArgumentError(
                "--scheduler",
                address,
                "no dask scheduler answers there",
                "give the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786",
            ) from error
        with client:
            yield client


@contextlib.contextmanager
def _silenced(*names: str) -> Iterator[None]:
    """Keep tracebacks of a lost connection out of standard error: what it means is said in one line."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _on_scheduler(jobs: list[Job], client: Any, address: str) -> Iterator[Ending]:
    """Send jobs to the scheduler, which runs those again whose worker it has lost."""
    from distributed import CancelledError, KilledWorker, as_completed

    asked = uuid.uuid4().hex
    sent = {
        client.submit(perform_elsewhere, job, key=f"{job.experiment.name}-{job.label}-{asked}"): job
        for job in jobs
    }
    for future in as_completed(list(sent), loop=client.loop):
        job = sent.pop(future)
        try:
            ending = future.result()
        except CancelledError as error:
            raise ArgumentError(
                "--scheduler",
                address,
                "the scheduler has gone away",
                "start one and give the same command again: finished runs are kept",
            ) from error
        except KilledWorker as error:
            ending = _died(job, error.allowed_failures + 1)
        except Exception as error:  # what the worker cannot read, a module that it lacks
            ending = fault(job, error)
        yield ending
        future.release()
