"""Equations as objects: their terms, symbol, units, and whether they can be run forwards."""

import cmath
import itertools

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory import latent_waves
from theory.claims import Identity
from theory.errors import ArgumentError
from theory.latent_waves import Equation, Term, gauge, well_posedness
from theory.latent_waves.equations import WAVE_NUMBER, T, U, X, jet, total_derivative

MNIST = {Term(1, 3): 0.00974, Term(2, 3): -0.01566}
FMNIST = {Term(0, 2): 0.1691, Term(1, 2): -1.0345, Term(2, 2): 1.2145}
CIFAR10 = {Term(0, 1): -0.560, Term(2, 1): -1.587, Term(2, 2): 0.175}
EUROSAT = {Term(2, 1): -13.008, Term(2, 3): -0.007}
LIBRARY = [Term(a, k) for a in range(3) for k in range(4)]
WEAK = [Term(a, k, conservative=True) for a in range(1, 4) for k in range(4)]
FIELD = sympy.sin(2 * X - T) + X**2 * T / 5 + sympy.Rational(3, 2)
POINT = {X: sympy.Rational(3, 7), T: sympy.Rational(5, 4)}


def some_equation(terms, seed: int = 0) -> Equation:
    generator = np.random.default_rng(seed)
    return Equation({t: sympy.Rational(int(generator.integers(-9, 9)), 4) for t in terms})


# --- terms and equations


def test_terms_of_the_library():
    """The twelve terms 1, u, u^2, u_x, u u_x, ...: names, degrees and expressions."""
    along = ("u_x", "u_xx", "u_xxx")
    names = ["1", "u", "u^2", *(a + k for k in along for a in ("", "u ", "u^2 "))]
    by_order = sorted(LIBRARY, key=lambda term: (term.order, term.power))
    assert [repr(term) for term in by_order] == names
    assert [term.degree for term in by_order] == [0, 1, 2, *[1, 2, 3] * 3]
    assert Term(2, 1).expression == U**2 * jet(1)
    assert len(set(LIBRARY + WEAK)) == 24


@pytest.mark.parametrize("term", WEAK, ids=repr)
def test_conservative_terms(term):
    """d_x^k (u^a) by the chain rule is the k-th derivative of the power of a field."""
    rate = Equation({term: 1}).rate(FIELD)
    assert sympy.expand(rate - sympy.diff(FIELD**term.power, X, term.order)) == 0
    assert term.degree == term.power


def test_known_conservative_forms():
    """Right sides: u u_x = (u^2)_x/2, u^2 u_x = (u^3)_x/3."""
    for power in (1, 2):
        plain = Equation({Term(power, 1): power + 1})
        weak = Equation({Term(power + 1, 1, conservative=True): 1})
        assert sympy.expand(plain.right_side - weak.right_side) == 0


def test_total_derivative_of_a_product():
    """(u u_xx)_x = u_x u_xx + u u_xxx."""
    assert total_derivative(U * jet(2)) == sympy.expand(jet(1) * jet(2) + U * jet(3))


def test_equation_is_a_value():
    """Order of terms and zeros do not matter; an equation can be a key."""
    one = Equation({Term(1, 1): -1, Term(0, 2): 0.1, Term(0, 3): 0})
    other = Equation({Term(0, 2): 0.1, Term(1, 1): -1})
    assert one == other
    assert len({one, other}) == 1
    assert one.terms == (Term(1, 1), Term(0, 2))
    assert one.coefficients[Term(1, 1)] == -1
    assert one.jets == (U, jet(1), jet(2))
    assert one.latex() in (r"u_t = 0.1 u_{xx} - u u_{x}", r"u_t = - u u_{x} + 0.1 u_{xx}")
    assert repr(Equation({})) == "u_t = 0"


def test_right_side_in_numbers():
    """-u u_x + u_xx/10 at u = 2, u_x = 3, u_xx = 5: -5.5, from the symbols in order."""
    equation = Equation({Term(1, 1): -1, Term(0, 2): 0.1})
    rate = sympy.lambdify(equation.jets, equation.right_side)
    assert rate(2, 3, 5) == pytest.approx(-5.5, rel=1e-15)


def test_numbers_of_numpy_are_taken():
    """A coefficient from a fit is a NumPy number."""
    equation = Equation({Term(np.int64(1), 1): np.float64(0.25)})
    assert equation == Equation({Term(1, 1): 0.25})


