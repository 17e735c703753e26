"""The Fourier transform of a flattened image: Fig 1 of the paper, with an image of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.linear_cnn.spectra import from_spectrum, to_spectrum
from validation import plots, results
from validation.linear_cnn.figures import frequencies

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 96  # of Q that are drawn
SHOWN = 4  # frequencies in each direction whose cosines are drawn


def transform(result: xr.DataTree) -> Figure:
    """Fig 1 of the paper: x^ = Q x for the mean image of the last class, and what Q is made of.

    Row f = u n + v of Q is the frequency (u, v), vertical first. The real parts of its columns, as
    images, are the pure cosines.
    """
    from matplotlib import pyplot

    side = frequencies.image_side(result)
    image = results.array(result, "setup", "class_mean").isel(label=-1, channel=0)
    figure = pyplot.figure(figsize=(14.5, 6.6), layout="constrained")
    parts: Any = figure.subfigures(1, 2, width_ratios=(1.55, 1))
    left, right = parts
    axes = left.subplots(1, 4, width_ratios=(0.14, 2.2, 0.14, 1.1))
    flat = image.values.ravel()
    _column(np.abs(to_spectrum(flat)), axes[0], "|x̂|")
    _matrix(side, axes[1])
    _column(flat, axes[2], "x")
    plots.picture(image, axes[3], title="mean of the last class", signed=bool((image < 0).any()))
    left.suptitle("x̂ = Q x of an image that is flattened row by row to x", fontsize="medium")
    shown = min(SHOWN, side)
    right.suptitle("real parts of columns of Q as images: pure cosines (u, v)", fontsize="medium")
    for (u, v), ax in np.ndenumerate(right.subplots(shown, shown)):
        one = np.zeros(side**2)
        one[u * side + v] = 1.0
        cosine = xr.DataArray(from_spectrum(one).reshape(side, side), dims=("y", "x"))
        plots.picture(cosine, ax, title=f"({u}, {v})")
    return figure


def _column(values: np.ndarray, ax: Axes, title: str) -> None:
    ax.imshow(values[:MOST_ROWS, None], cmap="gray", aspect="auto", interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize="small")


def _matrix(side: int, ax: Axes) -> None:
    rows = min(MOST_ROWS, side**2)
    matrix = to_spectrum(np.eye(side**2)[:rows])[:, :rows].T
    ax.imshow(matrix.real, cmap="gray", aspect="auto", interpolation="nearest")
    every = side
    ticks = range(0, rows, every)
    ax.set_yticks(ticks, [f"({f // side}, {f % side})" for f in ticks], fontsize="small")
    ax.set_xticks(ticks, [str(f // side) for f in ticks], fontsize="small")
    ax.set(xlabel="pixel; ticks: row of the image", ylabel="frequency (u, v)")
    ax.set_title(f"real part of Q: {rows} of {side**2} rows and columns", fontsize="small")
