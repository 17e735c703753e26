"""Films of drums: what the network does at each picture, beside jumps straight to it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.drum.drums import Drum
from numerics.schema import quantity
from validation import animation, results

FRAMES, FRAMES_A_PERIOD = 72, 24
PIXELS, GAP, MILLISECONDS = 195, 5, 60
QUANTILE = 0.995  # of all |q|: the colour limit of every picture


def steps_of_frames(angle: float) -> np.ndarray:
    """Return the step of each picture, 24 pictures a period of the line of that angle a step."""
    period = 2 * np.pi / angle
    return np.round(np.arange(FRAMES) * period / FRAMES_A_PERIOD).astype(int)


def shot(drum: Drum, time_step: float, start: np.ndarray, steps: np.ndarray) -> xr.Dataset:
    """Return the network's displacement at some steps from rest, (frame, x, y)."""
    import torch

    from numerics.drum.network import WaveNetwork

    network = WaveNetwork([drum], [time_step])
    displacement, velocity = network.state([start])
    pictures, done = [], 0
    with torch.no_grad():
        for wanted in steps:
            for _ in range(wanted - done):
                displacement, velocity = network(displacement, velocity)
            done = int(wanted)
            pictures.append(displacement[0, 0].numpy().copy())
    film = quantity(
        np.stack(pictures),
        ["frame", "x", "y"],
        name="displacement",
        long_name="displacement of the network",
        coords={"frame": np.arange(len(steps))},
    )
    return xr.Dataset({"displacement": film})


def colour_limit(film: np.ndarray) -> float:
    """Return one limit for all pictures."""
    return float(np.quantile(np.abs(film), QUANTILE))


def gif(result: xr.DataTree, exact: np.ndarray) -> bytes:
    """Return the film as an animated GIF: the network, and beside it the jumps, (frame, x, y)."""
    from matplotlib import colormaps
    from PIL import Image

    film = results.array(result, "observed/film", "displacement").values
    limit = colour_limit(film)
    palette = (colormaps["RdBu_r"](np.linspace(0, 1, 255))[:, :3] * 255).astype(np.uint8)
    palette = np.vstack((palette, [255, 255, 255])).astype(np.uint8)  # the last is the gap
    pictures = []
    for stepped, jumped in zip(film, exact, strict=True):
        panels = [_indices(field, limit) for field in (stepped, jumped)]
        gap = np.full((PIXELS, GAP), 255, np.uint8)
        picture = Image.fromarray(np.hstack((panels[0], gap, panels[1])), mode="P")
        picture.putpalette(palette.tobytes())
        pictures.append(picture)
    return animation.gif(pictures, MILLISECONDS)


def _indices(field: np.ndarray, limit: float) -> np.ndarray:
    """Return a field as colour numbers 0..254, y upwards, enlarged to the picture's square of pixels."""
    levels = np.clip(np.round((field / limit + 1) * 127), 0, 254).astype(np.uint8)
    side = max(field.shape)
    before = [(side - nodes) // 2 for nodes in field.shape]
    around = [(b, side - nodes - b) for b, nodes in zip(before, field.shape, strict=True)]
    square = np.pad(levels, around, constant_values=127)
    places = (np.arange(PIXELS) * side // PIXELS).astype(int)
    return square.T[::-1][np.ix_(places, places)]
