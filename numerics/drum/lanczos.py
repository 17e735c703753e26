"""A few lines that sound like the whole drum, for a while: Lanczos' method from the strike."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from numerics.drum.drums import Drum, laplacian
from theory.errors import ArgumentError

EXHAUSTED = 1e-14  # what is left of a direction, relatively, when all are found


@dataclasses.dataclass(frozen=True)
class RitzLines:
    """Lines that stand for an operator as one vector e sees it.

    Parameters
    ----------
    ritz_values : ndarray, (line,)
        Ascending; the outermost converge first.
    weights : ndarray, (line,)
        Squared first components of the Ritz vectors: the share of each line in e. Their sum is 1.
    exhausted : bool
        Whether the lines are all that e contains. Then they are eigenvalues. Where lines crowd,
        rounding hides the end, and the horizon is given too short, never too long.
    """

    ritz_values: np.ndarray
    weights: np.ndarray
    exhausted: bool

    @property
    def horizon(self) -> float:
        """Number of samples, n = 0, 1, ..., of `signal` that are exact: 2 k; inf if exhausted.

        Sample n is <e, T_n e>/<e, e>, of degree n in the operator, and k lines are a Gauss rule:
        exact up to the degree 2 k - 1.
        """
        return math.inf if self.exhausted else 2 * len(self.ritz_values)

    def signal(self, time_step: float, samples: int) -> np.ndarray:
        """Return sum of weights cos(n theta), n = 0, ..., samples - 1: velocity Verlet's signal.

        cos(theta) = 1 - dt^2 lambda/2. It is what is heard where the drum is struck, the strike
        being 1; see `horizon` for how long.

        Raises
        ------
        ArgumentError
            If a line is unstable at this time step, or no sample is asked for.
        """
        if not isinstance(samples, int | np.integer) or samples < 1:
            raise ArgumentError("samples", samples, "must be a whole number from 1 on", "enlarge")
        limit = 2 / np.sqrt(self.ritz_values[-1])
        if not 0 < time_step < limit:
            raise ArgumentError(
                "time_step", time_step, f"must lie between 0 and {limit:.6g}", "shorten it"
            )
        angles = 2 * np.arcsin(time_step * np.sqrt(self.ritz_values) / 2)
        return np.cos(np.outer(np.arange(samples), angles)) @ self.weights


def lanczos(apply: Callable[[np.ndarray], np.ndarray], start: np.ndarray, steps: int) -> RitzLines:
    """Return the Ritz values and weights of a symmetric positive operator after k steps.

    K Q = Q T + beta q e_k^T with the first column of Q along the start and T tridiagonal. Every
    direction is made orthogonal to all before it, twice: without that, copies of found lines come
    back. It ends before k steps if the start has fewer lines.

    Parameters
    ----------
    apply : callable
        Takes a vector (node,) and returns K times it; see `apply_operator`.
    start : ndarray, (node,)
        The strike e.
    steps : int
        k; a low line is found after few, see `RitzLines.horizon` for the signal.

    Raises
    ------
    ArgumentError
        If the start is zero or not finite; for steps that are not 1, ..., number of nodes.

    Examples
    --------
    >>> lines = lanczos(lambda q: q * np.array([1.0, 2.0, 3.0]), np.array([1.0, 0.0, 1.0]), 3)
    >>> lines.ritz_values.round(12).tolist(), lines.weights.round(12).tolist(), lines.exhausted
    ([1.0, 3.0], [0.5, 0.5], True)
    """
    start = np.asarray(start, float)
    _require_start(start, steps)
    basis = np.zeros((steps, start.size))
    basis[0] = start / np.linalg.norm(start)
    diagonal: list[float] = []
    beside: list[float] = []
    for step in range(steps):
        image = apply(basis[step])
        size = np.linalg.norm(image)
        diagonal.append(float(basis[step] @ image))
        known = basis[: step + 1]
        rest = _orthogonal(_orthogonal(image, known), known)
        left = float(np.linalg.norm(rest))
        if left <= EXHAUSTED * size or step + 1 == start.size:
            return _lines(diagonal, beside, exhausted=True)
        if step + 1 < steps:
            beside.append(left)
            basis[step + 1] = rest / left
    return _lines(diagonal, beside, exhausted=False)


def apply_operator(drum: Drum) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that applies C^{1/2} (-Lap) C^{1/2}, C = diag(c^2), without a matrix.

    It takes values at the free nodes, (..., node). Displacements are C^{1/2} times its vectors; for
    a strike of one node, heard at the same node, the signal is the same.
    """
    free, spacing = drum.free, drum.spacing
    speed = np.sqrt(drum.speed_squared()[free])

    def apply(values: np.ndarray) -> np.ndarray:
        field = np.zeros((*values.shape[:-1], *free.shape))
        field[..., free] = speed * values
        return -speed * laplacian(field, spacing)[..., free]

    return apply


def _orthogonal(vector: np.ndarray, known: np.ndarray) -> np.ndarray:
    return vector - known.T @ (known @ vector)


def _lines(diagonal: list[float], beside: list[float], *, exhausted: bool) -> RitzLines:
    from scipy.linalg import eigh_tridiagonal

    values, vectors = eigh_tridiagonal(np.array(diagonal), np.array(beside))
    return RitzLines(values, vectors[0] ** 2, exhausted)


def _require_start(start: np.ndarray, steps: int) -> None:
    if start.ndim != 1 or not np.isfinite(start).all() or not start.any():
        raise ArgumentError(
            "start", start, "must be a finite vector (node,) that is not 0", "strike a free node"
        )
    if not isinstance(steps, int | np.integer) or not 1 <= steps <= start.size:
        raise ArgumentError(
            "steps", steps, f"must be a whole number from 1 to the {start.size} nodes", "change it"
        )
