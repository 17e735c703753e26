"""Every number of a subject's networks and of their training, for each size of image."""

from __future__ import annotations

import dataclasses

from numerics.latent_basis.descent import Descent
from theory.errors import ArgumentError

SMALLEST, LARGEST = 16, 1024  # pixels of an image that these networks are sized for
FEWEST_PER_LABEL = 20  # images, on average
SPREAD = (0.9, 0.99)  # betas of the encoder
ADVERSARIAL = (0.5, 0.99)  # betas of generator and discriminator


@dataclasses.dataclass(frozen=True)
class Widths:
    """Hidden layers of the fully connected networks, and how much dropout leaves out of them."""

    generator: tuple[int, ...] = (256, 256)
    discriminator: tuple[int, ...] = (256, 128)
    classifier: tuple[int, ...] = (256, 128)
    encoder: tuple[int, ...] = (256, 256)
    discriminator_dropout: float = 0.3
    classifier_dropout: float = 0.2


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Networks and their training.

    Parameters
    ----------
    pixels, latent_size : int
        Pixels of an image, and M.
    sets : int
        n, how many class means of each label a full basis is made of.
    adversarial, classifier, encoder : Descent
        Generator and discriminator; classifier; encoder.
    widths : Widths or None
        None: the networks as released, of convolutions.
    classifier_noise, encoder_noise : float
        Standard deviation of the noise on inputs while they train.
    label_weight : float
        lambda, of the label's cross entropy in the encoder's loss.
    likelihood : {"hinge", "gaussian"}
        See `numerics.latent_basis.encoder_training.misfit`.
    """

    pixels: int
    latent_size: int
    sets: int
    adversarial: Descent
    classifier: Descent
    encoder: Descent
    widths: Widths | None = Widths()
    classifier_noise: float = 0.1
    encoder_noise: float = 0.0
    label_weight: float = 100.0
    likelihood: str = "hinge"


DIGITS = Protocol(
    pixels=64,
    latent_size=30,
    sets=3,
    adversarial=Descent(5e-4, 64, steps=6000, betas=ADVERSARIAL),
    classifier=Descent(1e-3, 64, epochs=60),
    encoder=Descent(1e-3, 32, epochs=60, betas=SPREAD, warm_up=0.1),
)
"""Digits of 8 x 8 pixels."""

SMALL = Protocol(
    pixels=64,
    latent_size=30,
    sets=3,
    widths=Widths((128, 128), (128, 64), (128, 64), (128, 128)),
    adversarial=Descent(1e-3, 64, steps=3000, betas=ADVERSARIAL),
    classifier=Descent(3e-3, 64, epochs=30, warm_up=0.1),
    encoder=Descent(3e-3, 32, epochs=30, betas=SPREAD, warm_up=0.1),
)
"""The same digits with half the widths, in a quarter of the time."""

MNIST14 = Protocol(
    pixels=196,
    latent_size=100,
    sets=10,
    adversarial=Descent(5e-4, 64, steps=12_000, betas=ADVERSARIAL),
    classifier=Descent(3e-3, 100, steps=6000, warm_up=0.1),
    encoder=Descent(1e-3, 64, steps=4000, betas=SPREAD, warm_up=0.1),
)
"""MNIST, pooled to 14 x 14 pixels."""

REDUCED28 = Protocol(
    pixels=784,
    latent_size=100,
    sets=10,
    # OURS: the discriminator's widths, and how long classifier and encoder train
    widths=Widths((256, 512), (512, 256), (256, 128), (512, 512)),
    adversarial=Descent(3e-4, 64, steps=20_000, betas=ADVERSARIAL),
    classifier=Descent(3e-3, 100, steps=6000, warm_up=0.1),
    encoder=Descent(1e-3, 64, steps=4000, betas=SPREAD, warm_up=0.1),
)
"""28 x 28 pixels, fully connected: what two processor cores can do."""

RELEASED = Protocol(
    pixels=784,
    latent_size=100,
    sets=10,
    widths=None,
    adversarial=Descent(2e-4, 25, epochs=500, betas=ADVERSARIAL),
    classifier=Descent(3e-5, 25, epochs=500),
    encoder=Descent(1e-4, 25, epochs=500, betas=(0.9, 0.8)),
)
"""28 x 28 pixels as released, plain Adam in place of the optimistic one: days of a GPU."""


def protocol_for(pixels: int, labels: int, images: int) -> Protocol:
    """Return a protocol for a user's own images, after the one that was made for their size.

    Up to 100 pixels it is that of the digits, up to 400 that of MNIST at 14 x 14, up to 1024 the
    reduced one at 28 x 28. Classifier and encoder train by a number of batches, so that few images
    do not mean few updates. The latents are as long as a whole number of sets needs: M = n l.

    Parameters
    ----------
    pixels : int
        Of an image, from 16 to 1024.
    labels : int
        l, at least 2.
    images : int
        At least 20 for each label, on average.

    Raises
    ------
    ArgumentError
        For what is out of range.

    Examples
    --------
    >>> protocol = protocol_for(16 * 16, labels=3, images=900)
    >>> protocol.latent_size, protocol.sets, protocol.adversarial.steps
    (102, 34, 12000)
    """
    if not SMALLEST <= pixels <= LARGEST:
        raise ArgumentError(
            "pixels",
            pixels,
            f"must be from {SMALLEST} to {LARGEST} in an image",
            "bring the images to 28 x 28, say",
        )
    if labels < 2:
        raise ArgumentError("labels", labels, "must be at least 2", "label the images")
    if images < FEWEST_PER_LABEL * labels:
        raise ArgumentError(
            "images",
            images,
            f"must be at least {FEWEST_PER_LABEL * labels}, {FEWEST_PER_LABEL} for each label",
            "take more images, or fewer labels",
        )
    made_for = DIGITS if pixels <= 100 else MNIST14 if pixels <= 400 else REDUCED28
    sets = max(made_for.sets, -(-made_for.latent_size // labels))
    if made_for is DIGITS:
        made_for = dataclasses.replace(
            DIGITS,
            classifier=dataclasses.replace(DIGITS.classifier, epochs=None, steps=1500),
            encoder=dataclasses.replace(DIGITS.encoder, epochs=None, steps=2600),
        )
    return dataclasses.replace(made_for, pixels=pixels, latent_size=sets * labels, sets=sets)
