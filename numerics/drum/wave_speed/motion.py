"""The step of a drum with a wave speed of its own at each node, forth and back, in place.

The network is the kick-first step with the squared speed c2_i = c_i^2 of each node as its weights:

    v_n = v_{n-1} + dt c2 (Lap q_{n-1}),   q_n = q_{n-1} + dt v_n,   v_0 = 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.flat_field import FlatField
from theory.errors import ArgumentError


class Motion:
    """The kick-first step, forth and back, in place; `drift` is dt v.

    `coefficient` is dt^2 c^2/h^2, (x, y), 0 where it is clamped: what is clamped never moves.
    """

    def __init__(self, coefficient: np.ndarray, displacement: np.ndarray):
        self.coefficient = coefficient[1:-1].ravel()
        self.displacement = FlatField(displacement)
        self.drift = np.zeros_like(self.coefficient)
        self.pull = np.zeros_like(self.coefficient)  # five-point sum before the last step
        self._kick = np.zeros_like(self.coefficient)

    def forward(self) -> None:
        """Make one step."""
        self._pull_and_kick()
        self.drift += self._kick
        self.displacement.inside += self.drift

    def backward(self) -> None:
        """Undo one step."""
        self.displacement.inside -= self.drift
        self._pull_and_kick()
        self.drift -= self._kick

    def _pull_and_kick(self) -> None:
        self.displacement.five_point_sum(self.pull)
        np.multiply(self.coefficient, self.pull, out=self._kick)


def reconstructed_start(
    drum: Drum, strike: np.ndarray, time_step: float, steps: int
) -> tuple[float, float]:
    """Walk forth and back; return the largest errors of the displacement and of the velocity.

    Raises
    ------
    ArgumentError
        For fewer than one step, an unstable time step, a strike where the drum is clamped.
    """
    require_steps(steps)
    require_time_step(time_step, drum)
    start = struck_field(drum, strike)
    motion = Motion(coefficient_of(drum, time_step), start)
    for _ in range(steps):
        motion.forward()
    for _ in range(steps):
        motion.backward()
    displacement = np.abs(motion.displacement.inside - start[1:-1].ravel()).max()
    return float(displacement), float(np.abs(motion.drift).max() / time_step)


def coefficient_of(drum: Drum, time_step: float) -> np.ndarray:
    """Return dt^2 c^2/h^2 of a drum, (x, y), 0 where it is clamped."""
    return (time_step / drum.spacing) ** 2 * drum.speed_squared()


def struck_field(drum: Drum, strike: np.ndarray) -> np.ndarray:
    """Return a strike as a field, 0 where it is clamped."""
    strike = np.asarray(strike, float)
    if strike.shape != drum.free.shape:
        raise ArgumentError(
            "strike", strike.shape, f"must have the drum's shape {drum.free.shape}", "reshape"
        )
    if not np.isfinite(strike[drum.free]).all():
        raise ArgumentError("strike", "nan or inf", "must be finite at free nodes", "change it")
    elsewhere = np.nan_to_num(np.where(drum.free, 0.0, strike))
    if elsewhere.any():
        x, y = np.argwhere(elsewhere)[0].tolist()
        raise ArgumentError("strike", (x, y), "is a clamped node", "strike a free one")
    return np.where(drum.free, strike, 0.0)


def places_of(drum: Drum, listeners: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the listeners' places in the flat field without its first and last row."""
    columns = drum.free.shape[1]
    nodes = [drum.require_free("listeners", node) for node in listeners]
    return np.array([(x - 1) * columns + y for x, y in nodes], int)


def require_time_step(time_step: float, drum: Drum | None = None) -> None:
    """Raise ArgumentError unless a time step is positive, and stable if the drum is known."""
    if not (np.isfinite(time_step) and time_step > 0):
        raise ArgumentError("time_step", time_step, "must be positive", "pass 0.1 h/c, say")
    if drum is not None and time_step >= drum.largest_step_bound:
        fastest = float(np.sqrt(drum.speed_squared().max()))
        raise ArgumentError(
            "time_step",
            time_step,
            f"must be below h/(sqrt(2) max c) = {drum.largest_step_bound:.6g}, max c = {fastest:.6g}",
            "shorten it",
        )


def require_steps(steps: int) -> None:
    """Raise ArgumentError unless there is a step at least."""
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise ArgumentError("steps", steps, "must be a whole number from 1 on", "enlarge")
