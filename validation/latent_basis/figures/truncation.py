"""Latents of which few amplitudes are kept: Fig 7 of the paper, beside what noise would keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.columns import (
    first_seed,
    label_names,
    networks,
    seeds,
    title,
)
from validation.latent_basis.ladders import TRAINING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DEVIATIONS = 2.0


def truncation(result: xr.DataTree) -> Figure:
    """Rows of one image, its latent decoded in full and from r amplitudes; accuracy and energy against r."""
    from matplotlib import pyplot

    names = networks(result)
    figure, axes = pyplot.subplots(
        len(names),
        3,
        figsize=(14.5, 6.2 * len(names) + 0.8),
        layout="constrained",
        squeeze=False,
        width_ratios=(1.1, 1, 1),
        sharey="col",
    )
    for row, name in zip(axes, names, strict=True):
        _pictures(result, name, row[0])
        _accuracy(result, name, row[1])
        _energy(result, name, row[2])
    for ax in axes[-1, 1:]:
        plots.legend_below(ax, 1)
    mosaic.frame_legend(figure, "decodes to the label of its image", "to another")
    figure.suptitle(title(result, "latents of which the r largest amplitudes are kept"))
    return figure


def _pictures(result: xr.DataTree, name: str, ax: Axes) -> None:
    """Draw the rows, the label below each picture."""
    shown = first_seed(result, "observed/pictures").sel(network=name)
    images = np.concatenate([shown["original"].values[:, None], shown["truncated"].values], axis=1)
    true, read = shown["row_label"].values[:, None], shown["truncated_label"].values
    matches = np.concatenate([np.full(true.shape, np.nan), read == true], axis=1)
    terms = [f"r = {r}" for r in np.atleast_1d(shown.attrs["terms"])]
    limits = mosaic.grey_limits(first_seed(result, "observed/pictures"))
    mosaic.draw(images, limits, ax, matches=matches, columns=["image", "all", *terms])
    names = label_names(result)
    for (row, column), label in np.ndenumerate(np.concatenate([true, read], axis=1)):
        ax.text(
            column + 0.97,
            row + 0.95,
            names[label],
            ha="right",
            va="bottom",
            fontsize="x-small",
            bbox={"facecolor": "white", "pad": 0.6, "lw": 0},
        )
    ax.tick_params(axis="x", rotation=0, labeltop=True, labelbottom=False)
    of_seed = f", seed {seeds(result)[0]}" if len(seeds(result)) > 1 else ""
    ax.set_title(f"{name}{of_seed}: labels in the corners", fontsize="medium")


def _accuracy(result: xr.DataTree, name: str, ax: Axes) -> None:
    parts = results.dataset(result, "observed/parts").sel(network=name)
    count = result["/forecast"].sizes["sample"]
    for place, here in enumerate(parts.transpose("seed", ...)["truncated"]):
        label = f"r largest, ±{DEVIATIONS:g} binomial sd" if place == 0 else None
        error = DEVIATIONS * np.sqrt(here * (1 - here) / count)
        style: dict[str, Any] = {
            "color": plots.COLOURS[2],
            "lw": 1.2,
            "ms": 5,
            "capsize": 2,
            "label": label,
        }
        ax.errorbar(here["kept"], here, error, fmt="o-", **style)
    for place, value in enumerate(parts["encode_decode_same"].values):
        label = "all amplitudes, the same latents" if place == 0 else None
        ax.axhline(value, color="black", ls="--", lw=1.2, label=label)
    _terms(parts, ax)
    ax.set(ylabel="accuracy of the classifier")
    ax.set_title(name, fontsize="medium")


def _energy(result: xr.DataTree, name: str, ax: Axes) -> None:
    said = results.dataset(result, "forecast").sel(network=name)
    seen = results.array(result, "observed/trials", "energy").sel(network=name).mean("trial")
    ax.plot(
        said["kept"],
        said["energy_noise"][0],
        color="0.4",
        ls=":",
        lw=2,
        label="of noise, $K_r$",
    )
    for place in range(seen.sizes["seed"]):
        of_training = said[f"energy_{TRAINING}"][place]
        words = ("training images, forecast", "trials") if place == 0 else (None, None)
        ax.plot(said["kept"], of_training, color=plots.COLOURS[1], ls="--", lw=1.2, label=words[0])
        ax.plot(seen["kept"], seen[place], "o", color="black", mfc="white", ms=5, label=words[1])
    _terms(said, ax)
    ax.set(ylabel="share of |z|² kept", ylim=(0, 1.03))
    ax.set_title(name, fontsize="medium")


def _terms(dataset: xr.Dataset, ax: Axes) -> None:
    ax.set_xscale("log")
    ax.set_xticks(dataset["kept"].values, [str(r) for r in dataset["kept"].values], minor=False)
    ax.set_xticks([], minor=True)
    ax.set_xlabel("amplitudes kept, r")
