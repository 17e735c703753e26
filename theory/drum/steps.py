"""Steps in time of one mode: kicks and drifts, their angle, and the energy that they conserve.

A mode of frequency omega (radian/second) has displacement q, velocity v and force -omega^2 q; dt is
the time step in seconds, theta the angle by which the mode turns in a step. A step is a 2 x 2 matrix
on (q, v); the two-step leapfrog acts on (q, p), p the displacement one step earlier.
"""

import functools

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Identity, Invariant, Origin, Reference, Step, System, register
from theory.drum.membrane import OMEGA, Q0, V0, C, Q, V
from theory.drum.stencil import GRID_NAMES, SPACING, SPACINGS, largest_eigenvalue
from theory.errors import ArgumentError
from theory.kick_and_drift import DT, drift, kick
from theory.lattice import PAPER

INDEX = sympy.Symbol("t", integer=True, nonnegative=True)
BEFORE, BEFORE0 = sympy.symbols("p p0", real=True)
EIGENVALUE = sympy.Symbol("lambda")

KICK_AND_DRIFT = {
    "velocity_verlet": (("kick", Rational(1, 2)), ("drift", 1), ("kick", Rational(1, 2))),
    "position_verlet": (("drift", Rational(1, 2)), ("kick", 1), ("drift", Rational(1, 2))),
    "kick_first": (("kick", 1), ("drift", 1)),
    "drift_first": (("drift", 1), ("kick", 1)),
}
# s in q = q0 cos((t + s) theta)/cos(s theta): by how much of a step q runs ahead of v
LEADS = {
    "velocity_verlet": sympy.S.Zero,
    "position_verlet": sympy.S.Zero,
    "kick_first": Rational(1, 2),
    "drift_first": -Rational(1, 2),
}
FORMS = (*KICK_AND_DRIFT, "two_step", "explicit_euler")

STEP_NAMES = {
    "dt": "time_step",
    "omega": "angular_frequency",
    "q": "displacement",
    "v": "velocity",
    "p": "earlier_displacement",
    "q0": "initial_displacement",
    "v0": "initial_velocity",
    "p0": "initial_earlier_displacement",
}


def angle() -> sympy.Expr:
    """Return theta = 2 asin(dt omega/2), the angle of one step (radian); every stable form has it."""
    return 2 * sympy.asin(DT * OMEGA / 2)


def step_matrix(form: str) -> ImmutableMatrix:
    """Return the matrix of one step, composed of kicks and drifts.

    Parameters
    ----------
    form : str
        One of `FORMS`. ``explicit_euler`` kicks and drifts from the same old state; ``two_step`` is
        ``kick_first`` with v = (q - p)/dt.

    Raises
    ------
    ArgumentError
        For any other form.

    Examples
    --------
    >>> step_matrix("two_step")
    Matrix([
    [-dt**2*omega**2 + 2, -1],
    [                  1,  0]])
    """
    _require_form(form)
    if form == "explicit_euler":
        return ImmutableMatrix(kick(OMEGA**2) + drift() - sympy.eye(2))
    if form == "two_step":
        change = _earlier_displacement()
        return (change * step_matrix("kick_first") * change.inv()).applyfunc(sympy.expand)
    factors = [
        kick(OMEGA**2, part) if what == "kick" else drift(part)
        for what, part in reversed(KICK_AND_DRIFT[form])
    ]
    return functools.reduce(lambda a, b: (a * b).applyfunc(sympy.expand), factors)


def _earlier_displacement() -> ImmutableMatrix:
    """Return the change of variables from (q, v) to (q, p): p = q - dt v."""
    return ImmutableMatrix([[1, 0], [1, -DT]])


def _require_form(form: str, forms: tuple[str, ...] = FORMS) -> None:
    if form not in forms:
        raise ArgumentError("form", form, f"must be one of {', '.join(forms)}", "choose one")


def conserved_form(form: str) -> ImmutableMatrix:
    """Return S with X^T S X = S, 2 x 2 and symmetric, found by solving for its entries.

    S is unique up to a factor, which makes it the true energy at dt = 0: v^2/2 keeps its factor, for
    position Verlet omega^2 q^2/2.

    Raises
    ------
    ArgumentError
        For an unknown form, and for explicit Euler, which conserves nothing.
    """
    _require_form(form, FORMS[:-1])
    if form == "two_step":
        back = _earlier_displacement().inv()
        return (back.T * conserved_form("kick_first") * back).applyfunc(sympy.expand)
    first, mixed, last = sympy.symbols("S_qq S_qv S_vv")
    energy = ImmutableMatrix([[first, mixed], [mixed, last]])
    step = step_matrix(form)
    known = {first: OMEGA**2 / 2} if form == "position_verlet" else {last: Rational(1, 2)}
    defect = (step.T * energy * step - energy).subs(known)
    found = sympy.solve(list(defect), [s for s in (first, mixed, last) if s not in known])
    return energy.subs(known).subs(found).applyfunc(sympy.expand)


