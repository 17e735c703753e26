"""Claims on the equation: whether the network is the wave equation, at its start and after training."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.ladder import UNEXPLAINED
from validation.verdicts import OPEN, REFUTED, REPRODUCED, SHARPENED, Row
from validation.wave_rnn import modes
from validation.wave_rnn.setting import AFTER, START, Setting
from validation.wave_rnn.verdicts.chance import share_interval, spread
from validation.wave_rnn.verdicts.material import command

SAME = 0.01  # of the amplitude: what is the wave equation
EXPLAINED, LOST = 0.1, 0.5  # of the whole difference that may be left, that must not
LINEAR_STILL = 0.1  # relative error of the linear network at the last step
GROWS = 1.1  # growth a step that a linear network would not survive
DEAD = 0.99  # of pixels


def equation(result: xr.DataTree, setting: Setting) -> Row:
    """The mode at the start, from the wave equation to the network: what each idealisation costs."""
    claim = "the network reduces to the wave equation"
    ladder = results.ladder(result, modes.START)
    whole, left = float(abs(ladder.whole()).max()), ladder.largest(UNEXPLAINED)
    costs = ", ".join(
        f"{source} {ladder.largest(source):.2g}"
        for source in ladder.sources
        if source != UNEXPLAINED
    )
    word, end = _word_of_equation(whole, left)
    return [
        claim,
        word,
        f"one mode at the start is off by {whole:.2g} of its amplitude; at most {costs}, and {left:.1g} is "
        f"left: {end}{_own_modes(result, setting)}{_own_fields(result, setting)}",
    ]


def _word_of_equation(whole: float, left: float) -> tuple[str, str]:
    if whole <= SAME:
        return REPRODUCED, "it is the wave equation"
    if left <= EXPLAINED * whole:
        return SHARPENED, "it is its damped lattice with a stiffness, a time step and a tanh"
    if left > LOST * whole:
        return REFUTED, "dropping what it idealises does not lead to the network"
    return OPEN, "not all of it is accounted for"


def _own_modes(result: xr.DataTree, setting: Setting) -> str:
    """Return how far effective wave equations of the networks' own kernels are off."""
    if not setting.waves:
        return ""
    ladder = results.ladder(result, modes.TRAINED)
    worst = abs(ladder.whole()).max(["time", "hidden"])
    small, full = (float(worst.sel(amplitude=size).median()) for size in modes.AMPLITUDES)
    return (
        f"; under the networks' own kernels small waves are off by {small:.2g} of their largest, full ones "
        f"by {full:.2g} (medians)"
    )


def _own_fields(result: xr.DataTree, setting: Setting) -> str:
    if not setting.waves:
        return ""
    said = results.dataset(result, "forecast/waves")
    if START not in said["stage"].values:
        return ""
    start = said.sel(stage=START)
    return (
        f"; mean omega at the start {spread(start['mean_stiffness'])}, mean alpha "
        f"{spread(start['mean_damping'])}"
    )


def trained(result: xr.DataTree, setting: Setting) -> Row:
    """Speeds, masses and growth of the trained kernels, and how far linear theory carries."""
    claim = "a trained network carries waves of the wave equation"
    if not setting.waves or not setting.is_trained:
        return [claim, OPEN, f"trained wave networks are needed: {command(setting, '--seeds 9')}"]
    said = results.dataset(result, "forecast/waves")
    seen = results.dataset(result, "observed/waves")
    told = _told_of_kernels(said, seen)
    silent = said["speed"].sel(stage=AFTER).isnull().all("wave_network")
    if share_interval(int(silent.sum()), silent.size)[0] > 0.5:
        return [claim, REFUTED, f"{told}; the kernels carry no long waves"]
    off = seen["linear_error"].median("wave_network") > LINEAR_STILL
    low, high = share_interval(int(off.sum()), off.size)
    told += f"; linear theory is off by more than {LINEAR_STILL:g} in {int(off.sum())} of {off.size} seeds"
    if high < 0.5:
        return [claim, REPRODUCED, told]
    if low > 0.5:
        return [claim, SHARPENED, f"{told}: what stops or bends the waves is the tanh"]
    more = command(setting, f"--seeds {max(9, 2 * off.size)}")
    return [claim, OPEN, f"{told}; not enough seeds: {more}"]


def _at_the_start(said: xr.Dataset) -> str:
    if START not in said["stage"].values:
        return ""
    start = said.sel(stage=START)
    return (
        f"at the start speed {spread(start['speed'])}, mass^2 {spread(start['mass_squared'])}, growth a step "
        f"{spread(start['spectral_radius'])}; "
    )


def _told_of_kernels(said: xr.Dataset, seen: xr.Dataset) -> str:
    after = said.sel(stage=AFTER)
    count = after["speed"].size
    negative = int((after["mass_squared"] < 0).any("hidden").sum())
    grows = int((after["spectral_radius"] > GROWS).sum())
    dead = int((after["dead_damping"] > DEAD).all("hidden").sum())
    speeds = after["speed"].values[np.isfinite(after["speed"].values)]
    of_speed = spread(speeds) if speeds.size else "of none"
    return (
        f"{count} networks: {_at_the_start(said)}speed {of_speed} after training; mass^2 "
        f"{spread(after['mass_squared'])}, negative in {negative}; growth a step "
        f"{spread(after['spectral_radius'])}, above {GROWS:g} in {grows}; |W*y| > 1 at "
        f"{spread(seen['saturation'])} of pixels and steps; alpha = 0 on "
        f"more than {DEAD:.0%} of pixels in {dead}; linear theory off by "
        f"{float(seen['linear_error_early'].median()):.2g} after 4 steps, "
        f"{float(seen['linear_error'].median()):.2g} after T (medians)"
    )
