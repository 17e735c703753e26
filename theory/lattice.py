"""Waves on a square lattice of points: 3 x 3 kernels, their symbols, and the points within reach.

A kernel is applied as a cross-correlation, rows along x and columns along y; a phase is the change
of a wave from point to point, in radians.
"""

import sympy
from sympy import ImmutableMatrix

PAPER = "Jacobs, Budzinski, Muller, Ba, Keller, 2025"

NODE_X, NODE_Y = sympy.symbols("i j", integer=True, nonnegative=True)
WHOLE = sympy.Symbol("R", integer=True, positive=True)

FIVE_POINT = ImmutableMatrix([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
NEIGHBOURS = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1))


def kernel_on(kernel: sympy.MatrixBase, field: sympy.Expr) -> sympy.Expr:
    """Apply a 3 x 3 kernel to a field of the points (i, j).

    Examples
    --------
    >>> kernel_on(FIVE_POINT, NODE_X**2 + NODE_Y**2).expand()
    4
    """
    return sum(
        (
            kernel[1 + x, 1 + y]
            * field.subs({NODE_X: NODE_X + x, NODE_Y: NODE_Y + y}, simultaneous=True)
            for x, y in NEIGHBOURS
        ),
        sympy.S.Zero,
    )


def kernel_symbol(kernel: sympy.MatrixBase, phase_x: sympy.Expr, phase_y: sympy.Expr) -> sympy.Expr:
    """Return sum_ab K[a, b] exp(i (phase_x (a - 1) + phase_y (b - 1))), a and b from 0 to 2.

    Examples
    --------
    >>> p, q = sympy.symbols("p q")
    >>> kernel_symbol(FIVE_POINT, p, q).rewrite(sympy.cos).expand()
    2*cos(p) + 2*cos(q) - 4
    """
    return sum(
        (
            kernel[1 + x, 1 + y] * sympy.exp(sympy.I * (phase_x * x + phase_y * y))
            for x, y in NEIGHBOURS
        ),
        sympy.S.Zero,
    )


def second_difference(phase: sympy.Expr) -> sympy.Expr:
    """Return 4 sin^2(phase/2): minus the second difference of a wave along one axis."""
    return 4 * sympy.sin(phase / 2) ** 2


def diamond_count(radius: sympy.Expr = WHOLE) -> sympy.Expr:
    """Return the number of integer k with |k0| + |k1| <= R, summed over the rows k0.

    Examples
    --------
    >>> diamond_count(2)
    13
    """
    row = sympy.Symbol("k", integer=True)
    width = 2 * (radius - row) + 1
    return width.subs(row, 0) + 2 * sympy.summation(width, (row, 1, radius))
