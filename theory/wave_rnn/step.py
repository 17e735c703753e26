"""One step of the network (Eq 9): its linear part, all powers of it, and several channels at once.

y is the position of a cell and z its velocity; omega is its stiffness (1/time^2: it enters linearly,
the local angular frequency is sqrt(omega)), alpha its damping (1/time), dt the step. Lengths are in
pixels. On a plane wave the kernel W is a number What, and s = omega - What is the wave's stiffness.
tau and d = 1 - alpha dt are trace and determinant of the linear step M.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, System, register
from theory.fourier import symbols_of
from theory.kick_and_drift import DT, drift, kick
from theory.lattice import PAPER

N = sympy.Symbol("n", integer=True, nonnegative=True)
Y, Z, Y0, Z0 = sympy.symbols("y z y0 z0", real=True)
OMEGA = sympy.Symbol("omega", nonnegative=True)
ALPHA = sympy.Symbol("alpha", nonnegative=True)
S = sympy.Symbol("s", positive=True)
WHAT = sympy.Symbol("What", real=True)
TAU = sympy.Symbol("tau", real=True)
D = sympy.Symbol("d", positive=True)
THETA = sympy.Symbol("theta", positive=True)

STEP_NAMES = {
    "n": "time",
    "dt": "time_step",
    "y": "position",
    "z": "velocity",
    "y0": "initial_position",
    "z0": "initial_velocity",
    "omega": "stiffness",
    "alpha": "damping",
    "s": "wave_stiffness",
    "What": "kernel_symbol",
    "tau": "trace",
    "d": "determinant",
    "theta": "angle",
}


def stepped(
    y: sympy.Expr,
    z: sympy.Expr,
    force: sympy.Expr,
    stiffness: sympy.Expr = OMEGA,
    damping: sympy.Expr = ALPHA,
) -> tuple[sympy.Expr, sympy.Expr]:
    """Return (y, z) after one step of Eq 9: kick with the old velocity, drift with the new one.

    Parameters
    ----------
    force : sympy.Expr
        tanh(W*y) at the cell.
    """
    kicked = z + DT * (force - stiffness * y - damping * z)
    return y + DT * kicked, kicked


def step_matrix(stiffness: sympy.Expr = S, damping: sympy.Expr = ALPHA) -> ImmutableMatrix:
    """Return M, the linear step of one wave on (y, z): a kick, then a drift.

    Examples
    --------
    >>> step_matrix()
    Matrix([
    [-dt**2*s + 1, dt*(-alpha*dt + 1)],
    [       -dt*s,      -alpha*dt + 1]])
    """
    return ImmutableMatrix(drift() * kick(stiffness, damping=damping))


def determinant() -> sympy.Expr:
    """Return d = 1 - alpha dt, the same for every wave."""
    return sympy.expand(step_matrix().det())


def trace() -> sympy.Expr:
    """Return tau = 2 - alpha dt - dt^2 s."""
    return sympy.expand(step_matrix().trace())


def eigenvalues() -> tuple[sympy.Expr, sympy.Expr]:
    """Return mu_1 and mu_2, tau/2 plus and minus sqrt(tau^2/4 - d).

    Complex for oscillating waves; tau^2 - 4 d = dt^2 [(alpha + dt s)^2 - 4 s].
    """
    mean = trace() / 2
    square = sympy.expand((trace() ** 2 / 4 - determinant()) * 4 / DT**2)
    root = DT / 2 * sympy.sqrt(_completed(square))
    return mean + root, mean - root


def _completed(square: sympy.Expr) -> sympy.Expr:
    """Write a quadratic in alpha as a square and the rest: (alpha + dt s)^2 - 4 s."""
    linear = square.coeff(ALPHA, 1) / 2
    return (ALPHA + linear) ** 2 + sympy.expand(square.coeff(ALPHA, 0) - linear**2)


def history(m: sympy.Expr | int) -> sympy.Expr:
    """Return h_m = (mu_1^(m+1) - mu_2^(m+1))/(mu_1 - mu_2), which is sum_i mu_1^i mu_2^(m-i).

    h_(-1) = 0, h_0 = 1, h_(m+1) = tau h_m - d h_(m-1); with c = tau/(2 sqrt(d)) it is d^(m/2) U_m(c).
    """
    first, second = eigenvalues()
    return (first ** (m + 1) - second ** (m + 1)) / (first - second)


@register(reference=Reference(PAPER, "9", "sharpened"), names=STEP_NAMES)
def linear_step() -> Identity:
    """The step at y = z = 0 has the linear part M = [[1 - dt^2 s, dt d], [-dt s, d]], s = omega - What.

    Left, the network's step of a wave, differentiated where tanh is steepest.
    """
    step = stepped(Y, Z, sympy.tanh(WHAT * Y))
    slope = ImmutableMatrix(step).jacobian([Y, Z]).subs({Y: 0, Z: 0})
    printed = step_matrix().subs(S, OMEGA - WHAT)
    return Identity(
        name="linear step of a wave",
        left=ImmutableMatrix(slope.applyfunc(sympy.expand)),
        right=printed,
        derivation=(
            Step("kick: the new velocity", step[1]),
            Step("drift: the new position", step[0]),
            Step("differentiated at y = z = 0, tanh'(0) = 1", slope),
            Step("a kick, then a drift", printed),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES)
def mode_map() -> System:
    """One wave, all n: y_n = (h_n - d h_(n-1)) y0 + dt d h_(n-1) z0, in every regime.

    M^n = h_(n-1) M - d h_(n-2) by Cayley and Hamilton, h of `history`; where both eigenvalues are
    one, h_m = (m + 1) mu^m.
    """
    matrix, d = step_matrix(), determinant()
    law = dict(zip((Y, Z), matrix * ImmutableMatrix([Y, Z]), strict=True))
    return System(
        name="one wave of the network",
        law=law,
        time=N,
        is_map=True,
        initial={Y: Y0, Z: Z0},
        closed_form={
            Y: (history(N) - d * history(N - 1)) * Y0 + DT * d * history(N - 1) * Z0,
            Z: (history(N) - (1 - DT**2 * S) * history(N - 1)) * Z0 - DT * S * history(N - 1) * Y0,
        },
        derivation=(
            Step("the linear step on (y, z)", matrix),
            Step("its determinant and trace", sympy.Tuple(determinant(), trace())),
            Step("its eigenvalues", sympy.Tuple(*eigenvalues())),
            Step("M^2 = tau M - d, so M^n = h_(n-1) M - d h_(n-2), h_m =", history(N)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES)
def undamped_mode() -> System:
    """From rest, undamped: y_n = y0 cos((n + 1/2) theta)/cos(theta/2), theta = 2 asin(dt sqrt(s)/2).

    Not cos(n theta): the kick comes first, so the position runs half a step ahead.
    """
    theta = 2 * sympy.asin(DT * sympy.sqrt(S) / 2)
    matrix = step_matrix(damping=sympy.S.Zero)
    return System(
        name="one undamped wave from rest",
        law=dict(zip((Y, Z), matrix * ImmutableMatrix([Y, Z]), strict=True)),
        time=N,
        is_map=True,
        initial={Y: Y0, Z: sympy.S.Zero},
        closed_form={
            Y: Y0 * sympy.cos((N + sympy.Rational(1, 2)) * theta) / sympy.cos(theta / 2),
            Z: -Y0 * DT * S * sympy.sin(N * theta) / sympy.sin(theta),
        },
        given=(DT**2 * S < 4,),
        derivation=(
            Step("the step without damping", matrix),
            Step("determinant 1, and half the trace", matrix.trace() / 2),
            Step("which is the cosine of theta =", theta),
        ),
    )


def channel_step_matrix(stiffness: sympy.MatrixBase, dampings: sympy.MatrixBase) -> ImmutableMatrix:
    """Return [[I - dt^2 S, dt (I - dt A)], [-dt S, I - dt A]]: C coupled channels on (y, z), 2C x 2C.

    Parameters
    ----------
    stiffness : sympy matrix, C x C
        S = diag(omega) - What of one wave.
    dampings : sympy matrix, C x 1
        A is their diagonal matrix.
    """
    one = sympy.eye(len(dampings))
    kept = one - DT * sympy.diag(*dampings)
    return ImmutableMatrix(
        sympy.BlockMatrix(
            [[one - DT**2 * stiffness, DT * kept], [-DT * stiffness, kept]]
        ).as_explicit()
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names={"dt": "time_step"},
    sizes=({"channels": 2}, {"channels": 3}),
)
def channel_determinant(channels: int = 2) -> Identity:
    """|M| = product of 1 - alpha_c dt: no coupling of channels changes volumes of phase space."""
    couplings = symbols_of("s", channels, channels)
    dampings = symbols_of("alpha", channels)
    matrix = channel_step_matrix(couplings, dampings)
    return Identity(
        name=f"determinant of the step, {channels} channels",
        left=matrix.det(method="berkowitz"),
        right=sympy.prod(1 - DT * damping for damping in dampings),
        derivation=(Step("the step on positions and velocities", matrix),),
    )
