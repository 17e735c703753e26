"""How the kernel takes up one mode's frequencies after another's: Fig S.5 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.linear_cnn.figures import frequencies
from validation.linear_cnn.figures.curves import first_times, foreseen
from validation.linear_cnn.learning import CNN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 4
LARGEST_CROSS = 130.0  # points squared


def cascade(result: xr.DataTree) -> Figure:
    """Fig S.5 of the paper: a row for each discovery, with the spectra of all modes found so far.

    A cross at every frequency, as wide as the kernel's coefficient is large at that update; the
    first trial. Where no mode is discovered, the end of the run with the first mode.
    """
    from matplotlib import pyplot

    side = frequencies.image_side(result)
    spectra = frequencies.magnitudes(results.array(result, "setup", "right_singular_vector"))
    times = first_times(result, CNN)
    order = [int(m) for m in np.argsort(times) if np.isfinite(times[m])][:MOST] or [0]
    kernel = _kernel(result)
    moments = [
        float(times[m]) if np.isfinite(times[m]) else float(kernel["update"][-1]) for m in order
    ]
    reached = kernel.sel(update=moments, method="bfill")
    count = len(order)
    figure, axes = pyplot.subplots(
        count,
        count,
        figsize=(1.8 + 3.1 * count, 1.0 + 1.85 * count),
        layout="constrained",
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    largest = float(reached.max())
    for row in range(count):
        crosses = frequencies.on_plane(reached.isel(update=row), side) / largest
        for column, ax in enumerate(axes[row]):
            if column > row:
                ax.axis("off")
                continue
            drawn = _spectrum(spectra[order[column]], crosses, ax)
            if column == row:
                figure.colorbar(drawn, ax=ax, shrink=0.85)
            if row == column or row == 0:
                ax.set_title(f"mode {order[column] + 1}: |v_f|", fontsize="small")
        axes[row, 0].set_ylabel(
            f"after {int(reached['update'][row])} updates\nvertical frequency u", fontsize="small"
        )
    for ax in axes[-1]:
        ax.set_xlabel("horizontal frequency v", fontsize="small")
    handles, labels = _crosses(largest)
    if count > 1:  # above the diagonal is room
        axes[0, -1].legend(handles, labels, title="kernel |k_f|, first trial", loc="upper right")
    else:
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _kernel(result: xr.DataTree) -> xr.DataArray:
    """The coefficients of the first trial, (frequency, update): measured, or foreseen to the end."""
    measured = results.array(result, f"observed/{CNN}", "kernel_magnitude").isel(trial=0)
    known = foreseen(result, CNN)
    if known is not None and not np.isfinite(measured.values).all():
        measured = measured.fillna(known[1]["kernel_magnitude"].isel(trial=0))
    return measured.transpose("frequency", "update")


def _spectrum(spectrum: np.ndarray, crosses: np.ndarray, ax: Axes):
    shown, extent = frequencies.half_plane(spectrum)
    sizes, _ = frequencies.half_plane(crosses)
    drawn = ax.imshow(
        shown, cmap="Greys", vmin=0, vmax=shown.max(), extent=extent, interpolation="nearest"
    )
    u, v = np.nonzero(sizes > 0)
    ax.scatter(
        v + extent[0] + 0.5,
        u,
        s=LARGEST_CROSS * sizes[u, v] ** 2,
        marker="x",
        color=plots.COLOURS[2],
        lw=1.3,
    )
    return drawn


def _crosses(largest: float) -> tuple[list, list[str]]:
    """What the legend says of crosses of three sizes."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            ls="",
            marker="x",
            mew=1.3,
            color=plots.COLOURS[2],
            ms=LARGEST_CROSS**0.5 * share,
        )
        for share in (1.0, 0.5, 0.25)
    ]
    return handles, [f"{share * largest:.2g}" for share in (1.0, 0.5, 0.25)]
