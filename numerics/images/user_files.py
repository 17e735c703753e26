"""The user's own images: a file of arrays or a folder of pictures, checked before use."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from numerics.images.arguments import (
    LARGEST_BYTES,
    in_one_line,
    reading,
    refuse_larger,
    require_integer,
)
from numerics.images.array_files import Contents, read_npy, read_npz
from numerics.images.image_set import image_set
from numerics.images.netcdf_files import read_nc
from numerics.images.own_path import own_path, sha256_of
from numerics.images.picture_folder import picture_paths, read_folder
from theory.errors import ArgumentError

READERS: dict[str, Callable[[Path, str, int], Contents]] = {
    ".npz": read_npz,
    ".npy": read_npy,
    ".nc": read_nc,
}


def from_file(path: str | os.PathLike[str], *, max_bytes: int = LARGEST_BYTES) -> xr.Dataset:
    """Image set of a file (.npz, .npy, .nc) or of a folder of pictures.

    - `.npz`: `images`, `X` or `x`, shaped (M, n, n), (M, n, n, C) or (M, n*n); `labels`, `y` or
      `Y`, shaped (M,) with integers or texts, or (M, p) with one 1 a row.
    - `.npy`: the images, with the labels in `<stem>_labels.npy` beside it.
    - `.nc`: netCDF-4 with the variables `image` and `label`.
    - folder: one sub-folder a class, pictures of one size; grey if all of them are.

    Unsigned bytes are divided by 255; other numbers stay. Labels become 0 to p-1 in sorted order,
    `class_names` keeps the originals. Nothing is unpickled.

    Parameters
    ----------
    path : str or path
        The file or folder.
    max_bytes : int
        Limit to the bytes that the file announces, and to those of its images as float64.

    Returns
    -------
    Dataset
        `image` (sample, y, x) or (sample, y, x, channel), and `label` (sample,).

    Raises
    ------
    ArgumentError
        On anything that is no intact set of square images in at least two classes.
    """
    max_bytes = require_integer("max_bytes", max_bytes, 1, None, f"pass {LARGEST_BYTES}, say")
    location, given, reader = own_path(
        path,
        READERS,
        (read_folder, "a folder of pictures"),
        example="numpy.savez(path, images=images, labels=labels)",
    )
    with reading(given):
        contents = reader(location, given, max_bytes)
        source = {
            "source": "from_file",
            "path": location.resolve().name,
            "sha256": sha256_of(_files(location, given)),
        }
    labels, class_names = class_labels(contents, given)
    images, treatment = pixel_values(contents.images, given, max_bytes)
    if len(images) != len(labels):
        raise ArgumentError(
            "dataset",
            given,
            f"must have one label for each image, has {len(images)} images and {len(labels)} "
            "labels",
            "leave out what has no partner",
        )
    return image_set(
        images,
        labels,
        name=location.resolve().stem,
        class_names=class_names,
        source={**source, "stored_shape": contents.images.shape, "pixels": treatment},
    )


def pixel_values(stored: np.ndarray, given: str, max_bytes: int) -> tuple[np.ndarray, str]:
    """Images (M, n, n) or (M, n, n, C) as float64, and in words what became of the numbers."""
    images = _square(stored, given)
    if stored.dtype.kind not in "buif":
        raise ArgumentError(
            "dataset",
            given,
            f"images must be real numbers, are {stored.dtype}",
            "convert them to float64 or uint8",
        )
    refuse_larger(given, 8 * stored.size, max_bytes, "the images, as float64,")
    with np.errstate(over="ignore"):
        values = images.astype(np.float64)
    unusable = int(np.count_nonzero(~np.isfinite(values)))
    if unusable:
        raise ArgumentError(
            "dataset",
            given,
            f"images must be finite, {unusable:,} of {values.size:,} values are nan or infinite",
            "replace them, or leave these images out",
        )
    if not values.any():
        raise ArgumentError(
            "dataset", given, "every image is zero", "check how the file was written"
        )
    if stored.dtype == np.uint8:
        return values / 255.0, "uint8, divided by 255"
    return values, f"{stored.dtype}, as stored"


def class_labels(contents: Contents, given: str) -> tuple[np.ndarray, list[str]]:
    """Labels 0 to p-1 in the sorted order of the originals, and the names of these."""
    originals = _one_label_each(contents.labels, given)
    distinct, labels = np.unique(originals, return_inverse=True)
    if len(distinct) < 2:
        raise ArgumentError(
            "dataset",
            given,
            f"must have at least two classes, every label is {str(distinct[0])[:40]!r}",
            "add images of another class",
        )
    names = contents.class_names
    if names and distinct.dtype.kind in "iu" and distinct[0] >= 0 and distinct[-1] < len(names):
        return labels, [names[index] for index in distinct]
    return labels, [str(name) for name in distinct.tolist()]


def _files(location: Path, given: str) -> list[Path]:
    """A file (and its labels), or all pictures in a folder."""
    if location.is_dir():
        return [path for of_class in picture_paths(location, given).values() for path in of_class]
    if location.suffix.lower() == ".npy":
        return [location, location.with_name(f"{location.stem}_labels.npy")]
    return [location]


def _square(stored: np.ndarray, given: str) -> np.ndarray:
    """Images (M, n, n) or (M, n, n, C): flat ones are folded, a single channel is dropped."""
    images = stored
    if images.ndim == 2:
        side = int(np.sqrt(images.shape[1]) + 0.5)
        if side * side != images.shape[1]:
            raise ArgumentError(
                "dataset",
                given,
                f"flat images must have n*n pixels, these have {images.shape[1]} "
                f"(shape {images.shape})",
                "crop or pad them to a square",
            )
        images = images.reshape(-1, side, side)
    if images.ndim not in (3, 4) or images.shape[1] != images.shape[2]:
        raise ArgumentError(
            "dataset",
            given,
            "images must be square, shaped (M, n, n), (M, n, n, C) or (M, n*n), have the shape "
            f"{images.shape}",
            "crop or pad them to a square; channels go last",
        )
    if images.shape[1] < 2:
        raise ArgumentError(
            "dataset",
            given,
            f"images must be at least 2 pixels wide, have the shape {images.shape}",
            "pass larger images",
        )
    return images[..., 0] if images.ndim == 4 and images.shape[3] == 1 else images


def _one_label_each(stored: np.ndarray, given: str) -> np.ndarray:
    """Labels (M,) as integers or texts, from integers, whole floats, texts or one-hot rows."""
    labels = stored[:, 0] if stored.ndim == 2 and stored.shape[1] == 1 else stored
    if labels.dtype.kind in "SU":
        labels = _valid_texts(labels, given)
    if labels.dtype.kind not in "buifU" or labels.ndim not in (1, 2):
        raise _unusable_labels(given, f"are {stored.dtype} of shape {stored.shape}")
    if labels.dtype.kind == "f":
        if not (np.isfinite(labels) & (labels == np.round(labels))).all():
            raise _unusable_labels(given, "are floats that are not all whole numbers")
        if (np.abs(labels) > 2**53).any():
            raise _unusable_labels(given, "are floats beyond 2^53")
        labels = labels.astype(np.int64)
    if labels.ndim == 2:
        if labels.dtype.kind == "U" or not ((labels == 0) | (labels == 1)).all():
            raise _unusable_labels(given, f"have the shape {stored.shape} but are not one-hot")
        if not (labels.sum(axis=1) == 1).all():
            raise _unusable_labels(given, "are one-hot, but not every row has a single 1")
        labels = labels.argmax(axis=1)
    return labels.astype(np.int64) if labels.dtype.kind == "b" else labels


def _valid_texts(labels: np.ndarray, given: str) -> np.ndarray:
    """Labels as texts that can be written to a file again; damaged ones cannot."""
    try:
        texts = np.char.decode(labels, "utf-8") if labels.dtype.kind == "S" else labels
        for text in texts.flat:
            str(text).encode("utf-8")
    # NumPy answers to a number that is no character with a SystemError.
    except (ValueError, SystemError) as error:
        raise _unusable_labels(given, f"hold damaged text ({in_one_line(error)})") from error
    return texts


def _unusable_labels(given: str, found: str) -> ArgumentError:
    """Error for labels that name no class."""
    return ArgumentError(
        "dataset",
        given,
        f"labels must be integers or texts (M,), or one-hot rows (M, p); these {found}",
        "number the classes 0, 1, 2, ...",
    )
