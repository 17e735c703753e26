"""What is observed of a state over time: one array, or several under names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

Observation = np.ndarray | Mapping[str, np.ndarray]


def stacked(seen: Sequence[Observation]) -> Any:
    """Return observations along a new first axis, times first; by name where they have names.

    Examples
    --------
    >>> stacked([{"a": np.array(1.0)}, {"a": np.array(2.0)}])["a"].tolist()
    [1.0, 2.0]
    """
    if isinstance(seen[0], Mapping):
        return {name: np.stack([dict(one)[name] for one in seen]) for name in seen[0]}
    return np.stack(cast("Sequence[np.ndarray]", seen))


def unstacked(whole: Observation) -> list[Any]:
    """Return the observations, one a time, that `stacked` joined."""
    if isinstance(whole, Mapping):
        count = len(next(iter(whole.values())))
        return [{name: values[i] for name, values in whole.items()} for i in range(count)]
    return list(whole)


def everywhere(holds: Callable[[np.ndarray], bool], seen: Observation) -> bool:
    """Return whether something holds of every array of an observation."""
    return all(map(holds, seen.values() if isinstance(seen, Mapping) else (seen,)))
