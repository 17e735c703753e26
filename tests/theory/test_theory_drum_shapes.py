"""Exact spectra of round drums and triangles: known numbers, rims, multiplicities, faults caught."""

import itertools

import mpmath
import numpy as np
import pytest
import sympy
from scipy import special

from theory import drum
from theory.claims import Identity
from theory.drum import levels, shapes
from theory.drum.membrane import COLUMN, LENGTH, ROW, SIDE_A, X, Y, laplacian
from theory.drum.shapes import DISTANCE, HOLE, OPENING, ORDER, RADIUS, THETA, ZERO
from theory.errors import ArgumentError


def eigenvalue(shape, near, **values):
    """The (s/R)^2 of a unit drum whose zero lies near a number, solved in 30 digits."""
    symbols = {"n": ORDER, "m": COLUMN, "beta": OPENING, "rho": HOLE}
    condition = drum.zero_condition(shape).subs({symbols[k]: v for k, v in values.items()})
    with mpmath.workdps(30):
        zero = mpmath.findroot(sympy.lambdify(ZERO, condition, "mpmath"), near)
    return float(drum.round_eigenvalue().subs({ZERO: sympy.Float(zero, 30), RADIUS: 1}))


# --- round drums


@pytest.mark.parametrize(
    ("shape", "near", "values", "known"),
    [
        ("disk", 2.4, {"n": 0}, 5.783185962946784),
        ("disk", 3.8, {"n": 1}, 14.681970642123893),
        ("disk", 5.1, {"n": 2}, 26.374616427163),
        ("sector", 3.4, {"m": 1, "beta": 3 * sympy.pi / 2}, 11.39474728),
        ("sector", 4.3, {"m": 2, "beta": 3 * sympy.pi / 2}, 18.27853826),
        ("sector", 6.0, {"m": 4, "beta": 3 * sympy.pi / 2}, 35.64255785),
        ("annulus", 6.2, {"n": 0, "rho": sympy.S.Half}, 39.0132885),
        ("annulus", 6.4, {"n": 1, "rho": sympy.S.Half}, 40.87245338),
        ("annulus", 6.8, {"n": 2, "rho": sympy.S.Half}, 46.42845443),
    ],
)
def test_published_eigenvalues(shape, near, values, known):
    """The zero conditions of disk, three-quarter sector and annulus 1 : 2, to all digits known."""
    assert eigenvalue(shape, near, **values) == pytest.approx(known, rel=2e-9)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_slit_disk(k):
    """A sector of 2 pi has order 1/2 and J_1/2(s) = sqrt(2/(pi s)) sin(s): lambda = (k pi)^2."""
    found = eigenvalue("sector", k * 3.14, m=1, beta=2 * sympy.pi)
    assert found == pytest.approx((k * np.pi) ** 2, rel=1e-14)


def test_half_disk():
    """A sector of pi has the orders 1, 2, ... of the disk: half of its modes, without n = 0."""
    half = drum.zero_condition("sector").subs(OPENING, sympy.pi)
    assert half == drum.zero_condition("disk").subs(ORDER, COLUMN)


@pytest.mark.parametrize("shape", drum.ROUND_SHAPES)
def test_rim_of_round_drums(shape):
    """The modes are zero on all walls, where s is a zero of the condition or whatever s is."""
    radial = drum.radial_part(shape)
    outer = radial.subs(DISTANCE, RADIUS)
    if shape == "annulus":
        assert outer == 0
        assert radial.subs(DISTANCE, HOLE * RADIUS) == drum.zero_condition(shape)
    else:
        assert outer == drum.zero_condition(shape)
    if shape == "sector":
        walls = (drum.round_mode(shape).subs(THETA, angle) for angle in (0, OPENING))
        assert [wall for wall in walls if wall != 0] == []


