"""What every figure asks of a result: which rungs there are, what was foreseen, what was measured."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr

from numerics.singular_modes import discovery_updates
from validation import results
from validation.linear_cnn.forecasting import DESCENT, FLOW, INDEPENDENT
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED

NETWORKS = (CNN, FULLY_CONNECTED)
FULL_BATCH = "full batch"


@dataclasses.dataclass(frozen=True)
class Strengths:
    """Mode strengths of one network, (trial, mode, update).

    Parameters
    ----------
    theory : str
        Name of the rung that is drawn as lines.
    predicted : xr.DataArray
    thin_name, thin : str and xr.DataArray, optional
        A second rung, for thin lines.
    measured : xr.DataArray
    """

    theory: str
    predicted: xr.DataArray
    measured: xr.DataArray
    thin_name: str = ""
    thin: xr.DataArray | None = None


def strengths(result: xr.DataTree, network: str) -> Strengths:
    """Return the strengths of a network: from its ladder, or, one image at a time, against full batch."""
    if not has(result, f"ladders/{network}"):
        return Strengths(
            FULL_BATCH,
            results.array(result, f"forecast/{network}", "full_batch"),
            results.array(result, f"observed/{network}", "strength"),
        )
    ladder = results.ladder(result, network)
    rungs = [r.name for r in ladder.rungs]
    theory = FLOW if FLOW in rungs else rungs[0]
    measured = ladder.rungs[-1].value
    if INDEPENDENT in rungs:
        alone = ladder.rung(INDEPENDENT)
        return Strengths(theory, ladder.rung(theory), measured, INDEPENDENT, alone)
    return Strengths(theory, ladder.rung(theory), measured)


def foreseen(result: xr.DataTree, network: str) -> tuple[str, xr.Dataset] | None:
    """Return name and observables of the flow, or else of the descent; None where there is neither."""
    for rung in (FLOW, DESCENT):
        if has(result, f"forecast/{network}/{rung}"):
            return rung, results.dataset(result, f"forecast/{network}/{rung}")
    return None


def has(result: xr.DataTree, group: str) -> bool:
    """Return whether the tree has a group."""
    return any(node.path == f"/{group}" for node in result.subtree)


def over_trials(trials: int) -> str:
    """Return what a mean is over, in words."""
    return "one trial" if trials == 1 else f"mean of {trials} trials"


def first_times(result: xr.DataTree, network: str) -> np.ndarray:
    """Return the updates at which the first trial of a network has learnt half of each mode, (mode,)."""
    measured = strengths(result, network).measured.isel(trial=0)
    singular = results.array(result, "setup", "singular_value").values
    values = measured.transpose("mode", "update")
    return discovery_updates(values["update"].values, values.values, singular)


def inverted(times: np.ndarray) -> np.ndarray:
    """Return which modes are discovered before one of larger singular value, (mode,)."""
    late = np.where(np.isfinite(times), times, np.inf)
    return np.array([bool((late[:mode] > time).any()) for mode, time in enumerate(late)])
