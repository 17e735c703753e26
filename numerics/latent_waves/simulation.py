"""An equation run forwards in time, by the method of lines, where it is well posed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import solve_ivp

from numerics.lambdify import lambdify
from numerics.latent_waves.field import LEAST
from theory.errors import ArgumentError, DivergenceError
from theory.latent_waves.equations import Equation
from theory.latent_waves.well_posedness import WellPosedness, well_posedness

RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-9
HIGHEST_ORDER = 3
REACH = 2
"""Positions to either side that differences look at, at the ends too."""


def judge(equation: Equation, values: np.ndarray) -> WellPosedness:
    """Return the verdict on an equation over the interval of u that values span."""
    low, high = float(np.min(values)), float(np.max(values))
    # one value is an interval too
    return well_posedness(equation, low, max(high, float(np.nextafter(low, np.inf))))


def wrong_share(found: WellPosedness, values: np.ndarray) -> float:
    """Return the share of points whose u lies where the sign is wrong."""
    wrong = np.zeros(np.shape(values), dtype=bool)
    for low, high in found.wrong:
        wrong |= (values > float(low)) & (values < float(high))
    return float(wrong.mean())


def refuse_ill_posed(equation: Equation, values: np.ndarray) -> None:
    """Raise where an equation cannot be run forwards over the u that a film holds.

    Parameters
    ----------
    equation : Equation
    values : ndarray
        u at the points of the film, in the units of the equation.

    Raises
    ------
    ArgumentError
        Naming the terms at fault, the intervals of u and their share of the points.
    """
    found = judge(equation, values)
    if found.verdict != "ill-posed":
        return
    intervals = ", ".join(f"{float(low):.3g} < u < {float(high):.3g}" for low, high in found.wrong)
    raise ArgumentError(
        "equation",
        repr(equation),
        f"must be well-posed: {found.reason}, {' and '.join(map(repr, found.terms))} for "
        f"{intervals}, {100 * wrong_share(found, values):.1f} % of the points",
        "forecast by the shift of modes instead",
    )


def simulate(
    equation: Equation, start: np.ndarray, positions: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Return u(x, t) from u(x, t_0), (x, t): central differences in x, LSODA in t, rtol 1e-6.

    u_x is one-sided of second order at the ends; u_xx and u_xxx are central on values mirrored at
    the ends. Nothing is said about what flows in there: errors enter with the flow. Where the start
    is ill-posed the run is refused; it may yet meet such u on its way.

    Parameters
    ----------
    equation : Equation
        Up to third order, with numbers as coefficients.
    start : ndarray, (x,)
    positions : ndarray, (x,)
        Evenly spaced.
    times : ndarray, (t,)
        Ascending; the first is that of the start.

    Raises
    ------
    ArgumentError
        For an equation that is ill-posed on the u of the start, one of higher order, and fewer than
        5 positions.
    DivergenceError
        If the run does not reach the last time.

    Examples
    --------
    >>> from theory.latent_waves.equations import Term
    >>> x = np.linspace(0, 1, 33)
    >>> decay = simulate(Equation({Term(0, 2): 1}), np.cos(np.pi * x), x, np.array([0, 0.1]))
    >>> round(float(decay[0, -1]), 3), round(float(np.exp(-0.1 * np.pi**2)), 3)
    (0.373, 0.373)
    """
    if len(positions) < LEAST:
        raise ArgumentError(
            "positions", f"{len(positions)} of them", f"must be at least {LEAST}", "take more"
        )
    if len(times) < 2 or not (np.diff(times) > 0).all():
        raise ArgumentError(
            "times", np.asarray(times), "must be two or more that ascend", "sort them"
        )
    refuse_ill_posed(equation, start)
    rate = right_side(equation, float(positions[1] - positions[0]))

    def rates(time: float, u: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore", invalid="ignore"):
            found = rate(u)
        if not np.isfinite(found).all():  # LSODA would try ever smaller steps without end
            raise _divergence(equation, time)
        return found

    run = solve_ivp(
        rates,
        (times[0], times[-1]),
        start,
        method="LSODA",
        t_eval=times,
        rtol=RELATIVE_TOLERANCE,
        atol=ABSOLUTE_TOLERANCE,
        lband=REACH,
        uband=REACH,
    )
    if not run.success or not np.isfinite(run.y).all():
        raise _divergence(equation, run.t[-1] if run.t.size else times[0])
    return run.y


def _divergence(equation: Equation, time: float) -> DivergenceError:
    return DivergenceError(
        "equation",
        repr(equation),
        f"the run stops at t = {time:.3g}",
        "run it over a shorter time",
    )


def right_side(equation: Equation, spacing: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return u (x,) to u_t (x,) by differences.

    Parameters
    ----------
    equation : Equation
    spacing : float
        Distance of neighbouring positions.

    Raises
    ------
    ArgumentError
        For derivatives above the third.
    """
    if equation.order > HIGHEST_ORDER:
        raise ArgumentError(
            "equation",
            repr(equation),
            f"derivatives must not be above the order {HIGHEST_ORDER}",
            "leave the term out",
        )
    rate = lambdify(equation.right_side, equation.jets)

    def rates(u: np.ndarray) -> np.ndarray:
        jets = (derivative(u, spacing, order) for order in range(equation.order + 1))
        return np.broadcast_to(rate(*jets), u.shape)

    return rates


def derivative(u: np.ndarray, spacing: float, order: int) -> np.ndarray:
    """Return d_x^k u, k = 0 to 3, by central differences of second order.

    At the ends one-sided for k = 1, on mirrored values for k = 2 and 3.
    """
    if order == 0:
        return u
    if order == 1:
        return np.gradient(u, spacing, edge_order=2)
    mirrored = np.concatenate([u[2:0:-1], u, u[-2:-4:-1]])
    if order == 2:
        return (mirrored[3:-1] - 2 * u + mirrored[1:-3]) / spacing**2
    steps = mirrored[4:] - 2 * mirrored[3:-1] + 2 * mirrored[1:-3] - mirrored[:-4]
    return steps / (2 * spacing**3)
