"""Triangle meshes of polygons, holes included, and of drums glued of mirrored triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.grading import with_layers
from numerics.drum.spectra.walls import Wall, wall_of
from numerics.drum.spectra.widths import GROWTH, Widths, widths_of
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

ROUNDS = 60  # of cuts of missed pieces of the wall, before a polygon is refused
CLEARANCE = 0.55  # of inner vertices from the wall, in widths
FLAT = 1e-10  # area of a triangle without one, in squares of its longest side
SAME_AREA = 1e-12  # relative
MOST_TRIANGLES = 100_000  # before any refinement
ENOUGH = f"with {MOST_TRIANGLES} triangles or fewer"
MOST_PLACES = 5_000_000  # of the lattice over a polygon's box, inside it or not
NONE = np.empty((0, 2, 2))
SAME_CORNER = 1e-9  # of glued triangles, in units of the longest side


def polygon_mesh(polygon: Polygon, spacing: float) -> MeshTri:
    """Return a mesh of a polygon, one spacing wide and finer near shorter sides.

    Vertices at most one local width (`widths`) apart on every side, and inside on hexagonal
    lattices, off the wall; between them Delaunay's triangles. Pieces of the wall that these miss
    are cut (`walls`), and the width there is that of the parts.

    Parameters
    ----------
    spacing : float
        Of neighbouring vertices where no short side is near, in the polygon's unit.

    Raises
    ------
    ArgumentError
        For a spacing that is not positive and finite; for a polygon so thin somewhere that 100,000
        triangles, a lattice of 5,000,000 points over its box, or 60 rounds of cuts do not resolve it.

    Examples
    --------
    >>> square = Polygon(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    >>> polygon_mesh(square, 0.25).nelements
    28
    """
    if not 0 < spacing < np.inf:
        raise ArgumentError(
            "spacing", float(spacing), "must be positive and finite", "pass sqrt(area)/4"
        )
    widths, missed = widths_of(polygon, spacing), NONE
    _require_few(polygon, spacing)
    wall = wall_of(polygon, spacing).narrowed(widths, MOST_TRIANGLES / 2)
    for _ in range(ROUNDS):
        if len(wall.points) + polygon.area / spacing**2 > MOST_TRIANGLES / 2:
            raise _unresolved(polygon, ENOUGH, missed)
        mesh, at = _triangulated(polygon, wall, widths)
        if mesh is not None:
            return mesh
        missed = wall.pieces[at]
        if not len(missed):
            raise _unresolved(polygon, "whose area is the polygon's")
        wall, parts = wall.cut(at)
        widths = widths.with_sides(parts)
        wall = wall.narrowed(widths, MOST_TRIANGLES / 2, facing=True)
    raise _unresolved(polygon, f"after {ROUNDS} rounds of cuts", missed)


def mesh_of_triangles(triangles: np.ndarray, refinements: int = 0, layers: int = 0) -> MeshTri:
    """Return one mesh of triangles that are glued along sides, all refined alike.

    A vertex of the mesh has the same barycentric coordinates in every triangle. Triangles that share
    a side are glued there and, as mirror images, give its ends the same labels: so the mesh is its
    own mirror image too, and what transplants eigenfunctions from drum to drum transplants those of
    the mesh.

    Parameters
    ----------
    triangles : array_like, (triangle, 3, 2)
        Vertices, in the order of their labels.
    refinements : int
        Each triangle becomes 4^refinements alike ones.
    layers : int
        Then so many times those that touch a corner of a given triangle are refined again.

    Raises
    ------
    ArgumentError
        If the triangles have another shape, or one is flat; if a shared side has other labels in
        both.
    """
    from skfem import MeshTri

    triangles = np.asarray(triangles, float)
    owners = _shared_corners(triangles)
    pattern = with_layers(MeshTri.init_refdom().refined(refinements), np.eye(3)[:, 1:], layers)
    shares = np.vstack([1 - pattern.p.sum(axis=0), pattern.p])  # of the labels at each vertex
    number, count = _glued(owners, shares)
    points = np.empty((count, 2))
    points[number] = np.einsum("lv,tlx->tvx", shares, triangles)
    elements = number[:, pattern.t]
    return MeshTri(np.ascontiguousarray(points.T), np.ascontiguousarray(np.hstack(list(elements))))


def _require_few(polygon: Polygon, spacing: float) -> None:
    """Raise ArgumentError if a mesh takes too many points even where no short side is near."""
    if polygon.perimeter / spacing + polygon.area / spacing**2 > MOST_TRIANGLES / 2:
        raise _unresolved(polygon, ENOUGH)
    if np.prod((polygon.box[1] - polygon.box[0]) / spacing + 1) > MOST_PLACES:
        raise _unresolved(polygon, f"on a lattice of {MOST_PLACES} points or fewer over its box")


def _unresolved(polygon: Polygon, bound: str, missed: np.ndarray = NONE) -> ArgumentError:
    """For pieces of the wall that no mesh within a bound has, (piece, 2, 2)."""
    at = (
        f", the wall near {np.round(missed[0].mean(axis=0), 6).tolist()} first"
        if len(missed)
        else ""
    )
    return ArgumentError(
        "polygon",
        f"sides from {polygon.lengths.min():.3g} to {polygon.lengths.max():.3g}",
        f"no mesh keeps them {bound}{at}",
        "widen its narrowest place, or drop its shortest sides",
    )


def _triangulated(
    polygon: Polygon, wall: Wall, widths: Widths
) -> tuple[MeshTri | None, np.ndarray]:
    """Delaunay's triangles within the polygon, None where they are not exactly it; which pieces they miss."""
    from scipy.spatial import Delaunay
    from skfem import MeshTri

    points = np.concatenate([wall.points, *_inner(polygon, widths)])
    triangles = Delaunay((points - polygon.box[0]) / widths.spacing).simplices
    edges = np.roll(points[triangles], -1, axis=1) - points[triangles]
    areas = np.abs(np.linalg.det(edges[:, :2])) / 2
    thick = areas > FLAT * (edges**2).sum(axis=2).max(axis=1)
    within = polygon.contains(points[triangles].mean(axis=1)) & thick
    triangles = triangles[within]
    sides = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    wanted = np.sort(np.stack([np.arange(len(wall.ends)), wall.ends], axis=1), axis=1)
    missed = ~np.isin(wanted @ [len(points), 1], sides @ [len(points), 1])
    exact = abs(areas[within].sum() - polygon.area) <= SAME_AREA * polygon.area
    if missed.any() or not exact:
        return None, missed
    return MeshTri(np.ascontiguousarray(points.T), np.ascontiguousarray(triangles.T)), missed


def _inner(polygon: Polygon, widths: Widths) -> list[np.ndarray]:
    """Points of hexagonal lattices inside the polygon, off its wall: lattice by lattice, as wide as may be.

    Each lattice is part of the next, of half its spacing. Places count half columns and rows.
    """
    lower, upper = polygon.box
    spacing, found = widths.spacing, []
    columns, rows = np.ceil((upper - lower) / spacing / [1, np.sqrt(3) / 2]).astype(int) + 1
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    places = np.stack([(2 * column + row % 2).ravel(), row.ravel()], axis=1)
    old = np.zeros(len(places), bool)
    while len(places):
        points = lower + spacing * (places * [1 / 2, np.sqrt(3) / 2])
        local = widths.at(points)
        fit = ~old & ((local < np.sqrt(2) * spacing) | (spacing == widths.spacing))
        points, room = points[fit], CLEARANCE * local[fit]
        inside = polygon.contains(points)
        points, room = points[inside], room[inside]
        found.append(points[polygon.distance(points) > room])
        places, old = _finer(places[local < (1 + GROWTH) * spacing])
        spacing /= 2
    return found


def _finer(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Some places of a lattice and their neighbours in the next, and which of these are in the lattice."""
    around = np.array([[0, 0], [2, 0], [-2, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]])
    finer = np.unique((2 * places[:, None] + around).reshape(-1, 2), axis=0)
    return finer, ~(finer % 2).any(axis=1) & (finer.sum(axis=1) % 4 == 0)


def _shared_corners(triangles: np.ndarray) -> np.ndarray:
    """The number of each triangle's corners among all that differ, (triangle, label)."""
    if triangles.ndim != 3 or triangles.shape[1:] != (3, 2) or not np.isfinite(triangles).all():
        raise ArgumentError(
            "triangles",
            triangles.shape,
            "must be finite, (triangle, 3, 2)",
            "pass three vertices each",
        )
    edges = np.diff(triangles, axis=1)
    longest = np.linalg.norm(edges, axis=2).max()
    if np.abs(np.linalg.det(edges)).min() <= SAME_CORNER * longest**2:
        raise ArgumentError(
            "triangles",
            triangles[np.abs(np.linalg.det(edges)).argmin()].tolist(),
            "must each have an area",
            "drop the flat one",
        )
    corners = triangles.reshape(-1, 2)
    gaps = np.linalg.norm(corners[:, None] - corners, axis=2)
    owners = (gaps < SAME_CORNER * longest).argmax(axis=1).reshape(-1, 3)
    for i, j in zip(*np.triu_indices(len(owners), 1), strict=True):
        if np.isin(owners[i], owners[j]).sum() > max(1, (owners[i] == owners[j]).sum()):
            raise ArgumentError(
                "triangles",
                f"{int(i)} and {int(j)}",
                "must give a shared side the same labels",
                "order their vertices alike",
            )
    return owners


def _glued(owners: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, int]:
    """The number of each pattern vertex in each triangle, (triangle, vertex), and how many differ."""
    numbers = np.broadcast_to(np.arange(shares.shape[1]), (len(owners), shares.shape[1]))
    held = np.where(shares.T > 0, owners[:, None, :], -1)  # inside, all three: no one else's
    keys = np.concatenate([numbers[..., None], held], axis=2).reshape(-1, 4)
    different, inverse = np.unique(keys, axis=0, return_inverse=True)
    return inverse.reshape(numbers.shape), len(different)
