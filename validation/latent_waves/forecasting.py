"""The forecast of an image set's film: the ladder of its front, and what models of half A predict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from numerics.latent_waves.analysis import GRID, frequencies, ring_energies
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import frame_of_use, sampling_width
from numerics.latent_waves.front_ladder import (
    HALF_A,
    POWER,
    FrontForecast,
    forecast_front,
    smoothed_front,
)
from numerics.latent_waves.lattice import radius, spiral
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.null_models import locally_stationary_set, stationary_set
from numerics.latent_waves.predictors import (
    CIRCULANT,
    LOCALLY_STATIONARY,
    PHASE_SPACE,
    STATIONARY,
    predicted_films,
)
from numerics.latent_waves.ring_shape import (
    RingShape,
    decay_exponent,
    half_sample_bar,
    log_power,
    ring_shape,
)
from numerics.latent_waves.second_order import hann_power_spectrum, power_spectrum
from numerics.latent_waves.verdict import protocol
from numerics.schema import quantity
from theory.errors import ArgumentError
from validation.image_options import speaking_of
from validation.ladder import Ladder, Prediction, Rung
from validation.latent_waves.halves import Halves
from validation.latent_waves.setting import Setting

FRONT, HALF_B = "front", "half B"
MODES, LEVELS, POSITION, STRUCTURE = (
    "discrete modes",
    "level sets of the power",
    "position dependence",
    "two-point structure",
)
RAW, HANN = "raw power spectrum", "Hann power spectrum"
ORDERS = (RAW, HANN, STATIONARY, PHASE_SPACE, LOCALLY_STATIONARY, HALF_A)
ENERGIES = (CIRCULANT, STATIONARY, PHASE_SPACE, LOCALLY_STATIONARY, HALF_A)
WIDTHS, AROUND = 12, 20  # frames whose width is measured, and how far others are pooled with them
RINGS_P = 2.0  # rings of the predicted energies are circles, whatever the set's own shape
# of the ranks of half A and of its nulls: other halves, and nulls of all images, have a little less
LEAKS = 3.0  # times the rms of what leakage alone does to the front
USABLE, USABLE_OF_NULLS = 0.9, 0.75


def forecast(setting: Setting, halves: Halves) -> tuple[Ladder, xr.DataTree]:
    """Return the ladder of R(j) without its measurement, and orders, ring energies, width, shape."""
    half = halves.first
    images = eigenimages(half)
    frames = _frames(setting, half, images.rank)
    own = spectral_energies(images.vectors[:, : images.rank], images.shape)
    films = predicted_films(half) | {HALF_A: own}
    front = _front(setting, half, films, int(USABLE * images.rank))
    groups = {
        "/": _numbers(half, front, halves, images.rank).assign(frames),
        "/order": xr.Dataset({"order": _orders(half, films)}),
        "/ring_energy": xr.Dataset({"ring_energy": _ring_energies(films, half.shape)}),
        "/width": xr.Dataset({"width": _width_law(half, int(USABLE * images.rank))}),
    }
    return _ladder(front, films, half.shape), xr.DataTree.from_dict(groups)


def _front(
    setting: Setting, half: SecondMoments, films: dict[str, np.ndarray], rank: int
) -> FrontForecast:
    with speaking_of("--dataset", ", or rings of another --p"):
        return forecast_front(half, films, p=setting.config.p, rank=rank)


def _frames(setting: Setting, half: SecondMoments, rank: int) -> dict[str, int]:
    """Return the frames that equations will be fitted to, if any are.

    Refuses images too few or too small for what is measured later: half A stands for the whole, and
    for the halves that an equation is refitted to, its models for the nulls.
    """
    with speaking_of("--dataset"):
        protocol(setting.pixels, rank)
    if not setting.fits_equations:
        return {}
    usable = min(USABLE * rank, USABLE_OF_NULLS * _rank_of_nulls(setting, half))
    if max(setting.windows) > usable / 2:
        raise ArgumentError(
            "--window",
            setting.config.window,
            f"at most half of the {int(usable)} frames that half of the images give",
            "shorten it, or take more images",
        )
    frames = setting.frames(int(usable) - max(setting.windows) + 1)
    return {"start": frames.start, "end": frames.stop}


def _rank_of_nulls(setting: Setting, half: SecondMoments) -> int:
    """Return the rank of the Gaussian nulls: less than the images' where a model has eigenvalues below 0."""
    generator = np.random.default_rng(setting.config.seed)
    count = setting.stream.count
    draws = (stationary_set, locally_stationary_set)
    return min(eigenimages(draw(half, count, generator)).rank for draw in draws)


