"""Updates, one after another: observed, stored, and resumed bit for bit."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from numerics.files import read_arrays, write_arrays
from theory.errors import ArgumentError, DivergenceError

SECONDS_BETWEEN_CHECKPOINTS = 5.0


class Learner(Protocol):
    """Something that is updated: weights of a network, or the state of one that runs."""

    @property
    def step_size(self) -> tuple[str, float]:
        """Name and value of what is too large when it leaves the finite numbers."""

    def update(self, index: int) -> None:
        """Make the update number `index`, counted from 0."""

    def observe(self) -> np.ndarray:
        """Return what is recorded."""

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the next updates depend on."""

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up a state."""


@dataclasses.dataclass(frozen=True)
class Record:
    """What was observed.

    Parameters
    ----------
    updates : ndarray of int, shape (time,)
        Number of updates made before each observation; the first is 0, before any update.
    observations : ndarray, shape (time, trial, ...)
    """

    updates: np.ndarray
    observations: np.ndarray


def record_grid(updates: int, every: int) -> np.ndarray:
    """Return the numbers of updates at which is observed: 0, every, 2 every, ..., and the last.

    Examples
    --------
    >>> record_grid(7, 3).tolist()
    [0, 3, 6, 7]
    """
    for name, value in (("updates", updates), ("every", every)):
        if value < 1:
            raise ArgumentError(name, value, "must be at least 1", "choose a positive number")
    return np.unique(np.append(np.arange(0, updates + 1, every), updates))


# weights that diverge are told in one error, not by a warning at every product
@np.errstate(over="ignore", invalid="ignore")
def train(
    learner: Learner,
    grid: np.ndarray,
    *,
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Record:
    """Update a learner and observe it at the given numbers of updates.

    Parameters
    ----------
    learner : Learner
    grid : ndarray of int
        Increasing numbers of updates; 0 is the start.
    checkpoint : Path, optional
        Where the state is kept. A run that finds it goes on from there, to the same end bit for
        bit; the file is rewritten atomically every few seconds and removed by nobody but the user.
    progress : callable, optional
        Called with the number of updates made and their total.

    Raises
    ------
    ArgumentError
        If an observation is not finite: the step was too large.
    """
    grid = np.asarray(grid)
    total = int(grid[-1])
    done, seen = 0, []
    if checkpoint is not None and checkpoint.exists():
        stored = read_arrays(checkpoint)
        done = int(stored.pop("updates_done"))
        seen = list(stored.pop("observations"))
        learner.load(stored)
    saved = time.monotonic()
    wanted = iter(grid[len(seen) :])
    following = next(wanted, None)
    while following is not None:
        if done == following:
            observed = learner.observe()
            if not np.isfinite(observed).all():
                raise DivergenceError(
                    *learner.step_size,
                    f"the state was not finite any more after {done} updates",
                    f"choose a smaller {learner.step_size[0].replace('_', ' ')}, or a smaller start",
                )
            seen.append(observed)
            following = next(wanted, None)
            if progress is not None:
                progress(done, total)
            if checkpoint is not None and (
                following is None or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS
            ):
                _save(checkpoint, learner, done, seen)
                saved = time.monotonic()
            continue
        learner.update(done)
        done += 1
    return Record(grid, np.stack(seen))


def _save(path: Path, learner: Learner, done: int, seen: list[np.ndarray]) -> None:
    write_arrays(
        path, learner.state() | {"updates_done": np.array(done), "observations": np.stack(seen)}
    )
