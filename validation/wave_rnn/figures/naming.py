"""What a result holds, and how its networks are called and told apart."""

from __future__ import annotations

import json
from typing import Any

import xarray as xr

from validation import plots, results

MODELS = {"nwm": "NWM", "conv_lstm": "ConvLSTM", "cnn": "CNN", "unet": "U-Net"}


def holds(result: xr.DataTree, path: str) -> bool:
    """Return whether a result has a group, or an array in a group, at a path."""
    group, _, name = path.rpartition("/")
    groups = result.groups
    return f"/{path}" in groups or (
        f"/{group}" in groups and name in results.dataset(result, group).data_vars
    )


def first_seed(result: xr.DataTree) -> int:
    """Return the seed of the networks that pictures are of."""
    return int(json.loads(result.attrs["config"])["seed"])


def title(result: xr.DataTree, words: str, *, one_seed: bool = False) -> str:
    """Return a title with the name of the case; and the seed, where only one is shown."""
    of_seed = f" (seed {first_seed(result)})" if one_seed else ""
    return f"{result.attrs['case']}: {words}{of_seed}"


def is_trained(result: xr.DataTree) -> bool:
    """Return whether the networks have learnt something."""
    return holds(result, "observed/scores")


def called(name: object) -> str:
    """Return a network's name as it is read: ``NWM linear``."""
    model, _, variant = str(name).partition(" ")
    return f"{MODELS.get(model, model)} {variant}".strip()


def networks(data: xr.Dataset) -> list[str]:
    """Return the names of the networks of a Dataset, whatever their dimension."""
    dim = "network" if "network" in data.dims else "wave_network"
    return [str(name) for name in data[dim].values]


def styles(names: list[str]) -> dict[str, dict[str, Any]]:
    """Return colour, dashes and marker of each network."""
    return {
        name: plots.line_style(number) | {"marker": plots.MARKERS[number % len(plots.MARKERS)]}
        for number, name in enumerate(names)
    }


def labels(result: xr.DataTree) -> list[str]:
    """Return the names of the classes, the background first."""
    return [str(name) for name in results.array(result, "setup", "share")["label"].values]
