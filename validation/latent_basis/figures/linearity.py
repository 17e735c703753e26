"""How far generators are from linear, by the distance of two latents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import column_axes, faded, legend_of, networks, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = {"trained": (plots.COLOURS[1], "o", "-"), "untrained": (plots.COLOURS[6], "s", "--")}
UNRELATED = np.sqrt(3)
PLAIN = 1e-3  # numbers below are written as powers of ten


def linearity(result: xr.DataTree) -> Figure:
    """Deviation of the middle from the chord over half the chord, trained and untrained, all seeds."""
    figure, axes = column_axes(result, 1, (5.8, 4.4), sharey=True)
    seen = results.dataset(result, "observed/linearity")
    for ax, name in zip(axes[0], networks(result), strict=True):
        here = seen.sel(network=name)
        _lines(result, here, ax)
        order = float(here["order"].sel(way="trained").mean())
        if np.isfinite(order):  # of a linear generator nothing is left but rounding
            _guide(here, ax)
            ax.set_title(f"{name}: deviation of order {order:.2f}", fontsize="medium")
    axes[0, 0].set_ylabel("deviation from the chord\nover half of the chord")
    if axes[0, 0].get_ylim()[0] > PLAIN:
        plots.plain_logarithmic(axes[0, 0].yaxis)
    legend_of(figure, axes[0, 0])
    figure.suptitle(title(result, "effective linearity of the generator between two latents"))
    return figure


def _lines(result: xr.DataTree, here: xr.Dataset, ax: Axes) -> None:
    distance = here["distance"].values
    for way, (colour, marker, dashes) in STYLES.items():
        for place, line in enumerate(here["overall"].sel(way=way)):
            if np.isfinite(line).all():
                style: dict[str, Any] = {
                    "color": colour,
                    "marker": marker,
                    "ls": dashes,
                    "mfc": "white",
                }
                label = way if place == 0 else None
                ax.plot(distance, line, **style, **faded(place), label=label)
    ax.axhline(UNRELATED, color="0.4", lw=1, ls=":", label="unrelated images, √3")
    ax.set(xscale="log", yscale="log", xlabel="distance of the latents, in that of a pair")
    ax.set_xticks(distance, [_fraction(value) for value in distance])
    ax.set_xticks([], minor=True)


def _guide(here: xr.Dataset, ax: Axes) -> None:
    """Draw the slope of a deviation of second order, through the value at the least distance."""
    distance, line = here["distance"].values, here["overall"].sel(way="trained").values[0]
    guide = line[-1] * distance / distance[-1]
    ax.plot(distance, guide, color="0.6", lw=1, zorder=0, label="slope 1: deviation of order 2")


def _fraction(value: float) -> str:
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"
