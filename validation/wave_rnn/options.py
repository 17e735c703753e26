"""Options that are refused before anything is read: out of their range, or of no use to what runs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from numerics.devices import find_device
from numerics.wave_rnn.networks.architecture import BINNED
from numerics.wave_rnn.networks.counts import UNET_HALVINGS
from numerics.wave_rnn.segments.multi_mnist import HIGHEST_THRESHOLD
from theory.errors import ArgumentError
from validation.image_options import speaking_of
from validation.wave_rnn.check_table import CASES, MNIST, MULTI, OWN, SMALL

if TYPE_CHECKING:
    from numerics.wave_rnn.networks.architecture import Architecture
    from numerics.wave_rnn.training.protocol import Protocol
    from validation.wave_rnn import Config
    from validation.wave_rnn.material import Material

# lowest and highest of the options that are numbers
RANGES: Mapping[str, tuple[float, float]] = {
    "images": (16, 10_000_000),
    "threshold": (0, HIGHEST_THRESHOLD),
    "frequencies": (1, 50_001),
    "head": (1, 100_000),
    "radius": (1, 32),
    "steps": (1, 100_000),
    "time_step": (1e-6, 1e3),
    "seeds": (1, 1000),
    "seed": (0, 2**31 - 1),
    "updates": (1, 10**9),
    "batch": (1, 100_000),
    "learning_rate": (1e-9, 1e3),
    "wave_rate": (1e-9, 1e3),
    "clip": (1e-9, 1e9),
    "watch": (1, 10**9),
    "processes": (1, 1024),
    "depth": (1, 256),
    "channels": (1, 1024),
}
UNIT = 2**UNET_HALVINGS  # px
NAMED = tuple(name for name in CASES if name != OWN)
OF_TRAINING = (
    "seeds",
    "seed",
    "updates",
    "batch",
    "learning_rate",
    "schedule",
    "wave_rate",
    "clip",
    "watch",
    "mixed_precision",
)
# options that only some networks have, and which these are
BELONG: Mapping[str, tuple[str, ...]] = {
    "readout": ("nwm", "conv_lstm"),
    "frequencies": ("nwm", "conv_lstm"),
    "head": ("nwm", "conv_lstm", "cnn"),
    "steps": ("nwm", "conv_lstm"),
    "watch": ("nwm", "conv_lstm"),
    "radius": ("nwm",),
    "time_step": ("nwm",),
    "stiffness": ("nwm",),
    "damping": ("nwm",),
    "wave_rate": ("nwm",),
    "lstm_input": ("conv_lstm",),
    "depth": ("cnn",),
    "bottleneck": ("cnn",),
    "channels": ("unet",),
}
OF_SET = {"binarise": MNIST, "threshold": MULTI}  # options that only one set has


def require_options(config: Config) -> None:
    """Refuse options that a run could not use, or would leave aside silently.

    Raises
    ------
    ArgumentError
        Naming option, value and what is allowed.
    """
    for name, (low, high) in RANGES.items():
        for value in _several(getattr(config, name)):
            if not (math.isfinite(value) and low <= value <= high):
                raise ArgumentError(
                    option(name), value, f"must be from {low:.10g} to {high:.10g}", "choose another"
                )
    for name in ("model", "readout", "depth", "bottleneck", "channels"):
        values = getattr(config, name)
        if values is not None and (not values or len(set(values)) < len(values)):
            raise ArgumentError(
                option(name), values, "must name each once, and one at least", "change it"
            )
    with speaking_of("--device"):
        find_device(config.device)
    for name, models in BELONG.items():
        if is_changed(config, name) and not set(models) & set(config.model):
            raise ArgumentError(
                option(name),
                getattr(config, name),
                f"belongs to {' and '.join(models)}, and {', '.join(config.model)} runs",
                f"leave it out, or add --model {models[0]}",
            )
    for name, dataset in OF_SET.items():
        if is_changed(config, name) and config.dataset != dataset:
            raise ArgumentError(
                option(name),
                getattr(config, name),
                f"belongs to --dataset {dataset}",
                "leave it out",
            )
    if config.head == ():
        raise ArgumentError(
            "--head", config.head, "must name one width at least", "pass 256 256, say"
        )
    _require_bins(config)
    if config.images is not None and config.dataset not in NAMED:
        raise ArgumentError(
            "--images", config.images, "belongs to sets that are drawn", "leave it out"
        )
    if config.weights is not None:
        _require_one_network(config)


def require_fit(config: Config, protocol: Protocol | None, material: Material) -> None:
    """Refuse what the images do not bear: a batch, looks between updates, a kernel, a U-Net.

    Raises
    ------
    ArgumentError
        Naming option, value and what is allowed.
    """
    if protocol is not None and protocol.batch > material.images:
        raise ArgumentError(
            "--batch",
            protocol.batch,
            f"must be at most {material.images}, the number of images to train on",
            f"pass --batch {material.images}, or take more images",
        )
    if protocol is not None and config.watch is not None:
        _require_divisor(config.watch, protocol.total(material.images))
    if 2 * config.radius + 1 > material.side:
        raise ArgumentError(
            "--radius",
            config.radius,
            f"must be at most {(material.side - 1) // 2}: the kernel would be wider than the images, "
            f"{material.sides[0]} x {material.sides[1]} px",
            "choose a smaller one",
        )
    if "unet" in config.model and any(side % UNIT for side in material.sides):
        raise ArgumentError(
            "--model",
            "unet",
            f"takes images whose sides {UNIT} divides; those of {config.dataset} are "
            f"{material.sides[0]} x {material.sides[1]} px",
            "leave unet out, or crop the images",
        )


def _require_divisor(watch: int, updates: int) -> None:
    """Refuse looks that do not come round at the last update, and name the nearest that do."""
    if updates % watch == 0:
        return
    small = [d for d in range(1, math.isqrt(updates) + 1) if updates % d == 0]
    divisors = sorted({*small, *(updates // d for d in small)})
    below = [d for d in divisors if d < watch][-1:]
    above = [d for d in divisors if d > watch][:1]
    raise ArgumentError(
        "--watch",
        watch,
        f"must divide the number of updates, {updates}",
        f"pass {' or '.join(map(str, below + above))}",
    )


def require_weights(path: str, architecture: Architecture) -> None:
    """Refuse own weights that do not fit the one network that they are of."""
    from numerics.wave_rnn.networks.checkpoints import load_checkpoint

    with speaking_of("--weights"):
        load_checkpoint(path, architecture)


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it."""
    return config.dataset if config.dataset in NAMED else OWN


