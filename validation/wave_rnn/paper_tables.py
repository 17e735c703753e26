"""Tables 1 to 6 of the paper as labelled data."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable
from importlib import resources

import numpy as np
import xarray as xr

from numerics.schema import quantity

SORTED = (
    "min",
    "median",
    "max",
)  # of a loss, too: its rows are ascending, so the best stands under min


@functools.cache
def paper_table(number: int) -> xr.Dataset:
    """Return one table: a variable for each metric, by dataset, network and statistic.

    Parameters
    ----------
    number : int
        1 and 2 give foreground metrics of all seeds, 3 and 4 the plain ones, as mean and sd; 5 and 6
        the best, median and worst seed of Tables 3 and 1.

    Returns
    -------
    xr.Dataset
        Dimensions (picture set, network, statistic); ``parameters`` as printed, empty where they
        are not.

    Source: Tables 1 to 6.
    """
    rows = [row for row in _rows() if row["table"] == str(number)]
    if not rows:
        raise KeyError(f"the paper has no Table {number}")
    coords = {
        "image_set": _in_order(row["dataset"] for row in rows),
        "network": _in_order(_network(row) for row in rows),
        "statistic": _in_order(row["statistic"] for row in rows),
    }
    shape = tuple(len(labels) for labels in coords.values())
    metrics = _in_order(row["metric"] for row in rows)
    values = {metric: np.full(shape, np.nan) for metric in metrics}
    printed = np.full(shape[:2], "", dtype="<U8")
    for row in rows:
        at = (coords["image_set"].index(row["dataset"]), coords["network"].index(_network(row)))
        values[row["metric"]][(*at, coords["statistic"].index(row["statistic"]))] = row["value"]
        printed[at] = row["parameters"]
    table = {
        metric: quantity(
            array, list(coords), name=metric, long_name=f"{metric} of the paper", coords=coords
        )
        for metric, array in values.items()
    }
    return xr.Dataset(table, attrs={"table": number}).assign(
        parameters=(("image_set", "network"), printed)
    )


def network_name(model: str, variant: str | int) -> str:
    """Return a network's name: ``nwm linear``, ``conv_lstm fft``, ``cnn 2``, ``unet 3``."""
    return f"{model} {variant}"


def _network(row: dict[str, str]) -> str:
    return network_name(row["model"], row["arch"])


@functools.cache
def _rows() -> tuple[dict[str, str], ...]:
    text = resources.files("validation.wave_rnn").joinpath("paper_tables.csv").read_text()
    return tuple(csv.DictReader(text.splitlines()))


def _in_order(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
