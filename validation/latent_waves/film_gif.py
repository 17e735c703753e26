"""The film of an image set as an animated GIF, with the rings that half A forecasts for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from validation import animation, results
from validation.latent_waves.figures import plane

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS, CAPTION, FONT = 320, 24, 14
MILLISECONDS = 60
GREYS = 64
WHITE = GREYS  # number of the colour after the greys; those of the rings follow
LABELS, STEP = {plane.AREA_LAW: "area law", plane.MODEL: "model of half A"}, 90
MOST_FRAMES = 200


def gif(result: xr.DataTree) -> bytes:
    """Return the film: log magnitude in fixed colours, the frame's number, and the forecast rings."""
    return animation.gif(_pictures(result), MILLISECONDS)


def _pictures(result: xr.DataTree) -> list[Image]:
    film = results.array(result, "observed/film", "energy")
    p, radii = float(results.dataset(result, "forecast")["p"]), plane.forecast_radii(result)
    every = -(-film.sizes["frame"] // MOST_FRAMES)
    pictures = []
    for energy in film.isel(frame=slice(None, None, every)):
        frame = int(energy["frame"])
        rings = {
            name: plane.ring(sizes[frame], p, plane.image_shape(result))
            for name, sizes in radii.items()
            if frame in sizes
        }
        pictures.append(_picture(energy, rings))
    return pictures


def _picture(energy: xr.DataArray, rings: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Image:
    """Return one frame with its rings, and below it its number and what the rings are."""
    from PIL import Image, ImageDraw, ImageFont

    enlarged = max(1, PIXELS // max(energy.shape))
    height, width = (enlarged * side for side in energy.shape)
    picture = Image.new("P", (width, height + CAPTION), color=0)
    picture.putpalette(_palette())
    spectrum = Image.fromarray(np.kron(_levels(energy), np.ones((enlarged, enlarged), np.uint8)))
    spectrum.putpalette(_palette())
    lines, words = ImageDraw.Draw(spectrum), ImageDraw.Draw(picture)
    font, across = ImageFont.load_default(FONT), 4
    words.text((across, height + 3), f"j = {int(energy['frame'])}", fill=WHITE, font=font)
    for colour, (name, label) in enumerate(LABELS.items(), WHITE + 1):
        across += STEP
        if name in rings:
            sides = zip(rings[name], reversed(energy.shape), strict=True)
            pixels = [_places(k, side) for k, side in sides]
            lines.line(list(zip(*(enlarged * k for k in pixels), strict=True)), colour, width=2)
            words.text((across, height + 3), label, fill=colour, font=font)
    picture.paste(spectrum)
    return picture


def _places(frequencies: np.ndarray, length: int) -> np.ndarray:
    """Return where frequencies lie from the edge of a plane, in its pixels."""
    return frequencies + length // 2 + 0.5


def _levels(energy: xr.DataArray) -> np.ndarray:
    """Return log magnitudes as colour numbers, the same scale in every frame."""
    low, high = plane.colour_limits(energy.size)
    share = (plane.log_magnitude(energy.values) - low) / (high - low)
    return np.clip(np.round(share * (GREYS - 1)), 0, GREYS - 1).astype(np.uint8)


def _palette() -> bytes:
    """Return the greys, white, and the colour of each ring."""
    from matplotlib.colors import to_rgb

    greys = np.linspace(0, 255, GREYS).round().astype(np.uint8)
    colours = [to_rgb(plane.RINGS[name]["color"]) for name in LABELS]
    others = np.round(255 * np.array([(1.0, 1.0, 1.0), *colours])).astype(np.uint8)
    return greys.repeat(3).tobytes() + others.tobytes()
