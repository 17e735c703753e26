"""A film of the drum: what the network does, and the same by jumps straight to each picture."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from numerics.drum.drums import square
from numerics.drum.modes import angles, square_eigenvalues, square_jump
from numerics.drum.stepping import mallet
from numerics.schema import quantity
from validation import animation, results

SIDE, TIME_STEP, STRIKE = 64, 0.5, (20, 26)
FRAMES, FRAMES_A_PERIOD = 72, 24
PIXELS, GAP, MILLISECONDS = 195, 5, 60
QUANTILE = 0.995  # of all |q|: the colour limit of every picture


def steps_of_frames() -> np.ndarray:
    """Return the step of each picture, 24 pictures a period of the fundamental."""
    period = 2 * np.pi / angles(square_eigenvalues(SIDE), TIME_STEP).min()
    return np.round(np.arange(FRAMES) * period / FRAMES_A_PERIOD).astype(int)


@functools.cache
def shot() -> xr.Dataset:
    """Return the network's displacement at each picture, (frame, x, y), after a soft mallet."""
    import torch

    from numerics.drum.network import WaveNetwork

    drum = square(SIDE)
    network = WaveNetwork([drum], [TIME_STEP])
    displacement, velocity = network.state([mallet(drum, STRIKE, SIDE / 12)])
    pictures, done = [], 0
    with torch.no_grad():
        for wanted in steps_of_frames():
            for _ in range(wanted - done):
                displacement, velocity = network(displacement, velocity)
            done = int(wanted)
            pictures.append(displacement[0, 0].numpy().copy())
    film = quantity(
        np.stack(pictures),
        ["frame", "x", "y"],
        name="displacement",
        long_name="displacement of the network",
        coords={"frame": np.arange(FRAMES)},
    )
    return xr.Dataset({"displacement": film})


def exact() -> np.ndarray:
    """Return the same pictures by the sine transform, no step taken, (frame, x, y)."""
    start = mallet(square(SIDE), STRIKE, SIDE / 12)
    return np.stack([square_jump(start, TIME_STEP, int(n)) for n in steps_of_frames()])


def colour_limit(film: np.ndarray) -> float:
    """Return one limit for all pictures."""
    return float(np.quantile(np.abs(film), QUANTILE))


def gif(result: xr.DataTree) -> bytes:
    """Return the film as an animated GIF: the network, and beside it the jumps."""
    from matplotlib import colormaps
    from PIL import Image

    film = results.array(result, "observed/film", "displacement").values
    limit = colour_limit(film)
    palette = (colormaps["RdBu_r"](np.linspace(0, 1, 255))[:, :3] * 255).astype(np.uint8)
    palette = np.vstack((palette, [255, 255, 255])).astype(np.uint8)  # the last is the gap
    pictures = []
    for stepped, jumped in zip(film, exact(), strict=True):
        panels = [_indices(field, limit) for field in (stepped, jumped)]
        gap = np.full((PIXELS, GAP), 255, np.uint8)
        picture = Image.fromarray(np.hstack((panels[0], gap, panels[1])), mode="P")
        picture.putpalette(palette.tobytes())
        pictures.append(picture)
    return animation.gif(pictures, MILLISECONDS)


def _indices(field: np.ndarray, limit: float) -> np.ndarray:
    """Return a field as colour numbers 0..254, y upwards, enlarged to the picture's pixels."""
    levels = np.clip(np.round((field / limit + 1) * 127), 0, 254).astype(np.uint8)
    places = (np.arange(PIXELS) * len(field) // PIXELS).astype(int)
    return levels.T[::-1][np.ix_(places, places)]
