"""Where the energy of sorted eigenimages can be: the bookkeeping that makes the ring move outwards.

V is n x n, column j the eigenimage of frame j; E(k, j) = |V^_j(k)|^2 with the unitary transform of the
N x N image, n = N^2. V is orthogonal and the transform is unitary, so every frame holds the energy 1
and every frequency is used up once: no dynamics is needed. P(r, j) is the energy of frame j in ring
r, which holds n_r frequencies.
"""

import itertools

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import dft_2d_matrix, symbols_of
from theory.latent_waves.equations import PAPER
from theory.latent_waves.rotations import rotation

SIDE = 2
RINGS = (0, 1, 1, 2)  # |k0| + |k1| of the frequencies of a 2 x 2 image, row by row


def energies() -> ImmutableMatrix:
    """Return E(k, j), 4 x 4, of any orthonormal eigenimages of 2 x 2 pixels."""
    spectra = dft_2d_matrix(SIDE) * rotation(SIDE**2)
    return ImmutableMatrix(spectra.applyfunc(lambda value: sympy.factor(value**2)))


def _ring_energies() -> ImmutableMatrix:
    """Return P(r, j), rings times frames."""
    energy = energies()
    rows = [
        sum((energy[k, :] for k, ring in enumerate(RINGS) if ring == r), sympy.zeros(1, SIDE**2))
        for r in range(max(RINGS) + 1)
    ]
    return ImmutableMatrix.vstack(*map(ImmutableMatrix, rows))


@register(reference=Reference(PAPER, "", "ours"))
def double_stochasticity() -> Identity:
    """sum_k E(k, j) = 1 for every frame j, sum_j E(k, j) = 1 for every frequency k.

    For all orthonormal eigenimages of 2 x 2 pixels: V is any rotation of four dimensions.
    """
    energy = energies()
    ones = sympy.ones(SIDE**2, 1)
    return Identity(
        name="energies are doubly stochastic",
        left=ImmutableMatrix.hstack(
            ImmutableMatrix(energy.T * ones), ImmutableMatrix(energy * ones)
        ),
        right=ImmutableMatrix.ones(SIDE**2, 2),
        derivation=(Step("energies of the first frame", energy[:, 0]),),
    )


@register(reference=Reference(PAPER, "", "ours"))
def ring_capacity() -> Identity:
    """sum_j P(r, j) = n_r: over all frames, a ring takes up one unit a frequency; here 1, 2, 1.

    The law by which a film moves outwards: each frame uses up one unit of the lattice.
    """
    rings = _ring_energies()
    sizes = [RINGS.count(r) for r in range(rings.rows)]
    return Identity(
        name="capacity of the rings",
        left=ImmutableMatrix(rings * sympy.ones(SIDE**2, 1)),
        right=ImmutableMatrix(sizes),
        derivation=(Step("energy of the first frame, ring by ring", rings[:, 0]),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"ring": 0, "frames": 1},),
    slow_sizes=({"ring": 1, "frames": 1}, {"ring": 0, "frames": 3}),
)
def front_bound(ring: int = 0, frames: int = 1) -> Bound:
    """M(r, J) <= min(J, N(r)): the energy of the first J frames within ring r, N(r) frequencies.

    What is missing is energy of these frames outside, or of later frames inside. Attained where the
    first frame is constant: a film in the order of the radius has M = min(J, N), a front.
    """
    if not (0 <= ring <= max(RINGS) and 1 <= frames <= SIDE**2):
        raise ArgumentError(
            "frames", (ring, frames), "2 x 2 pixels have rings 0 to 2, frames 1 to 4", "take those"
        )
    rings = _ring_energies()
    count = sum(r <= ring for r in RINGS)
    inside = sympy.Add(*rings[: ring + 1, :frames])
    if frames <= count:
        limit, missing = frames, sympy.Add(*rings[ring + 1 :, :frames])
    else:
        limit, missing = count, sympy.Add(*rings[: ring + 1, frames:])
    q = sympy.symbols("q1:4", real=True)
    return Bound(
        name=f"front of {frames} frames at ring {ring}",
        left=inside,
        right=sympy.Integer(limit),
        certificate=missing,
        attained=dict.fromkeys(q, sympy.Symbol("q0", positive=True))
        | dict.fromkeys(sympy.symbols("q5:8", real=True), sympy.S.Zero),
        derivation=(Step("energy that is missing", missing),),
    )


