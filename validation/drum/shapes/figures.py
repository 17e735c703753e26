"""Figures of drums of any shape, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.drum.hearing import counted, weyl_mean
from validation import plots, results
from validation.drum.deviations import stack
from validation.drum.fundamental import CLOSED, FUNDAMENTAL, NETWORK
from validation.drum.shapes.units import MEASURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 6
OF_A_PAIR = 9  # modes that are shown of each of two drums
PANEL, TITLE = 2.3, 0.5  # inches: width of a pattern, height of what is said above it
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
    ax.plot(*places[free].T, ".", ms=2, color=plots.COLOURS[5], label=f"{free.sum()} free nodes")
    ax.plot(*one["outline"].values.T, color="black", lw=1.2)
    for node, marker, label in ((one["strike"], "*", "struck"), (one["listen"], "o", "heard")):
        place = places[tuple(node.values)]
        ax.plot(
            *place, marker, ms=13, mfc="none", mec=plots.COLOURS[1], mew=1.8, ls="", label=label
        )
    unit = one["places"].attrs["units"]
    ax.set(title=name, aspect="equal", xlabel=f"x ({unit})", ylabel=f"y ({unit})")
    ax.margins(0.06)
    _legend_below(ax, 3)


def _eigenvalues(result: xr.DataTree, name: str, ax: Any) -> None:
    """How far the mask's eigenvalues are from the drum's own, and how well those are known."""
    masks = results.dataset(result, "forecast/masks").sel(drum=name)
    mode, mask = masks["mode"].values, masks["eigenvalue"].values
    ax.set_xlabel("mode")
    ax.xaxis.get_major_locator().set_params(integer=True)
    if "spectra" not in result["forecast"].children:
        ax.plot(mode, mask, "s", mfc="white", color=plots.COLOURS[1])
        ax.set(ylabel=_label(masks["eigenvalue"]), title="eigenvalues of the mask")
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
    _legend_below(ax, 2)


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
    ax.axhline(share, color=plots.COLOURS[7], ls=":", label=f"{share:g}: heard from here on")
    ax.set(
        xlabel="frequency (cycles / time)",
        ylabel="magnitude, of the loudest",
        title=f"spectrum at time step {first['time_step']:.3g}",
    )
    _legend_below(ax, 2)


def _legend_below(ax: Any, columns: int) -> None:
    anchor = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.14)}
    ax.legend(**anchor, ncols=columns, fontsize="small", frameon=False)


def _label(array: xr.DataArray) -> str:
    return plots.label_of(array).replace("^2", "²")


# --- patterns -------------------------------------------------------------------------------------


def patterns(result: xr.DataTree) -> Figure:
    """The lowest modes with their nodal lines; of two drums, side by side."""
    from matplotlib import pyplot

    setup = results.dataset(result, "setup")
    masks = results.dataset(result, "forecast/masks")
    names = setup["drum"].values
    shown = masks.sizes["picture"] if len(names) == 1 else min(OF_A_PAIR, masks.sizes["picture"])
    columns = COLUMNS if len(names) == 1 else shown
    rows = -(-shown // columns) * len(names)
    height = PANEL * min(1.4, masks.sizes["y"] / masks.sizes["x"]) + TITLE
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(PANEL * columns, height * rows), layout="constrained", squeeze=False
    )
    places = [(name, k) for name in names for k in range(-(-shown // columns) * columns)]
    for ax, (name, k) in zip(axes.flat, places, strict=True):
        ax.set_axis_off()
        if k < shown:
            _pattern(setup.sel(drum=name), masks.sel(drum=name), k, ax)
    title = f"lowest modes: {_label(masks['eigenvalue'])}"
    if len(names) > 1:
        one, two = masks["eigenvalue"].values
        gap = float(np.abs(one / two - 1).max())
        title += f"; {masks.sizes['mode']} of both drums, relative difference {gap:.0e}"
        for row, name in zip(axes, names, strict=False):
            row[0].text(-0.06, 0.5, str(name), rotation=90, va="center", ha="right",
                        transform=row[0].transAxes, fontsize="large")  # fmt: skip
    figure.suptitle(title)
    return figure


def _pattern(one: xr.Dataset, masks: xr.Dataset, k: int, ax: Any) -> None:
    field = masks["pattern"].isel(picture=k).values
    x, y = np.moveaxis(one["places"].values, -1, 0)
    ax.pcolormesh(x, y, field, cmap="RdBu_r", vmin=-1, vmax=1, shading="nearest")
    # clamped nodes stay nan: with zeros there the line would follow the wall
    ax.contour(x, y, field, levels=[0.0], colors="black", linewidths=0.9)
    ax.plot(*one["outline"].values.T, color="black", lw=1.0)
    ax.set_aspect("equal")
    domains = int(masks["domains"][k])
    counted = f"{domains} domain{'s' if domains > 1 else ''}"
    ax.set_title(f"{k + 1}: {float(masks['eigenvalue'][k]):.5g}\n{counted}", fontsize="small")


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
    axes[0, 0].set_ylabel(f"deviation from {ladder.rungs[0].name}, 100 ln ratio")
    axes[0, 0].legend(fontsize="small")
    return figure


# --- hearing --------------------------------------------------------------------------------------


def heard(result: xr.DataTree) -> Figure:
    """What is heard from more and more eigenvalues beside the drum's own; the count beside Weyl's mean."""
    from matplotlib import pyplot

    found = results.dataset(result, "forecast/heard")
    setup = results.dataset(result, "setup")
    figure, axes = pyplot.subplots(1, 4, figsize=(19, 4.4), layout="constrained")
    for ax, name in zip(axes, MEASURES, strict=False):
        for number, one in enumerate(found["drum"].values):
            style = plots.line_style(number)
            ax.semilogx(
                found["count"],
                found[name].sel(drum=one),
                **style,
                marker="o",
                label=f"{one}: heard",
            )
            ax.axhline(
                float(setup[name].sel(drum=one)),
                color=style["color"],
                lw=0.8,
                label=f"{one}: its own",
            )
        ax.set(
            xlabel="lowest eigenvalues used",
            ylabel=_label(found[name]),
            title=name.replace("_", " "),
        )
        ax.set_xticks(found["count"].values, [str(n) for n in found["count"].values])
        ax.minorticks_off()
        ax.legend(fontsize="small")
    _weyl(result, axes[3])
    return figure


def _weyl(result: xr.DataTree, ax: Any) -> None:
    """The number of eigenvalues minus Weyl's mean of it, with the drum's own area, perimeter, constant."""
    many = results.array(result, "forecast/many", "eigenvalue")
    setup = results.dataset(result, "setup")
    for number, one in enumerate(many["drum"].values):
        own = setup.sel(drum=one)
        values = many.sel(drum=one).values
        measures = (float(own[name]) for name in ("area", "perimeter", "heat_constant"))
        left = counted(values, values) - weyl_mean(values, *measures)
        style = plots.line_style(number) | {"lw": 0.8}
        ax.plot(values, left, **style, label=str(one))
    ax.axhline(0, color="black", lw=0.8)
    ax.set(
        xlabel=_label(many),
        ylabel="eigenvalues up to it, minus Weyl's mean",
        title=f"Weyl's law, {many.sizes['mode']} eigenvalues",
    )
    ax.legend(fontsize="small")


def accuracy(result: xr.DataTree) -> Figure:
    """Error of the first eigenvalue against the unknowns that each method solves for."""
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
    _legend_below(ax, 3)
    return figure
