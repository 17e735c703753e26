"""What is measured on an image set: the front of half B, the order and the word of the whole."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.latent_waves.analysis import (
    GRID,
    frequencies,
    front_radius,
    labelled_order,
    ring_energies,
)
from numerics.latent_waves.eigenimages import Eigenimages, eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import (
    frame_of_use,
    front_fit,
    inner_frames,
    median_radius,
    rank_width,
)
from numerics.latent_waves.front_ladder import in_use, smoothed_front
from numerics.latent_waves.lattice import radius, ring_means, ring_partition, spiral
from numerics.latent_waves.null_models import stationary_set
from numerics.latent_waves.ring_shape import ring_shape
from numerics.latent_waves.second_order import (
    area_fraction,
    hann_power_spectrum,
    local_amplitude,
)
from numerics.latent_waves.shift_forecast import forecast_skill
from numerics.latent_waves.verdict import verdict
from numerics.schema import quantity
from validation.latent_waves import check_table as table
from validation.latent_waves.forecasting import (
    AROUND,
    radii,
    shape_numbers,
    whole_film,
    widths,
)
from validation.latent_waves.halves import Halves
from validation.latent_waves.held_out_frames import BY_HANN, BY_P, PERSISTENCE
from validation.latent_waves.setting import Setting

SHUFFLES = 3
SHOWN, FIRST = 200, 10  # frames of the film, at most; the first of them
BY_STATED_P = "shift, p as stated"
STATED_P = {table.PHOTOGRAPHS: 2.6, table.CIFAR: 1.4, table.MNIST: 1.4}
LEADS = (10, 30, 60)
# frames that forecasts are judged on, by pixels: their skill depends on it
SHARES, WINDOW = (0.01, 0.03, 0.06), 15  # leads in pixels, where no span is stated
SPANS = {784: (10, 300), 1024: (40, 700)}


def of_half(
    halves: Halves, p: float, frames: slice, wide: np.ndarray
) -> tuple[xr.DataArray, xr.Dataset]:
    """Return R(j) of half B as the ladder has it; and order, ring energies and sums of its film.

    Parameters
    ----------
    p : float
        Exponent of the radius.
    frames : slice
        Of the ladder.
    wide : ndarray of int
        Frames whose width is measured, against the order of half A's Hann spectrum.
    """
    images = eigenimages(halves.second)
    shape, basis = images.shape, spectral_energies(images.vectors, images.shape)
    film = basis[:, : images.rank]
    fronts = radii(smoothed_front(film, radius(shape, p), frames), frames)
    magnitudes = np.sqrt(film)
    rings = ring_means(radius(shape, 2.0), min(shape) // 2, 0.49)  # no point in two of them
    counts = np.diff(rings.indptr)[:, None]
    means = rings @ magnitudes
    order = labelled_order(film, shape)
    found = ring_shape(order.values)
    ranked = spiral(-hann_power_spectrum(halves.first))
    width = widths([rank_width(film, ranked, int(j), around=AROUND) for j in wide], wide)
    return fronts, xr.Dataset(
        {
            "order": order,
            **shape_numbers(found),
            "rank": images.rank,
            "ring_energy": whole_film(ring_energies(film, shape), shape),
            "radius": whole_film(front_radius(film, shape, p), shape),
            "width": whole_film(width, shape),
            "sums_missed": max(abs(basis.sum(axis) - 1).max() for axis in (0, 1)),
            "means_excess": max(
                (means - 1 / np.sqrt(counts)).max(), ((counts * means**2).sum(0) - 1).max()
            ),
        }
    )


def of_whole(setting: Setting, halves: Halves, p: float) -> tuple[Eigenimages, xr.DataTree]:
    """Return the eigenimages of all images, and what their film is judged by."""
    images = eigenimages(halves.whole)
    film = spectral_energies(images.vectors[:, : images.rank], images.shape)
    # of half A and by its p: frames that the forecast has, the whole has as well
    fraction = area_fraction(local_amplitude(halves.first))
    groups = {
        "/whole": _judged(setting, images, film, p, fraction),
        "/skill": _skills(setting, halves, film, p),
        "/shuffled": _shuffled(setting, images),
        "/null": _null(setting, halves),
        "/film": _shown(film, images),
    }
    return images, xr.DataTree.from_dict(groups)


def _judged(
    setting: Setting, images: Eigenimages, film: np.ndarray, p: float, fraction: float
) -> xr.Dataset:
    """Return singular values, order, shape, fit of the front, and the word with its numbers."""
    found = verdict(images)
    stated = STATED_P.get(setting.name, p)
    fit = front_fit(
        median_radius(film, radius(images.shape, stated)),
        inner_frames(stated, images.shape, fraction=in_use(fraction), rank=images.rank),
        stated,
        images.shape,
    )
    return xr.Dataset(
        {
            "singular_value": quantity(
                images.singular_values,
                ["frame"],
                name="singular_value",
                long_name="singular value s",
                coords={"frame": np.arange(len(images.singular_values))},
            ),
            "order": labelled_order(film, images.shape),
            "rank": images.rank,
            "p": found.shape.p,
            "isotonic_r2": found.shape.isotonic_r2,
            "ratio": found.skill.ratio,
            "lead": found.skill.horizon,
            "front_p": stated,
            "front_exponent": fit.exponent,
            "front_ratio": fit.ratio,
        },
        attrs={"word": found.word},
    )


def _skills(setting: Setting, halves: Halves, film: np.ndarray, p: float) -> xr.Dataset:
    """Return the skill of each forecast of ring energies, and squared errors over persistence's."""
    shape = halves.whole.shape
    first, last = _span(setting, film.shape[1])
    ways = {
        BY_P: (spiral(radius(shape, p)), p),
        BY_HANN: (spiral(-hann_power_spectrum(halves.whole)), p),
    }
    if setting.name in STATED_P:
        stated = STATED_P[setting.name]
        ways[BY_STATED_P] = (spiral(radius(shape, stated)), stated)
    leads = _leads(setting, first, last)
    skills = np.full((1 + len(ways), len(leads)), np.nan)
    ratios = np.ones_like(skills)
    for column, lead in enumerate(leads):
        for row, (order, ring_p) in enumerate(ways.values(), 1):
            rings = ring_partition(radius(shape, ring_p))
            found = forecast_skill(film, order, rings, horizon=lead, first=first, last=last)
            skills[[0, row], column] = found.persistence_skill, found.shift_skill
            ratios[row, column] = found.ratio
    coords = {"way": [PERSISTENCE, *ways], "lead": leads}
    return xr.Dataset(
        {
            "skill": quantity(
                skills,
                ["way", "lead"],
                name="skill",
                long_name="skill: 1 - squared error over that of the time mean",
                coords=coords,
            ),
            "ratio": quantity(
                ratios,
                ["way", "lead"],
                name="ratio",
                long_name="squared error over that of persistence",
                coords=coords,
            ),
        },
        attrs={"first": first, "last": last, "stated_p": STATED_P.get(setting.name, np.nan)},
    )