def test_multiplicities_of_the_disk():
    """1, 2, 2, 1, 2, 2, 2, 2, 1: zeros of J_n in order, n = 0 once, n >= 1 twice."""
    zeros = sorted(
        (mpmath.besseljzero(n, k), n) for n, k in itertools.product(range(8), range(1, 5))
    )
    parts = [len(drum.angular_parts("disk", n)) for _, n in zeros[:9]]
    assert parts == [1, 2, 2, 1, 2, 2, 2, 2, 1]
    assert len(drum.angular_parts("annulus", 3)) == 2
    assert len(drum.angular_parts("sector", 3)) == 1


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: drum.radial_part("ellipse"), "shape: got ellipse; must be one of disk, sector"),
        (lambda: drum.angular_parts("ellipse", 1), "shape: got ellipse"),
        (lambda: drum.angular_parts("disk", -1), "n: got -1; must be whole, from 0 on"),
        (lambda: drum.angular_parts("disk", 1.5), "n: got 1.5; must be whole"),
        (lambda: drum.angular_parts("sector", 0), "n: got 0; .* for a sector from 1 on"),
    ],
)
def test_bad_round_drums_are_refused(call, text):
    """Another shape, or an order it lacks: refused, by name."""
    with pytest.raises(ArgumentError, match=text):
        call()


def test_conditions_in_floats():
    """J_n(s) Y_n(s/2) - J_n(s/2) Y_n(s) as SciPy evaluates it, arrays of orders and places."""
    condition = drum.zero_condition("annulus").subs(HOLE, sympy.S.Half)
    found = sympy.lambdify((ORDER, ZERO), condition, "scipy")
    n, s = np.arange(4)[:, None], np.linspace(1, 20, 7)
    expected = special.jv(n, s) * special.yv(n, s / 2) - special.jv(n, s / 2) * special.yv(n, s)
    assert found(n, s) == pytest.approx(expected, rel=1e-13)


def test_wrong_order_is_caught():
    """J_n with the angular part of order 2n does not obey the law."""
    claim = drum.polar_mode("disk")
    faulty = claim.right.subs(THETA, 2 * THETA)
    assert Identity(name="faulty", left=claim.left, right=faulty).residual() != 0


# --- triangles


def corners(side):
    return np.array([[0, 0], [side, 0], [side / 2, side * np.sqrt(3) / 2]])


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2), (2, 1), (3, 5)])
def test_rim_of_the_equilateral_triangle(m, n):
    """Lame's modes at points of the three sides: 0 to rounding; inside: not."""
    mode = sympy.lambdify((X, Y), drum.equilateral_mode().subs({ROW: m, COLUMN: n, SIDE_A: 2}))
    along = np.linspace(0, 1, 11)[:, None]
    for one, other in itertools.combinations(corners(2), 2):
        x, y = (one + along * (other - one)).T
        assert np.abs(mode(x, y)).max() < 1e-13
    assert abs(mode(0.9, 0.3)) > 0.1


def test_pair_of_equilateral_modes():
    """u_nm = -conj(u_mn): for m != n two real modes, real and imaginary part; for m = n one."""
    mode = drum.equilateral_mode()
    swapped = mode.subs({ROW: COLUMN, COLUMN: ROW}, simultaneous=True)
    conjugate = mode.xreplace({sympy.I: -sympy.I})
    assert sympy.expand(swapped + conjugate) == 0
    x, y = np.random.default_rng(0).uniform(0.1, 0.4, (2, 50))
    values = {
        pair: sympy.lambdify((X, Y), mode.subs({ROW: pair[0], COLUMN: pair[1], SIDE_A: 1}))(x, y)
        for pair in ((1, 2), (2, 2))
    }
    ranks = [np.linalg.matrix_rank([v.real, v.imag], tol=1e-9) for v in values.values()]
    assert ranks == [2, 1]


def test_lowest_equilateral_eigenvalues():
    """52.637890139/a^2, then 7/3, 7/3, 4, 13/3, 13/3, 19/3, 19/3 times as much."""
    lowest = drum.equilateral_eigenvalue().subs({ROW: 1, COLUMN: 1, SIDE_A: 1})
    assert float(lowest) == pytest.approx(52.637890139, rel=1e-11)
    ratios = [sympy.Rational(s, 3) for s, modes in drum.equilateral_levels(5) for _ in modes]
    assert (
        ratios
        == [1, *[sympy.Rational(7, 3)] * 2, 4, *[sympy.Rational(13, 3)] * 2]
        + [sympy.Rational(19, 3)] * 2
    )


