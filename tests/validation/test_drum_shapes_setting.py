"""What a configuration of `drum --shape` means: domain, mask, strike, time steps; and what notes say."""

import dataclasses
import json
import math

import numpy as np
import pytest
from PIL import Image

from numerics.drum.modes import modes_of
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.grid_masks import node_places
from numerics.drum.shapes.named import l_shape
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import polygon
from numerics.drum.spectra import finite_elements
from theory.errors import ArgumentError
from validation.drum import Config
from validation.drum.shapes import continuum, cost, forecasting
from validation.drum.shapes.allowed_nodes import MOST_NODES, NODES
from validation.drum.shapes.catalog import NAMED, PAIR, Shape, outline, shapes_of
from validation.drum.shapes.setting import setting_of
from validation.drum.shapes.space_step import space_part

L_SHAPE = 9.6397238440219410527  # first eigenvalue, unit arms; Betcke and Trefethen 2005
SMALL = Config(shape="right_isosceles", preset="quick", nodes=60, modes=6, steps=8000)


def understood(**changes):
    """Return the setting of a configuration, small unless said."""
    return setting_of(dataclasses.replace(SMALL, **changes))


# --- shapes ---------------------------------------------------------------------------------------

SHAPES = {  # by default: kind, area, perimeter, heat constant
    "rectangle": (Polygon, 2, 6, 1 / 4),
    "disk": (Disk, math.pi, 2 * math.pi, 1 / 6),
    "annulus": (Annulus, 3 * math.pi / 4, 3 * math.pi, 0),
    "sector": (Sector, 3 * math.pi / 4, 2 + 3 * math.pi / 2, None),
    "equilateral": (Polygon, math.sqrt(3) / 4, 3, 1 / 3),
    "right_isosceles": (Polygon, 1 / 2, 2 + math.sqrt(2), 3 / 8),
    "l_shape": (Polygon, 3, 8, None),
    PAIR: (Polygon, 7 / 2, 6 + 3 * math.sqrt(2), 5 / 12),
}


def test_all_names_are_listed():
    """Each is tried below."""
    assert SHAPES.keys() == NAMED.keys()


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("scale", [1, 2.5])
def test_named_shapes(name, scale):
    """Area, perimeter and heat constant by default, and with sizes s times as large."""
    kind, area, perimeter, constant = SHAPES[name]
    size = [s * scale for s in NAMED[name].sizes.values()]
    if name == "sector":
        size[0] = 270.0  # degrees do not grow
    for shape in shapes_of(dataclasses.replace(SMALL, shape=name, size=tuple(size))):
        assert isinstance(shape.domain, kind)
        assert shape.domain.area == pytest.approx(scale**2 * area)
        assert shape.domain.perimeter == pytest.approx(scale * perimeter)
        if constant is not None:
            assert shape.domain.heat_constant == pytest.approx(constant, abs=1e-14)
        if shape.family:
            lowest = shape.exact(1).eigenvalues[0]
            default = shapes_of(dataclasses.replace(SMALL, shape=name))[0].exact(1).eigenvalues[0]
            assert lowest == pytest.approx(default / scale**2, rel=1e-13)


@pytest.mark.parametrize("name", SHAPES)
def test_outlines_are_drawn_where_the_domain_ends(name):
    """Every point of the line is on the wall; the line closes."""
    (shape, *_) = shapes_of(dataclasses.replace(SMALL, shape=name))
    line = outline(shape.domain)
    drawn = line[np.isfinite(line[:, 0])]
    np.testing.assert_allclose(shape.domain.distance(drawn), 0, atol=1e-12)
    np.testing.assert_allclose(
        line[0], line[np.isfinite(line).all(axis=1).argmin() - 1], atol=1e-12
    )


def test_a_mask_has_no_outline():
    """Nothing is drawn."""
    assert outline(None).shape == (0, 2)


# --- masks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("nodes", [60, 300])
def test_masks_are_the_finest_that_are_allowed(name, nodes):
    """No more nodes than asked for, and not many less; vertices on nodes where that can be."""
    for membrane in understood(shape=name, nodes=nodes, steps=40_000).membranes:
        assert 0.6 * nodes < membrane.drum.nodes <= nodes
        aligned = name in ("rectangle", "right_isosceles", "l_shape", PAIR)
        assert membrane.follows_grid == aligned


