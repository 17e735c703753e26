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
from validation.image_options import ImageOptions
from validation.linear_cnn.check_table import CASES, CHECKS

LARGEST = {
    "learning_rate": 1e300,
    "initial_scale": 1e100,
    "trials": 1e4,
    "updates": 1e8,
    "batch": 1e5,
    "kernels": 1e3,
    "layers": 10,
    "loss_scale": 1e300,
    "hidden": 1e5,
}


@dataclasses.dataclass(frozen=True)
class Config(ImageOptions):
    """What is learnt from what; None stands for the default of the case."""

    gradient: Literal["full_batch", "online", "mini_batch"] = "full_batch"
    """All images at every update, one random image, or --batch of them."""
    batch: int = 16
    """How many random images an update of --gradient mini_batch sees."""
    init: Literal["balanced", "random"] | None = None
    """Start aligned with the modes (pure_cosines: default), or small and random (images: default)."""
    learning_rate: float | None = None
    """Of the CNN. Default: 5e-4 for pure_cosines; 0.04 of the stability scale for images."""
    initial_scale: float | None = None
    """Standard deviation of the start weights. Default: 1e-3; 1e-4 for sums_of_cosines; of a fully
    connected run of --measured 1e-3/n, n pixels a side."""
    kernels: int = 1
    """Kernels of each convolution layer."""
    layers: int = 1
    """Convolution layers before the fully connected one."""
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
    image_side: int = 16
    """Side of the images of pure_cosines."""
    frequencies: tuple[tuple[int, int], ...] = ((0, 0), (5, 2), (1, 7), (0, 4))
    """Vertical and horizontal frequency of each class of pure_cosines."""
    amplitudes: tuple[float, ...] = (1.5, 1.0, 0.5, 0.2)
    """Amplitude of each class of pure_cosines."""
    phases: tuple[float, ...] | None = None
    """Phase of each class of pure_cosines, in radians. Default: 0."""
    predict_only: bool = False
    """Forecast order and times of discovery for both networks; train none."""
    measured: str | None = None
    """Path of a run made elsewhere (.npz: updates, and predictions or strengths): forecast and judged."""
    network: Literal["cnn", "fully_connected"] | None = None
    """Network of the run of --measured. Default: cnn."""
    loss_scale: float | None = None
    """c in the loss c/2 <||y - prediction||^2> of the run of --measured. Default: 2/outputs, as MSELoss."""
    hidden: int | None = None
    """Hidden nodes of a fully connected run of --measured. Default: as many as inputs."""


COSINE_OPTIONS = ("image_side", "frequencies", "amplitudes", "phases")
RUN_OPTIONS = ("network", "loss_scale", "hidden")


def _require_sense(config: Config) -> None:
    """Refuse options of which nothing would come."""
    defaults = {field.name: field.default for field in dataclasses.fields(Config)}
    elsewhere = config.predict_only or config.measured is not None
    aligned = config.dataset == "pure_cosines" and config.init != "random" and not elsewhere
    refused = (
        (config.measured is None, RUN_OPTIONS, "is an option of --measured"),
        (config.measured is not None, ("predict_only",), "--measured has a run to judge"),
        (
            config.dataset != "pure_cosines",
            COSINE_OPTIONS,
            "is an option of --dataset pure_cosines",
        ),
        (config.gradient != "mini_batch", ("batch",), "is an option of --gradient mini_batch"),
        (aligned, ("kernels",), "an aligned start has one kernel: --init random has several"),
        (
            aligned and config.gradient != "full_batch",
            ("layers",),
            "one image at a time has its law for one layer: --init random takes several",
        ),
    )
    for applies, names, why in refused:
        for name in names:
            value = getattr(config, name)
            if applies and value != defaults[name]:
                raise ArgumentError(
                    f"--{name.replace('_', '-')}", value, why, "leave it out, or change the other"
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
        _require_sense(config)
        from numerics.devices import find_device

        find_device(config.device)
        if config.measured is not None:
            from validation.linear_cnn.measured_run.case import MeasuredRun

            return MeasuredRun(config)
        if config.predict_only:
            from validation.linear_cnn.forecast_only import ForecastOnly

            return ForecastOnly(config)
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
        if config.gradient != "full_batch":
            from validation.linear_cnn.online_image_sets import OnlineImageSet

            return OnlineImageSet(config)
        from validation.linear_cnn.image_sets import ImageSet

        return ImageSet(config)

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the functions of `validation.linear_cnn.verification`, by the id of their check."""
        from validation.linear_cnn.verification import FUNCTIONS

        return FUNCTIONS


EXPERIMENT = LinearCNNExperiment
