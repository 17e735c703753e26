"""What the checks of the square drums found, read from the tree."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.checks import Finding, findings_where
from validation.drum import check_table as table
from validation.drum.fundamental import BIN, CLOSED, FUNDAMENTAL, SPACE, STEPPED, TIME
from validation.drum.square.setting import Setting
from validation.ladder import Ladder

COMMON_SAMPLES = 40_000
COARSEST = 12  # spacings: on smaller drums the next order of z is more than the bar


def of_square(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check, but where its bar is not stated for the options."""
    ladder = results.ladder(result, FUNDAMENTAL)
    runs = results.dataset(result, "observed/runs")
    sound = results.dataset(result, "observed/sound")
    forecast, found = (
        results.array(result, f"{group}/survey", "bin") for group in ("forecast", "observed")
    )
    half, tenth = 0.5 * setting.unit, 0.1 * setting.unit

    def estimate(estimator: str, window: str) -> float:
        errors = estimate_errors(result).sel(time_step=half)
        return _largest(errors.sel(estimator=estimator, window=window))

    def pitch(sample_type: str) -> float:
        return _largest(sound["pitch_error"].sel(sample_type=sample_type, time_step=half))

    def loudest() -> float:
        place = setting.config.steps * np.arcsin(0.1) / np.pi
        return _largest(runs["loudest_bin"].sel(time_step=tenth) - place)

    def magic() -> float:
        error = ladder.whole().sel(time_step=setting.magic_step, side=_magic_sides(setting))
        return _largest(xr.apply_ufunc(np.expm1, error))

    functions = {
        "D7": lambda: _largest(runs["bin"] - _bins(ladder.rung(CLOSED), setting)),
        "D7b": lambda: max(_beyond(ladder, source) for source in (SPACE, TIME, BIN)),
        "D6": lambda: _differing(runs["bin"], setting),
        "D14": magic,
        "D16": lambda: estimate("hann_two_point", "all samples"),
        "D17": lambda: estimate("hann_two_point", "2000 samples"),
        "D18": lambda: estimate("matrix_pencil", "1000 samples"),
        "D19": loudest,
        "D4n": lambda: _largest(runs["network_error"]),
        "D43": lambda: float((sound["bin"] != runs["bin"]).sum()),
        "D43f": lambda: pitch("float32"),
        "D43i": lambda: pitch("int16"),
        "D5": lambda: float((forecast != found).sum()),
        "D7s": lambda: _share_left(ladder, SPACE),
        "D7t": lambda: _share_left(ladder, TIME),
        "D7r": lambda: _paper_explanation(ladder, setting),
        "D4": lambda: _largest(runs["signal_error"]),
        "D8": lambda: _largest(runs["spectrum_error"]),
    }
    return findings_where(table.CHECKS, conditions(setting), functions)


def conditions(setting: Setting) -> dict[str, bool]:
    """Return which of the conditions, under which bars are stated, the options meet."""
    config, steps = setting.config, setting.time_steps
    middle = config.strike is None and config.listen is None
    long = config.steps == COMMON_SAMPLES
    plain = config.side_means == "spacings"
    common = long and middle and setting.sides == table.GOLDEN_SIDES
    return {
        table.COMMON: common,
        table.AT_HALF: common and 0.5 * setting.unit in steps,
        table.AT_SMALL: common and steps[0] <= 0.1 * setting.unit,
        table.STORED: common
        and plain
        and config.form == "velocity_verlet"
        and bool(_stored_steps(setting)),
        table.MAGIC: long
        and middle
        and plain
        and bool(_magic_sides(setting))
        and setting.magic_step in steps,
        table.AT_TENTH: middle and 0.1 * setting.unit in steps,
        table.FINE: bool(setting.all_spacings.min() >= COARSEST),
        table.SHORT_AND_SLOW: config.steps <= COMMON_SAMPLES and steps[-1] <= setting.magic_step,
    }


def _largest(values: xr.DataArray) -> float:
    """Return the largest magnitude; nan, which fails, if one is nan."""
    return float(abs(values).max(skipna=False))


def _bins(frequency: xr.DataArray, setting: Setting) -> xr.DataArray:
    """Return the bins of frequencies that lie on bins."""
    return (frequency * setting.config.steps * frequency["time_step"]).round()


def _beyond(ladder: Ladder, source: str) -> float:
    """Return the share of points at which more is left than the uncertainty; inf if one is missing."""
    everywhere = bool(np.isfinite(ladder.remainder(source)).all())
    return ladder.beyond(source) if everywhere else np.inf


def _share_left(ladder: Ladder, source: str) -> float:
    """Return the largest share of a source that its prediction leaves."""
    return _largest(ladder.remainder(source) / ladder.difference(source))


def _paper_explanation(ladder: Ladder, setting: Setting) -> float:
    """The paper blames numerical integration: its largest error over the bins', at small steps."""
    small = [step for step in setting.time_steps if step <= 0.1 * setting.unit]
    time, bins = (_largest(ladder.difference(s).sel(time_step=small)) for s in (TIME, BIN))
    return time / bins


def _stored_steps(setting: Setting) -> dict[float, tuple[int, ...]]:
    """Return the stored bins of those time steps that are run."""
    stored = {nu * setting.unit: bins for nu, bins in table.GOLDEN.items()}
    return {step: bins for step, bins in stored.items() if step in setting.time_steps}


def _differing(bins: xr.DataArray, setting: Setting) -> float:
    stored = _stored_steps(setting)
    return float(sum((bins.sel(time_step=step) != stored[step]).sum() for step in stored))


def _magic_sides(setting: Setting) -> list[int]:
    return [side for side in (16, 20) if side in setting.sides]


def estimate_errors(result: xr.DataTree) -> xr.DataArray:
    """Return every estimator's relative error against the frequency of grid and time step."""
    truth = results.ladder(result, FUNDAMENTAL).rung(STEPPED)
    return abs(results.array(result, "observed/runs", "estimate") / truth - 1)
