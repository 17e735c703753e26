"""The front: its radius on every rung of the ladder, and what each step is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.latent_waves.front_ladder import AREA, HALF_A, LATTICE, POWER
from numerics.latent_waves.predictors import LOCALLY_STATIONARY, PHASE_SPACE
from validation import plots, results
from validation.latent_waves import findings
from validation.latent_waves.figures import plane
from validation.latent_waves.figures.strip import spaced
from validation.latent_waves.forecasting import FRONT, HALF_B, POSITION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from validation.ladder import Ladder

DOTS = 40
CORRECTED = r"area law with f: $\sqrt{(j + 1/2)/(f C_p)}$"
STYLES: dict[str, dict[str, Any]] = {
    AREA: plane.RINGS[plane.AREA_LAW],
    CORRECTED: {"color": plots.COLOURS[2], "ls": "--"},
    LATTICE: {"color": plots.COLOURS[3], "ls": "-."},
    POWER: {"color": plots.COLOURS[4], "ls": ":"},
    PHASE_SPACE: {"color": plots.COLOURS[1], "ls": plots.DASHES[4]},
    LOCALLY_STATIONARY: plane.RINGS[plane.MODEL],
    HALF_A: {"color": plots.COLOURS[7], "ls": "-"},
}


def front(result: xr.DataTree) -> Figure:
    """R(j) by laws, counts and models of half A with dots of half B; over the area law; each step's worth."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        3, 1, figsize=(9.5, 14), height_ratios=(1.5, 1.2, 1), layout="constrained"
    )
    ladder = results.ladder(result, FRONT)
    _radii(result, ladder, axes[0])
    _ratios(result, ladder, axes[1])
    handles, labels = axes[0].get_legend_handles_labels()
    plots.legend_below(axes[1], 3, handles=handles, labels=labels)
    rows = json.loads(result["/budget"].attrs["rows"])
    plots.budget_bars(rows, axes[2])
    sizes = [abs(row[key] or 0) for row in rows for key in ("found", "worst", "remainder")]
    axes[2].set_xlim(10 ** np.floor(np.log10(max(min(s for s in sizes if s), 1e-5))), 3)
    axes[2].set_title("what each step of the ladder is worth", fontsize="medium")
    return figure


def _radii(result: xr.DataTree, ladder: Ladder, ax: Axes) -> None:
    measured = ladder.rung(HALF_B)
    for name, values in forecasts(result, ladder).items():
        ax.plot(values["frame"], values, lw=1.6, label=name, **STYLES[name])
    raw = results.array(result, "observed/half_b", "radius").sel(frame=measured["frame"])
    ax.plot(raw["frame"], raw, ".", ms=2, color="0.7", zorder=0, label="half B, frame by frame")
    _dots(measured, ax)
    _along_frames(measured["frame"].values, ax)
    if ax.get_xscale() == "log":
        ax.set_yscale("log")
        plots.plain_logarithmic(ax.yaxis)
    ax.set_ylabel("front radius R (cycles per image)")
    rms = {name: findings.rung_rms(ladder, name) for name in (AREA, LOCALLY_STATIONARY, HALF_A)}
    ax.set_title(
        f"{result.attrs['case']}: the ring moves outwards; rms of the area law to half B "
        f"{rms[AREA]:.1%},\nof the locally stationary model {rms[LOCALLY_STATIONARY]:.1%}, of half A "
        f"{rms[HALF_A]:.1%} of mean R",
        fontsize="medium",
    )


def _ratios(result: xr.DataTree, ladder: Ladder, ax: Axes) -> None:
    """Draw every radius over that of the area law."""
    area = ladder.rung(AREA)
    for name, values in forecasts(result, ladder).items():
        ax.plot(values["frame"], values / area, lw=1.6, label=name, **STYLES[name])
    _dots(ladder.rung(HALF_B) / area, ax)
    _along_frames(area["frame"].values, ax)
    ax.set_ylabel("R over that of the area law")


def _dots(measured: xr.DataArray, ax: Axes) -> None:
    dots = measured.sel(frame=spaced(measured["frame"].values, DOTS))
    ax.plot(dots["frame"], dots, "o", ms=5, mfc="white", color="black", label="half B, measured")


def _along_frames(frames: np.ndarray, ax: Axes) -> None:
    """Make the axis logarithmic, but where no number would be on it."""
    ax.set_xlabel("frame j")
    if frames[-1] > 2 * frames[0]:
        ax.set_xscale("log")
        plots.plain_logarithmic(ax.xaxis)
    else:
        ax.set_xticks(frames)


def forecasts(result: xr.DataTree, ladder: Ladder) -> dict[str, xr.DataArray]:
    """Return R(j) of the rungs, of the law with the area fraction, and of the phase-space count."""
    area, power = ladder.rung(AREA), ladder.rung(POWER)
    fraction = float(results.dataset(result, "forecast")["area_fraction"])
    return {
        AREA: area,
        CORRECTED: area / np.sqrt(fraction),
        LATTICE: ladder.rung(LATTICE),
        POWER: power,
        PHASE_SPACE: power - ladder.predictions[POSITION].value,
        LOCALLY_STATIONARY: ladder.rung(LOCALLY_STATIONARY),
        HALF_A: ladder.rung(HALF_A),
    }
