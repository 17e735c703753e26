"""Is a field one travelling wave? Then no regression can say which equation it obeys."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.latent_waves.field import Field

ONE_WAVE = 0.999
"""Score above which a field is taken for one wave."""


@dataclasses.dataclass(frozen=True)
class TravellingWave:
    """The best u(x - c t) in the sense of u_t = -c u_x.

    Parameters
    ----------
    speed : float
        c = -<u_x, u_t>/<u_x, u_x>.
    score : float
        1 - |u_t + c u_x|^2/|u_t|^2, 1 for one wave.
    """

    speed: float
    score: float

    @property
    def warning(self) -> str | None:
        """One line where the score is above 0.999, else None."""
        if self.score <= ONE_WAVE:
            return None
        return (
            f"the data are one travelling wave of speed {self.speed:.3g}: u_t = -c u_x explains "
            f"{self.score:.5f} of |u_t|^2, and so does every mixture of it with the equation that "
            "they obey; identify from waves of two speeds"
        )


def travelling_wave(field: Field) -> TravellingWave:
    """Return speed and score of a field, by central differences; a field at rest has score 1.

    Examples
    --------
    >>> x, t = np.linspace(0, 1, 100), np.linspace(0, 1, 80)
    >>> travelling_wave(Field(np.sin(x[:, None] - 3 * t), x, t)).score > ONE_WAVE
    True
    >>> print(travelling_wave(Field(np.sin(x[:, None]) * np.cos(3 * t), x, t)).warning)
    None
    """
    along_x, along_t = np.gradient(field.values, field.positions, field.times)
    square, moved = (along_x**2).sum(), (along_t**2).sum()
    if moved == 0:
        return TravellingWave(0.0, 1.0)
    speed = -float((along_x * along_t).sum() / square) if square else 0.0
    left = ((along_t + speed * along_x) ** 2).sum()
    return TravellingWave(speed, float(1 - left / moved))
