"""Image sets distributed as MNIST is: for each split one IDX file of images and one of labels."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from numerics.images.arguments import require_integer, require_split
from numerics.images.idx import read_idx
from numerics.images.image_set import image_set
from numerics.images.original_files import data_folder, downloaded_file, file_in_folder

PREFIX = {"train": "train", "test": "t10k"}


class IdxSet(NamedTuple):
    """One image set of four IDX files.

    `sha256` maps each file to its checksum. The files lie in `folder`, below the user's folder
    and below the cache: relatives of MNIST use its file names.
    """

    name: str
    class_names: tuple[str, ...]
    sha256: Mapping[str, str]
    folder: str = ""


def load_idx_set(described: IdxSet, split: str, count: int | None, base_url: str) -> xr.Dataset:
    """Images of one split in [0, 1] (counts 0 to 255, divided by 255), or the first `count`."""
    require_split(split)
    label_file, image_file = (
        _located(described, f"{PREFIX[split]}-{kind}-ubyte.gz", base_url)
        for kind in ("labels-idx1", "images-idx3")
    )
    labels = read_idx(label_file)
    if count is not None:
        count = require_integer("count", count, 1, len(labels), f"the {split} split has no more")
    return image_set(
        read_idx(image_file)[:count] / 255.0,
        labels[:count],
        name=described.name,
        class_names=described.class_names,
        source={
            "source": described.name,
            "split": split,
            "count": count,
            "files": {path.name: described.sha256[path.name] for path in (image_file, label_file)},
            "divided_by": 255,
        },
    )


def read_images(described: IdxSet, split: str, base_url: str) -> tuple[np.ndarray, dict[str, str]]:
    """Images of one split as stored, and the checksum of their file by its name."""
    require_split(split)
    path = _located(described, f"{PREFIX[split]}-images-idx3-ubyte.gz", base_url)
    return read_idx(path), {path.name: described.sha256[path.name]}


def _located(described: IdxSet, file_name: str, base_url: str) -> Path:
    """Path of one file, its SHA-256 checked."""
    in_folder = Path(described.folder)
    folder, sha256 = data_folder(), described.sha256[file_name]
    if folder is not None:
        return file_in_folder(folder, str(in_folder / file_name), sha256, described.name)
    return downloaded_file(
        file_name,
        sha256,
        base_url,
        described.name,
        cache=described.folder,
        instead=[str(in_folder / name) for name in described.sha256],
    )
