"""Readers of array files (.npz, .npy): the announced sizes first, then the values."""

import math
import os
import zipfile
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from numerics.images.arguments import refuse_larger
from theory.errors import ArgumentError

IMAGE_KEYS = ("images", "X", "x")
LABEL_KEYS = ("labels", "y", "Y")


class Contents(NamedTuple):
    """What a file holds: images and labels as stored, and names for the labels if it has some."""

    images: np.ndarray
    labels: np.ndarray
    class_names: list[str] | None = None


def read_npz(path: Path, given: str, max_bytes: int) -> Contents:
    """Images under `images`, `X` or `x`, labels under `labels`, `y` or `Y`."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        # The sum over the whole list, not over `members`: overlapping entries may share a name.
        announced = sum(member.file_size for member in archive.infolist())
        refuse_larger(given, announced, max_bytes, "the members of the file")
        images, labels = (
            _read_member(archive, members[_only_key(keys, members, given)], given)
            for keys in (IMAGE_KEYS, LABEL_KEYS)
        )
    return Contents(images, labels)


def npz_images(path: Path, given: str, max_bytes: int) -> np.ndarray:
    """Images under `images`, `X` or `x`; whatever else the file holds is not read."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        member = members[_only_key(IMAGE_KEYS, members, given)]
        refuse_larger(given, member.file_size, max_bytes, f"the values of {member.filename}")
        return _read_member(archive, member, given)


def read_npy(path: Path, given: str, max_bytes: int) -> Contents:
    """Images in the file, labels in its neighbour `<stem>_labels.npy`."""
    label_path = path.with_name(f"{path.stem}_labels.npy")
    if not label_path.is_file():
        raise ArgumentError(
            "dataset",
            given,
            f"needs its labels beside it, in {label_path.name}, which is missing",
            f"write them with numpy.save('{label_path.name}', labels), or use an .npz file with "
            "the keys images and labels",
        )
    sizes = [os.path.getsize(p) for p in (path, label_path)]
    refuse_larger(given, sum(sizes), max_bytes, "the file and its labels")
    with path.open("rb") as image_file, label_path.open("rb") as label_file:
        images = _read_array(image_file, sizes[0], path.name, given)
        labels = _read_array(label_file, sizes[1], label_path.name, given)
    return Contents(images, labels)


def _only_key(keys: tuple[str, ...], members: dict[str, zipfile.ZipInfo], given: str) -> str:
    """Name of the one member that stands under one of the keys."""
    found = [f"{key}.npy" for key in keys if f"{key}.npy" in members]
    if len(found) != 1:
        present = sorted(name.removesuffix(".npy") for name in members)
        raise ArgumentError(
            "dataset",
            given,
            f"must have exactly one of the keys {', '.join(keys)}, has {present}",
            "save it with numpy.savez(path, images=images, labels=labels)",
        )
    return found[0]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, given: str) -> np.ndarray:
    """Array of one member of an .npz file."""
    # numpy writes these two; the others can ask for gigabytes of working memory.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArgumentError(
            "dataset",
            given,
            f"{member.filename} must be stored or deflated, has the compression type "
            f"{member.compress_type}",
            "save it with numpy.savez or numpy.savez_compressed",
        )
    with archive.open(member) as file:
        return _read_array(file, member.file_size, member.filename, given)


def _read_array(file: IO[bytes], size: int, name: str, given: str) -> np.ndarray:
    """Array in .npy form of which `size` bytes are there; the header is judged first."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"{name} has the .npy version {version}; plain arrays have 1.0 or 2.0")
    if dtype.hasobject:
        raise ArgumentError(
            "dataset",
            given,
            f"{name} must hold numbers or texts, holds Python objects (a ragged list, or a pickle)",
            "give all images one size and save them as one array of numbers",
        )
    if dtype.itemsize == 0 or any(isinstance(length, bool) or length < 0 for length in shape):
        raise ValueError(f"{name} announces the shape {shape} of {dtype!r}")
    announced = math.prod(shape) * dtype.itemsize
    if announced == 0:
        raise empty_array(given, name, shape)
    there = size - file.tell()
    if announced != there:
        raise ArgumentError(
            "dataset",
            given,
            f"{name} announces {announced:,} bytes (shape {shape}, {dtype}), holds {there:,}",
            "save the array again: the file is damaged",
        )
    payload = file.read(announced)
    # At the end a zip member compares its checksum; before that, damage goes unnoticed.
    if file.read(1) or len(payload) != announced:
        raise EOFError(f"{name} does not end where it says")
    return np.frombuffer(payload, dtype).reshape(shape, order="F" if fortran_order else "C")


def empty_array(given: str, name: str, shape: tuple[int, ...]) -> ArgumentError:
    """Error for an array without values."""
    return ArgumentError(
        "dataset", given, f"{name} is empty (shape {shape})", "pass at least two images"
    )
