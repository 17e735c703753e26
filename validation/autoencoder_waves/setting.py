"""The setting of a run: images, and the numbers that a configuration leaves open."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from numerics.devices import find_device
from numerics.images import streams
from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import Eigenimages, eigenimages
from numerics.latent_waves.layer_sizes import sizes
from numerics.latent_waves.moments import SecondMoments, second_moments
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from numerics.latent_waves.autoencoder import Protocol
    from validation.autoencoder_waves import Config

DIGITS, MNIST, FASHION, OWN = "digits", "mnist", "fashion_mnist", "FILE"
NAMED: dict[str, Callable[[], ImageStream]] = {
    DIGITS: streams.digits,
    MNIST: streams.mnist,
    FASHION: streams.fashion_mnist,
}
FEW = 5000  # images of the larger sets, below the paper's scale
FEWEST = 8  # images: two halves, and quarters of one of them
LARGE = 256  # pixels from which on bottlenecks are those of the paper's sets
LARGEST = {"batch": 100_000, "epochs": 100_000, "trials": 1000}
MOST_VALUES = 250_000_000  # pixels of all images together: 2 GB in memory
OBSERVATIONS = 25  # of the loss, about


@dataclasses.dataclass(frozen=True)
class Setting:
    """Images, their eigenimages, and the networks that a run trains."""

    config: Config
    stream: ImageStream
    rows: np.ndarray
    moments: SecondMoments
    original: Eigenimages
    bottlenecks: tuple[int, ...]
    protocol: Protocol
    seeds: range

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

    @property
    def depths(self) -> tuple[int, ...]:
        """Layers of nodes of each network."""
        return self.config.depth

    @property
    def pixels(self) -> int:
        """Number n of pixels of an image, and of frames."""
        return self.rows.shape[1]

    @property
    def updates(self) -> int:
        """Updates that each network makes."""
        return self.protocol.updates(len(self.rows))

    @property
    def coords(self) -> dict[str, list[int]]:
        """Labels of the networks."""
        return {
            "depth": list(self.depths),
            "bottleneck": list(self.bottlenecks),
            "trial": list(self.seeds),
        }

    @functools.cached_property
    def networks(self) -> list[tuple[int, int, int]]:
        """Depth, bottleneck and seed of every network, in the order of training."""
        return [
            (depth, bottleneck, seed)
            for seed in self.seeds
            for depth in self.depths
            for bottleneck in self.bottlenecks
        ]

    @property
    def is_stated(self) -> bool:
        """Whether images, networks and training are those that bars are stated for."""
        free = ("dataset", "trials", "seed", "preset", "device")
        fields = {field.name: field.default for field in dataclasses.fields(self.config)}
        changed = [n for n in fields if n not in free and getattr(self.config, n) != fields[n]]
        return not changed and self.config.preset != "paper"


def setting_of(config: Config) -> Setting:
    """Return the setting of a configuration.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run.
    """
    _require_options(config)
    find_device(config.device)
    stream = _stream(config)
    rows = np.concatenate([block.reshape(len(block), -1) for block in stream.blocks()])
    rows = rows * stream.scale
    bottlenecks = config.bottleneck or _bottlenecks(config, rows.shape[1])
    _require_sizes(rows.shape[1], config.depth, bottlenecks)
    moments = second_moments(stream)
    trials = config.trials or _trials(config)
    return Setting(
        config,
        stream,
        rows,
        moments,
        eigenimages(moments),
        bottlenecks,
        _protocol(config, len(rows)),
        range(config.seed, config.seed + trials),
    )


def set_name(config: Config) -> str:
    """Return the set of a configuration, whose default is the preset's."""
    if config.dataset != "auto":
        return config.dataset
    return DIGITS if config.preset == "quick" else MNIST


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it."""
    name = set_name(config)
    return name if name in NAMED else OWN


def described(setting: Setting) -> str:
    """Return name, size and provenance of the images as JSON."""
    s = setting
    return json.dumps(
        {
            "name": s.stream.name,
            "samples": s.stream.count,
            "shape": list(s.stream.shape),
            "provenance": dict(s.stream.provenance),
        }
    )


def _stream(config: Config) -> ImageStream:
    name = set_name(config)
    if name in NAMED:
        if config.scale is not None:
            raise ArgumentError(
                "--scale",
                config.scale,
                f"{name} is a named set: its scale is known",
                "leave it out",
            )
        few = FEW if name in (MNIST, FASHION) and config.preset != "paper" else None
        return _held(NAMED[name](), config.count or few)
    return _held(streams.stream_of(name, scale=config.scale), config.count)


def _held(stream: ImageStream, count: int | None) -> ImageStream:
    """Return the first images of a stream; refuse more than fit in memory, and too few for halves."""
    kept = stream.count if count is None else count
    if stream.count < FEWEST:
        raise ArgumentError(
            "--dataset",
            f"{stream.count} images",
            f"must be at least {FEWEST}: one half foretells the other",
            "take more",
        )
    if not FEWEST <= kept <= stream.count:
        raise ArgumentError(
            "--count", kept, f"must be from {FEWEST} to {stream.count}", "take others"
        )
    most = MOST_VALUES // math.prod(stream.shape)
    if kept > most:
        raise ArgumentError(
            "--count",
            kept,
            f"networks learn from images in memory, at most {most} of this size",
            f"pass --count {most}",
        )
    return stream if kept == stream.count else stream.first(kept)


def _bottlenecks(config: Config, pixels: int) -> tuple[int, ...]:
    if config.preset == "paper":
        return tuple(i * i for i in range(1, math.isqrt(pixels) + 1))
    return (16, 64) if pixels >= LARGE else (4, 9, 16)


def _require_sizes(pixels: int, depths: tuple[int, ...], bottlenecks: tuple[int, ...]) -> None:
    for depth, bottleneck in itertools.product(depths, bottlenecks):
        try:
            sizes(pixels, bottleneck, depth)
        except ArgumentError as error:
            raise ArgumentError(
                f"--{error.argument}", error.value, error.expected, error.remedy
            ) from error
        if depth < 3:
            raise ArgumentError(
                "--depth", depth, "2 layers of nodes have no bottleneck", "take 3 or more"
            )


def _trials(config: Config) -> int:
    if config.preset == "paper":
        return 5
    return 2 if set_name(config) == DIGITS else 1


def _protocol(config: Config, images: int) -> Protocol:
    """Return the protocol of the configuration, with what it says otherwise."""
    from numerics.latent_waves.autoencoder import LONG, SHORT, Protocol

    protocol = {"short": SHORT, "long": LONG, None: SHORT}[config.protocol]
    if config.protocol is None and config.preset == "paper":
        # OURS: the paper tells rate and 100 steps, not the batch
        protocol = Protocol(2e-3, 256, 100)
    elif config.protocol is None and set_name(config) == DIGITS:
        protocol = Protocol(2e-3, 64, 50)  # as many updates an epoch as 5000 images have by 256
    said = {n: getattr(config, n) for n in ("learning_rate", "batch", "epochs")}
    chosen = dataclasses.replace(protocol, **{n: x for n, x in said.items() if x is not None})
    if config.batch is not None and config.batch > images:
        raise ArgumentError("--batch", config.batch, f"there are {images} images", "take fewer")
    return dataclasses.replace(chosen, batch=min(chosen.batch, images))


def _require_options(config: Config) -> None:
    for name, most in LARGEST.items():
        value = getattr(config, name)
        if value is not None and not 1 <= value <= most:
            raise ArgumentError(f"--{name}", value, f"must be between 1 and {most}", "change it")
    if config.count is not None and config.count < FEWEST:
        raise ArgumentError("--count", config.count, f"must be at least {FEWEST}", "take more")
    rate = config.learning_rate
    if rate is not None and not (rate > 0 and math.isfinite(rate)):
        raise ArgumentError("--learning-rate", rate, "must be positive and finite", "change it")
    if not 0 <= config.seed <= 2**31:
        raise ArgumentError("--seed", config.seed, "must be between 0 and 2^31", "choose 0, say")
    for name in ("depth", "bottleneck"):
        values = getattr(config, name)
        if values is not None and (not values or len(set(values)) < len(values)):
            raise ArgumentError(
                f"--{name}",
                " ".join(map(str, values)) or "none",
                "must name at least one, each once",
                "leave it out for the default",
            )