def test_wave_of_a_mode_counts_half_waves_along_three_altitudes():
    """Phases m pi/h, n pi/h and (m + n) pi/h along the normals of the sides, h = sqrt(3) a/2."""
    wave = drum.equilateral_wave()
    normals = [(0, 1), (sympy.sqrt(3) / 2, -sympy.S.Half), (sympy.sqrt(3) / 2, sympy.S.Half)]
    halves = [wave.dot(sympy.Matrix(normal)) * sympy.sqrt(3) * SIDE_A / 2 for normal in normals]
    expected = [ROW, COLUMN, ROW + COLUMN]
    assert [sympy.expand(h / sympy.pi - e) for h, e in zip(halves, expected, strict=True)] == [
        0
    ] * 3


def test_right_isosceles_modes():
    """Zero on the rim for all m and n, zero everywhere for m = n, and one mode for (m, n), (n, m)."""
    mode = drum.right_isosceles_mode()
    assert [mode.subs(rim) for rim in ({Y: 0}, {X: LENGTH}, {Y: X})] == [0, 0, 0]
    assert mode.subs(COLUMN, ROW) == 0
    assert sympy.expand(mode + mode.subs({ROW: COLUMN, COLUMN: ROW}, simultaneous=True)) == 0


@pytest.mark.parametrize(
    ("found", "level", "belongs"),
    [
        (drum.equilateral_levels, lambda m, n: m * m + m * n + n * n, lambda m, n: m > 0),
        (drum.right_isosceles_levels, lambda m, n: m * m + n * n, lambda m, n: m > n),
    ],
    ids=["equilateral", "right_isosceles"],
)
@pytest.mark.parametrize("count", [1, 2, 3, 60])
def test_levels_of_triangles_by_search(found, level, belongs, count):
    """The lowest levels of all m, n <= 40, ascending, each with all of its modes."""
    pairs = [p for p in itertools.product(range(1, 41), repeat=2) if belongs(*p)]
    expected = sorted({level(*p) for p in pairs})[:count]
    assert [s for s, _ in found(count)] == expected
    for s, modes in found(count):
        assert sorted(modes) == [p for p in pairs if level(*p) == s]


def test_first_accidental_degeneracies():
    """49 = 3^2 + 3*5 + 5^2 (twice), 91 has four modes; 65 = 8^2 + 1 = 7^2 + 4^2 has two with m > n."""
    equilateral, right = dict(drum.equilateral_levels(40)), dict(drum.right_isosceles_levels(30))
    assert equilateral[49] == ((3, 5), (5, 3))
    assert equilateral[91] == ((1, 9), (5, 6), (6, 5), (9, 1))
    assert right[65] == ((7, 4), (8, 1))


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
@pytest.mark.parametrize("function", [drum.equilateral_levels, drum.right_isosceles_levels])
def test_bad_counts_of_levels_are_refused(function, count):
    """A number of levels is a whole number from 1 on: refused, by name."""
    with pytest.raises(ArgumentError, match=r"count: got .* must be a whole number"):
        function(count)


def test_level_without_the_mixed_term_is_caught():
    """m^2 + n^2 in place of m^2 + m n + n^2 leaves m n over."""
    mode = drum.equilateral_mode()
    faulty = 16 * sympy.pi**2 * (ROW**2 + COLUMN**2) / (9 * SIDE_A**2) * mode
    assert Identity(name="faulty", left=-laplacian(mode), right=faulty).residual() != 0


def test_wrong_count_of_equilateral_modes_is_caught():
    """Unordered pairs count 7 = 1 + 2 + 4 once: one mode is left over."""
    claim = drum.equilateral_multiplicity(7)
    generator = levels.GENERATOR
    faulty = Identity(
        name="faulty",
        left=claim.left,
        right=claim.right - generator**7,
        variable=claim.variable,
        order=claim.order,
    )
    assert faulty.residual() == 1


def test_names_of_shapes():
    """The shapes that separate are those with a radial part."""
    assert [drum.radial_part(shape).has(shapes.ZERO) for shape in drum.ROUND_SHAPES] == [True] * 3
