"""What decoding and truncation make of noisy images: the claim that truncation takes noise away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import column_axes, faded, legend_of, networks, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def noisy(result: xr.DataTree) -> Figure:
    """Accuracy, and pixel correlation with the clean image, against the noise: before and after."""
    figure, axes = column_axes(result, 2, (5.8, 3.6), sharex=True, sharey="row")
    seen = results.dataset(result, "observed/noisy")
    for (accuracy, correlation), name in zip(axes.T, networks(result), strict=True):
        here = seen.sel(network=name)
        _lines(here["classifier"], here["mean_decode"], here["truncated"], accuracy)
        after = here["decoded_correlation"], here["truncated_correlation"]
        _lines(here["correlation"], *after, correlation)
        correlation.set_xlabel("standard deviation of the noise, in half the contrast")
    axes[0, 0].set_ylabel("accuracy of the classifier")
    axes[1, 0].set_ylabel("pixel correlation\nwith the clean image")
    legend_of(figure, axes[0, 0])
    figure.suptitle(title(result, "noisy images, and what is decoded of them"))
    return figure


def _lines(before: xr.DataArray, decoded: xr.DataArray, kept: xr.DataArray, ax: Axes) -> None:
    """Draw the noisy images themselves, their decoded means, and those of few amplitudes; all seeds."""
    lines = {"noisy images": before, "decoded": decoded}
    lines |= {f"decoded, r = {r}": kept.sel(kept=r) for r in kept["kept"].values}
    for number, (label, values) in enumerate(lines.items()):
        for place, line in enumerate(values.transpose("seed", "noise")):
            style = plots.line_style(number) | {"marker": plots.MARKERS[number], "mfc": "white"}
            ax.plot(
                line["noise"], line, **style, **faded(place), label=label if place == 0 else None
            )
    ax.set_xticks(np.asarray(kept["noise"]))
