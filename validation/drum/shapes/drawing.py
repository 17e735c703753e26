"""What several figures of a drum share: its wall, the window that it fits into, and its labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from validation import plots

MARGIN = 0.04  # of the longer side of a drum, around it


def label(array: xr.DataArray) -> str:
    """Return long name and units as an axis label, squares as one sign."""
    return plots.label_of(array).replace("^2", "²")


def wall(one: xr.Dataset, ax: Any) -> None:
    """Draw the outline of a drum; of a mask alone, the edge half way from free nodes to clamped ones."""
    line = one["outline"].values
    if np.isfinite(line).any():
        ax.plot(*line.T, color="black", lw=1.0)
    else:
        x, y = np.moveaxis(one["places"].values, -1, 0)
        ax.contour(x, y, one["free"].values, levels=[0.5], colors="black", linewidths=1.0)


def window(one: xr.Dataset) -> np.ndarray:
    """Return the lower left and the upper right corner of what is shown of a drum, (2, 2)."""
    nodes = one["places"].values[one["free"].values > 0]
    line = one["outline"].values
    shown = np.vstack((nodes, line[np.isfinite(line).all(axis=-1)]))
    lowest, highest = shown.min(axis=0), shown.max(axis=0)
    # at least the wall of a mask, half a spacing from its nodes, is inside
    around = max(MARGIN * (highest - lowest).max(), float(one["spacing"]))
    return np.array([lowest - around, highest + around])
