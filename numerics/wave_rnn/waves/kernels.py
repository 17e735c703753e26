"""Kernels of the recurrence: the Laplacian, what is allowed, and their symmetric part."""

from __future__ import annotations

import numpy as np

from theory.errors import ArgumentError

LAPLACIAN = np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])
LAPLACIAN.setflags(write=False)


def laplacian_kernel(channels: int = 1) -> np.ndarray:
    """Return the start of the recurrence: a Laplacian for each channel, none across, (C, C, 3, 3).

    Examples
    --------
    >>> laplacian_kernel(2)[:, 1, 1, 1].tolist()
    [0.0, -4.0]
    """
    kernel = np.zeros((channels, channels, 3, 3))
    kernel[np.arange(channels), np.arange(channels)] = LAPLACIAN
    return kernel


def checked_kernel(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel as float64, (C, C, s, s); one of shape (s, s) becomes (1, 1, s, s).

    Raises
    ------
    ArgumentError
        Unless it is square in channels and taps, its side s odd, and all its taps are finite.
    """
    taps = np.asarray(kernel, dtype=np.float64)
    taps = taps[None, None] if taps.ndim == 2 else taps
    if taps.ndim != 4 or taps.shape[0] != taps.shape[1]:
        raise ArgumentError("kernel", taps.shape, "must have shape (C, C, 3, 3)", "reshape it")
    if taps.shape[2] != taps.shape[3] or taps.shape[2] % 2 == 0:
        raise ArgumentError(
            "kernel", taps.shape, "must have as many rows as columns, an odd number", "pad it by 0"
        )
    if not np.isfinite(taps).all():
        raise ArgumentError("kernel", "a tap that is not finite", "must be finite", "train again")
    return taps


def checked_time_step(time_step: float) -> float:
    """Return dt; raise ArgumentError unless it is positive and finite."""
    if not (np.isfinite(time_step) and time_step > 0):
        raise ArgumentError("time_step", time_step, "must be positive and finite", "pass 0.1, say")
    return float(time_step)


def radius(kernel: np.ndarray) -> int:
    """Return how far a kernel reaches in one step, in pixels (Chebyshev): 1 for 3x3."""
    return int(checked_kernel(kernel).shape[-1] // 2)


def adjoint(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel of the transposed operator: taps mirrored and channels swapped."""
    return checked_kernel(kernel).swapaxes(0, 1)[:, :, ::-1, ::-1]


def symmetric_part(kernel: np.ndarray) -> np.ndarray:
    """Return the symmetric part of a kernel as an operator, (C, C, s, s): its symbol is Hermitian."""
    return (checked_kernel(kernel) + adjoint(kernel)) / 2


def antisymmetric_share(kernel: np.ndarray) -> float:
    """Return the norm of the antisymmetric part of a kernel over that of the whole, from 0 to 1.

    Without damping any such part that makes an eigenvalue of the symbol complex also makes a mode
    grow (section 3.3).
    """
    taps = checked_kernel(kernel)
    whole = np.linalg.norm(taps)
    return float(np.linalg.norm(taps - symmetric_part(taps)) / whole) if whole else 0.0


def require_symmetric(kernel: np.ndarray) -> np.ndarray:
    """Return the kernel, checked; raise ArgumentError unless it is symmetric as an operator."""
    taps = checked_kernel(kernel)
    share = antisymmetric_share(taps)
    if share > 1e-12:
        raise ArgumentError(
            "kernel",
            f"an antisymmetric part of {share:.3g}",
            "must be symmetric as an operator",
            "pass kernels.symmetric_part of it",
        )
    return taps
