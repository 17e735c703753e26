"""Second moments: exact integers for bytes, the same bits in any blocks, refusals by their text."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images.stream import ImageStream
from numerics.latent_waves.moments import (
    half_moments,
    image_halves,
    moments_of,
    second_moments,
    subset_moments,
)
from numerics.latent_waves.running_sums import GROUP, PANEL
from theory.errors import ArgumentError


def stream_of(images, cuts=(), count=None):
    """A stream of images (m, y, x), cut into blocks before the numbers given."""
    scale = 1 / 255 if images.dtype == np.uint8 else 1.0
    count = len(images) if count is None else count
    return ImageStream(
        "test", images.shape[1:], count, scale, lambda: iter(np.split(images, list(cuts))), {}
    )


def random_bytes(count, shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def integer_products(images):
    """Sums and products in 64-bit integers, which neither round nor overflow here."""
    rows = images.reshape(len(images), -1).astype(np.int64)
    return rows.sum(0), rows.T @ rows


def assert_same(one, two):
    """Equal to the last bit."""
    assert (one.count, one.shape, one.scale) == (two.count, two.shape, two.scale)
    np.testing.assert_array_equal(one.sums, two.sums)
    np.testing.assert_array_equal(one.products, two.products)


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (1, PANEL + 1), (16, 16)])
@pytest.mark.parametrize("count", [1, 3, GROUP, 2 * GROUP + 5])
def test_sums_of_bytes_are_the_integers(count, shape):
    """LW28: m images of random bytes; sum and sum of outer products in integer arithmetic."""
    images = random_bytes(count, shape)
    found = second_moments(stream_of(images, range(200, count, 200)))
    sums, products = integer_products(images)
    assert (found.count, found.shape, found.scale) == (count, shape, 1 / 255)
    assert found.pixels == shape[0] * shape[1]
    np.testing.assert_array_equal(found.sums, sums)
    np.testing.assert_array_equal(found.products, products)


EXTREMES = {"black": [0], "white": [255], "both": [0, 255], "nearly": [0, 1, 254, 255]}


@pytest.mark.parametrize("name", EXTREMES)
def test_the_largest_sums_are_exact(name):
    """8192 images of values at both ends: products up to 8192 * 255^2; float32 alone would round some."""
    images = np.random.default_rng(0).choice(EXTREMES[name], (8 * GROUP, 3, 3)).astype(np.uint8)
    found = second_moments(stream_of(images, [3000]))
    sums, products = integer_products(images)
    np.testing.assert_array_equal(found.sums, sums)
    np.testing.assert_array_equal(found.products, products)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 2 * GROUP + 200),
    st.lists(st.integers(0, 2 * GROUP + 200), max_size=6),
    st.integers(0, 99),
)
def test_bytes_in_any_order_and_any_blocks(count, cuts, seed):
    """LW28: permuted and cut anywhere, empty blocks too; not a bit differs."""
    images = random_bytes(count, (3, 4))
    order = np.random.default_rng(seed).permutation(count)
    assert_same(second_moments(stream_of(images[order], sorted(cuts))), moments_of(images, 1 / 255))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, GROUP + 50), st.integers(1, GROUP + 50))
def test_moments_add_up(first, second):
    """G(A; B) = G(A) + G(B): to the last bit for bytes, an empty part included."""
    images = random_bytes(first + second, (3, 5))
    parts = moments_of(images[:first], 1 / 255) + moments_of(images[first:], 1 / 255)
    assert_same(parts, second_moments(stream_of(images)))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 1500), max_size=6))
def test_floats_in_any_blocks(cuts):
    """1500 images of random floats: the same bits however they are cut; equal to A^T A to rounding."""
    images = np.random.default_rng(1).random((1500, 6, 23))
    rows = images.reshape(1500, -1)
    found = second_moments(stream_of(images, sorted(cuts)))
    assert_same(found, second_moments(stream_of(images)))
    np.testing.assert_allclose(found.products, rows.T @ rows, rtol=1e-13)
    np.testing.assert_allclose(found.sums, rows.sum(0), rtol=1e-13)
    np.testing.assert_array_equal(found.products, found.products.T)


@pytest.mark.parametrize("count", [2, 1001])
def test_halves_are_those_of_the_permutation(count):
    """A: the first m // 2 of default_rng(seed).permutation(m); B: the others; one pass."""
    images = random_bytes(count, (4, 5))
    stream, passes = counting(stream_of(images, [1, 500]))
    halves = half_moments(stream, 7)
    order = np.random.default_rng(7).permutation(count)
    chosen = order[: count // 2], order[count // 2 :]
    for half, expected in zip(halves, chosen, strict=True):
        assert_same(half, moments_of(images[expected], 1 / 255))
    assert_same(halves[0] + halves[1], second_moments(stream))
    assert passes == [1, 1]  # one for the halves, one for the whole


def counting(stream):
    """Return a stream and a list that grows by 1 with each pass over it."""
    passes = []

    def blocks():
        passes.append(1)
        return stream.blocks()

    counted = ImageStream(stream.name, stream.shape, stream.count, stream.scale, blocks, {})
    return counted, passes


@pytest.mark.parametrize(("at_once", "passes"), [(None, 1), (1, 5), (2, 3), (5, 1)])
def test_subsets_may_overlap(at_once, passes):
    """Five random subsets: those of the images chosen, from as many passes as asked."""
    images = random_bytes(700, (3, 3))
    masks = np.random.default_rng(2).random((5, 700)) < 0.5
    stream, made = counting(stream_of(images, [300]))
    found = list(subset_moments(stream, masks, at_once=at_once))
    for subset, mask in zip(found, masks, strict=True):
        assert_same(subset, moments_of(images[mask], 1 / 255))
    assert len(made) == passes


@pytest.mark.parametrize("count", [10, 11])
def test_halves_of_the_images(count):
    """Each has m//2 images, and they follow one another from one generator."""
    masks = image_halves(count, 3, seed=4)
    assert masks.shape == (3, count)
    generator = np.random.default_rng(4)
    for mask in masks:
        assert mask.sum() == count // 2
        assert set(np.flatnonzero(mask)) == set(generator.permutation(count)[: count // 2])


def test_the_memory_is_that_of_one_block():
    """10,000 images made block by block take as much as 2000, and less than four tables of n^2 values."""
    images = random_bytes(500, (24, 24))

    def peak(times):
        stream = ImageStream(
            "again", (24, 24), 500 * times, 1 / 255, lambda: iter([images] * times), {}
        )
        tracemalloc.start()
        second_moments(stream)
        _, largest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return largest

    few, many = peak(4), peak(20)
    assert abs(many - few) < 10_000
    assert many < 4 * 8 * 576**2


def test_progress_tells_images_done_and_their_total():
    """After each block; over all passes for subsets."""
    stream, told = stream_of(random_bytes(10, (2, 2)), [4]), []
    second_moments(stream, progress=lambda *said: told.append(said))
    list(
        subset_moments(
            stream, np.ones((2, 10), bool), at_once=1, progress=lambda *said: told.append(said)
        )
    )
    assert told == [(4, 10), (10, 10), (4, 20), (10, 20), (14, 20), (20, 20)]


def with_nan():
    images = np.ones((3, 2, 2))
    images[1, 0, 1] = np.nan
    return images


def mixed():
    blocks = [np.zeros((1, 2, 2), np.uint8), np.zeros((1, 2, 2))]
    return ImageStream("mixed", (2, 2), 2, 1.0, lambda: iter(blocks), {})


HUGE = ImageStream("huge", (142, 142), 1, 1.0, lambda: iter([]), {})

REFUSED = {
    "many pixels": (
        lambda: second_moments(HUGE),
        r"images: got 20164 pixels an image; at most 20000: products of all pairs would take "
        r"3,252,695,168 bytes; make the images smaller",
    ),
    "many pixels in subsets": (
        lambda: subset_moments(HUGE, np.ones((1, 1), bool)),
        "20164 pixels an image",
    ),
    "none": (
        lambda: second_moments(stream_of(random_bytes(0, (2, 2)))),
        "images: got 0 images; must be at least one, and 0 as announced",
    ),
    "fewer": (
        lambda: second_moments(stream_of(random_bytes(3, (2, 2)), count=4)),
        "got 3 images; must be at least one, and 4 as announced",
    ),
    "nan": (
        lambda: second_moments(stream_of(with_nan())),
        "images: got nan or inf; must be finite",
    ),
    "squares that overflow": (
        lambda: second_moments(stream_of(np.array([[[1e200, -1.0], [0.0, 1e200]]] * 3))),
        "images: got values whose squares overflow; must be below 1e150; divide them",
    ),
    "another type": (
        lambda: moments_of(np.zeros((1, 2, 2), np.uint16), 1.0),
        "images: got uint16; must be uint8 or float64",
    ),
    "two types": (
        lambda: second_moments(mixed()),
        "images: got float64; must be uint8 like those before",
    ),
    "masks of numbers": (
        lambda: subset_moments(stream_of(random_bytes(3, (2, 2))), np.ones((2, 3))),
        r"masks: got float64 of shape \(2, 3\); must be bool, \(subset, 3\)",
    ),
    "masks of another length": (
        lambda: subset_moments(stream_of(random_bytes(3, (2, 2))), np.ones((2, 4), bool)),
        r"masks: got bool of shape \(2, 4\)",
    ),
    "an empty subset": (
        lambda: subset_moments(
            stream_of(random_bytes(3, (2, 2))), np.array([[True] * 3, [False] * 3])
        ),
        "masks: got no image in subset 1; must have one at least",
    ),
    "half of one": (
        lambda: half_moments(stream_of(random_bytes(1, (2, 2)))),
        "no image in subset 0",
    ),
    "a seed": (lambda: half_moments(stream_of(random_bytes(4, (2, 2))), -1), "seed: got -1"),
    "sums of two shapes": (
        lambda: moments_of(random_bytes(2, (2, 3)), 1.0) + moments_of(random_bytes(2, (3, 2)), 1.0),
        r"shape: got \(3, 2\); must be \(2, 3\), that of the moments that it is added to",
    ),
    "sums of two scales": (
        lambda: moments_of(random_bytes(2, (2, 3)), 1.0) + moments_of(random_bytes(2, (2, 3)), 2.0),
        "scale: got 2.0; must be 1.0",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_summed_is_refused(what):
    """At the call, with argument, value and remedy."""
    call, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        call()
