"""One form for every image set: an `xarray.Dataset` with `image`, `label` and how it came about."""

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from theory.errors import ArgumentError


def image_set(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    name: str,
    class_names: Sequence[str],
    source: dict[str, object],
) -> xr.Dataset:
    """Image set from arrays that have been checked.

    Parameters
    ----------
    images : ndarray, (sample, y, x) or (sample, y, x, channel)
        Pixel values, dimensionless.
    labels : ndarray, (sample,)
        Class of each image, 0 to p-1.
    name : str
        Short name of the set.
    class_names : sequence of str
        Name of each class, in the order of the labels.
    source : dict
        First step of the provenance: where the images come from, with what parameters.

    Returns
    -------
    Dataset
        `image` (float64) and `label` (int64); attributes `name`, and as JSON text (netCDF stores
        no lists of text and no dicts) `class_names` and `provenance`, a list of steps.

    Examples
    --------
    >>> image_set(np.eye(2)[None], np.array([0]), name="one", class_names=["I"], source={}).name
    'one'
    """
    dimensions = ("sample", "y", "x", "channel")[: images.ndim]
    return xr.Dataset(
        {
            "image": (
                dimensions,
                np.asarray(images, dtype=np.float64),
                {"long_name": "pixel value", "units": "1"},
            ),
            "label": (
                "sample",
                np.asarray(labels, dtype=np.int64),
                {"long_name": "class of the image", "units": "1"},
            ),
        },
        attrs={
            "name": name,
            "class_names": json.dumps(list(class_names)),
            "provenance": json.dumps([source]),
        },
    )


def steps_of(images: xr.Dataset) -> list[dict[str, object]]:
    """Steps of the provenance of an image set: its source, then each option."""
    return json.loads(images.attrs.get("provenance", "[]"))


def with_step(images: xr.Dataset, step: dict[str, object]) -> xr.Dataset:
    """Same image set, with one more step in its provenance."""
    return images.assign_attrs(provenance=json.dumps([*steps_of(images), step]))


def new_labels(labels: np.ndarray, classes: Sequence[int]) -> np.ndarray:
    """Place of each label in `classes`, or -1 where it is not among them.

    Examples
    --------
    >>> new_labels(np.array([0, 1, 2, 3]), [3, 1])
    array([-1,  1, -1,  0])
    """
    same = labels[:, None] == np.asarray(classes)[None, :]
    return np.where(same.any(axis=1), same.argmax(axis=1), -1)


def require_image_set(images: object, argument: str = "images") -> None:
    """Raise ArgumentError unless `images` has the variable `image` with the room's dimensions."""
    expected = "must be a Dataset with `image` (sample, y, x) or (sample, y, x, channel)"
    remedy = "make it with a function of numerics.images, such as digits() or from_file(path)"
    if not isinstance(images, xr.Dataset) or "image" not in images.data_vars:
        raise ArgumentError(argument, images, expected, remedy)
    dimensions = images["image"].dims
    if dimensions not in (("sample", "y", "x"), ("sample", "y", "x", "channel")):
        raise ArgumentError(argument, f"`image` with dimensions {dimensions}", expected, remedy)


def class_names_of(images: xr.Dataset) -> list[str]:
    """Names of the classes of an image set.

    Raises
    ------
    ArgumentError
        If `images` has no variable `label` (sample,), or no names.
    """
    require_image_set(images)
    labelled = "label" in images.data_vars and images["label"].dims == ("sample",)
    if not labelled or "class_names" not in images.attrs:
        raise ArgumentError(
            "images",
            images,
            "must have the variable `label` (sample,) and the attribute `class_names`",
            "make it with a function of numerics.images, such as digits() or from_file(path)",
        )
    return json.loads(images.attrs["class_names"])
