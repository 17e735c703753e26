"""How a batch goes through somebody's model: a module of torch, or a function on batches."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from numerics.images.arguments import in_one_line
from theory.errors import ArgumentError


def is_module(model: Any) -> bool:
    """Whether a model is a torch module; torch is not loaded to find out."""
    torch = sys.modules.get("torch")  # a module can only come from where torch is loaded
    return torch is not None and isinstance(model, torch.nn.Module)


def called(name: str, model: Any, batch: np.ndarray) -> Any:
    """Return what a model makes of a batch, whatever it is.

    Raises
    ------
    ArgumentError
        Named `name`, where the model does not take the batch.
    """
    try:
        return _through_module(model, batch) if is_module(model) else model(batch)
    except ArgumentError:
        raise
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
        raise ArgumentError(
            name,
            f"a batch of shape {batch.shape}",
            f"the {name} did not take it ({in_one_line(error)[:120]})",
            "give a model, or a function around it, that takes such batches",
        ) from error


def real_array(name: str, values: Any) -> np.ndarray:
    """Return an array or a tensor as an array of real numbers; half precision becomes single.

    Raises
    ------
    ArgumentError
        Named `name`, for anything else.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if values.is_floating_point() and values.element_size() == 2:
            values = values.float()  # bfloat16 has no NumPy type
        values = values.numpy()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise _no_numbers(name, f"{type(values).__name__} ({in_one_line(error)})") from error
    if array.dtype.kind not in "iuf":
        raise _no_numbers(name, f"{type(values).__name__} of {array.dtype}")
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _no_numbers(name: str, value: str) -> ArgumentError:
    return ArgumentError(
        name, value, "must return an array of real numbers", "wrap it in a function that does"
    )


def _through_module(module: Any, batch: np.ndarray) -> Any:
    import torch

    floating = (p for p in (*module.parameters(), *module.buffers()) if p.is_floating_point())
    like = next(floating, torch.zeros((), dtype=torch.float64))
    with _evaluating(module), torch.no_grad():
        return module(torch.as_tensor(batch, dtype=like.dtype, device=like.device))


@contextlib.contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    # each part by itself: a frozen layer in a training network has a mode of its own
    modes = [(part, part.training) for part in module.modules()]
    # the mode of an exported program is written into it, and eval() refused
    with contextlib.suppress(NotImplementedError):
        module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training
