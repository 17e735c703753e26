"""Are the laws exact in SymPy?"""

from __future__ import annotations

from collections.abc import Callable

from theory.claims import left_over
from theory.drum import dispersion, membrane, stencil, steps, transplantation


def d1() -> float:
    """Equations of the wave equation's separation and the square's spectrum that are not exact."""
    levels = [membrane.multiplicity(s=s) for s in (25, 50)]
    return left_over(
        membrane.separated_mode(), membrane.rectangle_mode(), membrane.fundamental(), *levels
    )


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
    """Equations of the pair's transplantation that are not exact: X A_c = B_c X, its determinant."""
    matrix = transplantation.transplantation_matrix()
    torn = 0
    for side in transplantation.SIDES:
        first, second = (transplantation.gluing_matrix(g, side) for g in transplantation.GLUINGS)
        torn += not (matrix * first - second * matrix).expand().is_zero_matrix
    return torn + left_over(transplantation.transplantation_determinant())


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
