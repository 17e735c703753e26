"""Image sets on the command line: the options that say which images."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator

from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class ImageOptions:
    """The part of a configuration that says which images; None stands for the default of the set."""

    dataset: str = "digits"
    """A named set, or the path of an own one: .npz, .npy, .nc, or a folder of pictures."""
    test: str | None = None
    """Path of an own set's test images. Named sets bring theirs: mnist, mnist4, fashion_mnist, cifar4."""
    classes: tuple[int, ...] | None = None
    """Take images of these classes only."""
    grey: bool = False
    """Turn colour images to grey."""
    average: int | None = None
    """Mean over blocks of this many pixels a side. Default: 1; 2 for mnist, mnist4, fashion_mnist, cifar4."""
    subtract_mean: bool = False
    """Subtract the mean image of the training images. mnist4 and cifar4 do so by definition."""
    count: int | None = None
    """Take the first images only, before --classes. Default: 10000 for mnist and fashion_mnist, 20000 for
    mnist4."""


@contextlib.contextmanager
def speaking_of(option: str, also: str = "") -> Iterator[None]:
    """Let an error speak of the option that the user gave, not of a function's argument.

    Parameters
    ----------
    option : str
        Such as ``--count``.
    also : str
        Added to the remedy.
    """
    try:
        yield
    except ArgumentError as error:
        raise ArgumentError(option, error.value, error.expected, error.remedy + also) from error
