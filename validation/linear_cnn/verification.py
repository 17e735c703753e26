"""Do we solve the stated laws right? Rows that need no data of the user; they run in every case.

Each function computes one check of the table and returns what it found. Data: Fig 3 of the paper
(four pure cosines) and two classes of sums of cosines, with our constants where the paper's are lost.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from numerics import images as image_room
from numerics import linear_network
from numerics.lambdify import lambdify
from numerics.laws import iterate_map
from numerics.linear_cnn.clock import Clocks, clocks_of
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, FourierWeights, unpack
from numerics.linear_cnn.spectra import (
    ModeSpectra,
    conjugate_indices,
    from_outputs,
    from_spectrum,
    mode_spectra,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.starts import (
    PixelWeights,
    balanced_start,
    balanced_strengths,
    random_start,
)
from numerics.singular_modes import SingularModes, singular_modes
from numerics.training import record_grid, train
from theory import circulant, linear_cnn, logistic
from theory import linear_network as layer_laws
from theory.claims import left_over

RATE = 5e-4
SCALE = 1e-3
TRIALS = range(10)
UPDATES = 8000
CLOCKS = 2000
NYQUIST = ((0, 0), (8, 8), (8, 0), (0, 8), (3, 5))

# two classes whose images are sums of cosines: (u, v, amplitude, phase)
SUMS = (
    ((0, 3, 1.0, 0.3), (2, 5, 0.8, 1.1), (4, 1, 0.5, -0.7), (6, 6, 0.3, 2.0)),
    ((1, 1, 0.6, 0.0), (3, 7, 0.5, 0.5), (7, 2, 0.2, 1.0)),
)


@dataclasses.dataclass(frozen=True)
class Cosines:
    """Fig 3 or another set of disjoint modes, ready to learn."""

    modes: SingularModes
    spectra: ModeSpectra
    model: FourierModel
    start: PixelWeights
    strengths: np.ndarray

    @property
    def weights(self) -> FourierWeights:
        """Fourier weights of the start."""
        return self.model.weights(self.start.kernels, self.start.outputs)

    @property
    def loss_scale(self) -> float:
        """The loss scale c = 2/p."""
        return 2.0 / self.modes.targets.shape[1]


def _prepared(images, seeds: range, scale: float = SCALE) -> Cosines:
    modes = singular_modes(images)
    spectra = mode_spectra(modes)
    start = balanced_start(seeds, modes, spectra, scale)
    return Cosines(
        modes, spectra, FourierModel(modes), start, balanced_strengths(start, modes, spectra)
    )


@functools.cache
def fig3() -> Cosines:
    """Return Fig 3's four pure cosines, ten balanced starts."""
    return _prepared(image_room.pure_cosines(), TRIALS)


