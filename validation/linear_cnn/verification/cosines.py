"""Pure cosines, the paper's Fig 3: sigmoid, map, step error, clocks of the draws (C06-C15)."""

from __future__ import annotations

import functools

import numpy as np

from numerics import linear_network
from numerics.lambdify import lambdify
from numerics.linear_cnn.fourier_model import FourierDescent
from numerics.training import record_grid, train
from theory import linear_cnn, logistic
from theory import linear_network as layer_laws
from theory.claims import left_over
from validation.linear_cnn.verification.cosine_sets import (
    RATE,
    TRIALS,
    diagonal,
    fig3,
    map_path,
    steps_of,
    watched,
)

UPDATES = 8000
CLOCKS = 2000


@functools.cache
def _fig3_run(rate: float, updates: int, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Full-batch descent on Fig 3: grid and A, (time, trial, r, r)."""
    cosines, grid = fig3(), record_grid(updates, every)
    return grid, _descended(
        FourierDescent(cosines.model, cosines.weights, rate, cosines.loss_scale), grid
    )


def _descended(learner: FourierDescent, grid: np.ndarray) -> np.ndarray:
    return watched(learner, lambda: learner.model.strengths(learner.weights), grid)


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
    stepped = map_path(cosines, steps_of(cosines, RATE), grid)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(diagonal(observed) - stepped) / scale).max())


def c08() -> float:
    """Largest off-diagonal strength of the same run."""
    _, observed = _fig3_run(RATE, UPDATES, 20)
    return float(np.abs(observed * (1 - np.eye(observed.shape[-1]))).max())


def c09() -> float:
    """What T3's first correction leaves of flow - descent, of its largest; worst mode, first trial."""
    cosines = fig3()
    grid, observed = _fig3_run(RATE, UPDATES, 20)
    measured = diagonal(observed)[0]
    singular = cosines.modes.singular_values[:, None]
    steps = steps_of(cosines, RATE)[:, None]
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
        strengths = diagonal(observed)
        passed = strengths > singular[:, None] / 2
        if not passed.any(axis=-1).all():
            return float("nan")
        first = passed.argmax(axis=-1)
        reached = np.take_along_axis(strengths, first[..., None], axis=-1)[..., 0]
        times = expected(reached, cosines.strengths, singular, steps_of(cosines, rate))
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
    learner = FourierDescent(
        cosines.model, cosines.weights, RATE, cosines.loss_scale, samples[..., None]
    )
    grid = record_grid(2000, 20)
    strengths = diagonal(_descended(learner, grid))
    owner = np.abs(cosines.modes.left).argmax(axis=0)
    counts = (samples[:, None, :] == owner[:, None]).cumsum(axis=2)
    counts = np.concatenate((np.zeros((*counts.shape[:2], 1), int), counts), axis=2)
    table = map_path(cosines, classes * steps_of(cosines, RATE), np.arange(counts.max() + 1))
    expected = np.take_along_axis(table, counts[:, :, grid], axis=2)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(strengths - expected) / scale).max())


@functools.cache
def _binomial_clocks() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """2000 clocks of the first trial: grid, table A_j (mode, j), strengths (clock, mode, time), t_half."""
    cosines = fig3()
    classes = cosines.modes.targets.shape[1]
    table = map_path(cosines, classes * steps_of(cosines, RATE), np.arange(UPDATES + 1))[0]
    generator = np.random.default_rng(0)
    grid = np.arange(0, UPDATES + 1, 40)
    halves = (table > cosines.modes.singular_values[:, None] / 2).argmax(axis=1)
    strengths = np.empty((CLOCKS, len(table), len(grid)))
    passed = np.empty((CLOCKS, len(table)))
    for mode, row in enumerate(table):
        ticks = generator.random((CLOCKS, UPDATES), dtype=np.float32) < 1 / classes
        counts = np.zeros((CLOCKS, UPDATES + 1), dtype=np.int16)
        np.cumsum(ticks, axis=1, out=counts[:, 1:])
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
    learner = linear_network.LayerDescent(model, model.weights(start), rate, cosines.loss_scale)
    observed = diagonal(train(learner, grid).observations["strengths"])
    steps = np.full(len(cosines.modes.singular_values), cosines.loss_scale * rate)
    scale = cosines.modes.singular_values[:, None]
    return float((np.abs(observed - map_path(cosines, steps, grid)) / scale).max())


ROWS = (c06, c07, c08, c09, c10, c11, c12, c13, c14, c15)
