"""Where learning starts: small random weights, or weights aligned with the data's modes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from numerics.linear_cnn.spectra import (
    ModeSpectra,
    from_outputs,
    from_spectrum,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.weights import PixelWeights
from numerics.singular_modes import SingularModes
from theory.errors import ArgumentError


def random_start(
    seeds: range, pixels: int, classes: int, scale: float, widths: Sequence[int] = (1, 1)
) -> PixelWeights:
    """Draw normal weights of standard deviation `scale`, the first layer first.

    Parameters
    ----------
    pixels : int
        N = n^2, of one channel.
    widths : sequence of int
        C_0, C_1, ...: input channels, then the kernels of each convolution layer.
    """
    sizes = [*widths, classes]
    trials = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        trials.append(
            [
                generator.normal(0.0, scale, (after, before, pixels))
                for before, after in itertools.pairwise(sizes)
            ]
        )
    return PixelWeights(tuple(np.stack(layer) for layer in zip(*trials, strict=True)))


def balanced_start(
    seeds: range, modes: SingularModes, spectra: ModeSpectra, scale: float, layers: int = 1
) -> PixelWeights:
    """Draw kernels from a normal distribution and align the outputs with the modes.

    With kappa_f = k^_f . v^_mf/v_mf, the kernel along the mode, b_f = U_m conj(kappa_f): every
    frequency starts balanced, |k^_f| = ||b_f||, and A is diagonal for ever. The kernels of colour
    images lie along the modes' channels; further layers have the magnitudes of the first and phases
    of their own, which the outputs undo.

    Raises
    ------
    ArgumentError
        If modes share frequencies.
    """
    spectra.require_disjoint()
    pixels = spectra.magnitudes.shape[1]
    drawn = np.stack([np.random.default_rng(s).normal(0.0, scale, (layers, pixels)) for s in seeds])
    coefficients = to_spectrum(drawn)  # (trial, layer, N)
    first, further = coefficients[:, :1], coefficients[:, 1:]
    if modes.channels > 1:
        first = first * spectra.directions.sum(axis=0).conj()
    phases = further / np.abs(further)
    along = np.einsum("tcf,mcf->tmf", first, spectra.directions) * phases.prod(axis=1)[:, None]
    outputs = np.einsum("lm,tmf->tlf", modes.left, along.conj())
    size = np.linalg.norm(first, axis=1, keepdims=True)
    kernels = [first[:, None], *np.moveaxis(size * phases, 1, 0)[:, :, None, None]]
    return PixelWeights((*map(from_spectrum, kernels), from_outputs(outputs)[:, :, None]))


def balanced_strengths(
    start: PixelWeights, modes: SingularModes, spectra: ModeSpectra
) -> np.ndarray:
    """Return A0_m = n^L lambda_m sum_f v_mf |kappa_f|^(L+1) of a balanced start, (trial, mode)."""
    kernel = to_spectrum(start.layers[0][:, 0])
    along = np.abs(np.einsum("tcf,mcf->tmf", kernel, spectra.directions))
    total = (spectra.magnitudes * along ** (start.depth + 1)).sum(axis=-1)
    return spectra.side**start.depth * modes.variances * total


def growing_amplitudes(
    start: PixelWeights, modes: SingularModes, spectra: ModeSpectra
) -> np.ndarray:
    """Return what grows of a small start at every frequency of a mode, (trial, mode, N).

    q_f = |k^_f . v^_mf/v_mf + conj((U^T B)_mf)|/2; of several kernels the root of the sum of squares.
    0 where the mode has no such frequency.

    Raises
    ------
    ArgumentError
        For more than one convolution layer: a product of small factors has no growing part.
    """
    if start.depth != 1:
        raise ArgumentError(
            "layers", start.depth, "one convolution layer has a growing part", "take one layer"
        )
    kernels, outputs = to_spectrum(start.layers[0]), to_outputs(start.outputs)
    along = np.einsum("tkcf,mcf->tmkf", kernels, spectra.directions)
    towards = np.einsum("lm,tlkf->tmkf", modes.left, outputs).conj()
    grown = np.sqrt((np.abs(along + towards) ** 2).sum(axis=2)) / 2
    return grown * (spectra.magnitudes > 0)
