"""Means of the latents that decode to one label: what binds them, and how far samples are off.

z is a latent, P_a(z) the probability of the label a, p_a = E P_a its share, m_a = E[z P_a]/p_a the
class mean, Sig_a the covariance within the class.
"""

from collections.abc import Sequence

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.fourier import symbols_of
from theory.latent_basis.normal import PAPER, expectation


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"labels": 2, "points": 2}, {"labels": 2, "points": 3}, {"labels": 3, "points": 3}),
)
def total_expectation(labels: int = 2, points: int = 3) -> Identity:
    """sum_a p_a m_a = E z and sum_a p_a (Sig_a + m_a m_a^T) = E z z^T, for any soft labels.

    So for latents N(0, I) the means, weighted with their shares, add up to 0 exactly, and the mean
    over labels of E[z z^T | a] is I. On points z_k that carry the weight w_ka with the label a; one
    coordinate: for others z z^T is polarised.
    """
    _refuse_few(labels)
    latents = symbols_of("z", points)
    weights = [
        [sympy.Symbol(f"w_{k}_{a}", positive=True) for k in range(points)] for a in range(labels)
    ]
    shares = [sympy.Add(*row) for row in weights]
    means = [_mean(row, latents) / p for row, p in zip(weights, shares, strict=True)]
    spreads = [
        _mean(row, [(z - m) ** 2 for z in latents]) / p
        for row, p, m in zip(weights, shares, means, strict=True)
    ]
    totals = [sympy.Add(*column) for column in zip(*weights, strict=True)]
    seconds = [sympy.cancel(spread + m**2) for spread, m in zip(spreads, means, strict=True)]
    return Identity(
        name=f"total expectation, {labels} labels, {points} points",
        left=ImmutableMatrix([_mean(shares, means), _mean(shares, seconds)]),
        right=ImmutableMatrix([_mean(totals, latents), _mean(totals, [z**2 for z in latents])]),
        derivation=(
            Step("shares", sympy.Tuple(*shares)),
            Step("class means", sympy.Tuple(*means)),
            Step("variance within the first class", spreads[0]),
            Step("it and the squared mean: E[z^2 | a]", seconds[0]),
        ),
    )


def _mean(weights: Sequence[sympy.Expr], values: Sequence[sympy.Expr]) -> sympy.Expr:
    return sympy.Add(*(w * x for w, x in zip(weights, values, strict=True)))


@register(reference=Reference(PAPER, "", "ours"), names={"v": "sample", "m": "class_mean"})
def mean_of_samples() -> System:
    """E eta^2 = m^2 + Sig/V for the running mean of V latents, one coordinate; v = V - 1 is the index.

    Added up over coordinates |m|^2 + tr Sig/V. For means of different labels the noise adds up: the zero
    sum holds up to E|sum_a p_a eta_a|^2 = sum_a p_a^2 tr Sig_a/V.
    """
    index = sympy.Symbol("v", integer=True, nonnegative=True)
    mean, width = sympy.Symbol("m", real=True), sympy.Symbol("s", positive=True)
    second = sympy.Symbol("S", positive=True)
    x, y = sympy.symbols("x y", real=True)
    count = index + 1
    running = mean + sympy.sqrt(second - mean**2) * x
    following = (count * running + mean + width * y) / (count + 1)
    return System(
        name="mean of V latents",
        law={second: expectation(following**2, [x, y])},
        time=index,
        is_map=True,
        initial={second: mean**2 + width**2},
        closed_form={second: mean**2 + width**2 / count},
        derivation=(
            Step("the mean so far, x of variance 1", running),
            Step("the next one, y the noise of the next latent", following),
        ),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({"labels": 2}, {"labels": 3}),
    slow_sizes=({"labels": 4},),
)
def mean_rank(labels: int = 3) -> Identity:
    """rank{m_a} <= l - 1, and the rank is reached: l x l minors vanish, det[m 1] need not.

    With sum_a p_a m_a = 0 and sum_a p_a = 1 the l means span a simplex around 0 whose barycentric
    coordinates are the shares: bordered with ones, its volume is that of l - 1 means over p_last.
    """
    _refuse_few(labels)
    others = labels - 1
    free = symbols_of("m", others, labels)
    shares = [sympy.Symbol(f"p_{a}", positive=True) for a in range(others)]
    last = 1 - sympy.Add(*shares)
    closing = -(ImmutableMatrix([shares]) * free) / last
    means = ImmutableMatrix(free.col_join(closing))
    bordered = means[:, :others].row_join(sympy.ones(labels, 1))
    return Identity(
        name=f"rank of {labels} class means",
        left=ImmutableMatrix([means.det(method="berkowitz"), bordered.det(method="berkowitz")]),
        right=ImmutableMatrix([sympy.S.Zero, free[:, :others].det(method="berkowitz") / last]),
        derivation=(Step("the last mean, from the zero sum", closing),),
    )


def _refuse_few(labels: int, least: int = 2) -> None:
    if labels < least:
        raise ArgumentError("labels", labels, f"must be at least {least}", "take more labels")
