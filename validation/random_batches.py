"""Which images each update of each trial sees, drawn before anything is forecast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from theory.errors import ArgumentError

MOST_DRAWN = 100_000_000  # images, in all batches of all trials: 0.8 GB


def require_few(
    *, updates: int, batch: int, trials: int, option: str = "--updates", slower: int = 1
) -> None:
    """Refuse more draws than memory is meant to hold.

    Parameters
    ----------
    option : str
        The one that asks for as many: ``--updates`` or ``--batch``.
    slower : int
        How many times the updates are run, where smaller steps are run, too.

    Raises
    ------
    ArgumentError
        For more than `MOST_DRAWN` images.

    Examples
    --------
    >>> require_few(updates=1000, batch=16, trials=10)
    """
    drawn = updates * batch * trials * slower
    if drawn > MOST_DRAWN:
        smaller = f", for steps {slower} times as small," if slower > 1 else ""
        raise ArgumentError(
            option,
            batch if option == "--batch" else updates,
            f"{updates:.3g} updates of {batch} images in {trials} trials{smaller} draw {drawn:.3g} "
            f"images, at most {MOST_DRAWN:.0e}",
            "choose fewer --updates, --trials or a smaller --batch",
        )


def random_batches(samples: int, *, seeds: Sequence[int], updates: int, batch: int) -> np.ndarray:
    """Return which of the samples each update sees, (trial, update, batch): a stream of its own a seed.

    Examples
    --------
    >>> random_batches(10, seeds=[0, 1], updates=3, batch=2).shape
    (2, 3, 2)
    """
    shape = (updates, batch)
    return np.stack(
        [np.random.default_rng([seed, 1]).integers(samples, size=shape) for seed in seeds]
    )
