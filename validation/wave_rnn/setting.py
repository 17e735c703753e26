"""The setting of a run: its images, its networks, and how they are trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.training.protocol import PAPER, STEADY, Protocol
from theory.errors import ArgumentError
from validation.wave_rnn.architectures import READOUTS, architectures_of
from validation.wave_rnn.check_table import MNIST, MULTI, OWN, SMALL
from validation.wave_rnn.material import Material, material_of
from validation.wave_rnn.options import (
    OF_TRAINING,
    case_name,
    is_changed,
    is_small,
    option,
    require_fit,
    require_options,
    require_weights,
)

if TYPE_CHECKING:
    from validation.wave_rnn import Config

STORED_SEEDS = 3
START, AFTER = "start", "after training"  # stages of a network


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a run works with.

    Parameters
    ----------
    config : Config
    material : Material
    architectures : dict
        The networks, by their names: ``nwm linear``, ``cnn 2``.
    seeds : tuple of int
        Of start weights and order of the images.
    protocol : Protocol or None
        How they are trained; None: they are not.
    stored : bool
        Whether their weights come with the package.
    """

    config: Config
    material: Material
    architectures: dict[str, Architecture]
    seeds: tuple[int, ...]
    protocol: Protocol | None
    stored: bool

    @property
    def name(self) -> str:
        """Name of the case."""
        return case_name(self.config)

    @property
    def names(self) -> list[str]:
        """Names of the networks."""
        return list(self.architectures)

    @property
    def waves(self) -> list[str]:
        """Names of the wave networks."""
        return [name for name, a in self.architectures.items() if a.model == "nwm"]

    def over(
        self, one: Callable[[str, int], xr.Dataset], names: Sequence[str] | None = None
    ) -> xr.Dataset:
        """Return what a function says of each network and seed, along these two dimensions."""
        dim = "network" if names is None else "wave_network"
        rows = [
            _along(
                [one(name, seed) for name in names or self.names], dim, list(names or self.names)
            )
            for seed in self.seeds
        ]
        return _along(rows, "seed", np.array(self.seeds))

    @property
    def is_trained(self) -> bool:
        """Whether the networks have learnt something: here, before, or elsewhere."""
        return self.stored or self.protocol is not None or self.config.weights is not None

    @property
    def stages(self) -> tuple[str, ...]:
        """Stages at which recurrent networks are looked at; how own weights started is not known."""
        if self.config.weights is not None:
            return (AFTER,)
        return (START, AFTER) if self.is_trained else (START,)

    @property
    def recurrent(self) -> list[str]:
        """Names of the networks with a history."""
        return [name for name, a in self.architectures.items() if a.is_recurrent]

    @property
    def is_stated(self) -> bool:
        """Whether networks and training are those that bars are stated for."""
        return _is_stated(self.config)


def _along(parts: list[xr.Dataset], dim: str, labels: Any) -> xr.Dataset:
    return xr.concat(
        parts,
        xr.DataArray(labels, dims=dim, name=dim),
        join="exact",
        coords="minimal",
        combine_attrs="override",
    )


def setting_of(config: Config) -> Setting:
    """Return the setting of a configuration.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run.
    """
    require_options(config)
    stored = config.preset == "quick" and case_name(config) == SMALL and _from_store(config)
    protocol = None if stored or config.weights is not None else _protocol(config)
    if protocol is None:
        _refuse_training(config)
    material = material_of(config, trains=protocol is not None)
    require_fit(config, protocol, material)
    if protocol is not None and config.watch is not None:
        often = protocol.total(material.images) // config.watch
        protocol = dataclasses.replace(protocol, evaluations=often)
    architectures = architectures_of(config, material)
    if config.weights is not None:
        require_weights(config.weights, *architectures.values())
    return Setting(
        config,
        material,
        architectures,
        _seeds(config, stored=stored, trains=protocol is not None),
        protocol,
        stored,
    )


def _is_stated(config: Config) -> bool:
    free = ("dataset", "model", "readout", "depth", "bottleneck", "wave_rate", "seeds", "seed")
    running = ("processes", "preset", "device")
    fields = [field.name for field in dataclasses.fields(config)]
    as_stated = config.wave_rate in (None, STEADY.wave_rate, PAPER.wave_rate)
    return as_stated and not any(
        is_changed(config, name) for name in fields if name not in (*free, *running)
    )


def _from_store(config: Config) -> bool:
    """Return whether the networks that are asked for are among the stored ones."""
    if not _is_stated(config):
        return False
    if config.wave_rate is not None:
        return False
    plain = config.depth == (2,) and config.bottleneck == ("release",)
    kept = set(config.readout or READOUTS) <= set(READOUTS)
    few = config.seed == 0 and (config.seeds or 1) <= STORED_SEEDS
    return plain and kept and few and set(config.model) <= {"nwm", "cnn"}


def _protocol(config: Config) -> Protocol | None:
    """Return how networks are trained, or None where the preset is too small for it."""
    short = is_small(config)
    if config.updates is None and config.preset != "paper" and (not short or _is_glance(config)):
        return None
    base = STEADY if short else PAPER
    changes: dict[str, Any] = {"clip": config.clip, "mixed_precision": config.mixed_precision}
    if config.updates is not None:
        changes |= {"updates": config.updates, "epochs": None}
        if not short:
            changes["evaluations"] = min(config.updates, 300)
    if config.batch is not None:
        changes["batch"] = config.batch
    if config.learning_rate is not None:
        changes["learning_rate"] = config.learning_rate
    if config.schedule is not None:
        changes["schedule"] = config.schedule
    if config.wave_rate is not None:
        changes["wave_rate"] = config.wave_rate
    if config.release:
        changes["least_gain"] = 1e-3
    _require_cycle(config, base)
    return dataclasses.replace(base, **changes)


def _require_cycle(config: Config, base: Protocol) -> None:
    least = 1 / base.warm_up
    cycles = (config.schedule or base.schedule) == "one_cycle"
    if cycles and config.updates is not None and config.updates <= least:
        raise ArgumentError(
            "--updates",
            config.updates,
            f"must be above {least:g}: the rate rises first, and one update at least is before its peak",
            "train longer, or pass --schedule constant",
        )


def _is_glance(config: Config) -> bool:
    """Return whether own images are looked at without training."""
    return case_name(config) == OWN and config.preset == "quick"


def _refuse_training(config: Config) -> None:
    if config.release and config.dataset not in (MNIST, MULTI):
        raise ArgumentError(
            "--release",
            True,
            f"says how networks are trained, and {config.dataset} is not trained here",
            f"leave it out, or {_what_trains(config)}",
        )
    for name in OF_TRAINING:
        if name != "seed" and name != "seeds" and is_changed(config, name):
            raise ArgumentError(
                option(name),
                getattr(config, name),
                f"trains, and {config.dataset} is not trained with --preset {config.preset}",
                _what_trains(config),
            )


def _what_trains(config: Config) -> str:
    """Return what would train networks that are not."""
    return f"give --updates, or {'leave out --preset quick' if _is_glance(config) else '--preset paper'}"


def _seeds(config: Config, *, stored: bool, trains: bool) -> tuple[int, ...]:
    if config.seeds is not None:
        count = config.seeds
    elif not trains:
        count = STORED_SEEDS if stored else 1
    else:
        count = {"quick": 1, "standard": 3, "paper": 10}[config.preset]
        count = 12 if config.preset == "paper" and config.dataset == MULTI else count
    return tuple(range(config.seed, config.seed + count))
