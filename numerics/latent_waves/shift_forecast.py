"""A forecast without parameters: every frame is the one before it, one mode further out."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import sparse

from theory.errors import ArgumentError


def shift_modes(
    film: np.ndarray, order: np.ndarray, places: int, *, fill: float | np.ndarray = 0.0
) -> np.ndarray:
    """Return a film whose modes have moved outwards, w_t + w_s = 0 in the mode count s.

    Parameters
    ----------
    film : ndarray, (n, ...)
        Energies or magnitudes of the modes.
    order : ndarray, (n,)
        The modes from the innermost to the outermost, of `spiral`.
    places : int
        How far, at least 0; what passes the outermost mode is gone.
    fill : float or ndarray, (...)
        What the innermost modes become.

    Raises
    ------
    ArgumentError
        For a negative number of places.

    Source: latent waves, the transport equation of the ideal front in the mode count.
    """
    if places < 0:
        raise ArgumentError("places", places, "must be at least 0", "modes move outwards only")
    moved = np.empty_like(film)
    places = min(places, len(order))
    moved[order[:places]] = fill
    moved[order[places:]] = film[order[: len(order) - places]]
    return moved


@dataclasses.dataclass(frozen=True)
class ForecastSkill:
    """How well ring energies are forecast, summed over rings and origins.

    Parameters
    ----------
    persistence, shift : float
        Sums of squared errors of the window before, and of that window shifted outwards.
    mean : float
        The same of the mean over all frames.
    horizon, window : int
        Frames ahead, and frames that are averaged.
    origins : ndarray of int
        First frames of the windows.
    """

    persistence: float
    shift: float
    mean: float
    horizon: int
    window: int
    origins: np.ndarray

    @property
    def persistence_skill(self) -> float:
        """1 - SSE/SSE of the mean; 1 is perfect."""
        return 1 - self.persistence / self.mean

    @property
    def shift_skill(self) -> float:
        """1 - SSE/SSE of the mean; 1 is perfect."""
        return 1 - self.shift / self.mean

    @property
    def ratio(self) -> float:
        """SSE(shift)/SSE(persistence), q: below 1 the ring moves as the bookkeeping says."""
        return self.shift / self.persistence


def forecast_skill(
    energies: np.ndarray,
    order: np.ndarray,
    rings: sparse.csr_array,
    *,
    horizon: int,
    first: int,
    last: int,
    window: int = 15,
    step: int = 10,
) -> ForecastSkill:
    """Return how well `horizon` frames ahead are forecast, by persistence and by the shift of modes.

    Parameters
    ----------
    energies : ndarray, (n, J)
        E(k, j).
    order : ndarray, (n,)
        The modes from the innermost to the outermost, of `spiral`: by a p-norm or any other order.
    rings : sparse array, (rings, n)
        Of `ring_partition`.
    horizon : int
        D, frames from one window to the other.
    first, last : int
        The frames a, ..., b-1 that are looked at; origins are a, a + step, ... <= b - D - window.
    window, step : int
        Frames that are averaged, and frames between origins.

    Raises
    ------
    ArgumentError
        Where no two windows fit between `first` and `last`, or `last` is beyond the film.

    Source: latent waves, forecasts of ring energies.
    """
    origins = _origins(energies.shape[1], horizon, first, last, window, step)
    now = _windows(energies, origins, window)
    then = rings @ _windows(energies, origins + horizon, window)
    profile = rings @ energies[:, first:last].mean(axis=1)
    forecasts = {
        "persistence": rings @ now,
        "shift": rings @ shift_modes(now, order, horizon),
        "mean": profile[:, None],
    }
    errors = {name: float(((then - made) ** 2).sum()) for name, made in forecasts.items()}
    return ForecastSkill(**errors, horizon=horizon, window=window, origins=origins)


def _origins(
    frames: int, horizon: int, first: int, last: int, window: int, step: int
) -> np.ndarray:
    """First frames of the windows, refused where there are none."""
    for name, value in {"horizon": horizon, "window": window, "step": step}.items():
        if value < 1:
            raise ArgumentError(name, value, "must be at least 1", "pass 1 or more")
    if not 0 <= first < last <= frames:
        raise ArgumentError(
            "last", (first, last), f"frames must lie within 0 to {frames}", "take fewer"
        )
    origins = np.arange(first, last - horizon - window + 1, step)
    if not origins.size:
        raise ArgumentError(
            "last",
            (first, last),
            f"must hold a window of {window} frames and another one {horizon} frames later, "
            f"{horizon + window} frames in all",
            "take more frames, or forecast less far",
        )
    return origins


def _windows(energies: np.ndarray, origins: np.ndarray, window: int) -> np.ndarray:
    """Means over a window from each origin, (n, origins)."""
    return np.stack([energies[:, o : o + window].mean(axis=1) for o in origins], axis=1)
