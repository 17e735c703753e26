"""The spectrum of a latent: energies of amplitudes, and what is lost with the terms left out.

c_k = <xi_k, z>/C are the amplitudes of z in a basis of norm^2 C, a_k = <e_k, z> those of the unit vectors.
"""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_basis.bases import NORM, dot, mirror_basis, square
from theory.latent_basis.normal import PAPER, density, expectation


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"C": "norm"},
    sizes=({"dimension": 2}, {"dimension": 3}),
)
def parseval(dimension: int = 3) -> Identity:
    """|z|^2 = C sum_k c_k^2: the energy of a latent is that of its amplitudes, for a full basis."""
    vectors = sympy.sqrt(NORM) * mirror_basis(dimension)
    latent = symbols_of("z", dimension)
    amplitudes = [dot(vectors[k, :], latent) / NORM for k in range(dimension)]
    return Identity(
        name=f"Parseval, M = {dimension}",
        left=NORM * sympy.Add(*(c**2 for c in amplitudes)),
        right=square(latent),
        derivation=(Step("first amplitude", amplitudes[0]),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"C": "norm"},
    sizes=({"kept": 1, "dimension": 2}, {"kept": 1, "dimension": 3}, {"kept": 2, "dimension": 3}),
)
def truncation_error(kept: int = 1, dimension: int = 3) -> Identity:
    """|z - sum_(k in S) c_k xi_k|^2 = C sum_(k not in S) c_k^2: the error is the energy left out.

    S the first `kept` vectors; the sum over S is the projection of z on them.
    """
    if not 1 <= kept < dimension:
        raise ArgumentError("kept", kept, f"must be 1 to {dimension - 1}", "leave a vector out")
    vectors = sympy.sqrt(NORM) * mirror_basis(dimension)
    amplitudes = symbols_of("c", dimension)
    latent = vectors.T * amplitudes
    found = (vectors[:kept, :] * latent / NORM).applyfunc(sympy.cancel)
    shown = vectors[:kept, :].T * found
    return Identity(
        name=f"error of {kept} of {dimension} terms",
        left=square(latent - shown),
        right=NORM * sympy.Add(*(c**2 for c in amplitudes[kept:])),
        derivation=(
            Step("the latent from its amplitudes", latent),
            Step("amplitudes <xi_k, z>/C that are kept", ImmutableMatrix(found)),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"C": "norm"},
    sizes=({"count": 3, "kept": 1}, {"count": 4, "kept": 2}),
)
def best_terms(count: int = 4, kept: int = 2) -> Bound:
    """The error of the r largest |c_k| is no greater than that of any other r terms.

    c_k^2 falls with k by gaps d_k. Another choice has moved shares s_ij from terms i < r to terms
    j >= r; a share costs C (c_i^2 - c_j^2).
    """
    if not 1 <= kept < count:
        raise ArgumentError("kept", kept, f"must be 1 to {count - 1}", "leave a term out")
    gaps = [sympy.Symbol(f"d_{k}", nonnegative=True) for k in range(count)]
    least = sympy.Symbol("c_min", positive=True) ** 2
    energies = [NORM * (least + sympy.Add(*gaps[k + 1 :])) for k in range(count)]
    moved = {
        (i, j): sympy.Symbol(f"s_{i}{j}", nonnegative=True)
        for i in range(kept)
        for j in range(kept, count)
    }
    lost = [sympy.Add(*(s for (i, _), s in moved.items() if i == k)) for k in range(kept)]
    lost += [
        1 - sympy.Add(*(s for (_, j), s in moved.items() if j == k)) for k in range(kept, count)
    ]
    costs = {(i, j): NORM * sympy.Add(*gaps[i + 1 : j + 1]) for i, j in moved}
    return Bound(
        name=f"best {kept} of {count} terms",
        left=sympy.Add(*energies[kept:]),
        right=sympy.Add(*(e * share for e, share in zip(energies, lost, strict=True))),
        certificate=sympy.Add(*(s * costs[pair] for pair, s in moved.items())),
        attained=dict.fromkeys(moved.values(), sympy.S.Zero),
        derivation=(
            Step("energies, falling", sympy.Tuple(*energies)),
            Step("what a moved share costs", sympy.Tuple(*costs.values())),
        ),
    )


