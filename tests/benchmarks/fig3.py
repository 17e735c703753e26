"""The work of figure 3 by seven methods: 16 x 16 images, 4 cosines, 8000 updates, 10 trials.

Run ``python tests/benchmarks/fig3.py [--out FILE]``. First every method has to agree with the exact
map (or the two forms of the flow with each other); then the clock runs, in one process and one
thread. Ratios are to a loop over the trials with ``Conv2d`` and autograd. Exits with 1 if a bar is
missed.
"""

import sys
from collections.abc import Callable

import numpy as np
import torch
import xarray as xr
from timing import Row, require, run, seconds_of

from numerics.images import pure_cosines
from numerics.laws import evaluate, integrate
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, unpack
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.spectra import mode_spectra
from numerics.linear_cnn.weights import PixelWeights
from numerics.singular_modes import singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import train
from theory import linear_cnn

UPDATES, TRIALS, CLASSES = 8000, 10, 4
LEARNING_RATE, SCALE = 5e-4, 1e-3
FLOW_STEP = 2 / CLASSES * LEARNING_RATE  # c eta, c of the mean squared error
SHORT = 300  # updates in which mode 1 is half learnt: where methods have to agree


class Circulant:
    """Batched matrices and gradients by hand: all images' circulant matrices, stacked once."""

    def __init__(self, modes, start):
        images = modes.inputs.reshape(-1, 16, 16)
        # dbc(x) k = dbc(k) x; row (sample, pixel), column (kernel entry)
        shifted = [np.roll(images, (a, b), axis=(1, 2)) for a in range(16) for b in range(16)]
        self.matrix = np.stack(shifted, axis=-1).reshape(-1, 256)
        self.targets = modes.targets
        self.kernels, self.outputs = start.kernel.copy(), start.outputs[:, :, 0].copy()

    def update(self) -> None:
        trials, samples = len(self.kernels), len(self.targets)
        hidden = (self.kernels @ self.matrix.T).reshape(trials, samples, 256)
        errors = self.targets - hidden @ self.outputs.swapaxes(1, 2)
        back = (errors @ self.outputs).reshape(trials, -1)
        rise = errors.swapaxes(1, 2) @ hidden
        self.kernels += FLOW_STEP / samples * (back @ self.matrix)
        self.outputs += FLOW_STEP / samples * rise


