"""Labelled images as networks take them: rows in [-1, 1], to learn from and to test on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.files import checksum
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.latent_basis import Config

ENCODINGS = 54_000  # noisy encodings, at least, behind the first set of means
FEWEST_LEARNT = 4  # training images of a class: two in each half
FEWEST_TRIED = 2  # test images of a class
FEWEST = 8  # of both, where a quarter becomes the test
HELD_OUT = {"digits": 450}  # test images of sets that bring none; of others a quarter
LARGE: dict[str, Callable[[str], xr.Dataset]] = {
    "mnist": image_room.mnist,
    "fashion_mnist": image_room.fashion_mnist,
}
FIRST = {"train": 20_000, "test": 3000}  # images of these with --preset quick
SIDE = 14  # of theirs, unless --size or --preset paper


@dataclasses.dataclass(frozen=True)
class Images:
    """Images in [-1, 1] as rows, training and test."""

    train: np.ndarray
    labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray
    shape: tuple[int, int]
    label_names: tuple[str, ...]
    provenance: dict[str, Any]


def passes_over(images: int) -> int:
    """Return how many noisy encodings of each training image make the first set of means."""
    return max(1, -(-ENCODINGS // images))


def images_of(config: Config) -> Images:
    """Return the images of a configuration as rows in [-1, 1], and its test images.

    Raises
    ------
    ArgumentError
        For sets that cannot be read or are one image all over, classes that are too small, sizes that do
        not divide.
    """
    train, test = _sets(config)
    names = tuple(json.loads(train.attrs["class_names"]))
    if "channel" in train.dims:
        train, test = image_room.grey(train), None if test is None else image_room.grey(test)
    side = train.sizes["y"]
    wanted = config.size or (
        (SIDE if config.dataset in LARGE else side) if config.preset != "paper" else side
    )
    if wanted != side:
        if side % wanted:
            raise ArgumentError(
                "--size", wanted, f"must divide the side of the images, {side}", "take another"
            )
        train = image_room.average_pool(train, side // wanted)
        test = None if test is None else image_room.average_pool(test, side // wanted)
    told = {"name": train.attrs["name"], "sha256": checksum(xr.DataTree(train))}
    rows, labels = _rows(train, "--dataset"), train["label"].values
    if test is None:
        require_each(labels, names, FEWEST, "--dataset", "a quarter is the test, without --test")
        rows, tried, labels, truth = _split(rows, labels, config.dataset)
    else:
        tried, truth = _rows(test, "--test"), test["label"].values
    require_each(labels, names, FEWEST_LEARNT, "--dataset", "both halves must have each")
    of_test = "--dataset" if test is None else "--test"
    require_each(truth, names, FEWEST_TRIED, of_test, "midpoints lie between two")
    shape = (train.sizes["y"], train.sizes["x"])
    return Images(rows, labels, tried, truth, shape, names, told)


def require_each(
    labels: np.ndarray, names: tuple[str, ...], fewest: int, option: str, why: str
) -> None:
    """Refuse images of which a class has too few, or none.

    Parameters
    ----------
    labels : ndarray of int, (N,)
    names : tuple of str
        Of the classes.
    fewest : int
        Of each.
    option, why : str
        Which images these are, and what they are needed for.
    """
    counts = np.bincount(labels, minlength=len(names))
    rarest = int(counts.argmin())
    if counts[rarest] < fewest:
        raise ArgumentError(
            option,
            f"{counts[rarest]} images of class {names[rarest]}",
            f"must be at least {fewest} of each: {why}",
            "take more, or leave the class out",
        )


def _sets(config: Config) -> tuple[xr.Dataset, xr.Dataset | None]:
    if config.dataset == "digits":
        return image_room.digits(), None
    if config.dataset in LARGE:
        sets = [LARGE[config.dataset](split) for split in FIRST]
        if config.preset == "quick":
            sets = [image_room.first(x, n) for x, n in zip(sets, FIRST.values(), strict=True)]
        return sets[0], sets[1]
    own = image_room.from_file(config.dataset)
    test = None if config.test is None else image_room.from_file(config.test)
    if test is not None:
        _require_same_kind(config, own, test)
    return own, test


def _require_same_kind(config: Config, own: xr.Dataset, test: xr.Dataset) -> None:
    """Refuse test images of other classes, or of another size, than those to learn."""
    if test.attrs["class_names"] != own.attrs["class_names"]:
        raise ArgumentError(
            "--test", config.test, "its classes are others than those to learn", "give the same"
        )
    sides = [f"{images.sizes['y']} x {images.sizes['x']}" for images in (test, own)]
    if sides[0] != sides[1]:
        raise ArgumentError(
            "--test",
            config.test,
            f"has {sides[0]} pixels, those to learn {sides[1]}",
            "give the same",
        )


def _rows(images: xr.Dataset, option: str) -> np.ndarray:
    """Return pixels from [0, 1] in [-1, 1], a row an image; refuse one image all over."""
    values = images["image"].values
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 1:
        raise ArgumentError(
            option,
            f"pixels from {low:.3g} to {high:.3g}",
            "must be bytes, or numbers from 0 to 1",
            "scale them: a generator's images end at black and white",
        )
    if len(values) > 1 and bool((values == values[0]).all()):
        raise ArgumentError(
            option,
            f"{len(values)} images that are all the same",
            "must differ from image to image",
            "look at how they were stored: there is nothing to tell apart",
        )
    return 2 * values.reshape(len(values), -1) - 1


def _split(
    rows: np.ndarray, labels: np.ndarray, dataset: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return training and test images and labels, each class shared out evenly; always the same split."""
    from sklearn.model_selection import train_test_split

    held_out = HELD_OUT.get(dataset, len(rows) // 4)
    train, test, of_train, of_test = train_test_split(
        rows, labels, test_size=held_out, stratify=labels, random_state=0
    )
    return train, test, of_train, of_test
