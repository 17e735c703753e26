"""Autoencoders and the film of an image set: until which frame they follow it, from their weights.

After the paper's transition frame: eigenimages of the reconstructions are those of the images up to
some frame, and noise from there on. The networks are trained first, as part of the set-up; their weights,
and the hidden activations over half A of the images, then say which frames they capture of half B, before
any image is reconstructed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from validation.autoencoder_waves.check_table import CASES, CHECKS
from validation.checks import Check
from validation.experiment import Case


@dataclasses.dataclass(frozen=True)
class Config:
    """Which autoencoders learn what; None stands for the default of the set."""

    dataset: str = "auto"
    """digits, mnist or fashion_mnist; or the path of own images: .npy, .npz, .nc, or a folder of
    pictures. auto: digits with --preset quick, else mnist."""
    count: int | None = None
    """The first images only. Default: all; 5000 of mnist and fashion_mnist below --preset paper."""
    scale: float | None = None
    """Of own images: a pixel value is a stored value times this. Needed for 16 bits and for numbers
    beyond 0 to 1; bytes have 1/255."""
    depth: tuple[int, ...] = (3, 4, 5, 6)
    """Layers of nodes, inputs and outputs among them: 3 is n, d, n; 4 n, d, d, n; 5 n, h, d, h, n."""
    bottleneck: tuple[int, ...] | None = None
    """Nodes d of the narrowest layer. Default: 4 9 16; 16 64 from 256 pixels on; all squares up to n
    with --preset paper."""
    protocol: Literal["short", "long"] | None = None
    """Rate, batch and epochs: short .002, 256, 50; long .0003, 64, 60. Default: of digits .002, 64, 50;
    with --preset paper .002, 256, 100; else short."""
    learning_rate: float | None = None
    """Of Adam, instead of the protocol's."""
    batch: int | None = None
    """Images that each update sees, instead of the protocol's."""
    epochs: int | None = None
    """How often each image is seen, instead of the protocol's."""
    trials: int | None = None
    """Independent networks of each form. Default: 1; 2 with digits; 5 with --preset paper."""
    seed: int = 0
    """Seed of the first trial, and of the halves of the images; trial k has seed + k."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: a minute on digits; 5000 images of MNIST; the paper's sweep, with a GPU."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where the networks train."""


class AutoencoderWavesExperiment:
    """The experiment `autoencoder_waves`."""

    name: ClassVar[str] = "autoencoder_waves"
    summary: ClassVar[str] = (
        "autoencoders and the film of an image set: the frame up to which they follow it, from weights"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = (
        "latent_waves.rank_bound",
        "latent_waves.capture",
        "latent_waves.loss_of_projection",
        "latent_waves.loss_bound",
        "latent_waves.bias_is_the_mean",
    )

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        from validation.autoencoder_waves.image_case import AutoencodedImages

        return AutoencodedImages(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.autoencoder_waves.verification`, by their check's id."""
        from validation.autoencoder_waves.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = AutoencoderWavesExperiment
