"""Where torch computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.errors import ArgumentError

if TYPE_CHECKING:
    import torch

DEVICES = ("cpu", "cuda", "auto")


def find_device(name: str) -> torch.device:
    """Return the device of that name; ``auto`` takes a GPU where there is one.

    Raises
    ------
    ArgumentError
        For an unknown name, or for cuda where there is none: never a silent fallback.
    """
    import torch

    if name not in DEVICES:
        raise ArgumentError("device", name, f"must be one of {', '.join(DEVICES)}", "choose one")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ArgumentError("device", name, "no CUDA device is found here", "use --device cpu")
    return torch.device("cuda" if there and name != "cpu" else "cpu")
