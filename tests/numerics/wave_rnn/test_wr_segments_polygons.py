"""Polygons: pixels against half-planes and areas, shares, places."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.segments.object_sizes import extents
from numerics.wave_rnn.segments.polygons import polygon, polygons_splits
from numerics.wave_rnn.segments.segment_set import class_shares
from theory.errors import ArgumentError


def area(edges, radius):
    """Area of a regular polygon, n/2 r^2 sin(2 pi/n)."""
    return edges / 2 * radius**2 * math.sin(2 * math.pi / edges)


@pytest.mark.parametrize("edges", [3, 4, 5, 6])
@pytest.mark.parametrize("radius", [15.0, 17.3, 20.0])
def test_pixels_have_the_area(edges, radius):
    """Mean over 200 random places and turns: the area; an error of a lattice count is O(sqrt r)."""
    generator = np.random.default_rng(0)
    counts = [
        polygon(edges, radius, 2 * math.pi * turn, (22 + row, 22 + column), 45).sum()
        for turn, row, column in generator.random((200, 3))
    ]
    assert np.mean(counts) == pytest.approx(area(edges, radius), abs=4 * np.std(counts) / 200**0.5)
    assert np.std(counts) < math.sqrt(radius) * 2


@given(
    edges=st.integers(3, 6),
    radius=st.floats(3, 8),
    rotation=st.floats(0, 7),
    centre=st.tuples(st.floats(8, 11), st.floats(8, 11)),
)
def test_pixels_are_those_between_the_corners(edges, radius, rotation, centre):
    """A pixel is inside if it lies left of every edge from corner to corner (cross products)."""
    angles = rotation + 2 * np.pi * np.arange(edges + 1) / edges
    corners = np.stack(centre) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    pixels = np.stack(np.mgrid[:20, :20], axis=-1)[:, :, None]
    along, to = np.diff(corners, axis=0), pixels - corners[:-1]
    left = along[:, 0] * to[..., 1] - along[:, 1] * to[..., 0]
    clear = (abs(left) > 1e-6).all(axis=-1)
    found = polygon(edges, radius, rotation, centre, 20)
    np.testing.assert_array_equal(found[clear], (left > 0).all(axis=-1)[clear])


@settings(deadline=None, max_examples=20)
@given(canvas=st.integers(42, 100), seed=st.integers(0, 2**32))
def test_properties(canvas, seed):
    """White where a polygon is; each has its area of its class up to the rim; same seed, same bytes."""
    first, again = (polygons_splits((4, 1, 1), seed=seed, canvas=canvas) for _ in range(2))
    images, masks = first.train.batch(range(4))
    np.testing.assert_array_equal(images[:, 0] == 1, masks > 0)
    assert set(np.unique(images)) <= {0, 1}
    assert masks.max() <= 4
    for mask in masks:
        labels, counts = np.unique(mask[mask > 0], return_counts=True)
        assert 1 <= len(labels) <= 2
        for label, count in zip(labels, counts, strict=True):
            same = 3 - len(labels)  # polygons that may bear this label
            assert area(label + 2, 15) - 25 <= count <= same * (area(label + 2, 20) + 25)
    for part in ("train", "validation", "test"):
        assert getattr(first, part).checksum() == getattr(again, part).checksum()


def test_shares_and_places():
    """1.5 polygons of the mean area 638: p_0 = .830 and a little more, as two large ones find no room.

    Classes alike but for their areas; every row but the outer ones is reached.
    """
    splits = polygons_splits((1500, 1, 1))
    shares = class_shares(splits.train)
    mean_square = (20**3 - 15**3) / 15
    areas = np.array([area(edges, 1) for edges in (3, 4, 5, 6)]) * mean_square
    share = 1.5 * areas.mean() / 75**2
    assert 1 - share - 0.004 < shares[0] < 1 - share + 0.012
    np.testing.assert_allclose(shares[1:] / shares[1:].sum(), areas / areas.sum(), atol=0.03)
    reached = splits.train.batch(range(1500)).masks.max(axis=0)
    assert reached[0].any()
    assert reached[-1].any()
    squares = splits.train.masks[(splits.train.masks.reshape(1500, -1) == 2).sum(axis=1) < 801] == 2
    squares = squares[squares.any(axis=(1, 2))]
    widths = extents(squares) / np.sqrt(squares.sum(axis=(1, 2)))
    # a single square turned from 0 to 45 degrees is 1 to sqrt(2) of its side wide
    assert widths.min() < 1.06
    assert np.mean((widths > 1.2) & (widths < 1.5)) > 0.4
    assert splits.object_sizes == pytest.approx((21.2132, 40), abs=1e-4)
    assert splits.train.shape == (1, 75, 75)
    assert splits.train.classes == ("background", "triangle", "square", "pentagon", "hexagon")


def test_largest_and_smallest_object():
    """Bounding boxes of 2000 random polygons lie within the object sizes, a pixel at the rim aside."""
    generator = np.random.default_rng(0)
    sides = []
    for edges, radius, turn in zip(
        generator.integers(3, 7, 2000),
        generator.uniform(15, 20, 2000),
        generator.random(2000),
        strict=True,
    ):
        inside = polygon(int(edges), radius, turn * 2 * math.pi, (21.3, 20.6), 43)
        sides.append(max(int(np.ptp(along)) + 1 for along in np.nonzero(inside)))
    assert 21.2 - 1 <= min(sides) < 21.2 + 1.5
    assert 40 - 1.5 < max(sides) <= 40 + 1


@pytest.mark.parametrize("canvas", [41, 10, 0, "75"])
def test_refused_canvas(canvas):
    """A polygon of radius 20 needs 42 px."""
    with pytest.raises(ArgumentError, match=r"^canvas: got .*(at least 42 px|must be an integer)"):
        polygons_splits((1, 1, 1), canvas=canvas)
