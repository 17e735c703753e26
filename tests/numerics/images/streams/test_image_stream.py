"""The options of a stream against the same operations on all images at once."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.images import ImageStream, streams
from theory.errors import ArgumentError

BYTES = np.random.default_rng(0).integers(0, 256, (23, 8, 12), np.uint8)


def stream_in_blocks(lengths, images=BYTES):
    """Stream of the images in blocks of these lengths."""
    parts = np.split(images, np.cumsum(lengths)[:-1])
    return ImageStream("it", images.shape[1:], len(images), 1 / 255, lambda: iter(parts), {})


def together(stream):
    blocks = list(stream.blocks())
    assert all(len(block) for block in blocks)
    assert sum(map(len, blocks)) == stream.count
    assert {block.shape[1:] for block in blocks} == {stream.shape}
    return np.concatenate(blocks)


block_lengths = st.lists(st.integers(1, 9), min_size=1).map(
    lambda lengths: [
        min(length, 23 - before)
        for length, before in zip([*lengths, 23], np.cumsum([0, *lengths]), strict=True)
        if before < 23
    ]
)


@given(block_lengths, st.integers(1, 23))
def test_first(lengths, count):
    """However the blocks fall, the first images are those of the array."""
    np.testing.assert_array_equal(together(stream_in_blocks(lengths).first(count)), BYTES[:count])


def test_first_reads_no_further():
    """Blocks after the last image that is wanted are not asked for."""
    asked = []

    def blocks():
        for number in range(3):
            asked.append(number)
            yield BYTES[:5]

    stream = ImageStream("it", (8, 12), 15, 1 / 255, blocks, {})
    assert together(stream.first(10)).shape == (10, 8, 12)
    assert asked == [0, 1]


@given(block_lengths, st.lists(st.booleans(), min_size=23, max_size=23).filter(any))
def test_selected(lengths, mask):
    """However the blocks fall, the images are those of the array under the mask; none is empty."""
    np.testing.assert_array_equal(
        together(stream_in_blocks(lengths).selected(np.array(mask))), BYTES[mask]
    )


def test_halves_of_a_permutation():
    """Two masks that exclude each other share the images out."""
    mask = np.random.default_rng(0).permutation(23) < 11
    halves = [together(stream_in_blocks([23]).selected(part)) for part in (mask, ~mask)]
    assert [len(half) for half in halves] == [11, 12]
    everything = np.sort(np.concatenate(halves).reshape(23, -1), axis=0)
    np.testing.assert_array_equal(everything, np.sort(BYTES.reshape(23, -1), axis=0))


def test_permuted_pixels():
    """Pixel i is the old pixel permutation[i]; the inverse gives the images back."""
    permutation = np.random.default_rng(1).permutation(96)
    stream = stream_in_blocks([10, 13])
    permuted = stream.permuted_pixels(permutation)
    np.testing.assert_array_equal(
        together(permuted).reshape(23, 96), BYTES.reshape(23, 96)[:, permutation]
    )
    np.testing.assert_array_equal(
        together(permuted.permuted_pixels(np.argsort(permutation))), BYTES
    )


def test_average_pooled():
    """Means over 2 x 2 pixels of bytes, as float64 and in stored values: the scale stays."""
    pooled = stream_in_blocks([10, 13]).average_pooled(2)
    expected = sum(BYTES[:, i::2, j::2].astype(float) for i in (0, 1) for j in (0, 1)) / 4
    assert pooled.shape == (4, 6)
    assert pooled.scale == 1 / 255
    np.testing.assert_array_equal(together(pooled), expected)


def test_options_are_recorded():
    """Provenance that JSON can hold lists the options in their order; the original has none."""
    stream = streams.digits()
    derived = stream.first(100).selected(np.arange(100) % 2 == 0).average_pooled(2)
    options = json.loads(json.dumps(derived.provenance))["options"]
    assert [step["option"] for step in options] == ["first", "selected", "average_pool"]
    assert (derived.count, derived.name, derived.scale) == (50, "digits", 1 / 16)
    assert "options" not in stream.provenance


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("first", 0, "count: got 0; must be an integer, from 1 to 23"),
        ("first", 24, "the set has 23 images"),
        ("first", True, "count: got True"),
        ("selected", np.zeros(23, bool), "mask: got bool of shape (23,), 0 true"),
        ("selected", np.ones(22, bool), "must be one bool for each of the 23 images"),
        ("selected", np.ones(23, int), "mask: got int64 of shape (23,), 23 true"),
        ("permuted_pixels", np.arange(95), "must have each integer from 0 to 95 once"),
        ("permuted_pixels", np.zeros(96, int), "permutation: got"),
        ("permuted_pixels", np.arange(96.0), "default_rng(seed).permutation(96)"),
        ("average_pooled", 1, "factor: got 1; must be an integer, from 2 to 2"),
        ("average_pooled", 3, "the images have 8 x 12 pixels"),
    ],
)
def test_refused(option, value, text):
    """Options that leave nothing, or do not fit."""
    with pytest.raises(ArgumentError) as caught:
        getattr(stream_in_blocks([23]), option)(value)
    assert text in str(caught.value)


def test_factor_that_does_not_divide():
    """12 x 13 pixels cannot be averaged over 3 x 3."""
    stream = stream_in_blocks([2], np.zeros((2, 12, 13), np.uint8))
    with pytest.raises(ArgumentError, match="factor: got 3; must divide both sides of 12 x 13"):
        stream.average_pooled(3)
