"""The suite that every claim has to pass."""

from __future__ import annotations

import cmath
import dataclasses
import math
import random
import time
from typing import ClassVar

import sympy

from theory.claims.claim import Claim, Equation
from theory.errors import ArgumentError

DIGITS = 30


@dataclasses.dataclass(frozen=True)
class ClaimReport:
    """What `check_claim` found.

    Parameters
    ----------
    residual : sympy.Basic
        Exact zero where the claim is true.
    worst_difference : float
        Largest relative difference of the sides at the rational points.
    mutants, survivors : int and tuple of str
        How many faults were put in, and which of them the residual did not see.
    seconds : float
    """

    claim: Claim
    residual: sympy.Basic
    worst_difference: float
    mutants: int
    survivors: tuple[str, ...]
    seconds: float

    @property
    def failures(self) -> tuple[str, ...]:
        """One line for each thing that is wrong; empty where the claim holds."""
        found = []
        if self.residual != 0:
            found.append(f"{self.claim.name}: residual {self.residual}")
        if not self.worst_difference < 10.0 ** (3 - DIGITS):
            found.append(f"{self.claim.name}: the sides differ by {self.worst_difference:.1e}")
        found += [f"{self.claim.name}: survives: {what}" for what in self.survivors]
        return tuple(found)


def check_claim(
    claim: Claim, *, seed: int = 0, points: int = 2, mutate: bool = True
) -> ClaimReport:
    """Ask a claim everything: its residual, its value at points, and whether faults show.

    The residual must be exactly zero; both sides of each equation must agree to 30 digits at
    seeded rational points (an independent road: no algebra); and each fault that is put into the
    finished law must make the residual non-zero. A numeric point kills most faults; what survives
    it is decided by exact algebra.

    Parameters
    ----------
    claim : Claim
    seed : int
        Of the rational points.
    points : int
        Number of rational points.
    mutate : bool
        Whether to put in faults.

    Returns
    -------
    ClaimReport
        ``failures`` is empty where all is well.
    """
    started = time.perf_counter()
    equations = claim.equations()
    generator = random.Random(seed)
    symbols = _symbols(claim, equations)
    chosen, differences = [], []
    for _ in range(points):
        point, at_point = _regular_point(claim, equations, symbols, generator)
        chosen.append(point)
        differences += at_point
    mutants, survivors = 0, []
    if mutate:
        quick = _Point(chosen[0], generator)
        known = {(e.left, e.right) for e in equations}
        for what, mutant in claim.mutants():
            mutants += 1
            changed = [e for e in mutant.equations() if (e.left, e.right) not in known]
            differs = any(quick.difference(e) > 1e-6 for e in changed)
            if not differs and all(e.residual() == 0 for e in changed):
                survivors.append(what)
    return ClaimReport(
        claim=claim,
        residual=claim.residual(),
        worst_difference=max(differences, default=0.0),
        mutants=mutants,
        survivors=tuple(survivors),
        seconds=time.perf_counter() - started,
    )


def left_over(*claims: Claim) -> int:
    """Return how many equations of some claims are not exactly true; no fault is put in."""
    return sum(e.residual() != 0 for claim in claims for e in claim.equations())


def _symbols(claim: Claim, equations) -> set[sympy.Symbol]:
    sides = [side for e in equations for side in (e.left, e.right)]
    return {s for expression in (*sides, *claim.given) for s in expression.free_symbols}


def _regular_point(
    claim: Claim,
    equations: tuple[Equation, ...],
    symbols: set[sympy.Symbol],
    generator: random.Random,
) -> tuple[dict[sympy.Symbol, sympy.Expr], list[float]]:
    """Draw a point at which every side is finite; return it with the differences there."""
    for _ in range(20):
        point = _rational_point(claim, symbols, generator)
        differences = [_difference(e, point) for e in equations]
        if all(map(math.isfinite, differences)):
            return point, differences
    return point, [math.inf]


def _rational_point(
    claim: Claim, symbols: set[sympy.Symbol], generator: random.Random
) -> dict[sympy.Symbol, sympy.Expr]:
    """Draw a rational value for each symbol that respects its assumptions and the conditions."""
    ordered = sorted(symbols, key=str)
    for _ in range(1000):
        point = {symbol: _rational(symbol, generator) for symbol in ordered}
        if all(condition.subs(point) not in (False, sympy.false) for condition in claim.given):
            return point
    raise ArgumentError(
        "given", str(claim.given), "no point of 1000 meets the conditions", "state weaker ones"
    )


def _rational(symbol: sympy.Symbol, generator: random.Random) -> sympy.Expr:
    def draw() -> sympy.Rational:
        return sympy.Rational(generator.randint(3, 40), generator.randint(11, 23))

    if symbol.is_integer:
        return sympy.Integer(generator.randint(2, 7))
    if symbol.is_positive:
        return draw()
    value = draw() * generator.choice((-1, 1))
    return value if symbol.is_real else value + sympy.I * draw() * generator.choice((-1, 1))


class _Point:
    """Values of expressions at one point in double precision; subexpressions are kept.

    A fault leaves most of an expression as it was, so only the path to it is evaluated anew.
    """

    FUNCTIONS: ClassVar = {
        sympy.exp: cmath.exp,
        sympy.log: cmath.log,
        sympy.cos: cmath.cos,
        sympy.sin: cmath.sin,
        sympy.asin: cmath.asin,
    }

    def __init__(self, point: dict[sympy.Symbol, sympy.Expr], generator: random.Random):
        self._generator = generator
        self._known: dict[sympy.Basic, complex] = {s: complex(x) for s, x in point.items()}

    def value(self, expression: sympy.Expr) -> complex:
        if expression not in self._known:
            self._known[expression] = self._evaluate(expression)
        return self._known[expression]

    def _evaluate(self, expression: sympy.Expr) -> complex:
        if isinstance(expression, sympy.Add):
            return sum(map(self.value, expression.args))
        if isinstance(expression, sympy.Mul):
            return math.prod(map(self.value, expression.args))
        if isinstance(expression, sympy.Pow):
            base, exponent = map(self.value, expression.args)
            return base**exponent if base != 0 or exponent.real >= 0 else complex("nan")
        if expression.func in self.FUNCTIONS:
            try:
                return self.FUNCTIONS[expression.func](self.value(expression.args[0]))
            except (ValueError, OverflowError):  # a fault may lead to log(0): algebra decides
                return complex("nan")
        if isinstance(expression, sympy.Symbol):  # it cancels in the claim, a fault uncovers it
            return complex(_rational(expression, self._generator))
        if expression.args:  # any other function: of the values of its arguments
            values = [sympy.sympify(self.value(part)) for part in expression.args]
            return complex(expression.func(*values))
        return complex(expression)

    def difference(self, equation: Equation) -> float:
        left, right = self.value(equation.left), self.value(equation.right)
        return abs(left - right) / max(abs(left), abs(right), 1.0)


def _difference(equation: Equation, point: dict[sympy.Symbol, sympy.Expr]) -> float:
    left, right = (_value(side, point) for side in (equation.left, equation.right))
    if not (left.is_finite and right.is_finite):
        return math.nan
    scale = max(abs(left), abs(right), sympy.Float(1, DIGITS))
    return float(abs(left - right) / scale)


def _value(side: sympy.Expr, point: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    return sympy.N(sympy.sympify(side).xreplace(point), 2 * DIGITS)
