"""Rotations in a plane of two directions: their algebra, and the tour through all labels.

J_ij = e_j e_i^T - e_i e_j^T turns e_i towards e_j; a quarter turn takes the amplitude a_i to a_j, and
a_j to -a_i.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_basis.bases import mirror_basis
from theory.latent_basis.normal import PAPER


def generator(basis: sympy.MatrixBase, i: int, j: int) -> ImmutableMatrix:
    """Return J_ij = e_j e_i^T - e_i e_j^T for a basis of unit rows; acts on columns.

    Raises
    ------
    ArgumentError
        If i = j: there is no plane.
    """
    if i == j:
        raise ArgumentError("j", j, f"must differ from i = {i}", "name two directions")
    return ImmutableMatrix(basis[j, :].T * basis[i, :] - basis[i, :].T * basis[j, :])


def turn(generator: sympy.MatrixBase, angle: sympy.Expr) -> ImmutableMatrix:
    """Return exp(angle J) = I + sin(angle) J + (1 - cos(angle)) J^2, for J^3 = -J."""
    one = sympy.eye(generator.rows)
    return ImmutableMatrix(
        one + sympy.sin(angle) * generator + (1 - sympy.cos(angle)) * generator**2
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2},),
    slow_sizes=({"dimension": 3},),
)
def generator_cube(dimension: int = 3) -> Identity:
    """J^3 = -J for the plane of any two orthonormal vectors: its exponential ends after two powers."""
    plane = generator(mirror_basis(dimension), 0, 1)
    return Identity(
        name=f"cube of the generator, M = {dimension}",
        left=plane * plane * plane,
        right=-plane,
        derivation=(Step("J", plane.applyfunc(sympy.factor)),),
    )


@register(reference=Reference(PAPER, "11", "sharpened"))
def plane_rotation() -> System:
    """dz/dt = J_01 z, solved by exp(tJ) = I + sin t J + (1 - cos t) J^2: the rotation that was meant.

    In amplitudes: a_0 and a_1 turn into each other, a_2, that is every other one, stays. The length is
    kept, and t = pi/2 takes (a_0, a_1) to (-a_1, a_0).
    """
    time = sympy.Symbol("t", real=True)
    amplitudes = sympy.symbols("a_0:3", real=True)
    start = sympy.symbols("a_0:3(0)", real=True)
    plane = generator(sympy.eye(3), 0, 1)
    rates = plane * sympy.Matrix(amplitudes)
    turned = turn(plane, time) * sympy.Matrix(start)
    return System(
        name="rotation in a plane",
        law=dict(zip(amplitudes, rates, strict=True)),
        time=time,
        initial=dict(zip(amplitudes, start, strict=True)),
        closed_form=dict(zip(amplitudes, turned, strict=True)),
        invariants=(
            Invariant("squared length in the plane", amplitudes[0] ** 2 + amplitudes[1] ** 2),
        ),
        derivation=(
            Step("generator of the plane", plane),
            Step("J^2, minus the projector on the plane", plane**2),
            Step("exp(tJ): sines are odd powers of J, cosines even ones", turn(plane, time)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def group_law() -> Identity:
    """exp(sJ) exp(tJ) = exp((s + t)J): turns of one plane add up, so -t undoes t."""
    s, t = sympy.symbols("s t", real=True)
    plane = generator(sympy.eye(3), 0, 1)
    return Identity(
        name="turns of one plane",
        left=turn(plane, s) * turn(plane, t),
        right=turn(plane, s + t),
        derivation=(Step("exp(tJ)", turn(plane, t)),),
    )


@register(reference=Reference(PAPER, "", "ours"))
def planes_that_share() -> Identity:
    """[J_01, J_12] = -J_02: turns of planes that share a direction do not commute."""
    basis = mirror_basis(3)
    first, second = generator(basis, 0, 1), generator(basis, 1, 2)
    return Identity(
        name="commutator of two planes",
        left=first * second - second * first,
        right=-generator(basis, 0, 2),
        derivation=(
            Step("J_01", first.applyfunc(sympy.factor)),
            Step("J_12", second.applyfunc(sympy.factor)),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def disjoint_planes() -> Identity:
    """(I + J_01)(I + J_23) = I + J_01 + J_23: J_01 J_23 = 0, and so turns in disjoint planes commute.

    All powers of the two generators vanish in products, in either order (transpose). Any basis of four
    dimensions.
    """
    basis = mirror_basis(4)
    one = sympy.eye(4)
    first, second = generator(basis, 0, 1), generator(basis, 2, 3)
    return Identity(
        name="disjoint planes",
        left=ImmutableMatrix((one + first) * (one + second)),
        right=ImmutableMatrix(one + first + second),
        derivation=(
            Step("J_01", first.applyfunc(sympy.factor)),
            Step("J_23", second.applyfunc(sympy.factor)),
        ),
    )


def quarter_turn(amplitudes: sympy.MatrixBase, i: int, j: int) -> ImmutableMatrix:
    """Return the amplitudes after a quarter turn from e_i to e_j."""
    plane = generator(sympy.eye(len(amplitudes)), i, j)
    return ImmutableMatrix(turn(plane, sympy.pi / 2) * amplitudes)


def tour(amplitudes: sympy.MatrixBase) -> ImmutableMatrix:
    """Return the amplitudes after the quarter turns 0 -> 1, 1 -> 2, ..., (l-2) -> (l-1).

    Examples
    --------
    >>> tour(sympy.Matrix(sympy.symbols("a_0:4"))).T
    Matrix([[-a_1, -a_2, -a_3, a_0]])
    """
    for k in range(len(amplitudes) - 1):
        amplitudes = quarter_turn(amplitudes, k, k + 1)
    return ImmutableMatrix(amplitudes)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"labels": 2}, {"labels": 3}, {"labels": 4}, {"labels": 5}),
)
def label_cycle(labels: int = 4) -> Identity:
    """A tour of quarter turns is a signed cycle, e_0 -> e_(l-1), e_j -> -e_(j-1); R^l = (-1)^(l-1) I.

    Amplitudes as a polynomial a(x) = sum_j a_j x^j: a tour takes a(x) to -(a(x) - a_0 (1 + x^l))/x, so it
    multiplies by -1/x where x^l = -1, and l tours multiply by (-1)^l/x^l = (-1)^(l-1). det(x - R) =
    x^l + (-1)^l: det R = 1. Entries: after one tour, after l tours, det(x - R).
    """
    if labels < 2:
        raise ArgumentError("labels", labels, "must be at least 2", "a tour visits two labels")
    x = sympy.Symbol("x", positive=True)
    start = symbols_of("a", labels)
    once = tour(start)
    full = start
    for _ in range(labels):
        full = tour(full)
    matrix = once.jacobian(start)
    whole = _polynomial(start, x)
    return Identity(
        name=f"cycle of {labels} labels",
        left=ImmutableMatrix(
            [_polynomial(once, x), _polynomial(full, x), (x * sympy.eye(labels) - matrix).det()]
        ),
        right=ImmutableMatrix(
            [
                -(whole - start[0] * (1 + x**labels)) / x,
                (-1) ** (labels - 1) * whole,
                x**labels + (-1) ** labels,
            ]
        ),
        derivation=(Step("amplitudes after one tour", once), Step("the tour as a matrix", matrix)),
    )


def _polynomial(coefficients: sympy.MatrixBase, x: sympy.Symbol) -> sympy.Expr:
    return sympy.Add(*(c * x**j for j, c in enumerate(coefficients)))
