"""Checks on arguments that several image sets share, with one wording."""

import contextlib
import math
import operator
from collections.abc import Iterator, Sequence

import numpy as np

from theory.errors import ArgumentError

LARGEST_BYTES = 2 * 2**30
"""What one image set may take in memory unless the caller allows more: 2 GiB."""


def require_integer(argument: str, value: object, least: int, most: int | None, remedy: str) -> int:
    """Return `value` as an int in least..most (no bound above for None), or raise ArgumentError."""
    allowed = f"at least {least}" if most is None else f"from {least} to {most}"
    try:
        # bool passes operator.index, but `count=True` is a slip rather than a number.
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or number < least or (most is not None and number > most):
        raise ArgumentError(argument, value, f"must be an integer, {allowed}", remedy)
    return number


def require_image_side(value: object) -> int:
    """Return the pixels along a side as an int, at least 2, or raise ArgumentError."""
    return require_integer("image_side", value, 2, None, "pass 16, say")


def refuse_large_side(image_side: int, images: int) -> None:
    """Raise ArgumentError if so many images of this side take more than LARGEST_BYTES."""
    announced = 8 * images * image_side**2
    if announced > LARGEST_BYTES:
        raise ArgumentError(
            "image_side",
            image_side,
            f"{images} images of this side take {announced:,} bytes, more than the limit "
            f"of {LARGEST_BYTES:,}",
            "make the side smaller",
        )


def require_finite(argument: str, value: object, expected: str, remedy: str) -> float:
    """Return `value` as a finite float, or raise ArgumentError."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, str | bool) or not math.isfinite(number):
        raise ArgumentError(argument, value, expected, remedy)
    return number


def require_split(value: object) -> None:
    """Raise ArgumentError unless `value` is one of the two splits of a published set."""
    if value not in ("train", "test"):  # a tuple compares unhashable values too
        raise ArgumentError("split", value, "must be 'train' or 'test'", "choose one of these")


def require_classes(value: object, class_names: Sequence[str]) -> list[int]:
    """Return at least two different labels of classes that have a name, or raise ArgumentError.

    Examples
    --------
    >>> require_classes((2, 2), ["cat", "dog", "ox"])
    Traceback (most recent call last):
        ...
    theory.errors.ArgumentError: classes: got (2, 2); must name each class once, names 2 twice; \
leave one out
    """
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        raise ArgumentError(
            "classes", value, "must be a sequence of labels", "write a list, such as [0, 1]"
        )
    last = len(class_names) - 1
    listed = ", ".join(f"{label} {name}" for label, name in enumerate(class_names))
    classes = [
        require_integer("classes", label, 0, last, f"choose among {listed}") for label in value
    ]
    if len(classes) < 2:
        raise ArgumentError(
            "classes", value, f"must name at least two classes, names {len(classes)}", "add another"
        )
    for label in classes:
        if classes.count(label) > 1:
            raise ArgumentError(
                "classes",
                value,
                f"must name each class once, names {label} twice",
                "leave one out",
            )
    return classes


def refuse_larger(given: str, announced: int, max_bytes: int, what: str) -> None:
    """Raise ArgumentError if `what` announces more than `max_bytes` bytes.

    Examples
    --------
    >>> refuse_larger("huge.npz", 10**13, 2**31, "the members together")
    Traceback (most recent call last):
        ...
    theory.errors.ArgumentError: dataset: got huge.npz; the members together announce \
10,000,000,000,000 bytes, more than the limit of 2,147,483,648; pass fewer or smaller images, \
or raise max_bytes
    """
    if announced > max_bytes:
        raise ArgumentError(
            "dataset",
            given,
            f"{what} announce {announced:,} bytes, more than the limit of {max_bytes:,}",
            "pass fewer or smaller images, or raise max_bytes",
        )


def in_one_line(error: Exception) -> str:
    """Type and text of an error of another library, without line breaks.

    Examples
    --------
    >>> in_one_line(OSError("no such file\\n  or folder"))
    'OSError: no such file or folder'
    """
    return " ".join(f"{type(error).__name__}: {error}".split())


@contextlib.contextmanager
def reading(given: str) -> Iterator[None]:
    """Tell what a reader of other people's files stumbles over as an error of the file."""
    try:
        yield
    except ArgumentError:
        raise
    # Damaged files surface as a dozen types: BadZipFile, EOFError, zlib.error, RuntimeError, ...
    except Exception as error:
        raise ArgumentError(
            "dataset",
            given,
            f"must be intact and readable ({in_one_line(error)})",
            "write it again, or pass another one",
        ) from error
