"""Four shapes learnt by linear CNNs: n = 16, 60,000 updates, 10 trials, online and full batch.

Run ``python tests/benchmarks/shapes.py [--out FILE]``. First every method has to agree with the
descent in Fourier variables; then the clock runs, in one process and one thread. The loop over the
trials with ``Conv2d`` and autograd is timed on a part and scaled up, the Fourier descent whole, the
two in turn. Then what an update costs is fitted as a power of the side n, beside the order that
counting its products predicts; and the memory of each method is what a fresh process grows by.
Exits with 1 if a bar is missed.
"""

import statistics
import sys
from collections.abc import Callable

import numpy as np
import torch
from timing import Row, alternating, growth_of, print_growth, require, run

from numerics.images import shapes
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.spectra import mode_spectra
from numerics.linear_cnn.starts import random_start
from numerics.linear_cnn.weights import PixelWeights
from numerics.singular_modes import Samples, SingularModes, modes_of, one_hot, singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import Learner

UPDATES, TRIALS, CLASSES, SIDE = 60_000, 10, 4, 16
LOSS_SCALE = 2 / CLASSES  # c of the mean squared error
EPSILON, SCALE = 0.01, 1e-3
SHORT = 500  # updates in which the trials have learnt half of mode 1: where methods have to agree
TIMED, REPETITIONS = 1000, 5  # updates of the loop in each of so many turns
SIDES, FITTED, TURNS = (8, 16, 24, 32, 48, 64), (32, 48, 64), 5
UPDATES_OF_SMALLEST = 1000  # timed at n = 8; at larger sides as many fewer as the order predicts
SIDES_OF_MEMORY, UPDATES_OF_MEMORY = (16, 64), 5
LOOP, FOURIER = "Conv2d, one trial, float64", "Fourier variables, all trials"
FEW, MANY = "Fourier, 4 images", "Fourier, N + 1 images"
ORDERS = {  # the power of the side n, N = n^2, by which an update's products grow
    LOOP: 4,  # each of N hidden pixels is a product with the kernel: N^2 an image
    FEW: 2,  # two products of p rows with M images: p M N
    MANY: 4,  # one product of p rows with Sxx: p N^2
}
ORDER_BAR = 0.85
DOUBLE, SINGLE = torch.float64, torch.float32


class Problem:
    """Data of one side, starts of all trials, and the learners; online or full batch."""

    def __init__(self, modes: SingularModes, online: bool) -> None:
        self.modes = modes
        spectra = mode_spectra(modes)
        self.start = random_start(range(TRIALS), spectra.side**2, CLASSES, SCALE)
        self.model = FourierModel(modes)
        self.weights = self.model.weights(self.start)
        fastest = spectra.side * (spectra.largest * modes.singular_values).max()
        self.learning_rate = EPSILON / (LOSS_SCALE * fastest)
        self.samples = draws(len(modes.inputs)) if online else None

    def fourier(self) -> FourierDescent:
        return FourierDescent(
            self.model, self.weights, self.learning_rate, LOSS_SCALE, self.samples
        )

    def conv2d(self, trials: range = range(1), dtype: torch.dtype = DOUBLE) -> TorchDescent:
        part = slice(trials.start, trials.stop)
        start = PixelWeights(tuple(layer[part] for layer in self.start.layers))
        network = LinearCNN(start, dtype, torch.device("cpu"))
        samples = None if self.samples is None else self.samples[part]
        return TorchDescent(network, self.modes, self.modes, self.learning_rate, samples)

    def agree(self) -> dict[str, tuple[float, float]]:
        """Return the largest difference of each method from Fourier descent in S, and its bar."""
        exact = strengths(self.fourier(), SHORT)
        found = {
            "Conv2d loop, float64": (strengths(self.conv2d(), SHORT) - exact[:1], 1e-11),
            "Conv2d loop, float32": (
                strengths(self.conv2d(dtype=SINGLE), SHORT) - exact[:1],
                1e-4,
            ),
            "trials as channels": (
                strengths(self.conv2d(range(TRIALS)), SHORT) - exact,
                1e-11,
            ),
        }
        singular = self.modes.singular_values
        return {name: (float(abs(d / singular).max()), bar) for name, (d, bar) in found.items()}


def draws(images: int) -> np.ndarray:
    """Return which image each trial sees at each update, (trial, update, 1)."""
    return np.stack(
        [np.random.default_rng([s, 1]).integers(images, size=(UPDATES, 1)) for s in range(TRIALS)]
    )


def few(side: int) -> SingularModes:
    """The four shapes, in the proportions of n = 16, r = 6."""
    return singular_modes(shapes(image_side=side, radius=6 / 16 * side))


def many(side: int) -> SingularModes:
    """One image more than pixels, so that an update goes by Sxx; what they show does not matter."""
    count = side**2 + 1
    images = np.random.default_rng(0).normal(size=(count, side**2))
    return modes_of(Samples(images, one_hot(np.arange(count) % CLASSES)))


def strengths(learner: FourierDescent | TorchDescent, updates: int) -> np.ndarray:
    """Return A_mm after some updates, (trial, mode)."""
    return updated(learner, updates).observe()["strengths"].diagonal(axis1=1, axis2=2)


def updated(learner, updates: int):
    for index in range(updates):
        learner.update(index)
    return learner


def turn(learner: Learner, updates: int) -> Callable[[], object]:
    """Return updates to be timed; the first ones, with what a library does once, are made before."""
    updated(learner, 2)
    return lambda: updated(learner, updates)


