"""The user's own images and masks: each form of file, and each way in which it cannot be used."""

import json

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from numerics.wave_rnn.segments.own_segments import own_segments_splits
from theory.errors import ArgumentError

COUNT, ROWS, COLUMNS = 20, 6, 5
GENERATOR = np.random.default_rng(0)
BYTES = GENERATOR.integers(256, size=(COUNT, ROWS, COLUMNS, 3), dtype=np.uint8)
BYTES[:, 0, 0, 0] = np.arange(COUNT)  # each image can be told by its first pixel
MASKS = np.zeros((COUNT, ROWS, COLUMNS), dtype=np.uint8)
MASKS[:, 1:3, 1:4] = 1
MASKS[:, 4, 4] = 2


def npz(folder, **arrays):
    path = folder / "own.npz"
    np.savez(path, **arrays)
    return path


def nc(folder, images=BYTES, masks=MASKS, **attributes):
    path = folder / "own.nc"
    dataset = xr.Dataset(
        {"image": (["sample", "y", "x", "channel"], images), "mask": (["sample", "y", "x"], masks)},
        attrs=attributes,
    )
    dataset.to_netcdf(path, engine="netcdf4")
    return path


def pictures(folder, images=BYTES, masks=MASKS, *, palette=False):
    for part in ("images", "masks"):
        (folder / part).mkdir()
    for place, (image, mask) in enumerate(zip(images, masks, strict=True)):
        Image.fromarray(image).save(folder / "images" / f"{place:02d}.bmp")
        labels = Image.fromarray(mask)
        if palette:
            labels = labels.convert("P")
            labels.putdata(mask.ravel().tolist())
            labels.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
        labels.save(folder / "masks" / f"{place:02d}.png")
    return folder


def everything(splits):
    """All images and masks of the three splits, in the order of their first pixel."""
    parts = [
        part.batch(range(len(part))) for part in (splits.train, splits.validation, splits.test)
    ]
    images, masks = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(images[:, 0, 0, 0])
    return images[order], masks[order]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: npz(folder, images=BYTES, masks=MASKS),
        lambda folder: npz(folder, X=BYTES.transpose(0, 3, 1, 2), masks=MASKS.astype(np.int64)),
        lambda folder: npz(folder, images=(BYTES / 255), masks=MASKS),
        nc,
        pictures,
        lambda folder: pictures(folder, palette=True),
    ],
)
def test_forms(tmp_path, write):
    """Arrays, netCDF, pictures with grey or palette masks; channels first or last: same images.

    Each of the 20 images is in one split, 14 to train on, 3 and 3 for the others.
    """
    splits = own_segments_splits(write(tmp_path))
    images, masks = everything(splits)
    expected = BYTES.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    np.testing.assert_allclose(images, expected, atol=1e-7)
    np.testing.assert_array_equal(masks, MASKS)
    assert (images.dtype, masks.dtype) == (np.float32, np.int64)
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [14, 3, 3]
    assert splits.train.shape == (3, ROWS, COLUMNS)
    assert splits.train.classes == ("background", "1", "2")
    assert splits.object_sizes == (1.0, 3.0)


def test_grey_images(tmp_path):
    """Images (M, H, W) have one channel; pictures whose channels agree too."""
    grey = np.ascontiguousarray(BYTES[..., 0])
    arrays = own_segments_splits(npz(tmp_path, images=grey, masks=MASKS))
    folder = own_segments_splits(pictures(tmp_path, images=grey))
    assert arrays.train.shape == folder.train.shape == (1, ROWS, COLUMNS)
    np.testing.assert_array_equal(everything(arrays)[0], everything(folder)[0])


def test_truth_values_are_masks(tmp_path):
    """A mask of True and False has one class beside the background."""
    splits = own_segments_splits(npz(tmp_path, images=BYTES, masks=MASKS == 1))
    assert splits.train.classes == ("background", "1")
    np.testing.assert_array_equal(everything(splits)[1], MASKS == 1)


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: npz(folder, images=BYTES, masks=MASKS, classes=["sky", "tree", "house"]),
        lambda folder: nc(folder, class_names=json.dumps(["sky", "tree", "house"])),
    ],
)
def test_names(tmp_path, write):
    """Names come from the file, unless they are passed."""
    path = write(tmp_path)
    assert own_segments_splits(path).train.classes == ("sky", "tree", "house")
    passed = own_segments_splits(path, classes=["a", "b", "c", "d"])
    assert passed.test.classes == ("a", "b", "c", "d")


def test_seed_and_shares(tmp_path):
    """A seed divides as before, another one differently; each split has an image at least."""
    path = npz(tmp_path, images=BYTES, masks=MASKS)
    first, again, other = (own_segments_splits(path, seed=seed).test for seed in (0, 0, 1))
    assert first.checksum() == again.checksum() != other.checksum()
    splits = own_segments_splits(path, shares=(0.98, 0.01, 0.01))
    assert [len(part) for part in (splits.train, splits.validation, splits.test)] == [18, 1, 1]


