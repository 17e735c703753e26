"""Two drums of one spectrum: how they unfold, and the map from the modes of one to the other's."""

import itertools

import numpy as np
import pytest
import sympy
from scipy.linalg import eigvalsh

from numerics.drum.isospectral import tilings
from numerics.drum.isospectral import transplantation as moving
from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.isospectral.transplantation import grid_pair, transplanted
from numerics.drum.modes import modes_of, operator
from numerics.drum.shapes import named
from numerics.drum.spectra.exact import right_isosceles_spectrum
from numerics.drum.spectra.masks import mask_modes, mask_spectrum
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles
from numerics.drum.stepping import Stepper, struck
from theory.drum import transplantation as theory
from theory.drum.transplantation import GLUINGS
from theory.errors import ArgumentError

SCALENE = np.array([[0, 0], [1, 0], [0.2, 0.8]])
OBLIQUE = np.array([[0, 0], [np.sqrt(3), 0], [0, 1]])
MATRICES = {
    "X1": (1, 0),
    "X2": (0, 1),
    "X1 + 2 X2": (1, 2),
    "orthogonal": ((1 + 3 / np.sqrt(2)) / 7, (1 - 4 / np.sqrt(2)) / 7),
}


def matrix_of(name):
    return moving.transplantation_matrix(*MATRICES[name])


def residual(drum, field, eigenvalue):
    """max|K x - mu x| over 8/h^2, for max|x| = 1."""
    values = field[drum.free] / np.abs(field).max()
    return np.abs(operator(drum) @ values - eigenvalue * values).max() * drum.spacing**2 / 8


# --- unfolding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1])
def test_right_isosceles_triangles_give_the_known_polygons(number):
    """Legs of 1: the vertices of both drums, exactly, up to where the ring begins; 7/2, 5/12."""
    found = unfolded_pair()[number].outline()
    known = named.isospectral_pair()[number].vertices
    begin = int(np.flatnonzero((known == found.vertices[0]).all(axis=1))[0])
    np.testing.assert_array_equal(found.vertices, np.roll(known, -begin, axis=0))
    assert found.area == 3.5
    assert found.perimeter == pytest.approx(6 + 3 * np.sqrt(2), rel=1e-15)
    assert found.heat_constant == pytest.approx(5 / 12, rel=1e-14)


@pytest.mark.parametrize("drum", [0, 1])
def test_unfolding_is_theorys(drum):
    """A scalene base of fractions: theory's exact triangles, 1e-15."""
    base = sympy.Matrix([[0, 0], [1, 0], [sympy.Rational(1, 5), sympy.Rational(4, 5)]])
    exact = np.array(theory.unfolded(GLUINGS[drum], base), float)
    found = tilings.unfolded(GLUINGS[drum], SCALENE)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("base", [tilings.RIGHT_ISOSCELES, SCALENE, OBLIQUE], ids=str)
def test_what_is_glued_is_mirrored(base):
    """Glued triangles share two labelled vertices; seven congruent ones, four turned and three not."""
    for tiling in unfolded_pair(base):
        for one, other, side in tiling.gluing:
            same = [label for label in range(3) if label != side]
            both = tiling.triangles[[one, other]]
            np.testing.assert_array_equal(both[0, same], both[1, same])
            assert np.linalg.norm(both[0, side] - both[1, side]) > 0.1
        edges = np.roll(tiling.triangles, 1, axis=1) - tiling.triangles
        lengths = np.linalg.norm(edges, axis=-1)
        np.testing.assert_allclose(lengths, np.broadcast_to(lengths[0], (7, 3)), rtol=1e-14)
        turned = np.sign(np.linalg.det(edges[:, :2]))
        np.testing.assert_array_equal(turned * turned[0], tiling.signs)
        assert len(tiling.free_sides) == 9


@pytest.mark.parametrize("seed", range(40))
def test_outlines_of_random_bases(seed):
    """A simple ring around seven triangles: its area is theirs, both drums' A, P and C are equal."""
    base = np.random.default_rng(seed).normal(size=(3, 2))
    pair = unfolded_pair(base, immersed=True)
    if any(tiling.overlapping for tiling in pair):
        with pytest.raises(ArgumentError, match="overlap; choose another triangle"):
            unfolded_pair(base)
        lost = next(tiling for tiling in pair if tiling.overlapping)
        with pytest.raises(ArgumentError, match="lies in several sheets"):
            lost.outline()
        return
    first, second = (tiling.outline() for tiling in pair)
    assert first.area == pytest.approx(pair[0].area, rel=1e-10)
    assert second.area == pytest.approx(first.area, rel=1e-10)
    assert second.perimeter == pytest.approx(first.perimeter, rel=1e-10)
    assert second.heat_constant == pytest.approx(first.heat_constant, rel=1e-9)