@functools.cache
def _fig3_run(rate: float, updates: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Full-batch descent on Fig 3: grid and A, (time, trial, r, r)."""
    cosines = fig3()
    learner = FourierDescent(cosines.model, cosines.weights, rate, cosines.loss_scale)
    record = train(learner, record_grid(updates, every))
    return record.updates, record.observations


def _diagonal(observed: np.ndarray) -> np.ndarray:
    return np.moveaxis(np.diagonal(observed, axis1=-2, axis2=-1), 0, -1)  # (trial, mode, time)


def _map_path(cosines: Cosines, steps: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Iterate A' = A (1 + a (S - A))^2 for steps a, (mode,): (trial, mode, index)."""
    law = layer_laws.descent_map()
    rate = lambdify(law.law[logistic.A], (logistic.A, logistic.S, layer_laws.STEP))
    singular = cosines.modes.singular_values
    path = iterate_map(lambda _, a: rate(a, singular, steps), cosines.strengths, indices)
    return np.moveaxis(path, 0, -1)


def _steps(cosines: Cosines, rate: float) -> np.ndarray:
    return cosines.loss_scale * rate * cosines.spectra.side * cosines.spectra.largest


def _direct(kernel: np.ndarray, image: np.ndarray, sign: int) -> np.ndarray:
    """Circular convolution (sign 1) or correlation (-1) by its definition, a double loop."""
    side = len(kernel)
    result = np.zeros_like(image)
    for a in range(side):
        for b in range(side):
            result += kernel[a, b] * np.roll(image, (sign * a, sign * b), (0, 1))
    return result


def _dense(kernel: np.ndarray, sign: int) -> np.ndarray:
    size = kernel.size
    unit = np.eye(size).reshape(size, *kernel.shape)
    return np.stack([_direct(kernel, image, sign).ravel() for image in unit], axis=1)


def _transforms(side: int) -> np.ndarray:
    one = np.exp(-2j * np.pi * np.outer(np.arange(side), np.arange(side)) / side) / np.sqrt(side)
    return np.kron(one, one)


def c01() -> float:
    """Largest error of the eigendecompositions against the double loop."""
    worst = 0.0
    for side in range(3, 7):
        kernel = np.random.default_rng(side).normal(size=(side, side))
        q = _transforms(side)
        values = side * to_spectrum(kernel.ravel())
        convolution, correlation = _dense(kernel, 1), _dense(kernel, -1)
        flipped = kernel.ravel()[conjugate_indices(side)].reshape(side, side)
        singular = np.linalg.svd(convolution, compute_uv=False)
        errors = (
            q.conj() @ np.diag(values) @ q - convolution,
            q @ np.diag(values) @ q.conj() - correlation,
            convolution.T - correlation,
            _dense(flipped, 1) - correlation,
            singular - np.sort(np.abs(values))[::-1],
        )
        worst = max(worst, *(float(np.abs(e).max()) for e in errors))
    return worst


def c01w() -> float:
    """Smallest error that the wrong order Q D Q^* makes for a convolution."""
    missed = []
    for side in range(3, 7):
        kernel = np.random.default_rng(side).normal(size=(side, side))
        q = _transforms(side)
        wrong = q @ np.diag(side * to_spectrum(kernel.ravel())) @ q.conj()
        missed.append(float(np.abs(wrong - _dense(kernel, 1)).max()))
    return min(missed)


def c02() -> float:
    """Entries of the symbolic eigendecompositions that are not exactly zero."""
    kinds = circulant.OPERATIONS
    return left_over(*(circulant.eigendecomposition(n=3, operation=o) for o in kinds))


def c03() -> float:
    """Equations of the pixel and the Fourier flow that do not come out of the loss."""
    return left_over(linear_cnn.network_flow(n=2, p=2), linear_cnn.coupled_flow(n=2, p=2))


def c04() -> float:
    """Largest difference of A between Fourier descent and autograd, 300 updates."""
    import torch
    import xarray as xr

    from numerics.linear_cnn.network import LinearCNN
    from numerics.torch_descent import TorchDescent

    generator = np.random.default_rng(4)
    images = xr.Dataset(
        {
            "image": (("sample", "y", "x"), generator.normal(size=(20, 6, 6))),
            "label": ("sample", np.arange(20) % 3),
        }
    )
    modes = singular_modes(images)
    start = random_start(range(2), 36, 3, 0.1)
    model, grid, rate = FourierModel(modes), record_grid(300, 50), 0.02
    fourier = FourierDescent(model, model.weights(start.kernels, start.outputs), rate, 2 / 3)
    network = LinearCNN(start, torch.float64, torch.device("cpu"))
    measured = TorchDescent(network, modes, modes.inputs, modes.targets, rate)
    difference = train(fourier, grid).observations - train(measured, grid).observations
    return float(np.abs(difference).max())


def c05() -> float:
    """Largest relative error of S, v and lambda against section 3's formulas, on two sets."""
    worst = 0.0
    nyquist = tuple(1.5 - 0.25 * m for m in range(len(NYQUIST)))
    defaults = ((0, 0), (5, 2), (1, 7), (0, 4)), (1.5, 1.0, 0.5, 0.2)
    for frequencies, amplitudes in (defaults, (NYQUIST, nyquist)):
        set_ = image_room.pure_cosines(frequencies=frequencies, amplitudes=amplitudes)
        modes = singular_modes(set_)
        spectra = mode_spectra(modes)
        alone = np.array([(2 * u) % 16 == 0 and (2 * v) % 16 == 0 for u, v in frequencies])
        norms = np.array(amplitudes) * 16 * np.where(alone, 1.0, np.sqrt(0.5))
        values = norms / len(norms)
        order = np.argsort(-values)
        expected = (
            values[order],
            np.where(alone, 1, np.sqrt(0.5))[order],
            len(norms) * values[order] ** 2,
        )
        found = (modes.singular_values, spectra.largest, modes.variances)
        worst = max(
            worst, *(float(np.abs(f / e - 1).max()) for f, e in zip(found, expected, strict=True))
        )
    return worst


def c06() -> float:
    """Statements on the sigmoid and the modified equation that are not exactly true."""
    claims = (
        linear_cnn.mode_law(),
        layer_laws.mode_law(),
        layer_laws.modified_equation(),
        layer_laws.descent_time(),
        linear_cnn.discovery_time(),
    )
    return left_over(*claims)


def c07() -> float:
    """Largest |descent - map| in units of S_m."""
    cosines = fig3()
    grid, observed = _fig3_run(RATE, UPDATES, 20)
    stepped = _map_path(cosines, _steps(cosines, RATE), grid)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(_diagonal(observed) - stepped) / scale).max())


