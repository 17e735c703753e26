"""Readouts that are linear in time are filters of the start, one number a wave.

G_k = sum_n R[k, n] (M^n)_11 of a wave's step M; features are read from n = 1..T, the start is not. tau and d
are trace and determinant of M, c = tau/(2 sqrt(d)).
"""

import sympy
from sympy import Rational

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import root_of_unity
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.chebyshev import second_kind
from theory.wave_rnn.step import (
    ALPHA,
    STEP_NAMES,
    TAU,
    Y0,
    Z0,
    D,
    N,
    S,
    Y,
    Z,
    determinant,
    step_matrix,
)

SUM = sympy.Symbol("F", real=True)
Y1 = sympy.Symbol("y1", real=True)
UPDATES = sympy.Symbol("T", integer=True, positive=True)
READOUT_NAMES = STEP_NAMES | {"F": "sum", "y1": "first_position", "T": "updates"}


def position_power(n: int) -> sympy.Expr:
    """Return (M^n)_11 = d^(n/2) [U_n(c) - sqrt(d) U_(n-1)(c)] in tau and d.

    Examples
    --------
    >>> position_power(1).expand()
    -d + tau
    """
    cosine = TAU / (2 * sympy.sqrt(D))
    return D ** Rational(n, 2) * (
        second_kind(n, cosine) - sympy.sqrt(D) * second_kind(n - 1, cosine)
    )


def running_sum(y: sympy.Expr = Y, z: sympy.Expr = Z) -> sympy.Expr:
    """Return y - ((1 - alpha dt) z + alpha y)/(dt s); y_1 + ... + y_T is its value at T minus that at 0.

    The mean over n = 1..T is a T-th of it: a mean readout needs no history.
    """
    return y - (determinant() * z + ALPHA * y) / (DT * S)


def fourier_sum(
    root: sympy.Expr,
    first: tuple[sympy.Expr, sympy.Expr],
    last: tuple[sympy.Expr, sympy.Expr],
) -> sympy.Expr:
    """Return sum_(m=0)^(T-1) w^m y_(m+1) = [y_1 - y_(T+1) - w d (y_0 - y_T)]/(1 - w tau + w^2 d), w^T = 1.

    Parameters
    ----------
    root : sympy.Expr
        w = exp(-2 pi i k/T) of the bin k.
    first, last : pairs of sympy.Expr
        (y_0, y_1) and (y_T, y_(T+1)).
    """
    numerator = first[1] - last[1] - root * D * (first[0] - last[0])
    return numerator / (1 - root * TAU + root**2 * D)


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=READOUT_NAMES,
    sizes=({"updates": 2}, {"updates": 3}, {"updates": 4}),
)
def linear_readout(updates: int = 2) -> Identity:
    """sum_n R_n y_n = sum_n R_n d^(n/2) [U_n(c) - sqrt(d) U_(n-1)(c)] y0, from rest: a fixed filter.

    For any weights R_n, one row of the time projection. Left, the wave stepped and read.
    """
    _require_updates(updates)
    weights = sympy.symbols(f"R_1:{updates + 1}", real=True)
    # tau and d in place of s and alpha: dt^2 s = 1 + d - tau
    matrix = step_matrix().subs(1 - ALPHA * DT, D).subs(S, (1 + D - TAU) / DT**2)
    state, read = sympy.ImmutableMatrix([Y0, 0]), sympy.S.Zero
    for weight in weights:
        state = (matrix * state).applyfunc(sympy.expand)
        read += weight * state[0]
    filtered = sum(
        (weight * position_power(n) for n, weight in enumerate(weights, 1)), sympy.S.Zero
    )
    return Identity(
        name=f"linear readout of {updates} steps",
        left=sympy.expand(read),
        right=filtered * Y0,
        derivation=(
            Step("the step, by trace and determinant", matrix),
            Step("the wave stepped and read", read),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=READOUT_NAMES)
def mean_readout() -> System:
    """y_1 + ... + y_n = [y - ((1 - alpha dt) z + alpha y)/(dt s)] from 0 to n: for every n, any s but 0.

    F is the running sum: what F exceeds the bracket by does not change.
    """
    y, z = step_matrix() * sympy.ImmutableMatrix([Y, Z])
    return System(
        name="running sum of a wave",
        law={Y: y, Z: z, SUM: SUM + y},
        time=N,
        is_map=True,
        initial={Y: Y0, Z: Z0, SUM: sympy.S.Zero},
        invariants=(Invariant("sum", SUM - running_sum()),),
        derivation=(
            Step("(M^(n+1) - M)/(M - 1): the geometric sum of M^1 .. M^n", step_matrix()),
            Step("its first row on (y_0, z_0): the change of", running_sum()),
        ),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=READOUT_NAMES,
    sizes=({"updates": 3, "frequency": 1}, {"updates": 4, "frequency": 1}),
    slow_sizes=({"updates": 6, "frequency": 2}, {"updates": 8, "frequency": 3}),
)
def fourier_readout(updates: int = 4, frequency: int = 1) -> Identity:
    """sum_m w^m y_(m+1) = [y_1 - y_(T+1) - w d (y_0 - y_T)]/(1 - w tau + w^2 d), w = exp(-2 pi i k/T).

    A bin of T samples from the first and the last two alone. Its modulus is the feature; its real part, also
    offered as one, is a linear readout, R_n = cos(2 pi k (n - 1)/T). Left, term by term.

    Raises
    ------
    ArgumentError
        If T is below 2.
    """
    _require_updates(updates)
    root = root_of_unity(frequency, updates)
    history = [Y0, Y1]
    for _ in range(updates):
        history.append(sympy.expand(TAU * history[-1] - D * history[-2]))
    summed = sum((root**m * history[m + 1] for m in range(updates)), sympy.S.Zero)
    return Identity(
        name=f"bin {frequency} of {updates} steps",
        left=sympy.expand(summed),
        right=fourier_sum(root, (Y0, Y1), (history[updates], history[updates + 1])),
        derivation=(
            Step("every wave obeys y_(n+1) = tau y_n - d y_(n-1)", TAU * Y1 - D * Y0),
            Step(
                "so 1 - w tau + w^2 d times the sum leaves its ends", 1 - root * TAU + root**2 * D
            ),
        ),
    )


def _require_updates(updates: int) -> None:
    if updates < 2:
        raise ArgumentError("updates", updates, "must be at least 2", "a single one is the last")
