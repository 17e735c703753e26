"""Orthogonal sets from class means: in order (Gram-Schmidt), and all at once.

Equal angles: unit means whose scalar products are all r, with the Gram matrix (1-r) I + r 1 1^T. R_kk
is what is left of mean k off the span of the means before it.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, System, register
from theory.errors import ArgumentError
from theory.latent_basis.bases import square
from theory.latent_basis.normal import PAPER

COSINE = sympy.Symbol("r", real=True)
INDEX = sympy.Symbol("k", integer=True, nonnegative=True)


def gram_matrix(count: int) -> ImmutableMatrix:
    """Return the Gram matrix of unit means at equal angles, count x count."""
    return ImmutableMatrix(count, count, lambda i, j: sympy.S.One if i == j else COSINE)


def residual_square(k: sympy.Expr = INDEX, r: sympy.Expr = COSINE) -> sympy.Expr:
    """Return R_kk^2 = (1-r)(1+k r)/(1+(k-1) r), k counted from 0.

    Examples
    --------
    >>> residual_square(sympy.Integer(1))
    (1 - r)*(r + 1)
    """
    return (1 - r) * (1 + k * r) / (1 + (k - 1) * r)


@register(reference=Reference(PAPER, "6", "sharpened"), names={"r": "cosine", "k": "mode"})
def gram_schmidt() -> System:
    """What k means at equal angles know of the next: v -> v + (1 - r v)^2/(1 - r^2 v), v(0) = 0.

    v_k = 1^T G_k^-1 1 for the first k means. The next one has the scalar products r with them, so
    R_kk^2 = 1 - r^2 v_k, and bordering the inverse of G_k gives the law, for every k.
    """
    known = sympy.Symbol("v", real=True)
    rest = 1 - COSINE**2 * known
    return System(
        name="Gram-Schmidt at equal angles",
        law={known: known + (1 - COSINE * known) ** 2 / rest},
        time=INDEX,
        is_map=True,
        initial={known: sympy.S.Zero},
        closed_form={known: INDEX / (1 + (INDEX - 1) * COSINE)},
        derivation=(
            Step("R_kk^2, left of the next mean", rest),
            Step("its part that is new: 1 - r v", 1 - COSINE * known),
        ),
    )


@register(
    reference=Reference(PAPER, "6", "sharpened"),
    names={"r": "cosine"},
    sizes=({"count": 2}, {"count": 3}, {"count": 5}),
)
def residual_norms(count: int = 3) -> Identity:
    """R_kk^2 = (1-r)(1+k r)/(1+(k-1) r): the pivots of the Gram matrix, G = L diag(R_kk^2) L^T."""
    if count < 2:
        raise ArgumentError("count", count, "must be at least 2", "one mean has no angle")
    gram = gram_matrix(count)
    minors = [gram[:k, :k].det(method="berkowitz") for k in range(count + 1)]
    return Identity(
        name=f"residual norms of {count} means",
        left=ImmutableMatrix([minors[k + 1] / minors[k] for k in range(count)]),
        right=ImmutableMatrix([residual_square(sympy.Integer(k)) for k in range(count)]),
        derivation=(
            Step("Gram matrix", gram),
            Step("leading minors; a pivot is the ratio of two", sympy.Tuple(*minors)),
        ),
    )


def symmetric_cosine(count: sympy.Expr, r: sympy.Expr = COSINE) -> sympy.Expr:
    """Return cos(eta_k, xi_k) = [sqrt(1+(l-1) r) + (l-1) sqrt(1-r)]/l of the symmetric set."""
    return (sympy.sqrt(1 + (count - 1) * r) + (count - 1) * sympy.sqrt(1 - r)) / count


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"r": "cosine"},
    sizes=({"count": 2}, {"count": 3}, {"count": 4}),
)
def symmetric_orthogonalisation(count: int = 3) -> Identity:
    """S = sqrt(G): S^2 = G, and S_kk = cos(eta_k, xi_k) for the set Xi = S^-1 H, equal for all k.

    <eta_i, xi_k> is the entry of H Xi^T = G S^-1 = S. The root is interpolated between the two
    eigenvalues of G. Entries: S, then S^2.
    """
    if count < 2:
        raise ArgumentError("count", count, "must be at least 2", "one mean has no angle")
    gram, one = gram_matrix(count), sympy.eye(count)
    large, small = 1 + (count - 1) * COSINE, 1 - COSINE
    root = (sympy.sqrt(large) * (gram - small * one) - sympy.sqrt(small) * (gram - large * one)) / (
        large - small
    )
    aside = (sympy.sqrt(large) - sympy.sqrt(small)) / count
    printed = ImmutableMatrix(
        count, count, lambda i, j: symmetric_cosine(count) if i == j else aside
    )
    return Identity(
        name=f"symmetric orthogonalisation of {count} means",
        left=ImmutableMatrix.vstack(ImmutableMatrix(root), printed * printed),
        right=ImmutableMatrix.vstack(printed, gram),
        derivation=(
            Step("eigenvalues of the Gram matrix, along 1 and across", sympy.Tuple(large, small)),
            Step("its root, first row", ImmutableMatrix(root[0, :])),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"k": "mode"})
def simplex_limit() -> Identity:
    """The zero sum, r = -1/(l-1): cos = sqrt((l-1)/l) for all, R_kk^2 = l (l-1-k)/((l-1)(l-k)).

    Gram-Schmidt leaves nothing of the last mean, k = l - 1; the symmetric set spreads the missing
    direction evenly. With n = l - 1.
    """
    others = sympy.Symbol("n", integer=True, positive=True)
    simplex = -1 / others
    root = symmetric_cosine(others + 1, simplex)
    return Identity(
        name="simplex limit",
        left=ImmutableMatrix(
            [root.replace(_is_root, _over_one_bar), residual_square(INDEX, simplex)]
        ),
        right=ImmutableMatrix(
            [
                sympy.sqrt(others) / sympy.sqrt(others + 1),
                (others + 1) * (others - INDEX) / (others * (others + 1 - INDEX)),
            ]
        ),
        derivation=(
            Step("cosine of the means", simplex),
            Step("cosine with the symmetric set: 1 + (l-1) r is 0", root),
        ),
    )


def _is_root(expression: sympy.Expr) -> bool:
    return expression.is_Pow and expression.exp == sympy.S.Half


def _over_one_bar(root: sympy.Expr) -> sympy.Expr:
    return sympy.sqrt(sympy.factor(sympy.together(root.base)))


@register(
    reference=Reference(PAPER, "", "ours"),
    names={"h": "common"},
    sizes=({"count": 2}, {"count": 3}, {"count": 4}),
)
def even_completion(count: int = 3) -> Identity:
    """The zero-sum limit: H = I - J/l + h J/l is its own root, S = H, so Xi = S^-1 H = I for every h > 0.

    J is the matrix of ones, h the length of a common vector that shrinks to 0. The symmetric set keeps
    the missing direction with the component 1/sqrt(l) in every xi: it adds one number to all signed
    amplitudes, and their order does not feel it. Of the last mean Gram-Schmidt leaves l h^2/(1 +
    (l-1) h^2), which vanishes: there the last vector alone carries it. Entries: H H^T, whose root is H;
    what is left of the last mean.
    """
    if count < 2:
        raise ArgumentError("count", count, "must be at least 2", "one mean has no angle")
    common = sympy.Symbol("h", positive=True)
    even = sympy.ones(count) / count
    means = sympy.eye(count) - even + common * even
    gram = means * means.T
    last = gram.det(method="berkowitz") / gram[:-1, :-1].det(method="berkowitz")
    return Identity(
        name=f"even completion of {count} means",
        left=ImmutableMatrix([*gram, last]),
        right=ImmutableMatrix(
            [
                *(sympy.eye(count) - even + common**2 * even),
                count * common**2 / (1 + (count - 1) * common**2),
            ]
        ),
        derivation=(Step("means, a row each", ImmutableMatrix(means)),),
    )


def _any_rotation() -> ImmutableMatrix:
    """Return every rotation of three dimensions, rational in a quaternion."""
    parts = (sympy.Symbol("q_0", positive=True), *sympy.symbols("q_1:4", real=True))
    turned = sympy.Quaternion(*parts).to_rotation_matrix()
    return ImmutableMatrix(turned.applyfunc(sympy.factor))


@register(reference=Reference(PAPER, "", "ours"))
def best_orthogonal_set() -> Bound:
    """sum_k <eta_k, xi_k> <= sum_k S_k (norm 1): no orthonormal set leans more on its means.

    H = U S W^T; any set is Xi = U Q W^T with Q orthogonal, and sum_k <eta_k, xi_k> = tr(H Xi^T) =
    sum_k S_k Q_kk. What is missing is half the sum of S_k |q_k - e_k|^2, q_k the columns of Q; attained
    by Q = I, the symmetric set. Three means, every rotation Q.
    """
    values = sympy.symbols("S_0:3", positive=True)
    turn = _any_rotation()
    misses = [square(turn[:, k] - sympy.eye(3)[:, k]) / 2 for k in range(3)]
    return Bound(
        name="best orthogonal set",
        left=sympy.Add(*(s * turn[k, k] for k, s in enumerate(values))),
        right=sympy.Add(*values),
        certificate=sympy.Add(*(s * miss for s, miss in zip(values, misses, strict=True))),
        attained=dict.fromkeys(sympy.symbols("q_1:4", real=True), sympy.S.Zero),
        derivation=(Step("diagonal of Q", sympy.Tuple(*(turn[k, k] for k in range(3)))),),
    )
