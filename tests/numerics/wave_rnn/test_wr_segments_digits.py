"""MNIST and Multi-MNIST to be segmented; what needs the files says so without them."""

import collections
import os

import numpy as np
import pytest

from numerics.wave_rnn.segments.mnist_digits import Digits, digits_as_stored
from numerics.wave_rnn.segments.mnist_segments import (
    EnlargedDigits,
    enlarged,
    mnist_segments_splits,
)
from numerics.wave_rnn.segments.multi_mnist import (
    HIGHEST_THRESHOLD,
    digit_pools,
    enlarged_digit,
    multi_mnist_splits,
)
from numerics.wave_rnn.segments.segment_set import class_shares
from theory.errors import ArgumentError


@pytest.fixture(scope="module")
def training():
    """The 60,000 training digits."""
    if not os.environ.get("MODEWISE_DATA"):
        pytest.skip("MODEWISE_DATA is not set: no folder with the MNIST files")
    return digits_as_stored("train")


def interpolation(old, new):
    """Matrix (new, old) of linear interpolation; pixel i is the interval [i, i+1]/n, rims repeated."""
    places = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    return np.maximum(0, 1 - abs(places[:, None] - np.arange(old)))


def entropy(shares):
    return -(shares * np.log(shares)).sum()


def checksums(splits):
    return [part.checksum() for part in (splits.train, splits.validation, splits.test)]


def counted(images):
    """How often each image occurs."""
    return collections.Counter(map(bytes, images))


BLOBS = Digits(
    np.random.default_rng(0).integers(256, size=(6, 28, 28), dtype=np.uint8),
    np.array([0, 9, 3, 0, 1, 5], dtype=np.uint8),
)


@pytest.mark.parametrize("side", [28, 33, 56, 84])
def test_enlarged(side):
    """Bilinear interpolation of rows and columns, by two matrices."""
    grey = BLOBS.images / np.float32(255)
    matrix = interpolation(28, side)
    np.testing.assert_allclose(enlarged(grey, side), matrix @ grey @ matrix.T, atol=2e-6)


@pytest.mark.parametrize("binarise", [False, True])
def test_batch(binarise):
    """Grey or black and white images; the mask is digit + 1 above one half; the order asked for."""
    digits = EnlargedDigits(BLOBS, 56, binarise)
    images, masks = digits.batch([4, 1])
    grey = enlarged(BLOBS.images[[4, 1]] / np.float32(255), 56)
    np.testing.assert_array_equal(images[:, 0], grey > 0.5 if binarise else grey)
    np.testing.assert_array_equal(masks, (grey > 0.5) * np.array([2, 10])[:, None, None])
    assert (images.dtype, masks.dtype) == (np.float32, np.int64)
    assert (digits.shape, len(digits), len(digits.classes)) == ((1, 56, 56), 6, 11)


def test_checksum_of_enlarged_digits():
    """Pixels, labels, side and form all count."""
    altered = BLOBS._replace(labels=BLOBS.labels[::-1])
    sets = [
        EnlargedDigits(BLOBS),
        EnlargedDigits(BLOBS, 57),
        EnlargedDigits(BLOBS, 56, True),
        EnlargedDigits(altered),
        EnlargedDigits(BLOBS._replace(images=BLOBS.images[::-1])),
    ]
    assert len({one.checksum() for one in sets}) == len(sets)
    assert EnlargedDigits(BLOBS).checksum() == sets[0].checksum()


def test_mnist_shares(training):
    """First 20,000 training digits: p_0 = .8683, entropy .691, FG-loss of the constant predictor 4.315."""
    shares = class_shares(EnlargedDigits(training.at(np.arange(20_000))))
    assert shares[0] == pytest.approx(0.8683, abs=5e-5)
    assert entropy(shares) == pytest.approx(0.691, abs=5e-4)
    foreground = -(shares[1:] * np.log(shares[1:])).sum() / (1 - shares[0])
    assert foreground == pytest.approx(4.315, abs=5e-4)


