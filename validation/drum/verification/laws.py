"""Are the laws exact in SymPy?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from theory.claims import left_over
from theory.drum import dispersion, levels, membrane, stencil, steps, transplantation
from validation.drum.verification.literature import TRANSPLANTATIONS


def d1() -> float:
    """Equations of separation, rim and the square's spectrum that are not exact."""
    x, y = membrane.X, membrane.Y
    rim = ({x: 0}, {x: membrane.SIDE_A}, {y: 0}, {y: membrane.SIDE_B})
    moving = sum(membrane.rectangle_shape().subs(side) != 0 for side in rim)
    modes = (membrane.separated_mode(), membrane.rectangle_mode(), membrane.fundamental())
    return moving + left_over(*modes, *(levels.multiplicity(s=s) for s in (25, 50)))


def d2() -> float:
    """Equations of stencil and step forms (determinant, trace, solution, energy) that are not exact."""
    forms = [law(form=f) for f in steps.FORMS for law in (steps.characteristic, steps.step_map)]
    return left_over(stencil.stencil_on_wave(), stencil.grid_mode(), steps.discrete_angle(), *forms)


def d3() -> float:
    """Equations of the dispersion series and of the magic step that are not exact."""
    return left_over(
        dispersion.deviation(),
        dispersion.fundamental_deviation(),
        dispersion.space_error(),
        dispersion.time_error(),
        dispersion.magic_diagonal(),
    )


def d27b() -> float:
    """Equations that the stated X1 and X2 leave over: X A_c = B_c X, what they span, a determinant.

    All solutions that are found, and none else, are x X1 + y X2; its determinant is theory's.
    """
    stated = [sympy.ImmutableMatrix(entries) for entries in TRANSPLANTATIONS]
    torn = 0
    for side in transplantation.SIDES:
        first, second = (transplantation.gluing_matrix(g, side) for g in transplantation.GLUINGS)
        torn += sum(matrix * first != second * matrix for matrix in stated)
    found = transplantation.transplantations(*transplantation.GLUINGS)
    dimensions = [_dimension(stated), _dimension(found), _dimension([*stated, *found])]
    claim = transplantation.transplantation_determinant()
    x, y = transplantation.WEIGHT_X, transplantation.WEIGHT_Y
    determinant = (x * stated[0] + y * stated[1]).det()
    return (
        torn
        + sum(dimension != len(stated) for dimension in dimensions)
        + int(sympy.expand(determinant - claim.right) != 0)
        + left_over(claim)
    )


def _dimension(matrices: Sequence[sympy.MatrixBase]) -> int:
    """Return that of what some matrices span."""
    return sympy.Matrix([list(matrix) for matrix in matrices]).rank()


def d27e() -> float:
    """Equations of the orthogonal transplantation that are not exact: X^T X = 1, X A_c X^T = B_c."""
    turned = [transplantation.intertwining(side=side) for side in transplantation.SIDES]
    return left_over(transplantation.orthogonality(), *turned)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D1": d1,
    "D2": d2,
    "D3": d3,
    "D27b": d27b,
    "D27e": d27e,
}
