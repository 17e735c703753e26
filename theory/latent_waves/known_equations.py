"""Equations whose solutions are known exactly: what an instrument that finds equations must find.

Advection, Burgers (two fronts), Korteweg-de Vries and its modified form (two solitons each). E, E1,
E2 are exponentials, k wave numbers, c speeds and s positions. One wave alone obeys a whole family
of equations (`travelling_family`): two speeds are needed.
"""

from __future__ import annotations

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_waves.equations import PAPER, Equation, T, Term, X
from theory.latent_waves.solution import Solution

E1, E2 = sympy.symbols("E1 E2", positive=True)
K1, K2 = sympy.symbols("k1 k2", positive=True)
S1, S2 = sympy.symbols("s1 s2", real=True)
C = sympy.Symbol("c", positive=True)
C1, C2 = sympy.symbols("c1 c2", positive=True)
NU = sympy.Symbol("nu", positive=True)
SHARE = sympy.Symbol("a", real=True)

ADVECTION = Equation({Term(0, 1): -C})
BURGERS = Equation({Term(1, 1): -1, Term(0, 2): NU})
KDV = Equation({Term(1, 1): -6, Term(0, 3): -1})
MKDV = Equation({Term(2, 1): -6, Term(0, 3): -1})

SOLITON_NAMES = {"k1": "first_wave_number", "k2": "second_wave_number"}
FRONT_NAMES = {"c1": "first_speed", "c2": "second_speed", "nu": "viscosity"}
_HALF = sympy.Rational(1, 2)


