"""The four shapes: their modes as measured before, their symmetries, every refusal by its text."""

import json

import numpy as np
import pytest

from numerics.images import shapes
from numerics.singular_modes import singular_modes
from theory.errors import ArgumentError


def test_modes(spectral_modes):
    """S = 4.6188 1.3812 1.2695 .8044, n vmax = 11.423 5.429 5.842 3.818."""
    images = shapes()
    known = [4.6188, 1.3812, 1.2695, 0.8044]
    np.testing.assert_allclose(singular_modes(images).singular_values, known, atol=5e-5)
    values, gains = spectral_modes(images)
    np.testing.assert_allclose(values, known, atol=5e-5)
    np.testing.assert_allclose(gains, [11.423, 5.429, 5.842, 3.818], atol=5e-4)


def test_a_small_set_pixel_by_pixel():
    """Side 7, radius 2: whole numbers from the middle pixel, the arms of the cross one pixel wide."""
    square, disc, triangle, cross = shapes(image_side=7, radius=2).image.values.astype(int)
    expected = {
        "square": ["11111", "11111", "11111", "11111", "11111"],
        "disc": ["00100", "01110", "11111", "01110", "00100"],
        "triangle": ["00100", "00100", "01110", "01110", "11111"],
        "cross": ["00100", "00100", "11111", "00100", "00100"],
    }
    for name, shape in zip(expected, (square, disc, triangle, cross), strict=True):
        rows = ["".join(map(str, row)) for row in shape[1:-1, 1:-1]]
        assert rows == expected[name], name
        assert shape[[0, -1]].sum() == shape[:, [0, -1]].sum() == 0


@pytest.mark.parametrize(("n", "r"), [(16, 6), (16, 7.5), (9, 4), (15, 5.5), (32, 12)])
def test_symmetries(n, r):
    """Square, disc and cross have all symmetries of the image; the triangle its left-right one."""
    images = shapes(image_side=n, radius=r).image.values
    np.testing.assert_array_equal(images, images[:, :, ::-1])
    for shape in images[[0, 1, 3]]:
        np.testing.assert_array_equal(shape, shape.T)
        np.testing.assert_array_equal(shape, shape[::-1])
    assert not np.array_equal(images[2], images[2, ::-1])
    assert set(np.unique(images)) == {0.0, 1.0}


def test_attributes():
    """Labels in the order of the names; the provenance has both numbers."""
    images = shapes(image_side=np.int64(20), radius=np.float32(7))
    assert images.label.values.tolist() == [0, 1, 2, 3]
    assert json.loads(images.attrs["class_names"]) == ["square", "disc", "triangle", "cross"]
    assert json.loads(images.attrs["provenance"]) == [
        {"source": "shapes", "image_side": 20, "radius": 7.0}
    ]


@pytest.mark.parametrize(
    ("arguments", "argument", "text"),
    [
        (
            {"radius": 8},
            "radius",
            "radius: got 8; must be above 0 and at most 7.5, so that 16 pixels hold the shapes; "
            "choose one in this range, or a larger side",
        ),
        ({"radius": 0}, "radius", "got 0; must be above 0 and at most 7.5"),
        ({"radius": -1.0}, "radius", "got -1.0; must be above 0"),
        ({"radius": float("nan")}, "radius", "got nan; must be above 0"),
        ({"radius": "6"}, "radius", "got 6; must be above 0"),
        ({"radius": None}, "radius", "got None; must be above 0"),
        ({"radius": 0.4}, "radius", "got 0.4; the square covers no pixel of 16 x 16; choose"),
        ({"radius": 1.9}, "radius", "got 1.9; the cross covers no pixel of 16 x 16"),
        (
            {"image_side": 9, "radius": 1},
            "radius",
            "got 1; disc and cross cover the same pixels of 9 x 9; choose a larger radius",
        ),
        ({"image_side": 5, "radius": 1.5}, "radius", "square and disc cover the same pixels"),
        ({"image_side": 1}, "image_side", "got 1; must be an integer, at least 2"),
        ({"image_side": 16.0}, "image_side", "got 16.0; must be an integer"),
        ({"image_side": 10**6}, "image_side", "32,000,000,000,000 bytes, more than the limit"),
    ],
)
def test_refuses(arguments, argument, text):
    """Each number out of range is named with its value, what is allowed, and what to do."""
    with pytest.raises(ArgumentError) as caught:
        shapes(**arguments)
    assert caught.value.argument == argument
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