def c08() -> float:
    """Largest off-diagonal strength of the same run."""
    _, observed = _fig3_run(RATE, UPDATES, 20)
    return float(np.abs(observed * (1 - np.eye(observed.shape[-1]))).max())


def c09() -> float:
    """What T3's first correction leaves of flow - descent, of its largest; worst mode, first trial."""
    cosines = fig3()
    grid, observed = _fig3_run(RATE, UPDATES, 20)
    measured = _diagonal(observed)[0]
    singular = cosines.modes.singular_values[:, None]
    steps = _steps(cosines, RATE)[:, None]
    start = cosines.strengths[0][:, None]
    flow = singular / (1 + (singular / start - 1) * np.exp(-2 * steps * singular * grid))
    symbols = (logistic.A, logistic.A0, logistic.S, layer_laws.STEP)
    strength = np.minimum(flow, (1 - 1e-9) * singular)
    predicted = lambdify(layer_laws.step_errors()[0], symbols)(strength, start, singular, steps)
    error = flow - measured
    return float((np.abs(error - predicted).max(axis=1) / np.abs(error).max(axis=1)).max())


def _passing(terms: int) -> float:
    """Largest |t - T3(A_t)| where A first passes S/2, at the rate and at half of it."""
    cosines = fig3()
    symbols = (logistic.A, logistic.A0, logistic.S, layer_laws.STEP)
    series = sum(
        layer_laws.STEP ** (k - 1) * term
        for k, term in enumerate(layer_laws.descent_time_terms()[:terms])
    )
    expected = lambdify(series, symbols)
    singular, worst = cosines.modes.singular_values, 0.0
    for rate in (RATE, RATE / 2):
        grid, observed = _fig3_run(rate, round(6000 * RATE / rate), 1)
        strengths = _diagonal(observed)
        passed = strengths > singular[:, None] / 2
        if not passed.any(axis=-1).all():
            return float("nan")
        first = passed.argmax(axis=-1)
        reached = np.take_along_axis(strengths, first[..., None], axis=-1)[..., 0]
        times = expected(reached, cosines.strengths, singular, _steps(cosines, rate))
        worst = max(worst, float(np.abs(grid[first] - times).max()))
    return worst


def c10() -> float:
    """T3 with two terms."""
    return _passing(2)


def c11() -> float:
    """T3 with three terms."""
    return _passing(3)


def c12() -> float:
    """Largest |online descent - map of its own draws| in units of S_m."""
    cosines = fig3()
    classes = cosines.modes.targets.shape[1]
    samples = np.stack([np.random.default_rng([s, 1]).integers(classes, size=2000) for s in TRIALS])
    learner = FourierDescent(cosines.model, cosines.weights, RATE, cosines.loss_scale, samples)
    record = train(learner, record_grid(2000, 20))
    owner = np.abs(cosines.modes.left).argmax(axis=0)
    counts = (samples[:, None, :] == owner[:, None]).cumsum(axis=2)
    counts = np.concatenate((np.zeros((*counts.shape[:2], 1), int), counts), axis=2)
    table = _map_path(cosines, classes * _steps(cosines, RATE), np.arange(counts.max() + 1))
    expected = np.take_along_axis(table, counts[:, :, record.updates], axis=2)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(_diagonal(record.observations) - expected) / scale).max())


