"""Tetrominoes, small and coloured: exact shares, orientations, texture, places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from numerics.wave_rnn.segments.segment_set import class_shares
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.segments.tetromino_shapes import SHAPES, piece
from numerics.wave_rnn.segments.tetrominoes import tetrominoes_splits
from theory.errors import ArgumentError

SIZES = (3000, 300, 300)
ORIENTATIONS = {"I": 2, "O": 1, "T": 4, "S/Z": 4, "J/L": 8}
"""Different pixel patterns of each shape under turning and mirroring."""


@pytest.fixture(scope="module")
def small():
    return small_tetrominoes_splits()


@pytest.fixture(scope="module")
def coloured():
    return tetrominoes_splits(SIZES)


def entropy(shares):
    return -(shares * np.log(shares)).sum()


def checksums(splits):
    return [part.checksum() for part in (splits.train, splits.validation, splits.test)]


def patterns(masks, label):
    """Different patterns of single pieces of a label, cut out at their bounding boxes."""
    boxes = [ndimage.find_objects((mask == label).astype(int)) for mask in masks]
    cut = [mask[box[0]] == label for mask, box in zip(masks, boxes, strict=True) if box]
    return {(pattern.shape, pattern.tobytes()) for pattern in cut}


@pytest.mark.parametrize("name", list(SHAPES))
def test_shapes(name):
    """Four squares that hang together; turned and mirrored, I, O, T, S/Z, J/L give 2, 1, 4, 4, 8 patterns."""
    every = [
        piece(name, turn, mirrored, 1).whole for turn in range(4) for mirrored in (False, True)
    ]
    assert all(cells.sum() == 4 and ndimage.label(cells)[1] == 1 for cells in every)
    assert len({(cells.shape, cells.tobytes()) for cells in every}) == ORIENTATIONS[name]


def test_small_shares(small):
    """One piece of 64 of 324 pixels: p_0 = 65/81 in every set; three classes alike: entropy .714."""
    for part in (small.train, small.validation, small.test):
        assert class_shares(part)[0] == pytest.approx(65 / 81, abs=1e-15)
    shares = class_shares(small.train)
    # share of a class: 4000 draws of 1/3, 16/81 of the pixels each; four standard errors
    np.testing.assert_allclose(shares[1:], 16 / 243, atol=4 * 16 / 81 * (2 / 9 / 4000) ** 0.5)
    assert entropy(shares) == pytest.approx(0.714, abs=1e-3)


def test_small_draws_are_those_of_the_description(small):
    """The first images, built pixel by pixel from class, rotation, grey level, row, column."""
    generator = np.random.default_rng(1)
    images, masks = small.train.batch(range(50))
    for image, mask in zip(images[:, 0], masks, strict=True):
        shape, turn = int(generator.integers(3)), int(generator.integers(4))
        grey = generator.uniform(0.35, 0.65)
        cells = np.rot90([[int(c) for c in row] for row in list(SHAPES.values())[shape]], turn)
        height, width = 4 * np.array(cells.shape)
        row, column = generator.integers(19 - height), generator.integers(19 - width)
        expected = np.zeros((18, 18))
        for y, x in np.argwhere(cells):
            square = expected[row + 4 * y : row + 4 * y + 4, column + 4 * x : column + 4 * x + 4]
            square[:] = 1.5 * grey
            square[1:-1, 1:-1] = grey
        np.testing.assert_array_equal(image, expected.astype(np.float32))
        np.testing.assert_array_equal(mask, (shape + 1) * (expected > 0))


def test_small_orientations_and_places(small):
    """I, O, T in 2, 1, 4 orientations; every border of the canvas is reached; sizes 8 to 16 px."""
    masks = small.train.batch(range(4000)).masks
    assert [len(patterns(masks, label)) for label in (1, 2, 3)] == [2, 1, 4]
    reached = masks.max(axis=0)
    assert all(edge.any() for edge in (reached[0], reached[-1], reached[:, 0], reached[:, -1]))
    assert small.object_sizes == (8.0, 16.0)
    assert small.train.classes == ("background", "I", "O", "T")
    assert (small.train.shape, len(small.train), len(small.validation)) == ((1, 18, 18), 4000, 200)


def test_small_seeds_are_those_of_the_splits(small):
    """Seeds 1, 2, 3: any other order exchanges the sets; fewer images are the first ones of more."""
    other = small_tetrominoes_splits((200, 200, 200), seeds=(2, 1, 3))
    assert other.train.checksum() == small.validation.checksum()
    np.testing.assert_array_equal(
        other.validation.batch(range(200)).images, small.train.batch(range(200)).images
    )
    assert len(set(checksums(small))) == 3


@settings(deadline=None, max_examples=40)
@given(
    scale=st.integers(1, 5),
    spare=st.integers(0, 6),
    seed=st.integers(0, 2**32),
    shapes=st.lists(st.sampled_from(list(SHAPES)), min_size=1, unique=True).map(tuple),
)
def test_small_properties(scale, spare, seed, shapes):
    """One piece of 4 scale^2 pixels of one class, white there alone; same seed, same bytes."""
    settings_ = {"scale": scale, "canvas": 4 * scale + spare, "shapes": shapes}
    first, again = (
        small_tetrominoes_splits((6, 1, 1), seeds=(seed, 1, 2), **settings_) for _ in range(2)
    )
    images, masks = first.train.batch(range(6))
    np.testing.assert_array_equal(masks > 0, images[:, 0] > 0)
    assert ((masks > 0).sum(axis=(1, 2)) == 4 * scale**2).all()
    assert all(len(np.unique(mask[mask > 0])) == 1 for mask in masks)
    assert masks.max() <= len(shapes)
    assert images.max() < 1
    assert checksums(first) == checksums(again)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"canvas": 15},
            "canvas: got 15; must be at least 16 px: the longest piece has scale*4 = 16 px",
        ),
        ({"canvas": 18, "scale": 5}, "scale*4 = 20 px"),
        ({"scale": 0}, "scale: got 0; must be an integer, at least 1"),
        ({"canvas": 18.0}, "canvas: got 18.0; must be an integer"),
        (
            {"shapes": ("I", "I")},
            "shapes: got ('I', 'I'); must be some of I, O, T, S/Z, J/L, each once",
        ),
        ({"shapes": ("I", "L")}, "each once"),
        ({"shapes": ()}, "each once"),
        ({"seeds": (1, 2)}, "seeds: got (1, 2); must be 3 integers"),
        ({"seeds": (1, 2, -3)}, "seeds: got -3; must be an integer, at least 0"),
    ],
)
def test_small_refuses(arguments, text):
    """A canvas without room, unknown shapes, seeds that are none."""
    with pytest.raises(ArgumentError) as caught:
        small_tetrominoes_splits((1, 1, 1), **arguments)
    assert text in str(caught.value)


def test_coloured_shares(coloured):
    """Three pieces on the mean, 196 of 4096 pixels each: p_0 = .8564 (.857), entropy .642 (.641).

    An image's share deviates by 196/4096 sqrt 2, the entropy by that times ln((1 - p_0)/(5 p_0)) = -3.4.
    """
    shares = class_shares(coloured.train)
    error = 196 / 4096 * (2 / SIZES[0]) ** 0.5
    assert shares[0] == pytest.approx(1 - 3 * 196 / 4096, abs=4 * error)
    assert entropy(shares) == pytest.approx(0.641, abs=4 * 3.4 * error)
    # a class is in an image with 3/5 on the mean
    np.testing.assert_allclose(shares[1:], 3 / 5 * 196 / 4096, atol=4 * error / 2**0.5)


def test_coloured_pieces(coloured):
    """1 to 5 pieces, each as often; up to four of different shapes; five from two of each."""
    masks = coloured.train.batch(range(SIZES[0])).masks
    areas = np.stack([(masks == label).sum(axis=(1, 2)) for label in range(1, 6)], axis=1)
    assert (areas % 196 == 0).all()
    pieces = areas.sum(axis=1) // 196
    counts = np.bincount(pieces, minlength=6)
    assert counts[0] == 0
    np.testing.assert_allclose(counts[1:], SIZES[0] / 5, atol=4 * (SIZES[0] * 4 / 25) ** 0.5)
    assert (areas[pieces < 5] <= 196).all()
    assert areas[pieces == 5].max() == 2 * 196


def test_coloured_orientations_and_places(coloured):
    """All orientations, mirrored ones too; the last row and column stay free, the others do not."""
    masks = coloured.train.batch(range(SIZES[0])).masks
    for label, name in enumerate(SHAPES, start=1):
        single = masks[(masks == label).sum(axis=(1, 2)) == 196]
        assert len(patterns(single, label)) == ORIENTATIONS[name]
    reached = masks.max(axis=0)
    assert not reached[-1].any()
    assert not reached[:, -1].any()
    assert all(edge.any() for edge in (reached[0], reached[-2], reached[:, 0], reached[:, -2]))
    assert coloured.object_sizes == (14.0, 28.0)
    assert coloured.train.shape == (3, 64, 64)


def test_coloured_texture(coloured):
    """100 inner pixels of colour c, 96 of the borders with (c + c//2) mod 256, in each channel."""
    images, masks = coloured.train.images[:400], coloured.train.masks[:400]
    wrapped = 0
    for image, mask in zip(images, masks, strict=True):
        for label in np.unique(mask[mask > 0]):
            pixels = image[:, mask == label].astype(int)
            if pixels.shape[1] != 196:
                continue
            for channel in pixels:
                counts = np.bincount(channel, minlength=256)
                c = int(counts.argmax())
                border = (c + c // 2) % 256
                assert counts[border] == (96 if border != c else 196)
                assert counts[c] == (100 if border != c else 196)
                wrapped += border < c
    assert wrapped > 100
    assert not images[np.broadcast_to(masks[:, None] == 0, images.shape)].any()


@settings(deadline=None, max_examples=40)
@given(
    scale=st.integers(1, 5),
    spare=st.integers(10, 40),
    most=st.integers(1, 5),
    seed=st.integers(0, 2**32),
)
def test_coloured_properties(scale, spare, most, seed):
    """Whole pieces only, so none overlap; black outside; same seed, same bytes; fewer are the first."""
    settings_ = {"scale": scale, "canvas": 4 * scale + spare, "most_pieces": most, "seed": seed}
    first, again = (tetrominoes_splits((5, 1, 1), **settings_) for _ in range(2))
    images, masks = first.train.batch(range(5))
    for label in range(1, 6):
        assert ((masks == label).sum(axis=(1, 2)) % (4 * scale**2) == 0).all()
    pieces = (masks > 0).sum(axis=(1, 2)) / (4 * scale**2)
    assert ((pieces >= 1) & (pieces <= most)).all()
    assert masks.max() <= 5
    assert not images[np.broadcast_to(masks[:, None] == 0, images.shape)].any()
    assert checksums(first) == checksums(again)
    assert len(set(checksums(first))) == 3
    fewer = tetrominoes_splits((2, 1, 1), **settings_).train
    np.testing.assert_array_equal(fewer.images, first.train.images[:2])


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"canvas": 28},
            "canvas: got 28; must be at least 29 px: the longest piece has scale*4 = 28 px",
        ),
        ({"most_pieces": 6}, "most_pieces: got 6; must be an integer, from 1 to 5"),
        ({"seed": -1}, "seed: got -1; must be an integer, at least 0"),
        ({"sizes": (0, 1, 1)}, "sizes: got 0"),
    ],
)
def test_coloured_refuses(arguments, text):
    """A canvas without room for the spare row, and numbers out of range."""
    with pytest.raises(ArgumentError) as caught:
        tetrominoes_splits(**{"sizes": (1, 1, 1), **arguments})
    assert text in str(caught.value)
