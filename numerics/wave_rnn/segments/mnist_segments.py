"""MNIST to be segmented: each digit enlarged, its class on the pixels of its strokes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numerics.images.arguments import require_integer
from numerics.images.mnist import MNIST
from numerics.wave_rnn.segments.drawn_splits import SPLITS, require_sizes, seeds_of
from numerics.wave_rnn.segments.mnist_digits import CLASSES, Digits, digits_as_stored
from numerics.wave_rnn.segments.object_sizes import extents
from numerics.wave_rnn.segments.segment_set import Segments, Splits, digest
from theory.errors import ArgumentError

FOREGROUND = 0.5
"""A pixel belongs to the digit if its enlarged grey level is above this."""

MEASURED = 2000
"""Digits whose size is measured."""


@dataclass(frozen=True, eq=False)
class EnlargedDigits:
    """Digits kept as stored and enlarged when a batch is taken: bilinearly, corners not aligned.

    Parameters
    ----------
    digits : Digits
        Images (M, 28, 28) and labels (M,).
    side : int
        Side in px after it.
    binarise : bool
        Give images of 0 and 1, equal to the digit's pixels, instead of grey ones.
    """

    digits: Digits
    side: int = 56
    binarise: bool = False

    @property
    def classes(self) -> tuple[str, ...]:
        """Background and the ten digits."""
        return CLASSES

    @property
    def shape(self) -> tuple[int, int, int]:
        """One channel, rows and columns."""
        return (1, self.side, self.side)

    def __len__(self) -> int:
        return len(self.digits.labels)

    def batch(self, indices: Sequence[int] | np.ndarray) -> Segments:
        """Images and masks at these places, in this order."""
        chosen = self.digits.at(np.asarray(indices))
        grey = enlarged(chosen.images / np.float32(255), self.side)
        present = grey > FOREGROUND
        masks = present * (chosen.labels.astype(np.int64) + 1)[:, None, None]
        images = present.astype(np.float32) if self.binarise else grey
        return Segments(images[:, None], masks)

    def checksum(self) -> str:
        """SHA-256 over the digits, their labels and how they are enlarged."""
        settings = np.array([self.side, self.binarise])
        return digest(CLASSES, self.digits.images, self.digits.labels, settings)


def mnist_segments_splits(
    sizes: Sequence[int] = (51_000, 9000, 10_000),
    *,
    seed: int = 42,
    side: int = 56,
    binarise: bool = False,
    release: bool = False,
) -> Splits:
    """MNIST's 60,000 training digits divided by chance in two, and its test digits.

    The mask of a pixel is digit + 1 where the enlarged grey level is above 0.5.

    Parameters
    ----------
    sizes : three int
        The first two at most 60,000 together, the third at most 10,000; fewer images are the first ones
        of more.
    seed : int
        Of the permutations: `numpy.random.default_rng` of (seed, 0) for the training digits,
        (seed, 2) for the test digits.
    side : int
        Side in px, at least 28.
    binarise : bool
        Give black and white images, as the paper's text says, instead of grey ones, as the release does.
    release : bool
        Divide the training digits as the release does: by torch's permutation of the seed.

    Returns
    -------
    Splits
        Images (1, side, side), grey; classes background and 0 to 9. The object sizes are those of the
        first 2000 training digits.

    Raises
    ------
    ArgumentError
        On sizes that MNIST does not have, numbers out of range, files that are missing or altered.

    Source: section 4.1 of the description of wave_rnn.
    """
    sizes = require_sizes(sizes)
    side = require_integer("side", side, 28, None, "pass 56, say")
    seeds = seeds_of(seed)
    training, held_out = digits_as_stored("train"), digits_as_stored("test")
    _refuse_more(sizes[0] + sizes[1], len(training.labels), "training and validation")
    _refuse_more(sizes[2], len(held_out.labels), "test")
    order = _shuffled(len(training.labels), seed, release=release)
    other = np.random.default_rng(seeds[2]).permutation(len(held_out.labels))
    # The validation digits come from the end: more training digits leave them as they are.
    parts = (
        training.at(order[: sizes[0]]),
        training.at(order[::-1][: sizes[1]]),
        held_out.at(other[: sizes[2]]),
    )
    train, validation, test = (EnlargedDigits(part, side, binarise) for part in parts)
    measured = extents(train.batch(np.arange(min(MEASURED, sizes[0]))).masks > 0)
    return Splits(
        "mnist_segments",
        train,
        validation,
        test,
        (float(measured.min()), float(measured.max())),
        {
            "source": "mnist_segments",
            "files": dict(MNIST.sha256),
            "side": side,
            "binarise": binarise,
            "sizes": dict(zip(SPLITS, sizes, strict=True)),
            "seed": seed,
            "shuffled_by": "torch, as released" if release else "numpy",
        },
    )


def _shuffled(count: int, seed: int, *, release: bool) -> np.ndarray:
    """Return a permutation; the release's is the one that torch's `random_split` cuts in two."""
    if not release:
        return np.random.default_rng((seed, 0)).permutation(count)
    import torch

    return torch.randperm(count, generator=torch.Generator().manual_seed(seed)).numpy()


def enlarged(images: np.ndarray, side: int) -> np.ndarray:
    """Images (M, h, w), float32, at (M, side, side): bilinear interpolation, corners not aligned."""
    import torch

    with torch.no_grad():
        given = torch.from_numpy(images)[:, None]
        resized = torch.nn.functional.interpolate(
            given, size=(side, side), mode="bilinear", align_corners=False
        )
    return resized[:, 0].numpy()


def _refuse_more(wanted: int, there: int, which: str) -> None:
    """Raise ArgumentError where more digits are wanted than there are."""
    if wanted > there:
        raise ArgumentError(
            "sizes",
            wanted,
            f"must be at most {there:,} {which} digits of MNIST in all",
            "take fewer",
        )
