"""Dominant frequencies of modes that share none: Fig 4 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.competition import SPECTRUM
from validation.linear_cnn.figures import frequencies
from validation.linear_cnn.figures.curves import over_trials, strengths
from validation.linear_cnn.figures.strengths import draw_strengths
from validation.linear_cnn.learning import CNN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_IMAGES = 5
HATCHES = ("", "//", "..", "xx", "\\\\", "++", "oo", "--", "**", "||")


def competition(result: xr.DataTree) -> Figure:
    """Fig 4 of the paper: the frequencies of a mode compete, and the largest of its spectrum wins.

    Class images and spectra; mode strengths; every coefficient of the kernel, the clock's law
    against the network; the spectrum at the end, forecast from the start against measured; and
    what drives and inhibits winner and first loser of the first mode.
    """
    from matplotlib import pyplot

    foreseen = results.dataset(result, "forecast/competition")
    figure = pyplot.figure(figsize=(13.5, 14.5), layout="constrained")
    parts: Any = figure.subfigures(3, 1, height_ratios=(4, 5.6, 5.2))
    upper, middle, lower = parts
    images, bars = upper.subfigures(1, 2, width_ratios=(1, 1.35))
    _class_images(result, images)
    style = _Style(foreseen, frequencies.image_side(result))
    _bars(foreseen, style, bars.subplots())
    axes = middle.subplots(1, 2, width_ratios=(0.8, 1))
    singular = results.array(result, "setup", "singular_value")
    draw_strengths(strengths(result, CNN), singular, CNN, axes[0])
    plots.legend_of(singular["mode"], "mode", axes[0])
    _coefficients(result, style, axes[1])
    axes = lower.subplots(1, 3)
    _ends(result, foreseen, style, axes[0])
    _terms(foreseen, style, axes[1:])
    return figure


class _Style:
    """Name, mode and rank of each frequency, and how it is drawn: colour a mode, dashes a rank.

    Parameters
    ----------
    foreseen : xr.Dataset
        `mode_of_frequency` and `magnitude`, (frequency,).
    side : int
        n.
    """

    def __init__(self, foreseen: xr.Dataset, side: int):
        self.names = frequencies.names(foreseen["magnitude"], side)
        self.modes = foreseen["mode_of_frequency"].values
        size = foreseen["magnitude"].values
        self.order = np.lexsort((-size, self.modes))
        self.ranks = np.empty(len(size), int)
        for mode in np.unique(self.modes):
            own = [f for f in self.order if self.modes[f] == mode]
            self.ranks[own] = range(len(own))

    def line(self, place: int) -> dict:
        """Return colour, dashes and width of a frequency."""
        rank = int(self.ranks[place])
        return {
            "color": plots.line_style(int(self.modes[place]) - 1)["color"],
            "ls": plots.DASHES[rank % len(plots.DASHES)],
            "lw": 2.4 if rank == 0 else 1.2,
        }

    def marker(self, place: int) -> dict:
        """Return the marker of a frequency: the winner's filled."""
        colour = self.line(place)["color"]
        marker = plots.MARKERS[int(self.ranks[place]) % len(plots.MARKERS)]
        return {
            "marker": marker,
            "ls": "",
            "color": colour,
            "mfc": colour if self.ranks[place] == 0 else "white",
        }

    def label(self, place: int) -> str:
        """Return mode and frequency, and whether it wins."""
        ends = "loses" if self.ranks[place] else "wins"
        return f"mode {self.modes[place]}: {self.names[place]} {ends}"


def _class_images(result: xr.DataTree, figure) -> None:
    means = results.array(result, "setup", "class_mean")
    count = min(means.sizes["label"], MOST_IMAGES)
    axes = figure.subplots(1, count, squeeze=False)
    for label, ax in enumerate(axes[0]):
        signed = bool((means < 0).any())
        plots.picture(means.isel(label=label), ax, title=f"class {label}", signed=signed)
    figure.suptitle("class images" + (f", the first {count}" * (count < means.sizes["label"])),
                    fontsize="medium")  # fmt: skip


