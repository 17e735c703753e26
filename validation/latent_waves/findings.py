"""What the checks of the image sets found, read from the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from scipy import stats

from numerics.latent_waves import null_test
from numerics.latent_waves.film import moving_mean
from numerics.latent_waves.front import explained_variance, inner_frames
from numerics.latent_waves.front_ladder import HALF_A, in_use
from numerics.latent_waves.predictors import LOCALLY_STATIONARY, STATIONARY
from numerics.latent_waves.verdict import NO_ORDER, ORDERED, WAVE
from validation import results
from validation.checks import Finding, Missing, NotRun, findings_where
from validation.ladder import Ladder
from validation.latent_waves import check_table as table
from validation.latent_waves.discovery import PAPER, PRINTED, REFITTED
from validation.latent_waves.forecasting import FRONT, HALF_B, HANN, POSITION, RINGS_P
from validation.latent_waves.held_out_frames import BY_P, PERSISTENCE
from validation.latent_waves.measuring import BY_STATED_P
from validation.latent_waves.setting import Setting

LEAD, WINDOW = 30, 25
RANKED = ("forecast", "observed/half_b")
# words that are known beforehand, by set and, for photographs, by photograph and side
WORDS: Mapping[tuple[str, ...], str] = {
    (table.DIGITS,): NO_ORDER,
    (table.MNIST,): ORDERED,
    (table.FASHION,): ORDERED,
    (table.CIFAR,): WAVE,
    (table.PHOTOGRAPHS, "flower", "32"): WAVE,
    (table.PHOTOGRAPHS, "flower", "16"): WAVE,
    (table.PHOTOGRAPHS, "china", "32"): NO_ORDER,
    (table.PHOTOGRAPHS, "china", "16"): NO_ORDER,
    (table.PHOTOGRAPHS, "both", "32"): NO_ORDER,
    (table.PHOTOGRAPHS, "both", "16"): NO_ORDER,
    (table.GAUSSIAN,): WAVE,
}


def of_images(result: xr.DataTree, setting: Setting) -> dict[str, Finding]:
    """Return a finding for each check, but where its bar is not stated for the options."""
    functions = _of_every_set(result, setting) | _of_fronts(result, setting)
    if setting.compares_decompositions:
        functions |= {
            "LW29": lambda: float(results.array(result, "observed/exactness", "frames_missed")),
            "LW37": lambda: float(results.array(result, "observed/exactness", "values_missed")),
        }
    if setting.fits_equations:
        functions |= _of_equations(result)
    else:
        functions |= dict.fromkeys(EQUATION_CHECKS, lambda: NotRun("no equations were fitted"))
    own = {check.id for check in table.CHECKS if setting.name in check.cases}
    kept = {name: found for name, found in functions.items() if name in own}
    stated = conditions(setting) | {table.ENOUGH_FRAMES: _enough_frames(result, setting)}
    return findings_where(table.CHECKS, stated, kept)


def _enough_frames(result: xr.DataTree, setting: Setting) -> bool:
    """Return whether steps of the front say more of the set than of the few frames they are a mean of."""
    frames = results.ladder(result, FRONT).rung(HALF_B).sizes["frame"]
    return frames >= table.LEAST_COMPARED and setting.stream.count >= setting.pixels


EQUATION_CHECKS = tuple(check.id for check in table.EQUATIONS_OF_SETS)


def conditions(setting: Setting) -> dict[str, bool]:
    """Return which of the conditions, under which bars are stated, the options meet."""
    config, stream = setting.config, setting.stream
    as_stored = config.average in (None, 1)
    whole = config.seed == 0 and config.p is None and as_stored
    steep = (config.slope, config.shape) in ((3.0, 2.0), (2.0, 1.3))
    return {
        table.AS_NAMED: setting.as_it_comes and whole,
        table.FLOWER: setting.name == table.PHOTOGRAPHS
        and whole
        and config.photograph == "flower"
        and stream.shape == (32, 32)
        and stream.count == 40_000,
        table.MANY: setting.name == table.GAUSSIAN
        and steep
        and as_stored
        and config.p is None
        and stream.count >= 20_000
        and stream.shape == (32, 32),
        table.LARGE_IMAGES: setting.pixels >= 784,
        table.JUDGED: _known_word(setting) is not None,
        table.PAPER_FILM: setting.uses_paper_film,
    }


def _known_word(setting: Setting) -> str | None:
    """Return the word of a set that is known beforehand, if it is."""
    config, (side, _), count = setting.config, setting.stream.shape, setting.stream.count
    if config.average not in (None, 1):
        return None
    if setting.name == table.PHOTOGRAPHS:
        known = (setting.name, config.photograph, str(side))
        return WORDS.get(known) if count >= 20_000 else None
    if setting.name == table.GAUSSIAN:
        steep = 2 <= config.slope <= 3 and 0.6 <= config.shape <= 2
        return WAVE if steep and side in (16, 32) and count >= 5000 else None
    return WORDS.get((setting.name,)) if setting.as_it_comes else None


def _of_every_set(result: xr.DataTree, setting: Setting) -> dict[str, Callable[[], Finding]]:
    half = results.dataset(result, "observed/half_b")
    whole = results.dataset(result, "observed/whole")
    shuffled = results.array(result, "observed/shuffled", "isotonic_r2")
    return {
        "LW04": lambda: float(half["sums_missed"]),
        "LW05": lambda: float(half["means_excess"]),
        "LN1": lambda: _sampling(result),
        "LN5": lambda: results.ladder(result, FRONT).beyond(POSITION),
        "LN2": lambda: float(shuffled.max()),
        "LW35": lambda: float(shuffled.max()),
        "LW35b": lambda: float(whole["isotonic_r2"]),
        "LW20e": lambda: float(whole.attrs["word"] != _known_word(setting)),
    }


def _of_fronts(result: xr.DataTree, setting: Setting) -> dict[str, Callable[[], Finding]]:
    forecast, whole = (results.dataset(result, g) for g in ("forecast", "observed/whole"))
    skill = results.dataset(result, "observed/skill")
    ladder = results.ladder(result, FRONT)

    def at(name: str, method: str) -> float:
        return float(skill[name].sel(way=method, lead=LEAD))

    def p_missed() -> float:
        half = results.dataset(result, "observed/half_b")
        return abs(float(forecast["p_middle"] - half["p_middle"]))

    sampling = lambda: step_rms(ladder, HALF_B)  # noqa: E731
    return {
        "LW17": lambda: float(whole["front_exponent"]),
        "LW17b": lambda: float(whole["front_ratio"]),
        "LW18": p_missed,
        "LW19": lambda: at("skill", BY_STATED_P),
        "LW19b": lambda: at("skill", BY_STATED_P) - at("skill", PERSISTENCE),
        "LW40f": sampling,
        "LW40": sampling,
        "LW40c": sampling,
        "LW15": lambda: order_correlation(result, LOCALLY_STATIONARY),
        "LW15b": lambda: order_correlation(result, STATIONARY),
        "LW16": lambda: ring_energy_r2(result, LOCALLY_STATIONARY),
        "LW41": lambda: abs(
            step_mean(ladder, LOCALLY_STATIONARY) - float(forecast["position_step"])
        ),
        "LW20": lambda: order_correlation(result, HANN),
        "LW20b": p_missed,
        "LW20c": lambda: at("skill", BY_STATED_P),
        "LW20f": lambda: at("ratio", BY_STATED_P),
        "LW20d": lambda: abs(float(whole["p"]) - setting.config.shape),
        "LW20g": lambda: at("skill", BY_P),
    }


def _sampling(result: xr.DataTree) -> Finding:
    found = sampling_ratio(result)
    return found if np.isfinite(found) else Missing("a quarter of the images has too few frames")


# --- numbers of the front, which tables and verdicts show as well -------------------------------


def step_rms(ladder: Ladder, rung: str) -> float:
    """Return the rms of the step down to a rung, over the mean radius of half B."""
    return float(np.sqrt((_step(ladder, rung) ** 2).mean()))


def step_mean(ladder: Ladder, rung: str) -> float:
    """Return the mean of the step down to a rung, over the mean radius of half B."""
    return float(_step(ladder, rung).mean())


def rung_rms(ladder: Ladder, rung: str) -> float:
    """Return the rms of a rung's difference from half B, over the mean radius of half B."""
    measured = ladder.rung(HALF_B)
    return float(np.sqrt(((ladder.rung(rung) - measured) ** 2).mean()) / measured.mean())


