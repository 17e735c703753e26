"""Masks of domains: strictly inside, in whole numbers where vertices are nodes, and where nodes are."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.drum import drums
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.grid_masks import (
    aligned_spacing,
    count_holes,
    follows_grid,
    grid_origin,
    level_set,
    mask_of,
    node_places,
    sides_on_grid,
)
from numerics.drum.shapes.rings import polygon
from theory.errors import ArgumentError

RING = polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])


@pytest.mark.parametrize("count", [3, 5, 8, 13, 64])
def test_named_drums(count):
    """The masks of square and L are those of the drums that are built node by node."""
    for shape, drum in (
        (named.square(), drums.square(count)),
        (named.l_shape(), drums.l_shape(count)),
    ):
        found = mask_of(shape, 1 / count)
        np.testing.assert_array_equal(found.free, drum.free)
        assert found.spacing == 1 / count


@pytest.mark.parametrize("radius", [1, 2, 3, 5, 8, 13, 25, 65])
@pytest.mark.parametrize("unit", [1.0, 0.1, 1 / 3])
def test_disks(radius, unit):
    """x^2 + y^2 < R^2 in whole numbers, in any unit: 3, 4, 5 and 16, 63, 65 are on the circle."""
    found = mask_of(Disk(radius * unit), unit)
    np.testing.assert_array_equal(np.pad(found.free, 1), drums.disk(radius).free)


@pytest.mark.parametrize(("count", "nodes"), [(5, 66), (8, 189), (10, 306), (16, 825)])
def test_the_pair(count, nodes):
    """Interior nodes of both drums; turned by 90 degrees they are as many."""
    for shape in named.isospectral_pair():
        turned = polygon(shape.vertices[:, ::-1] * [1, -1])
        for drum in (shape, turned):
            assert mask_of(drum, 1 / count).nodes == nodes


def test_a_ring():
    """8 small squares around a hole: 3 n - 1 nodes squared less n + 1 squared, and one hole."""
    drum = mask_of(RING, 0.25)
    assert drum.nodes == 11**2 - 5**2
    assert count_holes(drum.free) == 1
    assert count_holes(mask_of(named.square(), 0.25).free) == 0


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    corners=st.integers(3, 9),
    size=st.integers(6, 25),
    shift=st.integers(-5, 5),
)
def test_whole_numbers(seed, corners, size, shift):
    """Any polygon with its vertices on nodes: beside Pick's theorem, I = A - B/2 + 1."""
    star = named.random_star(seed, corners)
    vertices = np.rint(star.vertices * size)
    try:
        shape = polygon(vertices + shift)
    except ArgumentError:
        return  # rounding made sides meet
    steps = np.abs(np.diff(shape.vertices, axis=0, append=shape.vertices[:1])).astype(int)
    on_sides = int(np.gcd(*steps.T).sum())
    inside = round(shape.area - on_sides / 2 + 1)
    if inside:
        assert mask_of(shape, 1.0, component="all").nodes == inside


@pytest.mark.parametrize(
    "domain",
    [
        named.random_star(3),
        named.equilateral(),
        RING,
        Disk(),
        Annulus(),
        Sector(3 * np.pi / 2, 2.0),
    ],
)
@pytest.mark.parametrize("spacing", [0.05, 0.037])
def test_places_and_levels(domain, spacing):
    """Free nodes are those with a negative level set; node (0, 0) is the lower left corner of the box.

    Of a sector it is so that the apex is a node.
    """
    drum = mask_of(domain, spacing)
    places = node_places(grid_origin(domain, spacing), spacing, drum.free.shape)
    assert places.shape == (*drum.free.shape, 2)
    if isinstance(domain, Sector):
        assert (domain.box[0] - spacing < places[0, 0]).all()
        assert (places[0, 0] <= domain.box[0] + 1e-9 * spacing).all()
        assert np.abs(places).sum(axis=-1).min() < 1e-9 * spacing
    else:
        np.testing.assert_array_equal(places[0, 0], domain.box[0])
    np.testing.assert_allclose(np.diff(places[..., 0], axis=0), spacing, rtol=1e-12)
    np.testing.assert_allclose(np.diff(places[..., 1], axis=1), spacing, rtol=1e-12)
    assert (places[-1, -1] >= domain.box[1] - 1e-9 * spacing).all()
    level = level_set(domain, places)
    np.testing.assert_array_equal(drum.free, level < -1e-9 * spacing)


