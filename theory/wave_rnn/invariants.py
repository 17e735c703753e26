"""What the network conserves, and by how much it does not: quadratic forms of the discrete step.

The cells of a lattice are numbered; y_i, z_i are their positions and velocities, omega_i and alpha_i
stiffness and damping, any in each cell. W is any symmetric operator on them: a kernel for which
`kernels.transposed_kernel` gives the kernel itself.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Invariant, Reference, Step, System, register
from theory.fourier import symbols_of
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.step import OMEGA, STEP_NAMES, N, S, Y, Z, step_matrix, stepped


def operator(cells: int) -> ImmutableMatrix:
    """Return a symmetric matrix of real symbols W_i_j, cells x cells."""
    matrix = symbols_of("W", cells, cells)
    return ImmutableMatrix(cells, cells, lambda i, j: matrix[min(i, j), max(i, j)])


def positions(cells: int) -> ImmutableMatrix:
    """Return y, one symbol a cell."""
    return symbols_of("y", cells)


def velocities(cells: int) -> ImmutableMatrix:
    """Return z, one symbol a cell."""
    return symbols_of("z", cells)


def stiffness_of(cells: int) -> ImmutableMatrix:
    """Return S = diag(omega) - W, cells x cells."""
    return ImmutableMatrix(sympy.diag(*symbols_of("omega", cells))) - operator(cells)


def quadratic_invariant(
    y: sympy.MatrixBase, z: sympy.MatrixBase, stiffness: sympy.MatrixBase
) -> sympy.Expr:
    """Return Q = <z, z> + <y, S y> - dt <z, S y>."""
    force = stiffness * y
    return z.dot(z) + y.dot(force) - DT * z.dot(force)


def lattice_step(
    cells: int, forces: sympy.MatrixBase, *, damped: bool
) -> dict[sympy.Symbol, sympy.Expr]:
    """Return the step of Eq 9 for every cell, positions first.

    Parameters
    ----------
    forces : sympy matrix, cells x 1
        tanh(W*y), or W*y for the linear network.
    """
    y, z = positions(cells), velocities(cells)
    dampings = symbols_of("alpha", cells) if damped else sympy.zeros(cells, 1)
    moved = [
        stepped(*cell)
        for cell in zip(y, z, forces, symbols_of("omega", cells), dampings, strict=True)
    ]
    return dict(zip((*y, *z), [m[0] for m in moved] + [m[1] for m in moved], strict=True))


def _after(cells: int, law: dict[sympy.Symbol, sympy.Expr]) -> list[sympy.Expr]:
    """Return z_n + z_(n+1) of every cell."""
    return [z + law[z] for z in velocities(cells)]


@register(
    reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES, sizes=({"cells": 1}, {"cells": 2})
)
def conserved(cells: int = 2) -> System:
    """Q = <z, z> + <y, S y> - dt <z, S y> is conserved exactly: linear, undamped, any omega(x).

    S = diag(omega) - W with a symmetric W; nothing is asked of the sizes of S or dt.
    """
    y, stiffness = positions(cells), stiffness_of(cells)
    return System(
        name=f"linear network without damping, {cells} cells",
        law=lattice_step(cells, operator(cells) * y, damped=False),
        time=N,
        is_map=True,
        invariants=(Invariant("Q", quadratic_invariant(y, velocities(cells), stiffness)),),
        derivation=(
            Step("S = diag(omega) - W", stiffness),
            Step("kick: z' = z - dt S y; drift: y' = y + dt z'", stiffness * y),
            Step(
                "Q, the same after the step",
                quadratic_invariant(y, velocities(cells), stiffness),
            ),
        ),
    )


@register(
    reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES, sizes=({"cells": 1}, {"cells": 2})
)
def damped_balance(cells: int = 2) -> System:
    """Q_(n+1) - Q_n = -dt sum_i alpha_i z_n (z_n + z_(n+1)), exactly, for any alpha(x).

    A term alone may have either sign: z_(n+1) is not z_n.
    """
    y, z = positions(cells), velocities(cells)
    law = lattice_step(cells, operator(cells) * y, damped=True)
    lost = -DT * sum(
        alpha * before * both
        for alpha, before, both in zip(
            symbols_of("alpha", cells), z, _after(cells, law), strict=True
        )
    )
    return System(
        name=f"linear network with damping, {cells} cells",
        law=law,
        time=N,
        is_map=True,
        invariants=(Invariant("Q", quadratic_invariant(y, z, stiffness_of(cells)), lost),),
        derivation=(Step("change of Q in a step", lost),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES, sizes=({"cells": 1}, {"cells": 2})
)
def tanh_balance(cells: int = 2) -> System:
    """Q0_(n+1) - Q0_n = dt sum_i (tanh(W*y_n) - alpha z_n) (z_n + z_(n+1)), exactly.

    Q0 = <z, z> + <omega y, y> - dt <z, omega y> has no W; the coupling is all in the work that it does.
    Any kernel: W need not be symmetric.
    """
    y, z = positions(cells), velocities(cells)
    forces = (symbols_of("W", cells, cells) * y).applyfunc(sympy.tanh)
    law = lattice_step(cells, forces, damped=True)
    local = ImmutableMatrix(sympy.diag(*symbols_of("omega", cells)))
    work = DT * sum(
        (force - alpha * before) * both
        for force, alpha, before, both in zip(
            forces, symbols_of("alpha", cells), z, _after(cells, law), strict=True
        )
    )
    return System(
        name=f"network with tanh and damping, {cells} cells",
        law=law,
        time=N,
        is_map=True,
        invariants=(Invariant("Q0", quadratic_invariant(y, z, local), work),),
        derivation=(
            Step("force of the coupling", forces),
            Step("change of Q0 in a step", work),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES)
def squares_of_the_invariant() -> Identity:
    """Q = (z - dt s y/2)^2 + s (1 - dt^2 s/4) y^2 of one wave: positive where 0 < dt^2 s < 4.

    Where it is, no history grows beyond sqrt(Q/(s (1 - dt^2 s/4))). Left, the form that the step keeps,
    solved for.
    """
    first, mixed = sympy.symbols("Q_yy Q_yz")
    form = ImmutableMatrix([[first, mixed], [mixed, 1]])
    matrix = step_matrix(damping=sympy.S.Zero)
    defect = (matrix.T * form * matrix - form).applyfunc(sympy.expand)
    kept = form.subs(sympy.solve(list(defect), [first, mixed]))
    state = ImmutableMatrix([Y, Z])
    return Identity(
        name="invariant of one wave as squares",
        left=sympy.expand(state.dot(kept * state)),
        right=(Z - DT * S * Y / 2) ** 2 + S * (1 - DT**2 * S / 4) * Y**2,
        derivation=(
            Step("the step of an undamped wave", matrix),
            Step("M^T Q M = Q, solved with Q_zz = 1", kept),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES)
def position_bound() -> Bound:
    """In every cell omega (1 - dt^2 omega/4) y^2 <= Q0, where Q0 = z^2 + omega y^2 - dt omega z y."""
    local = quadratic_invariant(
        ImmutableMatrix([Y]), ImmutableMatrix([Z]), ImmutableMatrix([[OMEGA]])
    )
    return Bound(
        name="position from the local invariant",
        left=OMEGA * (1 - DT**2 * OMEGA / 4) * Y**2,
        right=local,
        certificate=(Z - DT * OMEGA * Y / 2) ** 2,
        attained={Z: DT * OMEGA * Y / 2},
        derivation=(Step("the local invariant of one cell", local),),
    )


def _squares(y: sympy.Expr, z: sympy.Expr) -> sympy.Expr:
    """Return Q0 of one cell as `squares_of_the_invariant` writes it."""
    return squares_of_the_invariant().right.subs({Y: y, Z: z, S: OMEGA}, simultaneous=True)


@register(reference=Reference(PAPER, "9", "ours"), names=STEP_NAMES | {"f": "force"})
def kick_of_the_invariant() -> Identity:
    """Q0(dt^2 f, dt f) = dt^2 f^2: a force of at most 1 adds at most dt to sqrt(Q0) in a step.

    The step without force keeps Q0, a squared length where dt^2 omega < 4; so
    sqrt(Q0_n) <= sqrt(Q0_0) + n dt by the triangle inequality, undamped, whatever the kernel.
    """
    force = sympy.Symbol("f", real=True)
    pushed = ImmutableMatrix(stepped(Y, Z, force, damping=sympy.S.Zero))
    added = (pushed - pushed.subs(force, 0)).applyfunc(sympy.expand)
    return Identity(
        name="what a force adds to the local invariant",
        left=_squares(added[0], added[1]),
        right=DT**2 * force**2,
        derivation=(Step("what the force adds to (y, z) in a step", added),),
    )
