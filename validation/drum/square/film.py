"""The film of a square drum: what the network does, and the same by jumps straight to each picture."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from numerics.drum.drums import square
from numerics.drum.lines import angles
from numerics.drum.square_modes import square_eigenvalues, square_jump
from numerics.drum.stepping import mallet
from validation.drum import film

SIDE, TIME_STEP, STRIKE = 64, 0.5, (20, 26)
NAME = f"{SIDE} x {SIDE} spacings"


def steps_of_frames() -> np.ndarray:
    """Return the step of each picture."""
    return film.steps_of_frames(angles(square_eigenvalues(SIDE), TIME_STEP).min())


@functools.cache
def shot() -> xr.Dataset:
    """Return the network's displacement at each picture, (frame, x, y), after a soft mallet."""
    drum = square(SIDE)
    return film.shot(drum, TIME_STEP, mallet(drum, STRIKE, SIDE / 12), steps_of_frames())


def exact() -> np.ndarray:
    """Return the same pictures by the sine transform, no step taken, (frame, x, y)."""
    start = mallet(square(SIDE), STRIKE, SIDE / 12)
    return np.stack([square_jump(start, TIME_STEP, int(n)) for n in steps_of_frames()])
