"""Orthonormal bases with symbols as entries, and sets of norm^2 C in them."""

import sympy
from sympy import ImmutableMatrix

from theory.errors import ArgumentError

NORM = sympy.Symbol("C", positive=True)


def mirror_basis(dimension: int, name: str = "n") -> ImmutableMatrix:
    """Return I - 2 n n^T/|n|^2, dimension x dimension: row k is the unit vector e_k.

    The coordinate axes seen in the mirror with the normal n, any vector: orthonormal bases without a
    zero in them, rational in the parts of n. In two dimensions all bases, up to signs. What uses
    orthonormality alone holds for every basis when it holds for these.

    Raises
    ------
    ArgumentError
        If the dimension is below 2.

    Examples
    --------
    >>> basis = mirror_basis(3)
    >>> (basis * basis.T).applyfunc(sympy.cancel) == sympy.eye(3)
    True
    """
    if dimension < 2:
        raise ArgumentError("dimension", dimension, "must be at least 2", "a plane needs two")
    normal = sympy.Matrix(
        [
            sympy.Symbol(f"{name}_0", positive=True),
            *(sympy.Symbol(f"{name}_{k}", real=True) for k in range(1, dimension)),
        ]
    )
    square = sympy.Add(*(part**2 for part in normal))
    mirrored = sympy.eye(dimension) - 2 * normal * normal.T / square
    return ImmutableMatrix(mirrored.applyfunc(sympy.factor))


def dot(left: sympy.MatrixBase, right: sympy.MatrixBase) -> sympy.Expr:
    """Return the scalar product of two vectors of any orientation."""
    return sympy.Add(*(x * y for x, y in zip(left, right, strict=True)))


def square(vector: sympy.MatrixBase) -> sympy.Expr:
    """Return |vector|^2."""
    return dot(vector, vector)