def kept_energy_density(t: sympy.Expr, kept: int, dimension: int) -> sympy.Expr:
    """Return 2 t^2 phi(t) P(fewer than r of the M - 1 others exceed t), to be integrated over t > 0.

    The share of |z|^2, expectation over expectation, that the r largest of M standard normal
    amplitudes keep: by symmetry that of one amplitude, over the event that it is among the r.
    """
    larger = 1 - sympy.erf(t / sympy.sqrt(2))
    chances = (
        sympy.binomial(dimension - 1, i) * larger**i * (1 - larger) ** (dimension - 1 - i)
        for i in range(kept)
    )
    return 2 * t**2 * density(t) * sympy.Add(*chances)


@register(reference=Reference(PAPER, "", "ours"))
def kept_energy_of_two() -> Identity:
    """K_1 = 1/2 + 1/pi and K_2 = 1 of two standard normal amplitudes: noise alone keeps so much.

    In polar coordinates the larger square is the mean of max(cos^2, sin^2) over the angle, which is
    4/pi times the integral of cos^2 from 0 to pi/4.
    """
    t, angle = sympy.Symbol("t", positive=True), sympy.Symbol("theta", real=True)
    laws = [kept_energy_density(t, kept, 2) for kept in (1, 2)]
    polar = sympy.Integral(4 * sympy.cos(angle) ** 2 / sympy.pi, (angle, 0, sympy.pi / 4))
    return Identity(
        name="kept energy of two amplitudes",
        left=ImmutableMatrix(
            [sympy.integrate(sympy.expand(law), (t, 0, sympy.oo)) for law in laws]
        ),
        right=ImmutableMatrix([Rational(1, 2) + 1 / sympy.pi, sympy.S.One]),
        derivation=(
            Step("law for one term", laws[0]),
            Step("the other road, in polar coordinates", polar),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"sigma_0": "noise"},
    sizes=({"kept": 1, "dimension": 2},),
    slow_sizes=({"kept": 2, "dimension": 3},),
)
def set_energy(kept: int = 1, dimension: int = 2) -> Identity:
    """E|P z|^2 = |P mu|^2 + sum_k s_k^2, s_k^2 = sum_j e_kj^2 sigma_j^2, for z = mu + sigma eps.

    P projects on the first `kept` directions; with all of them the energy is |mu|^2 + sum_j sigma_j^2, and
    the share of a set is the ratio. Entries: E|P z|^2, E|z|^2.
    """
    if not 1 <= kept < dimension:
        raise ArgumentError("kept", kept, f"must be 1 to {dimension - 1}", "leave a direction out")
    basis = mirror_basis(dimension)
    mean, noise = symbols_of("mu", dimension), sympy.symbols(f"epsilon_:{dimension}", real=True)
    widths = [sympy.Symbol(f"sigma_{j}", positive=True) for j in range(dimension)]
    latent = sympy.Matrix([m + s * e for m, s, e in zip(mean, widths, noise, strict=True)])
    amplitudes = [dot(basis[k, :], latent) for k in range(dimension)]
    expected = [
        dot(basis[k, :], mean) ** 2
        + sympy.Add(*(e**2 * s**2 for e, s in zip(basis[k, :], widths, strict=True)))
        for k in range(kept)
    ]
    energies = [sympy.Add(*(a**2 for a in part)) for part in (amplitudes[:kept], amplitudes)]
    return Identity(
        name=f"energy of {kept} of {dimension} directions",
        left=ImmutableMatrix([expectation(energy, noise) for energy in energies]),
        right=ImmutableMatrix(
            [sympy.Add(*expected), square(mean) + sympy.Add(*(s**2 for s in widths))]
        ),
        derivation=(
            Step("encoded latent", ImmutableMatrix(latent)),
            Step("its amplitude in direction 0", amplitudes[0]),
        ),
    )
