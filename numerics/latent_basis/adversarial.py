"""A generator and a discriminator learn against each other."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from numerics.adam import Adam
from numerics.latent_basis.descent import Descent
from numerics.latent_basis.network_descent import OBSERVED, batches_of, noise_seed, require_rows
from numerics.latent_basis.own_random import OwnRandom
from numerics.torch_networks import take_weights, weights

GENERATOR, DISCRIMINATOR = "generator ", "discriminator "  # before the names in a state


def discriminator_loss(real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """Return the binary cross entropies of both logits (N, 1): real is to be 1, made 0; in nats."""
    return _cross_entropy(real, 1.0) + _cross_entropy(made, 0.0)


def generator_loss(made: torch.Tensor) -> torch.Tensor:
    """Return the non-saturating loss of logits (N, 1): what is made is to pass for real; in nats."""
    return _cross_entropy(made, 1.0)


def _cross_entropy(logits: torch.Tensor, target: float) -> torch.Tensor:
    wanted = torch.full_like(logits, target)
    return nn.functional.binary_cross_entropy_with_logits(logits, wanted)


class AdversarialDescent:
    """Adam on both networks in turn; a `numerics.training.Learner`.

    An update is one step of the discriminator on a batch of images and as many made ones, then one
    of the generator on new latents. Both are in training mode throughout.

    Parameters
    ----------
    generator, discriminator : torch module
        From latents (N, M) to images (N, pixels), and from images to logits (N, 1); trained in
        place.
    images : ndarray, (N, pixels)
        In [-1, 1].
    descent : Descent
        Of both.
    latent_size : int
        M.
    seed : int
        Of batches, latents and dropout.

    Raises
    ------
    ArgumentError
        For images out of [-1, 1], and batches that are none.

    Source: arXiv 2102.05132, its published scripts.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        images: np.ndarray,
        descent: Descent,
        *,
        latent_size: int,
        seed: int,
    ):
        require_rows(images)
        self.generator, self.discriminator = generator, discriminator
        self.updates = descent.updates(len(images))
        self._device = next(generator.parameters()).device
        self._descent = descent
        self._latent_size = latent_size
        self._adams = [
            Adam(network, descent.learning_rate, descent.betas)
            for network in (generator, discriminator)
        ]
        self._batches = batches_of(descent, len(images), seed)
        self._random = OwnRandom(noise_seed(seed), self._device)
        self._images = torch.as_tensor(images, dtype=torch.float32, device=self._device)

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self._descent.learning_rate

    def update(self, index: int) -> None:
        """Make one step of the discriminator and one of the generator."""
        real = self._images[self._batches.take(index).to(self._device)]
        rate = self._descent.rate(index, self.updates)
        self.generator.train()
        self.discriminator.train()
        with self._random.drawn():
            with torch.no_grad():
                made = self._made(len(real))
            loss = discriminator_loss(self.discriminator(real), self.discriminator(made))
            self._adams[1].descend(loss, rate)
            loss = generator_loss(self.discriminator(self._made(len(real))))
            self._adams[0].descend(loss, rate)

    def _made(self, count: int) -> torch.Tensor:
        return self.generator(torch.randn(count, self._latent_size, device=self._device))

    def observe(self) -> dict[str, np.ndarray]:
        """Return both losses, in nats, without dropout, on the first images and at fixed latents."""
        self.generator.eval()
        self.discriminator.eval()
        real = self._images[:OBSERVED]
        with torch.no_grad(), self._random.set_back():
            made = self.discriminator(self._made(len(real)))
            losses = {
                "discriminator_loss": discriminator_loss(self.discriminator(real), made),
                "generator_loss": generator_loss(made),
            }
        return {name: np.array(float(loss)) for name, loss in losses.items()}

    def state(self) -> dict[str, np.ndarray]:
        """Return weights, running statistics and Adam's moments of both, and where all draws are."""
        both: dict[str, np.ndarray] = {}
        for prefix, network, adam in self._parts():
            part = weights(network) | adam.state()
            both |= {prefix + name: values for name, values in part.items()}
        return both | self._batches.state() | self._random.state()

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up all of it."""
        for prefix, network, adam in self._parts():
            part = {n.removeprefix(prefix): x for n, x in state.items() if n.startswith(prefix)}
            take_weights(network, part)
            adam.load(part)
        self._batches.load(state)
        self._random.load(state)

    def _parts(self) -> list[tuple[str, nn.Module, Adam]]:
        networks = (self.generator, self.discriminator)
        return list(zip((GENERATOR, DISCRIMINATOR), networks, self._adams, strict=True))
