"""The setting of a run: images with their modes, and the numbers that a configuration leaves open."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.devices import find_device
from numerics.images.original_files import data_folder
from numerics.schema import quantity
from numerics.singular_modes import Samples, SingularModes
from numerics.training import record_grid
from theory.errors import ArgumentError
from validation.image_sets import (
    NAMED,
    LoadedImages,
    NamedSet,
    is_as_named,
    learnt_modes,
    load_images,
)
from validation.random_batches import random_batches, require_few

if TYPE_CHECKING:
    from validation.deep_cnn import Config

LINEAR, NONLINEAR = "linear", "nonlinear"
SET_OF_PRESET = {"quick": "digits", "standard": "mnist", "paper": "cifar10"}
LARGEST = {"kernels": 1000, "batch": 100_000, "updates": 10_000_000, "trials": 1000}


@dataclasses.dataclass(frozen=True)
class Pace:
    """How a network is trained: learning rate, updates, and every how many is observed."""

    learning_rate: float
    updates: int
    every: int


# OURS: the paper's optimiser and its rate are lost
OTHER_PACES = {LINEAR: Pace(0.05, 1500, 50), NONLINEAR: Pace(0.1, 6000, 150)}
PACES = {
    "digits": {LINEAR: Pace(0.1, 1000, 10), NONLINEAR: Pace(0.3, 3000, 30)},
    "cifar10": {LINEAR: Pace(0.05, 156_000, 500), NONLINEAR: Pace(0.1, 156_000, 500)},
}
OBSERVATIONS = 40  # of other numbers of updates
BATCH, BATCHES_OF = 16, {"cifar10": 8}


@dataclasses.dataclass(frozen=True)
class Setting:
    """Images, their modes, and what a run does with them."""

    config: Config
    images: LoadedImages
    modes: SingularModes
    test: Samples | None
    paces: dict[str, Pace]
    batch: int
    seeds: range

    @property
    def name(self) -> str:
        """Name of the case; a changed set is no longer the named one."""
        return case_name(self.config)

    @property
    def side(self) -> int:
        """Side n of the images."""
        return self.images.train.sizes["x"]

    @property
    def classes(self) -> int:
        """Number p of outputs."""
        return self.modes.targets.shape[1]

    @property
    def is_stated(self) -> bool:
        """Whether kernels, batches, rates and updates are those that bars are stated for."""
        stated = ("kernels", "learning_rate", "batch", "updates")
        fields = {field.name: field.default for field in dataclasses.fields(self.config)}
        return all(getattr(self.config, name) == fields[name] for name in stated)

    @functools.cached_property
    def samples(self) -> np.ndarray:
        """Which images each trial sees at each update, (trial, update, batch); both networks the same."""
        longest = max(pace.updates for pace in self.paces.values())
        return random_batches(
            len(self.modes.inputs), seeds=self.seeds, updates=longest, batch=self.batch
        )

    def grid(self, network: str) -> np.ndarray:
        """Return the numbers of updates at which a network is observed."""
        pace = self.paces[network]
        return record_grid(pace.updates, pace.every)

    @property
    def singular_values(self) -> xr.DataArray:
        """S_m, (mode,)."""
        return quantity(
            self.modes.singular_values, ["mode"], name="singular_value", long_name="singular value"
        )


def setting_of(config: Config) -> Setting:
    """Return the setting of a configuration.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run.
    """
    _require_options(config)
    find_device(config.device)
    name = _set_name(config)
    paces: dict[str, Pace] = {network: _pace(config, name, network) for network in config.networks}
    batch = config.batch or BATCHES_OF.get(name, BATCH)
    trials = config.trials or (10 if config.preset == "paper" else 1)
    require_few(
        updates=max(pace.updates for pace in paces.values()),
        batch=batch,
        trials=trials,
        option="--updates" if config.batch is None or config.updates is not None else "--batch",
    )
    images = load_images(dataclasses.replace(config, dataset=name), _sets())
    modes, test = learnt_modes(images, name)
    seeds = range(config.seed, config.seed + trials)
    setting = Setting(config, images, modes, test, paces, batch, seeds)
    _require_size(setting)
    return setting


def case_name(config: Config) -> str:
    """Return the case of a configuration, as checks name it."""
    name = _set_name(config)
    named = _sets().get(name)
    plain = dataclasses.replace(config, dataset=name, subtract_mean=False)
    if named is None or not config.subtract_mean or not is_as_named(plain, named):
        return "FILE"
    return name


def _set_name(config: Config) -> str:
    return SET_OF_PRESET[config.preset] if config.dataset == "auto" else config.dataset


def _sets() -> dict[str, NamedSet]:
    """Return all names that `--dataset` knows: CIFAR-10 with all its classes, too."""
    # the subset in a data folder has test images of its first four classes alone
    whole = data_folder() is None
    return NAMED | {"cifar10": NamedSet(image_room.cifar10, has_test=whole)}


def _pace(config: Config, name: str, network: str) -> Pace:
    """Return the pace of a network, with what the configuration says of it."""
    pace = PACES.get(name, OTHER_PACES)[network]
    rate = config.learning_rate or pace.learning_rate
    if config.updates is None:
        return dataclasses.replace(pace, learning_rate=rate)
    return Pace(rate, config.updates, max(1, config.updates // OBSERVATIONS))


def _require_options(config: Config) -> None:
    for name, most in LARGEST.items():
        value = getattr(config, name)
        if value is not None and not 1 <= value <= most:
            raise ArgumentError(f"--{name}", value, f"must be between 1 and {most}", "change it")
    rate = config.learning_rate
    if rate is not None and not (rate > 0 and math.isfinite(rate)):
        raise ArgumentError("--learning-rate", rate, "must be positive and finite", "change it")
    if not 0 <= config.seed <= 2**31:
        raise ArgumentError("--seed", config.seed, "must be between 0 and 2^31", "choose 0, say")
    if not config.networks or len(set(config.networks)) < len(config.networks):
        raise ArgumentError(
            "--networks",
            " ".join(config.networks) or "none",
            f"must name {LINEAR}, {NONLINEAR} or both, each once",
            "leave it out for both",
        )


def _require_size(setting: Setting) -> None:
    from numerics.linear_cnn.deep_network import SMALLEST_POOLED

    if NONLINEAR in setting.paces and setting.side < SMALLEST_POOLED:
        raise ArgumentError(
            "--dataset",
            f"{setting.side} x {setting.side} pixels",
            f"the nonlinear network halves images twice: {SMALLEST_POOLED} x {SMALLEST_POOLED} at least",
            f"use larger images, or --networks {LINEAR}",
        )
