"""The film that the paper fits equations to: means of magnitudes over rings, frame by frame."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import sparse

from numerics.latent_waves.eigenimages import Eigenimages
from numerics.latent_waves.field import LEAST, Field
from numerics.latent_waves.film import moving_mean, spectral_energies
from numerics.latent_waves.lattice import RELEASE, radius, ring_means
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Rings:
    """Rings of half width sigma about x = 1, 2, ..., multiple * side/2; as in the paper's code by default.

    Parameters
    ----------
    p : float
        Exponent of the radius.
    half_width : float
        sigma; at 1 each point is in two or three rings, at 0.5 in one.
    centre : {"release", "dc"}
        As `lattice.radius`.
    multiple : float
        How far out the rings go, in half sides.
    """

    p: float = 2.0
    half_width: float = 1.0
    centre: str = RELEASE
    multiple: float = 1.0

    def means(self, shape: tuple[int, int]) -> sparse.csr_array:
        """Return the means over these rings as a matrix (rings, n)."""
        rings = int(self.multiple * min(shape) / 2)
        return ring_means(radius(shape, self.p, centre=self.centre), rings, self.half_width)


@dataclasses.dataclass(frozen=True)
class RingFilm:
    """u(x, t), the mean of sqrt(E(k, t)) over ring x: of every frame, before a slice is cut.

    Parameters
    ----------
    values : ndarray, (rings, frames)
        Of all frames from the first on, the window's mean taken.
    rank : int
        Frames from here on are null vectors.
    rings : Rings
    window : int
        Frames that each value is a mean of.
    """

    values: np.ndarray
    rank: int
    rings: Rings
    window: int = 1

    def averaged(self, window: int, *, whole: bool = True) -> RingFilm:
        """Return the film of means over `window` frames, as `film.moving_mean` has them.

        Its rank is that of the last mean without null vectors.
        """
        rank = self.rank - (window - 1 if whole else window // 2)
        values = moving_mean(self.values, window, whole=whole)
        return RingFilm(values, rank, self.rings, window)

    def field(self, start: int, end: int) -> Field:
        """Return frames start <= t < end in raw units: x in rings, t in frames.

        Raises
        ------
        ArgumentError
            For a start that is not before the end, an end beyond the rank, and fewer than 5 rings
            or frames.
        """
        if not 0 <= start < end:
            raise ArgumentError(
                "start", start, f"must be from 0 to below the end, {end}", "swap or move them"
            )
        if end > self.rank:
            raise ArgumentError(
                "end",
                end,
                f"frames beyond rank {self.rank} are arbitrary null vectors",
                "stop there",
            )
        for what, count in (("frames", end - start), ("rings", len(self.values))):
            if count < LEAST:
                raise ArgumentError(
                    what, count, f"must be at least {LEAST}, for third derivatives", "take more"
                )
        return Field(
            self.values[:, start:end],
            np.arange(1.0, len(self.values) + 1),
            np.arange(start, end, dtype=float),
        )


def ring_film(
    images: Eigenimages, rings: Rings | None = None, *, window: int = 1, whole: bool = True
) -> RingFilm:
    """Return the film of a set's eigenimages.

    Parameters
    ----------
    images : Eigenimages
    rings : Rings, optional
    window, whole : int, bool
        As `film.moving_mean`; over all frames, before any slice is cut.
    """
    rings = rings or Rings()
    magnitudes = np.sqrt(spectral_energies(images.vectors, images.shape))
    values = rings.means(images.shape) @ magnitudes
    return RingFilm(values, images.rank, rings).averaged(window, whole=whole)
