"""The rungs from the area law to the measured front: each drops one idealisation.

0. area law, 1. count of the lattice, 2. power spectrum, 3. locally stationary model, 4. eigenimages
of half of the images; 5. eigenimages of the other half. Rungs 0 to 4 see the first half alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from numerics.latent_waves.film import moving_mean
from numerics.latent_waves.front import area_radius, inner_frames, lattice_radius, median_radius
from numerics.latent_waves.lattice import radius, spiral
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.predictors import LOCALLY_STATIONARY, PHASE_SPACE
from numerics.latent_waves.ring_shape import log_power, ring_shape
from numerics.latent_waves.second_order import area_fraction, hann_power_spectrum, local_amplitude

AREA, LATTICE, POWER, HALF_A = "area law", "lattice count", "power spectrum", "half A"
RUNGS = (AREA, LATTICE, POWER, LOCALLY_STATIONARY, HALF_A)
WINDOW = 9
FILLED = 0.8
"""An area fraction above this counts as 1: the whole image is in use."""


@dataclasses.dataclass(frozen=True)
class FrontForecast:
    """The front R(j) of images not seen, predicted on five rungs from those of one half.

    Parameters
    ----------
    p : float
        Exponent of the radius, from the power of this half unless it was given.
    fraction : float
        f of this half.
    frames : slice
        The frames that are compared.
    rungs : dict of str to ndarray, (frames,)
        R(j) under the names of `RUNGS`, smoothed over 9 frames.
    step_mean : float
        1 - sqrt(f), the area law's mean of the step from the power spectrum to the locally
        stationary model, relative to the measured front.
    phase_space : ndarray, (frames,)
        R(j) of the phase-space count, smoothed: this step without leakage, frame by frame.
    """

    p: float
    fraction: float
    frames: slice
    rungs: dict[str, np.ndarray]
    step_mean: float
    phase_space: np.ndarray


def forecast_front(
    half: SecondMoments,
    films: Mapping[str, np.ndarray],
    *,
    p: float | None = None,
    rank: int | None = None,
) -> FrontForecast:
    """Return five rungs of R(j) from one half of the images.

    Parameters
    ----------
    half : SecondMoments
    films : mapping of str to ndarray, (n, n)
        E(k, j) of the models of `predicted_films` and, as ``half A``, of the eigenimages of this
        half.
    p : float, optional
        Exponent of the radius; by default the one that orders the power of this half best.
    rank : int, optional
        Frames from here on are not compared.

    Raises
    ------
    ArgumentError
        Where fewer than two frames are left.

    Source: latent waves, the ladder.
    """
    power, amplitude = hann_power_spectrum(half), local_amplitude(half)
    p = ring_shape(log_power(power)).p if p is None else p
    fraction = area_fraction(amplitude)
    radii = radius(half.shape, p)
    frames = inner_frames(p, half.shape, fraction=in_use(fraction), rank=rank)
    fronts = (
        area_radius(np.arange(half.pixels), p, half.shape),
        lattice_radius(radii),
        radii.ravel()[spiral(-power)],
        median_radius(films[LOCALLY_STATIONARY], radii),
        median_radius(films[HALF_A], radii),
    )
    return FrontForecast(
        p,
        fraction,
        frames,
        {name: _smoothed(front, frames) for name, front in zip(RUNGS, fronts, strict=True)},
        1 - float(np.sqrt(fraction)),
        smoothed_front(films[PHASE_SPACE], radii, frames),
    )


def in_use(fraction: float) -> float:
    """Return an area fraction as the frames of a front count it: 1 where the image is nearly full."""
    return 1.0 if fraction > FILLED else fraction


def smoothed_front(energies: np.ndarray, radii: np.ndarray, frames: slice) -> np.ndarray:
    """Return R(j) of a film as the ladder compares it: smoothed over 9 frames, then cut.

    Of two quarters of a set it differs about as much as of two halves: frames of one degenerate
    group mix at will however many images there are.

    Parameters
    ----------
    energies : ndarray, (n, J)
        E(k, j) of all frames.
    radii : ndarray, (h, w)
    frames : slice
    """
    return _smoothed(median_radius(energies, radii), frames)


def _smoothed(front: np.ndarray, frames: slice) -> np.ndarray:
    """Moving mean over the whole film, then cut."""
    return moving_mean(front, WINDOW)[frames]