def _span(setting: Setting, frames: int) -> tuple[int, int]:
    """Return the frames that forecasts are judged on."""
    first, last = SPANS.get(
        setting.pixels, (round(0.04 * setting.pixels), round(0.68 * setting.pixels))
    )
    return first, min(last, frames)


def _leads(setting: Setting, first: int, last: int) -> list[int]:
    """Return the leads that leave room for two windows."""
    wanted = LEADS if setting.pixels in SPANS else (round(s * setting.pixels) for s in SHARES)
    room = last - first - WINDOW
    return [lead for lead in wanted if 1 <= lead <= room]


def _null(setting: Setting, halves: Halves) -> xr.Dataset:
    """Return the word for as many Gaussian images that have the set's Hann spectrum and nothing else."""
    generator = np.random.default_rng(setting.config.seed)
    power = hann_power_spectrum(halves.whole)
    drawn = stationary_set(halves.whole, halves.whole.count, generator, power=power)
    found = verdict(eigenimages(drawn))
    numbers = {"isotonic_r2": found.shape.isotonic_r2, "ratio": found.skill.ratio}
    return xr.Dataset(numbers, attrs={"word": found.word})


def _shuffled(setting: Setting, images: Eigenimages) -> xr.Dataset:
    """Return the isotonic R2 of the order when the pixels of all images are shuffled alike.

    Singular values stay as they are, eigenimages are shuffled with the pixels.
    """
    generator = np.random.default_rng(setting.config.seed)
    found = []
    for _ in range(SHUFFLES):
        vectors = images.vectors[generator.permutation(setting.pixels), : images.rank]
        order = frame_of_use(spectral_energies(vectors, images.shape))
        found.append(ring_shape(order.reshape(images.shape)).isotonic_r2)
    return xr.Dataset(
        {
            "isotonic_r2": quantity(
                found,
                ["trial"],
                name="isotonic_r2",
                long_name="isotonic R2 of the order, pixels shuffled",
                coords={"trial": np.arange(SHUFFLES)},
            )
        }
    )


def _shown(film: np.ndarray, images: Eigenimages) -> xr.Dataset:
    """Return some frames of the film with single precision: the first ones, then evenly spaced."""
    spaced = np.linspace(0, images.rank - 1, SHOWN - FIRST).round().astype(int)
    frames = np.unique([*range(min(FIRST, images.rank)), *spaced])
    values = film[:, frames].T.reshape(-1, *images.shape).astype(np.float32)
    return xr.Dataset(
        {
            "energy": quantity(
                values,
                ["frame", *GRID],
                name="energy",
                long_name="energy E of a frequency",
                coords={"frame": frames, **frequencies(images.shape)},
            )
        }
    )
