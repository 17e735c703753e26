"""Tables of the image sets: predicted beside measured, and the evidence of each equation."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.travelling_wave import ONE_WAVE
from validation import results
from validation.latent_waves import findings
from validation.latent_waves.discovery import FILMS
from validation.latent_waves.forecasting import ENERGIES, FRONT, ORDERS
from validation.latent_waves.held_out_frames import RUN

Table = dict[str, Any]


def of_images(result: xr.DataTree) -> list[Table]:
    """Return front, order, shape and word, skills; and what each film's equations are worth."""
    shown = [_word(result), _steps(result), _models(result), _skills(result)]
    if "equations" in result["/observed"].children:
        if "paper_tables" in result["/observed/equations"].children:
            shown.append(_table_1(result))
        for film, title in FILMS.items():
            shown += [
                _equations(result, film, title),
                _evidence(result, film, title),
                _ahead(result, film, title),
                _nulls(result, film, title),
                _path(result, film, title),
            ]
    return [table for table in shown if table["rows"]]


def _word(result: xr.DataTree) -> Table:
    forecast, whole = (results.dataset(result, g) for g in ("forecast", "observed/whole"))
    half = results.dataset(result, "observed/half_b")

    def both(name: str) -> tuple[xr.DataArray, xr.DataArray]:
        return forecast[name], half[name]

    in_area = "1/sqrt(f) by the area fraction of half A, mean R(j) over sqrt(j/C_p)"
    rows: list[list[Any]] = [
        ["shape p, best: Hann spectrum of half A, order of half B", *both("best_p")],
        ["middle of the p that fit alike", *both("p_middle")],
        ["lowest of them", *both("p_low")],
        ["highest of them", *both("p_high")],
        ["isotonic R2 of the best", *both("isotonic_r2")],
        ["p of two quarters of the images differs by", forecast["p_bar"], np.nan],
        [in_area, 1 / np.sqrt(forecast["area_fraction"]), whole["front_ratio"]],
        ["exponent of R(j): area law, all images", 0.5, whole["front_exponent"]],
        [f"q, {int(whole['lead'])} frames ahead: bar, shift over persistence", 0.2, whole["ratio"]],
    ]
    return {
        "title": f"the word for this film: {whole.attrs['word']}",
        "columns": ["number", "forecast or bar", "measured"],
        "rows": [[name, *(_finite(float(x)) for x in numbers)] for name, *numbers in rows],
    }


def _steps(result: xr.DataTree) -> Table:
    ladder = results.ladder(result, FRONT)
    forecast = results.dataset(result, "forecast")
    rows = []
    for upper, lower in zip(ladder.rungs[:-1], ladder.rungs[1:], strict=True):
        rows.append(
            [
                f"{upper.name} to {lower.name}",
                findings.step_rms(ladder, lower.name),
                -findings.step_mean(ladder, lower.name),
                findings.rung_rms(ladder, upper.name),
            ]
        )
    said = float(forecast["position_step"])
    return {
        "title": "front radius R(j), step by step, over its mean in half B; by the area law the mean of "
        f"the step to the locally stationary model is {-said:.3g}",
        "columns": ["step", "rms", "mean, upper minus lower", "rms of the upper rung to half B"],
        "rows": rows,
    }


def _models(result: xr.DataTree) -> Table:
    rows = []
    for name in dict.fromkeys([*ORDERS, *ENERGIES]):
        correlation = findings.order_correlation(result, name) if name in ORDERS else None
        shares = [
            findings.ring_energy_r2(result, name, window) if name in ENERGIES else None
            for window in (9, 25)
        ]
        rows.append([name, correlation, *shares])
    return {
        "title": "models of half A against half B",
        "columns": [
            "model",
            "order t(k), Spearman",
            "ring energies, R2 over 9 frames",
            "over 25 frames",
        ],
        "rows": rows,
    }


def _skills(result: xr.DataTree) -> Table:
    found = results.dataset(result, "observed/skill")
    p = found.attrs["stated_p"]
    stated = f"; p as stated is {p:g}" if np.isfinite(p) else ""
    leads = found["lead"].values
    return {
        "title": "skill of forecasts of ring energies, frames "
        f"{found.attrs['first']} to {found.attrs['last']} of all images{stated}",
        "columns": ["forecast", *(f"{lead} frames ahead" for lead in leads)],
        "rows": [
            [str(name), *(float(found["skill"].sel(way=name, lead=lead)) for lead in leads)]
            for name in found["way"].values
        ],
    }


def _equations(result: xr.DataTree, film: str, title: str) -> Table:
    found = results.dataset(result, f"observed/equations/{film}")
    rows = []
    for name in found["equation"].values:
        one = found.sel(equation=name)
        share = float(one["wrong_share"])
        on = f" on {share:.1%} of the points" if share > 0 else ""
        rows.append(
            [
                str(name),
                written(one["coefficient"]),
                written(one["raw_coefficient"]),
                f"{one['verdict'].values}{on}: {one['reason'].values}",
            ]
        )
    frames = (
        f"frames {found.attrs['start']} to {found.attrs['end']}, window {found.attrs['window']}"
    )
    score = found.attrs["wave_score"]
    wave = f"travelling-wave score {score:.3g}"
    alone = "one travelling wave: no support but u_x is evidence" if score > ONE_WAVE else ""
    return {
        "title": ", ".join(filter(None, [f"equations, {title}", frames, wave, alone])),
        "columns": [
            "equation",
            "u, x, t from 0 to 1: u_t =",
            "raw units: u_t =",
            "well-posedness on the film",
        ],
        "rows": rows,
    }


