"""Are overlaps and the constant predictor's losses what they are said to be?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from numerics.wave_rnn.segments.segment_set import ArraySet, class_shares
from numerics.wave_rnn.training import metrics
from numerics.wave_rnn.training.collapse import constant_foreground_loss, entropy

CLASSES, IMAGES, SIDE = 6, 16, 12


def foreground_overlap() -> float:
    """FG-IoU of each of 16 images as the release counts it, against a/(2 - a) of its FG-Acc a.

    One-hot classes of the pixels with an object, intersection and union summed over all classes.
    """
    masks = _masks()
    logits = _logits(masks)
    found = metrics.scores(torch.as_tensor(logits), torch.as_tensor(masks))
    released = _released_overlap(logits.argmax(axis=1), masks)
    a = found.foreground_accuracy
    return float(
        max(np.abs(released - law).max() for law in (a / (2 - a), found.foreground_overlap))
    )


def _released_overlap(predicted: np.ndarray, masks: np.ndarray) -> np.ndarray:
    objects = (masks > 0)[..., None]
    one_hot = np.eye(CLASSES, dtype=bool)
    true, guessed = one_hot[masks] & objects, one_hot[predicted] & objects
    return (true & guessed).sum(axis=(1, 2, 3)) / (true | guessed).sum(axis=(1, 2, 3))


def constant_predictor() -> float:
    """Loss and FG-loss of logits ln p_c, wherever, against the closed forms of p; the worse."""
    masks = _masks()
    images = np.zeros((IMAGES, 1, SIDE, SIDE), dtype=np.float32)
    names = tuple(map(str, range(CLASSES)))
    shares = class_shares(ArraySet(images, masks.astype(np.uint8), names))
    logits = np.broadcast_to(np.log(shares)[:, None, None], (IMAGES, CLASSES, SIDE, SIDE))
    found = metrics.scores(torch.as_tensor(logits.copy()), torch.as_tensor(masks)).summary()
    return max(
        abs(found["loss"] - entropy(shares)),
        abs(found["foreground_loss"] - constant_foreground_loss(shares)),
    )


def _masks() -> np.ndarray:
    """Return classes at random, half of them background, (16, 12, 12)."""
    random = np.random.default_rng(0)
    share = np.array([0.5, *[0.5 / (CLASSES - 1)] * (CLASSES - 1)])
    return random.choice(CLASSES, (IMAGES, SIDE, SIDE), p=share)


def _logits(masks: np.ndarray) -> np.ndarray:
    """Return random logits that are right more often from image to image, (16, 6, 12, 12)."""
    noise = np.random.default_rng(1).normal(size=(IMAGES, CLASSES, SIDE, SIDE))
    truth = np.moveaxis(np.eye(CLASSES)[masks], -1, 1)
    return noise + np.linspace(0, 4, IMAGES)[:, None, None, None] * truth


FUNCTIONS: dict[str, Callable[[], float]] = {
    "W21": foreground_overlap,
    "W22": constant_predictor,
}