def test_a_slope_in_thirds():
    """Below 3 x, x < 1, in steps of 1/12: the sums of the columns, those on the slope left out."""
    shape = polygon([(0, 0), (1, 0), (1, 3)])
    drum = mask_of(shape, 1 / 12)
    assert drum.free.sum(axis=1).tolist() == [0, *(3 * k - 1 for k in range(1, 12)), 0]


# --- alignment


@pytest.mark.parametrize(
    ("shape", "spacing", "follows"),
    [
        (named.square(), Fraction(1), True),
        (named.rectangle(1.5, 1.0), Fraction(1, 2), True),
        (named.rectangle(1.0, 1 / 3), Fraction(1, 3), True),
        (named.rectangle(0.3, 0.7), Fraction(1, 10), True),
        (named.l_shape(0.7), Fraction(7, 10), True),
        (named.isospectral_pair(3.0)[0], Fraction(3), True),
        (RING, Fraction(1), True),
        (polygon([(0.5, 0.25), (3.5, 0.25), (0.5, 9.25)]), Fraction(3), False),
        (polygon([(0, 0), (9, 0), (4, 6)]), Fraction(1), False),
    ],
)
def test_aligned(shape, spacing, follows):
    """The largest spacing that all vertices share, from the corner of the box; whether sides follow it."""
    found = aligned_spacing(shape)
    assert found == pytest.approx(float(spacing), rel=1e-12)
    for part in (1, 2, 3, 7):
        assert follows_grid(shape, found / part) == follows
    assert not follows_grid(shape, found * 2)


TURNS = 2 * np.pi * np.arange(1000) / 1000
THOUSAND = polygon(np.stack([np.cos(TURNS), np.sin(TURNS)], axis=1))


@pytest.mark.parametrize(
    "shape",
    [named.equilateral(), named.random_star(0), named.rectangle(1.0, 2**0.5), THOUSAND],
)
def test_not_aligned(shape):
    """Roots of 2 and 3, and a thousand cosines, have no common measure with 1."""
    assert aligned_spacing(shape) is None
    assert not follows_grid(shape, 0.1)


@pytest.mark.parametrize(
    ("shape", "followed"),
    [
        (named.rectangle(1.0, 0.7), [True, True, False, True]),
        (named.right_isosceles(1.0), [True, True, True]),
        (named.right_isosceles(0.9), [True, False, True]),
        (polygon([(5, 5), (6, 5), (6, 5.4), (5.6, 5.8), (5, 5.8)]), [True] * 5),
        (polygon([(0, 0), (1.1, 0), (1.1, 0.3), (0.6, 0.8), (0, 0.8)]), [True, False, *[True] * 3]),
        (polygon([(0, 0), (1, 0), (1.6, 0.6), (1, 0.9)]), [True, True, False, False]),
        (named.equilateral(), [True, False, False]),
        (Sector(np.pi / 4), [True, True]),
        (Sector(np.pi / 3), [True, False]),
        (Sector(2 * np.pi), [True, True]),
    ],
)
def test_sides_that_the_grid_follows(shape, followed):
    """Of a grid 0.2 wide: x, y, x + y or x - y is that of a node, from the lower left corner or the apex.

    The fifth has a diagonal from (5.5, 1.5) to (3, 4) in spacings: its first end is no node.
    """
    assert sides_on_grid(shape, 0.2).tolist() == followed


def test_holes_of_masks():
    """Clamped nodes that touch at a corner are one hole; those open to the rim are none."""
    free = np.ones((6, 7), bool)
    assert count_holes(free) == 0
    free[1, 1] = free[2, 2] = free[4, 4] = False
    assert count_holes(free) == 2
    free[0, 0] = False
    assert count_holes(free) == 1
    assert count_holes(~free) == 0


REFUSED = {
    r"spacing: got 0; must be a positive and finite number": lambda: mask_of(Disk(), 0),
    r"spacing: got nan; must be a positive": lambda: mask_of(RING, np.nan),
    r"spacing: got 1\.0; leaves no node inside; try 0\.5, say$": lambda: mask_of(
        named.square(), 1.0
    ),
    r"spacing: got 7\.0; leaves no node inside": lambda: mask_of(Sector(1.0), 7),
    r"spacing: got 0\.0001; makes 100,020,001 nodes; must make at most 16,000,000; enlarge it$": (
        lambda: mask_of(named.square(), 1e-4)
    ),
    r"mask: got 2 components of 4, 2 nodes; must be connected": lambda: mask_of(
        named.isospectral_pair()[0], 0.5
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed with the bound, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
