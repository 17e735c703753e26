"""Frequencies, decays and group velocities of the step, exact; and what a history shows of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.chebyshev import kept_velocity
from numerics.wave_rnn.waves.kernels import checked_time_step, require_symmetric
from numerics.wave_rnn.waves.symbol import symbol
from theory.errors import ArgumentError


class Dispersion(NamedTuple):
    """The root mu of the step that decays least: |arg mu| and -ln|mu|, per unit time.

    Attributes
    ----------
    frequency, decay : ndarray, (...)
        Omega and gamma; a negative decay is growth.
    regime : ndarray of str, (...)
        "oscillating": mu = sqrt(d) exp(+-i Omega dt); "overdamped": two positive roots;
        "alternating": two negative roots, the sign changes every step.
    """

    frequency: np.ndarray
    decay: np.ndarray
    regime: np.ndarray


def dispersion(pull: ArrayLike, damping: ArrayLike, time_step: float) -> Dispersion:
    """Return the exact Omega and gamma of modes with s = omega - What(k), real.

    Parameters
    ----------
    pull : array_like, (...)
    damping : array_like, (...)
        alpha < 1/dt.
    time_step : float
        dt.

    Raises
    ------
    ArgumentError
        For alpha dt >= 1, or a complex pull (an antisymmetric kernel: use step_matrix).

    Notes
    -----
    Section 3.2: cos(Omega dt) = tau/(2 sqrt d), gamma = -ln(1 - alpha dt)/(2 dt); the claim
    "wave_rnn.turning".

    Examples
    --------
    >>> found = dispersion(2.0, 0.0, 0.1)
    >>> round(float((2 / 0.1 * np.sin(found.frequency * 0.1 / 2)) ** 2), 12), str(found.regime)
    (2.0, 'oscillating')
    """
    dt, d = checked_time_step(time_step), kept_velocity(damping, time_step)
    if np.iscomplexobj(pull):
        raise ArgumentError("pull", "complex values", "must be real", "use step_matrix")
    trace = 1 + d - dt**2 * np.asarray(pull, dtype=float)
    c = trace / (2 * np.sqrt(d))
    regime = np.where(c > 1, "overdamped", np.where(c < -1, "alternating", "oscillating"))
    growth = np.arccosh(np.maximum(np.abs(c), 1)) / dt  # of the root that decays least
    return Dispersion(
        np.arccos(np.clip(c, -1, 1)) / dt, -np.log(d) / (2 * dt) - growth, np.asarray(regime)
    )


def group_velocity(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    kx: ArrayLike,
    ky: ArrayLike,
) -> np.ndarray:
    """Return v = -dt grad What/(2 sqrt(d - tau^2/4)), pixels per unit time, (..., 2).

    For one channel with a symmetric kernel; nan where the mode does not oscillate.

    Raises
    ------
    ArgumentError
        For several channels, a kernel with an antisymmetric part, or alpha dt >= 1.

    Notes
    -----
    Section 3.2; the claim "wave_rnn.packet_velocity".
    """
    taps = require_symmetric(kernel)
    if len(taps) != 1:
        raise ArgumentError("kernel", taps.shape, "must have one channel", "pass one of them")
    dt, d = checked_time_step(time_step), kept_velocity(damping, time_step)
    trace = 1 + d - dt**2 * (np.asarray(stiffness) - symbol(taps, kx, ky)[..., 0, 0].real)
    offsets = np.arange(taps.shape[-1]) - taps.shape[-1] // 2
    slopes = [
        (1j * symbol(taps * along, kx, ky))[..., 0, 0].real
        for along in (offsets[:, None], offsets[None, :])
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return -dt * np.stack(slopes, axis=-1) / (2 * np.sqrt(d - trace**2 / 4))[..., None]


class FittedMode(NamedTuple):
    """Omega and gamma that a history shows, and how well one mode explains it.

    Attributes
    ----------
    frequency, decay : ndarray, (...)
        Per unit time.
    misfit : ndarray, (...)
        Norm of what a_{n+1} = tau a_n - d a_{n-1} leaves over the norm of a_{n+1}.
    """

    frequency: np.ndarray
    decay: np.ndarray
    misfit: np.ndarray


def fitted_mode(amplitudes: np.ndarray, time_step: float) -> FittedMode:
    """Fit the recurrence of one oscillating mode to real amplitudes a_0 ... a_T, (T+1, ...).

    Raises
    ------
    ArgumentError
        For fewer than four amplitudes, or if the fitted roots do not oscillate.
    """
    dt = checked_time_step(time_step)
    a = np.moveaxis(np.asarray(amplitudes, dtype=float), 0, -1)
    if a.shape[-1] < 4:
        raise ArgumentError("amplitudes", a.shape[-1], "must be at least 4", "take more steps")
    earlier = np.stack([a[..., 1:-1], -a[..., :-2]], axis=-1)
    later = a[..., 2:, None]
    solved = np.linalg.pinv(earlier) @ later
    trace, d = solved[..., 0, 0], solved[..., 1, 0]
    if np.any(trace**2 >= 4 * d):
        raise ArgumentError(
            "amplitudes", "a history", "must oscillate; the fitted roots are real", "see dispersion"
        )
    misfit = np.linalg.norm(later - earlier @ solved, axis=(-2, -1)) / np.linalg.norm(
        later, axis=(-2, -1)
    )
    return FittedMode(np.arccos(trace / (2 * np.sqrt(d))) / dt, -np.log(d) / (2 * dt), misfit)
