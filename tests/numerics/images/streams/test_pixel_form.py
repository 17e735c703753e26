"""How stored images become grey: the rule for bytes against Pillow, and what is refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from numerics.images.streams import grey_bytes
from numerics.images.streams.pixel_form import BYTE_LUMA, block_bounds, block_starts, pixel_form
from theory.errors import ArgumentError


def test_weights_add_up():
    """The weights add up to 2^16, so that a grey colour stays what it is: all 256 of them."""
    assert sum(BYTE_LUMA) == 2**16
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    np.testing.assert_array_equal(grey_bytes(greys), np.arange(256))


def test_bytes_as_pillow():
    """52^3 colours over the whole cube, corners included: bit-equal to Pillow's convert("L")."""
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    cube = np.array(list(itertools.product(levels, repeat=3)), np.uint8).reshape(52, -1, 3)
    np.testing.assert_array_equal(
        grey_bytes(cube), np.asarray(Image.fromarray(cube, "RGB").convert("L"))
    )


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2).map(lambda shape: (*shape, 3))))
def test_any_bytes_as_pillow(colours):
    """Any colours: bit-equal to Pillow, and within 0.51 of the rule for floats."""
    grey = grey_bytes(colours)
    np.testing.assert_array_equal(grey, np.asarray(Image.fromarray(colours, "RGB").convert("L")))
    exact = colours @ np.array([0.299, 0.587, 0.114])
    assert np.abs(grey - exact).max() < 0.51


@given(st.integers(1, 5000), st.integers(4, 3000))
def test_blocks(count, side):
    """Blocks cover 0..count without gaps; each has an image, at most 256, at most 2^22 pixels or one."""
    bounds = np.array(list(block_bounds(block_starts(count, (side, side)), count)))
    assert (bounds[0, 0], bounds[-1, 1]) == (0, count)
    np.testing.assert_array_equal(bounds[1:, 0], bounds[:-1, 1])
    lengths = bounds[:, 1] - bounds[:, 0]
    assert lengths.min() >= 1
    assert lengths.max() <= 256
    assert lengths.max() == 1 or lengths.max() * side**2 <= 2**22


@pytest.mark.parametrize(
    ("dtype", "scale", "expected"),
    [
        (np.uint8, None, 1 / 255),
        (np.uint8, 1 / 16, 1 / 16),
        (np.float32, None, 1.0),
        (bool, None, 1.0),
        (np.uint16, 1 / 65535, 1 / 65535),
        (np.int64, 2, 2.0),
    ],
)
def test_scale(dtype, scale, expected):
    """Bytes have 1/255, floats and bools 1; a declared scale stands for any type."""
    assert pixel_form((1, 4, 4), np.dtype(dtype), scale, "it").scale == expected


@pytest.mark.parametrize(
    ("shape", "dtype", "scale", "text"),
    [
        ((0, 8, 8), np.uint8, None, "must hold at least one image"),
        ((5, 3, 8), np.uint8, None, "at least 4 x 4 pixels, have the shape 3 x 8"),
        ((5, 8, 3), np.uint8, None, "at least 4 x 4 pixels, have the shape 8 x 3"),
        ((5, 64), np.uint8, None, "must be images shaped (m, h, w), (m, h, w, 1) or (m, h, w, 3)"),
        ((5, 8, 8, 4), np.uint8, None, "have the shape (5, 8, 8, 4)"),
        ((5, 3, 8, 8), np.uint8, None, "channels go last"),
        ((5, 8, 8), np.uint16, None, "uint16 images need a declared scale"),
        ((5, 8, 8), np.int32, None, "pass scale=1/2147483647, say"),
        ((5, 8, 8), np.complex128, None, "must be real numbers, are complex128"),
        ((5, 8, 8), "U3", None, "must be real numbers, are <U3"),
        ((5, 8, 8), np.uint16, 0, "scale: got 0; must be a positive number"),
        ((5, 8, 8), np.uint8, -1.0, "scale: got -1.0; must be a positive number"),
        ((5, 8, 8), np.uint8, np.nan, "scale: got nan; must be a positive number"),
        ((5, 8, 8), np.uint8, "1", "scale: got 1; must be a positive number"),
    ],
)
def test_refused(shape, dtype, scale, text):
    """Shapes, types and scales that are none, in one line."""
    with pytest.raises(ArgumentError) as caught:
        pixel_form(shape, np.dtype(dtype), scale, "it")
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
