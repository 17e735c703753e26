"""What the step keeps, and the exact balances of what damping and tanh take or give (3.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import require_symmetric
from numerics.wave_rnn.waves.stepping import Correlation, Motion
from theory.errors import ArgumentError


def _inner(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.einsum("...chw,...chw->...", left, right)


def _pulled(kernel: np.ndarray, field: np.ndarray) -> np.ndarray:
    return Correlation(kernel, field.shape)(field)


def linear_energy(
    motion: Motion, kernel: np.ndarray, stiffness: ArrayLike, time_step: float
) -> np.ndarray:
    """Return Q = <z, z> + <y, S y> - dt <z, S y>, S = diag(omega) - W, at every step, (T+1, ...).

    Kept exactly by the linear step without damping, whatever omega(x) is, if W is symmetric.

    Raises
    ------
    ArgumentError
        For a kernel that is not symmetric as an operator.

    Notes
    -----
    Section 3.4; the claim "wave_rnn.conserved".
    """
    y, z = motion
    force = np.asarray(stiffness) * y - _pulled(require_symmetric(kernel), y)
    return _inner(z, z) + _inner(y, force) - time_step * _inner(z, force)


def damping_work(motion: Motion, damping: ArrayLike, time_step: float) -> np.ndarray:
    """Return Q_{n+1} - Q_n = -dt sum alpha z_n (z_n + z_{n+1}) for n = 0 ... T-1, (T, ...).

    The claim "wave_rnn.damped_balance".
    """
    z, later = motion.velocities[:-1], motion.velocities[1:]
    return -time_step * _inner(np.asarray(damping) * z, z + later)


def local_energy(motion: Motion, stiffness: ArrayLike, time_step: float) -> np.ndarray:
    """Return Q0 = <z, z> + <omega y, y> - dt <z, omega y>, the part without the kernel, (T+1, ...)."""
    y, z = motion
    force = np.asarray(stiffness) * y
    return _inner(z, z) + _inner(y, force) - time_step * _inner(z, force)


def tanh_work(
    motion: Motion, kernel: np.ndarray, damping: ArrayLike, time_step: float
) -> np.ndarray:
    """Return Q0_{n+1} - Q0_n = dt sum (tanh(W * y_n) - alpha z_n)(z_n + z_{n+1}), (T, ...).

    For any kernel and any fields; the claim "wave_rnn.tanh_balance".
    """
    y, z, later = motion.positions[:-1], motion.velocities[:-1], motion.velocities[1:]
    return time_step * _inner(np.tanh(_pulled(kernel, y)) - np.asarray(damping) * z, z + later)


def hamiltonian(motion: Motion, kernel: np.ndarray, stiffness: float) -> np.ndarray:
    """Return H = <z, -W z>/2 + sum log cosh(W y) + omega <y, -W y>/2 at every step, (T+1, ...).

    The continuous law with tanh keeps it if W is symmetric, omega uniform and there is no damping;
    the step lets it swing by O(dt), without drift.

    Raises
    ------
    ArgumentError
        For a kernel that is not symmetric as an operator, or an omega that is not one number.

    Notes
    -----
    Section 3.4; the claim "wave_rnn.nonlinear_energy".
    """
    y, z = motion
    taps, omega = require_symmetric(kernel), _uniform(stiffness)
    pulled = _pulled(taps, y)
    log_cosh = np.abs(pulled) + np.log1p(np.exp(-2 * np.abs(pulled))) - np.log(2)
    kinetic = -_inner(z, _pulled(taps, z)) / 2
    return kinetic + log_cosh.sum(axis=(-3, -2, -1)) - omega * _inner(y, pulled) / 2


def shadow_hamiltonian(
    motion: Motion, kernel: np.ndarray, stiffness: float, time_step: float
) -> np.ndarray:
    """Return H2 = H - (dt/2) <z, W (tanh(W y) - omega y)>, which swings by O(dt^2), (T+1, ...).

    The claim "wave_rnn.modified_hamiltonian".
    """
    y, z = motion
    force = np.tanh(_pulled(kernel, y)) - _uniform(stiffness) * y
    work = _inner(z, _pulled(kernel, force))
    return hamiltonian(motion, kernel, stiffness) - time_step / 2 * work


def _uniform(stiffness: ArrayLike) -> float:
    if np.size(stiffness) != 1:
        raise ArgumentError(
            "stiffness",
            f"a field of shape {np.shape(stiffness)}",
            "must be one number: with tanh and omega(x) there is no such invariant",
            "use local_energy and tanh_work",
        )
    return float(np.asarray(stiffness).reshape(()))
