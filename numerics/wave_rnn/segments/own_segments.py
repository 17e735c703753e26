"""The user's own images and masks, checked and divided by chance into three splits."""

import math
import os
from collections.abc import Sequence

import numpy as np

from numerics.images.arguments import require_integer
from numerics.wave_rnn.segments.drawn_splits import SPLITS
from numerics.wave_rnn.segments.object_sizes import connected_extents
from numerics.wave_rnn.segments.own_files import OwnArrays, read_own
from numerics.wave_rnn.segments.segment_set import LARGEST_CLASSES, ArraySet, Splits
from theory.errors import ArgumentError

SHARES = (0.7, 0.15, 0.15)

LEAST_SIDE = 3
"""A kernel of 3 x 3 counts a neighbour twice on anything smaller."""


def own_segments_splits(
    path: str | os.PathLike[str],
    *,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
    classes: Sequence[str] | None = None,
) -> Splits:
    """Images of a file (.npz, .nc) or a folder with images/ and masks/, divided by a permutation.

    Images are shaped (M, H, W), (M, H, W, C) or (M, C, H, W), masks (M, H, W): the masks tell which axis
    holds the channels. Unsigned bytes are divided by 255; floats must lie in [0, 1]. Labels are integers,
    0 = background. `numerics.wave_rnn.segments.own_files.read_own` tells the forms of the files.

    Parameters
    ----------
    path : str or path
        The file or folder.
    shares : three float
        Share of the images to train on, to choose by, to report; each split has at least one image.
    seed : int
        Of the permutation, `numpy.random.default_rng(seed)`.
    classes : sequence of str, optional
        Names of the N classes, the background first; else those of the file, else numbers up to the
        largest label of the images to train on and to choose by.

    Returns
    -------
    Splits
        Images (C, H, W). The object sizes are those of connected pixels of one class, in the images to
        train on and to choose by.

    Raises
    ------
    ArgumentError
        On images without masks, masks of floats, labels without a name (so are those that only images to
        report have, if no names are given), sizes that differ, pixels out of range, a split with nothing
        but background, fewer than three images.

    Source: sections 12 and 14 of the description of wave_rnn.
    """
    read = read_own(path)
    given = os.fsdecode(path)
    masks = _masks(read.arrays.masks, given)
    images, treatment = _images(read.arrays.images, masks.shape, given)
    seed = require_integer("seed", seed, 0, None, "pass 0, say")
    parts = _places(len(masks), shares, seed, given)
    # what is reported on is kept from all that is known before: classes and sizes come from the others
    known = masks[np.concatenate(parts[:2])]
    names = _class_names(classes, read.arrays, int(known.max()), given)
    _require_judgeable([masks[part] for part in parts], len(names), given)
    train, validation, test = (ArraySet(images[part], masks[part], names) for part in parts)
    told = {
        "source": "own_segments",
        "file": read.name,
        "sha256": read.sha256,
        "stored_shape": list(read.arrays.images.shape),
        "pixels": treatment,
        "sizes": dict(zip(SPLITS, map(len, parts), strict=True)),
        "seed": seed,
    }
    sizes = connected_extents(known)
    return Splits("own_segments", train, validation, test, sizes, told)


def _masks(stored: np.ndarray, given: str) -> np.ndarray:
    """Masks (M, H, W) of integers from 0 on, with something but background."""
    if stored.dtype.kind not in "bui":
        raise _unusable(
            given,
            f"masks must be integers, are {stored.dtype}",
            "number the classes 0, 1, 2, ... and save them with astype('uint8')",
        )
    if stored.ndim != 3 or min(stored.shape[1:]) < LEAST_SIDE or len(stored) < len(SPLITS):
        raise _unusable(
            given,
            f"masks must have the shape (M, H, W) with M, H, W >= {LEAST_SIDE}, have {stored.shape}",
            "pass three images or more, one for each split at least",
        )
    if stored.min() < 0 or stored.max() >= LARGEST_CLASSES:
        raise _unusable(
            given,
            f"labels must be from 0 to {LARGEST_CLASSES - 1}, are from {stored.min()} to "
            f"{stored.max()}",
            "number the classes 0, 1, 2, ..., 0 for the background",
        )
    if not stored.any():
        raise _unusable(given, "every mask is background", "check how the masks were written")
    return stored.astype(np.uint8)


