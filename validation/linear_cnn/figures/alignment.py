"""Alignment and balance: Fig S.1 and S.2 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures import frequencies
from validation.linear_cnn.figures.curves import NETWORKS, foreseen, strengths
from validation.linear_cnn.figures.strengths import draw_strengths
from validation.linear_cnn.learning import CNN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMED = 7
BALANCED = 0.01  # how near 1 the ratio of every frequency is where the picture ends


def alignment(result: xr.DataTree) -> Figure:
    """Fig S.1 and S.2 of the paper: A becomes diagonal, and outputs and kernel become balanced.

    Above the diagonal of A, and the largest entry off it. Below the ratio ||b_f||/|k_f| of the
    frequencies that are largest at the end: as I_f = |k_f|^2 - ||b_f||^2 is conserved, it is
    sqrt(1 - I_f/|k_f|^2), with I_f from the start and |k_f| from the flow.
    """
    from matplotlib import pyplot

    singular = results.array(result, "setup", "singular_value")
    figure = pyplot.figure(figsize=(12.5, 10.5), layout="constrained")
    parts: Any = figure.subfigures(2, 1)
    upper, lower = parts
    axes = upper.subplots(1, 2)
    draw_strengths(strengths(result, CNN), singular, CNN, axes[0], absolute=True)
    _leakage(result, axes[1])
    plots.legend_of(singular["mode"], "mode", axes[0])
    _balance(result, lower.subplots())
    return figure


def _leakage(result: xr.DataTree, ax: Axes) -> None:
    for number, network in enumerate(NETWORKS):
        style = plots.line_style(number) | {"ls": plots.DASHES[number]}
        known = foreseen(result, network)
        if known is not None:
            line = known[1]["leakage"].mean("trial")
            ax.plot(line["update"], line, **style, label=f"{network}: {known[0]}")
        seen = results.array(result, f"observed/{network}", "leakage").mean("trial")
        every = plots.marker_step(seen.values)
        ax.plot(
            seen["update"][::every],
            seen[::every],
            ls="",
            marker=plots.MARKERS[number],
            ms=4.5,
            mfc="white",
            color=style["color"],
            label=f"{network}: network",
        )
    ax.set(xlabel="updates", ylabel="largest entry of A off the diagonal")
    ax.set_title("leakage between modes, mean of trials", fontsize="medium")
    plots.legend_below(ax)


def _balance(result: xr.DataTree, ax: Axes) -> None:
    observed = results.dataset(result, f"observed/{CNN}").isel(trial=0)
    measured = observed["output_magnitude"] / observed["kernel_magnitude"]
    known = foreseen(result, CNN)
    names = frequencies.names(measured, frequencies.image_side(result))
    size = observed["kernel_magnitude"].transpose("frequency", "update")
    updates = measured["update"].values
    chosen = frequencies.dominant(size, NAMED)
    off = np.abs(measured.transpose("frequency", "update").values[chosen] - 1) > BALANCED
    shown = min(len(updates), int(1.3 * np.flatnonzero(off.any(axis=0)).max(initial=10)) + 1)
    every = max(1, shown // 30)
    for number, place in enumerate(chosen):
        style = plots.line_style(number)
        if known is not None:
            predicted = balance(known[1].isel(trial=0, frequency=place))
            ax.plot(updates, predicted, **style)
        ax.plot(
            updates[::every],
            measured.isel(frequency=place).values[::every],
            ls="",
            marker=plots.MARKERS[number],
            ms=4.5,
            mfc="white",
            color=style["color"],
            label=names[place],
        )
    ax.axhline(1, color="0.6", lw=0.8)
    ax.set(yscale="log", xlabel="updates", ylabel="||b_f|| / |k_f|")
    ax.set_xlim(updates[0], updates[shown - 1])
    plots.plain_logarithmic(ax.yaxis)
    theory = "" if known is None else f"lines sqrt(1 - I_f/|k_f|²) by {known[0]}, "
    ax.set_title(
        f"balance of the largest frequencies, first trial: {theory}markers network",
        fontsize="medium",
    )
    ax.legend(
        title="frequency (u, v)", loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small"
    )


def balance(foreseen: xr.Dataset) -> np.ndarray:
    """Return ||b_f||/|k_f| from the conserved I_f = |k_f|^2 - ||b_f||^2 of the start and |k_f|, (update,).

    Parameters
    ----------
    foreseen : xr.Dataset
        `kernel_magnitude` and `output_magnitude`, (update,).
    """
    kernel = foreseen["kernel_magnitude"].values
    invariant = kernel[0] ** 2 - foreseen["output_magnitude"].values[0] ** 2
    return np.sqrt(np.maximum(1 - invariant / kernel**2, 0))
