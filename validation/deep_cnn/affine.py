"""The best affine map of the images: where modes saturate, and the loss that none can pass.

Least squares with a bias makes the errors orthogonal to the images, <(y^ - y) x^T> = 0, so its strengths are
A = U^T <y^ x^T> V = diag(S). Any other function of the images is its own best affine part plus a rest
that is orthogonal to all affine maps: its strengths are those of the part.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.singular_modes import Samples, SingularModes, effective_singular_values


@dataclasses.dataclass(frozen=True)
class AffineMap:
    """y^ = P x + b.

    Parameters
    ----------
    weights, bias : ndarray, (..., p, C N) and (..., p)
    """

    weights: np.ndarray
    bias: np.ndarray

    def outputs(self, inputs: np.ndarray) -> np.ndarray:
        """Return y^ of rows (M, C N), (..., M, p)."""
        return inputs @ np.swapaxes(self.weights, -1, -2) + self.bias[..., None, :]

    def loss(self, samples: Samples) -> np.ndarray:
        """Return the mean squared error over samples and outputs, (...)."""
        return np.square(self.outputs(samples.inputs) - samples.targets).mean(axis=(-2, -1))


def best_affine_map(inputs: np.ndarray, targets: np.ndarray) -> AffineMap:
    """Return the affine map of least mean squared error; of those the one of the smallest weights.

    Parameters
    ----------
    inputs : ndarray, (M, C N)
    targets : ndarray, (..., M, p)
        Several at once, such as the outputs of several networks.
    """
    mean, goal = inputs.mean(axis=0), targets.mean(axis=-2)
    sides = np.moveaxis(targets - goal[..., None, :], -2, 0)
    solved = np.linalg.lstsq(inputs - mean, sides.reshape(len(inputs), -1), rcond=None)[0]
    weights = np.moveaxis(solved.reshape(-1, *sides.shape[1:]), 0, -1)
    return AffineMap(weights, goal - weights @ mean)


def saturated_strengths(modes: SingularModes, best: AffineMap) -> np.ndarray:
    """Return A of an affine map on the images of the modes, (r, r)."""
    return effective_singular_values(modes, [(modes.inputs, best.outputs(modes.inputs))])


def allowed_deviation(modes: SingularModes, excess: np.ndarray) -> np.ndarray:
    """Return by how much no |S_m - A_m| can be larger, (..., mode).

    sqrt(p excess lambda_m) by Cauchy and Schwarz: S - A = U^T <(y* - y^) x^T> V with y^ the affine part
    and y* the best affine map, and p excess = <||y^ - y*||^2>.

    Parameters
    ----------
    excess : ndarray, (...)
        Mean squared error of the affine part beyond that of the best affine map.
    """
    classes = modes.targets.shape[1]
    return np.sqrt(classes * np.maximum(excess, 0.0)[..., None] * modes.variances)
