"""Counting over images and amplitudes: the rank of a label, and the scatter of an accuracy."""

import itertools
from collections.abc import Sequence

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Bound, Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_basis.normal import PAPER


def count_chances(chances: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    """Return P(n of the events happen), n = 0, 1, ..., for independent events: one event at a time.

    Examples
    --------
    >>> half = sympy.Rational(1, 2)
    >>> count_chances([half, half])
    [1/4, 1/2, 1/4]
    """
    counts = [sympy.S.One]
    for p in chances:
        stay = [(1 - p) * c for c in counts] + [sympy.S.Zero]
        step = [sympy.S.Zero] + [p * c for c in counts]
        counts = [a + b for a, b in zip(stay, step, strict=True)]
    return counts


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"events": 3},),
    slow_sizes=({"events": 4},),
)
def rank_of_the_label(events: int = 3) -> Identity:
    """P(rank = 1 + n) given the label's amplitude: n of the others are larger, with chances p_k each.

    The recursion over the others (left) against the sum over all sets of n of them (right).
    """
    chances = [sympy.Symbol(f"p_{k}", positive=True) for k in range(events)]
    if events < 2:
        raise ArgumentError("events", events, "must be at least 2", "take two others")
    return Identity(
        name=f"rank among {events} others",
        left=ImmutableMatrix(count_chances(chances)),
        right=ImmutableMatrix([_over_sets(chances, n) for n in range(events + 1)]),
        derivation=(Step("after the first other", sympy.Tuple(*count_chances(chances[:1]))),),
    )


def _over_sets(chances: Sequence[sympy.Expr], size: int) -> sympy.Expr:
    sets = itertools.combinations(range(len(chances)), size)
    return sympy.Add(
        *(sympy.Mul(*(p if k in s else 1 - p for k, p in enumerate(chances))) for s in sets)
    )


def _chances(images: int) -> list[sympy.Symbol]:
    if images < 1:
        raise ArgumentError("images", images, "must be at least 1", "pass the number of images")
    return [sympy.Symbol(f"P_{x}", positive=True) for x in range(images)]


@register(
    reference=Reference(PAPER, "", "ours"), sizes=({"images": 1}, {"images": 2}, {"images": 3})
)
def trial_variance(images: int = 2) -> Identity:
    """Var(accuracy of a trial) = sum_x P_x (1 - P_x)/N^2: noise is independent between the N images.

    From all 2^N outcomes of a trial. Entries: mean and variance of the accuracy.
    """
    chances = _chances(images)
    outcomes = [
        (
            sympy.Mul(*(p if right else 1 - p for p, right in zip(chances, outcome, strict=True))),
            Rational(sum(outcome), images),
        )
        for outcome in itertools.product((0, 1), repeat=images)
    ]
    mean = sympy.Add(*(weight * share for weight, share in outcomes))
    second = sympy.Add(*(weight * share**2 for weight, share in outcomes))
    return Identity(
        name=f"scatter of trials over {images} images",
        left=ImmutableMatrix([mean, second - mean**2]),
        right=ImmutableMatrix(
            [
                sympy.Add(*chances) / images,
                sympy.Add(*(p * (1 - p) for p in chances)) / images**2,
            ]
        ),
        derivation=(Step("mean over all outcomes", mean), Step("mean square", second)),
    )


@register(reference=Reference(PAPER, "", "ours"), sizes=({"images": 1}, {"images": 3}))
def scatter_bound(images: int = 3) -> Bound:
    """Var <= 1/(4 N), attained where every image is a toss of a coin, P_x = 1/2."""
    chances = _chances(images)
    half = Rational(1, 2)
    return Bound(
        name=f"most scatter over {images} images",
        left=sympy.Add(*(p * (1 - p) for p in chances)) / images**2,
        right=Rational(1, 4 * images),
        certificate=sympy.Add(*((p - half) ** 2 for p in chances)) / images**2,
        attained=dict.fromkeys(chances, half),
        derivation=(Step("variance of one answer", sympy.Tuple(*(p * (1 - p) for p in chances))),),
    )
