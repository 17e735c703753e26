"""The isospectral pair: the matrix that carries modes over, exactly, and what breaks it."""

import itertools

import pytest
import sympy
from sympy import ImmutableMatrix, Matrix, Rational, pi, sqrt

from theory import drum
from theory.claims import Identity
from theory.drum.transplantation import SIDES, WEIGHT_X, WEIGHT_Y
from theory.errors import ArgumentError

FIRST, SECOND = drum.GLUINGS
RIGHT_ISOSCELES = ImmutableMatrix([[0, 0], [0, 1], [1, 0]])  # label 0 at the right angle

# X1 and X2 as published with the problem
PUBLISHED = (
    [
        [0, 0, 1, -1, 1, -1, 0],
        [0, 1, 0, 1, 0, 1, 1],
        [1, 0, 0, 0, 1, -1, -1],
        [0, -1, 1, 0, 1, 0, -1],
        [-1, 0, -1, 1, 0, 0, 1],
        [1, -1, 0, -1, 1, 0, 0],
        [-1, 1, -1, 0, 0, 1, 0],
    ],
    [
        [1, -1, 0, 0, 0, 0, -1],
        [-1, 0, -1, 0, -1, 0, 0],
        [0, -1, 1, -1, 0, 0, 0],
        [1, 0, 0, -1, 0, -1, 0],
        [0, 1, 0, 0, -1, 1, 0],
        [0, 0, 1, 0, 0, -1, -1],
        [0, 0, 0, 1, -1, 0, 1],
    ],
)

# vertices of the seven triangles of either drum
TILES = (
    "00 10 01, 10 11 01, 01 11 12, 11 21 12, 21 22 12, 12 22 23, 21 32 22",
    "10 11 01, 01 11 12, 01 12 02, 11 21 12, 21 22 12, 21 32 22, 22 32 23",
)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("gluing", drum.GLUINGS, ids=["first", "second"])
def test_gluing_matrices(gluing, side):
    """Two pairs and three walls a side: symmetric, square 1, trace -3, as mirrors."""
    matrix = drum.gluing_matrix(gluing, side)
    assert matrix == matrix.T
    assert matrix * matrix == sympy.eye(7)
    assert matrix.trace() == -3


@pytest.mark.parametrize(("gluing", "tiles"), list(zip(drum.GLUINGS, TILES, strict=True)))
def test_gluings_are_the_published_drums(gluing, tiles):
    """Unfolded by mirrors from its first triangle each gluing gives the seven of the known drum."""
    expected = [{(int(x), int(y)) for x, y in tile.split()} for tile in tiles.split(", ")]
    base = RIGHT_ISOSCELES if gluing == FIRST else ImmutableMatrix([[1, 1], [0, 1], [1, 0]])
    found = [{tuple(row) for row in t.tolist()} for t in drum.unfolded(gluing, base)]
    assert found == expected


def test_unfolding_keeps_a_scalene_triangle():
    """Base (0, 0), (1, 0), (1/5, 4/5): all fourteen triangles have its three squared sides."""
    base = ImmutableMatrix([[0, 0], [1, 0], [Rational(1, 5), Rational(4, 5)]])

    def squares(triangle):
        gaps = (triangle.row(i) - triangle.row(j) for i, j in ((1, 2), (0, 2), (0, 1)))
        return [gap.dot(gap) for gap in gaps]

    for gluing in drum.GLUINGS:
        assert [squares(t) for t in drum.unfolded(gluing, base)] == [squares(base)] * 7


def test_all_transplantations():
    """X A_c = B_c X for c = 0, 1, 2: two whole matrices, those published; X A_c - B_c X is 0."""
    basis = drum.transplantations()
    assert [matrix.tolist() for matrix in basis] == list(PUBLISHED)
    for matrix, side in itertools.product(basis, SIDES):
        first, second = (drum.gluing_matrix(gluing, side) for gluing in drum.GLUINGS)
        assert matrix * first == second * matrix


def test_determinant_by_factoring():
    """The determinant, 8 (x - y)^6 (4x + 3y), is 0 for X1 + X2 and 4 X2 - 3 X1 alone."""
    factored = sympy.factor(drum.transplantation_matrix().det())
    assert factored == 8 * (WEIGHT_X - WEIGHT_Y) ** 6 * (4 * WEIGHT_X + 3 * WEIGHT_Y)
    first, second = drum.transplantations()
    assert [m.rank() for m in (first, second, first + second, 4 * second - 3 * first)] == [
        7,
        7,
        1,
        6,
    ]


