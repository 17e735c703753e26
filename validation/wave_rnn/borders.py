"""What a circular canvas does to what is said of objects: the same fields on a canvas twice as wide."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.segments.segment_set import Segments
from validation.wave_rnn.fields import affordable

MOST = 4  # images that are tried
AREA = 4  # of the wider canvas, in canvases


class Border(NamedTuple):
    """By how much logits of objects' pixels change, relative, in the norm of all of them.

    Parameters
    ----------
    circle : float
        Where waves come round, against a canvas on which they come round later.
    padding : float
        Where encoders see zeros beyond the border, against an image that goes on.
    """

    circle: float
    padding: float


def border_of(network: WaveNetwork, segments: Segments) -> Border:
    """Run images on their own canvas and in the middle of one twice as wide, which goes on like their border.

    Images without objects are passed over; nan where all are.
    """
    shown = np.flatnonzero((segments.masks > 0).any(axis=(1, 2)))[:MOST]
    shown = shown[: max(1, affordable(network, segments.images) // AREA)]
    rows = [_squares(network, segments.images[[i]], segments.masks[i] > 0) for i in shown]
    circle, padding, size = np.sum(rows, axis=0) if rows else (np.nan,) * 3
    return Border(float(np.sqrt(circle / size)), float(np.sqrt(padding / size)))


def _squares(
    network: WaveNetwork, image: np.ndarray, objects: np.ndarray
) -> tuple[float, float, float]:
    """Return the squares of both changes, and of the logits on the wide canvas, on objects' pixels."""
    height, width = objects.shape
    above, left = height // 2, width // 2
    margins = ((0, 0), (0, 0), (above, height - above), (left, width - left))
    middle = (..., slice(above, above + height), slice(left, left + width))
    with torch.no_grad():
        wide = network.fields(torch.from_numpy(np.pad(image, margins, mode="edge")))
        around = _logits(network, wide)[middle]
        cut = _logits(network, Fields(*(field[middle].contiguous() for field in wide)))
        plain = _logits(network, network.fields(torch.from_numpy(image)))
    far, near, usual = (logits[0][:, objects].astype(float) for logits in (around, cut, plain))
    return (
        float(np.sum((near - far) ** 2)),
        float(np.sum((usual - near) ** 2)),
        float(np.sum(far**2)),
    )


def _logits(network: WaveNetwork, fields: Fields) -> np.ndarray:
    return network.classify(network.features(network.history(fields))).numpy()
