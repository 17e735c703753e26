"""A path of the user's: its reader, the errors of one without, the checksum of its files."""

import hashlib
from pathlib import Path

import pytest

from numerics.images.own_path import own_path, sha256_of
from theory.errors import ArgumentError


def found(path):
    return own_path(
        path,
        {".npz": "arrays", ".nc": "netCDF"},
        ("pictures", "a folder of pictures"),
        example="numpy.savez(path)",
    )


@pytest.mark.parametrize("kind", [str, Path, lambda path: str(path).encode()])
@pytest.mark.parametrize(
    ("name", "reader"), [("a.npz", "arrays"), ("B.NC", "netCDF"), ("folder.npz", "pictures")]
)
def test_the_reader_of_what_lies_there(tmp_path, kind, name, reader):
    """By the suffix of a file, in capitals too; a folder's own, whatever it is called."""
    path = tmp_path / name
    path.mkdir() if name.startswith("folder") else path.touch()
    assert found(kind(path)) == (path, str(path), reader)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (3, "dataset: got 3; must be the path of a file or folder; pass a text or a Path"),
        ("", "dataset: got ; must be a file or folder that exists; check the path"),
        ("no.npz", "dataset: got no.npz; must be a file or folder that exists; check the path"),
        (
            "a.txt",
            "dataset: got a.txt; must end in .npz, .nc or be a folder of pictures; convert it, for "
            "instance with numpy.savez(path)",
        ),
        ("a" * 300, "must be a usable path (OSError: "),
    ],
)
def test_paths_without_a_reader(tmp_path, monkeypatch, path, text):
    """What is no path, nothing there, an empty text, another ending, a name that cannot be."""
    (tmp_path / "a.txt").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError) as caught:
        found(path)
    assert text in str(caught.value)


def digest_of(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_sums_of_files(tmp_path):
    """SHA-256 of the digest of one file's bytes; of several with folder, name and 0 before each."""
    one, two = tmp_path / "cats" / "1", tmp_path / "dogs" / "1"
    for path, content in ((one, b"purr"), (two, b"bark")):
        path.parent.mkdir()
        path.write_bytes(content)
    purr, bark = (hashlib.sha256(content).digest() for content in (b"purr", b"bark"))
    assert sha256_of([one]) == digest_of(purr)
    assert sha256_of([one, two]) == digest_of(b"cats/1\0", purr, b"dogs/1\0", bark)
    assert sha256_of([two, one]) == digest_of(b"dogs/1\0", bark, b"cats/1\0", purr)
