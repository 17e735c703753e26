"""Figures of drums of any shape, from the tree alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.drum.hearing import counted, weyl_mean
from validation import plots, results
from validation.drum.deviations import stack
from validation.drum.fundamental import CLOSED, FUNDAMENTAL, NETWORK
from validation.drum.shapes.drawing import label, wall, window
from validation.drum.shapes.patterns import patterns
from validation.drum.shapes.units import MEASURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN_SAMPLES = 400


def drawn(result: xr.DataTree) -> dict[str, Figure]:
    """Return all figures by their titles."""
    forecast = result["forecast"].children
    figures = {
        "drum": drum(result),
        "nodal patterns": patterns(result),
        "fundamental": budget(result),
    }
    if "heard" in forecast:
        figures["heard shape"] = heard(result)
    if "cost" in forecast:
        figures["accuracy"] = accuracy(result)
    return figures


# --- the drum -------------------------------------------------------------------------------------


def drum(result: xr.DataTree) -> Figure:
    """The mask within its outline, its eigenvalues with their errors, its sound and its spectrum."""
    from matplotlib import pyplot

    setup = results.dataset(result, "setup")
    names = setup["drum"].values
    figure, axes = pyplot.subplots(
        len(names), 4, figsize=(18, 4.4 * len(names)), layout="constrained", squeeze=False
    )
    for row, name in zip(axes, names, strict=True):
        _mask(setup.sel(drum=name), row[0], str(name))
        _eigenvalues(result, str(name), row[1])
        _wave(result, str(name), row[2])
        _spectrum(result, str(name), row[3])
    return figure


def _mask(one: xr.Dataset, ax: Any, name: str) -> None:
    free, places = one["free"].values > 0, one["places"].values
    ax.plot(
        *places[free].T, ".", ms=2, color=plots.COLOURS[5], label=f"{free.sum()} free nodes",
        rasterized=True,
    )  # fmt: skip
    wall(one, ax)
    for node, marker, said in ((one["strike"], "*", "struck"), (one["listen"], "o", "heard")):
        place = places[tuple(node.values)]
        ax.plot(*place, marker, ms=13, mfc="none", mec=plots.COLOURS[1], mew=1.8, ls="", label=said)
    unit, seen = one["places"].attrs["units"], window(one)
    ax.set(title=name, aspect="equal", xlabel=f"x ({unit})", ylabel=f"y ({unit})")
    ax.set(xlim=seen[:, 0], ylim=seen[:, 1])
    plots.legend_below(ax, 3)


def _eigenvalues(result: xr.DataTree, name: str, ax: Any) -> None:
    """How far the mask's eigenvalues are from the drum's own, and how well those are known."""
    masks = results.dataset(result, "forecast/masks").sel(drum=name)
    mode, mask = masks["mode"].values, masks["eigenvalue"].values
    ax.set_xlabel("mode")
    ax.xaxis.get_major_locator().set_params(integer=True)
    if "spectra" not in result["forecast"].children:
        ax.plot(mode, mask, "s", mfc="white", color=plots.COLOURS[1])
        ax.set(ylabel=label(masks["eigenvalue"]), title="eigenvalues of the mask")
        return
    spectra = results.dataset(result, "forecast/spectra").sel(drum=name)
    values, errors = spectra["eigenvalue"].values, spectra["error"].values
    known = values[np.nanargmin(errors, axis=0), np.arange(len(mode))]
    ax.semilogy(
        mode, np.abs(mask / known - 1), "s", mfc="white", color=plots.COLOURS[1], label="mask: its deviation"
    )  # fmt: skip
    for number, solver in enumerate(spectra["solver"].values):
        if np.isfinite(errors[number]).any():
            style = plots.line_style(number + 2) | {"lw": 0.8, "marker": "."}
            ax.semilogy(mode, errors[number] / known, **style, label=f"{solver}: its error bar")
    ax.set(ylabel="relative to the eigenvalue", title="how well eigenvalues are known")
    plots.legend_below(ax, 2)


def _wave(result: xr.DataTree, name: str, ax: Any) -> None:
    signal = results.array(result, "observed/sound", "signal").sel(drum=name).values[:SHOWN_SAMPLES]
    setup = results.dataset(result, "setup")
    step = float(setup["time_step"][0])
    ax.plot(step * np.arange(len(signal)), signal, color=plots.COLOURS[5], lw=0.8)
    ax.set(xlabel="time", ylabel="displacement heard", title="the first samples of its sound")


def _spectrum(result: xr.DataTree, name: str, ax: Any) -> None:
    magnitude = results.array(result, "observed/spectrum", "magnitude").sel(drum=name)
    ladder = results.ladder(result, FUNDAMENTAL)
    first = {"time_step": ladder.rung(CLOSED)["time_step"].values[0], "drum": name}
    predicted = float(ladder.rung(CLOSED).sel(first))
    frequency = magnitude["frequency"].values
    shown = frequency <= 8 * predicted
    ax.semilogy(
        frequency[shown], magnitude.values[shown] / magnitude.values.max(), color=plots.COLOURS[5], lw=0.9,
        label="network",
    )  # fmt: skip
    ax.axvline(predicted, color=plots.COLOURS[1], ls="--", label="closed-form bin")
    share = float(results.dataset(result, "setup")["share"])
    ax.axhline(share, color=plots.COLOURS[7], ls=":", label=f"heard from {100 * share:g} % on")
    ax.set(
        xlabel="frequency (cycles / time)",
        ylabel="magnitude, of the loudest",
        title=f"spectrum at time step {first['time_step']:.3g}",
    )
    plots.legend_below(ax, 2)


# --- the fundamental ------------------------------------------------------------------------------


def budget(result: xr.DataTree) -> Figure:
    """The deviation of the network's fundamental from the drum's own, in parts, at each time step."""
    from matplotlib import pyplot

    ladder = results.ladder(result, FUNDAMENTAL)
    measured = ladder.rung(NETWORK)
    names = measured["drum"].values
    figure, axes = pyplot.subplots(
        1,
        len(names),
        figsize=(6.5 * len(names), 4.8),
        layout="constrained",
        squeeze=False,
        sharey=True,
    )
    labels = [f"{step:.3g}" for step in measured["time_step"].values]
    places = np.arange(len(labels))
    for ax, name in zip(axes[0], names, strict=True):
        stack(ladder, {"drum": name}, places, ax)
        ax.set(xticks=places, xticklabels=labels, xlabel="time step", title=str(name))
        plots.legend_below(ax, 3)
    axes[0, 0].set_ylabel(f"deviation, 100 ln({NETWORK}/{ladder.rungs[0].name})")
    return figure


# --- hearing --------------------------------------------------------------------------------------


def heard(result: xr.DataTree) -> Figure:
    """What is heard from more and more eigenvalues beside the drum's own; the count beside Weyl's mean."""
    from matplotlib import pyplot

    found = results.dataset(result, "forecast/heard")
    setup = results.dataset(result, "setup")
    figure, axes = pyplot.subplots(1, 4, figsize=(19, 4.4), layout="constrained")
    for ax, name in zip(axes, MEASURES, strict=False):
        for one, style, lw in _in_layers(found["drum"].values):
            ax.semilogx(
                found["count"],
                found[name].sel(drum=one),
                **style,
                lw=2 * lw,
                marker="o",
                ms=5 * lw,
                label=f"{one}: heard",
            )
            ax.axhline(
                float(setup[name].sel(drum=one)),
                color=style["color"],
                lw=lw,
                label=f"{one}: its own",
            )
        ax.set(
            xlabel="lowest eigenvalues used",
            ylabel=label(found[name]),
            title=name.replace("_", " "),
        )
        ax.set_xticks(found["count"].values, [str(n) for n in found["count"].values])
        ax.minorticks_off()
    _weyl(result, axes[3])
    of_all = axes[0].get_legend_handles_labels()
    figure.legend(*of_all, loc="outside lower center", ncols=4, fontsize="small", frameon=False)
    return figure


def _in_layers(names: np.ndarray) -> Iterator[tuple[str, dict[str, Any], float]]:
    """Return drums with their lines' styles and widths: of two that sound alike each is seen."""
    for number, name in enumerate(names):
        yield str(name), plots.line_style(number), 0.8 + 1.1 * (len(names) - 1 - number)


