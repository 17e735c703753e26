"""The square drums under a soft mallet, sample by sample: what the listening copy is made of."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.fft import dstn

from numerics.drum.drums import square
from numerics.drum.lines import Lines, angles
from numerics.drum.square_modes import square_eigenvalues
from numerics.drum.stepping import mallet


def under_mallet(setup: xr.Dataset) -> np.ndarray:
    """Return what is heard of each drum at the first time step, (side, sample)."""
    nu = float(setup["speed"] * setup["time_step"][0] / setup["spacing"])
    signals = []
    for spacings, strike, listen in zip(
        setup["spacings"].values, setup["strike"].values, setup["listen"].values, strict=True
    ):
        start = mallet(square(int(spacings)), strike.tolist(), spacings / 12)
        strengths = dstn(start[1:-1, 1:-1], type=1) / spacings**2
        m = np.arange(1, spacings)
        x, y = (np.sin(np.pi * m * node / spacings) for node in listen)
        turned = angles(square_eigenvalues(int(spacings)), nu)
        lines = Lines.merged(turned, strengths * x[:, None] * y[None, :], "velocity_verlet")
        signals.append(lines.signal(int(setup["samples"])))
    return np.stack(signals)
