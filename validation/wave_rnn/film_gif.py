"""Hidden states of two wave networks over time, beside the image and what is read of them so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import animation, results
from validation.wave_rnn.figures import naming, panels

if TYPE_CHECKING:
    from PIL.Image import Image

NETWORKS = 2
PANEL, GAP, HEAD, CAPTION = 190, 12, 24, 26  # pixels
FONT = 13
MILLISECONDS, STAY = 110, 12  # of a picture, and as many pictures long at the end
GREYS, LEVELS = 32, 80  # of images; of each of two ranges of colours for states
RANGES = (panels.STATES, panels.FIELDS)
FIRST_CLASS = GREYS + len(RANGES) * LEVELS


def gif(result: xr.DataTree) -> bytes:
    """Return the film, a row a network: image, hidden state, prediction so far, mask."""
    return animation.gif(_pictures(result), MILLISECONDS)


def _pictures(result: xr.DataTree) -> list[Image]:
    seen = results.dataset(result, "observed/states/nwm").isel(wave_network=slice(NETWORKS))
    shown = results.dataset(result, "observed/pictures").isel(picture=0)
    colours = Palette(len(naming.labels(result)))
    scales = [panels.scale_of(row.values) for row in seen["state"]]
    pictures = []
    for frame in range(seen.sizes["frame"]):
        here = seen.isel(frame=frame)
        rows = [
            _row(shown, here.isel(wave_network=number), scale, colours)
            for number, scale in enumerate(scales)
        ]
        words = [
            f"{naming.called(name)}: colours from {scale.low:.2g} to {scale.high:.2g}"
            for name, scale in zip(naming.networks(seen), scales, strict=True)
        ]
        heads = ["image", "hidden state y", *(["read so far"] if "read" in seen else []), "mask"]
        pictures.append(_picture(rows, heads, words, f"n = {int(here['shown_step'])}", colours))
    return pictures + [pictures[-1]] * STAY


class Palette:
    """One palette for greys, states and classes, and the numbers of its colours.

    Parameters
    ----------
    classes : int
        With the background.
    """

    def __init__(self, classes: int):
        from matplotlib import colormaps
        from matplotlib.colors import to_rgb

        greys = np.linspace(0, 1, GREYS)[:, None].repeat(3, 1)
        states = [colormaps[name](np.linspace(0, 1, LEVELS))[:, :3] for name in RANGES]
        self.classes = min(classes, 256 - FIRST_CLASS)
        own = np.array([to_rgb(panels.class_colour(number)) for number in range(self.classes)])
        self.bytes = np.round(255 * np.vstack([greys, *states, own])).astype(np.uint8).tobytes()
        self.white, self.black = GREYS - 1, 0

    def grey(self, image: np.ndarray) -> np.ndarray:
        """Return an image (C_in, y, x), the mean of its channels."""
        return np.round(np.clip(image.mean(0), 0, 1) * (GREYS - 1)).astype(np.uint8)

    def state(self, values: np.ndarray, scale: panels.Scale) -> np.ndarray:
        """Return a hidden state on its scale."""
        first = GREYS + LEVELS * RANGES.index(scale.colours)
        share = np.clip((values - scale.low) / (scale.high - scale.low), 0, 1)
        return (first + np.round(share * (LEVELS - 1))).astype(np.uint8)

    def of_classes(self, values: np.ndarray) -> np.ndarray:
        """Return the colours of classes; white where nothing has been read."""
        several = FIRST_CLASS + values % self.classes
        return np.where(values < 0, self.white, several).astype(np.uint8)


def _row(
    shown: xr.Dataset, seen: xr.Dataset, scale: panels.Scale, colours: Palette
) -> list[np.ndarray]:
    parts = [colours.grey(shown["image"].values), colours.state(seen["state"].values, scale)]
    if "read" in seen:
        parts.append(colours.of_classes(seen["read"].values))
    return [*parts, colours.of_classes(shown["mask"].values)]


def _picture(
    rows: list[list[np.ndarray]], heads: list[str], words: list[str], caption: str, colours: Palette
) -> Image:
    """Return one moment: panels in rows, named above; below each row its network."""
    from PIL import Image, ImageDraw, ImageFont

    y, x = rows[0][0].shape
    enlarged = max(1, PANEL // max(y, x))
    high, wide = enlarged * y, enlarged * x
    width = max(len(heads) * (wide + GAP) + GAP, 420)
    picture = Image.new(
        "P", (width, HEAD + len(rows) * (high + CAPTION) + CAPTION), color=colours.white
    )
    picture.putpalette(colours.bytes)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(FONT)
    for column, head in enumerate(heads):
        pen.text((GAP + column * (wide + GAP), 4), head, fill=colours.black, font=font)
    for row, (parts, name) in enumerate(zip(rows, words, strict=True)):
        top = HEAD + row * (high + CAPTION)
        for column, part in enumerate(parts):
            tile = Image.fromarray(np.kron(part, np.ones((enlarged, enlarged), np.uint8)))
            picture.paste(tile, (GAP + column * (wide + GAP), top))
        pen.text((GAP, top + high + 4), name, fill=colours.black, font=font)
    pen.text((GAP, picture.height - CAPTION + 4), caption, fill=colours.black, font=font)
    return picture
