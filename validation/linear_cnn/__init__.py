"""Learning in linear CNNs: which modes of a data set are learnt when, predicted and measured.

Cases: ``pure_cosines`` (every mode has its own frequency: sigmoid, map, clock), and image sets
(modes share frequencies: coupled flow, descent). A fully connected network is the baseline of both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from theory.errors import ArgumentError
from validation.checks import Check
from validation.experiment import Case
from validation.linear_cnn.check_table import CASES, CHECKS

LARGEST = {"learning_rate": 1e300, "initial_scale": 1e100, "trials": 1e4, "updates": 1e8}


@dataclasses.dataclass(frozen=True)
class Config:
    """What is learnt from what; None stands for the default of the case."""

    dataset: str = "digits"
    """pure_cosines, digits, mnist, or the path of an own set: .npz, .npy, .nc, folder of pictures."""
    gradient: Literal["full_batch", "online"] = "full_batch"
    """All images at every update, or one random image."""
    init: Literal["balanced", "random"] | None = None
    """Start aligned with the modes (pure_cosines: default), or small and random (images: default)."""
    learning_rate: float | None = None
    """Of the CNN. Default: 5e-4 for pure_cosines; 0.04 of the stability scale for images."""
    initial_scale: float = 1e-3
    """Standard deviation of the start weights."""
    trials: int | None = None
    """Independent starts. Default: 10; on images 3 with --preset quick; less from 14 x 14 pixels on."""
    updates: int | None = None
    """Default: 8000 for pure_cosines; enough for all modes of the default sets for images."""
    seed: int = 0
    """Seed of the first trial; trial k has seed + k."""
    preset: Literal["quick", "standard", "paper"] = "standard"
    """How much is run: a minute, five minutes, the paper's scale."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    """Where the networks train."""
    grey: bool = False
    """Turn colour images to grey."""
    average: int | None = None
    """Mean over blocks of this many pixels a side. Default: 2 for mnist."""
    subtract_mean: bool = False
    """Subtract the mean image."""
    count: int | None = None
    """Take the first images only. Default: 10000 for mnist."""
    image_side: int = 16
    """Side of the images of pure_cosines."""
    frequencies: tuple[tuple[int, int], ...] = ((0, 0), (5, 2), (1, 7), (0, 4))
    """Vertical and horizontal frequency of each class of pure_cosines."""
    amplitudes: tuple[float, ...] = (1.5, 1.0, 0.5, 0.2)
    """Amplitude of each class of pure_cosines."""
    phases: tuple[float, ...] | None = None
    """Phase of each class of pure_cosines, in radians. Default: 0."""


def _require_cosine_options(config: Config) -> None:
    """Refuse options of pure cosines for other sets, where nothing would come of them."""
    if config.dataset == "pure_cosines":
        return
    for field in dataclasses.fields(Config):
        if field.name in ("image_side", "frequencies", "amplitudes", "phases"):
            value = getattr(config, field.name)
            if value != field.default:
                raise ArgumentError(
                    f"--{field.name.replace('_', '-')}",
                    value,
                    "is an option of --dataset pure_cosines",
                    "leave it out, or choose that set",
                )


class LinearCNNExperiment:
    """The experiment `linear_cnn`."""

    name: ClassVar[str] = "linear_cnn"
    summary: ClassVar[str] = (
        "linear CNNs discover the modes of a data set in stages: predicted, then measured"
    )
    config_type: ClassVar[type] = Config
    cases: ClassVar[Mapping[str, str]] = CASES
    checks: ClassVar[tuple[Check, ...]] = CHECKS
    claims: ClassVar[tuple[str, ...]] = (
        "linear_cnn.mode_law",
        "linear_cnn.descent_map",
        "linear_cnn.clock",
        "linear_network.mode_law",
    )

    def case(self, config: Config) -> Case:
        """Return the case that the configuration names."""
        for name, most in LARGEST.items():
            value = getattr(config, name)
            if value is not None and not 0 < value <= most:
                raise ArgumentError(
                    f"--{name.replace('_', '-')}",
                    value,
                    f"must be positive and finite, at most {most:g}",
                    "change it",
                )
        if config.seed < 0:
            raise ArgumentError("--seed", config.seed, "must not be negative", "choose 0, say")
        if config.seed > 2**31:
            raise ArgumentError(
                "--seed", config.seed, "must be at most 2^31", "choose a smaller one"
            )
        _require_cosine_options(config)
        from numerics.devices import find_device

        find_device(config.device)
        if config.dataset == "pure_cosines" and config.init in (None, "balanced"):
            from validation.linear_cnn.pure_cosines import PureCosines

            return PureCosines(config)
        if config.init == "balanced":
            raise ArgumentError(
                "--init",
                "balanced",
                "an aligned start needs modes that share no frequency, as pure_cosines has them",
                "use --init random",
            )
        if config.gradient == "online":
            from validation.linear_cnn.online_image_sets import OnlineImageSet

            return OnlineImageSet(config)
        from validation.linear_cnn.image_sets import ImageSet

        return ImageSet(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.linear_cnn.verification`, by the id of their check."""
        from validation.linear_cnn.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = LinearCNNExperiment
