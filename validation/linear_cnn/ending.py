"""Where training ends: the weights' norm beside the least that fits the data.

Of all weights that fit, those of minimal norm solve a group lasso over frequencies: few frequencies
are left. Where training ends is known from the flow; whether that is the minimum is a question to
the data and to the size of the start.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.linear_cnn.minimal_norm import minimal_norm
from theory.errors import ArgumentError
from validation import results
from validation.linear_cnn.forecasting import DESCENT, FLOW
from validation.linear_cnn.learning import CNN
from validation.linear_cnn.setting import Setting

ACTIVE = 1e-3  # of the largest |P_f|: a frequency that the trained network uses


MOST_SAMPLES = 64  # the group lasso solves systems of that many equations, thousands of times


def is_asked(setting: Setting) -> bool:
    """Whether the data leave a choice of the end: few grey images and one kernel in one layer."""
    few = len(setting.modes.inputs) <= min(MOST_SAMPLES, setting.modes.inputs.shape[1] - 1)
    return setting.widths == (1, 1) and few


def minimum(setting: Setting) -> xr.Dataset:
    """Return the minimal norm of weights that fit, with its certificate; nan and why, if there is none."""
    try:
        least = minimal_norm(setting.modes.inputs, setting.modes.targets)
    except ArgumentError as error:
        unknown = {"minimal_norm": np.nan, "active_frequencies": np.nan}
        return xr.Dataset(unknown, attrs={"reason": str(error)})
    return xr.Dataset(
        {
            "minimal_norm": least.norm,
            "active_frequencies": float(least.active.sum()),
            "spread": least.spread,
            "largest_inactive": least.largest_inactive,
        },
        attrs={"reason": ""},
    )


def active_frequencies(setting: Setting, observed: xr.Dataset) -> np.ndarray:
    """Return how many frequencies of the plane a network uses at the end, (trial,)."""
    last = observed.isel(update=-1)
    product = (last["kernel_magnitude"] * last["output_magnitude"]).transpose("trial", "frequency")
    used = product.values > ACTIVE * product.values.max(axis=1, keepdims=True)
    return used @ setting.model.plane.weights


def table(setting: Setting, result: xr.DataTree) -> dict[str, Any]:
    """Return norm, excess and active frequencies: minimal, by the flow, by descent, of the network."""
    least = results.dataset(result, "forecast/ending")
    minimal = float(least["minimal_norm"])
    rows: list[list[Any]] = [["minimal norm", minimal, 0.0, float(least["active_frequencies"])]]
    groups = {
        FLOW: f"forecast/{CNN}/{FLOW}",
        DESCENT: f"forecast/{CNN}/{DESCENT}",
        "network": f"observed/{CNN}",
    }
    for name, group in groups.items():
        seen = results.dataset(result, group)
        norm = float(seen["parameter_norm"].isel(update=-1).mean("trial"))
        used = active_frequencies(setting, seen)
        rows.append([name, norm, norm / minimal - 1, float(used.mean())])
    columns = ["at the end of the run", "norm", "excess over the minimum", "active frequencies"]
    reason = least.attrs["reason"]
    title = "where training ends, mean of trials" + (f" (no minimum: {reason})" if reason else "")
    return {"title": title, "columns": columns, "rows": rows}
