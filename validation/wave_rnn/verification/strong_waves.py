"""Are strong waves slower as harmonic balance says, and when may tanh be left out?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.nwm import WaveNetwork
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.waves.amplitude import (
    measured_standing_frequency,
    measured_travelling_frequency,
    standing_frequency,
    travelling_frequency,
)
from validation.wave_rnn.architectures import SMALL_SIZES, SMALL_WAVES

AMPLITUDES = (0.1, 0.5, 1.0, 2.0)  # lambda A = .06, .29, .59, 1.17
MODE, CELLS, OMEGA = 4, 32, 0.3
SCALES = (0.1, 0.01, 0.001)  # of y_0
NETWORKS = (  # with the side of their images
    (Architecture("nwm", 1, 4, encoder=SMALL_SIZES["encoder"], **SMALL_WAVES), 18),
    (Architecture("nwm", 1, 11), 24),
)


def travelling() -> float:
    """Omega of travelling waves to lambda A = 1.17 against omega + lambda g(lambda A); worst."""
    return _missed(measured_travelling_frequency, travelling_frequency)


def standing() -> float:
    """Omega of waves that start at rest against omega + lambda g_s(lambda A); worst."""
    return _missed(measured_standing_frequency, standing_frequency)


def _missed(measured: Callable[..., float], law: Callable[..., np.ndarray]) -> float:
    wave = 2 * np.pi * MODE / CELLS
    found = np.array([measured(size, MODE, CELLS, OMEGA) for size in AMPLITUDES])
    return float(np.abs(found / law(AMPLITUDES, wave, 0.0, OMEGA) - 1).max())


def slope_of_linear_theory() -> float:
    """Slope of log(largest error of the linear law/largest y) in log(eps), y_0 scaled by eps <= .1.

    Two networks at their start, small and of the paper's size, on random images, float64; of all slopes
    the one farthest from 2.
    """
    slopes = np.concatenate([_slopes(architecture, side) for architecture, side in NETWORKS])
    return float(slopes[np.abs(slopes - 2).argmax()])


def _slopes(architecture: Architecture, side: int) -> np.ndarray:
    network = build(architecture, seed=0).double()
    assert isinstance(network, WaveNetwork)
    images = np.random.default_rng(0).uniform(size=(1, architecture.channels_in, side, side))
    with torch.no_grad():
        fields = network.fields(torch.as_tensor(images))
        errors = [_error(network, fields._replace(position=s * fields.position)) for s in SCALES]
    return np.diff(np.log(errors)) / np.diff(np.log(SCALES))


def _error(network: WaveNetwork, fields: Fields) -> float:
    a = network.architecture
    tanh = network.history(fields)
    linear = plain_history(fields, network.kernel, a.time_step, a.steps, nonlinear=False)
    return float((tanh - linear).abs().max() / linear.abs().max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "W15": travelling,
    "W15b": standing,
    "W25": slope_of_linear_theory,
}
