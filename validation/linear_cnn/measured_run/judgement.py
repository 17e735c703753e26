"""What a run is in the light of its forecast: as forecast, rescaled in time, or unexplained."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import xarray as xr

from numerics.learning_curves import FEWEST_RECORDS, fit_sigmoids
from numerics.singular_modes import discovery_updates
from validation import results

EACH_START = "descent from each start"
FEWEST_TRIALS = 3
# what a faster run has more of, and less of. The fitted end is shown, not judged: where modes share
# frequencies some starts stay on a plateau for long, and most do not
PACED = {"rate": 1, "half_time": -1}
SHAPE = "residual"  # how unlike a sigmoid a curve is: noise adds to it, and nothing takes from it
FALSE_ALARMS = 0.003  # of all that is judged of a run together, were the scatter of starts normal
REFINEMENTS = 4
SMALLEST_BAND = 1e-6  # relative: what fits and interpolation may do
AS_FORECAST, RESCALED, UNEXPLAINED = "as forecast", "rescaled in time", "unexplained"
NOT_LEARNT, NOT_JUDGED = "not half learnt, as forecast", "not judged: later than the forecast goes"
UNRECORDED = "learnt, but its rise was not recorded"
SAY_NOTHING = {NOT_LEARNT, NOT_JUDGED, UNRECORDED}
OFF_PACE, UNDECIDED = "pace out of its band", "not judged"  # of a whole run


def quantile(starts: int, tests: int) -> float:
    """Return Student's t that so many tests together exceed with the probability FALSE_ALARMS."""
    from scipy.stats import t

    return float(t.ppf(1 - FALSE_ALARMS / (2 * tests), starts - 1))


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A run's fits beside those of the ensemble, in logarithms.

    Parameters
    ----------
    deviation, band : dict of str to ndarray, (mode,)
        ln(run/forecast) of rate, half time and residual, and how large starts and noise may make it.
    judged : ndarray of bool, (mode,)
        Whether run and enough starts pass S/2, in rises that can be fitted.
    learnt, starts_learnt : ndarray, (mode,)
        Whether the run passes S/2, and the share of starts that do.
    unrecorded, misplaced : ndarray of bool, (mode,)
        Whether run and enough starts pass S/2 but too few records tell how; and whether these then
        are enough to tell that the run passed it before or after what starts may do.
    apart : ndarray of bool, (mode,)
        Whether the largest strength of the run is not among those of the starts, nor by noise.
    pace, pace_band : float
        ln of the factor by which the run is faster, of all modes together.
    """

    deviation: dict[str, np.ndarray]
    band: dict[str, np.ndarray]
    judged: np.ndarray
    learnt: np.ndarray
    starts_learnt: np.ndarray
    unrecorded: np.ndarray
    misplaced: np.ndarray
    apart: np.ndarray
    pace: float
    pace_band: float

    @property
    def fits(self) -> np.ndarray:
        """Whether rate and half time of each mode are within their bands, (mode,); and its shape.

        A curve may be less of a sigmoid than the forecast's, by noise, but not more.
        """
        inside = [np.abs(self.deviation[q]) <= self.band[q] for q in PACED]
        inside.append(self.deviation[SHAPE] >= -self.band[SHAPE])
        return np.all(inside, axis=0) & self.judged

    @property
    def contradicted(self) -> np.ndarray:
        """Modes out of their bands or their place, or learnt by the run and no start, or the reverse.

        Of the latter those that pass S/2 at the very end, a little above or below it, do not count.
        """
        one_sided = np.where(self.learnt, self.starts_learnt == 0, self.starts_learnt == 1)
        return (one_sided & self.apart) | (self.judged & ~self.fits) | self.misplaced

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts the forecast: modes, and their common pace."""
        return not self.contradicted.any() and abs(self.pace) <= self.pace_band


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What a run is, in the light of its forecast.

    Parameters
    ----------
    comparison : Comparison
        As it was recorded.
    verdicts : list of str
        Of each mode.
    factor, factor_low, factor_high : float
        How many times as fast as forecast the run is, where one factor explains every mode, with
        its band; else nan.
    """

    comparison: Comparison
    verdicts: list[str]
    factor: float = math.nan
    factor_low: float = math.nan
    factor_high: float = math.nan

    @property
    def verdict(self) -> str:
        """What the run as a whole is."""
        if math.isfinite(self.factor):
            return RESCALED
        if UNEXPLAINED in self.verdicts:
            return UNEXPLAINED
        if set(self.verdicts) <= SAY_NOTHING:
            return NOT_LEARNT if set(self.verdicts) == {NOT_LEARNT} else UNDECIDED
        return AS_FORECAST if self.comparison.agrees else OFF_PACE


def judgement(result: xr.DataTree) -> Judgement:
    """Judge a run: as forecast, rescaled in time by one factor, or unexplained."""
    (ladder,) = results.ladders(result)
    run = ladder.rungs[-1].value.isel(trial=0, drop=True).transpose("mode", "update")
    singular = results.array(result, "setup", "singular_value")
    longer = results.array(result, "forecast/longer", "strength").transpose(
        "trial", "mode", "update"
    )
    times = discovery_updates(longer["update"].values, longer.values, singular.values)
    plain = compared(ladder.rung(EACH_START), run, singular, times)
    if plain.agrees:
        return Judgement(plain, [_agreeing(plain, m, AS_FORECAST) for m in range(len(singular))])
    pace, paced = _common_pace(plain, longer, run, singular, times)
    if paced is not None and paced.judged.any() and not paced.contradicted.any():
        edges = (math.exp(pace + sign * paced.pace_band) for sign in (0, -1, 1))
        paced = dataclasses.replace(paced, learnt=plain.learnt)  # also beyond what was compared
        verdicts = [_agreeing(paced, m, RESCALED) for m in range(len(singular))]
        return Judgement(plain, verdicts, *edges)
    return Judgement(
        plain,
        [
            UNEXPLAINED if plain.contradicted[m] else _agreeing(plain, m, AS_FORECAST)
            for m in range(len(singular))
        ],
    )


def _agreeing(comparison: Comparison, mode: int, verdict: str) -> str:
    if comparison.judged[mode]:
        return verdict
    if comparison.unrecorded[mode]:
        return UNRECORDED
    return NOT_JUDGED if comparison.learnt[mode] else NOT_LEARNT


def compared(
    starts: xr.DataArray, strengths: xr.DataArray, singular: xr.DataArray, times: np.ndarray
) -> Comparison:
    """Compare a run (mode, update) with an ensemble of starts (trial, mode, update), fitted alike.

    `times` (trial, mode) are the updates at which the starts pass S/2, whatever of it was recorded.
    A band is what one more start may differ from the mean of the others by, and what the run's
    noise adds: its uncertainty beyond that of the forecast's fits, whose misfit it shares.
    """
    known = fit_sigmoids(starts, singular).transpose("trial", "mode")
    run = fit_sigmoids(strengths, singular)
    trials, highest = known.sizes["trial"], starts.max("update").transpose("trial", "mode").values
    learnt = strengths.max("update").values > singular.values / 2
    starts_learnt = highest > singular.values / 2
    reached = np.isfinite(known["half_time"].values)
    judged = np.isfinite(run["half_time"].values) & (reached.sum(axis=0) >= FEWEST_TRIALS)
    unrecorded = learnt & ~judged & (starts_learnt.sum(axis=0) >= FEWEST_TRIALS)
    noise = _noise_of_records(strengths)
    misplaced = unrecorded & _out_of_place(strengths, singular.values, times, noise)
    wide = [
        quantile(max(n, 2), len((*PACED, SHAPE)) * max(judged.sum(), 1))
        for n in reached.sum(axis=0)
    ]
    deviation, band, centred = {}, {}, {}
    with np.errstate(invalid="ignore", divide="ignore"):
        count = reached.sum(axis=0)
        for name in (*PACED, SHAPE):
            logs = np.log(np.where(known[name] > 0, known[name], np.nan))
            mean, spread = (_over_starts(logs, judged, how) for how in (np.nanmean, _deviation))
            spread = spread * np.sqrt(1 + 1 / np.maximum(count, 1))
            if name in PACED:
                spread = np.hypot(spread, _excess_noise(known, run, name, judged))
            deviation[name] = np.where(judged, np.log(run[name].values) - mean, np.nan)
            band[name] = np.array(wide) * spread + SMALLEST_BAND
            centred[name] = logs - mean
    wide_apart = quantile(trials, len(judged)) * math.sqrt(1 + 1 / trials)
    difference = np.abs(strengths.max("update").values - highest.mean(axis=0))
    apart = difference > wide_apart * highest.std(axis=0, ddof=1) + noise
    found = Comparison(
        deviation,
        band,
        judged,
        learnt,
        starts_learnt.mean(axis=0),
        unrecorded,
        misplaced,
        apart,
        math.nan,
        math.nan,
    )
    if not judged.any():
        return found
    weights = {q: np.where(judged, 1 / band[q] ** 2, 0) for q in PACED}
    whole = sum(w.sum() for w in weights.values())

    def common(values: dict[str, np.ndarray]) -> Any:
        parts = (
            PACED[q] * np.where(judged, np.nan_to_num(values[q]), 0) * weights[q] for q in PACED
        )
        return sum(p.sum(axis=-1) for p in parts) / whole

    # the starts' own scatter of the same mean: their modes are early or late together
    unsure = math.sqrt(sum((w**2 * _noise(run, q)).sum() for q, w in weights.items())) / whole
    scatter = math.hypot(common(centred).std(ddof=1) * math.sqrt(1 + 1 / trials), unsure)
    pace_band = quantile(trials, 1) * scatter + SMALLEST_BAND
    return dataclasses.replace(found, pace=float(common(deviation)), pace_band=pace_band)


def _noise_of_records(strengths: xr.DataArray) -> np.ndarray:
    """Return what noise may add to any record of a run (mode, update), of each mode.

    From second differences, of which a curve that is recorded well has hardly any, and by their
    lower quartile, which a rise between two records does not move.
    """
    from scipy.stats import norm

    second = np.abs(np.diff(strengths.values, n=2, axis=-1))
    quartile = np.quantile(second, 0.25, axis=-1, method="lower")
    deviation = quartile / (math.sqrt(6) * norm.ppf(0.625))
    return norm.isf(FALSE_ALARMS / (2 * strengths.size)) * deviation


def _out_of_place(
    strengths: xr.DataArray, singular: np.ndarray, times: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return which modes passed S/2 by a record before, or after one beyond, the starts' times."""
    updates, trials = strengths["update"].values.astype(float), len(times)

    def first_above(levels: np.ndarray) -> np.ndarray:
        """Return the first record above a level, (mode,), as many as there are if none."""
        above = strengths.values > levels[:, None]
        return np.where(above.any(axis=-1), above.argmax(axis=-1), len(updates))

    # a record within the noise of S/2 tells neither
    passed = np.append(updates, np.inf)[first_above(singular / 2 + noise)]
    not_yet = np.insert(updates, 0, 0)[first_above(singular / 2 - noise)]
    logs = np.log(np.where(times > 0, times, np.nan))
    count = np.isfinite(logs).sum(axis=0)
    enough = count >= FEWEST_TRIALS
    centre, spread = (_over_starts(logs, enough, how) for how in (np.nanmean, _deviation))
    wide = np.array([quantile(max(n, 2), len(count)) for n in count])
    width = wide * spread * np.sqrt(1 + 1 / np.maximum(count, 1)) + SMALLEST_BAND
    # where a start passes it beyond the forecast, there is no latest time
    late = (not_yet > np.exp(centre + width)) & (count == trials)
    return (passed < np.exp(centre - width)) | late