@functools.cache
def _binomial_clocks() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """2000 clocks of the first trial: grid, table A_j (mode, j), strengths (clock, mode, time), t_half."""
    cosines = fig3()
    classes = cosines.modes.targets.shape[1]
    table = _map_path(cosines, classes * _steps(cosines, RATE), np.arange(UPDATES + 1))[0]
    generator = np.random.default_rng(0)
    grid = np.arange(0, UPDATES + 1, 40)
    halves = (table > cosines.modes.singular_values[:, None] / 2).argmax(axis=1)
    strengths = np.empty((CLOCKS, len(table), len(grid)))
    passed = np.empty((CLOCKS, len(table)))
    for mode, row in enumerate(table):
        ticks = generator.random((CLOCKS, UPDATES), dtype=np.float32) < 1 / classes
        counts = np.concatenate((np.zeros((CLOCKS, 1), int), ticks.cumsum(axis=1)), axis=1)
        strengths[:, mode] = row[counts[:, grid]]
        passed[:, mode] = (counts >= halves[mode]).argmax(axis=1)
    return grid, table, strengths, passed


def c13() -> float:
    """Largest |mean of clocks - binomial sum|, in units of three times its largest sd; worst mode."""
    from scipy.stats import binom

    grid, table, strengths, _ = _binomial_clocks()
    classes = fig3().modes.targets.shape[1]
    weights = binom.pmf(np.arange(UPDATES + 1), grid[:, None], 1 / classes)  # (time, j)
    expected = table @ weights.T
    second = (table**2) @ weights.T
    spread = np.sqrt(np.maximum(second - expected**2, 0)).max(axis=1)
    error = np.abs(strengths.mean(axis=0) - expected).max(axis=1)
    return float((error / (3 * spread / np.sqrt(CLOCKS))).max())


def c14() -> float:
    """Largest relative error of the sd of discovery against sqrt((p-1) mean)."""
    passed = _binomial_clocks()[-1]
    classes = fig3().modes.targets.shape[1]
    expected = np.sqrt((classes - 1) * passed.mean(axis=0))
    return float(np.abs(passed.std(axis=0) / expected - 1).max())


def c15() -> float:
    """Largest |matrix descent of the fully connected network - map| in units of S_m."""
    cosines = fig3()
    rate = cosines.spectra.side * RATE
    start = linear_network.balanced_start(cosines.modes, cosines.strengths, hidden=8)
    model = linear_network.LayerModel(cosines.modes)
    grid = record_grid(3000, 20)
    learner = linear_network.LayerDescent(model, start, rate, cosines.loss_scale)
    observed = _diagonal(train(learner, grid).observations)
    steps = np.full(len(cosines.modes.singular_values), cosines.loss_scale * rate)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(observed - _map_path(cosines, steps, grid)) / scale).max())


def c16() -> float:
    """Largest error of the balance's increment over 200 updates from unbalanced starts."""
    cosines = fig3()
    start = random_start(range(3), 256, 4, 0.02)
    step = cosines.loss_scale * RATE
    learner = FourierDescent(
        cosines.model,
        cosines.model.weights(start.kernels, start.outputs),
        RATE,
        cosines.loss_scale,
    )
    worst = 0.0
    for index in range(200):
        before = cosines.model.balance(learner.weights)
        increment = cosines.model.balance_increment(learner.weights, step)
        learner.update(index)
        change = cosines.model.balance(learner.weights) - before
        worst = max(worst, float(np.abs(change - increment).max()))
    return worst


def c17() -> float:
    """Largest drift of the balance in the integrated flow, unbalanced starts."""
    cosines = fig3()
    start = random_start(range(2), 256, 4, 0.05)
    weights = cosines.model.weights(start.kernels, start.outputs)
    balances = cosines.model.vector_field(weights).flow(
        np.linspace(0.0, 1.0, 11),
        relative_tolerance=1e-12,
        absolute_tolerance=1e-14,
        observe=lambda state: cosines.model.balance(unpack(state)),
    )
    return float(np.abs(balances - balances[0]).max())


