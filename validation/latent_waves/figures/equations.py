"""What the fitted equations explain, beside films in which there is nothing; and their diffusivity."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.latent_waves.library import DEGREE
from theory.latent_waves.equations import Term
from validation import plots, results
from validation.latent_waves.discovery import CRITERION, FILMS, HELD_OUT, PRINTED, REFITTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = {"train": ("frames that trained", "#B8D4E8", ""), "held out": ("held out", "#E8B48A", "//")}
ALL_TERMS = "twelve terms"
LOWEST = -0.25  # R2 below it is written beside its bar
SECOND_ORDER = {repr(Term(power, 2)): power for power in range(DEGREE + 1)}
BINS = 40


def distinct(film: xr.Dataset) -> dict[str, str]:
    """Return one name of each equation, and all that it goes by: the same fit may be best twice."""
    names = [str(name) for name in film["equation"].values]
    coefficients = film["coefficient"]
    found: dict[str, list[str]] = {}
    for name in names:
        own = coefficients.sel(equation=name).values
        same = [
            n
            for n in found
            if np.array_equal(own, coefficients.sel(equation=n).values, equal_nan=True)
        ]
        found.setdefault(same[0] if same else name, []).append(name)
    return {name: " = ".join(all_names) for name, all_names in found.items()}


def explained(result: xr.DataTree) -> Figure:
    """R2 of u_t: each equation of both films, then the best that twelve terms do where there is nothing."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(14.5, 6), sharey=True, layout="constrained")
    for ax, (film, title) in zip(axes, FILMS.items(), strict=True):
        _bars(result, film, ax)
        ax.set_title(title, fontsize="medium")
    axes[0].set_ylabel("R² of $u_t$")
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(max(low, LOWEST), high)
    window = int(results.dataset(result, f"observed/equations/{next(iter(FILMS))}").attrs["window"])
    frames = "frames one by one" if window == 1 else f"mean over {window} frames"
    figure.suptitle(
        f"{result.attrs['case']}: what equations explain of $u_t$, beside films in which there is nothing "
        f"({frames})"
    )
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _bars(result: xr.DataTree, name: str, ax: Axes) -> None:
    film = results.dataset(result, f"observed/equations/{name}")
    nulls = results.dataset(result, f"observed/equations/{name}/nulls")["nulls"]
    nulls = nulls.sel(library=ALL_TERMS, window=film.attrs["window"])
    titles = distinct(film)
    labels = [title.replace(" = ", "\n= ") for title in titles.values()]
    labels += [f"null, {ALL_TERMS}:\n{null}" for null in nulls["null"].values]
    places = np.arange(len(labels))
    for side, (part, (title, colour, hatch)) in enumerate(PARTS.items()):
        one = nulls.sel(part=part)
        heights = np.concatenate(
            [film[part.replace(" ", "_")].sel(equation=list(titles)), one.mean("trial")]
        )
        across = places + 0.4 * (side - 0.5)
        ax.bar(across, heights, 0.38, color=colour, hatch=hatch, edgecolor="black", label=title)
        dots = np.repeat(across[len(titles) :], one.sizes["trial"])
        ax.plot(
            dots,
            one.transpose("null", "trial").values.ravel(),
            "o",
            ms=3.5,
            mfc="white",
            color="black",
            label="one seed of a null" if side else None,
        )
        for x, height in zip(across, heights, strict=True):
            if height < LOWEST:
                ax.text(x, 0.97 * LOWEST, f"{height:.2g}", ha="center", va="bottom", rotation=90)
    ax.axhline(0, color="black", lw=0.8)
    ax.axvline(len(titles) - 0.5, color="0.6", lw=0.8, ls=":")
    ax.set_xticks(places, labels, rotation=30, ha="right", fontsize="small")
    ax.tick_params(labelleft=True)


def diffusivity(result: xr.DataTree) -> Figure | None:
    """D(u) of the second-order terms over the histogram of u, where D < 0 shaded; None without such terms."""
    from matplotlib import pyplot

    shown = {}
    for name in FILMS:
        film = results.dataset(result, f"observed/equations/{name}")
        chosen = with_diffusion(film)
        if chosen is not None:
            shown[name] = (film, chosen)
    if not shown:
        return None
    figure, axes = pyplot.subplots(
        1, len(shown), figsize=(1 + 7 * len(shown), 5.2), layout="constrained", squeeze=False
    )
    for ax, (name, (film, chosen)) in zip(axes[0], shown.items(), strict=True):
        _diffusivity(film, chosen, ax)
        ax.set_title(f"{FILMS[name]}\n{ax.get_title()}", fontsize="medium")
    figure.suptitle(
        f"{result.attrs['case']}: the factor D(u) of $u_{{xx}}$; where it is negative, heat runs backwards"
    )
    return figure


def with_diffusion(film: xr.Dataset) -> str | None:
    """Return the first equation, printed before fitted, that has a second derivative; none with all terms."""
    names = [name for name in (PRINTED, REFITTED, HELD_OUT, CRITERION) if name in film["equation"]]
    return next((n for n in names if _powers(film["coefficient"].sel(equation=n))), None)


def _powers(coefficients: xr.DataArray) -> Mapping[int, float]:
    """Return the coefficients of u^a u_xx by a."""
    found = {a: float(coefficients.sel(term=term)) for term, a in SECOND_ORDER.items()}
    return {power: value for power, value in found.items() if np.isfinite(value)}


def scaled(film: xr.Dataset) -> np.ndarray:
    """Return u of the film from 0 to 1, as the equations have it."""
    gauge: dict[str, Any] = json.loads(film.attrs["gauge"])
    return (film["film"].values - gauge["u_min"]) / (gauge["u_max"] - gauge["u_min"])


def _law(film: xr.Dataset, name: str, values: np.ndarray) -> np.ndarray:
    """Return D(u) of an equation."""
    powers = _powers(film["coefficient"].sel(equation=name))
    return np.sum([c * values**a for a, c in powers.items()], axis=0)


def _diffusivity(film: xr.Dataset, name: str, ax: Axes) -> None:
    values = np.linspace(0, 1, 401)
    law = _law(film, name, values)
    counts = ax.twinx()
    ax.set_zorder(counts.get_zorder() + 1)
    ax.patch.set_visible(False)
    counts.hist(
        scaled(film).ravel(),
        BINS,
        range=(0, 1),
        color="#B8D4E8",
        edgecolor="white",
        label="points of the film",
    )
    counts.set_ylabel("points of the film")
    ax.plot(values, law, color="black", lw=1.8, label="D(u)")
    ax.axhline(0, color="black", lw=0.8)
    if (law < 0).any():
        ax.fill_between(
            values, law, 0, where=law < 0, color=plots.COLOURS[2], alpha=0.6, lw=0, label="D(u) < 0"
        )
    ax.set(xlabel="u, scaled to 0 to 1", ylabel="diffusivity D(u)", xlim=(0, 1))
    share = float((_law(film, name, scaled(film)) < 0).mean())
    verdict = str(film["verdict"].sel(equation=name).values)
    ax.set_title(f"{distinct(film)[name]}: {verdict}, D < 0 on {share:.1%} of the points")
    lines, bars = ax.get_legend_handles_labels(), counts.get_legend_handles_labels()
    plots.legend_below(ax, 3, handles=lines[0] + bars[0], labels=lines[1] + bars[1])
