"""CIFAR-10: the subset from a folder, the binary archive by download; damage by its errors."""

import gzip
import hashlib
import importlib
import io
import json
import os
import tarfile

import numpy as np
import pytest
from PIL import Image

from numerics.images import average_pool, cifar10, select_classes, subtract_mean
from numerics.images.cifar_archive import read_archive
from numerics.images.cifar_mosaics import read_mosaics
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images`.
module = importlib.import_module("numerics.images.cifar10")

LIMIT = 2**31


@pytest.fixture
def data_folder():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with cifar10_subset.npz")
    return folder


def source_of(images):
    (step,) = json.loads(images.attrs["provenance"])
    return step


# The subset.


def test_four_classes_of_the_subset(data_folder):
    """8,000 colour images, k/255, by class; the provenance says of how many they are the first."""
    images = cifar10("train", classes=(0, 1, 2, 3))
    assert dict(images.sizes) == {"sample": 8000, "y": 32, "x": 32, "channel": 3}
    assert images.image.values.flags.c_contiguous
    np.testing.assert_array_equal(images.label, np.repeat(np.arange(4), 2000))
    counts = images.image * 255
    np.testing.assert_allclose(counts, counts.round(), atol=1e-12)
    assert float(images.image.min()) == 0.0
    assert float(images.image.max()) == 1.0
    assert images.attrs["name"] == "cifar10_subset"
    assert json.loads(images.attrs["class_names"]) == ["airplane", "automobile", "bird", "cat"]
    step = source_of(images)
    assert step["subset"]["of"] == 5000
    assert set(step["subset"]["images_per_class"].values()) == {2000}
    assert list(step["files"]) == ["cifar10_subset.npz"]


@pytest.mark.parametrize(
    ("split", "sizes"), [("train", [2000] * 4 + [1000] * 6), ("test", [500] * 4)]
)
def test_all_that_the_subset_has(data_folder, split, sizes):
    """The training split has ten classes, the test split four."""
    with np.load(os.path.join(data_folder, "cifar10_subset.npz")) as stored:
        assert stored["class_names"].tolist() == list(module.CLASS_NAMES)
    images = cifar10(split)
    assert np.bincount(images.label).tolist() == sizes
    assert len(json.loads(images.attrs["class_names"])) == len(sizes)


def test_modes_of_four_classes(data_folder, spectral_modes):
    """Means of 2 x 2 pixels, minus the mean image: S = .7132 .3586 .1492, n gain 14.85 7.57 10.42."""
    images = subtract_mean(average_pool(cifar10(classes=range(4)), 2))
    values, gains = spectral_modes(images)
    np.testing.assert_allclose(values[:3], [0.7132, 0.3586, 0.1492], atol=5e-5)
    np.testing.assert_allclose(gains[:3], [14.85, 7.57, 10.42], atol=5e-3)
    # Balanced classes minus their common mean: three modes, not four.
    assert values[3] < 1e-12


def test_classes_as_select_classes(data_folder):
    """Asked for when loading or chosen afterwards: the same images, labels and names."""
    asked = cifar10("test", classes=(3, 1))
    chosen = select_classes(cifar10("test"), (3, 1))
    np.testing.assert_array_equal(asked.image, chosen.image)
    np.testing.assert_array_equal(asked.label, chosen.label)
    assert asked.attrs["class_names"] == chosen.attrs["class_names"] == '["cat", "automobile"]'


def test_count_of_the_subset(data_folder):
    """The first images, one class before the next."""
    few = cifar10("test", classes=(1, 0), count=501)
    whole = cifar10("test", classes=(1, 0))
    assert few.label.values.tolist() == [1] * 500 + [0]
    np.testing.assert_array_equal(few.image, whole.image[:501])
    assert source_of(few)["count"] == 501


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"classes": (0, 4)}, "classes: got [0, 4]; cifar10_subset.npz has only the classes "),
        ({"classes": (0, 1), "count": 1001}, "count: got 1001; must be an integer, from 1 to 1000"),
        ({"max_bytes": 10**6}, "dataset: got cifar10; the images, as float64, announce 49,152,000"),
    ],
)
def test_refused_of_the_subset(data_folder, arguments, text):
    """A class that the test split does not have, more images than there are, too little memory."""
    with pytest.raises(ArgumentError) as caught:
        cifar10("test", **arguments)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pillow_without_webp(data_folder, monkeypatch):
    """One line says what is missing and where it comes from."""
    monkeypatch.setattr("PIL.features.check", lambda feature: feature != "webp")
    with pytest.raises(ArgumentError) as caught:
        cifar10("test", count=1)
    assert "its pictures are WebP, which this Pillow" in str(caught.value)
    assert "install the Pillow of PyPI" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folder_without_the_file(tmp_path, monkeypatch):
    """The error names the variable, the folder, the file, and what to do."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        cifar10()
    assert str(caught.value) == (
        f"dataset: got cifar10; MODEWISE_DATA={tmp_path} must hold cifar10_subset.npz "
        "(No such file or directory); let MODEWISE_DATA name a folder with the original files, "
        "or unset it to download"
    )


def test_folder_with_an_altered_file(tmp_path, monkeypatch):
    """A file with another checksum is not read at all."""
    (tmp_path / "cifar10_subset.npz").write_bytes(b"altered")
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError, match="must have the SHA-256 965625731445874d") as caught:
        cifar10()
    assert hashlib.sha256(b"altered").hexdigest() in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"split": "validation"}, "split: got validation; must be 'train' or 'test'"),
        ({"classes": (1,)}, "classes: got (1,); must name at least two classes, names 1"),
        ({"classes": (1, 1)}, "classes: got (1, 1); must name each class once, names 1 twice"),
        (
            {"classes": (0, 10)},
            "classes: got 10; must be an integer, from 0 to 9; choose among 0 a",
        ),
        ({"classes": (0, "cat")}, "classes: got cat; must be an integer, from 0 to 9"),
        ({"classes": 4}, "classes: got 4; must be a sequence of labels"),
        ({"classes": "01"}, "classes: got 01; must be a sequence of labels"),
        ({"count": 0}, "count: got 0; must be an integer, at least 1"),
        ({"count": True}, "count: got True; must be an integer"),
        ({"max_bytes": 0}, "max_bytes: got 0; must be an integer, at least 1"),
    ],
)
def test_refused_before_any_file(monkeypatch, tmp_path, arguments, text):
    """What can be judged without data is judged before it is looked for."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    with pytest.raises(ArgumentError) as caught:
        cifar10(**arguments)
    assert text in str(caught.value)


def small_subset(path):
    """Subset of 100 training images of classes 2 and 7: image k of class c has the byte k + c."""
    stored = {}
    for c in (2, 7):
        tiles = np.full((2, 32, 50, 32, 3), c, np.uint8)
        tiles += np.arange(100, dtype=np.uint8).reshape(2, 1, 50, 1, 1)
        tiles[:, 5, :, 9, 1] = 255
        buffer = io.BytesIO()
        Image.fromarray(tiles.reshape(64, 1600, 3)).save(buffer, format="WEBP", lossless=True)
        stored[f"train_{c}_webp"] = np.frombuffer(buffer.getvalue(), np.uint8)
        stored[f"train_{c}_index"] = np.arange(100, dtype=np.uint16)
    np.savez(path, **stored)
    return path


def test_tiles_of_a_mosaic(tmp_path):
    """Tiles are read row by row: image k is the k-th, with its own pixels upright."""
    path = small_subset(tmp_path / "small.npz")
    pixels, labels, there = read_mosaics(path, "train", None, None, LIMIT)
    assert there == {2: 100, 7: 100}
    assert labels.tolist() == [2] * 100 + [7] * 100
    np.testing.assert_array_equal(pixels[:100, 0, 0, 0], 2 + np.arange(100))
    np.testing.assert_array_equal(pixels[100:, 31, 31, 2], 7 + np.arange(100))
    assert (pixels[:, 5, 9, 1] == 255).all()
    assert (pixels == 255).sum() == 200


def test_subset_is_described(tmp_path, monkeypatch):
    """Labels follow the order asked for, images that of the file; no class beyond what is needed."""
    path = small_subset(tmp_path / "cifar10_subset.npz")
    monkeypatch.setattr(module, "SUBSET_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    images = cifar10(classes=(7, 2))
    assert images.label.values.tolist() == [1] * 100 + [0] * 100
    assert images.image.values[99, 0, 0, 0] == 101 / 255
    assert json.loads(images.attrs["class_names"]) == ["horse", "bird"]
    assert source_of(images)["subset"] == {
        "images_per_class": {"horse": 100, "bird": 100},
        "of": 5000,
    }
    assert cifar10(count=3).label.values.tolist() == [0, 0, 0]
    with pytest.raises(ArgumentError, match=r"has only the classes \[2, 7\] in its train split"):
        cifar10(classes=(0, 2))


# The archive.

TRAIN = {f"data_batch_{number}.bin": 4 for number in (1, 2, 3, 4, 5)}


def records(count, seed):
    """Batch of random images: bytes, images (sample, y, x, channel), labels 0, 1, 2, ..."""
    planes = np.random.default_rng(seed).integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
    labels = (np.arange(count) + seed).astype(np.uint8) % 10
    content = b"".join(bytes([c]) + p.tobytes() for c, p in zip(labels, planes, strict=True))
    return content, np.moveaxis(planes, 1, -1), labels


def archive(contents, folder="cifar-10-batches-bin"):
    """Packed tar archive of these files, with a folder and a text as the official one has."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        entry = tarfile.TarInfo(folder)
        entry.type = tarfile.DIRTYPE
        packed.addfile(entry)
        for name, content in {"readme.html": b"<p>", **contents}.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def small(tmp_path):
    """Small archive, its batches out of order as in the official one: path, images, labels."""
    names = [*TRAIN, "test_batch.bin"]
    batches = {name: records(7, seed) for seed, name in enumerate(names)}
    path = tmp_path / "small.tar.gz"
    order = [names[k] for k in (0, 3, 2, 5, 4, 1)]
    path.write_bytes(archive({name: batches[name][0] for name in order}))
    images, labels = (np.concatenate([batches[name][part] for name in TRAIN]) for part in (1, 2))
    return path, images, labels, batches["test_batch.bin"]


def test_binary_records(small):
    """Label, red, green and blue plane: the training batches in their order, all 35 images."""
    path, images, labels, (_, test_images, test_labels) = small
    found, found_labels = read_archive(path, "train", range(10), None, LIMIT)
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(found_labels, labels)
    found, found_labels = read_archive(path, "test", range(10), None, LIMIT)
    np.testing.assert_array_equal(found, test_images)
    np.testing.assert_array_equal(found_labels, test_labels)


@pytest.mark.parametrize("count", [None, 1, 5, 9, 100])
@pytest.mark.parametrize("classes", [(0, 1), (5, 3, 9), range(10)])
def test_records_of_some_classes(small, monkeypatch, classes, count):
    """The first `count` of these classes in official order, read two records at a time."""
    monkeypatch.setattr("numerics.images.cifar_archive.RECORDS_AT_ONCE", 2)
    path, images, labels, _ = small
    chosen = np.isin(labels, list(classes))
    found, found_labels = read_archive(path, "train", classes, count, LIMIT)
    np.testing.assert_array_equal(found, images[chosen][:count])
    np.testing.assert_array_equal(found_labels, labels[chosen][:count])


def test_archive_beyond_the_limit(small):
    """The limit counts the images that are returned, not those that are passed over."""
    path, *_ = small
    assert len(read_archive(path, "train", range(10), 3, 3 * 24_576)[0]) == 3
    with pytest.raises(ArgumentError, match=r"as float64, announce .* limit of 73,727; pass fewer"):
        read_archive(path, "train", range(10), 3, 3 * 24_576 - 1)


def gone(content, name):
    """Archive of all training batches but one, which is another's content or missing."""
    batches = {batch: records(7, seed)[0] for seed, batch in enumerate(TRAIN)}
    batches.pop(name)
    return archive(batches if content is None else {**batches, name: content})


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        (b"no archive", "must be an intact archive (ReadError: not a gzip file"),
        (b"", "must be an intact archive (ReadError"),
        (gzip.compress(b"no tar" * 200, mtime=0), "must be an intact archive (ReadError"),
        (gone(None, "data_batch_3.bin"), "data_batch_5.bin; lacks data_batch_3.bin; delete it"),
        (gone(b"", "data_batch_3.bin"), "data_batch_3.bin must hold whole records of 3,073 bytes"),
        (gone(bytes(3074), "data_batch_1.bin"), "at least one; has 3,074 bytes"),
        (gone(b"\x0a" + bytes(3072), "data_batch_1.bin"), "must have labels from 0 to 9, has 10"),
        (gone(bytes(3073), "data_batch_1.bin")[:30_000], "must be an intact archive ("),
    ],
)
def test_damaged_archive(tmp_path, packed, text):
    """Each way in which an archive can be damaged has its sentence, with the file's name."""
    path = tmp_path / "damaged.tar.gz"
    path.write_bytes(packed)
    with pytest.raises(ArgumentError) as caught:
        read_archive(path, "train", range(10), None, LIMIT)
    assert caught.value.value == str(path)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_download_once(small, serve, monkeypatch, tmp_path, capfd):
    """Downloaded, checked, kept; the name and the provenance are those of the whole set."""
    path, images, labels, _ = small
    content = path.read_bytes()
    monkeypatch.setattr(module, "ARCHIVE_SHA256", hashlib.sha256(content).hexdigest())
    address, asked = serve({module.ARCHIVE: content})
    found = cifar10(base_url=address)
    np.testing.assert_array_equal(found.image, images / 255)
    np.testing.assert_array_equal(found.label, labels)
    assert found.image.dims == ("sample", "y", "x", "channel")
    assert found.image.values.flags.c_contiguous
    assert found.attrs["name"] == "cifar10"
    assert source_of(found)["subset"] is None
    assert source_of(found)["classes"] == list(range(10))
    some = cifar10(base_url=address, classes=(5, 2), count=4)
    assert some.label.values.tolist() == [int(c == 2) for c in labels if c in (2, 5)][:4]
    assert json.loads(some.attrs["class_names"]) == ["dog", "bird"]
    with pytest.raises(ArgumentError, match="count: got 36; must be an integer, from 1 to 35; the"):
        cifar10(base_url=address, count=36)
    assert asked == [f"/{module.ARCHIVE}"]
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.suffix == ".bin"]
    assert capfd.readouterr() == ("", "")


def test_download_of_another_file(serve, tmp_path):
    """What is not the original is thrown away; the error names the file that does instead."""
    address, _ = serve({module.ARCHIVE: b"another"})
    with pytest.raises(ArgumentError) as caught:
        cifar10(base_url=address)
    text = str(caught.value)
    assert text.startswith("dataset: got cifar10; cifar-10-binary.tar.gz must be downloadable from")
    assert "hash" in text
    assert text.endswith("; set MODEWISE_DATA to a folder that holds cifar10_subset.npz")
    assert not list((tmp_path / "cache").rglob("*.gz"))
