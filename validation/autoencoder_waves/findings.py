"""What the checks of the autoencoders found, read from the tree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from validation import results
from validation.autoencoder_waves import check_table as table
from validation.autoencoder_waves.forecasting import LOSS
from validation.autoencoder_waves.setting import Setting
from validation.checks import Finding, NotRun, findings_where
from validation.ladder import UNEXPLAINED

DEEP = (5, 6)  # depths at which the bottleneck does not bound the rank


def of_networks(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check of the case, but where its bar is not stated for the options."""
    seen = results.dataset(result, "observed/networks")
    said = results.dataset(result, "forecast")
    loss = results.ladder(result, LOSS)
    anywhere: dict[str, Finding] = {
        "LW26": float((seen["rank"] - said["rank_bound"]).max()),
        "LW27": float(abs(seen["capture"].sum("frame") - seen["rank"]).max()),
        "LW32a": float((seen["rank"] - said["live_units"] - 1).max()),
        "AW1": float((seen["rank"] - said["counted_rank"]).max()),
        "AW2": float((seen["loss"] - seen["least_loss"]).min()),
        "AW3": -float((loss.difference(UNEXPLAINED) * loss.scale).max()),
        "AW4": float(abs(seen["transition_capture"] - said["foreseen_transition"]).max()),
        "AW5": float(abs(seen["capture"] - said["foreseen_capture"]).max()),
    }
    half = results.dataset(result, "observed/half_b")
    stated = _stated(seen, said, half, setting.name)
    named = {c.id for c in table.CHECKS if not c.cases or setting.name in c.cases}
    here = {name: finding for name, finding in stated.items() if name in named}
    return anywhere | findings_where(table.CHECKS, _conditions(setting), here)


def _stated(
    seen: xr.Dataset, said: xr.Dataset, half: xr.Dataset, name: str
) -> dict[str, Finding | Callable[[], Finding]]:
    """Return what is asked of the networks that bars are stated for."""
    return {
        "LW32b": lambda: float(abs(seen["rank"] - said["live_units"] - 1).max()),
        "AW8": lambda: _beyond_bottleneck(seen["transition_capture"]),
        "LW25d": lambda: _distance_of_optimum(said),
        f"AW9{name[0]}": lambda: float(abs(seen["rank"] - said["counted_rank"]).max()),
        f"AW10{name[0]}": lambda: frames_missed(said, half),
        f"AW11{name[0]}": lambda: _shares_missed(said, half),
        f"AW6{name[0]}": lambda: float((seen["transition_capture"] / seen["rank"]).max()),
        f"AW7{name[0]}": lambda: float((seen["transition"] / seen["rank"]).max()),
    }


def frames_missed(said: xr.Dataset, half: xr.Dataset) -> float:
    """Return by how much T_capture of half B is off its forecast, in its uncertainties, root mean square.

    The worst of many networks would be an accident: T_capture leaps where c_j is near 1/2 for a while.
    """
    missed = half["transition_capture"] - said["half_foreseen_transition"]
    return float(np.sqrt(np.square(missed / said["transition_uncertainty"]).mean()))


def _shares_missed(said: xr.Dataset, half: xr.Dataset) -> float:
    """Return the same of c_j, over all frames and networks: of one network quarters may say too little.

    A unit that is live for a single image of half B makes a direction more, and no quarter of A knows.
    """
    missed = np.square(half["capture"] - said["half_foreseen_capture"]).mean()
    return float(np.sqrt(missed / np.square(said["capture_uncertainty"]).mean()))


def _conditions(setting: Setting) -> dict[str, bool]:
    """Return which of the conditions, under which bars are stated, the options meet."""
    return {
        condition: setting.is_stated and set(setting.seeds) <= set(table.STATED_SEEDS[name])
        for name, condition in table.STATED.items()
    }


def _distance_of_optimum(said: xr.Dataset) -> float:
    """Return how far T - d is from 1/2, the worst of three definitions and all bottlenecks."""
    names = ("transition", "transition_alignment", "transition_capture")
    return max(
        float(abs(said[f"optimal_{n}"] - said["bottleneck"] - 0.5).max(skipna=False)) for n in names
    )


def _beyond_bottleneck(transition: xr.DataArray) -> Finding:
    """Return by how much the transition frame passes d + 1, the least of the deep networks."""
    deep = [depth for depth in DEEP if depth in transition["depth"]]
    if not deep:
        return NotRun("--depth leaves 5 and 6 out")
    past = transition.sel(depth=deep) - transition["bottleneck"] - 1
    return float(past.min())
