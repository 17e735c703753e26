"""Meshes of polygons and of mirrored triangles: they fill what they should, graded as they should."""

import numpy as np
import pytest

from numerics.drum.isospectral.tilings import unfolded_pair
from numerics.drum.shapes import named
from numerics.drum.shapes.polygon import Polygon, strengths
from numerics.drum.shapes.rings import polygon as polygon_of
from numerics.drum.spectra import grading
from numerics.drum.spectra import polygon_mesh as meshes
from numerics.drum.spectra.grading import (
    element_sizes,
    equal_sizes,
    graded,
    grading_power,
    with_layers,
    with_two_layers,
)
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues
from numerics.drum.spectra.polygon_mesh import mesh_of_triangles, polygon_mesh
from theory.errors import ArgumentError

RING = Polygon(
    np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 3.0], [0.0, 3.0]]),
    (np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 1.0]]),),
)
NOTCH = Polygon(np.array([[0, 0], [1, 0], [1, 1], [0.505, 1], [0.5, 0.2], [0.495, 1], [0, 1.0]]))
KEYHOLE = Polygon(
    np.array([[0, 0], [1, 0], [1, 1], [0.6, 1], [0.6, 2], [0.4, 2], [0.4, 1], [0, 1.0]]) * 1e-6
)
POLYGONS = {
    "square": named.square(),
    "L": named.l_shape(),
    "first of the pair": named.isospectral_pair()[0],
    "ring": RING,
    "notch": NOTCH,
    "keyhole, tiny": KEYHOLE,
    "far off": Polygon(named.l_shape().vertices + 1e5),
    **{f"star {seed}": named.random_star(seed) for seed in range(6)},
}


def areas(mesh):
    """Of all elements."""
    a, b, c = np.moveaxis(mesh.p[:, mesh.t], 1, 0)
    return np.abs((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0]) / 2


def wall_length(mesh):
    """Of all sides that belong to one element."""
    start, end = np.moveaxis(mesh.p[:, mesh.facets[:, mesh.boundary_facets()]], 1, 0)
    return np.linalg.norm(end - start, axis=0).sum()


@pytest.mark.parametrize("name", POLYGONS)
def test_a_mesh_fills_its_polygon(name):
    """Area and perimeter are the polygon's, 1e-10; no side is torn: Euler's number is 1 - holes."""
    polygon = POLYGONS[name]
    spacing = np.sqrt(polygon.area) / 4
    mesh = polygon_mesh(polygon, spacing)
    assert areas(mesh).sum() == pytest.approx(polygon.area, rel=1e-10)
    assert wall_length(mesh) == pytest.approx(polygon.perimeter, rel=1e-10)
    assert mesh.nvertices - mesh.nfacets + mesh.nelements == 1 - len(polygon.holes)
    assert element_sizes(mesh).max() < 2.5 * spacing


def test_a_hole_near_the_wall_halves_the_wall():
    """The ring with its hole at 0.05 of the wall: pieces as long as the spacing do not do there."""
    hole = np.array([[1, 0.05], [1, 2], [2, 2], [2, 0.05]])
    polygon = Polygon(RING.vertices, (hole,))
    mesh = polygon_mesh(polygon, 0.7)
    assert element_sizes(mesh).min() < 0.2 < 0.7 < element_sizes(mesh).max()
    assert wall_length(mesh) == pytest.approx(polygon.perimeter, rel=1e-10)


def star(corners, roughness, seed=5):
    """Radii of 1 less a share of the roughness, at random angles."""
    generator = np.random.default_rng(seed)
    gaps = generator.exponential(size=corners) + 1e-3
    turns = np.cumsum(gaps) / gaps.sum() * 2 * np.pi
    radii = 1 - roughness * generator.random(corners)
    return polygon_of(np.stack([radii * np.cos(turns), radii * np.sin(turns)], axis=1))


@pytest.mark.parametrize(
    ("corners", "roughness"), [(40, 0.3), (40, 0.7), (100, 0.3), (100, 0.7), (200, 0.7)]
)
def test_notches_of_any_angle(corners, roughness):
    """Sharp notches of random outlines close: area and perimeter are the polygon's, few triangles each."""
    polygon = star(corners, roughness)
    mesh = polygon_mesh(polygon, np.sqrt(polygon.area) / 4)
    assert areas(mesh).sum() == pytest.approx(polygon.area, rel=1e-10)
    assert wall_length(mesh) == pytest.approx(polygon.perimeter, rel=1e-10)
    assert mesh.nelements < 30 * corners


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6])
def test_walls_come_to_face_each_other(gap):
    """A hole within a gap of the wall, not in step with it: few triangles, though its sides are long."""
    hole = np.array([[1.03, gap], [1, 2], [2, 2], [2.01, 2 * gap]])
    polygon = Polygon(RING.vertices, (hole,))
    mesh = polygon_mesh(polygon, 0.5)
    assert areas(mesh).sum() == pytest.approx(polygon.area, rel=1e-10)
    assert mesh.nelements < 1500