def _step(ladder: Ladder, rung: str) -> xr.DataArray:
    """Return lower minus upper rung, over the mean radius of half B."""
    names = [r.name for r in ladder.rungs]
    upper = ladder.rungs[names.index(rung) - 1].value
    return (ladder.rung(rung) - upper) / ladder.rung(HALF_B).mean()


def sampling_ratio(result: xr.DataTree) -> float:
    """Return the rms of the step from half A to half B over that between the quarters of A."""
    ladder = results.ladder(result, FRONT)
    step = ladder.rung(HALF_B) - ladder.rung(HALF_A)
    forecast = float(results.dataset(result, "forecast")["sampling_step"])
    return float(np.sqrt((step**2).mean())) / forecast


def order_correlation(result: xr.DataTree, model: str) -> float:
    """Return the Spearman correlation of a forecast order with that of half B."""
    forecast = results.array(result, "forecast/order", "order").sel(model=model)
    measured = results.array(result, "observed/half_b", "order")
    return float(stats.spearmanr(forecast.values.ravel(), measured.values.ravel()).statistic)


def ring_energy_r2(result: xr.DataTree, model: str, window: int = WINDOW) -> float:
    """Return the R2 of forecast ring energies, both smoothed, over the frames inside the plane."""
    forecast = results.array(result, "forecast/ring_energy", "ring_energy").sel(model=model)
    measured = results.array(result, "observed/half_b", "ring_energy")
    fraction = float(results.dataset(result, "forecast")["area_fraction"])
    height, width = results.array(result, "setup", "local_amplitude").shape
    last = min(int(results.array(result, f"{group}", "rank")) for group in RANKED)
    frames = inner_frames(RINGS_P, (height, width), fraction=in_use(fraction), rank=last)
    smooth = [moving_mean(film.values, window)[:, frames] for film in (forecast, measured)]
    return explained_variance(*smooth)


