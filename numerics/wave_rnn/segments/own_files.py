"""Readers of the user's own images and masks: .npz, .nc, a folder of pictures."""

import os
import warnings
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from numerics.images.arguments import LARGEST_BYTES, reading, refuse_larger
from numerics.images.array_files import npz_images
from numerics.images.netcdf_files import nc_variables
from numerics.images.own_path import own_path, sha256_of
from numerics.images.picture_folder import SUFFIXES, decode, decoding, header_size, unusable
from theory.errors import ArgumentError


class OwnArrays(NamedTuple):
    """Images and masks as stored, and names of the classes if the file has some."""

    images: np.ndarray
    masks: np.ndarray
    classes: tuple[str, ...] | None = None


class OwnFile(NamedTuple):
    """What was read, the file's name, and the SHA-256 of its bytes."""

    arrays: OwnArrays
    name: str
    sha256: str


def read_own(path: str | os.PathLike[str], max_bytes: int = LARGEST_BYTES) -> OwnFile:
    """Images and masks of a file or folder, nothing about them judged but that both are there.

    - `.npz`: `images` (or `X`, `x`) and `masks`; names in `classes`, if there are some.
    - `.nc`: netCDF-4 with the variables `image` and `mask`; names in the attribute `class_names` (JSON).
    - folder: pictures in `images/`, and for each in `masks/` one with the same name (but for the ending),
      whose grey levels or palette entries are the labels.

    Raises
    ------
    ArgumentError
        On a path without such a file, on one that is damaged or larger than `max_bytes`.
    """
    location, given, reader = own_path(
        path,
        {".npz": _read_npz, ".nc": _read_nc},
        (_read_pictures, "a folder with images/ and masks/"),
        example="numpy.savez(path, images=images, masks=masks)",
    )
    with reading(given):
        arrays = reader(location, given, max_bytes)
        return OwnFile(arrays, location.resolve().name, sha256_of(_files(location)))


def _read_npz(path: Path, given: str, max_bytes: int) -> OwnArrays:
    """Arrays `images` and `masks`, names in `classes`."""
    with zipfile.ZipFile(path) as archive:
        announced = sum(member.file_size for member in archive.infolist())
    refuse_larger(given, announced, max_bytes, "the members of the file")
    images = npz_images(path, given, max_bytes)
    with np.load(path, allow_pickle=False) as stored:
        if "masks" not in stored.files:
            raise _without_masks(given, f"the key masks, has {sorted(stored.files)}")
        classes = stored["classes"] if "classes" in stored.files else None
        return OwnArrays(images, stored["masks"], _names(classes))


def _read_nc(path: Path, given: str, max_bytes: int) -> OwnArrays:
    """Variables `image` and `mask`, names in the attribute `class_names`."""
    (images, masks), classes = nc_variables(path, ("image", "mask"), given, max_bytes)
    return OwnArrays(images, masks, None if classes is None else tuple(classes))


def _read_pictures(folder: Path, given: str, max_bytes: int) -> OwnArrays:
    """Pictures of `images/` and the masks of the same names in `masks/`."""
    images, masks = (_pictures(folder / part, given) for part in ("images", "masks"))
    lonely = sorted(images.keys() ^ masks.keys())
    if lonely:
        raise _without_masks(
            given, f"a picture of the same name in both folders, {lonely[0]} is in one only"
        )
    with warnings.catch_warnings():
        from PIL import Image

        warnings.simplefilter("error", Image.DecompressionBombWarning)
        width, height = header_size(next(iter(images.values())), given)
        refuse_larger(given, len(images) * width * height * 4, max_bytes, "the pictures")
        pixels = np.stack([decode(path, (width, height), given) for path in images.values()])
        labels = np.stack([_labels(masks[name], (width, height), given) for name in images])
    is_grey = bool((pixels == pixels[..., :1]).all())
    return OwnArrays(pixels[..., :1] if is_grey else pixels, labels)


def _pictures(folder: Path, given: str) -> dict[str, Path]:
    """Pictures of a folder by name without ending, sorted; hidden names are passed over."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    pictures = [p for p in found if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")]
    if not pictures:
        raise _without_masks(given, f"pictures ({' '.join(SUFFIXES)}) in {folder.name}/, has none")
    named = {path.stem: path for path in pictures}
    if len(named) < len(pictures):
        raise ArgumentError(
            "dataset",
            given,
            f"{folder.name}/ must have each name once, whatever its ending",
            "rename the pictures, and their masks with them",
        )
    return named


def _labels(path: Path, size: tuple[int, int], given: str) -> np.ndarray:
    """Labels (y, x) of one mask: its grey levels, or the entries of its palette."""
    from PIL import Image

    with decoding(path, given), Image.open(path) as opened:
        if opened.size != size:
            found, wanted = (f"{width} x {height}" for width, height in (opened.size, size))
            raise unusable(
                path,
                given,
                f"has {found} pixels, the first image {wanted}",
                "bring all to one size, masks without interpolation",
            )
        if opened.mode not in ("1", "L", "P") or getattr(opened, "n_frames", 1) != 1:
            raise unusable(
                path,
                given,
                f"must have one channel of 8 bits, has the mode {opened.mode}",
                "save the labels as a grey PNG",
            )
        return np.asarray(opened).astype(np.uint8)


def _names(names: object) -> tuple[str, ...] | None:
    """Names of classes from an array or list of texts."""
    if names is None:
        return None
    return tuple(str(name) for name in np.asarray(names).ravel())


def _without_masks(given: str, lacks: str) -> ArgumentError:
    """Error for images without masks, or masks without images."""
    return ArgumentError(
        "dataset",
        given,
        f"must have {lacks}",
        "give each image a mask: numpy.savez(path, images=images, masks=masks), or two folders "
        "images/ and masks/ with the same names",
    )


def _files(location: Path) -> list[Path]:
    """A file, or all pictures and masks of a folder."""
    if not location.is_dir():
        return [location]
    return [p for part in ("images", "masks") for p in _pictures(location / part, "").values()]
