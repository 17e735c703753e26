"""Deep CNNs, linear and nonlinear: the modes that saturate, and the loss that no affine map can pass.

After Fig 6 and App. K of the paper: four convolutions and two fully connected layers, trained on random
batches. Beforehand it is known where the modes have to end and what the best affine map of the images
leaves; how fast the networks get there is observed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from validation.checks import Check
from validation.deep_cnn.check_table import CASES, CHECKS
from validation.experiment import Case
from validation.image_options import ImageOptions


@dataclasses.dataclass(frozen=True)
class Config(ImageOptions):
    """Which networks learn what; None stands for the default of the set."""

    dataset: str = "auto"
    """A named set, cifar10 among them, or the path of an own one: .npz, .npy, .nc, or a folder of
    pictures. auto: digits with --preset quick, mnist with standard, cifar10 with paper."""
    subtract_mean: bool = True
    """Subtract the mean image of the training images."""
    networks: tuple[Literal["linear", "nonlinear"], ...] = ("linear", "nonlinear")
    """Which networks train: linear, nonlinear, or both."""
    kernels: int = 16
    """Channels of each of the four convolutions."""
    learning_rate: float | None = None
    """Of each network that trains. Default: linear 0.1, nonlinear 0.3 on digits; 0.05, 0.1 on others."""
    batch: int | None = None
    """Random images that each update sees. Default: 16; 8 on cifar10."""
    updates: int | None = None
    """Batches. Default: linear 1000, nonlinear 3000 on digits; 156000 on cifar10; 1500, 6000 on others."""
    trials: int | None = None
    """Independent networks, trained one after another. Default: 1; 10 with --preset paper."""
    seed: int = 0
    """Seed of the first trial; trial k has seed + k."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: a minute on digits; MNIST at 14 x 14; the paper's set at its scale, with a GPU."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where the networks train."""


class DeepCNNExperiment:
    """The experiment `deep_cnn`."""

    name: ClassVar[str] = "deep_cnn"
    summary: ClassVar[str] = (
        "deep CNNs, linear and nonlinear: where their modes and losses end, predicted, then measured"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = ()

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        from validation.deep_cnn.image_set import DeepImageSet

        return DeepImageSet(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.deep_cnn.verification`, by the id of their check."""
        from validation.deep_cnn.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = DeepCNNExperiment
