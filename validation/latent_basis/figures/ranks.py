"""How often a label is among the largest magnitudes: Fig 5c of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import (
    column_axes,
    faded,
    legend_of,
    networks,
    seeds,
    title,
)
from validation.latent_basis.ladders import CLASSES, LAW, ONE
from validation.latent_basis.preparing import METHODS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNGS: dict[str, dict[str, Any]] = {
    ONE: {"color": plots.COLOURS[6], "ls": "--"},
    CLASSES: {"color": plots.COLOURS[3], "ls": "-."},
    LAW: {"color": plots.COLOURS[2], "ls": "-"},
}


def ranks(result: xr.DataTree) -> Figure:
    """Share of labels among the r largest magnitudes of both bases: laws and trials, all seeds."""
    figure, axes = column_axes(result, len(METHODS), (5.6, 3.6), sharex=True, sharey="row")
    for column, name in zip(axes.T, networks(result), strict=True):
        for ax, method in zip(column, METHODS, strict=True):
            _curves(result, name, method, ax)
        column[-1].set_xlabel("r")
    for row, method in zip(axes, METHODS, strict=True):
        row[0].set_ylabel(f"{method}: labels among\nthe r largest magnitudes")
    axes[0, 0].set_xscale("log")
    plots.plain_logarithmic(axes[0, 0].xaxis)
    legend_of(figure, axes[0, 0])
    more = f"; seed {seeds(result)[0]} in full, the others faint" if len(seeds(result)) > 1 else ""
    figure.suptitle(title(result, f"where the label's magnitude ranks{more}"))
    return figure


def _curves(result: xr.DataTree, name: str, method: str, ax: Axes) -> None:
    at = {"network": name, "basis": method}
    said = results.dataset(result, "forecast").sel(at)
    seen = results.array(result, "observed/trials", "ranks").sel(at).mean("trial")
    for place, seed in enumerate(seeds(result)):
        strength = faded(place)
        for rung, style in RUNGS.items():
            values = said[f"rank_{rung}"].sel(seed=seed)
            label = rung if place == 0 else None
            ax.plot(values["rank"], values, **style, **strength, label=label)
        found = seen.sel(seed=seed)
        ax.plot(
            found["rank"],
            found,
            "o",
            ms=4.5,
            color="black",
            mfc="white",
            alpha=strength["alpha"],
            label="trials" if place == 0 else None,
        )
