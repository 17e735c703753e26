"""An impulse in space and time: the hard cone of the steps, and the front that is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves.range import front_radius
from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEARD = 1e-3
LEAST = 1e-9  # the darkest colour


def impulse(result: xr.DataTree, ax: Axes | None = None) -> Axes:
    """Space-time diagram on a logarithmic scale: cone, line r = t, Airy's front at 1e-3."""
    from matplotlib.colors import LogNorm

    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=(8.5, 6.2), layout="constrained")[1]
    seen = results.dataset(result, "observed/exhibits/impulse")
    size, step = seen["size"], float(seen.attrs["time_step"])
    drawn = ax.pcolormesh(
        size["x"],
        size["time"],
        np.ma.masked_equal(size.values, 0),
        norm=LogNorm(LEAST, 1),
        cmap="cividis",
        shading="nearest",
        rasterized=True,
    )
    ax.set_facecolor("white")
    ax.figure.colorbar(drawn, ax=ax, label=plots.label_of(size), extend="min")
    time = size["time"].values
    front = np.array([front_radius(t, HEARD, step) if t else 0.0 for t in time])
    lines: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "hard cone, a pixel a step": (time / step, {"color": plots.COLOURS[4], "ls": "-."}),
        "r = t": (time, {"color": "black", "ls": "-"}),
        f"front at {HEARD:g} of the maximum, Airy": (
            front,
            {"color": plots.COLOURS[2], "ls": "--"},
        ),
    }
    edge = float(size["x"].max())
    for words, (radius, style) in lines.items():
        for sign in (-1, 1):
            ax.plot(sign * radius, time, lw=2, label=words if sign > 0 else None, **style)
    ax.set(xlim=(-edge, edge), ylim=(0, time[-1]))
    ax.set_xlabel(plots.label_of(size["x"]))
    ax.set_ylabel("time t = n dt")
    ax.set_title(
        f"one pixel struck, Laplacian, dt = {step:g}: white is exactly 0", fontsize="medium"
    )
    plots.legend_below(ax, 3)
    return ax
