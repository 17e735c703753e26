"""Options that are refused before anything is read: out of their range, or of no use to what runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numerics.images.stream import LEAST_SIDE
from numerics.latent_waves.null_test import LEAST_SEEDS
from theory.errors import ArgumentError
from validation.latent_waves import check_table as table

if TYPE_CHECKING:
    from validation.latent_waves import Config

LEAST_P = 0.1  # within rings of a smaller p, large images too have a handful of frames
# lowest and highest of the options that are numbers
RANGES: Mapping[str, tuple[float, float]] = {
    "nulls": (LEAST_SEEDS, 100),
    "seeds": (1, 1000),
    "side": (LEAST_SIDE, 128),
    "count": (1, math.inf),
    "average": (1, math.inf),
    "window": (1, math.inf),
    "seed": (0, 2**31 - 1),
    "p": (LEAST_P, math.inf),
    "shape": (LEAST_P, math.inf),
    "slope": (-8, 8),  # beyond, most of the power is below rounding
}
MOST_NOISE = 10.0
_DRAWN = (table.PHOTOGRAPHS, table.GAUSSIAN)
# sets that an option says something of; those that are not here belong to all
BELONGING: Mapping[str, tuple[str, ...]] = {
    "scale": (table.OWN,),
    "side": _DRAWN,
    "slope": (table.GAUSSIAN,),
    "shape": (table.GAUSSIAN,),
    "photograph": (table.PHOTOGRAPHS,),
    "noise": (table.EQUATIONS,),
    "seeds": (table.EQUATIONS,),
    **dict.fromkeys(
        ("count", "average", "p", "frames", "window", "equations", "nulls"), table.IMAGES
    ),
}
OF_FITS = ("frames", "window", "nulls")


def require_options(config: Config, name: str) -> None:
    """Refuse options that a run could not use, or would leave aside silently.

    Parameters
    ----------
    config : Config
    name : str
        Of the case.

    Raises
    ------
    ArgumentError
    """
    for option, bounds in RANGES.items():
        _require_range(option, getattr(config, option), *bounds)
    _require_noise(config.noise)
    if config.frames is not None and not 0 <= config.frames[0] < config.frames[1]:
        raise ArgumentError(
            "--frames", config.frames, "the first must be before the end, from 0 on", "swap them"
        )
    for option, sets in BELONGING.items():
        if name not in sets:
            _require_default(config, option, f"does not belong to --dataset {config.dataset}")
    if not config.equations:
        for option in OF_FITS:
            _require_default(config, option, "says how equations are fitted, and none are")


def _require_range(option: str, value: float | None, least: float, most: float) -> None:
    if value is None or least <= value <= most:
        return
    end = "on" if most == math.inf else f"to {most}"
    raise ArgumentError(f"--{option}", value, f"must be from {least} {end}", "leave it out")


def _require_noise(noise: tuple[float, ...]) -> None:
    within = all(0 <= share <= MOST_NOISE for share in noise)
    if not noise or not within or len(set(noise)) < len(noise):
        raise ArgumentError(
            "--noise",
            noise,
            f"must be different shares from 0 to {MOST_NOISE:g}",
            "pass 0 0.01 0.05",
        )


def _require_default(config: Config, option: str, why: str) -> None:
    value: Any = getattr(config, option)
    if value != getattr(type(config)(), option):
        said = "--no-equations" if option == "equations" else f"--{option}"
        raise ArgumentError(said, value, why, "leave it out")
