"""Figures from labelled data: legible in black and white and for the colour-blind."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.schema import DIMENSIONS
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# Okabe and Ito's palette, dark first; dashes and markers repeat the distinction without colour
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7F7F7F")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
LEAST_GAP = 0.055  # of an axes' height, between two lines of text
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
    handles, labels = _handles(values, name)
    figure.legend(handles, labels, loc="outside lower center", ncols=min(10, len(labels)))


def legend_of(values: xr.DataArray, name: str, ax: Axes) -> None:
    """Put the legend of a dimension under an axes: line and marker of each value."""
    handles, labels = _handles(values, name)
    legend_below(ax, min(5, len(labels)), handles=handles, labels=labels)


def _handles(values: xr.DataArray, name: str) -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], **line_style(number), marker=MARKERS[number % len(MARKERS)], mfc="white")
        for number in range(len(values))
    ]
    return handles, [f"{name} {value}" for value in values.values]


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
        every = marker_step(line, markers)
        start = number * every // max(1, measured.sizes[other])
        ax.plot(
            across[start::every],
            line[start::every],
            ls="",
            marker=MARKERS[number % len(MARKERS)],
            ms=4.5,
            mfc="white",
            color=colour,
        )
    return ax


def marker_step(line: np.ndarray, markers: int = 22) -> int:
    """Return every how many points a marker is drawn: fewer where only a part of the line exists."""
    present = int(np.isfinite(line).sum())
    return max(1, min(len(line) // markers, present // 6))


def plain_logarithmic(*axes: Axis) -> None:
    """Write the numbers of logarithmic axes in full, at 1, 2 and 5."""
    from matplotlib.ticker import LogLocator

    for axis in axes:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")


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


def image_panel(
    image: xr.DataArray,
    ax: Axes | None = None,
    *,
    title: str = "",
    extent: tuple[float, float, float, float] | None = None,
) -> Axes:
    """Draw a two-dimensional quantity as an image with a colour bar; `extent` as `imshow` takes it."""
    ax = _axes(ax)
    drawn = ax.imshow(image.values, cmap="cividis", extent=extent)
    ax.figure.colorbar(drawn, ax=ax, label=label_of(image), shrink=0.85)
    ax.set_title(title, fontsize="medium")
    ax.set_xlabel(_dimension_label(image, image.dims[1]))
    ax.set_ylabel(_dimension_label(image, image.dims[0]))
    return ax


def picture(
    image: xr.DataArray,
    ax: Axes | None = None,
    *,
    title: str = "",
    limit: float | None = None,
    signed: bool = True,
) -> Axes:
    """Draw one image without axes, in grey or in colour.

    Parameters
    ----------
    image : xr.DataArray, (y, x) or (channel, y, x)
        Three channels are red, green, blue; any other number is drawn side by side.
    limit : float, optional
        The value that is white; the largest magnitude by default.
    signed : bool
        Let middle grey be 0 and black -limit; else black is 0.
    """
    ax = _axes(ax)
    values = np.asarray(image.values, float)
    largest = limit or float(np.abs(values).max()) or 1.0
    lowest = -largest if signed else 0.0
    shown = (values - lowest) / (largest - lowest)
    if shown.ndim == 3:
        colour = len(shown) == 3
        shown = np.moveaxis(shown, 0, -1) if colour else np.concatenate(shown, axis=-1)
    ax.imshow(np.clip(shown, 0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize="small")
    return ax


def legend_below(ax: Axes, columns: int = 2, **options: Any) -> None:
    """Put the legend of an axes under its label, outside the data; options as `Axes.legend` has them."""
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        borderaxespad=4.5,  # in heights of the font: tick labels and axis label
        ncols=columns,
        fontsize="small",
        frameon=False,
        **options,
    )


def end_labels(ax: Axes, heights: Sequence[float], texts: Sequence[str], colours: Sequence[str]):
    """Name lines at the right edge, outside the data, none on another.

    Parameters
    ----------
    heights : sequence of float
        Where each line ends, in data coordinates.
    """
    from scipy.optimize import isotonic_regression

    to_share = ax.transAxes.inverted()
    ends = np.array(
        [to_share.transform(ax.transData.transform((ax.get_xlim()[1], y)))[1] for y in heights]
    )
    order, steps = np.argsort(ends), LEAST_GAP * np.arange(len(ends))
    # the places inside the frame that are nearest to the ends, in order and a gap apart
    places = np.empty(len(ends))
    inside = np.clip(isotonic_regression(ends[order] - steps).x, 0.0, 1.0 - steps[-1])
    places[order] = inside + steps
    for place, end, text, colour in zip(places, ends, texts, colours, strict=True):
        ax.annotate(
            text,
            (1.0, end),
            xytext=(1.06, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            fontsize="small",
            color=colour,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.7, "relpos": (0, 0.5)},
        )


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
