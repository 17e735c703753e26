"""Figures of a latent basis, from the tree alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import xarray as xr

from validation.latent_basis import film_gif
from validation.latent_basis.figures.amplitudes import amplitudes
from validation.latent_basis.figures.batches import batches
from validation.latent_basis.figures.cosines import cosines
from validation.latent_basis.figures.densities import densities
from validation.latent_basis.figures.ladders import ladders
from validation.latent_basis.figures.linearity import linearity
from validation.latent_basis.figures.noisy import noisy
from validation.latent_basis.figures.ranks import ranks
from validation.latent_basis.figures.reliability import reliability
from validation.latent_basis.figures.residuals import residuals
from validation.latent_basis.figures.tour import tour
from validation.latent_basis.figures.transport import transport
from validation.latent_basis.figures.trials import trials
from validation.latent_basis.figures.truncation import truncation
from validation.latent_basis.figures.vectors import vectors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES: dict[str, Callable[[xr.DataTree], Figure]] = {
    "accuracy ladder": ladders,
    "trials": trials,
    "ranks": ranks,
    "reliability": reliability,
    "pictures": batches,
    "densities": densities,
    "residuals": residuals,
    "vectors": vectors,
    "cosines": cosines,
    "amplitudes": amplitudes,
    "truncation": truncation,
    "tour": tour,
    "transport": transport,
    "linearity": linearity,
    "noisy images": noisy,
}


def drawn(result: xr.DataTree) -> dict[str, Figure]:
    """Return all figures, by title."""
    return {title: draw(result) for title, draw in FIGURES.items()}


def films(result: xr.DataTree) -> dict[str, bytes]:
    """Return the film of a tour."""
    return {".gif": film_gif.gif(result)}
