"""The tour through all labels as an animated GIF: four operators side by side, the same inputs in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import animation
from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.columns import first_seed, label_names, networks
from validation.latent_basis.figures.tour import NAMES

if TYPE_CHECKING:
    from PIL.Image import Image

INPUTS = 5
PANEL, HEAD, CAPTION, GAP = 132, 40, 26, 12  # pixels
FONT = 13
MILLISECONDS, STAY = 90, 6  # of a picture, and as many pictures long at a stop
GREYS = 64
WHITE, BLACK = GREYS - 1, 0


def gif(result: xr.DataTree) -> bytes:
    """Return the film: all moments of the tour of the first seed, with the label that is aimed at."""
    return animation.gif(_pictures(result), MILLISECONDS)


def _pictures(result: xr.DataTree) -> list[Image]:
    shown = first_seed(result, "observed/pictures")
    low, high = mosaic.grey_limits(shown)
    share = np.clip(
        (shown["tour"].transpose("moment", "operator", "network", ...) - low) / (high - low), 0, 1
    )
    levels = np.round(share * (GREYS - 1)).astype(np.uint8)
    frames, labels = int(shown.attrs["frames"]), label_names(result)
    pictures = []
    for moment, of_operators in enumerate(levels):
        at, turned = divmod(moment, frames)
        here = labels[at] if turned == 0 else f"{labels[at]} to {labels[at + 1]}"
        picture = _picture(of_operators, networks(result), f"label aimed at: {here}")
        pictures += [picture] * (STAY if turned == 0 else 1)
    return pictures


def _picture(levels: xr.DataArray, names: list[str], caption: str) -> Image:
    """Return one moment: (operator, network, sample, y, x) in panels, a column a network."""
    from PIL import Image, ImageDraw, ImageFont

    columns, inputs = len(names), min(INPUTS, levels.sizes["sample"])
    y, x = levels.shape[-2:]
    enlarged = max(1, (PANEL // columns - 2) // max(y, x))
    pitch = enlarged * y + 2, PANEL // columns
    width = len(NAMES) * (PANEL + GAP) + GAP
    picture = Image.new("P", (width, HEAD + inputs * pitch[0] + CAPTION), color=WHITE)
    picture.putpalette(_palette())
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(FONT)
    small = ImageFont.load_default(FONT - 4)
    for panel, (operator, words) in enumerate(NAMES.items()):
        left = GAP + panel * (PANEL + GAP)
        pen.text((left, 3), words, fill=BLACK, font=font)
        for column, name in enumerate(names):
            across = left + column * pitch[1]
            pen.text((across, HEAD - 17), name, fill=BLACK, font=small)
            for row in range(inputs):
                image = levels.sel(operator=operator).isel(network=column, sample=row).values
                tile = Image.fromarray(np.kron(image, np.ones((enlarged, enlarged), np.uint8)))
                picture.paste(tile, (across, HEAD + row * pitch[0]))
    pen.text((GAP, picture.height - CAPTION + 4), caption, fill=BLACK, font=font)
    return picture


def _palette() -> bytes:
    return np.linspace(0, 255, GREYS).round().astype(np.uint8).repeat(3).tobytes()