class Problem:
    """Data, starts of all trials, and each method as a function of the number of updates."""

    def __init__(self) -> None:
        self.modes = singular_modes(pure_cosines())
        self.spectra = mode_spectra(self.modes)
        self.start = starts.balanced_start(range(TRIALS), self.modes, self.spectra, SCALE)
        self.model = FourierModel(self.modes)
        self.weights = self.model.weights(self.start)
        self.parameters = xr.Dataset(
            {
                "singular_value": ("mode", self.modes.singular_values),
                "initial_strength": (
                    ("trial", "mode"),
                    starts.balanced_strengths(self.start, self.modes, self.spectra),
                ),
                "image_side": 16.0,
                "spectral_magnitude": ("mode", self.spectra.largest),
                "flow_time_step": FLOW_STEP,
            }
        )

    def conv2d(self, updates: int, trials: range, dtype: torch.dtype) -> np.ndarray:
        start = PixelWeights(tuple(x[trials.start : trials.stop] for x in self.start.layers))
        network = LinearCNN(start, dtype, torch.device("cpu"))
        learner = TorchDescent(network, self.modes, self.modes, LEARNING_RATE)
        for index in range(updates):
            learner.update(index)
        return learner.observe()["strengths"].diagonal(axis1=1, axis2=2)

    def circulant(self, updates: int) -> np.ndarray:
        learner = Circulant(self.modes, self.start)
        for _ in range(updates):
            learner.update()
        weights = self.model.weights(PixelWeights.single(learner.kernels, learner.outputs))
        return self.model.strengths(weights).diagonal(axis1=1, axis2=2)

    def fourier(self, updates: int) -> np.ndarray:
        learner = FourierDescent(self.model, self.weights, LEARNING_RATE, 2 / CLASSES)
        observed = train(learner, np.array([0, updates])).observations["strengths"]
        return observed[-1].diagonal(axis1=1, axis2=2)

    def map(self, updates: int) -> np.ndarray:
        grid = xr.DataArray(np.arange(updates + 1), dims="update")
        path = integrate(linear_cnn.descent_map(), self.parameters, grid)
        return path.transpose("update", "trial", "mode").values

    def flow(self, updates: int) -> np.ndarray:
        times = FLOW_STEP * np.linspace(0, updates, 81)

        def observe(state: np.ndarray) -> np.ndarray:
            weights = unpack(state, like=self.weights)
            return self.model.strengths(weights).diagonal(axis1=1, axis2=2)

        return self.model.vector_field(self.weights).flow(
            times,
            relative_tolerance=1e-11,
            absolute_tolerance=1e-14,
            observe=observe,
        )

    def closed_form(self, updates: int) -> np.ndarray:
        times = xr.DataArray(FLOW_STEP * np.arange(updates + 1), dims="update")
        return (
            evaluate(linear_cnn.mode_law(), self.parameters, times)
            .transpose("update", "trial", "mode")
            .values
        )

    def agree(self) -> dict[str, float]:
        """Return the largest difference of each method from its reference, relative to S.

        Raises
        ------
        RuntimeError
            If one is above its bar: then its time means nothing.
        """
        singular = self.modes.singular_values
        exact = self.map(SHORT)[-1]
        double, alone = torch.float64, range(1)
        found = {
            "Conv2d loop, float64": (self.conv2d(SHORT, alone, double) - exact[:1], 1e-11),
            "Conv2d loop, float32": (self.conv2d(SHORT, alone, torch.float32) - exact[:1], 1e-4),
            "trials as channels": (self.conv2d(SHORT, range(TRIALS), double) - exact, 1e-11),
            "circulant": (self.circulant(SHORT) - exact, 1e-11),
            "Fourier": (self.fourier(SHORT) - exact, 1e-11),
            "flow and closed form": (
                self.flow(UPDATES) - self.closed_form(UPDATES)[:: UPDATES // 80],
                1e-7,
            ),
        }
        return require({n: (float(abs(d / singular).max()), bar) for n, (d, bar) in found.items()})


def measure(problem: Problem) -> list[Row]:
    """Time every method; those of the loop on fewer updates, scaled up."""

    def scaled(work: Callable[[int], object], updates: int, copies: int = 1) -> tuple[float, str]:
        work(20)  # torch's first calls are slow
        # the loss of a run's beginning and end is the difference of a long and a short run
        short, long = (
            seconds_of(lambda count=count: work(count), 5) for count in (updates // 5, updates)
        )
        rate = (long - short) / (updates - updates // 5)
        how = f"{updates} updates" + (" of one trial" if copies > 1 else "") + ", scaled up"
        return rate * UPDATES * copies, how

    def whole(work: Callable[[int], object], repetitions: int) -> tuple[float, str]:
        work(UPDATES)
        return seconds_of(lambda: work(UPDATES), repetitions), f"median of {repetitions} whole runs"

    alone, together, double = range(1), range(TRIALS), torch.float64
    timed = {
        "1  Conv2d, a loop over trials, float64": (
            scaled(lambda k: problem.conv2d(k, alone, double), 500, TRIALS),
            None,
        ),
        "1b the same in float32": (
            scaled(lambda k: problem.conv2d(k, alone, torch.float32), 500, TRIALS),
            None,
        ),
        "2  Conv2d, trials as channels": (
            scaled(lambda k: problem.conv2d(k, together, double), 200),
            None,
        ),
        "3  circulant matrices, batched": (scaled(problem.circulant, 500), 10),
        "4  Fourier variables": (whole(problem.fourier, 3), 100),
        "5  map, all 8000 updates kept": (whole(problem.map, 9), 1000),
        "6  coupled flow, DOP853": (whole(problem.flow, 3), None),
        "7  closed form, all 8000 times": (whole(problem.closed_form, 9), 5000),
    }
    loop = timed["1  Conv2d, a loop over trials, float64"][0][0]
    return [
        Row(method, seconds, loop / seconds, bar, how)
        for method, ((seconds, how), bar) in timed.items()
    ]


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    problem = Problem()
    return problem.agree(), measure(problem)


if __name__ == "__main__":
    title = f"n = 16, p = {CLASSES}, {UPDATES} updates, {TRIALS} trials"
    sys.exit(run(__doc__, title, work))
