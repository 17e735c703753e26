"""Powers of a step as polynomials: Chebyshev's of the second kind, undamped those of the third.

c = tau/(2 sqrt(d)) is the argument, tau and d trace and determinant of the step.
"""

import functools

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.step import ALPHA, STEP_NAMES, D, N, S, step_matrix


def second_kind(n: int, x: sympy.Expr) -> sympy.Expr:
    """Return U_n(x), Chebyshev's polynomial of the second kind, with U_(-1) = 0 and U_(-2) = -1.

    Raises
    ------
    ArgumentError
        If n is below -2.
    """
    if n < -2:
        raise ArgumentError("n", n, "must be at least -2", "no power of a step needs a lower one")
    if n < 0:
        return sympy.S.Zero if n == -1 else -sympy.S.One
    return sympy.chebyshevu(n, x)


def third_kind(n: int, x: sympy.Expr) -> sympy.Expr:
    """Return V_n(x) = U_n(x) - U_(n-1)(x), which is cos((n + 1/2) theta)/cos(theta/2), x = cos(theta)."""
    return second_kind(n, x) - second_kind(n - 1, x)


def binomial_sum(n: int, x: sympy.Expr) -> sympy.Expr:
    """Return sum_j C(n + j, 2j) (-x)^j, j = 0..n: V_n(1 - x/2)."""
    return sum((sympy.binomial(n + j, 2 * j) * (-x) ** j for j in range(n + 1)), sympy.S.Zero)


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=STEP_NAMES,
    sizes=tuple({"n": n} for n in range(2, 6)),
)
def chebyshev_power(n: int = 2) -> Identity:
    """M^n = d^((n-1)/2) U_(n-1)(c) M - d^(n/2) U_(n-2)(c), c = tau/(2 sqrt(d)).

    U is Chebyshev's polynomial of the second kind, U_(-1) = 0, U_(-2) = -1. Left, n steps.
    """
    _require_steps(n)
    matrix = step_matrix().subs(1 - ALPHA * DT, D)
    cosine = sympy.expand(matrix.trace()) / (2 * sympy.sqrt(D))
    power = functools.reduce(lambda a, b: (a * b).applyfunc(sympy.expand), [matrix] * n, _one())
    ahead, behind = second_kind(n - 1, cosine), second_kind(n - 2, cosine)
    half = sympy.Rational(1, 2)
    return Identity(
        name=f"{n} steps by Chebyshev polynomials",
        left=power,
        right=ImmutableMatrix(
            D ** (half * (n - 1)) * ahead * matrix - D ** (half * n) * behind * _one()
        ),
        derivation=(
            Step("one step", matrix),
            Step("half its trace over the root of its determinant, c", cosine),
            Step(f"{n} steps", power),
        ),
    )


def _require_steps(n: int) -> None:
    if n < 2:
        raise ArgumentError("n", n, "must be at least 2", "one step is the matrix itself")


def _one() -> ImmutableMatrix:
    return ImmutableMatrix.eye(2)


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=STEP_NAMES,
    sizes=tuple({"n": n} for n in range(2, 6)),
)
def third_kind_sum(n: int = 2) -> Identity:
    """From rest, undamped: y_n = V_n(1 - dt^2 s/2) y0 = sum_j C(n + j, 2j) (-dt^2 s)^j y0.

    V is Chebyshev's polynomial of the third kind. Left, n steps; the sum holds for every n by
    `binomial_recursion`.
    """
    _require_steps(n)
    matrix = step_matrix(damping=sympy.S.Zero)
    position = ImmutableMatrix([1, 0])
    for _ in range(n):
        position = (matrix * position).applyfunc(sympy.expand)
    return Identity(
        name=f"{n} undamped steps from rest",
        left=ImmutableMatrix([position[0], third_kind(n, 1 - DT**2 * S / 2)]),
        right=ImmutableMatrix([binomial_sum(n, DT**2 * S)] * 2),
        derivation=(
            Step(f"{n} steps from (1, 0)", position),
            Step("Chebyshev's polynomial", third_kind(n, 1 - DT**2 * S / 2)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names={"n": "time", "j": "power"})
def binomial_recursion() -> Identity:
    """C(n+1+j, 2j) - 2 C(n+j, 2j) + C(n-1+j, 2j) = C(n+j-1, 2j-2) C(n+j, 2j): the sum for every n.

    Over C(n+j-1, 2j-2): y_(n+1) = (2 - dt^2 s) y_n - y_(n-1), power by power of dt^2 s.
    """
    j = sympy.Symbol("j", integer=True, positive=True)
    unit = sympy.binomial(N + j - 1, 2 * j - 2)
    parts = [sympy.combsimp(sympy.binomial(N + shift + j, 2 * j) / unit) for shift in (1, 0, -1)]
    return Identity(
        name="recursion of the binomial sum",
        left=parts[0] + parts[2],
        right=1 + 2 * parts[1],
        derivation=(Step("the three binomials over C(n + j - 1, 2j - 2)", sympy.Tuple(*parts)),),
    )
