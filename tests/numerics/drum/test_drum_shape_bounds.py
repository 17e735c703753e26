"""Inequalities of spectrum, area and perimeter: on exact families, where attained, when refused."""

import dataclasses

import numpy as np
import pytest

from numerics.drum import shape_bounds as bounds
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.spectra import exact
from numerics.drum.spectra.spectrum import Spectrum
from theory.drum.spectral_bounds import BOUNDS
from theory.errors import ArgumentError

FAMILIES = {
    "disk": (Disk(1.0), exact.disk_spectrum(1.0, 100)),
    "square": (named.square(), exact.rectangle_spectrum(1, 1, 100)),
    "2:1": (named.rectangle(2, 1), exact.rectangle_spectrum(2, 1, 100)),
    "right isosceles": (named.right_isosceles(), exact.right_isosceles_spectrum(1, 100)),
    "equilateral": (named.equilateral(), exact.equilateral_spectrum(1, 100)),
    "annulus": (Annulus(0.5, 1.0), exact.annulus_spectrum(0.5, 1.0, 100)),
    "sector": (Sector(1.5 * np.pi, 1.0), exact.sector_spectrum(1.5 * np.pi, 1.0, 100)),
}


def all_of(name, **known):
    shape, spectrum = FAMILIES[name]
    return bounds.shape_bounds(spectrum, shape.area, shape.perimeter, complete=True, **known)


@pytest.mark.parametrize("name", FAMILIES)
def test_all_bounds_hold(name):
    """D35: six inequalities on seven families, 100 eigenvalues each."""
    found = all_of(name)
    assert len(found) == 6
    assert all(bound.holds for bound in found)
    assert all(bound.left <= bound.right * (1 + 1e-11) for bound in found)
    assert [bound.name for bound in found] == list(BOUNDS)
    assert [bound.assumption for bound in found] == [known.assumption for known in BOUNDS.values()]
    assert found[-1].statement == "4*pi*A <= P**2"


@pytest.mark.parametrize(
    ("name", "faber_krahn", "ratio"),
    [
        ("disk", 1.0, 2.538733967),
        ("square", 0.920, 2.5),
        ("equilateral", 0.797, 7 / 3),
        ("right isosceles", 0.736, 2.0),
        ("2:1", 0.736, 1.6),
    ],
)
def test_how_tight(name, faber_krahn, ratio):
    """Faber-Krahn's area over the true one, and lambda_2/lambda_1; Li-Yau's best .84-.88."""
    first, second, third, *_ = all_of(name)
    assert first.ratio == pytest.approx(faber_krahn, abs=5e-4)
    assert second.left == pytest.approx(ratio, rel=1e-9)
    assert second.right == pytest.approx(2.538733967, abs=1e-9)
    assert 0.835 < third.ratio < 0.885
    assert third.number > 10


@pytest.mark.parametrize("name", ["disk", "square", "2:1", "right isosceles", "equilateral"])
def test_polyas_upper_bound(name):
    """lambda_1 over pi^2 P^2/(4 A^2): .43 to .59, and 1 in the limit of a long strip."""
    assert 0.425 < all_of(name)[4].ratio < 0.595
    strip = exact.rectangle_spectrum(1000, 1, 2)
    assert 0.995 < bounds.shape_bound("polya_upper", strip, 1000.0, 2002.0, complete=True).ratio < 1


def test_constants():
    """Pi j01^2 = 18.168414535537227, (j11/j01)^2 = 2.538733967."""
    assert np.pi * bounds.bessel_zero(0) ** 2 == pytest.approx(18.168414535537227, rel=1e-14)


@pytest.mark.parametrize("radius", [0.1, 1.0, 7.0])
def test_the_smallest_area_is_a_disks(radius):
    """That of the disk, to rounding; of a square of side a it is .920 a^2."""
    disk, square = exact.disk_spectrum(radius, 1), exact.rectangle_spectrum(radius, radius, 1)
    assert bounds.smallest_area(disk.eigenvalues[0]) == pytest.approx(np.pi * radius**2, rel=1e-14)
    least = bounds.smallest_area(square.eigenvalues[0])
    assert least == pytest.approx(0.920 * radius**2, rel=1e-3)


@pytest.mark.parametrize("lowest", [0.0, -1.0, np.nan])
def test_no_area_without_an_eigenvalue(lowest):
    """The lowest is positive and finite."""
    with pytest.raises(ArgumentError, match=r"eigenvalues: got .*; must be (positive|finite)"):
        bounds.smallest_area(lowest)


def test_what_is_assumed():
    """A conjecture counts as none, until the shape is known to tile, or to be a disk; so holes."""
    unknown, known = all_of("square"), all_of("square", simply_connected=True, tiles=True)
    assert [bound.applies for bound in unknown] == [True, True, True, False, False, True]
    assert all(bound.applies for bound in known)


