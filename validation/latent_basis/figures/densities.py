"""Densities of latent entries, label by label: Fig 3 of the paper, for both heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots
from validation.latent_basis.figures.columns import (
    column_axes,
    first_seed,
    legend_of,
    networks,
    title,
)
from validation.latent_basis.looks import RANDOM
from validation.latent_basis.normal_bins import normal_density

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NORMAL = {"color": "0.45", "lw": 4, "alpha": 0.45, "zorder": 0}
SURE = 2.0  # standard errors of a density
MERGED = 4  # bins: single ones of encoded latents hold too few entries
ROWS = (
    "encoded test images:\ndensity of entries",
    "random latents:\ndensity of entries",
    "random latents:\ndensity − N(0, 1)",
)


def densities(result: xr.DataTree) -> Figure:
    """Encoded test images, random latents, and these less N(0, 1); a line a label."""
    seen = first_seed(result, "observed/densities").coarsen(value=MERGED).mean()
    figure, axes = column_axes(result, len(ROWS), (5.6, 3.0), sharex=True, sharey="row")
    normal = normal_density(seen["value"].values)
    for column, name in zip(axes.T, networks(result), strict=True):
        here = seen.sel(network=name)
        for ax, kind in zip(column, ("encoded", "random"), strict=False):
            ax.plot(here["value"], normal, **NORMAL, label="N(0, 1)")
            plots.trajectories(here[kind], ax, along="value", legend=False)
            ax.set(xlabel="", ylabel="")
        _difference(result, here["random"] - normal, name, column[2])
        column[0].set_title(_moments(result, name), fontsize="medium")
    for ax, words in zip(axes[:, 0], ROWS, strict=True):
        ax.set_ylabel(words)
    legend_of(figure, axes[0, 0])
    figure.suptitle(title(result, "densities of latent entries by label", one_seed=True))
    return figure


def _moments(result: xr.DataTree, name: str) -> str:
    parts = first_seed(result, "observed/parts").sel(network=name)
    mean, deviation = float(parts["mean_of_means"]), float(parts["mean_deviation"])
    return f"{name}: mean of µ {mean:.2f}, mean of σ {deviation:.2f}"


def _difference(result: xr.DataTree, difference: xr.DataArray, name: str, ax: Axes) -> None:
    """Draw densities of random latents less N(0, 1), and the scatter of the rarest label's."""
    setup = first_seed(result, "setup").sel(network=name)
    value = difference["value"].values
    entries = RANDOM * setup.sizes["latent"] * float(setup["share"].min())
    error = SURE * np.sqrt(normal_density(value) / (entries * (value[1] - value[0])))
    ax.fill_between(value, -error, error, color=NORMAL["color"], alpha=0.3, lw=0)
    plots.trajectories(difference, ax, along="value", legend=False)
    ax.set(xlabel="latent entry", ylabel="")
    ax.set_title(f"grey: ±{SURE:g} standard errors of the rarest label", fontsize="small")
