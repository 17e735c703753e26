"""The setting of a run: where subjects come from, and the numbers that a configuration leaves open."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from theory.errors import ArgumentError
from validation.latent_basis.check_table import CONTROL, DIGITS, OWN
from validation.latent_basis.material import Source
from validation.latent_basis.options import NAMED, require_options

if TYPE_CHECKING:
    from validation.latent_basis import Config

EACH, FEWER = 5000, 2000  # random latents behind a mean; fewer in a quick run, but of the digits
FIT = 20_000  # latents, at least, that classes are fitted to


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run works with.

    Parameters
    ----------
    config : Config
    source : Source
    seeds : range
        Of the subjects.
    sets, each : int
        Sets n of class means, and random latents V behind each mean.
    """

    config: Config
    source: Source
    seeds: range
    sets: int
    each: int

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

    @property
    def labels(self) -> int:
        """Number l of labels."""
        return len(self.source.label_names)

    @property
    def vectors(self) -> int:
        """Number K of basis vectors that belong to class means: at most M."""
        return min(self.sets * self.labels, self.source.latent_size)

    @property
    def is_stated(self) -> bool:
        """Whether networks and analysis are those that bars are stated for."""
        free = ("dataset", "head", "trials", "seeds", "seed", "preset", "device", "restarts")
        fields = {field.name: field.default for field in dataclasses.fields(self.config)}
        changed = [n for n in fields if n not in free and getattr(self.config, n) != fields[n]]
        return not changed and self.source.is_stated

    def over_networks(self, one: Callable[[int, str], xr.Dataset]) -> xr.Dataset:
        """Return what a function says of each seed and network, along these two dimensions."""
        rows = [
            xr.concat(
                [one(seed, network) for network in self.source.networks],
                xr.DataArray(list(self.source.networks), dims="network", name="network"),
                join="exact",
                coords="minimal",
                combine_attrs="override",
            )
            for seed in self.seeds
        ]
        seeds = xr.DataArray(np.array(self.seeds), dims="seed", name="seed")
        return xr.concat(rows, seeds, join="exact", coords="minimal", combine_attrs="override")


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it."""
    return config.dataset if config.dataset in NAMED else OWN


def setting_of(config: Config) -> Setting:
    """Return the setting of a configuration.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run.
    """
    require_options(config)
    source = _source(config)
    labels = len(source.label_names)
    if not 2 <= labels <= source.latent_size:
        raise ArgumentError(
            "--latent-size",
            source.latent_size,
            f"must be at least the number of labels, {labels}",
            "take a larger one, or fewer classes",
        )
    most = math.ceil(source.latent_size / labels)
    sets = config.sets or min(source.sets or most, most)
    if not 1 <= sets <= most:
        raise ArgumentError(
            "--sets",
            sets,
            f"must be from 1 to {most}: {source.latent_size} latents hold {most} sets of {labels}",
            "take fewer",
        )
    return Setting(
        config,
        source,
        range(config.seed, config.seed + (config.seeds or _seeds(config))),
        sets,
        config.each or (FEWER if config.preset == "quick" and config.dataset != DIGITS else EACH),
    )


def described(setting: Setting) -> str:
    """Return what the provenance tells of data and networks, as JSON."""
    return json.dumps(setting.source.described())


def _seeds(config: Config) -> int:
    return 3 if config.dataset == DIGITS and config.preset != "quick" else 1


def _source(config: Config) -> Source:
    if config.dataset == CONTROL:
        from validation.latent_basis.control import control_source

        return control_source(config.latent_size)
    if config.generator is not None:
        from validation.latent_basis.own import own_source

        return own_source(config)
    from validation.latent_basis.trained import trained_source

    return trained_source(config)
