"""What a sound says about the wave speed: its gradient by walking the waves back, and its recovery.

The network is the kick-first step with the squared speed c2_i = c_i^2 of each node as its weights:

    v_n = v_{n-1} + dt c2 (Lap q_{n-1}),   q_n = q_{n-1} + dt v_n,   v_0 = 0.

The loss is J = (dt/2) sum over listeners and n = 1..N of (q_n - target_n)^2. The step can be walked
back exactly, so the gradient needs no stored states: its memory does not grow with N.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.flat_field import FlatField
from numerics.drum.modes import operator
from theory.errors import ArgumentError

SAFE_SHARE = 0.95  # of the stability limit: there d theta/dc = dt sqrt(mu)/cos(theta/2) diverges
DEGENERATE = 1e-9  # eigenvalues that are closer, relatively, count as one


@dataclasses.dataclass(frozen=True)
class Listening:
    """How a drum was struck, where it was heard, and what should be heard there.

    Parameters
    ----------
    strike : ndarray, (x, y)
        Displacement at rest that it starts from; 0 or nan where it is clamped.
    listeners : sequence of node pairs, (listener,)
        Free nodes, the rim counted from 0; each once.
    time_step : float
        dt, in seconds.
    targets : ndarray, (listener, step)
        What should be heard after each step.

    Raises
    ------
    ArgumentError
        For targets that are not (listener, step), hold no step or are not finite; a listener that
        comes twice; a time step that is not positive. What concerns the drum is refused with it.
    """

    strike: np.ndarray
    listeners: Sequence[tuple[int, int]]
    time_step: float
    targets: np.ndarray

    def __post_init__(self) -> None:
        shape, count = np.shape(self.targets), len(self.listeners)
        if len(shape) != 2 or shape[0] != count or shape[1] < 1:
            raise ArgumentError(
                "targets",
                shape,
                f"must have the shape ({count} listeners, steps), from 1 step on",
                "reshape",
            )
        if not np.isfinite(self.targets).all():
            raise ArgumentError("targets", "nan or inf", "must be finite", "leave it out")
        _require_time_step(self.time_step)
        _require_once(self.listeners)


def listen(
    drum: Drum,
    strike: np.ndarray,
    listeners: Sequence[tuple[int, int]],
    time_step: float,
    steps: int,
) -> np.ndarray:
    """Return what is heard after each of the steps, (listener, step); arguments as in `Listening`.

    Raises
    ------
    ArgumentError
        For fewer than one step, an unstable time step, a listener or a strike where it is clamped.

    Examples
    --------
    >>> from numerics.drum.drums import square
    >>> one_node = square(2)
    >>> listen(one_node, one_node.free.astype(float), [(1, 1)], 0.5, 3).tolist()
    [[0.0, -1.0, -1.0]]
    """
    _require_steps(steps)
    _require_time_step(time_step, drum)
    _require_once(listeners)
    motion = _Motion(_coefficient(drum, time_step), _displacement(drum, strike))
    places = _places(drum, listeners)
    heard = np.empty((steps, len(places)))
    for row in heard:
        motion.forward()
        row[:] = motion.displacement.inside[places]
    return heard.T


def loss(drum: Drum, listening: Listening) -> float:
    """Return J = (dt/2) sum (q_n - target_n)^2 of the drum at its speed.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    strike, listeners, time_step = listening.strike, listening.listeners, listening.time_step
    heard = listen(drum, strike, listeners, time_step, np.shape(listening.targets)[1])
    return float(time_step / 2 * np.sum((heard - listening.targets) ** 2))


