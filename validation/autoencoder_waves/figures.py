"""Figs 5 and 7 of the paper and what explains them, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_waves.probe import HALF, NOTICEABLE
from validation import plots, results
from validation.autoencoder_waves.forecasting import SPACE, TRANSITION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CURVES = 4  # bottlenecks whose curves are drawn
MOST_TICKS = 8


def fig5(result: xr.DataTree) -> Figure:
    """Draw spectra of frames, of the images above, of reconstructions below: before, at and after T."""
    from matplotlib import pyplot

    strip = results.dataset(result, "observed/strip")
    frames = strip["frame"].values
    figure, axes = pyplot.subplots(
        2, len(frames), figsize=(2.6 * len(frames), 5.6), layout="constrained", squeeze=False
    )
    for column, frame in enumerate(frames):
        largest = float(strip["original"].sel(frame=frame).max())
        for ax, name in zip(axes[:, column], ("original", "reconstructed"), strict=True):
            image = strip[name].sel(frame=frame)
            plots.picture(image, ax, title=f"{name}, j = {frame}", limit=largest, signed=False)
    figure.suptitle(
        f"magnitudes of spectra, zero frequency in the middle; depth {strip.attrs['depth']}, "
        f"d = {strip.attrs['bottleneck']}, rank {strip.attrs['rank']}"
    )
    return figure


def fig7(result: xr.DataTree) -> Figure:
    """(a) Error of each frame over its largest; (b) T, (c) T_capture against the bottleneck."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(15, 5.4), layout="constrained")
    seen = results.dataset(result, "observed/networks").sortby("bottleneck")
    _errors(seen, axes[0])
    _against_bottleneck(result, seen, "transition", axes[1])
    _against_bottleneck(result, seen, "transition_capture", axes[2])
    _forecasts(results.ladder(result, TRANSITION).rung(SPACE), axes[2])
    titles = ("error of a frame", "T: error above 15 % of the largest", "T_capture: c_j below 1/2")
    for letter, title, ax in zip("abc", titles, axes, strict=True):
        ax.set_title(f"({letter}) {title}", fontsize="medium")
        plots.legend_below(ax, 3)
    return figure


def capture(result: xr.DataTree) -> Figure:
    """Draw c_j of each depth: of half B as found, and as foretold from half A."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/half_b")
    foreseen = results.array(result, "forecast", "half_foreseen_capture")
    depths = seen["depth"].values
    figure, axes = pyplot.subplots(
        1, len(depths), figsize=(4.2 * len(depths), 4.4), layout="constrained", squeeze=False
    )
    chosen = _chosen(seen["bottleneck"].values)
    for depth, ax in zip(depths, axes[0], strict=True):
        for number, d in enumerate(chosen):
            at = {"depth": depth, "bottleneck": d}
            colour = plots.COLOURS[number]
            found = seen["capture"].sel(at).isel(trial=0)
            ax.plot(found["frame"], found, color=colour, lw=0.9, label=f"d = {d}")
            every = plots.marker_step(found.values)
            said = foreseen.sel(at).isel(trial=0)[::every]
            marker = plots.MARKERS[number % len(plots.MARKERS)]
            ax.plot(said["frame"], said, ls="", marker=marker, ms=4, mfc="white", color=colour)
            ax.axvline(float(seen["rank"].sel(at).isel(trial=0)), ls=":", lw=0.9, color=colour)
        ax.axhline(HALF, lw=0.7, color=plots.COLOURS[-1])
        ax.set(xlabel="frame j", ylabel="share c_j of frame j", ylim=(-0.03, 1.03))
        ax.set_title(f"depth {depth}", fontsize="medium")
    figure.suptitle("lines: reconstructions of half B; markers: foretold from half A; dotted: rank")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=8)
    return figure


def training(result: xr.DataTree) -> Figure:
    """Draw the loss of every form over updates, and the least of a linear autoencoder."""
    from matplotlib import pyplot

    loss = results.array(result, "setup", "loss")
    optimal = results.array(result, "forecast", "optimal_loss")
    chosen = _chosen(loss["bottleneck"].values)
    figure, axes = pyplot.subplots(
        1, len(chosen), figsize=(4.2 * len(chosen), 4.2), layout="constrained", squeeze=False
    )
    for d, ax in zip(chosen, axes[0], strict=True):
        curves = loss.sel(bottleneck=d)
        plots.trajectories(curves.mean("trial", keep_attrs=True), ax, along="update")
        level = float(optimal.sel(bottleneck=d))
        if np.isfinite(level):
            ax.axhline(level, ls=":", color=plots.COLOURS[-1], label="linear optimum")
        ax.set(yscale="log", title=f"d = {d}")
        ax.legend(fontsize="small")
    return figure


def _errors(seen: xr.Dataset, ax: Axes) -> None:
    widest = seen.isel(bottleneck=-1, trial=0)
    for number, depth in enumerate(seen["depth"].values):
        errors = widest["frame_errors"].sel(depth=depth)
        style = plots.line_style(number)
        ax.plot(errors["frame"], errors / errors.max(), lw=0.9, **style, label=f"depth {depth}")
    ax.axhline(NOTICEABLE, ls="--", lw=0.9, color=plots.COLOURS[-1], label="15 %")
    ax.set_xlabel("frame j")
    ax.set_ylabel(f"mean squared error over its largest, d = {int(widest['bottleneck'])}")


def _against_bottleneck(result: xr.DataTree, seen: xr.Dataset, name: str, ax: Axes) -> None:
    """Draw transition frames with their spread, and the bounds of the rank."""
    bounds = results.array(result, "forecast", "rank_bound").sortby("bottleneck")
    across = seen["bottleneck"].values
    for number, depth in enumerate(seen["depth"].values):
        at = seen[name].sel(depth=depth)
        spread = at.std("trial") if at.sizes["trial"] > 1 else None
        style = plots.line_style(number) | {"marker": plots.MARKERS[number]}
        ax.errorbar(
            across, at.mean("trial"), spread, **style, ms=5, capsize=3, label=f"depth {depth}"
        )
    depths: dict[tuple[float, ...], list[int]] = {}
    for depth in bounds["depth"].values.tolist():
        depths.setdefault(tuple(bounds.sel(depth=depth).values), []).append(depth)
    for number, (line, equal) in enumerate(depths.items(), 1):
        label = f"bound of the rank, depth{'s' * (len(equal) > 1)} {' and '.join(map(str, equal))}"
        ax.plot(across, line, ls="--", lw=0.9, color=plots.COLOURS[-number], label=label)
    ax.set(xscale="log", yscale="symlog", xlabel="bottleneck d", ylabel="transition frame")
    ax.set_ylim(0, None)
    if len(across) <= MOST_TICKS:
        ax.set_xticks(across, [str(d) for d in across])
        ax.minorticks_off()


def _forecasts(foreseen: xr.DataArray, ax: Axes) -> None:
    mean = foreseen.mean("trial").sortby("bottleneck")
    for number, depth in enumerate(mean["depth"].values):
        label = "foretold from half A" if number == 0 else None
        values = mean.sel(depth=depth)
        ax.plot(values["bottleneck"], values, "x", ms=9, color=plots.COLOURS[number], label=label)


def _chosen(bottlenecks: np.ndarray) -> list[int]:
    """Return a few bottlenecks, evenly among all in their order."""
    ordered = np.sort(bottlenecks)
    places = np.linspace(0, len(ordered) - 1, min(len(ordered), MOST_CURVES)).round().astype(int)
    return ordered[places].tolist()
