"""Which samples an update sees: all once an epoch in random order, or any with replacement."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from theory.errors import ArgumentError


class EpochBatches:
    """Batches of random order: an epoch sees each sample once, its last batch may be smaller.

    Parameters
    ----------
    samples, batch : int
        How many there are, and how many an update sees.
    seed : int
        Of the orders, from a generator of its own.
    drop_last : bool
        Leave out a last batch that is smaller: an epoch misses other samples each time.

    Raises
    ------
    ArgumentError
        For a batch below 1, or larger than there are samples.
    """

    def __init__(self, samples: int, batch: int, *, seed: int, drop_last: bool = False):
        if not 1 <= batch <= samples:
            raise ArgumentError("batch", batch, f"must be from 1 to {samples} images", "change it")
        self._batch = batch
        self._generator = torch.Generator().manual_seed(seed)
        self._order = torch.arange(samples)
        self._each = samples // batch if drop_last else -(-samples // batch)

    def take(self, index: int) -> torch.Tensor:
        """Return the samples of update `index`; updates are asked for one after another."""
        place = index % self._each
        if place == 0:
            self._order = torch.randperm(len(self._order), generator=self._generator)
        return self._order[place * self._batch : (place + 1) * self._batch]

    def state(self) -> dict[str, np.ndarray]:
        """Return the order of this epoch and the generator of the next."""
        generator = self._generator.get_state().numpy()
        return {"order": self._order.numpy(), "generator": generator}

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up both."""
        self._order = torch.from_numpy(state["order"])
        self._generator.set_state(torch.from_numpy(state["generator"]))


class DrawnBatches:
    """Batches drawn with replacement, each independent of all others.

    Parameters
    ----------
    samples, batch : int
        How many there are, and how many an update sees; it may be more than there are.
    seed : int
        Of the draws, from a generator of its own.
    """

    def __init__(self, samples: int, batch: int, *, seed: int):
        if min(samples, batch) < 1:
            raise ArgumentError("batch", batch, f"must be at least 1 of {samples}", "change it")
        self._size = (samples, (batch,))
        self._generator = torch.Generator().manual_seed(seed)

    def take(self, index: int) -> torch.Tensor:
        """Return the samples of the next update."""
        return torch.randint(*self._size, generator=self._generator)

    def state(self) -> dict[str, np.ndarray]:
        """Return the generator of the next batch."""
        return {"generator": self._generator.get_state().numpy()}

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Take it up."""
        self._generator.set_state(torch.from_numpy(state["generator"]))
