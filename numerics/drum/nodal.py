"""Modes as patterns: how they are drawn, which of a degenerate cluster is heard, their domains."""

from __future__ import annotations

import itertools

import numpy as np

from numerics.drum.drums import Drum
from theory.errors import ArgumentError

EQUALLY_LARGE = 1e-6  # entries closer to the largest modulus, relatively, count as largest
UNHEARD = 1e-12  # share of a strike in a cluster below which it is rounding


def displayed(field: np.ndarray) -> np.ndarray:
    """Return a mode as it is drawn: between -1 and 1, its sign fixed, nan where it is clamped.

    The entry of largest modulus is positive: of those within 1e-6 of it the first in C order, so
    that rounding does not choose the sign. The clamped nodes stay nan: with zeros there the
    contour line 0 would follow the wall.

    Parameters
    ----------
    field : ndarray, (x, y)
        nan where it is clamped, as `Drum.field` draws it.

    Raises
    ------
    ArgumentError
        If it is zero or nan everywhere.

    Examples
    --------
    >>> displayed(np.array([[np.nan, 2.0, -4.0]])).tolist()
    [[nan, -0.5, 1.0]]
    """
    moduli = np.where(np.isnan(field), 0.0, np.abs(field)).ravel()
    largest = float(moduli.max(initial=0.0))
    if not 0 < largest < np.inf:
        raise ArgumentError(
            "field", largest, "must have a finite entry that is not 0", "pass a mode"
        )
    first = np.argmax(moduli >= (1 - EQUALLY_LARGE) * largest)
    return np.sign(field.ravel()[first]) * field / largest


def nodal_domains(values: np.ndarray, drum: Drum, tolerance: float = 1e-9) -> int:
    """Return the number of nodal domains: connected parts of f > tol and of f < -tol.

    Nodes are connected with their four neighbours; tol is `tolerance` times the largest modulus.

    Parameters
    ----------
    values : ndarray, (node,)
        f at the free nodes, in C order.

    Raises
    ------
    ArgumentError
        If the values are not one for each free node, or not finite.

    Examples
    --------
    >>> from numerics.drum.drums import square
    >>> nodal_domains(np.array([1.0, 0.0, 0.0, 1.0]), square(3))  # corners do not connect
    2
    """
    from scipy import ndimage

    _require_nodes("values", values, drum.nodes)
    field = np.zeros(drum.free.shape)
    field[drum.free] = values
    threshold = tolerance * np.abs(values).max()
    return int(ndimage.label(field > threshold)[1] + ndimage.label(field < -threshold)[1])


def clusters(eigenvalues: np.ndarray, relative_gap: float = 1e-9) -> list[range]:
    """Return the ranges of indices, from 0, over which eigenvalues agree.

    Neighbours with a gap below `relative_gap` times the larger belong together.

    Raises
    ------
    ArgumentError
        If there is none, or they are not positive and ascending.

    Examples
    --------
    >>> clusters(np.array([2.0, 5.0, 5.0, 8.0]))
    [range(0, 1), range(1, 3), range(3, 4)]
    """
    eigenvalues = np.asarray(eigenvalues, float)
    if eigenvalues.ndim != 1 or eigenvalues.size == 0:
        raise ArgumentError("eigenvalues", eigenvalues.shape, "must be (mode,)", "pass one or more")
    gaps = np.diff(eigenvalues)
    if not (np.isfinite(eigenvalues).all() and eigenvalues[0] > 0 and (gaps >= 0).all()):
        raise ArgumentError(
            "eigenvalues", eigenvalues, "must be positive and ascending", "sort them"
        )
    starts = 1 + np.flatnonzero(gaps >= relative_gap * eigenvalues[1:])
    edges = [0, *starts.tolist(), eigenvalues.size]
    return [range(first, stop) for first, stop in itertools.pairwise(edges)]


def courant_bounds(eigenvalues: np.ndarray, relative_gap: float = 1e-9) -> np.ndarray:
    """Return the largest number of nodal domains that each mode may have, (mode,).

    k + r - 1 with k the number of the first mode of its cluster, from 1, and r its multiplicity:
    Courant's theorem on a graph. A cluster that the list cuts off has too small a bound: pass all
    of it.

    Raises
    ------
    ArgumentError
        As `clusters`.

    Examples
    --------
    >>> courant_bounds(np.array([2.0, 5.0, 5.0, 8.0])).tolist()
    [1, 3, 3, 4]
    """
    members = clusters(eigenvalues, relative_gap)
    return np.repeat([one.stop for one in members], [len(one) for one in members])


def heard_basis(vectors: np.ndarray, strike: np.ndarray) -> np.ndarray:
    """Return the basis of a degenerate cluster whose first member alone is heard.

    It is the strike's projection onto the cluster, normalised, completed orthonormally. Of a
    cluster that is not heard at all the vectors come back as they are.

    Parameters
    ----------
    vectors : ndarray, (node, member)
        Orthonormal eigenvectors of one eigenvalue.
    strike : ndarray, (node,)
        Displacement at the free nodes.

    Raises
    ------
    ArgumentError
        If the vectors are not orthonormal, or the strike has another length.
    """
    members = vectors.shape[1]
    defect = float(np.abs(vectors.T @ vectors - np.eye(members)).max())
    if not defect < 1e-8:
        raise ArgumentError(
            "vectors", f"{defect:.1e} off", "must be orthonormal to 1e-8", "normalise them"
        )
    _require_nodes("strike", strike, len(vectors))
    shares = vectors.T @ strike
    if np.linalg.norm(shares) <= UNHEARD * np.linalg.norm(strike):
        return vectors
    rotation = np.linalg.qr(np.column_stack([shares, np.eye(members)]))[0]
    rotation[:, 0] *= np.sign(rotation[:, 0] @ shares)
    return vectors @ rotation


def _require_nodes(name: str, values: np.ndarray, nodes: int) -> None:
    if np.shape(values) != (nodes,):
        raise ArgumentError(
            name, np.shape(values), f"must have one value for each of {nodes} free nodes", "reshape"
        )
    if not np.isfinite(values).all():
        raise ArgumentError(name, "nan or inf", "must be finite", "leave clamped nodes out")
