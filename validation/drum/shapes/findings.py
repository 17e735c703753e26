"""What the checks of drums of any shape found, from the tree alone."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.checks import Finding, NotRun, findings_where
from validation.drum import check_table as table
from validation.drum.fundamental import BIN, CLOSED, FUNDAMENTAL, SPACE, TIME
from validation.drum.shapes.catalog import NAMED, PAIR
from validation.drum.shapes.continuum import BY_FORMULA, QUARTIC
from validation.drum.shapes.setting import ShapeSetting
from validation.ladder import Ladder

COMMON_SAMPLES = 40_000
PUBLISHED = 25  # eigenvalues of the pair, for which its bar is stated


def of_shapes(result: xr.DataTree, setting: ShapeSetting) -> dict[str, Finding]:
    """Return what the checks of this case found."""
    ladder = results.ladder(result, FUNDAMENTAL)
    runs = results.dataset(result, "observed/runs")
    sound = results.dataset(result, "observed/sound")
    masks = results.dataset(result, "forecast/masks")
    samples = setting.config.steps
    closed = (ladder.rung(CLOSED) * samples * ladder.rung(CLOSED)["time_step"]).round()
    functions = {
        "D41": lambda: _largest(runs["bin"] - closed),
        "D41s": lambda: _largest(runs["signal_error"]),
        "D41u": lambda: _beyond(ladder),
        "D41w": lambda: float((sound["bin"] != runs["bin"]).sum()),
        "D44s": lambda: float((~(masks["domains"] <= masks["courant"])).sum()),
        "D46": lambda: disagreeing(results.dataset(result, "forecast/spectra")),
        "D47": lambda: broken(results.dataset(result, "forecast/bounds")),
        "D48a": lambda: heard_error(result, "area"),
        "D48p": lambda: heard_error(result, "perimeter"),
        "D26s": lambda: pair_difference(masks["eigenvalue"]),
        "D27s": lambda: pair_without_grid(results.dataset(result, "forecast/spectra")),
    }
    return findings_where(table.CHECKS, conditions(setting, result), functions)


def conditions(setting: ShapeSetting, result: xr.DataTree) -> dict[str, bool]:
    """Return which of the conditions, under which bars are stated, the options meet."""
    config = setting.config
    known = all(m.shape.domain is not None for m in setting.membranes)
    return {
        table.LONG_ENOUGH: config.steps <= COMMON_SAMPLES,
        table.WITH_OUTLINE: known,
        table.HEARD_FROM_300: config.shape in NAMED
        and config.size is None
        and int(results.dataset(result, "forecast/heard")["count"].max()) == BY_FORMULA,
        table.THE_PAIR: config.shape == PAIR,
    }


def _largest(values: xr.DataArray) -> float:
    """Return the largest magnitude; nan, which fails, if one is nan."""
    return float(abs(values).max(skipna=False))


def _beyond(ladder: Ladder) -> float:
    """Return the share of points at which a source leaves more than expected; inf if one is missing."""
    sources = [source for source in (SPACE, TIME, BIN) if source in ladder.sources]
    if not all(np.isfinite(ladder.remainder(source)).all() for source in sources):
        return np.inf
    return max(ladder.beyond(source) for source in sources)


def disagreeing(spectra: xr.Dataset) -> Finding:
    """Return how many eigenvalues of two methods differ by more than their errors allow.

    An eigenvalue without an error counts too, and one that a method leaves out below one it has.
    Where one method stands alone there is nothing to compare.
    """
    if spectra.sizes["solver"] < 2:
        return NotRun(f"no second method gives its eigenvalues beside: {spectra['solver'].item()}")
    values = spectra["eigenvalue"].transpose("drum", "solver", "mode").values
    errors = spectra["error"].transpose("drum", "solver", "mode").values
    known = np.isfinite(values)
    found = int((known != np.isfinite(errors)).sum()) + int(
        (known[..., 1:] > known[..., :-1]).sum()
    )
    for one in range(values.shape[1]):
        for other in range(one):
            gap = np.abs(values[:, one] - values[:, other])
            found += int((gap > errors[:, one] + errors[:, other]).sum())
    return float(found)


def broken(bounds: xr.Dataset) -> float:
    """Return how many inequalities that are known to apply do not hold."""
    holds = bounds["left"] - bounds["right"] <= bounds["uncertainty"]
    return float((~holds & (bounds["applies"] != 0)).sum())


def heard_error(result: xr.DataTree, of: str) -> float:
    """Return the relative error of the area, or perimeter, heard from the most eigenvalues."""
    heard = results.array(result, "forecast/heard", of).isel(count=-1, drop=True)
    return _largest(heard / results.dataset(result, "setup")[of] - 1)


def pair_difference(eigenvalues: xr.DataArray) -> float:
    """Return the largest relative difference of two drums' eigenvalues."""
    return _largest(eigenvalues.isel(drum=0) / eigenvalues.isel(drum=1) - 1)


def pair_without_grid(spectra: xr.Dataset) -> float:
    """Return the same of quartic elements, whose two meshes have nothing in common.

    Grids that are extrapolated would agree whatever their errors: every grid does.
    """
    eigenvalues = spectra["eigenvalue"].sel(solver=QUARTIC)
    return pair_difference(eigenvalues.isel(mode=slice(PUBLISHED)))
