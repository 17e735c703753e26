"""Trained weights in a file: half or single precision, beside it how they were made and a checksum."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from numerics.files import read_arrays, write_arrays, write_text
from theory.errors import ArgumentError

Weights = dict[str, np.ndarray]  # of one network, by their names
Precision = Literal["half", "single"]

KINDS: dict[str, type[np.floating]] = {"half": np.float16, "single": np.float32}


@dataclasses.dataclass(frozen=True)
class Stored:
    """Weights of networks that belong together.

    Parameters
    ----------
    networks : dict
        For each network, such as ``generator``, its weights by their names, in float32.
    made_by : dict
        What the JSON says: `command`, `seed`, `protocol`, and whatever else was told.
    """

    networks: dict[str, Weights]
    made_by: dict[str, Any]


def store_weights(
    path: Path,
    networks: Mapping[str, Mapping[str, np.ndarray]],
    *,
    command: str,
    seed: int,
    protocol: Mapping[str, Any],
    precision: Precision = "half",
    told: Mapping[str, Any] | None = None,
) -> Path:
    """Write weights to `path` (npz), and how they were made as JSON beside it.

    Parameters
    ----------
    path : Path
        Ends in ``.npz``.
    networks : mapping
        For each network its weights, as `numerics.torch_networks.weights` returns them. No name of
        a network has a slash. Integers, such as the counters of BatchNorm, stay as they are.
    command : str
        The one that made them.
    seed : int
    protocol : mapping
        As `dataclasses.asdict` returns it.
    precision : {"half", "single"}
        As float16, or as float32, in which weights are trained.
    told : mapping, optional
        What else the JSON is to say of the networks, such as their scores.

    Raises
    ------
    ArgumentError
        For another precision, or for a weight that is not finite in it: beyond 65504 in float16.
    OutputError
        If the folder cannot be written.
    """
    if precision not in KINDS:
        raise ArgumentError("precision", precision, "must be one of half, single", "choose one")
    rounded = {
        f"{network}/{name}": _rounded(f"{network}/{name}", values, KINDS[precision])
        for network, named in networks.items()
        for name, values in named.items()
    }
    write_arrays(path, rounded)
    made_by = {"command": command, "seed": seed, "protocol": protocol, **(told or {})}
    text = json.dumps(made_by | {"sha256": _sha256(path)}, indent=2)
    write_text(_told_beside(path), text + "\n")
    return path


def read_weights(path: Path) -> Stored:
    """Read weights and how they were made; the checksum is held against the file first.

    Raises
    ------
    ArgumentError
        If one of the two files is missing or damaged.
    """
    path = Path(path)
    try:
        told = json.loads(_told_beside(path).read_text())
        wanted, found = told["sha256"], _sha256(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(path, f"cannot be read: {error!r}") from error
    if found != wanted:
        raise _unusable(path, f"has the SHA-256 {found[:12]}..., not {str(wanted)[:12]}...")
    networks: dict[str, Weights] = {}
    for full_name, values in read_arrays(path).items():
        network, name = full_name.split("/", 1)
        whole = values.astype(np.float32) if values.dtype == np.float16 else values
        networks.setdefault(network, {})[name] = whole
    return Stored(networks, told)


def _rounded(name: str, values: np.ndarray, kind: type[np.floating]) -> np.ndarray:
    if values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):
        rounded = values.astype(kind)
    if not np.isfinite(rounded).all():
        largest, most = float(np.abs(values).max()), float(np.finfo(kind).max)
        raise ArgumentError(
            f"weights {name}", largest, f"must be finite, at most {most:.6g}", "train anew"
        )
    return rounded


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _told_beside(path: Path) -> Path:
    return path.with_suffix(".json")


def _unusable(path: Path, what: str) -> ArgumentError:
    return ArgumentError("weights", str(path), what, "take both files anew from where they came")
