"""What gradient descent changes of the flow's invariants, and how fast a mode can be learnt."""

import sympy

from theory.claims import Bound, Identity, Reference, Step, register
from theory.fourier import PAPER

STEP = sympy.Symbol("a", positive=True)


def _one_frequency(p: int = 2) -> tuple[sympy.Matrix, ...]:
    """Return k (real and imaginary part), b and e (p x 2: real and imaginary parts)."""
    k = sympy.Matrix(1, 2, sympy.symbols("k_re k_im", real=True))
    b, e = (
        sympy.Matrix(
            p, 2, lambda i, j, x=x: sympy.Symbol(f"{x}{i + 1}_{('re', 'im')[j]}", real=True)
        )
        for x in "be"
    )
    return k, b, e


def _complex(rows: sympy.Matrix) -> sympy.Matrix:
    return rows[:, 0] + sympy.I * rows[:, 1]


def _square(expression: sympy.Expr) -> sympy.Expr:
    """|z|^2 through the real and the imaginary part, for real symbols."""
    real, imaginary = sympy.expand(expression).as_real_imag()
    return real**2 + imaginary**2


def _norm(rows: sympy.Matrix) -> sympy.Expr:
    return sum((entry**2 for entry in rows), sympy.S.Zero)


@register(reference=Reference(PAPER, "", "ours"))
def invariant_increment() -> Identity:
    """I_f(t+1) - I_f(t) = a^2 (|b^H e|^2 - ||e||^2 |k^|^2), I_f = |k^|^2 - ||b||^2, a = n h.

    One update k^' = k^ + a b^H e, b' = b + a e conj(k^) of any network on any data, two outputs.
    """
    k_parts, b_parts, e_parts = _one_frequency()
    k, b, e = _complex(k_parts)[0], _complex(b_parts), _complex(e_parts)
    overlap = (b.H * e)[0]
    moved_k = k + STEP * overlap
    moved_b = b + STEP * e * sympy.conjugate(k)
    before = _norm(k_parts) - _norm(b_parts)
    after = _square(moved_k) - sum((_square(entry) for entry in moved_b), sympy.S.Zero)
    return Identity(
        name="increment of the balance under gradient descent",
        left=after - before,
        right=STEP**2 * (_square(overlap) - _norm(e_parts) * _norm(k_parts)),
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
    _, b_parts, e_parts = _one_frequency()
    b, e = _complex(b_parts), _complex(e_parts)
    determinant = b[0] * e[1] - b[1] * e[0]
    return Bound(
        name="balanced frequencies lose balance to the outputs",
        left=_square((b.H * e)[0]),
        right=_norm(b_parts) * _norm(e_parts),
        certificate=_square(determinant),
        attained={entry: 3 * other for entry, other in zip(e_parts, b_parts, strict=True)},
        derivation=(Step("Lagrange: the slack is |b1 e2 - b2 e1|^2", determinant),),
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
