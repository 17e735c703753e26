"""What is heard of a drum at some nodes, and how far it is from what should be.

The loss is J = (dt/2) sum over listeners and n = 1..N of (q_n - target_n)^2, of the step of
`numerics.drum.wave_speed.motion`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.wave_speed.motion import (
    Motion,
    coefficient_of,
    places_of,
    require_steps,
    require_time_step,
    struck_field,
)
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Listening:
    """How a drum was struck, where it was heard, and what should be heard there.

    Parameters
    ----------
    strike : ndarray, (x, y)
        Displacement at rest that it starts from; 0 or nan where it is clamped.
    listeners : sequence of node pairs, (listener,)
        Free nodes, the rim counted from 0; each once.
    time_step : float
        dt, in seconds.
    targets : ndarray, (listener, step)
        What should be heard after each step.

    Raises
    ------
    ArgumentError
        For targets that are not (listener, step), hold no step or are not finite; a listener that
        comes twice; a time step that is not positive. What concerns the drum is refused with it.
    """

    strike: np.ndarray
    listeners: Sequence[tuple[int, int]]
    time_step: float
    targets: np.ndarray

    def __post_init__(self) -> None:
        shape, count = np.shape(self.targets), len(self.listeners)
        if len(shape) != 2 or shape[0] != count or shape[1] < 1:
            raise ArgumentError(
                "targets",
                shape,
                f"must have the shape ({count} listeners, steps), from 1 step on",
                "reshape",
            )
        if not np.isfinite(self.targets).all():
            raise ArgumentError("targets", "nan or inf", "must be finite", "leave it out")
        require_time_step(self.time_step)
        _require_once(self.listeners)


def listen(
    drum: Drum,
    strike: np.ndarray,
    listeners: Sequence[tuple[int, int]],
    time_step: float,
    steps: int,
) -> np.ndarray:
    """Return what is heard after each of the steps, (listener, step); arguments as in `Listening`.

    Raises
    ------
    ArgumentError
        For fewer than one step, an unstable time step, a listener or a strike where it is clamped.

    Examples
    --------
    >>> from numerics.drum.drums import square
    >>> one_node = square(2)
    >>> listen(one_node, one_node.free.astype(float), [(1, 1)], 0.5, 3).tolist()
    [[0.0, -1.0, -1.0]]
    """
    require_steps(steps)
    require_time_step(time_step, drum)
    _require_once(listeners)
    motion = Motion(coefficient_of(drum, time_step), struck_field(drum, strike))
    places = places_of(drum, listeners)
    heard = np.empty((steps, len(places)))
    for row in heard:
        motion.forward()
        row[:] = motion.displacement.inside[places]
    return heard.T


def loss(drum: Drum, listening: Listening) -> float:
    """Return J = (dt/2) sum (q_n - target_n)^2 of the drum at its speed.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    strike, listeners, time_step = listening.strike, listening.listeners, listening.time_step
    heard = listen(drum, strike, listeners, time_step, np.shape(listening.targets)[1])
    return float(time_step / 2 * np.sum((heard - listening.targets) ** 2))


def _require_once(listeners: Sequence[tuple[int, int]]) -> None:
    nodes = [tuple(node) for node in listeners]
    if not nodes:
        raise ArgumentError("listeners", "none", "someone has to listen", "name a free node")
    twice = [node for node in nodes if nodes.count(node) > 1]
    if twice:
        raise ArgumentError("listeners", twice[0], "comes twice", "name each node once")
