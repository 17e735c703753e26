"""EuroSAT from a folder and by download: a small archive of the same form; damage."""

import hashlib
import importlib
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from numerics.images import streams
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images.streams`.
module = importlib.import_module("numerics.images.streams.eurosat")

NAMES = ("Forest/Forest_2.jpg", "Forest/Forest_10.jpg", "AnnualCrop/AnnualCrop_1.jpg")


def picture(number, side=64):
    """JPEG of a colour gradient, and its grey as Pillow has it."""
    y, x = np.mgrid[:side, :side]
    colours = np.stack([3 * y, 2 * x, y + x + 30 * number], axis=2).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(colours).save(content, format="JPEG")
    return content.getvalue(), np.asarray(Image.open(content).convert("RGB").convert("L"))


def archive(pictures):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("EuroSAT_RGB/", "")
        for name, stored in pictures.items():
            file.writestr(f"EuroSAT_RGB/{name}", stored)
    return content.getvalue()


@pytest.fixture
def served(serve, monkeypatch):
    """Serve an archive under its name and with its checksum: address and requests."""

    def start(content):
        monkeypatch.setattr(module, "ARCHIVE_SHA256", hashlib.sha256(content).hexdigest())
        return serve({module.ARCHIVE: content})

    return start


def test_download(served):
    """Pictures in the order of their sorted names, as Pillow's grey bytes; downloaded once."""
    pictures = [picture(number) for number in range(3)]
    address, asked = served(archive({n: p[0] for n, p in zip(NAMES, pictures, strict=True)}))
    stream = streams.eurosat(base_url=address)
    assert repr(stream).startswith("ImageStream(name='eurosat', shape=(64, 64), count=3, scale=0.0")
    expected = [pictures[place][1] for place in (2, 1, 0)]
    for _ in range(2):
        np.testing.assert_array_equal(np.concatenate(list(stream.blocks())), expected)
    assert streams.eurosat(base_url=address).count == 3
    assert asked == ["/EuroSAT_RGB.zip"]


def test_from_the_folder(tmp_path, monkeypatch):
    """The archive lies in the folder that MODEWISE_DATA names; another one is refused."""
    content = archive({NAMES[0]: picture(0)[0]})
    (tmp_path / "EuroSAT_RGB.zip").write_bytes(content)
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError, match="must have the SHA-256 b4f5b234ecb7d7ff"):
        streams.eurosat()
    monkeypatch.setattr(module, "ARCHIVE_SHA256", hashlib.sha256(content).hexdigest())
    assert streams.eurosat().count == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"no archive", "must be an intact archive (BadZipFile"),
        (archive({}), "must hold at least one image"),
        (archive({NAMES[0]: b"no picture"}), "Forest_2.jpg cannot be decoded"),
        (archive({NAMES[0]: picture(0, 32)[0]}), "Forest_2.jpg has 32 x 32 pixels"),
    ],
)
def test_damage(served, content, text):
    """What is no archive of such pictures, in one line."""
    address, _ = served(content)
    with pytest.raises(ArgumentError) as caught:
        list(streams.eurosat(base_url=address).blocks())
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