@pytest.mark.parametrize("preset", NODES)
def test_presets_allow_more_nodes(preset):
    """600, 2000, 4000: all can be decomposed whole."""
    assert NODES[preset] <= MOST_NODES
    assert list(NODES.values()) == sorted(NODES.values())


def test_the_pair_has_one_spacing():
    """Both masks have as many nodes, and all eigenvalues in common, 1e-12."""
    one, two = understood(shape=PAIR, nodes=200).membranes
    assert one.drum.spacing == two.drum.spacing
    assert one.drum.nodes == two.drum.nodes == 189
    np.testing.assert_allclose(one.modes.eigenvalues, two.modes.eigenvalues, rtol=1e-12)


# --- strikes and time steps -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_it_is_struck_where_its_lowest_mode_is_largest(name):
    """And heard there, unless said."""
    for membrane in understood(shape=name).membranes:
        lowest = np.abs(modes_of(membrane.drum).vectors[:, 0])
        assert lowest[membrane.drum.index(membrane.strike)] == pytest.approx(lowest.max(), rel=1e-8)
        assert membrane.listen == membrane.strike


def test_the_first_of_nodes_that_are_equally_loud():
    """On a rectangle of 3 x 8 spacings the two middle columns are: the first one is struck."""
    (membrane,) = understood(shape="rectangle", size=(8.0, 3.0), nodes=14).membranes
    assert membrane.drum.free.shape == (9, 4)
    assert membrane.strike == (4, 1)


def test_listening_elsewhere():
    """A strike moves the listener along, a listener moves alone."""
    assert understood(strike=(3, 5)).membranes[0].listen == (3, 5)
    membrane = understood(listen=(3, 5)).membranes[0]
    assert membrane.listen == (3, 5) != membrane.strike


def test_default_time_steps_are_in_units_of_h_over_c():
    """0.1, 0.5 and 0.7 of them; those given are sorted, each once."""
    setting = understood(speed=2.0)
    np.testing.assert_allclose(setting.time_steps, np.array([0.1, 0.5, 0.7]) * setting.spacing / 2)
    assert understood(time_step=(0.02, 0.01, 0.02)).time_steps == (0.01, 0.02)


# --- files ----------------------------------------------------------------------------------------


def test_a_mask_is_taken_as_it_is(tmp_path):
    """Node (i, j) is (i + 1, j + 1) with the rim; its spacing is the option's; no domain is behind it."""
    mask = np.ones((7, 5), bool)
    mask[0, 0] = False
    np.save(tmp_path / "own.npy", mask)
    setting = understood(shape=str(tmp_path / "own.npy"), spacing=0.25)
    (membrane,) = setting.membranes
    np.testing.assert_array_equal(membrane.drum.free[1:-1, 1:-1], mask)
    assert (setting.spacing, membrane.shape.domain) == (0.25, None)
    assert setting.names == ["own"]
    np.testing.assert_array_equal(membrane.origin, [0, 0])


def test_a_polygon_says_what_was_mended(tmp_path):
    """Clockwise with its last vertex repeated: turned round, and the notes tell."""
    vertices = [[0, 0], [0, 1], [2, 1], [2, 0], [0, 0]]
    (tmp_path / "own.json").write_text(json.dumps({"vertices": vertices, "name": "mine"}))
    setting = understood(shape=str(tmp_path / "own.json"))
    (membrane,) = setting.membranes
    assert setting.names == ["mine"]
    assert membrane.shape.domain.area == pytest.approx(2)
    assert membrane.follows_grid
    assert any("clockwise" in note for note in membrane.shape.notes)


def drawing(folder, kind):
    """Draw a wedge whose right angle is at the lower left, 90 pixels wide, 60 high."""
    y, x = np.mgrid[0:100, 0:120]
    row = 99 - y  # rows of a picture count down
    dark = (x >= 10) & (row >= 10) & ((x - 10) / 90 + (row - 10) / 60 < 1)
    Image.fromarray(np.where(dark, 0, 255).astype(np.uint8)).save(folder / f"wedge.{kind}")
    return str(folder / f"wedge.{kind}")


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_a_picture_is_a_mask_and_an_outline(tmp_path, kind):
    """As many pixels a node as the nodes allow; the outline is where the mask is, and as large."""
    setting = understood(shape=drawing(tmp_path, kind), nodes=200)
    (membrane,) = setting.membranes
    domain = membrane.shape.domain
    assert 100 < membrane.drum.nodes <= 200
    assert membrane.drum.spacing == round(membrane.drum.spacing) > 1
    assert domain.area == pytest.approx(90 * 60 / 2, rel=0.03)
    assert domain.angles.min() == pytest.approx(math.atan(60 / 90), abs=0.03)
    np.testing.assert_allclose(domain.box, [[9.5, 9.5], [100, 70]], atol=1)
    assert f"{membrane.drum.spacing:.0f} x" in membrane.shape.notes[0]
    drum = membrane.drum
    places = node_places(membrane.origin, drum.spacing, drum.free.shape)[drum.free]
    assert domain.contains(places).mean() > 0.95


