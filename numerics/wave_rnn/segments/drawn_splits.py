"""Splits that are drawn: one generator of random numbers a split, kept in a file if one wishes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from numerics.files import read_arrays, write_arrays
from numerics.images.arguments import in_one_line, require_integer
from numerics.wave_rnn.segments.segment_set import ArraySet, Splits
from theory.errors import ArgumentError

SPLITS = ("train", "validation", "test")

VERSION = 1
"""To be raised with every change of what a generator draws: files of an earlier one are then passed over."""

Draw = Callable[[np.random.Generator, int, str], tuple[np.ndarray, np.ndarray]]
"""Images (M, C_in, H, W) and masks (M, H, W) of so many images of a split."""


class Drawing(NamedTuple):
    """What is drawn: name, classes, all parameters but sizes and seeds, object sizes in px."""

    name: str
    classes: tuple[str, ...]
    parameters: dict[str, object]
    object_sizes: tuple[float, float]


def drawn_splits(
    drawing: Drawing,
    draw: Draw,
    *,
    sizes: Sequence[int],
    seeds: Sequence[Sequence[int] | int],
    cache: Path | None,
) -> Splits:
    """Draw three splits, or read what an earlier call with the same settings kept.

    Parameters
    ----------
    drawing : Drawing
        Name, classes and parameters, which the provenance tells.
    draw : callable
        ``draw(generator, count, split)`` gives images and masks; it has no other source of chance.
    sizes : three int
        Images to train on, to choose by, to report.
    seeds : three seeds
        Of `numpy.random.default_rng`, one a split.
    cache : Path or None
        Folder of the kept file; None keeps nothing.

    Raises
    ------
    ArgumentError
        On sizes that are no positive integers, and on a kept file that is damaged.
    OutputError
        If the folder cannot be written.
    """
    sizes = require_sizes(sizes)
    told = {
        "source": drawing.name,
        **drawing.parameters,
        "sizes": dict(zip(SPLITS, sizes, strict=True)),
        "seeds": dict(zip(SPLITS, seeds, strict=True)),
        "version": VERSION,
    }
    arrays = cached(cache, drawing.name, told, lambda: _drawn(draw, sizes, seeds))
    train, validation, test = (
        ArraySet(arrays[f"{split}_images"], arrays[f"{split}_masks"], drawing.classes)
        for split in SPLITS
    )
    return Splits(drawing.name, train, validation, test, drawing.object_sizes, told)


def cached(
    folder: Path | None,
    name: str,
    settings: dict[str, object],
    make: Callable[[], dict[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    """Return arrays from the file that belongs to a name and these settings; make and keep them first.

    Raises
    ------
    ArgumentError
        If the file is damaged.
    OutputError
        If the folder cannot be written.
    """
    if folder is None:
        return make()
    key = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    path = Path(folder) / f"{name}-{key[:16]}.npz"
    if not path.exists():
        write_arrays(path, make())
    try:
        return read_arrays(path)
    except MemoryError:
        raise
    # A damaged archive surfaces as one of several types: BadZipFile, EOFError, ValueError, ...
    except Exception as error:
        raise ArgumentError(
            "cache", str(path), f"must be intact ({in_one_line(error)})", "delete the file"
        ) from error


def require_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return three positive numbers of images, or raise ArgumentError.

    Examples
    --------
    >>> require_sizes((4000, 200, 0))
    Traceback (most recent call last):
        ...
    theory.errors.ArgumentError: sizes: got 0; must be an integer, at least 1; \
give images to train on, to choose by and to report
    """
    return _three_integers("sizes", sizes, 1, "give images to train on, to choose by and to report")


def require_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Return one seed a split, or raise ArgumentError."""
    return _three_integers("seeds", seeds, 0, "give one for each split, such as (1, 2, 3)")


def seeds_of(seed: int) -> tuple[tuple[int, int], ...]:
    """One seed a split from a single one: (seed, 0), (seed, 1), (seed, 2)."""
    seed = require_integer("seed", seed, 0, None, "pass 42, say")
    return tuple((seed, place) for place in range(len(SPLITS)))


def _three_integers(
    argument: str, values: Sequence[int], least: int, remedy: str
) -> tuple[int, ...]:
    """One integer a split, each of them `least` or more."""
    if isinstance(values, str) or not isinstance(values, Sequence) or len(values) != len(SPLITS):
        raise ArgumentError(argument, values, f"must be {len(SPLITS)} integers", remedy)
    return tuple(require_integer(argument, value, least, None, remedy) for value in values)


def _drawn(
    draw: Draw, sizes: Sequence[int], seeds: Sequence[Sequence[int] | int]
) -> dict[str, np.ndarray]:
    """Images and masks of all splits under their names."""
    arrays: dict[str, np.ndarray] = {}
    for split, size, seed in zip(SPLITS, sizes, seeds, strict=True):
        images, masks = draw(np.random.default_rng(seed), size, split)
        arrays |= {f"{split}_images": images, f"{split}_masks": masks}
    return arrays