def test_mnist_splits(training):
    """The paper's 51,000 and 9000 divide the training digits; 10,000 are those of the test files."""
    splits = mnist_segments_splits()
    parts = (splits.train, splits.validation, splits.test)
    assert [len(part) for part in parts] == [51_000, 9000, 10_000]
    together = np.concatenate([part.digits.images for part in parts[:2]])
    assert counted(together) == counted(training.images)
    assert counted(splits.test.digits.images) == counted(digits_as_stored("test").images)
    # every digit of MNIST is 20 px along its longer side, of 28; doubled, and cut at one half
    assert 34 <= splits.object_sizes[0] <= splits.object_sizes[1] <= 41


def test_fewer_mnist_digits(training):
    """Fewer are the first ones of more, in every split; another seed gives others."""
    more, fewer = mnist_segments_splits((300, 200, 100)), mnist_segments_splits((30, 20, 10))
    for many, few in (
        (more.train, fewer.train),
        (more.validation, fewer.validation),
        (more.test, fewer.test),
    ):
        np.testing.assert_array_equal(many.digits.images[: len(few)], few.digits.images)
    other = mnist_segments_splits((30, 20, 10), seed=43)
    assert not set(checksums(other)) & set(checksums(fewer))


def test_the_release_s_division_of_mnist(training):
    """Its own two lines: torch seeded with 42, `random_split` of 60,000 digits at 85 %."""
    import torch

    splits = mnist_segments_splits(release=True)
    state = torch.get_rng_state()
    torch.manual_seed(42)
    train, validation = torch.utils.data.random_split(range(60_000), [51_000, 9000])
    torch.set_rng_state(state)
    np.testing.assert_array_equal(splits.train.digits.images, training.images[train.indices])
    chosen = counted(training.images[validation.indices])
    assert counted(splits.validation.digits.images) == chosen
    ours = mnist_segments_splits()
    assert len(counted(ours.validation.digits.images) & chosen) < 2000


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"sizes": (60_000, 1, 1)}, "sizes: got 60001; must be at most 60,000"),
        ({"sizes": (1, 1, 10_001)}, "sizes: got 10001; must be at most 10,000 test"),
        ({"side": 27}, "side: got 27; must be an integer, at least 28"),
    ],
)
def test_mnist_refuses(training, arguments, text):
    """More digits than there are, and a side that would shrink them."""
    with pytest.raises(ArgumentError) as caught:
        mnist_segments_splits(**arguments)
    assert text in str(caught.value)


