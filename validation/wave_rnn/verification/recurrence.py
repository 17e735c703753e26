"""Is the recurrence as one node of autograd the loop that it replaces, forwards and backwards?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.autograd.graph import saved_tensors_hooks

from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import laplacian_kernel
from numerics.wave_rnn.networks.recurrence import plain_history, wave_history


class Problem(NamedTuple):
    """Random fields (batch, channels, *sides) under a random asymmetric kernel, and how to step them."""

    batch: int
    channels: int
    sides: tuple[int, int]
    time_step: float
    steps: int
    radius: int = 1


TO_DIFFER = (  # against finite differences: small
    Problem(1, 2, (5, 6), 0.3, 6),
    Problem(1, 1, (5, 6), 0.3, 6, radius=2),
    Problem(2, 1, (2, 3), 0.3, 4),  # neighbours on both sides are one pixel
)
TO_COMPARE = (
    Problem(4, 2, (18, 18), 0.6, 16),
    Problem(4, 2, (9, 14), 0.1, 100),
    Problem(2, 16, (12, 7), 0.1, 30),
    Problem(2, 2, (11, 8), 0.1, 20, radius=3),
)
TO_KEEP = Problem(2, 2, (20, 20), 0.1, 100)


def gradients() -> float:
    """Problems of three in which a gradient of the node is not that by finite differences, float64."""
    return float(sum(not _is_gradient(problem) for problem in TO_DIFFER))


def _is_gradient(problem: Problem) -> bool:
    def history(*inputs: torch.Tensor) -> torch.Tensor:
        return wave_history(Fields(*inputs[:3]), inputs[3], problem.time_step, problem.steps)

    inputs = _inputs(problem, torch.float64)
    return torch.autograd.gradcheck(history, inputs, raise_exception=False)


def agreement() -> float:
    """History and all four gradients, node against loop in float32, over their largest; worst."""
    return max(_apart(problem) for problem in TO_COMPARE)


def _apart(problem: Problem) -> float:
    inputs = _inputs(problem, torch.float32)
    shape = (problem.steps + 1, *inputs[0].shape)
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    roads = []
    for road in (wave_history, plain_history):
        history = road(Fields(*inputs[:3]), inputs[3], problem.time_step, problem.steps)
        roads.append((history.detach(), *torch.autograd.grad(history, inputs, weight)))
    return max(
        float((node - loop).abs().max() / loop.abs().max())
        for node, loop in zip(*roads, strict=True)
    )


def memory() -> float:
    """Bytes that the node keeps for the way back over those that the loop keeps, T = 100."""
    node, loop = (_kept_bytes(road) for road in (wave_history, plain_history))
    return node / loop


def _kept_bytes(road: Callable[..., torch.Tensor]) -> int:
    kept: dict[int, int] = {}  # by address: several operations may keep the same memory

    def note(values: torch.Tensor) -> torch.Tensor:
        memory = values.untyped_storage()
        kept[memory.data_ptr()] = memory.nbytes()
        return values

    inputs = _inputs(TO_KEEP, torch.float32)
    with saved_tensors_hooks(note, lambda values: values):
        history = road(Fields(*inputs[:3]), inputs[3], TO_KEEP.time_step, TO_KEEP.steps)
    assert history.requires_grad  # its graph holds that memory until here: no address came twice
    return sum(kept.values())


def _inputs(problem: Problem, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Return y_0 in (-1, 1), omega to 2, alpha to .5 and a coupled kernel, all with gradients."""
    draws = torch.Generator().manual_seed(0)
    taps = laplacian_kernel(problem.channels, problem.radius)

    def drawn(shape: tuple[int, ...], least: float, most: float) -> torch.Tensor:
        values = torch.rand(shape, generator=draws, dtype=torch.float64)
        return least + (most - least) * values

    shape = (problem.batch, problem.channels, *problem.sides)
    values = (
        drawn(shape, -1, 1),
        drawn(shape, 0, 2),
        drawn(shape, 0, 0.5),
        taps + drawn(taps.shape, -0.2, 0.2),
    )
    return tuple(value.to(dtype).requires_grad_() for value in values)


FUNCTIONS: dict[str, Callable[[], float]] = {"W17": gradients, "W18": agreement, "W20": memory}
