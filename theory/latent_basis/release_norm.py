"""The norm of the released basis: unit vectors over the mean of their standard deviations.

std(u_k) is taken over the M entries of u_k, with M - 1 in the denominator. q_k = (sum_j u_kj)^2/M is the
square of the part of u_k along the constant vector. C_release = (M-1)/(mean_k sqrt(1-q_k))^2 stands in the
place of C = M.
"""

import itertools

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_basis.bases import mirror_basis, square
from theory.latent_basis.normal import PAPER


def _refuse_short(dimension: int) -> None:
    if dimension < 2:
        raise ArgumentError("dimension", dimension, "must be at least 2", "one entry has no spread")


def constant_share(vector: sympy.MatrixBase) -> sympy.Expr:
    """Return q = (sum of the entries)^2/M of a unit vector of M entries."""
    return sympy.Add(*vector) ** 2 / len(vector)


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2}, {"dimension": 3}, {"dimension": 5}),
)
def entry_spread(dimension: int = 3) -> Identity:
    """std(u)^2 = (1 - q)/(M - 1) for a unit vector u = x/|x|: what its entries scatter by."""
    _refuse_short(dimension)
    entries = symbols_of("x", dimension)
    size = square(entries)
    mean = sympy.Add(*entries) / dimension
    scatter = sympy.Add(*((x - mean) ** 2 for x in entries)) / (dimension - 1)
    return Identity(
        name=f"spread of {dimension} entries",
        left=scatter / size,
        right=(1 - constant_share(entries) / size) / (dimension - 1),
        derivation=(Step("squared deviations from the mean, over M - 1", scatter),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2}, {"dimension": 3}, {"dimension": 4}),
)
def constant_shares(dimension: int = 3) -> Identity:
    """sum_k q_k = 1 for a full basis: q_k = <u_k, 1/sqrt(M)>^2, Parseval of the constant unit vector.

    Entries: the sum of all q_k, and q_0 = 1 - the others, which is what the bounds use.
    """
    _refuse_short(dimension)
    basis = mirror_basis(dimension)
    shares = [constant_share(basis[k, :]) for k in range(dimension)]
    return Identity(
        name=f"shares of the constant vector, M = {dimension}",
        left=ImmutableMatrix([sympy.Add(*shares), shares[0]]),
        right=ImmutableMatrix([sympy.S.One, 1 - sympy.Add(*shares[1:])]),
        derivation=(Step("q of the first vector", shares[0]),),
    )


def _release_norm(roots: list[sympy.Expr]) -> sympy.Expr:
    """Return C_release from sqrt(1 - q_k); M - 1 is the sum of their squares."""
    squares = sympy.Add(*(s**2 for s in roots))
    return len(roots) ** 2 * squares / sympy.Add(*roots) ** 2


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"dimension": 2}, {"dimension": 3}, {"dimension": 4}),
)
def least_release_norm(dimension: int = 3) -> Bound:
    """M <= C_release, attained where all q_k = 1/M: the mean of roots is at most the root of the mean.

    With s_k = sqrt(1 - q_k), sum_k s_k^2 = M - 1 (claim `constant_shares`), C_release = M^2 (M-1)/(sum s)^2.
    """
    _refuse_short(dimension)
    roots = [sympy.Symbol(f"s_{k}", positive=True) for k in range(dimension)]
    uneven = sympy.Add(*((a - b) ** 2 for a, b in itertools.combinations(roots, 2)))
    return Bound(
        name=f"least release norm, M = {dimension}",
        left=sympy.Integer(dimension),
        right=_release_norm(roots),
        certificate=dimension * uneven / sympy.Add(*roots) ** 2,
        attained=dict.fromkeys(roots[1:], roots[0]),
        derivation=(
            Step("C_release", _release_norm(roots)),
            Step("unevenness of the roots", uneven),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def greatest_release_norm() -> Bound:
    """C_release <= M^2/(M-1), for every M: sum s = M - 1 + h with h = sum s (1 - s) >= 0, as 0 <= s <= 1.

    s_k = sqrt(1 - q_k) with sum_k s_k^2 = M - 1. Attained where one vector is constant: then its s is 0,
    those of the others are 1, and h = 0. With n = M - 1, M^2/(M-1) = n + 2 + 1/n.
    """
    others = sympy.Symbol("n", integer=True, positive=True)
    excess = sympy.Symbol("h", nonnegative=True)
    total = others + excess
    return Bound(
        name="greatest release norm",
        left=(others + 1) ** 2 * others / total**2,
        right=others + 2 + 1 / others,
        certificate=(others + 1) ** 2 * excess * (2 * others + excess) / (others * total**2),
        attained={excess: sympy.S.Zero},
        derivation=(
            Step("sum of the roots s", total),
            Step("C_release", (others + 1) ** 2 * others / total**2),
        ),
    )
