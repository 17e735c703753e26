"""Forecasts of a ring film in its scaled u: an equation run forwards, the shift of modes, neither.

The window before an origin is known, a window D frames ahead is asked for. The centres of the two
lie D plus a window apart: that is the time over which an equation has to run.
"""

from __future__ import annotations

import numpy as np

from numerics.latent_waves.eigenimages import Eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.ring_film import Rings, ring_film
from numerics.latent_waves.shift_forecast import shift_modes
from numerics.latent_waves.simulation import refuse_ill_posed, simulate
from theory.errors import ArgumentError
from theory.latent_waves.equations import Equation

WINDOW = 15


class FilmToForecast:
    """Frames start <= t < end of a film, with the modes that its rings are means of.

    Parameters
    ----------
    images : Eigenimages
    start, end : int
        Origins are counted from `start`.
    rings : Rings
    window : int
        Frames that are averaged before the origin and in the target.

    Attributes
    ----------
    field : Field
        Scaled u; errors are in its units.
    gauge : Gauge
        Of the field before it was scaled.
    """

    def __init__(
        self,
        images: Eigenimages,
        start: int,
        end: int,
        *,
        rings: Rings | None = None,
        window: int = WINDOW,
    ):
        rings = rings or Rings()
        raw = ring_film(images, rings).field(start, end)
        energies = spectral_energies(images.vectors[:, start:end], images.shape)
        self.field, self.window = raw.scaled(), window
        self.gauge, self._means = raw.gauge, rings.means(images.shape)
        self._magnitudes = np.sqrt(energies)

    def known(self, origin: int) -> np.ndarray:
        """Return the mean u (x,) of the window before an origin: persistence.

        Raises
        ------
        ArgumentError
            For a window that does not lie within the film, here as in the other forecasts.
        """
        self._require("origin", origin, self.window, len(self.field.times))
        return self.field.values[:, origin - self.window : origin].mean(axis=1)

    def target(self, origin: int, horizon: int) -> np.ndarray:
        """Return the mean u (x,) of the window that begins `horizon` frames after an origin."""
        first = origin + horizon
        self._require("origin + horizon", first, 0, len(self.field.times) - self.window)
        return self.field.values[:, first : first + self.window].mean(axis=1)

    def by_equation(self, equation: Equation, origin: int, frames: int) -> np.ndarray:
        """Return the known window, run forwards over a number of frames.

        Raises
        ------
        ArgumentError
            For an equation that is ill-posed on the u of the film.
        """
        refuse_ill_posed(equation, self.field.values)
        if frames == 0:
            return self.known(origin)
        times = np.array([0.0, frames * self.field.time_step])
        return simulate(equation, self.known(origin), self.field.positions, times)[:, -1]

    def by_shift(self, order: np.ndarray, origin: int, frames: int) -> np.ndarray:
        """Return the known window, its magnitudes moved outwards by as many modes.

        Vacated places take the smallest magnitude.

        Parameters
        ----------
        order : ndarray, (n,)
            Modes from the innermost to the outermost: `lattice.spiral` of a radius, or the modes
            by falling power.
        """
        self._require("origin", origin, self.window, len(self.field.times))
        modes = self._magnitudes[:, origin - self.window : origin].mean(axis=1)
        raw = self._means @ shift_modes(modes, order, frames, fill=modes.min())
        return (raw - self.gauge.u_min) / (self.gauge.u_max - self.gauge.u_min)

    def _require(self, what: str, frame: int, least: int, most: int) -> None:
        if not least <= frame <= most:
            raise ArgumentError(
                what,
                frame,
                f"must be from {least} to {most}, for its window to lie within the film",
                "move it or shorten the horizon",
            )
