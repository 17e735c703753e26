"""When a wave of the network neither grows nor blows up: conditions on the two eigenvalues of its step.

tau and d are trace and determinant of the step, mu_1 and mu_2 its eigenvalues, s the wave's stiffness;
a kernel that is not symmetric makes s complex.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import PAPER
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
    eigenvalues,
    step_matrix,
)

MODULUS, PHASE = sympy.symbols("r phi", positive=True)
REAL, IMAGINARY = sympy.symbols("s_r s_i", real=True)
W = sympy.Symbol("w")
STIFFEST = sympy.Symbol("omega_max", nonnegative=True)

STABILITY_NAMES = STEP_NAMES | {
    "r": "modulus",
    "phi": "phase",
    "s_r": "wave_stiffness",
    "s_i": "advection",
}


def largest_step() -> sympy.Expr:
    """Return the dt at which dt^2 s + 2 alpha dt = 4; s is that of the stiffest wave, omega_max + 8.

    Examples
    --------
    >>> largest_step().subs({ALPHA: 0, S: 8})
    sqrt(2)/2
    """
    return 4 / (ALPHA + sympy.sqrt(ALPHA**2 + 4 * S))


def stability_margin() -> sympy.Expr:
    """Return 4 - 2 alpha dt - dt^2 s: positive for a stable wave."""
    return 4 - 2 * ALPHA * DT - DT**2 * S


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def triangle() -> Identity:
    """(1-mu_1)(1-mu_2) = dt^2 s, (1+mu_1)(1+mu_2) = 4 - 2 alpha dt - dt^2 s, 1 - mu_1 mu_2 = alpha dt.

    They are 1 - tau + d, 1 + tau + d and 1 - d. By Jury all three are positive exactly where both
    eigenvalues lie inside the unit circle (`unit_circle`): s > 0, dt^2 s + 2 alpha dt < 4, alpha > 0.
    """
    first, second = eigenvalues()
    sides = [(1 - first) * (1 - second), (1 + first) * (1 + second), 1 - first * second]
    return Identity(
        name="triangle of stability",
        left=ImmutableMatrix(sides),
        right=ImmutableMatrix([DT**2 * S, stability_margin(), ALPHA * DT]),
        derivation=(
            Step("the step of a wave", step_matrix()),
            Step("its eigenvalues", sympy.Tuple(first, second)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def unit_circle() -> Identity:
    """With mu = (1 + w)/(1 - w), (1-w)^2 p(mu) = (1 + tau + d) w^2 + 2 (1 - d) w + (1 - tau + d).

    p = mu^2 - tau mu + d. |1 + w| < |1 - w| where Re w < 0, and both w of a real quadratic lie there
    exactly where its three coefficients have one sign: the conditions of Jury.
    """
    moebius = (1 + W) / (1 - W)
    polynomial = moebius**2 - TAU * moebius + D
    return Identity(
        name="unit circle to half plane",
        left=sympy.cancel((1 - W) ** 2 * polynomial),
        right=(1 + TAU + D) * W**2 + 2 * (1 - D) * W + (1 - TAU + D),
        derivation=(Step("the characteristic polynomial at (1 + w)/(1 - w)", polynomial),),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def step_limit() -> Identity:
    """The largest step is 4/(alpha + sqrt(alpha^2 + 4 s)), where dt^2 s + 2 alpha dt reaches 4."""
    (limit,) = sympy.solve(stability_margin(), DT)  # dt is positive
    return Identity(
        name="largest stable step",
        left=limit,
        right=largest_step(),
        derivation=(Step("the margin, zero at the limit", stability_margin()),),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def schur_cohn() -> Identity:
    """(1-|d|^2)^2 - |tau - d conj(tau)|^2 = (1-|mu_1|^2) (1-|mu_2|^2) |1 - mu_1 conj(mu_2)|^2.

    tau = mu_1 + mu_2 and d = mu_1 mu_2, complex: both lie inside the unit circle exactly where
    |d| < 1 and |tau - d conj(tau)| < 1 - |d|^2.
    """
    (a1, b1), (a2, b2) = sympy.symbols("a_1 b_1", real=True), sympy.symbols("a_2 b_2", real=True)
    first, second = a1 + sympy.I * b1, a2 + sympy.I * b2
    d = sympy.expand(first * second)
    short = sympy.expand(first + second - d * sympy.conjugate(first + second))
    modulus = [a**2 + b**2 for a, b in ((a1, b1), (a2, b2))]
    cross = (1 - a1 * a2 - b1 * b2) ** 2 + (a2 * b1 - a1 * b2) ** 2
    return Identity(
        name="two roots inside the unit circle",
        left=(1 - _square(d)) ** 2 - _square(short),
        right=(1 - modulus[0]) * (1 - modulus[1]) * cross,
        derivation=(
            Step("d = mu_1 mu_2", d),
            Step("tau - d conj(tau)", short),
        ),
    )


def _square(number: sympy.Expr) -> sympy.Expr:
    return sympy.expand(number * sympy.conjugate(number))


def largest_advection() -> sympy.Expr:
    """Return the largest stable (Im s)^2 = alpha^2 s_r [2 (2 - alpha dt) - dt^2 s_r]/(2 - alpha dt)^2.

    alpha^2 s_r for small steps: what part of a kernel that is not symmetric the damping pays for.
    """
    kept = 2 - ALPHA * DT
    return ALPHA**2 * REAL * (2 * kept - DT**2 * REAL) / kept**2


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def price_of_advection() -> Identity:
    """|tau - d conj(tau)| = 1 - d^2 where (Im s)^2 is `largest_advection`: 0 without damping.

    So undamped, every wave of an asymmetric kernel grows, unless its s is real.
    """
    stiffness = REAL + sympy.I * IMAGINARY
    matrix = step_matrix(stiffness)
    d, tau = sympy.expand(matrix.det()), sympy.expand(matrix.trace())
    defect = sympy.expand((1 - d**2) ** 2 - _square(tau - d * sympy.conjugate(tau)))
    square = sympy.Symbol("s_i^2", nonnegative=True)
    (limit,) = sympy.solve(defect.subs(IMAGINARY, sympy.sqrt(square)), square)
    return Identity(
        name="what damping pays for",
        left=limit,
        right=largest_advection(),
        derivation=(
            Step("trace with a complex stiffness", tau),
            Step("(1 - d^2)^2 - |tau - d conj(tau)|^2", sympy.factor(defect)),
            Step("zero where the square of Im s is", limit),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def undamped_advection() -> Identity:
    """dt^2 Im s = (1/r - r) sin(phi) for an eigenvalue r exp(i phi), undamped: r = 1 needs a real s.

    The other eigenvalue is exp(-i phi)/r, as the determinant is 1.
    """
    eigenvalue = MODULUS * sympy.exp(sympy.I * PHASE)
    stiffness = sympy.expand(2 - eigenvalue - 1 / eigenvalue)
    conjugate = stiffness.subs(sympy.I, -sympy.I)
    return Identity(
        name="growth by advection",
        left=(stiffness - conjugate) / (2 * sympy.I),
        right=(1 / MODULUS - MODULUS) * sympy.sin(PHASE),
        derivation=(Step("dt^2 s = 2 - tau, tau = mu + 1/mu", stiffness),),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STABILITY_NAMES)
def secular_drift() -> System:
    """y_n = y0 + n dt z0 where s = 0 and alpha = 0: a Jordan block, it drifts and does not turn."""
    matrix = step_matrix(sympy.S.Zero, sympy.S.Zero)
    return System(
        name="the uniform wave without stiffness",
        law=dict(zip((Y, Z), matrix * ImmutableMatrix([Y, Z]), strict=True)),
        time=N,
        is_map=True,
        initial={Y: Y0, Z: Z0},
        closed_form={Y: Y0 + N * DT * Z0, Z: Z0},
        derivation=(Step("the step, with the double eigenvalue 1", matrix),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names={"omega_max": "stiffness"},
    sizes=({"rows": 2, "columns": 2},),
    slow_sizes=({"rows": 4, "columns": 2}, {"rows": 4, "columns": 4}),
)
def stiffest_wave(rows: int = 2, columns: int = 2) -> Bound:
    """<y, (diag(omega) - W) y> <= (omega_max + 8) <y, y>, Laplacian, for any omega(x) <= omega_max.

    So dt^2 (omega_max + 8) < 4 suffices where dt^2 lambda_max < 4 is what is needed. The slack is a sum of
    squares: (omega_max - omega) y^2 of each cell, (y + y')^2 of each bond; on even sides the chessboard
    attains it.

    Raises
    ------
    ArgumentError
        For an odd side: the chessboard does not close.
    """
    if rows % 2 or columns % 2:
        raise ArgumentError("rows", (rows, columns), "must be even sides", "pass 2 and 2")
    cells = [(i, j) for i in range(rows) for j in range(columns)]
    y = {cell: sympy.Symbol(f"y_{cell[0]}_{cell[1]}", real=True) for cell in cells}
    gap = {cell: sympy.Symbol(f"g_{cell[0]}_{cell[1]}", nonnegative=True) for cell in cells}
    bonds = [  # in one order: on a side of 2 both bonds of two cells are one term, twice
        (min(cell, other), max(cell, other))
        for cell in cells
        for other in (((cell[0] + 1) % rows, cell[1]), (cell[0], (cell[1] + 1) % columns))
    ]
    local = sum((STIFFEST - gap[cell]) * y[cell] ** 2 for cell in cells)
    coupled = sum((y[a] - y[b]) ** 2 for a, b in bonds)
    rest = sum((gap[cell] * y[cell] ** 2 for cell in cells), sympy.S.Zero)
    chessboard = {y[cell]: (-1) ** sum(cell) for cell in cells} | dict.fromkeys(gap.values(), 0)
    return Bound(
        name=f"stiffest wave of {rows} x {columns} cells",
        left=local + coupled,
        right=(STIFFEST + 8) * sum(position**2 for position in y.values()),
        certificate=rest + sum(((y[a] + y[b]) ** 2 for a, b in bonds), sympy.S.Zero),
        attained=chessboard,
        derivation=(
            Step("the stiffness of the cells", local),
            Step("minus the Laplacian, bond by bond", coupled),
        ),
    )
