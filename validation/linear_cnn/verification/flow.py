"""What the flow (F) conserves, what descent changes of it, and how small starts grow (C16, C17, C28)."""

from __future__ import annotations

import functools

import numpy as np

from numerics import images as image_room
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, unpack
from numerics.linear_cnn.spectra import mode_spectra, to_outputs
from numerics.linear_cnn.starts import random_start
from numerics.singular_modes import singular_modes
from validation.linear_cnn.verification.cosine_sets import RATE, fig3


def _balance(balances: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return I_f = |k^_f|^2 - ||b_f||^2 of the paper's network, (trial, F)."""
    (only,) = balances
    return only[:, 0, 0].real


def c16() -> float:
    """Largest error of the balance's increment over 200 updates from unbalanced starts."""
    cosines = fig3()
    start = random_start(range(3), 256, 4, 0.02)
    step = cosines.loss_scale * RATE
    learner = FourierDescent(
        cosines.model,
        cosines.model.weights(start),
        RATE,
        cosines.loss_scale,
    )
    worst = 0.0
    for index in range(200):
        before = _balance(cosines.model.balances(learner.weights))
        increment = _balance(cosines.model.balance_increments(learner.weights, step))
        learner.update(index)
        change = _balance(cosines.model.balances(learner.weights)) - before
        worst = max(worst, float(np.abs(change - increment).max()))
    return worst


def c17() -> float:
    """Largest drift of the balance in the integrated flow, unbalanced starts."""
    cosines = fig3()
    start = random_start(range(2), 256, 4, 0.05)
    weights = cosines.model.weights(start)
    balances = cosines.model.vector_field(weights).flow(
        np.linspace(0.0, 1.0, 11),
        relative_tolerance=1e-12,
        absolute_tolerance=1e-14,
        observe=lambda state: _balance(cosines.model.balances(unpack(state, weights))),
    )
    return float(np.abs(balances - balances[0]).max())


@functools.cache
def _linear_phase() -> tuple[float, float]:
    """Error of k^_f after 4000 updates on the shapes, of the largest |k^_f|; and the largest A/S then.

    k^_f = q+ (1 + h g_f)^t + q- (1 - h g_f)^t with g_f = n ||Syx^_f||, eps = 0.001.
    """
    modes = singular_modes(image_room.shapes())
    spectra, model, updates = mode_spectra(modes), FourierModel(modes), 4000
    step = 1e-3 / (spectra.side * (spectra.largest * modes.singular_values).max())
    weights = model.weights(random_start(range(1), spectra.side**2, 4, 1e-6))
    drive = to_outputs(modes.output_input)[:, model.plane.indices]
    size = np.linalg.norm(drive, axis=0)
    along = (weights.outputs[:, :, 0].conj() * drive / size).sum(axis=1)
    grown, shrunk = (weights.kernel + along) / 2, (weights.kernel - along) / 2
    growth = step * spectra.side * size
    expected = grown * (1 + growth) ** updates + shrunk * (1 - growth) ** updates
    learner = FourierDescent(model, weights, step, loss_scale=1.0)
    for index in range(updates):
        learner.update(index)
    found = learner.weights
    strengths = np.diagonal(model.strengths(found), axis1=-2, axis2=-1) / modes.singular_values
    error = np.abs(found.kernel - expected).max() / np.abs(found.kernel).max()
    return float(error), float(strengths.max())


def c28a() -> float:
    """Error of the growth of a small start."""
    return _linear_phase()[0]


def c28b() -> float:
    """The same in units of the largest A/S."""
    error, strength = _linear_phase()
    return error / strength


ROWS = (c16, c17, c28a, c28b)
