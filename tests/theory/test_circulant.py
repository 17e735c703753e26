"""Circulant matrices against sums written out, and what the order of Q and conj(Q) decides."""

import itertools

import numpy as np
import pytest
import sympy

from theory.circulant import (
    OPERATIONS,
    circulant,
    circulant_eigendecomposition,
    diagonalised,
    doubly_block_circulant,
    eigendecomposition,
    singular_values,
)
from theory.claims import Identity
from theory.errors import ArgumentError
from theory.fourier import dft_2d_matrix, dft_matrix, symbols_of

SIDES = [3, 4, 5, 6]


def by_double_loop(kernel: np.ndarray, operation: str) -> np.ndarray:
    """Row (i, j): the sum over (a, b) of k[a, b] x[i -+ a, j -+ b], one pixel x at a time."""
    n = len(kernel)
    sign = -1 if operation == "convolution" else 1
    dense = np.zeros((n, n, n, n))
    for i, j, a, b in itertools.product(range(n), repeat=4):
        dense[i, j, (i + sign * a) % n, (j + sign * b) % n] += kernel[a, b]
    return dense.reshape(n * n, n * n)


def dense_matrix(kernel: np.ndarray, operation: str) -> np.ndarray:
    """The matrix of theory: each entry says which pixel of the kernel stands there."""
    places = doubly_block_circulant(sympy.Matrix(range(kernel.size)), operation)
    return kernel.ravel()[np.array(places, dtype=int)]


def transform(n: int) -> np.ndarray:
    one = np.array(dft_matrix(n).evalf(20).tolist(), dtype=complex)
    return np.kron(one, one)