def shadow_energy(form: str) -> sympy.Expr:
    """Return the quadratic function of the state that the form conserves exactly.

    For a drum, omega^2 stands for the matrix K between the two factors.

    Raises
    ------
    ArgumentError
        As `conserved_form`.

    Examples
    --------
    >>> shadow_energy("kick_first")
    -dt*omega**2*q*v/2 + omega**2*q**2/2 + v**2/2
    """
    state = ImmutableMatrix([Q, BEFORE if form == "two_step" else V])
    return sympy.expand((state.T * conserved_form(form) * state)[0])


@register(
    reference=Reference(PAPER, "", "ours"),
    names=STEP_NAMES,
    sizes=tuple({"form": form} for form in FORMS),
)
def characteristic(form: str) -> Identity:
    """det(X - lambda) = lambda^2 - (2 - dt^2 omega^2) lambda + 1: four forms, one frequency.

    Determinant 1 and trace 2 - dt^2 omega^2. Explicit Euler has 1 + dt^2 omega^2 and 2, and grows:
    its polynomial is (lambda - 1)^2 + dt^2 omega^2.
    """
    step = step_matrix(form)
    square = (DT * OMEGA) ** 2
    if form == "explicit_euler":
        right = (EIGENVALUE - 1) ** 2 + square
    else:
        right = EIGENVALUE**2 - (2 - square) * EIGENVALUE + 1
    return Identity(
        name=f"characteristic polynomial of a step, {form}",
        left=(step - EIGENVALUE * sympy.eye(2)).det(),
        right=right,
        derivation=(Step("the step on (q, v)", step),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=STEP_NAMES)
def discrete_angle() -> Identity:
    """1 - dt^2 omega^2/2 = cos(2 asin(dt omega/2)): half the trace is the cosine of theta."""
    return Identity(
        name="angle of a step",
        left=step_matrix("velocity_verlet").trace() / 2,
        right=sympy.cos(angle()),
        given=(DT * OMEGA < 2,),
        derivation=(
            Step(
                "determinant 1: the eigenvalues are exp(+-i theta), their sum",
                2 * sympy.cos(angle()),
            ),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=STEP_NAMES,
    sizes=tuple({"form": form} for form in FORMS),
)
def step_map(form: str) -> System:
    """One step of a mode with its solution and its shadow energy (joule a unit mass).

    q = q0 cos((t + s) theta)/cos(s theta) + v0 X_qv sin(t theta)/sin(theta), s = 0 for both Verlets,
    1/2 and -1/2 kick and drift first; v with -s and the other two entries of X.
    """
    _require_form(form)
    if form == "explicit_euler":
        return _euler_map()
    if form == "two_step":
        return _two_step_map()
    matrix = step_matrix(form)
    ahead, behind = _shifted(LEADS[form]), _shifted(-LEADS[form])
    turned = sympy.sin(INDEX * angle()) / sympy.sin(angle())
    return System(
        name=f"one mode stepped by {form}",
        law=_law(matrix, (Q, V)),
        time=INDEX,
        is_map=True,
        initial={Q: Q0, V: V0},
        closed_form={
            Q: Q0 * ahead + V0 * matrix[0, 1] * turned,
            V: Q0 * matrix[1, 0] * turned + V0 * behind,
        },
        invariants=(Invariant("shadow energy", shadow_energy(form)),),
        given=(DT * OMEGA < 2,),
        derivation=(
            Step("kicks and drifts, composed", matrix),
            Step("X^T S X = S, solved for S", conserved_form(form)),
            Step("Cayley-Hamilton: X^t = [sin(t theta) X - sin((t - 1) theta)]/sin(theta)", turned),
        ),
    )


def _shifted(lead: sympy.Expr) -> sympy.Expr:
    return sympy.cos((INDEX + lead) * angle()) / sympy.cos(lead * angle())


def _law(
    matrix: ImmutableMatrix, state: tuple[sympy.Symbol, sympy.Symbol]
) -> dict[sympy.Symbol, sympy.Expr]:
    return dict(zip(state, matrix * ImmutableMatrix(state), strict=True))


def _two_step_map() -> System:
    matrix = step_matrix("two_step")
    sines = [sympy.sin((INDEX + shift) * angle()) / sympy.sin(angle()) for shift in (1, 0, -1)]
    return System(
        name="one mode stepped by two_step",
        law=_law(matrix, (Q, BEFORE)),
        time=INDEX,
        is_map=True,
        initial={Q: Q0, BEFORE: BEFORE0},
        closed_form={
            Q: Q0 * sines[0] - BEFORE0 * sines[1],
            BEFORE: Q0 * sines[1] - BEFORE0 * sines[2],
        },
        invariants=(Invariant("shadow energy", shadow_energy("two_step")),),
        origin=Origin(step_map(form="kick_first"), {Q: Q, BEFORE: Q - DT * V}),
        given=(DT * OMEGA < 2,),
        derivation=(Step("kick first, with v = (q - p)/dt", matrix),),
    )


def _euler_map() -> System:
    grown = (1 + sympy.I * DT * OMEGA) ** INDEX
    shrunk = (1 - sympy.I * DT * OMEGA) ** INDEX  # conjugate
    cosine, sine = (grown + shrunk) / 2, (grown - shrunk) / (2 * sympy.I)
    energy = V**2 / 2 + OMEGA**2 * Q**2 / 2
    return System(
        name="one mode stepped by explicit_euler",
        law=_law(step_matrix("explicit_euler"), (Q, V)),
        time=INDEX,
        is_map=True,
        initial={Q: Q0, V: V0},
        closed_form={
            Q: Q0 * cosine + V0 * sine / OMEGA,
            V: V0 * cosine - Q0 * OMEGA * sine,
        },
        invariants=(Invariant("energy", energy, sympy.expand((DT * OMEGA) ** 2 * energy)),),
        derivation=(
            Step("kick and drift from the same state", step_matrix("explicit_euler")),
            Step("its eigenvalues lie outside the unit circle", 1 + sympy.I * DT * OMEGA),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names=STEP_NAMES,
    sizes=tuple({"n": n} for n in range(2, 7)),
)
def chebyshev(n: int) -> Identity:
    """q_n = T_n(1 - dt^2 omega^2/2) q0, v_n = X_vq U_(n-1)(...) q0: velocity Verlet from rest.

    X_vq = -dt omega^2 (1 - dt^2 omega^2/4); T and U are Chebyshev's polynomials of both kinds.
    """
    if n < 2:
        raise ArgumentError("n", n, "must be at least 2", "one step is the matrix itself")
    step = step_matrix("velocity_verlet")
    stepped = ImmutableMatrix([1, 0])
    for _ in range(n):
        stepped = (step * stepped).applyfunc(sympy.expand)
    cosine, square = 1 - (DT * OMEGA) ** 2 / 2, (DT * OMEGA) ** 2
    velocity = -DT * OMEGA**2 * (1 - square / 4) * sympy.chebyshevu(n - 1, cosine)
    return Identity(
        name=f"{n} steps of velocity Verlet",
        left=stepped,
        right=ImmutableMatrix([sympy.chebyshevt(n, cosine), velocity]),
        derivation=(Step("one step", step), Step(f"{n} steps from (1, 0)", stepped)),
    )


def stability_limit() -> sympy.Expr:
    """Return h/(c sqrt(2) cos(pi/(2M))), the step (seconds) that a stable one stays below.

    On the clamped square; a little above the textbook's h/(c sqrt(2)).
    """
    return SPACING / (C * sympy.sqrt(2) * sympy.cos(sympy.pi / (2 * SPACINGS)))


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES | STEP_NAMES)
def largest_step() -> Identity:
    """dt^2 = [h/(c sqrt(2) cos(pi/(2M)))]^2 where the trace of the sharpest mode reaches -2."""
    square = sympy.Symbol("dt^2", positive=True)
    sharpest = C**2 * largest_eigenvalue().left
    trace = step_matrix("velocity_verlet").trace().subs(OMEGA, sympy.sqrt(sharpest))
    (limit,) = sympy.solve(trace.subs(DT, sympy.sqrt(square)) + 2, square)
    return Identity(
        name="limit of stability on the square",
        left=limit,
        right=stability_limit() ** 2,
        derivation=(
            Step("the largest eigenvalue, times c^2", sharpest),
            Step("theta = pi at the limit: the trace is -2 there; dt^2 =", limit),
        ),
    )
