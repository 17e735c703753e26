"""Tables of the autoencoders: predicted beside measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.autoencoder_waves.forecasting import LOSS, MEASURED, RANK, SPACE, TRANSITION

OF_OPTIMUM = {
    "rank": "rank",
    "T_capture": "transition_capture",
    "T_align": "transition_alignment",
    "T (15 %)": "transition",
}
"""Columns of transition frames that the linear optimum has."""


def transitions(result: xr.DataTree) -> dict[str, Any]:
    """Return rank and transition frames of every depth and bottleneck, after what was said of them."""
    seen = results.dataset(result, "observed/networks")
    said = results.dataset(result, "forecast")
    rank, frame = (results.ladder(result, name) for name in (RANK, TRANSITION))
    columns: dict[str, xr.DataArray] = {
        "bound": rank.rungs[0].value,
        "live + 1": rank.rungs[1].value,
        "by counting": rank.rungs[2].value,
        "rank": seen["rank"],
        "T_capture, half A": frame.rung(SPACE),
        "uncertainty": said["transition_uncertainty"],
        "T_capture, half B": frame.rung(MEASURED),
        "T_capture": seen["transition_capture"],
        "T_align": seen["transition_alignment"],
        "T (15 %)": seen["transition"],
    }
    rows = _rows(seen, columns)
    rows += _of_optimum(said, list(columns))
    return {
        "title": f"rank and transition frame, frames from 0{_of_trials(seen)}",
        "columns": ["depth", "d", *columns],
        "rows": rows,
    }


def losses(result: xr.DataTree) -> dict[str, Any]:
    """Return the mean squared errors: least of each rank, of what the last layer can put out, found."""
    seen = results.dataset(result, "observed/networks")
    ladder = results.ladder(result, LOSS)
    titles = [f"least of {rung.name}" for rung in ladder.rungs[:3]]
    titles += ["least of the last layer", "found"]
    columns = dict(zip(titles, (rung.value for rung in ladder.rungs), strict=True))
    return {
        "title": f"mean squared error{_of_trials(seen)}",
        "columns": ["depth", "d", *columns],
        "rows": _rows(seen, columns),
    }


def _rows(seen: xr.Dataset, columns: dict[str, xr.DataArray]) -> list[list[Any]]:
    means = {name: _mean(values) for name, values in columns.items()}
    return [
        [depth, d, *(float(values.sel(depth=depth, bottleneck=d)) for values in means.values())]
        for depth in seen["depth"].values.tolist()
        for d in seen["bottleneck"].values.tolist()
    ]


def _of_optimum(said: xr.Dataset, columns: list[str]) -> list[list[Any]]:
    """Return what the linear autoencoder does at its optimum, in the columns of the networks."""
    rows = []
    for d in said["bottleneck"].values.tolist():
        here = said.sel(bottleneck=d)
        ends = {column: float(here[f"optimal_{name}"]) for column, name in OF_OPTIMUM.items()}
        row = [ends.get(column, np.nan) for column in columns]
        rows.append(["linear optimum", d, *(x if np.isfinite(x) else None for x in row)])
    return rows


def _mean(values: xr.DataArray) -> xr.DataArray:
    return values.mean("trial") if "trial" in values.dims else values


def _of_trials(seen: xr.Dataset) -> str:
    trials = seen.sizes["trial"]
    return f", mean of {trials} trials" if trials > 1 else ""
