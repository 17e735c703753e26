"""What the checks of the square drums found, read from the tree."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.checks import Finding, NotRun
from validation.drum.check_table import GOLDEN, GOLDEN_SIDES
from validation.drum.forecast import BIN, CLOSED, FUNDAMENTAL, SPACE, STEPPED, TIME
from validation.drum.setting import Setting
from validation.ladder import Ladder

COMMON_SAMPLES = 40_000
HALF = "its bar is for dt = 0.5 h/c, 40,000 samples, sides 13 to 21 and a strike at M//2"
COARSEST = 12  # spacings: on smaller drums the next order of z is more than the bar


def of_square(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check, or why it does not apply to the options."""
    ladder = results.ladder(result, FUNDAMENTAL)
    runs = results.dataset(result, "observed/runs")
    sound = results.dataset(result, "observed/sound")
    errors = estimate_errors(result)
    predicted, found = (
        results.array(result, f"{group}/survey", "bin") for group in ("forecast", "observed")
    )
    return {
        "D7": float(abs(runs["bin"] - _bins(ladder.rung(CLOSED), setting)).max()),
        "D7s": _left_of(ladder, SPACE, setting),
        "D7t": _left_of(ladder, TIME, setting),
        "D7r": _paper_explanation(ladder, setting),
        "D5": float((predicted != found).sum()),
        "D6": _golden(runs["bin"], setting),
        "D14": _magic(ladder, setting),
        "D16": _estimate(errors, setting, "hann_two_point", "all samples"),
        "D17": _estimate(errors, setting, "hann_two_point", "2000 samples"),
        "D18": _estimate(errors, setting, "matrix_pencil", "1000 samples"),
        "D19": _loudest(runs, setting),
        "D4n": float(runs["network_error"].max()),
        "D4": float(runs["signal_error"].max()),
        "D8": float(runs["spectrum_error"].max()),
        "D43": _bins_from_files(sound, runs, setting),
        "D43f": _pitch(sound, setting, "float32"),
        "D43i": _pitch(sound, setting, "int16"),
    }


def _bins(frequency: xr.DataArray, setting: Setting) -> xr.DataArray:
    """Return the bins of frequencies that lie on bins."""
    return (frequency * setting.config.steps * frequency["time_step"]).round()


def _left_of(ladder: Ladder, source: str, setting: Setting) -> Finding:
    """Return the largest share of a source that its prediction leaves."""
    if setting.all_spacings.min() < COARSEST:
        return NotRun(f"its bar is for drums of {COARSEST} spacings and more")
    return float(abs(ladder.remainder(source) / ladder.difference(source)).max())


def _paper_explanation(ladder: Ladder, setting: Setting) -> Finding:
    """The paper blames numerical integration: its largest error over the bins', at small steps."""
    unit = setting.config.spacing / setting.config.speed
    small = [step for step in setting.time_steps if step <= 0.1 * unit * (1 + 1e-12)]
    if not small or not _common(setting) or not _struck_in_the_middle(setting):
        return NotRun(
            "it is about dt <= 0.1 h/c, 40,000 samples, sides 13 to 21 and a strike at M//2"
        )
    time, bins = (abs(ladder.difference(s).sel(time_step=small)).max() for s in (TIME, BIN))
    return float(time / bins)


def _common(setting: Setting) -> bool:
    return setting.config.steps == COMMON_SAMPLES and setting.sides == GOLDEN_SIDES


def _struck_in_the_middle(setting: Setting) -> bool:
    """Elsewhere the fundamental may be fainter than what other lines or rounding put beside it."""
    return setting.config.strike is None and setting.config.listen is None


def _golden(bins: xr.DataArray, setting: Setting) -> Finding:
    config = setting.config
    plain = config.side_means == "spacings" and _struck_in_the_middle(setting)
    unit = config.spacing / config.speed
    stored = {nu * unit: bins for nu, bins in GOLDEN.items()}
    steps = [step for step in setting.time_steps if step in stored]
    if not (_common(setting) and plain and config.form == "velocity_verlet" and steps):
        return NotRun("the stored bins are of the default drums and steps")
    return float(sum((bins.sel(time_step=step) != stored[step]).sum() for step in steps))


def _magic(ladder: Ladder, setting: Setting) -> Finding:
    sides = [side for side in (16, 20) if side in setting.sides]
    exact = setting.config.side_means == "spacings" and setting.config.steps == COMMON_SAMPLES
    exact = exact and setting.magic_step in setting.time_steps and _struck_in_the_middle(setting)
    if not sides or not exact:
        return NotRun(
            "it needs the magic step, 40,000 samples, sides of 16 or 20 spacings, a strike at M//2"
        )
    error = ladder.whole().sel(time_step=setting.magic_step, side=sides)
    return float(abs(np.expm1(error)).max())


def estimate_errors(result: xr.DataTree) -> xr.DataArray:
    """Return every estimator's relative error against the frequency of grid and time step."""
    truth = results.ladder(result, FUNDAMENTAL).rung(STEPPED)
    return abs(results.array(result, "observed/runs", "estimate") / truth - 1)


def _estimate(errors: xr.DataArray, setting: Setting, estimator: str, window: str) -> Finding:
    if not _read_at_half(setting):
        return NotRun(HALF)
    wanted = 0.5 * setting.config.spacing / setting.config.speed
    read = errors.sel(estimator=estimator, window=window, time_step=wanted)
    return float(read.max(skipna=False))


def _read_at_half(setting: Setting) -> bool:
    wanted = 0.5 * setting.config.spacing / setting.config.speed
    return wanted in setting.time_steps and _common(setting) and _struck_in_the_middle(setting)


def _bins_from_files(sound: xr.Dataset, runs: xr.Dataset, setting: Setting) -> Finding:
    if not (_common(setting) and _struck_in_the_middle(setting)):
        return NotRun("it is about 40,000 samples, sides 13 to 21 and a strike at M//2")
    return float((sound["bin"] != runs["bin"]).sum())


def _pitch(sound: xr.Dataset, setting: Setting, sample_type: str) -> Finding:
    if not _read_at_half(setting):
        return NotRun(HALF)
    wanted = 0.5 * setting.config.spacing / setting.config.speed
    return float(sound["pitch_error"].sel(sample_type=sample_type, time_step=wanted).max())


def _loudest(runs: xr.Dataset, setting: Setting) -> Finding:
    """The line m + n = M is the loudest, at one frequency for every side."""
    wanted = 0.1 * (setting.config.spacing / setting.config.speed)
    if wanted not in setting.time_steps or not _struck_in_the_middle(setting):
        return NotRun("it is about dt = 0.1 h/c and a strike at M//2")
    place = setting.config.steps * np.arcsin(0.1) / np.pi
    return float(abs(runs["loudest_bin"].sel(time_step=wanted) - place).max())
