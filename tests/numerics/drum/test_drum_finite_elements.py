"""Finite elements on polygons: exact families, the pair, random stars; what the errors cover."""

import numpy as np
import pytest
from scipy.linalg import eigh
from scipy.special import zeta

from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.shapes import named
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import polygon as polygon_of
from numerics.drum.spectra import exact, mesh_spectra
from numerics.drum.spectra.estimates import SAFETY, three_level_estimate
from numerics.drum.spectra.finite_elements import (
    LAYERS,
    accurate_spectrum,
    finite_element_spectrum,
    graded_meshes,
    lower_bounds,
)
from numerics.drum.spectra.grading import graded, with_layers
from numerics.drum.spectra.mesh_spectra import (
    mesh_eigenvalues,
    mesh_lower_bounds,
    mesh_patterns,
    nested_spectrum,
    unknowns,
    wall_rate,
)
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles, polygon_mesh
from theory.errors import ArgumentError

GOLDEN = (1 + np.sqrt(5)) / 2
FAMILIES = {
    "square": (named.square(), exact.rectangle_spectrum(1, 1, 20)),
    "golden rectangle": (named.rectangle(GOLDEN, 1), exact.rectangle_spectrum(GOLDEN, 1, 20)),
    "right isosceles": (named.right_isosceles(), exact.right_isosceles_spectrum(1, 20)),
    "equilateral": (named.equilateral(), exact.equilateral_spectrum(1, 20)),
}
L_SHAPE = 9.6397238440219410527  # first eigenvalue, unit arms; Betcke and Trefethen 2005
# Driscoll 1997, legs of 2: the isospectral pair
DRISCOLL = """
    2.53794399980 3.65550971352 5.17555935622 6.53755744376 7.24807786256 9.20929499840
    10.5969856913 11.5413953956 12.3370055014 13.0536540557 14.3138624643 15.871302620
    16.9417516880 17.6651184368 18.9810673877 20.8823950433 21.2480051774 22.2328517930
    23.7112974848 24.4792340693 24.6740110027 26.0802400997 27.3040189211 28.1751285815
    29.5697729132
"""
PAIR = 4 * np.array([float(value) for value in DRISCOLL.split()])
RING = Polygon(
    np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]]),
    (np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 1.0]]),),
)
METHODS = (finite_element_spectrum, accurate_spectrum)
SCALENE = np.array([[0.0, 0.0], [1.0, 0.0], [0.2, 0.8]])


# --- exact families


@pytest.mark.parametrize("name", FAMILIES)
def test_exact_families_are_covered(name):
    """D30: 20 eigenvalues within the errors, and these no more than 15 times too large."""
    polygon, truth = FAMILIES[name]
    found = finite_element_spectrum(polygon, 20)
    assert found.covers(truth.eigenvalues).all()
    assert (found.errors <= 15 * SAFETY * (found.eigenvalues - truth.eigenvalues)).all()
    assert (found.errors / found.eigenvalues).max() < 5e-3
    assert found.eigenvalues[0] == pytest.approx(truth.eigenvalues[0], rel=1e-5)


@pytest.mark.parametrize("name", FAMILIES)
def test_exact_families_accurately(name):
    """Quartic elements without singular corners: within the errors, all below 2e-6."""
    polygon, truth = FAMILIES[name]
    found = accurate_spectrum(polygon, 20)
    assert found.covers(truth.eigenvalues).all()
    assert (found.errors / found.eigenvalues).max() < 2e-6


@pytest.mark.parametrize("name", FAMILIES)
def test_bounds_enclose(name):
    """D31: Crouzeix-Raviart below, quadratic above; the gap falls by 4 with each refinement."""
    polygon, truth = FAMILIES[name]
    below = [lower_bounds(polygon, 20, refinements=level) for level in (1, 2, 3)]
    above = finite_element_spectrum(polygon, 20).eigenvalues
    gaps = [1 - low[0] / truth.eigenvalues[0] for low in below]
    assert all((low <= truth.eigenvalues).all() for low in below)
    assert (truth.eigenvalues <= above).all()
    np.testing.assert_allclose(np.divide(gaps[:-1], gaps[1:]), 4, rtol=0.1)


