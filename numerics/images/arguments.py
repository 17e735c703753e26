"""Checks on arguments that several image sets share, with one wording."""

import operator

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
