"""Multi-MNIST: up to four handwritten digits on 128 x 128 pixels, no pixel in common."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numerics.images.arguments import require_integer
from numerics.images.mnist import MNIST
from numerics.wave_rnn.segments.drawn_splits import Drawing, drawn_splits, seeds_of
from numerics.wave_rnn.segments.mnist_digits import CLASSES, Digits, digits_as_stored
from numerics.wave_rnn.segments.object_sizes import extents
from numerics.wave_rnn.segments.placement import free_place
from numerics.wave_rnn.segments.segment_set import Splits
from theory.errors import ArgumentError

DIGIT_SIDE = 42
THRESHOLD = 50 / 255
"""A pixel of the enlarged digit is white if it is above this share of white; the paper says one half."""

HIGHEST_THRESHOLD = 0.8
"""Every digit of MNIST, enlarged, has a pixel above this: the faintest reaches 209 of 255."""

HELD_OUT = 10_000
"""Training digits that only the validation images are made of."""

MEASURED = 2000
"""Digits whose size is measured."""


def multi_mnist_splits(
    sizes: Sequence[int] = (10_000, 1000, 1000),
    *,
    seed: int = 50,
    canvas: int = 128,
    most_digits: int = 4,
    threshold: float = THRESHOLD,
    release: bool = False,
    cache: Path | None = None,
) -> Splits:
    """One to four white digits on black; label = digit + 1 on their pixels, boxes may overlap.

    Number, digits (from a pool, with replacement) and places are uniform; a digit that finds no place in
    200 draws is left out. Each split has digits of its own: 50,000 of MNIST's training digits, the other
    10,000, its test digits.

    Parameters
    ----------
    sizes : three int
        Images to train on, to choose by, to report.
    seed : int
        The splits draw from `numpy.random.default_rng` of (seed, 0), (seed, 1), (seed, 2).
    canvas : int
        Side in px, at least 42.
    most_digits : int
        At least 1.
    threshold : float
        Share of white above which a pixel of an enlarged digit is white, from 0 to 0.8.
    release : bool
        Let all splits draw from the 60,000 training digits, as the authors' release does: the same digit
        then occurs in training and test.
    cache : Path, optional
        Folder in which the splits are kept.

    Returns
    -------
    Splits
        Images (1, canvas, canvas), unsigned bytes; classes background and 0 to 9. The object sizes
        are those of the first 2000 digits of the training pool.

    Raises
    ------
    ArgumentError
        On a canvas that is too small, numbers out of range, files that are missing or altered.

    Source: section 4.1 of the description of wave_rnn.
    """
    canvas = require_integer("canvas", canvas, 1, None, "pass 128, say")
    most_digits = require_integer("most_digits", most_digits, 1, None, "pass 4, say")
    if canvas < DIGIT_SIDE:
        raise ArgumentError(
            "canvas",
            canvas,
            f"must be at least {DIGIT_SIDE} px, the side of a digit's box",
            "make it larger",
        )
    if not 0 <= threshold <= HIGHEST_THRESHOLD:
        raise ArgumentError(
            "threshold",
            threshold,
            f"must be from 0 to {HIGHEST_THRESHOLD}: of some digits nothing is whiter",
            "pass 0.5, say",
        )
    seeds = seeds_of(seed)
    pools = digit_pools(seeds[0], release=release)
    first = [enlarged_digit(image, threshold) for image in pools["train"].images[:MEASURED]]
    measured = extents(np.stack(first))
    drawing = Drawing(
        "multi_mnist",
        CLASSES,
        {
            "files": dict(MNIST.sha256),
            "canvas": canvas,
            "most_digits": most_digits,
            "threshold": threshold,
            "digits": "shared by all splits" if release else "apart in each split",
        },
        (float(measured.min()), float(measured.max())),
    )

    def draw(generator, count, split):
        masks = np.stack(
            [_mask(generator, pools[split], canvas, most_digits, threshold) for _ in range(count)]
        )
        return np.multiply(masks[:, None] > 0, 255, dtype=np.uint8), masks

    return drawn_splits(drawing, draw, sizes=sizes, seeds=seeds, cache=cache)


def enlarged_digit(image: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Pixels (42, 42) of a digit (28, 28): resized by Pillow in 8 bits, then above a share of white."""
    from PIL import Image

    resized = Image.fromarray(image).resize((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(resized) / 255 > threshold


def digit_pools(seed: Sequence[int], *, release: bool = False) -> dict[str, Digits]:
    """Digits of which the images of each split are made.

    50,000 of MNIST's training digits, the other 10,000, and its test digits; or three times all of its
    training digits, as in the authors' release.
    """
    training = digits_as_stored("train")
    if release:
        return dict.fromkeys(("train", "validation", "test"), training)
    # Child of the split's seed: the draws of the images do not depend on how the pools are made.
    generator = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    order = generator.permutation(len(training.labels))
    return {
        "train": training.at(order[HELD_OUT:]),
        "validation": training.at(order[:HELD_OUT]),
        "test": digits_as_stored("test"),
    }


def _mask(
    generator: np.random.Generator, pool: Digits, canvas: int, most_digits: int, threshold: float
) -> np.ndarray:
    """Mask of one image; a digit without a place is left out."""
    mask = np.zeros((canvas, canvas), dtype=np.uint8)
    last = canvas - DIGIT_SIDE + 1
    for _ in range(int(generator.integers(1, most_digits + 1))):
        chosen = int(generator.integers(len(pool.labels)))
        digit = enlarged_digit(pool.images[chosen], threshold)
        place = free_place(generator, mask, digit, (last, last))
        if place is not None:
            mask[place][digit] = pool.labels[chosen] + 1
    return mask
