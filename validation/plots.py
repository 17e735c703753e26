"""Figures from labelled data: legible in black and white and for the colour-blind."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.schema import DIMENSIONS
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, dark first; dashes and markers repeat the distinction without colour
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7F7F7F")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")


def _dimension_label(array: xr.DataArray, dim: Hashable) -> str:
    if dim in array.coords and "long_name" in array.coords[dim].attrs:
        return label_of(array.coords[dim])
    return DIMENSIONS.get(str(dim), str(dim))


def label_of(array: xr.DataArray) -> str:
    """Return long name and units as an axis label."""
    name = array.attrs.get("long_name", array.name or "")
    units = array.attrs.get("units", "1")
    return str(name) if units in ("1", "") else f"{name} ({units})"


def trajectories(
    curve: xr.DataArray,
    ax: Axes | None = None,
    *,
    along: str | None = None,
    legend: bool = True,
) -> Axes:
    """Draw a quantity over time, a line for each point of its other dimension.

    Parameters
    ----------
    curve : xr.DataArray
        One or two dimensions.
    ax : Axes, optional
    along : str, optional
        The dimension of the horizontal axis; the last by default.
    legend : bool
        Name the lines.

    Raises
    ------
    ArgumentError
        For more than two dimensions.
    """
    ax = _axes(ax)
    along = along or str(curve.dims[-1])
    others = [d for d in curve.dims if d != along]
    if len(others) > 1:
        raise ArgumentError(
            "curve", curve.dims, "must have two dimensions at most", "select or average the others"
        )
    across = curve.coords.get(along, xr.DataArray(np.arange(curve.sizes[along]), dims=along))
    lines = curve.transpose(*others, along).values.reshape(-1, curve.sizes[along])
    labels = [f"{others[0]} {v}" for v in curve[others[0]].values] if others else [None]
    for number, (line, label) in enumerate(zip(lines, labels, strict=True)):
        ax.plot(across.values, line, **line_style(number), label=label)
    ax.set_xlabel(_dimension_label(curve, along))
    ax.set_ylabel(label_of(curve))
    if others and legend:
        ax.legend(fontsize="small", ncols=2 if len(lines) > 5 else 1)
    return ax


def shared_legend(figure: Figure, values: xr.DataArray, name: str) -> None:
    """Put one legend under a figure: line and marker of each value of a dimension."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], **line_style(number), marker=MARKERS[number % len(MARKERS)], mfc="white")
        for number in range(len(values))
    ]
    labels = [f"{name} {value}" for value in values.values]
    figure.legend(handles, labels, loc="outside lower center", ncols=min(10, len(labels)))


def line_style(number: int) -> dict[str, Any]:
    """Return colour and dashes of the line of that number."""
    dashes = DASHES[number // len(COLOURS) % len(DASHES)]
    return {"color": COLOURS[number % len(COLOURS)], "ls": dashes}


def measured_markers(
    measured: xr.DataArray, ax: Axes | None = None, *, along: str, markers: int = 22
) -> Axes:
    """Draw a measured quantity: markers for the mean over trials, a band of one standard deviation.

    Parameters
    ----------
    measured : xr.DataArray
        Dimensions trial, another one, and `along`.
    markers : int
        How many a curve.
    """
    ax = _axes(ax)
    (other,) = (str(d) for d in measured.dims if d not in ("trial", along))
    mean, spread = measured.mean("trial"), measured.std("trial")
    across = measured[along].values
    for number, value in enumerate(measured[other].values):
        colour = COLOURS[number % len(COLOURS)]
        line, band = mean.sel({other: value}).values, spread.sel({other: value}).values
        ax.fill_between(across, line - band, line + band, color=colour, alpha=0.18, lw=0)
        start = number * len(across) // (markers * max(1, measured.sizes[other]))
        ax.plot(
            across[start :: max(1, len(across) // markers)],
            line[start :: max(1, len(across) // markers)],
            ls="",
            marker=MARKERS[number % len(MARKERS)],
            ms=4.5,
            mfc="white",
            color=colour,
        )
    return ax


def budget_bars(rows: list[dict[str, Any]], ax: Axes | None = None) -> Axes:
    """Draw the budget on a logarithmic axis: what was found of each source, and what is left of it."""
    ax = _axes(ax)
    shown = [row for row in rows if row["found"] is not None]
    hatches = itertools.cycle(("", "//", "..", "xx"))
    marks = {status: next(hatches) for status in ("attributed", "predicted", "unexplained")}
    floor = 1e-17
    for place, row in enumerate(reversed(shown)):
        size = max(abs(row["worst"]), floor)
        ax.barh(
            place,
            size,
            left=floor,
            color="#B8D4E8",
            edgecolor="black",
            hatch=marks[row["status"]],
            lw=0.8,
        )
        ax.plot(max(abs(row["found"]), floor), place, "k|", ms=14, mew=2)
        if row["predicted"] is not None:
            ax.plot(
                max(abs(row["remainder"]), floor), place, "D", color="#D55E00", ms=6, mec="black"
            )
    names = [f"{row['ladder']}: {row['source']} [{row['unit']}]" for row in reversed(shown)]
    ax.set_yticks(range(len(names)), names, fontsize="small")
    ax.set_xscale("log")
    ax.set_xlim(floor, 30)
    ax.set_xlabel(
        "size of the difference, in units of [scale]: bar worst anywhere, | where the whole is largest,\n"
        "orange diamond: left after the prediction at |; hatching: // predicted, .. unexplained"
    )
    return ax


def image_panel(image: xr.DataArray, ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw a two-dimensional quantity as an image with a colour bar."""
    ax = _axes(ax)
    drawn = ax.imshow(image.values, cmap="cividis")
    ax.figure.colorbar(drawn, ax=ax, label=label_of(image), shrink=0.85)
    ax.set_title(title, fontsize="medium")
    ax.set_xlabel(_dimension_label(image, image.dims[1]))
    ax.set_ylabel(_dimension_label(image, image.dims[0]))
    return ax


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
