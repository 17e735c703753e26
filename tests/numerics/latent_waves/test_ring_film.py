"""The film of ring means: its rings, its window, and the slices it refuses."""

import re

import numpy as np
import pytest
from film_sets import gaussian, moments

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import moving_mean
from numerics.latent_waves.ring_film import Rings, ring_film
from theory.errors import ArgumentError


@pytest.fixture(scope="module")
def images():
    return eigenimages(moments(gaussian(12, 2, 2.0, 900)))


def test_ring_means_of_magnitudes(images):
    """u(x, t) is the mean of |fft2(v_t)|/N over ||k| - x| <= 1, |k| from ((N-1)/2, (N-1)/2)."""
    film = ring_film(images)
    place = np.arange(12) - 5.5
    radii = np.hypot(place[:, None], place)
    for frame in (0, 7, 100):
        vector = images.vectors[:, frame].reshape(12, 12)
        magnitude = np.abs(np.fft.fftshift(np.fft.fft2(vector))) / 12
        expected = [magnitude[np.abs(radii - x) <= 1].mean() for x in range(1, 7)]
        np.testing.assert_allclose(film.values[:, frame], expected, atol=1e-13)


@pytest.mark.parametrize("multiple", [1.0, 1.3])
def test_number_of_rings(images, multiple):
    """floor(multiple N/2)."""
    assert len(ring_film(images, Rings(multiple=multiple)).values) == int(multiple * 6)


def test_window_is_taken_before_the_slice(images):
    """Frames start..start + w - 1 go into the first value of a slice, also those beyond its end."""
    film = ring_film(images, window=10)
    raw = ring_film(images).values
    first, last = film.field(20, 50).values[:, [0, -1]].T
    np.testing.assert_allclose(first, raw[:, 20:30].mean(axis=1))
    np.testing.assert_allclose(last, raw[:, 49:59].mean(axis=1))
    np.testing.assert_allclose(film.values, moving_mean(raw, 10, whole=True))


def test_raw_coordinates(images):
    """Rings count from 1, frames as they stand in the film."""
    field = ring_film(images).field(20, 50)
    assert field.positions.tolist() == [1, 2, 3, 4, 5, 6]
    assert (field.times[0], field.times[-1]) == (20, 49)


@pytest.mark.parametrize("window", [1, 10])
def test_end_beyond_the_rank(images, window):
    """The error names the rank, less what the window looks ahead."""
    film = ring_film(images, window=window)
    rank = images.rank - window + 1
    film.field(rank - 10, rank)
    with pytest.raises(
        ArgumentError,
        match=f"end: got {rank + 1}; frames beyond rank {rank} are arbitrary null vectors",
    ):
        film.field(rank - 10, rank + 1)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (30, 30, "start: got 30; must be from 0 to below the end, 30"),
        (-1, 30, "start: got -1; must be from 0 to below the end, 30"),
        (30, 34, "frames: got 4; must be at least 5, for third derivatives"),
    ],
)
def test_slices_that_are_none(images, start, end, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        ring_film(images).field(start, end)


def test_too_few_rings(images):
    with pytest.raises(ArgumentError, match="rings: got 4; must be at least 5"):
        ring_film(images, Rings(multiple=0.7)).field(10, 40)
