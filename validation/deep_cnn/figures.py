"""Fig 6 of the paper, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import plots, results
from validation.ladder import Ladder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def fig6(result: xr.DataTree) -> Figure:
    """(a) Losses of the networks over batches; (b, c) effective singular values of each network."""
    from matplotlib import pyplot

    ladders = results.ladders(result)
    figure = pyplot.figure(figsize=(12, 9), layout="constrained")
    grid = figure.add_gridspec(2, len(ladders))
    _losses(result, ladders, figure.add_subplot(grid[0, :]))
    for column, ladder in enumerate(ladders):
        shared = figure.axes[1] if column else None
        _strengths(result, ladder, figure.add_subplot(grid[1, column], sharey=shared))
    for letter, ax in zip("abc", figure.axes, strict=False):
        ax.set_title(f"({letter}) {ax.get_title()}", fontsize="medium")
    plots.shared_legend(figure, results.array(result, "setup", "singular_value")["mode"], "mode")
    return figure


def _losses(result: xr.DataTree, ladders: list[Ladder], ax: Axes) -> None:
    forecast = results.dataset(result, "forecast")
    for number, ladder in enumerate(ladders):
        seen = results.dataset(result, f"observed/{ladder.name}")
        colour = plots.COLOURS[1 + number]
        for name, dashes in (("train_loss", "-"), ("test_loss", "--")):
            if name in seen:
                mean, spread = seen[name].mean("trial"), seen[name].std("trial")
                across = mean["update"]
                label = f"{ladder.name}, {name.partition('_')[0]}"
                ax.plot(across, mean, ls=dashes, color=colour, label=label)
                ax.fill_between(
                    across, mean - spread, mean + spread, color=colour, alpha=0.18, lw=0
                )
    for name, dashes in (("train", "-"), ("test", "--")):
        if f"affine_{name}_loss" in forecast:
            ax.axhline(
                float(forecast[f"affine_{name}_loss"]),
                ls=dashes,
                lw=0.9,
                color=plots.COLOURS[0],
                label=f"best affine map, {name} (forecast)",
            )
    ax.set(xlabel="batches", ylabel="mean squared error", ylim=(0, None))
    ax.set_title("losses" + _of_trials(seen.sizes["trial"]))
    ax.legend(fontsize="small", ncols=3)


def _strengths(result: xr.DataTree, ladder: Ladder, ax: Axes) -> None:
    strength = results.array(result, f"observed/{ladder.name}", "strength")
    strength["update"].attrs = {"long_name": "batches"}
    plots.trajectories(strength.mean("trial", keep_attrs=True), ax, along="update", legend=False)
    plots.measured_markers(strength, ax, along="update")
    for number, value in enumerate(ladder.rungs[0].value.isel(trial=0).values):
        ax.axhline(value, ls=":", lw=0.9, color=plots.line_style(number)["color"])
    ax.set_title(f"{ladder.name}: lines and markers network, dotted saturation at S (forecast)")


def _of_trials(trials: int) -> str:
    return f", mean and sd of {trials} trials" if trials > 1 else ""