@pytest.mark.parametrize("k", [0.5, 3.0])
@pytest.mark.parametrize("terms", [LIBRARY, WEAK], ids=["library", "weak"])
def test_symbol_is_the_growth_of_a_disturbance(k, terms):
    """For u + e exp(i k x) the rate of the right side in e at e = 0 is sigma(k; u) exp(i k x)."""
    equation = some_equation(terms)
    amplitude = sympy.Symbol("e")
    wave = sympy.Rational(2, 3) + amplitude * sympy.exp(sympy.I * k * X)
    rate = sympy.diff(equation.rate(wave), amplitude).subs({amplitude: 0, X: 0.3})
    expected = complex(equation.symbol().subs({WAVE_NUMBER: k, U: sympy.Rational(2, 3)}))
    assert complex(rate) == pytest.approx(expected * cmath.exp(0.3j * k), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 0), "power: got -1; must be an integer of at least 0"),
        ((0, 1.5), "order: got 1.5; must be an integer of at least 0"),
        ((True, 1), "power: got True; must be an integer of at least 0"),
    ],
)
def test_bad_terms_are_refused(arguments, message):
    """Powers and orders count from 0: refused, by name."""
    with pytest.raises(ArgumentError) as caught:
        Term(*arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [U, 2 * jet(1), float("nan"), sympy.oo, "3*u"])
def test_bad_coefficients_are_refused(value):
    """A coefficient is a finite number, or an expression in which u does not occur."""
    with pytest.raises(
        ArgumentError, match=r"coefficients: got .* of u u_x; must be a finite number"
    ):
        Equation({Term(1, 1): value})


def test_keys_are_terms():
    """A pair is not a term: refused, with the remedy."""
    with pytest.raises(ArgumentError, match=r"keys must be terms; write Term"):
        Equation({(1, 1): 2.0})


# --- units


@pytest.mark.parametrize("terms", [LIBRARY, WEAK], ids=["library", "weak"])
@pytest.mark.parametrize("scales", [(3, 2, 5), (-2, 3, -1)], ids=["positive", "turned"])
def test_scaling_acts_on_any_field(terms, scales):
    """With u' = b u(x'/s, t'/tau): u'_t - right' = (b/tau) (u_t - right), u any field."""
    b, s, tau = map(sympy.Integer, scales)
    equation = some_equation(terms)
    moved = Equation(latent_waves.scaled(equation.coefficients, b=b, s=s, tau=tau))
    field = b * FIELD.subs({X: X / s, T: T / tau}, simultaneous=True)
    primed = {X: POINT[X] * s, T: POINT[T] * tau}
    found = moved.expression(field).subs(primed)
    expected = b / tau * equation.expression(FIELD).subs(POINT)
    assert sympy.N(found - expected, 30) == pytest.approx(0, abs=1e-25)


@pytest.mark.parametrize("terms", [LIBRARY, WEAK], ids=["library", "weak"])
def test_shift_acts_on_any_field(terms):
    """With u' = u + h: u'_t - right' = u_t - right; only terms of the same order are mixed."""
    equation, h = some_equation(terms, seed=1), sympy.Rational(-7, 3)
    moved = Equation(latent_waves.shifted(equation.coefficients, h))
    difference = moved.expression(FIELD + h) - equation.expression(FIELD)
    assert sympy.expand(difference) == 0
    alone = latent_waves.shifted({Term(2, 3): 1.0}, 0.5)
    assert alone == {Term(0, 3): 0.25, Term(1, 3): -1.0, Term(2, 3): 1.0}


def test_actions_compose():
    """Scaling by b then b' is scaling by b b'; shifting by h and back is nothing."""
    coefficients = some_equation(LIBRARY, seed=2).coefficients
    two, three, five, seven = map(sympy.Integer, (2, 3, 5, 7))
    first = latent_waves.scaled(coefficients, b=two, s=three)
    twice = latent_waves.scaled(first, b=five, tau=seven)
    assert twice == latent_waves.scaled(coefficients, b=two * five, s=three, tau=seven)
    in_floats = latent_waves.scaled(coefficients, b=np.int64(10), s=3.0, tau=7)
    assert all(float(twice[t]) == pytest.approx(float(c)) for t, c in in_floats.items())
    back = latent_waves.shifted(latent_waves.shifted(coefficients, 4), -4)
    assert Equation(back) == Equation(coefficients)


def test_arrays_of_coefficients():
    """A bootstrap's coefficients are scaled and shifted all at once."""
    values = np.array([1.0, -2.0, 0.5])
    moved = latent_waves.scaled({Term(1, 2): values}, b=2.0, s=3.0)
    assert moved[Term(1, 2)] == pytest.approx(4.5 * values)
    assert latent_waves.shifted({Term(1, 2): values}, 0.1)[Term(0, 2)] == pytest.approx(
        -0.1 * values
    )


def test_a_shift_makes_a_term_vanish():
    """-u u_x + 3 u_x in u' = u - 3 is -u' u'_x: a support is not the same in every gauge."""
    moved = Equation(latent_waves.shifted({Term(1, 1): -1, Term(0, 1): 3}, -3))
    assert moved.terms == (Term(1, 1),)


