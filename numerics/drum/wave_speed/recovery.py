"""The wave speed of each node, found from what was heard."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.wave_speed.gradients import loss_and_gradient
from numerics.drum.wave_speed.listening import Listening
from numerics.drum.wave_speed.motion import places_of, struck_field
from theory.errors import ArgumentError

SAFE_SHARE = 0.95  # of the stability limit: there d theta/dc = dt sqrt(mu)/cos(theta/2) diverges


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
        (struck_field(drum, one.strike), places_of(drum, one.listeners), one) for one in listenings
    ]

    def objective(speed_squared: np.ndarray) -> tuple[float, np.ndarray]:
        total, gradient = 0.0, np.zeros(drum.nodes)
        for displacement, places, one in prepared:
            scale = (one.time_step / drum.spacing) ** 2
            coefficient = np.zeros(drum.free.shape)
            coefficient[drum.free] = scale * speed_squared
            one_loss, slope = loss_and_gradient(coefficient, displacement, places, one)
            total += one_loss
            gradient += scale * slope[drum.free]
        return total, gradient

    # the loss is a square: to find c^2 to 1e-14, it has to be followed down to 1e-28
    options = {"maxcor": 20, "ftol": 1e-30, "gtol": 1e-14, "maxiter": 2000, "maxfun": 20000}
    found = minimize(
        objective, start, jac=True, method="L-BFGS-B", bounds=[bounds] * drum.nodes, options=options
    )
    return Recovery(drum.field(found.x), float(found.fun), int(found.nit))


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
