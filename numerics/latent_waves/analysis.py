"""One call for an image set: its film, labelled, with the front, the shape of the rings and the word."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.images.stream import ImageStream
from numerics.images.streams import stream_of
from numerics.latent_waves.distributed import moments_on_cluster
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import area_radius, frame_of_use, median_radius
from numerics.latent_waves.lattice import radius, ring_partition
from numerics.latent_waves.moments import SecondMoments, complementary_halves, half_moments
from numerics.latent_waves.ring_shape import (
    decay_exponent,
    half_sample_bar,
    log_power,
    ring_shape,
)
from numerics.latent_waves.second_order import area_fraction, hann_power_spectrum, local_amplitude
from numerics.latent_waves.verdict import verdict
from numerics.schema import quantity
from theory.errors import ArgumentError

GRID = ("frequency_y", "frequency_x")
LEAST_IMAGES = 4


def frequencies(shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Return the coordinates of the plane of frequencies, 0 at h//2 and w//2."""
    return {name: np.arange(length) - length // 2 for name, length in zip(GRID, shape, strict=True)}


def labelled_order(film: np.ndarray, shape: tuple[int, int]) -> xr.DataArray:
    """Return t(k), the mean frame that uses a frequency, of the first frames of a film."""
    return quantity(
        frame_of_use(film).reshape(shape),
        list(GRID),
        name="order",
        long_name="mean frame t(k) that uses a frequency",
        units="frames",
        coords=frequencies(shape),
    )


def ring_energies(
    film: np.ndarray, shape: tuple[int, int], p: float | np.ndarray = 2.0
) -> xr.DataArray:
    """Return P(r, j), the energy of frame j in the ring rint(|k|_p) = r; the rings share the plane out.

    Here and in the two below radii (h, w) of any other kind may stand in place of p.
    """
    values = ring_partition(_radii(shape, p)) @ film
    return quantity(
        values,
        ["ring", "frame"],
        name="ring_energy",
        long_name="energy P of a ring",
        coords={"ring": np.arange(len(values)), "frame": np.arange(values.shape[1])},
    )


def ring_magnitudes(
    film: np.ndarray, shape: tuple[int, int], p: float | np.ndarray
) -> xr.DataArray:
    """Return u(r, j), the mean magnitude of frame j over the ring rint(|k|_p) = r; nan if it is empty."""
    rings = ring_partition(_radii(shape, p))
    counts = np.asarray(rings.sum(axis=1))[:, None]
    sums = rings @ np.sqrt(film)
    values = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return quantity(
        values,
        ["ring", "frame"],
        name="ring_magnitude",
        long_name="mean magnitude u over a ring",
        coords={"ring": np.arange(len(values)), "frame": np.arange(values.shape[1])},
    )


def front_radius(film: np.ndarray, shape: tuple[int, int], p: float | np.ndarray) -> xr.DataArray:
    """Return R(j), the radius |k|_p within which half of a frame's energy lies."""
    return quantity(
        median_radius(film, _radii(shape, p)),
        ["frame"],
        name="radius",
        long_name="front radius R, the median |k|_p of a frame's energy",
        units="cycles per image",
        coords={"frame": np.arange(film.shape[1])},
    )


def _radii(shape: tuple[int, int], p: float | np.ndarray) -> np.ndarray:
    return p if isinstance(p, np.ndarray) else radius(shape, p)


def analyse(
    source: Any,
    *,
    scale: float | None = None,
    seed: int = 0,
    radii: np.ndarray | None = None,
    client: Any = None,
) -> xr.Dataset:
    """Return the film of an image set, and what it is judged by.

    Parameters
    ----------
    source : array, path, function, dask array or ImageStream
        Whatever `numerics.images.stream_of` takes.
    scale : float, optional
        A pixel value is a stored value times this.
    seed : int
        Of the halves, whose difference is the bar of p.
    radii : ndarray, (h, w), optional
        Of rings of your own, in place of the p-norm that fits best: as in `verdict`. Then ``p``, its
        bar and the area law, which is one of p-norms, are nan.
    client : distributed.Client, optional
        Of a cluster that multiplies the images.

    Returns
    -------
    Dataset
        ``singular_value`` (frame); ``order`` (frequency_y, frequency_x), t(k); ``ring_energy`` and
        ``ring_magnitude`` (ring, frame), in rings of the set's own p or radii; ``radius`` and
        ``area_law`` (frame); ``hann_power`` (frequency_y, frequency_x). Numbers: ``p`` of the order
        and ``p_hann`` of the power, each with its ``_bar`` between halves, ``isotonic_r2``, ``slope``
        alpha, ``area_fraction`` f, ``rank``, ``ratio`` q with its ``lead``. The attribute ``word``
        is the verdict.

    Raises
    ------
    ArgumentError
        For a source that cannot be used, fewer than 4 images or 7 x 7 pixels, constant images, and
        films too short to be judged.

    Examples
    --------
    >>> from numerics.images import streams
    >>> found = analyse(streams.gaussian(2000, image_side=16))
    >>> found.attrs["word"], round(float(found["p"]))
    ('wave-like', 2)
    """
    first, second = _halves(_enough(stream_of(source, scale=scale)), seed, client)
    whole = first + second
    images = eigenimages(whole)
    film = spectral_energies(images.vectors[:, : images.rank], images.shape)
    found = verdict(images, radii=radii)
    rings = found.shape.p if radii is None else radii
    power = hann_power_spectrum(whole)
    frames = np.arange(film.shape[1])
    bars = half_sample_bar(*(log_power(hann_power_spectrum(half)) for half in (first, second)))
    fraction = area_fraction(local_amplitude(whole))
    return xr.Dataset(
        {
            "singular_value": quantity(
                images.singular_values[: images.rank],
                ["frame"],
                name="singular_value",
                long_name="singular value s",
                coords={"frame": frames},
            ),
            "order": labelled_order(film, images.shape),
            "ring_energy": ring_energies(film, images.shape, rings),
            "ring_magnitude": ring_magnitudes(film, images.shape, rings),
            "radius": front_radius(film, images.shape, rings),
            "area_law": ("frame", _area_law(frames, found.shape.p, images.shape, fraction)),
            "hann_power": (GRID, power),
            "p": found.shape.p,
            "p_bar": _bar_of_order(first, second) if radii is None else np.nan,
            "p_hann": ring_shape(log_power(power)).p,
            "p_hann_bar": bars,
            "isotonic_r2": found.shape.isotonic_r2,
            "slope": decay_exponent(power),
            "area_fraction": fraction,
            "rank": images.rank,
            "ratio": found.skill.ratio,
            "lead": found.skill.horizon,
        },
        attrs={"word": found.word, "images": whole.count},
    )


def _enough(stream: ImageStream) -> ImageStream:
    """Return a stream, or raise ArgumentError where its halves would be too small to have a film."""
    if stream.count < LEAST_IMAGES:
        raise ArgumentError(
            "source",
            f"{stream.count} images",
            f"must be at least {LEAST_IMAGES}: two in each half",
            "take more images",
        )
    return stream


def _area_law(frames: np.ndarray, p: float, shape: tuple[int, int], fraction: float) -> np.ndarray:
    if np.isnan(p):
        return np.full(len(frames), np.nan)
    return area_radius(frames, p, shape, fraction=fraction)


def _bar_of_order(first: SecondMoments, second: SecondMoments) -> float:
    """How far p of the order moves between two halves."""
    return half_sample_bar(_order_of(first), _order_of(second))


def _halves(stream: ImageStream, seed: int, client: Any) -> tuple[SecondMoments, SecondMoments]:
    """Moments of two random halves, here or on a cluster."""
    if client is None:
        return half_moments(stream, seed)
    masks = complementary_halves(stream.count, seed)
    first, second = (moments_on_cluster(stream.selected(mask), client) for mask in masks)
    return first, second


def _order_of(half: SecondMoments) -> np.ndarray:
    """t(k) of a half, (h, w)."""
    images = eigenimages(half)
    film = spectral_energies(images.vectors[:, : images.rank], images.shape)
    return frame_of_use(film).reshape(images.shape)
