"""Forecasts of ring energies: the shift of modes, which has no parameter, and persistence."""

import numpy as np
import pytest
from film_sets import energies, halves
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.lattice import radius, ring_partition, spiral
from numerics.latent_waves.ring_shape import natural_radius
from numerics.latent_waves.second_order import hann_power_spectrum
from numerics.latent_waves.shift_forecast import forecast_skill, shift_modes
from theory.errors import ArgumentError

quickly = settings(deadline=None, max_examples=40)
films = st.tuples(st.integers(4, 40), st.integers(0, 2**32 - 1))
places = st.integers(0, 50)


def random_film(size, seed):
    """Energies and an order of the modes."""
    generator = np.random.default_rng(seed)
    return generator.random((size, 3)), generator.permutation(size)


def skill(film, p, horizon, *, shape=(32, 32), first=40, last=700, order=None):
    radii = radius(shape, p)
    order = spiral(radii) if order is None else order
    return forecast_skill(
        film, order, ring_partition(radii), horizon=horizon, first=first, last=last
    )


@quickly
@given(films, places)
def test_shift_keeps_what_stays_inside(film, by):
    """Energy is conserved but for what leaves the box; by 0 nothing moves; beyond all, nothing is left."""
    energy, order = random_film(*film)
    moved = shift_modes(energy, order, by)
    gone = energy[order[max(len(order) - by, 0) :]].sum(axis=0)
    np.testing.assert_allclose(moved.sum(axis=0), energy.sum(axis=0) - gone, atol=1e-12)
    np.testing.assert_array_equal(shift_modes(energy, order, 0), energy)
    assert shift_modes(energy, order, len(order)).sum() == 0


@quickly
@given(films, places, places)
def test_shifts_compose(film, one, other):
    """By a, then by b, is by a + b."""
    energy, order = random_film(*film)
    twice = shift_modes(shift_modes(energy, order, one), order, other)
    np.testing.assert_array_equal(twice, shift_modes(energy, order, one + other))


@quickly
@given(films, places)
def test_vacated_places_are_filled(film, by):
    """With a number, or with one for each frame: magnitudes take their smallest."""
    energy, order = random_film(*film)
    moved = shift_modes(energy, order, by, fill=energy.min(axis=0))
    inner = order[: min(by, len(order))]
    np.testing.assert_array_equal(
        moved[inner], np.broadcast_to(energy.min(axis=0), (len(inner), 3))
    )
    assert moved.min() >= energy.min()


def test_shift_by_hand():
    """Along the order 2, 0, 1, by one place."""
    assert shift_modes(np.array([10.0, 20, 30]), np.array([2, 0, 1]), 1).tolist() == [30, 10, 0]


@pytest.mark.parametrize("horizon", [1, 7, 20])
@pytest.mark.parametrize("p", [1, 2])
def test_ideal_film(p, horizon):
    """Frame j is the mode j places out: the shift forecasts it without error, persistence does not."""
    order = spiral(radius((16, 16), p))
    film = np.zeros((256, 256))
    film[order, np.arange(256)] = 1
    found = skill(film, p, horizon, shape=(16, 16), first=10, last=200)
    assert found.shift == pytest.approx(0, abs=1e-25)
    assert found.shift_skill == pytest.approx(1)
    assert found.ratio < 1e-20
    assert found.persistence > 0


