"""When each mode is discovered: measured against the three forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures.curves import inverted, over_trials
from validation.linear_cnn.learning import discovery_times

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHAT = {"F0": "growth at the start", "F1": "each mode alone", "F2": "coupled flow"}
STYLES: dict[str, dict[str, Any]] = {
    "F0": {"marker": "o", "ms": 9, "mfc": "white", "color": plots.COLOURS[1]},
    "F1": {"marker": "s", "ms": 9, "mfc": "white", "color": plots.COLOURS[3]},
    "F2": {"marker": "D", "ms": 4.5, "color": "black"},
}


def discovery(result: xr.DataTree) -> Figure:
    """Measured against forecast times of discovery, a panel a network, a marker a mode.

    Modes are numbered by singular value. A ring marks a mode that the network discovers before one
    of larger singular value.
    """
    from matplotlib import pyplot

    forecast = results.array(result, "forecast/discovery", "discovery_time")
    singular = results.array(result, "setup", "singular_value")
    networks = [str(name) for name in forecast["network"].values]
    figure, axes = pyplot.subplots(
        1, len(networks), figsize=(6.6 * len(networks), 6.6), layout="constrained", squeeze=False
    )
    for ax, network in zip(axes[0], networks, strict=True):
        rung = results.ladder(result, network).rungs[-1]
        measured = discovery_times(rung, singular).mean(axis=0)
        part = forecast.sel(network=network).mean("trial", skipna=False)
        _draw(part, measured, ax)
        late = ", ".join(str(m + 1) for m in np.flatnonzero(~np.isfinite(measured)))
        ax.set_title(
            f"{network}: discovery of each mode ({over_trials(rung.value.sizes['trial'])})"
            + (f"\nnot within the run of every trial: mode {late}" if late else ""),
            fontsize="medium",
        )
    handles, labels = axes[0, 0].get_legend_handles_labels()
    for ax in axes[0, 1:]:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            if label not in labels:
                handles.append(handle)
                labels.append(label)
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize="small")
    return figure


def _draw(forecast: xr.DataArray, measured: np.ndarray, ax: Axes) -> None:
    ax.set(xscale="log", yscale="log")
    plots.plain_logarithmic(ax.xaxis, ax.yaxis)
    ax.set(xlabel="forecast (updates until S/2)", ylabel="network (updates until S/2)")
    ax.axline((1, 1), (10, 10), color="0.6", lw=1, label="forecast = network")
    found = np.isfinite(measured)
    known = forecast.transpose("forecast", "mode").values
    usable = (known > 0) & found  # a forecast of 0 has no place on the axis
    for mode in np.flatnonzero(usable.sum(axis=0) > 1):
        times = known[usable[:, mode], mode]
        ax.plot((times.min(), times.max()), [measured[mode]] * 2, color="0.8", lw=0.8, zorder=1)
    for name, times, both in zip(forecast["forecast"].values, known, usable, strict=True):
        if np.isfinite(times).any():  # deeper networks have no forecast of modes alone
            label = f"{name}: {WHAT[name]}"
            ax.plot(times[both], measured[both], ls="", label=label, **STYLES[name])
    early = inverted(measured) & usable[-1]
    if early.any():
        ax.plot(
            known[-1, early],
            measured[early],
            "o",
            ms=18,
            mfc="none",
            mec=plots.COLOURS[2],
            mew=1.6,
            label="before a mode of larger S",
        )
    if usable.any():
        times = np.concatenate((known[usable], measured[found]))
        limits = (times.min() * 0.7, times.max() * 1.4)
        ax.set(xlim=limits, ylim=limits)
        labels = [f"mode {mode + 1}" for mode in np.flatnonzero(found)]
        plots.end_labels(ax, list(measured[found]), labels, ["black"] * len(labels))
