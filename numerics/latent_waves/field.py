"""A field u(x, t) on an even grid, and the scaling that brings it to [0, 1]."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from theory.errors import ArgumentError
from theory.latent_waves.equations import Term
from theory.latent_waves.gauge import scaled, shifted

LEAST = 5
"""Points that a third derivative of second order needs along x, and a fair share along t."""


@dataclasses.dataclass(frozen=True)
class Gauge:
    """Smallest and largest u, x and t of a field: what its scaling to [0, 1] has taken away."""

    u_min: float
    u_max: float
    x_min: float
    x_max: float
    t_min: float
    t_max: float

    @property
    def factors(self) -> tuple[float, float, float]:
        """b, s, tau of u' = b u, x' = s x, t' = tau t."""
        return (
            1 / (self.u_max - self.u_min),
            1 / (self.x_max - self.x_min),
            1 / (self.t_max - self.t_min),
        )

    def raw_units(self, coefficients: Mapping[Term, float]) -> dict[Term, float]:
        """Return the coefficients for u, x and t as they were, from those for u, x and t in [0, 1].

        A shift of u mixes terms: few terms of the scaled film may be more of the raw one.
        """
        b, s, tau = self.factors
        return shifted(scaled(coefficients, b=1 / b, s=1 / s, tau=1 / tau), self.u_min)

    def unit_interval(self, coefficients: Mapping[Term, float]) -> dict[Term, float]:
        """Return the coefficients for u, x and t in [0, 1], from those for u, x and t as they were."""
        b, s, tau = self.factors
        return scaled(shifted(coefficients, -self.u_min), b=b, s=s, tau=tau)


@dataclasses.dataclass(frozen=True)
class Field:
    """u(x, t) with its coordinates.

    Parameters
    ----------
    values : ndarray, (x, t)
    positions : ndarray, (x,)
        Evenly spaced.
    times : ndarray, (t,)
        Evenly spaced.

    Raises
    ------
    ArgumentError
        For lengths that do not fit, fewer than 5 positions or 5 times, values that are not finite.
    """

    values: np.ndarray
    positions: np.ndarray
    times: np.ndarray

    def __post_init__(self) -> None:
        expected = (len(self.positions), len(self.times))
        if np.shape(self.values) != expected:
            raise ArgumentError(
                "values",
                f"shape {np.shape(self.values)}",
                f"must be {expected}, positions by times",
                "transpose or cut them",
            )
        for name, length in zip(("positions", "times"), expected, strict=True):
            if length < LEAST:
                raise ArgumentError(
                    name,
                    f"{length} of them",
                    f"must be at least {LEAST}, for third derivatives",
                    "take more",
                )
        if not np.isfinite(self.values).all():
            raise ArgumentError("values", "nan or infinity", "must be finite", "mend the data")

    @property
    def spacing(self) -> float:
        """Distance of neighbouring positions."""
        return float(self.positions[-1] - self.positions[0]) / (len(self.positions) - 1)

    @property
    def time_step(self) -> float:
        """Distance of neighbouring times."""
        return float(self.times[-1] - self.times[0]) / (len(self.times) - 1)

    @property
    def gauge(self) -> Gauge:
        """The extremes of u, x and t."""
        return Gauge(
            *(
                float(extreme)
                for axis in (self.values, self.positions, self.times)
                for extreme in (np.min(axis), np.max(axis))
            )
        )

    def scaled(self) -> Field:
        """Return the field with u, x and t brought to [0, 1], each by its extremes.

        Raises
        ------
        ArgumentError
            For a field that is the same everywhere.
        """
        gauge = self.gauge
        if gauge.u_min == gauge.u_max:
            raise ArgumentError(
                "values", gauge.u_min, "must not be the same everywhere", "pass another film"
            )
        return Field(
            (self.values - gauge.u_min) / (gauge.u_max - gauge.u_min),
            np.linspace(0, 1, len(self.positions)),
            np.linspace(0, 1, len(self.times)),
        )

    def between(self, start: int, end: int) -> Field:
        """Return the times of index start <= i < end."""
        return Field(self.values[:, start:end], self.positions, self.times[start:end])

    def split(self, share: float) -> tuple[Field, Field]:
        """Return the first `share` of the times and the rest; int() of their number.

        Raises
        ------
        ArgumentError
            For a share that leaves fewer than 5 times on one side.
        """
        cut = int(share * len(self.times))
        return self.between(0, cut), self.between(cut, len(self.times))
