"""Where learning starts: small random weights, or weights aligned with the data's modes."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.linear_cnn.spectra import ModeSpectra, from_outputs, to_outputs, to_spectrum
from numerics.singular_modes import SingularModes


@dataclasses.dataclass(frozen=True)
class PixelWeights:
    """Weights of a linear CNN: kernels (trial, N), in the convolution convention, and (trial, p, N)."""

    kernels: np.ndarray
    outputs: np.ndarray


def random_start(seeds: range, pixels: int, classes: int, scale: float) -> PixelWeights:
    """Draw normal weights of standard deviation `scale`: the kernel first, then the outputs."""
    kernels, outputs = [], []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        kernels.append(generator.normal(0.0, scale, pixels))
        outputs.append(generator.normal(0.0, scale, (classes, pixels)))
    return PixelWeights(np.stack(kernels), np.stack(outputs))


def balanced_start(
    seeds: range, modes: SingularModes, spectra: ModeSpectra, scale: float
) -> PixelWeights:
    """Draw normal kernels and align the outputs with the modes: b_f = U_m conj(k^_f v^_mf)/|v^_mf|.

    Every frequency starts balanced, |k^_f| = ||b_f||, and A is diagonal for ever.

    Raises
    ------
    ArgumentError
        If modes share frequencies.
    """
    spectra.require_disjoint()
    kernels = np.stack(
        [np.random.default_rng(s).normal(0.0, scale, modes.inputs.shape[1]) for s in seeds]
    )
    phases = np.zeros_like(spectra.spectra)
    support = spectra.magnitudes > 0
    phases[support] = spectra.spectra[support].conj() / np.abs(spectra.spectra[support])
    outputs = np.einsum("lm,mf,tf->tlf", modes.left, phases, to_spectrum(kernels).conj())
    return PixelWeights(kernels, from_outputs(outputs))


def balanced_strengths(
    start: PixelWeights, modes: SingularModes, spectra: ModeSpectra
) -> np.ndarray:
    """Return A0_m = n lambda_m sum_f v_f |k^_f|^2 of a balanced start, (trial, mode)."""
    power = np.abs(to_spectrum(start.kernels)) ** 2
    return spectra.side * modes.variances * (power @ spectra.magnitudes.T)


def growing_amplitudes(
    start: PixelWeights, modes: SingularModes, spectra: ModeSpectra
) -> np.ndarray:
    """Return q_f = |k^_f v^_f/|v^_f| + conj((U^T B)_mf)|/2, (trial, mode, N): what grows of a start.

    0 where the mode has no such frequency.
    """
    support = spectra.magnitudes > 0
    phases = np.where(support, spectra.spectra, 0) / np.where(support, np.abs(spectra.spectra), 1)
    kernel = to_spectrum(start.kernels)[:, None, :] * phases
    outputs = np.einsum("lm,tlf->tmf", modes.left, to_outputs(start.outputs)).conj()
    return np.abs(kernel + outputs) / 2 * support