def whole_runs(name: str, problem: Problem) -> list[Row]:
    """Time all updates of 10 trials: of torch's networks a part, of Fourier descent the whole."""
    scale, part = UPDATES * TRIALS / TIMED, f"{TIMED} updates of one trial, scaled up"
    together = TIMED // TRIALS
    methods = {
        LOOP: (turn(problem.conv2d(), TIMED), scale, part),
        FOURIER: (lambda: updated(problem.fourier(), UPDATES), 1, "whole runs"),
        "Conv2d, one trial, float32": (turn(problem.conv2d(dtype=SINGLE), TIMED), scale, part),
        "Conv2d, trials as channels": (
            turn(problem.conv2d(range(TRIALS)), together),
            UPDATES / together,
            f"{together} updates, scaled up",
        ),
    }
    taken = alternating({method: work for method, (work, *_) in methods.items()}, REPETITIONS)
    rows = []
    for method, (_, times_more, how) in methods.items():
        seconds = times_more * np.array(taken[method])
        ratios = scale * np.array(taken[LOOP]) / seconds
        rows.append(
            Row(
                f"{name}: {method}",
                statistics.median(seconds),
                statistics.median(ratios),
                100 if method == FOURIER else None,
                f"{how}; {REPETITIONS} turns, ratios {span(ratios)}",
            )
        )
    return rows


def span(values: np.ndarray) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"


def costs() -> list[Row]:
    """Time full-batch updates over the side, and fit the last sides as a power of it."""
    works, counts = {}, {}
    for side in SIDES:
        shown = Problem(few(side), online=False)
        learners = {
            LOOP: shown.conv2d(),
            FEW: shown.fourier(),
            MANY: Problem(many(side), online=False).fourier(),
        }
        for method, learner in learners.items():
            fewer = (SIDES[0] / side) ** ORDERS[method]
            counts[method, side] = max(2, round(UPDATES_OF_SMALLEST * fewer))
            works[method, side] = turn(learner, counts[method, side])
    taken = {key: np.array(times) / counts[key] for key, times in alternating(works, TURNS).items()}
    rows = [_cost_row(method, side, taken) for method in ORDERS for side in SIDES]
    return rows + [_order_row(method, taken) for method in ORDERS]


def _cost_row(method: str, side: int, taken: dict[tuple[str, int], np.ndarray]) -> Row:
    trials = 1 if method == LOOP else TRIALS
    ratios = trials * taken[LOOP, side] / taken[method, side]
    return Row(
        f"an update, n = {side}: {method}",
        1e6 * statistics.median(taken[method, side]),
        statistics.median(ratios),
        None,
        f"{TURNS} turns; ratio per trial, to the loop on 4 images",
        "us",
    )


def _order_row(method: str, taken: dict[tuple[str, int], np.ndarray]) -> Row:
    """Return the fitted order; the bar is on the side that would favour Fourier descent wrongly."""
    slopes, whole = (
        np.polyfit(np.log(sides), np.log([taken[method, side] for side in sides]), 1)[0]
        for sides in (FITTED, SIDES)
    )
    found, predicted = statistics.median(slopes), ORDERS[method]
    how = (
        f"predicted {predicted}; fitted over n = {FITTED[0]} to {FITTED[-1]}, turns {span(slopes)}; "
        f"over all n {statistics.median(whole):.3g}"
    )
    ratio = found / predicted if method == LOOP else predicted / found
    return Row(f"order of the cost: {method}", found, ratio, ORDER_BAR, how, "power of n")


LEARNERS: dict[str, Callable[[Problem], Learner]] = {
    LOOP: lambda problem: problem.conv2d(),
    "Conv2d, trials as channels": lambda problem: problem.conv2d(range(TRIALS)),
    FOURIER: lambda problem: problem.fourier(),
}


def memory() -> list[Row]:
    """Return what a fresh process grows by, from the start weights on, in full-batch updates."""
    rows = []
    for side in SIDES_OF_MEMORY:
        grown = {
            name: growth_of("shapes", f"print_growth_of({name!r}, {side})") for name in LEARNERS
        }
        first = grown[LOOP]
        rows += [
            Row(
                f"memory, n = {side}: {name}",
                size / 2**20,
                first / size,
                None,
                f"growth of a fresh process in {UPDATES_OF_MEMORY} updates",
                "MiB",
            )
            for name, size in grown.items()
        ]
    return rows


def print_growth_of(name: str, side: int) -> None:
    small = Problem(few(SIDES[0]), online=False)
    modes = few(side)
    print_growth(
        lambda: updated(LEARNERS[name](small), UPDATES_OF_MEMORY),
        lambda: updated(LEARNERS[name](Problem(modes, online=False)), UPDATES_OF_MEMORY),
    )


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    problems = {name: Problem(few(SIDE), name == "online") for name in ("online", "full batch")}
    found = {
        f"{name}: {method}": error
        for name, problem in problems.items()
        for method, error in problem.agree().items()
    }
    errors = require(found)
    # before the large sides: their freed memory stays with the process, and then a loop on 4 images,
    # whose large buffer the system otherwise hands out anew at each update, takes a third less
    rows = [row for name, problem in problems.items() for row in whole_runs(name, problem)]
    return errors, rows + costs() + memory()


if __name__ == "__main__":
    title = f"n = {SIDE}, p = {CLASSES}, {UPDATES} updates, {TRIALS} trials"
    sys.exit(run(__doc__, title, work))
