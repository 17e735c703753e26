"""The two moves of which a step in time is made: kick the velocity, drift the displacement.

A mode of stiffness s (1/second^2) and damping a (1/second) has displacement q, velocity v and force
-s q - a v; dt is the time step in seconds. A move is a 2 x 2 matrix on (q, v).
"""

import sympy
from sympy import ImmutableMatrix

DT = sympy.Symbol("dt", positive=True)


def kick(
    stiffness: sympy.Expr, part: sympy.Expr = sympy.S.One, damping: sympy.Expr = sympy.S.Zero
) -> ImmutableMatrix:
    """Return v += part dt (-s q - a v), with the old velocity in the force.

    Examples
    --------
    >>> kick(sympy.Symbol("s"))
    Matrix([
    [    1, 0],
    [-dt*s, 1]])
    """
    return ImmutableMatrix([[1, 0], [-part * DT * stiffness, 1 - part * DT * damping]])


def drift(part: sympy.Expr = sympy.S.One) -> ImmutableMatrix:
    """Return q += part dt v."""
    return ImmutableMatrix([[1, part * DT], [0, 1]])
