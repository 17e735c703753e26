"""Tables of the square drums: predicted beside measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.drum.fundamental import CLOSED, FUNDAMENTAL, NETWORK
from validation.drum.square.findings import estimate_errors
from validation.drum.square.forecasting import FORMULA
from validation.ladder import UNEXPLAINED, Ladder


def of_square(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return Fig 2 for each time step, the size of each source, and every estimator's error."""
    ladder = results.ladder(result, FUNDAMENTAL)
    samples = float(results.dataset(result, "setup")["samples"])
    steps = ladder.rung(NETWORK)["time_step"].values
    fig2 = [_fundamentals(ladder, float(step), samples) for step in steps]
    return [*fig2, _sources(ladder), _estimators(estimate_errors(result))]


def _fundamentals(ladder: Ladder, step: float, samples: float) -> dict[str, Any]:
    """Return formula, forecast and measurement of every side, with the parts of the deviation."""
    at = {"time_step": step}
    formula, forecast, measured = (
        ladder.rung(name).sel(at).values for name in (FORMULA, CLOSED, NETWORK)
    )
    parts = {source: 100 * -ladder.difference(source).sel(at).values for source in ladder.sources}
    rows = []
    for k, side in enumerate(ladder.rung(FORMULA)["side"].values):
        bins = [round(float(f[k] * samples * step)) for f in (forecast, measured)]
        deviation = 100 * float(np.log(measured[k] / formula[k]))
        shares = [float(parts[source][k]) for source in ladder.sources[:-1]]
        rows.append(
            [
                int(side),
                float(formula[k]),
                *bins,
                float(measured[k]),
                deviation,
                *shares,
                bins[1] - bins[0],
            ]
        )
    columns = ["side", "c/(sqrt2 L)", "forecast bin", "measured bin", "frequency", "100 ln ratio"]
    columns += [f"{source} %" for source in ladder.sources[:-1]] + [f"{UNEXPLAINED}, bins"]
    return {"title": f"fundamental at time step {step:.6g}", "columns": columns, "rows": rows}


def _sources(ladder: Ladder) -> dict[str, Any]:
    rows = []
    for step in ladder.rung(NETWORK)["time_step"].values:
        parts = [-100 * ladder.difference(source).sel(time_step=step) for source in ladder.sources]
        rows.append([float(step), *(float(p[abs(p).argmax("side")]) for p in parts)])
    return {
        "title": "largest part of each source over all sides, in % of the frequency",
        "columns": ["dt", *ladder.sources],
        "rows": rows,
    }


def _estimators(errors: xr.DataArray) -> dict[str, Any]:
    errors = errors.max("side", skipna=False)
    names = errors["estimator"].values
    rows = [
        [
            float(step),
            str(window),
            *(errors.sel(window=window, time_step=step, estimator=n).item() for n in names),
        ]
        for step in errors["time_step"].values
        for window in errors["window"].values
    ]
    return {
        "title": "relative error of each estimator against f_d, worst side",
        "columns": ["dt", "samples", *(str(name).replace("_", " ") for name in names)],
        "rows": rows,
    }
