"""The networks that the options name: of which sizes, which kinds, and what each reads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from numerics.wave_rnn.networks.architecture import Architecture
from theory.errors import ArgumentError
from validation.wave_rnn.check_table import MULTI, POLYGONS
from validation.wave_rnn.options import is_small, option
from validation.wave_rnn.paper_tables import network_name

if TYPE_CHECKING:
    from validation.wave_rnn import Config
    from validation.wave_rnn.material import Material

Reads = Literal["linear", "fft", "mean", "last", "max"]
# those of the paper's tables
READOUTS: tuple[Reads, ...] = ("linear", "fft", "mean", "last", "max")
ORDER = READOUTS[:4]  # readouts whose order is asked after
WAVE = ("nwm", "conv_lstm")  # networks with a history
# for two cores: sizes of every small network, and the course of its waves
SMALL_SIZES: Mapping[str, Any] = {"encoder": 8, "width": 8, "bins": 7, "head": (32, 32)}
SMALL_WAVES: Mapping[str, Any] = {
    "steps": 16,
    "time_step": 0.6,
    "omega_start": "twice",
    "position_start": "kaiming",
}
OF_TIME = ("steps", "frequencies")  # options by whose names an architecture refuses them


def architectures_of(config: Config, material: Material) -> dict[str, Architecture]:
    """Return all networks that the options name, in the order of the models.

    Raises
    ------
    ArgumentError
        For an option that an architecture refuses.
    """
    common = {"channels_in": material.channels, "classes": material.classes, **_sizes(config)}
    found: dict[str, Architecture] = {}
    for model in config.model:
        for variant, own in _variants(config, model):
            with _speaking_of_options(model):
                found[network_name(model, variant)] = Architecture(model, **(common | own))
    return found


@contextlib.contextmanager
def _speaking_of_options(model: str) -> Iterator[None]:
    """Let an error speak of the option where it is one of the history's, else of the model."""
    try:
        yield
    except ArgumentError as error:
        name = option(error.argument) if error.argument in OF_TIME else f"--model {model}"
        raise ArgumentError(name, error.value, error.expected, error.remedy) from error


def _variants(config: Config, model: str) -> list[tuple[str | int, dict[str, Any]]]:
    """Return what tells the networks of one model apart."""
    if model in WAVE:
        own = _history(config, model)
        return [(readout, {"readout": readout, **own}) for readout in _readouts(config)]
    if model == "unet":
        return [(c, {"unet_width": c}) for c in config.channels]
    return [
        (depth if way == "release" else f"{depth} {way}", {"depth": depth, "bottleneck": way})
        for depth in config.depth
        for way in config.bottleneck
    ]


def _readouts(config: Config) -> tuple[str, ...]:
    if config.readout is not None:
        return config.readout
    if config.weights is not None:
        return ("linear",)
    return ORDER if config.preset == "standard" else READOUTS


def _sizes(config: Config) -> dict[str, Any]:
    sizes = dict(SMALL_SIZES) if is_small(config) else {}
    if config.dataset == MULTI:
        sizes["head"] = (32,) * 5
    if config.head is not None:
        sizes["head"] = config.head
    return sizes


def _history(config: Config, model: str) -> dict[str, Any]:
    """Return what a network with a history has besides: its fields, its steps, how they are read."""
    found: dict[str, Any] = {"frequencies": config.frequencies}
    if config.dataset == MULTI:
        found["hidden"] = 16
    return found | (_lstm(config) if model == "conv_lstm" else _waves(config))


def _lstm(config: Config) -> dict[str, Any]:
    steps = SMALL_WAVES["steps"] if is_small(config) else 20
    return {"steps": config.steps or steps, "lstm_input": config.lstm_input}


def _waves(config: Config) -> dict[str, Any]:
    steps = 500 if config.dataset == POLYGONS else 100
    usual = SMALL_WAVES if is_small(config) else {"steps": steps}
    asked = {
        "steps": config.steps,
        "time_step": config.time_step,
        "omega_start": config.stiffness,
        "damping": config.damping,
        "radius": config.radius,
    }
    return {**usual, **{name: value for name, value in asked.items() if value is not None}}
