"""What a spectrum says about its drum: area, perimeter, and a constant of its corners and holes.

The heat trace Z(t) = sum exp(-lambda_k t) is A/(4 pi t) - P/(8 sqrt(pi t)) + C and, on a polygon, a
rest that is exponentially small in 1/t (Kac 1966, "Can one hear the shape of a drum?"). C is the sum
of (pi^2 - w^2)/(24 pi w) over the corners of a polygon, (1 - holes)/6 for a smooth wall. A fit of
the three terms hears A, P and C where t is small enough for the rest, and not so small that the
missing eigenvalues weigh.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.lambdify import lambdified
from theory.drum import heat_trace as law
from theory.errors import ArgumentError

MEASURES = (law.AREA, law.PERIMETER, law.CONSTANT)
LEAST = 3  # eigenvalues, for three numbers
PLAIN_START = 12.0  # lambda_N t where the fit begins: what is missing weighs e^-12
TAIL_START = 4.0  # with the missing ones put in by Weyl's law
FIRST_START = 8.0  # of the plain fit from which the tail is found
UNKNOWN_SHAPE = 3.0  # the fit ends at so many times its start; kind shapes bear 6
FEW = 50  # eigenvalues, below which the tail pays
TIMES = 40
ROUNDS = 30


@dataclasses.dataclass(frozen=True)
class Heard:
    """What was heard of a drum.

    There is no error bar: how much it changes with the window does not cover its error.

    Parameters
    ----------
    area, perimeter, heat_constant : float
        A, P and C of the heat trace.
    eigenvalues : int
        How many were used.
    times : pair of float
        Where the fit begins and ends (length^2).
    tail : bool
        Whether eigenvalues beyond the last were put in by Weyl's law.
    """

    area: float
    perimeter: float
    heat_constant: float
    eigenvalues: int
    times: tuple[float, float]
    tail: bool


def heard(
    eigenvalues: np.ndarray, *, window: float = UNKNOWN_SHAPE, tail: bool | None = None
) -> Heard:
    """Return area, perimeter and heat constant of the drum that has these lowest eigenvalues.

    Least squares of 4 pi t Z(t) on 1, -(sqrt(pi)/2) sqrt(t) and 4 pi t over 40 values of t, evenly
    in the logarithm, from tau/lambda_N to window tau/lambda_N. Plain: tau = 12. With the tail:
    tau = 4, and Z holds what Weyl's law says of the eigenvalues beyond Lambda, where its count is N;
    the law is that of the fit itself, found by iteration.

    Parameters
    ----------
    eigenvalues : ndarray, (mode,)
        All the lowest ones, ascending, each as often as its multiplicity (1/length^2).
    window : float
        Where the fit ends, in units of its start. 3 suits an unknown shape; for a rectangle or an
        equilateral triangle, whose rest is small for long, 6 is better.
    tail : bool, optional
        Below 50 eigenvalues by default, where the plain fit sees too few.

    Raises
    ------
    ArgumentError
        For fewer than 3 eigenvalues, or some that are not finite, positive and ascending; for a
        window that is not above 1; if what is heard is no drum: A or P is not positive.

    Examples
    --------
    >>> m = np.arange(1, 40)
    >>> square = np.sort((m[:, None] ** 2 + m[None, :] ** 2).ravel())[:300] * np.pi**2
    >>> found = heard(square)
    >>> round(found.area, 3), round(found.perimeter, 2), round(found.heat_constant, 2)
    (1.0, 4.0, 0.25)
    """
    values = require_spectrum(eigenvalues)
    if not (np.isfinite(window) and window > 1):
        raise ArgumentError("window", window, "must be above 1 and finite", "choose 3 or 6")
    if tail is None:
        tail = len(values) < FEW
    last = values[-1]
    # in units of the last eigenvalue: a drum of any size is one and the same fit
    times, fitted = (_with_tail if tail else _plain)(values / last, window)
    _require_drum(fitted, len(values))
    area, perimeter, constant = map(float, fitted / [last, np.sqrt(last), 1])
    fit_times = (float(times[0] / last), float(times[-1] / last))
    return Heard(area, perimeter, constant, len(values), fit_times, tail)


def _times(start: float, window: float) -> np.ndarray:
    return np.geomspace(start, window * start, TIMES)


def _fit(times: np.ndarray, trace: np.ndarray) -> np.ndarray:
    """Return A, P and C of a heat trace, weighted by 4 pi t, so that all times count alike."""
    weight = 4 * np.pi * times[:, None]
    terms = np.stack([heat_expansion(times, *unit) for unit in np.eye(3)], axis=-1)
    return np.linalg.lstsq(weight * terms, weight[:, 0] * trace, rcond=None)[0]


def _plain(
    values: np.ndarray, window: float, start: float = PLAIN_START
) -> tuple[np.ndarray, np.ndarray]:
    times = _times(start, window)
    return times, _fit(times, heat_trace(values, times))


def _with_tail(values: np.ndarray, window: float) -> tuple[np.ndarray, np.ndarray]:
    times, count = _times(TAIL_START, window), len(values)
    fitted = _plain(values, window, FIRST_START)[1]
    trace = heat_trace(values, times)
    for _ in range(ROUNDS):
        _require_drum(fitted, count)
        beyond = weyl_level(count, *fitted)
        fitted = _fit(times, trace + weyl_tail(times, beyond, *fitted[:2]))
    return times, fitted


def _require_drum(fitted: np.ndarray, count: int) -> None:
    if not fitted[:2].min() > 0:
        raise ArgumentError(
            "eigenvalues",
            f"{count} of them, whose {'area' if fitted[0] <= 0 else 'perimeter'} is not positive",
            "must be the lowest ones of a drum, none left out",
            "pass each as often as its multiplicity, and more of them",
        )


def require_spectrum(eigenvalues: np.ndarray, least: int = LEAST) -> np.ndarray:
    """Return a spectrum as floats, (mode,).

    Raises
    ------
    ArgumentError
        Unless there are `least` of them in one dimension, finite, positive and ascending.
    """
    values = np.asarray(eigenvalues, float)
    if values.ndim != 1 or len(values) < least:
        raise ArgumentError(
            "eigenvalues",
            f"shape {values.shape}",
            f"must be a list of at least {least}",
            "pass more of them",
        )
    if not np.isfinite(values).all():
        raise ArgumentError("eigenvalues", "nan or inf", "must be finite", "leave them out")
    if not values.min() > 0:
        raise ArgumentError(
            "eigenvalues",
            float(values.min()),
            "must be positive: the rim of a drum is clamped",
            "pass lambda in 1/length^2",
        )
    falls = np.flatnonzero(np.diff(values) < 0)
    if falls.size:
        k = int(falls[0])
        raise ArgumentError(
            "eigenvalues",
            f"{values[k]:.6g} before {values[k + 1]:.6g} (numbers {k + 1} and {k + 2})",
            "must ascend",
            "sort them",
        )
    return values


# --- the laws that are heard ----------------------------------------------------------------------


def heat_trace(eigenvalues: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return Z(t) = sum exp(-lambda_k t) at some times, (time,), of the eigenvalues given."""
    return np.exp(-np.multiply.outer(times, eigenvalues)).sum(axis=-1)


