"""Sums of cosines, the paper's Fig 4: clocks, the end of the competition, small random starts (C18-C24)."""

from __future__ import annotations

import functools

import numpy as np

from numerics import images as image_room
from numerics.lambdify import lambdify
from numerics.linear_cnn.clock import Clocks, clocks_of
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel, unpack
from numerics.linear_cnn.spectra import (
    ModeSpectra,
    from_outputs,
    mode_spectra,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.starts import growing_amplitudes, random_start
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.singular_modes import SingularModes, singular_modes
from theory import linear_cnn
from theory.linear_cnn.competition import V1, V2
from validation.linear_cnn.data import SUMS_OF_COSINES
from validation.linear_cnn.verification.cosine_sets import Cosines, prepared

EQUAL_STARTS = (1e-5, 1e-6)
END_RATE, END_UPDATES = 2.5e-4, 2400


@functools.cache
def _sums(balanced: bool) -> tuple[Cosines, Clocks, FourierWeights]:
    """Two classes of sums of cosines: their clocks and the same start for the coupled flow."""
    cosines = prepared(image_room.cosine_sums(16, SUMS_OF_COSINES), range(1), scale=1e-2)
    kernel = np.abs(to_spectrum(cosines.start.kernel))[:, None, :] * (
        cosines.spectra.magnitudes > 0
    )
    share = 1.0 if balanced else 0.3
    clocks = clocks_of(cosines.modes, cosines.spectra, kernel, share * kernel)
    outputs = from_outputs(share * to_outputs(cosines.start.outputs))
    return cosines, clocks, cosines.model.weights(PixelWeights((cosines.start.layers[0], outputs)))


def c18() -> float:
    """Largest |clock - coupled flow| in units of S_m, balanced and unbalanced."""
    worst, times = 0.0, np.linspace(0.0, 0.6, 61)
    for balanced in (True, False):
        cosines, clocks, weights = _sums(balanced)
        angles = clocks.vector_field().flow(
            times, relative_tolerance=1e-11, absolute_tolerance=1e-14
        )
        model = cosines.model
        states = model.vector_field(weights).flow(
            times, relative_tolerance=1e-11, absolute_tolerance=1e-14
        )
        flow = np.stack([model.strengths(unpack(state, weights)) for state in states])
        clocked = np.stack([clocks.strengths(angle) for angle in angles])
        difference = np.abs(np.diagonal(flow, axis1=-2, axis2=-1) - clocked)
        worst = max(worst, float((difference / cosines.modes.singular_values).max()))
    return worst


def c19() -> float:
    """Largest relative difference of the kernel's end spectrum: clock's end against the flow."""
    cosines, clocks, weights = _sums(True)
    ends = clocks.amplitudes(clocks.end()).max(axis=1)[:, cosines.model.plane.indices]
    flow = cosines.model.vector_field(weights).flow(
        np.array([2.0]),
        relative_tolerance=1e-12,
        absolute_tolerance=1e-14,
        observe=lambda x: np.abs(unpack(x, weights).kernel),
    )[0]
    return float(np.abs(flow / ends - 1).max())


@functools.cache
def _ends() -> tuple[Cosines, np.ndarray]:
    """|k^_f| after training from two equal starts |k^_f| = ||b_f||, (start, mode, N)."""
    cosines, _, _ = _sums(True)
    used = cosines.spectra.magnitudes > 0
    equal = np.array(EQUAL_STARTS)[:, None, None] * used
    clocks = clocks_of(cosines.modes, cosines.spectra, equal, equal)
    return cosines, clocks.amplitudes(clocks.end())


def _slope(values: np.ndarray) -> np.ndarray:
    """Return d ln(values)/d ln(start) between the two starts; values (start, ...)."""
    return np.diff(np.log(values), axis=0)[0] / np.diff(np.log(EQUAL_STARTS))[0]


def _two_largest(cosines: Cosines) -> np.ndarray:
    """Return where v_f is largest, and second largest, on the half plane: (mode, 2)."""
    kept = cosines.model.plane.indices
    return kept[np.argsort(-cosines.spectra.magnitudes[:, kept], axis=1)[:, :2]]


def _exponent(cosines: Cosines, place: int) -> np.ndarray:
    """Return an exponent of `theory.linear_cnn.scaling_exponents` for each mode."""
    expected = lambdify(linear_cnn.scaling_exponents().right[place], (V1, V2))
    largest = np.take_along_axis(cosines.spectra.magnitudes, _two_largest(cosines), axis=1)
    return expected(*largest.T)


def c20() -> float:
    """Largest error of the slope of ln(k_2/k_1) in ln(sigma), at the end of training."""
    cosines, ends = _ends()
    first, second = np.moveaxis(np.take_along_axis(ends, _two_largest(cosines)[None], axis=2), 2, 0)
    return float(np.abs(_slope(second / first) - _exponent(cosines, 0)).max())


def c21() -> float:
    """Largest error of the slope of ln(norm^2/minimum - 1), the norm^2 of a mode 2 sum_f |k^_f|^2."""
    cosines, ends = _ends()
    modes, spectra = cosines.modes, cosines.spectra
    least = 2 * modes.singular_values / (spectra.side * modes.variances * spectra.largest)
    excess = 2 * (ends**2).sum(axis=2) / least - 1
    return float(np.abs(_slope(excess) - _exponent(cosines, 1)).max())


@functools.cache
def _sums_of_cosines() -> tuple[SingularModes, ModeSpectra, FourierModel]:
    modes = singular_modes(image_room.cosine_sums(16, SUMS_OF_COSINES))
    return modes, mode_spectra(modes), FourierModel(modes)


def _small_start(seeds: range, scale: float) -> tuple[FourierWeights, Clocks]:
    """Small random weights, and the clocks of what grows of them."""
    modes, spectra, model = _sums_of_cosines()
    start = random_start(seeds, spectra.side**2, modes.targets.shape[1], scale)
    growing = growing_amplitudes(start, modes, spectra)
    return model.weights(start), clocks_of(modes, spectra, growing, growing)


@functools.cache
def _alignment_error(scale: float) -> float:
    """Largest relative error of the clock's time to S/2 against the coupled flow, five starts."""
    modes, _, model = _sums_of_cosines()
    weights, clocks = _small_start(range(5), scale)
    expected = clocks.times(0.5)
    around = expected * np.array([0.999, 1.0, 1.001])[:, None, None]  # (3, trial, mode)
    times, places = np.unique(around, return_inverse=True)
    flow = model.vector_field(weights).flow(
        times,
        relative_tolerance=1e-11,
        absolute_tolerance=1e-14,
        observe=lambda state: model.strengths(unpack(state, weights)),
    )
    strengths = np.diagonal(flow, axis1=-2, axis2=-1)  # (time, trial, mode)
    errors = []
    for trial, mode in np.ndindex(*expected.shape):
        reached = strengths[places.reshape(around.shape)[:, trial, mode], trial, mode]
        beyond = reached / modes.singular_values[mode] - 0.5
        passing = np.polyfit(beyond, around[:, trial, mode], 2)[-1]
        errors.append(abs(expected[trial, mode] / passing - 1))
    return max(errors)


def c22() -> float:
    """Discovery from random starts of 1e-3: largest relative error of the clock of what grows."""
    return _alignment_error(1e-3)


def c23() -> float:
    """The same error at 1e-3 over that at 1e-4: it is of second order in the start."""
    return _alignment_error(1e-3) / _alignment_error(1e-4)


def c24() -> float:
    """Largest error of the end spectrum forecast from ten random starts of 1e-4, of the largest |k_f|."""
    modes, spectra, model = _sums_of_cosines()
    weights, clocks = _small_start(range(10), 1e-4)
    learner = FourierDescent(model, weights, END_RATE, loss_scale=2.0 / modes.targets.shape[1])
    for index in range(END_UPDATES):
        learner.update(index)
    measured = np.abs(model.plane.full_plane(learner.weights.kernel))[:, None]
    forecast = clocks.amplitudes(clocks.end())
    error = np.abs(forecast - measured) * (spectra.magnitudes > 0)
    return float((error.max(axis=2) / forecast.max(axis=2)).max())


ROWS = (c18, c19, c20, c21, c22, c23, c24)
