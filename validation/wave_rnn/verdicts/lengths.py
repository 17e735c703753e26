"""Claims on wavelengths: whether long ones go with a low loss, and whether an LSTM grows them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves.wavelength import local_wavelengths, wavelength_shares
from validation import results
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, Row
from validation.wave_rnn.findings import LINEAR, MANY
from validation.wave_rnn.setting import AFTER, START, Setting
from validation.wave_rnn.verdicts.chance import listed, mean_interval
from validation.wave_rnn.verdicts.material import command, has, learnt
from validation.wave_rnn.watching import RUN_ON

PAPER = 0.961  # correlation over five seeds
SEEDS = 5  # as many as the paper has
MOMENTS = 5  # looks after the start, at least
NEARLY_ONE = 0.9999  # a correlation whose inverse hyperbolic tangent is still a number
NOISE_SIDE = 64  # of the white noise that waves are held against, px


def correlation(result: xr.DataTree, setting: Setting) -> Row:
    """Share of long wavelengths against minus the validation loss, with and without the start."""
    claim = f"long wavelengths go with a low loss, correlation {PAPER:g}"
    decides = command(setting, f"--model nwm --readout linear --watch 80 --seeds {SEEDS}")
    if not has(result, "watched") or not setting.waves:
        return [claim, OPEN, f"wavelengths were not watched: {decides}"]
    name = LINEAR if LINEAR in setting.waves else setting.waves[0]
    seen = _seen(result, name)
    moments = results.dataset(result, "observed/watched").sizes["update"]
    shared = seen.sizes["update"]
    if shared <= MOMENTS:
        told = f"loss is known at {shared} of the {moments} moments that were watched"
        return [claim, OPEN, f"{told}, {MOMENTS + 1} are needed: {decides}"]
    found = {
        share: (_by_seed(seen, share), _by_seed(seen.isel(update=slice(1, None)), share))
        for share in ("above_8", "above_unit")
    }
    word, end = _word_of_correlation(*found["above_8"])
    if word == OPEN:
        end += f": {command(setting, f'--model nwm --readout linear --watch 80 --seeds {MANY}')}"
    told = f"{name}, {shared} of {moments} moments; {_told_of_correlation(found)}{_told_of_shares(seen)}"
    return [claim, word, f"{told}; {end}"]


def _seen(result: xr.DataTree, name: str) -> xr.Dataset:
    """Return wavelengths and loss of a network at the updates at which both are known."""
    watched = results.dataset(result, "observed/watched").sel(wave_network=name, drop=True)
    loss = results.array(result, "setup", "loss").sel(network=name, drop=True)
    there, also = xr.align(watched, loss, join="inner")
    return there.assign(loss=also)


def _by_seed(seen: xr.Dataset, share: str) -> np.ndarray:
    """Return the correlation of a share with minus the loss over updates, of each seed."""
    pairs = [
        (seen[share].sel(seed=s).values, -seen["loss"].sel(seed=s).values) for s in seen["seed"]
    ]
    return np.array([_correlation(*pair) for pair in pairs])


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation where both are known; 0 where one does not change."""
    known = np.isfinite(first) & np.isfinite(second)
    pair = np.array([first, second])[:, known]
    if not known.any() or (np.ptp(pair, axis=1) == 0).any():
        return 0.0
    return float(np.corrcoef(pair)[0, 1])


def _word_of_correlation(whole: np.ndarray, later: np.ndarray) -> tuple[str, str]:
    """Return the verdict on correlations by seed, with the start and without it.

    Intervals are of the inverse hyperbolic tangent, whose errors are nearly normal.
    """
    if len(whole) < SEEDS:
        return OPEN, f"{SEEDS} seeds are needed"
    with_start, without = (np.arctanh(r.clip(-NEARLY_ONE, NEARLY_ONE)) for r in (whole, later))
    printed = np.arctanh(PAPER)
    low, high = mean_interval(with_start)
    low_later, high_later = mean_interval(without)
    if low_later > 0:
        same = high >= printed
        weaker = "" if same else ", less closely than the paper's"
        return REPRODUCED if same else CONSISTENT, f"they go together during training{weaker}"
    if high < printed and low <= 0:
        return REFUTED, "no correlation that holds over seeds"
    if high_later < printed and mean_interval(with_start - without)[0] > 0:
        return REFUTED, "it is one step, from untrained to trained"
    return OPEN, "not decided by so many seeds"


