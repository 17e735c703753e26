"""The film as a strip of frames: Fig 1 and 4 of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import results
from validation.latent_waves.figures import plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FRAMES, COLUMNS = 12, 6


def strip(result: xr.DataTree) -> Figure:
    """Spectral eigenimages, evenly spaced in log j, with the rings that half A forecasts for them.

    Fig 1 of the paper has four frames of one set, its Fig 4 one frame a set: the shape of the ring
    is the set's own.
    """
    from matplotlib import pyplot
    from matplotlib.lines import Line2D

    film = results.array(result, "observed/film", "energy")
    shape, p = plane.image_shape(result), float(results.dataset(result, "forecast")["p"])
    frames, radii = spaced(film["frame"].values, FRAMES), plane.forecast_radii(result)
    rows = -(-len(frames) // COLUMNS)
    figure, axes = pyplot.subplots(
        rows,
        COLUMNS,
        figsize=(2.2 * COLUMNS + 1.2, 2.5 * rows * shape[0] / shape[1] + 1.0),
        layout="constrained",
        squeeze=False,
    )
    for ax in axes.flat[len(frames) :]:
        ax.axis("off")
    for ax, frame in zip(axes.flat, frames, strict=False):
        drawn = _frame(film.sel(frame=frame), ax)
        for name, sizes in radii.items():
            if frame in sizes:
                ax.plot(*plane.ring(sizes[frame], p, shape), lw=1.6, **plane.RINGS[name])
        ax.set_title(f"j = {frame}", fontsize="medium")
    figure.colorbar(drawn, ax=axes, label=r"$\log_{10}|\hat V_j(k)|$", shrink=0.8, pad=0.01)
    word = results.dataset(result, "observed/whole").attrs["word"]
    figure.suptitle(
        f"spectral eigenimages of {result.attrs['case']} in the order of their singular values: {word}"
    )
    handles = [Line2D([], [], lw=2, **style) for style in plane.RINGS.values()]
    labels = [f"{name}: $|k|_p = R(j)$, p = {p:.3g}" for name in plane.RINGS]
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def spaced(frames: np.ndarray, count: int) -> np.ndarray:
    """Return frames of those given, about evenly spaced in log(j + 1), the first and last among them."""
    count = min(count, len(frames))
    for steps in range(count, count * len(frames)):  # at first several lie at the same frame
        wanted = np.geomspace(frames[0] + 1, frames[-1] + 1, steps) - 1
        chosen = np.unique([np.abs(frames - j).argmin() for j in wanted])
        if len(chosen) >= count:
            break
    return frames[chosen]


def _frame(energy: xr.DataArray, ax: Axes) -> Any:
    """Draw one spectral eigenimage, in the colours of all."""
    low, high = plane.colour_limits(energy.size)
    edges = plane.extent(energy)
    drawn = ax.imshow(
        plane.log_magnitude(energy.values), cmap="gray", vmin=low, vmax=high, extent=edges
    )
    ax.set(xlim=edges[:2], ylim=edges[2:], xticks=[], yticks=[])
    return drawn
