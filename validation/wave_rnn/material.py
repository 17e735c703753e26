"""Images with masks, by the name of their set: what is known of them before any is drawn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from numerics.wave_rnn.segments.segment_set import Splits
from theory.errors import ArgumentError
from validation.image_options import speaking_of
from validation.wave_rnn.check_table import MNIST, MULTI, POLYGONS, SMALL, TETROMINOES

if TYPE_CHECKING:
    from validation.wave_rnn import Config

SHOWN = (200, 200, 200)  # images of each split where nothing is trained
TESTED = 1000
DIGITS = 60_000  # of MNIST, to train on and to choose by


@dataclasses.dataclass(frozen=True)
class Material:
    """An image set that is drawn, or read, when it is needed.

    Parameters
    ----------
    channels, classes : int
        Of the images; N, with the background.
    sides : tuple of two int
        Height and width of an image, px.
    images : int
        To train on.
    splits : callable
        From a folder, in which drawn images are kept, to the three splits.
    """

    channels: int
    classes: int
    sides: tuple[int, int]
    images: int
    splits: Callable[[Path], Splits]

    @property
    def side(self) -> int:
        """The shorter side of an image, px."""
        return min(self.sides)


def material_of(config: Config, *, trains: bool) -> Material:
    """Return the images that a configuration names; own ones are read, and refused, at once.

    Parameters
    ----------
    trains : bool
        Whether networks are trained on them; else fewer are drawn.
    """
    makers = {
        SMALL: _small,
        POLYGONS: _polygons,
        TETROMINOES: _tetrominoes,
        MNIST: _mnist,
        MULTI: _multi_mnist,
    }
    return makers.get(config.dataset, _own)(config, trains)


def _small(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits

    sizes = (config.images or 4000, 200, TESTED)
    return Material(
        1, 4, (18, 18), sizes[0], lambda folder: small_tetrominoes_splits(sizes, cache=folder)
    )


def _polygons(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.polygons import polygons_splits

    sizes = _sizes(config, trains, 10_000)
    return Material(1, 5, (75, 75), sizes[0], lambda folder: polygons_splits(sizes, cache=folder))


def _tetrominoes(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.tetrominoes import tetrominoes_splits

    sizes = _sizes(config, trains, 10_000)
    return Material(
        3, 6, (64, 64), sizes[0], lambda folder: tetrominoes_splits(sizes, cache=folder)
    )


def _mnist(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.mnist_segments import mnist_segments_splits

    train = config.images or (51_000 if trains else SHOWN[0])
    sizes = (train, 9000, 10_000) if trains else (train, *SHOWN[1:])
    most = DIGITS - sizes[1]
    if train > most:
        raise ArgumentError(
            "--images",
            train,
            f"must be at most {most}: {sizes[1]} of MNIST's {DIGITS} training digits are kept to choose by",
            f"pass --images {most}, or fewer",
        )
    return Material(
        1,
        11,
        (56, 56),
        train,
        lambda folder: mnist_segments_splits(
            sizes, binarise=config.binarise, release=config.release
        ),
    )


def _multi_mnist(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.multi_mnist import THRESHOLD, multi_mnist_splits

    threshold = THRESHOLD if config.threshold is None else config.threshold
    sizes = _sizes(config, trains, 10_000)
    return Material(
        1,
        11,
        (128, 128),
        sizes[0],
        lambda folder: multi_mnist_splits(
            sizes, threshold=threshold, release=config.release, cache=folder
        ),
    )


def _own(config: Config, trains: bool) -> Material:
    from numerics.wave_rnn.segments.own_segments import own_segments_splits

    with speaking_of("--dataset"):
        splits = own_segments_splits(config.dataset)
    channels, height, width = splits.train.shape
    classes, images = len(splits.train.classes), len(splits.train)
    return Material(channels, classes, (height, width), images, lambda folder: splits)


def _sizes(config: Config, trains: bool, paper: int) -> tuple[int, int, int]:
    if trains:
        return config.images or paper, TESTED, TESTED
    return config.images or SHOWN[0], *SHOWN[1:]
