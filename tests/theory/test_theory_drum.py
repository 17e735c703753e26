"""Membrane and grid: exact spectra against dense matrices, counting, and wrong statements caught."""

import itertools
import math

import numpy as np
import pytest
import sympy

from theory import drum
from theory.claims import Identity, check_claim
from theory.drum import membrane, stencil
from theory.drum.levels import GENERATOR
from theory.drum.membrane import COLUMN, LENGTH, ROW, SIDE_A, SIDE_B, C, X, Y
from theory.drum.stencil import FIVE_POINT, NINE_POINT, NODE_X, NODE_Y, SPACING, SPACINGS
from theory.errors import ArgumentError

EIGENVALUE = sympy.Symbol("lambda")


def dense(kernel: sympy.MatrixBase, spacings: int) -> sympy.Matrix:
    """Minus a 3 x 3 kernel as a matrix of the free nodes, spacing 1, clamped outside."""
    nodes = list(itertools.product(range(spacings - 1), repeat=2))

    def entry(row: int, column: int) -> sympy.Expr:
        x, y = (b - a for a, b in zip(nodes[row], nodes[column], strict=True))
        return -kernel[1 + x, 1 + y] if max(abs(x), abs(y)) < 2 else sympy.S.Zero

    return sympy.Matrix(len(nodes), len(nodes), entry)


def modes(spacings: int):
    return itertools.product(range(1, spacings), repeat=2)


def at(expression: sympy.Expr, spacings: int, m: int, n: int) -> sympy.Expr:
    return expression.subs({SPACINGS: spacings, SPACING: 1, ROW: m, COLUMN: n})


# --- membrane


def test_shape_is_zero_on_the_rim():
    """sin(m pi x/a) sin(n pi y/b) on the four sides of the rectangle: 0, for all m and n."""
    shape = drum.rectangle_shape()
    rims = ({X: 0}, {X: SIDE_A}, {Y: 0}, {Y: SIDE_B})
    assert [shape.subs(rim) for rim in rims] == [0, 0, 0, 0]


def test_spectrum_of_the_rectangle():
    """pi^2 (m^2/a^2 + n^2/b^2): 13 pi^2/36 for m = n = 1 on 2 x 3, with f = c sqrt(13)/12."""
    two_by_three = {SIDE_A: 2, SIDE_B: 3, ROW: 1, COLUMN: 1}
    assert drum.rectangle_eigenvalue().subs(two_by_three) == 13 * sympy.pi**2 / 36
    lowest = drum.square_frequency().subs({ROW: 1, COLUMN: 1})
    assert lowest == C / (sympy.sqrt(2) * LENGTH)


def test_energy_of_a_mode_in_numbers():
    """(v^2 + omega^2 q^2)/2 of the closed form at omega = 2, q0 = 3, v0 = 8: 50 at any time."""
    law = drum.separated_mode()
    values = {membrane.OMEGA: 2, membrane.Q0: 3, membrane.V0: 8}
    for moment in (0.0, 0.3, 7.7):
        q, v = (law.closed_form[x].subs({**values, membrane.T: moment}) for x in law.state)
        assert float(v**2 / 2 + 2 * q**2) == pytest.approx(50, rel=1e-14)


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (2, [(1, 1)]),
        (25, [(3, 4), (4, 3)]),
        (50, [(1, 7), (5, 5), (7, 1)]),
        (65, [(1, 8), (4, 7), (7, 4), (8, 1)]),
        (325, [(1, 18), (6, 17), (10, 15), (15, 10), (17, 6), (18, 1)]),
        (3, []),
        (1, []),
    ],
)
def test_modes_of_a_level(s, expected):
    """m^2 + n^2 = s with m, n >= 1: the ordered pairs, as many as the divisors say."""
    assert dict(drum.rectangle_levels(1, 1, 150)).get(s, ()) == tuple(expected)
    assert drum.pairs_by_divisors(s) == len(expected)


def test_levels_of_the_square():
    """2, 5, 8, 10, 13, 17, 18, 20, ... ; 50 is the first level of three modes."""
    levels = drum.rectangle_levels(1, 1, 30)
    assert [s for s, _ in levels[:8]] == [2, 5, 8, 10, 13, 17, 18, 20]
    assert next(s for s, modes_of in levels if len(modes_of) == 3) == 50


@pytest.mark.parametrize(("p", "q"), [(1, 1), (2, 1), (3, 2), (1, 4)])
def test_levels_of_a_rectangle_in_floats(p, q):
    """(pi m/p)^2 + (pi n/q)^2, sorted floats, with as many modes as the exact levels hold."""
    levels = drum.rectangle_levels(p, q, 25)
    exact = [s for s, modes_of in levels for _ in modes_of]
    squares = np.arange(1, 60) ** 2
    found = np.sort((squares[:, None] / p**2 + squares / q**2).ravel())[: len(exact)]
    assert np.array(exact) / (p * q) ** 2 == pytest.approx(found, rel=1e-12)