def _evidence(result: xr.DataTree, film: str, title: str) -> Table:
    found = results.dataset(result, f"observed/equations/{film}")
    nulls = results.dataset(result, f"observed/equations/{film}/nulls")
    at = {"part": "held out", "library": "twelve terms", "window": found.attrs["window"]}
    best = float(nulls["nulls"].sel(at).max())
    rows = []
    for name in found["equation"].values:
        one = found.sel(equation=name)
        rows.append(
            [
                str(name),
                float(one["train"]),
                float(one["held_out"]),
                float(one["held_out"]) - best,
                float(one["spread"].max()),
                float(one["selected_share"]),
                str(one["thresholds"].values) or "-",
            ]
        )
    return {
        "title": f"evidence, {title}; the best of the nulls has R2 {best:.3g} held out with all terms",
        "columns": [
            "equation",
            "R2 fitted",
            "R2 held out",
            "minus the best null",
            "spread over halves of the images, worst",
            "halves that select it",
            "thresholds that select it",
        ],
        "rows": rows,
    }


def _table_1(result: xr.DataTree) -> Table:
    found = results.dataset(result, "observed/equations/paper_tables")
    rows = [["as printed", *map(float, found["printed"]), None, None, None]]
    for name in found["rings"].values:
        one = found.sel(rings=name)
        numbers = [float(one[key]) for key in ("missed", "train", "held_out")]
        rows.append([str(name), *map(float, one["coefficient"]), *numbers])
    return {
        "title": "Table 1 of the paper, remade on its terms",
        "columns": [
            "rings",
            *map(str, found["term"].values),
            "largest difference",
            "R2 fitted",
            "R2 held out",
        ],
        "rows": rows,
    }


def written(coefficients: xr.DataArray) -> str:
    """Return the terms of an equation that are there, with three digits."""
    there = coefficients[np.isfinite(coefficients.values)]
    parts = [f"{float(c):+.3g} {term}" for term, c in zip(there["term"].values, there, strict=True)]
    return " ".join(parts) if len(parts) <= 4 else f"{len(parts)} terms"


def _ahead(result: xr.DataTree, film: str, title: str) -> Table:
    found = results.dataset(result, f"observed/equations/{film}")
    lead, origin = found.attrs["lead"], found.attrs["origin"]
    rows: list[list[Any]] = []
    if "rmse" in found:
        for name in found["way"].values:
            rows.append([str(name), float(found["baseline_rmse"].sel(way=name)), None])
        for name in found["equation"].values:
            one = found.sel(equation=name)
            run = [float(one[key]) for key in ("rmse", "null_rmse")]
            said = str(name)
            if not np.isfinite(run[0]):
                posed = str(one["verdict"].values) == RUN
                said += ": stops on its way" if posed else f": not run, {one['verdict'].values}"
            rows.append([said, *map(_finite, run)])
    return {
        "title": f"rmse of scaled u, {title}: 15 frames from frame {origin} + {lead} on, forecast from the "
        f"15 before frame {origin} of the film",
        "columns": ["forecast", "rmse", "same terms fitted to a null"],
        "rows": rows,
    }


def _nulls(result: xr.DataTree, film: str, title: str) -> Table:
    found = results.dataset(result, f"observed/equations/{film}/nulls")
    windows = found["window"].values
    columns = [f"{part}, window {w}" for w in windows for part in found["part"].values]
    places = [{"window": w, "part": part} for w in windows for part in found["part"].values]
    rows = [
        [f"{library}: the set", *(float(found["film"].sel(library=library, **at)) for at in places)]
        for library in found["library"].values
    ]
    for library in found["library"].values:
        for null in found["null"].values:
            each = found["nulls"].sel(library=library, null=null)
            rows.append(
                [f"{library}: {null}", *(float(each.sel(**at).max("trial")) for at in places)]
            )
    return {
        "title": f"R2 of u_t, {title}: the set beside films in which there is nothing, best of "
        f"{found.sizes['trial']} seeds",
        "columns": ["terms: film", *columns],
        "rows": rows,
    }


def _path(result: xr.DataTree, film: str, title: str) -> Table:
    found = results.dataset(result, f"observed/equations/{film}/path")
    rows = [
        [
            str(found["terms"].values[k]),
            float(found["train"][k]),
            float(found["held_out"][k]),
            str(found["thresholds"].values[k]),
        ]
        for k in range(found.sizes["support"])
        if int(found["count"][k]) <= 4
    ]
    return {
        "title": f"supports of up to four terms that thresholds select, {title}",
        "columns": ["terms", "R2 fitted", "R2 held out", "thresholds"],
        "rows": rows,
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
