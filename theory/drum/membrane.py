"""A clamped membrane: the wave equation, separated, for rectangle and square.

u is the displacement, c the speed of waves (length a second), a and b the sides of a rectangle and
L that of a square, (m, n) the numbers of half waves along its axes.
"""

import sympy

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.lattice import PAPER

C = sympy.Symbol("c", positive=True)
LENGTH = sympy.Symbol("L", positive=True)
SIDE_A, SIDE_B = sympy.symbols("a b", positive=True)
ROW, COLUMN = sympy.symbols("m n", integer=True, positive=True)
X, Y, T = sympy.symbols("x y t", real=True)
OMEGA = sympy.Symbol("omega", positive=True)
Q, V, Q0, V0 = sympy.symbols("q v q0 v0", real=True)

MODE_NAMES = {
    "c": "wave_speed",
    "L": "side",
    "a": "side_x",
    "b": "side_y",
    "m": "half_waves_x",
    "n": "half_waves_y",
}


def rectangle_shape() -> sympy.Expr:
    """Return sin(m pi x/a) sin(n pi y/b), zero on the rim of the rectangle.

    Examples
    --------
    >>> shape = rectangle_shape()
    >>> [shape.subs(rim) for rim in ({X: 0}, {X: SIDE_A}, {Y: 0}, {Y: SIDE_B})]
    [0, 0, 0, 0]
    """
    return sympy.sin(ROW * sympy.pi * X / SIDE_A) * sympy.sin(COLUMN * sympy.pi * Y / SIDE_B)


def laplacian(field: sympy.Expr) -> sympy.Expr:
    """Return the sum of the second derivatives in x and y."""
    return sympy.diff(field, X, 2) + sympy.diff(field, Y, 2)


def rectangle_eigenvalue() -> sympy.Expr:
    """Return pi^2 (m^2/a^2 + n^2/b^2), what minus the Laplacian does to the shape (1/length^2).

    Examples
    --------
    >>> rectangle_eigenvalue()
    pi**2*n**2/b**2 + pi**2*m**2/a**2
    """
    shape = rectangle_shape()
    return sympy.expand(-laplacian(shape) / shape)


def square_frequency() -> sympy.Expr:
    """Return c sqrt(m^2 + n^2)/(2 L), the frequency of mode (m, n) of a square (1/second).

    Examples
    --------
    >>> square_frequency()
    c*sqrt(m**2 + n**2)/(2*L)
    """
    square = rectangle_eigenvalue().subs({SIDE_A: LENGTH, SIDE_B: LENGTH})
    return C * sympy.sqrt(sympy.factor(square)) / (2 * sympy.pi)


@register(
    reference=Reference(PAPER, "", "ours"),
    names={
        "omega": "angular_frequency",
        "q": "displacement",
        "v": "velocity",
        "q0": "initial_displacement",
        "v0": "initial_velocity",
    },
)
def separated_mode() -> System:
    """dq/dt = v, dv/dt = -omega^2 q: the amplitude of one mode, whatever the shape of the drum.

    q = q0 cos(omega t) + (v0/omega) sin(omega t), in seconds; the energy (v^2 + omega^2 q^2)/2 stays.
    """
    wave = C**2 * laplacian(sympy.Function("phi")(X, Y)) * sympy.Function("q")(T)
    closed = Q0 * sympy.cos(OMEGA * T) + V0 * sympy.sin(OMEGA * T) / OMEGA
    return System(
        name="one mode of a membrane",
        law={Q: V, V: -(OMEGA**2) * Q},
        time=T,
        initial={Q: Q0, V: V0},
        closed_form={Q: closed, V: sympy.diff(closed, T)},
        invariants=(Invariant("energy", V**2 / 2 + OMEGA**2 * Q**2 / 2),),
        derivation=(
            Step("u = phi(x, y) q(t) in u_tt = c^2 (u_xx + u_yy): phi q'' is", wave),
            Step("where -c^2 Laplacian(phi) = omega^2 phi, q'' is", -(OMEGA**2) * Q),
            Step("from q0 and v0 at time zero", closed),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=MODE_NAMES)
def rectangle_mode() -> Identity:
    """c^2 (u_xx + u_yy) = u_tt for u = sin(m pi x/a) sin(n pi y/b) cos(2 pi f t).

    f = (c/2) sqrt(m^2/a^2 + n^2/b^2), in 1/second.
    """
    shape, eigenvalue = rectangle_shape(), rectangle_eigenvalue()
    motion = sympy.cos(C * sympy.sqrt(eigenvalue) * T)
    return Identity(
        name="a mode of the rectangle obeys the wave equation",
        left=C**2 * laplacian(shape * motion),
        right=sympy.diff(shape * motion, T, 2),
        derivation=(
            Step("a shape that is zero on the rim", shape),
            Step("minus its Laplacian over itself does not depend on x and y", eigenvalue),
            Step("so its amplitude turns with the square root of that, times c", motion),
        ),
    )


@register(reference=Reference(PAPER, "Fig. 2", "reproduced"), names=MODE_NAMES)
def fundamental() -> Identity:
    """c^2 (u_xx + u_yy) = u_tt for u = sin(pi x/L) sin(pi y/L) cos(sqrt(2) pi c t/L), L the side.

    The lowest tone of a square has f = c/(sqrt(2) L), in 1/second. Right: u as waves along the
    diagonals, differentiated twice in time.
    """
    shape = rectangle_shape().subs({SIDE_A: LENGTH, SIDE_B: LENGTH, ROW: 1, COLUMN: 1})
    lowest = square_frequency().subs({ROW: 1, COLUMN: 1})
    motion = sympy.cos(2 * sympy.pi * lowest * T)
    wave_number = sympy.pi / LENGTH
    diagonal = (sympy.cos(wave_number * (X - Y)) - sympy.cos(wave_number * (X + Y))) / 2
    return Identity(
        name="fundamental of the square",
        left=C**2 * laplacian(shape * motion),
        right=sympy.diff(diagonal * sympy.cos(sympy.sqrt(2) * sympy.pi * C * T / LENGTH), T, 2),
        derivation=(Step("the shape", shape), Step("its frequency", lowest)),
    )
