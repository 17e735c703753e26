"""Polygons: area, perimeter, angles, what of them a spectrum knows, and which points are inside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.drum.shapes import named
from numerics.drum.shapes.rings import polygon

PAIR = named.isospectral_pair()
RING = polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
SHAPES = {  # area, perimeter, C, corners where eigenfunctions are singular
    "square": (named.square(2.0), 4, 8, 1 / 4, 0),
    "rectangle": (named.rectangle(2.0, 0.5), 1, 5, 1 / 4, 0),
    "equilateral": (named.equilateral(2.0), 3**0.5, 6, 1 / 3, 0),
    "right isosceles": (named.right_isosceles(2.0), 2, 4 + 8**0.5, 3 / 8, 0),
    "L": (named.l_shape(), 3, 8, 5 / 16 - 5 / 144, 1),
    "first of the pair": (PAIR[0], 7 / 2, 6 + 3 * 2**0.5, 5 / 12, 4),
    "second of the pair": (PAIR[1], 7 / 2, 6 + 3 * 2**0.5, 5 / 12, 4),
    "square ring": (RING, 8, 16, 4 / 16 - 4 * 5 / 144, 4),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_spectrum_knows(name):
    """A, P and C by hand; a right corner adds 1/16 to C, one of 270 degrees takes 5/144."""
    shape, area, perimeter, constant, singular = SHAPES[name]
    assert shape.area == pytest.approx(area, rel=1e-15)
    assert shape.perimeter == pytest.approx(perimeter, rel=1e-15)
    assert shape.heat_constant == pytest.approx(constant, rel=1e-14)
    assert np.count_nonzero(shape.singular) == singular


def test_angles_of_the_pair():
    """Around the boundary they differ: one is no mirror image of the other."""
    around = [np.rint(np.degrees(drum.angles)).astype(int) for drum in PAIR]
    for found, listed in zip(
        around,
        ([90, 135, 45, 270, 45, 135, 270, 90], [45, 90, 135, 270, 45, 135, 90, 270]),
        strict=True,
    ):
        turned = [np.roll(order, k).tolist() for order in (found, found[::-1]) for k in range(8)]
        assert listed in turned, found.tolist()
    first, second = (drum.angles for drum in PAIR)
    for order in (second, second[::-1]):
        for k in range(8):
            assert np.abs(np.roll(order, k) - first).max() > 0.5


def test_holes_turn_the_other_way():
    """The domain is to the left of every side: angles add up to (n - 2) pi, of a hole to (n + 2) pi."""
    assert RING.angles[:4].sum() == pytest.approx(2 * np.pi, rel=1e-15)
    assert RING.angles[4:].sum() == pytest.approx(6 * np.pi, rel=1e-15)
    assert [len(ring) for ring in RING.rings] == [4, 4]
    np.testing.assert_array_equal(RING.sides[3], [[0, 3], [0, 0]])
    np.testing.assert_array_equal(RING.sides[7, 1], RING.corners[4])


@pytest.mark.parametrize(
    ("point", "inside", "distance"),
    [
        ((0.5, 1.5), True, 0.5),
        ((1.5, 1.5), False, 0.5),
        ((-3.0, -4.0), False, 5.0),
        ((0.25, 2.5), True, 0.25),
        ((5.0, 1.0), False, 2.0),
    ],
)
def test_points_of_a_square_ring(point, inside, distance):
    """[0, 3]^2 without [1, 2]^2; a corner may be the nearest of the wall."""
    assert RING.contains(np.array([[point]])).tolist() == [[inside]]
    assert RING.distance(np.array(point)) == pytest.approx(distance, rel=1e-15)


# --- random stars


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), corners=st.integers(3, 9))
def test_random_stars_are_ordinary(seed, corners):
    """No corner below 15 degrees, no side below a tenth of sqrt(A), (0, 0) sees every vertex; the same
    seed, the same star; the normaliser finds nothing to mend."""
    star = named.random_star(seed, corners)
    assert len(star.vertices) == corners
    np.testing.assert_array_equal(star.vertices, named.random_star(seed, corners).vertices)
    np.testing.assert_array_equal(star.vertices, polygon(star.vertices).vertices)
    assert star.angles.min() >= np.radians(15)
    assert star.angles.max() <= np.radians(345)
    assert star.lengths.min() >= 0.1 * star.area**0.5
    seen = star.vertices[:, None] * np.linspace(0, 1, 20)[:-1, None]
    assert star.contains(seen).all()
    assert star.angles.sum() == pytest.approx((corners - 2) * np.pi, rel=1e-12)


def test_random_stars_of_any_number_of_corners():
    """All from 3 to 9 come up; sharp corners do too."""
    generator = np.random.default_rng(0)
    stars = [named.random_star(generator) for _ in range(100)]
    assert {len(star.vertices) for star in stars} == set(range(3, 10))
    assert min(star.angles.min() for star in stars) < np.radians(20)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_area_by_counting(seed):
    """The share of 20,000 random points that are inside is the area's share of the box."""
    star = named.random_star(seed)
    low, high = star.box
    points = np.random.default_rng(seed).uniform(low, high, (20_000, 2))
    share = star.area / np.prod(high - low)
    spread = (share * (1 - share) / 20_000) ** 0.5
    assert star.contains(points).mean() == pytest.approx(share, abs=6 * spread)
