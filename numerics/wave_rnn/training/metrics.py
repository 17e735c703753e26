"""How good a segmentation is: accuracies, overlaps and losses, of each image and of all pixels.

With m the true mask, p the class of the largest logit, F the pixels where m is no background, and
a = |{p = m} in F|/|F| the foreground accuracy of an image. The overlaps that the released code calls IoU
and FG-IoU are Acc/(2 - Acc) and a/(2 - a): summed over all classes, each wrong pixel is once in the
union as true and once as predicted. They say nothing that the accuracy does not; the per-class overlap,
in which a false positive on the background counts, does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Scores:
    """What was counted on some images, and what follows from it; nan for an image without foreground.

    Parameters
    ----------
    right, right_foreground, foreground : ndarray of int, shape (B,)
        Pixels that are right, those of them with an object, and all pixels with an object.
    losses, foreground_losses : ndarray, shape (B,)
        Sums of the cross-entropy in nats over all pixels, and over those with an object.
    shared_bits, any_bits : ndarray of int, shape (B,)
        Sums of p AND m, p OR m, bit by bit.
    confusion : ndarray of int, shape (N, N)
        Pixels of all images by their true class (row) and the predicted one.
    batches : tuple of int
        How many images were judged together, one batch after another.
    pixels : int
        Of an image.

    Source: wave_rnn, 4.3.
    """

    right: np.ndarray
    right_foreground: np.ndarray
    foreground: np.ndarray
    losses: np.ndarray
    foreground_losses: np.ndarray
    shared_bits: np.ndarray
    any_bits: np.ndarray
    confusion: np.ndarray
    batches: tuple[int, ...]
    pixels: int

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {value:.3g}" for name, value in self.summary().items())
        return f"Scores of {len(self.right)} images: {parts}"

    @property
    def accuracy(self) -> np.ndarray:
        """Acc of each image, (B,)."""
        return self.right / self.pixels

    @property
    def foreground_accuracy(self) -> np.ndarray:
        """FG-Acc of each image, (B,)."""
        return _ratio(self.right_foreground, self.foreground)

    @property
    def overlap(self) -> np.ndarray:
        """IoU of each image as released, Acc/(2 - Acc), (B,)."""
        return self.right / (2 * self.pixels - self.right)

    @property
    def foreground_overlap(self) -> np.ndarray:
        """FG-IoU of each image as released, a/(2 - a), (B,)."""
        return _ratio(self.right_foreground, 2 * self.foreground - self.right_foreground)

    @property
    def legacy_overlap(self) -> np.ndarray:
        """What the released training log calls IoU, (B,): AND over OR of the bits of class numbers.

        Class 1 against 3 gives 1/3. Where both are all background it is nan.
        """
        return _ratio(self.shared_bits, self.any_bits)

    @property
    def class_overlaps(self) -> np.ndarray:
        """Intersection over union of each class over all pixels, (N,); nan where it is in no image."""
        both = np.diag(self.confusion)
        return _ratio(both, self.confusion.sum(0) + self.confusion.sum(1) - both)

    @property
    def without_foreground(self) -> int:
        """Number of images without an object, which all foreground scores leave out."""
        return int((self.foreground == 0).sum())

    def foreground_loss_by_batch(self) -> float:
        """Return FG-loss as released: the mean of each batch, weighted by its images.

        It depends on which images were judged together.
        """
        parts = np.split(np.arange(len(self.right)), np.cumsum(self.batches)[:-1])
        sums = np.array([self.foreground_losses[part].sum() for part in parts])
        counts = np.array([self.foreground[part].sum() for part in parts])
        there = counts > 0
        sizes = np.array(self.batches)
        return float(np.average(sums[there] / counts[there], weights=sizes[there]))

    def summary(self) -> dict[str, float]:
        """Return the scores of the whole set by their names: means over images, and over all pixels.

        Raises
        ------
        ArgumentError
            If no image has an object.
        """
        objects = self.foreground > 0
        if not objects.any():
            raise ArgumentError(
                "masks",
                f"{len(objects)} images of background alone",
                "foreground scores need an image with an object",
                "pass masks with classes above 0",
            )
        foreground = self.foreground.sum()
        return {
            "loss": float(self.losses.sum() / (self.pixels * len(self.right))),
            "foreground_loss": float(self.foreground_losses.sum() / foreground),
            "foreground_loss_by_batch": self.foreground_loss_by_batch(),
            "accuracy": float(self.accuracy.mean()),
            "foreground_accuracy": float(self.foreground_accuracy[objects].mean()),
            "foreground_accuracy_pooled": float(self.right_foreground.sum() / foreground),
            "overlap": float(self.overlap.mean()),
            "foreground_overlap": float(self.foreground_overlap[objects].mean()),
            "legacy_overlap": float(np.nanmean(self.legacy_overlap)),
            "class_overlap": float(np.nanmean(self.class_overlaps)),
            "without_foreground": float(self.without_foreground),
        }


def scores(logits: torch.Tensor, masks: torch.Tensor) -> Scores:
    """Return the scores of a batch; its cross-entropies are taken in float64.

    Parameters
    ----------
    logits : tensor, shape (B, N, H, W)
    masks : tensor of int64, shape (B, H, W)
        True classes, 0 to N - 1; 0 is background.

    Raises
    ------
    ArgumentError
        For shapes that do not fit, masks that are no integers, and classes out of range.

    Source: wave_rnn, 4.3.

    Examples
    --------
    >>> logits = torch.zeros(1, 3, 1, 4); logits[0, 1] = 1.0
    >>> found = scores(logits, torch.tensor([[[0, 1, 1, 2]]]))
    >>> print(found.accuracy[0], found.foreground_accuracy[0].round(3), found.foreground_overlap[0])
    0.5 0.667 0.5
    """
    require_masks(masks, logits)
    classes = logits.shape[1]
    predicted = logits.argmax(1)
    entropies = nn.functional.cross_entropy(logits.double(), masks, reduction="none")
    objects = masks > 0
    hit = predicted == masks
    pairs = torch.bincount((classes * masks + predicted).flatten(), minlength=classes**2)
    return Scores(
        right=_summed(hit),
        right_foreground=_summed(hit & objects),
        foreground=_summed(objects),
        losses=_summed(entropies),
        foreground_losses=_summed(entropies * objects),
        shared_bits=_summed(predicted & masks),
        any_bits=_summed(predicted | masks),
        confusion=pairs.reshape(classes, classes).cpu().numpy(),
        batches=(len(masks),),
        pixels=masks[0].numel(),
    )


def joined(parts: Sequence[Scores]) -> Scores:
    """Return the scores of batches as those of one set, in their order."""
    per_image = [
        field.name
        for field in dataclasses.fields(Scores)
        if field.name not in ("confusion", "batches", "pixels")
    ]
    return Scores(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in per_image},
        confusion=sum((part.confusion for part in parts[1:]), parts[0].confusion),
        batches=tuple(size for part in parts for size in part.batches),
        pixels=parts[0].pixels,
    )


def require_masks(masks: torch.Tensor, logits: torch.Tensor) -> None:
    """Raise ArgumentError unless masks are classes of these logits."""
    shape = (logits.shape[0], *logits.shape[2:])
    if logits.ndim != 4 or tuple(masks.shape) != shape:
        raise ArgumentError(
            "masks",
            f"tensor of shape {tuple(masks.shape)}",
            f"must be of shape {shape}, that of the logits without their classes",
            "pass a mask for each image, as large as it",
        )
    if masks.dtype != torch.int64:
        raise ArgumentError("masks", str(masks.dtype), "must be int64", "pass numbers of classes")
    least, most = (int(value) for value in masks.aminmax())
    if least < 0 or most >= logits.shape[1]:
        raise ArgumentError(
            "masks",
            least if least < 0 else most,
            f"classes must be from 0 to {logits.shape[1] - 1}, the outputs of the network",
            "number them from 0, background first, or give the network more outputs",
        )


def _summed(values: torch.Tensor) -> np.ndarray:
    return values.flatten(1).sum(1).cpu().numpy()


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
