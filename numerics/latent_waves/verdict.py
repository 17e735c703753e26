"""One word for a film: does a ring move outwards as a wave, or only in order, or not even that?"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.latent_waves.eigenimages import Eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import frame_of_use
from numerics.latent_waves.lattice import radius, ring_partition, spiral
from numerics.latent_waves.ring_shape import RingShape, ring_shape, shape_in
from numerics.latent_waves.shift_forecast import ForecastSkill, forecast_skill
from theory.errors import ArgumentError

LEAST_ISOTONIC_R2 = 0.95
"""Of t(k) against |k|_p; the sets measured lie at .939 and below, or at .974 and above."""

LARGEST_RATIO = 0.2
"""Of squared errors, shift over persistence.

Sets of 28 x 28 pixels and more lie at .095 and below, or from .435 on; in the windows of 4 frames
that 16 x 16 pixels have, patches of a photograph lie between .147 and .199.
"""

WAVE, ORDERED, NO_ORDER = "wave-like", "ordered, not translating", "no p-norm order"
WORDS = (WAVE, ORDERED, NO_ORDER)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The word for a film and the numbers behind it.

    Parameters
    ----------
    word : str
        One of `WORDS`.
    shape : RingShape
        p and isotonic R2 of the order t(k).
    skill : ForecastSkill
        Forecast with this p; its `ratio` is q.
    """

    word: str
    shape: RingShape
    skill: ForecastSkill


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How a film of n pixels is forecast for its verdict.

    Parameters
    ----------
    horizon : int
        .03 n, how many frames ahead.
    first, last : int
        .04 n and the rank or .68 n, the frames that are looked at.
    window, step : int
        .015 n frames are averaged, at least 3; .01 n lie between origins.
    """

    horizon: int
    first: int
    last: int
    window: int
    step: int


def protocol(pixels: int, rank: int) -> Protocol:
    """Return the protocol for n pixels.

    Raises
    ------
    ArgumentError
        Where the rank leaves fewer frames than two windows, one after the other, take.

    Examples
    --------
    >>> protocol(1024, 1024)
    Protocol(horizon=31, first=41, last=696, window=15, step=10)
    """
    chosen = Protocol(
        horizon=max(1, round(0.03 * pixels)),
        first=round(0.04 * pixels),
        last=min(rank, round(0.68 * pixels)),
        window=max(3, round(0.015 * pixels)),
        step=max(1, round(0.01 * pixels)),
    )
    least = chosen.first + chosen.horizon + chosen.window
    if chosen.last < least:
        raise ArgumentError(
            "images",
            f"{pixels} pixels of rank {rank}",
            f"a verdict takes at least {least} frames, there are {chosen.last}",
            "take more images, or larger ones",
        )
    return chosen


def verdict(eigen: Eigenimages, *, radii: np.ndarray | None = None) -> Verdict:
    """Return the word for a film, from all images.

    Without a p-norm in the order of the frequencies: "no p-norm order". Else "wave-like" where the
    shift of modes forecasts the ring energies with at most a fifth of the squared error of
    persistence, and "ordered, not translating" where it does not.

    Parameters
    ----------
    eigen : Eigenimages
        Of all images; frames from the rank on are not looked at.
    radii : ndarray, (h, w), optional
        Any other radius in place of the p-norm that fits best, such as `natural_radius`; its unit
        is the width of a ring.

    Raises
    ------
    ArgumentError
        Where the film has too few frames, and for radii of another shape, negative or not finite.

    Source: latent waves, what a user of such a tool wants.
    """
    chosen = protocol(len(eigen.vectors), eigen.rank)
    energies = spectral_energies(eigen.vectors[:, : eigen.rank], eigen.shape)
    used = frame_of_use(energies).reshape(eigen.shape)
    shape = ring_shape(used) if radii is None else shape_in(radii, used)
    radii = radius(eigen.shape, shape.p) if radii is None else radii
    skill = forecast_skill(
        energies, spiral(radii), ring_partition(radii), **dataclasses.asdict(chosen)
    )
    return Verdict(_word(shape.isotonic_r2, skill.ratio), shape, skill)


def _word(isotonic_r2: float, ratio: float) -> str:
    """The word for two numbers."""
    if isotonic_r2 < LEAST_ISOTONIC_R2:
        return NO_ORDER
    return WAVE if ratio <= LARGEST_RATIO else ORDERED
