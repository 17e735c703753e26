"""Losses over the updates: all networks learn figure and ground first, and wait on a plateau."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = ("loss", "foreground_loss", "foreground_accuracy")


def losses(result: xr.DataTree) -> Figure:
    """Loss, objects' loss and objects' accuracy on the validation images; a thin line a seed."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(15.5, 5), layout="constrained")
    for ax, field in zip(axes, PANELS, strict=True):
        course(result, field, ax)
    said = results.dataset(result, "forecast")
    _level(axes[0], float(said["constant_loss"]), "constant predictor", "--")
    _level(axes[1], float(said["constant_foreground_loss"]), "constant predictor", "--")
    count = len(naming.labels(result)) - 1
    _level(axes[1], float(said["plateau_loss"]), f"plateau: objects without class, ln {count}", ":")
    for ax in axes[:2]:
        ax.set_yscale("log")
        plots.plain_logarithmic(ax.yaxis)
    shown: dict[str, Any] = {}
    for ax in axes:
        shown |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure.legend(list(shown.values()), list(shown), loc="outside lower center", ncols=6,
                  frameon=False)  # fmt: skip
    figure.suptitle(naming.title(result, "training; thick: median of the seeds, thin: each seed"))
    return figure


def course(result: xr.DataTree, field: str, ax: Axes | None = None) -> Axes:
    """Draw one score over the updates."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    scores = results.dataset(result, "setup")[field]
    for name, style in naming.styles([str(n) for n in scores["network"].values]).items():
        here = scores.sel(network=name)
        thin = {"color": style["color"], "ls": style["ls"], "lw": 0.7, "alpha": 0.5}
        if here.sizes["seed"] > 1:
            ax.plot(scores["update"], here.transpose("update", "seed"), **thin)
        median = here.median("seed")
        every = plots.marker_step(median.values)
        style |= {"lw": 1.8, "mfc": "white", "ms": 5, "markevery": every}
        ax.plot(scores["update"], median, **style, label=naming.called(name))
    ax.set_xlabel("update")
    ax.set_ylabel(plots.label_of(scores))
    return ax


def _level(ax: Axes, height: float, words: str, dashes: str) -> None:
    ax.axhline(height, color="0.4", lw=1.2, ls=dashes, label=words)
