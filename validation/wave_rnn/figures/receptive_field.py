"""What a pixel sees before any wave runs, and how far waves carry it: Fig 7 of the paper, with its ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.cones import ENCODER
from validation.wave_rnn.figures import naming, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RANGES = {
    "travelled": ("$c_{eff} T\\,dt$", "o"),
    "front": ("an impulse is heard", "s"),
    "hard_range": ("cone: nothing beyond", "^"),
}


def receptive_field(result: xr.DataTree) -> Figure:
    """Left the encoder's view on an example, with the ranges of the start; right all networks' ranges."""
    from matplotlib import pyplot

    said = results.dataset(result, "forecast/waves")
    rows = said.sizes["wave_network"] * said.sizes["stage"]
    figure, axes = pyplot.subplots(
        1, 2, figsize=(13.5, max(5.2, 0.42 * rows + 2.4)), layout="constrained"
    )
    example(result, axes[0])
    ranges(result, axes[1])
    figure.suptitle(naming.title(result, "what a pixel sees, and how far waves carry it"))
    return figure


def example(result: xr.DataTree, ax: Axes) -> Axes:
    """Draw the encoder's receptive field and the ranges of the first network on a test image."""
    from matplotlib.patches import Circle, Rectangle

    shown = results.dataset(result, "observed/pictures").isel(picture=0)
    seen = results.dataset(result, "observed/states/nwm").isel(wave_network=0).sel(place="inside")
    said = results.dataset(result, "forecast/waves").isel(wave_network=0, seed=0, stage=0)
    x, y = float(seen["place_x"]), float(seen["place_y"])
    panels.picture(shown["image"].values, ax)
    height, width = shown["image"].shape[-2:]

    def square(reach: float, **style: Any) -> None:
        corner = (x - reach - 0.5, y - reach - 0.5)
        ax.add_patch(Rectangle(corner, 2 * reach + 1, 2 * reach + 1, fill=False, **style))

    front, hard = float(said["front"]), float(said["hard_range"])
    side = 2 * ENCODER + 1
    square(ENCODER, ec=plots.COLOURS[2], lw=2.5, label=f"encoder, {side} × {side} px")
    ax.add_patch(
        Circle(
            (x, y), front, fill=False, ec=plots.COLOURS[5], lw=2, ls="--",
            label=f"an impulse is heard, {front:.3g} px",
        )
    )  # fmt: skip
    square(hard, ec=plots.COLOURS[4], lw=2, ls=":", label=f"cone: nothing beyond, {hard:.3g} px")
    ax.set_xlim(min(-0.5, x - front - 1), max(width - 0.5, x + front + 1))
    ax.set_ylim(max(height - 0.5, y + front + 1), min(-0.5, y - front - 1))
    ax.set_title("one pixel, before training; waves go round the edges", fontsize="medium")
    plots.legend_below(ax, 3)
    return ax


def ranges(result: xr.DataTree, ax: Axes | None = None) -> Axes:
    """Draw the ranges of all networks, every seed, beside the size of the objects; logarithmic."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    said = results.dataset(result, "forecast/waves")
    sizes = results.dataset(result, "forecast")
    ends = [float(sizes[f"{which}_object"]) for which in ("smallest", "largest")]
    ax.axvspan(*ends, color="0.85", label="size of the objects")
    ax.axvline(ENCODER, color=plots.COLOURS[2], lw=2, label="encoder")
    stages = [str(stage) for stage in said["stage"].values]
    rows = [(name, stage) for name in naming.networks(said) for stage in stages]
    for number, (field, (words, marker)) in enumerate(RANGES.items()):
        for place, (name, stage) in enumerate(rows):
            values = said[field].sel(wave_network=name, stage=stage).values
            known = values[np.isfinite(values)]
            ax.plot(
                known,
                [place + 0.2 * (number - 1)] * len(known),
                ls="",
                marker=marker,
                mfc="none",
                color=plots.COLOURS[(1, 5, 4)[number]],
                label=words if place == 0 else None,
            )
    ax.set_yticks(range(len(rows)), [f"{naming.called(name)}, {stage}" for name, stage in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xscale("log")
    plots.plain_logarithmic(ax.xaxis)
    ax.set_xlabel("distance (px), a mark a seed")
    ax.set_title("said before the networks run", fontsize="medium")
    plots.legend_below(ax, 3)
    return ax
