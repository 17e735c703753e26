"""From the modes of one drum of the pair to those of the other, node by node on a grid.

Triangle i of the second drum gets sum_j X_ij times what stands on triangle j of the first, point for
point by the labels of their vertices. X intertwines the gluings (`theory.drum.transplantation`), so
that the pieces fit at the sides they share and vanish at the rim. On a grid whose lines follow the
legs of right isosceles triangles that is exact for every field, whatever becomes of it later: the
map commutes with the stencil, hence with every step in time.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from numerics.drum.drums import Drum, require_whole
from numerics.drum.isospectral.tilings import Tiling, unfolded_pair
from numerics.drum.shapes.grid_masks import mask_of
from numerics.lambdify import lambdified
from theory.drum import transplantation as theory
from theory.errors import ArgumentError


@dataclasses.dataclass(frozen=True, eq=False)
class GridTiling:
    """One drum of the pair on a grid, and where each triangle's nodes lie on it.

    Parameters
    ----------
    drum : Drum
        Legs of 1, spacing 1/n; index (i, j) lies at (i, j)/n.
    tiling : Tiling
    places : ndarray of int, (2, triangle, node)
        Indices (i, j) of the nodes of each triangle, its sides included, in one order for all: by
        their distances from the sides.
    """

    drum: Drum
    tiling: Tiling
    places: np.ndarray

    def pieces(self, field: np.ndarray) -> np.ndarray:
        """Return what stands on each triangle, (triangle, node), of a field (x, y)."""
        return self.drum.require_field("field", field)[tuple(self.places)]

    def joined(self, pieces: np.ndarray) -> Joined:
        """Return the field whose pieces are given, and how badly they fit."""
        size = self.drum.free.size
        number = np.ravel_multi_index(tuple(self.places), self.drum.free.shape).ravel()
        covered, values = np.unique(number), np.asarray(pieces, float).ravel()
        highest, lowest = np.full(size, -np.inf), np.full(size, np.inf)
        np.maximum.at(highest, number, values)
        np.minimum.at(lowest, number, values)
        highest, lowest = highest[covered], lowest[covered]
        field = np.zeros(self.drum.free.shape)
        field.flat[covered] = (highest + lowest) / 2
        gap, rim = (highest - lowest).max(), np.abs(field[~self.drum.free]).max()
        return Joined(np.where(self.drum.free, field, 0.0), float(gap), float(rim))


@dataclasses.dataclass(frozen=True, eq=False)
class Joined:
    """A field put together of pieces.

    Parameters
    ----------
    field : ndarray, (x, y)
        Where pieces differ, halfway between the extremes; 0 on clamped nodes.
    gap : float
        How far pieces differ at a node they share, at most.
    rim : float
        What they would have put on a clamped node, at most.
    """

    field: np.ndarray
    gap: float
    rim: float


def grid_pair(spacings: int) -> tuple[GridTiling, GridTiling]:
    """Return the pair of right isosceles triangles on grids of n spacings a leg, n at least 3.

    Raises
    ------
    ArgumentError
        For fewer than 3 spacings: on 2 the grids fall apart.
    """
    require_whole("spacings", spacings, 3)
    first, second = unfolded_pair()
    return _on_grid(first, spacings), _on_grid(second, spacings)


def transplantation_matrix(x: float, y: float) -> np.ndarray:
    """Return x X1 + y X2, (triangle, triangle): every transplantation from first to second drum.

    Invertible unless x = y or 4 x = -3 y, `theory.drum.transplantation`.
    """
    return lambdified(theory.transplantation_matrix, theory.WEIGHT_X, theory.WEIGHT_Y)(x, y)


def orthogonal_transplantation() -> np.ndarray:
    """Return the transplantation that keeps the norm of every field, (triangle, triangle)."""
    weights = theory.orthogonal_weights()
    return transplantation_matrix(*(float(weights[w]) for w in (theory.WEIGHT_X, theory.WEIGHT_Y)))


def transplanted(
    matrix: np.ndarray, field: np.ndarray, source: GridTiling, target: GridTiling
) -> Joined:
    """Return a field of one drum as its image on the other.

    Parameters
    ----------
    matrix : ndarray, (7, 7)
        X, see `transplantation_matrix`; from the second drum to the first its inverse.
    field : ndarray, (x, y)
        On the drum of `source`; what stands on clamped nodes is ignored.

    Raises
    ------
    ArgumentError
        For a matrix that is not seven by seven, a field without the drum's shape, grids of
        different spacing.
    """
    matrix = np.asarray(matrix, float)
    if matrix.shape != (theory.TRIANGLES, theory.TRIANGLES):
        raise ArgumentError(
            "matrix", matrix.shape, "must have a row and a column a triangle: 7 by 7", "reshape it"
        )
    if source.places.shape != target.places.shape:
        raise ArgumentError(
            "target",
            target.drum.spacing,
            f"must have the spacing of the source, {source.drum.spacing}",
            "take both from one grid_pair",
        )
    return target.joined(matrix @ source.pieces(field))


# --- members that both drums have from their triangle ---------------------------------------------


def triangle_mode(grid: GridTiling, m: int, n: int) -> np.ndarray:
    """Return the mode (m, n) of the triangle, with its sign turned from triangle to mirror image.

    On legs of 1: sin(m pi x) sin(n pi y) -+ sin(n pi x) sin(m pi y), - for even m + n, which
    vanishes on the hypotenuse. Field (x, y), an eigenvector of the grid.

    Raises
    ------
    ArgumentError
        Unless m > n >= 1 are whole; where the grid is too coarse for m: it takes m + 1 spacings.
    """
    spacings = round(1 / grid.drum.spacing)
    _require_mode(m, n, spacings)
    x, y = _lattice(spacings)[1:] / spacings
    partner = (-1) ** (m + n) * np.sin(np.pi * n * x) * np.sin(np.pi * m * y)
    shape = np.sin(np.pi * m * x) * np.sin(np.pi * n * y) - partner
    return grid.joined(np.outer(grid.tiling.signs, shape)).field


def triangle_eigenvalue(m: int, n: int, spacings: int | None = None) -> float:
    """Return the eigenvalue of `triangle_mode`, pi^2 (m^2 + n^2) without a grid.

    On n_h spacings a leg: 4 n_h^2 (sin^2(m pi/(2 n_h)) + sin^2(n pi/(2 n_h))).

    Raises
    ------
    ArgumentError
        Unless m > n >= 1 are whole; where the grid is too coarse for m: it takes m + 1 spacings.
    """
    _require_mode(m, n, spacings)
    if spacings is None:
        return np.pi**2 * (m**2 + n**2)
    squared = np.sin(np.array([m, n]) * np.pi / (2 * spacings)) ** 2
    return float(4 * spacings**2 * squared.sum())


def _require_mode(m: int, n: int, spacings: int | None) -> None:
    require_whole("n", n, 1)
    require_whole("m", m, n + 1)
    if spacings is not None:
        require_whole("spacings", spacings, m + 1)


def _on_grid(tiling: Tiling, spacings: int) -> GridTiling:
    vertices = np.rint(tiling.triangles).astype(int)
    places = np.einsum("ln,tlc->ctn", _lattice(spacings), vertices)
    return GridTiling(mask_of(tiling.outline(), 1 / spacings), tiling, places)


@functools.lru_cache(maxsize=8)
def _lattice(spacings: int) -> np.ndarray:
    """Return the nodes of a triangle: distances from its three sides, (label, node), sum n."""
    first, second = np.indices((spacings + 1, spacings + 1)).reshape(2, -1)
    within = first + second <= spacings
    return np.stack([spacings - first - second, first, second])[:, within]
