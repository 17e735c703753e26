"""The data set and its modes: Fig 2, S.3 and S.4 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW = 5  # classes up to which the entries of U are written out


def data(result: xr.DataTree) -> Figure:
    """Fig 2 of the paper: class means, U, S and V of the input-output correlation, and the modes.

    Above the mean image of each class, U as a table and S as bars. Below a row for each mode: its
    right singular vector, and what the mode contributes to each class, left times right: the first
    mode says what classes have in common, later ones tell them apart.
    """
    from matplotlib import pyplot

    setup = results.dataset(result, "setup")
    modes, classes = setup.sizes["mode"], setup.sizes["label"]
    cell = 1.35 if classes <= FEW else 0.95
    width = max(cell * (classes + 1) + 1.0, 9.0)
    figure = pyplot.figure(figsize=(width, 4.2 + cell * (modes + 2)), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=(3.2, cell * (modes + 2)))
    above, below = parts
    axes = above.subplots(1, 2, width_ratios=(1, 1.2))
    _left(setup, axes[0])
    _singular_values(setup, axes[1])
    _modes(setup, below, modes, classes)
    return figure


def _left(setup: xr.Dataset, ax: Axes) -> None:
    left = setup["left_singular_vector"].transpose("label", "mode")
    ax.imshow(left.values, cmap="gray", vmin=-1, vmax=1, aspect="auto")
    ax.set(
        title="U: left singular vectors (grey: 0, white: 1)",
        xlabel="mode",
        ylabel="class",
        xticks=range(left.sizes["mode"]),
        xticklabels=left["mode"].values,
        yticks=range(left.sizes["label"]),
    )
    ax.title.set_fontsize("small")
    if left.sizes["label"] <= FEW:
        for (label, mode), value in np.ndenumerate(left.values):
            colour = "black" if value > -0.2 else "white"
            shown = f"{round(value, 2) + 0.0:.2f}"  # no negative zero
            ax.text(mode, label, shown, ha="center", va="center", color=colour)


def _singular_values(setup: xr.Dataset, ax: Axes) -> None:
    singular = setup["singular_value"]
    places = range(1, 1 + singular.sizes["mode"])
    bars = ax.bar(places, singular.values, color="#B8D4E8", edgecolor="black")
    ax.bar_label(bars, [f"{value:.3g}" for value in singular.values], fontsize="small")
    ax.set(title="S: singular values", xlabel="mode", ylabel="S", xticks=places)
    ax.title.set_fontsize("small")
    ax.margins(y=0.15)


def _modes(setup: xr.Dataset, figure, modes: int, classes: int) -> None:
    axes = figure.subplots(modes + 1, classes + 1, squeeze=False)
    figure.suptitle(
        "class means; below V, and each mode as left × right singular vector (grey: 0)",
        fontsize="medium",
    )
    means = setup["class_mean"]
    scale: dict[str, Any] = {
        "limit": float(np.abs(means.values).max()),
        "signed": bool((means < 0).any()),
    }
    axes[0, 0].axis("off")
    for label in range(classes):
        name = means["label"].values[label] if "label" in means.coords else label
        plots.picture(means.isel(label=label), axes[0, label + 1], title=f"class {name}", **scale)
    vectors, left = setup["right_singular_vector"], setup["left_singular_vector"]
    for mode in range(modes):
        row, vector = axes[mode + 1], vectors.isel(mode=mode)
        plots.picture(vector, row[0], title="V" if mode == 0 else "")
        row[0].set_ylabel(f"mode {int(setup['mode'][mode])}", fontsize="small")
        limit = float(np.abs(vector.values).max() * np.abs(left.isel(mode=mode).values).max())
        for label in range(classes):
            part = left.isel(label=label, mode=mode, drop=True) * vector
            plots.picture(part, row[label + 1], limit=limit)
