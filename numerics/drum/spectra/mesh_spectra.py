"""Eigenvalues and eigenfunctions by finite elements on a given mesh, clamped at its rim.

On a mesh that fills a polygon exactly every value of a conforming element is an upper bound.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from numerics.drum.spectra.estimates import SAFETY, three_level_estimate
from numerics.drum.spectra.grading import element_sizes
from numerics.drum.spectra.spectrum import Spectrum
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

Element = Literal["P2", "P4", "CR"]  # quadratic, quartic; Crouzeix-Raviart, not conforming
LOWER = 0.1893  # largest ratio of the error of Crouzeix-Raviart's interpolation to h |grad error|
RESTARTS = 20  # of Lanczos' method, before it is shifted
MOST_SHIFTS = 5  # each with twice the vectors of the one before
INVERSE_STEPS = 50  # towards the lowest eigenvalue, before a shift


def mesh_eigenvalues(mesh: MeshTri, count: int, element: Element = "P2") -> np.ndarray:
    """Return the lowest eigenvalues of minus the Laplacian on a mesh, clamped at its rim, (mode,).

    Parameters
    ----------
    mesh : MeshTri
        Straight, or isoparametric (`MeshTri2`) with "P2".
    count : int
        How many.

    Raises
    ------
    ArgumentError
        For an unknown element; if the mesh has not more unknowns than eigenvalues are asked for.
    """
    stiffness, inertia, _, _ = _matrices(mesh, element)
    return np.sort(_solved(stiffness, inertia, count, vectors=False))


def mesh_patterns(
    mesh: MeshTri, count: int, element: Element = "P2", refinements: int = 2
) -> tuple[np.ndarray, MeshTri, np.ndarray]:
    """Return eigenvalues, a finer mesh to draw on, and the eigenfunctions at its vertices.

    Each element is split `refinements` times, without regard to its neighbours: a vertex on a side
    occurs once for each element.

    Returns
    -------
    eigenvalues : ndarray, (mode,)
    drawn : MeshTri
    patterns : ndarray, (mode, vertex)
        With unit L2 norm, zero at the rim.
    """
    stiffness, inertia, basis, free = _matrices(mesh, element)
    eigenvalues, vectors = _solved(stiffness, inertia, count, vectors=True)
    whole = np.zeros((count, basis.N))
    whole[:, free] = vectors.T
    drawn = [basis.refinterp(one, nrefs=refinements) for one in whole]
    return eigenvalues, drawn[0][0], np.array([values for _, values in drawn])


def nested_spectrum(meshes: Sequence[MeshTri], count: int, method: str) -> Spectrum:
    """Return eigenvalues of quadratic elements on the finest of three nested meshes.

    The errors are twice `three_level_estimate`.

    Parameters
    ----------
    meshes : sequence of MeshTri
        Each made of the one before by halving its elements.
    method : str
        In words, for the result.

    Raises
    ------
    ArgumentError
        If there are not three; as `mesh_eigenvalues`.
    """
    if len(meshes) != 3:
        raise ArgumentError("meshes", len(meshes), "must be three", "pass three nested levels")
    levels = [mesh_eigenvalues(mesh, count) for mesh in meshes]
    errors = SAFETY * three_level_estimate(*levels)
    return Spectrum(levels[-1], errors, method, unknowns(meshes[-1]))


def mesh_lower_bounds(mesh: MeshTri, count: int) -> np.ndarray:
    """Return guaranteed lower bounds of the lowest eigenvalues of the polygon that a mesh fills.

    lambda/(1 + (0.1893 h)^2 lambda), lambda of Crouzeix-Raviart's elements, h the longest side of
    the mesh.

    References
    ----------
    Liu 2015, "A framework of verified eigenvalue bounds for self-adjoint differential operators".
    """
    found = mesh_eigenvalues(mesh, count, "CR")
    return found / (1 + (LOWER * element_sizes(mesh).max()) ** 2 * found)


def unknowns(mesh: MeshTri, element: Element = "P2") -> int:
    """Return the number of unknowns of an element on a mesh: those off the rim."""
    from skfem import Dofs

    numbered = Dofs(mesh, _element(element))
    return int(numbered.N - len(numbered.get_facet_dofs(mesh.boundary_facets()).flatten()))


def wall_rate(mesh: MeshTri, element: Element = "P4", rim: np.ndarray | None = None) -> float:
    """Return how fast ln(lambda_1) falls as the rim, or some of it, moves outward (1/length).

    The integral of (du/dn)^2 over the rim, over lambda_1; u has unit L2 norm (Hadamard 1908): P/A of
    a square and of a disk. It is the first order in the way d: at a reentrant corner of angle w the
    next one is d^(2 pi/w), elsewhere d^2. There it needs layers (`with_layers`): elements of size s
    miss s^(2 pi/w - 1).

    Parameters
    ----------
    rim : ndarray, (facet,), optional
        The boundary facets that move; all, if not given.

    Raises
    ------
    ArgumentError
        As `mesh_eigenvalues`.
    """
    import skfem

    stiffness, inertia, basis, free = _matrices(mesh, element)
    lowest, vectors = _solved(stiffness, inertia, 1, vectors=True)
    whole = np.zeros(basis.N)
    whole[free] = vectors[:, 0]
    moved = skfem.FacetBasis(mesh, basis.elem, facets=rim)
    slopes = (moved.interpolate(whole).grad * moved.normals).sum(axis=0)
    return float((slopes**2 * moved.dx).sum() / lowest[0])


# --- matrices -------------------------------------------------------------------------------------


def _element(element: Element):
    import skfem

    elements = {
        "P2": skfem.ElementTriP2,
        "P4": skfem.ElementTriP4,
        "CR": skfem.ElementTriCR,
    }
    if element not in elements:
        raise ArgumentError(
            "element", element, f"must be one of {', '.join(elements)}", "choose one"
        )
    return elements[element]()


def _matrices(mesh: MeshTri, element: Element) -> tuple:
    """Stiffness and mass on the unknowns, the basis, and the unknowns' numbers in it."""
    from skfem import Basis
    from skfem.models.poisson import laplace, mass

    basis = Basis(mesh, _element(element))
    free = basis.complement_dofs(basis.get_dofs())
    matrices = (form.assemble(basis)[free][:, free].tocsc() for form in (laplace, mass))
    return *matrices, basis, free