def test_overlap_is_seen_by_area():
    """Of 60 random pairs those overlap whose triangles cover less than seven times the base's area.

    Covered area by a lattice of 200 x 200 points; an overlap below 2 % of a triangle may escape it.
    """
    generator, seen = np.random.default_rng(0), []
    for _ in range(30):
        for tiling in unfolded_pair(generator.normal(size=(3, 2)), immersed=True):
            sheets = np.array(list(_inside(tiling))).sum(axis=0)
            doubly = (sheets > 1).sum() / (sheets > 0).sum()
            assert (doubly > 0) <= bool(tiling.overlapping)
            seen.append((doubly > 0.003, bool(tiling.overlapping)))
            assert seen[-1][0] <= seen[-1][1]
    assert 10 < sum(overlaps for _, overlaps in seen) < 50
    assert sum(by_area == overlaps for by_area, overlaps in seen) >= 57


def _inside(tiling):
    corners = tiling.triangles.reshape(-1, 2)
    axes = np.linspace(corners.min(axis=0), corners.max(axis=0), 200).T
    points = np.stack(np.meshgrid(*axes), axis=-1)
    for triangle in tiling.triangles:
        shares = (points - triangle[0]) @ np.linalg.inv(triangle[1:] - triangle[0])
        yield (shares > 1e-9).all(axis=-1) & (shares.sum(axis=-1) < 1 - 1e-9)


@pytest.mark.parametrize(
    "base",
    [[[0, 0], [1, 0], [-0.35, 0.35 * np.sqrt(3)]], [[1, 0], [0, 0.6], [0, 0]]],
    ids=["120 degrees thrice", "90 degrees four times"],
)
def test_a_drum_that_touches_itself_has_no_outline(base):
    """Triangles that close around a corner leave a slit: no overlap, but no polygon either."""
    for tiling in unfolded_pair(np.array(base)):
        assert not tiling.overlapping
        with pytest.raises(ArgumentError, match="must not touch a side that is not its own"):
            tiling.outline()


@pytest.mark.parametrize(
    ("base", "text"),
    [
        ([[0, 0], [1, 1], [2, 2]], "must not lie on one line"),
        ([[0, 0], [1, 0]], "must be three points"),
        ([[0, 0], [1, 0], [np.nan, 1]], "must be three points with finite coordinates"),
    ],
)
def test_no_triangle(base, text):
    """Named with its points."""
    with pytest.raises(ArgumentError, match=text):
        unfolded_pair(np.array(base))


# --- spectra --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spacings", [8, 16, 32, pytest.param(64, marks=pytest.mark.slow)])
def test_grid_spectra_are_equal(spacings):
    """D26: the lowest ten by shift and invert, 1e-12; the ninth is the triangle's."""
    first, second = (mask_spectrum(grid.drum, 10).eigenvalues for grid in grid_pair(spacings))
    np.testing.assert_allclose(first, second, rtol=1e-12)
    assert first[8] == pytest.approx(moving.triangle_eigenvalue(2, 1, spacings), rel=1e-12)


@pytest.mark.parametrize(("spacings", "nodes"), [(5, 66), (8, 189), (10, 306)])
def test_whole_grid_spectra_are_equal(spacings, nodes):
    """All eigenvalues, 1e-14 of the largest."""
    pair = [grid.drum for grid in grid_pair(spacings)]
    assert [drum.nodes for drum in pair] == [nodes, nodes]
    first, second = (eigvalsh(operator(drum).toarray()) for drum in pair)
    np.testing.assert_allclose(first, second, rtol=0, atol=1e-14 * 8 * spacings**2)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (SCALENE, (12.885877, 17.254666, 25.338179, 33.081854, 34.606878, 44.893722)),
        (OBLIQUE, (6.410071, 7.893399, 13.267348)),
    ],
    ids=["scalene", "oblique"],
)
def test_any_base_triangle(base, expected):
    """D27c: P4 on meshes that are mirror images triangle by triangle, 1e-11; values as drum.md's."""
    meshes = [mesh_of_triangles(t.triangles, 1, 12) for t in unfolded_pair(base)]
    first, second = (mesh_eigenvalues(mesh, len(expected), "P4") for mesh in meshes)
    np.testing.assert_allclose(first, second, rtol=1e-11)
    np.testing.assert_allclose(first, expected, rtol=2e-6)


def test_an_immersed_pair_is_isospectral_too():
    """Triangles lie on each other, in two sheets; as a mesh they are a drum: 1e-11."""
    base = np.array([[0, 0], [1, 0], [-0.6, 0.7]])
    pair = unfolded_pair(base, immersed=True)
    assert any(tiling.overlapping for tiling in pair)
    meshes = [mesh_of_triangles(t.triangles, 1, 4) for t in pair]
    first, second = (mesh_eigenvalues(mesh, 10, "P2") for mesh in meshes)
    np.testing.assert_allclose(first, second, rtol=1e-11)


