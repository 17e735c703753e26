"""MNIST from a folder and by download, and the IDX reader; damaged files by their errors."""

import gzip
import hashlib
import importlib
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numerics.images import mnist
from numerics.images.idx import read_idx
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images`.
module = importlib.import_module("numerics.images.mnist")

DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}


def idx_bytes(array, code):
    """IDX form of an array."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(f">{DTYPES[code]}").tobytes()


@pytest.fixture
def data_folder():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with the MNIST files")
    return folder


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("code", DTYPES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4)])
def test_idx_round_trip(tmp_path, code, shape, packed):
    """Every type code of the format, in one to three dimensions, comes back as it was."""
    array = np.arange(np.prod(shape)).reshape(shape).astype(DTYPES[code])
    path = tmp_path / "a-idx"
    path.write_bytes(
        gzip.compress(idx_bytes(array, code), mtime=0) if packed else idx_bytes(array, code)
    )
    found = read_idx(path)
    assert found.dtype == array.dtype
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, array)


GOOD = idx_bytes(np.arange(24).reshape(2, 3, 4), 0x08)
TERABYTES = struct.pack(">BBBB3I", 0, 0, 8, 3, 2**31, 2**31, 2**31) + b"x"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is truncated: 4 bytes must follow here, 0 are there"),
        (GOOD[:9], "is truncated: 12 bytes must follow here, 5 are there"),
        (GOOD[:-1], "announces 24 bytes (shape (2, 3, 4)), but can hold at most 23"),
        (GOOD + b"x", "must end after the 24 bytes announced; more follow"),
        (b"\1" + GOOD[1:], "must begin with the IDX magic 00 00 and a type code, has 01 00 08 03"),
        (b"\0\0\x0a" + GOOD[3:], "type code, has 00 00 0a 03"),
        (b"\0\0\x08\0", "must have from 1 to 64 dimensions, announces 0"),
        (b"\0\0\x08\xff" + bytes(2000), "must have from 1 to 64 dimensions, announces 255"),
        (GOOD[:4] + bytes(4) + GOOD[8:], "must hold at least one value, announces the shape (0, 3"),
        (TERABYTES, "announces 9,903,520,314,283,042,199,192,993,792 bytes"),
        (
            gzip.compress(TERABYTES, mtime=0),
            "announces 9,903,520,314,283,042,199,192,993,792 bytes",
        ),
        (
            gzip.compress(GOOD[:-1], mtime=0),
            "is truncated: 24 bytes must follow here, 23 are there",
        ),
        (gzip.compress(GOOD + b"x", mtime=0), "must end after the 24 bytes announced; more follow"),
        (gzip.compress(GOOD, mtime=0)[:-9], "must be an intact file (EOFError"),
        (
            gzip.compress(GOOD, mtime=0)[:-8] + b"12345678",
            "must be an intact file (BadGzipFile: CRC",
        ),
        (gzip.compress(GOOD, mtime=0) + b"trailing", "must be an intact file (BadGzipFile"),
        (gzip.compress(GOOD, mtime=0)[:10] + b"\xff" * 30, "must be an intact file (error"),
    ],
)
def test_idx_refuses_damage(tmp_path, content, text):
    """Each way in which a file can be damaged has its sentence, with the file's name."""
    path = tmp_path / "a-idx"
    path.write_bytes(content)
    with pytest.raises(ArgumentError) as caught:
        read_idx(path)
    assert caught.value.argument == "path"
    assert caught.value.value == str(path)
    assert text in str(caught.value)


def test_idx_unpacks_no_more_than_announced(tmp_path, monkeypatch):
    """A gzip of 64 MiB of zeros that announces 24 bytes is refused within one chunk."""
    path = tmp_path / "bomb-idx.gz"
    path.write_bytes(gzip.compress(GOOD + bytes(2**26), compresslevel=1, mtime=0))
    taken = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, n=-1: taken.append(n) or read(self, n))
    with pytest.raises(ArgumentError, match="more follow"):
        read_idx(path)
    assert sum(taken) == 4 + 12 + 24 + 1


@pytest.mark.parametrize("path", ["missing-idx", "a\0b", "."])
def test_idx_refuses_unusable_paths(path):
    """A file that is missing, a name with a null byte, a folder."""
    with pytest.raises(ArgumentError, match=r"^path: got "):
        read_idx(path)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    packed=st.booleans(),
    cut=st.none() | st.integers(0, 60),
    flips=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6),
)
def test_idx_damaged_at_random(tmp_path, packed, cut, flips):
    """Truncated and with bytes changed, a file is refused or read; nothing else happens."""
    content = bytearray(gzip.compress(GOOD, mtime=0) if packed else GOOD)[:cut]
    for place, byte in flips:
        if content:
            content[place % len(content)] = byte
    path = tmp_path / "a-idx"
    path.write_bytes(content)
    try:
        size, refusal = read_idx(path).size, ""
    except ArgumentError as error:
        size, refusal = 0, str(error)
    assert (size > 0) != (refusal != "")
    assert "\n" not in refusal


COUNTS = {
    "train": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}


def test_mnist_from_the_folder(data_folder):
    """All 10,000 test images: class counts of the original distribution, values k/255."""
    images = mnist("test")
    assert dict(images.sizes) == {"sample": 10_000, "y": 28, "x": 28}
    assert np.bincount(images.label).tolist() == COUNTS["test"]
    counts = images.image * 255
    np.testing.assert_allclose(counts, counts.round(), atol=1e-12)
    assert float(images.image.min()) == 0.0
    assert float(images.image.max()) == 1.0
    # The first label of the test set is a 7.
    assert int(images.label[0]) == 7


def test_mnist_training_split(data_folder):
    """The training labels begin 5 0 4 1 9; all of them have the known counts."""
    images = mnist(count=5)
    assert images.label.values.tolist() == [5, 0, 4, 1, 9]
    assert images.image.shape == (5, 28, 28)
    labels = read_idx(os.path.join(data_folder, "train-labels-idx1-ubyte.gz"))
    assert np.bincount(labels).tolist() == COUNTS["train"]


@pytest.mark.parametrize("count", [0, -1, 10_001, 2.0])
def test_mnist_refuses_counts(data_folder, count):
    """The count is an integer from 1 to the size of the split."""
    with pytest.raises(ArgumentError, match=r"^count: got .*an integer, from 1 to 10000"):
        mnist("test", count=count)


@pytest.mark.parametrize("split", ["validation", None, ["test"]])
def test_mnist_refuses_unknown_splits(split):
    """There are two splits."""
    with pytest.raises(ArgumentError, match=r"^split: got .*must be 'train' or 'test'"):
        mnist(split)


def test_folder_without_the_files(tmp_path, monkeypatch):
    """The error names the variable, the folder, the file, and what to do."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        mnist()
    assert str(caught.value) == (
        f"dataset: got mnist; MODEWISE_DATA={tmp_path} must hold train-labels-idx1-ubyte.gz "
        "(No such file or directory); let MODEWISE_DATA name a folder with the original files, "
        "or unset it to download"
    )


def test_folder_with_an_altered_file(tmp_path, monkeypatch):
    """A file with another checksum is not read at all."""
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(b"altered")
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        mnist("test")
    assert "must have the SHA-256 f7ae60f92e00ec6d" in str(caught.value)
    assert f"has {hashlib.sha256(b'altered').hexdigest()}" in str(caught.value)


@pytest.fixture
def served(serve, monkeypatch):
    """Small MNIST test split on a local server: address, checksums, requests."""
    contents = {
        "t10k-images-idx3-ubyte.gz": np.arange(3 * 28 * 28).reshape(3, 28, 28) % 256,
        "t10k-labels-idx1-ubyte.gz": np.array([2, 0, 1]),
    }
    packed = {name: gzip.compress(idx_bytes(x, 0x08), mtime=0) for name, x in contents.items()}
    registry = {name: hashlib.sha256(content).hexdigest() for name, content in packed.items()}
    monkeypatch.setattr(module, "MNIST", module.MNIST._replace(sha256=registry))
    address, asked = serve(packed)
    return address, registry, asked


def test_download_once(served, tmp_path, capfd):
    """Downloaded, checked, kept: the second call asks the server for nothing; nothing printed."""
    address, registry, asked = served
    images = mnist("test", base_url=address)
    assert images.label.values.tolist() == [2, 0, 1]
    expected = (np.arange(3 * 28 * 28).reshape(3, 28, 28) % 256) / 255
    np.testing.assert_array_equal(images.image, expected)
    assert sorted(p.name for p in (tmp_path / "cache" / "modewise").iterdir()) == sorted(registry)
    assert sorted(asked) == sorted(f"/{name}" for name in registry)
    assert mnist("test", base_url=address + "/").identical(images)
    assert len(asked) == 2
    assert capfd.readouterr() == ("", "")


def test_download_with_another_checksum(served, tmp_path, monkeypatch):
    """A file that is not the original is thrown away; the error says what to do."""
    address, registry, _ = served
    wrong = dict.fromkeys(registry, "0" * 64)
    monkeypatch.setattr(module, "MNIST", module.MNIST._replace(sha256=wrong))
    with pytest.raises(ArgumentError) as caught:
        mnist("test", base_url=address)
    text = str(caught.value)
    assert text.startswith("dataset: got mnist; t10k-labels-idx1-ubyte.gz must be downloadable")
    assert "hash" in text
    assert text.endswith("set MODEWISE_DATA to a folder that holds " + ", ".join(registry))
    assert "\n" not in text
    assert not list((tmp_path / "cache").rglob("*.gz"))


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1/", "{address}/x/nowhere", "no address"])
def test_failed_download(served, base_url):
    """No server, no such file, no address: set MODEWISE_DATA."""
    with pytest.raises(ArgumentError, match="; set MODEWISE_DATA to a folder that holds t10k"):
        mnist("test", base_url=base_url.format(address=served[0]))
