"""Can an evolution equation be run forwards in time? By its symbol, frozen at each u.

A disturbance of the constant state u grows with Re(sigma(kappa; u)). Where the growth has no bound in
kappa, the finest disturbance is the fastest, and the equation is ill-posed there: its even order 2q
needs (-1)^q c_2q(u) <= 0, and from order 4 on < 0: where it is 0, lower orders decide, which is left
open. An odd order from 3 on at the top needs a c(u) of one sign: then the integral of u^2/c is kept
(`dispersive_energy`); where c changes its sign, a derivative is lost. Coefficients are frozen at a
constant state: what u_x adds to a lower order is not judged.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Literal

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_waves.equations import PAPER, Equation, Term, U, jet

Verdict = Literal["well-posed", "ill-posed", "not guaranteed"]
Interval = tuple[sympy.Expr, sympy.Expr]

# a frozen coefficient c(x), a weight w(x), and their derivatives
_COEFFICIENT = sympy.symbols("c c_1 c_2 c_3", real=True)
_WEIGHT = sympy.symbols("w w_1 w_2 w_3", real=True)


@dataclasses.dataclass(frozen=True)
class WellPosedness:
    """What `well_posedness` found.

    Parameters
    ----------
    verdict : {"well-posed", "ill-posed", "not guaranteed"}
    reason : str
        One line.
    order : int
        Order of the derivative that decides.
    coefficient : sympy.Expr
        c(u), its frozen coefficient.
    terms : tuple of Term
        The terms of that order.
    wrong : tuple of pairs
        The intervals of u, within the one asked for, where c(u) has the wrong sign.
    degenerate : tuple of sympy.Expr
        The u of that interval at which c(u) is 0.
    """

    verdict: Verdict
    reason: str
    order: int
    coefficient: sympy.Expr
    terms: tuple[Term, ...]
    wrong: tuple[Interval, ...] = ()
    degenerate: tuple[sympy.Expr, ...] = ()


def well_posedness(equation: Equation, lowest: object = 0, highest: object = 1) -> WellPosedness:
    """Judge an equation on an interval of u, by its highest even and its highest order.

    Parameters
    ----------
    equation : Equation
        With numbers as coefficients; floats are taken as the rationals that they are.
    lowest, highest : numbers
        Ends of the interval of u; a scaled film has 0 and 1.

    Raises
    ------
    ArgumentError
        If the interval is empty or not finite, or a coefficient is a symbol.

    Examples
    --------
    >>> heat = Equation({Term(0, 2): 1, Term(1, 2): -2})
    >>> found = well_posedness(heat)
    >>> found.verdict, found.wrong
    ('ill-posed', ((1/2, 1),))
    >>> well_posedness(heat, 0, 0.25).verdict
    'well-posed'
    """
    ends = _interval(lowest, highest)
    if equation.parameters:
        raise ArgumentError(
            "equation",
            repr(equation),
            "coefficients must be numbers",
            f"insert values of {', '.join(map(str, equation.parameters))}",
        )
    present = [k for k in range(equation.order, 0, -1) if _exact(equation.frozen(k)) != 0]
    even = next((k for k in present if k % 2 == 0), 0)
    top = present[0] if present else 0
    found = _diffusion(equation, even, ends) if even else None
    if found and found.verdict == "ill-posed":
        return found
    if top % 2 and top > 1:
        above = _dispersion(equation, top, ends)
        in_doubt = found and found.verdict == "not guaranteed" and above.verdict == "well-posed"
        return found if found and in_doubt else above
    return found or WellPosedness(
        "well-posed", "no derivative above the first", top, *_part(equation, top)
    )


def _diffusion(equation: Equation, order: int, ends: Interval) -> WellPosedness:
    """Judge the highest even order: waves must not grow faster the finer they are."""
    coefficient, terms = _part(equation, order)
    damping = -((-1) ** (order // 2)) * coefficient
    zeros, signs = _signs(damping, ends)
    wrong = tuple(piece for piece, sign in signs if sign < 0)
    if wrong:
        reason = "fine waves grow without bound where its sign is wrong"
        return WellPosedness("ill-posed", reason, order, coefficient, terms, wrong, zeros)
    if zeros and order > 2:
        reason = "the highest even order vanishes at some u, lower orders decide there"
        return WellPosedness("not guaranteed", reason, order, coefficient, terms, (), zeros)
    reason = "degenerate diffusion" if zeros else "fine waves are damped"
    return WellPosedness("well-posed", reason, order, coefficient, terms, (), zeros)


def _dispersion(equation: Equation, order: int, ends: Interval) -> WellPosedness:
    """Judge an odd highest order: its coefficient must keep its sign."""
    coefficient, terms = _part(equation, order)
    zeros, signs = _signs(coefficient, ends)
    wrong = _rarer(signs)
    if wrong:
        reason = "an odd highest order changes its sign"
        return WellPosedness("ill-posed", reason, order, coefficient, terms, wrong, zeros)
    if zeros:
        reason = "an odd highest order vanishes at some u"
        return WellPosedness("not guaranteed", reason, order, coefficient, terms, (), zeros)
    reason = "an odd highest order of one sign"
    return WellPosedness("well-posed", reason, order, coefficient, terms)


def _part(equation: Equation, order: int) -> tuple[sympy.Expr, tuple[Term, ...]]:
    return equation.frozen(order), tuple(t for t in equation.terms if t.order == order)


def _interval(lowest: object, highest: object) -> Interval:
    low, high = (_exact(sympy.sympify(end)) for end in (lowest, highest))
    if not (low.is_finite and high.is_finite and low < high):
        raise ArgumentError(
            "lowest", f"{lowest} to {highest}", "must be a finite interval", "pass lowest < highest"
        )
    return low, high


def _exact(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with every float as the rational number that it is."""
    return expression.xreplace({x: sympy.Rational(x) for x in expression.atoms(sympy.Float)})


