"""From a configuration to images, and to what of them the set-up records."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import xarray as xr

from numerics import images as image_room
from numerics.files import checksum
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.linear_cnn import Config


NAMED = ("pure_cosines", "digits", "mnist")
DEFAULTS = {"mnist": {"average": 2, "count": 10_000}}


def load_images(config: Config) -> xr.Dataset:
    """Return the image set of a configuration, with its options applied.

    Raises
    ------
    ArgumentError
        For a set that cannot be used.
    """
    average, count = config.average, config.count
    if config.dataset == "pure_cosines":
        loaded = image_room.pure_cosines(
            image_side=config.image_side,
            frequencies=config.frequencies,
            amplitudes=config.amplitudes,
            phases=config.phases,
        )
    elif config.dataset == "digits":
        loaded = image_room.digits()
    elif config.dataset == "mnist":
        loaded = image_room.mnist()
        average = DEFAULTS["mnist"]["average"] if average is None else average
        count = DEFAULTS["mnist"]["count"] if count is None else count
    else:
        loaded = image_room.from_file(config.dataset)
    if count is not None:
        with _option("--count"):
            loaded = image_room.first(loaded, count)
    if config.grey:
        with _option("--grey"):
            loaded = image_room.grey(loaded)
    if average is not None and average != 1:
        with _option("--average"):
            loaded = image_room.average_pool(loaded, average)
    if config.subtract_mean:
        with _option("--subtract-mean"):
            loaded = image_room.subtract_mean(loaded)
    return loaded


@contextlib.contextmanager
def _option(name: str) -> Iterator[None]:
    """Let an error speak of the option that the user gave, not of a function's argument."""
    try:
        yield
    except ArgumentError as error:
        raise ArgumentError(name, error.value, error.expected, error.remedy) from error


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it; a changed set is no longer the named one."""
    plain = (
        not config.grey
        and not config.subtract_mean
        and config.average in (None, DEFAULTS.get(config.dataset, {}).get("average"))
        and config.count in (None, DEFAULTS.get(config.dataset, {}).get("count"))
    )
    known = config.dataset if config.dataset in NAMED and plain else "FILE"
    start = ", random start" if known == "pure_cosines" and config.init == "random" else ""
    return known + start + (", online" if config.gradient == "online" else "")


def described(images: xr.Dataset) -> str:
    """Return name, checksum and provenance of an image set as JSON."""
    return json.dumps(
        {
            "name": images.attrs["name"],
            "samples": images.sizes["sample"],
            "sha256": checksum(xr.DataTree(images)),
            "steps": json.loads(images.attrs["provenance"]),
        }
    )
