"""Tables of `linear_cnn`, from the tree alone: predicted beside measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, discovery_times

HALF_TIMES = "updates until half of S is learnt, mean of trials"


def discovery(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return one table a ladder: discovery of each mode on every rung, predicted beside measured."""
    singular = results.array(result, "setup", "singular_value")
    tables = []
    for ladder in results.ladders(result):
        times = {rung.name: discovery_times(rung, singular) for rung in ladder.rungs}
        columns = ["mode", "S", *_gain_column(ladder.name), *times, "sd over trials"]
        spread = times[ladder.measurement].std(axis=0)
        rows = [
            [
                mode + 1,
                float(value),
                *_gain(result, ladder.name, mode),
                *(_mean(t[:, mode]) for t in times.values()),
                _finite(spread[mode]),
            ]
            for mode, value in enumerate(singular.values)
        ]
        tables.append({"title": f"{ladder.name}: {HALF_TIMES}", "columns": columns, "rows": rows})
    return tables


def forecasts(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return one table a network: the three forecasts of each mode's discovery, and the measurement.

    F0 takes the growth at the start, F1 the mode alone, F2 the coupled flow, beside it F2 with its
    step error. The last column is the measured time in units of F1: below 1 the mode is helped by
    frequencies that others have grown.
    """
    forecast = results.dataset(result, "forecast/discovery")
    singular = results.array(result, "setup", "singular_value")
    tables = []
    for network in forecast["network"].values:
        part = forecast.sel(network=network).transpose("forecast", "trial", "mode", ...)
        times = {
            str(n): part["discovery_time"].sel(forecast=n).values for n in part["forecast"].values
        }
        times["F2 + step error"] = times["F2"] + part["step_error"].values
        ladder = results.ladder(result, str(network))
        times["descent"] = discovery_times(ladder.rungs[-2], singular)
        measured = discovery_times(ladder.rungs[-1], singular)
        rows = []
        for mode, value in enumerate(singular.values):
            mean, alone = _mean(measured[:, mode]), _mean(times["F1"][:, mode])
            rows.append(
                [
                    mode + 1,
                    float(value),
                    *_gain(result, str(network), mode),
                    *(_mean(t[:, mode]) for t in times.values()),
                    mean,
                    _finite(measured[:, mode].std()),
                    mean / alone if mean and alone else None,
                ]
            )
        columns = [
            *("mode", "S", *_gain_column(str(network)), *times),
            *("measured", "sd over trials", "measured/F1"),
        ]
        tables.append({"title": f"{network}: {HALF_TIMES}", "columns": columns, "rows": rows})
    return tables


def order(result: xr.DataTree) -> dict[str, Any]:
    """Return the order of discovery by singular value, by each forecast and by the networks, mode 1 first."""
    forecast = results.dataset(result, "forecast/discovery")
    singular = results.array(result, "setup", "singular_value")
    rows = []
    for network in forecast["network"].values:
        part = forecast["discovery_time"].sel(network=network).mean("trial")
        measured = discovery_times(results.ladder(result, str(network)).rungs[-1], singular)
        orders = [_order(part.sel(forecast=n).values) for n in ("F0", "F1", "F2")]
        rows.append([str(network), *orders, _order(measured.mean(axis=0))])
    title = "order of discovery, by mean times; modes are numbered by singular value"
    return {"title": title, "columns": ["network", "F0", "F1", "F2", "measured"], "rows": rows}


def competition(result: xr.DataTree) -> dict[str, Any]:
    """Return winner and losers: each frequency's coefficient at the end, forecast and measured."""
    foreseen = results.dataset(result, "forecast/competition")
    ladder = results.ladder(result, f"{CNN}, kernel spectrum")
    measured = ladder.rungs[-1].value.isel(update=-1).mean("trial")
    rows: list[list[Any]] = []
    for frequency in foreseen["frequency"].values:
        one = foreseen.sel(frequency=frequency)
        mode = int(one["mode_of_frequency"])
        end = float(one["end_magnitude"].mean("trial"))
        rows.append(
            [
                mode,
                str(frequency),
                float(one["magnitude"]),
                end,
                float(measured.sel(frequency=frequency)),
            ]
        )
    rows.sort(key=lambda row: (row[0], -row[2]))
    columns = ["mode", "frequency", "v", "forecast from the start", "network"]
    title = "kernel coefficients |k_f| at the end, mean of trials: winners and losers"
    return {"title": title, "columns": columns, "rows": rows}


def _order(times: np.ndarray) -> str | None:
    if not np.isfinite(times).all():
        return None
    return " ".join(str(mode + 1) for mode in np.argsort(times, kind="stable"))


def _gain_column(ladder: str) -> list[str]:
    return [] if ladder == FULLY_CONNECTED else ["n v"]


def _gain(result: xr.DataTree, ladder: str, mode: int) -> list[float]:
    if ladder == FULLY_CONNECTED:
        return []
    side = results.array(result, "setup", "initial_kernel").sizes["x"]
    return [float(side * results.array(result, "setup", "spectral_magnitude")[mode])]


def _mean(times: np.ndarray) -> float | None:
    return float(times.mean()) if np.isfinite(times).all() else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
