"""How far the network carries something: the cone that it never leaves, and the front inside it.

One step of the Laplacian kernel reaches one cell further along the axes, one of a full 3 x 3 kernel in all
directions; the front of a pulse runs slower, at c = 1 pixel a unit of time for the Laplacian, and is as wide
as an Airy function. Distances are in pixels, t = n dt.
"""

import sympy
from sympy import Rational

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import PAPER, diamond_count, second_difference
from theory.wave_rnn.kernels import KX
from theory.wave_rnn.step import OMEGA, STEP_NAMES, N, stepped

C = sympy.Symbol("c", positive=True)
TIME = sympy.Symbol("t", positive=True)
TAIL = sympy.Symbol("zeta", real=True)
KAPPA = sympy.Symbol("kappa", real=True)

REACH_NAMES = STEP_NAMES | {
    "c": "speed",
    "t": "time",
    "zeta": "tail",
    "kappa": "scaled_wavenumber",
    "k_x": "wavenumber_x",
}


def front_amplitude(n: int | sympy.Expr, distance: int | sympy.Expr) -> sympy.Expr:
    """Return dt^(2r) C(n + r, 2r), the leading part of an impulse after n steps, r cells along an axis.

    Examples
    --------
    >>> front_amplitude(3, 3)
    dt**6
    """
    return DT ** (2 * distance) * sympy.binomial(n + distance, 2 * distance)


def axis_frequency() -> sympy.Expr:
    """Return Omega = (2/dt) asin(c dt sin(k_x/2)) along an axis; c^2 times the Laplacian, no stiffness."""
    return 2 / DT * sympy.asin(C * DT * sympy.sin(KX / 2))


def front_width() -> sympy.Expr:
    """Return (c t (1 - c^2 dt^2)/8)^(1/3), the unit of length of the front (pixels)."""
    return (C * TIME * (1 - C**2 * DT**2) / 8) ** Rational(1, 3)


def front_distance() -> sympy.Expr:
    """Return c t + zeta (c t (1 - c^2 dt^2)/8)^(1/3), where the tail of the front has fallen to Ai(zeta).

    Examples
    --------
    >>> front_distance().subs({C: 1, DT: 1, TIME: 7})
    7
    """
    return C * TIME + TAIL * front_width()


@register(
    reference=Reference(PAPER, "9", "sharpened"),
    names=REACH_NAMES,
    sizes=({"kernel": "laplacian"}, {"kernel": "full"}),
)
def cone(kernel: str = "laplacian") -> Identity:
    """After n steps n^2 + (n + 1)^2 cells are reached by the Laplacian, (2 n + 1)^2 by a full kernel.

    Left, counted row by row; beyond, the state is exactly zero, tanh or not.

    Raises
    ------
    ArgumentError
        For another kernel.
    """
    row = sympy.Symbol("j", integer=True)
    counts = {
        "laplacian": (diamond_count(N), N**2 + (N + 1) ** 2),
        "full": (sympy.summation(2 * N + 1, (row, -N, N)), (2 * N + 1) ** 2),
    }
    if kernel not in counts:
        raise ArgumentError("kernel", kernel, "must be laplacian or full", "name one of them")
    left, right = counts[kernel]
    return Identity(
        name=f"cells within reach, {kernel} kernel",
        left=sympy.expand(left),
        right=right,
        derivation=(Step("summed row by row", left),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=REACH_NAMES,
    sizes=({"n": 2, "distance": 1}, {"n": 3, "distance": 2}, {"n": 4, "distance": 3}),
)
def leading_amplitude(n: int = 3, distance: int = 2) -> Identity:
    """At r cells along an axis, after n steps: dt^(2r) C(n + r, 2r) + higher powers of dt, for any omega.

    Left, an impulse stepped n times without damping, as a polynomial in X and Y, the shifts by one cell.

    Raises
    ------
    ArgumentError
        If the distance is below 1 or beyond the cone.
    """
    if not 1 <= distance <= n:
        raise ArgumentError("distance", distance, f"must be from 1 to n = {n}", "stay in the cone")
    x, y = sympy.symbols("X Y")
    laplacian = x + 1 / x + y + 1 / y - 4
    position, velocity = sympy.S.One, sympy.S.Zero
    for _ in range(n):
        moved = stepped(position, velocity, laplacian * position, OMEGA, sympy.S.Zero)
        position, velocity = map(sympy.expand, moved)
    return Identity(
        name=f"impulse after {n} steps, {distance} cells away",
        left=position.coeff(x, distance).coeff(y, 0),
        right=front_amplitude(n, distance),
        variable=DT,
        order=2 * distance,
        derivation=(
            Step("the Laplacian in shifts", laplacian),
            Step("at that cell", position.coeff(x, distance).coeff(y, 0)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=REACH_NAMES)
def front_dispersion() -> Identity:
    """Omega = c k (1 - (1 - c^2 dt^2) k^2/24) + O(k^5): long waves lead, and the front spreads.

    With c dt = 1 along an axis nothing spreads.
    """
    expanded = sympy.series(axis_frequency(), KX, 0, 5).removeO()
    return Identity(
        name="dispersion at the front",
        left=sympy.expand(expanded),
        right=C * KX * (1 - (1 - C**2 * DT**2) * KX**2 / 24),
        variable=KX,
        order=4,
        derivation=(
            Step("-What along an axis", C**2 * second_difference(KX)),
            Step("frequency of the step", axis_frequency()),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=REACH_NAMES)
def airy_front() -> Identity:
    """The phase k r - Omega t is kappa zeta + kappa^3/3 at r = c t + zeta (c t (1 - c^2 dt^2)/8)^(1/3).

    The phase of the Airy function, with k = kappa/width: where the 1/8 comes from, and what dt makes of it.
    """
    frequency = front_dispersion().right
    phase = KX * front_distance() - frequency * TIME
    return Identity(
        name="the front is an Airy function",
        left=phase.subs(KX, KAPPA / front_width()),
        right=KAPPA * TAIL + KAPPA**3 / 3,
        given=(C * DT < 1,),
        derivation=(
            Step("frequency of long waves", frequency),
            Step("phase at the distance r", phase),
        ),
    )
