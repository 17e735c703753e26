"""Beyond one layer and one channel: colour images and deep networks (C35)."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from numerics import images as image_room
from numerics.laws import evaluate_expression, integrate
from numerics.linear_cnn.fourier_model import FourierDescent, unpack
from numerics.linear_cnn.starts import balanced_start
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.training import record_grid, train
from theory import linear_cnn
from theory.linear_cnn.deep import LAMBDA, N, U, V
from validation.linear_cnn.verification.cosine_sets import (
    Cosines,
    diagonal,
    map_path,
    prepared,
    steps_of,
)

# the channels of two pairs and of the self-conjugate (4, 4): amplitudes and phases
CHANNELS = (
    ((1.0, 0.1, 0.3), (0.3, 1.0, 0.0)),
    ((0.5, 0.7, 0.2), (1.1, 0.0, 0.0)),
    ((0.2, 0.4, 0.1), (-0.4, 2.0, np.pi)),
)
DEEP_STARTS = {1: 0.02, 2: 0.08, 3: 0.15}
DEEP_UPDATES = 3000


def _autograd(cosines: Cosines, start: PixelWeights, rate: float, grid: np.ndarray) -> np.ndarray:
    """Return A of the real network, (time, trial, r, r)."""
    import torch

    from numerics.linear_cnn.network import LinearCNN
    from numerics.torch_descent import TorchDescent

    network = LinearCNN(start, torch.float64, torch.device("cpu"))
    learner = TorchDescent(network, cosines.modes, cosines.modes, rate)
    return train(learner, grid).observations["strengths"]


def c35a() -> float:
    """Largest error of the map (M) for cosines in colour, by Fourier descent and by autograd."""
    frequencies = ((1, 2), (3, 1), (4, 4))
    channels = [
        image_room.pure_cosines(image_side=8, frequencies=frequencies, amplitudes=a, phases=p)
        for a, p in CHANNELS
    ]
    images = xr.concat(channels, "channel", data_vars=["image"], coords="minimal", compat="equals")
    cosines = prepared(images.transpose("sample", "y", "x", "channel"), range(2), scale=1e-2)
    singular = cosines.modes.singular_values
    rate = 0.2 / (steps_of(cosines, 1.0) * singular).max()
    grid = record_grid(600, 20)
    fourier = FourierDescent(cosines.model, cosines.weights, rate, cosines.loss_scale)
    found = train(fourier, grid).observations["strengths"]
    measured = _autograd(cosines, cosines.start, rate, grid)
    expected = map_path(cosines, steps_of(cosines, rate), grid)
    errors = [np.abs(diagonal(x) - expected) for x in (found, measured)]
    return float((np.max(errors, axis=0) / singular[:, None]).max())


@functools.cache
def _two_waves() -> Cosines:
    images = image_room.pure_cosines(
        image_side=8, frequencies=((1, 2), (3, 1)), amplitudes=(1.0, 0.7), phases=(0.3, 1.0)
    )
    return prepared(images, range(1))


def _deep_numbers(layers: int) -> xr.Dataset:
    """Return the parameters of the deep laws; a pair counts twice in A, by a double variance."""
    cosines = _two_waves()
    modes = cosines.modes
    return xr.Dataset(
        {
            "image_side": float(cosines.spectra.side),
            "variance": ("mode", 2 * modes.variances),
            "spectral_magnitude": ("mode", cosines.spectra.largest),
            "singular_value": ("mode", modes.singular_values),
            "initial_amplitude": ("mode", np.full(2, DEEP_STARTS[layers])),
        }
    )


def _deep_strengths(layers: int, amplitudes: xr.DataArray) -> xr.DataArray:
    numbers = _deep_numbers(layers)
    known = {U: amplitudes, LAMBDA: numbers.variance, V: numbers.spectral_magnitude, N: 8.0}
    return evaluate_expression(linear_cnn.deep_strength(layers), known)


def _deep_step(layers: int, epsilon: float) -> float:
    """Return h = eps/(D n^L v C^(2/D - 1) S^(2 - 2/D)) of the first mode."""
    first, depth = _deep_numbers(layers).isel(mode=0), layers + 1
    speed = depth * first.image_side**layers * first.spectral_magnitude
    scale = float(_deep_strengths(layers, xr.DataArray(1.0)).isel(mode=0))
    power = scale ** (2 / depth - 1) * first.singular_value ** (2 - 2 / depth)
    return float(epsilon / (speed * power))


def _deep_map(layers: int, epsilon: float, grid: np.ndarray) -> np.ndarray:
    """Return A by the map of the common amplitude, (mode, time)."""
    numbers = _deep_numbers(layers).assign(flow_time_step=_deep_step(layers, epsilon))
    law = linear_cnn.deep_descent_map(layers=layers)
    amplitudes = xr.DataArray(integrate(law, numbers, xr.DataArray(grid, dims="update")))
    return _deep_strengths(layers, amplitudes).transpose("mode", "update").values


def _deep_start(layers: int) -> PixelWeights:
    """Return weights whose layers have one magnitude at every frequency, and any phases."""
    cosines = _two_waves()
    drawn = cosines.model.weights(
        balanced_start(range(1), cosines.modes, cosines.spectra, 1.0, layers)
    )
    sizes = [np.linalg.norm(x, axis=(1, 2), keepdims=True) for x in drawn.layers]
    equal = (DEEP_STARTS[layers] * x / s for x, s in zip(drawn.layers, sizes, strict=True))
    return cosines.model.in_pixels(FourierWeights(tuple(equal)))


def c35b() -> float:
    """Largest error of the deep map against autograd, 1 to 3 layers: all of A, in units of S_m."""
    cosines, grid, worst = _two_waves(), record_grid(DEEP_UPDATES, 50), 0.0
    singular = cosines.modes.singular_values
    for layers in DEEP_STARTS:
        rate = _deep_step(layers, 0.02) / cosines.loss_scale
        measured = _autograd(cosines, _deep_start(layers), rate, grid)
        expected = _deep_map(layers, 0.02, grid).T[:, None, :, None] * np.eye(2)
        worst = max(worst, float((np.abs(measured - expected) / singular).max()))
    return worst


def _deep_flow(layers: int, times: np.ndarray) -> np.ndarray:
    """Return A by the coupled flow, (mode, time)."""
    model = _two_waves().model
    start = model.weights(_deep_start(layers))
    flow = model.vector_field(start).flow(
        times,
        relative_tolerance=1e-10,
        absolute_tolerance=1e-13,
        observe=lambda state: model.strengths(unpack(state, start)),
    )
    return diagonal(flow)[0]


def c35c() -> float:
    """Error of the deep flow at a step over that at half of it, 1 to 3 layers: the one farthest from 2."""
    singular, grid = _two_waves().modes.singular_values[:, None], record_grid(DEEP_UPDATES, 10)
    ratios = []
    for layers in DEEP_STARTS:
        flow = _deep_flow(layers, _deep_step(layers, 0.02) * grid)
        full, half = (
            float((np.abs(flow - _deep_map(layers, 0.02 / slower, grid * slower)) / singular).max())
            for slower in (1, 2)
        )
        ratios.append(full / half)
    return max(ratios, key=lambda ratio: abs(ratio - 2))


ROWS = (c35a, c35b, c35c)
