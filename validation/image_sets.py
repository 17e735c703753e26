"""From the options on images to images and their modes: named sets, parts of them, test images."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.files import checksum
from numerics.singular_modes import Samples, SingularModes, samples_of, singular_modes
from theory.errors import ArgumentError
from validation.image_options import ImageOptions, speaking_of


@dataclasses.dataclass(frozen=True)
class NamedSet:
    """A set with a name: how it is loaded, and what of it is taken.

    Parameters
    ----------
    load : callable
        From the split, "train" or "test", to images.
    has_test : bool
    average, count : int, optional
        Where the options leave them open.
    classes : tuple of int, optional
    subtract_mean : bool
        Whether the mean image is subtracted in any case.
    """

    load: Callable[[str], xr.Dataset]
    has_test: bool = True
    average: int | None = None
    count: int | None = None
    classes: tuple[int, ...] | None = None
    subtract_mean: bool = False


SMALLEST_GAP = 1e-8  # of neighbouring singular values, in the largest
FIRST_FOUR = (0, 1, 2, 3)

NAMED = {
    "digits": NamedSet(lambda _: image_room.digits(), has_test=False),
    "shapes": NamedSet(lambda _: image_room.shapes(), has_test=False),
    "mnist": NamedSet(image_room.mnist, average=2, count=10_000),
    "mnist4": NamedSet(
        image_room.mnist, average=2, count=20_000, classes=FIRST_FOUR, subtract_mean=True
    ),
    "fashion_mnist": NamedSet(image_room.fashion_mnist, average=2, count=10_000),
    "cifar4": NamedSet(
        lambda split: image_room.cifar10(split, classes=FIRST_FOUR), average=2, subtract_mean=True
    ),
}


@dataclasses.dataclass(frozen=True)
class LoadedImages:
    """The images to learn from, and those that are only tested on, if there are any."""

    train: xr.Dataset
    test: xr.Dataset | None = None


def is_as_named(options: ImageOptions, named: NamedSet) -> bool:
    """Return whether the options leave a named set as it is: then its checks are stated for it."""
    return (
        not (options.grey or options.subtract_mean)
        and options.classes in (None, named.classes)
        and options.average in (None, named.average)
        and options.count in (None, named.count)
    )


def load_images(options: ImageOptions, sets: Mapping[str, NamedSet] = NAMED) -> LoadedImages:
    """Return the images that the options name.

    Parameters
    ----------
    options : ImageOptions
    sets : mapping of str to NamedSet
        The names there are; any other `dataset` is a path.

    Raises
    ------
    ArgumentError
        For a set that cannot be used.
    """
    named = sets.get(options.dataset)
    if named is None:
        named = NamedSet(lambda _: image_room.from_file(options.dataset), has_test=False)
    elif options.test is not None:
        raise ArgumentError(
            "--test", options.test, f"{options.dataset} is a named set", "leave it out"
        )
    count = named.count if options.count is None else options.count
    train = _reduced(named.load("train"), named, options, count)
    test = None
    if named.has_test:
        test = _reduced(named.load("test"), named, options, None)
    elif options.test is not None:
        test = _reduced(image_room.from_file(options.test), named, options, None)
    if options.subtract_mean or named.subtract_mean:
        with speaking_of("--subtract-mean"):
            if test is not None:
                test = image_room.subtract_mean(test, of=train)
            train = image_room.subtract_mean(train)
    if test is not None:
        _require_alike(train, test, options)
    return LoadedImages(train, test)


def _reduced(
    images: xr.Dataset, named: NamedSet, options: ImageOptions, count: int | None
) -> xr.Dataset:
    """Apply the options that make a set smaller: first images, classes, grey, blocks."""
    classes = options.classes if options.classes is not None else named.classes
    average = options.average if options.average is not None else named.average
    if count is not None:
        images = _first(images, count, classes)
    if classes is not None:
        with speaking_of("--classes"):
            images = image_room.select_classes(images, classes)
    if options.grey:
        with speaking_of("--grey"):
            images = image_room.grey(images)
    if average is not None and average != 1:
        with speaking_of("--average", "; 1 keeps all pixels"):
            images = image_room.average_pool(images, average)
    return images


def _first(images: xr.Dataset, count: int, classes: Sequence[int] | None) -> xr.Dataset:
    """Return the first images; refuse a count that leaves a class that is asked for without any."""
    with speaking_of("--count"):
        few = image_room.first(images, count)
    names = json.loads(images.attrs["class_names"])
    present, firsts = np.unique(images["label"], return_index=True)
    asked = np.isin(present, range(len(names)) if classes is None else classes)
    lost = asked & (firsts >= count)
    if lost.any():
        raise ArgumentError(
            "--count",
            count,
            f"leaves no image of {', '.join(names[label] for label in present[lost])}",
            f"choose {firsts[asked].max() + 1} or more, or other --classes: --count comes first",
        )
    return few


def _require_alike(train: xr.Dataset, test: xr.Dataset, options: ImageOptions) -> None:
    """Refuse test images of another shape or of classes that the training images lack."""
    shapes = [dict(x["image"].sizes) | {"sample": 0} for x in (train, test)]
    if shapes[0] != shapes[1]:
        raise ArgumentError(
            "--test",
            options.test,
            f"its images have the sizes {dict(test['image'].sizes)}, those to learn from "
            f"{dict(train['image'].sizes)}",
            "give both the same shape",
        )
    if train.attrs["class_names"] != test.attrs["class_names"]:
        raise ArgumentError(
            "--test",
            options.test,
            f"its classes are {test.attrs['class_names']}, those to learn {train.attrs['class_names']}",
            "give both the same classes",
        )


def learnt_modes(loaded: LoadedImages, dataset: str) -> tuple[SingularModes, Samples | None]:
    """Return the modes of the images to learn from, and the test images with as many outputs.

    Parameters
    ----------
    dataset : str
        The option that the images came from.

    Raises
    ------
    ArgumentError
        For modes that cannot be told apart.
    """
    modes = singular_modes(loaded.train)
    if modes.smallest_gap < SMALLEST_GAP:
        raise ArgumentError(
            "--dataset",
            dataset,
            f"two singular values differ by {modes.smallest_gap:.1e} of the largest: their modes "
            "cannot be told apart",
            "change amplitudes, or the numbers of images a class",
        )
    test = None if loaded.test is None else samples_of(loaded.test, modes.targets.shape[1])
    return modes, test


def described(loaded: LoadedImages) -> str:
    """Return name, checksum and provenance of image sets as JSON."""
    sets = {"train": loaded.train} | ({} if loaded.test is None else {"test": loaded.test})
    told = {
        split: {
            "samples": images.sizes["sample"],
            "sha256": checksum(xr.DataTree(images)),
            "steps": json.loads(images.attrs["provenance"]),
        }
        for split, images in sets.items()
    }
    return json.dumps({"name": loaded.train.attrs["name"], **told["train"], **_test_part(told)})


def _test_part(told: dict) -> dict:
    return {"test": told["test"]} if "test" in told else {}
