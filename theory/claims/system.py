"""A law of motion: continuous, or a map."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping

import sympy

from theory.claims.claim import Claim, Equation
from theory.claims.mutation import mutations
from theory.errors import ArgumentError

# a claim is asked again for each fault put into it, which leaves most derivatives as they were
_derivative = functools.lru_cache(maxsize=10_000)(sympy.diff)


@functools.lru_cache(maxsize=10_000)
def _inserted(expression: sympy.Expr, values: tuple) -> sympy.Expr:
    return expression.xreplace(dict(values))


def _insert(expression: sympy.Expr, values: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Replace symbols, all at once."""
    return _inserted(expression, tuple((x, sympy.sympify(e)) for x, e in values.items()))


def _drift(expression: sympy.Expr, law: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Return the rate of a function of the state under a continuous law."""
    return sum((_derivative(expression, x) * rate for x, rate in law.items()), sympy.S.Zero)


@dataclasses.dataclass(frozen=True)
class Invariant:
    """A quantity of the state whose change is known: 0 for what is conserved.

    Parameters
    ----------
    expression : sympy.Expr
        In the state.
    change : sympy.Expr
        Its rate (continuous law) or its increment in one step (map).
    """

    name: str
    expression: sympy.Expr
    change: sympy.Expr = sympy.S.Zero


@dataclasses.dataclass(frozen=True)
class Origin:
    """The finer law that this one comes from, and how the two states are related.

    Parameters
    ----------
    parent : System
    relation : mapping of sympy.Symbol to sympy.Expr
        Either each variable of this law in terms of the parent's state (a reduction), or each
        variable of the parent in terms of this law's state (an invariant manifold).
    """

    parent: System
    relation: Mapping[sympy.Symbol, sympy.Expr]

    def __post_init__(self) -> None:
        if not self.relation:
            raise ArgumentError(
                "relation", "{}", "must relate the two states", "name at least one variable"
            )


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class System(Claim):
    """A law of motion that can be asked whether it is true.

    Parameters
    ----------
    law : mapping of sympy.Symbol to sympy.Expr
        State variable to its rate (continuous law) or to its next value (map).
    time : sympy.Symbol
        Continuous time, or the index of the map's step.
    is_map : bool
    initial : mapping of sympy.Symbol to sympy.Expr
        State variable to the symbol of its initial value.
    closed_form : mapping of sympy.Symbol to sympy.Expr
        State variable to its solution, in time, parameters and initial values.
    invariants : tuple of Invariant
    origin : Origin, optional
        The finer law from which this one is derived.
    potential : sympy.Expr, optional
        The function whose negative gradient the law is.

    Raises
    ------
    ArgumentError
        If there is nothing by which the law could be judged: neither closed form, origin,
        potential nor invariant.
    """

    law: Mapping[sympy.Symbol, sympy.Expr]
    time: sympy.Symbol
    is_map: bool = False
    initial: Mapping[sympy.Symbol, sympy.Expr] = dataclasses.field(default_factory=dict)
    closed_form: Mapping[sympy.Symbol, sympy.Expr] = dataclasses.field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()
    origin: Origin | None = None
    potential: sympy.Expr | None = None

    def __post_init__(self) -> None:
        judged = self.closed_form or self.invariants or self.origin or self.potential is not None
        if not judged:
            raise ArgumentError(
                "law",
                str(dict(self.law)),
                "a system needs a closed form, an origin, a potential or an invariant to be judged by",
                "state one of them",
            )

        if missing := [str(x) for x in self.closed_form if x not in self.initial]:
            raise ArgumentError(
                "initial",
                str(dict(self.initial)),
                f"a closed form starts somewhere; missing: {', '.join(missing)}",
                "name the symbol of each initial value",
            )

    @property
    def state(self) -> tuple[sympy.Symbol, ...]:
        """The state variables, in order."""
        return tuple(self.law)

    @property
    def parameters(self) -> tuple[sympy.Symbol, ...]:
        """The symbols of law and solution that are neither state nor time, sorted by name."""
        expressions = (*self.law.values(), *self.closed_form.values(), *self.initial.values())
        free = {symbol for e in expressions for symbol in e.free_symbols}
        return tuple(sorted(free - set(self.state) - {self.time}, key=str))

    def equations(self) -> tuple[Equation, ...]:
        """Return what the law says: its solution, its origin, its potential, its invariants."""
        return (
            *self._solution_equations(),
            *self._origin_equations(),
            *self._potential_equations(),
            *self._invariant_equations(),
        )

    def _solution_equations(self) -> Iterator[Equation]:
        solution = dict(self.closed_form)
        for variable, expression in solution.items():
            if self.is_map:
                moved = _insert(expression, {self.time: self.time + 1})
            else:
                moved = _derivative(expression, self.time)
            law = _insert(self.law[variable], solution)
            yield Equation(f"law of {variable}", moved, law)
            start = _insert(expression, {self.time: sympy.S.Zero})
            yield Equation(f"initial value of {variable}", start, self.initial[variable])

    def _origin_equations(self) -> Iterator[Equation]:
        if self.origin is None:
            return
        parent, relation = self.origin.parent, dict(self.origin.relation)
        reduces = set(relation) == set(self.state)
        fine, coarse = (parent.law, self.law) if reduces else (self.law, parent.law)
        # the relation maps the state of `fine` to that of `coarse`; moving commutes with it
        for variable, expression in relation.items():
            moved = _insert(expression, fine) if self.is_map else _drift(expression, fine)
            law = _insert(coarse[variable], relation)
            yield Equation(f"origin of {variable}", moved, law)

    def _potential_equations(self) -> Iterator[Equation]:
        if self.potential is None:
            return
        for variable, rate in self.law.items():
            yield Equation(f"gradient in {variable}", -_derivative(self.potential, variable), rate)

    def _invariant_equations(self) -> Iterator[Equation]:
        for invariant in self.invariants:
            if self.is_map:
                moved = _insert(invariant.expression, self.law) - invariant.expression
            else:
                moved = _drift(invariant.expression, self.law)
            yield Equation(f"drift of {invariant.name}", moved, invariant.change)

    def mutants(self) -> Iterator[tuple[str, System]]:
        """Yield the system with a fault in its law, its solution or an invariant.

        The sign of an invariant that does not change is a free choice and is left alone.
        """
        for variable, expression in self.law.items():
            for what, changed in mutations(expression):
                law = {**self.law, variable: changed}
                yield f"law of {variable}: {what}", dataclasses.replace(self, law=law)
        for variable, expression in self.closed_form.items():
            for what, changed in mutations(expression):
                solution = {**self.closed_form, variable: changed}
                yield (
                    f"solution of {variable}: {what}",
                    dataclasses.replace(self, closed_form=solution),
                )
        for position, invariant in enumerate(self.invariants):
            for field in ("expression", "change"):
                whole = getattr(invariant, field)
                for what, changed in mutations(whole):
                    if invariant.change == 0 and changed == -whole:
                        continue
                    kept = list(self.invariants)
                    kept[position] = dataclasses.replace(invariant, **{field: changed})
                    yield (
                        f"invariant {invariant.name}: {what}",
                        dataclasses.replace(self, invariants=tuple(kept)),
                    )

    def latex(self) -> str:
        """Return the law in LaTeX, one line a state variable."""
        rows = [
            rf"{self._left_latex(variable)} &= {sympy.latex(rate)}"
            for variable, rate in self.law.items()
        ]
        return r"\begin{aligned}" + r"\\ ".join(rows) + r"\end{aligned}"

    def _left_latex(self, variable: sympy.Symbol) -> str:
        if self.is_map:
            written = sympy.latex(variable)
            if "_" in written:  # LaTeX takes no second subscript
                written = f"{{{written}}}"
            return rf"{written}_{{{sympy.latex(self.time)}+1}}"
        return rf"\frac{{d {sympy.latex(variable)}}}{{d {sympy.latex(self.time)}}}"

    def mathml(self) -> str:
        """Return the law in presentation MathML, one row a state variable."""

        def show(expression: sympy.Basic) -> str:
            return sympy.mathml(expression, printer="presentation")

        rows = []
        for variable, rate in self.law.items():
            if self.is_map:
                left = f"<msup>{show(variable)}<mo>&#x2032;</mo></msup>"
            else:
                d = "<mi>d</mi>"
                left = f"<mfrac><mrow>{d}{show(variable)}</mrow><mrow>{d}{show(self.time)}</mrow></mfrac>"
            rows.append(f"<mtr><mtd>{left}</mtd><mtd><mo>=</mo></mtd><mtd>{show(rate)}</mtd></mtr>")
        return f"<mtable>{''.join(rows)}</mtable>"

    def __repr__(self) -> str:
        shown = [
            f"{variable}' = {sympy.sstr(rate)}"
            if self.is_map
            else f"d{variable}/d{self.time} = {sympy.sstr(rate)}"
            for variable, rate in self.law.items()
        ]
        rest = [f"... and {len(shown) - 4} more"] if len(shown) > 4 else []
        return "\n".join(shown[:4] + rest)
