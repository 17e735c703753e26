"""What class means and basis vectors decode to: Fig 4a and b of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation.latent_basis.decoding import RAW
from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.columns import (
    column_axes,
    first_seed,
    label_names,
    networks,
    title,
)
from validation.latent_basis.preparing import QR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GRIDS = {"means": (RAW, "class means η"), "vectors": (QR, "vectors ξ (Gram-Schmidt)")}
PICTURE = 0.55  # inches


def vectors(result: xr.DataTree) -> Figure:
    """A grid of sets and labels for means and for vectors; a frame tells whether the label is right."""
    shown = first_seed(result, "observed/pictures")
    seen = first_seed(result, "observed/decoded")["matches"]
    limits, labels = mosaic.grey_limits(shown), label_names(result)
    sets = -(-shown.sizes["vector"] // len(labels))
    y, x = shown["real"].shape[-2:]
    width = float(np.clip(PICTURE * len(labels) + 0.9, 3.8, 7.0))
    height = min(PICTURE * sets * y / x, 12.0) + 1.0
    figure, axes = column_axes(result, len(GRIDS), (width, height))
    for column, name in zip(axes.T, networks(result), strict=True):
        for ax, (pictures, (way, words)) in zip(column, GRIDS.items(), strict=True):
            images = mosaic.in_rows(shown[pictures].sel(network=name).values, len(labels))
            matches = by_set(seen.sel(network=name, way=way).values, len(labels))
            counts = np.nansum(matches, axis=1).astype(int)
            present = np.isfinite(matches).sum(axis=1)
            rows = [
                f"set {place}: {count}/{whole}"
                for place, (count, whole) in enumerate(zip(counts, present, strict=True), 1)
            ]
            mosaic.draw(images, limits, ax, matches=matches, rows=rows, columns=labels)
            ax.set_title(f"{name}: {words}", fontsize="medium")
    mosaic.frame_legend(
        figure, "decodes to its label", "to another; beside each set, how many match"
    )
    figure.suptitle(title(result, "means and vectors, decoded", one_seed=True))
    return figure


def by_set(matches: np.ndarray, labels: int) -> np.ndarray:
    """Return whether vectors match their label, (sets, labels); nan where a last set has been cut."""
    rows = -(-len(matches) // labels)
    whole = np.full(rows * labels, np.nan)
    whole[: len(matches)] = matches
    return whole.reshape(rows, labels)
