"""Reflections, and the minimal rotation that two of them make: one direction to another, no basis."""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_basis.bases import mirror_basis
from theory.latent_basis.normal import PAPER


def mirror(normal: sympy.MatrixBase) -> ImmutableMatrix:
    """Return the reflection z -> z - 2 n <n, z>/|n|^2."""
    size = sympy.cancel((normal.T * normal)[0])
    return ImmutableMatrix(sympy.eye(len(normal)) - 2 * normal * normal.T / size)


def minimal_rotation(u: sympy.MatrixBase, v: sympy.MatrixBase) -> ImmutableMatrix:
    """Return I + K + K^2/(1 + u.v), K = v u^T - u v^T: the least rotation that takes u to v.

    Parameters
    ----------
    u, v : sympy.Matrix
        Unit columns with u.v > -1.
    """
    across = v * u.T - u * v.T
    cosine = (u.T * v)[0]
    return ImmutableMatrix(sympy.eye(len(u)) + across + across**2 / (1 + cosine))


@register(reference=Reference(PAPER, "", "ours"))
def minimal_turn() -> Identity:
    """I + K + K^2/(1 + u.v) takes u to v and is two reflections: first n = u, then n = u + v.

    So it is a rotation, for every v but -u. Three dimensions, u the first axis, v any unit vector in
    stereographic coordinates. Entries: the two reflections; the image of u.
    """
    p, q = sympy.symbols("p q", real=True)
    size = 1 + p**2 + q**2
    u = ImmutableMatrix([1, 0, 0])
    v = ImmutableMatrix([1 - p**2 - q**2, 2 * p, 2 * q]) / size
    turned = minimal_rotation(u, v)
    return Identity(
        name="minimal rotation",
        left=ImmutableMatrix.hstack(mirror(u + v) * mirror(u), turned * u),
        right=ImmutableMatrix.hstack(turned, v),
        derivation=(
            Step("target", v),
            Step("K", ImmutableMatrix(v * u.T - u * v.T)),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2},),
    slow_sizes=({"dimension": 3},),
)
def label_swap(dimension: int = 3) -> Identity:
    """A reflection, z - (e_i - e_j) <e_i - e_j, z>, swaps two amplitudes and keeps the others; det = -1.

    Entries: z after it, from its amplitudes; the determinant.
    """
    if dimension < 2:
        raise ArgumentError("dimension", dimension, "must be at least 2", "a swap needs two")
    basis = mirror_basis(dimension)
    amplitudes = symbols_of("a", dimension)
    swapped = [amplitudes[1], amplitudes[0], *amplitudes[2:]]
    reflection = mirror((basis[0, :] - basis[1, :]).T)
    latent = basis.T * amplitudes
    return Identity(
        name=f"swap of two labels, M = {dimension}",
        left=ImmutableMatrix([*(reflection * latent), reflection.det(method="berkowitz")]),
        right=ImmutableMatrix([*(basis.T * ImmutableMatrix(swapped)), sympy.S.NegativeOne]),
        derivation=(
            Step("the latent", latent),
            Step("normal of the mirror", (basis[0, :] - basis[1, :]).T),
        ),
    )
