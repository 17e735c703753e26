"""How large the network with tanh can grow: its force is at most 1, whatever the kernel.

f_n is the force tanh(W*y_n) on one cell; h_m is `step.history` with s = omega: the sum of
mu_1^i mu_2^(m - i) over the two eigenvalues of the cell's own step.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.step import (
    OMEGA,
    STEP_NAMES,
    THETA,
    Y0,
    Z0,
    N,
    S,
    Y,
    Z,
    determinant,
    stepped,
    trace,
)

MODULUS_LOSS = sympy.Symbol("g", nonnegative=True)
GROWTH_NAMES = STEP_NAMES | {"g": "modulus_loss"}


def histories(count: int) -> list[sympy.Expr]:
    """Return h_0 .. h_(count-1) of one cell by recursion: h_(m+1) = tau h_m - d h_(m-1)."""
    tau, d = trace().subs(S, OMEGA), determinant()
    found = [sympy.S.Zero, sympy.S.One]
    for _ in range(count - 1):
        found.append(sympy.expand(tau * found[-1] - d * found[-2]))
    return found[1 : count + 1]


def growth_bound(n: sympy.Expr = N) -> sympy.Expr:
    """Return y0 + n dt z0 + dt^2 n (n+1)/2, which |y_n| does not pass where omega = alpha = 0.

    y0 and z0 stand for their moduli.

    Examples
    --------
    >>> growth_bound(100).subs({Y0: 1, Z0: 0, DT: sympy.Rational(1, 10)})
    103/2
    """
    return Y0 + n * DT * Z0 + DT**2 * n * (n + 1) / 2


@register(reference=Reference(PAPER, "9", "ours"), names=GROWTH_NAMES)
def strongest_push() -> System:
    """With the force 1 always, omega = alpha = 0: z_n = z0 + n dt, y_n = y0 + n dt z0 + dt^2 n (n+1)/2.

    A kernel of large positive taps comes as close as one likes from y0 = 1.
    """
    position, velocity = stepped(Y, Z, sympy.S.One, sympy.S.Zero, sympy.S.Zero)
    return System(
        name="the strongest push",
        law={Y: position, Z: velocity},
        time=N,
        is_map=True,
        initial={Y: Y0, Z: Z0},
        closed_form={Y: growth_bound(), Z: Z0 + N * DT},
        derivation=(Step("a step under the force 1", sympy.Tuple(position, velocity)),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=GROWTH_NAMES,
    sizes=({"n": 2}, {"n": 4}),
)
def push_bound(n: int = 2) -> Bound:
    """y_n <= y0 + n dt z0 + dt^2 n (n + 1)/2 under any forces of at most 1, omega = alpha = 0.

    f_m = 1 - g_m with g_m >= 0; the lower side is the same with all signs turned. Attained by f = 1.
    """
    _require_steps(n)
    gaps = [sympy.Symbol(f"g_{m}", nonnegative=True) for m in range(n)]
    position, velocity = Y0, Z0
    for gap in gaps:
        position, velocity = stepped(position, velocity, 1 - gap, sympy.S.Zero, sympy.S.Zero)
    return Bound(
        name=f"growth in {n} steps",
        left=sympy.expand(position),
        right=growth_bound(sympy.Integer(n)),
        certificate=DT**2 * sum((n - m) * gap for m, gap in enumerate(gaps)),
        attained=dict.fromkeys(gaps, sympy.S.Zero),
        derivation=(Step(f"{n} steps under forces 1 - g_m", sympy.expand(position)),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=GROWTH_NAMES,
    sizes=tuple({"n": n} for n in range(1, 5)),
)
def forced_history(n: int = 2) -> Identity:
    """y_n = (h_n - d h_(n-1)) y0 + dt^2 sum_m h_(n-1-m) f_m from rest: every force is heard through h.

    So |y_n| <= |h_n - d h_(n-1)| |y0| + dt^2 (|h_0| + ... + |h_(n-1)|), for any kernel.
    """
    _require_steps(n)
    forces = sympy.symbols(f"f_0:{n}", real=True)
    position, velocity = Y0, sympy.S.Zero
    for force in forces:
        position, velocity = stepped(position, velocity, force)
    h = [sympy.S.Zero, *histories(n + 1)]  # h[m + 1] is h_m
    heard = sum(h[n - m] * force for m, force in enumerate(forces))
    return Identity(
        name=f"{n} steps under any forces",
        left=sympy.expand(position),
        right=(h[n + 1] - determinant() * h[n]) * Y0 + DT**2 * heard,
        derivation=(
            Step("a step", ImmutableMatrix(stepped(Y, Z, sympy.Symbol("f", real=True)))),
            Step("h_0, h_1, ... by recursion", sympy.Tuple(*h[1:])),
        ),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=GROWTH_NAMES,
    sizes=tuple({"m": m} for m in (1, 2, 3)),
)
def history_bound(m: int = 2) -> Bound:
    """h_m^2 <= (m + 1)^2 for eigenvalues r exp(+-i theta), r = 1/(1 + g) <= 1: a sum of m + 1 turns.

    h_m = r^m sum_i cos((m - 2i) theta); the slack is (m + 1 - h_m) (m + 1 + h_m), each a sum of squares.
    For two real eigenvalues of modulus <= 1 each product mu_1^i mu_2^(m - i) is at most 1.
    """
    radius = 1 / (1 + MODULUS_LOSS)
    first, second = (radius * sympy.exp(side * sympy.I * THETA) for side in (1, -1))
    powers = sum((first**i * second ** (m - i) for i in range(m + 1)), sympy.S.Zero)
    lost = (m + 1) * sympy.expand((1 + MODULUS_LOSS) ** m - 1) * radius**m
    halves = [(m - 2 * i) * THETA / 2 for i in range(m + 1)]
    above, below = (
        lost + radius**m * sum((2 * wave(half) ** 2 for half in halves), sympy.S.Zero)
        for wave in (sympy.sin, sympy.cos)
    )
    return Bound(
        name=f"how far a force is heard, h_{m}",
        left=powers**2,
        right=sympy.Integer((m + 1) ** 2),
        certificate=above * below,
        attained={THETA: 0, MODULUS_LOSS: 0},
        derivation=(
            Step("h_m, from the eigenvalues", powers),
            Step("m + 1 minus h_m: a loss of modulus, and 1 - cos of each turn", above),
            Step("m + 1 plus h_m", below),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=GROWTH_NAMES)
def undamped_amplification() -> Bound:
    """V_n^2 (1 - dt^2 omega/4) <= 1 for every n, V_n = h_n - h_(n-1): what a cell makes of its own y0.

    Undamped, dt^2 omega = 2 - 2 cos(theta). Attained for instance at theta = 2 pi/3 in the first step.
    """
    turn = (N + sympy.Rational(1, 2)) * THETA
    amplification = sympy.cos(turn) / sympy.cos(THETA / 2)
    return Bound(
        name="amplification without damping",
        left=amplification**2 * (1 - (1 - sympy.cos(THETA)) / 2),
        right=sympy.S.One,
        certificate=sympy.sin(turn) ** 2,
        attained={N: 1, THETA: 2 * sympy.pi / 3},
        derivation=(
            Step("V_n from `step.undamped_mode`", amplification),
            Step("1 - dt^2 omega/4", 1 - (1 - sympy.cos(THETA)) / 2),
        ),
    )


def _require_steps(n: int) -> None:
    if n < 1:
        raise ArgumentError("n", n, "must be at least 1", "the start is y0")
