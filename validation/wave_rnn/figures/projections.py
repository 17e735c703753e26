"""A linear readout in time: its rows before and after training, and what they make of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import plots, results
from validation.wave_rnn.figures import naming, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

LINES = 3  # rows that are drawn as lines


def projections(result: xr.DataTree) -> Figure:
    """Linear projections in time of all models that have them: Fig 5 of the paper, lower rows."""
    from matplotlib import pyplot

    models = [m for m in ("nwm", "conv_lstm") if naming.holds(result, f"observed/projections/{m}")]
    figure = pyplot.figure(figsize=(15.5, 5.6 * len(models)), layout="constrained")
    parts = np.ravel(figure.subfigures(len(models), 1, squeeze=False))
    for part, model in zip(parts, models, strict=True):
        _of_model(result, model, part)
    words = "rows of the linear readout in time, and their projections of one test image"
    figure.suptitle(naming.title(result, words, one_seed=True))
    return figure


def _of_model(result: xr.DataTree, model: str, part: SubFigure) -> None:
    said = results.dataset(result, f"observed/projections/{model}")
    trained = naming.is_trained(result)
    upper, lower = np.ravel(part.subfigures(2, 1, squeeze=False, height_ratios=(1.7, 1)))
    matrices = {"at the start": said["start_taps"]} if "start_taps" in said else {}
    matrices |= {"trained": said["taps"]} if trained else {}
    limit = float(max(abs(taps).max() for taps in matrices.values()))
    axes = np.atleast_1d(upper.subplots(1, len(matrices) + 1))
    for ax, (words, taps) in zip(axes, matrices.items(), strict=False):
        matrix(taps, limit, ax)
        ax.set_title(f"{naming.called(f'{model} linear')}, {words}", fontsize="small")
    _rows(said, axes[-1])
    maps = said["projection"]
    cells = np.atleast_1d(lower.subplots(1, maps.sizes["row"]))
    scale = panels.scale_of(maps.values)
    for ax, values in zip(cells, maps, strict=True):
        drawn = panels.state(values.values, scale, ax, f"row {int(values['row'])}")
    lower.colorbar(drawn, ax=list(cells), label=plots.label_of(maps), shrink=0.8, aspect=12)


def matrix(taps: xr.DataArray, limit: float, ax: Axes | None = None) -> Axes:
    """Draw the rows of a readout, (bin, step), 0 in white."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    rows, steps = taps.shape
    drawn = ax.imshow(
        taps.values,
        cmap=panels.STATES,
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        interpolation="nearest",
        extent=(0.5, steps + 0.5, rows - 0.5, -0.5),
    )
    ax.figure.colorbar(drawn, ax=ax, label="weight")
    ax.set(xlabel="step n", ylabel="row of the readout")
    return ax


def _rows(said: xr.Dataset, ax: Axes) -> None:
    """Draw the rows whose projections differ most over the pixels."""
    for number, row in enumerate(said["row"].values[:LINES]):
        ax.plot(
            said["step"],
            said["taps"].sel(bin=row),
            **plots.line_style(number + 1),
            lw=1,
            label=f"row {row}",
        )
    ax.axhline(0, color="0.6", lw=0.6)
    ax.set(xlabel="step n", ylabel=plots.label_of(said["taps"]))
    ax.set_title("rows with the most varied maps", fontsize="small")
    ax.legend(fontsize="x-small")