def _along(expression: sympy.Expr, exponents: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Return the derivative in x of an expression in exponentials."""
    return sum(
        (sympy.diff(expression, E) * E * sympy.diff(theta, X) for E, theta in exponents.items()),
        sympy.S.Zero,
    )


@register(reference=Reference(PAPER, "", "ours"), names={"c": "speed"})
def advection() -> Solution:
    """u_t = -c u_x is solved by exp(-(x - c t)^2): a hump that moves and keeps its shape."""
    return Solution(
        name="advection",
        equation=ADVECTION,
        field=E1,
        exponents={E1: -((X - C * T) ** 2)},
        derivation=(Step("a function of x - c t", -((X - C * T) ** 2)),),
    )


def _front(speed: sympy.Expr, start: sympy.Expr) -> sympy.Expr:
    """Return the exponent -(c/(2 nu)) (x - c t/2 - s), which makes E solve the heat equation."""
    return -speed / (2 * NU) * (X - speed * T / 2 - start)


@register(reference=Reference(PAPER, "Table 1", "ours"), names={"nu": "viscosity"})
def cole_hopf() -> Identity:
    """u_t + u u_x - nu u_xx = -2 nu ((f_t - nu f_xx)/f)_x for u = -2 nu f_x/f, f any function.

    Where f solves the heat equation, u solves Burgers' equation.
    """
    potential = sympy.Function("f")(X, T)
    field = -2 * NU * sympy.diff(potential, X) / potential
    symbols = {
        sympy.Derivative(potential, (T, j), (X, i)): sympy.Symbol(
            f"f_{'x' * i}{'t' * j}".rstrip("_")
        )
        for i, j in ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1))
    }
    f, f_x, f_xx, f_xxx, f_t, f_xt = symbols.values()
    remainder = BURGERS.expression(field).doit().xreplace(symbols)
    return Identity(
        name="Cole-Hopf",
        left=remainder,
        right=-2 * NU * ((f_xt - NU * f_xxx) / f - (f_t - NU * f_xx) * f_x / f**2),
        derivation=(
            Step("u", field),
            Step("inserted in u_t + u u_x - nu u_xx", remainder),
        ),
    )


@register(
    reference=Reference(PAPER, "Table 1", "ours"),
    names=FRONT_NAMES,
    sizes=({"speeds": (sympy.Rational(3, 2), _HALF)},),
    slow_sizes=({},),
)
def burgers(speeds: tuple[sympy.Expr, sympy.Expr] = (C1, C2)) -> Solution:
    """u_t = -u u_x + nu u_xx, two fronts: u = (c1 E1 + c2 E2)/(1 + E1 + E2).

    E_i = exp(-(c_i/(2 nu)) (x - c_i t/2 - s_i)); u = -2 nu f_x/f by Cole-Hopf from the solution
    f = 1 + E1 + E2 of the heat equation.
    """
    exponents = {E1: _front(speeds[0], S1), E2: _front(speeds[1], S2)}
    heat = 1 + E1 + E2
    # over one denominator, a fault in it could lead to another solution of the heat equation
    parts = (-2 * NU * _along(E, {E: theta}) / heat for E, theta in exponents.items())
    field = sum(parts, sympy.S.Zero)
    return Solution(
        name="Burgers, two fronts",
        equation=BURGERS,
        field=field,
        exponents=exponents,
        derivation=(
            *cole_hopf().derivation,
            Step("f solves the heat equation", heat),
            Step("u", field),
        ),
    )


def _two_solitons(wave_numbers: tuple[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Return ((k1 - k2)/(k1 + k2))^2, by how much two solitons push each other."""
    first, second = wave_numbers
    return ((first - second) / (first + second)) ** 2


@register(
    reference=Reference(PAPER, "", "ours"),
    names=SOLITON_NAMES,
    sizes=({"wave_numbers": (sympy.Integer(1), sympy.Rational(3, 5))},),
    slow_sizes=({},),
)
def korteweg_de_vries(wave_numbers: tuple[sympy.Expr, sympy.Expr] = (K1, K2)) -> Solution:
    """u_t = -6 u u_x - u_xxx, two solitons: u = 2 (ln F)_xx, of speeds 4 k1^2 and 4 k2^2.

    F = 1 + E1 + E2 + ((k1 - k2)/(k1 + k2))^2 E1 E2, E_i = exp(2 k_i (x + s_i - 4 k_i^2 t)).
    """
    exponents = {
        E: 2 * k * (X + s - 4 * k**2 * T)
        for E, k, s in zip((E1, E2), wave_numbers, (S1, S2), strict=True)
    }
    tau = 1 + E1 + E2 + _two_solitons(wave_numbers) * E1 * E2
    slope = _along(tau, exponents)
    bend = sympy.Poly(_along(slope, exponents) * tau - slope**2, E1, E2)
    field = 2 * sum((sympy.factor(c) * E1**i * E2**j for (i, j), c in bend.terms()), sympy.S.Zero)
    field /= tau**2
    return Solution(
        name="Korteweg-de Vries, two solitons",
        equation=KDV,
        field=field,
        exponents=exponents,
        derivation=(Step("F", tau), Step("2 (ln F)_xx", field)),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=SOLITON_NAMES,
    sizes=({"wave_numbers": (sympy.Rational(6, 5), sympy.Rational(7, 10))},),
    slow_sizes=({},),
)
def modified_korteweg_de_vries(
    wave_numbers: tuple[sympy.Expr, sympy.Expr] = (K1, K2),
) -> Solution:
    """u_t = -6 u^2 u_x - u_xxx, two solitons: u = 2 d_x arctan(g/f), of speeds k1^2 and k2^2.

    g = E1 + E2, f = 1 - ((k1 - k2)/(k1 + k2))^2 E1 E2, E_i = exp(k_i (x + s_i - k_i^2 t)).
    """
    exponents = {
        E: k * (X + s - k**2 * T) for E, k, s in zip((E1, E2), wave_numbers, (S1, S2), strict=True)
    }
    g, f = E1 + E2, 1 - _two_solitons(wave_numbers) * E1 * E2
    field = 2 * (_along(g, exponents) * f - g * _along(f, exponents)) / (f**2 + g**2)
    return Solution(
        name="modified Korteweg-de Vries, two solitons",
        equation=MKDV,
        field=field,
        exponents=exponents,
        derivation=(Step("g and f", sympy.Tuple(g, f)), Step("2 d_x arctan(g/f)", field)),
    )


def _one_wave(kind: str) -> tuple[Equation, sympy.Expr, sympy.Expr]:
    """Return an equation, one wave of it in E1, and the exponent of E1."""
    if kind == "burgers":
        theta = _front(C1, S1)
        return BURGERS, C1 / 2 + C1 / 2 * (E1 - 1) / (E1 + 1), theta
    if kind == "korteweg_de_vries":
        return KDV, 8 * K1**2 * E1 / (1 + E1) ** 2, 2 * K1 * (X + S1 - 4 * K1**2 * T)
    if kind == "modified_korteweg_de_vries":
        return MKDV, 2 * K1 * E1 / (1 + E1**2), K1 * (X + S1 - K1**2 * T)
    raise ArgumentError(
        "kind",
        kind,
        "must be burgers, korteweg_de_vries or modified_korteweg_de_vries",
        "name one of them",
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"a": "share"},
    sizes=tuple(
        {"kind": kind} for kind in ("burgers", "korteweg_de_vries", "modified_korteweg_de_vries")
    ),
)
def travelling_family(kind: str = "korteweg_de_vries") -> Solution:
    """One wave u(x - c t) obeys u_t = (1 - a) (-c u_x) + a (true right side) for every a.

    So one soliton or one front cannot say which equation it obeys. c = -theta_t/theta_x.
    """
    equation, field, theta = _one_wave(kind)
    speed = sympy.cancel(-sympy.diff(theta, T) / sympy.diff(theta, X))
    mixed = mixture(equation, speed)
    return Solution(
        name=f"family of one wave: {kind}",
        equation=mixed,
        field=field,
        exponents={E1: theta},
        derivation=(Step("speed", speed), Step("right side of the family", mixed.right_side)),
    )


def mixture(equation: Equation, speed: sympy.Expr, share: sympy.Expr = SHARE) -> Equation:
    """Return u_t = (1 - a) (-c u_x) + a (right side of an equation).

    Examples
    --------
    >>> mixture(KDV, sympy.Integer(4), sympy.Rational(1, 2))
    u_t = -2 u_x - 3 u u_x - 1/2 u_xxx
    """
    coefficients = {term: share * c for term, c in equation.parts}
    advected = Term(0, 1)
    coefficients[advected] = coefficients.get(advected, sympy.S.Zero) - (1 - share) * speed
    return Equation(coefficients)
