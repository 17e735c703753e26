"""The front: its radius on every rung of the ladder, and how wide the ring is."""

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
# where the law of the width holds: groups of equal power below, linear above
LEAST_WIDTH, LARGEST_SHARE = 8, 0.15


def front(result: xr.DataTree) -> Figure:
    """R(j) by law, count and models of half A, and dots of half B; beside it what each step costs."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        2, 1, figsize=(9.5, 10.5), height_ratios=(1.6, 1), layout="constrained"
    )
    _radii(result, axes[0])
    rows = json.loads(result["/budget"].attrs["rows"])
    plots.budget_bars(rows, axes[1])
    sizes = [abs(row[key] or 0) for row in rows for key in ("found", "worst", "remainder")]
    axes[1].set_xlim(10 ** np.floor(np.log10(max(min(s for s in sizes if s), 1e-5))), 3)
    axes[1].set_title("what each step of the ladder is worth", fontsize="medium")
    return figure


def _radii(result: xr.DataTree, ax: Axes) -> None:
    ladder = results.ladder(result, FRONT)
    for name, values in forecasts(result, ladder).items():
        ax.plot(values["frame"], values, lw=1.6, label=name, **STYLES[name])
    measured = ladder.rung(HALF_B)
    raw = results.array(result, "observed/half_b", "radius").sel(frame=measured["frame"])
    ax.plot(raw["frame"], raw, ".", ms=2, color="0.7", zorder=0, label="half B, frame by frame")
    dots = measured.sel(frame=spaced(measured["frame"].values, DOTS))
    ax.plot(dots["frame"], dots, "o", ms=5, mfc="white", color="black", label="half B, measured")
    ax.set(xlabel="frame j", ylabel="front radius R (cycles per image)")
    if measured["frame"][-1] > 2 * measured["frame"][0]:  # else no number would be on the axis
        ax.set(xscale="log", yscale="log")
        plots.plain_logarithmic(ax.xaxis, ax.yaxis)
    else:
        ax.set_xticks(measured["frame"].values)
    missed = findings.rung_rms(ladder, LOCALLY_STATIONARY)
    ax.set_title(
        f"{result.attrs['case']}: the ring moves outwards; rms of the area law to half B "
        f"{findings.rung_rms(ladder, AREA):.1%},\nof the locally stationary model {missed:.1%}, "
        f"of half A {findings.rung_rms(ladder, HALF_A):.1%} of mean R",
        fontsize="medium",
    )
    plots.legend_below(ax, 3)


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


def width(result: xr.DataTree) -> Figure | None:
    """G(j) of half B, and by the law of sampling alone; None where the film is too short for it."""
    from matplotlib import pyplot

    law = results.array(result, "forecast/width", "width")
    if not law.size:
        return None
    measured = results.array(result, "observed/half_b", "width").sel(frame=law["frame"])
    figure, ax = pyplot.subplots(figsize=(7, 5.5), layout="constrained")
    slope = float(results.dataset(result, "forecast")["slope"])
    images = int(results.dataset(result, "setup").attrs["images"])
    ax.plot(
        law["frame"],
        law,
        color=plots.COLOURS[1],
        label=rf"law $4\pi j^2/(\alpha^2 m)$, α = {slope:.3g}, m = {images}",
    )
    valid = (law > LEAST_WIDTH) & (law < LARGEST_SHARE * law["frame"])
    if valid.any():
        ax.plot(
            law["frame"].where(valid),
            law.where(valid),
            color=plots.COLOURS[1],
            lw=5,
            alpha=0.35,
            label=f"where it holds: {LEAST_WIDTH} < G < {LARGEST_SHARE} j",
        )
    ax.plot(
        law["frame"],
        measured,
        "o-",
        mfc="white",
        color="black",
        lw=0.8,
        label="half B, from the ranks of half A's Hann spectrum",
    )
    ax.set(xscale="log", yscale="log", xlabel="frame j", ylabel=plots.label_of(law))
    plots.plain_logarithmic(ax.xaxis, ax.yaxis)
    said = "the width of the ring, and what sampling makes of it"
    if valid.any():
        ratio = float((measured / law).where(valid).median())
        said = f"where its law holds, the ring is {ratio:.3g} times as wide as sampling makes it"
    ax.set_title(f"{result.attrs['case']}: {said}", fontsize="medium")
    plots.legend_below(ax, 1)
    return figure