def changed_at(places, *, label, area):
    """The masks of all, but with a label in an area of the images at these places alone."""
    masks = MASKS.copy()
    masks[places, *area] = label
    return masks


def test_the_test_images_are_kept_from_what_is_known(tmp_path):
    """A label and an object of 5 px that test images alone have: neither N nor the sizes change."""
    test = np.random.default_rng(0).permutation(COUNT)[-3:]
    large = changed_at(test, label=1, area=(slice(None), slice(0, 1)))
    splits = own_segments_splits(npz(tmp_path, images=BYTES, masks=large))
    assert splits.object_sizes == (1.0, 3.0)
    named = changed_at(test, label=3, area=(slice(None), slice(0, 1)))
    path = npz(tmp_path, images=BYTES, masks=named)
    with pytest.raises(
        ArgumentError, match="label 3 must have a name, it occurs in images of test only"
    ):
        own_segments_splits(path)
    names = ["sky", "tree", "house", "boat"]
    splits = own_segments_splits(path, classes=names)
    assert (splits.test.classes, splits.object_sizes) == (tuple(names), (1.0, 3.0))


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_without_an_object(tmp_path, split):
    """Nothing to train on, to choose by or to report: refused, and the split is named."""
    parts = np.split(np.random.default_rng(0).permutation(COUNT), [14, 17])
    places = dict(zip(["train", "validation", "test"], parts, strict=True))[split]
    masks = changed_at(places, label=0, area=(slice(None), slice(None)))
    path = npz(tmp_path, images=BYTES, masks=masks)
    with pytest.raises(ArgumentError, match=f"the {len(places)} images of {split} have none"):
        own_segments_splits(path)


def test_told(tmp_path):
    """The provenance names the file without its folder, its bytes and what became of the numbers."""
    told = own_segments_splits(npz(tmp_path, images=BYTES, masks=MASKS)).told
    assert told["file"] == "own.npz"
    assert len(told["sha256"]) == 64
    assert told["pixels"] == "uint8, divided by 255"
    assert json.loads(json.dumps(told))["sizes"] == {"train": 14, "validation": 3, "test": 3}


def test_a_folder_is_told_by_its_names_and_bytes(tmp_path):
    """A mask that is exchanged for another one changes the sum, and so does a new name."""
    folder = pictures(tmp_path)
    before = own_segments_splits(folder).told["sha256"]
    assert own_segments_splits(folder).told["sha256"] == before
    Image.fromarray(2 * MASKS[0] // 2 + (MASKS[0] == 0)).save(folder / "masks" / "00.png")
    changed = own_segments_splits(folder).told["sha256"]
    (folder / "images" / "00.bmp").rename(folder / "images" / "0.bmp")
    (folder / "masks" / "00.png").rename(folder / "masks" / "0.png")
    assert len({before, changed, own_segments_splits(folder).told["sha256"]}) == 3


HALF = BYTES / 255.0
NAN = np.where(np.arange(HALF.size).reshape(HALF.shape) == 7, np.nan, HALF)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"images": BYTES}, "must have the key masks, has ['images']"),
        ({"masks": MASKS}, "must have exactly one of the keys images, X, x"),
        ({"images": BYTES, "masks": MASKS / 1}, "masks must be integers, are float64"),
        ({"images": BYTES, "masks": MASKS[:3]}, "images of masks with the shape (3, 6, 5) must be"),
        ({"images": BYTES[:, 1:], "masks": MASKS}, "have (20, 5, 5, 3)"),
        ({"images": BYTES[:2], "masks": MASKS[:2]}, "masks must have the shape (M, H, W) with M, H, W >= 3"),
        ({"images": BYTES, "masks": MASKS[:, :2]}, "have (20, 2, 5)"),
        ({"images": BYTES, "masks": MASKS.reshape(COUNT, -1)}, "have (20, 30)"),
        ({"images": BYTES[:0], "masks": MASKS[:0]}, "images.npy is empty"),
        ({"images": BYTES, "masks": MASKS[:0]}, "have (0, 6, 5)"),
        ({"images": BYTES, "masks": 0 * MASKS}, "every mask is background"),
        ({"images": BYTES, "masks": MASKS - np.int16(1)}, "labels must be from 0 to 255, are from -1 to 1"),
        ({"images": BYTES, "masks": MASKS + np.int16(255)}, "are from 255 to 257"),
        ({"images": BYTES, "masks": MASKS, "classes": ["a", "b"]}, "labels must be below N = 2"),
        ({"images": 2 * HALF, "masks": MASKS}, "images of floats must lie in [0, 1], lie in [0, 2]"),
        ({"images": -HALF, "masks": MASKS}, "lie in [-1, -0]"),
        ({"images": NAN, "masks": MASKS}, "lie in [nan, nan]"),
        ({"images": BYTES.astype(np.int32), "masks": MASKS}, "must be uint8, or floats in [0, 1], are int32"),
        ({"images": HALF * 1j, "masks": MASKS}, "are complex128"),
        ({"images": BYTES, "masks": np.array([None, 1])}, "must be intact and readable"),
    ],
)  # fmt: skip
def test_refused_arrays(tmp_path, arrays, text):
    """One line that names the file, what is wrong and what to do."""
    path = npz(tmp_path, **arrays)
    with pytest.raises(ArgumentError) as caught:
        own_segments_splits(path)
    assert caught.value.argument == "dataset"
    assert caught.value.value == str(path)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def replaced(name, pixels):
    return lambda folder: Image.fromarray(pixels).save(folder / name)


