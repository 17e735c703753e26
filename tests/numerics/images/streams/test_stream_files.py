"""Streams of array files: .npy mapped, .npz and .nc with and without labels; damage."""

import hashlib
import json

import numpy as np
import pytest
import xarray as xr

from numerics.images import stream_of
from theory.errors import ArgumentError

BYTES = np.random.default_rng(0).integers(0, 256, (300, 5, 6), np.uint8)
SQUARE = BYTES[:, :5, :5].copy()
FLOATS = BYTES / 255


def together(stream):
    json.dumps(stream.provenance, allow_nan=False)
    return np.concatenate(list(stream.blocks()))


def refused(path, **arguments):
    with pytest.raises(ArgumentError) as caught:
        list(stream_of(path, **arguments).blocks())
    assert caught.value.argument in ("dataset", *arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("images", [BYTES, FLOATS, np.asfortranarray(BYTES)])
def test_npy(tmp_path, images):
    """A .npy file needs no labels beside it; name, checksum and scale are recorded."""
    path = tmp_path / "mine.npy"
    np.save(path, images)
    stream = stream_of(path)
    np.testing.assert_array_equal(together(stream), images)
    assert (stream.name, stream.count) == ("mine", 300)
    found = stream.provenance["file_sha256"]
    assert found == hashlib.sha256(path.read_bytes()).hexdigest()
    assert stream_of(str(path), name="yours").name == "yours"


def test_npy_larger_than_any_memory(tmp_path, monkeypatch):
    """4 TiB of zeros, a file with holes: mapped, and its first images read at once."""
    path = tmp_path / "huge.npy"
    with path.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (2**32, 32, 32)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 2**42)
    # The checksum of 4 TiB takes an hour.
    monkeypatch.setattr(hashlib, "file_digest", lambda file, name: hashlib.sha256())
    stream = stream_of(path)
    assert stream.count == 2**32
    assert together(stream.first(300)).shape == (300, 32, 32)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("key", ["images", "X", "x"])
def test_npz(tmp_path, save, key):
    """Images under one of three keys; labels may be there or not, and are not read."""
    path = tmp_path / "mine.npz"
    save(path, **{key: BYTES, "labels": np.array([None])})
    np.testing.assert_array_equal(together(stream_of(path)), BYTES)


def test_flat_rows_in_npz(tmp_path):
    """Rows of n*n pixels are folded; other rows are refused."""
    np.savez(tmp_path / "flat.npz", X=SQUARE.reshape(300, 25))
    np.testing.assert_array_equal(together(stream_of(tmp_path / "flat.npz")), SQUARE)
    np.savez(tmp_path / "odd.npz", X=BYTES.reshape(300, 30))
    assert "have the shape (300, 30)" in refused(tmp_path / "odd.npz")


def test_netcdf(tmp_path):
    """The variable `image`, with a label beside it or not."""
    images = xr.Dataset({"image": (("sample", "y", "x"), FLOATS)})
    for name, stored in (
        ("bare.nc", images),
        ("labelled.nc", images.assign(label=("sample", np.zeros(300)))),
    ):
        stored.to_netcdf(tmp_path / name)
        np.testing.assert_array_equal(together(stream_of(tmp_path / name)), FLOATS)
    images.rename(image="pictures").to_netcdf(tmp_path / "other.nc")
    assert "must have the variable image, lacks image, has ['pictures']" in refused(
        tmp_path / "other.nc"
    )


def test_values_are_judged(tmp_path):
    """A mapped file is judged as it is read: the first image that is not finite is named."""
    images = FLOATS.copy()
    images[270, 1, 1] = np.nan
    np.save(tmp_path / "nan.npy", images)
    stream = stream_of(tmp_path / "nan.npy")
    assert len(next(stream.blocks())) == 256
    assert "nan.npy; images must be finite; image 270, counted from 0" in refused(
        tmp_path / "nan.npy"
    )


def test_max_bytes(tmp_path):
    """What is held in memory is judged by its announced size; what is mapped is not."""
    np.savez_compressed(tmp_path / "zeros.npz", X=np.zeros((1000, 32, 32)))
    xr.Dataset({"image": (("m", "y", "x"), np.zeros((1000, 32, 32)))}).to_netcdf(
        tmp_path / "zeros.nc", encoding={"image": {"zlib": True}}
    )
    np.save(tmp_path / "zeros.npy", np.zeros((1000, 32, 32)))
    for name, what in (("zeros.npz", "X.npy"), ("zeros.nc", "the variable image")):
        text = refused(tmp_path / name, max_bytes=10**6)
        assert f"the values of {what} announce 8,192," in text
    assert stream_of(tmp_path / "zeros.npy", max_bytes=10**6).count == 1000
    assert "max_bytes: got 0; must be an integer" in refused(tmp_path / "zeros.npy", max_bytes=0)


def test_refused_paths(tmp_path):
    """What is no file, no array file, or damaged."""
    np.save(tmp_path / "good.npy", BYTES)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "good.npy").read_bytes()[:5000])
    np.save(tmp_path / "objects.npy", np.array([None, 1]), allow_pickle=True)
    (tmp_path / "text.npz").write_text("no archive")
    (tmp_path / "set.csv").write_text("1,2")
    np.savez(tmp_path / "keys.npz", pictures=BYTES)
    for name, text in {
        "missing.npy": "must be a file or folder that exists",
        "": "must hold pictures",
        "cut.npy": "must be intact and readable (ValueError",
        "objects.npy": "must be intact and readable (ValueError",
        "text.npz": "must be intact and readable (BadZipFile",
        "set.csv": "must end in .npy, .npz, .nc or be a folder of pictures",
        "keys.npz": "must have exactly one of the keys images, X, x, has ['pictures']",
        "a\0b": "must be a ",
    }.items():
        assert text in refused(tmp_path / name)
    assert "must be a file or folder that exists" in refused("")
