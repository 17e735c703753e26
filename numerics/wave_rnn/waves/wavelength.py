"""Local wavelengths of a history, by the phase of the analytic signal in time (4.4)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theory.errors import ArgumentError

UNIT_LENGTH = 1.5  # the paper's threshold, read as 1/k in pixels: a wavelength of 3 pi


def local_wavelengths(positions: np.ndarray, ends: float = 0.1) -> np.ndarray:
    """Return 2 pi/hypot(kx, ky) at every pixel and step, in pixels, at least sqrt 2.

    Parameters
    ----------
    positions : ndarray, (T, ..., H, W)
        A history on a circular grid; its mean in time is taken off.
    ends : float, optional
        Share of the steps discarded at either end: the Hilbert transform wraps around in time.

    Returns
    -------
    ndarray, (T - 2 ends T, ..., H, W)
        nan where the phase turns less than once in the whole window: such a wave is not resolved.

    Raises
    ------
    ArgumentError
        For fewer than 8 steps, or ends outside 0 to 0.4.

    Notes
    -----
    The paper's "gradient of the phase" is a wavenumber, k; this is 2 pi/k (section 4.4).
    """
    from scipy.signal import hilbert

    history = np.asarray(positions, dtype=float)
    if len(history) < 8:
        raise ArgumentError("positions", len(history), "must have 8 steps at least", "run longer")
    if not 0 <= ends <= 0.4:
        raise ArgumentError("ends", ends, "must be between 0 and 0.4", "pass 0.1, say")
    analytic = hilbert(history - history.mean(axis=0), axis=0)
    cut = int(ends * len(history))
    kept = analytic[cut : len(history) - cut]
    kx, ky = (np.angle(np.conj(kept) * np.roll(kept, -1, axis=axis)) for axis in (-2, -1))
    k = np.hypot(kx, ky)
    with np.errstate(divide="ignore"):
        lengths = 2 * np.pi / k
    turned = np.angle(np.conj(kept[:-1]) * kept[1:]).mean(axis=0) * len(history)
    return np.where(np.abs(turned) >= 2 * np.pi, lengths, np.nan)


class WavelengthShares(NamedTuple):
    """How a set of local wavelengths is spread.

    Attributes
    ----------
    median : float
        In pixels.
    above_4, above_8 : float
        Shares of the resolved ones; white noise has .20 and .049.
    above_unit : float
        Share with 1/k > 1.5, wavelengths above 9.4 pixels.
    unresolved : float
        Share of all.
    """

    median: float
    above_4: float
    above_8: float
    above_unit: float
    unresolved: float


def wavelength_shares(wavelengths: np.ndarray) -> WavelengthShares:
    """Summarise local wavelengths; nan everywhere but in `unresolved` if none is resolved."""
    known = wavelengths[~np.isnan(wavelengths)]
    unresolved = 1 - known.size / wavelengths.size
    if not known.size:
        return WavelengthShares(np.nan, np.nan, np.nan, np.nan, unresolved)
    return WavelengthShares(
        median=float(np.median(known)),
        above_4=float(np.mean(known > 4)),
        above_8=float(np.mean(known > 8)),
        above_unit=float(np.mean(known > 2 * np.pi * UNIT_LENGTH)),
        unresolved=unresolved,
    )