# --- transplantation ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MATRICES)
def test_the_matrix_intertwines_the_gluings(name):
    """X A_c = B_c X for the three kinds of sides, -1 where a side is clamped."""
    matrix = matrix_of(name)
    for side in range(3):
        before, after = (_glued_along(gluing, side) for gluing in GLUINGS)
        np.testing.assert_allclose(matrix @ before, after @ matrix, rtol=0, atol=1e-15)


def _glued_along(gluing, side):
    matrix = -np.eye(7)
    for one, other, along in gluing:
        if along == side:
            matrix[[one, other], [one, other]] = 0
            matrix[[one, other], [other, one]] = 1
    return matrix


def test_the_orthogonal_matrix():
    """X^T X = 1, with the weights of drum.md."""
    found = moving.orthogonal_transplantation()
    np.testing.assert_allclose(found.T @ found, np.eye(7), rtol=0, atol=1e-15)
    np.testing.assert_allclose(found, matrix_of("orthogonal"), rtol=0, atol=1e-15)


@pytest.mark.parametrize(("x", "y"), [(1, 0), (0, 1), (1, 2), (0.3, -0.7)])
def test_singular_values(x, y):
    """sqrt(2) |x - y| six times and |4 x + 3 y|: the determinant is 8 (x - y)^6 (4 x + 3 y)."""
    matrix = moving.transplantation_matrix(x, y)
    expected = sorted([np.sqrt(2) * abs(x - y)] * 6 + [abs(4 * x + 3 * y)])
    np.testing.assert_allclose(sorted(np.linalg.svd(matrix)[1]), expected, rtol=1e-13)
    determinant = 8 * (x - y) ** 6 * (4 * x + 3 * y)
    assert abs(np.linalg.det(matrix)) == pytest.approx(abs(determinant), rel=1e-12)


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("mode", [0, 1, 5])
def test_modes_become_modes(name, mode):
    """D27d, n = 8: pieces fit and vanish at the rim to 1e-13; residual 1e-13 of 8/h^2."""
    first, second = grid_pair(8)
    values, vectors = mask_modes(first.drum, 6)
    field = first.drum.field(vectors[:, mode])
    field /= np.nanmax(np.abs(field))
    image = transplanted(matrix_of(name), field, first, second)
    assert image.gap < 1e-13
    assert image.rim < 1e-13
    assert np.abs(image.field).max() > 0.1
    assert residual(second.drum, image.field, values[mode]) < 1e-13


@pytest.mark.parametrize("wrong", ["transposed", "a sign", "labels swapped"])
def test_other_matrices_tear_the_drum(wrong):
    """The pieces of a mode then do not fit, or do not vanish at the rim."""
    first, second = grid_pair(8)
    matrix = matrix_of("X1 + 2 X2")
    field = first.drum.field(mask_modes(first.drum, 1)[1][:, 0])
    if wrong == "transposed":
        matrix = matrix.T
    if wrong == "a sign":
        matrix[2, 0] *= -1
    if wrong == "labels swapped":
        flat = {n: tuple(place) for n, place in enumerate(moving._lattice(8).T)}
        swapped = [list(flat.values()).index((a, c, b)) for a, b, c in flat.values()]
        second = moving.GridTiling(second.drum, second.tiling, second.places[:, :, swapped])
    image = transplanted(matrix, field, first, second)
    assert max(image.gap, image.rim) > 1e-2


@pytest.mark.parametrize("name", MATRICES)
def test_there_and_back(name):
    """The inverse matrix brings any field back, 1e-14; the orthogonal one keeps its norm."""
    first, second = grid_pair(6)
    matrix = matrix_of(name)
    field = np.where(first.drum.free, np.random.default_rng(1).normal(size=(19, 19)), 0)
    there = transplanted(matrix, field, first, second)
    back = transplanted(np.linalg.inv(matrix), there.field, second, first)
    np.testing.assert_allclose(back.field, field, rtol=0, atol=1e-13)
    if name == "orthogonal":
        assert np.linalg.norm(there.field) == pytest.approx(np.linalg.norm(field), rel=1e-14)


@pytest.mark.parametrize(("form", "step"), [("velocity_verlet", 0.5), ("kick_first", 0.1)])
@pytest.mark.parametrize("name", MATRICES)
def test_struck_drums_stay_images_of_each_other(name, form, step):
    """A strike and its image, 400 steps: at 1, 7, 50 and 400 images still, 1e-12."""
    first, second = grid_pair(8)
    matrix = matrix_of(name)
    strike = struck(first.drum, (4, 5))
    image = transplanted(matrix, strike, first, second)
    assert image.gap == image.rim == 0
    steps = [step * grid.drum.spacing for grid in (first, second)]
    stepper = Stepper([first.drum, second.drum], [strike, image.field], steps, form)
    for stride in (1, 6, 43, 350):
        stepper.step(stride)
        expected = transplanted(matrix, stepper.displacement(0), first, second)
        np.testing.assert_allclose(stepper.displacement(1), expected.field, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "points"), [("X1", 4), ("X2", 3)])
