"""How much of u_t linear combinations explain, on a film and on films in which there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import xarray as xr

from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.field import Field
from numerics.latent_waves.identification import TRAINING_SHARE, explained
from numerics.latent_waves.library import Design, design
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.null_models import (
    locally_stationary_set,
    shuffled_in_blocks,
    stationary_set,
)
from numerics.latent_waves.ring_film import RingFilm, Rings, ring_film
from numerics.latent_waves.sparse_regression import least_squares
from theory.errors import ArgumentError
from theory.latent_waves.equations import Term

LIBRARIES = ("twelve terms", "advection", "radial transport")
NULLS = ("stationary Gaussian", "locally stationary Gaussian", "shuffled frames")
PARTS = ("train", "held out")
LEAST_SEEDS = 4


def scores(field: Field, *, share: float = TRAINING_SHARE) -> np.ndarray:
    """Return R2 of u_t by plain least squares, (libraries, parts): no sparse choice explains more.

    Parameters
    ----------
    field : Field
        In raw units, x the radius: radial transport, u_x/x and u/x^2, is no equation of the
        scaled film. R2 of the other two libraries is the same for both.
    share : float
        Share of the times that trains.
    """
    # scaled for the twelve: raw columns differ by so many orders that least squares suffers
    scaled = [design(part) for part in field.scaled().split(share)]
    raw = [_radial(part) for part in field.split(share)]
    advection = scaled[0].terms.index(Term(0, 1))
    everything = tuple(range(len(scaled[0].terms)))
    return np.array(
        [
            _both(scaled, everything),
            _both(scaled, (advection,)),
            _both(raw, (0, 1)),
        ]
    )


def _both(parts: Sequence[Design], support: tuple[int, ...]) -> list[float]:
    values = least_squares(parts[0].columns, parts[0].rates, support)
    return [explained(part, values) for part in parts]


def _radial(field: Field) -> Design:
    """u_x/x and u/x^2 for the rates of a field; they are no terms of an equation with constants."""
    regression = design(field)
    x = np.repeat(field.positions, len(field.times))
    slope = regression.columns[:, regression.terms.index(Term(0, 1))]
    columns = np.stack([slope / x, field.values.ravel() / x**2], axis=1)
    return Design(columns, regression.rates, ())


def null_test(
    moments: SecondMoments,
    start: int,
    end: int,
    *,
    windows: Sequence[int] = (1, 10),
    seeds: Sequence[int] = range(LEAST_SEEDS),
    rings: Rings | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> xr.Dataset:
    """Return R2 of u_t of a set's film and of its nulls.

    Parameters
    ----------
    moments : SecondMoments
    start, end : int
        Frames start <= j < end.
    windows : sequence of int
        Frames that are averaged, over the whole film, windows counted by their first frame; R2
        depends on it strongly.
    seeds : sequence of int
        At least four: rows of nulls scatter by several tenths between them.
    rings : Rings, optional
    progress : callable, optional
        Called with the null and the seed that begin.

    Returns
    -------
    Dataset
        ``film`` (window, library, part) and ``nulls`` (null, trial, window, library, part).

    Raises
    ------
    ArgumentError
        For fewer than four seeds; as `RingFilm.field`.
    """
    if len(seeds) < LEAST_SEEDS:
        raise ArgumentError(
            "seeds",
            f"{len(seeds)} of them",
            f"must be at least {LEAST_SEEDS}: nulls scatter between seeds",
            "add some",
        )
    film = ring_film(eigenimages(moments), rings)
    null = [
        [
            _windowed_scores(one, start, end, windows)
            for one in _films(name, moments, film, seeds, progress)
        ]
        for name in NULLS
    ]
    return xr.Dataset(
        {
            "film": (("window", "library", "part"), _windowed_scores(film, start, end, windows)),
            "nulls": (("null", "trial", "window", "library", "part"), np.array(null)),
        },
        {
            "null": list(NULLS),
            "trial": list(seeds),
            "window": list(windows),
            "library": list(LIBRARIES),
            "part": list(PARTS),
        },
    )


def above_nulls(scores: xr.Dataset, *, window: int | None = None) -> xr.DataArray:
    """Return by how much the held-out R2 of the film exceeds that of the largest null, by library.

    An equation needs this to be above 0.05.

    Parameters
    ----------
    scores : Dataset
        Of `null_test`.
    window : int, optional
        One of its windows; by default each, then by window and library.
    """
    held_out = scores.sel(part="held out")
    if window is not None:
        held_out = held_out.sel(window=window)
    return held_out["film"] - held_out["nulls"].max(["null", "trial"])


def _films(
    name: str,
    moments: SecondMoments,
    film: RingFilm,
    seeds: Sequence[int],
    progress: Callable[[str, int], None] | None,
) -> Iterator[RingFilm]:
    """The films of a null, one a seed; their windows are not taken yet."""
    for seed in seeds:
        if progress is not None:
            progress(name, seed)
        generator = np.random.default_rng(seed)
        if name == "shuffled frames":
            values = shuffled_in_blocks(film.values, generator)
            yield RingFilm(values, film.rank, film.rings, film.window)
        else:
            draw = stationary_set if name == "stationary Gaussian" else locally_stationary_set
            yield ring_film(eigenimages(draw(moments, moments.count, generator)), film.rings)


def _windowed_scores(film: RingFilm, start: int, end: int, windows: Sequence[int]) -> np.ndarray:
    """`scores` for each window, (windows, libraries, parts)."""
    return np.array([scores(film.averaged(window).field(start, end)) for window in windows])