def no_masks(folder):
    for path in (folder / "masks").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda folder: (folder / "masks" / "03.png").unlink(),
            "a picture of the same name in both folders, 03 is in one only",
        ),
        (
            replaced("masks/03.png", MASKS[3, :4]),
            "masks/03.png has 5 x 4 pixels, the first image 5 x 6",
        ),
        (
            replaced("images/03.bmp", BYTES[3, :4]),
            "images/03.bmp has 5 x 4 pixels, the first picture 5 x 6",
        ),
        (
            replaced("masks/03.png", BYTES[3]),
            "masks/03.png must have one channel of 8 bits, has the mode RGB",
        ),
        (
            lambda folder: (folder / "masks" / "03.png").write_bytes(b"\x89PNG"),
            "masks/03.png cannot be decoded",
        ),
        (replaced("images/03.png", BYTES[3]), "images/ must have each name once"),
        (no_masks, "in masks/, has none"),
    ],
)
def test_refused_pictures(tmp_path, change, text):
    """Masks and images that are missing, of another size, in colour, damaged, or named twice."""
    folder = pictures(tmp_path)
    change(folder)
    with pytest.raises(ArgumentError) as caught:
        own_segments_splits(folder)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        (
            {"image": BYTES[..., 0]},
            "must have the variables image and mask, lacks mask, has ['image']",
        ),
        ({"mask": MASKS}, "must have the variables image and mask, lacks image, has ['mask']"),
        (
            {"image": np.zeros(BYTES.shape[:3], dtype=np.uint8), "mask": MASKS / 2},
            "masks must be integers, are float64",
        ),
    ],
)
def test_refused_netcdf(tmp_path, variables, text):
    """Without masks, without images, with masks of floats."""
    path = tmp_path / "own.nc"
    dataset = xr.Dataset({name: (["sample", "y", "x"], v) for name, v in variables.items()})
    dataset.to_netcdf(path, engine="netcdf4")
    with pytest.raises(ArgumentError) as caught:
        own_segments_splits(path)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"CDF\x01" + bytes(100), b"\x89HDF\r\n\x1a\n" + bytes(100), b""]
)
def test_damaged_netcdf(tmp_path, content):
    """A classic file, one that ends behind its magic number, an empty one."""
    path = tmp_path / "own.nc"
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match=r"^dataset: got .*must be (a netCDF-4 file|intact)"):
        own_segments_splits(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing.npz", "must be a file or folder that exists"),
        ("", "must be a file or folder that exists"),
        ("a\0b", "exists"),
        ("text.txt", "must end in .npz, .nc or be a folder with images/ and masks/"),
        ("bytes.npz", "must be intact and readable (BadZipFile"),
    ],
)
def test_refused_paths(tmp_path, name, text):
    """Nothing there, an ending of another kind, a file that is none."""
    for there in ("text.txt", "bytes.npz"):
        (tmp_path / there).write_bytes(b"no archive")
    with pytest.raises(ArgumentError) as caught:
        own_segments_splits(tmp_path / name if name else name)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "shares", [(0.5, 0.5), (0.5, 0.5, 0.5), (1, 0, 0), (0.6, 0.6, -0.2), (0.5, 0.5, float("nan"))]
)
def test_refused_shares(tmp_path, shares):
    """Three positive numbers with the sum 1."""
    path = npz(tmp_path, images=BYTES, masks=MASKS)
    with pytest.raises(ArgumentError, match=r"^shares: got .*three positive numbers"):
        own_segments_splits(path, shares=shares)


def test_shares_that_leave_nothing(tmp_path):
    """Three images with almost all of them for the test."""
    path = npz(tmp_path, images=BYTES[:3], masks=MASKS[:3])
    assert len(own_segments_splits(path).train) == 1
    with pytest.raises(ArgumentError, match="leave none to train on"):
        own_segments_splits(path, shares=(0.05, 0.05, 0.9))
