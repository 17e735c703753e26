"""What the networks do while they learn: Fig 5 of the paper, one column for one data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures import frequencies
from validation.linear_cnn.figures.curves import NETWORKS, foreseen, strengths
from validation.linear_cnn.figures.losses import draw_losses
from validation.linear_cnn.figures.strengths import draw_strengths
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMED = 6  # frequencies that are labelled
HIGHLIGHTED_FIRST = (2, 0, 1, 3, 4, 6)  # numbers of their colours


def network(result: xr.DataTree) -> Figure:
    """Fig 5 of the paper: strengths, losses, kernel coefficients; first matrix and kernel as images.

    The fully connected network's rows are mixtures of the singular vectors; the kernel is a mixture
    of few frequencies, and what serves several modes grows in stages.
    """
    from matplotlib import pyplot

    singular = results.array(result, "setup", "singular_value")
    figure = pyplot.figure(figsize=(13, 16.5), layout="constrained")
    parts: Any = figure.subfigures(3, 1, height_ratios=(5.4, 5.6, 5.5))
    upper, middle, lower = parts
    for ax, name in zip(upper.subplots(1, len(NETWORKS)), NETWORKS, strict=True):
        draw_strengths(strengths(result, name), singular, name, ax)
    plots.shared_legend(upper, singular["mode"], "mode")
    axes = middle.subplots(1, 2)
    draw_losses(result, NETWORKS, axes[0])
    axes[0].set_title("losses: lines predicted, markers measured", fontsize="medium")
    draw_coefficients(result, axes[1])
    _pictures(result, lower)
    return figure


def draw_coefficients(result: xr.DataTree, ax: Axes) -> None:
    """Draw all kernel coefficients of the first trial, the dominant ones and the cascade named."""
    measured = results.array(result, f"observed/{CNN}", "kernel_magnitude").isel(trial=0)
    measured = measured.transpose("frequency", "update")
    known = foreseen(result, CNN)
    drawn = measured
    if known is not None:
        drawn = known[1]["kernel_magnitude"].isel(trial=0).transpose("frequency", "update")
    grown = frequencies.cascade(drawn)
    others = [f for f in frequencies.dominant(drawn, NAMED) if f != grown]
    chosen = ([] if grown is None else [grown]) + others
    chosen = chosen[:NAMED]
    updates, last = drawn["update"].values, drawn.dropna("update").isel(update=-1).values
    for number in range(len(drawn)):
        if number not in chosen:
            ax.plot(updates, drawn.values[number], color="0.75", lw=0.5, zorder=1)
    styles = [plots.line_style(number) for number in HIGHLIGHTED_FIRST[: len(chosen)]]
    for number, (place, style) in enumerate(zip(chosen, styles, strict=True)):
        width = 2.8 if place == grown else 1.3
        ax.plot(updates, drawn.values[place], **style, lw=width, zorder=3)
        every = plots.marker_step(measured.values[place])
        start = number * every // NAMED
        ax.plot(
            updates[start::every],
            measured.values[place, start::every],
            ls="",
            marker=plots.MARKERS[number],
            ms=4,
            mfc="white",
            color=style["color"],
            zorder=4,
        )
    ax.set(yscale="log", xlabel="updates", ylabel="kernel coefficient |k_f|")
    top = last.max()
    ax.set_ylim(max(min(np.percentile(last, 5) / 2, top / 100), top / 1e5), 2 * top)
    ax.set_xlim(updates[0], updates[-1])
    names = frequencies.names(drawn, frequencies.image_side(result))
    plots.end_labels(
        ax, list(last[chosen]), [names[place] for place in chosen], [s["color"] for s in styles]
    )
    ax.set_title(
        "all kernel coefficients, first trial: "
        + ("network" if known is None else f"lines {known[0]}, markers network")
        + ";\nthe largest with their (u, v)"
        + ("" if grown is None else "; thick: the one that grows in most bursts"),
        fontsize="medium",
    )


def _pictures(result: xr.DataTree, figure) -> None:
    kernel = results.array(result, f"observed/{CNN}/pictures", "kernel")
    rows = results.array(result, f"observed/{FULLY_CONNECTED}/pictures", "rows")
    columns = max(kernel.sizes["moment"], rows.sizes["moment"])
    axes = figure.subplots(1 + rows.sizes["row"], columns, squeeze=False)
    figure.suptitle(
        "first trial: weights when the network discovers a mode, and at the end; above: updates "
        "(grey: 0; each image on a scale of its own)",
        fontsize="medium",
    )
    for ax in axes.ravel():
        ax.axis("off")
    shown = {"CNN: kernel": kernel} | {
        f"fully connected: row {row + 1}": rows.isel(row=row) for row in range(rows.sizes["row"])
    }
    for place, (name, images) in enumerate(shown.items()):
        for ax, moment in zip(axes[place], range(images.sizes["moment"]), strict=False):
            ax.axis("on")
            image = images.isel(moment=moment)
            plots.picture(image, ax, title=f"{int(image['moment'])}" if place < 2 else "")
        axes[place, 0].set_ylabel(name, fontsize="small")
