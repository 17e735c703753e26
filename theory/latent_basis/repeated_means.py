"""Means that come again: how much of a row the earlier ones explain, and the noise that is left.

Row k of the class means is a mean of V latents: its true mean t_k plus noise of covariance I/V. w is the
least solution of w^T T = t_k, T the true means of the earlier rows; P projects off them. To leading order
the span of the noisy rows is that of the true ones.
"""

from collections.abc import Sequence

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.latent_basis.bases import dot, mirror_basis
from theory.latent_basis.normal import PAPER, expectation

SAMPLES, EARLIER = sympy.symbols("V V_0", positive=True)
WEIGHT = sympy.Symbol("w_0", real=True)


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"p": "share", "n": "copies"},
    sizes=({"labels": 2}, {"labels": 3}, {"labels": 4}),
)
def leverage(labels: int = 3) -> Identity:
    """|w|^2 = R/(p^2 + n R), R = sum_b p_b^2/n_b: least squares of a class mean from earlier copies.

    Label b has n_b earlier rows, all with the mean m_b; the label asked for has n (0 in the first
    set) and the share p. sum_b p_b m_b = 0 is the only relation. With w of least norm,
    |w|^2 = m^T (sum_b n_b m_b m_b^T)^-1 m, in the coordinates whose axes are the other means. n = 0,
    n_b = 1: sum (p_b/p)^2; equal shares and j copies of all: (1 - 1/l)/j. Where rows are means of
    V_j latents and sum_j w_j^2/V_j is made least, n_b is the sum of V_j over the rows of label b.
    """
    if labels < 2:
        raise ArgumentError("labels", labels, "must be at least 2", "one mean is 0")
    share, copies = sympy.Symbol("p", positive=True), sympy.Symbol("n", nonnegative=True)
    shares = [sympy.Symbol(f"p_{b}", positive=True) for b in range(labels - 1)]
    counts = [sympy.Symbol(f"n_{b}", positive=True) for b in range(labels - 1)]
    mean = -sympy.Matrix(shares) / share
    spread = sympy.diag(*counts) + copies * mean * mean.T
    solved = spread.adjugate() * mean / spread.det(method="berkowitz")
    return Identity(
        name=f"leverage of a repeated mean, {labels} labels",
        left=dot(mean, solved),
        right=repeated_leverage(share, copies, shares, counts),
        derivation=(
            Step("the mean in coordinates of the others", ImmutableMatrix(mean)),
            Step("sum of n m m^T over the earlier rows", ImmutableMatrix(spread)),
        ),
    )


def repeated_leverage(
    share: sympy.Expr,
    copies: sympy.Expr,
    shares: Sequence[sympy.Expr],
    counts: Sequence[sympy.Expr],
) -> sympy.Expr:
    """Return |w|^2 = R/(p^2 + n R), R = sum_b p_b^2/n_b over the other labels.

    Parameters
    ----------
    share, copies : sympy.Expr or number
        p and n of the label asked for.
    shares, counts : sequences of sympy.Expr or numbers
        p_b and n_b of the others, n_b > 0.

    Examples
    --------
    >>> third = sympy.Rational(1, 3)
    >>> repeated_leverage(third, 0, [third] * 2, [1, 1]), repeated_leverage(third, 2, [third] * 2, [2, 2])
    (2, 1/3)
    """
    rest = sympy.Add(*(p**2 / n for p, n in zip(shares, counts, strict=True)))
    return rest / (share**2 + copies * rest)


def _noisy_rest(dimension: int) -> tuple[list[sympy.Expr], list[sympy.Expr], list[sympy.Symbol]]:
    """Return P (n - w_0 n_0) and P n_0 along the directions that P keeps, and the normals in them."""
    basis = mirror_basis(dimension)
    noise = [sympy.symbols(f"x_:{dimension}"), sympy.symbols(f"y_:{dimension}")]
    own = sympy.Matrix(noise[0]) / sympy.sqrt(SAMPLES)
    earlier = sympy.Matrix(noise[1]) / sympy.sqrt(EARLIER)
    kept = [basis[k, :] for k in range(1, dimension)]
    rest = [dot(direction, own - WEIGHT * earlier) for direction in kept]
    return rest, [dot(direction, earlier) for direction in kept], [*noise[0], *noise[1]]


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"V": "samples", "V_0": "samples_earlier"},
    sizes=({"dimension": 2}, {"dimension": 3}),
)
def residual_noise(dimension: int = 2) -> Identity:
    """E|P(eta - sum_j w_j eta_j)|^2 = (M - k)(1/V + sum_j w_j^2/V_j): the noise floor of R_kk^2.

    For V_j = V this is (M - k)(1 + |w|^2)/V. One earlier row, k = 1, in M dimensions.
    """
    rest, _, noise = _noisy_rest(dimension)
    return Identity(
        name=f"noise floor in {dimension} dimensions",
        left=expectation(sympy.Add(*(x**2 for x in rest)), noise),
        right=(dimension - 1) * (1 / SAMPLES + WEIGHT**2 / EARLIER),
        derivation=(Step("noise along the first direction that is kept", rest[0]),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"V": "samples", "V_0": "samples_earlier", "m": "class_mean"},
    sizes=({"dimension": 2}, {"dimension": 3}),
)
def overlap(dimension: int = 2) -> Identity:
    """<R_k, m_k> = (M-k) sum_j w_j^2/V_j: a row with no signal left still leans on its own mean.

    The rest R_k is orthogonal to the noisy rows t_j + n_j, so <R_k, t_j> = -<R_k, n_j>, of the mean
    w_j (M-k)/V_j, and m_k = sum_j w_j t_j. Over the length of the rest (claim `residual_noise`) and |m|,
    with V_j = V: cos = sqrt((M-k)/V) |w|^2/(sqrt(1+|w|^2) |m|). Entries: the overlap; that cosine.
    """
    rest, earlier, noise = _noisy_rest(dimension)
    length = sympy.Symbol("m", positive=True)
    products = sympy.Add(*(x * y for x, y in zip(rest, earlier, strict=True)))
    found = -WEIGHT * expectation(products, noise)
    floor = expectation(sympy.Add(*(x**2 for x in rest)), noise).subs(EARLIER, SAMPLES)
    cosine = sympy.cancel(found.subs(EARLIER, SAMPLES)) / sympy.sqrt(sympy.factor(floor)) / length
    leverage = WEIGHT**2
    return Identity(
        name=f"overlap in {dimension} dimensions",
        left=ImmutableMatrix([found, cosine]),
        right=ImmutableMatrix(
            [
                (dimension - 1) * leverage / EARLIER,
                sympy.sqrt((dimension - 1) / SAMPLES)
                * leverage
                / (sympy.sqrt(1 + leverage) * length),
            ]
        ),
        derivation=(
            Step("noise of the rest along the first direction that is kept", rest[0]),
            Step("noise of the earlier row there", earlier[0]),
        ),
    )
