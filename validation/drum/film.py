"""Films of drums: what the network does at each picture, beside jumps straight to it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.drum.drums import Drum
from numerics.schema import quantity
from validation import animation, results

FRAMES, FRAMES_A_PERIOD = 72, 24
PIXELS, HEAD, GAP, MILLISECONDS = 195, 20, 5, 60
FONT = 13
LEVELS = 253  # of colour, odd: the middle one is rest
WALL, WHITE, BLACK = LEVELS, LEVELS + 1, LEVELS + 2  # the numbers of the other colours
GREY = 176  # of clamped nodes, which rest would hide
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


def gif(result: xr.DataTree, exact: np.ndarray, drum: str, free: np.ndarray | None = None) -> bytes:
    """Return the film as an animated GIF: the network on the left, the jumps on the right, each named.

    Parameters
    ----------
    exact : ndarray, (frame, x, y)
        What the jumps give.
    drum : str
        What the drum is called; what a panel has no room for is cut off.
    free : ndarray of bool, (x, y), optional
        Nodes that move; the others are grey, as is all around. By default every node has its colour.
    """
    from PIL import Image

    film = results.array(result, "observed/film", "displacement").values
    limit = colour_limit(film)
    moves = np.ones(film.shape[1:], bool) if free is None else free
    gap = np.full((HEAD + PIXELS, GAP), WHITE, np.uint8)
    heads = [_head(f"{said}: {drum}") for said in ("network", "predicted")]
    palette = _palette().tobytes()
    pictures = []
    for stepped, jumped in zip(film, exact, strict=True):
        left, right = (
            np.vstack((head, _indices(field, moves, limit)))
            for head, field in zip(heads, (stepped, jumped), strict=True)
        )
        picture = Image.fromarray(np.hstack((left, gap, right)), mode="P")
        picture.putpalette(palette)
        pictures.append(picture)
    return animation.gif(pictures, MILLISECONDS)


def _palette() -> np.ndarray:
    """Return red, green and blue of each colour number, (number, 3)."""
    from matplotlib import colormaps

    levels = colormaps["RdBu_r"](np.linspace(0, 1, LEVELS))[:, :3] * 255
    return np.vstack((levels, [GREY] * 3, [255] * 3, [0] * 3)).astype(np.uint8)


def _head(words: str) -> np.ndarray:
    """Return what stands above a panel as colour numbers."""
    from matplotlib.font_manager import findfont
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("P", (PIXELS, HEAD), color=WHITE)
    font = ImageFont.truetype(findfont("DejaVu Sans"), FONT)  # as in the figures
    ImageDraw.Draw(picture).text((2, 2), words, fill=BLACK, font=font)
    return np.asarray(picture)


def _indices(field: np.ndarray, moves: np.ndarray, limit: float) -> np.ndarray:
    """Return a field as colour numbers, y upwards, enlarged to the picture's square of pixels."""
    rest = LEVELS // 2
    levels = np.clip(np.round((field / limit + 1) * rest), 0, LEVELS - 1).astype(np.uint8)
    levels[~moves] = WALL
    side = max(field.shape)
    before = [(side - nodes) // 2 for nodes in field.shape]
    around = [(b, side - nodes - b) for b, nodes in zip(before, field.shape, strict=True)]
    square = np.pad(levels, around, constant_values=WALL)
    places = (np.arange(PIXELS) * side // PIXELS).astype(int)
    return square.T[::-1][np.ix_(places, places)]
