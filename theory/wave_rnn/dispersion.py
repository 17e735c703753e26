"""How fast a wave of the lattice turns and decays, exactly, and what is left of it in the continuum.

Omega is the angular frequency of a wave and gamma its rate of decay (both 1/time); theta = Omega dt is
the angle by which it turns in a step.
"""

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.kick_and_drift import DT
from theory.lattice import FIVE_POINT, PAPER
from theory.wave_rnn.kernels import KERNEL_NAMES, KX, KY, SCALE, lattice_laplacian, symbol_of
from theory.wave_rnn.step import (
    ALPHA,
    OMEGA,
    STEP_NAMES,
    THETA,
    D,
    S,
    determinant,
    step_matrix,
    trace,
)

EIGENVALUE = sympy.Symbol("lambda")
DISPERSION_NAMES = STEP_NAMES | KERNEL_NAMES


def angle() -> sympy.Expr:
    """Return theta = acos(tau/(2 sqrt(d))), by which an oscillating wave turns in a step (radian)."""
    return sympy.acos(trace() / (2 * sympy.sqrt(determinant())))


def frequency() -> sympy.Expr:
    """Return Omega = theta/dt of an oscillating wave of stiffness s (radian/time)."""
    return angle() / DT


def decay_rate() -> sympy.Expr:
    """Return gamma = -ln(1 - alpha dt)/(2 dt) of every oscillating wave (1/time)."""
    return -sympy.log(determinant()) / (2 * DT)


