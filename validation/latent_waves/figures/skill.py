"""Forecasts of the ring energies some frames ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation import plots, results
from validation.latent_waves.measuring import BY_STATED_P, WINDOW

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def skill(result: xr.DataTree) -> Figure:
    """Skill against lead: persistence, and the shift of one mode a frame, which has no parameter."""
    from matplotlib import pyplot

    found = results.dataset(result, "observed/skill")
    figure, ax = pyplot.subplots(figsize=(8, 5), layout="constrained")
    ways = [str(way) for way in found["way"].values]
    labels = [
        f"{way}, {found.attrs['stated_p']:.3g}" if way == BY_STATED_P else way for way in ways
    ]
    for number, (way, label) in enumerate(zip(ways, labels, strict=True)):
        ax.plot(
            found["lead"],
            found["skill"].sel(way=way),
            **plots.line_style(number),
            marker=plots.MARKERS[number],
            mfc="white",
            label=label,
        )
    ax.axhline(1, color="0.7", lw=0.8)
    ax.set_xticks(found["lead"].values)
    ax.set(xlabel="frames ahead", ylabel="skill: 1 − squared error / that of the time mean")
    first, last = (int(found.attrs[name]) for name in ("first", "last"))
    ax.set_title(
        f"{result.attrs['case']}: ring energies, means over {WINDOW} frames, within frames {first} to {last}",
        fontsize="medium",
    )
    plots.legend_below(ax)
    return figure
