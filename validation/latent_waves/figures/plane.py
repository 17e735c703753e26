"""The plane of frequencies: how frames are drawn, and the rings that are forecast for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.front import area_radius, lattice_radius
from numerics.latent_waves.lattice import radius
from numerics.latent_waves.predictors import LOCALLY_STATIONARY
from validation import plots, results
from validation.latent_waves.forecasting import FRONT, GRID

AREA_LAW, MODEL = "area law", "locally stationary model of half A"
RINGS: dict[str, dict[str, Any]] = {
    AREA_LAW: {"color": plots.COLOURS[6], "ls": "-"},
    MODEL: {"color": plots.COLOURS[5], "ls": (0, (4, 2))},
}
BELOW, ABOVE = 1.5, 1.0  # decades of magnitude around that of a frame without structure
FINE = 181  # points of a ring


def image_shape(result: xr.DataTree) -> tuple[int, int]:
    """Return pixels along y and x."""
    height, width = results.array(result, "setup", "local_amplitude").shape
    return height, width


def log_magnitude(energy: np.ndarray) -> np.ndarray:
    """Return log10 of |V_j(k)|, the square root of the energy."""
    return 0.5 * np.log10(np.maximum(energy, np.finfo(np.float32).tiny))


def colour_limits(pixels: int) -> tuple[float, float]:
    """Return the log magnitudes that are black and white, the same in every frame."""
    flat = -0.5 * float(np.log10(pixels))
    return flat - BELOW, min(0.0, flat + ABOVE)


def law_radius(result: xr.DataTree) -> np.ndarray:
    """Return R(j) of every frame: the area law, or the lattice count where its disc leaves the plane."""
    shape, p = image_shape(result), float(results.dataset(result, "forecast")["p"])
    law = area_radius(np.arange(shape[0] * shape[1]), p, shape)
    return np.where(law <= max(shape) / 2, law, lattice_radius(radius(shape, p)))


def forecast_radii(result: xr.DataTree) -> dict[str, dict[int, float]]:
    """Return the radii of each ring that is forecast, by frame: the model's where the ladder has them."""
    model = results.ladder(result, FRONT).rung(LOCALLY_STATIONARY)
    return {
        AREA_LAW: dict(enumerate(law_radius(result).tolist())),
        MODEL: dict(zip(model["frame"].values.tolist(), model.values.tolist(), strict=True)),
    }


def ring(size: float, p: float, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve |k|_p = size in frequencies along x and y; radii are per longer side."""
    angles = np.linspace(0, 2 * np.pi, FINE)
    across, along = np.cos(angles), np.sin(angles)
    x, y = (size * np.sign(part) * np.abs(part) ** (2 / p) for part in (across, along))
    return x * shape[1] / max(shape), y * shape[0] / max(shape)


def extent(plane: xr.DataArray) -> tuple[float, float, float, float]:
    """Return the edges of a plane of frequencies as `imshow` takes them, y downwards."""
    y, x = (plane[name].values for name in GRID)
    return x[0] - 0.5, x[-1] + 0.5, y[-1] + 0.5, y[0] - 0.5
