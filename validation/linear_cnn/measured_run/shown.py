"""Tables and figure of a run beside its forecast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import plots, results
from validation.ladder import Ladder
from validation.linear_cnn.learning import CNN
from validation.linear_cnn.measured_run.judgement import (
    EACH_START,
    PACED,
    Comparison,
    Judgement,
    usual_factor,
)
from validation.linear_cnn.setting import Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def whole_table(setting: Setting, judged: Judgement) -> dict:
    """Return the verdict on the run as a whole, with what would explain a factor in time."""
    factor, (samples, outputs) = judged.factor, setting.modes.targets.shape
    rows: list[list[Any]] = [["verdict", judged.verdict]]
    rows += [
        [f"modes {verdict}", judged.verdicts.count(verdict)]
        for verdict in dict.fromkeys(judged.verdicts)
    ]
    rows += [
        ["learning rate as given", setting.learning_rate],
        ["loss scale c as given", setting.loss_scale],
    ]
    if math.isfinite(factor):
        rows += [
            ["times as fast as forecast", factor],
            ["band of this factor", [judged.factor_low, judged.factor_high]],
            ["explained by a learning rate of", setting.learning_rate * factor],
            ["or by a loss scale c of", setting.loss_scale * factor],
            [
                "usual factor in the band",
                usual_factor(judged, outputs, samples) or "none: a rate that is not the one given",
            ],
        ]
    return {"title": f"the run: {judged.verdict}", "columns": ["of the run", "value"], "rows": rows}


def mode_table(result: xr.DataTree, judged: Judgement) -> dict:
    """Return what was fitted to each mode, run beside forecast, with its verdict."""
    run, forecast = (results.dataset(result, f"{side}/fits") for side in ("observed", "forecast"))
    singular = results.array(result, "setup", "singular_value").values
    alone = results.array(result, "setup", "alone_rate").values
    rows = []
    for mode, value in enumerate(singular):
        seen, known = run.isel(mode=mode), forecast.isel(mode=mode)
        row: list[Any] = [mode + 1, float(value), float(alone[mode])]
        for name in ("rate", "half_time", "end"):
            row += [_finite(known[name].mean()), _finite(seen[name])]
            if name == "half_time":
                row.insert(-1, _band(judged.comparison, name, mode, known[name].values))
        rows.append([*row, judged.verdicts[mode]])
    starts = forecast.sizes["trial"]
    (ladder,) = results.ladders(result)
    law = "2 n v S c eta" if ladder.name == CNN else "2 S c eta"
    return {
        "title": "sigmoids fitted to each mode: growth rate an update, updates until half of its end, end; "
        f"forecast is the mean of those of {starts} starts that pass S/2",
        "columns": [
            *("mode", "S", f"alone: {law}", "rate forecast", "rate run"),
            *(
                "half time forecast",
                "its band",
                "half time run",
                "end forecast",
                "end run",
                "verdict",
            ),
        ],
        "rows": rows,
    }


def _band(comparison: Comparison, name: str, mode: int, known: np.ndarray) -> list[float] | None:
    if not comparison.judged[mode]:
        return None
    centre, width = np.nanmean(np.log(known)), comparison.band[name][mode]
    return [float(np.exp(centre - width)), float(np.exp(centre + width))]


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def run_over_forecast(result: xr.DataTree, judged: Judgement) -> Figure:
    """Draw the run over its forecast, and rate and half time of each mode against theirs."""
    from matplotlib import pyplot

    (ladder,) = results.ladders(result)
    figure, axes = pyplot.subplots(1, 2, figsize=(13.5, 6.4), layout="constrained")
    _draw_curves(ladder, axes[0])
    _draw_pace(judged, axes[1])
    plots.shared_legend(figure, ladder.scale["mode"], "mode")
    return figure


def _draw_curves(ladder: Ladder, ax: Axes) -> None:
    each = (ladder.rung(EACH_START) / ladder.scale).transpose("trial", "mode", "update")
    run = (ladder.rungs[-1].value.isel(trial=0) / ladder.scale).transpose("mode", "update")
    updates = each["update"].values
    for number in range(each.sizes["mode"]):
        style, starts = plots.line_style(number), each.isel(mode=number).values
        ax.fill_between(
            updates, starts.min(axis=0), starts.max(axis=0), color=style["color"], alpha=0.15, lw=0
        )
        ax.plot(updates, starts.mean(axis=0), **style)
        every = max(1, len(updates) // 22)
        ax.plot(
            updates[::every],
            run.isel(mode=number).values[::every],
            ls="",
            marker=plots.MARKERS[number % len(plots.MARKERS)],
            ms=4.5,
            mfc="white",
            color=style["color"],
        )
    ax.set(xlabel="updates", ylabel="mode strength A / S")
    ax.set_ylim(-0.05, max(1.15, min(2.0, 1.05 * float(run.max()))))
    ax.set_title(
        f"{ladder.name}: lines and band forecast (mean and range of {each.sizes['trial']} starts),\n"
        "markers the run",
        fontsize="medium",
    )


def _draw_pace(judged: Judgement, ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    seen = judged.comparison
    for place, (name, sign) in enumerate(PACED.items()):
        modes = np.flatnonzero(seen.judged)
        middle = np.exp(sign * seen.deviation[name][modes])
        low, high = (
            np.exp(sign * seen.deviation[name][modes] + s * seen.band[name][modes]) for s in (-1, 1)
        )
        ax.errorbar(
            modes + 1 + 0.18 * (place - 0.5),
            middle,
            yerr=[middle - low, high - middle],
            ls="",
            marker=plots.MARKERS[place],
            mfc="white",
            ms=6,
            capsize=3,
            color=plots.COLOURS[place],
            label={"rate": "rate of the run / forecast", "half_time": "half time, forecast / run"}[
                name
            ],
        )
    ax.axhline(1, color="0.5", lw=1, label="as forecast")
    if math.isfinite(judged.factor):
        ax.axhline(
            judged.factor,
            color=plots.COLOURS[2],
            ls="--",
            label=f"{judged.factor:.3g} times as fast",
        )
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="mode", ylabel="how many times as fast as forecast")
    ax.set_xlim(0.4, len(judged.verdicts) + 0.6)
    ax.set_title("pace of each mode, with what starts and noise may do", fontsize="medium")
    plots.legend_below(ax, columns=2)