def _ladder(front: FrontForecast, films: dict[str, np.ndarray], shape: tuple[int, int]) -> Ladder:
    """Return the rungs of R(j), from the area law to the eigenimages of half A."""
    values = {name: radii(rung, front.frames) for name, rung in front.rungs.items()}
    drops = dict(zip(front.rungs, ("", MODES, LEVELS, POSITION, STRUCTURE), strict=True))
    leaking = smoothed_front(films[STATIONARY], radius(shape, front.p), front.frames)
    # what leakage alone does is as large anywhere: frame by frame it goes through zero
    leakage = ((radii(leaking, front.frames) - values[POWER]) ** 2).mean() ** 0.5
    count = radii(front.phase_space, front.frames)
    return Ladder(
        name=FRONT,
        rungs=tuple(Rung(name, value, drops[name]) for name, value in values.items()),
        measurement=HALF_B,
        scale=values[HALF_A].mean(),
        scale_name="mean R",
        predictions={POSITION: Prediction(values[POWER] - count, LEAKS * leakage)},
    )


def radii(values: np.ndarray, frames: slice) -> xr.DataArray:
    """Return front radii over the frames that are compared."""
    return quantity(
        values,
        ["frame"],
        name="radius",
        long_name="front radius R, the median |k|_p of a frame's energy",
        units="cycles per image",
        coords={"frame": np.arange(frames.start, frames.stop)},
    )


def _numbers(half: SecondMoments, front: FrontForecast, halves: Halves, rank: int) -> xr.Dataset:
    """Return p, slope and area fraction, and how far p and R(j) of two quarters of the images differ."""
    power = hann_power_spectrum(half)
    plane = radius(half.shape, front.p)
    films = [film_of(part) for part in halves.quarters]
    last = min(front.frames.stop, int(USABLE * min(film.shape[1] for film in films)))
    frames = slice(front.frames.start, last)
    fronts = [smoothed_front(film, plane, frames) for film in films]
    spectra = [log_power(hann_power_spectrum(part)) for part in halves.quarters]
    return xr.Dataset(
        {
            "p": front.p,
            **shape_numbers(ring_shape(log_power(power))),
            "rank": rank,
            "p_bar": half_sample_bar(*spectra),
            "slope": decay_exponent(power),
            "area_fraction": front.fraction,
            "position_step": front.step_mean,
            "sampling_step": _rms(fronts[0] - fronts[1]),
        }
    )


def _rms(values: np.ndarray) -> float:
    """Return the root of the mean square; nan where there are no values."""
    return float(np.sqrt(np.mean(values**2))) if values.size else float("nan")


def shape_numbers(shape: RingShape) -> dict[str, float]:
    """Return the numbers of a shape: the best p, those that fit alike, and the isotonic R2."""
    return {
        "best_p": shape.p,
        "p_middle": shape.middle,
        "p_low": shape.low,
        "p_high": shape.high,
        "isotonic_r2": shape.isotonic_r2,
    }


def film_of(moments: SecondMoments) -> np.ndarray:
    """Return E(k, j) of the eigenimages of some images up to their rank, (n, J)."""
    images = eigenimages(moments)
    return spectral_energies(images.vectors[:, : images.rank], images.shape)


def _orders(half: SecondMoments, films: dict[str, np.ndarray]) -> xr.DataArray:
    """Return when each frequency is used by forecast: its rank in the power, or its mean frame."""
    spectra = {RAW: power_spectrum(half), HANN: hann_power_spectrum(half)}
    found = []
    for name in ORDERS:
        if name in spectra:
            ranks = np.empty(half.pixels)
            ranks[spiral(-spectra[name])] = np.arange(half.pixels)
            found.append(ranks)
        else:
            found.append(frame_of_use(films[name]))
    return quantity(
        np.reshape(found, (len(ORDERS), *half.shape)),
        ["model", *GRID],
        name="order",
        long_name="mean frame t(k) that uses a frequency",
        units="frames",
        coords={"model": list(ORDERS), **frequencies(half.shape)},
    )


def _ring_energies(films: dict[str, np.ndarray], shape: tuple[int, int]) -> xr.DataArray:
    """Return the energy of each ring in each frame, by the models of half A."""
    return xr.concat(
        [whole_film(ring_energies(films[name], shape, RINGS_P), shape) for name in ENERGIES],
        xr.DataArray(list(ENERGIES), dims="model").rename("model"),
    )


def whole_film(values: xr.DataArray, shape: tuple[int, int]) -> xr.DataArray:
    """Return values over all n frames: nan beyond the rank."""
    return values.reindex(frame=np.arange(shape[0] * shape[1]))


def _width_law(half: SecondMoments, rank: int) -> xr.DataArray:
    """Return G(j) of stationary Gaussian images with this half's slope, at frames evenly spaced in log j.

    There is no frame where fewer than can be pooled are within the rank.
    """
    ends = (AROUND, rank - AROUND - 1)
    spaced = np.geomspace(*ends, WIDTHS) if ends[1] >= ends[0] else np.empty(0)
    frames = np.unique(spaced.round().astype(int))
    law = sampling_width(frames, decay_exponent(hann_power_spectrum(half)), half.count)
    return widths(law, frames)


def widths(values: Sequence[float] | np.ndarray, frames: np.ndarray) -> xr.DataArray:
    """Return how far energy is from its own rank, frame by frame."""
    return quantity(
        values,
        ["frame"],
        name="width",
        long_name="width G, the median distance of energy from its rank",
        units="modes",
        coords={"frame": frames},
    )