def _bars(foreseen: xr.Dataset, style: _Style, ax: Axes) -> None:
    heights = foreseen["magnitude"].values[style.order]
    for place, (number, height) in enumerate(zip(style.order, heights, strict=True)):
        mode = int(style.modes[number])
        ax.bar(
            place,
            height,
            color=style.line(number)["color"],
            alpha=1.0 if style.ranks[number] == 0 else 0.45,
            edgecolor="black",
            hatch=HATCHES[(mode - 1) % len(HATCHES)],
            label=f"mode {mode}" if style.ranks[number] == 0 else None,
        )
    names = [style.names[number] for number in style.order]
    turn = 90 if len(names) > 10 else 0
    ax.set_xticks(range(len(names)), names, rotation=turn, fontsize="small")
    ax.set(xlabel="frequency (u, v)", ylabel="magnitude v_f of the singular vector")
    ax.set_title("spectra of the right singular vectors; full colour: largest", fontsize="medium")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small", frameon=False)


def _coefficients(result: xr.DataTree, style: _Style, ax: Axes) -> None:
    ladder = results.ladder(result, SPECTRUM)
    law, measured = (r.value.mean("trial") for r in (ladder.rungs[0], ladder.rungs[-1]))
    trials = ladder.rungs[-1].value.sizes["trial"]
    updates = law["update"].values
    every = plots.marker_step(measured.values[0])
    for place in style.order:
        ax.plot(updates, law.values[place], **style.line(place))
        ax.plot(
            updates[::every],
            measured.values[place, ::every],
            ms=4.5,
            **style.marker(place),
            label=style.label(place),
        )
    ax.set(yscale="log", xlabel="updates", ylabel="kernel coefficient |k_f|")
    ax.set_title(
        f"kernel: lines the clock's law, markers {ladder.measurement}\n({over_trials(trials)})",
        fontsize="medium",
    )
    plots.legend_below(ax, 3)


def _ends(result: xr.DataTree, foreseen: xr.Dataset, style: _Style, ax: Axes) -> None:
    measured = results.ladder(result, SPECTRUM).rungs[-1].value
    last = measured.dropna("update").isel(update=-1).transpose("trial", "frequency").values
    expected = foreseen["end_magnitude"].transpose("trial", "frequency").values
    for place in style.order:
        ax.plot(expected[:, place], last[:, place], ms=6, **style.marker(place))
    ax.set(xscale="log", yscale="log")
    limits = (0.5 * min(expected.min(), last.min()), 2 * max(expected.max(), last.max()))
    ax.axline((limits[0], limits[0]), (limits[1], limits[1]), color="0.6", lw=1, zorder=0)
    ax.set(
        xlim=limits,
        ylim=limits,
        xlabel="|k_f| at the end, from the start alone",
        ylabel="|k_f| at the end, network",
    )
    ax.set_title("spectrum after training, every trial\n(filled: winners)", fontsize="medium")


def _terms(foreseen: xr.Dataset, style: _Style, axes) -> None:
    """Draw input and inhibition of the first mode's two largest frequencies, first trial."""
    own = [f for f in style.order if style.modes[f] == style.modes.min()]
    for ax, place in zip(axes, [*own[:2], None], strict=False):
        if place is None:
            ax.axis("off")
            continue
        one = foreseen.isel(frequency=place, trial=0)
        terms = {n: one[n].values for n in ("input", "self_inhibition", "lateral_inhibition")}
        net = terms["input"] - terms["self_inhibition"] - terms["lateral_inhibition"]
        signs = {"input": 1, "self_inhibition": -1, "lateral_inhibition": -1}
        for number, (name, values) in enumerate(terms.items()):
            ax.plot(
                one["update"],
                signs[name] * values,
                color=plots.COLOURS[(1, 2, 3)[number]],
                ls=plots.DASHES[number],
                label=name.replace("_", " "),
            )
        ax.plot(one["update"], net, color="black", lw=2.2, label="sum: growth of ln |k_f|")
        ax.axhline(0, color="0.6", lw=0.8)
        ax.set(xlabel="updates", ylabel="d ln|k_f| / dτ (1 / flow time)")
        ax.set_title(f"{style.label(place)}:\nwhy, first trial", fontsize="medium")
        plots.legend_below(ax)
