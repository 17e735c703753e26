"""Where training ends: the weights' norm beside the least that fits the data (App. F of the paper)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures.curves import foreseen, has
from validation.linear_cnn.learning import CNN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def ending(result: xr.DataTree) -> Figure:
    """The norm of all weights over updates, its excess over the minimum, predicted and measured."""
    from matplotlib import pyplot

    least = results.dataset(result, "forecast/ending")
    minimal = float(least["minimal_norm"])
    if not np.isfinite(minimal):
        figure, ax = pyplot.subplots(figsize=(7, 5), layout="constrained")
        _norms(result, 0.0, 1.0, ax)
        ax.set_ylabel("sum of the squares of all weights")
        ax.set_title(f"no minimum to compare with:\n{least.attrs['reason']}", fontsize="medium")
        return figure
    figure, axes = pyplot.subplots(1, 2, figsize=(13, 5.6), layout="constrained")
    _norms(result, 0.0, 1.0, axes[0])
    axes[0].axhline(minimal, color=plots.COLOURS[2], ls="--", label="least norm that fits the data")
    axes[0].set_ylabel("sum of the squares of all weights")
    axes[0].set_title("norm of the weights, mean and sd of trials", fontsize="medium")
    _norms(result, 1.0, minimal, axes[1])
    _late(result, minimal, axes[1])
    axes[1].axhline(0, color=plots.COLOURS[2], ls="--", label="least norm that fits the data")
    axes[1].set_ylabel("excess: norm / least norm - 1")
    axes[1].set_title("excess over the least norm, once it is near", fontsize="medium")
    for ax in axes:
        plots.legend_below(ax)
    return figure


def _norms(result: xr.DataTree, offset: float, scale: float, ax: Axes) -> None:
    known = foreseen(result, CNN)
    if known is not None:
        line = known[1]["parameter_norm"].mean("trial") / scale - offset
        ax.plot(line["update"], line, color="black", label=known[0])
    measured = results.array(result, f"observed/{CNN}", "parameter_norm") / scale - offset
    mean, spread = measured.mean("trial"), measured.std("trial")
    ax.fill_between(
        mean["update"], mean - spread, mean + spread, color=plots.COLOURS[1], alpha=0.18, lw=0
    )
    every = plots.marker_step(mean.values)
    ax.plot(
        mean["update"][::every],
        mean[::every],
        "o",
        ms=5,
        mfc="white",
        color=plots.COLOURS[1],
        label="network",
    )
    if has(result, "forecast/competition"):
        end = results.array(result, "forecast/competition", "end_norm").mean("trial")
        ax.axhline(
            float(end) / scale - offset,
            color=plots.COLOURS[3],
            ls=":",
            lw=2,
            label="end, from the start alone",
        )
    ax.set_xlabel("updates")


def _late(result: xr.DataTree, minimal: float, ax: Axes) -> None:
    """Show the part of the axis near the end."""
    measured = results.array(result, f"observed/{CNN}", "parameter_norm").mean("trial")
    excess = (measured / minimal - 1).dropna("update")
    end = abs(float(excess.isel(update=-1)))
    reach = max(3 * end, 1e-3)
    ax.set_ylim(-reach / 2, reach)
