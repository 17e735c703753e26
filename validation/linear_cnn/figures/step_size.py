"""The step-size source of the budget: flow minus descent, and what its prediction leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def step_size(result: xr.DataTree, source: str) -> Figure:
    """Flow minus descent against its prediction, and what the prediction leaves."""
    from matplotlib import pyplot

    ladders = [x for x in results.ladders(result) if "mode" in x.rungs[0].value.dims]
    figure, axes = pyplot.subplots(
        2,
        len(ladders),
        figsize=(6 * len(ladders), 7.5),
        layout="constrained",
        squeeze=False,
        sharex="col",
    )
    for column, ladder in enumerate(ladders):
        found = ladder.difference(source).mean("trial")
        found.attrs = {"long_name": f"flow - descent, in {ladder.scale_name}", "units": "1"}
        found["update"].attrs = {"long_name": "updates"}
        plots.trajectories(found, axes[0, column], along="update", legend=False)
        predicted = (ladder.predictions[source].value / ladder.scale).mean("trial")
        _markers(predicted, axes[0, column])
        axes[0, column].set_title(
            f"{ladder.name}: lines computed, markers predicted", fontsize="medium"
        )
        axes[0, column].set_xlabel("")
        left = ladder.remainder(source).mean("trial")
        left.attrs = {
            "long_name": f"left after the prediction, in {ladder.scale_name}",
            "units": "1",
        }
        left["update"].attrs = {"long_name": "updates"}
        plots.trajectories(left, axes[1, column], along="update", legend=False)
    plots.shared_legend(figure, ladders[0].rungs[0].value["mode"], "mode")
    return figure


def _markers(values: xr.DataArray, ax: Axes) -> None:
    (other,) = (d for d in values.dims if d != "update")
    lines = values.transpose(other, "update").values
    every = max(1, lines.shape[1] // 40)
    for number, line in enumerate(lines):
        ax.plot(
            values["update"].values[::every],
            line[::every],
            ls="",
            ms=3.5,
            mfc="white",
            marker=plots.MARKERS[number % len(plots.MARKERS)],
            color=plots.line_style(number)["color"],
        )
