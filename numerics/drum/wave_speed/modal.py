"""The wave speed through modes: gradients of eigenvalues and of a rectangle's sound, a uniform speed."""

from __future__ import annotations

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.modes import operator
from numerics.drum.wave_speed.listening import Listening
from numerics.drum.wave_speed.motion import require_time_step, struck_field
from theory.errors import ArgumentError

DEGENERATE = 1e-9  # eigenvalues that are closer, relatively, count as one


def eigenvalue_gradient(
    drum: Drum, mode: int, *, whole_cluster: bool = False
) -> tuple[float, np.ndarray]:
    """Return an eigenvalue of -c^2 Lap and its gradient by c2, (x, y), nan where it is clamped.

    d lambda_k/d c2_i = lambda_k y_ki^2/c2_i, with y_k the orthonormal eigenvector of the symmetric
    C^{1/2} (-Lap) C^{1/2}, C = diag(c2). Dense: for drums of up to a few thousand nodes.

    Parameters
    ----------
    mode : int
        1 is the lowest.
    whole_cluster : bool
        Return the sum of all eigenvalues that equal this one (to 1e-9), and the gradient of the sum.

    Raises
    ------
    ArgumentError
        For a mode that the drum does not have; for a degenerate one, whose eigenvectors are
        arbitrary, unless its whole cluster is asked for.
    """
    whole = isinstance(mode, int | np.integer) and not isinstance(mode, bool)
    if not (whole and 1 <= mode <= drum.nodes):
        raise ArgumentError(
            "mode", mode, f"must be a whole number from 1 to {drum.nodes}", "change it"
        )
    speed_squared = drum.speed_squared()[drum.free]
    eigenvalues, vectors = np.linalg.eigh(operator(drum).toarray())
    asked = eigenvalues[mode - 1]
    members = np.flatnonzero(np.abs(eigenvalues - asked) <= DEGENERATE * asked)
    if len(members) > 1 and not whole_cluster:
        raise ArgumentError(
            "mode",
            mode,
            f"is one of {len(members)} with the eigenvalue {asked:.6g}: it has no gradient",
            "pass whole_cluster=True",
        )
    squares = vectors[:, members] ** 2 @ eigenvalues[members]
    return float(eigenvalues[members].sum()), drum.field(squares / speed_squared)


def modal_speed_gradient(drum: Drum, listening: Listening) -> tuple[float, float]:
    """Return J and dJ/dc of a rectangular drum of uniform speed, through its modes and autograd.

    q_n = sum over modes of a cos((n + 1/2) theta)/cos(theta/2), theta = 2 asin(dt c sqrt(mu)/2).

    Raises
    ------
    ArgumentError
        If the drum is no rectangle or its speed a field; as `listen`.
    """
    import torch

    _require_rectangle(drum)
    require_time_step(listening.time_step, drum)
    eigenvalues, amplitudes = _rectangle_modes(drum, listening)
    targets = torch.tensor(np.asarray(listening.targets, float))
    speed = torch.tensor(float(drum.speed), dtype=torch.float64, requires_grad=True)
    half_angle = torch.asin(listening.time_step * speed * torch.tensor(np.sqrt(eigenvalues)) / 2)
    odd = 2 * torch.arange(1, targets.shape[1] + 1, dtype=torch.float64) + 1
    phases = torch.cos(half_angle[:, None] * odd) / torch.cos(half_angle)[:, None]
    heard = torch.tensor(amplitudes) @ phases
    total = listening.time_step / 2 * (heard - targets).square().sum()
    (gradient,) = torch.autograd.grad(total, speed)
    return float(total.detach()), float(gradient)


def uniform_speed(frequency: float, time_step: float, eigenvalue: float) -> float:
    """Return the uniform speed from one heard frequency, c = 2 sin(pi f dt)/(dt sqrt(mu)).

    Parameters
    ----------
    frequency : float
        f, in Hz, of the mode.
    eigenvalue : float
        mu of -Lap on the grid, in 1/length^2, of the same mode.

    Raises
    ------
    ArgumentError
        Unless time step and eigenvalue are positive and f lies between 0 and 1/(2 dt).

    Examples
    --------
    >>> round(uniform_speed(1 / 6, 1.0, 1.0), 12)
    1.0
    """
    require_time_step(time_step)
    if not (np.isfinite(eigenvalue) and eigenvalue > 0):
        raise ArgumentError("eigenvalue", eigenvalue, "must be positive", "pass that of a mode")
    if not 0 < frequency < 1 / (2 * time_step):
        raise ArgumentError(
            "frequency",
            frequency,
            f"must lie between 0 and 1/(2 dt) = {1 / (2 * time_step):.6g} Hz",
            "pass that of a mode",
        )
    return float(2 * np.sin(np.pi * frequency * time_step) / (time_step * np.sqrt(eigenvalue)))


def _rectangle_modes(drum: Drum, listening: Listening) -> tuple[np.ndarray, np.ndarray]:
    """Return mu, (mode,), and each mode's share in what is heard, (listener, mode)."""
    strike = struck_field(drum, listening.strike)
    sines, along = [], []
    for size in drum.free.shape:
        spacings, order = size - 1, np.arange(1, size - 1)
        sines.append(
            np.sqrt(2 / spacings) * np.sin(np.pi / spacings * np.outer(order, range(size)))
        )
        along.append((2 / drum.spacing * np.sin(np.pi * order / (2 * spacings))) ** 2)
    struck = sines[0] @ strike @ sines[1].T
    nodes = [drum.require_free("listeners", node) for node in listening.listeners]
    shares = [(struck * np.outer(sines[0][:, x], sines[1][:, y])).ravel() for x, y in nodes]
    return np.add.outer(*along).ravel(), np.array(shares)


def _require_rectangle(drum: Drum) -> None:
    if np.ndim(drum.speed):
        raise ArgumentError("speed", "a field", "must be one number", "use reversible_gradient")
    if not drum.free[1:-1, 1:-1].all():
        raise ArgumentError(
            "drum", f"{drum.nodes} nodes", "must be a rectangle", "use reversible_gradient"
        )
