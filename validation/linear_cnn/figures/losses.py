"""Losses on the images learnt from, and on those that are only tested on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures.curves import foreseen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = {"train_loss": "train", "test_loss": "test"}


def draw_losses(result: xr.DataTree, networks: tuple[str, ...], ax: Axes) -> None:
    """Draw losses of some networks: lines foreseen, markers measured, means over trials."""
    number = 0
    for network in networks:
        seen, known = results.dataset(result, f"observed/{network}"), foreseen(result, network)
        for name in (n for n in SHOWN if n in seen):
            label = f"{network}, {SHOWN[name]}"
            style = plots.line_style(number) | {"ls": plots.DASHES[number % len(plots.DASHES)]}
            if known is not None:
                line = known[1][name].mean("trial")
                ax.plot(line["update"], line, **style, label=f"{label}: {known[0]}")
            markers = seen[name].mean("trial")
            every = plots.marker_step(markers.values)
            ax.plot(
                markers["update"][::every],
                markers[::every],
                ls="",
                marker=plots.MARKERS[number],
                ms=5,
                mfc="white",
                color=style["color"],
                label=f"{label}: network",
            )
            number += 1
    ax.set(xlabel="updates", ylabel="mean squared error")
    plots.legend_below(ax)
