"""Why two drums of one sound are one sound: a matrix that carries modes from one to the other.

Gordon, Webb and Wolpert (1992) glue seven copies of one triangle in two ways. A triangle has vertices
with the labels 0, 1, 2, its side c lies opposite vertex c, and triangles that share a side are mirror
images in it. On the right isosceles triangle, label 0 at the right angle, the pair is the known one.
A_c and B_c say what side c of each triangle meets: 1 for the triangle on the other side, -1 on the
diagonal for the wall, which mirrors with the sign turned. If X A_c = B_c X for c = 0, 1, 2, then
sum_j X_ij u_j on triangle i of the second drum is a mode whenever u_j are the pieces of one of the
first, with the same eigenvalue, whatever the triangle.
"""

import functools

import sympy
from sympy import ImmutableMatrix
from sympy.polys.matrices import DomainMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.lattice import PAPER

Gluing = tuple[tuple[int, int, int], ...]

TRIANGLES = 7
SIDES = (0, 1, 2)
# (triangle, triangle, side that they share); the second is the first with labels 0 and 1 exchanged
# and the triangles renumbered, so a triangle with that symmetry makes two congruent drums
GLUINGS: tuple[Gluing, Gluing] = (
    ((0, 1, 0), (1, 2, 2), (2, 3, 1), (3, 4, 0), (4, 5, 1), (4, 6, 2)),
    ((0, 1, 2), (1, 2, 0), (1, 3, 1), (3, 4, 0), (4, 5, 2), (5, 6, 1)),
)

WEIGHT_X, WEIGHT_Y = sympy.symbols("x y", real=True)


def gluing_matrix(gluing: Gluing, side: int) -> ImmutableMatrix:
    """Return what the given side of each triangle meets, (7, 7): symmetric, its square is 1.

    1 at pairs that share the side, -1 on the diagonal where it is wall.

    Parameters
    ----------
    gluing : tuple of (triangle, triangle, side)
    side : {0, 1, 2}

    Raises
    ------
    ArgumentError
        For another side.

    Examples
    --------
    >>> gluing_matrix(GLUINGS[0], 0)[:2, :2]
    Matrix([
    [0, 1],
    [1, 0]])
    """
    if side not in SIDES:
        raise ArgumentError("side", side, "must be 0, 1 or 2", "name a side of a triangle")
    met = {one: other for one, other, shared in gluing if shared == side}
    met |= {other: one for one, other in met.items()}
    return ImmutableMatrix(
        TRIANGLES, TRIANGLES, lambda i, j: -int(i == j) if i not in met else int(met[i] == j)
    )


def exchanged(gluing: Gluing, one: int, other: int) -> Gluing:
    """Return the gluing with two labels of the triangles exchanged.

    Examples
    --------
    >>> exchanged(GLUINGS[1], 1, 2)[:2]
    ((0, 1, 1), (1, 2, 0))
    """
    names = {one: other, other: one}
    return tuple((i, j, names.get(side, side)) for i, j, side in gluing)


@functools.cache
def transplantations(
    first: Gluing = GLUINGS[0], second: Gluing = GLUINGS[1]
) -> tuple[ImmutableMatrix, ...]:
    """Return a basis of all X with X A_c = B_c X for c = 0, 1, 2, each (7, 7) of whole numbers.

    Found as a nullspace: 147 equations for 49 numbers. Two matrices for the pair. Exchanging two
    labels of the second drum leaves one, of rank 1: only the modes of the triangle are carried over.

    Examples
    --------
    >>> [matrix.rank() for matrix in transplantations()]
    [7, 7]
    >>> [matrix.rank() for matrix in transplantations(second=exchanged(GLUINGS[1], 1, 2))]
    [1]
    """
    one = sympy.eye(TRIANGLES)
    equations = [
        sympy.kronecker_product(one, gluing_matrix(first, side).T)
        - sympy.kronecker_product(gluing_matrix(second, side), one)
        for side in SIDES
    ]
    system = DomainMatrix.from_Matrix(sympy.Matrix.vstack(*equations)).to_field()
    rows = system.nullspace().to_Matrix()
    solutions = [sympy.Matrix(TRIANGLES, TRIANGLES, list(rows.row(k))) for k in range(rows.rows)]
    return tuple(_whole(solution) for solution in solutions)


def _whole(matrix: sympy.Matrix) -> ImmutableMatrix:
    """Return the smallest multiple with whole entries; the last that is not zero is positive."""
    scale = sympy.lcm_list([entry.q for entry in matrix]) / sympy.gcd_list(list(matrix))
    last = next(entry for entry in reversed(list(matrix)) if entry != 0)
    return ImmutableMatrix(matrix * abs(scale) * sympy.sign(last))


def transplantation_matrix() -> ImmutableMatrix:
    """Return X = x X1 + y X2, every transplantation from the first drum to the second, (7, 7)."""
    first, second = transplantations()
    return ImmutableMatrix(WEIGHT_X * first + WEIGHT_Y * second)


def alternating_signs(gluing: Gluing) -> ImmutableMatrix:
    """Return 1 for triangles turned as the first, -1 for its mirror images, (7, 1).

    A_c s = -s for every side: a mode of the triangle itself, put on all seven with these signs, is
    a mode of the drum, so both drums have all eigenvalues of their triangle. On right isosceles
    triangles with legs L these are pi^2 (m^2 + n^2)/L^2, m > n >= 1.

    Examples
    --------
    >>> alternating_signs(GLUINGS[0]).T
    Matrix([[1, -1, 1, -1, 1, -1, -1]])
    """
    signs = {0: 1}
    for one, other, _ in gluing:  # each pair has a triangle that an earlier one has reached
        signs[other] = -signs[one]
    return ImmutableMatrix(TRIANGLES, 1, [signs[k] for k in range(TRIANGLES)])


