"""Frequencies in figures: their names, their places on the half plane, which of them dominate."""

from __future__ import annotations

import numpy as np
import xarray as xr

from validation import results

LEAST_SHARE = 0.1
CONSTANT = 1e-9  # of its size: a line that changes by less
MOMENTS, SMOOTHED = 200, 10.0  # of the axis of ln(update), and over how many of them


def image_side(result: xr.DataTree) -> int:
    """Return n."""
    return results.array(result, "setup", "right_singular_vector").sizes["x"]


def pairs(values: xr.DataArray, side: int) -> np.ndarray:
    """Return (u, v) of each frequency, (frequency, 2), v between -n/2 and n/2."""
    labels = values["frequency"].values
    read = np.array([[int(number) for number in str(x).strip("()").split(",")] for x in labels])
    read[:, 1] -= side * (2 * read[:, 1] > side)
    return read


def names(values: xr.DataArray, side: int) -> list[str]:
    """Return (u, v) of each frequency as text."""
    return [f"({u}, {v})".replace("-", "−") for u, v in pairs(values, side)]


def magnitudes(vectors: xr.DataArray) -> np.ndarray:
    """Return |v^_mf| of images (mode, channel, y, x), (mode, y, x): over all channels."""
    spectra = np.fft.fft2(vectors.transpose("mode", "channel", "y", "x").values, norm="ortho")
    return np.linalg.norm(spectra, axis=1)


def half_plane(plane: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Return a real image's spectrum with u from 0 to n/2, v centred; and its extent as an image.

    Parameters
    ----------
    plane : ndarray, (n, n)
        Magnitudes: those at -f are those at f.
    """
    side = len(plane)
    rows = side // 2 + 1
    shifted = np.fft.fftshift(plane, axes=1)[:rows]
    first = -(side // 2)
    return shifted, (first - 0.5, first + side - 0.5, rows - 0.5, -0.5)


def on_plane(values: xr.DataArray, side: int) -> np.ndarray:
    """Return values of half the frequencies (frequency,) on the whole plane, (n, n); 0 elsewhere."""
    plane = np.zeros((side, side))
    for (u, v), value in zip(pairs(values, side), values.values, strict=True):
        plane[u, v] = plane[-u, -v] = value
    return plane


def dominant(magnitude: xr.DataArray, most: int) -> np.ndarray:
    """Return the places of the largest magnitudes at the last observed update, largest first.

    Parameters
    ----------
    magnitude : xr.DataArray, (frequency, update)
    """
    observed = magnitude.dropna("update").isel(update=-1)
    return np.argsort(-observed.values, kind="stable")[:most]


def cascade(magnitude: xr.DataArray) -> int | None:
    """Return the place of the frequency that grows in most bursts; None if all grow in one.

    A burst is a peak of the growth against ln(update), as stages last the longer the later they are,
    that stands out by a tenth of the largest, once noise is smoothed out. Only frequencies count
    that end above a tenth of the largest; of several the one that ends largest.

    Parameters
    ----------
    magnitude : xr.DataArray, (frequency, update)
    """
    observed = magnitude.dropna("update")
    ends = observed.values[:, -1]
    bursts = [
        _bursts(observed["update"].values, line) if end > LEAST_SHARE * ends.max() else 0
        for line, end in zip(observed.values, ends, strict=True)
    ]
    most = int(np.lexsort((ends, np.array(bursts)))[-1])
    return most if bursts[most] > 1 else None


def _bursts(updates: np.ndarray, line: np.ndarray) -> int:
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    # on two points the axis of ln(update) has no length; growth of a constant is rounding
    if len(updates) < 3 or np.ptp(line) <= CONSTANT * np.abs(line).max():
        return 0
    moments = np.geomspace(updates[1] - updates[0], updates[-1], MOMENTS)
    growth = np.gradient(np.interp(moments, updates, line), np.log(moments))
    smooth = gaussian_filter1d(growth, SMOOTHED, mode="nearest")
    least = LEAST_SHARE * smooth.max()
    padded = np.concatenate(([0.0], smooth, [0.0]))  # a peak at the edge is one, too
    return len(find_peaks(padded, height=least, prominence=least)[0])