# --- equations ----------------------------------------------------------------------------------


def _of_equations(result: xr.DataTree) -> dict[str, Callable[[], Finding]]:
    film = results.dataset(result, f"observed/equations/{PAPER}")

    def fitted(name: str) -> xr.DataArray:
        return film["coefficient"].sel(equation=name)

    def printed_digits() -> float:
        return float(abs(fitted(REFITTED) - fitted(PRINTED)).max())

    def simulated(over: str) -> Finding:
        run = simulated_over(film, PRINTED, over)
        return Missing("the printed equation could not be run") if run is None else run

    def shift_over_printed() -> Finding:
        run = simulated(BY_P)
        return 1 / run if isinstance(run, float) else run

    def r2(part: str) -> float:
        return float(film[part].sel(equation=REFITTED))

    exact = lambda: exactness(result)  # noqa: E731
    return {
        "LW08": printed_digits,
        "LW10": printed_digits,
        "LW09": lambda: r2("train"),
        "LW09b": lambda: r2("held_out"),
        "LW11": lambda: float(
            results.array(result, "observed/equations/paper_tables", "release_missed")
        ),
        "LW12": exact,
        "LW12f": exact,
        "LW13": lambda: float(film["wrong_share"].sel(equation=PRINTED)),
        "LW31": lambda: above_nulls(result, PAPER),
        "LW34": lambda: float(film["spread"].sel(equation=REFITTED).min()),
        "LW33": lambda: simulated(PERSISTENCE),
        "LW33b": shift_over_printed,
    }


def above_nulls(result: xr.DataTree, film: str) -> float:
    """Return the held-out R2 of all terms minus that of the best null, both over the film's window."""
    found = results.dataset(result, f"observed/equations/{film}")
    scores = results.dataset(result, f"observed/equations/{film}/nulls")
    excess = null_test.above_nulls(scores).sel(window=found.attrs["window"])
    return float(excess.sel(library="twelve terms"))


def exactness(result: xr.DataTree) -> float:
    """Return the largest relative difference of our STLSQ's coefficients from PySINDy's."""
    return float(results.array(result, "observed/equations/paper_tables", "stlsq_missed"))


def terms_of(film: xr.Dataset, name: str) -> list[str]:
    """Return the terms of an equation."""
    coefficients = film["coefficient"].sel(equation=name)
    return [str(t) for t in coefficients["term"].values[np.isfinite(coefficients.values)]]


def simulated_over(film: xr.Dataset, name: str, method: str) -> float | None:
    """Return the rmse of an equation run forwards over that of a baseline; None if it is not run."""
    if "rmse" not in film:
        return None
    run = float(film["rmse"].sel(equation=name) / film["baseline_rmse"].sel(way=method))
    return run if np.isfinite(run) else None