def _told_of_correlation(found: dict[str, tuple[np.ndarray, np.ndarray]]) -> str:
    names = {"above_8": "above 8 px", "above_unit": "1/k above 1.5"}
    return "; ".join(
        f"share {names[share]}, by seed: {listed(whole)}; without update 0: {listed(later)}"
        for share, (whole, later) in found.items()
    )


def _told_of_shares(seen: xr.Dataset) -> str:
    shares = seen["above_8"].mean("seed").values
    known = 1 - seen["unresolved"].mean("seed").values
    return (
        f"; share above 8 px {listed(shares[[0, 1, -1]])} at the start, the first look, the end, of the "
        f"{listed(known[[0, 1, -1]])} of pixels whose waves turn once"
    )


def lstm(result: xr.DataTree, setting: Setting) -> Row:
    """Long wavelengths of a ConvLSTM's state: beyond its start, and beyond white noise."""
    claim = "the LSTM grows waves, too"
    recurrent = [n for n, a in setting.architectures.items() if a.model == "conv_lstm"]
    decides = command(setting, f"--model conv_lstm --readout linear --seeds {MANY}")
    if not recurrent or not setting.is_trained:
        return [claim, OPEN, f"a trained ConvLSTM is needed: {decides}"]
    if START not in setting.stages:
        return [claim, OPEN, f"how own weights started is not known: {decides}"]
    waving = waving_share(
        results.dataset(result, "observed/wavelengths").sel(wave_network=recurrent)
    )
    by_stage = waving.mean("wave_network")
    start, after = (by_stage.sel(stage=stage).values for stage in (START, AFTER))
    noise = waving_share_of_noise()
    told = (
        f"share of pixels with waves above 8 px, {', '.join(recurrent)}: {float(np.mean(start)):.3g} at the "
        f"start, {float(np.mean(after)):.3g} after training, white noise {noise:.2g}; it rises in "
        f"{int((after > start).sum())} of {len(start)} seeds"
    )
    word = _word_of_growth(after - start, after - noise)
    if word == REFUTED and not set(recurrent) & set(learnt(result)):
        return [claim, OPEN, f"{told}; it has not learnt to tell classes apart: {decides}"]
    return [
        claim,
        word,
        told if word != OPEN else f"{told}; not decided by so many seeds: {decides}",
    ]


def waving_share(spread: xr.Dataset) -> xr.DataArray:
    """Return the share of all pixels with a wave above 8 px; a phase that never turns once is none."""
    known = 1 - spread["unresolved"]
    return (spread["above_8"] * known).where(known > 0, 0.0)


def _word_of_growth(growth: np.ndarray, beyond: np.ndarray) -> str:
    """Return the verdict on seeds: shares beyond those of the start, and of noise."""
    if len(growth) < SEEDS:
        return OPEN
    (low, high), (low_beyond, high_beyond) = mean_interval(growth), mean_interval(beyond)
    if low > 0 and low_beyond > 0:
        return CONSISTENT
    return REFUTED if high < 0 or high_beyond < 0 else OPEN


def waving_share_of_noise() -> float:
    """Return the share of pixels with a wave above 8 px in white noise."""
    noise = np.random.default_rng(0).standard_normal((RUN_ON, NOISE_SIDE, NOISE_SIDE))
    found = wavelength_shares(local_wavelengths(noise))
    return found.above_8 * (1 - found.unresolved)
