"""Bounds of eigenvalues on drums with exact spectra, where they are attained, and false ones caught."""

import itertools

import numpy as np
import pytest
import sympy
from scipy import special

from theory import drum
from theory.claims import Bound
from theory.drum.heat_trace import AREA, EIGENVALUE, PERIMETER
from theory.drum.spectral_bounds import J01, J11, LEVEL, LOWEST, NUMBER, SECOND, SUM
from theory.errors import ArgumentError

COUNT = 100
ZEROS = {J01: special.jn_zeros(0, 1)[0], J11: special.jn_zeros(1, 1)[0]}


def listed(levels, unit):
    """The lowest COUNT eigenvalues out of exact levels."""
    return unit * np.array([s for s, modes in levels for _ in modes], float)[:COUNT]


def disk():
    found = [
        z**2
        for n, copies in [(0, 1), *((n, 2) for n in range(1, 30))]
        for z in special.jn_zeros(n, 12)
        for _ in range(copies)
    ]
    return np.sort(found)[:COUNT]


# eigenvalues, area, perimeter
DRUMS = {
    "square": (listed(drum.rectangle_levels(1, 1, COUNT), np.pi**2), 1, 4),
    "rectangle": (listed(drum.rectangle_levels(2, 1, COUNT), np.pi**2 / 4), 2, 6),
    "equilateral": (
        listed(drum.equilateral_levels(COUNT), 16 * np.pi**2 / 9),
        np.sqrt(3) / 4,
        3,
    ),
    "right_isosceles": (
        listed(drum.right_isosceles_levels(COUNT), np.pi**2),
        1 / 2,
        2 + np.sqrt(2),
    ),
    "disk": (disk(), np.pi, 2 * np.pi),
}


def sides(name, shape, k=1):
    """Left and right side of a bound for a drum, at the eigenvalue with number k."""
    values, area, perimeter = DRUMS[shape]
    at = {
        AREA: area,
        PERIMETER: perimeter,
        LOWEST: values[0],
        SECOND: values[1],
        EIGENVALUE: values[k - 1],
        SUM: values[:k].sum(),
        NUMBER: k,
        **ZEROS,
    }
    bound = drum.BOUNDS[name]
    return float(bound.left.subs(at)), float(bound.right.subs(at))


@pytest.mark.parametrize(("name", "shape"), list(itertools.product(drum.BOUNDS, DRUMS)))
def test_bounds_hold_on_exact_spectra(name, shape):
    """Every bound for square, 2 : 1 rectangle, two triangles and the disk, k up to 100."""
    several = name in ("li_yau", "polya")
    for k in (1, 2, 3, 5, 10, 25, 50, COUNT) if several else (1,):
        left, right = sides(name, shape, k)
        assert left <= right * (1 + 1e-13)


@pytest.mark.parametrize(
    ("shape", "ratio"),
    [
        ("disk", 1.0),
        ("square", 0.920),
        ("equilateral", 0.797),
        ("right_isosceles", 0.736),
        ("rectangle", 0.736),
    ],
)
def test_area_by_faber_and_krahn(shape, ratio):
    """Smallest area, pi j01^2/lambda_1 with pi j01^2 = 18.168414535537227, over the true area."""
    assert np.pi * ZEROS[J01] ** 2 == pytest.approx(18.168414535537227, rel=1e-14)
    values, area, _ = DRUMS[shape]
    smallest = drum.smallest_area("faber_krahn").subs({LOWEST: values[0], **ZEROS})
    assert float(smallest) / area == pytest.approx(ratio, abs=5e-4)


def test_ashbaugh_and_benguria():
    """(j11/j01)^2 = 2.538733967: the disk attains it, the square has 2.5."""
    left, right = sides("ashbaugh_benguria", "disk")
    assert right == pytest.approx(2.538733967, rel=1e-9)
    assert left == pytest.approx(right, rel=1e-13)
    assert sides("ashbaugh_benguria", "square")[0] == pytest.approx(2.5, rel=1e-13)


@pytest.mark.parametrize("shape", DRUMS)
def test_area_by_li_and_yau(shape):
    """The best of 2 pi k^2/S_k with k up to 100 is 0.84 to 0.88 of the true area."""
    values, area, _ = DRUMS[shape]
    smallest = sympy.lambdify((NUMBER, SUM), drum.smallest_area("li_yau"))
    best = smallest(np.arange(1, COUNT + 1), np.cumsum(values)).max() / area
    assert 0.835 < best < 0.885


@pytest.mark.parametrize("shape", DRUMS)
def test_polya_from_above(shape):
    """lambda_1 over pi^2 P^2/(4 A^2): 0.43 to 0.59."""
    lowest, largest = sides("polya_upper", shape)
    assert 0.42 < lowest / largest < 0.60


