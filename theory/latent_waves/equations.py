"""Evolution equations u_t = sum c u^a d_x^k u as objects: their terms, right side and symbol.

u(x, t) is the amplitude of a film over radius x and time t. In a right side the derivatives of u in
x are symbols of their own, ``u, u_1, u_2, ...``: a right side is a polynomial in them.
"""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Mapping

import sympy

from theory.errors import ArgumentError

PAPER = "Yermakov, Ratliff, Kutz, 2025"

X, T = sympy.symbols("x t", real=True)
U = sympy.Symbol("u", real=True)
WAVE_NUMBER = sympy.Symbol("kappa", real=True)


def jet(order: int) -> sympy.Symbol:
    """Return the symbol of d_x^order u: u, u_1, u_2, ..."""
    return U if order == 0 else sympy.Symbol(f"u_{order}", real=True)


def total_derivative(expression: sympy.Expr, times: int = 1) -> sympy.Expr:
    """Return the derivative in x of an expression in u, u_1, u_2, ..., by the chain rule.

    Examples
    --------
    >>> total_derivative(U**2)
    2*u*u_1
    """
    for _ in range(times):
        highest = highest_order(expression)
        expression = sum(
            (sympy.diff(expression, jet(k)) * jet(k + 1) for k in range(highest + 1)),
            sympy.S.Zero,
        )
    return sympy.expand(expression)


def highest_order(expression: sympy.Expr) -> int:
    """Return the highest k of the symbols u_k in an expression; 0 where only u occurs, or nothing."""
    names = (symbol.name for symbol in expression.free_symbols)
    return max((int(name[2:]) for name in names if _is_derivative(name)), default=0)


def _is_derivative(name: str) -> bool:
    return name.startswith("u_") and name[2:].isdigit() and jet(int(name[2:])).name == name


@dataclasses.dataclass(frozen=True, order=True)
class Term:
    """A term of an evolution equation.

    Parameters
    ----------
    power, order : int
        a and k of u^a d_x^k u; for k = 0 of the power u^a, so that (0, 0) is the constant 1.
    conservative : bool
        The term is d_x^k (u^a) instead, as in the weak form.

    Raises
    ------
    ArgumentError
        If one of them is negative or not an integer.

    Examples
    --------
    >>> Term(2, 1), Term(0, 3), Term(2, 0), Term(2, 1, conservative=True)
    (u^2 u_x, u_xxx, u^2, (u^2)_x)
    """

    power: int
    order: int
    conservative: bool = False

    def __post_init__(self) -> None:
        for name in ("power", "order"):
            value = getattr(self, name)
            if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 0:
                raise ArgumentError(name, value, "must be an integer of at least 0", "count from 0")

    @property
    def degree(self) -> int:
        """Total degree in u: a + 1 for u^a d_x^k u, a for a power and for d_x^k (u^a)."""
        return self.power + (self.order > 0 and not self.conservative)

    @property
    def expression(self) -> sympy.Expr:
        """The term in the symbols u, u_1, u_2, ...

        Examples
        --------
        >>> Term(2, 2, conservative=True).expression
        2*u*u_2 + 2*u_1**2
        """
        if self.conservative:
            return total_derivative(U**self.power, self.order)
        return U**self.power * (jet(self.order) if self.order else 1)

    def __repr__(self) -> str:
        power = "" if self.power == 0 else "u" if self.power == 1 else f"u^{self.power}"
        if self.order == 0:
            return power or "1"
        along = "_" + "x" * self.order
        if self.conservative and self.power != 1:
            return f"({power or '1'}){along}"
        if self.conservative:
            return f"u{along}"
        return f"{power} u{along}".strip()


