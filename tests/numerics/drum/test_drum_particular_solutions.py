"""Particular solutions: digits of the L and of the isospectral pair, and a bound that covers."""

import numpy as np
import pytest

from numerics.drum.shapes import named
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.particular_solutions import particular_solution
from theory.errors import ArgumentError

L_SHAPE = 9.6397238440219410527
PAIR = 4 * 2.53794399980  # Driscoll 1997


def test_l_shape_to_twelve_digits():
    """D23: N = 60 terms at the corner of 270 degrees, 9.6397238440219410."""
    found = particular_solution(named.l_shape(), 9.64)
    assert found.eigenvalues[0] == pytest.approx(L_SHAPE, rel=1e-12)
    assert found.errors[0] < 1e-10


@pytest.mark.parametrize(
    "terms", [10, 15, 20, *(pytest.param(n, marks=pytest.mark.slow) for n in (30, 40))]
)
def test_the_bound_covers(terms):
    """D24: the true error is within Moler and Payne's, for N = 10 ... 40 and three seeds."""
    for seed in range(3):
        found = particular_solution(named.l_shape(), 9.62, terms=terms, seed=seed)
        assert found.covers(np.array([L_SHAPE])).all()
        assert found.errors[0] < 0.1 * L_SHAPE


def test_modes_of_the_unit_squares():
    """The L is three unit squares: 2 pi^2 and 5 pi^2 are eigenvalues, the third and the eighth."""
    exact = np.pi**2 * np.array([2, 5])
    found = particular_solution(named.l_shape(), exact * 1.001, within=0.003, terms=50)
    assert found.eigenvalues == pytest.approx(exact, rel=1e-12)
    assert found.covers(exact).all()


@pytest.mark.slow
@pytest.mark.parametrize("drum", [0, 1])
def test_isospectral_pair(drum):
    """Four singular corners, of 270 and 135 degrees: lambda_1 of the literature to 1e-8."""
    found = particular_solution(named.isospectral_pair()[drum], 10.15, within=0.004)
    assert found.eigenvalues[0] == pytest.approx(PAIR, rel=1e-8)
    assert found.covers(np.array([PAIR])).all()


def test_scaling():
    """lambda(s Omega) = lambda/s^2, and so the error; turned by an angle, nothing changes."""
    turn = np.array([[0.6, 0.8], [-0.8, 0.6]])
    shape = Polygon(3 * named.l_shape().vertices @ turn + [5.0, -2.0])
    found = particular_solution(shape, 9.64 / 9, terms=20)
    assert found.covers(np.array([L_SHAPE / 9])).all()
    assert found.eigenvalues[0] == pytest.approx(L_SHAPE / 9, rel=1e-6)


def u_shape():
    """A U: behind each of its two corners of 270 degrees lies the other arm."""
    return Polygon(
        np.array([[0, 0], [3, 0], [3, 2], [2, 2], [2, 1], [1, 1], [1, 2], [0, 2]], float)
    )


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: particular_solution(named.square(), 19.7), "polygon"),
        (lambda: particular_solution(u_shape(), 9.0), "polygon"),
        (lambda: particular_solution(named.l_shape(), -1.0), "near"),
        (lambda: particular_solution(named.l_shape(), [15.2, 9.6]), "near"),
        (lambda: particular_solution(named.l_shape(), 12.0, terms=20), "near"),
        (lambda: particular_solution(named.l_shape(), 9.6, within=2.0), "within"),
        (lambda: particular_solution(named.l_shape(), 9.6, terms=0), "terms"),
    ],
)
def test_what_cannot_be_is_refused(call, argument):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert refused.value.argument == argument
