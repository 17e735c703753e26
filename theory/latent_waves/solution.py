"""A field that solves an evolution equation, exactly.

Solitons and fronts are rational in a few exponentials E = exp(theta(x, t)). With the exponentials as
generators, d_x and d_t are derivations of a field of rational functions, d_x E = theta_x E, and
whether u_t is the right side is decided by arithmetic there. A `System` has finitely many
states, so a law for a whole field is a claim of its own kind.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping

import sympy
from sympy.polys.rings import PolyElement, PolyRing

from theory.claims import Claim
from theory.claims import Equation as Sides
from theory.claims.mutation import mutations
from theory.latent_waves.equations import Equation, T, Term, X, jet


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Solution(Claim):
    """A field u(x, t) and the evolution equation that it obeys.

    Parameters
    ----------
    equation : theory.latent_waves.Equation
    field : sympy.Expr
        Rational in the generators, in x, t and parameters.
    exponents : mapping of sympy.Symbol to sympy.Expr
        Generator E to theta(x, t), a polynomial; E stands for exp(theta).

    Examples
    --------
    >>> c, E = sympy.symbols("c E", positive=True)
    >>> wave = Solution(name="wave", equation=Equation({Term(0, 1): -c}),
    ...                 field=E / (1 + E), exponents={E: X - c * T})
    >>> wave.residual()
    0
    >>> wave.expression()
    exp(-c*t + x)/(exp(-c*t + x) + 1)
    """

    equation: Equation
    field: sympy.Expr
    exponents: Mapping[sympy.Symbol, sympy.Expr]

    def expression(self) -> sympy.Expr:
        """Return u(x, t) with the exponentials inserted."""
        return self.field.xreplace({E: sympy.exp(theta) for E, theta in self.exponents.items()})

    def equations(self) -> tuple[Sides, ...]:
        """Return u_t = right side, both as rational functions of the generators."""
        motion = _motion(self.field, tuple(self.exponents.items()), self.equation)
        jets = {jet(k): value for k, value in enumerate(motion.derivatives)}
        right = self.equation.right_side.xreplace(jets)
        return (_Law(f"{self.name}: u_t", motion.rate, right, motion),)

    def is_constant(self) -> bool:
        """Whether the field depends on neither x nor t."""
        motion = _motion(self.field, tuple(self.exponents.items()), Equation({Term(0, 1): 1}))
        return motion.rate == 0 and motion.derivatives[1] == 0

    def mutants(self) -> Iterator[tuple[str, Solution]]:
        """Yield the solution with a fault in its equation, or in its field.

        Left alone are the sign of the field where all terms are odd in u, for the equation has it
        free, and fields that became constants, which obey any equation of derivatives.
        """
        for term, coefficient in self.equation.parts:
            others = {t: c for t, c in self.equation.parts if t != term}
            for what, changed in _faulty(term, coefficient):
                equation = Equation(others | {changed[0]: changed[1]})
                yield f"{term!r}: {what}", dataclasses.replace(self, equation=equation)
        odd = all(term.degree % 2 for term in self.equation.terms)
        for what, changed in mutations(self.field):
            faulty = dataclasses.replace(self, field=changed)
            if not ((odd and changed == -self.field) or faulty.is_constant()):
                yield f"field: {what}", faulty

    def latex(self) -> str:
        """Return the equation and the field in LaTeX."""
        field = f"u = {sympy.latex(self.field)}"
        named = [f"{E} = e^{{{sympy.latex(theta)}}}" for E, theta in self.exponents.items()]
        return r",\quad ".join([self.equation.latex(), field, *named])

    def mathml(self) -> str:
        """Return the equation in presentation MathML."""
        right = sympy.mathml(self.equation.right_side, printer="presentation")
        return f"<mrow><msub><mi>u</mi><mi>t</mi></msub><mo>=</mo>{right}</mrow>"

    def __repr__(self) -> str:
        return f"{self.equation!r} is solved by u = {sympy.sstr(self.field)}"


@dataclasses.dataclass(frozen=True)
class _Law(Sides):
    """The law of a solution: zero is decided by the polynomial to which all is reduced."""

    motion: _Motion

    def residual(self) -> sympy.Expr:
        return self.motion.remainder


def _faulty(term: Term, coefficient: sympy.Expr) -> Iterator[tuple[str, tuple[Term, sympy.Expr]]]:
    yield "dropped", (term, sympy.S.Zero)
    for what, changed in mutations(coefficient):
        yield what, (term, changed)
    yield "power raised", (dataclasses.replace(term, power=term.power + 1), coefficient)
    yield "order raised", (dataclasses.replace(term, order=term.order + 1), coefficient)


@dataclasses.dataclass(frozen=True)
class _Motion:
    """u = P/Q, moved along t and x.

    With d(P_k/Q^(k+1)) = (P_k' Q - (k + 1) P_k Q')/Q^(k+2) nothing needs to be cancelled.

    Parameters
    ----------
    rate : sympy.Expr
        u_t.
    derivatives : tuple of sympy.Expr
        u, u_x, u_xx, ...
    remainder : sympy.Expr
        u_t minus the right side, times a power of Q.
    """

    rate: sympy.Expr
    derivatives: tuple[sympy.Expr, ...]
    remainder: sympy.Expr


@functools.lru_cache(maxsize=256)
def _motion(
    field: sympy.Expr,
    exponents: tuple[tuple[sympy.Symbol, sympy.Expr], ...],
    equation: Equation,
) -> _Motion:
    along_x, along_t = ({E: sympy.diff(theta, s) * E for E, theta in exponents} for s in (X, T))
    ring = _ring((field, *along_x.values(), *along_t.values()), tuple(along_x), equation)
    top, bottom = (ring.from_expr(side) for side in sympy.fraction(sympy.together(field)))
    numerators = [top]
    for k in range(equation.order):
        numerators.append(_moved(numerators[-1], k + 1, bottom, along_x | {X: sympy.S.One}))
    rate = _moved(top, 1, bottom, along_t | {T: sympy.S.One})
    return _Motion(
        rate.as_expr() / bottom.as_expr() ** 2,
        tuple(p.as_expr() / bottom.as_expr() ** (k + 1) for k, p in enumerate(numerators)),
        _remainder(rate, numerators, bottom, equation).as_expr(),
    )


def _ring(
    expressions: tuple[sympy.Expr, ...], exponentials: tuple[sympy.Symbol, ...], equation: Equation
) -> PolyRing:
    """Return the polynomials in the exponentials, x and t; parameters are in the coefficients."""
    symbols = {s for e in expressions for s in e.free_symbols} | set(equation.parameters)
    generators = [*exponentials, *(s for s in (X, T) if s in symbols)]
    parameters = sorted(symbols - set(generators), key=str)
    domain = sympy.QQ.frac_field(*parameters) if parameters else sympy.QQ
    return PolyRing(generators, domain)


def _moved(
    numerator: PolyElement,
    power: int,
    bottom: PolyElement,
    rates: Mapping[sympy.Symbol, sympy.Expr],
) -> PolyElement:
    """Return the numerator of the derivative of P/Q^power over Q^(power + 1)."""
    return _slope(numerator, rates) * bottom - power * numerator * _slope(bottom, rates)


def _slope(polynomial: PolyElement, rates: Mapping[sympy.Symbol, sympy.Expr]) -> PolyElement:
    ring = polynomial.ring
    moving = [(ring.from_expr(x), ring.from_expr(r)) for x, r in rates.items() if x in ring.symbols]
    return sum((polynomial.diff(x) * rate for x, rate in moving), ring.zero)


def _remainder(
    rate: PolyElement, numerators: list[PolyElement], bottom: PolyElement, equation: Equation
) -> PolyElement:
    """Return u_t minus the right side over the highest power of Q that occurs."""
    ring = rate.ring
    parts = [(rate, 2)]
    for term, coefficient in equation.parts:
        polynomial = sympy.Poly(term.expression, *(jet(k) for k in range(term.order + 1)))
        for powers, number in polynomial.terms():
            product, over = ring.from_expr(-coefficient * number), 0
            for k, power in enumerate(powers):
                product *= numerators[k] ** power if power else 1  # 0**0 is refused there
                over += (k + 1) * power
            parts.append((product, over))
    highest = max(over for _, over in parts)
    return sum((part * bottom ** (highest - over) for part, over in parts), ring.zero)
