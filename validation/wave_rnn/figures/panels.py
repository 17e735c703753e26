"""Panels without axes: images, masks and hidden states, each in the same colours wherever it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from validation import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

# of the background and ten classes; where there are more they repeat
CLASS_COLOURS = (
    "#E3E3E3",
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#F0E442",
    "#56B4E9",
    "#8B4513",
    "#E69F00",
    "#5E3C99",
    "#000000",
)
NOTHING = "#FFFFFF"
STATES, FIELDS = "RdBu_r", "cividis"
QUANTILE = 0.995  # of a row of states: what is beyond has the colour of the end


def bare(ax: Axes, title: str = "") -> None:
    """Take ticks off an axes and name it."""
    ax.set(xticks=[], yticks=[])
    if title:
        ax.set_title(title, fontsize="small")


def picture(image: np.ndarray, ax: Axes, title: str = "") -> None:
    """Draw an image (C_in, y, x) from 0 to 1: grey, coloured, or its channels' mean."""
    shown = image if len(image) in (1, 3) else image.mean(0, keepdims=True)
    plots.picture(
        xr.DataArray(shown, dims=("channel", "y", "x")), ax, title=title, limit=1.0, signed=False
    )


def class_map(count: int) -> ListedColormap:
    """Return the colours of -1 (nothing), the background and `count` - 1 classes."""
    from matplotlib.colors import ListedColormap

    return ListedColormap([NOTHING, *(class_colour(number) for number in range(count))])


def class_colour(number: int) -> str:
    """Return the colour of a class; 0 is the background."""
    several = len(CLASS_COLOURS) - 1
    return CLASS_COLOURS[1 + (number - 1) % several] if number else CLASS_COLOURS[0]


def classes(values: np.ndarray, count: int, ax: Axes, title: str = "") -> None:
    """Draw a class for each pixel (y, x)."""
    ax.imshow(values, cmap=class_map(count), vmin=-1.5, vmax=count - 0.5, interpolation="nearest")
    bare(ax, title)


def class_legend(figure: Figure, names: list[str]) -> None:
    """Name the colours of the classes below a figure."""
    from matplotlib.patches import Patch

    handles = [Patch(fc=class_colour(n), ec="0.4", label=name) for n, name in enumerate(names)]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=min(11, len(names)), frameon=False
    )


class Scale(NamedTuple):
    """Colours of hidden states, one for all times.

    Parameters
    ----------
    low, high : float
    colours : str
        Blue, white at 0, red where states have both signs; else from dark to bright.
    """

    low: float
    high: float
    colours: str


def scale_of(values: np.ndarray) -> Scale:
    """Return the scale on which all of these states are drawn."""
    low, high = (float(end) for end in np.quantile(values, (1 - QUANTILE, QUANTILE)))
    if low < 0 < high or low == high:
        limit = max(-low, high, abs(low)) or 1.0
        return Scale(-limit, limit, STATES)
    return Scale(low, high, FIELDS)


def state(values: np.ndarray, scale: Scale, ax: Axes, title: str = "") -> AxesImage:
    """Draw a hidden state (y, x)."""
    low, high, colours = scale
    drawn = ax.imshow(values, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
    bare(ax, title)
    return drawn


def field(values: np.ndarray, ax: Axes, title: str = "") -> AxesImage:
    """Draw a field that is not negative (y, x), from 0 on."""
    largest = float(values.max()) or 1.0
    drawn = ax.imshow(values, cmap=FIELDS, vmin=0, vmax=largest, interpolation="nearest")
    bare(ax, title)
    return drawn