def reversible_gradient(drum: Drum, listening: Listening) -> tuple[float, np.ndarray]:
    """Return J and dJ/dc2, (x, y), nan where it is clamped; the memory does not grow with N.

    Going back, n = N..1, from a_q = a_v = 0:

        a_q += dt (q_n - target_n) at the listeners;  a_v += dt a_q;
        q_{n-1} = q_n - dt v_n;  gradient += dt a_v Lap q_{n-1};
        a_q += dt Lap(c2 a_v);  v_{n-1} = v_n - dt c2 Lap q_{n-1}.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    _require_time_step(listening.time_step, drum)
    total, gradient = _loss_and_gradient(
        _coefficient(drum, listening.time_step),
        _displacement(drum, listening.strike),
        _places(drum, listening.listeners),
        listening,
    )
    scale = (listening.time_step / drum.spacing) ** 2
    return total, drum.field(scale * gradient[drum.free])


def autograd_gradient(drum: Drum, listening: Listening) -> tuple[float, np.ndarray]:
    """Return what `reversible_gradient` does, by autograd through the wave network; every state is kept.

    Raises
    ------
    ArgumentError
        If drum and listening do not fit, as `listen`.
    """
    import torch

    from numerics.drum.network import WaveNetwork

    _require_time_step(listening.time_step, drum)
    network = WaveNetwork([drum], [listening.time_step], "kick_first")
    speed_squared = network.speed_squared.clone().requires_grad_()
    displacement, velocity = network.state([_displacement(drum, listening.strike)])
    nodes = [drum.require_free("listeners", node) for node in listening.listeners]
    x, y = (torch.tensor(side) for side in zip(*nodes, strict=True))
    total = torch.zeros((), dtype=torch.float64)
    for target in torch.tensor(np.asarray(listening.targets, float).T):
        displacement, velocity = torch.func.functional_call(
            network, {"speed_squared": speed_squared}, (displacement, velocity)
        )
        total = total + (displacement[0, 0, x, y] - target).square().sum()
    total = listening.time_step / 2 * total
    (gradient,) = torch.autograd.grad(total, speed_squared)
    # the network's speeds are of a spacing of 1
    return float(total.detach()), drum.field(gradient[0, 0].numpy()[drum.free] / drum.spacing**2)


def reconstructed_start(
    drum: Drum, strike: np.ndarray, time_step: float, steps: int
) -> tuple[float, float]:
    """Walk forth and back; return the largest errors of the displacement and of the velocity.

    Raises
    ------
    ArgumentError
        For fewer than one step, an unstable time step, a strike where the drum is clamped.
    """
    _require_steps(steps)
    _require_time_step(time_step, drum)
    start = _displacement(drum, strike)
    motion = _Motion(_coefficient(drum, time_step), start)
    for _ in range(steps):
        motion.forward()
    for _ in range(steps):
        motion.backward()
    displacement = np.abs(motion.displacement.inside - start[1:-1].ravel()).max()
    return float(displacement), float(np.abs(motion.drift).max() / time_step)


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
    _require_time_step(listening.time_step, drum)
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


@dataclasses.dataclass(frozen=True)
class Recovery:
    """A speed field that was found from what was heard.

    Parameters
    ----------
    speed_squared : ndarray, (x, y)
        c^2, nan where the drum is clamped.
    loss : float
        What is left of J, summed over the listenings.
    iterations : int
        Of the optimiser.
    """

    speed_squared: np.ndarray
    loss: float
    iterations: int


def recover_speed(
    drum: Drum,
    listenings: Sequence[Listening],
    *,
    bounds: tuple[float, float] = (0.5, 1.5),
) -> Recovery:
    """Find c^2 at every free node from what was heard, by L-BFGS-B on exact gradients.

    Parameters
    ----------
    drum : Drum
        Its shape is known; the search starts at its speed.
    listenings : sequence of Listening
        One or several strikes, explained at once.
    bounds : pair of float
        Between which c^2 lies.

    Raises
    ------
    ArgumentError
        For no listening; bounds that are not 0 < lower < upper; a start outside them; a time step
        from 0.95 h/(sqrt(2) c) on, c^2 the upper bound: there the gradient diverges.
    """
    from scipy.optimize import minimize

    start = drum.speed_squared()[drum.free]
    _require_search(drum, start, listenings, bounds)
    prepared = [
        (_displacement(drum, one.strike), _places(drum, one.listeners), one) for one in listenings
    ]

    def objective(speed_squared: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = 0.0, np.zeros(drum.nodes)
        for displacement, places, one in prepared:
            scale = (one.time_step / drum.spacing) ** 2
            coefficient = np.zeros(drum.free.shape)
            coefficient[drum.free] = scale * speed_squared
            one_loss, slope = _loss_and_gradient(coefficient, displacement, places, one)
            total += one_loss
            gradient += scale * slope[drum.free]
        return total, gradient

    # the loss is a square: to find c^2 to 1e-14, it has to be followed down to 1e-28
    options = {"maxcor": 20, "ftol": 1e-30, "gtol": 1e-14, "maxiter": 2000, "maxfun": 20000}
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=[bounds] * drum.nodes, options=options
    )
    return Recovery(drum.field(found.x), float(found.fun), int(found.nit))


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
    _require_time_step(time_step)
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


class _Motion:
    """The kick-first step, forth and back, in place; `drift` is dt v.

    `coefficient` is dt^2 c^2/h^2, (x, y), 0 where it is clamped: what is clamped never moves.
    """

    def __init__(self, coefficient: np.ndarray, displacement: np.ndarray):
        self.coefficient = coefficient[1:-1].ravel()
        self.displacement = FlatField(displacement)
        self.drift = np.zeros_like(self.coefficient)
        self.pull = np.zeros_like(self.coefficient)  # five-point sum before the last step
        self._kick = np.zeros_like(self.coefficient)

    def forward(self) -> None:
        """Make one step."""
        self._pull_and_kick()
        self.drift += self._kick
        self.displacement.inside += self.drift

    def backward(self) -> None:
        """Undo one step."""
        self.displacement.inside -= self.drift
        self._pull_and_kick()
        self.drift -= self._kick

    def _pull_and_kick(self) -> None:
        self.displacement.five_point_sum(self.pull)
        np.multiply(self.coefficient, self.pull, out=self._kick)


def _loss_and_gradient(
    coefficient: np.ndarray, displacement: np.ndarray, places: np.ndarray, listening: Listening
) -> tuple[float, np.ndarray]:
    """Return J and its gradient by the coefficient dt^2 c^2/h^2, (x, y); see `reversible_gradient`."""
    time_step = listening.time_step
    targets = np.asarray(listening.targets, float).T
    motion = _Motion(coefficient, displacement)
    heard = motion.displacement.inside
    squares = 0.0
    for target in targets:
        motion.forward()
        missed = heard[places] - target
        squares += missed @ missed

    by_displacement = np.zeros_like(heard)  # a_q
    by_drift = np.zeros_like(heard)  # a_v/dt
    gradient, product = np.zeros_like(heard), np.zeros_like(heard)
    carried = FlatField(np.zeros_like(coefficient))
    for target in targets[::-1]:
        by_displacement[places] += time_step * (heard[places] - target)
        by_drift += by_displacement
        motion.backward()
        np.multiply(by_drift, motion.pull, out=product)
        gradient += product
        np.multiply(motion.coefficient, by_drift, out=carried.inside)
        carried.five_point_sum(product)
        by_displacement += product
    drawn = np.zeros_like(coefficient)
    drawn[1:-1] = gradient.reshape(drawn[1:-1].shape)
    return float(time_step / 2 * squares), drawn


def _coefficient(drum: Drum, time_step: float) -> np.ndarray:
    return (time_step / drum.spacing) ** 2 * drum.speed_squared()


def _displacement(drum: Drum, strike: np.ndarray) -> np.ndarray:
    """Return a strike as a field, 0 where it is clamped."""
    strike = np.asarray(strike, float)
    if strike.shape != drum.free.shape:
        raise ArgumentError(
            "strike", strike.shape, f"must have the drum's shape {drum.free.shape}", "reshape"
        )
    if not np.isfinite(strike[drum.free]).all():
        raise ArgumentError("strike", "nan or inf", "must be finite at free nodes", "change it")
    elsewhere = np.nan_to_num(np.where(drum.free, 0.0, strike))
    if elsewhere.any():
        x, y = np.argwhere(elsewhere)[0].tolist()
        raise ArgumentError("strike", (x, y), "is a clamped node", "strike a free one")
    return np.where(drum.free, strike, 0.0)


def _places(drum: Drum, listeners: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the listeners' places in the flat field without its first and last row."""
    columns = drum.free.shape[1]
    nodes = [drum.require_free("listeners", node) for node in listeners]
    return np.array([(x - 1) * columns + y for x, y in nodes], int)


