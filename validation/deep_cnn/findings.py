"""What the checks of the deep networks found, read from the tree."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.singular_modes import discovery_updates
from validation import results
from validation.checks import Finding, NotRun, findings_where
from validation.deep_cnn import check_table as table
from validation.deep_cnn.affine import allowed_deviation
from validation.deep_cnn.setting import LINEAR, NONLINEAR, Setting
from validation.ladder import Ladder

LIFTED, HALF = 0.3, 0.5  # of S: where a mode counts as found, and where it is half learnt


def of_networks(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check of the case, but where its bar is not stated for the options."""
    found: dict[str, Finding] = {"DN2": _largest_share_of_allowed(result, setting)}
    networks = set(setting.paces)
    floor = float(results.array(result, "forecast", "affine_train_loss"))
    if LINEAR in networks:
        loss = results.array(result, f"observed/{LINEAR}", "train_loss")
        found["DN1"] = _least(loss - floor)
        part = results.array(result, f"observed/{LINEAR}", "affine_part_loss")
        found["DN3"] = float(abs(loss.isel(update=-1) / part - 1).max(skipna=False))
    conditional = {
        "C38a": (table.MNIST, {LINEAR}, lambda: _least_end(result, LINEAR, 8)),
        "C38b": (table.MNIST, {NONLINEAR}, lambda: _least_end(result, NONLINEAR, 4)),
        "C38c": (table.MNIST, {LINEAR, NONLINEAR}, lambda: _delay(result)),
        "C38d": (table.MNIST, {LINEAR, NONLINEAR}, lambda: _loss_ratio(result)),
        "DN4": (table.DIGITS, {LINEAR}, lambda: _least_end(result, LINEAR)),
        "DN5": (table.DIGITS, {NONLINEAR}, lambda: _least_end(result, NONLINEAR)),
        "DN6": (table.DIGITS, {LINEAR, NONLINEAR}, lambda: _delay(result)),
        "DN7": (
            table.DIGITS,
            {NONLINEAR},
            lambda: float((_end(result, NONLINEAR, "train_loss") / floor).max(skipna=False)),
        ),
        "DN8": (table.DIGITS, {LINEAR}, lambda: _order(result)),
        "DN9": (table.DIGITS, set(), lambda: _share_of_foreseen(result, setting, table.DIGITS)),
        "DN10": (table.MNIST, set(), lambda: _share_of_foreseen(result, setting, table.MNIST)),
    }
    here = {name: row for name, row in conditional.items() if row[0] == setting.name}
    needed = {"DN1": {LINEAR}, "DN3": {LINEAR}} | {name: row[1] for name, row in here.items()}
    absent = {name: _absent(n - networks) for name, n in needed.items() if not n <= networks}
    stated = {name: row[2] for name, row in here.items() if name not in absent}
    return found | absent | findings_where(table.CHECKS, _conditions(setting), stated)


def _absent(networks: set[str]) -> NotRun:
    return NotRun(f"--networks leaves {' and '.join(sorted(networks))} out")


def _conditions(setting: Setting) -> dict[str, bool]:
    """Return which of the conditions, under which bars are stated, the options meet."""
    return {
        condition: setting.is_stated and set(setting.seeds) <= set(table.STATED_SEEDS[name])
        for name, condition in table.STATED.items()
    }


def _largest_share_of_allowed(result: xr.DataTree, setting: Setting) -> float:
    """Return the largest |S - A| at the end over its bound."""
    floor = float(results.array(result, "forecast", "affine_train_loss"))
    return max(
        _share(ladder, setting, part.values - floor)
        for ladder in results.ladders(result)
        for part in [results.array(result, f"observed/{ladder.name}", "affine_part_loss")]
    )


def _share_of_foreseen(result: xr.DataTree, setting: Setting, name: str) -> float:
    """Return the largest |S - A| at the end over the bound for the excess that other runs have had."""
    floor = float(results.array(result, "forecast", "affine_train_loss"))
    excess = np.array(table.EXCESS[name] * floor)
    return max(_share(ladder, setting, excess) for ladder in results.ladders(result))


def _share(ladder: Ladder, setting: Setting, excess: np.ndarray) -> float:
    """Return the largest |S - A| of a network over what the excess of its loss allows."""
    missing = abs(ladder.whole() * ladder.scale).transpose("trial", "mode")
    return float(np.max(missing.values / allowed_deviation(setting.modes, excess)))


def _end(result: xr.DataTree, network: str, name: str) -> xr.DataArray:
    return results.array(result, f"observed/{network}", name).isel(update=-1)


def _least(values: xr.DataArray) -> float:
    return float(values.min(skipna=False))


def _least_end(result: xr.DataTree, network: str, modes: int | None = None) -> float:
    """Return the least A/S at the end, of the first modes or of all, worst trial."""
    shares = _end(result, network, "strength") / results.array(result, "setup", "singular_value")
    return _least(shares.isel(mode=slice(modes)))


def _delay(result: xr.DataTree) -> float:
    """Return by how many batches the nonlinear network's first mode is later than linear's last."""
    # a mode that is never found is not the first one
    first = np.fmin.reduce(passing(result, NONLINEAR, LIFTED), axis=1)
    last = passing(result, LINEAR, LIFTED).max(axis=1)  # nan, which fails, if one is never found
    return float((first - last).min())


def _order(result: xr.DataTree) -> float:
    """Return the rank correlation of the linear network's discovery with decreasing S, worst trial."""
    from scipy.stats import spearmanr

    times = passing(result, LINEAR, LIFTED)
    places = np.arange(times.shape[1])  # singular values decrease
    return float(min(spearmanr(places, of_trial).statistic for of_trial in times))


def _loss_ratio(result: xr.DataTree) -> float:
    ratio = _end(result, NONLINEAR, "train_loss") / _end(result, LINEAR, "train_loss")
    return float(ratio.max(skipna=False))


def passing(result: xr.DataTree, network: str, share: float) -> np.ndarray:
    """Return the batches after which each mode first passes a share of S, (trial, mode); nan: never."""
    strength = results.array(result, f"observed/{network}", "strength")
    singular = results.array(result, "setup", "singular_value").values
    strength = strength.transpose("trial", "mode", "update")
    # `discovery_updates` speaks of half of what it is given
    return discovery_updates(strength["update"].values, strength.values, 2 * share * singular)
