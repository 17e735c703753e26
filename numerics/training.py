"""Updates, one after another: observed, stored, and resumed bit for bit."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from numerics.files import read_arrays, write_arrays
from numerics.observations import Observation, everywhere, stacked, unstacked
from theory.errors import ArgumentError, DivergenceError

SECONDS_BETWEEN_CHECKPOINTS = 5.0
SEEN = "seen"  # in a checkpoint: the name, or the beginning of the names, of what was observed


class Learner(Protocol):
    """Something that is updated: weights of a network, or the state of one that runs."""

    @property
    def step_size(self) -> tuple[str, float]:
        """Name and value of what is too large when it leaves the finite numbers."""

    def update(self, index: int) -> None:
        """Make the update number `index`, counted from 0."""

    def observe(self) -> Observation:
        """Return what is recorded: an array, or several by their names."""

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
    observations : ndarray, shape (time, trial, ...), or several by their names
    """

    updates: np.ndarray
    observations: Any


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
        bit; the file is rewritten atomically every few seconds, between two observations too, and
        removed by nobody but the user.
    progress : callable, optional
        Called with the number of updates made and their total: when a run goes on, at each
        observation, and every few seconds between.

    Raises
    ------
    ArgumentError
        If an observation is not finite: the step was too large.
    """
    grid = np.asarray(grid)
    total = int(grid[-1])
    done = 0
    seen: list[Observation] = []
    if checkpoint is not None and checkpoint.exists():
        stored = read_arrays(checkpoint)
        done = int(stored.pop("updates_done"))
        seen = _taken_out(stored)
        learner.load(stored)
        if progress is not None:
            progress(done, total)
    saved = time.monotonic()
    wanted = iter(grid[len(seen) :])
    following = next(wanted, None)
    while following is not None:
        observes = done == following
        if observes:
            seen.append(_observed(learner, done))
            following = next(wanted, None)
        else:
            learner.update(done)
            done += 1
            if done == following:
                continue  # kept with what is observed of it
        is_due = time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS
        if progress is not None and (observes or is_due):
            progress(done, total)
        if checkpoint is not None and (following is None or is_due):
            _save(checkpoint, learner, done, seen)
        if is_due:
            saved = time.monotonic()
    return Record(grid, stacked(seen))


def _observed(learner: Learner, done: int) -> Observation:
    """Return what a learner shows, or raise where it is not finite."""
    observed = learner.observe()
    if not everywhere(_is_finite, observed):
        raise DivergenceError(
            *learner.step_size,
            f"the state was not finite any more after {done} updates",
            f"choose a smaller {learner.step_size[0].replace('_', ' ')}, or a smaller start",
        )
    return observed


def _is_finite(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all())


def _save(path: Path, learner: Learner, done: int, seen: list[Observation]) -> None:
    whole = stacked(seen)
    named = (
        {f"{SEEN} {name}": x for name, x in whole.items()}
        if isinstance(whole, dict)
        else {SEEN: whole}
    )
    write_arrays(path, learner.state() | {"updates_done": np.array(done)} | named)


def _taken_out(stored: dict[str, np.ndarray]) -> list[Observation]:
    """Return what a checkpoint has of the observations, and leave the learner's state in it."""
    if SEEN in stored:
        return unstacked(stored.pop(SEEN))
    names = [name for name in stored if name.startswith(f"{SEEN} ")]
    return unstacked({name.removeprefix(f"{SEEN} "): stored.pop(name) for name in names})
