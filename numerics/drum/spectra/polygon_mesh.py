"""Triangle meshes of polygons, holes included, and of drums glued of mirrored triangles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.grading import with_layers
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

HALVINGS = 6  # of the spacing, before a polygon is refused
CLEARANCE = 0.55  # of inner vertices from the wall, in spacings
FLAT = 1e-10  # area of a triangle without one, in squared spacings
SAME_AREA = 1e-12  # relative
MOST_TRIANGLES = 50_000  # before any refinement
SAME_CORNER = 1e-9  # of glued triangles, in units of the longest side


def polygon_mesh(polygon: Polygon, spacing: float) -> tuple[MeshTri, float]:
    """Return a mesh of a polygon and the spacing that it took.

    Vertices at most one spacing apart on every side, and inside on a hexagonal lattice, off the
    wall; between them Delaunay's triangles. Where these miss a piece of the wall the spacing is
    halved.

    Parameters
    ----------
    spacing : float
        Of neighbouring vertices, in the polygon's unit.

    Raises
    ------
    ArgumentError
        For a spacing that is not positive and finite; for a polygon so thin somewhere that six
        halvings or 50,000 triangles do not resolve it.

    Examples
    --------
    >>> square = Polygon(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]))
    >>> mesh, spacing = polygon_mesh(square, 0.25)
    >>> spacing, mesh.nelements
    (0.25, 28)
    """
    if not 0 < spacing < np.inf:
        raise ArgumentError(
            "spacing", float(spacing), "must be positive and finite", "pass sqrt(area)/4"
        )
    for halving in range(HALVINGS + 1):
        tried = spacing / 2**halving
        if polygon.area / tried**2 > MOST_TRIANGLES / 2:
            break
        mesh = _triangulated(polygon, tried)
        if mesh is not None:
            return mesh, tried
    raise ArgumentError(
        "polygon",
        f"sides from {polygon.lengths.min():.3g} to {polygon.lengths.max():.3g}",
        f"no mesh of spacing {tried:.3g} or wider keeps all its sides",
        "widen its narrowest place, or drop its shortest sides",
    )


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


def _triangulated(polygon: Polygon, spacing: float) -> MeshTri | None:
    """Delaunay's triangles within the polygon; None where they are not exactly it."""
    from scipy.spatial import Delaunay
    from skfem import MeshTri

    wall, pieces = _wall(polygon, spacing)
    points = np.concatenate([wall, _lattice(polygon, spacing)])
    triangles = Delaunay((points - polygon.box[0]) / spacing).simplices
    areas = np.abs(np.linalg.det(np.diff(points[triangles], axis=1))) / 2
    within = polygon.contains(points[triangles].mean(axis=1)) & (areas > FLAT * spacing**2)
    triangles = triangles[within]
    sides = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1) @ [
        len(points),
        1,
    ]
    kept = np.isin(np.sort(pieces, axis=1) @ [len(points), 1], sides).all()
    if not kept or abs(areas[within].sum() - polygon.area) > SAME_AREA * polygon.area:
        return None
    return MeshTri(np.ascontiguousarray(points.T), np.ascontiguousarray(triangles.T))


def _wall(polygon: Polygon, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """Points at most one spacing apart on each ring, and the numbers of neighbours among them."""
    points, pieces, first = [], [], 0
    for ring in polygon.rings:
        ends = np.roll(ring, -1, axis=0)
        parts = np.ceil(np.linalg.norm(ends - ring, axis=1) / spacing - SAME_AREA).astype(int)
        for start, end, number in zip(ring, ends, np.maximum(parts, 1), strict=True):
            points.append(start + np.arange(number)[:, None] / number * (end - start))
        numbers = first + np.arange(sum(map(len, points)) - first)
        pieces.append(np.stack([numbers, np.roll(numbers, -1)], axis=1))
        first += len(numbers)
    return np.concatenate(points), np.concatenate(pieces)


def _lattice(polygon: Polygon, spacing: float) -> np.ndarray:
    """Points of a hexagonal lattice inside the polygon, off its wall."""
    lower, upper = polygon.box
    columns, rows = np.ceil((upper - lower) / spacing / [1, np.sqrt(3) / 2]).astype(int) + 1
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    x, y = column + (row % 2) / 2, row * np.sqrt(3) / 2
    points = lower + spacing * np.stack([x.ravel(), y.ravel()], axis=1)
    points = points[polygon.contains(points)]
    return points[polygon.distance(points) > CLEARANCE * spacing]


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