def _solved(stiffness, inertia, count: int, *, vectors: bool) -> Any:
    """Eigenvalues, or the pair of them, ascending, and the eigenvectors as columns.

    Lanczos' method on the inverse. Where some of the lowest are near to each other (a drum, or a part
    of one, far longer than wide) it is shifted nearer to them, with more vectors, again and again.
    """
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    size = stiffness.shape[0]
    if not 0 < count < size:
        raise ArgumentError(
            "count", count, f"must lie between 1 and {size - 1}", "ask for fewer, or refine"
        )
    solve = functools.partial(eigsh, stiffness, count, inertia, return_eigenvectors=vectors)
    shift, factors, start = 0.0, _factorised(stiffness), np.ones(size)
    searched = min(size, count + max(count // 3, 21))
    for restarts in (*[RESTARTS] * MOST_SHIFTS, None):
        inverse = LinearOperator(stiffness.shape, factors.solve)
        try:
            return solve(sigma=shift, OPinv=inverse, v0=start, ncv=searched, maxiter=restarts)
        except ArpackNoConvergence:
            if restarts is None:
                raise
            shift, factors = _nearer(stiffness, inertia, shift, factors)
            searched = min(size, 2 * searched)
    raise AssertionError("the last round ends")


def _nearer(stiffness, inertia, shift: float, factors) -> tuple[float, Any]:
    """A shift nearer to the lowest eigenvalue and below it, and the matrix there in factors.

    Below all eigenvalues a matrix has no negative pivot (Sylvester).
    """
    vector = np.ones(len(inertia.indptr) - 1)
    for _ in range(INVERSE_STEPS):
        vector = factors.solve(inertia @ vector)
        vector /= np.linalg.norm(vector)
    above = (vector @ stiffness @ vector) / (vector @ inertia @ vector)
    for left in 0.5 ** np.arange(4, 0, -1):
        nearer = above - left * (above - shift)
        there = _factorised(stiffness - nearer * inertia)
        if (there.U.diagonal() > 0).all():
            return nearer, there
    return shift, factors


def _factorised(matrix) -> Any:
    """L and U of a symmetric matrix, without pivoting: the order then keeps its zeros."""
    from scipy.sparse.linalg import splu

    return splu(
        matrix.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
