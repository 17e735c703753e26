"""All eigenmodes of any drum: what the network does, line by line, without stepping."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.forms import Form
from numerics.drum.lines import Lines, angles, from_rest
from theory.errors import ArgumentError

MOST_NODES = 4000  # of a dense eigendecomposition
EQUALLY_LOUD = 1e-9  # displacements closer than this, relatively, are the same


@dataclasses.dataclass(frozen=True, eq=False)
class Modes:
    """All eigenmodes of a drum's operator K = C (-Lap_h) C, C the wave speed at each node.

    Parameters
    ----------
    drum : Drum
    eigenvalues : ndarray, (mode,)
        w^2, increasing; for a speed of 1 the eigenvalues mu of minus the stencil.
    vectors : ndarray, (node, mode)
        Orthonormal, of the symmetrised operator: the displacement is C times them.
    """

    drum: Drum
    eigenvalues: np.ndarray
    vectors: np.ndarray

    @property
    def speeds(self) -> np.ndarray:
        """The wave speed at each free node, (node,)."""
        return np.sqrt(self.drum.speed_squared()[self.drum.free])

    @property
    def largest_step(self) -> float:
        """The stability limit of the time step, 2/w_max."""
        return 2 / float(np.sqrt(self.eigenvalues[-1]))

    @property
    def loudest_node(self) -> tuple[int, int]:
        """The node at which the lowest mode is largest; of those alike to rounding the first."""
        lowest = np.abs(self.speeds * self.vectors[:, 0])
        first = int(np.argmax(lowest >= (1 - EQUALLY_LOUD) * lowest.max()))
        x, y = np.argwhere(self.drum.free)[first]
        return int(x), int(y)

    def lines(
        self,
        time_step: float,
        strike: Sequence[int],
        listen: Sequence[int] | None = None,
        form: Form = "velocity_verlet",
    ) -> Lines:
        """Return the lines heard at one free node after a strike of 1 at another."""
        struck = self.drum.index(strike)
        heard = struck if listen is None else self.drum.index(listen)
        share = self.speeds[heard] / self.speeds[struck]
        amplitudes = share * self.vectors[struck] * self.vectors[heard]
        return Lines.merged(angles(self.eigenvalues, time_step), amplitudes, form)

    def jump(
        self, displacement: np.ndarray, time_step: float, steps: int, form: Form = "velocity_verlet"
    ) -> np.ndarray:
        """Return the displacement after any number of steps from rest, (x, y) in and out."""
        free, speeds = self.drum.free, self.speeds
        start = self.drum.require_field("displacement", displacement)
        factors = from_rest(angles(self.eigenvalues, time_step), steps, form)
        strengths = self.vectors.T @ (start[free] / speeds)
        moved = np.zeros(free.shape)
        moved[free] = speeds * (self.vectors @ (factors * strengths))
        return moved


def modes_of(drum: Drum) -> Modes:
    """Return all eigenmodes of a drum by a dense decomposition.

    Raises
    ------
    ArgumentError
        Above 4000 free nodes.
    """
    from scipy.linalg import eigh

    if drum.nodes > MOST_NODES:
        raise ArgumentError(
            "drum",
            f"{drum.nodes} nodes",
            f"at most {MOST_NODES} fit",
            "use lanczos or a coarser grid",
        )
    # divide and conquer: orthogonal to 1e-14, where the default driver leaves 1e-12
    values, vectors = eigh(operator(drum).toarray(), driver="evd")
    return Modes(drum, values, vectors)


def operator(drum: Drum):
    """Return the symmetrised operator K = C (-Lap_h) C on the free nodes, a sparse matrix.

    The entries are c_i c_j (4 on the diagonal, -1 for neighbours)/h^2.
    """
    from scipy import sparse

    number = np.full(drum.free.shape, -1)
    number[drum.free] = np.arange(drum.nodes)
    pairs = [
        np.stack((number[:-1].ravel(), number[1:].ravel())),
        np.stack((number[:, :-1].ravel(), number[:, 1:].ravel())),
    ]
    first, second = np.concatenate([p[:, (p >= 0).all(axis=0)] for p in pairs], axis=1)
    links = sparse.coo_array((np.ones(len(first)), (first, second)), shape=(drum.nodes,) * 2)
    stencil = 4.0 * sparse.eye_array(drum.nodes) - links - links.T
    speeds = sparse.diags_array(np.sqrt(drum.speed_squared()[drum.free]))
    return (speeds @ stencil @ speeds / drum.spacing**2).tocsr()


def largest_step(drum: Drum) -> float:
    """Return the stability limit of a drum's time step, 2/w_max, by its largest eigenvalue.

    Small drums by a dense decomposition, large ones by Lanczos. The fastest mode changes its sign
    from node to neighbour; so does the start, which therefore is not orthogonal to it.
    """
    from scipy.sparse.linalg import eigsh

    matrix = operator(drum)
    if drum.nodes <= 20:
        return 2 / float(np.sqrt(np.linalg.eigvalsh(matrix.toarray())[-1]))
    x, y = np.nonzero(drum.free)
    start = 1.0 - 2.0 * ((x + y) % 2)
    (top,) = eigsh(matrix, k=1, which="LA", v0=start, return_eigenvectors=False)
    return 2 / float(np.sqrt(top))
