"""How often single images are read right, against the probability that was forecast for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_basis.figures.columns import column_axes, legend_of, networks, seeds, title
from validation.latent_basis.tables import deciles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RULES = {"qr absolute": (plots.COLOURS[2], "o"), "symmetric signed": (plots.COLOURS[3], "s")}
DEVIATIONS = 2.0


def reliability(result: xr.DataTree) -> Figure:
    """Hit rate of each decile of images against its forecast; and the difference in its own scatter."""
    figure, axes = column_axes(result, 2, (6.0, 3.9), sharey="row")
    for (ax, difference), name in zip(axes.T, networks(result), strict=True):
        for rule, (colour, marker) in RULES.items():
            for place in range(len(seeds(result))):
                label = f"{rule}, ±{DEVIATIONS:g} binomial sd" if place == 0 else None
                _rule(
                    result,
                    name,
                    rule,
                    place,
                    (ax, difference),
                    color=colour,
                    fmt=marker,
                    label=label,
                )
        least = max(0.0, min(ax.get_xlim()[0], ax.get_ylim()[0]))
        ax.plot([least, 1], [least, 1], color="0.5", lw=1, zorder=0, label="hit rate = forecast")
        ax.set(xlabel="forecast probability, mean of a decile of images")
        difference.axhline(0, color="0.5", lw=1, zorder=0)
        difference.set(xlabel="decile of the images, by their forecast")
        difference.set_xticks(range(1, 11))
        ax.set_title(name, fontsize="medium")
    axes[0, 0].set_ylabel("hit rate over the trials")
    axes[1, 0].set_ylabel("hit rate − forecast")
    legend_of(figure, axes[0, 0])
    figure.suptitle(title(result, "reliability of single images"))
    return figure


def _rule(
    result: xr.DataTree, name: str, rule: str, place: int, axes: tuple[Axes, Axes], **style
) -> None:
    at = {"network": name, "seed": seeds(result)[place]}
    said, seen = (results.dataset(result, g).sel(at) for g in ("forecast", "observed/trials"))
    predicted, hits = deciles(said, seen, rule)
    error = DEVIATIONS * scatter(said["reliability"].sel(way=rule).values, seen.sizes["trial"])
    style |= {"ms": 5, "lw": 1, "mfc": "white", "capsize": 2}
    axes[0].errorbar(predicted, hits, error, **style)
    beside = (list(RULES).index(rule) - 0.5) * 0.3 + 0.08 * place
    axes[1].errorbar(np.arange(1, 11) + beside, hits - predicted, error, **style)


def scatter(reliability: np.ndarray, trials: int) -> np.ndarray:
    """Return the standard deviation of each decile's hit rate over T trials: sqrt(sum P (1 - P)/T)/n."""
    parts = np.array_split(np.sort(reliability, kind="stable"), 10)
    return np.array([np.sqrt((p * (1 - p)).sum() / trials) / len(p) for p in parts])
