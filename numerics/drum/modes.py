"""Drums without stepping: what the network does, line by line, from its eigenmodes.

Every step form moves a mode of frequency w by the same angle a step, cos(theta) = 1 - dt^2 w^2/2.
From rest it is heard as A cos((n + s) theta)/cos(s theta), with s = 0 for both Verlet forms, 1/2
for kick first and -1/2 for drift first; so any sample, any spectrum and any field is a sum over
modes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import Drum, laplacian, require_whole, square
from numerics.drum.forms import Form, require_form
from theory.drum.steps import LEADS
from theory.errors import ArgumentError

SHIFT: dict[str, float] = {form: float(lead) for form, lead in LEADS.items()}
LARGEST_MATRIX = 2_000_000  # entries
MOST_NODES = 4000  # of a dense eigendecomposition
EQUALLY_LOUD = 1e-9  # displacements closer than this, relatively, are the same
SAME_LINE = 1e-11  # angles that differ by less, in units of the largest, are one line
BINS_AROUND = 7  # of a line's place, at most


# --- modes of the square, in closed form ---------------------------------------------------------


def square_eigenvalues(spacings: int, spacing: float = 1.0) -> np.ndarray:
    """Return the eigenvalues of minus the stencil on a square, (m, n) from 1 to M-1.

    mu = (4/h^2) (sin^2(m pi/(2M)) + sin^2(n pi/(2M))), `theory.drum.stencil_eigenvalue`.
    """
    require_whole("spacings", spacings, 2)
    squared = np.sin(np.arange(1, spacings) * np.pi / (2 * spacings)) ** 2
    return 4 / spacing**2 * (squared[:, None] + squared[None, :])


def square_largest_step(spacings: int, spacing: float = 1.0, speed: float = 1.0) -> float:
    """Return the stability limit of a square drum's time step, h/(sqrt(2) c cos(pi/(2M)))."""
    require_whole("spacings", spacings, 2)
    return float(spacing / (speed * np.sqrt(2) * np.cos(np.pi / (2 * spacings))))


def angles(
    eigenvalues: np.ndarray, time_step: float, speed: float = 1.0, *, name: str = "time_step"
) -> np.ndarray:
    """Return the angle that each mode turns in one step, theta = 2 asin(dt c sqrt(mu)/2).

    Parameters
    ----------
    name : str
        What a refusal calls the time step.

    Raises
    ------
    ArgumentError
        For a time step that is not positive, or at or above the stability limit.
    """
    frequencies = speed * np.sqrt(eigenvalues)
    half = time_step * frequencies / 2
    if not (time_step > 0 and half.max() < 1):
        raise ArgumentError(
            name,
            float(time_step),
            f"must lie between 0 and {2 / frequencies.max():.10g}, "
            "above which the fastest mode grows",
            "choose one between",
        )
    return 2 * np.arcsin(half)


def square_strike(
    spacings: int, strike: Sequence[int], listen: Sequence[int] | None = None
) -> np.ndarray:
    """Return the amplitude of each mode (m, n) of a square drum struck by 1 and heard at a node.

    (4/M^2) sin(m pi i0/M) sin(n pi j0/M) sin(m pi i1/M) sin(n pi j1/M).

    Raises
    ------
    ArgumentError
        If one of the nodes is not free.
    """
    drum, m = square(spacings), np.arange(1, spacings)
    struck = drum.require_free("strike", strike)
    heard = struck if listen is None else drum.require_free("listen", listen)
    x0, y0, x1, y1 = (np.sin(np.pi * m * i / spacings) for i in (*struck, *heard))
    return 4 / spacings**2 * (x0 * x1)[:, None] * (y0 * y1)[None, :]