def is_small(config: Config) -> bool:
    """Return whether the images are those of the networks for two cores."""
    return case_name(config) in (SMALL, OWN)


def option(name: str) -> str:
    """Return the option of a field of the configuration, as it is typed."""
    return f"--{name.replace('_', '-')}"


def is_changed(config: Config, name: str) -> bool:
    """Return whether an option is not the default."""
    (default,) = (field.default for field in dataclasses.fields(config) if field.name == name)
    return bool(getattr(config, name) != default)


def _several(value: float | tuple[float, ...] | None) -> tuple[float, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _require_bins(config: Config) -> None:
    """Refuse a number of frequencies where no readout that is named has any."""
    readouts = BINNED if config.readout is None else config.readout
    if config.frequencies is not None and not set(BINNED) & set(readouts):
        raise ArgumentError(
            "--frequencies",
            config.frequencies,
            f"belongs to the readouts {', '.join(BINNED)}, and {', '.join(readouts)} runs",
            "leave it out, or add --readout linear",
        )


def _require_one_network(config: Config) -> None:
    for name in OF_TRAINING:
        if is_changed(config, name):
            raise ArgumentError(
                option(name), getattr(config, name), "trains, and --weights are", "leave one out"
            )
    counts = {
        "model": len(config.model),
        "readout": len(config.readout or ("linear",)) if config.model != ("cnn",) else 1,
        "depth": len(config.depth),
        "bottleneck": len(config.bottleneck),
        "channels": len(config.channels),
    }
    for name, count in counts.items():
        if count > 1:
            raise ArgumentError(
                option(name),
                getattr(config, name),
                "must name one network: --weights are of one",
                f"choose one, such as --model {config.model[0]}",
            )
