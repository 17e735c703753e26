"""Options that belong to one of the cases alone, refused by the other."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.drum import Config

OF_SQUARES = ("sides", "side_means")
OF_SHAPES = ("size", "nodes", "modes", "invert", "component")


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
