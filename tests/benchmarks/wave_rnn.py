"""The oscillators' steps as one node of autograd, and readouts as filters, against the direct ways.

Run ``python tests/benchmarks/wave_rnn.py [--out FILE]``. First the ways have to agree; then the clock
runs, in one process and one thread, the ways in turn, the best of several runs each: history and
gradients by the node and by a loop of torch operations, an update of whole networks with either,
readouts of linear waves by multipliers against stepping and projecting, and stepping in float64 by
NumPy and by torch. Memory is what autograd saves of the history. Exits with 1 if a bar is missed.
"""

import dataclasses
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from timing import Row, alternating, require, run
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import cross_entropy

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import WaveNetwork, laplacian_kernel
from numerics.wave_rnn.networks.recurrence import plain_history, wave_history
from numerics.wave_rnn.segments.segment_set import Segments, Splits
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.training.protocol import SMALL
from numerics.wave_rnn.training.segmentation import SegmentationLearner
from numerics.wave_rnn.waves.multipliers import Multipliers, multipliers
from numerics.wave_rnn.waves.multipliers_torch import TorchMultipliers
from numerics.wave_rnn.waves.stepping import stepped

Ways = dict[str, Callable[[], Any]]  # the better one first

TIME_STEP, STIFFNESS, DAMPING = 0.1, 0.5, 0.1  # dt; uniform omega and alpha of the filters
NODE_BAR, NEVER_SLOWER, MEMORY_BAR = 1.3, 1.0, 1 / 0.55
READOUT_BAR = 5.0
TURNS, FEW_TURNS = 8, 4


@dataclasses.dataclass(frozen=True)
class Size:
    """B images, C channels, N x N pixels, T steps."""

    batch: int
    channels: int
    side: int
    steps: int

    def __str__(self) -> str:
        return ", ".join(map(str, dataclasses.astuple(self)))


PAPER = Size(16, 2, 56, 100)
RECURRENCES = {
    PAPER: NODE_BAR,
    Size(16, 2, 18, 16): None,
    Size(16, 2, 32, 40): None,
    Size(8, 16, 32, 50): NEVER_SLOWER,
}
FILTERED, STEPPED = Size(8, 2, 56, 100), Size(8, 2, 32, 40)
SMALL_NETWORK = Architecture(
    "nwm",
    channels_in=1,
    classes=4,
    encoder=8,
    steps=16,
    time_step=0.6,
    head=(32, 32),
    omega_start="twice",
    position_start="kaiming",
)
PAPER_NETWORK = Architecture("nwm", channels_in=1, classes=11)
UPDATES = 20  # of the small network, in one run


# --- fields and networks --------------------------------------------------------------------------


def problem(size: Size) -> tuple[Fields, torch.Tensor]:
    """Return random fields and a coupled, asymmetric kernel near the Laplacian, all with gradients."""
    random = torch.Generator().manual_seed(0)
    shape = size.batch, size.channels, size.side, size.side
    y, omega, alpha = (torch.rand(*shape, generator=random) for _ in range(3))
    noise = torch.rand(size.channels, size.channels, 3, 3, generator=random) - 0.5
    values = 2 * y - 1, 2 * omega, alpha / 2, laplacian_kernel(size.channels) + 0.05 * noise
    *fields, kernel = (value.requires_grad_() for value in values)
    return Fields(*fields), kernel


class LoopNetwork(WaveNetwork):
    """The wave network with its steps as torch operations one after another."""

    def history(self, fields: Fields) -> torch.Tensor:
        a = self.architecture
        return plain_history(fields, self.kernel, a.time_step, a.steps)


def networks(architecture: Architecture) -> dict[str, WaveNetwork]:
    """Return the network with its node and with the loop, of the same weights."""
    network, loop = build(architecture, seed=0), LoopNetwork(architecture)
    assert isinstance(network, WaveNetwork)
    loop.load_state_dict(network.state_dict())
    return {"one node": network, "plain loop": loop}


def tetrominoes() -> Splits:
    return small_tetrominoes_splits((UPDATES * SMALL.batch, 8, 8))


def random_batch(architecture: Architecture, size: Size) -> Segments:
    random = np.random.default_rng(0)
    shape = size.batch, size.side, size.side
    images = random.random((size.batch, architecture.channels_in, *shape[1:]), dtype=np.float32)
    return Segments(images, random.integers(architecture.classes, size=shape))


# --- ways, the better one first -------------------------------------------------------------------


def recurrence_ways(size: Size) -> Ways:
    """Return ways to the history and to the gradients of a random sum over it."""
    fields, kernel = problem(size)
    random = torch.Generator().manual_seed(1)
    shape = size.steps + 1, *fields.position.shape
    weight = torch.randn(*shape, generator=random)

    def by(road: Callable[..., torch.Tensor]) -> tuple[torch.Tensor, ...]:
        history = road(fields, kernel, TIME_STEP, size.steps)
        return history.detach(), *torch.autograd.grad(history, (*fields, kernel), weight)

    return {"one node": lambda: by(wave_history), "plain loop": lambda: by(plain_history)}


