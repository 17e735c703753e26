"""A clamped membrane: the wave equation, separated, and the spectrum of rectangle and square.

u is the displacement, c the speed of waves (length a second), a and b the sides of a rectangle and
L that of a square, (m, n) the numbers of half waves along its axes.
"""

import itertools
import math
import numbers

import sympy

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.lattice import PAPER

C = sympy.Symbol("c", positive=True)
LENGTH = sympy.Symbol("L", positive=True)
SIDE_A, SIDE_B = sympy.symbols("a b", positive=True)
ROW, COLUMN = sympy.symbols("m n", integer=True, positive=True)
X, Y, T = sympy.symbols("x y t", real=True)
OMEGA = sympy.Symbol("omega", positive=True)
Q, V, Q0, V0 = sympy.symbols("q v q0 v0", real=True)
GENERATOR = sympy.Symbol("r")

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


def pairs(s: int) -> tuple[tuple[int, int], ...]:
    """Return the ordered (m, n), m, n >= 1, with m^2 + n^2 = s: the modes of one line of a square.

    Raises
    ------
    ArgumentError
        Unless s is a whole number, at least 1.

    Examples
    --------
    >>> pairs(50)
    ((1, 7), (5, 5), (7, 1))
    """
    require_positive_integer("s", s)
    found = ((m, math.isqrt(s - m * m)) for m in range(1, math.isqrt(s) + 1))
    return tuple((m, n) for m, n in found if n > 0 and m * m + n * n == s)


def square_levels(count: int) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Return the lowest `count` levels s = m^2 + n^2 of a square with their modes, ascending.

    The eigenvalue is pi^2 s/L^2.

    Raises
    ------
    ArgumentError
        Unless count is a whole number, at least 1.

    Examples
    --------
    >>> square_levels(3)
    [(2, ((1, 1),)), (5, ((1, 2), (2, 1))), (8, ((2, 2),))]
    """
    return rectangle_levels(1, 1, count)


def rectangle_levels(p: int, q: int, count: int) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Return the lowest `count` levels s = (q m)^2 + (p n)^2 of a rectangle with a : b = p : q.

    The eigenvalue is pi^2 s/(a q)^2. Modes of one level are degenerate exactly: s is a whole number.

    Raises
    ------
    ArgumentError
        Unless p, q and count are whole numbers, at least 1.

    Examples
    --------
    >>> rectangle_levels(2, 1, 3)
    [(5, ((1, 1),)), (8, ((2, 1),)), (13, ((3, 1),))]
    """
    for name, value in (("p", p), ("q", q), ("count", count)):
        require_positive_integer(name, value)
    highest = p**2 + q**2
    while True:
        levels = _levels_up_to(highest, p, q)
        if len(levels) >= count:
            return sorted(levels.items())[:count]
        highest *= 2


def _levels_up_to(highest: int, p: int, q: int) -> dict[int, tuple[tuple[int, int], ...]]:
    levels: dict[int, tuple[tuple[int, int], ...]] = {}
    columns, rows = (range(1, math.isqrt(highest) // side + 1) for side in (q, p))
    for m, n in itertools.product(columns, rows):
        s = (q * m) ** 2 + (p * n) ** 2
        if s <= highest:
            levels[s] = (*levels.get(s, ()), (m, n))
    return levels


def pairs_by_divisors(s: int) -> int:
    """Return d1(s) - d3(s) - [s is a square], d_r the number of divisors that are r modulo 4.

    Jacobi's theorem on sums of two squares, without zeros and signs: the length of `pairs`.

    Examples
    --------
    >>> [pairs_by_divisors(s) for s in (2, 25, 50, 65, 325)]
    [1, 2, 3, 4, 6]
    """
    require_positive_integer("s", s)
    residues = [divisor % 4 for divisor in sympy.divisors(s)]
    return residues.count(1) - residues.count(3) - (math.isqrt(s) ** 2 == s)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"s": 25}, {"s": 50}, {"s": 65}),
    slow_sizes=({"s": 325},),
)
def multiplicity(s: int) -> Identity:
    """(sum_m r^(m^2))^2 = sum_s (d1(s) - d3(s) - [s is a square]) r^s, up to the level s.

    Left, the coefficient of r^s counts the modes (m, n) of a square with m^2 + n^2 = s; right are
    divisors. The first triple is 50 = 1 + 49 = 25 + 25.
    """
    require_positive_integer("s", s)
    squares = sum(GENERATOR ** (m * m) for m in range(1, math.isqrt(s) + 1))
    counted = sum(pairs_by_divisors(level) * GENERATOR**level for level in range(1, s + 1))
    return Identity(
        name=f"multiplicities of the square up to {s}",
        left=squares**2,
        right=counted,
        variable=GENERATOR,
        order=s,
        derivation=(Step("one exponent m^2 for each half wave", squares),),
    )


def require_positive_integer(name: str, value: int) -> None:
    """Raise ArgumentError unless a value is a whole number, at least 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ArgumentError(name, value, "must be a whole number, at least 1", "pass 1 or more")
