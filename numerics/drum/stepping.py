"""The wave network's steps in NumPy: many drums and many time steps at once, float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from numerics.drum.drums import Drum, require_one_each, require_whole
from numerics.drum.flat_field import FlatField
from numerics.drum.forms import Form, require_form
from theory.errors import ArgumentError


class Stepper:
    """Drums that move together: one tall grid, the rims of its drums between them.

    The state is the displacement q and the increment p = dt v of one step, both flat, so that each
    drum may have its own time step at no cost and every operation runs over contiguous memory.

    Parameters
    ----------
    drums : sequence of Drum
    displacements : sequence of ndarray, each (x, y)
        At the start, rim included; what stands on clamped nodes is ignored.
    time_steps : sequence of float
        Of each drum.
    form : str
        One of `FORMS`.
    velocities : sequence of ndarray, optional
        At rest by default.

    Raises
    ------
    ArgumentError
        For an unknown form, sequences whose lengths differ, a time step that is not positive, a
        field that has not its drum's shape or is not finite. Steps above the stability limit are
        taken.
    """

    def __init__(
        self,
        drums: Sequence[Drum],
        displacements: Sequence[np.ndarray],
        time_steps: Sequence[float],
        form: Form = "velocity_verlet",
        velocities: Sequence[np.ndarray] | None = None,
    ):
        require_form(form)
        require_time_steps(drums, time_steps)
        require_one_each(drums, displacements=displacements)
        if velocities is not None:
            require_one_each(drums, velocities=velocities)
        self.form = form
        self.drums, self.time_steps = list(drums), list(time_steps)
        self._width = max(drum.free.shape[1] for drum in drums)
        rows = [drum.free.shape[0] for drum in drums]
        self._first = np.concatenate(([0], np.cumsum(rows))).astype(int)
        height = int(self._first[-1])
        gain = np.zeros((height, self._width))
        displacement, increment = np.zeros_like(gain), np.zeros_like(gain)
        for k, (drum, step) in enumerate(zip(drums, time_steps, strict=True)):
            here = self._slices(k)
            gain[here] = (step / drum.spacing) ** 2 * drum.speed_squared()
            displacement[here] = drum.require_field("displacements", displacements[k])
            if velocities is not None:
                increment[here] = step * drum.require_field("velocities", velocities[k])
        if form == "velocity_verlet":
            gain /= 2  # it kicks by halves
        self._field = FlatField(displacement)
        self._increment = increment
        self._displacement, self._middle = self._field.flat, self._field.inside
        # inside: all but the first and the last row, whose nodes are clamped
        self._gain, self._moving = gain[1:-1].ravel(), increment[1:-1].reshape(-1)
        self._kick, self._scratch = np.empty_like(self._gain), np.empty_like(self._gain)
        self._step: Callable[[], None] = getattr(self, f"_{form}")
        if form == "velocity_verlet":
            self._pull()

    def _slices(self, drum: int) -> tuple[slice, slice]:
        columns = self.drums[drum].free.shape[1]
        return slice(self._first[drum], self._first[drum + 1]), slice(0, columns)

    def _pull(self) -> None:
        """Set the kick: gain times the five-point stencil of the displacement."""
        self._field.five_point_sum(self._kick)
        self._kick *= self._gain

    def _velocity_verlet(self) -> None:
        self._moving += self._kick
        self._middle += self._moving
        self._pull()
        self._moving += self._kick

    def _position_verlet(self) -> None:
        np.multiply(self._moving, 0.5, out=self._scratch)
        self._middle += self._scratch
        self._pull()
        self._moving += self._kick
        np.multiply(self._moving, 0.5, out=self._scratch)
        self._middle += self._scratch

    def _kick_first(self) -> None:
        self._pull()
        self._moving += self._kick
        self._middle += self._moving

    def _drift_first(self) -> None:
        self._middle += self._moving
        self._pull()
        self._moving += self._kick

    def step(self, steps: int = 1) -> None:
        """Move on by a number of steps."""
        for _ in range(steps):
            self._step()

    def displacement(self, drum: int = 0) -> np.ndarray:
        """Return a copy of a drum's displacement, (x, y)."""
        return self._field.field()[self._slices(drum)].copy()

    def velocity(self, drum: int = 0) -> np.ndarray:
        """Return a drum's velocity, (x, y)."""
        return self._increment[self._slices(drum)] / self.time_steps[drum]

    def listen(
        self,
        nodes: Sequence[tuple[int, int]],
        samples: int,
        progress: Callable[[int, int], None] | None = None,
    ) -> np.ndarray:
        """Return what is heard at one node of each drum, (drum, sample); sample 0 is the state now.

        Raises
        ------
        ArgumentError
            Unless there is a free node for each drum and a sample at least; if what is heard leaves
            the finite numbers: a time step was too large.
        """
        heard_at = listening_nodes(self.drums, nodes, samples)
        places = [(self._first[k] + x) * self._width + y for k, (x, y) in enumerate(heard_at)]
        heard = np.empty((samples, len(self.drums)))
        heard[0] = self._displacement[places]
        with np.errstate(over="ignore", invalid="ignore"):
            for n in range(1, samples):
                self._step()
                heard[n] = self._displacement[places]
                if progress is not None and n % 4000 == 0:
                    progress(n, samples)
        require_finite(heard, self.time_steps)
        return heard.T.copy()


def require_time_steps(drums: Sequence[Drum], time_steps: Sequence[float]) -> None:
    """Raise ArgumentError unless every drum has a time step that is positive and finite."""
    require_one_each(drums, time_steps=time_steps)
    for step in time_steps:
        if not (np.isfinite(step) and step > 0):
            raise ArgumentError(
                "time_steps", float(step), "must be positive and finite", "pass 0.1 h/c, say"
            )


def listening_nodes(
    drums: Sequence[Drum], nodes: Sequence[tuple[int, int]], samples: int
) -> list[tuple[int, int]]:
    """Return one free node a drum; raise ArgumentError unless they are, or without a sample."""
    require_one_each(drums, nodes=nodes)
    require_whole("samples", samples, 1)
    return [drum.require_free("nodes", node) for drum, node in zip(drums, nodes, strict=True)]


def require_finite(heard: np.ndarray, time_steps: Sequence[float]) -> None:
    """Raise ArgumentError if a drum's last sample is not finite, (sample, drum).

    The drum that was lost first is named: on a common grid it takes the others along.
    """
    lost = ~np.isfinite(heard)
    if lost[-1].any():
        since = np.where(lost[-1], lost.argmax(axis=0), len(heard))
        raise ArgumentError(
            "time_steps",
            float(time_steps[int(since.argmin())]),
            "the drum left the finite numbers; the step was above the stability limit",
            "choose a smaller one",
        )


def struck(drum: Drum, node: Sequence[int]) -> np.ndarray:
    """Return the displacement of a drum struck by 1 at one free node, (x, y)."""
    displacement = np.zeros(drum.free.shape)
    displacement[drum.require_free("node", node)] = 1.0
    return displacement


def mallet(drum: Drum, node: Sequence[int], width: float) -> np.ndarray:
    """Return the displacement under a soft mallet, exp(-r^2/(2 w^2)) around a free node, (x, y).

    Parameters
    ----------
    width : float
        w, in spacings.

    Raises
    ------
    ArgumentError
        For a width that is not positive.
    """
    if not width > 0:
        raise ArgumentError("width", width, "must be positive", "choose some spacings")
    x0, y0 = drum.require_free("node", node)
    x, y = np.indices(drum.free.shape)
    around = np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * width**2))
    return np.where(drum.free, around, 0.0)
