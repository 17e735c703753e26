"""Who runs the jobs of a sweep: this process, processes of this machine, or workers of a dask scheduler."""

from __future__ import annotations

import contextlib
import logging
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from numerics.processes import ProcessDied, on_processes
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
        with _processes(workers) as run_all:
            yield run_all, [f"on {workers} processes"]
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


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[Engine]:
    with contextlib.ExitStack() as at_end:

        def run_all(jobs: list[Job]) -> Iterator[Ending]:
            results = on_processes(perform_elsewhere, jobs, workers, MOST_DEATHS)
            at_end.enter_context(contextlib.closing(results))
            return (_ending(jobs[place], result) for place, result in results)

        yield run_all


def _ending(job: Job, result: Ending | Exception) -> Ending:
    """Return what a process has left of a job as its ending."""
    if isinstance(result, ProcessDied):
        return _died(job, MOST_DEATHS)
    return fault(job, result) if isinstance(result, Exception) else result


def _died(job: Job, times: int) -> Ending:
    return Ending(
        job.label,
        OUR_FAULT,
        f"the process that ran it died {'once' if times == 1 else f'{times} times'}; "
        "give it more memory, or run it alone",
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
    """Send jobs to the scheduler, which runs those again whose worker it has lost, and gives up at last.

    It counts a worker that dies against all jobs that it had sent there, begun or not
    (dask/distributed issue 5234). So those that it gives up are run again one by one, in the end: what
    then kills its workers kills them itself.
    """
    from distributed import KilledWorker

    suspects = []
    for job, future in _sent(jobs, client):
        try:
            ending = _future_ending(job, future, address)
        except KilledWorker as error:
            if len(jobs) > 1:
                suspects.append(job)
                continue
            ending = _died(job, error.allowed_failures + 1)
        yield ending
    for job in suspects:
        yield from _on_scheduler([job], client, address)


def _sent(jobs: list[Job], client: Any) -> Iterator[tuple[Job, Any]]:
    """Yield jobs and their futures as these are done; each is released when the next is asked for."""
    from distributed import as_completed

    asked = uuid.uuid4().hex
    sent = {
        client.submit(perform_elsewhere, job, key=f"{job.experiment.name}-{job.label}-{asked}"): job
        for job in jobs
    }
    for future in as_completed(list(sent), loop=client.loop):
        yield sent.pop(future), future
        future.release()


def _future_ending(job: Job, future: Any, address: str) -> Ending:
    """Return the ending that a future holds; raise `KilledWorker` if the scheduler gave it up."""
    from distributed import CancelledError, KilledWorker

    try:
        return future.result()
    except CancelledError as error:
        raise ArgumentError(
            "--scheduler",
            address,
            "the scheduler has gone away",
            "start one and give the same command again: finished runs are kept",
        ) from error
    except KilledWorker:
        raise
    except Exception as error:  # what the worker cannot read, a module that it lacks
        return fault(job, error)
