"""The wave network's steps in NumPy: many drums and many time steps at once, float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from numerics.drum.drums import Drum
from theory.errors import ArgumentError

Form = Literal["velocity_verlet", "position_verlet", "kick_first", "drift_first"]
FORMS: tuple[Form, ...] = ("velocity_verlet", "position_verlet", "kick_first", "drift_first")


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
        For an unknown form, or sequences whose lengths differ.
    """

    def __init__(
        self,
        drums: Sequence[Drum],
        displacements: Sequence[np.ndarray],
        time_steps: Sequence[float],
        form: Form = "velocity_verlet",
        velocities: Sequence[np.ndarray] | None = None,
    ):
        if form not in FORMS:
            raise ArgumentError("form", form, f"must be one of {', '.join(FORMS)}", "choose one")
        if not len(drums) == len(displacements) == len(time_steps) > 0:
            raise ArgumentError(
                "drums",
                f"{len(drums)} with {len(displacements)} displacements, {len(time_steps)} steps",
                "needs as many of each, one at least",
                "pass one a drum",
            )
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
            displacement[here] = np.where(drum.free, displacements[k], 0.0)
            if velocities is not None:
                increment[here] = step * np.where(drum.free, velocities[k], 0.0)
        if form == "velocity_verlet":
            gain /= 2  # it kicks by halves
        self._displacement, self._increment = displacement.ravel(), increment.ravel()
        # inside: all but the first and the last row, whose nodes are clamped
        wide, size = self._width, gain.size
        self._gain = gain.ravel()[wide : size - wide]
        self._inside = slice(wide, size - wide)
        shifts = (wide, -wide, 1, -1)
        self._neighbours = [
            self._displacement[wide + shift : size - wide + shift] for shift in shifts
        ]
        self._middle = self._displacement[self._inside]
        self._moving = self._increment[self._inside]
        self._kick = np.empty_like(self._gain)
        self._scratch = np.empty_like(self._gain)
        self._step: Callable[[], None] = getattr(self, f"_{form}")
        if form == "velocity_verlet":
            self._pull()

    def _slices(self, drum: int) -> tuple[slice, slice]:
        columns = self.drums[drum].free.shape[1]
        return slice(self._first[drum], self._first[drum + 1]), slice(0, columns)

    def _pull(self) -> None:
        """Set the kick: gain times the five-point stencil of the displacement."""
        north, south, east, west = self._neighbours
        kick = self._kick
        np.add(north, south, out=kick)
        kick += east
        kick += west
        np.multiply(self._middle, 4.0, out=self._scratch)
        kick -= self._scratch
        kick *= self._gain

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
        return self._displacement.reshape(-1, self._width)[self._slices(drum)].copy()

    def velocity(self, drum: int = 0) -> np.ndarray:
        """Return a drum's velocity, (x, y)."""
        increment = self._increment.reshape(-1, self._width)[self._slices(drum)]
        return increment / self.time_steps[drum]

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
            If the drums leave the finite numbers: a time step was too large.
        """
        places = [
            (self._first[k] + x) * self._width + y
            for k, (x, y) in enumerate(
                drum.require_free("nodes", node)
                for drum, node in zip(self.drums, nodes, strict=True)
            )
        ]
        heard = np.empty((samples, len(self.drums)))
        heard[0] = self._displacement[places]
        with np.errstate(over="ignore", invalid="ignore"):
            for n in range(1, samples):
                self._step()
                heard[n] = self._displacement[places]
                if progress is not None and n % 4000 == 0:
                    progress(n, samples)
        if not np.isfinite(heard[-1]).all():
            worst = int(np.flatnonzero(~np.isfinite(heard[-1]))[0])
            raise ArgumentError(
                "time_steps",
                self.time_steps[worst],
                "the drum left the finite numbers; the step was above the stability limit",
                "choose a smaller one",
            )
        return heard.T.copy()


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
