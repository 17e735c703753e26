"""Six rungs of the front, from the area law to images not seen; predicted steps against found ones."""

import functools
import itertools

import numpy as np
import pytest
from film_sets import halves, moments, patches

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import moving_mean, spectral_energies
from numerics.latent_waves.front import median_radius
from numerics.latent_waves.front_ladder import HALF_A, RUNGS, forecast_front, smoothed_front
from numerics.latent_waves.lattice import radius
from numerics.latent_waves.predictors import (
    LOCALLY_STATIONARY,
    PHASE_SPACE,
    covariance_energies,
    locally_stationary,
    phase_space_energies,
)
from numerics.latent_waves.second_order import hann_power_spectrum, local_amplitude
from theory.errors import ArgumentError

SEEDS = (1, 2)


@functools.cache
def ladder(name, seed=0):
    """The forecast of half A and the measured front of half B."""
    return both_fronts(*halves(name, seed))


def both_fronts(first, second):
    forecast = forecast_front(first, films_of(first))
    plane = radius(first.shape, forecast.p)
    return forecast, smoothed_front(film_of(second), plane, forecast.frames)


def films_of(half):
    return {
        LOCALLY_STATIONARY: covariance_energies(locally_stationary(half), half.shape),
        PHASE_SPACE: phase_space_energies(local_amplitude(half), hann_power_spectrum(half)),
        HALF_A: film_of(half),
    }


def film_of(half):
    return spectral_energies(eigenimages(half).vectors, half.shape)


def step(name, lower, upper, seed=0):
    """Difference of two rungs, relative to the measured front."""
    forecast, measured = ladder(name, seed)
    rungs = forecast.rungs | {"half B": measured, "phase space": forecast.phase_space}
    return (rungs[upper] - rungs[lower]) / measured


def rms(values):
    return np.sqrt((values**2).mean())


FLOWER = pytest.param("flower_32", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["mnist", "cifar10", FLOWER])
def test_sampling_step(name):
    """LW40: eigenimages of half A predict the front of half B to an rms of 2 percent."""
    assert rms(step(name, "half A", "half B")) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["mnist", "cifar10", "flower_32"])
def test_sampling_step_of_other_halves(name, seed):
    """LW40 for further halves."""
    assert rms(step(name, "half A", "half B", seed)) < 0.02


def test_step_of_empty_ground():
    """LW41: MNIST: the mean step from the power spectrum to the local model is 1 - sqrt(f) = .389, to .06."""
    forecast, _ = ladder("mnist")
    assert forecast.step_mean == pytest.approx(0.389, abs=0.002)
    found = step("mnist", "power spectrum", "locally stationary").mean()
    assert found == pytest.approx(forecast.step_mean, abs=0.06)


@pytest.mark.parametrize(
    ("name", "p", "steps"),
    [
        ("mnist", 1.52, [0.007, 0.053, 0.349, 0.058, 0.0127]),
        ("fashion_mnist", 0.64, [0.041, 0.096, 0.162, 0.076, 0.0197]),
        ("cifar10", 1.44, [0.006, 0.016, 0.047, 0.048, 0.0093]),
    ],
)
def test_steps(name, p, steps):
    """Rms of each step as measured by an independent implementation, to its printed digits."""
    forecast, _ = ladder(name)
    assert forecast.p == p
    rungs = [*RUNGS, "half B"]
    found = [rms(step(name, *pair)) for pair in itertools.pairwise(rungs)]
    np.testing.assert_allclose(found, steps, atol=0.0015)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", FLOWER])
def test_phase_space_count_predicts_the_front(name):
    """Without an eigenvector it is closer to half B than the locally stationary model that it counts."""
    assert rms(step(name, "phase space", "half B")) < rms(
        step(name, "locally stationary", "half B")
    )


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_phase_space_count_predicts_the_step(name):
    """On empty ground it leaves under half of what 1/sqrt(f) leaves of the step to the local model."""
    forecast, measured = ladder(name)
    by_area = forecast.rungs["power spectrum"] / np.sqrt(forecast.fraction)
    left = (forecast.rungs["locally stationary"] - by_area) / measured
    assert rms(step(name, "phase space", "locally stationary")) < 0.5 * rms(left)


def test_oblong_images():
    """Patches of 16 x 24 pixels of a photograph: every rung within 4 percent, on a lattice of density 2/3."""
    images = patches("flower", 24, 8000)[:, :16]
    forecast, measured = both_fronts(moments(images[:4000]), moments(images[4000:]))
    for rung in RUNGS:
        assert rms(forecast.rungs[rung] / measured - 1) < 0.04
    # the p of 32 x 32 patches of the same photograph, for frequencies are per length, not per side
    assert forecast.p == pytest.approx(2.9, abs=0.3)


def test_rungs_by_the_definition():
    """Smoothed over the whole film, then cut to 10 <= j < f C_p (N/2 - 1)^2."""
    first, _ = halves("mnist")
    forecast, _ = ladder("mnist")
    fronts = median_radius(film_of(first), radius(first.shape, forecast.p))
    np.testing.assert_array_equal(forecast.rungs[HALF_A], moving_mean(fronts, 9)[forecast.frames])
    assert forecast.frames.start == 10
    assert list(forecast.rungs) == list(RUNGS)


def test_stated_p_and_rank():
    """A p that is given is used as it is; frames from the rank on are left out, and few left are refused."""
    first, _ = halves("digits")
    films = films_of(first)
    assert forecast_front(first, films, p=2).p == 2
    whole = forecast_front(first, films, p=4).frames
    assert forecast_front(first, films, p=4, rank=whole.stop - 1).frames.stop == whole.stop - 1
    with pytest.raises(ArgumentError, match="and that are within the rank 11; use larger images"):
        forecast_front(first, films, rank=11)
