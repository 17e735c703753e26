"""The operators as printed, |u'><u| of rank one and sums of projectors: what they do to a latent.

e_i are orthonormal, xi_i = sqrt(C) e_i, and u(angle) = cos(angle) xi_i + sin(angle) xi_j.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.latent_basis.bases import NORM, mirror_basis
from theory.latent_basis.normal import PAPER

ANGLE, STEP = sympy.symbols("theta delta", real=True)


def matrix_unit(basis: sympy.MatrixBase, i: int, j: int) -> ImmutableMatrix:
    """Return B_ij = |xi_j><xi_i|/C for a basis of unit rows: it takes xi_i to xi_j."""
    return ImmutableMatrix(basis[j, :].T * basis[i, :])


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2},),
    slow_sizes=({"dimension": 3},),
)
def matrix_units(dimension: int = 2) -> Identity:
    """B_ij xi_i = xi_j, B_jk B_ij = B_ik, and products whose inner indices differ vanish.

    Here i = 0, j = 1, k = 0; entries: B_01 xi_0, B_10 B_01, B_01 B_01.
    """
    basis = mirror_basis(dimension)
    there, back = matrix_unit(basis, 0, 1), matrix_unit(basis, 1, 0)
    vectors = sympy.sqrt(NORM) * basis
    return Identity(
        name=f"matrix units, M = {dimension}",
        left=ImmutableMatrix.hstack(there * vectors[0, :].T, back * there, there * there),
        right=ImmutableMatrix.hstack(
            vectors[1, :].T, matrix_unit(basis, 0, 0), sympy.zeros(dimension)
        ),
        derivation=(Step("B_01", there),),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=({"dimension": 2}, {"dimension": 3}))
def sum_of_projectors(dimension: int = 3) -> Identity:
    """A = sum_k |xi_k><xi_k| = C I for a full set: every vector is an eigenvector, none is singled out."""
    vectors = sympy.sqrt(NORM) * mirror_basis(dimension)
    return Identity(
        name=f"sum of projectors, M = {dimension}",
        left=ImmutableMatrix(vectors.T * vectors),
        right=ImmutableMatrix(NORM * sympy.eye(dimension)),
        derivation=(Step("first vector of the set", ImmutableMatrix(vectors[0, :])),),
    )


def arc(angle: sympy.Expr) -> ImmutableMatrix:
    """Return u(angle) = cos(angle) xi_i + sin(angle) xi_j in the coordinates (e_i, e_j)."""
    return sympy.sqrt(NORM) * ImmutableMatrix([sympy.cos(angle), sympy.sin(angle)])


def printed_operator(step: sympy.Expr, angle: sympy.Expr) -> ImmutableMatrix:
    """Return |u(angle + step)><u(angle)| in the coordinates (e_i, e_j), 2 x 2."""
    return ImmutableMatrix(arc(angle + step) * arc(angle).T)


@register(reference=Reference(PAPER, "11", "refuted"))
def rank_one() -> Identity:
    """R = |u(theta + d)><u(theta)| has the singular values C and 0, and R z = <u(theta), z> u(theta + d).

    It is no rotation: but for its length and sign the output does not depend on z. Entries:
    det(x - R^T R), then R z; all else that the latent space has is in the kernel.
    """
    x = sympy.Symbol("x", real=True)
    a, b = sympy.symbols("a b", real=True)
    printed = printed_operator(STEP, ANGLE)
    component = sympy.sqrt(NORM) * (a * sympy.cos(ANGLE) + b * sympy.sin(ANGLE))
    return Identity(
        name="the printed operator has rank one",
        left=ImmutableMatrix(
            [(x * sympy.eye(2) - printed.T * printed).det(), *(printed * ImmutableMatrix([a, b]))]
        ),
        right=ImmutableMatrix([x * (x - NORM**2), *(component * arc(ANGLE + STEP))]),
        derivation=(
            Step("R in the plane", printed),
            Step("<u(theta), z> for z = a e_i + b e_j", component),
        ),
    )


@register(reference=Reference(PAPER, "Algorithm 1", "refuted"), names={"r": "step"})
def printed_angles() -> Identity:
    """Step r of Algorithm 1 as printed ends at (2r-1) dtheta: R(r dtheta, (r-1) dtheta) z.

    Three steps of pi/3 end at 5 pi/3, of pi/6 at 5 pi/6: neither reaches pi/2, the direction xi_j. With
    R(dtheta, (r-1) dtheta) and dtheta = pi/6 step r ends at r dtheta, and the third at xi_j. Entries:
    the image of u((r-1) dtheta), over C, under the printed operator and under the amended one.
    """
    step = sympy.Symbol("r", integer=True, positive=True)
    start = (step - 1) * STEP
    images = [printed_operator(turn, start) * arc(start) / NORM for turn in (step * STEP, STEP)]
    return Identity(
        name="angles of Algorithm 1",
        left=ImmutableMatrix.hstack(*images),
        right=ImmutableMatrix.hstack(arc((2 * step - 1) * STEP), arc(step * STEP)),
        derivation=(
            Step("angle before step r", start),
            Step("angle after it, as printed", sympy.factor(start + step * STEP)),
        ),
    )
