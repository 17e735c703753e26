"""Scores of all networks as bars, seeds as dots, the paper's beside them: Figs 11 and 12 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming
from validation.wave_rnn.paper_tables import paper_table
from validation.wave_rnn.score_tables import OURS
from validation.wave_rnn.scoring import TEST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METRICS = ("Acc", "IoU", "Loss", "FG-Acc", "FG-IoU", "FG-Loss")
FAMILIES = {"nwm": 1, "conv_lstm": 6, "cnn": 3, "unet": 4}  # colours
WIDTH = 0.38


def bars(result: xr.DataTree) -> Figure | None:
    """Six scores on test images; a dashed line is the predictor that says background everywhere."""
    from matplotlib import pyplot

    ours, printed = our_scores(result), paper_scores(result.attrs["case"])
    names = list(dict.fromkeys([*([] if ours is None else naming.networks(ours)), *printed]))
    if not names:
        return None
    figure, axes = pyplot.subplots(
        2,
        3,
        figsize=(min(max(12.0, 1.3 * len(names)), 16.0), 8.2),
        layout="constrained",
        sharex=True,
    )
    for ax, metric in zip(axes.ravel(), METRICS, strict=True):
        score(result, metric, names, ax)
    whose = {True: "test images", False: "the paper's, none were trained here"}[ours is not None]
    shown: dict[str, Any] = {}
    for ax in axes.ravel():
        shown |= dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure.legend(list(shown.values()), list(shown), loc="outside lower center", ncols=4,
                  frameon=False)  # fmt: skip
    figure.suptitle(naming.title(result, f"scores of the networks, {whose}"))
    return figure


def our_scores(result: xr.DataTree) -> xr.Dataset | None:
    """Return the scores on test images, if any network was trained."""
    if not naming.is_trained(result):
        return None
    return results.dataset(result, "observed/scores").sel(split=TEST)


def paper_scores(image_set: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the paper's mean and standard deviation, by network and metric; empty for other sets."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for number in (1, 2, 3, 4):
        table = paper_table(number)
        if image_set not in table["image_set"].values:
            continue
        here = table.sel(image_set=image_set)
        for name in here["network"].values:
            row = here.sel(network=name)
            for metric in (metric for metric in METRICS if metric in row):
                pair = tuple(float(row[metric].sel(statistic=s)) for s in ("mean", "sd"))
                if np.isfinite(pair[0]):
                    found.setdefault(str(name), {})[metric] = (pair[0], pair[1])
    return found


def constant_score(result: xr.DataTree, metric: str) -> float:
    """Return what the constant predictor scores: background everywhere, with the classes' shares."""
    said = results.dataset(result, "forecast")
    exact = {"FG-Acc": 0.0, "FG-IoU": 0.0}
    names = {"Acc": "accuracy", "Loss": "loss", "FG-Loss": "foreground_loss"}
    if metric in names:
        return float(said[f"constant_{names[metric]}"])
    if metric in exact:
        return exact[metric]
    return float(results.dataset(result, "observed/pictures")["constant_overlap"])


def score(result: xr.DataTree, metric: str, names: list[str], ax: Axes | None = None) -> Axes:
    """Draw one score of all networks: mean, a dot a seed, the paper's mean and deviation hatched."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    ours, printed = our_scores(result), paper_scores(result.attrs["case"])
    for place, name in enumerate(names):
        colour = plots.COLOURS[FAMILIES.get(name.partition(" ")[0], 7)]
        beside = metric in printed.get(name, {})
        if ours is not None and name in ours["network"].values:
            values = ours[OURS[metric]].sel(network=name).values
            at = place - WIDTH / 2 if beside else place
            ax.bar(at, values.mean(), WIDTH, color=colour, alpha=0.55, ec="black", lw=0.6,
                   label="mean of the seeds")  # fmt: skip
            ax.plot([at] * len(values), values, "o", color="black", mfc="white", ms=4.5,
                    label="a seed")  # fmt: skip
        if beside:
            mean, deviation = printed[name][metric]
            ax.bar(place + WIDTH / 2, mean, WIDTH, yerr=deviation, color="white", ec=colour, hatch="///",
                   lw=0.8, capsize=2, label="the paper, ±1 sd")  # fmt: skip
    ax.axhline(constant_score(result, metric), color="black", ls="--", lw=1,
               label="constant predictor")  # fmt: skip
    ax.set_xticks(range(len(names)), [naming.called(name) for name in names], rotation=60, ha="right",
                  rotation_mode="anchor", fontsize="small")  # fmt: skip
    ax.set_ylabel(f"{metric}{' (nat)' if 'Loss' in metric else ''}")
    if "Loss" not in metric:
        ax.set_ylim(-0.02, 1.02)
    else:
        ax.set_ylim(bottom=0)
    return ax