def test_pixels_have_a_width(tmp_path):
    """With --spacing s: area times s^2."""
    path = drawing(tmp_path, "png")
    one, two = (understood(shape=path, spacing=s).membranes[0].shape.domain for s in (1.0, 0.5))
    assert two.area == pytest.approx(one.area / 4)


# --- what is said beforehand ----------------------------------------------------------------------


def test_methods_that_fit_a_domain():
    """Formula, curved elements, two kinds of elements, grids: each where it can be."""
    asked = {
        "rectangle": {
            continuum.EXACT,
            continuum.QUARTIC,
            continuum.QUADRATIC,
            continuum.EXTRAPOLATED,
        },
        "disk": {continuum.EXACT, continuum.CURVED, continuum.UNEQUAL},
        "annulus": {continuum.EXACT, continuum.CURVED, continuum.UNEQUAL},
        "sector": {continuum.EXACT},
        "l_shape": {continuum.QUARTIC, continuum.QUADRATIC, continuum.EXTRAPOLATED},
        "equilateral": {continuum.EXACT, continuum.QUARTIC, continuum.QUADRATIC},
    }
    for name, methods in asked.items():
        (shape,) = shapes_of(dataclasses.replace(SMALL, shape=name))
        assert {method for method, _ in continuum._methods(shape)} == methods


def test_the_best_of_two_methods():
    """For each eigenvalue the one with the smaller error; who gives fewer has none above."""
    first = continuum.Spectrum(np.array([5.0]), np.array([1e-9]), "one", 3)
    second = continuum.Spectrum(np.array([5.1, 7.0]), np.array([0.2, 0.1]), "two", 3)
    best = continuum.best({"one": first, "two": second})
    np.testing.assert_array_equal(best.eigenvalues, [5.0, 7.0])
    np.testing.assert_array_equal(best.errors, [1e-9, 0.1])
    assert best.method == "one, two"


@pytest.mark.parametrize("name", ["rectangle", "right_isosceles", "equilateral", "disk", "annulus"])
@pytest.mark.parametrize("nodes", [150, 600])
def test_the_space_step_is_foretold(name, nodes):
    """The part ln f - ln f_grid within its uncertainty, from coarser masks or the wall's place alone."""
    (membrane,) = understood(shape=name, nodes=nodes, steps=40_000).membranes
    known = membrane.shape.exact(1)
    value, uncertainty = space_part(membrane, known)
    found = math.log(known.eigenvalues[0] / membrane.modes.eigenvalues[0]) / 2
    assert abs(found - value) <= uncertainty
    assert uncertainty < (1e-3 if membrane.follows_grid else 0.3)


@pytest.mark.parametrize(
    "options",
    [("sector", d, 1.0) for d in (30.0, 90.0, 180.0, 270.0, 330.0, 360.0)]
    + [("annulus", 0.02, 1.0)],
)
def test_the_space_step_of_a_slit_and_of_a_small_hole(options):
    """The slit lies on a line of the grid; a hole between the nodes is none for the grid, or one node."""
    name, *size = options
    (membrane,) = understood(shape=name, size=tuple(size), nodes=400, steps=40_000).membranes
    known = membrane.shape.exact(1)
    value, uncertainty = space_part(membrane, known)
    found = math.log(known.eigenvalues[0] / membrane.modes.eigenvalues[0]) / 2
    assert abs(found - value) <= uncertainty


