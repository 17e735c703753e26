"""What the checks of a case found, from the tree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves.stability import LIMIT
from validation import results
from validation.checks import Finding, NotRun, findings_where
from validation.ladder import UNEXPLAINED
from validation.wave_rnn import check_table as table
from validation.wave_rnn import modes
from validation.wave_rnn.cones import MOST
from validation.wave_rnn.scoring import VALIDATION
from validation.wave_rnn.setting import Setting

LINEAR, FFT, MEAN, LAST, CNN = "nwm linear", "nwm fft", "nwm mean", "nwm last", "cnn 2"
MANY = 9  # seeds, from which on medians are judged
NO_WAVES = NotRun("--model leaves wave networks out")
MOST_GROWTH = 1e100  # of small waves, whose start is so small that they stay small
LONGEST = 10  # T dt of a history that harmonics follow


def of_case(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check of the case, but where its bar is not stated for the options."""
    found: dict[str, Finding | Callable[[], Finding]] = dict(_of_one_mode(result))
    if setting.waves:
        found |= _of_waves(result)
    else:
        found |= dict.fromkeys(("W26", "W26b", "W27", "W28", "W28b", "W29", "WN1"), NO_WAVES)
    if setting.name == table.SMALL and not setting.stored and setting.is_trained:
        found |= _of_order(result, setting)
    if setting.name == table.SMALL:
        found |= _of_store(result, setting)
    conditions = {
        table.STORED: setting.stored,
        table.STATED: setting.is_stated,
        table.BRIEF: _longest(setting) <= LONGEST,
        table.COUNTED: not setting.waves or _largest_growth(result, setting) < MOST_GROWTH,
        table.BOUNDED: not setting.waves or _largest_margin(result) < LIMIT,
        table.NINE: setting.is_stated and len(setting.seeds) >= MANY,
    }
    return findings_where(table.CHECKS, conditions, found)


def _longest(setting: Setting) -> float:
    waves = (setting.architectures[name] for name in setting.waves)
    return max((a.steps * a.time_step for a in waves), default=0.0)


def _largest_margin(result: xr.DataTree) -> float:
    """Return the largest margin of a network of the run, as it was forecast and on the test images."""
    said = results.dataset(result, "forecast/waves")["margin"].isel(stage=-1)
    seen = results.dataset(result, "observed/waves")["test_margin"]
    return float(max(margin.max(skipna=False) for margin in (said, seen)))


def _largest_growth(result: xr.DataTree, setting: Setting) -> float:
    """Return by how much the strongest small wave of any network was forecast to grow in T steps."""
    radius = results.dataset(result, "forecast/waves")["spectral_radius"].isel(stage=-1)
    steps = max(setting.architectures[name].steps for name in setting.waves)
    with np.errstate(over="ignore"):
        return float(np.max(radius.values.astype(float) ** steps))


def _of_one_mode(result: xr.DataTree) -> dict[str, Callable[[], Finding]]:
    """Return how well each source of the mode at the start has the size that was predicted."""
    ladder = results.ladder(result, modes.START)

    def size_missed(source: str) -> float:
        predicted = abs(ladder.predictions[source].value / ladder.scale).max()
        return float(abs(ladder.largest(source) / predicted - 1))

    return {
        "W31": lambda: size_missed(modes.SPACE),
        "W31b": lambda: size_missed(modes.TIME),
        "W31c": lambda: size_missed(modes.TANH),
        "W31d": lambda: ladder.largest(UNEXPLAINED),
    }


def _of_waves(result: xr.DataTree) -> dict[str, Finding | Callable[[], Finding]]:
    seen = results.dataset(result, "observed/waves")

    def worst(name: str) -> float:
        return float(seen[name].max(skipna=False))

    too_long = NotRun(
        f"the kernel reaches more than {MOST} px in T steps: a canvas of two cones would be too large"
    )
    cone = bool(np.isfinite(seen["leak_states"]).all())
    beyond_reach = NotRun("damping alone takes a network beyond these margins")
    raised = bool(np.isfinite(seen["warned_beyond"] + seen["warned_inside"]).all())
    return {
        "W26": (lambda: worst("leak_states")) if cone else too_long,
        "W26b": (lambda: worst("leak_logits")) if cone else too_long,
        "W27": lambda: worst("bound_ratio"),
        "W28": (lambda: float(seen["warned_beyond"].min())) if raised else beyond_reach,
        "W28b": (lambda: worst("warned_inside")) if raised else beyond_reach,
        "W29": lambda: worst("small_wave_error"),
        "WN1": lambda: results.ladder(result, modes.TRAINED).largest(UNEXPLAINED),
    }


def _of_store(result: xr.DataTree, setting: Setting) -> dict[str, Callable[[], Finding]]:
    """Return how far the stored networks are from what was stored of them, and their margin."""

    def off() -> float:
        scores = results.dataset(result, "observed/scores")
        found = scores["foreground_loss"].sel(split=VALIDATION)
        stored = results.array(result, "setup", "stored_loss")
        return float(abs(found - stored).max(skipna=False))

    def margin() -> Finding:
        return _largest_margin(result) if setting.waves else NO_WAVES

    return {"WN2": off, "WN3": margin}


def _of_order(result: xr.DataTree, setting: Setting) -> dict[str, Finding | Callable[[], Finding]]:
    """Return how the readouts stand to one another, by objects' loss on the images that chose weights."""
    scores = results.dataset(result, "observed/scores")
    loss = scores["foreground_loss"].sel(split=VALIDATION)

    def of(name: str) -> xr.DataArray:
        return loss.sel(network=name, drop=True)

    rows: dict[str, tuple[tuple[str, ...], Callable[[], Finding]]] = {
        "W24": ((LINEAR, CNN), lambda: float((of(LINEAR) / of(CNN)).max())),
        "W24b": ((FFT, CNN), lambda: float((of(FFT) / of(CNN)).max())),
        "W24c": ((MEAN, LINEAR), lambda: float((of(MEAN) / of(LINEAR)).min())),
        "W24d": ((CNN,), lambda: float(of(CNN).min())),
        "W24e": ((LINEAR,), lambda: float(of(LINEAR).median())),
        "W24f": ((LAST, LINEAR), lambda: float(of(LAST).median() / of(LINEAR).median())),
    }
    found: dict[str, Finding | Callable[[], Finding]] = {}
    for name, (needed, finding) in rows.items():
        missing = [network for network in needed if network not in setting.architectures]
        if missing:
            found[name] = NotRun(f"the options leave {' and '.join(missing)} out")
        elif len(setting.seeds) < 3:
            found[name] = NotRun("its bar is stated for three seeds or more")
        else:
            found[name] = finding
    return found