def _weyl(result: xr.DataTree, ax: Any) -> None:
    """The number of eigenvalues minus Weyl's mean of it, with the drum's own measures, in its colour."""
    many = results.array(result, "forecast/many", "eigenvalue")
    setup = results.dataset(result, "setup")
    for one, style, lw in _in_layers(many["drum"].values):
        own = setup.sel(drum=one)
        values = many.sel(drum=one).values
        measures = (float(own[name]) for name in MEASURES)
        left = counted(values, values) - weyl_mean(values, *measures)
        ax.plot(values, left, **style, lw=lw)
    ax.axhline(0, color="black", lw=0.8)
    ax.set(
        xlabel=label(many),
        ylabel="eigenvalues up to it, minus Weyl's mean",
        title=f"Weyl's law, {many.sizes['mode']} eigenvalues",
    )


def accuracy(result: xr.DataTree) -> Figure:
    """Error of the first eigenvalue against the unknowns that each method solves for.

    The grid's curve has a kink where walls lie on lines of the finer grids and not of the coarser ones.
    """
    from matplotlib import pyplot

    cost = results.dataset(result, "forecast/cost")
    known = float(cost.attrs["known_to"])
    figure, ax = pyplot.subplots(figsize=(9, 6), layout="constrained")
    for number, way in enumerate(cost["way"].values):
        one = cost.sel(way=way).dropna("level", subset=["unknowns"])
        style = plots.line_style(number)
        # what is nearer to the reference than that is known cannot be told apart
        error = np.maximum(one["relative_error"], known)
        ax.loglog(one["unknowns"], error, **style, marker="o", label=str(way))
        if np.isfinite(one["estimate"]).any():
            ax.loglog(
                one["unknowns"], one["estimate"], color=style["color"], ls=":", marker="_", lw=1
            )
    ax.axhline(
        known,
        color="black",
        lw=0.8,
        ls="--",
        label=f"reference ({cost.attrs['reference']}): known to {known:.0e}",
    )
    ax.plot([], [], color="black", ls=":", marker="_", lw=1, label="error that a method states")
    ax.set(
        xlabel="unknowns",
        ylabel="relative error of the first eigenvalue",
        title=f"{cost.attrs['drum']}: accuracy against cost; what is nearer than known lies on the line",
    )
    plots.legend_below(ax, 3)
    return figure