def heat_expansion(
    times: np.ndarray, area: float, perimeter: float, heat_constant: float
) -> np.ndarray:
    """Return A/(4 pi t) - P/(8 sqrt(pi t)) + C, what Z is but for its rest."""
    expansion = lambdified(law.heat_expansion, law.TIME, *MEASURES)
    return expansion(np.asarray(times), area, perimeter, heat_constant)


def counted(eigenvalues: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return N(lambda), the number of eigenvalues up to lambda, half of those that equal it."""
    values = np.asarray(eigenvalues)
    below = np.searchsorted(values, at, side="left")
    return (below + np.searchsorted(values, at, side="right")) / 2


def weyl_mean(
    at: np.ndarray, area: float, perimeter: float, heat_constant: float = 0.0
) -> np.ndarray:
    """Return Weyl's mean of N(lambda): A lambda/(4 pi) - P sqrt(lambda)/(4 pi) + C."""
    mean = lambdified(law.weyl_count, law.EIGENVALUE, *MEASURES)
    return mean(np.asarray(at), area, perimeter, heat_constant)


def weyl_level(count: float, area: float, perimeter: float, heat_constant: float = 0.0) -> float:
    """Return the lambda up to which Weyl's mean counts so many eigenvalues.

    Raises
    ------
    ArgumentError
        For a count below the least that Weyl's mean takes, C - P^2/(16 pi A).
    """
    inside = perimeter**2 + 16 * np.pi * area * (count - heat_constant)
    if inside < 0:
        least = heat_constant - perimeter**2 / (16 * np.pi * area)
        raise ArgumentError("count", count, f"must be at least {least:.6g}", "count more")
    return float(((perimeter + np.sqrt(inside)) / (2 * area)) ** 2)


def weyl_tail(times: np.ndarray, beyond: float, area: float, perimeter: float) -> np.ndarray:
    """Return what eigenvalues beyond Lambda add to Z(t) by Weyl's law, (time,).

    A/(4 pi) exp(-Lambda t)/t - P/(8 pi) sqrt(pi/t) erfc(sqrt(Lambda t)), Lambda = `beyond`.
    """
    tail = lambdified(law.spectral_tail, law.TIME, law.LARGEST, law.AREA, law.PERIMETER)
    return tail(times, beyond, area, perimeter)


# --- which shape it may be ------------------------------------------------------------------------


def squareness(area: float, perimeter: float) -> float:
    """Return P^2/(16 A): 1 for a square, pi/4 at least for any shape."""
    return perimeter**2 / (16 * area)


def roundness(area: float, perimeter: float) -> float:
    """Return P^2/(4 pi A): 1 for a disk, more for any other shape."""
    return perimeter**2 / (4 * np.pi * area)


def square_side(lowest: float) -> float:
    """Return the side of the square whose lowest eigenvalue is given, pi sqrt(2/lambda_1).

    Raises
    ------
    ArgumentError
        For an eigenvalue that is not positive and finite.

    Examples
    --------
    >>> round(square_side(2 * np.pi**2 / 9), 12)
    3.0
    """
    if not (np.isfinite(lowest) and lowest > 0):
        raise ArgumentError("lowest", lowest, "must be positive and finite", "pass lambda_1")
    return float(np.pi * np.sqrt(2 / lowest))