@pytest.mark.parametrize("stretch", [10, 100])
def test_polya_from_above_is_sharp(stretch):
    """A rectangle 1 : stretch has lambda_1 = pi^2 (1 + 1/stretch^2), the bound pi^2 (1 + 1/stretch)^2."""
    largest = drum.BOUNDS["polya_upper"].right.subs({AREA: stretch, PERIMETER: 2 + 2 * stretch})
    ratio = (1 + sympy.Rational(1, stretch**2)) / (1 + sympy.Rational(1, stretch)) ** 2
    assert sympy.pi**2 * (1 + sympy.Rational(1, stretch**2)) / largest == ratio
    assert 1 - 2 / stretch < ratio < 1


@pytest.mark.parametrize(("p", "q"), [(1, 1), (2, 1), (3, 2)])
def test_modes_of_a_rectangle_lie_below_polya(p, q):
    """Unit squares below the modes fill the quarter ellipse from within: k <= A lambda_k/(4 pi)."""
    modes = 0
    for s, level in drum.rectangle_levels(p, q, 300):
        modes += len(level)
        # A lambda/(4 pi) = p q pi s/(4 (p q)^2)
        assert modes <= sympy.pi.evalf(30) * s / (4 * p * q)


def test_assumptions_and_sources_are_named():
    """Each bound says for which drums, by whom, and whether a missing eigenvalue may break it."""
    for bound in drum.BOUNDS.values():
        assert "domain" in bound.assumption
        assert any(character.isdigit() for character in bound.source)
        assert bound.assumption in repr(bound)
    assert drum.BOUNDS["polya"].beyond == "a conjecture"
    complete = {name for name, bound in drum.BOUNDS.items() if bound.needs_multiplicities}
    assert complete == {"ashbaugh_benguria", "li_yau", "polya"}


@pytest.mark.parametrize("name", ["ashbaugh_benguria", "li_yau", "polya"])
def test_missing_multiplicities_break_bounds(name):
    """The disk's levels, each once: the bounds that need multiplicities fall, or say less."""
    values, area, _ = DRUMS["disk"]
    once = np.unique(values.round(9))
    at = {AREA: area, LOWEST: once[0], SECOND: once[1], NUMBER: 40, **ZEROS}
    at |= {SUM: once[:40].sum(), EIGENVALUE: once[39]}
    bound = drum.BOUNDS[name]
    complete = sides(name, "disk", 40)
    slack = float((bound.right - bound.left).subs(at))
    if name == "ashbaugh_benguria":
        assert slack == pytest.approx(complete[1] - complete[0], abs=1e-9)  # lambda_2 is heard
        at[SECOND] = once[2]  # the double lambda_2 left out
        assert float((bound.right - bound.left).subs(at)) < 0
    else:
        assert slack > 2 * (complete[1] - complete[0])


def test_largest_of_li_and_yau():
    """The left side at mu = 4 pi k/A is the bound, on both sides of it is less."""
    law = drum.li_yau_sum()
    best = law.attained[LEVEL]
    assert best == 4 * sympy.pi * NUMBER / AREA
    for factor in (sympy.Rational(9, 10), sympy.Rational(11, 10)):
        ratio = sympy.simplify(law.left.subs(LEVEL, factor * best) / law.right)
        assert ratio == sympy.Rational(99, 100)


def test_isoperimetric_by_an_ellipse():
    """Ellipse x = 2 cos, y = sin: A = 2 pi, 2 pi int |velocity|^2 = 10 pi^2, 4 pi A = 8 pi^2."""
    law = drum.isoperimetric(1)
    ellipse = {symbol: 0 for symbol in law.slack().free_symbols}
    ellipse |= {sympy.Symbol("p1", real=True): 2, sympy.Symbol("v1", real=True): 1}
    assert law.left.subs(ellipse) == 8 * sympy.pi**2
    assert law.right.subs(ellipse) == 10 * sympy.pi**2


def test_bad_requests_are_refused():
    """A theorem that says nothing of the area, a curve of no wave: refused, by name."""
    with pytest.raises(ArgumentError, match="theorem: got ashbaugh_benguria; must be one of faber"):
        drum.smallest_area("ashbaugh_benguria")
    with pytest.raises(ArgumentError, match="waves: got 0; must be at least 1"):
        drum.isoperimetric(0)


def test_a_sharper_isoperimetric_inequality_is_caught():
    """5 pi A <= P^2 is false for the circle: the certificate does not fit."""
    law = drum.isoperimetric(1)
    faulty = Bound(
        name="faulty",
        left=law.left * 5 / 4,
        right=law.right,
        certificate=law.certificate,
        attained=law.attained,
    )
    assert faulty.residual() != 0
