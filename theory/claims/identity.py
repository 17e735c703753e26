"""Two roads to one expression."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import sympy

from theory.claims.claim import Claim, Equation
from theory.claims.mutation import mutations
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Identity(Claim):
    """Two expressions, reached by different roads, that are equal.

    Parameters
    ----------
    left : sympy.Expr or sympy.MatrixBase
        The derived road.
    right : sympy.Expr or sympy.MatrixBase
        The statement as printed: the finished law.
    variable, order : sympy.Symbol and int, optional
        Both or neither: the identity is then an expansion, which holds up to and including
        ``variable**order``.

    Raises
    ------
    ArgumentError
        If both sides are structurally equal: x = x says nothing. If shapes differ.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> Identity(name="binomial", left=(x + 1) ** 2, right=x**2 + 2 * x + 1).residual()
    0
    """

    left: sympy.Basic
    right: sympy.Basic
    variable: sympy.Symbol | None = None
    order: int | None = None

    def __post_init__(self) -> None:
        if self.left == self.right:
            raise ArgumentError(
                "right",
                str(self.right),
                "the sides of an identity must be reached by different roads, these are the same",
                "derive one side",
            )
        if self._is_matrix() and self.left.shape != self.right.shape:
            raise ArgumentError(
                "right", self.right.shape, f"must have the shape {self.left.shape}", "reshape it"
            )

        if (self.variable is None) != (self.order is None):
            raise ArgumentError(
                "order", self.order, "an expansion needs both variable and order", "pass both"
            )
        for _, *sides in self._sides() if self.order is not None else ():
            for side in sides:
                if not sympy.expand(side).is_polynomial(self.variable):
                    raise ArgumentError(
                        "order",
                        str(side),
                        f"the sides of an expansion must be polynomials in {self.variable}",
                        "expand them first",
                    )

    def _is_matrix(self) -> bool:
        return isinstance(self.left, sympy.MatrixBase)

    def _sides(self) -> list[tuple[str, sympy.Expr, sympy.Expr]]:
        if not self._is_matrix():
            return [(self.name, self.left, self.right)]
        rows, columns = self.left.shape
        return [
            (f"{self.name}[{i}, {j}]", self.left[i, j], self.right[i, j])
            for i in range(rows)
            for j in range(columns)
        ]

    def equations(self) -> tuple[Equation, ...]:
        """Return one equation an entry, or one a power of the variable for an expansion."""
        if self.order is None:
            return tuple(Equation(*side) for side in self._sides())
        return tuple(
            Equation(
                f"{label}, order {power}",
                sympy.expand(left).coeff(self.variable, power),
                sympy.expand(right).coeff(self.variable, power),
            )
            for label, left, right in self._sides()
            for power in range(self.order + 1)
        )

    def mutants(self) -> Iterator[tuple[str, Identity]]:
        """Yield the identity with a fault in its right side."""
        if not self._is_matrix():
            for what, changed in mutations(self.right):
                yield what, self._with_right(changed)
            return
        rows, columns = self.right.shape
        for i in range(rows):
            for j in range(columns):
                for what, changed in mutations(self.right[i, j]):
                    right = self.right.as_mutable()
                    right[i, j] = changed
                    yield f"[{i}, {j}]: {what}", self._with_right(right.as_immutable())

    def _with_right(self, right: sympy.Basic) -> Identity:
        # not through the constructor: a fault that makes both sides equal has to be seen, not refused
        changed = object.__new__(type(self))
        changed.__dict__.update(self.__dict__, right=right)
        return changed

    def latex(self) -> str:
        """Return ``left = right`` in LaTeX, of an expansion with what it leaves out."""
        beyond = "" if self.order is None else rf" + O\left({sympy.latex(self._left_out())}\right)"
        return f"{sympy.latex(self.left)} = {sympy.latex(self.right)}{beyond}"

    def mathml(self) -> str:
        """Return ``left = right`` in presentation MathML, of an expansion with what it leaves out."""
        left, right = (_mathml(side) for side in (self.left, self.right))
        beyond = ""
        if self.order is not None:
            beyond = f"<mo>+</mo><mi>O</mi><mo>(</mo>{_mathml(self._left_out())}<mo>)</mo>"
        return f"<mrow>{left}<mo>=</mo>{right}{beyond}</mrow>"

    def _left_out(self) -> sympy.Expr:
        """The first power that an expansion says nothing of."""
        assert self.variable is not None
        assert self.order is not None
        return self.variable ** (self.order + 1)

    def __repr__(self) -> str:
        if self._is_matrix():
            rows, columns = self.left.shape
            return f"Identity {self.name}: {rows} x {columns} entries"
        beyond = "" if self.order is None else f" + O({sympy.sstr(self._left_out())})"
        return f"{sympy.sstr(self.left)} = {sympy.sstr(self.right)}{beyond}"


def _mathml(side: sympy.Basic) -> str:
    return sympy.mathml(side, printer="presentation")
