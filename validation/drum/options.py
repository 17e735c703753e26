"""What both cases refuse: options that belong to the other one, samples and units out of range."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.drum import Config

OF_SQUARES = ("sides", "side_means")
OF_SHAPES = ("size", "nodes", "modes", "unit", "invert", "component")


def refuse_changed(config: Config, names: tuple[str, ...], belong: str) -> None:
    """Raise ArgumentError for the first of some options that is not as it is by default.

    Parameters
    ----------
    belong : str
        What they belong to, in words.
    """
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name in names and value != field.default:
            raise ArgumentError(
                f"--{field.name.replace('_', '-')}",
                value,
                f"belongs to {belong}, not to --shape {config.shape}",
                "leave it out",
            )


def require_samples_and_units(config: Config, most_samples: int) -> None:
    """Raise ArgumentError for a number of samples, a speed or a spacing out of range."""
    if not 2 <= config.steps <= most_samples:
        raise ArgumentError(
            "--steps", config.steps, f"must lie between 2 and {most_samples}", "choose another"
        )
    for name in ("speed", "spacing"):
        value = getattr(config, name)
        if not 1e-50 < value < 1e50:  # nor may c^2/h^2 leave the numbers
            raise ArgumentError(
                f"--{name}", value, "must lie between 1e-50 and 1e+50", "choose other units"
            )
