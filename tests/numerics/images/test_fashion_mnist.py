"""Fashion-MNIST from a folder and by download; its errors, and its files beside those of MNIST."""

import gzip
import hashlib
import importlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from numerics.images import fashion_mnist, mnist
from theory.errors import ArgumentError

# The functions of the same names hide the modules in `numerics.images`.
module = importlib.import_module("numerics.images.fashion_mnist")
mnist_module = importlib.import_module("numerics.images.mnist")


@pytest.fixture
def data_folder():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with the Fashion-MNIST files")
    return Path(folder)


def test_from_the_folder(data_folder):
    """All 10,000 test images, 1,000 of each class; the first one is an ankle boot."""
    images = fashion_mnist("test")
    assert dict(images.sizes) == {"sample": 10_000, "y": 28, "x": 28}
    assert np.bincount(images.label).tolist() == [1000] * 10
    counts = images.image * 255
    np.testing.assert_allclose(counts, counts.round(), atol=1e-12)
    assert float(images.image.min()) == 0.0
    assert float(images.image.max()) == 1.0
    assert images.attrs["name"] == "fashion_mnist"
    names = json.loads(images.attrs["class_names"])
    assert len(names) == 10
    assert [names[label] for label in images.label.values[:3]] == [
        "ankle boot",
        "pullover",
        "trouser",
    ]
    (step,) = json.loads(images.attrs["provenance"])
    assert (step["source"], step["split"], step["count"]) == ("fashion_mnist", "test", None)
    assert sorted(step["files"]) == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]


def test_training_split(data_folder):
    """The training labels begin 9 0 0 3 0; these are not the images of MNIST."""
    images = fashion_mnist(count=5)
    assert images.label.values.tolist() == [9, 0, 0, 3, 0]
    assert images.image.shape == (5, 28, 28)
    assert not images.image.equals(mnist(count=5).image)


@pytest.mark.parametrize("count", [0, 10_001, 2.0])
def test_refuses_counts(data_folder, count):
    """The count is an integer from 1 to the size of the split."""
    with pytest.raises(ArgumentError, match=r"^count: got .*an integer, from 1 to 10000"):
        fashion_mnist("test", count=count)


@pytest.mark.parametrize("split", ["validation", None, ["test"]])
def test_refuses_unknown_splits(split):
    """There are two splits."""
    with pytest.raises(ArgumentError, match=r"^split: got .*must be 'train' or 'test'"):
        fashion_mnist(split)


def test_folder_without_the_files(tmp_path, monkeypatch):
    """The error names this set and the sub-folder, not MNIST."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        fashion_mnist()
    file_name = os.path.join("fashion", "train-labels-idx1-ubyte.gz")
    assert str(caught.value) == (
        f"dataset: got fashion_mnist; MODEWISE_DATA={tmp_path} must hold {file_name} "
        "(No such file or directory); let MODEWISE_DATA name a folder with the original files, "
        "or unset it to download"
    )


def test_files_of_mnist_are_refused(data_folder, tmp_path, monkeypatch):
    """The file names are those of MNIST; the checksum tells them apart."""
    (tmp_path / "fashion").mkdir()
    name = "t10k-labels-idx1-ubyte.gz"
    shutil.copy(data_folder / name, tmp_path / "fashion" / name)
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(
        ArgumentError, match=r"fashion_mnist; .* must have the SHA-256 67da17c76eaf"
    ):
        fashion_mnist("test")


def idx(array):
    """IDX form of an array of bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


def test_downloads_do_not_meet(serve, monkeypatch, tmp_path):
    """MNIST and its relative use one cache and the same file names: each keeps its own."""
    images = np.arange(2 * 28 * 28).reshape(2, 28, 28) % 256
    contents = {
        "t10k-images-idx3-ubyte.gz": idx(images),
        "t10k-labels-idx1-ubyte.gz": idx(np.array([9, 2])),
    }
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    monkeypatch.setattr(module, "FASHION_MNIST", module.FASHION_MNIST._replace(sha256=sums))
    address, asked = serve(contents)
    first = fashion_mnist("test", base_url=address)
    np.testing.assert_array_equal(first.image, images / 255)
    # The other set has other labels under the same name.
    other = idx(np.array([3, 4]))
    (tmp_path / "served" / "t10k-labels-idx1-ubyte.gz").write_bytes(other)
    sums = {**sums, "t10k-labels-idx1-ubyte.gz": hashlib.sha256(other).hexdigest()}
    monkeypatch.setattr(mnist_module, "MNIST", mnist_module.MNIST._replace(sha256=sums))
    assert mnist("test", base_url=address).label.values.tolist() == [3, 4]
    assert fashion_mnist("test", base_url=address).identical(first)
    assert len(asked) == 4


def test_failed_download(serve):
    """The error names this set, its file, and what the user's own folder must hold."""
    address, _ = serve({})
    with pytest.raises(ArgumentError) as caught:
        fashion_mnist(base_url=address)
    text = str(caught.value)
    assert text.startswith("dataset: got fashion_mnist; train-labels-idx1-ubyte.gz must be downl")
    assert os.path.join("fashion", "t10k-images-idx3-ubyte.gz") in text.rpartition(";")[2]
