"""STL-10 from a folder and by download: a small archive of the same form; damage."""

import gzip
import hashlib
import importlib
import io
import tarfile

import numpy as np
import pytest

from numerics.images import streams
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images.streams`.
module = importlib.import_module("numerics.images.streams.stl10")

GENERATOR = np.random.default_rng(0)
TRAIN, TEST = (GENERATOR.integers(0, 256, (m, 96, 96, 3), np.uint8) for m in (7, 2))


def stored(colours):
    """Bytes of the format: red, green and blue plane, each column by column."""
    return b"".join(image[:, :, channel].T.tobytes() for image in colours for channel in range(3))


def archive(members):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as file:
        for name, payload in members.items():
            member = tarfile.TarInfo(f"stl10_binary/{name}")
            member.size = len(payload)
            file.addfile(member, io.BytesIO(payload))
    return content.getvalue()


WHOLE = archive({"test_X.bin": stored(TEST), "test_y.bin": b"\1\2", "train_X.bin": stored(TRAIN)})


@pytest.fixture
def served(serve, monkeypatch):
    """Serve an archive under its name and with its checksum: address and requests."""

    def start(content):
        monkeypatch.setattr(module, "ARCHIVE_MD5", f"md5:{hashlib.md5(content).hexdigest()}")
        return serve({module.ARCHIVE: content})

    return start


@pytest.mark.parametrize(("split", "colours"), [("train", TRAIN), ("test", TEST)])
def test_download(served, monkeypatch, split, colours):
    """Upright grey bytes in the order of the file, in blocks, as often as wanted."""
    monkeypatch.setattr(module, "block_starts", lambda count, shape: range(0, count, 3))
    address, asked = served(WHOLE)
    stream = streams.stl10(split, base_url=address)
    assert (stream.shape, stream.count, stream.scale) == ((96, 96), len(colours), 1 / 255)
    for _ in range(2):
        blocks = list(stream.blocks())
        assert max(map(len, blocks)) <= 3
        np.testing.assert_array_equal(np.concatenate(blocks), streams.grey_bytes(colours))
    assert asked == ["/stl10_binary.tar.gz"]


def test_first_images(served):
    """A pass may end early."""
    address, _ = served(WHOLE)
    (block,) = streams.stl10(base_url=address).first(2).blocks()
    np.testing.assert_array_equal(block, streams.grey_bytes(TRAIN[:2]))


def test_from_the_folder(tmp_path, monkeypatch):
    """Its published checksum is an MD5; another file is refused with both."""
    (tmp_path / "stl10_binary.tar.gz").write_bytes(WHOLE)
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        streams.stl10()
    assert "must have the MD5 91f7769df0f17e558f3565bffb0c7dfb, has " in str(caught.value)
    monkeypatch.setattr(module, "ARCHIVE_MD5", f"md5:{hashlib.md5(WHOLE).hexdigest()}")
    assert streams.stl10().count == 7


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"no archive", "must be an intact archive (ReadError"),
        (WHOLE[:-2000], "must be an intact archive (ReadError: unexpected end of data"),
        (gzip.compress(gzip.decompress(WHOLE)[:150_000], 1), "must be an intact archive ("),
        (archive({"test_X.bin": stored(TEST)}), "must hold train_X.bin"),
        (archive({"train_X.bin": b""}), "must hold whole images of 27,648 bytes, at least one"),
        (archive({"train_X.bin": bytes(27_649)}), "has 27,649 bytes"),
    ],
)
def test_damage(served, content, text):
    """What is no archive of such images, in one line."""
    address, _ = served(content)
    with pytest.raises(ArgumentError) as caught:
        list(streams.stl10(base_url=address).blocks())
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_splits():
    """There are three splits."""
    with pytest.raises(ArgumentError, match="split: got all; must be among train, test, unlabeled"):
        streams.stl10("all")
