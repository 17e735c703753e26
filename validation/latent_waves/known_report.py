"""What the films of known equations show: findings, the recovery table, and errors against noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.latent_waves.travelling_wave import ONE_WAVE
from validation import plots, results
from validation.checks import Finding, findings_where
from validation.latent_waves import check_table as table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CRITERION, WEIGHTED, ONE_WAVE_FOUND = "by_criterion", "weighted_by_noise", "one_wave"
CHOICES = (CRITERION, WEIGHTED, ONE_WAVE_FOUND)
NOISE = 0.05  # of the bars
TITLES = {
    "advection": "advection",
    "burgers": "Burgers",
    "korteweg_de_vries": "Korteweg-de Vries",
    "modified_korteweg_de_vries": "modified KdV",
}
ALLOWED = 3.0  # forecast deviations


def findings(result: xr.DataTree, *, enough: bool) -> dict[str, Finding]:
    """Return what the checks found."""
    weak = errors(result, "weak")
    noisy = NOISE in weak["noise"]

    def worst(*names: str) -> float:
        chosen = [f"{term}".partition(":")[0] in names for term in weak["term"].values]
        return float(abs(weak.sel(noise=NOISE).isel(term=chosen)).max())

    def beyond() -> float:
        deviation = results.array(result, "forecast", "deviation")
        noise = deviation["noise"] > 0
        ratio = abs(weak / deviation).isel(noise=np.flatnonzero(noise))
        return float((ratio > ALLOWED).mean())

    functions = {
        "LW21": lambda: worst("korteweg_de_vries", "modified_korteweg_de_vries"),
        "LW22": lambda: worst("burgers"),
        "LN3": beyond,
        "LN4": lambda: float((_named_one_wave(result) != _is_one_wave(result)).sum()),
    }
    return findings_where(table.CHECKS, {table.FIVE: enough and noisy}, functions)


def errors(result: xr.DataTree, form: str) -> xr.DataArray:
    """Return relative errors of the coefficients of a form, (term, noise, trial)."""
    return results.ladder(result, form).rungs[-1].value - 1


def _is_one_wave(result: xr.DataTree) -> xr.DataArray:
    """Return which films are one travelling wave, by their exact fields."""
    return results.array(result, "setup", "score") > ONE_WAVE


def _named_one_wave(result: xr.DataTree) -> xr.DataArray:
    """Return which fields a run names one travelling wave: u_x alone explains all but the noise."""
    return results.array(result, "observed", ONE_WAVE_FOUND)


def tables(result: xr.DataTree) -> list[dict[str, Any]]:
    """Return errors of both forms, supports found, and what each film identifies."""
    return [_recovery(result), _supports(result), _identified(result)]


def _recovery(result: xr.DataTree) -> dict[str, Any]:
    noise = results.array(result, "forecast", "deviation")["noise"].values
    worst = {form: abs(errors(result, form)).max("trial") for form in ("strong", "weak")}
    deviation = results.array(result, "forecast", "deviation")
    columns = ["film: term", *(f"{form}, {100 * n:g} %" for form in worst for n in noise)]
    columns += [f"forecast deviation, {100 * n:g} %" for n in noise if n > 0]
    rows = [
        [
            _titled(term),
            *(float(worst[form].sel(term=term, noise=n)) for form in worst for n in noise),
            *(float(deviation.sel(term=term, noise=n)) for n in noise if n > 0),
        ]
        for term in deviation["term"].values
    ]
    trials = errors(result, "weak").sizes["trial"]
    return {
        "title": f"relative error of each coefficient on its true terms, worst of {trials} seeds",
        "columns": columns,
        "rows": rows,
    }


def _titled(term: object) -> str:
    film, _, name = str(term).partition(":")
    return f"{TITLES[film]}:{name}"


def _supports(result: xr.DataTree) -> dict[str, Any]:
    observed = results.dataset(result, "observed")
    noise = observed["noise"].values
    titles = {
        CRITERION: "least BIC",
        WEIGHTED: "fewest terms that leave noise alone",
    }
    return {
        "title": f"runs of {observed.sizes['trial']} in which the weak form finds exactly the true terms",
        "columns": ["film", *(f"{titles[c]}, {100 * n:g} %" for c in titles for n in noise)],
        "rows": [
            [
                TITLES[str(film)],
                *(int(observed[c].sel(film=film, noise=n).sum()) for c in titles for n in noise),
            ]
            for film in observed["film"].values
        ],
    }


def _identified(result: xr.DataTree) -> dict[str, Any]:
    setup = results.dataset(result, "setup")
    named = _named_one_wave(result)
    rows = []
    for film in setup["film"].values:
        share = float(named.sel(film=film).mean())
        one = bool(_is_one_wave(result).sel(film=film))
        said = (
            f"u_t = -c u_x alone, c = {float(setup['speed'].sel(film=film)):.4g}: one travelling wave, no "
            "other support is evidence"
            if one
            else "its equation"
        )
        score = float(setup["score"].sel(film=film))
        rows.append([TITLES[str(film)], score, share, said])
    return {
        "title": "what a film can identify",
        "columns": ["film", "travelling-wave score", "named one wave, share of runs", "identifies"],
        "rows": rows,
    }


def figures(result: xr.DataTree) -> dict[str, Figure]:
    """Return errors of both forms against noise."""
    return {"recovery": recovery(result)}


def recovery(result: xr.DataTree) -> Figure:
    """Largest relative error of a coefficient against noise: both forms, and the weak form's forecast."""
    from matplotlib import pyplot

    deviation = results.array(result, "forecast", "deviation")
    films = list(dict.fromkeys(str(t).partition(":")[0] for t in deviation["term"].values))
    figure, axes = pyplot.subplots(
        1, len(films), figsize=(3.4 * len(films), 3.8), sharey=True, layout="constrained"
    )
    noise = deviation["noise"].values
    # no noise has a place of its own at the left of a logarithmic axis
    least = min((n for n in noise if n > 0), default=0.01) / 10
    across, drawn = np.where(noise > 0, noise, least), np.where(noise > 0, 1.0, np.nan)
    for ax, film in zip(axes, films, strict=True):
        terms = [t for t in deviation["term"].values if str(t).startswith(f"{film}:")]
        for number, form in enumerate(("strong", "weak")):
            each = abs(errors(result, form)).sel(term=terms).max("term")
            colour = plots.COLOURS[number]
            for trial in each["trial"].values:
                ax.plot(across, each.sel(trial=trial), ".", ms=5, color=colour, alpha=0.6)
            worst = each.max("trial") * drawn
            ax.plot(across, worst, color=colour, label=f"{form} form: dots seeds, line worst")
        forecast = deviation.sel(term=terms).max("term") * drawn
        ax.plot(
            across, forecast, "--", color=plots.COLOURS[2], label="weak form, forecast deviation"
        )
        ax.set(xscale="log", yscale="log", xlabel="noise, of the deviation of u")
        ax.set_title(TITLES[film], fontsize="medium")
        ax.set_xticks(across, [f"{100 * n:g} %" for n in noise])
        ax.minorticks_off()
    axes[0].set_ylabel("relative error of a coefficient")
    axes[-1].legend(fontsize="small", loc="center right")
    return figure
