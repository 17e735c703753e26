"""Frequencies of small waves: the exact law of the step, and the network's own recurrence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.wave_rnn.waves import dispersion as law
from validation import plots, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SURFACE = 0.5  # omega of the surface
TITLES = {"axis": "along an axis: k = (kx, 0)", "diagonal": "along the diagonal: k = (kx, kx)"}


def dispersion(result: xr.DataTree) -> Figure:
    """Omega along axis and diagonal, lines of the law under dots of the network; and everywhere."""
    from matplotlib import pyplot

    seen = results.dataset(result, "observed/exhibits/dispersion")
    figure, axes = pyplot.subplots(1, 3, figsize=(15.5, 5), layout="constrained")
    for ax, direction in zip(axes, TITLES, strict=False):
        along(seen, direction, ax)
    axes[0].sharey(axes[1])
    axes[0].legend(fontsize="small", loc="upper left")
    surface(float(seen.attrs["time_step"]), axes[2])
    figure.suptitle(
        f"dispersion of the Laplacian kernel without damping, dt = {seen.attrs['time_step']:g}"
    )
    return figure


def frequency(kx: np.ndarray, ky: np.ndarray, omega: float, time_step: float) -> np.ndarray:
    """Return the exact Omega of the step under the Laplacian."""
    pull = omega + 4 * np.sin(kx / 2) ** 2 + 4 * np.sin(ky / 2) ** 2
    return law.dispersion(pull, 0.0, time_step).frequency


def along(seen: xr.Dataset, direction: str, ax: Axes | None = None) -> Axes:
    """Draw law and network along one direction, and the continuum's wave equation."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    kx = np.linspace(0, np.pi, 200)
    ky = kx if direction == "diagonal" else 0 * kx
    step = float(seen.attrs["time_step"])
    for number, omega in enumerate(seen["stiffness"].values):
        colour = plots.COLOURS[1 + number]
        ax.plot(kx, frequency(kx, ky, omega, step), color=colour, label=f"law, ω = {omega:g}")
        continuum = np.sqrt(omega + kx**2 + ky**2)
        ax.plot(kx, continuum, color=colour, ls=":", lw=1,
                label="wave equation" if number == 0 else None)  # fmt: skip
        found = seen["frequency"].sel(axis=direction, stiffness=omega)
        ax.plot(found["wave"], found, ls="", marker=plots.MARKERS[number], ms=5, mfc="white",
                color=colour, label="network" if number == 0 else None)  # fmt: skip
    ax.set_title(TITLES[direction], fontsize="medium")
    ax.set_xlabel(plots.label_of(seen["wave"]))
    ax.set_ylabel("angular frequency Ω (1/time)")
    ax.set_ylim(0, 4)
    return ax


def surface(time_step: float, ax: Axes | None = None) -> Axes:
    """Draw the law over all wavevectors of a quarter of the zone, with lines of equal Omega."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    k = np.linspace(0, np.pi, 121)
    values = frequency(k[:, None], k[None, :], SURFACE, time_step)
    drawn = ax.pcolormesh(k, k, values, cmap="cividis", shading="gouraud", rasterized=True)
    lines = ax.contour(k, k, values, 8, colors="white", linewidths=0.8)
    ax.clabel(lines, fmt="%.2g", fontsize=7)
    ax.figure.colorbar(drawn, ax=ax, label="angular frequency Ω (1/time)")
    ax.set(xlabel="ky (1/px)", ylabel="kx (1/px)", aspect="equal")
    ax.set_title(f"everywhere, ω = {SURFACE:g}: no longer round", fontsize="medium")
    return ax
