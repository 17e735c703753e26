"""Which steps keep small waves small: exact conditions, margins, the largest step, and a warning."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from numerics.lambdify import lambdify
from numerics.wave_rnn.waves.kernels import checked_time_step, require_symmetric
from numerics.wave_rnn.waves.stepping import Correlation
from theory.errors import ArgumentError

LIMIT = 4.0  # of both margins
LAPLACIAN_PULL = 8.0  # largest eigenvalue of minus the Laplacian, reached on even grids


class StabilityWarning(UserWarning):
    """A step is at or above the stability limit."""


def is_stable(pull: ArrayLike, damping: ArrayLike, time_step: ArrayLike) -> np.ndarray:
    """Return whether both |mu| < 1 for real s: 0 < alpha dt < 2, s > 0, dt^2 s + 2 alpha dt < 4.

    Notes
    -----
    Section 3.3, Jury's conditions on mu^2 - tau mu + d (the claim "wave_rnn.triangle"); without
    damping |mu| = 1 at best.

    Examples
    --------
    >>> is_stable([391.0, 389.0], 0.1, 0.1).tolist(), bool(is_stable(1.0, 0.0, 0.1))
    ([True, True], False)
    >>> is_stable([399.0, 397.0], 0.1, 0.1).tolist()
    [False, True]
    """
    s, loss, dt = np.asarray(pull), np.asarray(damping) * time_step, np.asarray(time_step)
    return (loss > 0) & (loss < 2) & (s > 0) & (dt**2 * s + 2 * loss < LIMIT)


def is_stable_complex(pull: ArrayLike, damping: ArrayLike, time_step: ArrayLike) -> np.ndarray:
    """Return whether both |mu| < 1 for complex s: |d| < 1 and |tau - d conj(tau)| < 1 - d^2.

    Notes
    -----
    Section 3.3, the conditions of Schur and Cohn; the claim "wave_rnn.schur_cohn". s is complex
    where a kernel is asymmetric.
    """
    d = 1 - np.asarray(damping) * time_step
    trace = 1 + d - np.asarray(time_step) ** 2 * np.asarray(pull)
    return (np.abs(d) < 1) & (np.abs(trace - d * np.conj(trace)) < 1 - d**2)


def pixel_margin(stiffness: ArrayLike, damping: ArrayLike, time_step: float) -> np.ndarray:
    """Return dt^2 omega + 2 alpha dt at every pixel; below 4 a tanh network can't overflow (3.5)."""
    dt = checked_time_step(time_step)
    return dt**2 * np.asarray(stiffness) + 2 * dt * np.asarray(damping)


def largest_stable_step(pull: ArrayLike, damping: ArrayLike) -> np.ndarray:
    """Return the dt at which dt^2 s + 2 alpha dt = 4: 4/(alpha + sqrt(alpha^2 + 4 s)), by theory.

    Infinite for s = alpha = 0.

    Examples
    --------
    >>> round(float(largest_stable_step(8.0, 0.0)), 12) == round(float(np.sqrt(0.5)), 12)
    True
    """
    with np.errstate(divide="ignore"):
        return _largest_step()(np.asarray(pull, dtype=float), np.asarray(damping, dtype=float))


@functools.cache
def _largest_step() -> Callable[..., np.ndarray]:
    from theory.wave_rnn.stability import largest_step
    from theory.wave_rnn.step import ALPHA, S

    return lambdify(largest_step(), (S, ALPHA))


def field_pull(kernel: np.ndarray, stiffness: np.ndarray) -> float:
    """Return the largest eigenvalue of diag(omega) - W for omega(x), (C, H, W), by Lanczos.

    dt^2 times it below 4 is the exact bound without damping; max omega + 8 only estimates it.

    Raises
    ------
    ArgumentError
        For a kernel that is not symmetric as an operator.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    omega = np.asarray(stiffness, dtype=float)
    correlation = Correlation(require_symmetric(kernel), omega.shape)

    def act(vector: np.ndarray) -> np.ndarray:
        field = vector.reshape(omega.shape)
        return (omega * field - correlation(field)).ravel()

    start = np.random.default_rng(0).normal(size=omega.size)  # else ARPACK draws it itself
    operator = LinearOperator((omega.size, omega.size), matvec=act, dtype=float)
    return float(eigsh(operator, k=1, which="LA", v0=start, return_eigenvectors=False)[0])


@dataclasses.dataclass(frozen=True)
class Stability:
    """What a step is worth on given fields.

    Parameters
    ----------
    largest_stiffness, largest_damping : float
        omega_max and alpha_max.
    time_step : float
        dt.
    pull : float
        Largest eigenvalue of -What: 8 for the Laplacian (small waves), 0 for the tanh network,
        whose force is bounded.
    margin : float
        The largest dt^2 (omega + pull) + 2 alpha dt of any pixel; at 4 and above it is unstable.
    bound : float
        dt^2 (omega_max + pull) + 2 alpha_max dt: enough wherever the two maxima are.
    largest_stable_step : float
        At which `bound` is 4.
    """

    largest_stiffness: float
    largest_damping: float
    time_step: float
    pull: float
    margin: float
    bound: float
    largest_stable_step: float

    @property
    def is_safe(self) -> bool:
        """Whether the bound holds."""
        return self.bound < LIMIT

    def warn(self) -> None:
        """Issue a `StabilityWarning` unless the bound holds."""
        import warnings

        if not self.is_safe:
            warnings.warn(str(self), StabilityWarning, stacklevel=2)

    def __str__(self) -> str:
        """Name omega_max, alpha_max, dt and the largest stable dt."""
        relation = "<" if self.is_safe else ">="
        return (
            f"dt^2 (omega_max + {self.pull:g}) + 2 alpha_max dt = {self.bound:.4g} {relation} 4 "
            f"with omega_max = {self.largest_stiffness:.4g}, alpha_max = "
            f"{self.largest_damping:.4g}, dt = {self.time_step:.4g}; "
            f"the largest stable dt is {self.largest_stable_step:.4g}"
        )


def stability_of(
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    pull: float = LAPLACIAN_PULL,
    *,
    unstable_ok: bool = False,
) -> Stability:
    """Judge a step on fields omega and alpha.

    Parameters
    ----------
    stiffness, damping : array_like
        Fields that broadcast with each other.
    time_step : float
        dt.
    pull : float, optional
        `kernel_report.largest_pull` of a trained kernel; 0 for the tanh network alone.
    unstable_ok : bool, optional
        Accept negative stiffness or damping.

    Raises
    ------
    ArgumentError
        For a negative stiffness or damping, or what is not finite.
    """
    dt = checked_time_step(time_step)
    for name, field in (("stiffness", stiffness), ("damping", damping)):
        lowest = float(np.min(field))
        if not np.isfinite(field).all():
            raise ArgumentError(name, "a value that is not finite", "must be finite", "remove it")
        if lowest < 0 and not unstable_ok:
            raise ArgumentError(name, lowest, "must not be negative", "pass unstable_ok=True")
    omega, alpha = float(np.max(stiffness)), float(np.max(damping))
    worst = np.asarray(stiffness) + pull
    return Stability(
        omega,
        alpha,
        dt,
        float(pull),
        float(np.max(pixel_margin(worst, damping, dt))),
        float(pixel_margin(omega + pull, alpha, dt)),
        float(largest_stable_step(max(omega + pull, 0.0), alpha)),
    )
