"""An inequality with the reason why it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import sympy

from theory.claims.claim import Claim, Equation
from theory.claims.mutation import mutations
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Bound(Claim):
    """``left <= right``, proven by a certificate and shown to be sharp.

    Parameters
    ----------
    left, right : sympy.Expr
    certificate : sympy.Expr
        What the slack equals; SymPy must see from its assumptions that it is not negative
        (a sum of squares).
    attained : mapping of sympy.Symbol to sympy.Expr
        A point at which both sides are equal.

    Raises
    ------
    ArgumentError
        If the certificate is not visibly non-negative.

    Examples
    --------
    >>> a, b = sympy.symbols("a b", real=True)
    >>> means = Bound(name="means", left=2 * a * b, right=a**2 + b**2,
    ...               certificate=(a - b) ** 2, attained={a: b})
    >>> means.residual()
    0
    """

    left: sympy.Expr
    right: sympy.Expr
    certificate: sympy.Expr
    attained: Mapping[sympy.Symbol, sympy.Expr]

    def __post_init__(self) -> None:
        if self.left == self.right:
            raise ArgumentError(
                "right", str(self.right), "the sides of a bound must differ", "state a bound"
            )
        if self.certificate.is_nonnegative is not True:
            raise ArgumentError(
                "certificate",
                str(self.certificate),
                "must be non-negative by its symbols' assumptions",
                "write it as a sum of squares of real symbols",
            )

    def slack(self) -> sympy.Expr:
        """Return ``right - left``."""
        return self.right - self.left

    def equations(self) -> tuple[Equation, ...]:
        """Return: the slack is the certificate; it vanishes where the bound is attained."""
        return (
            Equation(f"{self.name}: certificate", self.slack(), self.certificate),
            Equation(
                f"{self.name}: attained",
                self.slack().subs(self.attained, simultaneous=True),
                sympy.S.Zero,
            ),
        )

    def mutants(self) -> Iterator[tuple[str, Bound]]:
        """Yield the bound with a fault in either side."""
        for side in ("left", "right"):
            for what, changed in mutations(getattr(self, side)):
                yield f"{side}: {what}", dataclasses.replace(self, **{side: changed})

    def latex(self) -> str:
        """Return ``left <= right`` in LaTeX."""
        return rf"{sympy.latex(self.left)} \le {sympy.latex(self.right)}"

    def mathml(self) -> str:
        """Return ``left <= right`` in presentation MathML."""
        left, right = (sympy.mathml(s, printer="presentation") for s in (self.left, self.right))
        return f"<mrow>{left}<mo>&#x2264;</mo>{right}</mrow>"

    def __repr__(self) -> str:
        return f"{sympy.sstr(self.left)} <= {sympy.sstr(self.right)}"