@pytest.mark.parametrize("height", [1e-8, 1e-11, 1e-15])
@pytest.mark.parametrize("slope", [0, 0.7])
def test_what_is_too_thin_is_refused(height, slope):
    """A triangle so flat that its sides alone take more points: before they are made, without short sides."""
    flat = polygon_of([(0, 0), (1, slope), (0.5 - slope * height, 0.5 * slope + height)])
    with pytest.raises(
        ArgumentError, match=r"polygon: got sides from .*no mesh keeps them (with|on)"
    ):
        polygon_mesh(flat, np.sqrt(flat.area) / 4)


def test_a_refusal_names_its_place(monkeypatch):
    """A hole within 1e-4 of the wall y = 0 takes four rounds: where one is allowed, it says so and where."""
    hole = np.array([[1.03, 1e-4], [1, 2], [2, 2], [2.01, 2e-4]])
    monkeypatch.setattr(meshes, "ROUNDS", 1)
    with pytest.raises(
        ArgumentError, match=r"after 1 rounds of cuts, the wall near \[[12]\.\d+, 0"
    ):
        polygon_mesh(Polygon(RING.vertices, (hole,)), 0.5)


@pytest.mark.parametrize("spacing", [0.0, -1.0, np.nan, np.inf])
def test_a_spacing_that_is_none_is_refused(spacing):
    """It has to be positive and finite."""
    with pytest.raises(ArgumentError, match=r"spacing: got .*; must be positive"):
        polygon_mesh(named.square(), spacing)


@pytest.mark.parametrize(
    ("degrees", "degree", "power"),
    [
        (270, 2, 1 - 1 / 3 + 0.1),
        (135, 2, 1 - 2 / 3 + 0.1),
        (359, 2, 1.1 - 90 / 359),
        (359, 4, 0.9),
        (90, 2, 0),
        (60, 2, 0),
        (180 / 2.5, 2, 0),
        (180 / 2.5, 4, 1 - 2.5 / 4 + 0.1),
    ],
)
def test_grading_powers(degrees, degree, power):
    """7.3: beta = min(0.9, 1 - alpha/p + 0.1) where alpha = pi/w is broken and below p, else 0."""
    assert grading_power(np.radians(degrees), degree) == pytest.approx(power, abs=1e-12)


@pytest.mark.parametrize("name", ["L", "first of the pair", "ring", "notch", "star 1"])
def test_no_element_breaks_the_rule(name):
    """Size <= h min(1, r)^beta, or small enough for the corner's strength; three nested levels."""
    polygon = POLYGONS[name]
    h = np.sqrt(polygon.area) / 4
    mesh = polygon_mesh(polygon, h)
    old = np.zeros((2, 0))
    for level in range(3):
        mesh = graded(mesh.refined() if level else mesh, polygon, h / 2**level)
        powers, unit = grading_power(polygon.angles), np.sqrt(polygon.area) / 2
        least = (h / 2**level / unit) ** (1 / (1 / 3 - 0.1))  # r where the rule is r, 270 degrees
        floors = unit * equal_sizes(polygon.angles, least / 2)
        for corner, power, floor in zip(polygon.corners, powers, floors, strict=True):
            if power:
                r = np.linalg.norm(mesh.p[:, mesh.t] - corner[:, None, None], axis=0).max(axis=0)
                allowed = h / 2**level * np.minimum(1, r / unit) ** power
                assert (element_sizes(mesh) <= np.maximum(allowed, floor)).all()
        np.testing.assert_array_equal(mesh.p[:, : old.shape[1]], old)
        assert wall_length(mesh) == pytest.approx(polygon.perimeter, rel=1e-10)
        old = mesh.p


def test_a_grading_that_is_too_large_is_refused(monkeypatch):
    """Before it is made: the L's grading takes more than 100 elements where its mesh has 38."""
    monkeypatch.setattr(grading, "MOST_ELEMENTS", 100)
    spacing = np.sqrt(named.l_shape().area) / 4
    mesh = polygon_mesh(named.l_shape(), spacing)
    with pytest.raises(
        ArgumentError, match=r"polygon: got 6 corners; needs more than 100 elements"
    ):
        graded(mesh, named.l_shape(), spacing / 2)


def test_two_layers_across_what_is_thin():
    """A strip of one layer has no vertex inside, then it has; a square is left as it is."""
    strip = polygon_mesh(named.rectangle(40, 1), 2)
    assert not len(strip.interior_nodes())
    assert len(with_two_layers(strip).interior_nodes()) > 40
    square = polygon_mesh(named.square(), 1 / 4)
    assert with_two_layers(square) is square


def test_nothing_to_grade():
    """On a square the rule asks for nothing."""
    mesh = polygon_mesh(named.square(), 0.25)
    assert graded(mesh, named.square(), 0.25).nelements == mesh.nelements


