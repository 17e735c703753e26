"""Streams of arrays, image sets, dask arrays, functions and collections; what is refused."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
import xarray as xr

from numerics.images import digits, pure_cosines, stream_of, streams
from theory.errors import ArgumentError

GENERATOR = np.random.default_rng(0)
BYTES = GENERATOR.integers(0, 256, (600, 6, 7), np.uint8)
COLOURS = GENERATOR.integers(0, 256, (600, 6, 7, 3), np.uint8)
FLOATS = GENERATOR.random((600, 6, 7))
DEEP = GENERATOR.integers(0, 65536, (600, 6, 7), np.uint16)
LUMA = np.array([0.299, 0.587, 0.114])


def together(stream):
    blocks = list(stream.blocks())
    assert {block.dtype for block in blocks} <= {np.dtype(np.uint8), np.dtype(np.float64)}
    assert {block.shape[1:] for block in blocks} == {stream.shape}
    assert sum(map(len, blocks)) == stream.count
    json.dumps(stream.provenance, allow_nan=False)
    return np.concatenate(blocks)


def refused(source, **arguments):
    """Text of the error, one line."""
    with pytest.raises(ArgumentError) as caught:
        list(stream_of(source, **arguments).blocks())
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "scale", "grey", "used"),
    [
        (BYTES, None, BYTES, 1 / 255),
        (BYTES[..., None], None, BYTES, 1 / 255),
        (BYTES, 1 / 256, BYTES, 1 / 256),
        (COLOURS, None, streams.grey_bytes(COLOURS), 1 / 255),
        (FLOATS, None, FLOATS, 1.0),
        (FLOATS.astype(np.float32), None, FLOATS.astype(np.float32), 1.0),
        (COLOURS / 255, None, COLOURS / 255 @ LUMA, 1.0),
        (BYTES > 99, None, BYTES > 99, 1.0),
        (DEEP, 1 / 65535, DEEP, 1 / 65535),
        (100 * FLOATS - 50, 1, 100 * FLOATS - 50, 1.0),
        (np.asfortranarray(BYTES), None, BYTES, 1 / 255),
        (BYTES[::-1, ::2, ::-1][:, :, :4].repeat(2, 1), None, None, 1 / 255),
    ],
)
def test_arrays(source, scale, grey, used):
    """Grey values as stored, in blocks of 256: bytes stay bytes, the rest is float64."""
    stream = stream_of(source, scale=scale, name="mine")
    assert (stream.name, stream.count, stream.scale) == ("mine", 600, used)
    assert [len(block) for block in stream.blocks()] == [256, 256, 88]
    np.testing.assert_array_equal(together(stream), source if grey is None else grey)
    np.testing.assert_array_equal(together(stream), together(stream))


def test_provenance_tells_arrays_apart():
    """The checksum is of the values in C order: the same for a copy, another for another pixel."""
    sums = [stream_of(a).provenance["sha256"] for a in (BYTES, np.asfortranarray(BYTES))]
    changed = BYTES.copy()
    changed[599, 5, 6] ^= 1
    assert sums[0] == sums[1] != stream_of(changed).provenance["sha256"]


@pytest.mark.parametrize(
    "source",
    [torch.from_numpy(BYTES), xr.DataArray(BYTES, dims=("m", "y", "x")), list(BYTES)],
    ids=["torch", "xarray", "list of images"],
)
def test_other_arrays(source):
    """A tensor, a DataArray, a list of images: their values."""
    np.testing.assert_array_equal(together(stream_of(source)), BYTES)


def test_image_sets():
    """A set of this room gives its images, its name and its provenance; labels are left aside."""
    images = digits()
    stream = stream_of(images)
    np.testing.assert_array_equal(together(stream), images.image)
    assert stream.name == "digits"
    assert stream.provenance["steps"] == json.loads(images.attrs["provenance"])


def test_image_sets_beyond_one():
    """Cosines have negative values: with a declared scale they are taken as they are."""
    images = pure_cosines(image_side=8)
    assert "must lie in [0, 1] unless a scale is declared; image 0, counted" in refused(images)
    np.testing.assert_array_equal(together(stream_of(images, scale=1)), images.image)


def test_dask_arrays():
    """The chunks are the blocks, each computed when its turn comes; chunks within images as well."""
    array = pytest.importorskip("dask.array", reason="the extra `scale` is not installed")
    computed = []

    def counted(block):
        computed.append(len(block))
        return block

    lazy = array.from_array(COLOURS, chunks=(250, 3, 7, 3)).map_blocks(
        counted, dtype=np.uint8, meta=np.empty((0, 0, 0, 0), np.uint8)
    )
    stream = stream_of(lazy)
    assert computed == []
    blocks = stream.blocks()
    assert len(next(blocks)) == 250
    assert computed == [250, 250]
    assert [len(block) for block in blocks] == [250, 100]
    np.testing.assert_array_equal(together(stream), streams.grey_bytes(COLOURS))


def test_dask_arrays_of_unknown_length():
    """A selection of unknown length is refused with what to call first."""
    array = pytest.importorskip("dask.array", reason="the extra `scale` is not installed")
    lazy = array.from_array(BYTES, chunks=100)
    assert "compute_chunk_sizes() first" in refused(lazy[lazy.sum(axis=(1, 2)) > 0])


def test_failing_dask_arrays():
    """An error in a chunk is told in one line, with the numbers of its images."""
    array = pytest.importorskip("dask.array", reason="the extra `scale` is not installed")

    def fails(block):
        raise OSError("no\nsuch disk")

    lazy = array.from_array(BYTES, chunks=(200, 6, 7)).map_blocks(
        fails, dtype=np.uint8, meta=np.empty((0, 0, 0), np.uint8)
    )
    assert "images 0 to 199 cannot be read (OSError: no such disk)" in refused(lazy)


def test_zarr_arrays():
    """Read slice by slice, as whatever has a shape, a type and slices."""
    zarr = pytest.importorskip("zarr", reason="the extra `scale` is not installed")
    stream = stream_of(zarr.array(COLOURS, chunks=(200, 6, 7, 3)))
    np.testing.assert_array_equal(together(stream), streams.grey_bytes(COLOURS))


LENGTHS = (100, 0, 1, 399, 100)


def generated(images=COLOURS, lengths=LENGTHS):
    yield from np.split(images, np.cumsum(lengths)[:-1])


@pytest.mark.parametrize(
    "source",
    [generated, list(generated()), tuple(generated())],
    ids=["function", "list of blocks", "tuple of blocks"],
)
def test_blocks(source):
    """Blocks of any lengths, from a function or a collection: counted, grey, empty ones left out."""
    stream = stream_of(source)
    assert (stream.count, stream.shape) == (600, (6, 7))
    assert [len(block) for block in stream.blocks()] == [100, 1, 399, 100]
    np.testing.assert_array_equal(together(stream), streams.grey_bytes(COLOURS))


def test_checksum_of_blocks():
    """It does not depend on where the blocks begin."""
    sums = {
        stream_of(lambda lengths=lengths: generated(COLOURS, lengths)).provenance["sha256"]
        for lengths in ([600], LENGTHS)
    }
    assert len(sums) == 1


def test_once_only():
    """A generator is refused before it is touched; a function that gives less the second time too."""
    generator = generated()
    assert "can be gone through only once" in refused(generator)
    assert len(next(generator)) == 100
    left = [BYTES[:5], BYTES[:3]]
    assert "gave 5, then 3" in refused(lambda: [left.pop(0)])


def test_a_stream_is_returned():
    """As it is: it has its scale and its name."""
    stream = stream_of(BYTES)
    assert stream_of(stream) is stream
    assert "has its scale" in refused(stream, scale=1)
    assert "has its name" in refused(stream, name="it")


def with_value(place, value):
    images = FLOATS.copy()
    images[place] = value
    return images


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (BYTES[:0], "must hold at least one image"),
        (BYTES[0], "reshape flat or single images to (m, h, w)"),
        (BYTES[:, :3], "at least 4 x 4 pixels"),
        (
            DEEP,
            "dataset: got ndarray of shape (600, 6, 7), uint16; uint16 images need a declared sc",
        ),
        (with_value((300, 2, 3), np.nan), "image 300, counted from 0, has nan or infinite values"),
        (with_value((599, 0, 0), -np.inf), "image 599, counted from 0, has nan or infinite"),
        (with_value((256, 0, 0), 1.5), "image 256, counted from 0, has values from"),
        (with_value((7, 0, 0), -1e-9), "image 7, counted from 0, has values from -1e-09 to"),
        ([BYTES[0], BYTES[1], BYTES[2, :5]], "image 2, counted from 0, has the shape (5, 7), the"),
        (
            np.array([BYTES[0], BYTES[1], BYTES[2, :5], None], object)[:3],
            "image 2, counted from 0, has the shape (5, 7), the first (6, 7)",
        ),
        (np.array([None, 1]), "(m, h, w, 1) or (m, h, w, 3), have the shape ()"),
        ([BYTES[0], FLOATS[1]], "image 1, counted from 0, is float64, the first uint8"),
        ([BYTES[:3], BYTES[:3, :5]], "image 3, counted from 0, has the shape (5, 7), the first"),
        ([BYTES[:3], FLOATS[:2]], "image 3, counted from 0, is float64, the first uint8"),
        ([[[1, 2], [3]]], "each block must be an array (ValueError"),
        ([], "must give at least one image, gave none"),
        (lambda: iter([]), "must give at least one image, gave none"),
        (lambda: 5, "must return an iterator over blocks, returned int"),
        (5, "dataset: got 5; must be an array, a list of images"),
        (np.ma.masked_less(FLOATS, 0.001), "must have no masked values, has"),
        (torch.ones(2, 8, 8, requires_grad=True), "must convert to a NumPy array (RuntimeError"),
        (xr.Dataset(), "dataset: got"),
    ],
)
def test_refused(source, text):
    """What is no set of images, in one line that names the first offender."""
    assert text in refused(source)


def test_declared_scale_and_nan():
    """A declared scale excuses no nan."""
    assert "image 300" in refused(with_value((300, 2, 3), np.nan), scale=1)


def test_import_takes_no_dask():
    """Streams of arrays load neither dask nor torch nor Pillow."""
    code = (
        "import sys, numpy; from numerics.images import stream_of; "
        "stream_of(numpy.zeros((2, 4, 4))); "
        "print(sorted({'dask', 'torch', 'PIL', 'sklearn', 'netCDF4'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