# --- lines ----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Lines:
    """What is heard at a node: sum of A cos((n + s) theta)/cos(s theta) over lines.

    Parameters
    ----------
    angles : ndarray, (line,)
        Increasing, in radians a step, no two the same.
    amplitudes : ndarray, (line,)
    shift : float
        s, of the step form.
    """

    angles: np.ndarray
    amplitudes: np.ndarray
    shift: float = 0.0

    @classmethod
    def merged(
        cls, angles: np.ndarray, amplitudes: np.ndarray, form: Form, *, floor: float = 1e-14
    ) -> Lines:
        """Return lines in which modes of one angle are one, and silent ones are left out.

        Parameters
        ----------
        floor : float
            Amplitudes below this are silent.
        """
        require_form(form)
        order = np.argsort(angles, axis=None)
        ordered, heard = angles.ravel()[order], amplitudes.ravel()[order]
        first = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > SAME_LINE * ordered[-1])
        summed = np.add.reduceat(heard, first)
        audible = np.abs(summed) > floor
        return cls(ordered[first][audible], summed[audible], SHIFT[form])

    @property
    def phasors(self) -> np.ndarray:
        """Complex amplitudes at sample 0, (line,): the signal is Re sum phasor exp(i n theta)."""
        turn = self.shift * self.angles
        return self.amplitudes / np.cos(turn) * np.exp(1j * turn)

    def signal(self, samples: int, block: int = 200) -> np.ndarray:
        """Return the samples 0, ..., N-1 by two thin matrices: n = B a + b."""
        rows = np.arange(-(-samples // block))
        fine = np.exp(1j * np.outer(self.angles, np.arange(block)))
        fine = np.vstack((fine.real, fine.imag))
        parts = []
        for part in np.array_split(rows, 1 + rows.size * self.angles.size // LARGEST_MATRIX):
            coarse = np.exp(1j * np.outer(block * part, self.angles)) * self.phasors
            parts.append(np.hstack((coarse.real, -coarse.imag)) @ fine)
        return np.concatenate(parts).ravel()[:samples]

    def spectrum(self, samples: int, bins: np.ndarray) -> np.ndarray:
        """Return the discrete Fourier transform of N samples at some bins, in closed form, complex.

        Each line is two geometric sums; `theory.drum.line_spectrum`.
        """
        bins = np.asarray(bins)
        found = np.empty(len(bins), complex)
        for start in range(0, len(bins), 512):
            part = bins[start : start + 512]
            total = np.zeros(len(part), complex)
            for sign, phasors in ((1, self.phasors), (-1, self.phasors.conj())):
                turn = sign * self.angles[None, :] - 2 * np.pi * part[:, None] / samples
                total += (_geometric(turn, samples) * phasors / 2).sum(axis=1)
            found[start : start + 512] = total
        return found

    def place(self, samples: int) -> float:
        """Return k0 = N theta/(2 pi), where the lowest line lies on the axis of bins."""
        return float(samples * self.angles[0] / (2 * np.pi))

    def leakage(self, samples: int) -> float:
        """Return a bound on what all lines but the lowest put at its place, of its own magnitude.

        sum |A_l/A_0|/(pi |k_l - k0|) over the others, and over the images at negative frequencies
        |A_l/A_0|/(pi (k_l + k0)).
        """
        places = samples * self.angles / (2 * np.pi)
        sizes = np.abs(self.phasors / self.phasors[0]) / np.pi
        beside = (sizes[1:] / (places[1:] - places[0])).sum()
        return float(beside + (sizes / (places + places[0])).sum())

    def fundamental_bin(self, samples: int) -> tuple[int, float]:
        """Return the bin of the lowest line in closed form, and its place k0 = N theta/(2 pi).

        The largest magnitude within seven bins of k0, fewer where the next line is nearer than
        fourteen: it may be louder. Neighbouring lines leak into it, so it is not always the nearest
        bin.

        Raises
        ------
        ArgumentError
            If there is no line; for fewer than three cycles of the lowest one.
        """
        if not self.angles.size:
            raise ArgumentError(
                "lines", "none", "nothing is heard there", "listen where the strike arrives"
            )
        place = self.place(samples)
        if place < 3:
            raise ArgumentError(
                "samples",
                samples,
                f"hold {place:.2f} cycles of the lowest line; three are needed",
                f"take at least {int(np.ceil(6 * np.pi / self.angles[0]))}",
            )
        halfway = samples * np.diff(self.angles[:2]) / (4 * np.pi)
        around = max(1.0, min([BINS_AROUND, *halfway]))
        first, last = max(1, np.ceil(place - around)), min(place + around, samples // 2)
        bins = np.arange(first, np.floor(last) + 1)
        return int(bins[np.abs(self.spectrum(samples, bins)).argmax()]), place


def _geometric(turn: np.ndarray, samples: int) -> np.ndarray:
    """Return sum exp(i n d) over n = 0, ..., N-1, in Dirichlet's form."""
    # without whole turns, next to which sin(d/2) has no digits
    turn = turn - 2 * np.pi * np.rint(turn / (2 * np.pi))
    half = np.sin(turn / 2)
    whole = np.abs(half) < 1e-15
    ratio = np.where(whole, samples, np.sin(samples * turn / 2) / np.where(whole, 1, half))
    return np.exp(1j * (samples - 1) * turn / 2) * ratio


def square_lines(
    spacings: int,
    courant: float,
    form: Form = "velocity_verlet",
    strike: Sequence[int] | None = None,
    listen: Sequence[int] | None = None,
) -> Lines:
    """Return the lines of a square drum struck by 1.

    Parameters
    ----------
    spacings : int
        M.
    courant : float
        nu = c dt/h.
    strike, listen : pair of int
        Nodes, the rim counted; (M//2, M//2), and the struck node, by default.

    Raises
    ------
    ArgumentError
        For a Courant number at or above the stability limit, nodes that are not free, an unknown
        form.
    """
    if strike is None:
        strike = (spacings // 2, spacings // 2)
    turned = angles(square_eigenvalues(spacings), courant, name="courant")
    return Lines.merged(turned, square_strike(spacings, strike, listen), form)


def from_rest(turned: np.ndarray, steps: int | np.ndarray, form: Form) -> np.ndarray:
    """Return what each mode of amplitude 1 has become after some steps from rest."""
    require_form(form)
    shift = SHIFT[form]
    return np.cos((steps + shift) * turned) / np.cos(shift * turned)


def square_jump(
    displacement: np.ndarray, courant: float, steps: int, form: Form = "velocity_verlet"
) -> np.ndarray:
    """Return a square drum's displacement after any number of steps from rest, rim included.

    Sine transform, every mode turned, and back: (M+1) x (M+1) in, the same out.

    Raises
    ------
    ArgumentError
        As `square_lines`; for a displacement that is no square or not finite.
    """
    from scipy.fft import dstn, idstn

    spacings = len(displacement) - 1
    start = square(spacings).require_field("displacement", displacement)
    turned = angles(square_eigenvalues(spacings), courant, name="courant")
    spectrum = dstn(start[1:-1, 1:-1], type=1) * from_rest(turned, steps, form)
    moved = np.zeros_like(start)
    moved[1:-1, 1:-1] = idstn(spectrum, type=1)
    return moved


# --- modes of any drum ----------------------------------------------------------------------------


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


# --- energies -------------------------------------------------------------------------------------


def true_energy(drum: Drum, displacement: np.ndarray, velocity: np.ndarray) -> float:
    """Return v.v/2 + q.Kq/2, K = -c^2 Lap_h for a uniform speed; a step form lets it swing.

    Raises
    ------
    ArgumentError
        For a field of speeds, whose K is not symmetric; fields without the drum's shape.
    """
    q, v = _state(drum, displacement, velocity)
    return _product(v, v) / 2 + _product(q, _pulled(drum, q)) / 2


def shadow_energy(
    drum: Drum, displacement: np.ndarray, velocity: np.ndarray, time_step: float, form: Form
) -> float:
    """Return the quadratic energy that a step form keeps exactly; `theory.drum.shadow_energy`.

    Raises
    ------
    ArgumentError
        As `true_energy`, and for an unknown form.
    """
    require_form(form)
    (q, v), dt = _state(drum, displacement, velocity), time_step
    energy, pulled = true_energy(drum, q, v), _pulled(drum, q)
    corrections = {
        "velocity_verlet": lambda: -(dt**2) / 8 * _product(pulled, pulled),
        "position_verlet": lambda: -(dt**2) / 8 * _product(v, _pulled(drum, v)),
        "kick_first": lambda: -dt / 2 * _product(pulled, v),
        "drift_first": lambda: dt / 2 * _product(pulled, v),
    }
    return energy + corrections[form]()


def _state(
    drum: Drum, displacement: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if np.ndim(drum.speed):
        raise ArgumentError("speed", "a field", "must be one number", "use a uniform drum")
    q = drum.require_field("displacement", displacement)
    return q, drum.require_field("velocity", velocity)


def _pulled(drum: Drum, field: np.ndarray) -> np.ndarray:
    return -drum.speed_squared() * laplacian(field, drum.spacing)


def _product(left: np.ndarray, right: np.ndarray) -> float:
    return float((left * right).sum())