@functools.cache
def _sums(balanced: bool) -> tuple[Cosines, Clocks, FourierWeights]:
    """Two classes of sums of cosines: their clocks and the same start for the coupled flow."""
    cosines = _prepared(image_room.cosine_sums(16, SUMS), range(1), scale=1e-2)
    kernel = np.abs(to_spectrum(cosines.start.kernels))[:, None, :] * (
        cosines.spectra.magnitudes > 0
    )
    share = 1.0 if balanced else 0.3
    clocks = clocks_of(cosines.modes, cosines.spectra, kernel, share * kernel)
    outputs = from_outputs(share * to_outputs(cosines.start.outputs))
    return cosines, clocks, cosines.model.weights(cosines.start.kernels, outputs)


def c18() -> float:
    """Largest |clock - coupled flow| in units of S_m, balanced and unbalanced."""
    worst, times = 0.0, np.linspace(0.0, 0.6, 61)
    for balanced in (True, False):
        cosines, clocks, weights = _sums(balanced)
        angles = clocks.vector_field().flow(
            times, relative_tolerance=1e-11, absolute_tolerance=1e-14
        )
        model = cosines.model
        states = model.vector_field(weights).flow(
            times, relative_tolerance=1e-11, absolute_tolerance=1e-14
        )
        flow = np.stack([model.strengths(unpack(state)) for state in states])
        clocked = np.stack([clocks.strengths(angle) for angle in angles])
        difference = np.abs(np.diagonal(flow, axis1=-2, axis2=-1) - clocked)
        worst = max(worst, float((difference / cosines.modes.singular_values).max()))
    return worst


def c19() -> float:
    """Largest relative difference of the kernel's end spectrum: clock's end against the flow."""
    cosines, clocks, weights = _sums(True)
    ends = clocks.amplitudes(clocks.end()).max(axis=1)[:, cosines.model.plane.indices]
    flow = cosines.model.vector_field(weights).flow(
        np.array([2.0]),
        relative_tolerance=1e-12,
        absolute_tolerance=1e-14,
        observe=lambda x: np.abs(unpack(x).kernel),
    )[0]
    return float(np.abs(flow / ends - 1).max())


def c39() -> float:
    """Largest error of v at self-conjugate frequencies and pairs, and of n v_max of a flat spectrum."""
    worst = 0.0
    for side in (15, 16):
        half = side // 2
        frequencies = ((0, 0), (half, half), (half, 0), (0, half), (1, 2))
        set_ = image_room.pure_cosines(
            image_side=side, frequencies=frequencies, amplitudes=(2.0, 1.7, 1.4, 1.2, 0.5)
        )
        modes = singular_modes(set_)
        spectra = mode_spectra(modes)
        owner = np.abs(modes.left).argmax(axis=0)
        alone = [all(2 * x % side == 0 for x in frequencies[m]) for m in owner]
        worst = max(worst, float(np.abs(spectra.largest - np.where(alone, 1, np.sqrt(0.5))).max()))
    pixel = np.zeros(256)
    pixel[37] = 1.0
    return max(worst, abs(16 * float(np.abs(to_spectrum(pixel)).max()) - 1))


def c40() -> float:
    """Largest change of the map P under a change of kernel phases that the outputs undo."""
    side, classes = 7, 3
    start = random_start(range(1), side * side, classes, 1.0)
    angles = np.random.default_rng(1).normal(size=side * side)
    conjugate = conjugate_indices(side)
    turn = np.exp(1j * (angles - angles[conjugate]))
    kernel, outputs = to_spectrum(start.kernels), to_outputs(start.outputs)
    turned_kernel = to_spectrum(from_spectrum(kernel * turn))
    turned_outputs = to_outputs(from_outputs(outputs * turn.conj()))
    before, after = outputs * kernel[:, None], turned_outputs * turned_kernel[:, None]
    return float(side * np.abs(from_outputs(after) - from_outputs(before)).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    f.__name__.upper().replace("W", "w"): f
    for f in (
        c01,
        c01w,
        c02,
        c03,
        c04,
        c05,
        c06,
        c07,
        c08,
        c09,
        c10,
        c11,
        c12,
        c13,
        c14,
        c15,
        c16,
        c17,
        c18,
        c19,
        c39,
        c40,
    )
}
