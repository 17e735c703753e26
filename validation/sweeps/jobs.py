"""One run of a sweep: what is asked of whoever runs it, and how it ended."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.errors import ArgumentError, OutputError
from validation.experiment import Experiment, run, store_of

if TYPE_CHECKING:
    import xarray as xr

BAD_INPUT, OUR_FAULT = 2, 70
_ALONE = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of a sweep.

    Parameters
    ----------
    label : str
        Its number in the sweep, and its group in the store.
    at : dict
        The swept fields and their values here.
    out, folder : Path
        Where the runs are kept; where relative paths of the configuration begin.
    code : str
        Fingerprint of the code that asks for the run.
    """

    label: str
    at: dict[str, Any]
    experiment: Experiment
    config: Any
    out: Path
    folder: Path
    fresh: bool
    command: str
    program: str
    code: str

    def __str__(self) -> str:
        return told(self.at)


def told(at: dict[str, Any]) -> str:
    """Return the point of a sweep in words.

    Examples
    --------
    >>> told({"seed": 0, "dataset": "digits"})
    'seed=0 dataset=digits'
    """
    return " ".join(f"{name}={value}" for name, value in at.items())


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a run ended: with a result, or with a line that says why there is none.

    Parameters
    ----------
    code : int
        The exit code of the run, had it been run alone.
    reason : str
        Empty for a run with a result.
    traceback : str
        Of a fault that is ours.
    """

    label: str
    code: int
    reason: str = ""
    traceback: str = ""
    tree: xr.DataTree | None = None


def perform(job: Job) -> Ending:
    """Run a job in one thread; whatever it raises is its ending."""
    from filelock import FileLock

    from validation.report.document import document, exit_code

    store = store_of(job.experiment, job.config, job.out)
    try:
        # the libraries for files and figures are not made for several threads of one process; and a
        # lost client or scheduler may have left another process at work on this run
        with _ALONE, _inside(job.folder), _one_thread():
            _make(store.parent)
            with FileLock(f"{store}.lock"):
                tree = _result(job)
        return Ending(job.label, exit_code(document(tree, [])), tree=tree)
    except ArgumentError as error:
        return Ending(job.label, BAD_INPUT, str(error))
    except Exception as error:
        return fault(job, error)


def _inside(folder: Path) -> contextlib.AbstractContextManager[None]:
    """Return to where relative paths begin, and back: all threads of a process are in one folder."""
    # a worker on another machine may lack the folder: then only absolute paths can be found
    return contextlib.chdir(folder) if folder.is_dir() else contextlib.nullcontext()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            "out",
            str(folder),
            f"cannot be made where the run takes place ({error.strerror})",
            "choose a folder that can be written there",
        ) from error


def fault(job: Job, error: BaseException) -> Ending:
    """Return the ending of a run that raised what no user can cause."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    trace = "".join(traceback.format_exception(error))
    return Ending(job.label, OUR_FAULT, f"a fault of Modewise, not yours: {line}", trace)


def perform_elsewhere(job: Job) -> Ending:
    """Run a job in a process that is not the one that asks for it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    if _own_code(type(job.experiment)) != job.code:
        return Ending(
            job.label,
            BAD_INPUT,
            "whoever was to run it has other code or packages than whoever asks: of another version, "
            "or changed since; install the same everywhere, and give the command again",
        )
    return perform(job)


@functools.cache
def _own_code(experiment: type) -> str:
    """Return the fingerprint of what this process loads: files that change later do not."""
    from validation.provenance import code_fingerprint

    return code_fingerprint(experiment)


def _result(job: Job) -> xr.DataTree:
    from matplotlib import pyplot

    outcome = run(
        job.experiment,
        job.config,
        out=job.out,
        fresh=job.fresh,
        command=job.command,
        program=job.program,
    )
    for figure in outcome.report.figures.values():
        pyplot.close(figure)
    return outcome.tree


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread: sums are then added in one order, wherever the run takes place."""
    import scipy.linalg  # noqa: F401  # brings a BLAS of its own, which must be there to be limited
    import torch
    from threadpoolctl import threadpool_limits

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)
