"""The flow's invariants, what gradient descent changes of them, and how fast a mode can be learnt."""

import itertools

import sympy

from theory.claims import Bound, Identity, Reference, Step, register
from theory.fourier import PAPER
from theory.linear_cnn.flow import Widths, check_widths, complex_symbols, pulls
from theory.linear_cnn.modes import aligned_flow, mode_symbols

STEP = sympy.Symbol("a", positive=True)


def one_frequency(p: int = 2) -> tuple[sympy.Matrix, ...]:
    """Return k (real and imaginary part), b and e (p x 2: real and imaginary parts)."""
    k = sympy.Matrix(1, 2, sympy.symbols("k_re k_im", real=True))
    b, e = (
        sympy.Matrix(
            p, 2, lambda i, j, x=x: sympy.Symbol(f"{x}{i + 1}_{('re', 'im')[j]}", real=True)
        )
        for x in "be"
    )
    return k, b, e


def complex_of(rows: sympy.Matrix) -> sympy.Matrix:
    """Return complex entries from real and imaginary parts in two columns."""
    return rows[:, 0] + sympy.I * rows[:, 1]


def _square(expression: sympy.Expr) -> sympy.Expr:
    """|z|^2 through the real and the imaginary part, for real symbols."""
    real, imaginary = sympy.expand(expression).as_real_imag()
    return real**2 + imaginary**2


def squared_norm(rows: sympy.Matrix) -> sympy.Expr:
    """Return the sum of the squares of all entries, real."""
    return sum((entry**2 for entry in rows), sympy.S.Zero)


