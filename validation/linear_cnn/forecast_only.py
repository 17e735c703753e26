"""Order and times of discovery without training: what the images and the start alone say.

No network is trained and nothing is measured; the table holds for full-batch descent with small
steps, and in the mean for random images or batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.training import record_grid
from theory.errors import ArgumentError
from validation import plots, results
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.linear_cnn.check_table import FORECAST_ONLY
from validation.linear_cnn.forecasting import FORECASTS, Forecaster
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, setup_dataset
from validation.linear_cnn.setting import EPSILON, Setting, image_setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from validation.linear_cnn import Config

NETWORKS = (CNN, FULLY_CONNECTED)
DOUBLINGS = 4  # of the default run, until the flow has discovered every mode


class ForecastOnly:
    """The forecasts of an image set for both networks, from small random starts; nothing is trained."""

    def __init__(self, config: Config):
        _refuse_what_trains(config)
        self.setting = image_setting(config, EPSILON)
        self.name = FORECAST_ONLY

    def notes(self) -> list[str]:
        """Return what was forecast, and for what it holds."""
        s = self.setting
        samples = len(s.modes.inputs)
        said = [
            f"No network is trained. {samples} images of {s.spectra.side} x {s.spectra.side} pixels in "
            f"{s.classes} classes, {len(s.modes.singular_values)} modes; {len(s.seeds)} random starts of "
            f"standard deviation {s.initial_scale:.3g} (CNN) and {s.initial_scale / s.spectra.side:.3g} "
            "(fully connected).",
            "F0: growth of the dominant frequency as at the start. F1: each mode alone. F2: the coupled "
            "flow. Times go as 1/(learning rate x loss scale); here the loss is the mean squared error "
            f"over images and outputs, of scale 2/p = {s.loss_scale:.3g}.",
            "The largest learning rate is the stability bound of the modes; where images overlap in "
            "other directions too, the true one may be smaller.",
            *s.stability_note(),
        ]
        if s.layers > 1:
            said.append("With several convolution layers only the coupled flow (F2) says when.")
        return said

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data and start weights."""
        start = Forecaster.from_random_start(self.setting, longer_grid(self.setting, 0))
        return setup_dataset(self.setting, start.start, start.layers, None)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Integrate both flows until every mode is discovered; the three forecasts of when."""
        for doublings in range(1 if self.setting.config.updates else 1 + DOUBLINGS):
            grid = longer_grid(self.setting, doublings)
            forecaster = Forecaster.from_random_start(self.setting, grid)
            observed = {name: forecaster.flow(name) for name in NETWORKS}
            times = forecaster.discovery_times(observed)
            work.stage("coupled flows")(doublings + 1, 1 + DOUBLINGS)
            if np.isfinite(times.sel(forecast="F2")).all():
                break
        paths = [self.setting.strengths(flow["strengths"], grid) for flow in observed.values()]
        flows = xr.Dataset({"mode_strength": xr.concat(paths, xr.Variable("network", [*NETWORKS]))})
        return Forecast(
            ladders=(),
            predicted=xr.DataTree.from_dict(
                {"/discovery": xr.Dataset({"discovery_time": times}), "/flow": flows}
            ),
        )

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Return nothing: nothing is measured."""
        return Measurement({}, xr.Dataset())

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return nothing: no check is about a forecast alone."""
        return {}

    def report(self, result: xr.DataTree) -> Report:
        """Return the forecast flows, and the tables of times, order and rates."""
        tables = [_overview(self.setting, result), *(_times(result, name) for name in NETWORKS)]
        return Report({"forecast": trajectories_with_times(result)}, tables)


def longer_grid(setting: Setting, doublings: int) -> np.ndarray:
    """Return the updates of a run, and of each doubling of it as many more, ever farther apart.

    What is learnt later is learnt more slowly: the records of each rise are as many.
    """
    grids = [record_grid(setting.updates, setting.every)]
    for doubling in range(doublings):
        end = setting.updates * 2**doubling
        grids.append(end + record_grid(end, setting.every * 2**doubling))
    return np.unique(np.concatenate(grids))


def _refuse_what_trains(config: Config) -> None:
    """Refuse options that say how a network is trained, where none is."""
    if config.init == "balanced":
        raise ArgumentError(
            "--init", "balanced", "--predict-only starts from small random weights", "leave it out"
        )
    for option, value, default in (
        ("--gradient", config.gradient, "full_batch"),
        ("--test", config.test, None),
    ):
        if value != default:
            raise ArgumentError(option, value, "--predict-only trains no network", "leave it out")


# --- tables ---------------------------------------------------------------------------------------


def _overview(setting: Setting, result: xr.DataTree) -> dict:
    times = results.array(result, "forecast/discovery", "discovery_time")
    largest = {
        CNN: 1 / (setting.loss_scale * setting.fastest),
        FULLY_CONNECTED: 1 / (setting.loss_scale * float(setting.modes.singular_values[0])),
    }
    rates = {CNN: setting.learning_rate, FULLY_CONNECTED: setting.layer_rate}
    rows = []
    for name in NETWORKS:
        means = times.sel(network=name).mean("trial", skipna=False)
        ends = times.sel(network=name, forecast="F2").max("trial", skipna=False)
        rows.append(
            [
                name,
                rates[name],
                largest[name],
                rates[name] / largest[name],
                _finite(float(ends.max(skipna=False))),
                *(order_of(means.sel(forecast=f).values) for f in FORECASTS),
            ]
        )
    return {
        "title": "forecast: learning rates, updates needed, and the order in which modes are discovered "
        "(numbered by singular value)",
        "columns": [
            "network",
            "learning rate",
            "largest stable",
            "share of it",
            "updates until every mode is at S/2",
            *(f"order by {f}" for f in FORECASTS),
        ],
        "rows": rows,
    }


def _times(result: xr.DataTree, network: str) -> dict:
    """Return the table of one network: S, its gain and growth, and the three forecasts."""
    times = results.array(result, "forecast/discovery", "discovery_time").sel(network=network)
    singular = results.array(result, "setup", "singular_value").values
    gains = [np.ones(len(singular))]
    columns = ["mode", "S"]
    if network == CNN:
        side = results.array(result, "setup", "initial_kernel").sizes["x"]
        gains = [side * results.array(result, "setup", "spectral_magnitude").values]
        columns += ["n v", "n v S"]
    rows = []
    for mode, value in enumerate(singular):
        row: list[float | None] = [mode + 1, float(value)]
        if network == CNN:
            row += [float(gains[0][mode]), float(gains[0][mode] * value)]
        for forecast in FORECASTS:
            seen = times.sel(forecast=forecast).isel(mode=mode).values
            row += [_finite(seen.mean()), _finite(seen.std())]
        rows.append(row)
    columns += [name for f in FORECASTS for name in (f, f"sd {f}")]
    trials = times.sizes["trial"]
    over = "one start" if trials == 1 else f"mean and standard deviation of {trials} starts"
    title = f"{network}: updates until half of S is learnt, forecast without training ({over})"
    return {"title": title, "columns": columns, "rows": rows}


def order_of(times: np.ndarray) -> str | None:
    """Return modes, counted from 1, in the order of their times; None if one has none."""
    if not np.isfinite(times).all():
        return None
    return " ".join(str(mode + 1) for mode in np.argsort(times, kind="stable"))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


# --- figure ---------------------------------------------------------------------------------------


def trajectories_with_times(result: xr.DataTree) -> Figure:
    """Draw the flow of every mode of both networks, with its half time marked; mean of the starts."""
    from matplotlib import pyplot

    flows = results.array(result, "forecast/flow", "mode_strength")
    times = results.array(result, "forecast/discovery", "discovery_time").sel(forecast="F2")
    singular = results.array(result, "setup", "singular_value")
    figure, axes = pyplot.subplots(
        1, len(NETWORKS), figsize=(13, 6), layout="constrained", sharex=True, sharey=True
    )
    for ax, network in zip(axes, NETWORKS, strict=True):
        _draw(flows.sel(network=network), times.sel(network=network), singular, ax)
        trials = flows.sizes["trial"]
        over = "one start" if trials == 1 else f"mean of {trials} starts"
        ax.set_title(
            f"{network}: coupled flow, {over};\nmarkers: half of S, with the spread over starts",
            fontsize="medium",
        )
    known = times.values[np.isfinite(times.values)]
    # modes differ by factors: the first and the last are both to be seen
    if len(known) and known.max() > 10 * known.min():
        axes[0].set_xscale("log")
        axes[0].set_xlim(max(1.0, known.min() / 4), flows["update"].values[-1])
    plots.shared_legend(figure, singular["mode"], "mode")
    return figure


def _draw(flow: xr.DataArray, times: xr.DataArray, singular: xr.DataArray, ax: Axes) -> None:
    shares = (flow / singular).mean("trial")
    shares.attrs = {"long_name": "mode strength A / S", "units": "1"}
    shares["update"].attrs = {"long_name": "updates"}
    plots.trajectories(shares.transpose("mode", "update"), ax, along="update", legend=False)
    for number, mode in enumerate(times["mode"].values):
        seen = times.sel(mode=mode).values
        if not np.isfinite(seen).all():
            continue
        ax.errorbar(
            seen.mean(),
            0.5,
            xerr=[[seen.mean() - seen.min()], [seen.max() - seen.mean()]],
            marker=plots.MARKERS[number % len(plots.MARKERS)],
            color=plots.line_style(number)["color"],
            mfc="white",
            ms=6,
            capsize=2,
            zorder=3,
        )
    ax.axhline(0.5, color="0.8", lw=0.8, zorder=0)
