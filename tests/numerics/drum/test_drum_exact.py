"""Spectra with a formula: complete, with their multiplicities, as tables and other roads give them."""

import math

import numpy as np
import pytest
import sympy
from scipy.special import jn_zeros

from numerics.drum.shapes.curved import Sector
from numerics.drum.spectra.exact import (
    FAMILIES,
    annulus_spectrum,
    disk_spectrum,
    equilateral_spectrum,
    exact_spectrum,
    rectangle_spectrum,
    right_isosceles_spectrum,
    sector_spectrum,
)
from theory.drum import shapes as theory
from theory.errors import ArgumentError

THREE_QUARTERS = 3 * np.pi / 2
SIZES = {
    "rectangle": (1.0, (1 + math.sqrt(5)) / 2),
    "right_isosceles": (1.0,),
    "equilateral": (2.0,),
    "disk": (1.0,),
    "sector": (THREE_QUARTERS, 1.0),
    "annulus": (0.5, 1.0),
}
AREAS = {
    "rectangle": (1 + math.sqrt(5)) / 2,
    "right_isosceles": 0.5,
    "equilateral": math.sqrt(3),
    "disk": np.pi,
    "sector": THREE_QUARTERS / 2,
    "annulus": 0.75 * np.pi,
}
PERIMETERS = {
    "rectangle": 3 + math.sqrt(5),
    "right_isosceles": 2 + math.sqrt(2),
    "equilateral": 6.0,
    "disk": 2 * np.pi,
    "sector": THREE_QUARTERS + 2,
    "annulus": 3 * np.pi,
}


