"""Test images with their masks, and what the networks read: Fig 6 of the paper, of whatever set runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import results
from validation.wave_rnn.figures import naming, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 6  # networks whose predictions are shown


def samples(result: xr.DataTree) -> Figure:
    """A column an image: the image, its mask, and the prediction of each network."""
    from matplotlib import pyplot

    shown = results.dataset(result, "observed/pictures")
    names = naming.networks(shown)[:MOST] if "prediction" in shown else []
    rows, columns = 2 + len(names), shown.sizes["picture"]
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(1.45 * columns + 0.6, 1.45 * rows + 0.9),
        layout="constrained",
        squeeze=False,
    )
    labels = naming.labels(result)
    for place in range(columns):
        here = shown.isel(picture=place)
        panels.picture(here["image"].values, axes[0, place])
        panels.classes(here["mask"].values, len(labels), axes[1, place])
        for ax, name in zip(axes[2:, place], names, strict=True):
            panels.classes(here["prediction"].sel(network=name).values, len(labels), ax)
    words = ["image", "mask", *(naming.called(name).replace(" ", "\n", 1) for name in names)]
    for ax, word in zip(axes[:, 0], words, strict=True):
        ax.set_ylabel(word, fontsize="small")
    panels.class_legend(figure, labels)
    said = "test images, masks, and what the networks read" if names else "test images and masks"
    figure.suptitle(naming.title(result, said, one_seed=bool(names)))
    return figure
