"""Readouts that are linear in time, as filters: no stepping where the law is linear (3.9)."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numerics.wave_rnn.waves.kernels import checked_kernel
from numerics.wave_rnn.waves.step_matrix import position_powers, step_matrix
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True)
class Multipliers:
    """feature_{k, c} = ifft(sum_c' G_{k, c, c'} fft y0_{c'}), for fields of one shape.

    Parameters
    ----------
    values : complex ndarray, (K, C, C, H, W//2 + 1)
        G on the half spectrum of real fields; (K, C, H, W//2 + 1) if channels are not coupled.
    shape : tuple of int
        (H, W).
    """

    values: np.ndarray
    shape: tuple[int, int]

    @property
    def coupled(self) -> bool:
        """Whether channels act on each other."""
        return self.values.ndim == 5

    def features(self, position: np.ndarray) -> np.ndarray:
        """Return the features of y_0, (B, C, H, W) to (B, K C, H, W), bin-major, in float64."""
        spectra = np.fft.rfft2(require_fields(position, self))
        letters = "kcdhw,bdhw->bkchw" if self.coupled else "kchw,bchw->bkchw"
        filtered = np.fft.irfft2(np.einsum(letters, self.values, spectra), s=self.shape)
        return filtered.reshape(len(position), -1, *self.shape)


def require_fields(position: Any, multipliers: Multipliers) -> Any:
    """Return y_0, array or tensor; raise ArgumentError unless it is (B, C, H, W) of the filters."""
    expected = (multipliers.values.shape[1], *multipliers.shape)
    if len(position.shape) != 4 or tuple(position.shape[1:]) != expected:
        raise ArgumentError(
            "position", tuple(position.shape), f"must have shape (B, *{expected})", "reshape it"
        )
    return position


def multipliers(
    readout: np.ndarray,
    kernel: np.ndarray,
    stiffness: ArrayLike,
    damping: ArrayLike,
    time_step: float,
    shape: tuple[int, int],
) -> Multipliers:
    """Return G_k = sum_n R[k, n] (M^n)_yy, n = 1 ... T: the start is not read out.

    Parameters
    ----------
    readout : ndarray, (K, T)
        Rows act on y_1 ... y_T.
    kernel : ndarray, (C, C, s, s)
    stiffness, damping : array_like, () or (C,)
        Uniform in space.
    time_step : float
        dt.
    shape : tuple of int
        (H, W).

    Raises
    ------
    ArgumentError
        For a readout that is no matrix, or arguments that `step_matrix` refuses.
    """
    rows = np.asarray(readout, dtype=float)
    if rows.ndim != 2 or 0 in rows.shape:
        raise ArgumentError("readout", rows.shape, "must have shape (K, T)", "reshape it")
    height, width = shape
    kx, ky = 2 * np.pi * np.fft.fftfreq(height)[:, None], 2 * np.pi * np.fft.rfftfreq(width)[None]
    taps = checked_kernel(kernel)
    matrix = step_matrix(taps, stiffness, damping, time_step, kx, ky)
    powers = np.moveaxis(position_powers(matrix, rows.shape[1])[1:], (-2, -1), (1, 2))
    values = np.tensordot(rows, powers, axes=1)
    own = np.arange(len(taps))
    coupled = bool(taps[~np.eye(len(taps), dtype=bool)].any())
    return Multipliers(values if coupled else values[:, own, own].copy(), (height, width))