@pytest.mark.parametrize("name", ["b", "s", "tau"])
def test_zero_scales_are_refused(name):
    """A scale of 0 cannot be undone: refused, by name."""
    with pytest.raises(ArgumentError, match=f"{name}: got 0; must not be 0"):
        latent_waves.scaled({Term(0, 1): 1.0}, **{name: 0})


def test_wrong_scaling_is_caught():
    """b^(2 - d) in place of b^(1 - d): not the action."""
    claim = latent_waves.gauge_scaling(2)
    assert Identity(name="faulty", left=claim.left, right=gauge.B * claim.right).residual() != 0


# --- well-posedness


scales = st.fractions("1/10", 10, max_denominator=20).map(sympy.Rational)
quarters = st.integers(-8, 8).filter(bool).map(lambda number: sympy.Rational(number, 4))
equations = st.dictionaries(
    st.builds(Term, st.integers(0, 2), st.integers(0, 5)), quarters, min_size=1, max_size=6
).filter(lambda found: max(term.order for term in found) > 1)


def judge(coefficients, low=0, high=1):
    return well_posedness.well_posedness(Equation(coefficients), low, high)


def test_backward_diffusion_of_fmnist():
    """D(u) = .1691 - 1.0345 u + 1.2145 u^2 < 0 between .2206 and .6312; growth 85 at kappa = 13 pi."""
    found = judge(FMNIST)
    assert (found.verdict, found.order) == ("ill-posed", 2)
    assert found.terms == (Term(0, 2), Term(1, 2), Term(2, 2))
    ((low, high),) = found.wrong
    assert [float(low), float(high)] == pytest.approx([0.2206, 0.6312], abs=5e-5)
    lowest = found.coefficient.subs(U, (low + high) / 2)
    assert float(lowest) == pytest.approx(-0.0512, abs=5e-5)
    growth = Equation(FMNIST).symbol().subs({U: (low + high) / 2, WAVE_NUMBER: 13 * sympy.pi})
    assert float(growth) == pytest.approx(85, abs=0.5)
    assert judge(FMNIST, 0.64, 1).verdict == "well-posed"


def test_dispersion_of_mnist_changes_its_sign():
    """.00974 u - .01566 u^2 changes its sign at u = .622 and vanishes at 0."""
    found = judge(MNIST)
    assert (found.verdict, found.order) == ("ill-posed", 3)
    ((low, high),) = found.wrong
    assert [float(low), float(high)] == pytest.approx([0.622, 1], abs=5e-5)
    assert [float(u) for u in found.degenerate] == pytest.approx([0, 0.622], abs=5e-5)
    assert judge(MNIST, 0.1, 0.6).verdict == "well-posed"


def test_degenerate_rows():
    """CIFAR10 diffuses with .175 u^2 >= 0: well-posed; EuroSAT disperses with -.007 u^2: no guarantee."""
    cifar, eurosat = judge(CIFAR10), judge(EUROSAT)
    assert (cifar.verdict, cifar.degenerate, cifar.wrong) == ("well-posed", (0,), ())
    assert (eurosat.verdict, eurosat.order, eurosat.degenerate) == ("not guaranteed", 3, (0,))


