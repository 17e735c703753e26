"""The logistic law dA/dtau = 2 g A (S - A), its solution, and its descent with finite steps.

One mode of a two-layer linear network follows it: g = 1 for a fully connected network, g = n v for
a convolutional one (n the side of the image, v the magnitude of the mode's spectrum).
"""

import sympy

from theory.claims import Invariant, Origin, Step, System
from theory.gradient_flow import TAU, UPDATE, descent_of

A = sympy.Symbol("A", positive=True)
A0 = sympy.Symbol("A0", positive=True)
A1 = sympy.Symbol("A1", positive=True)
S = sympy.Symbol("S", positive=True)

NAMES = {"A": "mode_strength", "A0": "initial_strength", "S": "singular_value"}


def definite_integral(
    integrand: sympy.Expr, variable: sympy.Symbol, start: sympy.Expr
) -> tuple[sympy.Expr, sympy.Expr]:
    """Integrate a rational function from `start` to `variable` through partial fractions.

    Logarithms are of ratios such as ``(S - A)/(S - A0)``: real wherever both ends lie on the same
    side of the pole.

    Returns
    -------
    fractions, integral : sympy.Expr
    """
    fractions = sympy.apart(sympy.together(integrand), variable)
    total = sympy.S.Zero
    for term in sympy.Add.make_args(fractions):
        numerator, denominator = sympy.fraction(sympy.together(term))
        slope = sympy.diff(denominator, variable)
        if sympy.degree(denominator, variable) != 1:  # no logarithm, or not only one
            total += sympy.integrate(term, (variable, start, variable))
            continue
        # a simple pole: denominator linear, numerator free of the variable
        pole = -denominator.subs(variable, 0) / slope
        ratio = variable / start if pole == 0 else (pole - variable) / (pole - start)
        total += numerator / slope * sympy.log(sympy.cancel(ratio))
    return fractions, total


def logistic_law(rate: sympy.Expr, name: str, origin: Origin | None = None) -> System:
    """Derive the solution of dA/dtau = 2 g A (S - A): separate, integrate, invert.

    Parameters
    ----------
    rate : sympy.Expr
        g, positive.
    origin : Origin, optional
        The finer law from which this one comes.
    """
    law = 2 * rate * A * (S - A)
    separated = 1 / (A * (S - A))
    fractions, integral = definite_integral(separated, A, A0)
    odds = sympy.Symbol("y", positive=True)  # A/(S - A)
    growth = sympy.exp(-2 * rate * S * TAU)  # decaying: exact 1 at large times, no overflow
    start_odds = A0 / (S - A0)
    strength = sympy.solve(sympy.Eq(odds * (S - A), A), A)[0]
    # divide numerator and denominator by the odds: only the decaying exponential is left
    closed = S / (1 + sympy.expand(S / strength - 1).subs(odds, start_odds / growth))
    return System(
        name=name,
        law={A: law},
        time=TAU,
        initial={A: A0},
        closed_form={A: closed},
        origin=origin,
        given=(A0 < S, A < S),
        derivation=(
            Step("the law", sympy.Eq(sympy.Derivative(A, TAU), law, evaluate=False)),
            Step("separate the variables: the integrand over A is", separated),
            Step("partial fractions", fractions),
            Step(
                "integrate both sides, from A0 at time zero",
                sympy.Eq(integral, 2 * rate * TAU, evaluate=False),
            ),
            Step(
                "exponentiate: the odds y = A/(S - A) grow exponentially",
                sympy.Eq(odds, start_odds / growth, evaluate=False),
            ),
            Step("solve y = A/(S - A) for A", sympy.Eq(A, strength, evaluate=False)),
            Step("insert, with the decaying exponential", sympy.Eq(A, closed, evaluate=False)),
        ),
    )


def balanced_mode(law: System, amplitudes: tuple[sympy.Symbol, sympy.Symbol]) -> System:
    """Restrict an aligned mode of two layers, or its descent, to equal amplitudes: one is left."""
    first, second = amplitudes
    rate = law.law[first].subs(second, first)
    return System(
        name=f"balanced {law.name}",
        law={first: rate},
        time=law.time,
        is_map=law.is_map,
        origin=Origin(law, {first: first, second: first}),
        derivation=(*law.derivation, Step("balanced: one amplitude", rate)),
    )


def logistic_descent(
    flow: System,
    amplitudes: tuple[sympy.Symbol, sympy.Symbol],
    strength: sympy.Expr,
    rate: sympy.Expr,
    step: sympy.Symbol,
) -> System:
    """Derive A' = A (1 + step g (S - A))^2 from descent on an aligned mode of two layers.

    Parameters
    ----------
    flow : System
        Of the two amplitudes; each pulls the other.
    strength : sympy.Expr
        A in terms of the first amplitude, for a balanced mode.
    rate : sympy.Expr
        g, positive.
    """
    first, second = amplitudes
    difference = first**2 - second**2
    pull = sympy.cancel(flow.law[first] / second)
    change = -((step * pull) ** 2) * difference
    steps = descent_of(flow, step, (Invariant(str(difference), difference, change),))
    balanced = balanced_mode(steps, amplitudes)
    law = A * (1 + step * rate * (S - A)) ** 2
    return System(
        name=f"descent on {flow.name}",
        law={A: law},
        time=UPDATE,
        is_map=True,
        initial={A: A0},
        origin=Origin(balanced, {A: strength}),
        given=(A < S,),
        derivation=(*balanced.derivation, Step("in terms of the strength A", law)),
    )