def overdamped_below() -> sympy.Expr:
    """Return (1 - sqrt(d))^2/dt^2: a wave of positive stiffness below it does not oscillate."""
    return (1 - sympy.sqrt(determinant())) ** 2 / DT**2


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def turning() -> Identity:
    """The eigenvalues of M are sqrt(d) exp(+-i theta) where tau = 2 sqrt(d) cos(theta).

    Left, the characteristic polynomial with s = (1 + d - 2 sqrt(d) cos(theta))/dt^2.
    """
    stiffness = (1 + D - 2 * sympy.sqrt(D) * sympy.cos(THETA)) / DT**2
    matrix = step_matrix().subs(1 - ALPHA * DT, D).subs(S, stiffness)
    polynomial = (matrix - EIGENVALUE * sympy.eye(2)).det()
    turns = [sympy.sqrt(D) * sympy.exp(sign * sympy.I * THETA) for sign in (1, -1)]
    return Identity(
        name="eigenvalues of a step",
        left=polynomial,
        right=(EIGENVALUE - turns[0]) * (EIGENVALUE - turns[1]),
        derivation=(
            Step("the trace of M is 2 sqrt(d) cos(theta) for s =", stiffness),
            Step("characteristic polynomial", polynomial),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def undamped_dispersion() -> Identity:
    """sin^2(Omega dt/2) = dt^2/4 (omega + 4 sin^2(k_x/2) + 4 sin^2(k_y/2)), undamped, Laplacian.

    Left, (1 - cos(theta))/2 with cos(theta) half the trace.
    """
    matrix = step_matrix(OMEGA - symbol_of(FIVE_POINT), sympy.S.Zero)
    return Identity(
        name="dispersion without damping",
        left=(1 - matrix.trace() / 2) / 2,
        right=DT**2 / 4 * (OMEGA + lattice_laplacian()),
        derivation=(
            Step("the step of a wave", matrix),
            Step("cosine of theta", matrix.trace() / 2),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def oscillation() -> Identity:
    """tau^2 - 4 d = (dt^2 s - (1 - sqrt(d))^2) (dt^2 s - (1 + sqrt(d))^2): it oscillates in between.

    Below the first root a wave is overdamped, beyond the second unstable or flipping its sign.
    """
    tau, d = trace(), determinant()
    slow, fast = (1 - sympy.sqrt(d)) ** 2, (1 + sympy.sqrt(d)) ** 2
    return Identity(
        name="when a wave oscillates",
        left=sympy.expand(tau**2 - 4 * d),
        right=(DT**2 * S - slow) * (DT**2 * S - fast),
        given=(ALPHA * DT < 1,),
        derivation=(
            Step("trace and determinant", sympy.Tuple(tau, d)),
            Step("overdamped below", overdamped_below()),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def decay_expansion() -> Identity:
    """Every oscillating wave decays alike: gamma = alpha/2 + alpha^2 dt/4 + alpha^3 dt^2/6 + O(dt^3)."""
    expanded = sympy.series(decay_rate(), DT, 0, 3).removeO()
    return Identity(
        name="rate of decay",
        left=sympy.expand(expanded),
        right=ALPHA / 2 * (1 + ALPHA * DT / 2 + (ALPHA * DT) ** 2 / 3),
        variable=DT,
        order=2,
        derivation=(
            Step("both eigenvalues have the modulus sqrt(d), a step", sympy.sqrt(determinant())),
            Step("a unit of time", decay_rate()),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=DISPERSION_NAMES)
def overdamped_expansion() -> Identity:
    """(1 - sqrt(d))^2/dt^2 = alpha^2/4 + alpha^3 dt/8 + O(dt^2): overdamped below, roughly alpha^2/4."""
    expanded = sympy.series(overdamped_below(), DT, 0, 2).removeO()
    return Identity(
        name="edge of overdamping",
        left=sympy.expand(expanded),
        right=ALPHA**2 / 4 * (1 + ALPHA * DT / 2),
        variable=DT,
        order=1,
        derivation=(Step("the first root of the discriminant, over dt^2", overdamped_below()),),
    )


def _squared_frequency(lag: sympy.Expr, variable: sympy.Symbol, order: int) -> sympy.Expr:
    """Expand Omega^2 up to an order: acos^2(1 - x) = 2x + x^2/3 + 4x^3/45 + ..., x = 1 - cos(theta)."""
    x = sympy.Symbol("x", positive=True)
    arc = sympy.series(sympy.acos(1 - x) ** 2, x, 0, order // 2 + 2).removeO()
    short = sympy.series(lag, variable, 0, order + 3).removeO()
    square = sympy.expand(arc.subs(x, short) / DT**2)
    return sum(
        (square.coeff(variable, power) * variable**power for power in range(order + 1)),
        sympy.S.Zero,
    )


def _lag() -> sympy.Expr:
    """Return 1 - cos(theta)."""
    return 1 - trace() / (2 * sympy.sqrt(determinant()))


@register(reference=Reference(PAPER, "9", "sharpened"), names=DISPERSION_NAMES)
def small_steps() -> Identity:
    """Omega^2 = (s - alpha^2/4) + dt alpha (2 s - alpha^2)/4 + dt^2 (4s^2 + 16 alpha^2 s - 11 alpha^4)/48.

    Up to O(dt^3): the explicit damping makes a wave turn faster already in the first order.
    """
    second = 4 * S**2 + 16 * ALPHA**2 * S - 11 * ALPHA**4
    first = ALPHA * (2 * S - ALPHA**2)
    return Identity(
        name="frequency for small steps",
        left=_squared_frequency(_lag(), DT, 2),
        right=S - ALPHA**2 / 4 + DT * first / 4 + DT**2 * second / 48,
        variable=DT,
        order=2,
        derivation=(
            Step("1 - cos(theta)", _lag()),
            Step("theta^2 = acos^2(1 - x) in powers of x, over dt^2", frequency() ** 2),
        ),
    )


@register(reference=Reference(PAPER, "9", "sharpened"), names=DISPERSION_NAMES)
def continuum() -> Identity:
    """Omega^2 = omega + |k|^2 - alpha^2/4 + O(epsilon^3), of y_tt + alpha y_t = lap y - omega y.

    The damped Klein-Gordon equation: mass^2 = omega, speed 1. epsilon scales k, sqrt(omega) and alpha;
    the next order, dt alpha (2 omega + 2 |k|^2 - alpha^2)/4, is that of the explicit damping.
    """
    slow = {KX: SCALE * KX, KY: SCALE * KY}
    stiffness = SCALE**2 * OMEGA + lattice_laplacian().subs(slow)
    lag = _lag().subs({S: stiffness, ALPHA: SCALE * ALPHA}, simultaneous=True)
    square = OMEGA + KX**2 + KY**2
    explicit = DT * ALPHA * (2 * square - ALPHA**2) / 4
    return Identity(
        name="continuum limit",
        left=_squared_frequency(lag, SCALE, 3),
        right=SCALE**2 * (square - ALPHA**2 / 4) + SCALE**3 * explicit,
        variable=SCALE,
        order=3,
        derivation=(
            Step("stiffness of a long wave of the Laplacian kernel", stiffness),
            Step("1 - cos(theta)", lag),
        ),
    )