def test_degenerate_modes_of_the_double_square():
    """Sides 2 : 1, s = m^2 + 4 n^2: the first level of two modes is 20 = 4 + 16 = 16 + 4."""
    levels = drum.rectangle_levels(2, 1, 12)
    assert next(level for level in levels if len(level[1]) > 1) == (20, ((2, 2), (4, 1)))


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
def test_bad_counts_are_refused(count):
    """A number of levels is a whole number from 1 on: refused, by name."""
    with pytest.raises(ArgumentError, match=r"count: got .* must be a whole number"):
        drum.rectangle_levels(1, 1, count)
    with pytest.raises(ArgumentError, match="s: got"):
        drum.pairs_by_divisors(count)


def test_wrong_multiplicity_is_caught():
    """Without the squares' correction the divisors count (0, 5) and (5, 0) too: one is left over."""
    claim = drum.multiplicity(25)
    faulty = claim.right + GENERATOR**25
    parts = {"left": claim.left, "variable": claim.variable, "order": claim.order}
    assert Identity(name="faulty", right=faulty, **parts).residual() == -1


def test_wrong_speed_is_caught():
    """A mode that turns with sqrt(2) f does not obey the wave equation."""
    claim = drum.fundamental()
    faulty = claim.right.subs(C, sympy.sqrt(2) * C)
    assert Identity(name="faulty", left=claim.left, right=faulty).residual() != 0


# --- grid


@pytest.mark.parametrize("spacings", [2, 3, 4])
@pytest.mark.parametrize(
    ("kernel", "eigenvalue"),
    [(FIVE_POINT, drum.stencil_eigenvalue()), (NINE_POINT, drum.nine_point_eigenvalue())],
    ids=["five", "nine"],
)
def test_eigenvalues_of_the_dense_matrix(spacings, kernel, eigenvalue):
    """det(lambda - K) of the explicit matrix is the product of lambda - mu_mn, exactly."""
    polynomial = dense(kernel, spacings).charpoly(EIGENVALUE).as_expr()
    factors = (EIGENVALUE - at(eigenvalue, spacings, m, n) for m, n in modes(spacings))
    product = sympy.S.One
    for factor in factors:
        product = sympy.expand(product * factor)
    assert sympy.expand(polynomial - product) == 0


@pytest.mark.parametrize("spacings", [3, 4])
def test_eigenvectors_of_the_dense_matrix(spacings):
    """K phi = mu phi for sin(m pi i/M) sin(n pi j/M), node by node, exactly."""
    matrix = dense(FIVE_POINT, spacings)
    for m, n in modes(spacings):
        shape = at(drum.grid_shape(), spacings, m, n)
        vector = sympy.Matrix([shape.subs({NODE_X: i, NODE_Y: j}) for i, j in modes(spacings)])
        rest = matrix * vector - at(drum.stencil_eigenvalue(), spacings, m, n) * vector
        assert rest.applyfunc(sympy.expand).is_zero_matrix


def test_shape_is_zero_on_the_clamped_nodes():
    """sin(m pi i/M) sin(n pi j/M) at i = 0, i = M, j = 0, j = M: 0."""
    shape = drum.grid_shape()
    rims = ({NODE_X: 0}, {NODE_X: SPACINGS}, {NODE_Y: 0}, {NODE_Y: SPACINGS})
    assert [shape.subs(rim) for rim in rims] == [0, 0, 0, 0]


@pytest.mark.parametrize("spacings", [3, 8, 13])
def test_the_common_line_in_numbers(spacings):
    """The M - 1 modes of m + n = M have mu = 4/h^2; the largest eigenvalue is 8 cos^2(pi/2M)/h^2."""
    values = {
        (m, n): float(at(drum.stencil_eigenvalue(), spacings, m, n)) for m, n in modes(spacings)
    }
    line = [value for (m, n), value in values.items() if m + n == spacings]
    assert line == pytest.approx([4] * (spacings - 1), rel=1e-14)
    largest = 8 * math.cos(math.pi / (2 * spacings)) ** 2
    assert max(values.values()) == pytest.approx(largest, rel=1e-14)
    assert largest < float(drum.eigenvalue_bound().right.subs(SPACING, 1))


def test_stencils_are_exact_for_quadratic_fields():
    """Both stencils give the Laplacian of i^2 + 3 i j - 2 j^2, which is -2/h^2."""
    field = NODE_X**2 + 3 * NODE_X * NODE_Y - 2 * NODE_Y**2
    for kernel in (FIVE_POINT, NINE_POINT):
        assert sympy.expand(stencil.stencil_on(kernel, field)) == -2 / SPACING**2


def test_five_point_error_is_not_isotropic():
    """k_x^4 + k_y^4 is not k^4: with the nine-point error the five-point claim fails, by k_x^2 k_y^2/6."""
    five, nine = drum.five_point_error(), drum.nine_point_error()
    faulty = Identity(name="faulty", left=five.left, right=nine.right, variable=SPACING, order=3)
    assert faulty.residual() == (stencil.WAVE_X * stencil.WAVE_Y) ** 2 / 6
    assert check_claim(nine).failures == ()