def _signs(
    coefficient: sympy.Expr, ends: Interval
) -> tuple[tuple[sympy.Expr, ...], list[tuple[Interval, int]]]:
    """Return the zeros of a polynomial in an interval, and its sign on each piece between them."""
    low, high = ends
    polynomial = sympy.Poly(_exact(coefficient), U)
    zeros = [r for r in sorted(set(polynomial.real_roots())) if low <= r <= high]
    marks = [low, *(r for r in zeros if low < r < high), high]
    pieces = itertools.pairwise(marks)
    return tuple(zeros), [((a, b), int(sympy.sign(_between(polynomial, a, b)))) for a, b in pieces]


def _between(polynomial: sympy.Poly, low: sympy.Expr, high: sympy.Expr) -> sympy.Expr:
    return polynomial.eval(sympy.Rational(sympy.N((low + high) / 2, 30)))


def _rarer(signs: list[tuple[Interval, int]]) -> tuple[Interval, ...]:
    """Return the intervals of the sign that takes up less of the interval; none if there is one sign."""
    share = sum(((b - a) * sign for (a, b), sign in signs), sympy.S.Zero)
    rare = -1 if share >= 0 else 1
    return tuple(piece for piece, sign in signs if sign == rare)


def _derivative(expression: sympy.Expr) -> sympy.Expr:
    """Return the derivative in x of an expression in u, c, w and their derivatives."""
    families = (_COEFFICIENT, _WEIGHT, tuple(jet(k) for k in range(4)))
    chain = ((x, moved) for family in families for x, moved in itertools.pairwise(family))
    return sum((sympy.diff(expression, x) * moved for x, moved in chain), sympy.S.Zero)


@register(reference=Reference(PAPER, "Table 1", "ours"))
def diffusive_energy() -> Identity:
    """Under u_t = c(x) u_xx the rate of u^2/2 is -c u_x^2 + c_xx u^2/2, and a flux.

    c frozen. The first part wears u down where c > 0 and feeds the finest waves where c < 0; the
    flux (c u u_x - c_x u^2/2)_x, written to the left, has the integral 0.
    """
    c, c_1, c_2, _ = _COEFFICIENT
    flux = c * U * jet(1) - c_1 * U**2 / 2
    return Identity(
        name="energy under frozen diffusion",
        left=U * c * jet(2) - _derivative(flux),
        right=-c * jet(1) ** 2 + c_2 * U**2 / 2,
        derivation=(Step("by parts, twice: the flux", flux),),
    )


@register(reference=Reference(PAPER, "Table 1", "ours"))
def dispersive_energy() -> Identity:
    """Under u_t = c(x) u_xxx the rate of w u^2/2 is (3/2)(wc)_x u_x^2 - (1/2)(wc)_xxx u^2, and a flux.

    c frozen, w(x) any weight. With w = 1 the first part holds a derivative that u^2 does not bound:
    one is lost. With w = 1/c nothing is left and the integral of u^2/c is kept, a norm of u only
    where c has one sign.
    """
    product = _WEIGHT[0] * _COEFFICIENT[0]
    slope = _derivative(product)
    flux = product * (U * jet(2) - jet(1) ** 2 / 2) - slope * U * jet(1)
    flux += _derivative(slope) * U**2 / 2
    bend = _derivative(_derivative(slope))
    return Identity(
        name="weighted energy under frozen dispersion",
        left=_WEIGHT[0] * U * _COEFFICIENT[0] * jet(3) - _derivative(flux),
        right=sympy.Rational(3, 2) * slope * jet(1) ** 2 - bend * U**2 / 2,
        derivation=(
            Step("by parts, three times: the flux", flux),
            Step("(wc)_x and (wc)_xxx", sympy.Tuple(slope, sympy.expand(bend))),
        ),
    )
