"""When each frequency is used: measured, by the rank of its power, and the difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from validation import plots, results
from validation.latent_waves import findings
from validation.latent_waves.figures import plane
from validation.latent_waves.forecasting import HANN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CURVES = 5


def order(result: xr.DataTree) -> Figure:
    """t(k) of half B with level curves of |k|_p, the rank of half A's Hann spectrum, the difference."""
    from matplotlib import pyplot

    half = results.dataset(result, "observed/half_b")
    measured = half["order"]
    forecast = results.array(result, "forecast/order", "order").sel(model=HANN)
    difference = ranks(measured) - ranks(forecast)
    figure, axes = pyplot.subplots(1, 3, figsize=(15.5, 4.9), layout="constrained")
    limit = float(abs(difference).max())
    p, fitting = float(half["best_p"]), float(half["isotonic_r2"])
    _map(measured, axes[0], _ends(measured), "cividis", "mean frame t(k) (frames)")
    _level_curves(p, plane.image_shape(result), axes[0])
    axes[0].set_title(
        f"half B, curves $|k|_p$ = const at p = {p:.3g}\n(isotonic R² {fitting:.3f})",
        fontsize="medium",
    )
    _map(forecast, axes[1], _ends(forecast), "cividis", "rank (frames)")
    correlation = findings.order_correlation(result, HANN)
    axes[1].set_title(
        f"half A: rank of the Hann spectrum\n(Spearman {correlation:.4f})", fontsize="medium"
    )
    _map(difference, axes[2], (-limit, limit), "RdBu_r", "rank of t(k) − rank (frames)")
    rms = float(np.sqrt((difference**2).mean()))
    axes[2].set_title(
        f"order of half B − order of half A\n(rms {rms:.3g} frames)", fontsize="medium"
    )
    figure.suptitle(f"{result.attrs['case']}: when each frequency is used")
    return figure


def ranks(order: xr.DataArray) -> xr.DataArray:
    """Return the place of each frequency in an order: what is measured is a mean, drawn to the middle."""
    return order.copy(data=stats.rankdata(order.values).reshape(order.shape) - 1)


def _ends(values: xr.DataArray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _map(
    values: xr.DataArray, ax: Axes, limits: tuple[float, float], colours: str, label: str
) -> None:
    from matplotlib.ticker import MaxNLocator

    edges = plane.extent(values)
    drawn = ax.imshow(values.values, cmap=colours, vmin=limits[0], vmax=limits[1], extent=edges)
    ax.figure.colorbar(drawn, ax=ax, label=label, shrink=0.85)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    ax.set(
        xlim=edges[:2],
        ylim=edges[2:],
        xlabel="horizontal frequency (cycles per image)",
        ylabel="vertical frequency (cycles per image)",
    )


def _level_curves(p: float, shape: tuple[int, int], ax: Axes) -> None:
    """Draw rings of one p, evenly spaced out to the edge."""
    for size in np.linspace(0, max(shape) / 2, CURVES + 1)[1:]:
        ax.plot(*plane.ring(size, p, shape), color=plots.COLOURS[2], lw=1.2)