def _excess_noise(known: xr.Dataset, run: xr.Dataset, name: str, judged: np.ndarray) -> np.ndarray:
    """Return the uncertainty of ln of a fitted quantity beyond that of the forecast's fits, (mode,)."""
    noise = run[f"{name}_uncertainty"].values / run[name].values
    shared = known[f"{name}_uncertainty"].values / known[name].values
    return np.sqrt(np.maximum(noise**2 - _over_starts(shared**2, judged, np.nanmean), 0))


def _over_starts(values: np.ndarray, judged: np.ndarray, how: Any) -> np.ndarray:
    """Return a number over the starts for each mode that is judged, nan for the others."""
    found = np.full(values.shape[1], np.nan)
    found[judged] = how(values[:, judged], axis=0)
    return found


def _deviation(values: np.ndarray, axis: int) -> np.ndarray:
    return np.nanstd(values, axis=axis, ddof=1)


def _noise(run: xr.Dataset, name: str) -> np.ndarray:
    """Return the variance of ln of a fitted quantity, 0 where there is none."""
    relative = run[f"{name}_uncertainty"].values / run[name].values
    return np.nan_to_num(relative) ** 2


def _common_pace(
    plain: Comparison,
    longer: xr.DataArray,
    run: xr.DataArray,
    singular: xr.DataArray,
    times: np.ndarray,
) -> tuple[float, Comparison | None]:
    """Find the factor in time that makes the forecast most like the run; compare again with it.

    Both are fitted anew on the part of the run that the forecast, paced by the factor, covers.
    """
    from scipy.interpolate import PchipInterpolator

    pace, found = plain.pace, None
    known = longer["update"].values.astype(float)
    along = PchipInterpolator(known, longer.values, axis=-1)
    for _ in range(REFINEMENTS):
        paced = run["update"].values * math.exp(pace) if math.isfinite(pace) else np.empty(0)
        inside = (paced >= known[0]) & (paced <= known[-1])
        if inside.sum() < FEWEST_RECORDS:
            return pace, None
        shown = run.isel(update=inside)
        expected = shown.expand_dims(trial=longer["trial"]).copy(data=along(paced[inside]))
        found = compared(expected, shown, singular, times * math.exp(-pace))
        if not found.judged.any() or abs(found.pace) <= SMALLEST_BAND:
            break
        pace += found.pace
    return pace, found


def usual_factor(judged: Judgement, outputs: int, samples: int) -> str | None:
    """Return which usual slip a factor in time would be: of 2, of the outputs, of the images."""
    p, m = outputs, samples
    slips = (
        (2.0, "2: the loss has no factor 1/2 where one was taken"),
        (1 / 2, "1/2: the loss has a factor 1/2 that was not taken"),
        (p, f"p = {p}: the loss is summed over the outputs, not averaged"),
        (1 / p, f"1/p = 1/{p}: the loss is averaged over the outputs, not summed"),
        (p / 2, f"p/2 = {p / 2:g}: half the squared error summed over the outputs"),
        (2 / p, f"2/p = 2/{p}: the squared error averaged over the outputs"),
        (m, f"M = {m}: the loss is summed over the images, not averaged"),
        (1 / m, f"1/M = 1/{m}: the loss is averaged over the images, not summed"),
    )
    near = [
        (abs(math.log(judged.factor / factor)), said)
        for factor, said in slips
        if factor != 1 and judged.factor_low <= factor <= judged.factor_high
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None
