"""Energies and means over rings: Fig 6 of the paper, and the film that half A forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy import sparse

from numerics.latent_waves.film import moving_mean
from numerics.latent_waves.lattice import radius, ring_partition
from numerics.latent_waves.predictors import LOCALLY_STATIONARY
from validation import plots, results
from validation.latent_waves import findings
from validation.latent_waves.figures import plane
from validation.latent_waves.figures.strip import spaced
from validation.latent_waves.forecasting import GRID, RINGS_P

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WINDOW = 9
FRAMES = 8


def energies(result: xr.DataTree) -> Figure:
    """P(r, j), energy of each ring in each frame: half B, the locally stationary model, the difference."""
    from matplotlib import pyplot

    measured = results.array(result, "observed/half_b", "ring_energy")
    forecast = results.array(result, "forecast/ring_energy", "ring_energy")
    forecast = forecast.sel(model=LOCALLY_STATIONARY)
    seen, known = averaged(measured), averaged(forecast)
    limit = float(np.quantile(abs(seen - known), 0.999))
    high = float(np.quantile(seen, 0.999))
    shares = findings.ring_energy_r2(result, LOCALLY_STATIONARY, WINDOW)
    figure, axes = pyplot.subplots(1, 3, figsize=(15.5, 4.6), sharey=True, layout="constrained")
    panels = (
        ("half B, measured", seen, (0, high), "cividis"),
        (f"half A, locally stationary model: R² {shares:.3f}", known, (0, high), "cividis"),
        ("half B − model", seen - known, (-limit, limit), "RdBu_r"),
    )
    for ax, (title, values, limits, colours) in zip(axes, panels, strict=True):
        _film(values, ax, limits, colours)
        ax.set_title(title, fontsize="medium")
    axes[0].set_ylabel("radius of the ring r, p = 2 (cycles per image)")
    figure.suptitle(f"{result.attrs['case']}: energy of each ring, mean over {WINDOW} frames")
    return figure


def averaged(energy: xr.DataArray) -> xr.DataArray:
    """Return means over the frames around each, where there are as many."""
    middle = energy.isel(frame=slice(WINDOW // 2, energy.sizes["frame"] - WINDOW // 2))
    return middle.copy(data=moving_mean(energy.values, WINDOW, whole=True))


def _film(values: xr.DataArray, ax: Axes, limits: tuple[float, float], colours: str) -> None:
    from matplotlib.ticker import MaxNLocator

    frames, rings = values["frame"].values, values["ring"].values
    drawn = ax.imshow(
        values.transpose("ring", "frame").values,
        origin="lower",
        aspect="auto",
        cmap=colours,
        vmin=limits[0],
        vmax=limits[1],
        extent=(frames[0] - 0.5, frames[-1] + 0.5, rings[0] - 0.5, rings[-1] + 0.5),
        interpolation="nearest",
    )
    ax.figure.colorbar(
        drawn, ax=ax, label="energy P(r, j)", extend="max" if limits[0] == 0 else "both"
    )
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("frame j")


def means(result: xr.DataTree) -> Figure:
    """Fig 6 of the paper: means of magnitudes over rings at several j, and the last spectral eigenimage."""
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    film = results.array(result, "observed/film", "energy")
    figure, axes = pyplot.subplots(
        1, 2, figsize=(13, 5.4), width_ratios=(1.4, 1), layout="constrained"
    )
    profiles = ring_profiles(film.sel(frame=spaced(film["frame"].values, FRAMES)))
    for number, (frame, profile) in enumerate(profiles.groupby("frame")):
        style: dict[str, Any] = plots.line_style(number)
        axes[0].plot(profile["ring"], profile.squeeze(), label=f"j = {frame}", **style)
    axes[0].set(
        yscale="log",
        xlabel="radius of the ring r, p = 2 (cycles per image)",
        ylabel="mean of $|\\hat V_j(k)|$ over the ring",
    )
    counts = np.asarray(rings_of(film).sum(axis=1)).ravel()
    axes[0].plot(
        profiles["ring"],
        counts**-0.5,
        color="0.6",
        lw=4,
        alpha=0.5,
        zorder=0,
        label=r"$1/\sqrt{c}$, the most that $c$ points allow",
    )
    plots.legend_below(axes[0], 4)
    axes[0].xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0].set_title("means over rings: the peak moves outwards", fontsize="medium")
    _last(film.isel(frame=-1), axes[1])
    figure.suptitle(f"{result.attrs['case']}, all images")
    return figure


def ring_profiles(energy: xr.DataArray) -> xr.DataArray:
    """Return the means of magnitudes over the rings rint(|k|) = 0, 1, ..., (frame, ring)."""
    rings = rings_of(energy)
    magnitudes = np.sqrt(energy.values.reshape(energy.sizes["frame"], -1).astype(float))
    counts = np.asarray(rings.sum(axis=1)).ravel()
    values = (rings @ magnitudes.T).T / counts
    coords = {"frame": energy["frame"].values, "ring": np.arange(values.shape[1])}
    return xr.DataArray(values, dims=("frame", "ring"), coords=coords)


def rings_of(energy: xr.DataArray) -> sparse.csr_array:
    """Return the circles of a plane of frequencies as `ring_partition` has them."""
    return ring_partition(radius((energy.sizes[GRID[0]], energy.sizes[GRID[1]]), RINGS_P))


def _last(energy: xr.DataArray, ax: Axes) -> None:
    low, high = plane.colour_limits(energy.size)
    drawn = ax.imshow(
        plane.log_magnitude(energy.values),
        cmap="gray",
        vmin=low,
        vmax=high,
        extent=plane.extent(energy),
    )
    ax.figure.colorbar(drawn, ax=ax, label=r"$\log_{10}|\hat V_j(k)|$", shrink=0.85)
    ax.set(
        xlabel="horizontal frequency (cycles per image)",
        ylabel="vertical frequency (cycles per image)",
    )
    ax.set_title(f"the last spectral eigenimage, j = {int(energy['frame'])}", fontsize="medium")
