"""The recurrent kernel before and after training, with its speeds: Fig 8 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import results
from validation.wave_rnn.figures import naming, panels
from validation.wave_rnn.setting import AFTER, START

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHANNELS = 4  # that are shown, of as many as there are
WRITTEN = 2  # channels up to which each tap is written into its cell
LINE = 5  # kernels beside one another


def kernels(result: xr.DataTree) -> Figure:
    """The start, common to all, and each network's kernel; blocks by channel, one scale of colours."""
    from matplotlib import pyplot

    shown = _shown(result)
    columns = min(LINE, len(shown))
    rows = -(-len(shown) // columns)
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(3.1 * columns + 1.3, 3.6 * rows + 0.6),
        layout="constrained",
        squeeze=False,
    )
    limit = float(max(abs(taps).max() for taps in shown.values()))
    for ax, (head, taps) in zip(axes.ravel(), shown.items(), strict=False):
        drawn = kernel(taps, limit, ax)
        ax.set_title(head, fontsize="small")
    for ax in axes.ravel()[len(shown) :]:
        ax.axis("off")
    figure.colorbar(drawn.images[0], ax=axes, label="tap of the kernel", shrink=0.7)
    words = "recurrent kernels; a block: to a channel (row) from a channel (column)"
    channels = len(next(iter(shown.values())))
    words += f", the first {CHANNELS} of {channels}" if channels > CHANNELS else ""
    figure.suptitle(naming.title(result, words, one_seed=True))
    return figure


def _shown(result: xr.DataTree) -> dict[str, np.ndarray]:
    """Return the kernels that are shown, by their titles."""
    setup = results.dataset(result, "setup").isel(seed=0)
    said = results.dataset(result, "forecast/waves").isel(seed=0)
    names = naming.networks(said)
    found = {}
    if START in said["stage"].values:
        head = f"start\n{speeds(said.sel(wave_network=names[0], stage=START))}"
        found[head] = setup["start_kernel"].sel(wave_network=names[0]).values
    for name in names if AFTER in said["stage"].values else ():
        told = speeds(said.sel(wave_network=name, stage=AFTER))
        found[f"{naming.called(name)}\n{told}"] = setup["kernel"].sel(wave_network=name).values
    return found


def speeds(said: xr.Dataset) -> str:
    """Return the long-wave speeds of the channels that are shown, along y and x, as they are read."""
    told = []
    for channel in said["speed_squared"].values[:CHANNELS]:
        parts = [f"{np.sqrt(c):.2f}" if c > 0 else "none" for c in channel]
        told.append("/".join(parts))
    return f"$c_y/c_x$: {', '.join(told)}"


def kernel(taps: np.ndarray, limit: float, ax: Axes | None = None) -> Axes:
    """Draw a kernel (C, C, s, s) as blocks: to a channel (row) from a channel (column)."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    shown = taps[:CHANNELS, :CHANNELS]
    channels, side = len(shown), shown.shape[-1]
    whole = shown.transpose(0, 2, 1, 3).reshape(channels * side, channels * side)
    ax.imshow(whole, cmap=panels.STATES, vmin=-limit, vmax=limit)
    for edge in range(1, channels):
        for line in (ax.axhline, ax.axvline):
            line(edge * side - 0.5, color="black", lw=1.5)
    if channels <= WRITTEN and len(taps) == channels:
        for (row, column), tap in np.ndenumerate(whole):
            colour = "white" if abs(tap) > 0.6 * limit else "black"
            ax.text(column, row, f"{tap:.2f}", ha="center", va="center", fontsize=7, color=colour)
    middles = side * np.arange(channels) + (side - 1) / 2
    ax.set_xticks(middles, [f"from {c + 1}" for c in range(channels)])
    ax.set_yticks(middles, [f"to {c + 1}" for c in range(channels)], rotation=90, va="center")
    ax.tick_params(length=0, labelsize="x-small")
    return ax
