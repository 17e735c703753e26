"""Fields on a grid, their scaling to [0, 1], and what it does to the coefficients of an equation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.field import Field
from numerics.latent_waves.identification import Regression
from theory.errors import ArgumentError
from theory.latent_waves.gauge import scaled, shifted

quickly = settings(deadline=None, max_examples=15)
scales = st.floats(0.1, 10)


def bumpy(seed=0, frames=60):
    """Smooth in x and t, with noise: no equation explains all of it."""
    x, t = np.linspace(0, 1, 16), np.linspace(0, 1, frames)
    values = (
        1.3 + np.sin(5 * x[:, None] - 3 * t) * np.exp(-x[:, None]) + 0.2 * np.cos(9 * x)[:, None]
    )
    noise = 1e-2 * np.random.default_rng(seed).standard_normal(values.shape)
    return Field(values + noise, x, t)


def coefficients(field, **options):
    return Regression(field, **options).dense().coefficients


def assert_equal(found, expected):
    """To 1e-9 of the largest of the terms with the same derivative: a shift mixes these."""
    for order in range(4):
        terms = [term for term in expected if term.order == order]
        largest = max(abs(expected[term]) for term in terms)
        for term in terms:
            assert abs(found.get(term, 0.0) - expected[term]) < 1e-9 * largest


@quickly
@given(scales, scales, scales)
def test_scaling_acts_on_the_coefficients_and_not_on_r2(b, s, tau):
    """LW14: u' = b u, x' = s x, t' = tau t; a fit of all twelve terms; c' = c b^(1-d) s^k/tau."""
    field = bumpy()
    other = Field(b * field.values, s * field.positions, tau * field.times)
    assert_equal(coefficients(other), scaled(coefficients(field), b=b, s=s, tau=tau))
    one, two = Regression(field).dense(), Regression(other).dense()
    assert two.train == pytest.approx(one.train, abs=1e-9)
    assert two.held_out == pytest.approx(one.held_out, abs=1e-8)


@quickly
@given(st.floats(-2, 2))
def test_shift_mixes_terms_of_one_order(h):
    """LW14: u' = u + h; c'_0 = c_0 - h c_1 + h^2 c_2 and so on, R2 as before."""
    field = bumpy()
    other = Field(field.values + h, field.positions, field.times)
    assert_equal(coefficients(other), shifted(coefficients(field), h))
    held_out = Regression(field).dense().held_out
    assert Regression(other).dense().held_out == pytest.approx(held_out, abs=1e-8)


def test_raw_units_come_back():
    """A fit of the scaled film, brought to raw units, is the fit of the raw film."""
    field = bumpy()
    raw = Field(0.1 * field.values, 1 + 14 * field.positions, 10 + 59 * field.times)
    assert_equal(raw.gauge.raw_units(coefficients(raw.scaled())), coefficients(raw))
    assert_equal(raw.gauge.unit_interval(coefficients(raw)), coefficients(raw.scaled()))


def test_scaled_field_spans_zero_to_one():
    """u, x and t each reach 0 and 1; the gauge holds what they were."""
    field = Field(3 - 2 * bumpy().values, np.arange(1.0, 17), np.arange(10.0, 70))
    scaled_field, gauge = field.scaled(), field.gauge
    for axis in (scaled_field.values, scaled_field.positions, scaled_field.times):
        assert axis.min() == 0
        assert axis.max() == 1
    back = gauge.u_min + scaled_field.values * (gauge.u_max - gauge.u_min)
    np.testing.assert_allclose(back, field.values, rtol=1e-14)
    assert (gauge.x_min, gauge.x_max, gauge.t_min, gauge.t_max) == (1, 16, 10, 69)


@pytest.mark.parametrize(("frames", "expected"), [(140, 112), (135, 108), (335, 268)])
def test_training_part_of_the_paper(frames, expected):
    """int(.8 frames): 112, 108 and 268 frames train in the rows of MNIST, FMNIST and CIFAR10."""
    train, held_out = bumpy(frames=frames).split(0.8)
    assert (len(train.times), len(held_out.times)) == (expected, frames - expected)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            np.zeros((6, 4)),
            "times: got 4 of them; must be at least 5, for third derivatives; take more",
        ),
        (np.zeros((4, 6)), "positions: got 4 of them; must be at least 5"),
        (np.full((6, 6), np.nan), "values: got nan or infinity; must be finite; mend the data"),
    ],
)
def test_unusable_fields_are_refused(values, message):
    with pytest.raises(ArgumentError, match=message):
        Field(values, np.arange(float(values.shape[0])), np.arange(float(values.shape[1])))


def test_shape_that_does_not_fit_is_refused():
    with pytest.raises(ArgumentError, match=r"values: got shape \(6, 5\); must be \(5, 6\)"):
        Field(np.zeros((6, 5)), np.arange(5.0), np.arange(6.0))


def test_constant_field_is_not_scaled():
    with pytest.raises(ArgumentError, match=r"values: got 2\.0; must not be the same everywhere"):
        Field(np.full((6, 6), 2.0), np.arange(6.0), np.arange(6.0)).scaled()