def _amplitudes(points: int, ring: int = 0) -> list[sympy.Symbol]:
    return list(symbols_of(f"F{ring}", points))


def _spread(amplitudes: list[sympy.Symbol]) -> sympy.Expr:
    """Return sum F^2 - (sum F)^2/c as squares of differences over c."""
    pairs = itertools.combinations(amplitudes, 2)
    return sympy.Add(*((a - b) ** 2 for a, b in pairs)) / len(amplitudes)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"points": (2,)}, {"points": (4,)}, {"points": (2, 3)}),
)
def amplitude_bound(points: tuple[int, ...] = (4,)) -> Bound:
    """sum_r c_r u_r^2 <= sum_k F(k)^2 = 1: the amplitudes u_r, means of F over disjoint rings of c_r.

    So u <= 1/sqrt(c) (Cauchy-Schwarz): amplitudes fall as 1/x with the radius, which is geometry and
    not damping. Attained where F is even on the rings and 0 elsewhere (F0 is what lies elsewhere).
    """
    if not points or min(points) < 1:
        raise ArgumentError("points", points, "must be at least 1 a ring", "pass (4, 8), say")
    rest = sympy.Symbol("F_rest", real=True)
    rings = [_amplitudes(c, r + 1) for r, c in enumerate(points)]
    means = [sympy.Add(*ring) / len(ring) for ring in rings]
    even = {x: ring[0] for ring in rings for x in ring[1:]}
    return Bound(
        name="amplitude of rings of " + ", ".join(map(str, points)) + " points",
        left=sympy.Add(*(len(ring) * u**2 for ring, u in zip(rings, means, strict=True))),
        right=sympy.Add(*(x**2 for ring in rings for x in ring)) + rest**2,
        certificate=sympy.Add(*map(_spread, rings)) + rest**2,
        attained=even | {rest: sympy.S.Zero},
        derivation=(
            Step("amplitudes", sympy.Tuple(*means)),
            Step("what is missing: uneven rings, and the rest", sympy.Tuple(*map(_spread, rings))),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"phi": "phase"},
    sizes=({"side": 3, "frequency": 1}, {"side": 4, "frequency": 1}, {"side": 6, "frequency": 2}),
)
def cosine_spikes(side: int = 4, frequency: int = 1) -> Identity:
    """A cosine of any phase has the energies 1/2 at k and -k, so u = sqrt(2)/c on a ring of c points.

    One row of N pixels, normalised to length 1; k = -k mod N is left out: there all is in one place.
    """
    if not 0 < frequency < Rational(side, 2):
        raise ArgumentError(
            "frequency", frequency, f"must be between 0 and {side}/2", "k and -k must differ"
        )
    phase = sympy.Symbol("phi", real=True)
    turns = [2 * sympy.pi * Rational(frequency * x, side) for x in range(side)]
    # by the addition theorem, so that algebraic numbers stand before the phase
    wave = [
        sympy.sqrt(Rational(2, side)) * sympy.expand_trig(sympy.cos(turn + phase)) for turn in turns
    ]
    energy = [_line_energy(wave, k) for k in range(side)]
    spikes = [Rational(int(k in (frequency, side - frequency)), 2) for k in range(side)]
    return Identity(
        name=f"spikes of a cosine, N = {side}, k = {frequency}",
        left=ImmutableMatrix(energy),
        right=ImmutableMatrix(spikes),
        derivation=(Step("the cosine", sympy.Tuple(*wave)),),
    )


def _line_energy(wave: list[sympy.Expr], k: int) -> sympy.Expr:
    """Return |sum_x wave(x) exp(-2 pi i k x/N)|^2/N from cosines and sines."""
    side = len(wave)
    turns = [2 * sympy.pi * Rational(k * x % side, side) for x in range(side)]
    parts = (
        sympy.Add(*(w * trig(turn) for w, turn in zip(wave, turns, strict=True)))
        for trig in (sympy.cos, sympy.sin)
    )
    return sympy.Add(*(part**2 for part in parts)) / side