@pytest.mark.parametrize("nodes", [300, 600])
def test_the_space_step_of_turned_walls(tmp_path, nodes):
    """An L turned by 17 degrees: no grid line follows it; foretold, and known to less than twice that."""
    turned = l_shape().vertices @ [[math.cos(0.3), math.sin(0.3)], [-math.sin(0.3), math.cos(0.3)]]
    (tmp_path / "turned.json").write_text(json.dumps({"vertices": turned.tolist()}))
    shape = str(tmp_path / "turned.json")
    (membrane,) = understood(shape=shape, nodes=nodes, steps=40_000).membranes
    known = continuum.Spectrum(np.array([L_SHAPE]), np.zeros(1), "literature", 0)
    value, uncertainty = space_part(membrane, known)
    found = math.log(L_SHAPE / membrane.modes.eigenvalues[0]) / 2
    assert abs(found - value) <= uncertainty < 2 * abs(found)


TABLES = {  # vertices, holes: some sides on the grid's lines, some not
    "one side off": ([(0, 0), (2, 0), (2, 1.05), (0, 1.3)], []),
    "one corner cut": ([(0, 0), (2.0, 0), (2, 1.7), (math.pi / 3, 2.3), (0, 1.7)], []),
    "a hole": ([(0, 0), (3, 0), (3, 2), (0, 2)], [[(0.5, 0.6), (1, 0.6), (1, 1.1), (0.5, 1)]]),
    "a reentrant corner": ([(0, 0), (2, 0), (1.5, 1), (1, 1), (1, 2), (0, 2)], []),
    "a hole between nodes": (
        [(0, 0), (1, 0), (1, 1), (0, 1)],
        [[(0.51, 0.52), (0.55, 0.52), (0.55, 0.56), (0.51, 0.56)]],
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_space_step_of_walls_that_lie_half_on_the_grid(tmp_path, name):
    """Within what the loose sides may be off; a hole of less than a spacing the grid may miss."""
    vertices, holes = TABLES[name]
    nodes = 1100 if name == "a reentrant corner" else 470
    (tmp_path / "table.json").write_text(json.dumps({"vertices": vertices, "holes": holes}))
    shape = str(tmp_path / "table.json")
    (membrane,) = understood(shape=shape, nodes=nodes, steps=40_000).membranes
    known = continuum.spectra(membrane.shape, 2, thorough=False).found[continuum.QUADRATIC]
    value, uncertainty = space_part(membrane, known)
    found = math.log(known.eigenvalues[0] / membrane.modes.eigenvalues[0]) / 2
    assert abs(found - value) <= uncertainty + known.errors[0] / (2 * known.eigenvalues[0])


@pytest.mark.parametrize("nodes", [200, 450])
def test_a_side_on_a_line_of_the_grid_is_not_moved(nodes):
    """The grid begins at two sides of a rectangle; the others may be off, by half a spacing and as much.

    One side of length b a spacing further out makes ln f less by h/a^3/(1/a^2 + 1/b^2).
    """
    (membrane,) = understood(
        shape="rectangle", size=(2.0, 2**0.5), nodes=nodes, steps=40_000
    ).membranes
    h, known = membrane.drum.spacing, membrane.shape.exact(1)
    value, uncertainty = space_part(membrane, known)
    push = h * (1 / 8 + 2**-1.5) / (1 / 4 + 1 / 2)
    of_stencil = h**2 * known.eigenvalues[0] / 32
    assert value == pytest.approx(push / 2 + of_stencil, rel=0.02)
    assert uncertainty == pytest.approx(push / 2 + of_stencil + push**2 / 2, rel=0.02)


def test_coarser_masks_that_agree_by_chance(tmp_path):
    """The L turned by 45 degrees, on diagonals: two fits there meet within less than what both are off."""
    turned = l_shape().vertices @ [[1, 1], [-1, 1]]
    (tmp_path / "turned.json").write_text(json.dumps({"vertices": turned.tolist()}))
    for nodes in (200, 280):
        (membrane,) = understood(
            shape=str(tmp_path / "turned.json"), nodes=nodes, steps=40_000
        ).membranes
        assert membrane.follows_grid
        known = continuum.Spectrum(np.array([L_SHAPE / 2]), np.zeros(1), "literature", 0)
        value, uncertainty = space_part(membrane, known)
        found = math.log(L_SHAPE / 2 / membrane.modes.eigenvalues[0]) / 2
        assert abs(found - value) <= uncertainty < 1e-3


@pytest.mark.parametrize("corner", [0, 12])
def test_the_space_step_of_a_picture_with_straight_walls(tmp_path, corner):
    """A square, or an L, of whole pixels: the mask's wall lies half a pixel outside, on no line of it."""
    pixels = np.full((40, 40), 255, np.uint8)
    pixels[8:32, 8:32] = 0
    pixels[8 : 8 + corner, 32 - corner : 32] = 255
    Image.fromarray(pixels).save(tmp_path / "drum.png")
    shape = str(tmp_path / "drum.png")
    (membrane,) = understood(shape=shape, size=None, nodes=600, steps=40_000).membranes
    assert not membrane.follows_grid
    known = continuum.spectra(membrane.shape, 2, thorough=False).found[continuum.QUADRATIC]
    value, uncertainty = space_part(membrane, known)
    found = math.log(known.eigenvalues[0] / membrane.modes.eigenvalues[0]) / 2
    assert abs(found - value) <= uncertainty + known.errors[0] / (2 * known.eigenvalues[0])


REFERENCES = {
    "formula": ({continuum.EXACT: 1e-12, continuum.PARTICULAR: 1e-14}, continuum.EXACT, 3),
    "waves": ({continuum.PARTICULAR: 1e-9}, continuum.PARTICULAR, 3),
    "waves known worse": ({continuum.PARTICULAR: 1e-7}, f"{continuum.QUARTIC}, 30 unknowns", 2),
    "elements alone": ({}, f"{continuum.QUARTIC}, 30 unknowns", 2),
}


@pytest.mark.parametrize("case", REFERENCES)
def test_what_methods_are_held_against_is_none_of_them(case, monkeypatch):
    """Formula, waves, or the finest of quartic elements, which then is not drawn."""
    known, name, drawn = REFERENCES[case]
    quartic = [(10, 5.1, 0.2), (20, 5.01, 0.02), (30, 5.0, 5e-8)]
    monkeypatch.setattr(cost, "_ways", lambda domain: iter([(continuum.QUARTIC, iter(quartic))]))
    spectra = {
        method: continuum.Spectrum(np.array([5.0]), np.array([error]), method, 7)
        for method, error in known.items()
    }
    found = cost.accuracy(Shape("L", l_shape()), spectra)
    assert found.attrs["reference"] == name
    assert found.sizes["level"] == drawn
    np.testing.assert_allclose(found["relative_error"][0, :2], [0.02, 0.002])
    assert found.attrs["known_to"] == pytest.approx(min(known.get(name, 5e-8), 5e-8) / 5)


def test_where_no_element_fits_the_best_of_all_is_the_reference(monkeypatch):
    """A grid alone is drawn; the eigenvalue was found with fewer unknowns than a curve would need."""
    grid = [(10, 5.1, np.nan), (20, 5.01, np.nan)]
    ways = {cost.GRID: grid, continuum.QUARTIC: [], continuum.QUADRATIC: []}
    monkeypatch.setattr(cost, "_ways", lambda domain: iter(ways.items()))
    errors = {continuum.QUADRATIC: 1e-3, continuum.PARTICULAR: 1e-2}
    spectra = {
        method: continuum.Spectrum(np.array([5.0]), np.array([error]), method, 7)
        for method, error in errors.items()
    }
    found = cost.accuracy(Shape("L", l_shape()), spectra)
    assert found.attrs["reference"] == continuum.QUADRATIC
    np.testing.assert_allclose(found["relative_error"].sel(way=cost.GRID), [0.02, 0.002])


def test_graded_levels_end_where_they_do_not_fit(monkeypatch):
    """Four levels refused: three are drawn; three refused: none, and nothing is raised."""
    most = finite_elements.MOST_UNKNOWNS
    sizes = []
    for limit in (most, 20_000, 100):
        monkeypatch.setattr(finite_elements, "MOST_UNKNOWNS", limit)
        sizes.append(len(list(cost._graded(l_shape()))))
    assert sizes == [4, 3, 0]


def test_an_outline_written_with_one_decimal(tmp_path):
    """All vertices are tenths, and a grid of tenths would have 100,000 nodes: they lie between nodes."""
    turns = 2 * np.pi * np.arange(40) / 40
    vertices = (150 + 100 * np.stack([np.cos(turns), np.sin(turns)], axis=1)).round(1)
    np.savetxt(tmp_path / "coast.csv", vertices, fmt="%.1f")
    (membrane,) = understood(shape=str(tmp_path / "coast.csv"), nodes=600).membranes
    assert 500 < membrane.drum.nodes <= 600


@pytest.mark.parametrize(
    ("inverted", "option"), [(False, "add --invert"), (True, "leave --invert")]
)
def test_ground_taken_for_the_drum_is_told(tmp_path, inverted, option):
    """A hole in a drum that fills its picture: likely the drum itself; the note names the option."""
    y, x = np.mgrid[0:60, 0:60]
    disk = np.hypot(x - 30, y - 30) < 20
    pixels = np.where(disk ^ inverted, 255, 0).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "drum.png")
    path = str(tmp_path / "drum.png")
    (shape,) = shapes_of(dataclasses.replace(SMALL, shape=path, invert=inverted, nodes=600))
    assert option in shape.notes[-1]
    (meant,) = shapes_of(dataclasses.replace(SMALL, shape=path, invert=not inverted, nodes=600))
    assert len(meant.notes) == 1


def test_ways_of_round_drums():
    """Grid, unequal arms, curved elements: each nearer with more unknowns, and within what it states."""
    (shape,) = shapes_of(dataclasses.replace(SMALL, shape="disk"))
    found = cost.accuracy(shape, {continuum.EXACT: continuum.exact_of(shape, 1)})
    assert set(found["way"].values) == {cost.GRID, continuum.UNEQUAL, continuum.CURVED}
    last = found["relative_error"].isel(level=-1)
    assert float(last.sel(way=cost.GRID)) > 1000 * float(last.drop_sel(way=cost.GRID).max())
    stated = found["estimate"].notnull()
    assert int(stated.sum()) == 8
    assert bool((found["relative_error"] <= found["estimate"]).where(stated, True).all())


def test_waves_are_not_asked_which_of_two_near_eigenvalues_they_found():
    """Two squares joined by a corridor: the lowest two differ by 6e-4, and it has to be the first."""
    dumbbell = [(0, 0), (1, 0), (1, 0.35), (1.5, 0.35), (1.5, 0), (2.5, 0)]
    dumbbell += [(2.5, 1), (1.5, 1), (1.5, 0.65), (1, 0.65), (1, 1), (0, 1)]
    shape = Shape("dumbbell", polygon(dumbbell))
    solved = continuum.spectra(shape, 2)
    quartic = solved.found[continuum.QUARTIC]
    assert np.diff(quartic.eigenvalues) < 1e-3 * quartic.eigenvalues[0]
    if continuum.PARTICULAR in solved.found:
        first = solved.found[continuum.PARTICULAR]
        assert abs(first.eigenvalues[0] - quartic.eigenvalues[0]) < 0.1 * np.diff(
            quartic.eigenvalues
        )
    else:
        assert continuum.PARTICULAR in solved.left_out


def test_a_method_that_refuses_is_left_out_and_said(monkeypatch):
    """The others go on; where all refuse, the drum is refused."""

    def refuse(*_, **__):
        raise ArgumentError("count", 6, "is too much", "ask for fewer")

    room = "numerics.drum.spectra.finite_elements"
    (shape,) = shapes_of(dataclasses.replace(SMALL, shape="l_shape"))
    monkeypatch.setattr(f"{room}.accurate_spectrum", refuse)
    solved = continuum.spectra(shape, 3, thorough=False)
    assert solved.found.keys() == {continuum.QUADRATIC, continuum.EXTRAPOLATED}
    assert "is too much" in solved.left_out[continuum.QUARTIC]
    assert continuum.many(shape, 10).method == "graded quadratic elements"
    monkeypatch.setattr(f"{room}.finite_element_spectrum", refuse)
    monkeypatch.setattr("numerics.drum.spectra.masks.extrapolated_spectrum", refuse)
    with pytest.raises(ArgumentError, match=r"^--shape: got l_shape"):
        continuum.spectra(shape, 3, thorough=False)


@pytest.mark.parametrize(
    ("name", "whole"),
    [("rectangle", True), ("disk", True), ("sector", True), ("l_shape", True), ("annulus", False)],
)
def test_domains_without_a_hole(name, whole):
    """Of which Polya's upper bound is certain."""
    (shape,) = shapes_of(dataclasses.replace(SMALL, shape=name))
    assert forecasting.is_simply_connected(shape.domain) == whole
