"""Do floor, saturation and observer do what is said of them? Rows that need no data of the user.

Each function computes one check of the table and returns what it found, on 300 random images of 6 x 6
pixels in four classes, or on small networks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from numerics.singular_modes import (
    Samples,
    SingularModes,
    effective_singular_values,
    modes_of,
    one_hot,
)
from validation.deep_cnn.affine import (
    AffineMap,
    allowed_deviation,
    best_affine_map,
    saturated_strengths,
)

SIDE, CLASSES, COUNT = 6, 4, 300
DIRECTIONS = 200


@functools.cache
def _modes(subtract_mean: bool = True) -> SingularModes:
    """Images that lean towards their class, not round their mean; labels that are not balanced."""
    generator = np.random.default_rng(0)
    labels = generator.choice(CLASSES, size=COUNT, p=(0.4, 0.3, 0.2, 0.1))
    inputs = generator.normal(0.3, 1.0, (COUNT, SIDE**2)) + generator.normal(
        0, 0.5, (CLASSES, SIDE**2)
    ).take(labels, axis=0)
    if subtract_mean:
        inputs -= inputs.mean(axis=0)
    return modes_of(Samples(inputs, one_hot(labels, CLASSES)))


@functools.cache
def _best(subtract_mean: bool = True) -> AffineMap:
    modes = _modes(subtract_mean)
    return best_affine_map(modes.inputs, modes.targets)


def normal_equations() -> float:
    """Errors of the best affine map, averaged against every pixel and against 1."""
    modes, best = _modes(subtract_mean=False), _best(subtract_mean=False)
    errors = best.outputs(modes.inputs) - modes.targets
    with_bias = np.column_stack([modes.inputs, np.ones(COUNT)])
    return float(np.abs(errors.T @ with_bias / COUNT).max())


def rise_around() -> float:
    """Least rise of the loss when the best affine map is changed in a random direction."""
    modes, best = _modes(subtract_mean=False), _best(subtract_mean=False)
    generator = np.random.default_rng(1)
    weights = best.weights + generator.normal(0, 1e-3, (DIRECTIONS, *best.weights.shape))
    bias = best.bias + generator.normal(0, 1e-3, (DIRECTIONS, *best.bias.shape))
    return float((AffineMap(weights, bias).loss(modes) - best.loss(modes)).min())


def saturation() -> float:
    """A of the best affine map minus diag(S), with and without the mean image."""
    missed = []
    for subtract_mean in (True, False):
        modes = _modes(subtract_mean)
        strengths = saturated_strengths(modes, _best(subtract_mean))
        left = strengths - np.diag(modes.singular_values)
        missed.append(np.abs(left).max() / modes.singular_values[0])
    return float(max(missed))


def _share_of_allowed(outputs: np.ndarray) -> float:
    """Largest |S - A| of some outputs over its bound."""
    modes, best = _modes(), _best()
    strengths = effective_singular_values(modes, [(modes.inputs, outputs)])
    missing = np.abs(modes.singular_values - np.diagonal(strengths))
    excess = best_affine_map(modes.inputs, outputs).loss(modes) - best.loss(modes)
    return float((missing / allowed_deviation(modes, excess)).max())


def bound_on_strengths() -> float:
    """The bound for functions half of which is affine, half the square of another affine map."""
    modes, generator = _modes(), np.random.default_rng(2)
    shares = []
    for _ in range(DIRECTIONS):
        first, second = generator.normal(0, 0.1, (2, SIDE**2, CLASSES))
        shares.append(_share_of_allowed(modes.inputs @ first + (modes.inputs @ second) ** 2))
    return max(shares)


def bound_attained() -> float:
    """The best map less a part of mode m, u_m v_m^T: what it lacks is all in A_m."""
    modes, best = _modes(), _best()
    lacking = [
        best.outputs(modes.inputs) - 0.1 * np.outer(modes.inputs @ right, left)
        for left, right in zip(modes.left.T, modes.right.T, strict=True)
    ]
    return max(abs(_share_of_allowed(outputs) - 1) for outputs in lacking)


def _curvature(nonlinear: bool) -> float:
    """f(x + y) - f(x) - f(y) + f(0) of a network in float64, of its largest output."""
    import torch

    from numerics.linear_cnn.deep_network import deep_network

    network = deep_network(8, 2, CLASSES, nonlinear=nonlinear, seed=0).double()
    images = torch.from_numpy(np.random.default_rng(3).normal(size=(2, 5, 2, 8, 8)))
    with torch.no_grad():
        one, other, both = (network(x) for x in (images[0], images[1], images.sum(0)))
        left = both - one - other + network(torch.zeros_like(images[0]))
    return float(left.abs().max() / both.abs().max())


def chunks() -> float:
    """Strengths and loss that a network shows, 7 images at a time against all, of the largest."""
    from numerics.linear_cnn.deep_network import DeepDescent, deep_network

    samples = np.zeros((1, 1), dtype=int)
    network = deep_network(SIDE, 1, CLASSES, nonlinear=True, seed=0)
    few, all_ = (
        DeepDescent(network, _modes(), 0.1, samples, chunk=chunk).observe() for chunk in (7, COUNT)
    )
    return max(float(np.abs(few[k] - all_[k]).max() / np.abs(all_[k]).max()) for k in all_)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "DV1": normal_equations,
    "DV2": rise_around,
    "DV3": saturation,
    "DV4": bound_on_strengths,
    "DV5": bound_attained,
    "DV6": lambda: _curvature(nonlinear=False),
    "DV7": lambda: _curvature(nonlinear=True),
    "DV8": chunks,
}
