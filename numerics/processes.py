"""Jobs on processes of this machine that live on: each performs one after the other."""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import signal
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class ProcessDied(Exception):
    """The process that was to perform a job has died."""


def on_processes(
    perform: Callable[[Job], Result], jobs: Sequence[Job], workers: int, most_deaths: int = 1
) -> Generator[tuple[int, Result | Exception], None, None]:
    """Yield the place of each job and what came of it, as they end.

    Whatever ends this generator ends its processes with it, so whoever may leave it early closes it
    (`contextlib.closing`). The processes ignore SIGINT: the one that asks is told, and ends them.

    Not `concurrent.futures`: its pool does not survive the death of a process, and does not tell whose
    job it was.

    Parameters
    ----------
    perform : callable
        A function of a module; what it raises is what came of the job.
    jobs : sequence
        What can be pickled.
    workers : int
        Processes, at least 1.
    most_deaths : int
        A process that dies is replaced, and its job begun again, until so many have died of it: then
        `ProcessDied` is what came of it.
    """
    waiting, deaths = collections.deque(range(len(jobs))), collections.Counter[int]()
    started: list[_Worker] = []
    idle: list[_Worker] = []
    busy: dict[Any, tuple[_Worker, int]] = {}  # by the worker's pipe
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                if not idle:
                    idle.append(_Worker(perform))
                    started.append(idle[-1])
                worker, place = idle.pop(), waiting.popleft()
                busy[worker.pipe] = worker, place
                worker.begin(jobs[place])
            for pipe in multiprocessing.connection.wait(list(busy)):
                worker, place = busy.pop(pipe)
                result = worker.result()
                if not isinstance(result, ProcessDied):
                    idle.append(worker)
                    yield place, result
                    continue
                deaths[place] += 1
                if deaths[place] < most_deaths:
                    waiting.appendleft(place)
                else:
                    yield place, result
    finally:
        for worker in started:
            worker.end()


class _Worker:
    """A process that performs one job after the other."""

    def __init__(self, perform: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would take over threads half-way
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, perform), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, job: Any) -> None:
        """Send a job."""
        with contextlib.suppress(OSError):  # dead already: its result tells
            self.pipe.send(job)

    def result(self) -> Any:
        """Return what came of the job; a process that has died is put away."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.end()
            return ProcessDied()

    def end(self) -> None:
        """End the process, whatever it is doing; a second time does nothing."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: multiprocessing.connection.Connection, perform: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):  # whoever asked is gone
        while True:
            job = pipe.recv()
            try:
                result = perform(job)
            except Exception as error:  # judged where it was asked for
                result = error
            pipe.send(result)
