"""Eigenvalues by finite elements: graded quadratic, layered quartic, and guaranteed lower bounds.

On a polygon that the mesh fills exactly every value of a conforming element is an upper bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from numerics.drum.drums import require_whole
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.estimates import SAFETY, three_level_estimate, two_level_estimate
from numerics.drum.spectra.grading import (
    element_sizes,
    equal_sizes,
    graded,
    grading_power,
    halved,
    short_sides_are_smooth,
    with_layers,
)
from numerics.drum.spectra.polygon_mesh import polygon_mesh
from numerics.drum.spectra.spectrum import Spectrum
from numerics.drum.spectra.widths import Widths, widths_of
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from skfem import MeshTri

Element = Literal["P2", "P4", "CR"]  # quadratic, quartic; Crouzeix-Raviart, not conforming
LEAST_UNKNOWNS = 5  # of the coarsest level, for each eigenvalue
MOST_UNKNOWNS = 500_000
LAYERS = 14  # at a corner of 270 degrees
FINE = 1 / 8  # of the spacing: a mesh so narrow is left, where that is safe
QUARTIC_UNKNOWNS = 8  # of quartic elements for each triangle
ROUNDING = 1e-9  # of a number of layers
LAYER_UNKNOWNS = 100  # of quartic elements in each layer of each corner, about
LARGEST_POWER = 2.0  # of a mesh width squared, counted on where no corner is singular
LOWER = 0.1893  # largest ratio of the error of Crouzeix-Raviart's interpolation to h |grad error|


# --- a given mesh ---------------------------------------------------------------------------------


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
    basis = _basis(mesh, element)
    return int(basis.N - len(basis.get_dofs().flatten()))


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


# --- a polygon ------------------------------------------------------------------------------------


def finite_element_spectrum(polygon: Polygon, count: int) -> Spectrum:
    """Return eigenvalues by quadratic elements on three graded nested meshes.

    The first mesh has spacing sqrt(A)/4, or less until it has five unknowns for each eigenvalue;
    every next one half of it.

    Raises
    ------
    ArgumentError
        For a count that is not a whole number from 1 on; for a polygon with so many corners that
        500,000 unknowns do not do; as `polygon_mesh`.
    """
    return nested_spectrum(graded_meshes(polygon, count), count, "graded quadratic elements")


def graded_meshes(polygon: Polygon, count: int, levels: int = 3) -> list[MeshTri]:
    """Return nested meshes of a polygon for quadratic elements, graded by `grading.graded`.

    Parameters
    ----------
    count : int
        Even the coarsest has five unknowns for so many eigenvalues each.
    levels : int
        Each half as wide as the one before.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`.
    """
    mesh, widths = _coarsest(polygon, count, levels)
    meshes = [mesh]
    for level in range(1, levels):
        spacing = widths.spacing / 2**level
        smooth = short_sides_are_smooth(polygon, widths, spacing, FINE)
        finer = halved(meshes[-1], widths, spacing, FINE) if smooth else meshes[-1].refined()
        _require_affordable(polygon, unknowns(finer))
        meshes.append(graded(finer, polygon, spacing))
    _require_affordable(polygon, unknowns(meshes[-1]))
    return meshes


def accurate_spectrum(polygon: Polygon, count: int, *, refinements: int = 2) -> Spectrum:
    """Return eigenvalues by quartic elements with geometric layers at singular corners.

    14 at one of 270 degrees, elsewhere as many as leave the same error (`grading.equal_sizes`),
    counted from the sides' length where it is short. The errors are twice `two_level_estimate`
    against a mesh each of whose elements is four of the last one's: no part of the error falls
    slower than the one of the widest corner w, by 4^(pi/w).

    Parameters
    ----------
    refinements : int
        Of the mesh on which `finite_element_spectrum` begins, before the layers: the last one
        everywhere, others where it is not narrow already. 1 serves for hundreds of eigenvalues.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`, and for no refinement.
    """
    require_whole("refinements", refinements, 1)
    mesh, widths = _coarsest(polygon, count)
    needed = grading_power(polygon.angles, 4) > 0
    for level in range(1, refinements):
        mesh = halved(mesh, widths, widths.spacing / 2**level, 1)
    corners, layers = polygon.corners[needed], _layers(polygon, widths, refinements)[needed]
    _require_affordable(
        polygon, 4 * (QUARTIC_UNKNOWNS * mesh.nelements + LAYER_UNKNOWNS * int(layers.sum()))
    )
    wide = with_layers(mesh, corners, layers)
    narrow = wide.refined()  # layers on a refined mesh would share elements with these
    slowest = 4.0 ** min(np.pi / polygon.angles[needed], default=LARGEST_POWER)
    values = mesh_eigenvalues(narrow, count, "P4")
    errors = two_level_estimate(mesh_eigenvalues(wide, count, "P4"), values, slowest)
    method = "quartic elements with corner layers"
    return Spectrum(values, SAFETY * errors, method, unknowns(narrow, "P4"))


def lower_bounds(polygon: Polygon, count: int, *, refinements: int = 3) -> np.ndarray:
    """Return guaranteed lower bounds of the lowest eigenvalues, (mode,), by `mesh_lower_bounds`.

    Parameters
    ----------
    refinements : int
        Of the mesh on which `finite_element_spectrum` begins; each makes the gap four times less.

    Raises
    ------
    ArgumentError
        As `finite_element_spectrum`.
    """
    return mesh_lower_bounds(_coarsest(polygon, count)[0].refined(refinements), count)


def _coarsest(polygon: Polygon, count: int, levels: int = 0) -> tuple[MeshTri, Widths]:
    """A mesh and its widths, of spacing sqrt(A)/4 or so much less that it has unknowns enough.

    Graded, if it is the first of some levels of quadratic elements.
    """
    require_whole("count", count, 1)
    spacing = np.sqrt(polygon.area) / 4
    while True:
        mesh, widths = polygon_mesh(polygon, spacing), widths_of(polygon, spacing)
        if levels:
            _require_affordable(polygon, _least_unknowns(mesh, polygon, widths, levels))
            mesh = graded(mesh, polygon, spacing)
        if unknowns(mesh) >= LEAST_UNKNOWNS * count:
            return mesh, widths
        spacing /= np.sqrt(2)


def _least_unknowns(mesh: MeshTri, polygon: Polygon, widths: Widths, levels: int) -> int:
    """Of quadratic elements on the last level, if no corner were graded."""
    spacings = widths.spacing / 2.0 ** np.arange(1, levels)
    smooth = [short_sides_are_smooth(polygon, widths, spacing, FINE) for spacing in spacings]
    return unknowns(mesh) * 4 ** smooth.count(False)


def _layers(polygon: Polygon, widths: Widths, refinements: int) -> np.ndarray:
    """The number of layers at each corner of a mesh refined so often, at the end everywhere, (corner,)."""
    unit, spacing = np.sqrt(polygon.area) / 2, widths.spacing / 2**refinements
    sizes = unit * equal_sizes(polygon.angles, spacing / unit / 2**LAYERS)
    local = np.minimum(widths.at(polygon.corners) / 2, spacing)
    return np.ceil(np.log2(np.maximum(1, local / sizes)) - ROUNDING).astype(int)


def _require_affordable(polygon: Polygon, needed: int) -> None:
    if needed > MOST_UNKNOWNS:
        corners = len(polygon.corners)
        raise ArgumentError(
            "polygon",
            f"{corners} corners",
            f"needs about {needed} unknowns; {MOST_UNKNOWNS} fit",
            f"keep about {max(3, corners * MOST_UNKNOWNS // needed)} corners, "
            "the sharpest, or ask for fewer eigenvalues",
        )


# --- matrices -------------------------------------------------------------------------------------


def _basis(mesh: MeshTri, element: Element):
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
    return skfem.Basis(mesh, elements[element]())


def _matrices(mesh: MeshTri, element: Element) -> tuple:
    """Stiffness and mass on the unknowns, the basis, and the unknowns' numbers in it."""
    from skfem.models.poisson import laplace, mass

    basis = _basis(mesh, element)
    free = basis.complement_dofs(basis.get_dofs())
    matrices = (form.assemble(basis)[free][:, free].tocsc() for form in (laplace, mass))
    return *matrices, basis, free


def _solved(stiffness, inertia, count: int, *, vectors: bool) -> Any:
    """Eigenvalues, or the pair of them, ascending, and the eigenvectors as columns."""
    from scipy.sparse.linalg import LinearOperator, eigsh, splu

    size = stiffness.shape[0]
    if not 0 < count < size:
        raise ArgumentError(
            "count", count, f"must lie between 1 and {size - 1}", "ask for fewer, or refine"
        )
    # no pivoting: the matrix is positive definite, and the order then keeps its zeros
    factors = splu(
        stiffness,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    inverse = LinearOperator(stiffness.shape, factors.solve)
    return eigsh(
        stiffness,
        count,
        inertia,
        sigma=0,
        OPinv=inverse,
        v0=np.ones(size),
        ncv=min(size, count + max(count // 3, 21)),
        return_eigenvectors=vectors,
    )