@dataclasses.dataclass(frozen=True, repr=False)
class Equation:
    """u_t = sum of coefficients times terms.

    Parameters
    ----------
    coefficients : mapping of Term to number or sympy.Expr
        Symbols are allowed, but not u, u_1, ...; terms with the coefficient 0 are left out.

    Raises
    ------
    ArgumentError
        If a key is not a Term, or a coefficient depends on u.

    Examples
    --------
    >>> burgers = Equation({Term(1, 1): -1, Term(0, 2): sympy.Symbol("nu", positive=True)})
    >>> burgers
    u_t = -u u_x + nu u_xx
    >>> burgers.right_side
    nu*u_2 - u*u_1
    """

    parts: tuple[tuple[Term, sympy.Expr], ...]

    def __init__(self, coefficients: Mapping[Term, object]):
        parts = tuple((term, _coefficient(term, coefficients[term])) for term in coefficients)
        kept = sorted((part for part in parts if part[1] != 0), key=_order_of_part)
        object.__setattr__(self, "parts", tuple(kept))

    @property
    def coefficients(self) -> dict[Term, sympy.Expr]:
        """Term to coefficient, by order of the derivative, then by power."""
        return dict(self.parts)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms whose coefficients are not 0."""
        return tuple(term for term, _ in self.parts)

    @property
    def right_side(self) -> sympy.Expr:
        """The rate of u: a polynomial in u, u_1, u_2, ..."""
        return sum((c * term.expression for term, c in self.parts), sympy.S.Zero)

    @property
    def order(self) -> int:
        """Order of the highest derivative."""
        return max((term.order for term in self.terms), default=0)

    @property
    def jets(self) -> tuple[sympy.Symbol, ...]:
        """The symbols u, u_1, ... up to the highest order: the arguments of `right_side`."""
        return tuple(jet(k) for k in range(self.order + 1))

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of the coefficients, sorted by name."""
        return tuple(sorted({s for _, c in self.parts for s in c.free_symbols}, key=str))

    def rate(self, field: sympy.Expr, x: sympy.Symbol = X) -> sympy.Expr:
        """Return the right side for a field u(x, t): what u_t has to be."""
        jets = {jet(k): sympy.diff(field, x, k) for k in range(self.order + 1)}
        return self.right_side.xreplace(jets)

    def expression(self, field: sympy.Expr, x: sympy.Symbol = X, t: sympy.Symbol = T) -> sympy.Expr:
        """Return u_t minus the right side for a field u(x, t): 0 where the field obeys the equation.

        Examples
        --------
        >>> c = sympy.Symbol("c")
        >>> Equation({Term(0, 1): -c}).expression(sympy.sin(X - c * T))
        0
        """
        return sympy.diff(field, t) - self.rate(field, x)

    def frozen(self, order: int) -> sympy.Expr:
        """Return c_k(u), the factor of d_x^k in the equation linearised at a constant state u.

        The derivative of the right side in u_k where u_1 = u_2 = ... = 0.
        """
        slope = sympy.diff(self.right_side, jet(order))
        return sympy.expand(
            slope.xreplace({jet(k): sympy.S.Zero for k in range(1, self.order + 1)})
        )

    def symbol(self) -> sympy.Expr:
        """Return sigma(kappa; u) = sum_k c_k(u) (i kappa)^k with coefficients frozen at u.

        A disturbance exp(i kappa x) of the constant state u grows with the rate Re(sigma).

        Examples
        --------
        >>> Equation({Term(1, 1): -1, Term(0, 2): 3}).symbol()
        -3*kappa**2 - I*kappa*u
        """
        steps = (self.frozen(k) * (sympy.I * WAVE_NUMBER) ** k for k in range(self.order + 1))
        return sympy.expand(sum(steps, sympy.S.Zero))

    def backwards(self) -> Equation:
        """Return the equation with time reversed, t -> -t."""
        return Equation({term: -c for term, c in self.parts})

    def latex(self) -> str:
        """Return the equation in LaTeX, without dollar signs."""
        shown = {jet(k): sympy.Symbol(f"u_{{{'x' * k}}}") for k in range(1, self.order + 1)}
        return f"u_t = {sympy.latex(self.right_side.xreplace(shown))}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"

    def __repr__(self) -> str:
        shown = " + ".join(_short(term, c) for term, c in self.parts)
        return f"u_t = {shown or '0'}".replace("+ -", "- ")


def _coefficient(term: object, value: object) -> sympy.Expr:
    if not isinstance(term, Term):
        raise ArgumentError("coefficients", term, "keys must be terms", "write Term(power, order)")
    try:
        coefficient = sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        coefficient = sympy.nan
    in_jets = any(s == U or _is_derivative(s.name) for s in coefficient.free_symbols)
    if in_jets or coefficient is sympy.nan or coefficient.is_finite is False:
        raise ArgumentError(
            "coefficients",
            f"{value} of {term!r}",
            "must be a finite number or an expression without u",
            "put powers of u into the term",
        )
    return coefficient


def _order_of_part(part: tuple[Term, sympy.Expr]) -> tuple[int, int, bool]:
    term = part[0]
    return term.order, term.power, term.conservative


def _short(term: Term, coefficient: sympy.Expr) -> str:
    if coefficient in (1, -1):
        return f"{'-' if coefficient == -1 else ''}{term!r}"
    if coefficient.is_Float:
        return f"{float(coefficient):.3g} {term!r}"
    shown = sympy.sstr(coefficient)
    return f"({shown}) {term!r}" if coefficient.is_Add else f"{shown} {term!r}"
