"""The space step's part of a forecast: by coarser masks, or by how far walls may be off."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.grid_masks import (
    ROUNDING,
    aligned_spacing,
    level_set,
    mask_of,
    node_places,
    sides_on_grid,
)
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.exact import annulus_spectrum, disk_spectrum
from numerics.drum.spectra.masks import corner_powers, mask_spectrum
from numerics.drum.spectra.sector_walls import sector_wall_rate
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError
from validation.drum.shapes.setting import Membrane

if TYPE_CHECKING:
    from skfem import MeshTri

COARSER = (1 / 3, 1 / 2, 2 / 3, 5 / 6)  # masks by which a polygon on the grid foretells its own
BLUNT = np.radians(
    190
)  # a corner up to here needs no layers: the rate is the same to one in a thousand
FINER = 4  # points to a spacing, by which a hole is measured


def space_part(membrane: Membrane, known: Spectrum) -> tuple[float, float]:
    """Return ln f - ln f_grid of the fundamental and its uncertainty, without use of the drum's mask.

    Where all sides of a polygon run from node to node along the grid, coarser masks foretell it. Else
    a wall that no line of the grid follows is felt between the last free nodes and the next ones, which
    are clamped: from none to one spacing outside. Half of what a whole spacing does is foretold, give
    or take as much. A side that the grid follows is clamped where it is, but for reentrant corners.
    """
    lowest, h = float(known.eigenvalues[0]), membrane.drum.spacing
    if membrane.follows_grid:
        coarser = _from_coarser(membrane, lowest)
        if coarser is not None:
            return coarser
    reach, second_order = _of_walls(membrane, lowest)
    of_stencil = h**2 * lowest / 32  # (kx^4 + ky^4) h^2/12 of waves in all directions
    return reach / 2 + of_stencil, reach / 2 + of_stencil + second_order


# --- walls that may be off ------------------------------------------------------------------------


def _of_walls(membrane: Membrane, lowest: float) -> tuple[float, float]:
    """Return what loose walls one spacing further out change, and what the next order may add."""
    domain, h = membrane.shape.domain, membrane.drum.spacing
    if isinstance(domain, Disk | Annulus):
        return _of_wider(domain, lowest, h), 0.0
    if isinstance(domain, Sector):
        loose = ~_followed(membrane, domain) | _reach_in(domain)
        rate, left = sector_wall_rate(domain, h, int(loose.sum()))
        push = rate * h / 2
        return push, push**2 / 2 + left / 2  # as of a square, and of an apex
    assert isinstance(domain, Polygon)
    kept = _without_closed_holes(domain, h)
    closed = 0.0 if kept is domain else _drop(lowest, kept)
    followed, reentrant = _followed(membrane, kept), _reach_in(kept)
    push = _rate_of_walls(kept, ~followed | reentrant) * h / 2
    # a reentrant corner at a node makes the grid sound higher: as if its sides were felt inside
    inside = _rate_of_walls(kept, followed & reentrant) * h / 4
    return closed + push, push**2 / 2 + inside


def _followed(membrane: Membrane, domain: Polygon | Sector) -> np.ndarray:
    """Return which straight sides the grid follows, (side,): none of a mask not laid over its domain."""
    followed = sides_on_grid(domain, membrane.drum.spacing)
    return followed & (membrane.shape.mask is None)


def _reach_in(domain: Polygon | Sector) -> np.ndarray:
    """Return which straight sides end at a reentrant corner, (side,).

    There the grid's own error goes as a lower power of h than that of its stencil.
    """
    if isinstance(domain, Sector):
        return np.full(2, domain.angle > np.pi)
    starts = np.cumsum([0, *map(len, domain.rings)])
    rings = [domain.angles[a:b] > np.pi for a, b in itertools.pairwise(starts)]
    return np.concatenate([ring | np.roll(ring, -1) for ring in rings])


def _without_closed_holes(polygon: Polygon, h: float) -> Polygon:
    """Return a polygon without the holes that close as their walls move by a spacing.

    So small a hole may lie between the nodes; a rate knows nothing of where it ends.
    """
    kept = tuple(ring for ring in polygon.holes if not _closes(Polygon(ring[::-1]), h))
    return polygon if len(kept) == len(polygon.holes) else Polygon(polygon.vertices, kept)


def _closes(hole: Polygon, h: float) -> bool:
    """Return whether no place in a hole, of many, is farther than a spacing from its wall."""
    lower, upper = hole.box
    columns, rows = np.ceil((upper - lower) / h * FINER).astype(int)
    return bool((level_set(hole, node_places(lower, h / FINER, (columns, rows))) > -h).all())


def _drop(lowest: float, wider: Polygon) -> float:
    """Return ln f - ln f of a wider drum, by finite elements."""
    from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues

    mesh = _mesh(wider)
    return float(np.log(lowest / mesh_eigenvalues(mesh, 1, "P4")[0]) / 2)


def _rate_of_walls(polygon: Polygon, loose: np.ndarray) -> float:
    """Return how fast ln(lambda) falls as loose sides move outward."""
    if not loose.any():
        return 0.0
    from numerics.drum.spectra.mesh_spectra import wall_rate

    mesh = _mesh(polygon)
    return wall_rate(mesh, rim=_facets_off(mesh, polygon.sides[~loose]))


def _mesh(polygon: Polygon) -> MeshTri:
    from numerics.drum.spectra.finite_elements import LAYERS, graded_meshes
    from numerics.drum.spectra.grading import with_layers

    (mesh,) = graded_meshes(polygon, 1, levels=1)
    return with_layers(mesh, polygon.corners[polygon.angles > BLUNT], LAYERS)


def _facets_off(mesh: MeshTri, sides: np.ndarray) -> np.ndarray:
    """Return the boundary facets of a mesh that lie on none of some sides, (facet,)."""
    rim = mesh.boundary_facets()
    middles = mesh.p[:, mesh.facets[:, rim]].mean(axis=1)
    off = np.ones(len(rim), bool)
    for start, end in sides:
        along, (x, y) = end - start, middles - start[:, None]
        share = (x * along[0] + y * along[1]) / (along**2).sum()
        gap = np.hypot(x - share * along[0], y - share * along[1])
        off &= (gap > ROUNDING * np.ptp(mesh.p)) | (share < 0) | (share > 1)
    return rim[off]


def _of_wider(domain: Disk | Annulus, lowest: float, by: float) -> float:
    """Return ln f - ln f of the same drum with its walls moved outward."""
    if isinstance(domain, Disk):
        wider = disk_spectrum(domain.radius + by, 1)
    elif by >= domain.inner:  # the grid has no node to clamp in so small a hole, or one
        wider = disk_spectrum(domain.outer + by, 1)
    else:
        wider = annulus_spectrum(domain.inner - by, domain.outer + by, 1)
    return float(np.log(lowest / wider.eigenvalues[0]) / 2)


# --- coarser masks --------------------------------------------------------------------------------


def _from_coarser(membrane: Membrane, limit: float) -> tuple[float, float] | None:
    """Return what coarser masks foretell by the powers of h that the corners allow."""
    polygon, h = membrane.shape.domain, membrane.drum.spacing
    assert isinstance(polygon, Polygon)
    unit = aligned_spacing(polygon)
    assert unit is not None
    parts = round(unit / h)
    divisions = sorted({max(2, round(share * parts)) for share in COARSER})
    if len(divisions) < len(COARSER) or divisions[-1] >= parts:
        return None
    spacings = unit / np.array(divisions)
    try:
        drums = [mask_of(polygon, spacing) for spacing in spacings]
    except ArgumentError:  # so coarse that one falls into parts, or has no node
        return None
    if min(drum.nodes for drum in drums) < 3:
        return None
    errors = np.array([mask_spectrum(drum, 1).eigenvalues[0] for drum in drums]) - limit
    powers = np.array(corner_powers(polygon.angles, len(divisions)))
    foretold = [
        _power_law(spacings[k:], errors[k:], powers[: len(divisions) - k], h) for k in range(3)
    ]
    values = [float(-np.log1p(error / limit) / 2) for error in foretold]
    # two fits may agree by chance: the larger step of two tells
    return values[0], 2 * max(abs(values[0] - values[1]), abs(values[1] - values[2]))


def _power_law(spacings: np.ndarray, errors: np.ndarray, powers: np.ndarray, h: float) -> float:
    coefficients = np.linalg.solve((spacings[:, None] / spacings[0]) ** powers, errors)
    return float((h / spacings[0]) ** powers @ coefficients)
