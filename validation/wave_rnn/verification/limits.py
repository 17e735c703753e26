"""How large can a hidden state become, and how far does it reach?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.recurrence import wave_history
from numerics.wave_rnn.waves.growth import free_growth_bound, growth_bound
from numerics.wave_rnn.waves.kernels import LAPLACIAN
from numerics.wave_rnn.waves.range import front_radius, hard_cone, measured_radius
from numerics.wave_rnn.waves.stepping import stepped

DT = 0.1
LONGEST = 500
FRONTS, SHARE = (20, 50, 100), 1e-3
CONE_STEPS, CONE_SIDE = 8, 41
ONE_SIDED = np.array([[0.0, 0.0, 0.0], [0.0, 0.2, 0.5], [0.3, 0.0, 0.0]])
KERNELS = (LAPLACIAN, np.full((3, 3), 0.1), ONE_SIDED)


def growth() -> float:
    """Largest y_n under W = 9, y_0 = 1, over 1 + dt^2 n(n+1)/2, less 1, n to 500; worst.

    By NumPy and by the networks' own steps, against the bound without fields and the general one.
    """
    kernel = np.full((1, 1, 3, 3), 9.0)
    start = np.ones((1, 8, 8))
    reference = stepped(start, kernel, 0.0, 0.0, DT, LONGEST).positions
    histories = reference, _network(start, 0 * start, 0 * start, kernel)
    bounds = (
        free_growth_bound(1.0, 0.0, DT, LONGEST),
        growth_bound(1.0, 0.0, 0.0, DT, LONGEST),
    )
    largest = (np.abs(history).reshape(LONGEST + 1, -1).max(axis=1) for history in histories)
    return max(float(np.abs(found / bound - 1).max()) for found in largest for bound in bounds)


def front() -> float:
    """Where an impulse falls to 1e-3 of the field's maximum, n = 20, 50, 100, off the Airy rule."""
    impulse = _impulse(65)
    positions = stepped(impulse, LAPLACIAN, 0.0, 0.0, DT, max(FRONTS), nonlinear=False).positions
    return max(
        abs(measured_radius(positions[n], SHARE) - front_radius(n * DT, SHARE, DT)) for n in FRONTS
    )


def cone() -> float:
    """Largest |y_n| outside the cells that n steps reach, n to 8, tanh, omega(x), alpha(x), float32.

    The Laplacian, all nine taps, and taps of which the mirrored ones are 0.
    """
    return max(_outside(kernel) for kernel in KERNELS)


def _outside(kernel: np.ndarray) -> float:
    return max(
        float(np.abs(state[~_centred(hard_cone(kernel, n))]).max())
        for n, state in enumerate(cone_history(kernel))
    )


def cone_history(kernel: np.ndarray) -> np.ndarray:
    """Return y_0 ... y_8 from a one in the middle of 41 x 41 pixels, (9, 41, 41)."""
    impulse = _impulse(CONE_SIDE)
    omega, alpha = np.random.default_rng(0).uniform(0, 1, (2, *impulse.shape))
    found = _network(impulse, omega, alpha, kernel[None, None], CONE_STEPS, torch.float32)
    return found[:, 0]


def _centred(cells: np.ndarray) -> np.ndarray:
    """Return a cone in the middle of the canvas."""
    return np.pad(cells, (CONE_SIDE - len(cells)) // 2)


def _impulse(side: int) -> np.ndarray:
    field = np.zeros((1, side, side))
    field[0, side // 2, side // 2] = 1.0
    return field


def _network(
    position: np.ndarray,
    omega: np.ndarray,
    alpha: np.ndarray,
    kernel: np.ndarray,
    steps: int = LONGEST,
    dtype: torch.dtype = torch.float64,
) -> np.ndarray:
    """Return y_0 ... y_T, (T+1, C, H, W), as the networks step."""
    fields = Fields(*(torch.as_tensor(x[None], dtype=dtype) for x in (position, omega, alpha)))
    history = wave_history(fields, torch.tensor(kernel, dtype=dtype), DT, steps)
    return history[:, 0].numpy()


FUNCTIONS: dict[str, Callable[[], float]] = {"W11": growth, "W12": front, "W13": cone}