def _images(stored: np.ndarray, shape: tuple[int, ...], given: str) -> tuple[np.ndarray, str]:
    """Images (M, C, H, W), uint8 or float32, and in words what becomes of the numbers."""
    images = _channels_first(stored, shape, given)
    if images.dtype == np.uint8:
        return images, "uint8, divided by 255"
    if images.dtype.kind not in "bf":
        raise _unusable(
            given,
            f"images must be uint8, or floats in [0, 1], are {images.dtype}",
            "divide them by their largest possible value",
        )
    # min and max are nan where a pixel is: the comparison fails then too.
    if not (images.min() >= 0 and images.max() <= 1):
        raise _unusable(
            given,
            f"images of floats must lie in [0, 1], lie in [{images.min():g}, {images.max():g}]",
            "divide them by their largest possible value, and replace what is nan",
        )
    return images.astype(np.float32), f"{stored.dtype}, as stored"


def _channels_first(stored: np.ndarray, shape: tuple[int, ...], given: str) -> np.ndarray:
    """Images (M, C, H, W) of masks (M, H, W), channels last wherever that is possible."""
    if stored.shape == shape:
        return stored[:, None]
    if stored.ndim == 4 and stored.shape[:3] == shape:
        return np.ascontiguousarray(np.moveaxis(stored, 3, 1))
    if stored.ndim == 4 and (len(stored), *stored.shape[2:]) == shape:
        return stored
    raise _unusable(
        given,
        f"images of masks with the shape {shape} must be (M, H, W), (M, H, W, C) or (M, C, H, W) with "
        f"the same M, H, W, have {stored.shape}",
        "give each image a mask of its size",
    )


def _class_names(
    classes: Sequence[str] | None, arrays: OwnArrays, largest: int, given: str
) -> tuple[str, ...]:
    """Names as passed, as stored, or numbers, enough for the largest label."""
    names = arrays.classes if classes is None else tuple(classes)
    if names is None:
        return ("background", *(str(label) for label in range(1, largest + 1)))
    if largest >= len(names):
        raise _unusable(
            given,
            f"labels must be below N = {len(names)}, the number of classes with the background, the "
            f"largest is {largest}",
            "name every class, or number the labels from 0",
        )
    return names


def _require_judgeable(masks: Sequence[np.ndarray], classes: int, given: str) -> None:
    """An object in each split, and names for the labels of the last, which named none."""
    for split, found in zip(SPLITS, masks, strict=True):
        if not found.any():
            raise _unusable(
                given,
                f"must show an object in each of the three splits, the {len(found)} images of {split} have "
                "none",
                "add images with objects, or leave out some without",
            )
    largest = int(masks[-1].max())
    if largest >= classes:
        raise _unusable(
            given,
            f"label {largest} must have a name, it occurs in images of {SPLITS[-1]} only, which name no "
            "class",
            "name every class (classes, in a .npz), or add images of it",
        )


def _places(count: int, shares: Sequence[float], seed: int, given: str) -> list[np.ndarray]:
    """Places of the images of each split, a permutation cut in three."""
    if len(shares) != len(SPLITS) or not min(shares) > 0 or not math.isclose(sum(shares), 1):
        raise ArgumentError(
            "shares", shares, "must be three positive numbers with the sum 1", f"pass {SHARES}, say"
        )
    validation, test = (max(1, round(share * count)) for share in shares[1:])
    if validation + test >= count:
        raise _unusable(
            given,
            f"{count} images with the shares {tuple(shares)} leave none to train on",
            "add images, or enlarge the first share",
        )
    order = np.random.default_rng(seed).permutation(count)
    return np.split(order, [count - validation - test, count - test])


def _unusable(given: str, expected: str, remedy: str) -> ArgumentError:
    """Error that speaks of the file."""
    return ArgumentError("dataset", given, expected, remedy)
