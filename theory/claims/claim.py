"""What every claim can do: be asked, be explained, be shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Literal

import sympy

from theory.claims.exact import reduce

Status = Literal["reproduced", "sharpened", "refuted", "ours"]


@dataclasses.dataclass(frozen=True)
class Reference:
    """Where a statement comes from and what became of it here.

    Parameters
    ----------
    paper : str
        Authors, venue, year.
    equation : str
        Number as printed in the paper; empty where the statement is ours.
    status : {"reproduced", "sharpened", "refuted", "ours"}
    """

    paper: str
    equation: str
    status: Status

    def __str__(self) -> str:
        kind = "" if self.equation.startswith(("Fig", "Table")) else "eq. "
        where = f", {kind}{self.equation}" if self.equation else ""
        if self.status == "ours":
            return f"derived here, beyond {self.paper}{where}"
        return f"{self.paper}{where} ({self.status})"


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of a derivation: what is done, and the expression that it gives."""

    text: str
    expression: sympy.Basic


@dataclasses.dataclass(frozen=True)
class Equation:
    """Two expressions that a claim says are equal, not yet simplified."""

    label: str
    left: sympy.Expr
    right: sympy.Expr

    def residual(self) -> sympy.Expr:
        """Exact difference of the sides, reduced."""
        return reduce(self.left - self.right)


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A derivation that prints itself step by step, in text and in LaTeX."""

    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        lines = []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.text}", f"      {sympy.sstr(step.expression)}"]
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        rows = [rf"&\text{{{s.text}}}\\ &\quad {sympy.latex(s.expression)}" for s in self.steps]
        return r"$\displaystyle \begin{aligned}" + r"\\ ".join(rows) + r"\end{aligned}$"


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Claim:
    """A statement with its derivation and source; the base of Identity, System and Bound.

    Parameters
    ----------
    name : str
        Short name in words.
    reference : Reference, optional
        Source; the registry fills it in.
    derivation : tuple of Step
    names : mapping of str to str
        The names under which the claim's symbols appear in data: ``{"S": "singular_value"}``.
    given : tuple of sympy relations
        Conditions between symbols under which the claim is stated, such as ``A0 < S``.
    """

    name: str
    reference: Reference | None = None
    derivation: tuple[Step, ...] = ()
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    given: tuple[sympy.Basic, ...] = ()

    def equations(self) -> tuple[Equation, ...]:
        """All that the claim says, as equations that are not yet simplified."""
        raise NotImplementedError

    def mutants(self) -> Iterator[tuple[str, Claim]]:
        """Yield the claim with one factor, sign or term of its finished law changed or dropped."""
        raise NotImplementedError

    def latex(self) -> str:
        """Return the statement in LaTeX, without dollar signs."""
        raise NotImplementedError

    def mathml(self) -> str:
        """Return the statement in presentation MathML, for pages."""
        raise NotImplementedError

    def residual(self) -> sympy.Basic:
        """Return exact zero where the claim is true, otherwise what is left of it.

        Returns
        -------
        sympy.Expr or sympy.Tuple
            0; the one non-zero remainder; or all of them.
        """
        left_over = [r for r in (e.residual() for e in self.equations()) if r != 0]
        if not left_over:
            return sympy.S.Zero
        return left_over[0] if len(left_over) == 1 else sympy.Tuple(*left_over)

    def explain(self) -> Explanation:
        """Return the derivation; it prints step by step."""
        return Explanation(self.derivation)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"