def test_equality_survives_rounding():
    """The disk attains Faber-Krahn, Ashbaugh-Benguria and the isoperimetric inequality."""
    for radius in (1e-3, 0.3, 7.0):
        shape, spectrum = Disk(radius), exact.disk_spectrum(radius, 3)
        found = bounds.shape_bounds(spectrum, shape.area, shape.perimeter, complete=True)
        assert all(found[k].holds for k in (0, 1, 5))
        assert all(found[k].ratio == pytest.approx(1, rel=1e-12) for k in (0, 1, 5))


@pytest.mark.parametrize(
    ("k", "higher", "area", "perimeter"),
    [(0, 1, 0.99, 1), (1, 1.05, 1, 1), (2, 1, 0.8, 1), (3, 1, 0.8, 1), (5, 1, 1, 0.99)],
)
def test_bounds_can_fail(k, higher, area, perimeter):
    """The disk with all but its lowest eigenvalue, its area or its perimeter wrong by a factor."""
    shape, spectrum = FAMILIES["disk"]
    values = np.where(np.arange(100) > 0, higher, 1) * spectrum.eigenvalues
    wrong = dataclasses.replace(spectrum, eigenvalues=values)
    measures = shape.area * area, shape.perimeter * perimeter
    assert not bounds.shape_bounds(wrong, *measures, complete=True)[k].holds


def test_polyas_upper_bound_can_fail():
    """An eigenvalue that is not the lowest: 40 times as large."""
    spectrum = Spectrum(40 * np.array([19.8, 49.4]), np.zeros(2), "wrong", 0)
    assert not bounds.shape_bound("polya_upper", spectrum, 1.0, 4.0, complete=True).holds


def test_errors_excuse():
    """A bound broken by less than the eigenvalues' errors holds; by more it does not."""
    lowest = np.pi * bounds.bessel_zero(0) ** 2
    for error, holds in ((0.02, True), (0.005, False)):
        values = lowest * np.array([0.99, 2.5])
        spectrum = Spectrum(values, np.full(2, error * lowest), "rough", 10)
        assert bounds.shape_bound("faber_krahn", spectrum, 1.0, 4.0, complete=False).holds is holds


@pytest.mark.parametrize("name", ["ashbaugh_benguria", "li_yau", "polya"])
def test_refused_where_multiplicities_may_be_missing(name):
    """Those that count eigenvalues say so; the others need the lowest one, or none."""
    spectrum = FAMILIES["square"][1]
    assert bounds.shape_bound(name, spectrum, 1.0, 4.0, complete=True).holds
    with pytest.raises(
        ArgumentError, match=r"complete: got False; .* multiplicities may be missing"
    ):
        bounds.shape_bound(name, spectrum, 1.0, 4.0, complete=False)
    left = bounds.shape_bounds(spectrum, 1.0, 4.0, complete=False)
    assert [bound.name for bound in left] == ["faber_krahn", "polya_upper", "isoperimetric"]


@pytest.mark.parametrize("name", BOUNDS)
def test_uncertainty_is_first_order(name):
    """Every eigenvalue moved by 1e-4 of itself, up or down: the sides move by that much at most."""
    shape, spectrum = FAMILIES["square"]
    rough = dataclasses.replace(spectrum, errors=1e-4 * spectrum.eigenvalues)
    known = {"area": shape.area, "perimeter": shape.perimeter, "complete": True}
    middle = bounds.shape_bound(name, rough, **known)
    k, moves = np.arange(100), []
    for signs in (1, -1, np.where(k < 1, 1, -1), np.where(k < 1, -1, 1)):
        moved = dataclasses.replace(rough, eigenvalues=spectrum.eigenvalues + signs * rough.errors)
        found = bounds.shape_bound(name, moved, **known)
        if found.number == middle.number:
            moves.append(abs((found.left - found.right) - (middle.left - middle.right)))
    assert max(moves) == pytest.approx(middle.uncertainty, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "measures", "text"),
    [
        ([1.0], (1.0, 4.0), "must be a list of at least 2"),
        ([2.0, 1.0], (1.0, 4.0), "must ascend"),
        ([1.0, 2.0], (0.0, 4.0), r"area: got 0\.0; must be positive"),
        ([1.0, np.inf], (1.0, 4.0), "must be finite"),
        ([1.0, 2.0], (1.0, np.nan), "perimeter: got nan"),
    ],
)
def test_bad_input(values, measures, text):
    """Named with the value."""
    spectrum = Spectrum(np.array(values), np.zeros(len(values)), "given", 0)
    with pytest.raises(ArgumentError, match=text):
        bounds.shape_bounds(spectrum, *measures, complete=True)


def test_unknown_theorem():
    """Named with those that there are."""
    spectrum = FAMILIES["square"][1]
    with pytest.raises(ArgumentError, match="name: got weyl; must be one of faber_krahn, ashbaugh"):
        bounds.shape_bound("weyl", spectrum, 1.0, 4.0, complete=True)
