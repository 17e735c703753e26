"""Explicit options on image sets; each one stands in the provenance of what it returns."""

import numpy as np
import xarray as xr

from numerics.images.arguments import require_integer
from numerics.images.image_set import require_image_set, with_step
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


def subtract_mean(images: xr.Dataset) -> xr.Dataset:
    """Images minus their mean image, the mean over all samples.

    Raises
    ------
    ArgumentError
        If all images are equal, so that nothing would be left.
    """
    require_image_set(images)
    image = images["image"]
    if bool((image == image.isel(sample=0)).all()):
        raise ArgumentError(
            "images",
            f"{image.sizes['sample']} samples, all equal",
            "must differ from one another, or zero is left",
            "pass more samples, or leave `subtract_mean` out",
        )
    centred = (image - image.mean("sample")).assign_attrs(image.attrs)
    return with_step(images.assign(image=centred), {"option": "subtract_mean"})


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
