"""The unitary discrete Fourier transform of vectors and of flattened square images.

Index conventions: an image with ``n`` rows and columns is flattened row by row; the frequency
``f = u n + v`` stands for the vertical frequency ``u`` and the horizontal frequency ``v``.
"""

import sympy
from sympy import ImmutableMatrix, Rational

from theory.claims import Identity, Reference, register

PAPER = "Pinson, Lenaerts, Ginis, ICML 2023"


def root_of_unity(power: int, n: int) -> sympy.Expr:
    """Return exp(-2 pi i power/n) as an algebraic number.

    Examples
    --------
    >>> root_of_unity(1, 4)
    -I
    """
    angle = -2 * sympy.pi * Rational(power % n, n)
    return sympy.cos(angle) + sympy.I * sympy.sin(angle)


def dft_matrix(n: int) -> ImmutableMatrix:
    """Return the unitary, symmetric DFT matrix F, n x n: F_ab = exp(-2 pi i ab/n)/sqrt(n)."""
    return ImmutableMatrix(n, n, lambda a, b: root_of_unity(a * b, n) / sympy.sqrt(n)).applyfunc(
        sympy.expand
    )


def dft_2d_matrix(n: int) -> ImmutableMatrix:
    """Return Q = F (x) F, n^2 x n^2: the DFT of a row-major flattened image (text 7)."""
    return ImmutableMatrix(sympy.kronecker_product(dft_matrix(n), dft_matrix(n))).applyfunc(
        sympy.expand
    )


def conjugate_index(f: int, n: int) -> int:
    """Return f~, the index of the frequency (-u, -v) mod n.

    The spectrum of a real image at f~ is the conjugate of that at f.

    Examples
    --------
    >>> [conjugate_index(f, 3) for f in range(9)]
    [0, 2, 1, 6, 8, 7, 3, 5, 4]
    """
    u, v = divmod(f, n)
    return (-u % n) * n + (-v % n)


def self_conjugate_frequencies(n: int) -> tuple[int, ...]:
    """Return the frequencies with f = f~: (0, 0), and for even n the three Nyquist frequencies.

    Examples
    --------
    >>> self_conjugate_frequencies(5), self_conjugate_frequencies(4)
    ((0,), (0, 2, 8, 10))
    """
    return tuple(f for f in range(n * n) if conjugate_index(f, n) == f)


def conjugation_matrix(n: int) -> ImmutableMatrix:
    """Return the permutation that takes f to f~, n^2 x n^2; on pixels it flips an image."""
    return ImmutableMatrix(n * n, n * n, lambda f, g: int(g == conjugate_index(f, n)))


def symbols_of(name: str, *shape: int) -> ImmutableMatrix:
    """Return a matrix of real symbols ``name_i_j``, a column of ``name_i`` for one dimension."""
    if len(shape) == 1:
        return ImmutableMatrix(shape[0], 1, lambda i, _: sympy.Symbol(f"{name}_{i}", real=True))
    return ImmutableMatrix(*shape, lambda i, j: sympy.Symbol(f"{name}_{i}_{j}", real=True))


@register(reference=Reference(PAPER, "7", "reproduced"), sizes=({"n": 3},))
def inversion(n: int) -> Identity:
    """conj(Q) Q x = x: Q is symmetric and unitary, its inverse is its conjugate."""
    q, x = dft_2d_matrix(n), symbols_of("x", n * n)
    return Identity(name=f"inverse 2D DFT, n = {n}", left=q.conjugate() * (q * x), right=x)


@register(reference=Reference(PAPER, "7", "ours"), sizes=({"n": 2}, {"n": 3}, {"n": 4}))
def parseval(n: int) -> Identity:
    """sum_f |x^_f|^2 = sum_a x_a^2, for a real vector of length n."""
    f, x = dft_matrix(n), symbols_of("x", n)
    return Identity(
        name=f"Parseval, n = {n}",
        left=sum(map(sympy.Mul, f * x, f.conjugate() * x), sympy.S.Zero),
        right=sum((entry**2 for entry in x), sympy.S.Zero),
    )


@register(reference=Reference(PAPER, "S.20-S.29", "reproduced"), sizes=({"n": 3},))
def flip(n: int) -> Identity:
    """Q Q x flips x: pixel a moves to -a mod n in both directions.

    With the inverse, this says too that the spectrum of a real image at f~ is the conjugate of
    that at f.
    """
    q, x = dft_2d_matrix(n), symbols_of("x", n * n)
    return Identity(name=f"flip, n = {n}", left=q * (q * x), right=conjugation_matrix(n) * x)
