"""Mode strengths over updates: Fig 3 of the paper, and the budget of what prediction misses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.schema import quantity
from validation import plots, results
from validation.linear_cnn.figures import frequencies
from validation.linear_cnn.figures.curves import Strengths, over_trials
from validation.linear_cnn.learning import CNN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def learning(result: xr.DataTree, *, theory: str, thin: str | None = None) -> Figure:
    """Fig 3 of the paper: mode strengths of both networks, the budget, the kernel and its spectrum.

    Parameters
    ----------
    theory : str
        The rung drawn as lines.
    thin : str, optional
        Another rung, drawn thin and dotted.
    """
    from matplotlib import pyplot

    ladders = [x for x in results.ladders(result) if "mode" in x.rungs[0].value.dims]
    figure = pyplot.figure(figsize=(12, 12), layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=(1.2, 0.7, 0.9))
    for column, ladder in enumerate(ladders):
        curves = Strengths(
            theory,
            ladder.rung(theory),
            ladder.rungs[-1].value,
            thin or "",
            None if thin is None else ladder.rung(thin),
        )
        draw_strengths(curves, ladder.scale, ladder.name, figure.add_subplot(grid[0, column]))
    draw_budget(result, figure.add_subplot(grid[1, :]))
    kernel = results.array(result, f"observed/{CNN}/pictures", "kernel").isel(moment=-1)
    plots.picture(
        kernel,
        figure.add_subplot(grid[2, 0]),
        title=f"kernel after {int(kernel['moment'])} updates, first trial (grey: 0)",
    )
    draw_spectrum(kernel, figure.add_subplot(grid[2, 1]))
    plots.shared_legend(figure, ladders[0].rungs[0].value["mode"], "mode")
    return figure


def draw_budget(result: xr.DataTree, ax: Axes) -> None:
    """Draw the bars of the budget."""
    plots.budget_bars(json.loads(result["/budget"].attrs["rows"]), ax).set_title(
        "budget: where prediction and measurement differ, and by how much", fontsize="medium"
    )


def draw_strengths(
    curves: Strengths, scale: xr.DataArray, name: str, ax: Axes, *, absolute: bool = False
) -> None:
    """Draw predicted strengths as lines, measured ones as markers with their spread.

    Parameters
    ----------
    scale : xr.DataArray, (mode,)
        The singular values, in whose units strengths are drawn.
    absolute : bool
        Draw the strengths themselves.
    """
    divisor: Any = 1.0 if absolute else scale
    predicted, measured = curves.predicted / divisor, curves.measured / divisor
    for values in (predicted, measured):
        values.attrs = {"long_name": f"mode strength A{'' if absolute else ' / S'}", "units": "1"}
        values["update"].attrs = {"long_name": "updates"}
    plots.trajectories(predicted.mean("trial", keep_attrs=True), ax, along="update", legend=False)
    if curves.thin is not None:
        drawn = (curves.thin / divisor).mean("trial")
        for number, line in enumerate(drawn.transpose("mode", "update").values):
            ax.plot(drawn["update"], line, ls=":", lw=0.9, color=plots.line_style(number)["color"])
    plots.measured_markers(measured, ax, along="update")
    trials = measured.sizes["trial"]
    with_band = "" if trials == 1 else " and band (sd)"
    ax.set_title(
        f"{name}: lines {curves.theory}"
        + (f", dotted {curves.thin_name}" if curves.thin is not None else "")
        + f",\nmarkers{with_band} network ({over_trials(trials)})",
        fontsize="medium",
    )
    highest = float(np.nanmax(measured)) if measured.size else 1.0
    whole = float(scale.max()) if absolute else 1.0
    ax.set_ylim(-0.05 * whole, max(1.15 * whole, min(1.05 * highest, 2 * whole)))


def draw_spectrum(kernel: xr.DataArray, ax: Axes) -> None:
    """Draw the magnitude of a kernel's Fourier coefficients over the half plane of frequencies."""
    vectors = kernel.expand_dims("mode")
    shown, extent = frequencies.half_plane(frequencies.magnitudes(vectors)[0])
    values = quantity(
        shown,
        ["frequency_y", "frequency_x"],
        name="kernel_magnitude",
        long_name="kernel coefficient |k_f|",
    )
    plots.image_panel(values, ax, title="its spectrum: the dominant frequencies", extent=extent)
    ax.set(xlabel="horizontal frequency v", ylabel="vertical frequency u")
