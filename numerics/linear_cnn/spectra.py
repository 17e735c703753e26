"""Spectra of images, kernels and weights, and the half plane of frequencies that a data set uses.

Conventions of `theory.linear_cnn`: x^ = Q x (``fft2`` with ``norm="ortho"``), B = W conj(Q)
(``ifft2``), so that the network's map has the columns n k^_f b_f.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from numerics.singular_modes import SingularModes
from theory.errors import ArgumentError

PRESENT = 1e-13  # relative to the largest magnitude: what rounding leaves of an absent frequency
SUPPORT = 1e-9
OVERLAP_LIMIT = 1e-12


def to_spectrum(flat: np.ndarray) -> np.ndarray:
    """Return x^ = Q x of flattened square images (..., N)."""
    return np.fft.fft2(_square(flat), norm="ortho").reshape(flat.shape)


def from_spectrum(spectrum: np.ndarray) -> np.ndarray:
    """Return the flattened real images of spectra (..., N)."""
    return np.fft.ifft2(_square(spectrum), norm="ortho").real.reshape(spectrum.shape)


def to_outputs(weights: np.ndarray) -> np.ndarray:
    """Return B = W conj(Q) of fully connected weights (..., p, N)."""
    return np.fft.ifft2(_square(weights), norm="ortho").reshape(weights.shape)


def from_outputs(outputs: np.ndarray) -> np.ndarray:
    """Return the real weights W = B Q of outputs (..., p, N)."""
    return np.fft.fft2(_square(outputs), norm="ortho").real.reshape(outputs.shape)


def _square(flat: np.ndarray) -> np.ndarray:
    side = image_side(flat.shape[-1])
    return flat.reshape(*flat.shape[:-1], side, side)


def image_side(pixels: int) -> int:
    """Return n of N = n^2 pixels."""
    side = round(np.sqrt(pixels))
    if side * side != pixels:
        raise ArgumentError("pixels", pixels, "must be a square number", "use square images")
    return side


@functools.lru_cache(maxsize=16)
def conjugate_indices(side: int) -> np.ndarray:
    """Return f~ for every f = u n + v."""
    u, v = np.divmod(np.arange(side * side), side)
    return (-u % side) * side + (-v % side)


@dataclasses.dataclass(frozen=True)
class ModeSpectra:
    """Spectra of the singular modes.

    Parameters
    ----------
    spectra : ndarray, (mode, C, N), complex
        v^_m = Q v_m, channel by channel.
    magnitudes : ndarray, (mode, N)
        v_mf = ||v^_mf||, over the channels; 0 below 1e-9 of the mode's largest.
    """

    spectra: np.ndarray
    magnitudes: np.ndarray

    @property
    def side(self) -> int:
        """Side n of the images."""
        return image_side(self.spectra.shape[-1])

    @property
    def directions(self) -> np.ndarray:
        """v^_mf/v_mf, (mode, C, N): for grey images a phase; 0 where the mode has no such frequency."""
        sizes = np.where(self.magnitudes > 0, self.magnitudes, np.inf)
        return self.spectra / sizes[:, None, :]

    @property
    def largest(self) -> np.ndarray:
        """max_f v_mf, shape (mode,); n times it is the mode's gain, between 1 and n."""
        return self.magnitudes.max(axis=1)

    @property
    def overlap(self) -> float:
        """Sum over f of the second largest v_mf^2: 0 where no two modes share a frequency."""
        if len(self.magnitudes) < 2:
            return 0.0
        return float(np.sort(self.magnitudes**2, axis=0)[-2].sum())

    @property
    def is_disjoint(self) -> bool:
        """Whether no two modes share a frequency."""
        return self.overlap <= OVERLAP_LIMIT

    def require_disjoint(self) -> None:
        """Refuse data whose modes share frequencies.

        Raises
        ------
        ArgumentError
            With the overlap.
        """
        if not self.is_disjoint:
            raise ArgumentError(
                "images",
                f"spectral overlap {self.overlap:.3g} of their modes",
                f"laws of a single mode need modes that share no frequency (overlap <= {OVERLAP_LIMIT})",
                "integrate the coupled flow instead: numerics.linear_cnn.fourier_model",
            )


def mode_spectra(modes: SingularModes) -> ModeSpectra:
    """Return the spectra of a data set's singular modes."""
    spectra = to_spectrum(modes.right_images)
    magnitudes = np.linalg.norm(spectra, axis=1)
    magnitudes[magnitudes < SUPPORT * magnitudes.max(axis=1, keepdims=True)] = 0.0
    return ModeSpectra(spectra, magnitudes)


@dataclasses.dataclass(frozen=True)
class HalfPlane:
    """One frequency of each pair {f, f~} that the data use; the others follow by conjugation.

    In it, a real vector x is the vector of w Re x^_f and -w Im x^_f in turn: w = sqrt(2) for a pair,
    1 for a self-conjugate frequency, whose imaginary part is 0. Lengths and angles are kept.

    Parameters
    ----------
    side : int
    indices : ndarray of int, (F,)
    pairs : ndarray of bool, (F,)
        Whether f is one of a pair.
    """

    side: int
    indices: np.ndarray
    pairs: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """How many frequencies of the plane each stands for: 2 or 1."""
        return np.where(self.pairs, 2.0, 1.0)

    @functools.cached_property
    def _scales(self) -> tuple[np.ndarray, np.ndarray]:
        """Roots of the weights, and their inverses; complex, or every product would convert them."""
        roots = np.sqrt(self.weights).astype(complex)
        return roots, 1 / roots

    def real_vectors(self, spectra: np.ndarray) -> np.ndarray:
        """Return (..., 2 F) real vectors of (..., N) spectra of real images."""
        return self.real_maps(spectra[..., self.indices].conj())

    def real_maps(self, kept: np.ndarray) -> np.ndarray:
        """Return (..., 2 F) real rows of (..., F) rows P conj(Q) that act on such vectors."""
        return (np.ascontiguousarray(kept) * self._scales[0]).view(float)

    def complex_maps(self, rows: np.ndarray) -> np.ndarray:
        """Return (..., F) complex rows of (..., 2 F) real ones: the inverse of `real_maps`."""
        return np.ascontiguousarray(rows).view(complex) * self._scales[1]

    def full_plane(self, kept: np.ndarray) -> np.ndarray:
        """Return (..., N) values on the whole plane, conjugates filled in, 0 elsewhere."""
        plane = np.zeros((*kept.shape[:-1], self.side**2), dtype=kept.dtype)
        plane[..., conjugate_indices(self.side)[self.indices]] = kept.conj()
        plane[..., self.indices] = kept
        return plane


def half_plane(*spectra: np.ndarray) -> HalfPlane:
    """Return the half plane of frequencies that are present in spectra of images, (..., N) each.

    Absent frequencies never move: leaving them out changes nothing.
    """
    side = image_side(spectra[0].shape[-1])
    power = np.max([np.abs(x).reshape(-1, side**2).max(axis=0) for x in spectra], axis=0)
    present = power > PRESENT * power.max()
    conjugate = conjugate_indices(side)
    indices = np.flatnonzero(present & (np.arange(side * side) <= conjugate))
    return HalfPlane(side, indices, indices != conjugate[indices])
