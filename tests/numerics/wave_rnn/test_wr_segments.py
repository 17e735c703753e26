"""Sets of images with masks: batches, shares, checksums; splits that are drawn and kept."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from numerics.wave_rnn.segments import drawn_splits as module
from numerics.wave_rnn.segments.drawn_splits import Drawing, cached, drawn_splits
from numerics.wave_rnn.segments.object_sizes import connected_extents, extents
from numerics.wave_rnn.segments.placement import DRAWS, begun_anew, free_place
from numerics.wave_rnn.segments.segment_set import ArraySet, class_shares
from theory.errors import ArgumentError, OutputError

CLASSES = ("background", "a", "b")
GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(256, size=(5, 2, 3, 4), dtype=np.uint8)
MASKS = GENERATOR.integers(3, size=(5, 3, 4), dtype=np.uint8)


def test_batch_of_bytes():
    """Bytes k become k/255, rounded once to float32; masks become int64; the order is that asked for."""
    images, masks = ArraySet(IMAGES, MASKS, CLASSES).batch([3, 0, 3])
    np.testing.assert_array_equal(images, IMAGES[[3, 0, 3]].astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(masks, MASKS[[3, 0, 3]])
    assert (images.dtype, masks.dtype) == (np.float32, np.int64)


def test_batch_of_floats():
    """Float32 stays as it is."""
    floats = IMAGES.astype(np.float32) / 300
    images, _ = ArraySet(floats, MASKS, CLASSES).batch(np.array([4, 1]))
    assert images.tobytes() == floats[[4, 1]].tobytes()


def test_a_batch_is_no_view():
    """Whoever changes a batch in place does not change the set."""
    kept = ArraySet(IMAGES.astype(np.float32) / 255, MASKS, CLASSES)
    before = kept.checksum()
    batch = kept.batch(range(5))
    batch.images[:] = 7
    batch.masks[:] = 7
    assert kept.checksum() == before


def test_shape_and_length():
    """Five images of two channels, 3 x 4 pixels."""
    kept = ArraySet(IMAGES, MASKS, CLASSES)
    assert (kept.shape, len(kept)) == ((2, 3, 4), 5)


@given(masks=arrays(np.uint8, (3, 4, 5), elements=st.integers(0, 2)))
def test_class_shares(masks):
    """Shares are the means of the indicators; they add up to 1."""
    shares = class_shares(ArraySet(masks[:, None], masks, CLASSES))
    np.testing.assert_allclose(shares, [(masks == label).mean() for label in range(3)], atol=1e-15)
    assert shares.sum() == pytest.approx(1, abs=1e-15)


def test_class_shares_over_several_blocks():
    """601 images, more than are read at once, the last of them all of class a."""
    masks = np.zeros((601, 1, 2), dtype=np.uint8)
    masks[-1] = 1
    shares = class_shares(ArraySet(masks[:, None], masks, CLASSES))
    np.testing.assert_allclose(shares, [600 / 601, 1 / 601, 0], atol=1e-15)


@pytest.mark.parametrize(
    "change",
    [
        {"images": IMAGES ^ (np.arange(120).reshape(5, 2, 3, 4) == 7)},
        {"masks": (MASKS + 1) % 3},
        {"classes": ("background", "a", "c")},
        {"images": IMAGES.reshape(5, 1, 6, 4), "masks": np.concatenate([MASKS, MASKS], axis=1)},
    ],
)
def test_checksum_sees_every_change(change):
    """One bit of one pixel, the masks, a name, the shape."""
    kept = ArraySet(IMAGES, MASKS, CLASSES)
    assert kept.checksum() == ArraySet(IMAGES.copy(), MASKS.copy(), CLASSES).checksum()
    assert dataclasses.replace(kept, **change).checksum() != kept.checksum()


@pytest.mark.parametrize(
    ("images", "masks", "classes", "text"),
    [
        (IMAGES / 255, MASKS, CLASSES, "images: got float64 of shape (5, 2, 3, 4); must be uint8"),
        (IMAGES[0], MASKS, CLASSES, "images: got uint8 of shape (2, 3, 4); must be"),
        (IMAGES, MASKS / 2, CLASSES, "masks: got float64 of shape (5, 3, 4); must be uint8"),
        (IMAGES, MASKS[:4], CLASSES, "masks: got shape (4, 3, 4); must be (M, H, W) of images"),
        (IMAGES, MASKS[:, :2], CLASSES, "masks: got shape (5, 2, 4); must be (M, H, W) of images"),
        (IMAGES[:0], MASKS[:0], CLASSES, "none of these 0"),
        (IMAGES, MASKS, ("background", "a"), "masks: got label 2; must be below N = 2"),
        (IMAGES, 0 * MASKS, ("background",), "must be from 2 to 256 names"),
        (IMAGES, MASKS, ("x",) * 257, "must be from 2 to 256 names"),
    ],
)
def test_refused_arrays(images, masks, classes, text):
    """Each way in which the arrays of a set cannot be used has its sentence."""
    with pytest.raises(ArgumentError) as caught:
        ArraySet(images, masks, classes)
    assert text in str(caught.value)


def dots(generator, count, split):
    """Images of one channel, all pixels white that have a class."""
    masks = generator.integers(3, size=(count, 3, 4), dtype=np.uint8)
    return np.where(masks > 0, 255, 0).astype(np.uint8)[:, None], masks


def split_dots(cache=None, *, draw=dots, sizes=(4, 2, 3), seeds=(1, 2, 3), side=3):
    drawing = Drawing("dots", CLASSES, {"side": side}, (1.0, 1.0))
    return drawn_splits(drawing, draw, sizes=sizes, seeds=seeds, cache=cache)


def checksums(splits):
    return [part.checksum() for part in (splits.train, splits.validation, splits.test)]


def test_one_generator_a_split():
    """A seed gives the same images whichever split it stands at; sizes are those asked for."""
    splits = split_dots(seeds=(1, 2, 1), sizes=(4, 2, 4))
    assert splits.train.checksum() == splits.test.checksum() != splits.validation.checksum()
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [4, 2, 4]
    assert json.loads(json.dumps(splits.told))["seeds"] == {"train": 1, "validation": 2, "test": 1}


def test_kept_splits_are_not_drawn_again(tmp_path):
    """The second call reads the file: same bytes, and the drawing is not asked."""

    def refuse(generator, count, split):
        raise AssertionError("drawn although kept")

    assert checksums(split_dots(tmp_path)) == checksums(split_dots())
    assert checksums(split_dots(tmp_path, draw=refuse)) == checksums(split_dots())
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("change", [{"sizes": (5, 2, 3)}, {"seeds": (1, 2, 4)}, {"side": 4}])
def test_other_settings_have_another_file(tmp_path, change):
    """Size, seed and parameters name the file."""
    split_dots(tmp_path)
    split_dots(tmp_path, **change)
    assert len(list(tmp_path.iterdir())) == 2


def test_an_earlier_version_is_passed_over(tmp_path, monkeypatch):
    """The version of the generators names the file too."""
    split_dots(tmp_path)
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    split_dots(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-30], lambda b: b"", lambda b: b[:200] + b"x" + b[201:]]
)
def test_damaged_kept_file(tmp_path, damage):
    """Cut, emptied or altered, the file is refused, not drawn anew in silence."""
    split_dots(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ArgumentError, match=r"^cache: got .*must be intact .*delete the file$"):
        split_dots(tmp_path)


def test_folder_that_cannot_be_written(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "here").write_text("")
    with pytest.raises(OutputError):
        cached(tmp_path / "here", "dots", {}, lambda: {"a": np.zeros(1)})


@pytest.mark.parametrize("sizes", [(1, 2), (1, 2, 0), (1, 2, 3.0), "123", 5])
def test_refused_sizes(sizes):
    """Three positive integers."""
    with pytest.raises(ArgumentError, match=r"^sizes: got .*integer"):
        split_dots(sizes=sizes)


@given(
    occupied=arrays(bool, (6, 7)),
    piece=arrays(bool, (2, 3)),
    seed=st.integers(0, 100),
)
def test_free_place(occupied, piece, seed):
    """The place is inside and free; None comes only after 200 draws of two numbers."""
    generator = np.random.default_rng(seed)
    place = free_place(generator, occupied, piece, (5, 5))
    if place is not None:
        assert not (occupied[place] & piece).any()
        assert occupied[place].shape == piece.shape
    else:
        other = np.random.default_rng(seed)
        for _ in range(2 * DRAWS):
            other.integers(5)
        assert generator.bit_generator.state == other.bit_generator.state


def test_no_free_place():
    """A full canvas has none."""
    full = np.ones((6, 7), dtype=bool)
    assert free_place(np.random.default_rng(0), full, full[:2, :3], (5, 5)) is None


def test_begun_anew_until_complete():
    """The third beginning succeeds."""
    answers = iter([None, None, "image"])
    assert begun_anew(lambda: next(answers), 9) == "image"


def test_begun_anew_without_end():
    """200 beginnings without room are refused, the bounds named."""
    begun = []
    with pytest.raises(ArgumentError, match=r"^canvas: got 9; .*200 beginnings of 200 draws"):
        begun_anew(lambda: begun.append(1), 9)
    assert len(begun) == 200


@given(masks=arrays(bool, (3, 4, 6)))
def test_extents(masks):
    """The longer side of the box around the True pixels, 0 where there are none."""
    expected = [
        max(int(np.ptp(along)) + 1 for along in np.nonzero(mask)) if mask.any() else 0
        for mask in masks
    ]
    assert extents(masks).tolist() == expected


def test_connected_extents():
    """Corners connect, other classes and other images do not: sizes 1, 2 and 4."""
    masks = np.zeros((2, 5, 5), dtype=np.uint8)
    masks[0, 1, :4] = 1
    masks[0, 2, 0] = 2
    masks[1, 1, 4] = masks[1, 2, 3] = 1
    assert connected_extents(masks) == (1.0, 4.0)
    assert connected_extents(masks[1:]) == (2.0, 2.0)


def test_torch_comes_when_first_used():
    """The generators are at hand without it; only enlarging MNIST's digits asks for it."""
    room = "numerics.wave_rnn.segments"
    modules = ("mnist_segments", "multi_mnist", "own_segments", "polygons", "tetrominoes")
    imports = ", ".join(f"{room}.{name}" for name in modules)
    code = f"import sys, {imports}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert f"{room}.polygons" in loaded
    assert not {"torch", "sklearn", "matplotlib.pyplot"} & loaded
