"""The exact DFT against NumPy's, and the symmetry of real images' spectra."""

import numpy as np
import pytest

from theory.fourier import (
    conjugate_index,
    conjugation_matrix,
    dft_2d_matrix,
    dft_matrix,
    root_of_unity,
    self_conjugate_frequencies,
    symbols_of,
)


def numbers(matrix) -> np.ndarray:
    return np.array(matrix.evalf(20).tolist(), dtype=complex)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 8])
def test_dft_matrix_is_numpys(n):
    """F x = fft(x, norm="ortho") for any x: column a of F is the transform of the unit vector a."""
    matrix = numbers(dft_matrix(n))
    assert np.abs(matrix - np.fft.fft(np.eye(n), norm="ortho")).max() < 1e-15
    assert np.abs(matrix @ matrix.conj() - np.eye(n)).max() < 1e-15  # symmetric and unitary


@pytest.mark.parametrize("n", [2, 3, 4])
def test_dft_2d_matrix_is_numpys_on_row_major_images(n):
    """Q x = fft2(image, norm="ortho"), flattened row by row; f = u n + v with u vertical."""
    image = np.random.default_rng(n).normal(size=(n, n))
    expected = np.fft.fft2(image, norm="ortho")
    spectrum = numbers(dft_2d_matrix(n)) @ image.ravel()
    assert np.abs(spectrum - expected.ravel()).max() < 1e-14
    if n > 2:  # transposed frequencies are another order
        assert np.abs(spectrum - expected.T.ravel()).max() > 1e-2


@pytest.mark.parametrize("n", [3, 4])
def test_a_vertical_wave_has_a_vertical_frequency(n):
    """exp(2 pi i i/n), constant along a row, is the frequency (1, 0): index n, value n."""
    rows = np.repeat(np.exp(2j * np.pi * np.arange(n) / n), n)
    spectrum = numbers(dft_2d_matrix(n)) @ rows
    assert np.abs(spectrum - n * (np.arange(n * n) == n)).max() < 1e-14


@pytest.mark.parametrize(("power", "n"), [(1, 3), (2, 3), (5, 8), (-1, 5), (9, 4)])
def test_root_of_unity(power, n):
    """exp(-2 pi i power/n), also for powers outside 0 .. n-1."""
    assert abs(complex(root_of_unity(power, n)) - np.exp(-2j * np.pi * power / n)) < 1e-15


@pytest.mark.parametrize("n", range(2, 10))
def test_conjugate_index_is_an_involution(n):
    """Twice (-u, -v) mod n is (u, v), and the matrix of it is a symmetric permutation."""
    indices = [conjugate_index(f, n) for f in range(n * n)]
    assert sorted(indices) == list(range(n * n))
    assert [conjugate_index(f, n) for f in indices] == list(range(n * n))
    grid = np.arange(n * n).reshape(n, n)
    assert indices == list(grid[-np.arange(n) % n][:, -np.arange(n) % n].ravel())


@pytest.mark.parametrize("n", range(2, 10))
def test_self_conjugate_frequencies(n):
    """Odd n: (0, 0) alone. Even n: (0, 0), (0, n/2), (n/2, 0), (n/2, n/2)."""
    h = n // 2
    expected = (0,) if n % 2 else (0, h, h * n, h * n + h)
    assert self_conjugate_frequencies(n) == expected


@pytest.mark.parametrize("n", range(2, 8))
def test_real_images_have_conjugate_spectra(n):
    """x^_f~ = conj(x^_f) for a real image, and not for a complex one."""
    random = np.random.default_rng(n)
    image = random.normal(size=(n, n))
    swap = [conjugate_index(f, n) for f in range(n * n)]
    spectrum = np.fft.fft2(image, norm="ortho").ravel()
    assert np.abs(spectrum[swap] - spectrum.conj()).max() < 1e-14
    tilted = np.fft.fft2(image + 1j * random.normal(size=(n, n)), norm="ortho").ravel()
    assert np.abs(tilted[swap] - tilted.conj()).max() > 1e-2


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_conjugation_matrix_flips_an_image(n):
    """Pixel (a, b) comes from (-a, -b) mod n, as after two Fourier transforms."""
    image = np.random.default_rng(n).normal(size=(n, n))
    flipped = np.array(conjugation_matrix(n), dtype=float) @ image.ravel()
    twice = np.fft.fft2(np.fft.fft2(image, norm="ortho"), norm="ortho").ravel()
    assert np.abs(flipped - twice).max() < 1e-14


def test_symbols_are_real_and_named_by_their_indices():
    """A column for one number, a matrix for two."""
    assert symbols_of("x", 2).shape == (2, 1)
    assert [str(x) for x in symbols_of("W", 2, 2)] == ["W_0_0", "W_0_1", "W_1_0", "W_1_1"]
    assert all(x.is_real for x in symbols_of("W", 2, 2))
