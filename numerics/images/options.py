"""Explicit options on image sets; each one stands in the provenance of what it returns."""

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from numerics.images.arguments import require_classes, require_integer
from numerics.images.image_set import (
    class_names_of,
    new_labels,
    require_image_set,
    steps_of,
    with_step,
)
from theory.errors import ArgumentError

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue: ITU-R BT.601."""


def grey(images: xr.Dataset) -> xr.Dataset:
    """Colour images (sample, y, x, 3) to grey ones (sample, y, x): 0.299 R + 0.587 G + 0.114 B.

    Raises
    ------
    ArgumentError
        If the images are grey already, or have other than three channels.

    Source: ITU-R BT.601.
    """
    require_image_set(images)
    image = images["image"]
    if image.sizes.get("channel") != 3:
        raise ArgumentError(
            "images",
            f"`image` with sizes {dict(image.sizes)}",
            "must be in colour, with three channels",
            "leave `grey` out",
        )
    weighted = image.dot(xr.DataArray(np.array(LUMA), dims="channel"), dim="channel")
    return with_step(
        images.assign(image=weighted.assign_attrs(image.attrs)), {"option": "grey", "weights": LUMA}
    )


def average_pool(images: xr.Dataset, factor: int) -> xr.Dataset:
    """Images of side n to images of side n/factor: means over blocks of factor x factor pixels.

    Raises
    ------
    ArgumentError
        Unless `factor` is an integer from 2 to n/2 that divides n.
    """
    require_image_set(images)
    image = images["image"]
    side = min(image.sizes["y"], image.sizes["x"])
    factor = require_integer("factor", factor, 2, side // 2, f"the images have the side {side}")
    if any(image.sizes[dimension] % factor for dimension in ("y", "x")):
        divisors = [d for d in range(2, side // 2 + 1) if side % d == 0]
        raise ArgumentError(
            "factor",
            factor,
            f"must divide the side {side}",
            f"choose one of {divisors}" if divisors else "no factor divides it: leave this out",
        )
    means = image.coarsen(y=factor, x=factor).mean()
    # Coordinates of the fine grid would be left behind by the variables that are not pooled.
    pooled = images.drop_dims(["y", "x"]).assign(image=means.assign_attrs(image.attrs))
    return with_step(pooled, {"option": "average_pool", "factor": factor})


def subtract_mean(images: xr.Dataset, *, of: xr.Dataset | None = None) -> xr.Dataset:
    """Images minus their mean image, the mean over all samples; or minus that of another set.

    Parameters
    ----------
    images : Dataset
        The images to change.
    of : Dataset, optional
        The set whose mean image is subtracted, such as the training set of a test set; as it
        was before its own mean was subtracted.

    Raises
    ------
    ArgumentError
        If `of` has images of another shape, or has lost its mean already; if all images are equal,
        those of `of` included, so that nothing would be left.
    """
    require_image_set(images)
    if of is not None:
        require_image_set(of, "of")
        _require_one_shape(images, of)
        _require_mean(images, of)
    image = images["image"]
    reference = image if of is None else of["image"]
    # Without coordinates: xarray would match these and drop the pixels that have no partner.
    first_image = reference.isel(sample=0).variable
    if bool((image == first_image).all()) and bool((reference == first_image).all()):
        raise ArgumentError(
            "images",
            f"{image.sizes['sample']} samples, all equal",
            "must differ from one another, or zero is left",
            "pass more samples, or leave `subtract_mean` out",
        )
    centred = (image - reference.mean("sample").variable).assign_attrs(image.attrs)
    step: dict[str, object] = {"option": "subtract_mean"}
    if of is not None:
        step["of"] = {
            "name": of.attrs.get("name"),
            "samples": of.sizes["sample"],
            "provenance": steps_of(of),
        }
    return with_step(images.assign(image=centred), step)


def select_classes(images: xr.Dataset, classes: Sequence[int]) -> xr.Dataset:
    """Samples of these classes, in the order of the set, labelled from 0 in the order given.

    Parameters
    ----------
    images : Dataset
        The images to choose from.
    classes : sequence of int
        Labels, at least two, each once.

    Raises
    ------
    ArgumentError
        On labels that are unknown, repeated or fewer than two, and on a class without a sample.

    Examples
    --------
    >>> from numerics.images import shapes
    >>> select_classes(shapes(), [3, 0]).attrs["class_names"]
    '["cross", "square"]'
    """
    names = class_names_of(images)
    chosen = require_classes(classes, names)
    labels = new_labels(images["label"].values, chosen)
    empty = [names[label] for place, label in enumerate(chosen) if not (labels == place).any()]
    if empty:
        raise ArgumentError(
            "classes",
            classes,
            f"each class must have a sample; there is none of {', '.join(empty)}",
            "leave it out, or pass more samples",
        )
    selected = images.assign(label=images["label"].copy(data=labels)).isel(sample=labels >= 0)
    named = selected.assign_attrs(class_names=json.dumps([names[label] for label in chosen]))
    return with_step(named, {"option": "select_classes", "classes": chosen})


def first(images: xr.Dataset, count: int) -> xr.Dataset:
    """First `count` samples; a class may be left without any.

    Raises
    ------
    ArgumentError
        Unless `count` is an integer from 1 to the number of samples.
    """
    require_image_set(images)
    samples = images.sizes["sample"]
    count = require_integer("count", count, 1, samples, f"the set has {samples} samples")
    return with_step(images.isel(sample=slice(count)), {"option": "first", "count": count})


def _require_one_shape(images: xr.Dataset, of: xr.Dataset) -> None:
    """The images of both sets have the same dimensions and sizes."""
    here, there = (
        {str(name): size for name, size in given["image"].sizes.items() if name != "sample"}
        for given in (images, of)
    )
    if here != there:
        raise ArgumentError(
            "of",
            f"images with sizes {there}",
            f"must have the sizes of the images that they are subtracted from, {here}",
            "give both sets the same options first",
        )


def _require_mean(images: xr.Dataset, of: xr.Dataset) -> None:
    """The mean of `of` was not subtracted more often than that of `images`."""
    here, there = (
        [step.get("option") for step in steps_of(given)].count("subtract_mean")
        for given in (images, of)
    )
    if there > here:
        raise ArgumentError(
            "of",
            f"set {of.attrs.get('name')!r}, its mean subtracted",
            "must have its mean, or nothing is subtracted from the images",
            "pass the set as it was before `subtract_mean`",
        )
