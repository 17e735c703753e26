"""Units that are dead, always on, or switch: the rank of a ReLU network's outputs, by counting them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from numerics.images.stream import ImageStream
from numerics.latent_waves.made_images import image_rows
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class UnitStates:
    """The units of a hidden layer with ReLU over a set of images.

    Parameters
    ----------
    live : ndarray of bool, (w,)
        Positive for at least one image; the others are 0 for all.
    always_on : ndarray of bool, (w,)
        Positive for all images: an affine function of the layer before.
    """

    live: np.ndarray
    always_on: np.ndarray

    @property
    def live_units(self) -> int:
        """Number of live units."""
        return int(self.live.sum())

    @property
    def switching_units(self) -> int:
        """Number of units that are positive for some images and not for others."""
        return int((self.live & ~self.always_on).sum())


def unit_states(
    stream: ImageStream, every_hidden: Callable[[np.ndarray], Sequence[np.ndarray]]
) -> list[UnitStates]:
    """Return the states of the units of each hidden layer, in one pass.

    Parameters
    ----------
    every_hidden : callable
        From images as rows (k, n) to the activations of every hidden layer, (k, w) each, the first
        layer first: `InDouble.every_hidden`.

    Raises
    ------
    ArgumentError
        For no layer at all, and for activations below 0: counting holds for ReLU alone.
    """
    states: list[UnitStates] = []
    for rows in image_rows(stream):
        layers = every_hidden(rows)
        _require_relu(layers)
        here = [
            UnitStates(np.logical_or.reduce(values > 0), np.logical_and.reduce(values > 0))
            for values in layers
        ]
        states = [
            UnitStates(a.live | b.live, a.always_on & b.always_on)
            for a, b in zip(states or here, here, strict=True)
        ]
    return states


def _require_relu(layers: Sequence[np.ndarray]) -> None:
    lowest = min((float(values.min()) for values in layers), default=-np.inf)
    if lowest < 0:
        raise ArgumentError(
            "every_hidden",
            f"activations down to {lowest:.3g}" if layers else "no layer",
            "must be the activations of every hidden layer, after ReLU",
            "use nn.ReLU modules between all layers, or hidden_units for other activations",
        )


def counted_rank(layers: Sequence[UnitStates], image_rank: int) -> int:
    """Return a bound of the rank of a ReLU network's outputs by counting units, layer by layer.

    With q the rank of the activations of a layer beside 1, of the images first, the next layer has at
    most min(live units + 1, q + switching units): units that are always on are affine in the layer
    before, and add nothing to what it spans. It is sharper than live units + 1 behind a narrow layer.

    Parameters
    ----------
    layers : sequence of UnitStates
        Of all hidden layers, the first one first.
    image_rank : int
        Of the images beside 1, or more.

    Examples
    --------
    >>> on = np.ones(5, dtype=bool)
    >>> counted_rank([UnitStates(on[:1], ~on[:1]), UnitStates(on, on)], 64)
    2
    """
    rank = image_rank
    for units in layers:
        rank = min(units.live_units + 1, rank + units.switching_units)
    return rank
