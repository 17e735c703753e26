"""Figures of the image sets, from the tree alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from validation.latent_waves.figures.equations import diffusivity, explained
from validation.latent_waves.figures.front import front
from validation.latent_waves.figures.held_out import held_out
from validation.latent_waves.figures.order import order
from validation.latent_waves.figures.rings import energies, means
from validation.latent_waves.figures.skill import skill
from validation.latent_waves.figures.strip import strip
from validation.latent_waves.figures.width import width

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "diffusivity",
    "energies",
    "explained",
    "front",
    "held_out",
    "means",
    "of_images",
    "order",
    "skill",
    "strip",
    "width",
]


def of_images(result: xr.DataTree) -> dict[str, Figure]:
    """Return all figures that the result has data for, by title."""
    drawn: dict[str, Figure | None] = {
        "film": strip(result),
        "front": front(result),
        "order": order(result),
        "ring energies": energies(result),
        "ring means": means(result),
        "width": width(result),
        "skill": skill(result),
    }
    if "equations" in result["/observed"].children:
        drawn |= {
            "equations": explained(result),
            "diffusivity": diffusivity(result),
            "held-out frames": held_out(result),
        }
    return {title: figure for title, figure in drawn.items() if figure is not None}
