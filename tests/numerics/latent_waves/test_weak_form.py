"""The weak form: its bumps, its rows, and the equations that it finds in exact solutions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.latent_waves.field import Field
from numerics.latent_waves.known_films import KNOWN_FILMS, known_film
from numerics.latent_waves.recovery import strong_errors, true_values, weak_errors
from numerics.latent_waves.sparse_regression import best_support
from numerics.latent_waves.weak_form import bumps, conservative, weak_rows
from theory.errors import ArgumentError
from theory.latent_waves.equations import Equation, Term

quickly = settings(deadline=None, max_examples=15)


def random_field(seed, positions=40, times=30):
    values = np.random.default_rng(seed).standard_normal((positions, times))
    return Field(values, np.linspace(-1, 2, positions), np.linspace(0, 1, times))


def test_bump_and_its_derivatives():
    """(1 - xi^2)^8 on 8 windows of [0, 16]: half width 2; -d_x of it by the chain rule."""
    axis = np.linspace(0, 16, 161)
    found = bumps(axis, 8, 8, 2)
    assert found.half_width == pytest.approx(2.0)
    assert found.integrals.shape == (2, 25, 161)  # every quarter of 20 spacings
    xi = (axis - 2) / 2
    inside = np.abs(xi) <= 1
    np.testing.assert_allclose(found.integrals[0, 0], 0.1 * inside * (1 - xi**2) ** 8, atol=1e-14)
    slope = 0.1 * 8 * xi * (1 - xi**2) ** 7 * inside
    np.testing.assert_allclose(found.integrals[1, 0], slope, atol=1e-14)


def test_integration_by_parts():
    """For u = sin(x) e^-t: <u_xx, phi> = <u_t, phi> = -<u, phi>, to the order of the trapezoid sums.

    Euler and Maclaurin: the first odd derivative that is not 0 at the ends is the seventh for the
    second derivative of a bump of degree 8, the fifth for the first of one of degree 6: orders 8, 6.
    """
    errors = []
    for half in (16, 32):
        x, t = np.linspace(0, 6, 8 * half + 1), np.linspace(0, 1, 4 * half + 1)
        rows = weak_rows(Field(np.sin(x)[:, None] * np.exp(-t), x, t))
        columns = dict(zip(rows.terms, rows.columns.T, strict=True))
        plain = columns[Term(1, 0)]
        errors.append(
            [np.abs(other + plain).max() for other in (columns[Term(1, 2, True)], rows.rates)]
        )
    np.testing.assert_allclose(np.log2(np.divide(*errors)), (8, 6), atol=0.1)


@quickly
@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(-3, 3))
def test_rows_of_the_first_power_are_linear(seed, one, other):
    """Property 12: columns d_x^k u and the rates of a sum of two fields are the sums."""
    first, second = random_field(seed), random_field(seed + 1)
    mixed = weak_rows(
        Field(one * first.values + other * second.values, first.positions, first.times)
    )
    parts = [weak_rows(first), weak_rows(second)]
    linear = [i for i, term in enumerate(mixed.terms) if term.power == 1]
    expected = one * parts[0].columns[:, linear] + other * parts[1].columns[:, linear]
    scale = max(np.abs(part.columns[:, linear]).max() for part in parts) * (abs(one) + abs(other))
    np.testing.assert_allclose(mixed.columns[:, linear], expected, atol=1e-12 * scale + 1e-300)
    rates = one * parts[0].rates + other * parts[1].rates
    np.testing.assert_allclose(mixed.rates, rates, atol=1e-11 * (abs(one) + abs(other)) + 1e-300)


@quickly
@given(st.floats(-5, 5).filter(lambda constant: abs(constant) > 1e-3))
def test_derivatives_of_a_constant_vanish(constant):
    """Property 12: odd orders and rates to rounding; the second, a trapezoid sum, to 1e-10 of its weights."""
    x, t = np.linspace(0, 1, 512), np.linspace(0, 1, 101)
    rows = weak_rows(Field(np.full((512, 101), constant), x, t))
    still, moving = (np.abs(weights).sum(axis=1).max() for weights in rows.along_t.integrals)
    for term, column in zip(rows.terms, rows.columns.T, strict=True):
        if term.order:
            weights = np.abs(rows.along_x.integrals[term.order]).sum(axis=1).max()
            size = weights * still * abs(constant) ** term.power
            assert np.abs(column).max() < (1e-14 if term.order % 2 else 1e-10) * size
    size = np.abs(rows.along_x.integrals[0]).sum(axis=1).max() * moving * abs(constant)
    assert np.abs(rows.rates).max() < 1e-14 * size


@pytest.mark.parametrize("name", KNOWN_FILMS)
def test_recovery_without_noise(name):
    """LW23, LW24: weak coefficients to 1e-6, strong to 1.5 percent; the search finds the support."""
    film = known_film(name)
    rows = weak_rows(film.field)
    assert np.abs(weak_errors(film, film.field)).max() < 1e-6
    assert 1e-4 < np.abs(strong_errors(film, film.field)).max() < 0.015
    truth = np.flatnonzero(true_values(film, rows))
    assert best_support(rows.columns, rows.rates) == tuple(truth)


@pytest.mark.parametrize(
    ("equation", "expected"),
    [
        ({Term(1, 1): -1, Term(0, 2): 0.5}, {Term(2, 1, True): -0.5, Term(1, 2, True): 0.5}),
        ({Term(2, 1): -6, Term(2, 0): 3}, {Term(2, 0): 3.0, Term(3, 1, True): -2.0}),
        ({Term(2, 3, True): 1.5}, {Term(2, 3, True): 1.5}),
    ],
)
def test_conservative_form(equation, expected):
    """u^a u_x = (u^(a+1))_x/(a+1); powers and derivatives of powers stay."""
    assert conservative(Equation(equation)) == expected


def test_what_has_no_weak_form_here():
    with pytest.raises(ArgumentError, match="equation: got u u_xx; is not a derivative of a power"):
        conservative(Equation({Term(1, 2): 1.0}))
    with pytest.raises(
        ArgumentError,
        match="field: got 20 points along an axis; a window of the weak form needs 33",
    ):
        weak_rows(random_field(0, positions=20))
