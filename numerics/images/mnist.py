"""MNIST: handwritten digits of 28 x 28 pixels, from a folder or downloaded once."""

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from numerics.images.arguments import in_one_line, require_integer
from numerics.images.idx import read_idx
from numerics.images.image_set import image_set
from theory.errors import ArgumentError

FOLDER_VARIABLE = "MODEWISE_DATA"
"""Environment variable that names a folder with the four files; then nothing is downloaded."""

BASE_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"

SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
"""Checksums of the original distribution."""

PREFIX = {"train": "train", "test": "t10k"}


def mnist(
    split: str = "train", *, count: int | None = None, base_url: str = BASE_URL
) -> xr.Dataset:
    """Digits 0 to 9, images of 28 x 28 pixels in [0, 1] (counts 0 to 255, divided by 255).

    The files come from the folder that the environment variable MODEWISE_DATA names, or are
    downloaded once from `base_url` and kept; either way their SHA-256 is checked.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 training or 10,000 test images.
    count : int, optional
        Only the first `count` images.
    base_url : str
        Address of the folder to download from.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,).

    Raises
    ------
    ArgumentError
        On an unknown split, a count out of range, a file that is missing, altered or unreachable.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Proc. IEEE 86, 2278 (1998).
    """
    if split not in tuple(PREFIX):  # a tuple compares unhashable values too
        raise ArgumentError("split", split, "must be 'train' or 'test'", "choose one of these")
    label_file, image_file = (
        _located(f"{PREFIX[split]}-{kind}-ubyte.gz", SHA256, base_url)
        for kind in ("labels-idx1", "images-idx3")
    )
    labels = read_idx(label_file)
    if count is not None:
        count = require_integer("count", count, 1, len(labels), f"the {split} split has no more")
    return image_set(
        read_idx(image_file)[:count] / 255.0,
        labels[:count],
        name="mnist",
        class_names=[str(digit) for digit in range(10)],
        source={
            "source": "mnist",
            "split": split,
            "count": count,
            "files": {path.name: SHA256[path.name] for path in (image_file, label_file)},
            "divided_by": 255,
        },
    )


def _located(file_name: str, registry: Mapping[str, str], base_url: str) -> Path:
    """Path of one file, its SHA-256 checked against the registry."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return _in_folder(Path(folder), file_name, registry)
    return _downloaded(file_name, registry, base_url)


def _in_folder(folder: Path, file_name: str, registry: Mapping[str, str]) -> Path:
    """Path of one file that the user already has."""
    path = folder / file_name
    remedy = f"let {FOLDER_VARIABLE} name a folder with the original files, or unset it to download"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArgumentError(
            "dataset",
            "mnist",
            f"{FOLDER_VARIABLE}={folder} must hold {file_name} ({error.strerror})",
            remedy,
        ) from error
    if found != registry[file_name]:
        raise ArgumentError(
            "dataset",
            "mnist",
            f"{path} must have the SHA-256 {registry[file_name]}, has {found}",
            remedy,
        )
    return path


def _downloaded(file_name: str, registry: Mapping[str, str], base_url: str) -> Path:
    """Path of one file in the cache folder, downloaded unless it is there."""
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    store = pooch.create(
        path=pooch.os_cache("modewise"),
        base_url=base_url.rstrip("/") + "/",
        registry=dict(registry),
    )
    # pooch announces each download on standard error; a library keeps quiet.
    logger.setLevel(logging.WARNING)
    try:
        return Path(store.fetch(file_name))
    except (OSError, ValueError) as error:
        raise ArgumentError(
            "dataset",
            "mnist",
            f"{file_name} must be downloadable from {base_url} ({in_one_line(error)})",
            f"set {FOLDER_VARIABLE} to a folder that holds the four files {', '.join(registry)}",
        ) from error
    finally:
        logger.setLevel(level)