def random_kernel(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(size=(n, n))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("n", SIDES)
def test_dense_matrix_is_the_sum(n, operation):
    """The matrix times x is the circular convolution (correlation), written out."""
    kernel = random_kernel(n)
    assert np.array_equal(dense_matrix(kernel, operation), by_double_loop(kernel, operation))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("n", SIDES)
def test_one_dimension(n, operation):
    """In one dimension: row i has k[i - a] (k[a - i]) at column a."""
    kernel = np.random.default_rng(n).normal(size=n)
    places = np.array(circulant(sympy.Matrix(range(n)), operation), dtype=int)
    sign = -1 if operation == "convolution" else 1
    expected = np.zeros((n, n))
    for i, a in itertools.product(range(n), repeat=2):
        expected[i, (i + sign * a) % n] += kernel[a]
    assert np.array_equal(kernel[places], expected)


@pytest.mark.parametrize("n", SIDES)
def test_eigendecomposition_in_numbers(n):
    """Convolution is conj(Q) D Q, correlation Q D conj(Q), D = diag(n k^); not the other way."""
    kernel = random_kernel(n)
    q = transform(n)
    diagonal = np.diag(n * (q @ kernel.ravel()))
    convolution, correlation = q.conj() @ diagonal @ q, q @ diagonal @ q.conj()
    for operation, right, wrong in (
        ("convolution", convolution, correlation),
        ("correlation", correlation, convolution),
    ):
        dense = by_double_loop(kernel, operation)
        assert np.abs(dense - right).max() < 1e-12
        assert np.abs(dense - wrong).max() > 0.1


@pytest.mark.parametrize("n", SIDES)
def test_wrong_order_is_right_for_a_symmetric_kernel(n):
    """k[-a, -b] = k[a, b]: the two operations are one, and the order of Q does not matter."""
    kernel = random_kernel(n)
    back = -np.arange(n) % n
    kernel = kernel + kernel[back][:, back]
    q = transform(n)
    wrong = q @ np.diag(n * (q @ kernel.ravel())) @ q.conj()
    assert np.abs(by_double_loop(kernel, "convolution") - wrong).max() < 1e-12


@pytest.mark.parametrize(
    ("matrix_of", "transform_of", "pixels", "scale"),
    [
        (circulant, dft_matrix, 3, sympy.sqrt(3)),
        (circulant, dft_matrix, 4, 2),
        (doubly_block_circulant, dft_2d_matrix, 3, 3),
    ],
    ids=["3", "4", "3x3"],
)
@pytest.mark.parametrize(
    ("operation", "other"), [OPERATIONS, OPERATIONS[::-1]], ids=["convolution", "correlation"]
)
def test_wrong_order_in_symbols(matrix_of, transform_of, pixels, scale, operation, other):
    """Diagonalised the other way, the eigenvalues are those of the flipped kernel: a residual."""
    q = transform_of(pixels)
    kernel = symbols_of("k", q.shape[0])
    wrong = Identity(
        name="wrong order",
        left=diagonalised(matrix_of(kernel, operation), q, other),
        right=sympy.ImmutableMatrix(sympy.diag(*(scale * q * kernel))),
    )
    left_over = wrong.residual()
    assert left_over != 0
    # the self-conjugate frequencies, (0, 0) among them, are the same either way
    assert wrong.equations()[0].residual() == 0


@pytest.mark.parametrize("n", SIDES)
def test_correlation_is_the_transpose_and_the_flip(n):
    """dbc(k) transposed is correlation with k, and convolution with k[-a, -b]."""
    kernel = random_kernel(n)
    back = -np.arange(n) % n
    correlation = dense_matrix(kernel, "correlation")
    assert np.array_equal(correlation, dense_matrix(kernel, "convolution").T)
    assert np.array_equal(correlation, dense_matrix(kernel[back][:, back], "convolution"))


@pytest.mark.parametrize("n", [2, 3])
def test_transpose_in_symbols(n):
    """The same, entry by entry, for any kernel."""
    kernel = symbols_of("k", n * n)
    matrix = doubly_block_circulant(kernel, "convolution")
    assert doubly_block_circulant(kernel, "correlation") == matrix.T


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("n", SIDES)
def test_singular_values_in_numbers(n, operation):
    """All n^2 of them are n |k^_f|; their squares add up to n^2 ||k||^2."""
    kernel = random_kernel(n)
    computed = np.linalg.svd(dense_matrix(kernel, operation), compute_uv=False)
    predicted = n * np.abs(np.fft.fft2(kernel, norm="ortho")).ravel()
    assert np.abs(np.sort(computed) - np.sort(predicted)).max() < 1e-12
    assert abs((computed**2).sum() / (n * n * (kernel**2).sum()) - 1) < 1e-12


@pytest.mark.parametrize("n", SIDES)
def test_convolutions_commute_and_multiply_in_numbers(n):
    """dbc(k) dbc(l) = dbc(l) dbc(k) = dbc(dbc(k) l)."""
    random = np.random.default_rng(n)
    k, m = random.normal(size=(2, n, n))
    first, second = dense_matrix(k, "convolution"), dense_matrix(m, "convolution")
    both = dense_matrix((first @ m.ravel()).reshape(n, n), "convolution")
    assert np.abs(first @ second - second @ first).max() < 1e-12
    assert np.abs(first @ second - both).max() < 1e-12


@pytest.mark.parametrize("n", [2, 4, 6])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_other_sides_in_symbols(n, operation):
    """The one-dimensional claim at further sizes, exactly."""
    assert circulant_eigendecomposition(n=n, operation=operation).residual() == 0


def test_two_pixels_a_side():
    """For n = 2 shifts of 1 and -1 are one: the operations are one, the singular values exact."""
    kernel = symbols_of("k", 4)
    convolution, correlation = (doubly_block_circulant(kernel, name) for name in OPERATIONS)
    assert convolution == correlation
    assert singular_values(n=2).residual() == 0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_eigenvalues_in_symbols(operation):
    """The first eigenvalue, of the frequency (0, 0), is the sum of the kernel's nine entries."""
    claim = eigendecomposition(n=3, operation=operation)
    total = sum(symbols_of("k", 9))
    assert sympy.expand(claim.right[0, 0] - total) == 0


@pytest.mark.parametrize("matrix_of", [circulant, doubly_block_circulant])
def test_unknown_operation_is_refused(matrix_of):
    """The operation is named; there are two."""
    with pytest.raises(ArgumentError) as refusal:
        matrix_of(symbols_of("k", 4), "conv")
    assert str(refusal.value) == (
        "operation: got conv; must be one of ('convolution', 'correlation'); name the operation"
    )


def test_kernel_that_is_no_square_is_refused():
    """Six entries are no n x n kernel."""
    with pytest.raises(ArgumentError, match="kernel: got 6 entries; the number of entries must be"):
        doubly_block_circulant(symbols_of("k", 6), "convolution")