def history_ways(size: Size) -> Ways:
    """Return ways to the history alone, without a gradient."""
    fields, kernel = problem(size)
    fields, kernel = Fields(*(field.detach() for field in fields)), kernel.detach()
    return {
        "one node": lambda: wave_history(fields, kernel, TIME_STEP, size.steps),
        "plain loop": lambda: plain_history(fields, kernel, TIME_STEP, size.steps),
    }


def gradient_ways(architecture: Architecture, segments: Segments) -> Ways:
    """Return ways to the loss of a batch and its gradient in all weights that are used."""
    images, masks = map(torch.as_tensor, segments)

    def by(network: WaveNetwork) -> tuple[torch.Tensor, ...]:
        loss = cross_entropy(network(images), masks)
        return loss.detach(), *torch.autograd.grad(loss, list(network.parameters()))

    ways = networks(architecture)
    return {name: partial(by, network) for name, network in ways.items()}


def update_ways(splits: Splits) -> Ways:
    """Return ways to train the small network, each run anew from the same start."""

    def train(name: str) -> None:
        learner = SegmentationLearner(networks(SMALL_NETWORK)[name], splits, SMALL, seed=0)
        for index in range(UPDATES):
            learner.update(index)

    return {name: partial(train, name) for name in networks(SMALL_NETWORK)}


