"""Does the linear network do with plane waves what symbol, step matrix and filters say?"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
import torch

from numerics.torch_networks import started_by
from numerics.wave_rnn.networks.architecture import Architecture, Readout
from numerics.wave_rnn.networks.fields import Fields
from numerics.wave_rnn.networks.readouts import TimeReadout
from numerics.wave_rnn.networks.recurrence import plain_history
from numerics.wave_rnn.waves.chebyshev import closed_history
from numerics.wave_rnn.waves.dispersion import Dispersion, FittedMode, dispersion, fitted_mode
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel
from numerics.wave_rnn.waves.multipliers import multipliers
from numerics.wave_rnn.waves.multipliers_torch import TorchMultipliers
from numerics.wave_rnn.waves.one_mode import OneMode, tanh_network
from numerics.wave_rnn.waves.stepping import Correlation, stepped
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue, symbol, wavevectors

DT = 0.1
ADVECTING = LAPLACIAN + np.array([[0.0, 0.3, 0.0], [-0.2, 0.0, 0.0], [0.0, 0.0, 0.1]])
REGIMES = (  # kernel, omega, alpha
    (LAPLACIAN, 0.3, 0.2),  # every wave oscillates
    (LAPLACIAN, 0.0, 0.0),  # a Jordan block at k = 0
    (LAPLACIAN, 0.3, 3.0),  # long waves overdamped
    (LAPLACIAN, 1.0, 1.9),  # a double root at k = 0
    (LAPLACIAN, 390.0, 0.05),  # just below the limit of stability
    (ADVECTING, 0.3, 0.2),  # complex stiffness: waves grow
)
DAMPINGS = (0.0, 0.05, 1.5)
MODES = ((4, 1), (1, 0), (3, 2))  # of a grid of 32 x 8
STEPS, SHAPE = 100, (20, 27)  # of what is read out
READOUTS: tuple[Readout, ...] = ("last", "mean", "real", "linear")


def powers() -> float:
    """y_0 ... y_137 of random fields, 16 x 16, against Chebyshev's closed form; worst of 6 regimes.

    Stepped in NumPy, and by the loop of the networks.
    """
    return max(_powers_missed(*regime) for regime in REGIMES)


def _powers_missed(kernel: np.ndarray, omega: float, alpha: float) -> float:
    start = np.random.default_rng(0).normal(size=(1, 16, 16))
    closed = closed_history(start, kernel, omega, alpha, DT, 137)
    reference = stepped(start, kernel, omega, alpha, DT, 137, nonlinear=False).positions
    network = _looped(start[None], kernel[None, None], omega, alpha, DT, 137)[:, 0]
    return max(_relative(road, closed) for road in (reference, network.numpy()))


def plane_waves() -> float:
    """W * exp(i k.x) of a coupled, asymmetric kernel at all k of 12 x 10, against What(k); largest.

    By the convolution of NumPy, and by one step of the networks' loop.
    """
    shape = (12, 10)
    kernel = np.random.default_rng(1).normal(size=(2, 2, 3, 3))
    kx, ky = (k.reshape(-1, 1, 1) for k in np.broadcast_arrays(*wavevectors(shape)))
    rows, columns = np.indices(shape)
    waves = np.exp(1j * (kx * rows + ky * columns))
    law = np.moveaxis(symbol(kernel, kx[:, 0, 0], ky[:, 0, 0]), -1, 0)[..., None, None]
    parts = np.zeros((2, 2, len(waves), 2, *shape))  # part, channel that has the wave, k, channel
    for channel in range(2):
        parts[:, channel, :, channel] = waves.real, waves.imag
    flat = parts.reshape(-1, 2, *shape)
    start, moved = _looped(flat, kernel, 0.0, 0.0, 1.0, 1)
    roads = Correlation(kernel, flat.shape)(flat), (moved - start).numpy()
    found = ((road[: len(flat) // 2] + 1j * road[len(flat) // 2 :]) for road in roads)
    return max(
        float(np.abs(road.reshape(parts.shape[1:]) - law * waves[:, None]).max()) for road in found
    )


def frequency() -> float:
    """Omega of nine modes, fitted to 200 steps, against acos(tau/(2 sqrt d))/dt; worst, relative."""
    return max(float(abs(x.frequency / law.frequency - 1)) for x, law in _fitted_modes())


def decay() -> float:
    """Gamma of the same modes against -ln(1 - alpha dt)/(2 dt), per unit time; worst."""
    return max(float(abs(x.decay - law.decay)) for x, law in _fitted_modes())


def _fitted_modes() -> Iterator[tuple[FittedMode, Dispersion]]:
    for damping in DAMPINGS:
        for place in MODES:
            mode = OneMode(LAPLACIAN, (32, 8), place, 1.0, 0.7, damping, DT, 200)
            history = tanh_network(mode, nonlinear=False)[:, 0]
            law = dispersion(0.7 + laplacian_eigenvalue(*mode.wavevector), damping, DT)
            yield fitted_mode(history, DT), law


def filters() -> float:
    """Features last, mean, real and linear by multipliers against stepping and reading, T = 100; worst.

    Two channels, on their own and coupled, 20 x 27 pixels, relative to the largest feature.
    """
    return max(_filters_missed(torch.float64))


def filters_in_single_precision() -> float:
    """The same with filters, steps and readouts in float32."""
    return max(_filters_missed(torch.float32))


def _filters_missed(dtype: torch.dtype) -> Iterator[float]:
    random = np.random.default_rng(2)
    start = torch.as_tensor(random.uniform(-1, 1, (2, 2, *SHAPE)), dtype=dtype)
    own = laplacian_kernel(2)
    coupled = own + 0.05 * random.normal(size=own.shape)
    omega, alpha = np.array([0.3, 0.1]), np.array([0.05, 0.2])
    for kernel in (own, coupled):
        history = _looped(start, kernel, omega[:, None, None], alpha[:, None, None], DT, STEPS)
        for readout in _readouts(dtype):
            with torch.no_grad():
                wanted = readout(history).numpy()
            law = multipliers(readout.matrix().detach().numpy(), kernel, omega, alpha, DT, SHAPE)
            if dtype is torch.float64:
                found = law.features(start.numpy())
            else:
                found = TorchMultipliers(law, dtype).features(start).numpy()
            yield _relative(found, wanted)


@functools.cache
def _readouts(dtype: torch.dtype) -> tuple[TimeReadout, ...]:
    with started_by(0):
        return tuple(
            TimeReadout(Architecture("nwm", 1, 2, steps=STEPS, readout=kind)).to(dtype)
            for kind in READOUTS
        )


def _looped(
    start: np.ndarray | torch.Tensor,
    kernel: np.ndarray,
    omega: float | np.ndarray,
    alpha: float | np.ndarray,
    dt: float,
    steps: int,
) -> torch.Tensor:
    """Return y_0 ... y_T of fields (B, C, H, W) by the networks' loop without tanh."""
    position = torch.as_tensor(start)

    def spread(values: float | np.ndarray) -> torch.Tensor:
        return torch.as_tensor(values, dtype=position.dtype).expand_as(position)

    taps = torch.tensor(kernel, dtype=position.dtype)
    fields = Fields(position, spread(omega), spread(alpha))
    return plain_history(fields, taps, dt, steps, nonlinear=False)


def _relative(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "W02": powers,
    "W03": plane_waves,
    "W04": frequency,
    "W04b": decay,
    "W16": filters,
    "W16b": filters_in_single_precision,
}