def test_square_bounds_at_given_levels():
    """D31, the square cut into 2 4^r triangles: 6.6e-3 and 1.65e-3 below at r = 4 and 5."""
    import skfem

    for level, gap in ((4, 6.6e-3), (5, 1.65e-3)):
        found = mesh_lower_bounds(skfem.MeshTri().refined(level), 1)
        assert 1 - found[0] / (2 * np.pi**2) == pytest.approx(gap, rel=0.01)


# --- singular corners


def test_l_shape():
    """The first eigenvalue, 2 pi^2 and 5 pi^2 at places 3 and 8, within the errors; bounds hold."""
    rough, fine = (method(named.l_shape(), 20) for method in METHODS)
    places, truth = [0, 2, 7], [L_SHAPE, 2 * np.pi**2, 5 * np.pi**2]
    for found in (rough, fine):
        assert (found.eigenvalues[places] > truth).all()
        assert (np.abs(found.eigenvalues[places] - truth) <= found.errors[places]).all()
    assert fine.eigenvalues[0] == pytest.approx(L_SHAPE, rel=1e-7)
    assert rough.covers(fine.eigenvalues).all()
    assert (lower_bounds(named.l_shape(), 20) < fine.eigenvalues - fine.errors).all()


@pytest.mark.parametrize("index", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_the_pair_is_covered(index):
    """Driscoll's 25 eigenvalues of either drum within the errors, bounds on their sides."""
    polygon = named.isospectral_pair()[index]
    rough, fine = (method(polygon, 25) for method in METHODS)
    for found in (rough, fine):
        assert found.covers(PAIR).all()
        assert (found.eigenvalues > PAIR).all()
    assert fine.eigenvalues == pytest.approx(PAIR, rel=1e-6)
    assert (lower_bounds(polygon, 25) < PAIR).all()


@pytest.mark.parametrize("index", [0, 1])
def test_crouzeix_raviart_below_the_pair(index):
    """D31, all triangles refined alike: below, nearer with each refinement."""
    triangles = unfolded_pair()[index].triangles
    below = [mesh_lower_bounds(mesh_of_triangles(triangles, level), 25) for level in (2, 3, 4)]
    assert all((low < PAIR).all() for low in below)
    assert (np.diff(below, axis=0) > 0).all()


@pytest.mark.parametrize(("length", "count"), [(8, 20), (9, 20), (10, 20), (30, 20), (300, 3)])
def test_a_thin_strip(length, count):
    """Its errors are stated a hundred times too large at most; near neighbours are told apart."""
    found = finite_element_spectrum(named.rectangle(length, 1), count)
    truth = exact.rectangle_spectrum(length, 1, count).eigenvalues
    off = found.eigenvalues - truth
    assert (off > 0).all()
    assert (off <= found.errors).all()
    assert (found.errors < 100 * off).all()


def test_bounds_below_a_thin_strip():
    """Two layers across at the start: a few per cent below, not half."""
    truth = exact.rectangle_spectrum(100, 1, 3).eigenvalues
    below = lower_bounds(named.rectangle(100, 1), 3)
    assert (below < truth).all()
    assert (below > 0.9 * truth).all()


@pytest.mark.parametrize("handle", [0, 6])
def test_near_neighbours_are_those_of_all_eigenvalues(handle):
    """A strip, whose lowest are near to each other, and a spoon, those of whose handle come late.

    One restart is too few: more vectors and shifts find what the dense matrices have.
    """
    ends = [(0, 0), (40, 0), (40, 1), (0, 1)]
    spoon = [(0, 0), (1, 0), (1, 0.4), (handle, 0.4), (handle, 0.6), (1, 0.6), (1, 1), (0, 1)]
    mesh = polygon_mesh(polygon_of(spoon if handle else ends), 0.4)
    stiffness, inertia, _, _ = mesh_spectra._matrices(mesh, "P2")
    dense = eigh(stiffness.toarray(), inertia.toarray(), eigvals_only=True)[:12]
    patience = mesh_spectra.RESTARTS
    for restarts in (patience, 1):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(mesh_spectra, "RESTARTS", restarts)
            np.testing.assert_allclose(mesh_eigenvalues(mesh, 12), dense, rtol=1e-11)


def test_ring():
    """The square [0, 3]^2 without its middle: a hole, by two methods and a grid's values to 3e-6."""
    rough, fine = (method(RING, 4) for method in METHODS)
    assert rough.covers(fine.eigenvalues).all()
    grid = [8.608738, 9.390840, 9.390840, 10.915799]  # five-point stencil, extrapolated
    np.testing.assert_allclose(fine.eigenvalues, grid, atol=4e-6)
    assert fine.eigenvalues[2] - fine.eigenvalues[1] < fine.errors[1]


@pytest.mark.slow
def test_order_four_at_graded_corners():
    """D29: the error of the pair's first eigenvalue falls by about 16 with each halving."""
    drum = unfolded_pair()[0]
    meshes = [graded(mesh_of_triangles(drum.triangles, 1), drum.outline(), 1 / 2)]
    for spacing in (1 / 4, 1 / 8, 1 / 16):
        meshes.append(graded(meshes[-1].refined(), drum.outline(), spacing))
    errors = np.array([mesh_eigenvalues(mesh, 1)[0] for mesh in meshes]) - PAIR[0]
    ratios = errors[:-1] / errors[1:]
    assert ((ratios > 13) & (ratios < 20)).all()


@pytest.mark.parametrize(
    "seed", [pytest.param(s, marks=[pytest.mark.slow] * (s > 0)) for s in range(12)]
)
def test_random_stars_are_covered(seed):
    """D30b: 20 eigenvalues within the errors, held against quartic elements known far better."""
    star = named.random_star(seed)
    rough, fine = (method(star, 20) for method in METHODS)
    gaps = rough.eigenvalues - fine.eigenvalues
    assert (gaps + fine.errors <= rough.errors).all()
    assert (rough.errors <= 6 * SAFETY * gaps).all()


def test_without_grading_the_estimate_fails():
    """D30c: the pair refined alike, not graded, not monotone: the estimate falls below half the error."""
    triangles = unfolded_pair()[0].triangles
    meshes = [mesh_of_triangles(triangles, level) for level in (2, 3, 4)]
    levels = [mesh_eigenvalues(mesh, 20) for mesh in meshes]
    ratios = three_level_estimate(*levels, monotone=False) / (levels[-1] - PAIR[:20])
    assert [unknowns(mesh) for mesh in meshes] == [189, 825, 3441]
    assert ratios.min() == pytest.approx(0.42, abs=0.01)


# --- mirrored triangles


def test_mirror_meshes_are_isospectral():
    """D27: quartic elements, 12 layers: the pair equal to 1e-12, Driscoll's values to 2e-6."""
    first, second = (
        mesh_eigenvalues(mesh_of_triangles(drum.triangles, 3, 12), 25, "P4")
        for drum in unfolded_pair()
    )
    np.testing.assert_allclose(first, second, rtol=1e-12)
    np.testing.assert_allclose(first, PAIR, rtol=2e-6)
    np.testing.assert_allclose(first[[8, 20]], [5 * np.pi**2, 10 * np.pi**2], rtol=2e-6)  # D28


def test_any_base_triangle():
    """D27c: a scalene triangle unfolded both ways: equal to 1e-11."""
    first, second = (
        mesh_eigenvalues(mesh_of_triangles(drum.triangles, 3, 12), 6, "P4")
        for drum in unfolded_pair(SCALENE)
    )
    np.testing.assert_allclose(first, second, rtol=1e-11)
    known = [12.885877, 17.254666, 25.338179, 33.081854, 34.606878, 44.893722]
    np.testing.assert_allclose(first, known, rtol=2e-6)


# --- meshes, patterns


def test_scaling():
    """lambda(s Omega) = lambda/s^2, errors too: a unit of 2^-30."""
    star = named.random_star(3)
    small = finite_element_spectrum(Polygon(2.0**-30 * star.vertices), 5)
    found = finite_element_spectrum(star, 5)
    np.testing.assert_allclose(2.0**-60 * small.eigenvalues, found.eigenvalues, rtol=1e-9)
    np.testing.assert_allclose(2.0**-60 * small.errors, found.errors, rtol=1e-3)


def test_the_coarsest_mesh_has_five_unknowns_each():
    """Nested: every vertex is kept; so every eigenvalue falls from level to level."""
    meshes = graded_meshes(named.l_shape(), 60)
    assert unknowns(meshes[0]) >= 300
    levels = [mesh_eigenvalues(mesh, 60) for mesh in meshes[:2]]
    assert (levels[1] < levels[0]).all()


@pytest.mark.parametrize(("element", "error"), [("P2", 0.04), ("P4", 1e-4)])
def test_patterns_of_the_square(element, error):
    """Modes 1 and 4 are 2 sin(m pi x) sin(m pi y): at all vertices drawn, up to sign."""
    mesh = polygon_mesh(named.square(), 0.1)
    eigenvalues, drawn, patterns = mesh_patterns(mesh, 4, element)
    np.testing.assert_allclose(eigenvalues, mesh_eigenvalues(mesh, 4, element), rtol=1e-10)
    assert drawn.nelements == 16 * mesh.nelements
    assert patterns.shape == (4, drawn.nvertices)
    for mode, m in ((0, 1), (3, 2)):
        expected = 2 * np.prod(np.sin(m * np.pi * drawn.p), axis=0)
        sign = np.sign(patterns[mode] @ expected)
        np.testing.assert_allclose(sign * patterns[mode], expected, atol=error)


def test_runs_repeat_bit_for_bit():
    """The start vector is fixed."""
    first, second = (finite_element_spectrum(named.l_shape(), 5) for _ in range(2))
    np.testing.assert_array_equal(first.eigenvalues, second.eigenvalues)


@pytest.mark.parametrize("count", [0, -1, 2.5])
@pytest.mark.parametrize("method", [finite_element_spectrum, accurate_spectrum, lower_bounds])
def test_a_count_that_is_none_is_refused(method, count):
    """A whole number from 1 on."""
    with pytest.raises(ArgumentError, match=r"count: got .*; must be a whole number from 1 on"):
        method(named.square(), count)


@pytest.mark.parametrize("method", METHODS)
def test_too_many_corners_are_refused(method):
    """A jagged circle of 6000 sides: each corner is singular, and strongly so."""
    polygon = gon(6000, jags=3e-4)
    with pytest.raises(
        ArgumentError, match=r"6000 corners; needs about .* keep about \d{3,4} corners"
    ):
        method(polygon, 3)


def gon(corners, jags=0.0):
    """A regular polygon in the unit circle, every other corner moved in."""
    turns = 2 * np.pi * np.arange(corners) / corners
    radii = 1 - jags * (np.arange(corners) % 2)
    return Polygon(radii[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1))


@pytest.mark.parametrize(
    "corners", [30, *(pytest.param(n, marks=pytest.mark.slow) for n in (100, 300, 1000, 3000))]
)
def test_regular_polygons(corners):
    """First eigenvalue, area pi: that of the disk times 1 + 4 zeta(3)/n^3 + ..., up to 1/n^7.

    Grinfeld and Strang 2012, "Laplace eigenvalues on regular polygons: a series in 1/N".
    """
    first, n = exact.disk_spectrum(1, 1).eigenvalues[0], float(corners)
    terms = {
        3: 4 * zeta(3),
        5: (12 - 2 * first) * zeta(5),
        6: (8 + 4 * first) * zeta(3) ** 2,
    }
    polygon = gon(corners)
    truth = first * np.pi / polygon.area * (1 + sum(c / n**k for k, c in terms.items()))
    for method in METHODS[: 1 if corners > 1000 else 2]:
        found = method(polygon, 1)
        error = found.eigenvalues[0] - truth
        beyond = 300 * truth / n**7
        assert -1e-10 * truth - beyond < error < found.errors[0] + beyond


def notched(width, depth):
    """The unit square with a notch in the middle of its upper side."""
    left, right, bottom = 0.5 - width / 2, 0.5 + width / 2, 1 - depth
    notch = [[right, 1], [right, bottom], [left, bottom], [left, 1]]
    return Polygon(np.array([[0, 0], [1, 0], [1, 1], *notch, [0, 1]], float))


def test_a_notch_whose_sides_are_short():
    """Near them the mesh is narrow from the start: one refinement more lowers no eigenvalue by more
    than was stated, and all are upper bounds."""
    polygon = notched(0.03, 0.03)
    found, finer = (accurate_spectrum(polygon, 6, refinements=n) for n in (2, 3))
    assert (found.eigenvalues - finer.eigenvalues > 0).all()
    assert (found.eigenvalues - finer.eigenvalues < found.errors).all()


def test_near_eigenvalues_exchange_their_errors():
    """A notch of .0014 parts the square's double eigenvalues a little: 20 are covered, the eighth too."""
    polygon = notched(0.0014, 0.0042)
    found, truth = finite_element_spectrum(polygon, 20), accurate_spectrum(polygon, 20)
    assert (np.abs(found.eigenvalues - truth.eigenvalues) + truth.errors <= found.errors).all()


def test_a_rounded_slit():
    """A slot of width 0.04 whose end is cut into 30: the errors cover though no corner is strong.

    The reference is P4 on a mesh of half the spacing, refined everywhere.
    """
    turns = np.pi * np.arange(31) / 30
    tip = np.stack([0.5 + 0.02 * np.cos(turns), 0.4 - 0.02 * np.sin(turns)], axis=1)
    polygon = Polygon(
        np.concatenate([[[0, 0], [1, 0], [1, 1], [0.52, 1]], tip, [[0.48, 1], [0, 1]]])
    )
    mesh = polygon_mesh(polygon, np.sqrt(polygon.area) / 8).refined()
    truth = mesh_eigenvalues(mesh, 3, "P4")
    for method in METHODS:
        found = method(polygon, 3)
        assert (np.abs(found.eigenvalues - truth) < 0.8 * found.errors).all()


def test_what_a_mesh_cannot_give_is_refused():
    """More eigenvalues than unknowns, an unknown element, two levels, no refinement."""
    mesh = polygon_mesh(named.square(), 0.5)
    most = unknowns(mesh)
    with pytest.raises(
        ArgumentError, match=f"count: got {most}; must lie between 1 and {most - 1}"
    ):
        mesh_eigenvalues(mesh, most)
    with pytest.raises(ArgumentError, match="element: got P3; must be one of P2, P4, CR"):
        mesh_eigenvalues(mesh, 1, "P3")
    with pytest.raises(ArgumentError, match="meshes: got 2; must be three"):
        nested_spectrum([mesh, mesh], 1, "two")
    with pytest.raises(ArgumentError, match="refinements: got 0"):
        accurate_spectrum(named.square(), 1, refinements=0)


# --- walls that move


@pytest.mark.parametrize(
    ("drum", "rate"),
    [
        (named.square(2.0), 2.0),
        (named.rectangle(2, 1), 3.6),  # 4 (1/a^3 + 1/b^3)/(1/a^2 + 1/b^2)
        (named.equilateral(), 12 / np.sqrt(3)),
        (named.right_isosceles(), 2 * (2 + np.sqrt(2))),
    ],
)
def test_rate_of_walls_that_move_outward(drum, rate):
    """Exact families: P/A where the moved drum is a larger copy; within 2 %, nearer on finer meshes."""
    gaps = [wall_rate(mesh) / rate - 1 for mesh in graded_meshes(drum, 1, levels=3)]
    assert abs(gaps[0]) < 0.02
    assert abs(gaps[2]) < 1e-5 or abs(gaps[0] / gaps[2]) > 30


@pytest.mark.parametrize(("axis", "rate"), [(0, 0.2), (1, 1.6)])
def test_rate_of_one_side(axis, rate):
    """A rectangle a x b with one side a bit further out: 2/a^3/(1/a^2 + 1/b^2), a = 2, b = 1 and turned."""
    (mesh,) = graded_meshes(named.rectangle(2, 1), 1, levels=1)
    side = mesh.facets_satisfying(lambda x: x[axis] == 0, boundaries_only=True)
    assert wall_rate(mesh, rim=side) == pytest.approx(rate, rel=0.02)


def test_rate_at_a_reentrant_corner():
    """The L with walls moved by d: -ln(lambda_d/lambda)/d falls short of the rate as d^(1/3)."""
    (mesh,) = graded_meshes(named.l_shape(), 1, levels=1)
    first = accurate_spectrum(named.l_shape(), 1, refinements=1).eigenvalues[0]
    rates = []
    for d in (0.02, 0.0025):
        moved = [(-d, -d), (2 + d, -d), (2 + d, 1 + d), (1 + d, 1 + d), (1 + d, 2 + d), (-d, 2 + d)]
        value = accurate_spectrum(Polygon(np.array(moved)), 1, refinements=1).eigenvalues[0]
        rates.append(-np.log(value / first) / d)
    limit = 2 * rates[1] - rates[0]  # 8^(1/3) = 2
    layered = with_layers(mesh, np.array([[1.0, 1.0]]), LAYERS)
    assert wall_rate(layered) == pytest.approx(limit, rel=0.02)
    assert rates[0] < rates[1] < limit
