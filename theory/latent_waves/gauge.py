"""What units do to an equation: scaling and shifting u, x and t.

u' = b u, x' = s x, t' = tau t multiplies the coefficient of a term; u' = u + h mixes the terms with
the same derivative. A fit has the same R2 in all of these gauges, so a term that a shift makes
appear or vanish says nothing about the data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_waves.equations import PAPER, Term

B, S, TAU = sympy.symbols("b s tau", positive=True)
H = sympy.Symbol("h", real=True)
POWER = sympy.Symbol("a", positive=True)
_PROFILE, _DERIVATIVE = sympy.symbols("w w_k", positive=True)

SCALE_NAMES = {"b": "amplitude_scale", "s": "radius_scale", "tau": "time_scale", "a": "power"}


def scale_factor(degree: Any, order: Any, *, b: Any = B, s: Any = S, tau: Any = TAU) -> Any:
    """Return b^(1 - d) s^k/tau, by which a coefficient of degree d and order k is multiplied.

    Examples
    --------
    >>> scale_factor(2, 1)
    s/(b*tau)
    """
    return b / b**degree * s**order / tau


def scaled(
    coefficients: Mapping[Term, Any], *, b: Any = 1, s: Any = 1, tau: Any = 1
) -> dict[Term, Any]:
    """Return the coefficients of the equation of u' = b u in x' = s x and t' = tau t.

    Parameters
    ----------
    coefficients : mapping of Term to number, array or sympy.Expr
    b, s, tau : numbers or sympy.Expr
        Not 0; tau = -1 turns time around.

    Raises
    ------
    ArgumentError
        If one of the scales is 0.

    Examples
    --------
    >>> scaled({Term(1, 1): -1.0, Term(0, 2): 0.1}, b=2.0, s=4.0)
    {u u_x: -2.0, u_xx: 1.6}
    """
    for name, value in (("b", b), ("s", s), ("tau", tau)):
        if value == 0:
            raise ArgumentError(name, value, "must not be 0", "pass a scale such as 2.0")
    return {
        term: c * scale_factor(term.degree, term.order, b=b, s=s, tau=tau)
        for term, c in coefficients.items()
    }


def shifted(coefficients: Mapping[Term, Any], h: Any) -> dict[Term, Any]:
    """Return the coefficients of the equation of u' = u + h.

    Parameters
    ----------
    coefficients : mapping of Term to number, array or sympy.Expr
    h : number or sympy.Expr

    Returns
    -------
    dict
        With every term that u^a breaks into, also where its coefficient is 0.

    Examples
    --------
    >>> shifted({Term(1, 1): -1.0}, 3.0)
    {u_x: 3.0, u u_x: -1.0}
    """
    found: dict[Term, Any] = {}
    for term, c in coefficients.items():
        for power in range(term.power + 1):
            if term.conservative and term.order > 0 and power == 0:
                continue  # the derivative of a constant
            part = Term(power, term.order, term.conservative)
            factor = math.comb(term.power, power) * (-h) ** (term.power - power)
            found[part] = found.get(part, 0) + c * factor
    return dict(sorted(found.items()))


@register(
    reference=Reference(PAPER, "Table 1", "ours"),
    names=SCALE_NAMES,
    sizes=tuple({"order": k} for k in range(4)),
)
def gauge_scaling(order: int = 1) -> Identity:
    """The coefficient of u^a d_x^k u is multiplied by b^(1 - d) s^k/tau, d the degree in u.

    d = a + 1, or a for k = 0; u' = b u, x' = s x, t' = tau t. Left: u_t = u^a d_x^k u written in
    u'(x', t') by the chain rule.
    """
    position = sympy.Symbol("xi", real=True)
    profile = sympy.Function("w")(position)
    derivative = profile / B
    for _ in range(order):
        derivative = S * sympy.diff(derivative, position)  # d_x = s d_x'
    # as symbols, to be judged at points
    symbols = {sympy.diff(profile, position, order): _DERIVATIVE, profile: _PROFILE}
    derivative = derivative.xreplace(symbols)
    term = (_PROFILE / B) ** POWER * (derivative if order else 1)
    return Identity(
        name=f"scaling of a term of order {order}",
        left=B / TAU * term,
        right=scale_factor(POWER + (1 if order else 0), order)
        * _PROFILE**POWER
        * (_DERIVATIVE if order else 1),
        derivation=(
            Step("d_x^k u in the new variables, w = u', w_k = d_x'^k u'", derivative),
            Step("the term", term),
            Step("u_t = (tau/b) u'_t', so u'_t' is", B / TAU * term),
        ),
    )


@register(
    reference=Reference(PAPER, "Table 1", "ours"),
    names={"h": "amplitude_shift"},
    sizes=({"power": 2}, {"power": 3}),
)
def gauge_shift(power: int = 2) -> Identity:
    """A shift u' = u + h: c'_i = sum_j binomial(j, i) (-h)^(j - i) c_j, terms of one order in x.

    For a = 0, 1, 2: c0 - h c1 + h^2 c2, then c1 - 2 h c2, then c2. Left: the coefficients of
    sum_j c_j (w - h)^j.
    """
    field = sympy.Symbol("w", real=True)
    symbols = sympy.symbols(f"c0:{power + 1}", real=True)
    moved = sum((c * (field - H) ** j for j, c in enumerate(symbols)), sympy.S.Zero)
    collected = sympy.Poly(sympy.expand(moved), field)
    action = shifted({Term(j, 1): c for j, c in enumerate(symbols)}, H)
    return Identity(
        name=f"shift of terms up to the power {power}",
        left=sympy.ImmutableMatrix(
            [sympy.horner(collected.coeff_monomial(field**i), H) for i in range(power + 1)]
        ),
        right=sympy.ImmutableMatrix([action[Term(i, 1)] for i in range(power + 1)]),
        derivation=(Step("u = w - h in the sum of the terms", moved),),
    )
