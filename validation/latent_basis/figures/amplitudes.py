"""Sorted magnitudes of images whose label comes first, second, third: Fig 6 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import faded, networks, seeds, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MERGED = 4  # bins of 1/40: few images have their label second or third


def amplitudes(result: xr.DataTree) -> Figure:
    """Magnitude over the largest against rank; densities of the second to fourth, by the label's rank."""
    from matplotlib import pyplot

    seen, names = results.dataset(result, "observed/profiles"), networks(result)
    places = [str(place) for place in seen["set"].values]
    figure, axes = pyplot.subplots(
        len(names),
        1 + len(places),
        figsize=(15, 3.6 * len(names) + 0.8),
        layout="constrained",
        squeeze=False,
        width_ratios=(1.4, *[1] * len(places)),
    )
    for row, name in zip(axes, names, strict=True):
        here = seen.sel(network=name)
        _profiles(here, row[0])
        row[0].set_ylabel(f"{name}\nmagnitude over the largest")
        for ax, place in zip(row[1:], places, strict=True):
            _densities(here.sel(set=place), ax)
            count = int(here["images"].sel(set=place)[0])
            ax.set_title(f"label {place}: {count} images", fontsize="medium")
        row[1].set_ylabel("density")
    for ax in axes[-1, 1:]:
        ax.set_xlabel("magnitude over the largest")
    _legend(axes[-1, 0])
    _legend(axes[-1, 2])
    more = f"; seed {seeds(result)[0]} in full, the others faint" if len(seeds(result)) > 1 else ""
    words = f"magnitudes of images whose label comes first, second, third (qr); triangles: medians{more}"
    figure.suptitle(title(result, words))
    return figure


def _legend(ax: Axes) -> None:
    plots.legend_below(ax, 3)


def _profiles(here: xr.Dataset, ax: Axes) -> None:
    for number, place in enumerate(here["set"].values):
        for at, line in enumerate(here["profile"].sel(set=place)):
            style = plots.line_style(number) | faded(at)
            label = f"label {place}" if at == 0 else None
            ax.plot(here["rank"], line, **style, label=label)
    ax.set_xscale("log")
    plots.plain_logarithmic(ax.xaxis)
    ax.set(xlabel="rank of the magnitude", ylim=(0, 1.03))
    ax.set_title("means over images", fontsize="medium")


def _densities(here: xr.Dataset, ax: Axes) -> None:
    """Draw the densities of one place of the label, with the median of each marked on the axis."""
    for number, rank in enumerate(here["kept"].values):
        for at, density in enumerate(here["density"].sel(kept=rank)):
            style = plots.line_style(number + 3) | faded(at)
            merged = density.coarsen(value=MERGED).mean()
            edges = np.linspace(0, 1, merged.size + 1)
            ax.stairs(merged, edges, **style, label=f"magnitude {rank}" if at == 0 else None)
        first = here["density"].sel(kept=rank)[0]
        if bool(np.isfinite(first).all()):
            ax.plot(median(first), 0, "^", ms=8, color=style["color"], mec="black", clip_on=False)
    ax.set(xlim=(0, 1), ylim=(0, None))


def median(density: xr.DataArray) -> float:
    """Return where half of a histogram from 0 to 1 lies below."""
    below = np.append(0, np.cumsum(density.values)) / density.values.sum()
    return float(np.interp(0.5, below, np.linspace(0, 1, density.size + 1)))
