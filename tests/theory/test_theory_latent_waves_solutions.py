"""Exact solutions: inserted, differentiated, taken apart, and wrong equations caught."""

import pytest
import sympy
from sympy import Rational

from theory import latent_waves
from theory.claims import Identity, check_claim
from theory.errors import ArgumentError
from theory.latent_waves import Equation, Solution, Term, known_equations
from theory.latent_waves.equations import T, X

VALUES = {
    known_equations.C: Rational(7, 10),
    known_equations.NU: Rational(1),
    known_equations.C1: Rational(3, 2),
    known_equations.C2: Rational(1, 2),
    known_equations.K1: Rational(6, 5),
    known_equations.K2: Rational(7, 10),
    known_equations.S1: Rational(5),
    known_equations.S2: Rational(1),
}
SOLUTIONS = {
    "advection": latent_waves.advection,
    "burgers": latent_waves.burgers,
    "korteweg_de_vries": latent_waves.korteweg_de_vries,
    "modified_korteweg_de_vries": latent_waves.modified_korteweg_de_vries,
}
TWO_WAVES = [name for name in SOLUTIONS if name != "advection"]
NUMBERS = {
    "burgers": {"speeds": (Rational(3, 2), Rational(1, 2))},
    "korteweg_de_vries": {"wave_numbers": (Rational(1), Rational(3, 5))},
    "modified_korteweg_de_vries": {"wave_numbers": (Rational(6, 5), Rational(7, 10))},
}


def with_numbers(name: str) -> Solution:
    return SOLUTIONS[name](**NUMBERS[name])


def replaced(solution: Solution, equation: Equation) -> Solution:
    return Solution(
        name="other", equation=equation, field=solution.field, exponents=solution.exponents
    )


@pytest.mark.parametrize("name", list(SOLUTIONS))
@pytest.mark.parametrize(
    "point", [(Rational(-9, 4), Rational(1, 3)), (Rational(1, 2), Rational(7, 4))]
)
def test_expression_obeys_its_equation(name, point):
    """u(x, t) with its exponentials, differentiated by SymPy: u_t minus right side 0 to 30 digits."""
    solution = SOLUTIONS[name]()
    field = solution.expression().subs(VALUES)
    equation = Equation({t: c.subs(VALUES) for t, c in solution.equation.parts})
    at = dict(zip((X, T), point, strict=True))
    rate = sympy.N(sympy.diff(field, T).subs(at), 40)
    assert abs(sympy.N(equation.rate(field).subs(at), 40) - rate) < 1e-30 * abs(rate)
    assert abs(rate) > 1e-12


@pytest.mark.parametrize("name", TWO_WAVES)
def test_any_two_waves(name):
    """All wave numbers and speeds as symbols: the residual is 0 as a polynomial in them."""
    assert SOLUTIONS[name]().residual() == 0


def test_solitons_are_logarithmic_derivatives():
    """2 (ln F)_xx for KdV and 2 (arctan(g/f))_x for its modified form, differentiated by SymPy."""
    at = {X: Rational(1, 3), T: Rational(1, 2), **VALUES}
    for name, potential, order in (
        ("korteweg_de_vries", lambda step: 2 * sympy.log(step), 2),
        ("modified_korteweg_de_vries", lambda step: 2 * sympy.atan(step[0] / step[1]), 1),
    ):
        solution = SOLUTIONS[name]()
        exponentials = {e: sympy.exp(theta) for e, theta in solution.exponents.items()}
        step = solution.derivation[0].expression.subs(exponentials)
        derived = sympy.diff(potential(step), X, order).subs(at)
        assert sympy.N(derived - solution.expression().subs(at), 30) == pytest.approx(0, abs=1e-25)


def test_speeds_of_the_solitons():
    """Long before they meet, the taller KdV soliton is 2 k1^2 high and has the speed 4 k1^2."""
    k1 = VALUES[known_equations.K1]
    field = sympy.lambdify(
        (X, T), latent_waves.korteweg_de_vries().expression().subs(VALUES), "math"
    )
    lone = -VALUES[known_equations.S1]  # the second soliton stands in front of it and adds nothing
    for time in (-6.0, -5.0):
        top = lone + 4 * k1**2 * time
        assert field(float(top), time) == pytest.approx(float(2 * k1**2), rel=1e-3)


