"""Patches of photographs that are shipped with scikit-learn."""

from collections.abc import Iterator

import numpy as np

from numerics.images.arguments import require_integer
from numerics.images.options import LUMA
from numerics.images.stream import LEAST_SIDE, ImageStream
from numerics.images.streams.pixel_form import block_bounds, block_starts
from theory.errors import ArgumentError

CHOICES = {"flower": ("flower",), "china": ("china",), "both": ("china", "flower")}


def photographs(
    which: str = "flower", *, count: int = 40_000, image_side: int = 32, seed: int = 0
) -> ImageStream:
    """Square patches at random places of a photograph of 427 x 640 pixels, grey, in [0, 1].

    Grey is 0.299 R + 0.587 G + 0.114 B over 255, as floats. Places are uniform over all that lie
    within the photograph; with both, each patch is of either with equal chances. The first patches
    are the same for any count.

    Parameters
    ----------
    which : {"flower", "china", "both"}
        The photograph.
    count : int
        Number of patches.
    image_side : int
        Pixels along a side, from 4 to 427.
    seed : int
        Of `numpy.random.default_rng`, which draws photograph, y and x for each patch.

    Raises
    ------
    ArgumentError
        On an unknown photograph and numbers out of range.

    Source: `sklearn.datasets.load_sample_image`.

    Examples
    --------
    >>> photographs("china", count=10, image_side=16)
    ImageStream(name='china', shape=(16, 16), count=10, scale=1.0)
    """
    if which not in tuple(CHOICES):  # a tuple compares unhashable values too
        raise ArgumentError("which", which, f"must be among {', '.join(CHOICES)}", "choose one")
    count = require_integer("count", count, 1, None, "pass 40000, say")
    seed = require_integer("seed", seed, 0, None, "pass 0, say")
    grey = np.stack([_grey(name) for name in CHOICES[which]])
    n = require_integer(
        "image_side", image_side, LEAST_SIDE, min(grey.shape[1:]), "pass 16 or 32, say"
    )
    windows = np.lib.stride_tricks.sliding_window_view(grey, (n, n), axis=(1, 2))
    places = np.random.default_rng(seed).integers(0, windows.shape[:3], size=(count, 3))
    bounds = list(block_bounds(block_starts(count, (n, n)), count))

    def blocks() -> Iterator[np.ndarray]:
        for start, stop in bounds:
            yield windows[tuple(places[start:stop].T)]

    provenance = {
        "source": "sklearn.datasets.load_sample_image",
        "photographs": list(CHOICES[which]),
        "count": count,
        "image_side": n,
        "seed": seed,
        "grey": list(LUMA),
        "divided_by": 255,
    }
    name = "photographs" if which == "both" else which
    return ImageStream(name, (n, n), count, 1.0, blocks, provenance)


def _grey(name: str) -> np.ndarray:
    """Grey values (y, x) of one photograph, in [0, 1]."""
    from sklearn.datasets import load_sample_image

    return load_sample_image(f"{name}.jpg") @ np.array(LUMA) / 255
