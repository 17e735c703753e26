"""Fully connected generator, discriminator, classifier and encoder; images are rows in [-1, 1]."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from numerics.latent_basis.heads import Encoder, dense_trunk
from numerics.torch_networks import started_by
from theory.errors import ArgumentError


def generator(
    latent_size: int, pixels: int, widths: tuple[int, ...] = (256, 256), *, seed: int
) -> nn.Sequential:
    """Return a generator from latents (N, M) to images (N, pixels), tanh at the end.

    Parameters
    ----------
    latent_size, pixels : int
        M, and the pixels of an image.
    widths : tuple of int
        Of the hidden layers, each with BatchNorm and ReLU.
    seed : int
        Of the start weights, which are torch's default; torch's random numbers go on undisturbed.

    Raises
    ------
    ArgumentError
        For a size below 1.

    Examples
    --------
    >>> sum(p.numel() for p in generator(30, 64, seed=0).parameters())
    91200
    """
    sizes = _sizes(latent_size, *widths, pixels)
    with started_by(seed):
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(sizes[:-1]):
            layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]), nn.Tanh())


def discriminator(
    pixels: int, widths: tuple[int, ...] = (256, 128), *, dropout: float = 0.3, seed: int
) -> nn.Sequential:
    """Return a discriminator from images (N, pixels) to logits (N, 1), LeakyReLU(0.2) between.

    Parameters
    ----------
    pixels : int
    widths : tuple of int
        Of the hidden layers.
    dropout : float
        Share of units that are left out after each of them while it trains.
    seed : int
    """
    sizes = _sizes(pixels, *widths, 1)
    with started_by(seed):
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(sizes[:-1]):
            layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(0.2), nn.Dropout(dropout)]
        return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def classifier(
    pixels: int, labels: int, widths: tuple[int, ...] = (256, 128), *, dropout: float, seed: int
) -> nn.Sequential:
    """Return a classifier from images (N, pixels) to logits (N, labels), ReLU between.

    Parameters
    ----------
    pixels, labels : int
    widths : tuple of int
        Of the hidden layers.
    dropout : float
        Share of units that are left out after the first of them while it trains.
    seed : int
    """
    sizes = _sizes(pixels, *widths, labels)
    with started_by(seed):
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(sizes[:-1]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        layers.insert(2, nn.Dropout(dropout))
        return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def encoder(
    pixels: int, latent_size: int, widths: tuple[int, ...] = (256, 256), *, head: str, seed: int
) -> Encoder:
    """Return an encoder from images (N, pixels) to mu and log sigma, each (N, M).

    Parameters
    ----------
    pixels, latent_size : int
    widths : tuple of int
        Of the hidden layers, each with BatchNorm and LeakyReLU(0.01).
    head : {"linear", "release"}
        See `numerics.latent_basis.heads.head`.
    seed : int
    """
    sizes = _sizes(pixels, *widths, latent_size)
    with started_by(seed):
        return Encoder(dense_trunk(sizes[:-1]), sizes[-2], latent_size, head)


def _sizes(*sizes: int) -> tuple[int, ...]:
    if min(sizes) < 1:
        raise ArgumentError("sizes", sizes, "must each be at least 1", "change the smallest")
    if len(sizes) < 3:
        raise ArgumentError("widths", (), "must name at least one hidden layer", "pass (256,)")
    return sizes
