"""Tables of the autoencoders: predicted beside measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.autoencoder_waves.forecasting import LOSS, RANK, SPACE, TRANSITION


def transitions(result: xr.DataTree) -> dict[str, Any]:
    """Return rank and transition frames of every depth and bottleneck, after what was said of them."""
    seen = results.dataset(result, "observed/networks")
    rank, frame = (results.ladder(result, name) for name in (RANK, TRANSITION))
    columns: dict[str, xr.DataArray] = {
        "bound": rank.rungs[0].value,
        "live + 1": rank.rungs[1].value,
        "by counting": rank.rungs[2].value,
        "rank": seen["rank"],
        "T_capture forecast": frame.rung(SPACE),
        "T_capture": seen["transition_capture"],
        "T_align": seen["transition_alignment"],
        "T (15 %)": seen["transition"],
    }
    rows = _rows(seen, columns)
    rows += _of_optimum(results.dataset(result, "forecast"), len(columns))
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


def _of_optimum(said: xr.Dataset, columns: int) -> list[list[Any]]:
    """Return what the linear autoencoder does at its optimum, in the columns of the networks."""
    rows = []
    for d in said["bottleneck"].values.tolist():
        here = said.sel(bottleneck=d)
        ends = [
            float(here[f"optimal_{name}"])
            for name in ("rank", "transition_capture", "transition_alignment", "transition")
        ]
        row: list[Any] = [None] * columns
        row[3], row[5], row[6], row[7] = ends
        rows.append(
            ["linear optimum", d, *(x if x is None or np.isfinite(x) else None for x in row)]
        )
    return rows


def _mean(values: xr.DataArray) -> xr.DataArray:
    return values.mean("trial") if "trial" in values.dims else values


def _of_trials(seen: xr.Dataset) -> str:
    trials = seen.sizes["trial"]
    return f", mean of {trials} trials" if trials > 1 else ""
