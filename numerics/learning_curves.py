"""Learning curves of single modes, read as sigmoids: end, rate and half time, with uncertainties.

The curve of a mode that is alone is A = S/(1 + exp(-g (t - h))) (`theory.logistic`), with
g = 2 n v S c eta an update. That of a mode among others is not, and its fit is then an instrument:
the same for a forecast and for a run, it tells how much they differ.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr

from numerics.singular_modes import discovery_updates
from theory.errors import ArgumentError

FEWEST_RECORDS = 5
TOLERANCE = 1e-15
SOLVABLE = 1e8  # condition of the scaled Jacobian beyond which rounding decides


@dataclasses.dataclass(frozen=True)
class Sigmoid:
    """A(t) = end/(1 + exp(-rate (t - half_time))), fitted; each with its standard deviation.

    Parameters
    ----------
    end, end_uncertainty : float
        Strength at late times.
    rate, rate_uncertainty : float
        Growth while small, in e-folds an update: 2 n v S c eta of a mode alone.
    half_time, half_time_uncertainty : float
        Updates until half of the end.
    residual : float
        Root of the mean squared difference from the curve.
    """

    end: float
    end_uncertainty: float
    rate: float
    rate_uncertainty: float
    half_time: float
    half_time_uncertainty: float
    residual: float

    def __call__(self, updates: np.ndarray) -> np.ndarray:
        """Return the fitted curve."""
        return self.end * _share(self.rate * (np.asarray(updates, float) - self.half_time))


def fit_sigmoid(updates: np.ndarray, strengths: np.ndarray, singular_value: float) -> Sigmoid:
    """Fit one mode's learning curve by least squares.

    Uncertainties are standard deviations for independent errors of one size, estimated from what
    is left of the curve.

    Parameters
    ----------
    updates : ndarray, (time,)
        Increasing.
    strengths : ndarray, (time,)
    singular_value : float
        S; the curve has to rise from below S/2 past it.

    Raises
    ------
    ArgumentError
        For curves that are too short, are not finite, do not rise past S/2, or rise between two
        records.

    Examples
    --------
    >>> t = np.arange(0, 400, 5)
    >>> fit = fit_sigmoid(t, 2 / (1 + np.exp(-0.05 * (t - 150))), singular_value=2)
    >>> round(fit.end, 8), round(fit.rate, 8), round(fit.half_time, 6)
    (2.0, 0.05, 150.0)
    """
    from scipy.optimize import least_squares

    times, values = _checked(updates, strengths, singular_value)
    start = np.array(_first_guess(times, values, singular_value))
    size = np.array([singular_value, start[1], 1 / start[1]])  # of changes that matter

    def left(scaled: np.ndarray) -> np.ndarray:
        end, rate, half = scaled * size
        return (end * _share(rate * (times - half)) - values) / singular_value

    def slopes(scaled: np.ndarray) -> np.ndarray:
        end, rate, half = scaled * size
        share = _share(rate * (times - half))
        steep = end * share * (1 - share)
        columns = np.stack((share, steep * (times - half), -steep * rate), axis=1)
        return columns * size / singular_value

    found = least_squares(
        left, start / size, slopes, method="lm", ftol=TOLERANCE, xtol=TOLERANCE, gtol=TOLERANCE
    )
    end, rate, half = found.x * size
    if not (end > 0 and rate > 0 and np.linalg.cond(found.jac) < SOLVABLE):
        raise ArgumentError(
            "strengths",
            f"a rise from {values[0]:.3g} to {values[-1]:.3g}",
            "its end, rate and half time cannot be told apart from these records",
            "record more often while it rises, and beyond",
        )
    variance = 2 * found.cost / (len(times) - 3)
    inverse = np.linalg.inv(
        np.linalg.qr(found.jac)[1]
    )  # of its triangle: J^T J squares the condition
    spread = np.sqrt(variance * np.square(inverse).sum(axis=1)) * size
    residual = singular_value * float(np.sqrt(2 * found.cost / len(times)))
    return Sigmoid(
        end=float(end),
        end_uncertainty=float(spread[0]),
        rate=float(rate),
        rate_uncertainty=float(spread[1]),
        half_time=float(half),
        half_time_uncertainty=float(spread[2]),
        residual=residual,
    )


def fit_sigmoids(strengths: xr.DataArray, singular_values: xr.DataArray) -> xr.Dataset:
    """Fit every curve of an array; nan where `fit_sigmoid` refuses one.

    Parameters
    ----------
    strengths : xr.DataArray, (..., mode, update)
    singular_values : xr.DataArray, (mode,)

    Returns
    -------
    xr.Dataset, (..., mode)
        The fields of `Sigmoid`.
    """
    names = [field.name for field in dataclasses.fields(Sigmoid)]
    updates = strengths["update"].values

    def fitted(curve: np.ndarray, singular_value: float) -> np.ndarray:
        try:
            return np.array(dataclasses.astuple(fit_sigmoid(updates, curve, singular_value)))
        except ArgumentError:
            return np.full(len(names), np.nan)

    whole = xr.apply_ufunc(
        fitted,
        strengths,
        singular_values,
        input_core_dims=[["update"], []],
        output_core_dims=[["field"]],
        vectorize=True,
    )
    units = {"rate": "1/update", "half_time": "updates"}
    parts = {}
    for place, name in enumerate(names):
        parts[name] = whole.isel(field=place, drop=True)
        quantity = name.removesuffix("_uncertainty")
        said = {"end": "strength at the end", "rate": "growth rate"}.get(
            quantity, quantity.replace("_", " ")
        )
        uncertain = "uncertainty of " if name != quantity else ""
        parts[name].attrs = {
            "long_name": f"{uncertain}{said}",
            "units": units.get(quantity, "1"),
        }
    return xr.Dataset(parts)


def _share(exponent: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(exponent)


def _checked(
    updates: np.ndarray, strengths: np.ndarray, singular_value: float
) -> tuple[np.ndarray, np.ndarray]:
    times, values = (np.asarray(x, dtype=float) for x in (updates, strengths))
    if times.ndim != 1 or times.shape != values.shape or len(times) < FEWEST_RECORDS:
        raise ArgumentError(
            "strengths",
            f"shapes {times.shape} and {values.shape}",
            f"updates and strengths must be as many, at least {FEWEST_RECORDS}",
            "record more often",
        )
    if not np.isfinite(values).all() or not (np.diff(times) > 0).all():
        raise ArgumentError(
            "strengths", "a curve", "must be finite, at increasing updates", "leave out the rest"
        )
    if not (np.isfinite(singular_value) and singular_value > 0):
        raise ArgumentError("singular_value", singular_value, "must be positive", "pass S")
    if values[0] >= singular_value / 2 or values.max() <= singular_value / 2:
        raise ArgumentError(
            "strengths",
            f"from {values[0]:.3g} to {values.max():.3g} at most",
            f"must rise from below S/2 = {singular_value / 2:.3g} past it",
            "record from the start, and train longer",
        )
    return times, values


def _first_guess(
    times: np.ndarray, values: np.ndarray, singular_value: float
) -> tuple[float, float, float]:
    """Return end, rate and half time read off the curve: from a quarter to three quarters."""
    end = float(values[-max(1, len(values) // 10) :].mean())
    end = end if end > singular_value / 4 else float(values.max())
    # twice the share wanted: the updates at which half of that is passed
    early, half, late = (
        float(discovery_updates(times, values[None], np.array([2 * share * end]))[0])
        for share in (0.25, 0.5, 0.75)
    )
    shortest = float(np.diff(times).min()) / 2
    return end, 2 * np.log(3) / max(late - early, shortest), half
