"""Named streams of sets that also come with labels: the same images, as stored and grey."""

import gzip
import hashlib
import importlib
import json
import os

import numpy as np
import pytest

from numerics import images
from numerics.images import streams
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images.streams`.
module = importlib.import_module("numerics.images.streams.mnist")


@pytest.fixture
def data_folder():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with the original files")
    return folder


def together(stream):
    json.dumps(stream.provenance, allow_nan=False)
    stored = np.concatenate(list(stream.blocks()))
    assert stored.shape == (stream.count, *stream.shape)
    return stored


def test_digits():
    """Counts 0 to 16 as bytes; times 1/16 they are the labelled set, bit for bit."""
    stream = streams.digits()
    stored = together(stream)
    assert stored.dtype == np.uint8
    np.testing.assert_array_equal(stored * stream.scale, images.digits().image)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_idx_sets(data_folder, name):
    """The test split as bytes; over 255 it is the labelled set, bit for bit."""
    stream = getattr(streams, name)("test")
    stored = together(stream)
    assert (stream.name, stream.count, stream.shape) == (name, 10_000, (28, 28))
    assert (stored.dtype, stream.scale) == (np.uint8, 1 / 255)
    np.testing.assert_array_equal(stored / 255.0, getattr(images, name)("test").image)


def test_mnist_training_split(data_folder):
    """60,000 images by default: their sum of bytes is 1,567,298,545, a mean of .1307."""
    stream = streams.mnist()
    total = sum(int(block.sum(dtype=np.int64)) for block in stream.blocks())
    assert stream.count == 60_000
    assert total == 1_567_298_545
    assert round(total / (60_000 * 784 * 255), 4) == 0.1307


def test_cifar10(data_folder):
    """All 14,000 training images of the subset, grey by the 8-bit rule, as bytes."""
    stream = streams.cifar10()
    assert (stream.name, stream.count, stream.shape) == ("cifar10_subset", 14_000, (32, 32))
    colours = images.cifar10("test", classes=(0, 1)).image.values * 255
    grey = together(streams.cifar10("test").first(1000))
    assert grey.dtype == np.uint8
    np.testing.assert_array_equal(grey, streams.grey_bytes(np.rint(colours).astype(np.uint8)))


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_unknown_splits(name):
    """There are two splits."""
    with pytest.raises(ArgumentError, match=r"split: got all; must be 'train' or 'test'"):
        getattr(streams, name)("all")


def test_download_without_labels(serve, monkeypatch):
    """Only the file of images is asked for, and its checksum is that of the labelled set."""
    pixels = np.arange(2 * 28 * 28).reshape(2, 28, 28).astype(np.uint8)
    header = bytes([0, 0, 8, 3]) + np.array(pixels.shape, ">u4").tobytes()
    packed = gzip.compress(header + pixels.tobytes(), mtime=0)
    name = "train-images-idx3-ubyte.gz"
    registry = {name: hashlib.sha256(packed).hexdigest()}
    assert module.MNIST is importlib.import_module("numerics.images.mnist").MNIST
    monkeypatch.setattr(module, "MNIST", module.MNIST._replace(sha256=registry))
    address, asked = serve({name: packed})
    np.testing.assert_array_equal(together(streams.mnist(base_url=address)), pixels)
    assert asked == [f"/{name}"]
