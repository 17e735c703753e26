"""What an image set adds up to in second order: one pass, and the sum of parts is the part of sums.

Eigenimages, power spectra, local amplitudes and autocorrelations of a set follow from the number of
images, their sum and the sum of their outer products. For bytes all three are integers that a float
holds exactly: they are the same to the last bit whatever the blocks, their order and their workers.
For floats they are the same whatever the blocks, not whatever the order: the rows are multiplied in
groups of one size, but a sum of groups depends on who adds what first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from numerics.images.arguments import LARGEST_BYTES, require_integer
from numerics.images.stream import ImageStream
from numerics.latent_waves.running_sums import RunningSums
from theory.errors import ArgumentError

LARGEST_PIXELS = 20_000


@dataclasses.dataclass(frozen=True)
class SecondMoments:
    """Number, sum and sum of outer products of images, in stored values.

    Parameters
    ----------
    count : int
        m, the number of images.
    shape : (int, int)
        Pixels along y and x; n is their product.
    sums : ndarray, (n,)
        Sum over images of each stored value.
    products : ndarray, (n, n)
        Sum over images of the products of stored values of two pixels; symmetric to the last bit.
    scale : float
        A pixel value is a stored value times this.
    """

    count: int
    shape: tuple[int, int]
    sums: np.ndarray
    products: np.ndarray
    scale: float

    @property
    def pixels(self) -> int:
        """Number of pixels of an image, n."""
        return self.shape[0] * self.shape[1]

    def __add__(self, other: SecondMoments) -> SecondMoments:
        """Moments of both sets together; they must have one shape and one scale."""
        for what in ("shape", "scale"):
            if getattr(self, what) != getattr(other, what):
                raise ArgumentError(
                    what,
                    getattr(other, what),
                    f"must be {getattr(self, what)}, that of the moments that it is added to",
                    "bring both sets to one form",
                )
        return SecondMoments(
            self.count + other.count,
            self.shape,
            self.sums + other.sums,
            self.products + other.products,
            self.scale,
        )


def second_moments(
    stream: ImageStream, *, progress: Callable[[int, int], None] | None = None
) -> SecondMoments:
    """Return the moments of all images of a stream, in the memory of n^2 values, a block and a group.

    Bytes are exact while m * 255^2 < 2^53, that is for fewer than 1.4e11 images.

    Parameters
    ----------
    progress : callable, optional
        Called with the number of images done and their total.

    Raises
    ------
    ArgumentError
        For images of more than 20000 pixels, naming the bytes that n^2 values would take; for no
        images, others than the stream announces, values that are neither bytes nor finite float64.
    """
    refuse_many_pixels(stream.shape)
    total = RunningSums(stream.shape)
    for done, images in counted_blocks(stream):
        total.add(images)
        if progress is not None:
            progress(done, stream.count)
    return _moments(total, stream.scale)


def half_moments(
    stream: ImageStream, seed: int = 0, *, progress: Callable[[int, int], None] | None = None
) -> tuple[SecondMoments, SecondMoments]:
    """Return the moments of two random halves A and B of the images, from one pass.

    `numpy.random.default_rng(seed).permutation(m)` orders the images; A has the first m // 2 of them.
    """
    masks = complementary_halves(stream.count, seed)
    first, second = subset_moments(stream, masks, at_once=2, progress=progress)
    return first, second


def complementary_halves(count: int, seed: int = 0) -> np.ndarray:
    """Return which of some images belong to half A, and which to half B, (2, count), bool."""
    (first,) = image_halves(count, 1, seed=seed)
    return np.stack([first, ~first])


def image_halves(count: int, halves: int, *, seed: int = 0) -> np.ndarray:
    """Return random halves of some images, (halves, count), bool.

    Each is the first count // 2 of one permutation after the other, all from one generator.
    """
    generator = np.random.default_rng(require_integer("seed", seed, 0, None, "pass 0, say"))
    masks = np.zeros((halves, count), bool)
    for mask in masks:
        mask[generator.permutation(count)[: count // 2]] = True
    return masks


def subset_moments(
    stream: ImageStream,
    masks: np.ndarray,
    *,
    at_once: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[SecondMoments]:
    """Yield the moments of subsets of the images, in their order: several from each pass.

    Parameters
    ----------
    masks : ndarray of bool, (subset, m)
        Which images belong to each subset; they may overlap.
    at_once : int, optional
        Subsets of one pass; by default as many as take 2 GiB.
    progress : callable, optional
        Called with the number of images done and their total, over all passes.

    Raises
    ------
    ArgumentError
        For masks of another shape or kind, an empty subset, and what `second_moments` refuses.
    """
    refuse_many_pixels(stream.shape)
    masks = _require_masks(masks, stream.count)
    if at_once is None:
        at_once = max(1, LARGEST_BYTES // (8 * (stream.shape[0] * stream.shape[1]) ** 2))
    at_once = require_integer("at_once", at_once, 1, None, "leave it out")
    return _subsets(stream, masks, at_once, progress)


def moments_of(images: np.ndarray, scale: float) -> SecondMoments:
    """Return the moments of images in memory, (m, y, x): uint8 or float64, with their scale."""
    height, width = images.shape[1:]
    total = RunningSums((height, width))
    total.add(images)
    return _moments(total, scale)


def counted_blocks(stream: ImageStream) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each block after the number of images up to its end; raise ArgumentError for a wrong count."""
    done = 0
    for images in stream.blocks():
        done += len(images)
        yield done, images
    if done != stream.count or done == 0:
        raise ArgumentError(
            "images",
            f"{done} images",
            f"must be at least one, and {stream.count} as announced",
            "correct the stream",
        )


def refuse_many_pixels(shape: tuple[int, int]) -> None:
    """Raise ArgumentError where n^2 values of an image's n pixels are too many."""
    pixels = shape[0] * shape[1]
    if pixels > LARGEST_PIXELS:
        raise ArgumentError(
            "images",
            f"{pixels} pixels an image",
            f"at most {LARGEST_PIXELS}: products of all pairs would take {8 * pixels**2:,} bytes",
            "make the images smaller",
        )


def _moments(total: RunningSums, scale: float) -> SecondMoments:
    return SecondMoments(total.count, total.shape, *total.finished(), float(scale))


def _require_masks(masks: np.ndarray, count: int) -> np.ndarray:
    """Return masks (subset, m) of bool, none of them empty, or raise ArgumentError."""
    masks = np.asarray(masks)
    if masks.dtype != bool or masks.ndim != 2 or masks.shape[1] != count:
        raise ArgumentError(
            "masks",
            f"{masks.dtype} of shape {masks.shape}",
            f"must be bool, (subset, {count})",
            "give each subset a row that says of each image whether it belongs to it",
        )
    empty = np.flatnonzero(~masks.any(axis=1))
    if empty.size:
        raise ArgumentError(
            "masks", f"no image in subset {empty[0]}", "must have one at least", "leave it out"
        )
    return masks


def _subsets(
    stream: ImageStream,
    masks: np.ndarray,
    at_once: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[SecondMoments]:
    passes = -(-len(masks) // at_once)
    for number in range(passes):
        chosen = masks[number * at_once : (number + 1) * at_once]
        totals = [RunningSums(stream.shape) for _ in chosen]
        for done, images in counted_blocks(stream):
            for total, mask in zip(totals, chosen, strict=True):
                total.add(images[mask[done - len(images) : done]])
            if progress is not None:
                progress(number * stream.count + done, passes * stream.count)
        yield from (_moments(total, stream.scale) for total in totals)
