"""The weak form of u_t = sum c d_x^k(u^a): integrals against bumps, no derivative of the data.

With a bump phi that vanishes at the ends of its window, integration by parts gives the exact row

    <u, -phi_t> = sum c_ak (-1)^k <u^a, d_x^k phi>,    phi = (1 - xi^2)^8 (1 - eta^2)^6,

xi and eta from -1 to 1 across the window. All windows of a field at once are two matrix
products a column: the bumps are products of one function of x and one of t.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from numerics.latent_waves.field import Field
from theory.errors import ArgumentError
from theory.latent_waves.equations import Equation, Term

DEGREE_X, DEGREE_T = 8, 6
WINDOWS_X, WINDOWS_T = 8, 4
CENTRES = 4
POWERS, ORDERS = (1, 2, 3), (0, 1, 2, 3)


@dataclasses.dataclass(frozen=True)
class Bumps:
    """Bumps (1 - xi^2)^degree along one axis, centred every quarter of their half width.

    Parameters
    ----------
    integrals : ndarray, (orders, centres, points)
        Trapezoid weights of <., (-d)^k bump> for k = 0, 1, ...
    half_width : float
        In units of the axis.
    """

    integrals: np.ndarray
    half_width: float


def bumps(axis: np.ndarray, windows: int, degree: int, orders: int) -> Bumps:
    """Return the bumps along an even axis, and their derivatives below `orders`.

    Parameters
    ----------
    axis : ndarray, (points,)
    windows : int
        The half width is this part of the axis, rounded to whole spacings.
    degree : int
        The bump has `degree` - 1 continuous derivatives at its ends.
    orders : int

    Raises
    ------
    ArgumentError
        For so few points that a half width holds fewer than four spacings.
    """
    points = len(axis)
    half = round((points - 1) / windows)
    if half < CENTRES:
        raise ArgumentError(
            "field",
            f"{points} points along an axis",
            f"a window of the weak form needs {CENTRES * windows + 1}",
            "sample it more finely",
        )
    spacing = float(axis[-1] - axis[0]) / (points - 1)
    bump = np.polynomial.Polynomial([1, 0, -1]) ** degree
    inside = np.arange(-half, half + 1) / half
    starts = np.arange(0, points - 2 * half, half // CENTRES)
    integrals = np.zeros((orders, len(starts), points))
    for order in range(orders):
        derivative = bump.deriv(order)(inside) * (-1 / (half * spacing)) ** order
        for row, start in enumerate(starts):
            # the ends count half, but the bump and its derivatives are 0 there
            integrals[order, row, start : start + 2 * half + 1] = derivative * spacing
    return Bumps(integrals, half * spacing)


@dataclasses.dataclass(frozen=True)
class WeakRows:
    """The regression of a field in weak form.

    Parameters
    ----------
    columns : ndarray, (rows, terms)
        Each term against each bump; rows are centres in x by centres in t.
    rates : ndarray, (rows,)
        <u, -phi_t>.
    terms : tuple of Term
    along_x, along_t : Bumps
        What the rows are made of: they tell how noise goes into them.
    """

    columns: np.ndarray
    rates: np.ndarray
    terms: tuple[Term, ...]
    along_x: Bumps
    along_t: Bumps


def weak_rows(field: Field, powers: Mapping[int, np.ndarray] | None = None) -> WeakRows:
    """Return the rows of a field for the library d_x^k(u^a), a = 1..3, k = 0..3.

    Parameters
    ----------
    field : Field
    powers : mapping of int to ndarray (x, t), optional
        What stands for u, u^2 and u^3 in the columns, where it is not the powers themselves.

    Raises
    ------
    ArgumentError
        For fewer than 33 positions or 17 times.
    """
    along_x = bumps(field.positions, WINDOWS_X, DEGREE_X, len(ORDERS))
    along_t = bumps(field.times, WINDOWS_T, DEGREE_T, 2)
    still, moving = along_t.integrals
    if powers is None:
        powers = {power: field.values**power for power in POWERS}
    terms = tuple(
        Term(power, order, conservative=order > 0) for order in ORDERS for power in POWERS
    )
    # along t first: it leaves few columns
    shortened = {power: values @ still.T for power, values in powers.items()}
    columns = [(along_x.integrals[t.order] @ shortened[t.power]).ravel() for t in terms]
    rates = along_x.integrals[0] @ (field.values @ moving.T)
    return WeakRows(np.stack(columns, axis=1), rates.ravel(), terms, along_x, along_t)


def conservative(equation: Equation) -> dict[Term, float]:
    """Return the coefficients of an equation for terms d_x^k(u^a): u^a u_x = (u^(a+1))_x/(a+1).

    Raises
    ------
    ArgumentError
        For coefficients that are not numbers, and for a term that is no such derivative, like u u_xx.

    Examples
    --------
    >>> conservative(Equation({Term(1, 1): -6, Term(0, 3): -1}))
    {(u^2)_x: -3.0, u_xxx: -1.0}
    """
    found = {}
    for term, coefficient in equation.parts:
        degree = term.degree if term.order else term.power
        if term.order > 1 and term.power and not term.conservative:
            raise ArgumentError(
                "equation", repr(term), "is not a derivative of a power of u", "use the strong form"
            )
        if coefficient.free_symbols:
            raise ArgumentError(
                "equation", repr(equation), "coefficients must be numbers", "insert their values"
            )
        shared = 1 if term.conservative or term.order == 0 else degree
        found[Term(degree, term.order, term.order > 0)] = float(coefficient) / shared
    return found
