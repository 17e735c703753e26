"""How near the first set's vectors are to their means: Gram-Schmidt against the symmetric basis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import results
from validation.latent_basis.figures.columns import (
    column_axes,
    label_names,
    legend_of,
    networks,
    seeds,
    title,
)
from validation.latent_basis.preparing import METHODS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILLS = (("#E8B48A", "//"), ("#B8D4E8", ""))


def cosines(result: xr.DataTree) -> Figure:
    """cos(eta, xi) label by label, of both bases: a bar for the first seed, a dot for each."""
    figure, axes = column_axes(result, 1, (6.2, 4.2), sharey=True)
    seen = results.array(result, "observed/decoded", "cosine")
    for ax, name in zip(axes[0], networks(result), strict=True):
        _bars(result, seen.sel(network=name), ax)
        ax.set_title(f"{name}: {_means(seen.sel(network=name), result)}", fontsize="medium")
    axes[0, 0].set(ylabel="cosine of a mean and its vector", ylim=(0, 1.03))
    legend_of(figure, axes[0, 0])
    figure.suptitle(title(result, "what making the first set orthogonal costs each label"))
    return figure


def _bars(result: xr.DataTree, seen: xr.DataArray, ax: Axes) -> None:
    labels = label_names(result)
    places = np.arange(len(labels))
    for side, (method, (colour, hatch)) in enumerate(zip(METHODS, FILLS, strict=True)):
        values = seen.sel(basis=method).isel(vector=slice(len(labels)))
        across = places + 0.4 * (side - 0.5)
        first, *_ = values.transpose("seed", "vector").values
        ax.bar(across, first, 0.38, color=colour, hatch=hatch, edgecolor="black", label=method)
        if len(seeds(result)) > 1:
            dots = values.transpose("vector", "seed").values
            shown = np.repeat(across, dots.shape[1]), dots.ravel()
            words = "one seed" if side else None
            ax.plot(*shown, "o", ms=3.5, mfc="white", color="black", label=words)
    ax.set_xticks(places, labels, rotation=60 if max(map(len, labels)) > 3 else 0)
    ax.set_xlabel("label")


def _means(seen: xr.DataArray, result: xr.DataTree) -> str:
    first = seen.isel(vector=slice(len(label_names(result)))).mean(["seed", "vector"])
    return ", ".join(f"{method} {float(first.sel(basis=method)):.3f}" for method in METHODS)