def test_fronts_come_from_the_heat_equation():
    """F = 1 + E1 + E2 solves F_t = nu F_xx, and -2 nu F_x/F is the field."""
    solution = latent_waves.burgers()
    heat = 1 + sum(sympy.exp(theta) for theta in solution.exponents.values())
    nu = known_equations.NU
    assert sympy.expand(sympy.diff(heat, T) - nu * sympy.diff(heat, X, 2)) == 0
    ratio = -2 * nu * sympy.diff(heat, X) / heat
    at = {X: Rational(-1, 3), T: Rational(1, 2), **VALUES}
    assert sympy.N((ratio - solution.expression()).subs(at), 30) == pytest.approx(0, abs=1e-25)


def test_cole_hopf_without_the_factor_two():
    """-nu f_x/f is not the transformation: with half of the remainder the identity fails."""
    claim = latent_waves.cole_hopf()
    assert Identity(name="faulty", left=claim.left, right=claim.right / 2).residual() != 0


@pytest.mark.parametrize(
    ("name", "term", "coefficient"),
    [
        ("korteweg_de_vries", Term(1, 1), -5),
        ("korteweg_de_vries", Term(0, 3), -2),
        ("modified_korteweg_de_vries", Term(2, 1), -5),
        ("burgers", Term(0, 2), 2 * known_equations.NU),
        ("burgers", Term(0, 1), Rational(1, 100)),
    ],
)
def test_another_coefficient_leaves_a_residual(name, term, coefficient):
    """5 u u_x instead of 6, twice the viscosity, a drift of 1 %: not 0."""
    solution = with_numbers(name)
    equation = Equation(solution.equation.coefficients | {term: coefficient})
    assert replaced(solution, equation).residual() != 0


def test_conservative_terms_are_the_same_law():
    """-3 (u^2)_x - u_xxx is -6 u u_x - u_xxx; the two solitons obey it."""
    equation = Equation({Term(2, 1, conservative=True): -3, Term(0, 3): -1})
    assert replaced(with_numbers("korteweg_de_vries"), equation).residual() == 0


@pytest.mark.parametrize("name", TWO_WAVES)
def test_one_wave_obeys_a_family_and_two_do_not(name):
    """(1 - a) advection + a (true): 0 for every a with one wave; with two only for a = 1."""
    family = latent_waves.travelling_family(name)
    assert family.residual() == 0
    solution = with_numbers(name)
    for share, solved in ((1, True), (0, False), (Rational(1, 9), False)):
        mixed = latent_waves.mixture(solution.equation, sympy.Integer(2), sympy.sympify(share))
        assert (replaced(solution, mixed).residual() == 0) is solved


def test_family_found_in_data():
    """At a = 1/9 a modified KdV soliton with k^2 = 1 obeys u_t = -8/9 u_x - 1/9 u_xxx - 2/9 (u^3)_x."""
    family = latent_waves.travelling_family("modified_korteweg_de_vries")
    at = {known_equations.SHARE: Rational(1, 9), known_equations.K1: 1}
    found = {t: c.subs(at) for t, c in family.equation.parts}
    assert found == {
        Term(0, 1): Rational(-8, 9),
        Term(2, 1): Rational(-2, 3),  # u^2 u_x = (u^3)_x/3
        Term(0, 3): Rational(-1, 9),
    }


def test_faults_of_a_field_show():
    """A soliton of the wrong height is a fault, the sign of an odd equation's field is not."""
    soliton = latent_waves.travelling_family("korteweg_de_vries")
    taller = Solution(
        name="tall", equation=soliton.equation, field=2 * soliton.field, exponents=soliton.exponents
    )
    assert taller.residual() != 0
    assert len(check_claim(taller).failures) > 1
    modified = latent_waves.travelling_family("modified_korteweg_de_vries")
    turned = Solution(
        name="turned",
        equation=modified.equation,
        field=-modified.field,
        exponents=modified.exponents,
    )
    assert turned.residual() == 0


def test_constants_are_seen():
    """(E + 1)/(E + 1) and 5 depend on neither x nor t, E/(E + 1) does."""
    wave = known_equations.E1
    shape = (wave + 1) * sympy.Pow(wave + 1, -1, evaluate=False)
    for field, constant in ((shape, True), (sympy.Integer(5), True), (wave / (wave + 1), False)):
        solution = Solution(
            name="c", equation=latent_waves.ADVECTION, field=field, exponents={wave: X - T}
        )
        assert solution.is_constant() is constant


def test_unknown_kinds_are_refused():
    """One wave is written out for three equations: refused, with their names."""
    with pytest.raises(ArgumentError, match=r"kind: got advection; must be burgers"):
        latent_waves.travelling_family("advection")