def test_a_strike_becomes_a_few(name, points):
    """A strike inside a triangle becomes as many of +-1 as a column of X has entries."""
    first, second = grid_pair(8)
    for triangle in range(7):
        inside = np.flatnonzero((moving._lattice(8) > 1).all(axis=0))[0]
        strike = struck(first.drum, tuple(first.places[:, triangle, inside]))
        image = transplanted(matrix_of(name), strike, first, second).field
        hit = np.abs(image[image != 0])
        assert hit.tolist() == [1.0] * points


def test_loudness_tells_the_drums_apart():
    """Struck within triangle 0, the same lines are heard, with other amplitudes."""
    pair = grid_pair(8)
    inside = np.flatnonzero((moving._lattice(8) > 1).all(axis=0))[0]
    heard = [modes_of(grid.drum).lines(0.05, grid.places[:, 0, inside]) for grid in pair]
    np.testing.assert_allclose(heard[0].angles[0], heard[1].angles[0], rtol=1e-12)
    assert abs(heard[0].amplitudes[0] / heard[1].amplitudes[0] - 1) > 0.01


# --- exact members --------------------------------------------------------------------------------


@pytest.mark.parametrize(("m", "n"), [(2, 1), (3, 1), (3, 2), (6, 5)])
def test_modes_of_the_triangle(m, n):
    """Glued with alternating signs they are modes of both grids, 1e-14 of 8/h^2, and fit."""
    for grid in grid_pair(8):
        field = moving.triangle_mode(grid, m, n)
        assert residual(grid.drum, field, moving.triangle_eigenvalue(m, n, 8)) < 1e-14
        pieces = grid.pieces(field) * grid.tiling.signs[:, None]
        np.testing.assert_allclose(pieces, np.broadcast_to(pieces[0], pieces.shape), atol=1e-14)
        assert np.abs(field).max() > 1


def test_the_triangles_mode_is_its_own_image():
    """X multiplies it by 4 x + 3 y, up to the sign of the second drum's."""
    first, second = grid_pair(8)
    modes = [moving.triangle_mode(grid, 2, 1) for grid in (first, second)]
    image = transplanted(moving.transplantation_matrix(2, 5), modes[0], first, second)
    np.testing.assert_allclose(np.abs(image.field), 23 * np.abs(modes[1]), rtol=0, atol=1e-12)
    sign = (
        image.field.flat[np.abs(image.field).argmax()] / modes[1].flat[np.abs(image.field).argmax()]
    )
    np.testing.assert_allclose(image.field, np.sign(sign) * 23 * modes[1], rtol=0, atol=1e-12)


def test_exact_members():
    """pi^2 (m^2 + n^2), m > n: the triangle's spectrum, and where the grids' goes as they grow."""
    found = sorted(
        moving.triangle_eigenvalue(m, n) for n, m in itertools.combinations(range(1, 7), 2)
    )
    exact = right_isosceles_spectrum(1, 8).eigenvalues
    np.testing.assert_allclose(found[:8], exact, rtol=1e-14)
    coarse, fine = (moving.triangle_eigenvalue(2, 1, n) / (5 * np.pi**2) - 1 for n in (50, 100))
    assert coarse / fine == pytest.approx(4, abs=0.01)


# --- bad input ------------------------------------------------------------------------------------


def test_bad_input():
    """Grids too coarse, matrices of another shape, drums of other grids, modes that are none."""
    first, second = grid_pair(4)
    field = struck(first.drum, (2, 2))
    with pytest.raises(ArgumentError, match="spacings: got 2; must be a whole number from 3 on"):
        grid_pair(2)
    with pytest.raises(ArgumentError, match=r"matrix: got \(6, 6\); .*: 7 by 7"):
        transplanted(np.eye(6), field, first, second)
    with pytest.raises(
        ArgumentError, match=r"target: got 0\.2; must have the spacing of the source"
    ):
        transplanted(np.eye(7), field, first, grid_pair(5)[1])
    with pytest.raises(ArgumentError, match="field: got "):
        transplanted(np.eye(7), field[:-1], first, second)
    with pytest.raises(ArgumentError, match="m: got 1; must be a whole number from 2 on"):
        moving.triangle_eigenvalue(1, 1)
    with pytest.raises(ArgumentError, match="spacings: got 4; must be a whole number from 6 on"):
        moving.triangle_mode(first, 5, 1)
