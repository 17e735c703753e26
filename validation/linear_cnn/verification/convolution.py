"""Convolution and its spectrum, the law (F) and what the data enter it with (C01-C05, C39, C40)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.spectra import (
    conjugate_indices,
    from_outputs,
    from_spectrum,
    mode_spectra,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.starts import random_start
from numerics.singular_modes import singular_modes
from numerics.training import record_grid, train
from theory import circulant, linear_cnn
from theory.claims import left_over

NYQUIST = ((0, 0), (8, 8), (8, 0), (0, 8), (3, 5))


def _direct(kernel: np.ndarray, image: np.ndarray, sign: int) -> np.ndarray:
    """Circular convolution (sign 1) or correlation (-1) by its definition, a double loop."""
    side = len(kernel)
    result = np.zeros_like(image)
    for a in range(side):
        for b in range(side):
            result += kernel[a, b] * np.roll(image, (sign * a, sign * b), (0, 1))
    return result


def _dense(kernel: np.ndarray, sign: int) -> np.ndarray:
    size = kernel.size
    unit = np.eye(size).reshape(size, *kernel.shape)
    return np.stack([_direct(kernel, image, sign).ravel() for image in unit], axis=1)


def _transforms(side: int) -> np.ndarray:
    one = np.exp(-2j * np.pi * np.outer(np.arange(side), np.arange(side)) / side) / np.sqrt(side)
    return np.kron(one, one)


def c01() -> float:
    """Largest error of the eigendecompositions against the double loop."""
    worst = 0.0
    for side in range(3, 7):
        kernel = np.random.default_rng(side).normal(size=(side, side))
        q = _transforms(side)
        values = side * to_spectrum(kernel.ravel())
        convolution, correlation = _dense(kernel, 1), _dense(kernel, -1)
        flipped = kernel.ravel()[conjugate_indices(side)].reshape(side, side)
        singular = np.linalg.svd(convolution, compute_uv=False)
        errors = (
            q.conj() @ np.diag(values) @ q - convolution,
            q @ np.diag(values) @ q.conj() - correlation,
            convolution.T - correlation,
            _dense(flipped, 1) - correlation,
            singular - np.sort(np.abs(values))[::-1],
        )
        worst = max(worst, *(float(np.abs(e).max()) for e in errors))
    return worst


def c01w() -> float:
    """Smallest error that the wrong order Q D Q^* makes for a convolution."""
    missed = []
    for side in range(3, 7):
        kernel = np.random.default_rng(side).normal(size=(side, side))
        q = _transforms(side)
        wrong = q @ np.diag(side * to_spectrum(kernel.ravel())) @ q.conj()
        missed.append(float(np.abs(wrong - _dense(kernel, 1)).max()))
    return min(missed)


def c02() -> float:
    """Entries of the symbolic eigendecompositions that are not exactly zero."""
    kinds = circulant.OPERATIONS
    return left_over(*(circulant.eigendecomposition(n=3, operation=o) for o in kinds))


def c03() -> float:
    """Equations of the pixel and the Fourier flow that do not come out of the loss."""
    return left_over(linear_cnn.network_flow(n=2, p=2), linear_cnn.coupled_flow(n=2, p=2))


def c04() -> float:
    """Largest difference of A between Fourier descent and autograd, 300 updates."""
    import torch

    from numerics.linear_cnn.network import LinearCNN
    from numerics.torch_descent import TorchDescent

    generator = np.random.default_rng(4)
    images = xr.Dataset(
        {
            "image": (("sample", "y", "x"), generator.normal(size=(20, 6, 6))),
            "label": ("sample", np.arange(20) % 3),
        }
    )
    modes = singular_modes(images)
    start = random_start(range(2), 36, 3, 0.1)
    model, grid, rate = FourierModel(modes), record_grid(300, 50), 0.02
    fourier = FourierDescent(model, model.weights(start), rate, 2 / 3)
    network = LinearCNN(start, torch.float64, torch.device("cpu"))
    measured = TorchDescent(network, modes, modes, rate)
    found, expected = (train(x, grid).observations["strengths"] for x in (fourier, measured))
    return float(np.abs(found - expected).max())


def c05() -> float:
    """Largest relative error of S, v and lambda against section 3's formulas, on two sets."""
    worst = 0.0
    nyquist = tuple(1.5 - 0.25 * m for m in range(len(NYQUIST)))
    defaults = ((0, 0), (5, 2), (1, 7), (0, 4)), (1.5, 1.0, 0.5, 0.2)
    for frequencies, amplitudes in (defaults, (NYQUIST, nyquist)):
        set_ = image_room.pure_cosines(frequencies=frequencies, amplitudes=amplitudes)
        modes = singular_modes(set_)
        spectra = mode_spectra(modes)
        alone = np.array([(2 * u) % 16 == 0 and (2 * v) % 16 == 0 for u, v in frequencies])
        norms = np.array(amplitudes) * 16 * np.where(alone, 1.0, np.sqrt(0.5))
        values = norms / len(norms)
        order = np.argsort(-values)
        expected = (
            values[order],
            np.where(alone, 1, np.sqrt(0.5))[order],
            len(norms) * values[order] ** 2,
        )
        found = (modes.singular_values, spectra.largest, modes.variances)
        worst = max(
            worst, *(float(np.abs(f / e - 1).max()) for f, e in zip(found, expected, strict=True))
        )
    return worst


def c39() -> float:
    """Largest error of v at self-conjugate frequencies and pairs, and of n v_max of a flat spectrum."""
    worst = 0.0
    for side in (15, 16):
        half = side // 2
        frequencies = ((0, 0), (half, half), (half, 0), (0, half), (1, 2))
        set_ = image_room.pure_cosines(
            image_side=side, frequencies=frequencies, amplitudes=(2.0, 1.7, 1.4, 1.2, 0.5)
        )
        modes = singular_modes(set_)
        spectra = mode_spectra(modes)
        owner = np.abs(modes.left).argmax(axis=0)
        alone = [all(2 * x % side == 0 for x in frequencies[m]) for m in owner]
        worst = max(worst, float(np.abs(spectra.largest - np.where(alone, 1, np.sqrt(0.5))).max()))
    pixel = np.zeros(256)
    pixel[37] = 1.0
    return max(worst, abs(16 * float(np.abs(to_spectrum(pixel)).max()) - 1))


def c40() -> float:
    """Largest change of the map P under a change of kernel phases that the outputs undo."""
    side, classes = 7, 3
    start = random_start(range(1), side * side, classes, 1.0)
    angles = np.random.default_rng(1).normal(size=side * side)
    conjugate = conjugate_indices(side)
    turn = np.exp(1j * (angles - angles[conjugate]))
    kernel, outputs = to_spectrum(start.kernel), to_outputs(start.outputs[:, :, 0])
    turned_kernel = to_spectrum(from_spectrum(kernel * turn))
    turned_outputs = to_outputs(from_outputs(outputs * turn.conj()))
    before, after = outputs * kernel[:, None], turned_outputs * turned_kernel[:, None]
    return float(side * np.abs(from_outputs(after) - from_outputs(before)).max())


ROWS = (c01, c01w, c02, c03, c04, c05, c39, c40)
