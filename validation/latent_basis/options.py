"""Options that are refused before anything is read: out of their range, or of no use to what runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from numerics.devices import find_device
from numerics.latent_basis.sampling import LEAST
from theory.errors import ArgumentError
from validation.latent_basis.check_table import CONTROL, DIGITS, FASHION, MNIST

if TYPE_CHECKING:
    from validation.latent_basis import Config

# lowest and highest of the options that are numbers
RANGES: Mapping[str, tuple[float, float]] = {
    "size": (4, 512),
    "latent_size": (2, 4096),
    "sets": (1, 4096),
    "each": (LEAST, 10_000_000),
    "trials": (2, 100_000),
    "seeds": (1, 1000),
    "restarts": (0, 100),
    "class_weight": (0.0, 1e6),
    "seed": (0, 2**31 - 1),
}
WHY: Mapping[str, str] = {
    "each": "an encoder's mean takes no fewer",
    "trials": "a scatter needs two",
}
NAMED = (DIGITS, MNIST, FASHION, CONTROL)
OF_TRAINING = ("size", "head", "likelihood", "class_weight", "restarts")
OF_PROGRAMS = ("generator", "classifier", "encoder")


def require_options(config: Config) -> None:
    """Refuse options that a run could not use, or would leave aside silently.

    Raises
    ------
    ArgumentError
        Naming option, value and what is allowed.
    """
    for name, (low, high) in RANGES.items():
        value = getattr(config, name)
        if value is not None and not low <= value <= high:
            why = f": {WHY[name]}" if name in WHY else ""
            raise ArgumentError(
                option(name),
                value,
                f"must be from {low:.10g} to {high:.10g}{why}",
                "choose another",
            )
    if not (math.isfinite(config.black) and config.black < 1):
        raise ArgumentError(
            "--black", config.black, "must be finite and below 1, which is white", "choose another"
        )
    find_device(config.device)
    defaults = type(config)()
    if config.dataset == CONTROL:
        _refuse(config, defaults, (*OF_TRAINING, *OF_PROGRAMS, "test", "seeds", "force"), "is made")
    if config.dataset in NAMED and config.test is not None:
        raise ArgumentError(
            "--test", config.test, f"{config.dataset} is a named set", "leave it out"
        )
    if (config.generator is None) != (config.classifier is None):
        missing = "generator" if config.generator is None else "classifier"
        raise ArgumentError(
            option(missing), None, "generator and classifier belong together", "give both"
        )
    if config.generator is None and config.encoder is not None:
        raise ArgumentError(
            "--encoder", config.encoder, "comes with --generator and --classifier", "give all three"
        )
    if config.generator is not None:
        # --size may bring the images to what the generator makes
        names = tuple(name for name in (*OF_TRAINING, "seeds") if name != "size")
        _refuse(config, defaults, names, "comes with its own networks")
    elif config.black != defaults.black:
        raise ArgumentError(
            "--black", config.black, "belongs to own networks", "leave it out: ours have -1"
        )


def option(name: str) -> str:
    """Return the option of a field of the configuration, as it is typed."""
    return f"--{name.replace('_', '-')}"


def _refuse(config: Config, defaults: Config, names: tuple[str, ...], why: str) -> None:
    for name in names:
        value = getattr(config, name)
        if value != getattr(defaults, name):
            raise ArgumentError(
                option(name), value, f"says nothing here: what runs {why}", "leave it out"
            )