def _rectangle_modes(drum: Drum, listening: Listening) -> tuple[np.ndarray, np.ndarray]:
    """Return mu, (mode,), and each mode's share in what is heard, (listener, mode)."""
    strike = _displacement(drum, listening.strike)
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


def _require_time_step(time_step: float, drum: Drum | None = None) -> None:
    if not (np.isfinite(time_step) and time_step > 0):
        raise ArgumentError("time_step", time_step, "must be positive", "pass 0.1 h/c, say")
    if drum is not None and time_step >= drum.largest_step_bound:
        fastest = float(np.sqrt(drum.speed_squared().max()))
        raise ArgumentError(
            "time_step",
            time_step,
            f"must be below h/(sqrt(2) max c) = {drum.largest_step_bound:.6g}, max c = {fastest:.6g}",
            "shorten it",
        )


def _require_steps(steps: int) -> None:
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise ArgumentError("steps", steps, "must be a whole number from 1 on", "enlarge")


def _require_once(listeners: Sequence[tuple[int, int]]) -> None:
    nodes = [tuple(node) for node in listeners]
    if not nodes:
        raise ArgumentError("listeners", "none", "someone has to listen", "name a free node")
    twice = [node for node in nodes if nodes.count(node) > 1]
    if twice:
        raise ArgumentError("listeners", twice[0], "comes twice", "name each node once")


def _require_rectangle(drum: Drum) -> None:
    if np.ndim(drum.speed):
        raise ArgumentError("speed", "a field", "must be one number", "use reversible_gradient")
    if not drum.free[1:-1, 1:-1].all():
        raise ArgumentError(
            "drum", f"{drum.nodes} nodes", "must be a rectangle", "use reversible_gradient"
        )


def _require_search(
    drum: Drum, start: np.ndarray, listenings: Sequence[Listening], bounds: tuple[float, float]
) -> None:
    if len(listenings) == 0:
        raise ArgumentError("listenings", "none", "something has to be heard", "pass a Listening")
    lower, upper = bounds
    if not (np.isfinite(upper) and 0 < lower < upper):
        raise ArgumentError("bounds", bounds, "must be 0 < lower < upper", "change them")
    if start.min() < lower or start.max() > upper:
        raise ArgumentError(
            "drum",
            f"c^2 from {start.min():.6g} to {start.max():.6g}",
            f"must start within the bounds, {lower:g} to {upper:g}",
            "change its speed",
        )
    limit = SAFE_SHARE * drum.spacing / np.sqrt(2 * upper)
    for one in listenings:
        if one.time_step >= limit:
            raise ArgumentError(
                "time_step",
                one.time_step,
                f"must be below {SAFE_SHARE} h/(sqrt(2) max c) = {limit:.6g}, "
                f"max c^2 = {upper:g} by the bounds",
                "shorten it",
            )
