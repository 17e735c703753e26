"""The ladders of modes: five roads to one history, and what each idealisation costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.ladder import UNEXPLAINED, Ladder
from validation.wave_rnn.figures import naming
from validation.wave_rnn.modes import AMPLITUDES, NETWORK, START, TRAINED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def ladders(result: xr.DataTree) -> Figure:
    """The mode at the start with its budget; below, modes of the networks at both amplitudes."""
    from matplotlib import pyplot

    rows = 2 if naming.holds(result, f"ladders/{TRAINED}") else 1
    figure, axes = pyplot.subplots(
        rows, 2, figsize=(15.5, 4.9 * rows), layout="constrained", squeeze=False
    )
    start = results.ladder(result, START)
    histories(start, axes[0, 0])
    costs(start, axes[0, 1])
    if rows > 1:
        for ax, amplitude in zip(axes[1], AMPLITUDES, strict=True):
            misses(results.ladder(result, TRAINED), amplitude, ax)
    figure.suptitle("one mode on all roads, from the wave equation to the network")
    return figure


def histories(ladder: Ladder, ax: Axes | None = None) -> Axes:
    """Draw every rung of a mode over time, the network as markers."""
    ax = _axes(ax)
    for number, rung in enumerate(ladder.rungs):
        if rung.name == NETWORK:
            every = slice(None, None, plots.marker_step(rung.value.values))
            ax.plot(rung.value["time"][every], rung.value[every], "o", color="black", mfc="white",
                    label=rung.name)  # fmt: skip
        else:
            ax.plot(rung.value["time"], rung.value, **plots.line_style(1 + number), label=rung.name)
    ax.set_title(ladder.name, fontsize="medium")
    ax.set_xlabel("time t = n dt")
    ax.set_ylabel("amplitude of the mode")
    plots.legend_below(ax, 5)
    return ax


def costs(ladder: Ladder, ax: Axes | None = None) -> Axes:
    """Draw what each idealisation costs over time, and the size that was predicted; logarithmic."""
    ax = _axes(ax)
    for number, source in enumerate(ladder.sources):
        style = plots.line_style(1 + number)
        found = abs(ladder.difference(source))
        ax.semilogy(found["time"], found, **style, label=source)
        if source in ladder.predictions:
            said = abs(ladder.predictions[source].value / ladder.scale).values
            every = slice(3, None, plots.marker_step(said))
            ax.semilogy(found["time"][every], said[every], ls="", marker="D", ms=4, mfc="white",
                        color=style["color"], label="predicted" if number == 0 else None)  # fmt: skip
    ax.set_title("what each step costs", fontsize="medium")
    ax.set_xlabel("time t = n dt")
    ax.set_ylabel(f"|difference|, in {ladder.scale_name}")
    ax.set_ylim(bottom=1e-6)
    plots.legend_below(ax, 5)
    return ax


def misses(ladder: Ladder, amplitude: str, ax: Axes | None = None) -> Axes:
    """Draw the largest difference of each step of the networks' ladder, a dot a network, seed and wave."""
    ax = _axes(ax)
    colours = {source: plots.COLOURS[1 + n] for n, source in enumerate(ladder.sources)}
    for place, source in enumerate(ladder.sources):
        gap = abs(ladder.difference(source)).sel(amplitude=amplitude)
        values = gap.max([d for d in gap.dims if d in ("time", "hidden")]).values.ravel()
        spread = np.linspace(-0.28, 0.28, len(values)) if len(values) > 1 else np.zeros(1)
        ax.semilogy(place + spread, np.maximum(values, 1e-18), ls="", marker="o", ms=4, mfc="none",
                    color=colours[source])  # fmt: skip
    words = [
        "what is left" if source == UNEXPLAINED else source.replace(" and ", "\nand ")
        for source in ladder.sources
    ]
    ax.set_xticks(range(len(words)), words)
    ax.set_title(
        f"{ladder.name}, amplitude {amplitude}: a dot a wave of a network", fontsize="medium"
    )
    ax.set_ylabel(f"largest |difference|,\nin {ladder.scale_name}")
    return ax


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(layout="constrained")[1]
