"""From an image to its segmentation, step by step, in one network: Fig 1 of the paper from a real run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming, panels
from validation.wave_rnn.looks import PLACES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FIELDS = {"position": "start y₀", "stiffness": "stiffness ω", "damping": "damping α"}


def pipeline(result: xr.DataTree) -> Figure:
    """Image, local encoder, waves, single pixels' histories, readout, segmentation: a column each."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/states/nwm").isel(wave_network=0)
    shown = results.dataset(result, "observed/pictures").isel(picture=0)
    figure = pyplot.figure(figsize=(15.5, 6.4), layout="constrained")
    grid = figure.add_gridspec(3, 6, width_ratios=(1.5, 1, 1, 2.1, 1, 1.3))
    cells = [[figure.add_subplot(grid[row, column]) for row in range(3)] for column in (1, 2, 4)]
    _image(shown, seen, figure.add_subplot(grid[:, 0]))
    _fields(seen, cells[0])
    _states(seen, cells[1])
    _series(seen, figure.add_subplot(grid[:, 3]))
    _features(seen, cells[2])
    name = str(seen["wave_network"].item())
    names = naming.labels(result)
    if "prediction" in shown:
        ends = [figure.add_subplot(grid[:2, 5]), figure.add_subplot(grid[2, 5])]
        read = shown["prediction"].sel(network=name).values
        panels.classes(read, len(names), ends[0], "6  segmentation")
    else:
        ends = [figure.add_subplot(grid[:, 5])]
    panels.classes(shown["mask"].values, len(names), ends[-1], "mask")
    panels.class_legend(figure, names)
    words = f"from image to segmentation in {naming.called(name)}"
    trained = "" if naming.is_trained(result) else ", before any training"
    figure.suptitle(naming.title(result, words + trained, one_seed=True))
    return figure


def _styles() -> dict[str, dict[str, Any]]:
    colours, dashes = (plots.COLOURS[2], plots.COLOURS[3], plots.COLOURS[1]), ("-", "--", "-.")
    return {
        place: {"color": colour, "ls": dash}
        for place, colour, dash in zip(PLACES, colours, dashes, strict=True)
    }


def _image(shown: xr.Dataset, seen: xr.Dataset, ax: Axes) -> None:
    panels.picture(shown["image"].values, ax, "1  image, and three pixels of it")
    for place, style in _styles().items():
        here = seen.sel(place=place)
        ax.plot(
            float(here["place_x"]),
            float(here["place_y"]),
            "s",
            ms=9,
            mew=2,
            mfc="none",
            mec=style["color"],
            label=place,
        )
    plots.legend_below(ax, 3)


def _fields(seen: xr.Dataset, cells: list[Axes]) -> None:
    for ax, (name, words) in zip(cells, FIELDS.items(), strict=True):
        values = seen[name].values
        head = f"2  local encoder\n{words}" if name == "position" else words
        if name == "position":
            drawn = panels.state(values, panels.scale_of(values), ax, head)
        else:
            drawn = panels.field(values, ax, head)
        bar = ax.figure.colorbar(drawn, ax=ax, shrink=0.85)
        units = seen[name].attrs["units"]
        bar.set_label("" if units == "1" else units, fontsize="x-small")
        bar.ax.tick_params(labelsize="x-small")


def _states(seen: xr.Dataset, cells: list[Axes]) -> None:
    chosen = np.linspace(0, seen.sizes["frame"] - 1, 4).round().astype(int)[1:]
    scale = panels.scale_of(seen["state"].values)
    for number, (ax, frame) in enumerate(zip(cells, chosen, strict=True)):
        head = f"n = {int(seen['shown_step'][frame])}"
        head = f"3  waves, y\n{head}" if number == 0 else head
        drawn = panels.state(seen["state"].isel(frame=frame).values, scale, ax, head)
    cells[0].figure.colorbar(drawn, ax=cells, shrink=0.6, aspect=30).ax.tick_params(
        labelsize="x-small"
    )


def _series(seen: xr.Dataset, ax: Axes) -> None:
    for place, style in _styles().items():
        ax.plot(seen["time"], seen["series"].sel(place=place), **style, label=place)
    ax.set_xlabel("time t = n dt")
    ax.set_ylabel(plots.label_of(seen["series"]))
    ax.set_title("4  history of each pixel", fontsize="small")


def _features(seen: xr.Dataset, cells: list[Axes]) -> None:
    kind = str(seen["wave_network"].item()).partition(" ")[2]
    for number, ax in enumerate(cells):
        values, row = seen["feature"].isel(row=number).values, int(seen["number"][number])
        if np.isnan(values).any():
            ax.axis("off")
            continue
        head = kind if int(seen["number"].max()) == 0 else f"{kind}, row {row}"
        head = f"5  readout in time\n{head}" if number == 0 else head
        drawn = panels.state(values, panels.scale_of(values), ax, head)
        ax.figure.colorbar(drawn, ax=ax, shrink=0.85).ax.tick_params(labelsize="x-small")
