"""Four plain shapes, one image a class: few singular modes, each of many frequencies."""

import itertools

import numpy as np
import xarray as xr

from numerics.images.arguments import refuse_large_side, require_finite, require_image_side
from numerics.images.image_set import image_set
from theory.errors import ArgumentError

CLASS_NAMES = ("square", "disc", "triangle", "cross")


def shapes(*, image_side: int = 16, radius: float = 6) -> xr.Dataset:
    """Square, disc, triangle and plus-shaped cross, each 1 on 0, in the middle of n x n pixels.

    With y, x the row and column minus (n-1)/2, and r the radius:

        square      max(|x|, |y|) <= r
        disc        x^2 + y^2 <= r^2
        triangle    |x| <= (y + r)/2 and |y| <= r
        cross       min(|x|, |y|) <= r/4 and max(|x|, |y|) <= r

    Parameters
    ----------
    image_side : int
        n, pixels along a side, at least 2.
    radius : float
        r, half the width of the square in pixels, at most (n-1)/2.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,), one sample a class.

    Raises
    ------
    ArgumentError
        On numbers out of range, a shape that covers no pixel, two shapes that cover the same.

    Source: our sizes; the shapes are those of Pinson, Lenaerts, Ginis, ICML (2023), Fig. 2.

    Examples
    --------
    >>> shapes().image.sum(("y", "x")).values
    array([144., 112.,  72.,  80.])
    """
    n = require_image_side(image_side)
    refuse_large_side(n, len(CLASS_NAMES))
    middle = (n - 1) / 2
    allowed = f"must be above 0 and at most {middle:g}, so that {n} pixels hold the shapes"
    remedy = "choose one in this range, or a larger side"
    r = require_finite("radius", radius, allowed, remedy)
    if not 0 < r <= middle:
        raise ArgumentError("radius", radius, allowed, remedy)
    y, x = np.arange(n)[:, None] - middle, np.arange(n)[None, :] - middle
    larger, smaller = np.maximum(abs(x), abs(y)), np.minimum(abs(x), abs(y))
    covered = np.stack(
        [
            larger <= r,
            x**2 + y**2 <= r**2,
            (abs(x) <= (y + r) / 2) & (abs(y) <= r),
            (smaller <= r / 4) & (larger <= r),
        ]
    )
    _refuse_unusable(covered, radius, n)
    return image_set(
        covered,
        np.arange(len(CLASS_NAMES)),
        name="shapes",
        class_names=CLASS_NAMES,
        source={"source": "shapes", "image_side": n, "radius": r},
    )


def _refuse_unusable(covered: np.ndarray, radius: object, n: int) -> None:
    """Each shape covers a pixel, and no two cover the same ones."""
    remedy = "choose a larger radius, and a larger side if need be"
    for name, shape in zip(CLASS_NAMES, covered, strict=True):
        if not shape.any():
            raise ArgumentError(
                "radius", radius, f"the {name} covers no pixel of {n} x {n}", remedy
            )
    for (one, first), (other, second) in itertools.combinations(
        zip(CLASS_NAMES, covered, strict=True), 2
    ):
        if (first == second).all():
            raise ArgumentError(
                "radius",
                radius,
                f"{one} and {other} cover the same pixels of {n} x {n}",
                remedy,
            )
