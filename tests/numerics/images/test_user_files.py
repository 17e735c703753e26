"""The user's own images: every form that is accepted, every refusal by its text."""

import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from numerics.images import average_pool, digits, from_file, grey, netcdf_files
from numerics.images.array_files import read_npz
from theory.errors import ArgumentError

BYTES = np.random.default_rng(0).integers(1, 256, (4, 3, 3), dtype=np.uint8)
FLOATS = np.random.default_rng(1).standard_normal((4, 3, 3))
LABELS = np.array([0, 1, 0, 1])


def npz(folder, name="set.npz", compressed=False, **arrays):
    """Path of a new .npz file."""
    path = folder / name
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


def names_of(images):
    return json.loads(images.attrs["class_names"])


def source_of(images):
    return json.loads(images.attrs["provenance"])[0]


def refused(path, **options):
    """Text of the ArgumentError on `dataset`, one line that begins with the path as given."""
    with pytest.raises(ArgumentError) as caught:
        from_file(path, **options)
    assert caught.value.argument == "dataset"
    assert caught.value.value == path or caught.value.value == os.fspath(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What is accepted.


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("image_key", "label_key"), [("images", "labels"), ("X", "y"), ("x", "Y"), ("x", "labels")]
)
def test_npz_keys(tmp_path, image_key, label_key, compressed):
    """Unsigned bytes k become k/255, exactly; the provenance says so."""
    path = npz(tmp_path, compressed=compressed, **{image_key: BYTES, label_key: LABELS})
    images = from_file(path)
    np.testing.assert_array_equal(images.image, BYTES / 255)
    assert images.image.dims == ("sample", "y", "x")
    assert images.image.dtype == np.float64
    assert images.label.dtype == np.int64
    assert images.label.values.tolist() == [0, 1, 0, 1]
    assert images.attrs["name"] == "set"
    source = source_of(images)
    assert source["path"] == "set.npz"
    assert source["pixels"] == "uint8, divided by 255"
    assert source["stored_shape"] == [4, 3, 3]
    assert len(source["sha256"]) == 64


@pytest.mark.parametrize(
    "stored",
    [
        FLOATS,
        FLOATS.astype(np.float32),
        FLOATS.astype(">f8"),
        np.asfortranarray(FLOATS),
        FLOATS.astype(np.longdouble),
        (FLOATS > 0),
        (100 * FLOATS).astype(np.int16),
    ],
)
def test_other_numbers_stay(tmp_path, stored):
    """Floats, integers other than bytes, and truth values keep their values."""
    images = from_file(npz(tmp_path, images=stored, labels=LABELS))
    np.testing.assert_array_equal(images.image, stored.astype(np.float64))
    assert images.image.dtype == np.dtype(np.float64)
    assert source_of(images)["pixels"] == f"{stored.dtype}, as stored"


def test_shapes(tmp_path):
    """Flat images are folded row by row; a single channel is dropped; three channels stay."""
    flat = from_file(npz(tmp_path, images=FLOATS.reshape(4, 9), labels=LABELS))
    np.testing.assert_array_equal(flat.image, FLOATS)
    single = from_file(npz(tmp_path, images=FLOATS[..., None], labels=LABELS))
    np.testing.assert_array_equal(single.image, FLOATS)
    colour = np.random.default_rng(2).random((4, 3, 3, 3))
    images = from_file(npz(tmp_path, images=colour, labels=LABELS))
    assert images.image.dims == ("sample", "y", "x", "channel")
    np.testing.assert_array_equal(images.image, colour)


