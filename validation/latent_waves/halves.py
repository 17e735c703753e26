"""The halves of a set: moments of A, in two quarters, for the forecast; of B, only to be measured."""

from __future__ import annotations

import functools

import numpy as np

from numerics.latent_waves.moments import SecondMoments, subset_moments
from theory.errors import ArgumentError
from validation.latent_waves.setting import Setting

LEAST_IMAGES = 8


class Halves:
    """Random halves A and B of the images of a setting, each added up when it is first asked for.

    `numpy.random.default_rng(seed).permutation(m)` orders the images: the first half of them is A, its
    own halves are the quarters.
    """

    def __init__(self, setting: Setting):
        count = setting.stream.count
        if count < LEAST_IMAGES:
            raise ArgumentError(
                "--dataset",
                f"{count} images",
                f"must be at least {LEAST_IMAGES}: one half forecasts, the other is measured",
                "take more images",
            )
        self._stream = setting.stream
        self._order = np.random.default_rng(setting.config.seed).permutation(count)

    @functools.cached_property
    def quarters(self) -> tuple[SecondMoments, SecondMoments]:
        """Moments of both halves of A."""
        half = len(self._order) // 2
        one, other = self._moments(self._order[: half // 2], self._order[half // 2 : half])
        return one, other

    @functools.cached_property
    def first(self) -> SecondMoments:
        """Moments of A."""
        return self.quarters[0] + self.quarters[1]

    @functools.cached_property
    def second(self) -> SecondMoments:
        """Moments of B."""
        (moments,) = self._moments(self._order[len(self._order) // 2 :])
        return moments

    @functools.cached_property
    def whole(self) -> SecondMoments:
        """Moments of all images."""
        return self.first + self.second

    def _moments(self, *parts: np.ndarray) -> list[SecondMoments]:
        masks = np.zeros((len(parts), self._stream.count), bool)
        for mask, part in zip(masks, parts, strict=True):
            mask[part] = True
        return list(subset_moments(self._stream, masks, at_once=len(parts)))
