"""Do we solve the stated laws right? Rows that need no option of the user, by the id of their check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from validation.drum.verification import (
    coverage,
    gradients,
    grids,
    hearing,
    laws,
    masks,
    meshes,
    pair,
    pictures,
    steps,
    waves,
)

FUNCTIONS: Mapping[str, Callable[[], float]] = {
    **laws.FUNCTIONS,
    **steps.FUNCTIONS,
    **gradients.FUNCTIONS,
    **masks.FUNCTIONS,
    **grids.FUNCTIONS,
    **meshes.FUNCTIONS,
    **coverage.FUNCTIONS,
    **waves.FUNCTIONS,
    **pair.FUNCTIONS,
    **hearing.FUNCTIONS,
    **pictures.FUNCTIONS,
}