@pytest.mark.parametrize(
    ("coefficients", "forwards", "backwards"),
    [
        ({Term(0, 1): 1}, "well-posed", "well-posed"),
        ({Term(1, 0): 3}, "well-posed", "well-posed"),
        ({}, "well-posed", "well-posed"),
        ({Term(0, 2): 1}, "well-posed", "ill-posed"),
        ({Term(0, 4): -1, Term(0, 2): -1}, "well-posed", "ill-posed"),
        ({Term(0, 4): 1, Term(0, 2): 1}, "ill-posed", "well-posed"),
        ({Term(0, 3): -1, Term(1, 1): -6}, "well-posed", "well-posed"),
        ({Term(0, 3): 1, Term(0, 2): -1}, "ill-posed", "well-posed"),
        ({Term(2, 4): -1, Term(0, 2): 1}, "not guaranteed", "ill-posed"),
        ({Term(0, 5): 1, Term(1, 4): -1, Term(0, 2): -1}, "not guaranteed", "ill-posed"),
        ({Term(0, 5): 1, Term(0, 4): -1, Term(0, 2): -1}, "well-posed", "ill-posed"),
        ({Term(0, 3): 1, Term(1, 2): 1}, "well-posed", "ill-posed"),
        ({Term(3, 2, conservative=True): 1}, "well-posed", "ill-posed"),
        ({Term(2, 3, conservative=True): 1}, "not guaranteed", "not guaranteed"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(Equation(value)),
)
def test_verdicts_and_time_reversal(coefficients, forwards, backwards):
    """The sign of an even order turns with time, an odd order keeps its verdict; u in [0, 1]."""
    equation = Equation(coefficients)
    assert well_posedness.well_posedness(equation).verdict == forwards
    assert well_posedness.well_posedness(equation.backwards()).verdict == backwards


@pytest.mark.parametrize("rows", [MNIST, FMNIST, CIFAR10, EUROSAT], ids=["M", "F", "C", "E"])
@pytest.mark.parametrize(("b", "s", "tau"), list(itertools.product((0.25, 3), (0.5, 2), (4,))))
def test_verdict_has_no_units(rows, b, s, tau):
    """Scaling u, x and t by positive numbers leaves the verdict; the intervals scale with u."""
    moved = judge(latent_waves.scaled(rows, b=b, s=s, tau=tau), 0, b)
    plain = judge(rows)
    assert (moved.verdict, moved.order) == (plain.verdict, plain.order)
    ends = [float(b * u) for piece in plain.wrong for u in piece]
    assert [float(u) for piece in moved.wrong for u in piece] == pytest.approx(ends, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(equations, scales, scales, scales)
def test_no_verdict_depends_on_units(coefficients, b, s, tau):
    """Property 14: u' = b u, x' = s x, t' = tau t with b, s, tau > 0: one verdict, on [0, b] for u'."""
    moved = judge(latent_waves.scaled(coefficients, b=b, s=s, tau=tau), 0, b)
    plain = judge(coefficients)
    assert (moved.verdict, moved.order, moved.reason) == (plain.verdict, plain.order, plain.reason)
    assert moved.degenerate == tuple(b * u for u in plain.degenerate)


@settings(max_examples=60, deadline=None)
@given(equations)
def test_verdicts_when_time_is_reversed(coefficients):
    """Property 14: an even top order of one sign is ill-posed one way only, an odd one alone both or none."""
    equation = Equation(coefficients)
    forwards, backwards = (
        well_posedness.well_posedness(way).verdict for way in (equation, equation.backwards())
    )
    roots = sympy.Poly(equation.frozen(equation.order), U).real_roots()
    one_sign = not any(0 < root < 1 and roots.count(root) % 2 for root in roots)
    if equation.order % 2 == 0:
        assert [forwards, backwards].count("ill-posed") == (1 if one_sign else 2)
    elif all(term.order % 2 or term.order == 0 for term in equation.terms):
        assert forwards == backwards


@pytest.mark.parametrize("h", [-0.7, 1.5])
def test_verdict_has_no_origin(h):
    """Shifting u shifts the intervals, and nothing else."""
    moved = judge(latent_waves.shifted(FMNIST, h), h, 1 + h)
    plain = judge(FMNIST)
    assert moved.verdict == plain.verdict
    ends = [float(u) + h for piece in plain.wrong for u in piece]
    assert [float(u) for piece in moved.wrong for u in piece] == pytest.approx(ends, rel=1e-9)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (lambda c: sympy.S.One, lambda c: 3 * sympy.diff(c, X) / 2),
        (lambda c: 1 / c, lambda c: sympy.S.Zero),
    ],
    ids=["plain", "weighted"],
)
def test_energies_of_dispersion(weight, expected):
    """Of w u^2/2 under u_t = c u_xxx: (3/2) c_x u_x^2 - (1/2) c_xxx u^2 for w = 1, nothing for w = 1/c."""
    claim = latent_waves.dispersive_energy()
    c = 2 + X**2 + X**3 / 3
    at = {}
    for name, function in (("c", c), ("w", weight(c))):
        symbols = [name, *(f"{name}_{k}" for k in (1, 2, 3))]
        at |= {
            sympy.Symbol(s, real=True): sympy.diff(function, X, k) for k, s in enumerate(symbols)
        }
    found = sympy.expand(sympy.cancel(claim.right.subs(at, simultaneous=True)))
    square = -sympy.diff(c, X, 3) / 2 if weight(c) == 1 else 0
    assert sympy.expand(found - expected(c) * jet(1) ** 2 - square * U**2) == 0


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 0), (0, sympy.oo), (float("nan"), 1)])
def test_bad_intervals_are_refused(low, high):
    """An interval of u has two finite ends in order."""
    with pytest.raises(ArgumentError, match=r"lowest: got .* must be a finite interval"):
        judge(FMNIST, low, high)


def test_symbols_as_coefficients_are_refused():
    """No sign without numbers: refused, naming the symbol."""
    with pytest.raises(ArgumentError, match=r"coefficients must be numbers; insert values of nu"):
        well_posedness.well_posedness(latent_waves.BURGERS)
