"""A kernel in a few numbers: speeds, masses, growth and margins, before and after training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import antisymmetric_share, checked_kernel, symmetric_part
from numerics.wave_rnn.waves.long_waves import long_waves
from numerics.wave_rnn.waves.step_matrix import spectral_radii
from numerics.wave_rnn.waves.symbol import symbol, wavevectors


class KernelReport(NamedTuple):
    """What a kernel does to waves, with omega and alpha uniform.

    Attributes
    ----------
    speed_squared : ndarray, (C, 2)
        c_x^2 and c_y^2 of each channel's long waves, (px per unit time)^2; below 0 it is no speed.
    tap_sum : ndarray, (C,)
        Sum of the taps by which a channel acts on itself; 0 for the Laplacian.
    mass_squared : ndarray, (C,)
        omega - tap_sum; negative is growth of the uniform mode.
    spectral_radius : float
        Largest |eigenvalue| of the linear step over all wavevectors of the grid; above 1 small
        waves grow until the tanh saturates.
    fastest_growing : tuple of float
        (kx, ky) there, radians per pixel.
    antisymmetric_share : float
        Norm of the kernel's antisymmetric part over the whole.
    coupling_share : float
        Norm of the taps across channels over the whole; 0 at the start of training.
    largest_pull : float
        Largest eigenvalue of -What(k), symmetric part, over the grid; 8 for the Laplacian.
    margin : float
        dt^2 (max omega + largest_pull) + 2 max alpha dt, stable below 4 for a symmetric kernel.
    """

    speed_squared: np.ndarray
    tap_sum: np.ndarray
    mass_squared: np.ndarray
    spectral_radius: float
    fastest_growing: tuple[float, float]
    antisymmetric_share: float
    coupling_share: float
    largest_pull: float
    margin: float


def kernel_report(
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    shape: tuple[int, int],
) -> KernelReport:
    """Report on a kernel.

    Parameters
    ----------
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like, () or (C,)
        Uniform; the means of a trained network's fields, say.
    time_step : float
        dt.
    shape : tuple of int
        The grid whose wavevectors are looked at, (H, W).

    Notes
    -----
    Sections 3.2, 3.3 and 7.1.
    """
    taps = checked_kernel(kernel)
    speeds, masses = long_waves(taps, stiffness)
    radii = spectral_radii(taps, stiffness, damping, time_step, shape)
    kx, ky = np.broadcast_arrays(*wavevectors(shape))
    worst = np.unravel_index(radii.argmax(), radii.shape)
    pull = largest_pull(taps, shape)
    return KernelReport(
        speed_squared=np.diagonal(speeds, axis1=1, axis2=2).copy(),
        tap_sum=np.einsum("ccij->c", taps),
        mass_squared=masses,
        spectral_radius=float(radii.max()),
        fastest_growing=(float(kx[worst]), float(ky[worst])),
        antisymmetric_share=antisymmetric_share(taps),
        coupling_share=_coupling_share(taps),
        largest_pull=pull,
        margin=float(time_step**2 * (np.max(stiffness) + pull) + 2 * time_step * np.max(damping)),
    )


def largest_pull(kernel: np.ndarray, shape: tuple[int, int]) -> float:
    """Return the largest eigenvalue of -What(k), symmetric part, over a grid's wavevectors."""
    return float(np.linalg.eigvalsh(-symbol(symmetric_part(kernel), *wavevectors(shape))).max())


def _coupling_share(taps: np.ndarray) -> float:
    across = taps[~np.eye(len(taps), dtype=bool)]
    whole = np.linalg.norm(taps)
    return float(np.linalg.norm(across) / whole) if whole else 0.0
