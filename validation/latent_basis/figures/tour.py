"""Latents on a tour through all labels, by four operators: Fig 8 of the paper, and what it should show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.columns import first_seed, label_names, networks, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {
    "quarter turn, symmetric": "proper rotation",
    "minimal rotation": "minimal rotation",
    "mean shift": "mean shift",
    "rank one": "the paper's, rank one",
}


def tour(result: xr.DataTree) -> Figure:
    """A column an input, a row a stop: by the operator of rank one all columns of a branch are the same."""
    from matplotlib import pyplot

    shown, tours = (first_seed(result, f"observed/{name}") for name in ("pictures", "tours"))
    names, labels = networks(result), label_names(result)
    y, x = shown["real"].shape[-2:]
    height = min(3.6 * len(labels) / shown.sizes["sample"] * y / x, 9.0)
    figure, axes = pyplot.subplots(
        len(names),
        len(NAMES),
        figsize=(15.5, (height + 0.9) * len(names) + 0.5),
        layout="constrained",
        squeeze=False,
    )
    limits = mosaic.grey_limits(shown)
    for row, name in zip(axes, names, strict=True):
        for ax, (operator, words) in zip(row, NAMES.items(), strict=True):
            pictures = stops(shown.sel(network=name, operator=operator))
            read = pictures["tour_label"].values
            matches = (read == np.arange(len(read))[:, None]).astype(float)
            mosaic.draw(pictures["tour"].values, limits, ax, matches=matches, rows=labels)
            ax.set_title(words, fontsize="medium")
            here = tours.sel(network=name, operator=operator)
            apart = float(here["diversity"].mean()) / float(
                tours["start_diversity"].sel(network=name)
            )
            arrived = float(here["rate"].mean())
            ax.set_xlabel(
                f"{arrived:.0%} arrive; distance of two\nimages {apart:.2f} of that at the start",
                fontsize="small",
            )
        row[0].set_ylabel(name)
    mosaic.frame_legend(figure, "decodes to the label aimed at", "to another")
    words = "encodings of the first label on a tour: rows by the label aimed at, a column an input"
    figure.suptitle(title(result, words, one_seed=True))
    return figure


def stops(shown: xr.Dataset) -> xr.Dataset:
    """Return the moments of a tour at which it starts and stops: one a label."""
    return shown.isel(moment=slice(None, None, int(shown.attrs["frames"])))
