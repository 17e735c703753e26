"""Weights of one's own: a state dict that torch has saved, taken without unpickling anything."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import Network, build
from theory.errors import ArgumentError

# what torch warns of before it refuses a file: networks as programs, other pickles; one error tells of both
NEEDLESS = "'torch.load' received a zip file that looks like a TorchScript|Detected pickle protocol"
HOW = "save it with torch.save(network.state_dict(), path)"
MATCH = "change the architecture, or the names"


def load_checkpoint(path: str | Path, architecture: Architecture) -> Network:
    """Return the architecture's network with the weights of a ``.pt`` or ``.pth`` file.

    Parameters
    ----------
    path : str or Path
        A state dict: tensors by their names, as `numerics.wave_rnn.networks.build` names them.
    architecture : Architecture

    Raises
    ------
    ArgumentError
        If the file is missing, damaged or holds other objects than tensors, or if a name is missing
        or not known, or a tensor has another shape or kind or is not finite.
    """
    network = build(architecture, seed=0)
    state = _read(Path(path))
    _require_match(str(path), state, network.state_dict())
    network.load_state_dict(state)
    return network


def _read(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix not in (".pt", ".pth"):
        raise ArgumentError("checkpoint", str(path), "must end in .pt or .pth", HOW)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", NEEDLESS, UserWarning)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ArgumentError("checkpoint", str(path), f"cannot be read: {error}", HOW) from error
    except MemoryError:
        raise
    # damaged pickles surface as a dozen types; for other objects torch advises to unpickle them
    except Exception as error:
        what = "is damaged or holds other objects than tensors"
        raise ArgumentError("checkpoint", str(path), what, HOW) from error
    return _tensors(path, state)


def _tensors(path: Path, state: Any) -> dict[str, torch.Tensor]:
    """Return what was read if it is tensors by their names."""
    is_mapping = isinstance(state, Mapping)
    if not is_mapping or not all(isinstance(x, torch.Tensor) for x in state.values()):
        kind = type(state).__name__
        raise ArgumentError("checkpoint", str(path), f"holds a {kind}, no tensors by name", HOW)
    return dict(state)


def _require_match(
    path: str, found: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor]
) -> None:
    """Name everything that does not fit at once."""
    faults = [f"{name} is missing" for name in wanted if name not in found]
    faults += [f"{name} is not known" for name in found if name not in wanted]
    for name in (name for name in wanted if name in found):
        faults += _faults(name, found[name], wanted[name])
    if faults:
        shown = "; ".join(faults[:5]) + (f"; {len(faults) - 5} more" if len(faults) > 5 else "")
        raise ArgumentError("checkpoint", path, f"does not fit: {shown}", MATCH)


def _faults(name: str, found: torch.Tensor, wanted: torch.Tensor) -> list[str]:
    if found.is_nested or found.is_meta or found.layout != wanted.layout:
        return [f"{name} is no dense tensor"]
    if found.shape != wanted.shape:
        return [f"{name} has the shape {tuple(found.shape)}, not {tuple(wanted.shape)}"]
    if found.is_floating_point() != wanted.is_floating_point() or found.is_complex():
        return [f"{name} is {found.dtype}, not {wanted.dtype}"]
    return [] if torch.isfinite(found.to(wanted.dtype)).all() else [f"{name} is not finite"]
