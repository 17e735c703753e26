"""Circulant matrices and doubly block circulant matrices: circular convolution and correlation.

The operation is fixed by its name. Convolution: (k*x)[i, j] = sum k[a, b] x[i-a, j-b]. Correlation
(what torch calls convolution): sum k[a, b] x[i+a, j+b]. All indices are taken mod n.
"""

from typing import Literal

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.fourier import PAPER, conjugate_index, dft_2d_matrix, dft_matrix, symbols_of

Operation = Literal["convolution", "correlation"]
OPERATIONS = ("convolution", "correlation")


def circulant(kernel: ImmutableMatrix, operation: Operation) -> ImmutableMatrix:
    """Return the n x n matrix that convolves (correlates) a vector with `kernel`, n x 1.

    Raises
    ------
    ArgumentError
        For another operation.
    """
    _check(operation)
    n = len(kernel)
    sign = 1 if operation == "convolution" else -1
    return ImmutableMatrix(n, n, lambda i, a: kernel[sign * (i - a) % n])


def doubly_block_circulant(kernel: ImmutableMatrix, operation: Operation) -> ImmutableMatrix:
    """Return the n^2 x n^2 matrix that convolves (correlates) a flattened image with `kernel`.

    Parameters
    ----------
    kernel : sympy matrix, n^2 x 1
        Row-major flattened image of symbols or numbers.
    operation : {"convolution", "correlation"}

    Raises
    ------
    ArgumentError
        For another operation, or a kernel whose length is not a square.
    """
    _check(operation)
    n = sympy.sqrt(len(kernel))
    if not n.is_Integer:
        raise ArgumentError(
            "kernel", f"{len(kernel)} entries", "the number of entries must be a square", "pad it"
        )
    n = int(n)
    sign = 1 if operation == "convolution" else -1

    def entry(row: int, column: int) -> sympy.Expr:
        (i, j), (a, b) = divmod(row, n), divmod(column, n)
        return kernel[(sign * (i - a) % n) * n + sign * (j - b) % n]

    return ImmutableMatrix(n * n, n * n, entry)


def _check(operation: str) -> None:
    if operation not in OPERATIONS:
        raise ArgumentError(
            "operation", operation, f"must be one of {OPERATIONS}", "name the operation"
        )


def diagonalised(
    matrix: ImmutableMatrix, transform: ImmutableMatrix, operation: Operation
) -> ImmutableMatrix:
    """Return Q M Q^* for convolution, Q^* M Q for correlation: the order is the difference."""
    _check(operation)
    first, last = transform, transform.conjugate()
    if operation == "correlation":
        first, last = last, first
    return ImmutableMatrix(first * matrix * last)


def _sizes(*sides: int) -> tuple[dict, ...]:
    return tuple({"n": n, "operation": operation} for n in sides for operation in OPERATIONS)


@register(reference=Reference(PAPER, "S.14", "reproduced"), sizes=_sizes(3, 4))
def circulant_eigendecomposition(n: int, operation: Operation) -> Identity:
    """The DFT diagonalises a circulant matrix; eigenvalues sqrt(n) F k."""
    kernel, f = symbols_of("k", n), dft_matrix(n)
    return Identity(
        name=f"circulant {operation}, n = {n}",
        left=diagonalised(circulant(kernel, operation), f, operation),
        right=ImmutableMatrix(sympy.diag(*(sympy.sqrt(n) * f * kernel))),
    )


@register(reference=Reference(PAPER, "6, S.14-S.29", "reproduced"), sizes=_sizes(3))
def eigendecomposition(n: int, operation: Operation) -> Identity:
    """dbc(k) = Q^* diag(n k^) Q (convolution), Q diag(n k^) Q^* (correlation), k^ = Q k."""
    kernel, q = symbols_of("k", n * n), dft_2d_matrix(n)
    spectrum = q * kernel
    return Identity(
        name=f"doubly block circulant {operation}, n = {n}",
        left=diagonalised(doubly_block_circulant(kernel, operation), q, operation),
        right=ImmutableMatrix(sympy.diag(*(n * spectrum))),
        derivation=(
            Step("the matrix, entry by entry", doubly_block_circulant(kernel, operation)),
            Step("the spectrum of the kernel", spectrum),
        ),
    )


@register(
    reference=Reference(PAPER, "S.19", "sharpened"),
    sizes=(),
    slow_sizes=({"n": 3},),
)
def singular_values(n: int) -> Identity:
    """dbc^T dbc = Q^* diag(n^2 |k^|^2) Q: the singular values are n |k^_f|."""
    kernel, q = symbols_of("k", n * n), dft_2d_matrix(n)
    spectrum = q * kernel
    power = [
        n**2 * spectrum[f] * spectrum[conjugate_index(f, n)] for f in range(n * n)
    ]  # real kernel: the conjugate of k^_f is k^_f~
    matrix = doubly_block_circulant(kernel, "convolution")
    return Identity(
        name=f"singular values, n = {n}",
        left=diagonalised(matrix.T * matrix, q, "convolution"),
        right=ImmutableMatrix(sympy.diag(*power)),
    )


@register(reference=Reference(PAPER, "S.19", "ours"), sizes=({"n": 3},))
def product(n: int) -> Identity:
    """dbc(k) dbc(l) x = dbc(dbc(k) l) x: products of such matrices are such matrices."""
    k, m, x = (symbols_of(name, n * n) for name in "klx")
    first, second = (doubly_block_circulant(kernel, "convolution") for kernel in (k, m))
    return Identity(
        name=f"product, n = {n}",
        left=first * (second * x),
        right=doubly_block_circulant(first * m, "convolution") * x,
    )


@register(reference=Reference(PAPER, "S.14", "ours"), sizes=({"n": 3},))
def commuting(n: int) -> Identity:
    """dbc(k) dbc(l) x = dbc(l) dbc(k) x: circular convolutions commute."""
    k, m, x = (symbols_of(name, n * n) for name in "klx")
    first, second = (doubly_block_circulant(kernel, "convolution") for kernel in (k, m))
    return Identity(
        name=f"commuting, n = {n}", left=first * (second * x), right=second * (first * x)
    )


@register(reference=Reference(PAPER, "S.20-S.29", "reproduced"), sizes=({"n": 3},))
def transposed(n: int) -> Identity:
    """Correlating with k is convolving with the flipped kernel Q Q k."""
    k, q = symbols_of("k", n * n), dft_2d_matrix(n)
    return Identity(
        name=f"correlation, n = {n}",
        left=doubly_block_circulant(q * (q * k), "convolution"),
        right=doubly_block_circulant(k, "correlation"),
    )


@register(reference=Reference(PAPER, "S.19", "ours"), sizes=({"n": 3},))
def frobenius_norm(n: int) -> Identity:
    """||dbc(k)||_F^2 = sum_f n^2 |k^_f|^2: the sum of the squared singular values."""
    k, q = symbols_of("k", n * n), dft_2d_matrix(n)
    spectrum = q * k
    return Identity(
        name=f"Frobenius norm, n = {n}",
        left=sum(n**2 * spectrum[f] * spectrum[conjugate_index(f, n)] for f in range(n * n)),
        right=sum(entry**2 for entry in doubly_block_circulant(k, "convolution")),
    )
