"""The lowest modes of drums of any shape with their nodal lines, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from validation import results
from validation.drum.shapes.drawing import label, wall, window

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 6
OF_A_PAIR = 9  # modes that are shown of each of two drums
PANEL, TITLE = 2.3, 0.5  # inches: width of a pattern, height of what is said above it
MOST_UPRIGHT = 1.4  # height of a pattern, in its width


def patterns(result: xr.DataTree) -> Figure:
    """The lowest modes with their nodal lines; of two drums, side by side and of one scale."""
    from matplotlib import pyplot

    setup = results.dataset(result, "setup")
    masks = results.dataset(result, "forecast/masks")
    names = setup["drum"].values
    shown = masks.sizes["picture"] if len(names) == 1 else min(OF_A_PAIR, masks.sizes["picture"])
    columns = COLUMNS if len(names) == 1 else shown
    rows = -(-shown // columns) * len(names)
    windows = _of_one_size(np.stack([window(setup.sel(drum=name)) for name in names]))
    width, height = windows[0, 1] - windows[0, 0]
    tall = PANEL * min(MOST_UPRIGHT, height / width) + TITLE
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(PANEL * columns, tall * rows), layout="constrained", squeeze=False
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for name, seen, of_drum in zip(names, windows, np.split(axes, len(names)), strict=True):
        for k, ax in enumerate(of_drum.flat[:shown]):
            _pattern(setup.sel(drum=name), masks.sel(drum=name), k, ax)
            ax.set(xlim=seen[:, 0], ylim=seen[:, 1])
    title = f"lowest modes: {label(masks['eigenvalue'])}"
    if len(names) > 1:
        title += _of_both(masks)
        for row, name in zip(axes, names, strict=True):
            row[0].text(-0.06, 0.5, str(name), rotation=90, va="center", ha="right",
                        transform=row[0].transAxes, fontsize="large")  # fmt: skip
    figure.suptitle(title)
    return figure


def _of_one_size(windows: np.ndarray) -> np.ndarray:
    """Return windows, (drum, 2, 2), widened around their centres to the largest of them."""
    half = (windows[:, 1] - windows[:, 0]).max(axis=0) / 2
    centre = windows.mean(axis=1)
    return np.stack((centre - half, centre + half), axis=1)


def _of_both(masks: xr.Dataset) -> str:
    one, two = masks["eigenvalue"].values
    gap = float(np.abs(one / two - 1).max())
    return f"; {masks.sizes['mode']} of both drums, relative difference {gap:.0e}"


def _pattern(one: xr.Dataset, masks: xr.Dataset, k: int, ax: Any) -> None:
    field = masks["pattern"].isel(picture=k).values
    places = one["places"].values
    _coloured(field, places, ax)
    # clamped nodes stay nan: with zeros there the line would follow the wall
    x, y = np.moveaxis(places, -1, 0)
    ax.contour(x, y, field, levels=[0.0], colors="black", linewidths=0.9)
    wall(one, ax)
    domains = int(masks["domains"][k])
    counted = f"{domains} domain{'s' if domains > 1 else ''}"
    ax.set_title(f"{k + 1}: {float(masks['eigenvalue'][k]):.5g}\n{counted}", fontsize="small")


def _coloured(field: np.ndarray, places: np.ndarray, ax: Any) -> None:
    """Draw a field, (x, y), a square a node; "none" keeps one pixel a node in files of vectors, too."""
    half = (places[1, 1] - places[0, 0]) / 2
    (left, low), (right, high) = places[0, 0] - half, places[-1, -1] + half
    ax.imshow(
        field.T, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="none",
        origin="lower", extent=(left, right, low, high),
    )  # fmt: skip
