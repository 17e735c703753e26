"""Real, encoded and decoded, and random pictures: Fig 2 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.columns import first_seed, networks, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRIDS = {
    "real": "test images",
    "decoded": "the same, encoded and decoded",
    "random": "random latents, decoded",
}
COLUMNS = 5


def batches(result: xr.DataTree) -> Figure:
    """Three grids a network; below, how much more like its image a picture is than like its label's."""
    from matplotlib import pyplot

    shown, seen = (first_seed(result, f"observed/{name}") for name in ("pictures", "noisy"))
    names, limits = networks(result), mosaic.grey_limits(shown)
    y, x = shown["real"].shape[-2:]
    figure, axes = pyplot.subplots(
        len(names),
        len(GRIDS),
        figsize=(10.5, 3.6 * len(names) * min(y / x, 2.0) + 0.6),
        layout="constrained",
        squeeze=False,
    )
    for ax, words in zip(axes[0], GRIDS.values(), strict=True):
        ax.set_title(words, fontsize="medium")
    for row, name in zip(axes, names, strict=True):
        here, like = shown.sel(network=name), seen.sel(network=name)
        for ax, grid in zip(row, GRIDS, strict=True):
            mosaic.draw(mosaic.in_rows(here[grid].values, COLUMNS), limits, ax)
        row[0].set_ylabel(name)
        row[1].set_xlabel(
            f"decoded means: pixel correlation {float(like['own']):.2f} with their\n"
            f"image, {float(like['other_decoded']):.2f} with another of its label",
            fontsize="small",
        )
    figure.suptitle(title(result, "what networks make of images", one_seed=True))
    return figure
