"""Claims on trained networks and their seeds: order of the readouts, collapse of deep ones, spread."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import stats

from validation import results
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED, Row
from validation.wave_rnn.check_table import MULTI, SMALL
from validation.wave_rnn.findings import CNN, FFT, LAST, LINEAR, MANY, MEAN
from validation.wave_rnn.paper_tables import paper_table
from validation.wave_rnn.scoring import VALIDATION
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.verdicts.chance import SURELY, listed, ordered, rarer
from validation.wave_rnn.verdicts.material import command, has, learnt, losses

MAX = "nwm max"
BETWEEN = (MAX, MEAN, FFT)
ABLATION = "--model cnn --depth 2 8 --bottleneck release no_relu wide --seeds 20"
SHORT = " --updates 300 --schedule constant --learning-rate 0.003"
UNETS = "--dataset multi_mnist --preset paper --model nwm unet --readout linear --channels 2 3 4 5"

Pair = tuple[str, str]


def order(result: xr.DataTree, setting: Setting) -> Row:
    """FG-loss of test images, pair by pair over seeds."""
    claim = "FG-loss falls from CNN-2 over last, then max, mean and fft, down to linear"
    options = "--readout linear fft mean last max --seeds {}"
    decides = command(setting, options.format(MANY))
    if not has(result, "scores") or not {CNN, LAST, LINEAR} <= set(setting.names):
        return [claim, OPEN, f"trained networks of all kinds are needed: {decides}"]
    loss, seeds = losses(result), len(setting.seeds)
    told = f"median FG-loss, {seeds} seeds: {medians(loss, (CNN, LAST, *BETWEEN, LINEAR))}"
    if seeds < MANY:
        return [claim, OPEN, f"{told}; {MANY} seeds are needed: {decides}"]
    if not set(learnt(result)) - {CNN}:
        return [claim, OPEN, f"{told}; none tells classes apart yet: {decides}"]
    pairs = _pairs(setting)
    signs = {pair: ordered(*_two(loss, pair), len(pairs)) for pair in pairs}
    word = _word_of_order(signs, complete=set(BETWEEN) <= set(setting.names))
    if word == OPEN:
        told += f"; not enough seeds: {command(setting, options.format(2 * seeds))}"
    return [claim, word, f"{told}; {_told_of_order(loss, signs)}"]


def _pairs(setting: Setting) -> list[Pair]:
    """Return which network is to lose more than which; first the two ends of the order."""
    middle = [name for name in BETWEEN if name in setting.names]
    pairs = [(CNN, LAST), (LAST, LINEAR)]
    return pairs + [pair for name in middle for pair in ((LAST, name), (name, LINEAR))]


def _two(loss: xr.DataArray, pair: Pair) -> tuple[xr.DataArray, xr.DataArray]:
    first, second = (loss.sel(network=name, drop=True) for name in pair)
    return first, second


def _word_of_order(signs: dict[Pair, int], *, complete: bool) -> str:
    """Return the verdict: a pair the other way round breaks the order, its two ends may still stand."""
    ends = all(sign == 1 for sign in list(signs.values())[:2])
    if -1 in signs.values():
        return SHARPENED if ends else REFUTED
    if complete and all(sign == 1 for sign in signs.values()):
        return REPRODUCED
    return CONSISTENT if ends else OPEN


def _told_of_order(loss: xr.DataArray, signs: dict[Pair, int]) -> str:
    parts = []
    for sign, name in (
        (1, "in order"),
        (-1, "the other way round"),
        (0, "not apart by so many seeds"),
    ):
        pairs = [_told_of_pair(loss, pair) for pair, found in signs.items() if found == sign]
        if pairs:
            parts.append(f"{name}: {', '.join(pairs)}")
    return "; ".join(parts)


def _told_of_pair(loss: xr.DataArray, pair: Pair) -> str:
    first, second = _two(loss, pair)
    return f"{pair[0]} > {pair[1]} ({int((first > second).sum())} of {first.size})"


def medians(loss: xr.DataArray, names: tuple[str, ...]) -> str:
    """Return the median of each network that there is, as text."""
    there = [name for name in names if name in loss["network"].values]
    return ", ".join(f"{name} {float(loss.sel(network=name).median()):.3g}" for name in there)


def collapse(result: xr.DataTree, setting: Setting) -> Row:
    """Collapsed runs of the deepest CNN: as released, with more parameters, without the last ReLU."""
    claim = "deeper CNNs fail because they have more parameters"
    decides = command(setting, ABLATION + (SHORT if setting.name == SMALL else ""))
    depth = _deepest(setting)
    if not has(result, "scores") or depth is None:
        return [claim, OPEN, f"it takes CNNs of 2 and of 8 channels at their end: {decides}"]
    counts = _collapsed(result, setting)
    of, release, wide = len(setting.seeds), counts[f"cnn {depth}"], counts[f"cnn {depth} wide"]
    told = f"constant predictors of {of} seeds: " + ", ".join(
        f"{name} {count} ({setting.architectures[name].parameters()} parameters)"
        for name, count in counts.items()
    )
    if rarer(wide, release, of) <= SURELY / 2:
        told += (
            f"; more channels at the end, more parameters, fewer fail{_of_relu(counts, depth, of)}"
        )
        return [claim, REFUTED, told]
    if rarer(release, wide, of) <= SURELY / 2:
        return [claim, CONSISTENT, f"{told}; more parameters, more fail"]
    return [claim, OPEN, f"{told}; not apart by so many seeds: {decides}"]


def _deepest(setting: Setting) -> int | None:
    """Return the layers of the deepest CNN that ran as released, and with a wide end too."""
    depths = [a.depth for name, a in setting.architectures.items() if name == f"cnn {a.depth}"]
    both = [depth for depth in depths if f"cnn {depth} wide" in setting.architectures]
    return max(both, default=None)


def _collapsed(result: xr.DataTree, setting: Setting) -> dict[str, int]:
    found = results.array(result, "observed/scores", "collapsed").sel(split=VALIDATION)
    return {
        name: int(found.sel(network=name).sum())
        for name, a in setting.architectures.items()
        if a.model == "cnn"
    }


def _of_relu(counts: dict[str, int], depth: int, of: int) -> str:
    plain = counts.get(f"cnn {depth} no_relu")
    if plain is None or rarer(plain, counts[f"cnn {depth}"], of) > SURELY / 2:
        return ""
    return ", and so without the last ReLU, with as many parameters: two channels behind a ReLU die"


def least_spread(result: xr.DataTree, setting: Setting) -> Row:
    """Spread of FG-loss over seeds: the wave network against others that have learnt."""
    claim = "multi_mnist: the wave network's scores vary least over seeds (12 runs; the release began 16)"
    printed = _printed_spread()
    decides = f"python -m validation.wave_rnn {UNETS}"
    if not has(result, "scores") or setting.name != MULTI:
        told = f"{_spread_here(result, setting)}; " if has(result, "scores") else ""
        return [claim, OPEN, f"{told}{printed}; {decides}"]
    loss, able = losses(result), learnt(result)
    rivals = [name for name in able if setting.architectures[name].model == "unet"]
    told = f"{_spread_here(result, setting)}; {printed}"
    if LINEAR not in able or not rivals or len(setting.seeds) < MANY:
        return [claim, OPEN, f"{told}; {MANY} seeds of it and of U-Nets that learn: {decides}"]
    signs = [_less_spread(loss, LINEAR, name, len(rivals)) for name in rivals]
    if -1 in signs:
        return [claim, REFUTED, f"{told}; {rivals[signs.index(-1)]} varies less"]
    if all(sign == 1 for sign in signs):
        return [claim, REPRODUCED, told]
    more = decides + f" --seeds {2 * len(setting.seeds)}"
    return [claim, OPEN, f"{told}; not apart by so many seeds: {more}"]


def _less_spread(loss: xr.DataArray, first: str, second: str, looks: int) -> int:
    """Return 1 if the first varies less than the second, -1 if more, 0 if chance may have done it.

    Brown and Forsythe's test, on distances from the median.
    """
    one, other = (loss.sel(network=name).values for name in (first, second))
    if stats.levene(one, other, center="median").pvalue > SURELY / looks:
        return 0
    return 1 if np.std(one) < np.std(other) else -1


def _spread_here(result: xr.DataTree, setting: Setting) -> str:
    if len(setting.seeds) < 2:
        return "one seed"
    deviation = losses(result).std("seed", ddof=1)
    names = ", ".join(str(name) for name in deviation["network"].values)
    return f"sd of FG-loss over {len(setting.seeds)} seeds ({names}): {listed(deviation.values)}"


def _printed_spread() -> str:
    """Return which network varies least in the paper's own Table 2."""
    table = paper_table(2).sel(image_set=MULTI, statistic="sd")
    parts = []
    for metric in ("FG-Acc", "FG-Loss"):
        least = table["network"].values[(table[metric] == table[metric].min()).values]
        parts.append(f"of {metric} {' and '.join(map(str, least))}")
    return f"least sd in Table 2: {', '.join(parts)}"
