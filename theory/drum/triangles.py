"""Two triangles with exact spectra, the right isosceles and the equilateral: plane waves and mirrors.

Mirror images of either tile the plane. A mode, mirrored in every side with its sign turned, is a field
with the period of the tiling: a sum of plane waves. a is the side of the equilateral triangle, L a
leg of the right isosceles one, (m, n) the numbers of a mode.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.drum.membrane import (
    COLUMN,
    LENGTH,
    MODE_NAMES,
    ROW,
    SIDE_A,
    SIDE_B,
    X,
    Y,
    laplacian,
    rectangle_shape,
)
from theory.lattice import PAPER

TRIANGLE_NAMES = MODE_NAMES | {"a": "side", "L": "leg"}


def right_isosceles_mode() -> sympy.Expr:
    """Return sin(m pi x/L) sin(n pi y/L) - sin(n pi x/L) sin(m pi y/L), vertices (0, 0), (L, 0), (L, L).

    Zero for m = n; (n, m) is the same mode up to its sign.

    Examples
    --------
    >>> mode = right_isosceles_mode()
    >>> [mode.subs(side) for side in ({Y: 0}, {X: LENGTH}, {Y: X})]
    [0, 0, 0]
    """
    square = rectangle_shape().subs({SIDE_A: LENGTH, SIDE_B: LENGTH})
    return square - square.subs({X: Y, Y: X}, simultaneous=True)


def right_isosceles_eigenvalue() -> sympy.Expr:
    """Return pi^2 (m^2 + n^2)/L^2, m > n >= 1, all modes of the triangle with two legs L."""
    return sympy.pi**2 * (ROW**2 + COLUMN**2) / LENGTH**2


@register(reference=Reference(PAPER, "", "ours"), names=TRIANGLE_NAMES)
def right_isosceles_spectrum() -> Identity:
    """-Laplacian(phi) = pi^2 (m^2 + n^2)/L^2 phi: modes of the square that its diagonal turns, m > n.

    Mirroring an eigenfunction of the triangle in its hypotenuse, with the sign turned, gives one of
    the square: there are no others.
    """
    mode = right_isosceles_mode()
    return Identity(
        name="a mode of the right isosceles triangle",
        left=-laplacian(mode),
        right=right_isosceles_eigenvalue() * mode,
        derivation=(Step("a mode of the square less its mirror image in x = y", mode),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=TRIANGLE_NAMES)
def right_isosceles_rim() -> Identity:
    """Mirrored in each of its three sides a mode phi is -phi, so it is zero on them."""
    mode = right_isosceles_mode()
    mirrors = ({Y: -Y}, {X: 2 * LENGTH - X}, {X: Y, Y: X})
    mirrored = [mode.subs(mirror, simultaneous=True) for mirror in mirrors]
    return Identity(
        name="the rim of the right isosceles triangle",
        left=ImmutableMatrix(mirrored),
        right=ImmutableMatrix([-mode] * 3),
        derivation=(Step("the mode", mode),),
    )


def _altitude() -> sympy.Expr:
    return SIDE_A * sympy.sqrt(3) / 2


def _normals() -> tuple[ImmutableMatrix, ImmutableMatrix, ImmutableMatrix]:
    """Return the normals of the sides through (0, 0), and of the third, which is their sum."""
    lower, upper = ImmutableMatrix([0, 1]), ImmutableMatrix([sympy.sqrt(3) / 2, -sympy.S.Half])
    return lower, upper, lower + upper


def _mirror(normal: ImmutableMatrix) -> ImmutableMatrix:
    return ImmutableMatrix(sympy.eye(2) - 2 * normal * normal.T)


def equilateral_mirrors() -> tuple[ImmutableMatrix, ...]:
    """Return the six rotations and mirrors that the two sides through (0, 0) generate, (2, 2) each."""
    first, second, _ = (_mirror(normal) for normal in _normals())
    turn = first * second
    turns = (sympy.eye(2).as_immutable(), turn, turn * turn)
    return turns + tuple(rotation * first for rotation in turns)


def equilateral_wave() -> ImmutableMatrix:
    """Return the wave vector of mode (m, n): m pi/h and n pi/h along two normals, h the altitude.

    Then (m + n) pi/h along the third: mirroring in the third side moves every phase by whole turns.

    Examples
    --------
    >>> equilateral_wave().subs({SIDE_A: 2, ROW: 1, COLUMN: 1})
    Matrix([
    [          pi],
    [sqrt(3)*pi/3]])
    """
    lower, upper, _ = _normals()
    along = ImmutableMatrix([ROW, COLUMN]) * sympy.pi / _altitude()
    return ImmutableMatrix([list(lower), list(upper)]).inv() * along


def equilateral_mode() -> sympy.Expr:
    """Return Lame's mode (m, n), m, n >= 1: six plane waves, vertices (0, 0), (a, 0), (a/2, h).

    Complex; (n, m) is minus its conjugate, so a pair m != n has two real modes, its real and its
    imaginary part, and m = n one.
    """
    place = ImmutableMatrix([X, Y])
    waves = ((mirror.det(), mirror * equilateral_wave()) for mirror in equilateral_mirrors())
    return sum(
        (sign * sympy.exp(sympy.I * sympy.expand(wave.dot(place))) for sign, wave in waves),
        sympy.S.Zero,
    )


def equilateral_eigenvalue() -> sympy.Expr:
    """Return 16 pi^2 (m^2 + m n + n^2)/(9 a^2), the square of the wave vector (1/length^2).

    Examples
    --------
    >>> equilateral_eigenvalue().subs({SIDE_A: 1, ROW: 1, COLUMN: 1})
    16*pi**2/3
    """
    wave = equilateral_wave()
    return sympy.factor(sympy.expand(wave.dot(wave)))


@register(reference=Reference(PAPER, "", "ours"), names=TRIANGLE_NAMES)
def equilateral_spectrum() -> Identity:
    """-Laplacian(phi) = 16 pi^2/(9 a^2) (m^2 + m n + n^2) phi, for all ordered m, n >= 1.

    Mirroring an eigenfunction in the sides, again and again, makes a field with the period of the
    tiling: a Fourier series of these sums. There are no others (Lame 1833).
    """
    mode = equilateral_mode()
    level = 16 * sympy.pi**2 * (ROW**2 + ROW * COLUMN + COLUMN**2) / (9 * SIDE_A**2)
    return Identity(
        name="a mode of the equilateral triangle",
        left=-laplacian(mode),
        right=level * mode,
        derivation=(
            Step("whole half waves along all three altitudes", equilateral_wave()),
            Step("the square of the wave vector", equilateral_eigenvalue()),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=TRIANGLE_NAMES)
def equilateral_rim() -> Identity:
    """Mirrored in each of its three sides a mode phi is -phi, so it is zero on them."""
    mode, place = equilateral_mode(), ImmutableMatrix([X, Y])
    shifts = (0, 0, 2 * _altitude())
    mirrored = []
    for normal, shift in zip(_normals(), shifts, strict=True):
        x, y = _mirror(normal) * place + shift * normal
        mirrored.append(mode.subs({X: x, Y: y}, simultaneous=True))
    return Identity(
        name="the rim of the equilateral triangle",
        left=ImmutableMatrix(mirrored),
        right=ImmutableMatrix([-mode] * 3),
        derivation=(Step("whole half waves along all three altitudes", equilateral_wave()),),
    )