def test_skills_by_the_definition():
    """Sums over rings and origins, window by window, of the three forecasts."""
    generator = np.random.default_rng(0)
    film = generator.random((25, 60))
    radii = radius((5, 5))
    order, rings = spiral(radii), ring_partition(radii).toarray()
    found = forecast_skill(
        film, order, ring_partition(radii), horizon=4, first=5, last=50, window=6, step=7
    )
    assert found.origins.tolist() == [5, 12, 19, 26, 33, 40]
    expected = np.zeros(3)
    profile = rings @ film[:, 5:50].mean(axis=1)
    for o in found.origins:
        now, then = film[:, o : o + 6].mean(axis=1), film[:, o + 4 : o + 10].mean(axis=1)
        moved = np.zeros(25)
        moved[order[4:]] = now[order[:-4]]
        forecasts = (rings @ now, rings @ moved, profile)
        expected += [((rings @ then - made) ** 2).sum() for made in forecasts]
    np.testing.assert_allclose([found.persistence, found.shift, found.mean], expected)
    assert found.persistence_skill == pytest.approx(1 - expected[0] / expected[2])
    assert found.shift_skill == pytest.approx(1 - expected[1] / expected[2])
    assert found.ratio == pytest.approx(expected[1] / expected[0])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"horizon": 40},
            "last: got (5, 50); must hold a window of 15 frames and another one 40 frames later, "
            "55 frames in all; take more frames, or forecast less far",
        ),
        ({"last": 61}, "last: got (5, 61); frames must lie within 0 to 60; take fewer"),
        ({"first": 50}, "last: got (50, 50); frames must lie within 0 to 60; take fewer"),
        ({"window": 0}, "window: got 0; must be at least 1; pass 1 or more"),
        ({"step": 0}, "step: got 0; must be at least 1; pass 1 or more"),
        ({"horizon": 0}, "horizon: got 0; must be at least 1; pass 1 or more"),
    ],
)
def test_refusals(options, text):
    """Argument, value, what is allowed, remedy."""
    radii = radius((5, 5))
    settings_ = {"horizon": 4, "first": 5, "last": 50} | options
    with pytest.raises(ArgumentError) as caught:
        forecast_skill(np.zeros((25, 60)), spiral(radii), ring_partition(radii), **settings_)
    assert str(caught.value) == text


def test_refuses_shifts_inwards():
    """What came in from beyond the box is not known."""
    with pytest.raises(ArgumentError, match="places: got -1; must be at least 0; modes move out"):
        shift_modes(np.zeros(4), np.arange(4), -1)


# Measured sets.


@pytest.mark.slow
def test_flower():
    """LW19: 40000 patches, p = 2.6, 30 frames ahead: skill > .9, above persistence."""
    found = skill(energies("flower_32")[0], 2.6, 30)
    assert found.shift_skill > 0.9
    assert found.shift_skill > found.persistence_skill


def test_cifar10():
    """LW20c: p = 1.4, 30 frames ahead: skill > .95, under a tenth of the squared error of persistence."""
    found = skill(energies("cifar10")[0], 1.4, 30)
    assert found.shift_skill > 0.95
    assert found.ratio < 0.1


def test_cifar10_without_p():
    """The order of Hann S, with p nowhere in it, and rings in its own radius: as good."""
    first, second = halves("cifar10")
    natural = natural_radius(hann_power_spectrum(first + second))
    found = skill(energies("cifar10")[0], 1.4, 30, order=spiral(natural))
    assert found.shift_skill > 0.98
    own = forecast_skill(
        energies("cifar10")[0],
        spiral(natural),
        ring_partition(natural),
        horizon=30,
        first=40,
        last=700,
    )
    assert own.shift_skill > 0.98


@pytest.mark.parametrize(("name", "p"), [("gaussian_20", 2.0), ("gaussian_13", 1.3)])
def test_gaussian_ensembles(name, p):
    """LW20d: 20000 stationary Gaussian images, 30 frames ahead: skill > .97."""
    assert skill(energies(name)[0], p, 30).shift_skill > 0.97


def test_skill_depends_on_the_frames():
    """FashionMNIST, p = 2, 30 ahead: .13 over frames 10..300 and .91 over 40..700: quote both or neither."""
    film, _ = energies("fashion_mnist")
    early = skill(film, 2, 30, shape=(28, 28), first=10, last=300)
    late = skill(film, 2, 30, shape=(28, 28))
    assert early.shift_skill == pytest.approx(0.13, abs=0.02)
    assert late.shift_skill == pytest.approx(0.91, abs=0.02)
    assert early.shift_skill < early.persistence_skill