@pytest.mark.parametrize(
    ("stored", "labels", "names"),
    [
        ([7, -3, 7, 100], [1, 0, 1, 2], ["-3", "7", "100"]),
        ([2.0, 1.0, 2.0, 1.0], [1, 0, 1, 0], ["1", "2"]),
        (["dog", "cat", "dog", "ox"], [1, 0, 1, 2], ["cat", "dog", "ox"]),
        ([b"dog", b"cat", b"dog", b"ox"], [1, 0, 1, 2], ["cat", "dog", "ox"]),
        (["é", "ü", "é", "ü"], [0, 1, 0, 1], ["é", "ü"]),
        ([[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]], [2, 0, 2, 1], ["0", "1", "2"]),
        ([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [1, 0, 1, 0], ["0", "1"]),
        ([[3], [5], [3], [5]], [0, 1, 0, 1], ["3", "5"]),
        ([True, False, True, False], [1, 0, 1, 0], ["0", "1"]),
        (np.array([2**64 - 1, 0, 1, 1], np.uint64), [2, 0, 1, 1], ["0", "1", str(2**64 - 1)]),
    ],
)
def test_labels(tmp_path, stored, labels, names):
    """Labels of any kind become 0 to p-1 in sorted order; the names keep the originals."""
    images = from_file(npz(tmp_path, images=FLOATS, labels=np.array(stored)))
    assert images.label.values.tolist() == labels
    assert names_of(images) == names


def test_npy_with_its_labels(tmp_path):
    """Images in cats.npy, labels in cats_labels.npy beside it; both are in the checksum."""
    np.save(tmp_path / "cats.npy", FLOATS)
    np.save(tmp_path / "cats_labels.npy", LABELS)
    images = from_file(str(tmp_path / "cats.npy"))
    np.testing.assert_array_equal(images.image, FLOATS)
    np.save(tmp_path / "cats_labels.npy", 1 - LABELS)
    assert source_of(images)["sha256"] != source_of(from_file(tmp_path / "cats.npy"))["sha256"]


def test_netcdf_of_this_toolkit(tmp_path):
    """A set written by xarray comes back with its images, labels and class names."""
    original = average_pool(digits(), 2)
    original.attrs["class_names"] = json.dumps([f"digit {d}" for d in range(10)])
    original.to_netcdf(tmp_path / "digits.nc")
    images = from_file(tmp_path / "digits.nc")
    np.testing.assert_array_equal(images.image, original.image)
    np.testing.assert_array_equal(images.label, original.label)
    assert names_of(images) == [f"digit {d}" for d in range(10)]


def test_netcdf_with_white_bytes(tmp_path):
    """255 is netCDF's default fill of bytes, and white all the same; a file's own fill is missing."""
    white = np.array([[[0, 255], [1, 2]], [[255, 7], [1, 2]]], np.uint8)
    stored = xr.Dataset({"image": (("m", "i", "j"), white), "label": ("m", [0, 1])})
    stored.to_netcdf(tmp_path / "s.nc")
    np.testing.assert_array_equal(from_file(tmp_path / "s.nc").image, white / 255)
    stored.to_netcdf(tmp_path / "f.nc", encoding={"image": {"_FillValue": 255}})
    with pytest.raises(ArgumentError, match="must have no missing or nan values, has 2"):
        from_file(tmp_path / "f.nc")


@pytest.mark.parametrize("labels", [["b", "a", "b", "a"], [b"b", b"a", b"b", b"a"]])
def test_netcdf_with_texts_and_packing(tmp_path, labels):
    """Texts of any or of fixed length are labels; compressed bytes are divided by 255."""
    stored = xr.Dataset({"image": (("m", "i", "j"), BYTES), "label": ("m", np.array(labels))})
    stored.to_netcdf(tmp_path / "s.nc", encoding={"image": {"zlib": True}})
    images = from_file(tmp_path / "s.nc")
    np.testing.assert_array_equal(images.image, BYTES / 255)
    assert images.label.values.tolist() == [1, 0, 1, 0]
    assert names_of(images) == ["a", "b"]


@pytest.mark.parametrize("class_names", ['["only one"]', "not JSON", "[1, 2]", 5])
def test_netcdf_with_unusable_class_names(tmp_path, class_names):
    """Names that do not fit the labels are left aside."""
    stored = xr.Dataset(
        {"image": (("m", "i", "j"), FLOATS), "label": ("m", LABELS)},
        attrs={"class_names": class_names},
    )
    stored.to_netcdf(tmp_path / "s.nc")
    assert names_of(from_file(tmp_path / "s.nc")) == ["0", "1"]


def picture_folder(folder, mode="L", suffixes=(".png",), side=3):
    """Folder with classes `dog` and `cat` of two random pictures each; the arrays in order."""
    arrays = []
    random = np.random.default_rng(4)
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for number in range(2):
            shape = (side, side) if mode == "L" else (side, side, len(mode))
            arrays.append(random.integers(0, 256, shape, dtype=np.uint8))
            suffix = suffixes[number % len(suffixes)]
            Image.fromarray(arrays[-1]).save(folder / name / f"{number}{suffix}")
    return np.array(arrays)


@pytest.mark.parametrize("suffixes", [(".png",), (".bmp", ".PNG"), (".tif", ".tiff"), (".gif",)])
def test_folder_of_grey_pictures(tmp_path, suffixes):
    """Sub-folders are classes, in sorted order; bytes are divided by 255, without loss."""
    arrays = picture_folder(tmp_path / "pets", suffixes=suffixes)
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("not a picture")
    (tmp_path / "pets" / ".hidden").mkdir()
    images = from_file(tmp_path / "pets")
    np.testing.assert_array_equal(images.image, arrays / 255)
    assert images.label.values.tolist() == [0, 0, 1, 1]
    assert names_of(images) == ["cat", "dog"]
    assert images.attrs["name"] == "pets"
    before = source_of(images)["sha256"]
    (tmp_path / "pets" / "dog").rename(tmp_path / "pets" / "hound")
    assert source_of(from_file(tmp_path / "pets"))["sha256"] != before


def test_folder_of_colour_pictures(tmp_path):
    """Colour stays colour, also where some pictures are grey; `grey` then applies."""
    arrays = picture_folder(tmp_path, mode="RGB")
    Image.fromarray(BYTES[0]).save(tmp_path / "cat" / "0.png")
    images = from_file(tmp_path)
    assert images.image.dims == ("sample", "y", "x", "channel")
    np.testing.assert_array_equal(images.image[1:], arrays[1:] / 255)
    np.testing.assert_array_equal(images.image[0], np.repeat(BYTES[0][..., None], 3, -1) / 255)
    assert grey(images).image.dims == ("sample", "y", "x")


def test_folder_of_grey_pictures_stored_in_colour(tmp_path):
    """Equal channels are grey, whatever the files' mode; opaque alpha is dropped."""
    picture_folder(tmp_path)
    for number, path in enumerate(sorted(tmp_path.rglob("*.png"))):
        Image.open(path).convert(("RGB", "RGBA", "P", "LA")[number]).save(path)
    assert from_file(tmp_path).image.dims == ("sample", "y", "x")


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_folder_of_lossy_pictures(tmp_path, suffix):
    """JPEG and WebP of a flat grey: within two counts of it."""
    for name, value in (("bright", 200), ("dark", 40)):
        (tmp_path / name).mkdir()
        Image.fromarray(np.full((8, 8), value, np.uint8)).save(tmp_path / name / f"a{suffix}")
    images = from_file(tmp_path)
    np.testing.assert_allclose(images.image.isel(sample=0) * 255, 200, atol=2)
    np.testing.assert_allclose(images.image.isel(sample=1) * 255, 40, atol=2)


# What is refused: paths.


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nowhere.npz", "dataset: got nowhere.npz; must be a file or folder that exists"),
        ("", "must be a file or folder that exists"),
        ("a\0b.npz", "must be a file or folder that exists"),
        ("x" * 5000, "must be a"),
        (5, "dataset: got 5; must be the path of a file or folder; pass a text or a Path"),
        (None, "must be the path of a file or folder"),
    ],
)
def test_unusable_paths(path, text):
    """Missing, impossible, or no path at all."""
    assert text in refused(path)


