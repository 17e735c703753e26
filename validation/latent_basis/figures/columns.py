"""A column of panels for each network, beside one another: what differs between networks is seen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from validation import results

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NARROWEST = 7.2  # inches: room for the title of a figure of one network
HANDLE, LETTER = 0.7, 0.085  # inches of an entry of a legend


def networks(result: xr.DataTree) -> list[str]:
    """Return the names of the networks."""
    return [str(name) for name in results.array(result, "setup", "network").values]


def seeds(result: xr.DataTree) -> list[int]:
    """Return the seeds; pictures are of the first."""
    return [int(seed) for seed in results.array(result, "setup", "seed").values]


def label_names(result: xr.DataTree) -> list[str]:
    """Return the names of the labels, in their order."""
    return [str(name) for name in results.array(result, "setup", "label").values]


def first_seed(result: xr.DataTree, group: str) -> xr.Dataset:
    """Return a group of the first seed."""
    return results.dataset(result, group).isel(seed=0)


def title(result: xr.DataTree, words: str, *, one_seed: bool = False) -> str:
    """Return a title with the name of the case; and the seed, where only one of several is shown."""
    of_seed = f" (seed {seeds(result)[0]})" if one_seed and len(seeds(result)) > 1 else ""
    return f"{result.attrs['case']}: {words}{of_seed}"


def faded(number: int) -> dict[str, Any]:
    """Return how strongly the line of a seed is drawn: the first in full, the others faintly."""
    return {"alpha": 1.0 if number == 0 else 0.35, "lw": 1.8 if number == 0 else 1.0}


def column_axes(
    result: xr.DataTree, rows: int, size: tuple[float, float], **options: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes (rows, networks), the network's name above each column.

    Parameters
    ----------
    size : (float, float)
        Width and height of a panel, inches.
    options
        As `pyplot.subplots` has them.
    """
    from matplotlib import pyplot

    names = networks(result)
    figure, axes = pyplot.subplots(
        rows,
        len(names),
        figsize=(max(size[0] * len(names), NARROWEST), size[1] * rows + 0.8),
        layout="constrained",
        squeeze=False,
        **options,
    )
    for ax, name in zip(axes[0], names, strict=True):
        ax.set_title(name, fontsize="medium")
    return figure, axes


def legend_of(figure: Figure, ax: Axes) -> None:
    """Put the legend of one axes under a figure, for all; in as many columns as its width holds."""
    handles, labels = ax.get_legend_handles_labels()
    entry = HANDLE + LETTER * max(map(len, labels))
    columns = max(1, min(len(labels), int(figure.get_figwidth() / entry)))
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
