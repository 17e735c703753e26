"""The deviation of the network's fundamental, in parts stacked on each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation import plots
from validation.ladder import Ladder

HATCHES = ("", "//", "..", "xx", "++")


def stack(ladder: Ladder, at: Mapping[str, Any], places: np.ndarray, ax: Any) -> None:
    """Stack the parts of the deviation on each other, negative below, and mark the measurement.

    Parameters
    ----------
    at : mapping
        What is selected of the ladder's dimensions, all but one.
    places : ndarray
        Where its points stand on the axis.
    """
    tops = {1: np.zeros(len(places)), -1: np.zeros(len(places))}
    for number, source in enumerate(ladder.sources):
        part = -100 * ladder.difference(source).sel(at).values
        bottom = np.where(part < 0, tops[-1], tops[1])
        ax.bar(
            places,
            part,
            0.7,
            bottom,
            color=plots.COLOURS[5 - number],
            edgecolor="black",
            lw=0.5,
            hatch=HATCHES[number % len(HATCHES)],
            label=source if part.any() else f"{source} (0 everywhere)",
        )
        tops[1] = tops[1] + np.maximum(part, 0)
        tops[-1] = tops[-1] + np.minimum(part, 0)
    whole = -100 * ladder.whole().sel(at).values
    ax.plot(places, whole, "D", color="black", mfc="white", ms=5, label="network, whole deviation")
    ax.axhline(0, color="black", lw=0.8)
    ax.use_sticky_edges = False  # of the bars: the highest would touch the frame
    ax.margins(y=0.08)
