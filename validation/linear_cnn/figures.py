"""Figures of `linear_cnn`, from the tree alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.ladder import Ladder

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning(result: xr.DataTree, *, theory: str, thin: str | None = None) -> Figure:
    """Mode strengths against updates, budget, kernel and its spectrum.

    Parameters
    ----------
    theory : str
        The rung drawn as lines.
    thin : str, optional
        Another rung, drawn thin and dotted.
    """
    from matplotlib import pyplot

    ladders = results.ladders(result)
    figure = pyplot.figure(figsize=(12, 12), layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=(1.2, 0.7, 1))
    for column, ladder in enumerate(ladders):
        ax = figure.add_subplot(grid[0, column])
        _strengths(ladder, theory, thin, ax)
    plots.budget_bars(
        json.loads(result["/budget"].attrs["rows"]), figure.add_subplot(grid[1, :])
    ).set_title("budget: where prediction and measurement differ, and by how much")
    kernel = results.array(result, "observed", "kernel").isel(trial=0)
    spectrum = results.array(result, "observed", "kernel_spectrum").isel(trial=0)
    plots.image_panel(
        kernel, figure.add_subplot(grid[2, 0]), title="kernel after training, first trial"
    )
    plots.image_panel(
        spectrum, figure.add_subplot(grid[2, 1]), title="its spectrum: the dominant frequencies"
    )
    plots.shared_legend(figure, ladders[0].rungs[0].value["mode"], "mode")
    return figure


def _strengths(ladder: Ladder, theory: str, thin: str | None, ax) -> None:
    rungs = {r.name: r.value / ladder.scale for r in ladder.rungs}
    for values in rungs.values():
        values.attrs = {"long_name": "mode strength A / S", "units": "1"}
        values["update"].attrs = {"long_name": "updates (samples, where one is shown at a time)"}
    plots.trajectories(
        rungs[theory].mean("trial", keep_attrs=True), ax, along="update", legend=False
    )
    if thin is not None:
        drawn = rungs[thin].mean("trial")
        for number, line in enumerate(drawn.transpose("mode", "update").values):
            ax.plot(drawn["update"], line, ls=":", lw=0.9, color=plots.COLOURS[number % 8])
    plots.measured_markers(rungs[ladder.measurement], ax, along="update")
    ax.set_title(
        f"{ladder.name}: lines {theory}"
        + (f", dotted {thin}" if thin else "")
        + f",\nmarkers {ladder.measurement} (mean and sd of {rungs[theory].sizes['trial']} trials)",
        fontsize="medium",
    )
    ax.set_ylim(-0.05, 1.15)


def step_size(result: xr.DataTree, source: str) -> Figure:
    """Flow minus descent against its prediction, and what the prediction leaves."""
    from matplotlib import pyplot

    ladders = results.ladders(result)
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
        axes[0, column].set_title(f"{ladder.name}: lines computed, markers predicted")
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


def _markers(values: xr.DataArray, ax) -> None:
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
            color=plots.COLOURS[number % 8],
        )


def discovery(result: xr.DataTree, forecasts: dict[str, np.ndarray], measured: str) -> Figure:
    """Measured against forecast discovery times on logarithmic axes, one marker a mode."""
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(6.5, 6), layout="constrained")
    reference = forecasts[measured]
    ax.set(xscale="log", yscale="log", xlabel="forecast: updates until S/2")
    ax.set_ylabel(f"{measured}: updates until S/2")
    for number, name in enumerate(n for n in forecasts if n != measured):
        both = np.isfinite(forecasts[name]) & np.isfinite(reference)
        late = ", ".join(str(mode + 1) for mode in np.flatnonzero(~both))
        ax.plot(
            forecasts[name][both],
            reference[both],
            ls="",
            marker=plots.MARKERS[number],
            ms=8,
            mfc="white" if number else "black",
            color=plots.COLOURS[number + 1],
            label=f"{name} (not within the run: {late})" if late else name,
        )
        for mode in np.flatnonzero(both) if number == 0 else ():
            place = (forecasts[name][mode], reference[mode])
            ax.annotate(
                str(mode + 1), place, textcoords="offset points", xytext=(7, -9), fontsize="small"
            )
    ax.axline((1, 1), (10, 10), color="0.6", lw=1, label="equal")
    times = np.concatenate([x[np.isfinite(x)] for x in forecasts.values()])
    if len(times):
        ax.set(
            xlim=(times.min() * 0.6, times.max() * 1.5), ylim=(times.min() * 0.6, times.max() * 1.5)
        )
    ax.set_title("discovery of each mode, mean of trials (numbers: modes)")
    ax.legend()
    return figure


def online(
    measured: xr.DataArray, full_batch: xr.DataArray, singular_values: xr.DataArray
) -> Figure:
    """Online strengths (mean and standard deviation of trials) against full batch, lines."""
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(9, 6), layout="constrained")
    lines, markers = ((x / singular_values) for x in (full_batch, measured))
    for values in (lines, markers):
        values.attrs = {"long_name": "mode strength A / S", "units": "1"}
        values["update"].attrs = {"long_name": "updates, one image each"}
    plots.trajectories(lines.mean("trial", keep_attrs=True), ax, along="update", legend=False)
    plots.measured_markers(markers, ax, along="update")
    ax.set_title(
        f"online learning: lines full batch, markers network (mean and sd of {lines.sizes['trial']} trials)"
    )
    ax.set_ylim(-0.05, 1.3)
    plots.shared_legend(figure, lines["mode"], "mode")
    return figure
