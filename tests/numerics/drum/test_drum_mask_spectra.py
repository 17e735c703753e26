"""Eigenvalues of masks: exact on the grid, and what they tend to as it grows fine."""

import dataclasses

import numpy as np
import pytest

from numerics.drum.drums import l_shape as l_mask
from numerics.drum.drums import square as square_mask
from numerics.drum.drums import strip
from numerics.drum.modes import operator
from numerics.drum.shapes import named
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.rings import polygon
from numerics.drum.spectra.exact import rectangle_spectrum, right_isosceles_spectrum
from numerics.drum.spectra.masks import (
    corner_powers,
    extrapolated,
    extrapolated_spectrum,
    mask_modes,
    mask_spectrum,
)
from numerics.drum.square_modes import square_eigenvalues
from theory.errors import ArgumentError

L_SHAPE = 9.6397238440219410  # Betcke and Trefethen 2005
GRIDS = (8, 10, 16, 20, 40, 64)


@pytest.mark.parametrize("spacings", [4, 8, 12, 30, 64])
def test_square_with_every_double_eigenvalue(spacings):
    """(4/h^2) (sin^2(m pi/(2M)) + sin^2(n pi/(2M))): none missed of pairs and of the common line."""
    count = min((spacings - 1) ** 2 - 1, 60)
    exact = np.sort(square_eigenvalues(spacings).ravel())[:count]
    found = mask_spectrum(square_mask(spacings), count)
    assert found.covers(exact).all()
    assert found.unknowns == (spacings - 1) ** 2


def test_eigenvectors():
    """K y = mu y, orthonormal, at a spacing and a speed; the speed is not in mu."""
    drum = dataclasses.replace(l_mask(9), spacing=0.5, speed=3.0)
    values, vectors = mask_modes(drum, 8)
    assert vectors.T @ vectors == pytest.approx(np.eye(8), abs=1e-12)
    matrix = operator(dataclasses.replace(drum, speed=1.0))
    assert matrix @ vectors == pytest.approx(values * vectors, abs=1e-10)
    assert mask_spectrum(l_mask(9), 8).eigenvalues == pytest.approx(values / 4, rel=1e-12)


def test_powers_come_from_corners():
    """270 degrees: 4/3, 2, 8/3, 10/3, 4; 135 degrees add 8/3, which is there; a square has even ones."""
    expected = [4 / 3, 2, 8 / 3, 10 / 3, 4]
    assert corner_powers(named.l_shape().angles, 5) == pytest.approx(expected)
    for drum in named.isospectral_pair():
        assert corner_powers(drum.angles, 5) == pytest.approx(expected)
    assert corner_powers(named.square().angles, 3) == (2, 4, 6)
    assert corner_powers(np.array([0.75 * np.pi]), 3) == pytest.approx([2, 8 / 3, 4])


def test_l_shape_from_six_grids():
    """D25: with the five powers of its corners, from n <= 64, relative error below 1e-7; with h^2 only,
    from the two finest, not.
    """
    values = np.array([mask_spectrum(l_mask(n), 1).eigenvalues[0] * n**2 for n in GRIDS])
    spacings = 1 / np.array(GRIDS)
    powers = corner_powers(named.l_shape().angles, 5)
    limit, estimate = extrapolated(spacings, values, powers)
    assert abs(limit / L_SHAPE - 1) < 1e-7
    assert abs(limit - L_SHAPE) <= estimate
    wrong, _ = extrapolated(spacings[2:], values[2:], (2, 4, 6))
    assert abs(wrong / L_SHAPE - 1) > 1e-5


def test_extrapolation_is_exact_for_its_powers():
    """Any sum of the powers given ends in its constant, for any shape of values."""
    h = np.array([0.4, 0.3, 0.2, 0.1])[:, None, None]
    values = np.arange(6.0).reshape(2, 3) + h ** (4 / 3) - 2 * h**2 + 5 * h ** (8 / 3)
    limit, estimate = extrapolated(h.ravel(), values, (4 / 3, 2, 8 / 3))
    assert limit == pytest.approx(np.arange(6.0).reshape(2, 3), abs=1e-12)
    assert (estimate > 1e-3).all()


@pytest.mark.parametrize(
    ("shape", "exact"),
    [
        (named.square(1.0), rectangle_spectrum(1, 1, 20)),
        (named.rectangle(2.0, 1.0), rectangle_spectrum(2, 1, 20)),
        (named.right_isosceles(1.0), right_isosceles_spectrum(1, 20)),
    ],
)
def test_extrapolated_spectra_are_within_their_errors(shape, exact):
    """20 exact eigenvalues, although levels cross from grid to grid (25 and 26 pi^2 of the square)."""
    found = extrapolated_spectrum(shape, 20)
    assert found.covers(exact.eigenvalues).all()
    assert (found.errors < 1e-5 * found.eigenvalues).all()


@pytest.mark.parametrize("spacings", [8, 16, pytest.param(64, marks=pytest.mark.slow)])
def test_isospectral_masks(spacings):
    """D26: the lowest ten of both drums agree to 1e-12, and number 9 is the base triangle's lowest."""
    first, second = (
        mask_spectrum(mask_of(drum, 1 / spacings), 10).eigenvalues
        for drum in named.isospectral_pair()
    )
    assert first == pytest.approx(second, rel=1e-12)
    half = np.pi / (2 * spacings)
    triangle = 4 * spacings**2 * (np.sin(half) ** 2 + np.sin(2 * half) ** 2)
    assert first[8] == pytest.approx(triangle, rel=1e-12)


def test_a_hole():
    """[0, 3]^2 without [1, 2]^2: finite elements say 8.608735, 9.390838 twice, 10.915797."""
    ring = polygon([[0, 0], [3, 0], [3, 3], [0, 3]], [[[1, 1], [2, 1], [2, 2], [1, 2]]])
    shape = ring[0] if isinstance(ring, tuple) else ring
    found = extrapolated_spectrum(shape, 4)
    assert found.eigenvalues == pytest.approx([8.608735, 9.390838, 9.390838, 10.915797], rel=1e-6)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: mask_spectrum(strip(4, 3), 6), "count"),
        (lambda: mask_spectrum(strip(4, 3), 0), "count"),
        (lambda: extrapolated([0.4, 0.2, 0.1], np.ones(3), (2, 4)), "spacings"),
        (lambda: extrapolated([0.1, 0.2, 0.3, 0.4], np.ones(4), (2, 4, 6)), "spacings"),
        (lambda: extrapolated([0.4, 0.3, 0.2, 0.1], np.ones(4), (2, 4)), "powers"),
        (lambda: extrapolated_spectrum(named.equilateral(1.0), 3), "polygon"),
        (lambda: extrapolated_spectrum(named.rectangle(100.0, 1.01), 3), "polygon"),
    ],
)
def test_what_cannot_be_is_refused(call, argument):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert refused.value.argument == argument
