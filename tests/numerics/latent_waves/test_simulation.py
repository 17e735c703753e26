"""Equations run forwards by the method of lines, against exact solutions; and what is refused."""

import re

import numpy as np
import pytest

from numerics.latent_waves.known_films import KNOWN_FILMS, known_film
from numerics.latent_waves.paper_rows import PAPER_ROWS
from numerics.latent_waves.simulation import derivative, refuse_ill_posed, right_side, simulate
from theory.errors import ArgumentError, DivergenceError
from theory.latent_waves.equations import Equation, Term


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_converge_with_the_second_order(order):
    """cos(x) on [0, pi], even about both ends: halved spacings quarter the error, also there."""
    errors = []
    for points in (33, 65):
        x = np.linspace(0, np.pi, points)
        exact = (-np.sin(x), -np.cos(x), np.sin(x))[order - 1]
        errors.append(np.abs(derivative(np.cos(x), x[1], order) - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("name", KNOWN_FILMS)
def test_run_of_a_known_equation(name):
    """From its first frame to an eighth of the film, third derivatives among them, to 2 percent.

    Away from the ends: what flows in there the equation alone does not say.
    """
    field = known_film(name).field
    coarse = slice(None, None, 2 if len(field.positions) > 256 else 1)
    exact = field.values[coarse, : len(field.times) // 8 + 1]
    times = field.times[: exact.shape[1]]
    found = simulate(known_film(name).equation, exact[:, 0], field.positions[coarse], times)
    middle = slice(3 * len(exact) // 10, -len(exact) // 8)
    assert np.abs(found - exact)[middle].max() < 0.02 * np.abs(exact).max()


@pytest.mark.parametrize("decay", [0.5, 2.0])
def test_diffusion_between_mirrors(decay):
    """u_t = c u_xx, u = cos(pi x) on [0, 1]: exp(-c mu t) with mu = 4 sin^2(pi h/2)/h^2."""
    x, times = np.linspace(0, 1, 17), np.array([0.0, 0.1])
    found = simulate(Equation({Term(0, 2): decay}), np.cos(np.pi * x), x, times)[:, -1]
    eigenvalue = 4 * np.sin(np.pi / 32) ** 2 * 16**2
    np.testing.assert_allclose(
        found, np.cos(np.pi * x) * np.exp(-0.1 * decay * eigenvalue), atol=1e-5
    )


def test_constants_and_powers():
    """u_t = 1 - u^2 from 0 is tanh(t) at every x."""
    times = np.linspace(0, 2, 9)
    found = simulate(Equation({Term(0, 0): 1, Term(2, 0): -1}), np.zeros(6), np.arange(6.0), times)
    np.testing.assert_allclose(found, np.broadcast_to(np.tanh(times), (6, 9)), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "mnist",
            "an odd highest order changes its sign, u u_xxx and u^2 u_xxx for 0.625 < u < 1, "
            "37.4 % of the points; forecast by the shift of modes instead",
        ),
        (
            "fashion_mnist",
            "u_xx and u u_xx and u^2 u_xx for 0.221 < u < 0.631, 41.1 % of the points",
        ),
    ],
)
def test_ill_posed_rows_are_refused(name, message):
    """Terms, interval of u and share of the points, here of 1001 points even over [0, 1]."""
    with pytest.raises(ArgumentError, match=re.escape(message)):
        refuse_ill_posed(PAPER_ROWS[name].equation, np.linspace(0, 1, 1001))


def test_backward_heat_equation_is_refused():
    """Forwards it runs, backwards it is refused before any step."""
    x = np.linspace(0, 1, 12)
    heat = Equation({Term(0, 2): 0.1})
    assert simulate(heat, np.cos(np.pi * x), x, np.array([0.0, 0.1])).shape == (12, 2)
    with pytest.raises(ArgumentError, match="must be well-posed: fine waves grow without bound"):
        simulate(heat.backwards(), np.cos(np.pi * x), x, np.array([0.0, 0.1]))


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="derivatives must not be above the order 3"):
        right_side(Equation({Term(0, 4): -1.0}), 0.1)
    with pytest.raises(ArgumentError, match="positions: got 4 of them; must be at least 5"):
        simulate(Equation({Term(0, 1): -1.0}), np.arange(4.0), np.arange(4.0), np.arange(2.0))
    with pytest.raises(
        ArgumentError, match=r"times: got array\(\[0., 0.\]\); must be two or more that"
    ):
        simulate(Equation({Term(0, 1): -1.0}), np.arange(6.0), np.arange(6.0), np.zeros(2))


def test_a_run_that_leaves_the_numbers_ends():
    """u_t = u^2 from 1 leaves the finite numbers at t = 1: the run stops there, and says when."""
    start, positions = np.ones(16), np.linspace(0, 1, 16)
    blowing_up = Equation({Term(2, 0): 1})
    with pytest.raises(DivergenceError, match="the run stops at t = "):
        simulate(blowing_up, start, positions, np.array([0.0, 2.0]))