def test_unknown_suffix(tmp_path):
    """The known suffixes are listed."""
    (tmp_path / "set.csv").write_text("1,2")
    assert "must end in .npz, .npy, .nc or be a folder of pictures" in refused(tmp_path / "set.csv")


def test_path_is_shown_as_given(tmp_path, monkeypatch):
    """A relative path stays relative in the error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.npz").write_bytes(b"not a zip")
    assert refused("./bad.npz").startswith("dataset: got ./bad.npz; must be intact and readable")


@pytest.mark.parametrize("limit", [0, -5, 1.5, None])
def test_unusable_limit(tmp_path, limit):
    """The limit is a positive integer."""
    with pytest.raises(ArgumentError, match=r"^max_bytes: got .*must be an integer, at least 1"):
        from_file(tmp_path, max_bytes=limit)


# What is refused: values, in any form of file.

NAN = np.where(np.arange(36).reshape(4, 3, 3) % 12 == 5, np.nan, FLOATS)


@pytest.mark.parametrize(
    ("images", "labels", "text"),
    [
        (FLOATS[:0], LABELS[:0], "is empty (shape (0, 3, 3)); pass at least two images"),
        (FLOATS[:, :2], LABELS, "images must be square, shaped (M, n, n), (M, n, n, C) or "),
        (FLOATS[:, :2], LABELS, "have the shape (4, 2, 3); crop or pad them to a square"),
        (np.ones((4, 3, 8, 8)), LABELS, "have the shape (4, 3, 8, 8); crop or pad them to a "),
        (np.ones(4), LABELS, "have the shape (4,)"),
        (np.ones((4, 2, 2, 2, 2)), LABELS, "have the shape (4, 2, 2, 2, 2)"),
        (np.ones((4, 10)), LABELS, "flat images must have n*n pixels, these have 10"),
        (np.ones((4, 1, 1)), LABELS, "must be at least 2 pixels wide, have the shape (4, 1, 1)"),
        (FLOATS, LABELS[:3], "one label for each image, has 4 images and 3 labels"),
        (NAN, LABELS, "images must be finite, 3 of 36 values are nan or infinite"),
        (FLOATS * np.inf, LABELS, "36 of 36 values are nan or infinite"),
        (FLOATS * np.longdouble("1e400"), LABELS, "36 of 36 values are nan or infinite"),
        (FLOATS * 1j, LABELS, "images must be real numbers, are complex128"),
        (FLOATS.astype("U"), LABELS, "images must be real numbers, are <U"),
        (FLOATS.astype("M8[s]"), LABELS, "images must be real numbers, are datetime64[s]"),
        (0 * FLOATS, LABELS, "every image is zero; check how the file was written"),
        (FLOATS, 0 * LABELS, "must have at least two classes, every label is '0'"),
        (FLOATS[:1], LABELS[:1], "must have at least two classes, every label is '0'"),
        (FLOATS, LABELS + 0.5, "labels must be integers or texts (M,), or one-hot rows (M, p); "),
        (FLOATS, LABELS + 0.5, "these are floats that are not all whole numbers"),
        (FLOATS, LABELS + np.inf, "these are floats that are not all whole numbers"),
        (FLOATS, LABELS * 1e300, "these are floats beyond 2^53"),
        (FLOATS, LABELS * 1j, "these are complex128 of shape (4,)"),
        (FLOATS, np.array(5), "these are int64 of shape ()"),
        (FLOATS, np.ones((4, 2), int), "are one-hot, but not every row has a single 1"),
        (FLOATS, np.full((4, 2), 2), "have the shape (4, 2) but are not one-hot"),
        (FLOATS, np.array([[*"ab"]] * 4), "have the shape (4, 2) but are not one-hot"),
        (FLOATS, np.array([b"\xff", b"a", b"a", b"a"]), "hold damaged text (UnicodeDecodeError"),
        (FLOATS, np.array(["\ud800", "a", "a", "a"]), "hold damaged text (UnicodeEncodeError"),
    ],
)
def test_unusable_values(tmp_path, images, labels, text):
    """Each property that images and labels must have is named when it is missing."""
    assert text in refused(npz(tmp_path, images=images, labels=labels))


def test_text_with_invalid_code_points(tmp_path):
    """Four bytes ff are no character: NumPy stores them, Python refuses them."""
    labels = np.frombuffer(b"\xff" * 4 + b"a\0\0\0" * 3, dtype="<U1")
    assert "hold damaged text (SystemError" in refused(npz(tmp_path, images=FLOATS, labels=labels))


def test_python_objects_are_not_unpickled(tmp_path):
    """A ragged list is saved as a pickle; it is refused by its header."""
    ragged = np.empty(4, dtype=object)
    ragged[:] = [np.ones((k + 1, k + 1)) for k in range(4)]
    path = tmp_path / "set.npz"
    np.savez(path, images=ragged, labels=LABELS)
    assert "images.npy must hold numbers or texts, holds Python objects (a ragged list" in refused(
        path
    )


# What is refused: .npz files.


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"pictures": FLOATS, "labels": LABELS}, "exactly one of the keys images, X, x, has ['la"),
        ({"images": FLOATS}, "must have exactly one of the keys labels, y, Y, has ['images']"),
        ({"X": FLOATS, "images": FLOATS, "y": LABELS}, "has ['X', 'images', 'y']; save it with"),
    ],
)
def test_npz_without_its_keys(tmp_path, arrays, text):
    """The keys that are there are listed."""
    assert text in refused(npz(tmp_path, **arrays))


def zip_of(path, members, method=zipfile.ZIP_DEFLATED):
    """Zip file of members given as bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def npy_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def npy_header(shape, descr="<f8"):
    """Header of an .npy file that announces a shape."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("member", "text"),
    [
        (
            npy_header((10**6, 10**6)) + b"x",
            "images.npy announces 8,000,000,000,000 bytes (shape (1000000, 1000000), float64), "
            "holds 1",
        ),
        (npy_header((2, 2)) + bytes(40), "announces 32 bytes (shape (2, 2), float64), holds 40"),
        (npy_header((2, -2)) + bytes(32), "must be intact and readable (ValueError: images.npy an"),
        (npy_header((4, 3, 3), "|S0"), "must be intact and readable (ValueError: images.npy an"),
        (npy_header((2, "2")) + bytes(32), "must be intact and readable (ValueError"),
        (b"\x93NUMPY\x03\x00" + npy_bytes(FLOATS)[8:], "has the .npy version (3, 0)"),
        (b"", "must be intact and readable (ValueError"),
        (b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 200, "must be intact and readable (ValueError"),
        (npy_header("(" * 3000 + ")" * 3000), "must be intact and readable ("),
    ],
)
def test_npz_with_a_damaged_member(tmp_path, member, text):
    """Headers are judged against the bytes that are there, before anything is allocated."""
    path = zip_of(tmp_path / "s.npz", {"images.npy": member, "labels.npy": npy_bytes(LABELS)})
    assert text in refused(path)


def test_zip_bomb(tmp_path):
    """10 MB of zeros in 10 kB, against a limit of 1 MB: refused by the announced size."""
    zeros = np.zeros((10_000, 1024), np.uint8)
    path = npz(tmp_path, compressed=True, images=zeros, labels=LABELS)
    assert path.stat().st_size < 20_000
    assert (
        "the members of the file announce 10,240,288 bytes, more than the limit of 1,000,000; "
        "pass fewer or smaller images, or raise max_bytes"
    ) in refused(path, max_bytes=10**6)


def test_zip_bomb_is_not_opened(tmp_path, monkeypatch):
    """No member is opened before the announced sizes are judged."""
    path = npz(tmp_path, images=FLOATS, labels=LABELS)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *a, **k: pytest.fail("opened"))
    with pytest.raises(ArgumentError, match="announce"):
        read_npz(path, str(path), 100)


def test_bytes_that_grow_as_floats(tmp_path):
    """2,916 bytes take 23,328 as float64: the limit holds for what is made, too."""
    path = npz(tmp_path, images=np.ones((4, 27, 27), np.uint8), labels=LABELS)
    assert "the images, as float64, announce 23,328 bytes" in refused(path, max_bytes=5000)
    assert from_file(path, max_bytes=30_000).sizes["sample"] == 4


def test_zip_with_another_compression(tmp_path):
    """NumPy writes stored or deflated members; LZMA could ask for gigabytes of memory."""
    members = {"images.npy": npy_bytes(FLOATS), "labels.npy": npy_bytes(LABELS)}
    path = zip_of(tmp_path / "s.npz", members, zipfile.ZIP_LZMA)
    assert "images.npy must be stored or deflated, has the compression type 14" in refused(path)


# What is refused: .npy files.


def test_npy_without_labels(tmp_path):
    """The error names the file that is missing and both ways out."""
    np.save(tmp_path / "cats.npy", FLOATS)
    text = refused(tmp_path / "cats.npy")
    assert "needs its labels beside it, in cats_labels.npy, which is missing" in text
    assert "write them with numpy.save('cats_labels.npy', labels), or use an .npz file" in text


def test_npy_larger_than_the_limit(tmp_path):
    """Images of 288 bytes and labels of 32, with 128 of header each."""
    np.save(tmp_path / "cats.npy", FLOATS)
    np.save(tmp_path / "cats_labels.npy", LABELS)
    assert "the file and its labels announce 576 bytes, more than the limit of 500" in refused(
        tmp_path / "cats.npy", max_bytes=500
    )


def test_npy_announcing_more_than_it_holds(tmp_path):
    """80 TB announced, 8 bytes there."""
    (tmp_path / "cats.npy").write_bytes(npy_header((10**13,)) + bytes(8))
    np.save(tmp_path / "cats_labels.npy", LABELS)
    assert "announces 80,000,000,000,000 bytes" in refused(tmp_path / "cats.npy")


# What is refused: .nc files.


def netcdf(path, engine_options=None, **variables):
    """Path of a new netCDF-4 file."""
    xr.Dataset(variables).to_netcdf(path, **(engine_options or {}))
    return path


def test_netcdf_without_its_variables(tmp_path):
    """The variables that are missing, and those that are there."""
    path = netcdf(tmp_path / "s.nc", picture=(("m", "i", "j"), FLOATS), label=("m", LABELS))
    assert "lacks image, has ['label', 'picture']; rename its variables" in refused(path)


def test_netcdf_with_missing_values(tmp_path):
    """Xarray writes nan as the fill value: missing, three times."""
    path = netcdf(tmp_path / "s.nc", image=(("m", "i", "j"), NAN), label=("m", LABELS))
    assert "image must have no missing or nan values, has 3" in refused(path)


def test_netcdf_without_samples(tmp_path):
    """No samples: empty."""
    path = netcdf(tmp_path / "s.nc", image=(("m", "i", "j"), FLOATS[:0]), label=("m", LABELS[:0]))
    assert "image is empty (shape (0, 3, 3))" in refused(path)


def test_netcdf_of_the_classic_format(tmp_path):
    """netCDF-3 is refused with the way to convert it."""
    options = {"format": "NETCDF3_64BIT", "engine": "netcdf4"}
    path = netcdf(
        tmp_path / "s.nc", options, image=(("m", "i", "j"), FLOATS), label=("m", LABELS * 1.0)
    )
    assert "must be a netCDF-4 file (HDF5), not a classic netCDF or any other file; write it " in (
        refused(path)
    )


def test_netcdf_bomb(tmp_path):
    """8 MB of zeros in a few kB: the announced size is judged, in both processes."""
    image = (("m", "i", "j"), np.zeros((1000, 32, 32)))
    options = {"encoding": {"image": {"zlib": True}}}
    path = netcdf(tmp_path / "s.nc", options, image=image, label=("m", np.arange(1000)))
    assert path.stat().st_size < 50_000
    text = "the variables image and label announce 8,200,000 bytes, more than the limit of 1,000,0"
    assert text in refused(path, max_bytes=10**6)


def test_netcdf_with_complex_values(tmp_path):
    """Complex numbers are no pixels."""
    options = {"auto_complex": True, "engine": "netcdf4"}
    path = netcdf(
        tmp_path / "s.nc", options, image=(("m", "i", "j"), FLOATS * 1j), label=("m", LABELS)
    )
    assert "image must hold real numbers or texts, holds " in refused(path)


def test_netcdf_that_never_ends(monkeypatch):
    """On this damaged file HDF5 1.14 loops for ever: given up after the time allowed."""
    monkeypatch.setattr(netcdf_files, "SECONDS_TO_START", 2.0)
    text = refused(Path(__file__).with_name("endless.nc"))
    assert "must be intact" in text


def test_netcdf_reader_out_of_time(tmp_path, monkeypatch):
    """Whatever takes too long is ended, and the error says after how long."""
    path = netcdf(tmp_path / "s.nc", image=(("m", "i", "j"), FLOATS), label=("m", LABELS))
    monkeypatch.setattr(netcdf_files, "SECONDS_TO_START", 0.0)
    assert "must be intact, but reading it takes over 0 s; write it again" in refused(path)


# What is refused: folders.


def test_folder_without_classes(tmp_path):
    """Pictures that lie in the folder itself have no class."""
    Image.fromarray(BYTES[0]).save(tmp_path / "a.png")
    text = refused(tmp_path)
    assert "must have one sub-folder for each class, has none; put the pictures of each class" in (
        text
    )


def test_class_without_pictures(tmp_path):
    """The empty class is named."""
    picture_folder(tmp_path)
    (tmp_path / "bird").mkdir()
    (tmp_path / "bird" / "song.wav").write_bytes(b"")
    assert ".tif .tiff), bird holds none; add pictures to it, or take it away" in refused(tmp_path)


def test_folder_with_one_class(tmp_path):
    """One class has nothing to be told from."""
    picture_folder(tmp_path)
    for path in (tmp_path / "dog").iterdir():
        path.unlink()
    (tmp_path / "dog").rmdir()
    assert "must have at least two classes, every label is 'cat'" in refused(tmp_path)


def test_pictures_that_are_not_square(tmp_path):
    """The common shape is named."""
    picture_folder(tmp_path)
    for path in tmp_path.rglob("*.png"):
        Image.fromarray(np.ones((3, 5), np.uint8)).save(path)
    assert "images must be square" in refused(tmp_path)
    assert "have the shape (4, 3, 5)" in refused(tmp_path)


def animation(path):
    frames = [Image.fromarray(BYTES[k]) for k in range(3)]
    frames[0].save(path, format="GIF", save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda p: p.write_bytes(b"no picture"), "cannot be decoded (UnidentifiedImageError: "),
        (lambda p: p.write_bytes(p.read_bytes()[:-25]), "cannot be decoded ("),
        (lambda p: p.write_bytes(b""), "cannot be decoded ("),
        (
            lambda p: Image.fromarray(np.ones((4, 5), np.uint8)).save(p),
            "has 5 x 4 pixels, the first picture 3 x 3; bring all pictures to one size",
        ),
        (
            lambda p: Image.fromarray(np.full((3, 3), 300, np.uint16)).save(p),
            "has the mode I;16, not 8 bits a channel; convert it to 8 bits",
        ),
        (
            lambda p: Image.fromarray(np.full((3, 3, 4), 100, np.uint8)).save(p),
            "is partly transparent; put it on a background, then save it",
        ),
        (animation, "holds 3 frames; keep one frame of it"),
    ],
)
def test_unusable_pictures(tmp_path, spoil, text):
    """The one picture that cannot be used is named with its class."""
    picture_folder(tmp_path)
    spoil(tmp_path / "dog" / "0.png")
    assert f"dog/0.png {text}" in refused(tmp_path)


def test_first_picture_damaged(tmp_path):
    """Also when it is the first one, whose size counts for all."""
    picture_folder(tmp_path)
    (tmp_path / "cat" / "0.png").write_bytes(b"no picture")
    assert "cat/0.png cannot be decoded (UnidentifiedImageError" in refused(tmp_path)


def test_picture_bomb(tmp_path):
    """A PNG of 100 bytes that announces 30,000 x 30,000 pixels, first alone, then as all."""
    picture_folder(tmp_path)
    path = tmp_path / "cat" / "0.png"
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">II", 30_000, 30_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    # Larger than what Pillow opens at all.
    assert "cat/0.png cannot be decoded (DecompressionBombError" in refused(tmp_path)
    # Smaller than that, but with four of this size over the limit.
    content[16:24] = struct.pack(">II", 9_000, 9_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    text = "the pictures announce 972,000,000 bytes, more than the limit of 900,000,000"
    assert text in refused(tmp_path, max_bytes=900_000_000)


# Damage at random.

DAMAGE = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6)
CUT = st.none() | st.integers(0, 20_000)
anywhere = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def damaged(content, flips, cut):
    """Content with bytes changed, then truncated."""
    content = bytearray(content)
    for place, byte in flips:
        content[place % len(content)] = byte
    return bytes(content[: None if cut is None else cut % (len(content) + 1)])


def read_or_refused(path):
    """Read the file: a valid set or an ArgumentError of one line, nothing else."""
    try:
        images, refusal = from_file(path), None
    except ArgumentError as error:
        images, refusal = None, error
    if images is None:
        assert refusal.argument == "dataset"
        assert "\n" not in str(refusal)
    else:
        assert np.isfinite(images.image).all()
        assert len(names_of(images)) == int(images.label.max()) + 1 >= 2


@settings(anywhere, max_examples=300)
@given(flips=DAMAGE, cut=CUT, compressed=st.booleans(), texts=st.booleans())
@example(flips=[], cut=None, compressed=True, texts=True)
@pytest.mark.filterwarnings("ignore")
def test_damaged_npz(tmp_path, flips, cut, compressed, texts):
    """An .npz file with bytes changed or missing."""
    labels = np.array(["a", "b", "a", "b"]) if texts else LABELS
    path = npz(tmp_path, compressed=compressed, images=FLOATS, labels=labels)
    path.write_bytes(damaged(path.read_bytes(), flips, cut))
    read_or_refused(path)


@settings(anywhere, max_examples=300)
@given(flips=DAMAGE, label_flips=DAMAGE, cut=CUT, texts=st.booleans())
@example(flips=[], label_flips=[], cut=None, texts=True)
@pytest.mark.filterwarnings("ignore")
def test_damaged_npy(tmp_path, flips, label_flips, cut, texts):
    """An .npy file or its labels with bytes changed or missing."""
    labels = np.array(["a", "b", "a", "b"]) if texts else LABELS
    (tmp_path / "s.npy").write_bytes(damaged(npy_bytes(FLOATS), flips, cut))
    (tmp_path / "s_labels.npy").write_bytes(damaged(npy_bytes(labels), label_flips, None))
    read_or_refused(tmp_path / "s.npy")


@settings(anywhere, max_examples=12)
@given(flips=DAMAGE, cut=CUT, texts=st.booleans())
@example(flips=[], cut=None, texts=True)
def test_damaged_netcdf(tmp_path_factory, flips, cut, texts):
    """A netCDF file with bytes changed or missing; new each time, as HDF5 keeps some open."""
    netcdf_files.SECONDS_TO_START, usual = 3.0, netcdf_files.SECONDS_TO_START
    path = tmp_path_factory.mktemp("damaged") / "s.nc"
    labels = ["a", "b", "a", "b"] if texts else LABELS
    netcdf(path, image=(("m", "i", "j"), FLOATS), label=("m", labels))
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(damaged(content, flips, cut))
    try:
        read_or_refused(path)
    finally:
        netcdf_files.SECONDS_TO_START = usual


@settings(anywhere, max_examples=100)
@given(flips=DAMAGE, cut=CUT, kind=st.sampled_from(["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"]))
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_pictures(tmp_path_factory, flips, cut, kind):
    """A picture with bytes changed or missing, in each format."""
    folder = tmp_path_factory.mktemp("damaged")
    picture_folder(folder)
    buffer = io.BytesIO()
    Image.fromarray(BYTES[0]).save(buffer, format=kind)
    (folder / "dog" / "1.png").write_bytes(damaged(buffer.getvalue(), flips, cut))
    read_or_refused(folder)