def test_digits_without_their_files(tmp_path, monkeypatch):
    """The error names the variable and the file."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError, match=r"MODEWISE_DATA=.* must hold train-images"):
        multi_mnist_splits((1, 1, 1))


@pytest.mark.parametrize(
    ("threshold", "level"), [({}, 50), ({"threshold": 50 / 255}, 50), ({"threshold": 0.5}, 127)]
)
def test_enlarged_digit(threshold, level):
    """Bilinear, 8 bits, above 50 or 127: as exact interpolation wherever that is a level away."""
    matrix, least = interpolation(28, 42), level + 0.5
    for image in BLOBS.images:
        exact = matrix @ image.astype(float) @ matrix.T
        clear = abs(exact - least) > 1.5
        found = enlarged_digit(image, **threshold)
        np.testing.assert_array_equal(found[clear], (exact > least)[clear])
        assert clear.mean() > 0.9


def test_thresholds_of_multi_mnist(training):
    """One half makes digits thinner; at the highest threshold each of 60,000 still has a pixel."""
    low, high = (multi_mnist_splits((300, 1, 1), threshold=share) for share in (50 / 255, 0.5))
    assert class_shares(high.train)[0] > class_shares(low.train)[0] + 0.005
    assert high.told["threshold"] == 0.5
    assert all(enlarged_digit(image, HIGHEST_THRESHOLD).any() for image in training.images)


def test_pools_are_apart(training):
    """50,000 training digits, the other 10,000, the test digits: none twice; the release: one pool."""
    pools = digit_pools((50, 0))
    assert [len(pool.labels) for pool in pools.values()] == [50_000, 10_000, 10_000]
    together = np.concatenate([pools["train"].images, pools["validation"].images])
    assert counted(together) == counted(training.images)
    for pool in digit_pools((50, 0), release=True).values():
        np.testing.assert_array_equal(pool.images, training.images)


@pytest.mark.parametrize("release", [False, True])
def test_multi_mnist(training, release):
    """p_0 = .951, 1 to 4 digits; white where a digit is; same seed, same bytes.

    An image's share deviates by .023: four standard errors of 800 images.
    """
    splits, again = (multi_mnist_splits((800, 5, 5), release=release) for _ in range(2))
    assert checksums(splits) == checksums(again)
    images, masks = splits.train.batch(range(800))
    np.testing.assert_array_equal(images[:, 0], masks > 0)
    assert class_shares(splits.train)[0] == pytest.approx(0.951, abs=4 * 0.023 / 800**0.5)
    assert np.std((masks > 0).mean(axis=(1, 2))) < 0.025
    different = np.array([len(np.unique(mask)) - 1 for mask in masks])
    assert (different.min(), different.max()) == (1, 4)
    assert masks.max() == 10
    assert splits.train.shape == (1, 128, 128)
    assert 20 <= splits.object_sizes[0] <= splits.object_sizes[1] <= 42


def test_multi_mnist_digits_are_whole(training):
    """A single digit an image: its pixels, cut out, are those of a digit of the split's pool."""
    splits = multi_mnist_splits((3, 3, 3), most_digits=1)
    for split, pool in digit_pools((50, 0)).items():
        masks = getattr(splits, split).batch(range(3)).masks
        for mask in masks:
            label = mask.max()
            chosen = pool.images[pool.labels == label - 1]
            assert any(_is_part(enlarged_digit(image), mask > 0) for image in chosen)


def _is_part(digit, present):
    """The pattern, cut out at its bounding box, is that of the mask."""
    return digit.sum() == present.sum() and _cut(digit).tolist() == _cut(present).tolist()


def _cut(pattern):
    rows, columns = np.nonzero(pattern)
    return pattern[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def test_multi_mnist_digits_that_find_no_place(training):
    """On 42 px the boxes coincide: digits that meet the first one are left out, none is cut."""
    masks = multi_mnist_splits((60, 1, 1), canvas=42, release=True).train.batch(range(60)).masks
    different = [len(np.unique(mask)) - 1 for mask in masks]
    assert max(different) < 4
    assert min(different) >= 1


def test_multi_mnist_is_kept(training, tmp_path):
    """The file of the first call is that of the second, and the values are those without it."""
    kept = [multi_mnist_splits((9, 3, 3), cache=tmp_path) for _ in range(2)]
    assert checksums(kept[0]) == checksums(kept[1]) == checksums(multi_mnist_splits((9, 3, 3)))
    assert [path.name.startswith("multi_mnist-") for path in tmp_path.iterdir()] == [True]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"canvas": 41}, "canvas: got 41; must be at least 42 px"),
        ({"threshold": 0.9}, "threshold: got 0.9; must be from 0 to 0.8"),
        ({"threshold": float("nan")}, "threshold: got nan; must be from 0 to 0.8"),
        ({"most_digits": 0}, "most_digits: got 0; must be an integer, at least 1"),
    ],
)
def test_multi_mnist_refuses(arguments, text):
    """A canvas smaller than a digit, no digits; said before any file is read."""
    with pytest.raises(ArgumentError) as caught:
        multi_mnist_splits((1, 1, 1), **arguments)
    assert text in str(caught.value)
