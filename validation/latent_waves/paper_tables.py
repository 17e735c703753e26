"""The paper's own numbers, remade: is its Table 1 what its code gives, and by which rings?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from numerics.latent_waves.eigenimages import Eigenimages
from numerics.latent_waves.field import Field
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.identification import (
    TRAINING_SHARE,
    Fit,
    Regression,
    coefficients_of,
    pysindy_model,
)
from numerics.latent_waves.paper_rows import PaperRow
from numerics.latent_waves.ring_film import Rings, ring_film
from numerics.latent_waves.ring_shape import sharpest_ring
from theory.latent_waves.equations import Term
from validation.latent_waves import check_table as table

# the release's own table: two terms on frames 0 to 150 of MNIST, rings of half width 1/2, p = 2
RELEASE_ROWS: dict[str, dict[Term, float]] = {
    table.MNIST: {Term(1, 1): -15.41151, Term(2, 1): 27.02933}
}
RELEASE_RINGS, RELEASE_FRAMES = Rings(half_width=0.5), (0, 150)
CIRCLES = 2.0
# how the release reads p off: one frame, exponents from and to, their number, half width of the rings
READINGS = {
    table.MNIST: (135, (1.0, 3.0, 200), 0.5),
    table.FASHION: (300, (0.8, 2.0, 200), 2.0),
    table.CIFAR: (404, (1.0, 2.0, 100), 0.5),
    table.EUROSAT: (1451, (1.0, 3.0, 200), 0.5),
    table.STL: (215, (0.1, 1.0, 100), 8.0),
    table.PCAM: (3531, (1.0, 3.0, 200), 0.5),
}
NEIGHBOURS = 2  # frames on either side
# thresholds that select the printed terms
THRESHOLDS = {table.MNIST: 20.0, table.FASHION: 74.0}


def remade(name: str, row: PaperRow, images: Eigenimages) -> xr.Dataset:
    """Return the paper's Table 1 by several rings, and how far our selection is from PySINDy's.

    Returns
    -------
    Dataset
        ``coefficient`` (rings, term), fitted on the printed terms; ``printed`` (term);
        ``missed`` (rings), the largest difference of the two; ``train`` and ``held_out`` (rings).
        ``read_p`` (frame): p as the release reads it off, by its frame and the two on either side.
        ``release_missed``: largest difference from the release's own table, where it has one.
        ``stlsq_missed``: relative difference of our coefficients from PySINDy's, infinite for other
        terms.
    """
    terms = list(row.coefficients)
    printed = np.array(list(row.coefficients.values()))
    rings = rings_tried(row)
    fits = [_fitted(images, one, (row.start, row.end), terms) for one in rings.values()]
    found = np.array([[fit.coefficients[term] for term in terms] for fit in fits])
    read = p_read(name, images)
    parts: dict[str, Any] = {
        "coefficient": (("rings", "term"), found),
        "printed": ("term", printed),
        "missed": ("rings", abs(found - printed).max(axis=1)),
        "read_p": ("frame", list(read.values())),
        "train": ("rings", [fit.train for fit in fits]),
        "held_out": ("rings", [fit.held_out for fit in fits]),
    }
    if name in RELEASE_ROWS:
        release = RELEASE_ROWS[name]
        fit = _fitted(images, RELEASE_RINGS, RELEASE_FRAMES, list(release))
        missed = max(abs(fit.coefficients[term] - value) for term, value in release.items())
        parts["release_missed"] = missed
    if name in THRESHOLDS:
        field = ring_film(images).field(row.start, row.end).scaled()
        parts["stlsq_missed"] = _differs_from_pysindy(field, THRESHOLDS[name])
    coords = {"frame": list(read), "rings": list(rings)}
    return xr.Dataset(parts, coords=coords | {"term": list(map(repr, terms))})


def p_read(name: str, images: Eigenimages) -> dict[int, float]:
    """Return p as the release reads it off, by its frame and by its neighbours."""
    frame, exponents, half_width = READINGS[name]
    found = {}
    for j in range(frame - NEIGHBOURS, frame + NEIGHBOURS + 1):
        energy = spectral_energies(images.vectors[:, j : j + 1], images.shape)
        magnitudes = np.sqrt(energy).reshape(images.shape)
        found[j] = sharpest_ring(magnitudes, np.linspace(*exponents), half_width=half_width)[0]
    return found


def rings_tried(row: PaperRow) -> dict[str, Rings]:
    """Return rings by p = 2 and by the printed p, of half width 1 and 1/2."""
    return {
        f"p = {p:g}, half width {half_width:g}": Rings(p=p, half_width=half_width)
        for p in dict.fromkeys((CIRCLES, row.p))
        for half_width in (1.0, 0.5)
    }


def _fitted(
    images: Eigenimages, rings: Rings, frames: tuple[int, int], terms: Sequence[Term]
) -> Fit:
    field = ring_film(images, rings).field(*frames).scaled()
    return Regression(field).on_support(tuple(terms))


def _differs_from_pysindy(field: Field, threshold: float) -> float:
    """Largest relative difference of our coefficients from PySINDy's at a threshold."""
    train, _ = field.split(TRAINING_SHARE)
    ours = Regression(field).at_threshold(threshold).coefficients
    theirs = coefficients_of(pysindy_model(train, threshold))
    if set(ours) != set(theirs):
        return float("inf")
    # of few images both may leave no term: that is the same choice
    return max((abs(ours[term] / theirs[term] - 1) for term in theirs), default=0.0)
