"""Labels that are read, image by image and trial by trial: Fig 5a and b of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import (
    column_axes,
    first_seed,
    label_names,
    legend_of,
    networks,
    seeds,
    title,
)
from validation.latent_basis.figures.mosaic import MATCH, MISS
from validation.latent_basis.ladders import LAW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RULES = {
    "qr absolute": (plots.COLOURS[2], "o"),
    "symmetric signed": (plots.COLOURS[3], "s"),
}
DEVIATIONS = 2.0


def trials(result: xr.DataTree) -> Figure:
    """A batch of test images, and the accuracy of every trial with its forecast mean and scatter."""
    figure, axes = column_axes(result, 2, (7.0, 3.9))
    for (batch, accuracy), name in zip(axes.T, networks(result), strict=True):
        _batch(result, name, batch)
        _accuracy(result, name, accuracy)
    low = min(ax.get_ylim()[0] for ax in axes[1])
    high = max(ax.get_ylim()[1] for ax in axes[1])
    for ax in axes[1]:
        ax.set_ylim(low, high)
    legend_of(figure, axes[1, 0])
    figure.suptitle(title(result, "labels that are read, of a batch and of all test images"))
    return figure


def _batch(result: xr.DataTree, name: str, ax: Axes) -> None:
    """Draw the true label of each image and the label of its largest magnitude."""
    shown = first_seed(result, "observed/pictures").sel(network=name)
    true, read = shown["picture_label"].values, shown["picture_read"].values
    labels, image = label_names(result), np.arange(1, len(true) + 1)
    foreign = read >= len(labels)  # a vector of a later set, whose label is that of its place
    wrong, read = (read != true), read % len(labels)
    ax.vlines(image[wrong], true[wrong], read[wrong], color=MISS, lw=0.8, ls=":")
    ax.plot(image[~wrong], true[~wrong], "o", color=MATCH, ms=7, label="read right")
    ax.plot(image[wrong], true[wrong], "o", color=MISS, mfc="white", ms=7, label="true label")
    ax.plot(
        image[wrong & ~foreign], read[wrong & ~foreign], "x", color=MISS, ms=7, label="read instead"
    )
    if (wrong & foreign).any():
        ax.plot(
            image[wrong & foreign],
            read[wrong & foreign],
            "+",
            color=MISS,
            ms=9,
            label="read instead, of a later set",
        )
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="test image of the batch", ylabel="label", xlim=(0, len(true) + 1))
    ax.set_title(
        f"{name}: {(~wrong).sum()} of {len(true)} read right (qr absolute)", fontsize="medium"
    )
    plots.legend_below(ax, 4)


def _accuracy(result: xr.DataTree, name: str, ax: Axes) -> None:
    """Draw the accuracy of all trials, those of each seed behind the last one's."""
    from matplotlib.ticker import MaxNLocator

    said = results.dataset(result, "forecast").sel(network=name)
    seen = results.dataset(result, "observed/trials").sel(network=name)
    setup = results.dataset(result, "setup").sel(network=name)
    count = seen.sizes["trial"]
    for place, seed in enumerate(seeds(result)):
        here, at = seen.sel(seed=seed), place * count + np.arange(1, count + 1)
        ends = place * count + np.array([0.5, count + 0.5])
        named = (lambda words: words) if place == 0 else (lambda words: None)
        right = float(setup["classifier_accuracy"].sel(seed=seed))
        ax.plot(ends, [right] * 2, color="black", lw=1.2, label=named("classifier, images"))
        ax.plot(
            at,
            here["encode_decode"],
            "^",
            color=plots.COLOURS[1],
            ms=6,
            mfc="none",
            zorder=3,
            label=named("classifier, encoded and decoded"),
        )
        for way, (colour, marker) in RULES.items():
            law = said.sel(seed=seed, way=way)
            mean, deviation = float(law[LAW]), float(law["trial_deviation"])
            band = mean - DEVIATIONS * deviation, mean + DEVIATIONS * deviation
            ax.fill_between(
                ends,
                *band,
                color=colour,
                alpha=0.18,
                lw=0,
                label=named(f"{way}, forecast ±{DEVIATIONS:g} sd"),
            )
            ax.plot(
                ends, [mean] * 2, color=colour, ls="--", lw=1.2, label=named(f"{way}, forecast")
            )
            ax.plot(at, here["accuracy"].sel(way=way), marker, color=colour, ms=4, label=named(way))
        if place:
            ax.axvline(ends[0], color="0.5", lw=0.8, ls=":")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    several = f", {count} of each seed" if len(seeds(result)) > 1 else ""
    ax.set(xlabel=f"trial{several}", ylabel="labels that are read right")
