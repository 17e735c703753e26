"""The ladder on one standing wave: wave equation, lattice, step in time, tanh; and each rung's size.

y_0 = A cos(k.x), z_0 = 0, Laplacian kernel, uniform omega and alpha; t = n dt. k^2 and lambda are the wave's
Laplacians in the continuum and on the lattice, Omega its frequency on the lattice.
"""

import sympy

from theory.claims import Identity, Reference, Step, System, register
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.amplitude import AMPLITUDE, LAMBDA, frequency_shift, harmonic_balance
from theory.wave_rnn.kernels import KX, KY, SCALE, lattice_laplacian
from theory.wave_rnn.step import ALPHA, OMEGA, STEP_NAMES, Y0, S, Y, Z

TIME = sympy.Symbol("t", positive=True)
FREQUENCY = sympy.Symbol("Omega", positive=True)
ONE_MODE_NAMES = STEP_NAMES | {
    "t": "time",
    "Omega": "angular_frequency",
    "k_x": "wavenumber_x",
    "k_y": "wavenumber_y",
    "A": "amplitude",
    "lambda": "laplacian",
    "epsilon": "scale",
}


def continuum_mode() -> sympy.Expr:
    """Return exp(-alpha t/2) [cos(W t) + alpha/(2 W) sin(W t)], W^2 = s - alpha^2/4: rungs 1 and 2 over A.

    s = omega + k^2 for the wave equation, omega + lambda for the lattice; from rest.
    """
    turn = sympy.sqrt(S - ALPHA**2 / 4)
    sway = sympy.cos(turn * TIME) + ALPHA / (2 * turn) * sympy.sin(turn * TIME)
    return sympy.exp(-ALPHA * TIME / 2) * sway


def space_source() -> sympy.Expr:
    """Return t (k_x^4 + k_y^4)/(24 Omega) sin(Omega t): rung 2 minus rung 1 over A."""
    return TIME * (KX**4 + KY**4) / (24 * FREQUENCY) * sympy.sin(FREQUENCY * TIME)


def time_source() -> sympy.Expr:
    """Return (Omega dt/2 + t Omega^3 dt^2/24) sin(Omega t): rung 2 minus rung 3 over A, up to dt^2."""
    return (FREQUENCY * DT / 2 + TIME * FREQUENCY**3 * DT**2 / 24) * sympy.sin(FREQUENCY * TIME)


def tanh_source() -> sympy.Expr:
    """Return 3 t lambda (lambda A)^2/(32 Omega) sin(Omega t): rung 4 minus rung 3 over A."""
    shift = 3 * LAMBDA * (LAMBDA * AMPLITUDE) ** 2 / (32 * FREQUENCY)
    return TIME * shift * sympy.sin(FREQUENCY * TIME)


@register(reference=Reference(PAPER, "9", "ours"), names=ONE_MODE_NAMES)
def resting_mode() -> System:
    """A wave from rest, y'' + alpha y' = -s y: y0 exp(-alpha t/2) [cos(W t) + alpha/(2 W) sin(W t)].

    W^2 = s - alpha^2/4: a mode of the wave equation, s = omega + k^2, or of the lattice, omega + lambda.
    """
    position = Y0 * continuum_mode()
    return System(
        name="a damped wave in continuous time",
        law={Y: Z, Z: -S * Y - ALPHA * Z},
        time=TIME,
        initial={Y: Y0, Z: sympy.S.Zero},
        closed_form={Y: position, Z: sympy.diff(position, TIME)},
        given=(ALPHA**2 < 4 * S,),
        derivation=(
            Step("y = exp(-alpha t/2) u takes the damping out: u'' = -u times", S - ALPHA**2 / 4),
            Step("from rest", continuum_mode()),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=ONE_MODE_NAMES)
def space_difference() -> Identity:
    """cos(Omega t) - cos(Omega_c t) = t (k_x^4 + k_y^4)/(24 Omega) sin(Omega t) + O(k^6).

    Omega_c^2 = Omega^2 + |k|^2 - lambda(k) is that of the wave equation; undamped, Omega held, epsilon
    scales k.
    """
    slow = {KX: SCALE * KX, KY: SCALE * KY}
    missing = (KX**2 + KY**2).subs(slow) - lattice_laplacian().subs(slow)
    lost = sympy.expand(sympy.series(missing, SCALE, 0, 6).removeO())
    change = sympy.Symbol("x", positive=True)
    difference = sympy.cos(FREQUENCY * TIME) - sympy.cos(sympy.sqrt(FREQUENCY**2 + change) * TIME)
    first = sympy.series(difference, change, 0, 2).removeO()
    return Identity(
        name="what the lattice does to a wave",
        left=sympy.expand(first.subs(change, lost)),
        right=SCALE**4 * space_source(),
        variable=SCALE,
        order=5,
        derivation=(
            Step("|k|^2 - lambda(k) of a long wave", lost),
            Step("for a small change x of Omega^2", first),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=ONE_MODE_NAMES)
def time_difference() -> Identity:
    """cos(Omega t) - V_n = (Omega dt/2 + t Omega^3 dt^2/24) sin(Omega t) + O(dt^3), t = n dt.

    The half step of the phase leads; what it does to the cosine in the second order is undone by
    1/cos(theta/2). V_n = cos((n + 1/2) theta)/cos(theta/2), theta = 2 asin(dt Omega/2), undamped.
    """
    theta = 2 * sympy.asin(DT * FREQUENCY / 2)
    late = sympy.series((TIME / DT + sympy.Rational(1, 2)) * theta, DT, 0, 4).removeO()
    stepped = sympy.cos(late) / sympy.cos(theta / 2)
    expanded = sympy.series(stepped, DT, 0, 3).removeO()
    return Identity(
        name="what the step does to a wave",
        left=sympy.expand(sympy.cos(FREQUENCY * TIME) - expanded),
        right=time_source(),
        variable=DT,
        order=2,
        derivation=(
            Step("angle of a step", theta),
            Step("(n + 1/2) theta at t = n dt", late),
            Step("V_n", expanded),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=ONE_MODE_NAMES)
def tanh_difference() -> Identity:
    """cos(Omega(A) t) - cos(Omega t) = 3 t lambda (lambda A)^2/(32 Omega) sin(Omega t) + O(A^4).

    Standing wave, small steps; Omega(A) from the harmonic balance, Omega^2 = omega + lambda.
    """
    square = harmonic_balance(wave="standing").left.subs(OMEGA, FREQUENCY**2 - LAMBDA)
    slow = sympy.cos(sympy.sqrt(sympy.expand(square)) * TIME)
    expanded = sympy.series(slow, AMPLITUDE, 0, 5).removeO()
    return Identity(
        name="what tanh does to a wave",
        left=sympy.expand(expanded - sympy.cos(FREQUENCY * TIME)),
        right=tanh_source(),
        variable=AMPLITUDE,
        order=3,
        derivation=(
            Step("Omega^2 of a standing wave", harmonic_balance(wave="standing").left),
            Step("slower by", frequency_shift("standing")),
        ),
    )
