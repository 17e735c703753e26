"""What rows share: losses of a run by seed, what has learnt classes, and the command that decides a claim."""

from __future__ import annotations

import shlex

import numpy as np
import xarray as xr

from validation import results
from validation.wave_rnn.check_table import OWN, SMALL
from validation.wave_rnn.scoring import TEST
from validation.wave_rnn.setting import Setting

LEARNT = 0.9  # of the loss of who does not tell one class from another


def command(setting: Setting, options: str) -> str:
    """Return the command that decides a claim on the images of a run."""
    words = ["python -m validation.wave_rnn"]
    if setting.name != SMALL:
        words.append(f"--dataset {shlex.quote(setting.config.dataset)}")
    if setting.name not in (SMALL, OWN):
        words.append("--preset paper")
    return " ".join([*words, options])


def has(result: xr.DataTree, group: str) -> bool:
    """Return whether a run has a group of observations."""
    return group in result["/observed"].children


def losses(result: xr.DataTree) -> xr.DataArray:
    """Return the objects' loss on test images, by network and seed."""
    return results.array(result, "observed/scores", "foreground_loss").sel(split=TEST, drop=True)


def learnt(result: xr.DataTree) -> list[str]:
    """Return the networks that tell classes apart: half their seeds, at least, are below the plateau."""
    plateau = float(results.array(result, "forecast", "plateau_loss"))
    median = losses(result).median("seed")
    return [str(name) for name in median["network"].values[(median < LEARNT * plateau).values]]


def check_of(result: xr.DataTree, id: str) -> tuple[str, float]:
    """Return verdict and found value of a check; "not run" where the run has no such row."""
    checks = results.dataset(result, "checks")
    places = np.flatnonzero((checks["id"] == id).values)
    if not places.size:
        return "not run", float("nan")
    row = checks.isel(check=int(places[0]))
    return str(row["verdict"].item()), float(row["found"])