@pytest.mark.parametrize(
    ("family", "sizes", "known"),
    [
        ("disk", (1.0,), [5.783185962946784, *2 * [14.681970642123893], *2 * [26.374616427163]]),
        (
            "sector",
            SIZES["sector"],
            [11.39474728, 18.27853826, 26.37461643, 35.64255785, 42.64424260],
        ),
        ("annulus", (0.5, 1.0), [39.0132885, *2 * [40.87245338], *2 * [46.42845443]]),
        ("equilateral", (1.0,), 52.637890139 * np.array([1, 7 / 3, 7 / 3, 4, 13 / 3, 13 / 3])),
        ("right_isosceles", (1.0,), np.pi**2 * np.array([5, 10, 13, 17])),
        ("rectangle", (1.0, 1.0), np.pi**2 * np.array([2, 5, 5, 8, 10, 10])),
    ],
)
def test_lowest_values_are_those_of_tables(family, sizes, known):
    """Literature, to the digits printed there."""
    found = exact_spectrum(family, *sizes, count=len(known)).eigenvalues
    assert found == pytest.approx(known, rel=2e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_none_is_missed(family):
    """Weyl: N(lambda) = A lambda/(4 pi) - P sqrt(lambda)/(4 pi) + C on the mean; over 600 values the
    staircase leaves it by less than one on the mean, and one missed at the start shifts all by one.
    """
    values = exact_spectrum(family, *SIZES[family], count=600).eigenvalues
    weyl = (AREAS[family] * values - PERIMETERS[family] * np.sqrt(values)) / (4 * np.pi)
    constant = np.mean(np.arange(600) + 0.5 - weyl)
    assert (np.diff(values) >= 0).all()
    expected = {"annulus": 0, "disk": 1 / 6, "rectangle": 1 / 4, "equilateral": 1 / 3}
    expected |= {"right_isosceles": 3 / 8, "sector": Sector(*SIZES["sector"]).heat_constant}
    assert constant == pytest.approx(expected[family], abs=0.3)


def test_disk_against_tables_of_zeros():
    """SciPy's zeros of whole orders, sorted, each twice above order 0: the same 1000."""
    zeros = [np.repeat(jn_zeros(n, 40), 1 if n == 0 else 2) for n in range(100)]
    expected = np.sort(np.concatenate(zeros))[:1000] ** 2
    found = disk_spectrum(1.0, 1000)
    assert found.covers(expected).all()
    assert found.eigenvalues == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("angle", [np.pi / 3, np.pi / 2, np.pi])
def test_sector_is_the_odd_part_of_the_disk(angle):
    """Order n pi/beta is whole for beta = pi/k: every k-th order of the disk, once."""
    k = round(np.pi / angle)
    zeros = np.sort(np.concatenate([jn_zeros(k * n, 30) for n in range(1, 40)]))[:60] ** 2
    assert sector_spectrum(angle, 1.0, 60).covers(zeros).all()


@pytest.mark.parametrize("shape", ["disk", "sector", "annulus"])
def test_theory_vanishes_there(shape):
    """`theory.drum.shapes.zero_condition` changes its sign within the claimed error of some order."""
    found = exact_spectrum(shape, *SIZES[shape], count=5)
    for value, error in zip(found.eigenvalues, found.errors, strict=True):
        below, above = (_signs(shape, value + side * error) for side in (-1, 1))
        assert (below != above).any()


def _signs(shape, eigenvalue):
    """Of the zero condition at orders n = 1, 2, ..., in 30 digits; from 0 on if the drum is round."""
    sizes = {theory.HOLE: sympy.Rational(1, 2), theory.OPENING: sympy.pi * 3 / 2, theory.RADIUS: 1}
    condition = theory.zero_condition(shape).subs(sizes)
    index = theory.COLUMN if shape == "sector" else theory.ORDER
    place = sympy.sqrt(sympy.Float(eigenvalue, 30))
    orders = range(1 if shape == "sector" else 0, 6)
    values = [condition.subs({index: n, theory.ZERO: place}).evalf(30) for n in orders]
    return np.array([value > 0 for value in values])


@pytest.mark.parametrize("ratio", [0.01, 0.5, 0.9, 0.99, 0.999])
def test_annulus_is_within_its_error(ratio):
    """Cross product of order 0 in 40 digits, also between walls that almost touch."""
    import mpmath

    found = annulus_spectrum(ratio, 1.0, 1)
    with mpmath.workdps(40):
        inner = mpmath.mpf(ratio)

        def cross(s):
            first = mpmath.besselj(0, s) * mpmath.bessely(0, inner * s)
            return first - mpmath.besselj(0, inner * s) * mpmath.bessely(0, s)

        exact = float(
            mpmath.findroot(cross, mpmath.sqrt(mpmath.mpf(float(found.eigenvalues[0])))) ** 2
        )
    assert found.covers(np.array([exact])).all()


def test_multiplicities_are_decided_in_whole_numbers():
    """The square's first triple is s = 50; sides 1 and 1 + 2^-40 split it, and all pairs."""
    square = rectangle_spectrum(1, 1, 40).eigenvalues / np.pi**2
    assert np.count_nonzero(np.rint(square) == 50) == 3
    nearly = rectangle_spectrum(1, 1 + 2.0**-40, 40).eigenvalues
    assert len(set(square.tolist())) < 40
    assert len(set(nearly.tolist())) == 40


@pytest.mark.parametrize("family", FAMILIES)
def test_scaling(family):
    """lambda(s Omega) = lambda(Omega)/s^2."""
    lengths = [3 * x for x in SIZES[family]]
    if family == "sector":
        lengths[0] = SIZES["sector"][0]
    scaled = exact_spectrum(family, *lengths, count=30)
    assert scaled.covers(exact_spectrum(family, *SIZES[family], count=30).eigenvalues / 9).all()


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: disk_spectrum(0.0, 3), "radius"),
        (lambda: disk_spectrum(1.0, 0), "count"),
        (lambda: annulus_spectrum(1.0, 1.0, 3), "inner"),
        (lambda: sector_spectrum(7.0, 1.0, 3), "angle"),
        (lambda: equilateral_spectrum(-1.0, 3), "side"),
        (lambda: right_isosceles_spectrum(np.nan, 3), "leg"),
        (lambda: rectangle_spectrum(1.0, np.inf, 3), "side_y"),
        (lambda: exact_spectrum("banana", 1.0, count=3), "family"),
    ],
)
def test_what_cannot_be_is_refused(call, argument):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert refused.value.argument == argument