def readouts(steps: int) -> dict[str, np.ndarray]:
    """Return rows that act on y_1 ... y_T: random ones as the network starts with, and the last."""
    bound = 1 / np.sqrt(steps)
    linear = np.random.default_rng(0).uniform(-bound, bound, (steps // 2 + 1, steps))
    return {"linear": linear, "last": np.eye(steps)[-1:]}


def kernels(size: Size) -> dict[str, torch.Tensor]:
    """Return the kernel that networks start with, and one near it that couples the channels."""
    return {"": laplacian_kernel(size.channels), ", coupled": problem(size)[1].detach()}


def filters(readout: np.ndarray, kernel: torch.Tensor, size: Size) -> Multipliers:
    canvas = size.side, size.side
    return multipliers(readout, kernel.numpy(), STIFFNESS, DAMPING, TIME_STEP, canvas)


def readout_ways(readout: np.ndarray, kernel: torch.Tensor, size: Size) -> Ways:
    """Return ways to the features of linear waves, (B, K C, N, N); the node keeps its tanh."""
    y = problem(size)[0].position.detach()
    fields = Fields(y, torch.full_like(y, STIFFNESS), torch.full_like(y, DAMPING))
    rows = torch.as_tensor(readout, dtype=torch.float32)
    module = TorchMultipliers(filters(readout, kernel, size))

    def projected(history: torch.Tensor) -> torch.Tensor:
        if len(rows) == 1:  # the last state is there: nothing is left to do
            return history[-1]
        features = rows @ history[1:].movedim(1, -1).flatten(1)
        return features.unflatten(1, (*y.shape[1:], -1)).movedim(-1, 0).flatten(1, 2)

    def by_loop() -> torch.Tensor:
        return projected(plain_history(fields, kernel, TIME_STEP, size.steps, nonlinear=False))

    return {
        "multipliers": lambda: module.features(y),
        "plain loop, projected": by_loop,
        "one node with tanh, projected": lambda: projected(
            wave_history(fields, kernel, TIME_STEP, size.steps)
        ),
    }


def all_readout_ways() -> dict[str, Ways]:
    """Return the ways to each readout, by its name and the kernel's."""
    return {
        name + which: readout_ways(readout, kernel, FILTERED)
        for name, readout in readouts(FILTERED.steps).items()
        for which, kernel in kernels(FILTERED).items()
    }


def stepping_ways(size: Size) -> Ways:
    """Return ways to the history in float64."""
    fields, kernel = problem(size)
    fields, kernel = Fields(*(x.detach().double() for x in fields)), kernel.detach().double()
    y, omega, alpha, taps = (x.numpy() for x in (*fields, kernel))
    given = TIME_STEP, size.steps
    return {
        "torch, one node": lambda: wave_history(fields, kernel, *given),
        "NumPy": lambda: torch.as_tensor(stepped(y, taps, omega, alpha, *given).positions),
        "torch, plain loop": lambda: plain_history(fields, kernel, *given),
    }


# --- rows -----------------------------------------------------------------------------------------


def agreement() -> dict[str, tuple[float, float]]:
    """Return how much the ways differ, relative to the largest value of each array, and the bars."""
    found = {}
    for size in RECURRENCES:
        found[f"history and gradients, {size}"] = differ(recurrence_ways(size)), 1e-4
    small = gradient_ways(SMALL_NETWORK, tetrominoes().train.batch(np.arange(SMALL.batch)))
    large = gradient_ways(PAPER_NETWORK, random_batch(PAPER_NETWORK, PAPER))
    found["loss and gradients, small network"] = differ(small), 1e-4
    found["loss and gradients, paper's network"] = differ(large), 1e-4
    for name, ways in all_readout_ways().items():
        multiplied, by_loop, _ = ways.items()
        found[f"readout {name}"] = differ(dict([multiplied, by_loop])), 1e-5
    found["stepping, float64"] = differ(stepping_ways(STEPPED)), 1e-12
    return found


def differ(ways: Ways) -> float:
    """Return the largest difference of any way from the first, in units of that array's largest."""
    first, *others = (as_arrays(way()) for way in ways.values())
    return max(
        float((x - y).abs().max() / x.abs().max().clamp(min=torch.finfo(x.dtype).tiny))
        for other in others
        for x, y in zip(first, other, strict=True)
    )


def as_arrays(found: Any) -> tuple[torch.Tensor, ...]:
    return found if isinstance(found, tuple) else (found,)


def times() -> list[Row]:
    """Time the ways to the same arrays."""
    rows = []
    for size, bar in RECURRENCES.items():
        rows += rows_of("history and gradients", recurrence_ways(size), bar, f"B, C, N, T = {size}")
    rows += rows_of("history alone", history_ways(PAPER), None, f"B, C, N, T = {PAPER}")
    rows += update_rows()
    for name, ways in all_readout_ways().items():
        rows += rows_of(f"readout {name}", ways, READOUT_BAR, f"B, C, N, T = {FILTERED}")
    rows += filter_rows()
    how = f"B, C, N, T = {STEPPED}"
    return rows + rows_of("stepping, float64", stepping_ways(STEPPED), None, how)


def update_rows() -> list[Row]:
    """Time updates of the small network, and loss and gradients of the paper's."""
    how = f"{UPDATES} updates, batch {SMALL.batch}, 18 x 18, T = {SMALL_NETWORK.steps}"
    rows = rows_of("small network", update_ways(tetrominoes()), NEVER_SLOWER, how)
    ways = gradient_ways(PAPER_NETWORK, random_batch(PAPER_NETWORK, PAPER))
    how = f"loss and gradients, B, C, N, T = {PAPER}"
    return rows + rows_of("paper's network", ways, NEVER_SLOWER, how, turns=FEW_TURNS)


def filter_rows() -> list[Row]:
    """Time what is done once for a kernel, which the readouts above don't count."""
    readout = readouts(FILTERED.steps)["linear"]

    def make(kernel: torch.Tensor) -> TorchMultipliers:
        return TorchMultipliers(filters(readout, kernel, FILTERED))

    ways: Ways = {
        f"multipliers, made once{which}": partial(make, kernel)
        for which, kernel in kernels(FILTERED).items()
    }
    taken = alternating(ways, FEW_TURNS)
    how = f"NumPy, float64, linear: K = {len(readout)}"
    return [Row(name, min(seconds), 1.0, None, how) for name, seconds in taken.items()]


def rows_of(what: str, ways: Ways, bar: float | None, how: str, turns: int = TURNS) -> list[Row]:
    """Time ways in turn, best of so many; ratios are of the second, the direct one, to each."""
    best = {name: min(seconds) for name, seconds in alternating(ways, turns).items()}
    direct = list(best.values())[1]
    return [
        Row(f"{what}: {name}", seconds, direct / seconds, None if place else bar, how)
        for place, (name, seconds) in enumerate(best.items())
    ]


def memory(size: Size) -> list[Row]:
    """Return what autograd saves for the gradients of the history."""
    node, loop = (saved_bytes(road, size) for road in (wave_history, plain_history))
    how = f"saved for the gradients, B, C, N, T = {size}"
    return [
        Row("memory: one node", node / 2**20, loop / node, MEMORY_BAR, how, "MiB"),
        Row("memory: plain loop", loop / 2**20, 1.0, None, how, "MiB"),
    ]


def saved_bytes(road: Callable[..., torch.Tensor], size: Size) -> int:
    """Return what is saved, each piece of memory counted once."""
    saved: list[torch.Tensor] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved.append(tensor.detach())
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        road(*problem(size), TIME_STEP, size.steps)
    pieces = {x.untyped_storage().data_ptr(): x.untyped_storage().nbytes() for x in saved}
    return sum(pieces.values())


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    errors = require(agreement())
    return errors, times() + memory(PAPER)


if __name__ == "__main__":
    sys.exit(run(__doc__, "Waves of B images, C channels, N x N pixels, T steps", work))
