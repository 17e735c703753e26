"""Which mode is first: the order of singular values against that of S_m max_f v_mf (C30)."""

from __future__ import annotations

import numpy as np

from numerics import images as image_room
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.spectra import mode_spectra
from numerics.linear_cnn.starts import random_start
from numerics.singular_modes import discovery_updates, singular_modes
from numerics.training import record_grid
from validation.linear_cnn.verification.cosine_sets import diagonal, watched


def c30() -> float:
    """White noise (larger S) and a cosine: smallest ratio of their discoveries over six starts of 1e-4."""
    modes = singular_modes(image_room.white_noise_and_cosine())
    spectra, model = mode_spectra(modes), FourierModel(modes)
    step = 0.02 / (spectra.side * (spectra.largest * modes.singular_values).max())
    weights = model.weights(random_start(range(6), spectra.side**2, 2, 1e-4))
    learner = FourierDescent(model, weights, step, loss_scale=1.0)
    grid = record_grid(1500, 5)
    strengths = diagonal(watched(learner, lambda: model.strengths(learner.weights), grid))
    noise, cosine = discovery_updates(grid, strengths, modes.singular_values).T
    return float(np.min(noise / cosine))


ROWS = (c30,)
