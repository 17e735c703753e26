"""Fits of learning curves: exact sigmoids come back exactly, noisy ones within their uncertainty."""

import dataclasses

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics import evaluate
from numerics.learning_curves import Sigmoid, fit_sigmoid, fit_sigmoids
from numerics.schema import quantity
from theory import linear_cnn
from theory.errors import ArgumentError

SIGMAS = 7  # beyond which no estimate of the property test should be, in 10^4 tries


@st.composite
def curves(draw):
    """Updates, an exact sigmoid on them, and its end, rate and half time; recorded from the start."""
    length = draw(st.integers(50, 5000))
    updates = np.linspace(0, length, draw(st.integers(60, 300)))
    half = length * draw(st.floats(0.15, 0.85))
    rate = draw(st.floats(6, 120)) / length
    end = draw(st.floats(0.01, 10))
    values = end / (1 + np.exp(-rate * (updates - half)))
    assume(values[0] < 0.45 * end and values[-1] > 0.55 * end)
    return updates, values, (end, rate, half)


def fitted(fit):
    return np.array([fit.end, fit.rate, fit.half_time])


def spread(fit):
    return np.array([fit.end_uncertainty, fit.rate_uncertainty, fit.half_time_uncertainty])


@settings(max_examples=100, deadline=None)
@given(curves())
def test_exact_sigmoids_come_back(curve):
    """End, rate and half time to 1e-8; and the curve itself."""
    updates, values, known = curve
    fit = fit_sigmoid(updates, values, singular_value=known[0])
    np.testing.assert_allclose(fitted(fit), known, rtol=1e-8)
    np.testing.assert_allclose(fit(updates), values, atol=1e-8 * known[0])
    assert fit.residual < 1e-8 * known[0]


@settings(max_examples=100, deadline=None)
@given(curves(), st.floats(1e-4, 0.02), st.integers(0, 2**32 - 1))
def test_noise_is_within_the_uncertainty(curve, noise, seed):
    """Of white noise on every record; the residual is the noise."""
    updates, values, known = curve
    wrong = np.random.default_rng(seed).normal(0, noise * known[0], values.shape)
    noisy = values + wrong
    assume(noisy[0] < known[0] / 2)
    fit = fit_sigmoid(updates, noisy, singular_value=known[0])
    assert (np.abs(fitted(fit) - known) < SIGMAS * spread(fit)).all()
    assert fit.residual == pytest.approx(noise * known[0], rel=0.5)


def test_uncertainties_are_standard_deviations():
    """Over 300 draws of the noise: pulls of mean 0 and deviation 1, to 4 of their own deviations."""
    updates = np.arange(0, 600, 4)
    values = 1 / (1 + np.exp(-0.03 * (updates - 250)))
    generator = np.random.default_rng(0)
    pulls = []
    for _ in range(300):
        fit = fit_sigmoid(updates, values + generator.normal(0, 0.01, values.shape), 1.0)
        pulls.append((fitted(fit) - (1, 0.03, 250)) / spread(fit))
    assert np.abs(np.mean(pulls, axis=0)).max() < 4 / np.sqrt(300)
    assert np.abs(np.std(pulls, axis=0) - 1).max() < 4 / np.sqrt(600)


def test_the_law_gives_its_rate():
    """The closed form of theory: rate 2 n v S c eta, half time ln(S/A0 - 1)/rate, end S."""
    n, v, s, start, eta = 8.0, 0.7, 1.3, 1e-4, 2e-3
    known = xr.Dataset(
        {
            "image_side": n,
            "spectral_magnitude": v,
            "singular_value": s,
            "initial_strength": start,
        }
    )
    updates = np.arange(0, 1200, 10)
    curve = evaluate(linear_cnn.mode_law(), known, xr.DataArray(eta * updates, dims="time"))
    fit = fit_sigmoid(updates, curve.values, s)
    rate = 2 * n * v * s * eta
    np.testing.assert_allclose(fitted(fit), (s, rate, np.log(s / start - 1) / rate), rtol=1e-10)


def test_many_at_once():
    """Each curve as by itself, with its units; nan where a curve is refused."""
    updates = np.arange(0, 300, 5)
    halves = np.array([[80.0, 150.0], [100.0, 1000.0]])  # the last rises after the end
    values = 2 / (1 + np.exp(-0.06 * (updates - halves[..., None])))
    strengths = quantity(
        values,
        ["trial", "mode", "update"],
        name="A",
        long_name="A",
        coords={"trial": [4, 7], "update": updates},
    )
    singular = quantity([2.0, 2.0], ["mode"], name="S", long_name="S")
    fits = fit_sigmoids(strengths, singular)
    assert set(fits.data_vars) == {field.name for field in dataclasses.fields(Sigmoid)}
    assert fits["half_time"].dims == ("trial", "mode")
    assert fits["half_time"].attrs == {"long_name": "half time", "units": "updates"}
    assert fits["rate_uncertainty"].attrs["units"] == "1/update"
    assert np.isnan(fits["rate"].sel(trial=7, mode=2))
    one = fit_sigmoid(updates, values[0, 1], 2.0)
    assert float(fits["rate"].sel(trial=4, mode=2)) == one.rate
    assert int(np.isfinite(fits["rate"]).sum()) == 3


TIMES = np.arange(0.0, 100.0, 5.0)
RISE = 1 / (1 + np.exp(-0.2 * (TIMES - 50)))
REFUSED = {
    "never past half": (TIMES, 0.4 * RISE, 1.0, "must rise from below S/2 = 0.5 past it"),
    "noise about zero": (TIMES, 0.01 * np.cos(TIMES), 1.0, "must rise"),
    "past half at the start": (TIMES, 0.6 + 0.4 * RISE, 1.0, "from 0.6 to 1 at most"),
    "a step between two records": (TIMES, 1.0 * (TIMES > 52), 1.0, "record more often"),
    "nan": (TIMES, np.where(TIMES == 50, np.nan, RISE), 1.0, "must be finite"),
    "times that do not increase": (TIMES[::-1], RISE, 1.0, "at increasing updates"),
    "too few records": (TIMES[:4], RISE[:4], 1.0, "at least 5"),
    "two lengths": (TIMES, RISE[:-1], 1.0, r"shapes \(20,\) and \(19,\)"),
    "no singular value": (TIMES, RISE, 0.0, "singular_value: got 0.0"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    """One line each, with what came and what to do."""
    times, values, singular, said = REFUSED[what]
    with pytest.raises(ArgumentError, match=said) as error:
        fit_sigmoid(times, values, singular)
    assert len(str(error.value).splitlines()) == 1