def unfolded(gluing: Gluing, base: sympy.MatrixBase) -> tuple[ImmutableMatrix, ...]:
    """Return the seven triangles that mirroring unfolds from the first, exactly.

    Parameters
    ----------
    base : matrix, (3, 2)
        Vertices of the first triangle, by label.

    Returns
    -------
    tuple of ImmutableMatrix, (3, 2)
        Vertices by label.

    Examples
    --------
    >>> unfolded(GLUINGS[0], ImmutableMatrix([[0, 0], [0, 1], [1, 0]]))[1]
    Matrix([
    [1, 1],
    [0, 1],
    [1, 0]])
    """
    triangles = {0: ImmutableMatrix(base)}
    for one, other, side in gluing:
        triangles[other] = _mirrored(triangles[one], side)
    return tuple(triangles[k] for k in range(TRIANGLES))


def _mirrored(triangle: ImmutableMatrix, side: int) -> ImmutableMatrix:
    """Mirror a triangle in its side: the vertex opposite moves, the other two stay."""
    start, end = (triangle.row(label) for label in SIDES if label != side)
    along, out = end - start, triangle.row(side) - start
    foot = start + along * out.dot(along) / along.dot(along)
    moved = triangle.as_mutable()
    moved[side, :] = 2 * foot - triangle.row(side)
    return moved.as_immutable()


@register(reference=Reference(PAPER, "", "ours"))
def transplantation_determinant() -> Identity:
    """det(x X1 + y X2) = 8 (x - y)^6 (4x + 3y): almost every X carries all modes over.

    An invertible X and its inverse carry modes both ways: the two drums have one spectrum.
    """
    matrix = transplantation_matrix()
    return Identity(
        name="determinant of the transplantation",
        left=matrix.det(),
        right=8 * (WEIGHT_X - WEIGHT_Y) ** 6 * (4 * WEIGHT_X + 3 * WEIGHT_Y),
        derivation=(Step("all solutions of X A_c = B_c X", matrix),),
    )


@register(reference=Reference(PAPER, "", "ours"))
def transplantation_gram() -> Identity:
    """X^T X = 2 (x - y)^2 (1 - s s^T/7) + (4x + 3y)^2 s s^T/7, s the alternating signs.

    So the singular values are sqrt(2) |x - y|, six times, and |4x + 3y|.
    """
    matrix, signs = transplantation_matrix(), alternating_signs(GLUINGS[0])
    along = signs * signs.T / TRIANGLES
    across = sympy.eye(TRIANGLES) - along
    wide, narrow = 4 * WEIGHT_X + 3 * WEIGHT_Y, WEIGHT_X - WEIGHT_Y
    return Identity(
        name="singular values of the transplantation",
        left=matrix.T * matrix,
        right=ImmutableMatrix(2 * narrow**2 * across + wide**2 * along),
        derivation=(Step("all solutions of X A_c = B_c X", matrix),),
    )


def orthogonal_weights() -> dict[sympy.Symbol, sympy.Expr]:
    """Return x = (1 + 3/sqrt(2))/7, y = (1 - 4/sqrt(2))/7: all singular values are 1.

    Examples
    --------
    >>> [sympy.nsimplify(weight - 1 / sympy.Integer(7)) for weight in orthogonal_weights().values()]
    [3*sqrt(2)/14, -2*sqrt(2)/7]
    """
    conditions = (sympy.sqrt(2) * (WEIGHT_X - WEIGHT_Y) - 1, 4 * WEIGHT_X + 3 * WEIGHT_Y - 1)
    return sympy.solve(conditions, (WEIGHT_X, WEIGHT_Y))


def orthogonal_transplantation() -> ImmutableMatrix:
    """Return the transplantation that keeps lengths: X^T X = 1, entries in Q(sqrt(2)), (7, 7)."""
    return ImmutableMatrix(transplantation_matrix().subs(orthogonal_weights()))


@register(reference=Reference(PAPER, "", "ours"))
def orthogonality() -> Identity:
    """X^T X = 1 at x = (1 + 3/sqrt(2))/7, y = (1 - 4/sqrt(2))/7."""
    matrix = orthogonal_transplantation()
    return Identity(
        name="an orthogonal transplantation",
        left=matrix.T * matrix,
        right=sympy.eye(TRIANGLES).as_immutable(),
        derivation=(
            Step(
                "weights at which all singular values are 1",
                sympy.Tuple(*orthogonal_weights().values()),
            ),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=tuple({"side": side} for side in SIDES))
def intertwining(side: int) -> Identity:
    """X A_c X^T = B_c, X orthogonal: the first drum's gluing turned into the second's, side by side.

    One X for c = 0, 1, 2, so it carries a mode of the first drum to one of the second: continuous
    across glued sides and zero on the wall, with the eigenvalue it had.
    """
    first, second = (gluing_matrix(gluing, side) for gluing in GLUINGS)
    matrix = orthogonal_transplantation()
    return Identity(
        name=f"transplantation across side {side}",
        left=matrix * first * matrix.T,
        right=second,
        derivation=(
            Step("gluing of the first drum", first),
            Step("all solutions of X A_c = B_c X", transplantation_matrix()),
            Step(
                "the weights x and y that make it orthogonal",
                sympy.Tuple(*orthogonal_weights().values()),
            ),
        ),
    )
