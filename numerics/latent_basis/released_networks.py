"""The networks as released, of convolutions: one channel, 28 x 28 pixels, images as rows in [-1, 1].

The released encoder has a third head, for labels. It is not built: no loss holds it, so no gradient
ever reaches it.

Source: arXiv 2102.05132, its published scripts. How they start their weights is not told here;
torch's default start is taken.
"""

from __future__ import annotations

from torch import nn

from numerics.latent_basis.heads import Encoder
from numerics.torch_networks import started_by

SIDE = 28
LATENT_SIZE = 100
FEATURES = 7 * 7 * 128  # where discriminator and encoder are flattened


def generator(latent_size: int = LATENT_SIZE, *, seed: int) -> nn.Sequential:
    """Return the generator from latents (N, M) to images (N, 784), cut off at -1 and 1 (hardtanh)."""
    with started_by(seed):
        return nn.Sequential(
            nn.Linear(latent_size, 7 * 7 * 256),
            nn.BatchNorm1d(7 * 7 * 256),
            nn.ReLU(),
            nn.Unflatten(1, (256, 7, 7)),
            nn.ConvTranspose2d(256, 128, 5, stride=1, padding=2),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
            nn.Flatten(),
            nn.Hardtanh(),
        )


def discriminator(*, seed: int) -> nn.Sequential:
    """Return the discriminator from images (N, 784) to logits (N, 1)."""
    with started_by(seed):
        return nn.Sequential(
            _as_images(),
            nn.Conv2d(1, 64, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.25),
            nn.Conv2d(64, 128, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(FEATURES, 1),
        )


def classifier(labels: int = 10, *, seed: int) -> nn.Sequential:
    """Return the classifier from images (N, 784) to logits (N, labels)."""
    with started_by(seed):
        layers: list[nn.Module] = [_as_images()]
        for inputs, outputs in ((1, 16), (16, 32), (32, 32)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(3 * 3 * 32, labels))


def encoder(latent_size: int = LATENT_SIZE, *, head: str, seed: int) -> Encoder:
    """Return the encoder from images (N, 784) to mu and log sigma, each (N, M).

    Parameters
    ----------
    latent_size : int
    head : {"linear", "release"}
        The release's own, or a linear one in its place.
    seed : int
    """
    with started_by(seed):
        trunk = nn.Sequential(
            _as_images(),
            *_with_norm(nn.ConvTranspose2d(1, 64, 4, stride=1, padding=1)),  # 28 -> 29
            *_with_norm(nn.Conv2d(64, 128, 4, stride=2, padding=1)),  # 29 -> 14
            *_with_norm(nn.Conv2d(128, 128, 4, stride=2, padding=1)),  # 14 -> 7
            nn.Flatten(),
        )
        return Encoder(trunk, FEATURES, latent_size, head)


def _as_images() -> nn.Module:
    return nn.Unflatten(1, (1, SIDE, SIDE))


def _with_norm(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return layer, nn.BatchNorm2d(layer.out_channels), nn.LeakyReLU(0.01)
