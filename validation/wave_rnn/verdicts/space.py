"""Claims on space: walls of natural frequency, the circular border, and how far information travels."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED, Row
from validation.wave_rnn.cones import ENCODER
from validation.wave_rnn.reach import FRONT
from validation.wave_rnn.setting import AFTER, START, Setting
from validation.wave_rnn.verdicts.chance import share_interval, spread
from validation.wave_rnn.verdicts.material import check_of, command, has

GOOD = 0.9  # of objects' pixels, on both splits: who segments
NO_WALL = 0.01  # of an amplitude that edges reflect
FELT = 0.01  # of objects' logits: a border that is noticed
MOSTLY = 0.5  # of objects' edges, that are closed


def walls(result: xr.DataTree, setting: Setting) -> Row:
    """Networks that segment: with walls at objects' edges, or without any."""
    claim = "segmentation rests on soft walls of natural frequency"
    decides = command(setting, "--seeds 9")
    if not setting.waves or not has(result, "scores"):
        return [claim, OPEN, f"trained wave networks are needed: {decides}"]
    after = results.dataset(result, "forecast/waves").sel(stage=AFTER)
    accuracy = _accuracy(result, setting)
    good = accuracy >= GOOD
    free, walled = after["edge_reflection"] < NO_WALL, after["closed_edges"] > MOSTLY
    told = (
        f"{int(good.sum())} of {good.size} wave networks have FG-Acc {GOOD:g} or more, "
        f"{int((good & walled).sum())} of them with closed edges; omega's contrast at edges "
        f"{spread(after['edge_contrast'])}{_packets(result)}"
    )
    if bool((good & free).any()):
        names = _named((good & free), accuracy)
        return [claim, REFUTED, f"{told}; without any wall segment {names}"]
    seeds = good.any("wave_network")
    if not bool(seeds.any()):
        return [claim, OPEN, f"{told}: {decides}"]
    resting = seeds & (walled | ~good).all("wave_network")
    low, _ = share_interval(int(resting.sum()), int(seeds.sum()))
    told += (
        f"; in {int(resting.sum())} of {int(seeds.sum())} seeds with such networks all have walls"
    )
    if low > 0.5:
        return [claim, CONSISTENT, told]
    more = command(setting, f"--seeds {max(9, 2 * seeds.size)}")
    return [claim, OPEN, f"{told}; not enough seeds: {more}"]


def _accuracy(result: xr.DataTree, setting: Setting) -> xr.DataArray:
    """Return the lower of a wave network's FG-Acc on both splits."""
    scores = results.array(result, "observed/scores", "foreground_accuracy")
    here = scores.sel(network=setting.waves).rename(network="wave_network")
    return here.min("split", skipna=False)


def _packets(result: xr.DataTree) -> str:
    verdict, found = check_of(result, "W14")
    told = {"holds": "as said", "fails": "not as said"}.get(verdict)
    return "" if told is None else f"; walls reflect packets {told}, to {found:.1g}"


def _named(chosen: xr.DataArray, accuracy: xr.DataArray) -> str:
    return ", ".join(
        f"{name}, seed {seed} (FG-Acc {float(accuracy.sel(wave_network=name, seed=seed)):.3f})"
        for name in chosen["wave_network"].values
        for seed in chosen["seed"].values
        if bool(chosen.sel(wave_network=name, seed=seed))
    )


def border(result: xr.DataTree, setting: Setting) -> Row:
    """What objects' logits are on the circular canvas against one twice as wide; and the encoders' border."""
    claim = "circular padding avoids effects of the border"
    if not setting.waves:
        return [claim, OPEN, f"wave networks are needed: {command(setting, '--model nwm')}"]
    said = results.dataset(result, "forecast/waves")
    last, half = said.isel(stage=-1), setting.material.side / 2
    seen = results.dataset(result, "observed/waves")
    circle = seen["border_change"]
    felt = circle > FELT
    inner = np.prod([max(0.0, 1 - 2 * ENCODER / side) for side in setting.material.sides])
    told = (
        f"fronts of {int((last['front'] > half).sum())} of {circle.size} networks pass half the shorter "
        f"side, {half:g} px, in T steps ({spread(last['front'])} px at {FRONT:g} of the largest); beside a "
        f"canvas twice as wide objects' logits change by {_finite(circle)}, relative, by more than {FELT:g} "
        f"in {int(felt.sum())}; the encoders' zeros, which {1 - inner:.0%} of the pixels see, change them by "
        f"{_finite(seen['padding_change'])}"
    )
    if bool(felt.any()):
        return [claim, REFUTED, f"{told}: objects meet their own images"]
    if not bool(np.isfinite(circle).all()):
        return [
            claim,
            OPEN,
            f"{told}: not all networks stay finite: {command(setting, '')}".rstrip(),
        ]
    return [claim, REPRODUCED, f"{told}: nothing comes round"]


def _finite(change: xr.DataArray) -> str:
    """Return how large a change is in networks that stay finite."""
    known = change.values[np.isfinite(change.values)]
    return spread(known) if known.size else "nothing finite"


def distance(result: xr.DataTree, setting: Setting) -> Row:
    """Fronts at the start and after training against the ends of the largest object.

    On a circular grid no two pixels are further apart along an axis than half the side; the largest object
    may lie along the longer one.
    """
    claim = "after T steps information is global"
    if not setting.waves:
        return [claim, OPEN, f"wave networks are needed: {command(setting, '--model nwm')}"]
    said = results.dataset(result, "forecast/waves")
    largest = float(results.array(result, "forecast", "largest_object"))
    longer, first = max(setting.material.sides), said.isel(stage=0)
    apart, stage = min(largest, longer / 2), str(first["stage"].item())
    told = (
        f"front {'at the start' if stage == START else stage} {spread(first['front'])} px, c_eff T dt "
        f"{spread(first['travelled'])}; the largest object has {largest:g}, its ends are {apart:g} apart on "
        f"a circle of {longer}"
    )
    if stage != START:
        return _after_training(claim, told, first, apart, setting)
    start = first
    if bool((start["front"] >= apart).all()):
        return [claim, REPRODUCED, f"{told}: the start hears across an object"]
    if AFTER not in said["stage"].values:
        return [claim, SHARPENED, f"{told}: the start does not hear across an object"]
    return _after_training(claim, told, said.sel(stage=AFTER), apart, setting)


def _after_training(
    claim: str, told: str, after: xr.Dataset, apart: float, setting: Setting
) -> Row:
    """Return the verdict where the start is too slow: on what training makes of it, seed by seed."""
    reaches = after["front"].median("wave_network") >= apart
    count, of = int(reaches.sum()), reaches.size
    low, high = share_interval(count, of)
    told += f"; after training {spread(after['front'])}, across an object in {count} of {of} seeds"
    if low > 0.5:
        return [claim, SHARPENED, f"{told}: only trained kernels are fast enough"]
    if high < 0.5:
        return [claim, REFUTED, f"{told}: nor do trained ones hear across an object"]
    more = command(setting, f"--seeds {max(9, 2 * of)}")
    return [claim, OPEN, f"{told}; not enough seeds: {more}"]
