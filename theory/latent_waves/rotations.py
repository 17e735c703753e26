"""All rotations of three and four dimensions, rational in quaternions: any orthonormal basis.

What holds for these matrices, with symbols as entries, holds for every orthogonal matrix of that
size up to the sign of a column, which no energy sees.
"""

import sympy
from sympy import ImmutableMatrix

from theory.errors import ArgumentError


def quaternion(name: str) -> tuple[sympy.Symbol, ...]:
    """Return the four parts of a quaternion; the first is positive, so that it is not 0."""
    parts = sympy.symbols(f"{name}1:4", real=True)
    return (sympy.Symbol(f"{name}0", positive=True), *parts)


def _left_product(q: tuple[sympy.Symbol, ...]) -> ImmutableMatrix:
    """Return the matrix of r -> q r."""
    a, b, c, d = q
    return ImmutableMatrix([[a, -b, -c, -d], [b, a, -d, c], [c, d, a, -b], [d, -c, b, a]])


def _right_product(q: tuple[sympy.Symbol, ...]) -> ImmutableMatrix:
    """Return the matrix of r -> r q."""
    a, b, c, d = q
    return ImmutableMatrix([[a, -b, -c, -d], [b, a, d, -c], [c, -d, a, b], [d, c, -b, a]])


def _square(q: tuple[sympy.Symbol, ...]) -> sympy.Expr:
    return sympy.Add(*(part**2 for part in q))


def rotation(dimension: int, name: str = "q") -> ImmutableMatrix:
    """Return the rotation of 3 or 4 dimensions in quaternions q (and r for 4): x -> q x r/(|q| |r|).

    Parameters
    ----------
    dimension : int
        3 (then r is the conjugate of q, and the real part stays) or 4.
    name : str
        Of the symbols, name0 to name3; for 4 dimensions also name4 to name7.

    Raises
    ------
    ArgumentError
        For other dimensions.

    Examples
    --------
    >>> turned = rotation(3)
    >>> (turned * turned.T).applyfunc(sympy.cancel) == sympy.eye(3)
    True
    """
    q = quaternion(name)
    if dimension == 3:
        conjugate = (q[0], *(-part for part in q[1:]))
        turned = _left_product(q) * _right_product(conjugate) / _square(q)
        return ImmutableMatrix(turned[1:, 1:].applyfunc(sympy.factor))
    if dimension == 4:
        more = sympy.symbols(f"{name}5:8", real=True)
        r = (sympy.Symbol(f"{name}4", positive=True), *more)
        size = sympy.sqrt(_square(q) * _square(r))
        return ImmutableMatrix(_left_product(q) * _right_product(r) / size)
    raise ArgumentError("dimension", dimension, "must be 3 or 4", "take a smaller example")