def test_drums_are_not_congruent():
    """A congruence would be an X with one entry a row; X1 and X2 have four and three, apart."""
    first, second = drum.transplantations()
    for row in range(7):
        places = [{k for k in range(7) if m[row, k] != 0} for m in (first, second)]
        assert [len(p) for p in places] == [4, 3]
        assert places[0] | places[1] == set(range(7))


@pytest.mark.parametrize("labels", [(1, 2), (0, 2)])
def test_exchanged_labels(labels):
    """Two labels of the second drum exchanged: one X of rank 1 is left, the alternating signs'."""
    (left,) = drum.transplantations(FIRST, drum.exchanged(SECOND, *labels))
    signs = drum.alternating_signs(SECOND) * drum.alternating_signs(FIRST).T
    assert left in (signs, -signs)
    assert left.rank() == 1


def test_second_gluing_is_the_first_with_labels_exchanged():
    """Labels 0 and 1 exchanged, triangles renumbered: the drums differ where the triangle does."""
    renumbered = (6, 5, 4, 3, 1, 2, 0)
    found = {
        (frozenset((renumbered[one], renumbered[other])), side)
        for one, other, side in drum.exchanged(FIRST, 0, 1)
    }
    assert found == {(frozenset((one, other)), side) for one, other, side in SECOND}
    basis = drum.transplantations(FIRST, drum.exchanged(SECOND, 0, 1))
    permutation = Matrix(7, 7, lambda i, j: int(renumbered[j] == i))
    assert Matrix([list(m) for m in (*basis, permutation)]).rank() == len(basis) == 2


def test_cyclic_labels():
    """All three labels of the second drum moved on by one: the alternating signs alone are left."""
    moved = drum.exchanged(drum.exchanged(SECOND, 0, 1), 1, 2)
    assert [matrix.rank() for matrix in drum.transplantations(FIRST, moved)] == [1]


def test_orthogonal_transplantation():
    """X^T X = 1 at x = (1 + 3/sqrt 2)/7, y = (1 - 4/sqrt 2)/7, each entry p + q sqrt 2."""
    x, y = (1 + 3 / sqrt(2)) / 7, (1 - 4 / sqrt(2)) / 7
    matrix = drum.orthogonal_transplantation()
    expected = Matrix(PUBLISHED[0]) * x + Matrix(PUBLISHED[1]) * y
    assert sympy.expand(matrix - expected) == sympy.zeros(7, 7)
    assert (matrix.T * matrix).applyfunc(sympy.expand) == sympy.eye(7)
    root = sympy.Symbol("root")
    for entry in matrix:
        assert sympy.Poly(sympy.expand(entry).subs(sqrt(2), root), root, domain="QQ").degree() <= 1


@pytest.mark.parametrize("gluing", drum.GLUINGS, ids=["first", "second"])
def test_modes_of_the_triangle_are_modes_of_the_drum(gluing):
    """A_c s = -s with alternating signs, whatever meets side c: every side acts as a wall."""
    signs = drum.alternating_signs(gluing)
    assert [drum.gluing_matrix(gluing, side) * signs + signs for side in SIDES] == [
        sympy.zeros(7, 1)
    ] * 3


def test_transplantation_of_alternating_signs():
    """X s = -(4x + 3y) s' or +: modes of the triangle go to modes of the triangle."""
    carried = drum.transplantation_matrix() * drum.alternating_signs(FIRST)
    factor = 4 * WEIGHT_X + 3 * WEIGHT_Y
    signs = drum.alternating_signs(SECOND)
    assert any(sympy.expand(carried - s * factor * signs) == sympy.zeros(7, 1) for s in (1, -1))


@pytest.mark.parametrize(("number", "published"), [(0, "12.3370055014"), (1, "24.6740110027")])
def test_exact_members(number, published):
    """5 pi^2 and 10 pi^2 (legs 1) are Driscoll's values number 9 and 21 (legs 2, a quarter)."""
    level, _ = drum.right_isosceles_levels(2)[number]
    assert abs(float(pi**2 * level / 4) - float(published)) < 6e-11


def test_bad_side_is_refused():
    """Triangles have the sides 0, 1, 2."""
    with pytest.raises(ArgumentError, match="side: got 3; must be 0, 1 or 2"):
        drum.gluing_matrix(FIRST, 3)


def test_wrong_gluing_is_caught():
    """One wall of the second drum taken for a mirror without a sign: X does not carry over."""
    claim = drum.intertwining(0)
    faulty = claim.right.as_mutable()
    wall = next(k for k in range(7) if faulty[k, k] == -1)
    faulty[wall, wall] = 1
    assert Identity(name="faulty", left=claim.left, right=faulty.as_immutable()).residual() == -2
