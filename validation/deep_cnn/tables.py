"""Tables of the deep networks: predicted beside measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import results
from validation.deep_cnn.findings import HALF, LIFTED, passing
from validation.ladder import Ladder


def discovery(result: xr.DataTree) -> dict[str, Any]:
    """Return when each network passes 0.3 S and S/2 of each mode, and A/S at the end beside its forecast."""
    ladders = results.ladders(result)
    singular = results.array(result, "setup", "singular_value")
    columns = {"mode": list(range(1, len(singular) + 1)), "S": list(map(float, singular))}
    for share, title in ((LIFTED, "0.3 S"), (HALF, "S/2")):
        for ladder in ladders:
            times = passing(result, ladder.name, share)
            columns[f"{title}, {ladder.name}"] = [_mean(mode) for mode in times.T]
    columns["A/S forecast"] = list(map(float, _ends(ladders[0])[0]))
    for ladder in ladders:
        columns[f"A/S, {ladder.name}"] = [_mean(mode) for mode in _ends(ladder)[1].T]
    trials = result[f"/observed/{ladders[0].name}"].sizes["trial"]
    return {
        "title": f"batches until a share of S is learnt, and A/S at the end{_of_trials(trials)}",
        "columns": list(columns),
        "rows": [list(row) for row in zip(*columns.values(), strict=True)],
    }


def losses(result: xr.DataTree) -> dict[str, Any]:
    """Return the mean squared errors at the end beside those of the best affine map."""
    forecast = results.dataset(result, "forecast")
    has_test = "affine_test_loss" in forecast
    rows = [["best affine map (forecast)", *[float(forecast["affine_train_loss"])] * 2]]
    if has_test:
        rows[0].append(float(forecast["affine_test_loss"]))
    trials = 1
    for ladder in results.ladders(result):
        seen = results.dataset(result, f"observed/{ladder.name}").isel(update=-1)
        trials = seen.sizes["trial"]
        names = ["train_loss", "affine_part_loss", *(["test_loss"] if has_test else [])]
        rows.append([ladder.name, *(float(seen[name].mean()) for name in names)])
    return {
        "title": f"mean squared error at the end{_of_trials(trials)}",
        "columns": ["network", "train", "of its affine part", *(["test"] if has_test else [])],
        "rows": rows,
    }


def _ends(ladder: Ladder) -> tuple[np.ndarray, np.ndarray]:
    """Return forecast A/S (mode,) and measured A/S (trial, mode)."""
    forecast, measured = (r.value.transpose("trial", "mode") / ladder.scale for r in ladder.rungs)
    return forecast.values[0], measured.values


def _of_trials(trials: int) -> str:
    return f", mean of {trials} trials" if trials > 1 else ""


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if np.isfinite(values).all() else None