def test_layers_halve():
    """Each layer halves the elements at a corner, and leaves those far away."""
    mesh = polygon_mesh(named.l_shape(), 0.25)
    corner = np.array([[1.0, 1.0]])
    sizes = []
    for layers in range(6):
        finer = with_layers(mesh, corner, layers)
        touch = np.isclose(finer.p, corner.T).all(axis=0)[finer.t].any(axis=0)
        sizes.append(element_sizes(finer)[touch].max())
        far = (finer.p == 0).all(axis=0)[finer.t].any(axis=0)
        assert element_sizes(finer)[far].max() >= 0.25
    np.testing.assert_allclose(np.array(sizes[:-1]) / sizes[1:], 2, rtol=1e-9)
    assert with_layers(mesh, corner[:0], 5).nelements == mesh.nelements


@pytest.mark.parametrize("bend", [0.01, 0.04, -0.01, -0.04])
def test_the_share_of_a_blunt_corner(bend):
    """A corner bent off a straight side leaves strength^2 size^(2 alpha): what `equal_sizes` equals."""
    bent = Polygon(np.array([[0, 0], [0.5, -bend], [1, 0], [1, 1], [0, 1.0]]))
    mesh = with_layers(polygon_mesh(bent, 0.25).refined(), bent.corners[[0, 2]], 6)
    values = [
        mesh_eigenvalues(with_layers(mesh, bent.corners[1:2], layers), 1, "P4")[0]
        for layers in (0, 1, 9)
    ]
    shares, alpha = np.array(values[:2]) - values[2], np.pi / bent.angles[1]
    assert shares[0] / shares[1] == pytest.approx(4**alpha, rel=0.02)
    assert 0.003 < shares[0] / strengths(bent.angles)[1] ** 2 < 0.009


@pytest.mark.parametrize("hole", [False, True])
def test_many_short_sides(hole):
    """300 sides of a circle: five triangles each, none sharp, and wide where the wall is far."""
    turns = 2 * np.pi * np.arange(300) / 300
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    square = np.array([[-2.0, -2.0], [2.0, -2.0], [2.0, 2.0], [-2.0, 2.0]])
    polygon = Polygon(square, (circle[::-1],)) if hole else Polygon(circle)
    mesh = polygon_mesh(polygon, 0.5)
    assert mesh.nelements < 6 * 300
    assert areas(mesh).sum() == pytest.approx(polygon.area, rel=1e-12)
    assert (areas(mesh) / element_sizes(mesh) ** 2).min() > 0.12
    assert element_sizes(mesh).max() > 0.4


# --- mirrored triangles


@pytest.mark.parametrize("base", [None, [[0.0, 0.0], [1.0, 0.0], [0.2, 0.8]]])
def test_a_mirror_mesh_fills_its_drum(base):
    """Seven triangles in one piece: area, perimeter, and the same pattern in both drums."""
    pair = unfolded_pair() if base is None else unfolded_pair(np.array(base))
    meshes = [mesh_of_triangles(drum.triangles, 2, 3) for drum in pair]
    for mesh, drum in zip(meshes, pair, strict=True):
        polygon = drum.outline()
        assert areas(mesh).sum() == pytest.approx(polygon.area, rel=1e-12)
        assert wall_length(mesh) == pytest.approx(polygon.perimeter, rel=1e-12)
        assert mesh.nvertices - mesh.nfacets + mesh.nelements == 1
    assert meshes[0].nvertices == meshes[1].nvertices
    np.testing.assert_allclose(np.sort(areas(meshes[0])), np.sort(areas(meshes[1])), rtol=1e-9)


def test_refinements_and_layers_count():
    """4^r alike ones in each triangle; layers only touch the corners of the given triangles."""
    triangle = np.array([[[0.0, 0.0], [2.0, 0.0], [0.0, 1.0]]])
    assert mesh_of_triangles(triangle, 3).nelements == 64
    layered = mesh_of_triangles(triangle, 3, 4)
    assert areas(layered).min() == pytest.approx(1 / 64 / 4**4)
    assert areas(layered).max() == pytest.approx(1 / 64)


@pytest.mark.parametrize(
    ("triangles", "text"),
    [
        (np.zeros((2, 3)), r"triangles: got .*; must be finite, \(triangle, 3, 2\)"),
        (np.full((1, 3, 2), np.nan), "must be finite"),
        ([[[0, 0], [1, 1], [2, 2]]], "must each have an area"),
        (
            [[[0, 0], [1, 0], [0, 1]], [[1, 1], [0, 1], [1, 0]]],
            "triangles: got 0 and 1; must give a shared side the same labels",
        ),
    ],
)
def test_what_cannot_be_glued_is_refused(triangles, text):
    """No triangles, flat ones, ends of a shared side with exchanged labels."""
    with pytest.raises(ArgumentError, match=text):
        mesh_of_triangles(np.array(triangles, float), 1)
