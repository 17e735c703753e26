"""How a network is trained: how many updates, of how many images, at which learning rates."""

from __future__ import annotations

import dataclasses
import math

from numerics.one_cycle import one_cycle
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Descent:
    """Adam on batches: all images once an epoch, or batches drawn with replacement.

    Parameters
    ----------
    learning_rate : float
        Of all updates, or with `warm_up` the largest.
    batch : int
        Images at an update.
    epochs, steps : int, one of them
        How often every image is seen, in random order; or the number of batches with replacement.
    betas : (float, float)
        Of Adam.
    warm_up : float, optional
        One cycle: the rate rises over this share of the updates from 1/25 of the peak, then falls
        to 1/250000 of it, along cosines. The betas stay as they are.

    Raises
    ------
    ArgumentError
        For both or none of `epochs` and `steps`, and for numbers out of range.
    """

    learning_rate: float
    batch: int
    epochs: int | None = None
    steps: int | None = None
    betas: tuple[float, float] = (0.9, 0.999)
    warm_up: float | None = None

    def __post_init__(self) -> None:
        said = [count for count in (self.epochs, self.steps) if count is not None]
        if len(said) != 1 or said[0] < 1:
            raise ArgumentError(
                "epochs, steps",
                (self.epochs, self.steps),
                "one of them must be given, at least 1",
                "say how long it trains",
            )
        if self.batch < 1:
            raise ArgumentError("batch", self.batch, "must be at least 1", "take more images")
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ArgumentError(
                "learning_rate", self.learning_rate, "must be positive and finite", "change it"
            )
        if self.warm_up is not None and not 0 < self.warm_up < 1:
            raise ArgumentError(
                "warm_up", self.warm_up, "must be between 0 and 1", "pass 0.1, or None"
            )

    def updates(self, images: int) -> int:
        """Return the number of updates; the last batch of an epoch may be smaller."""
        return self.steps or (self.epochs or 0) * -(-images // self.batch)

    def rate(self, update: int, updates: int) -> float:
        """Return the learning rate of an update, counted from 0, among so many.

        Examples
        --------
        >>> cycle = Descent(1e-3, 32, steps=101, warm_up=0.1)
        >>> [f"{cycle.rate(update, 101):.1e}" for update in (0, 10, 55, 100)]
        ['4.0e-05', '1.0e-03', '4.9e-04', '4.0e-09']
        """
        if self.warm_up is None:
            return self.learning_rate
        return one_cycle(update, updates, self.learning_rate, self.warm_up)[0]
