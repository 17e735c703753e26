"""The networks of a protocol before they are trained."""

from __future__ import annotations

from torch import nn

from numerics.latent_basis import networks, released_networks
from numerics.latent_basis.heads import Encoder
from numerics.latent_basis.network_descent import noise_seed
from numerics.latent_basis.protocols import Protocol

GENERATOR, DISCRIMINATOR, CLASSIFIER, ENCODER = range(2, 6)  # beside a seed, so that no two agree


def generator_of(protocol: Protocol, *, seed: int) -> nn.Module:
    """Return the generator, from latents (N, M) to images (N, pixels)."""
    seed = noise_seed(seed, GENERATOR)
    if protocol.widths is None:
        return released_networks.generator(protocol.latent_size, seed=seed)
    widths = protocol.widths.generator
    return networks.generator(protocol.latent_size, protocol.pixels, widths, seed=seed)


def discriminator_of(protocol: Protocol, *, seed: int) -> nn.Module:
    """Return the discriminator, from images (N, pixels) to logits (N, 1)."""
    seed = noise_seed(seed, DISCRIMINATOR)
    if protocol.widths is None:
        return released_networks.discriminator(seed=seed)
    widths, dropout = protocol.widths.discriminator, protocol.widths.discriminator_dropout
    return networks.discriminator(protocol.pixels, widths, dropout=dropout, seed=seed)


def classifier_of(protocol: Protocol, labels: int, *, seed: int) -> nn.Module:
    """Return the classifier, from images (N, pixels) to logits (N, labels)."""
    seed = noise_seed(seed, CLASSIFIER)
    if protocol.widths is None:
        return released_networks.classifier(labels, seed=seed)
    widths, dropout = protocol.widths.classifier, protocol.widths.classifier_dropout
    return networks.classifier(protocol.pixels, labels, widths, dropout=dropout, seed=seed)


def encoder_of(protocol: Protocol, head: str, *, seed: int) -> Encoder:
    """Return the encoder, from images (N, pixels) to mu and log sigma, each (N, M).

    Parameters
    ----------
    protocol : Protocol
    head : {"linear", "release"}
    seed : int
    """
    seed = noise_seed(seed, ENCODER)
    if protocol.widths is None:
        return released_networks.encoder(protocol.latent_size, head=head, seed=seed)
    widths = protocol.widths.encoder
    return networks.encoder(protocol.pixels, protocol.latent_size, widths, head=head, seed=seed)
