"""The first window held out, forecast by each equation that can be run, by the shift, by doing nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.latent_waves.discovery import FILMS
from validation.latent_waves.figures.equations import distinct
from validation.latent_waves.held_out_frames import PERSISTENCE, TIME_MEAN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def held_out(result: xr.DataTree) -> Figure | None:
    """Profile of u over the rings: before, what came, and each forecast; None where no window fits."""
    from matplotlib import pyplot

    films = {name: results.dataset(result, f"observed/equations/{name}") for name in FILMS}
    films = {name: film for name, film in films.items() if "target" in film}
    if not films:
        return None
    figure, axes = pyplot.subplots(
        1, len(films), figsize=(1 + 7 * len(films), 6.4), layout="constrained", squeeze=False
    )
    for ax, (name, film) in zip(axes[0], films.items(), strict=True):
        _profiles(film, ax)
        ax.set_title(f"{FILMS[name]}\n{_said(film)}", fontsize="medium")
    lead, origin = (int(film.attrs[key]) for key in ("lead", "origin"))
    start = int(film.attrs["start"])
    figure.suptitle(
        f"{result.attrs['case']}: 15 frames from j = {start + origin + lead} on, forecast from the 15 before "
        f"j = {start + origin}"
    )
    return figure


def run(film: xr.Dataset) -> list[str]:
    """Return the equations that were run to the end, each once."""
    return [n for n in distinct(film) if np.isfinite(float(film["rmse"].sel(equation=n)))]


def _said(film: xr.Dataset) -> str:
    """Return how many equations could be run."""
    ran, all_of_them = len(run(film)), len(distinct(film))
    return f"{ran} of {all_of_them} equations can be run"


def _profiles(film: xr.Dataset, ax: Axes) -> None:
    ring = film["ring"].values
    ax.plot(ring, film["target"], "o-", color="black", mfc="white", lw=1, label="what came")
    before = film["baseline"].sel(way=PERSISTENCE)
    ax.plot(ring, before, color="0.6", lw=3, alpha=0.7, label=_labelled(film, PERSISTENCE))
    ways = [str(w) for w in film["way"].values if w not in (PERSISTENCE, TIME_MEAN)]
    for number, way in enumerate(ways):
        style = plots.line_style(1 + number) | {"ls": plots.DASHES[1 + number]}
        ax.plot(ring, film["baseline"].sel(way=way), **style, label=_labelled(film, way))
    for number, name in enumerate(run(film), len(ways) + 1):
        style = plots.line_style(number) | {"marker": plots.MARKERS[number], "ms": 4, "lw": 1.2}
        ax.plot(ring, film["simulated"].sel(equation=name), **style, label=_ran(film, name))
    ax.set(xlabel="ring x (cycles per image)", ylabel="u, scaled to 0 to 1")
    plots.legend_below(ax, 1)


def _labelled(film: xr.Dataset, way: str) -> str:
    said = "before (persistence)" if way == PERSISTENCE else way
    return f"{said}: rmse {float(film['baseline_rmse'].sel(way=way)):.3g}"


def _ran(film: xr.Dataset, name: str) -> str:
    """Return name and rmse of an equation, and that of its terms fitted to a null."""
    rmse, null = (float(film[key].sel(equation=name)) for key in ("rmse", "null_rmse"))
    nothing = f"; fitted to a null {null:.3g}" if np.isfinite(null) else "; on a null not run"
    return f"{distinct(film)[name]}: rmse {rmse:.3g}{nothing}"
