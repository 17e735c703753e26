"""The ladder of the accuracy: every rule on every rung, and what each step is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import faded, legend_of, networks, seeds, title
from validation.latent_basis.ladders import ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from validation.ladder import Ladder


def ladders(result: xr.DataTree) -> Figure:
    """Accuracy from the law of one parameter down to the trials; the budget of the same ladder."""
    from matplotlib import pyplot

    names = networks(result)
    ladder = results.ladder(result, ACCURACY)
    figure = pyplot.figure(figsize=(max(6.0 * len(names), 9.0), 7.6), layout="constrained")
    grid = figure.add_gridspec(2, len(names), height_ratios=(1.5, 1))
    upper = [figure.add_subplot(grid[0, place]) for place in range(len(names))]
    for ax, name in zip(upper, names, strict=True):
        _rungs(result, ladder, name, ax)
        ax.sharey(upper[0])
    upper[0].set_ylabel("labels that are read right")
    bars = figure.add_subplot(grid[1, :])
    _budget(result, bars)
    more = f"; seed {seeds(result)[0]} in full, the others faint" if len(seeds(result)) > 1 else ""
    legend_of(figure, upper[0])
    figure.suptitle(title(result, f"from the law of one parameter to the trials{more}"))
    return figure


def _rungs(result: xr.DataTree, ladder: Ladder, name: str, ax: Axes) -> None:
    rungs = [rung.name for rung in ladder.rungs]
    values = np.stack(
        [rung.value.sel(network=name).transpose("seed", "way") for rung in ladder.rungs]
    )
    for number, way in enumerate(ladder.rungs[0].value["way"].values):
        for place in range(len(seeds(result))):
            style = plots.line_style(number) | {"marker": plots.MARKERS[number], "mfc": "white"}
            label = str(way) if place == 0 else None
            ax.plot(values[:, place, number], **style, **faded(place), label=label)
    ax.set_xticks(range(len(rungs)), [rung.replace(" ", "\n") for rung in rungs])
    ax.set_title(name, fontsize="medium")


def _budget(result: xr.DataTree, ax: Axes) -> None:
    rows = json.loads(result["/budget"].attrs["rows"])
    rows = [row for row in rows if row["ladder"] == ACCURACY and row["found"] is not None]
    shown = [row | {"unit": row["unit"] or "1"} for row in rows]
    plots.budget_bars(shown, ax)
    ax.set_yticks(ax.get_yticks(), [row["source"] for row in reversed(rows)])
    sizes = [abs(row[key]) for row in rows for key in ("found", "worst") if row[key]]
    ax.set_xlim(10 ** np.floor(np.log10(min(sizes, default=1e-3))), 1)
    ax.set_title("what each step is worth, all rules, networks and seeds", fontsize="medium")