@register(reference=Reference(PAPER, "", "ours"))
def invariant_increment() -> Identity:
    """I_f(t+1) - I_f(t) = a^2 (|b^H e|^2 - ||e||^2 |k^|^2), I_f = |k^|^2 - ||b||^2, a = n h.

    One update k^' = k^ + a b^H e, b' = b + a e conj(k^) of any network on any data, two outputs.
    """
    k_parts, b_parts, e_parts = one_frequency()
    k, b, e = complex_of(k_parts)[0], complex_of(b_parts), complex_of(e_parts)
    overlap = (b.H * e)[0]
    moved_k = k + STEP * overlap
    moved_b = b + STEP * e * sympy.conjugate(k)
    before = squared_norm(k_parts) - squared_norm(b_parts)
    after = _square(moved_k) - sum((_square(entry) for entry in moved_b), sympy.S.Zero)
    return Identity(
        name="increment of the balance under gradient descent",
        left=after - before,
        right=STEP**2 * (_square(overlap) - squared_norm(e_parts) * squared_norm(k_parts)),
        derivation=(
            Step("the kernel after one update", moved_k),
            Step("the outputs after one update", moved_b),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"))
def balanced_increment() -> Bound:
    """|b^H e|^2 <= ||b||^2 ||e||^2: for |k^| = ||b|| the balance can only fall.

    Attained where b is parallel to e (here: e = 3 b).
    """
    _, b_parts, e_parts = one_frequency()
    b, e = complex_of(b_parts), complex_of(e_parts)
    determinant = b[0] * e[1] - b[1] * e[0]
    return Bound(
        name="balanced frequencies lose balance to the outputs",
        left=_square((b.H * e)[0]),
        right=squared_norm(b_parts) * squared_norm(e_parts),
        certificate=_square(determinant),
        attained={entry: 3 * other for entry, other in zip(e_parts, b_parts, strict=True)},
        derivation=(Step("Lagrange: the slack is |b1 e2 - b2 e1|^2", determinant),),
    )


@register(
    reference=Reference(PAPER, "", "ours"),
    sizes=({}, {"widths": (2, 2), "p": 2}),
)
def layer_increment(widths: Widths = (1, 2, 1), p: int = 1) -> Identity:
    """One update changes K^(l) K^(l)^H - K^(l+1)^H K^(l+1) by a^2 (R_l R_l^H - R_{l+1}^H R_{l+1}).

    Any frequency of any network on any data: factors K^(1), ..., K^(L), B of the effective map, the
    rates R_l = (factors after it)^H E (factors before it)^H, a = n^L h. The terms of first order
    cancel; for one kernel this is `invariant_increment`.

    Parameters
    ----------
    widths : tuple of int
        Channels, then kernels of each layer.
    p : int
        Outputs.
    """
    check_widths(widths)
    sides = (*widths, p)
    factors = [
        complex_symbols(f"K{layer + 1}", kernels, channels).as_mutable()
        for layer, (channels, kernels) in enumerate(itertools.pairwise(sides))
    ]
    error = complex_symbols("E", p, widths[0]).as_mutable()
    rates = pulls([factor.H for factor in factors], error)
    moved = [factor + STEP * rate for factor, rate in zip(factors, rates, strict=True)]
    before, after, squares = (
        [
            difference[i, j]
            for inner, outer in itertools.pairwise(layers)
            for difference in [inner * inner.H - outer.H * outer]
            for i in range(difference.rows)
            for j in range(difference.cols)
        ]
        for layers in (factors, moved, rates)
    )
    return Identity(
        name=f"increment of the balances, widths {'-'.join(map(str, sides))}",
        left=sympy.ImmutableMatrix(after) - sympy.ImmutableMatrix(before),
        right=sympy.ImmutableMatrix([STEP**2 * square for square in squares]),
        derivation=(
            Step("the rates, without n^L", sympy.Tuple(*(x for rate in rates for x in rate))),
            Step("the factors after one update", sympy.Tuple(*(x for m in moved for x in m))),
        ),
    )


@register(
    reference=Reference(PAPER, "S.2", "sharpened"),
    names={"k": "kernel_amplitude", "I": "balance"},
)
def balance_ratio() -> Identity:
    """||b_f||/|k^_f| = sqrt(1 - I_f/|k^_f|^2): the ratio tends to 1 as the frequency grows.

    I_f = |k^_f|^2 - ||b_f||^2 stays at its start, so |k^_f| alone says how balanced a frequency is.
    Left: the invariant of `aligned_flow`, solved for b.
    """
    balance = sympy.Symbol("I", real=True)
    (k,), (b,), _ = mode_symbols(1)
    (invariant,) = aligned_flow(frequencies=1).invariants
    (output,) = sympy.solve(sympy.Eq(invariant.expression, balance), b)
    return Identity(
        name="balance of one frequency",
        left=output / k,
        right=sympy.sqrt(1 - balance / k**2),
        given=(balance < k**2,),
        derivation=(Step("the invariant, solved for the outputs", output),),
    )


def _powers(pixels: int) -> tuple[sympy.Symbol, ...]:
    return sympy.symbols(f"w1:{pixels + 1}", nonnegative=True)


@register(reference=Reference(PAPER, "17-22", "sharpened"))
def gain_below_side(n: int = 2) -> Bound:
    """n^2 max_f |v^_f|^2 <= n^2 sum_f |v^_f|^2 = n^2: a CNN is at most n times as fast.

    w_f = |v^_f|^2; w1 is the largest. Attained by one self-conjugate plane wave.
    """
    powers = _powers(n * n)
    return Bound(
        name="largest gain of a linear CNN",
        left=n**2 * powers[0],
        right=n**2 * sum(powers),
        certificate=n**2 * sum(powers[1:]),
        attained=dict.fromkeys(powers[1:], sympy.S.Zero),
    )


@register(reference=Reference(PAPER, "17-22", "sharpened"))
def gain_above_one(n: int = 2) -> Bound:
    """sum_f |v^_f|^2 = 1 <= n^2 max_f |v^_f|^2: a CNN is never slower than a fully connected net.

    The powers are w1 - d_f with d_f >= 0, w1 the largest. Attained by a flat spectrum.
    """
    largest = sympy.Symbol("w1", positive=True)
    below = sympy.symbols(f"d2:{n * n + 1}", nonnegative=True)
    return Bound(
        name="smallest gain of a linear CNN",
        left=largest + sum(largest - d for d in below),
        right=n**2 * largest,
        certificate=sum(below),
        attained=dict.fromkeys(below, sympy.S.Zero),
    )
