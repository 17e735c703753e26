"""Frequencies of grid and step, the magic step, and what a transform of finitely many samples shows."""

import itertools

import numpy as np
import pytest
import sympy

from theory import drum
from theory.claims import Identity
from theory.drum import dispersion, membrane, striking
from theory.drum.dispersion import NU, Z
from theory.drum.membrane import COLUMN, LENGTH, ROW, C
from theory.drum.stencil import SPACING, SPACINGS
from theory.drum.steps import DT

GRID = [C, SPACING, SPACINGS, ROW, COLUMN, DT]
SIDES = range(13, 22)
STEPS = {0.1: 0.1, 0.5: 0.5, "magic": 1 / np.sqrt(2)}
grid_frequency = sympy.lambdify(GRID, drum.space_step_frequency())
step_frequency = sympy.lambdify(GRID, drum.time_step_frequency())
drum_frequency = sympy.lambdify([C, LENGTH, ROW, COLUMN], drum.square_frequency())
line_spectrum = sympy.lambdify(
    [striking.AMPLITUDE, striking.THETA, striking.LEAD, striking.BIN, striking.SAMPLES],
    drum.line_spectrum(),
)


def relative(spacings: int, dt: float, m: int = 1, n: int = 1) -> float:
    """f_d/f - 1 of mode (m, n) with c = h = 1."""
    return step_frequency(1, 1, spacings, m, n, dt) / drum_frequency(1, spacings, m, n) - 1


# --- dispersion


def test_coefficients_of_the_fundamental():
    """1, (2nu^2-1)/6, (2nu^2-1)(18nu^2-1)/120, (2nu^2-1)(900nu^4-180nu^2+1)/5040 at z^0, 2, 4, 6."""
    series = drum.fundamental_deviation().left
    factor = 2 * NU**2 - 1
    expected = [
        1,
        factor / 6,
        factor * (18 * NU**2 - 1) / 120,
        factor * (900 * NU**4 - 180 * NU**2 + 1) / 5040,
    ]
    for number, coefficient in enumerate(expected):
        assert sympy.expand(series.coeff(Z, 2 * number) - coefficient) == 0
        assert number == 0 or series.coeff(Z, 2 * number).subs(NU, 1 / sympy.sqrt(2)) == 0


@pytest.mark.parametrize("spacings", [13, 21])
@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_series_against_the_frequency(spacings, dt):
    """The series to z^6 at z = pi/(2M) leaves less than 4 z^8 of f_d/f."""
    z = np.pi / (2 * spacings)
    series = float(drum.fundamental_deviation().right.subs({NU: dt, Z: z}))
    assert abs(series - 1 - relative(spacings, dt)) < 4 * z**8


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2), (3, 1), (2, 2)])
def test_series_of_any_mode(m, n):
    """The term in z^2 leaves a rest of fourth order: 16 times smaller at twice the spacings."""
    term = drum.deviation().right.subs({ROW: m, COLUMN: n, NU: sympy.Rational(1, 2)})
    rests = [
        relative(spacings, 0.5, m, n) - float(term.subs(Z, sympy.pi / (2 * spacings)) - 1)
        for spacings in (40, 80)
    ]
    assert rests[0] / rests[1] == pytest.approx(16, rel=0.05)


@pytest.mark.parametrize(("spacings", "percent"), [(13, -0.243), (21, -0.093)])
def test_size_of_the_space_error(spacings, percent):
    """-z^2/6 = -pi^2/(24 M^2): -0.243 % at M = 13, -0.093 % at M = 21."""
    error = float(drum.space_error().right.subs(Z, sympy.pi / (2 * spacings)))
    assert 100 * error == pytest.approx(percent, abs=6e-4)


def test_size_of_the_time_error():
    """nu^2 z^2/3 = pi^2 nu^2/(12 M^2): 0.49e-4 at M = 13, nu = 0.1."""
    error = drum.time_error().right.subs({NU: 0.1, Z: sympy.pi / 26})
    assert float(error) == pytest.approx(0.49e-4, abs=1e-6)


@pytest.mark.parametrize("dt", STEPS.values())
@pytest.mark.parametrize("side", SIDES)
def test_leading_terms_of_space_and_time(side, dt):
    """Both leading terms are within 0.5 % of the exact logarithms for M = 13..21."""
    arguments = (1, 1, side, 1, 1, dt)
    space = np.log(grid_frequency(*arguments) / drum_frequency(1, side, 1, 1))
    time = np.log(step_frequency(*arguments) / grid_frequency(*arguments))
    z = {Z: np.pi / (2 * side), NU: dt}
    assert float(drum.space_error().right.subs(z)) == pytest.approx(space, rel=5e-3)
    assert float(drum.time_error().right.subs(z)) == pytest.approx(time, rel=5e-3)


def test_magic_step_of_the_diagonal_modes():
    """M = 17, dt = h/(sqrt(2) c): all sixteen f_d of (m, m) equal m c/(sqrt(2) L), to 1e-13."""
    for m in range(1, 17):
        assert abs(relative(17, 1 / np.sqrt(2), m, m)) < 1e-13


def test_magic_step_of_other_modes():
    """(1, 2) at M = 17 stays flat by 1.3e-3; the diagonal mode at another step by more than 1e-3."""
    assert relative(17, 1 / np.sqrt(2), 1, 2) == pytest.approx(-1.3e-3, abs=5e-5)
    assert relative(17, 0.1, 1, 1) < -1e-3


def test_magic_step_elsewhere_is_caught():
    """At nu = 1/2 the angles of the diagonal modes are not m pi/M: the claim fails."""
    claim = drum.magic_diagonal()
    eigenvalue = drum.stencil_eigenvalue().subs(COLUMN, ROW)
    left = 1 - SPACING**2 * eigenvalue / 8
    assert Identity(name="nu = 1/2", left=left, right=claim.right).residual() != 0


def test_magic_step_is_stable():
    """The magic nu = 1/sqrt(2) lies below the limit 1/(sqrt(2) cos(pi/(2M))) of the clamped square."""
    assert drum.magic_step() / drum.stability_limit() == sympy.cos(sympy.pi / (2 * SPACINGS))


@pytest.mark.parametrize(("spacings", "expected"), [(13, -6.5e-5), (21, -9.6e-6)])
def test_fourth_order_scheme_in_numbers(spacings, expected):
    """The corrected nine-point stencil at dt = 0.1: -6.5e-5 at M = 13, -9.6e-6 at M = 21."""
    stiffness = float(
        drum.fourth_order_eigenvalue().subs(
            {C: 1, SPACING: 1, SPACINGS: spacings, ROW: 1, COLUMN: 1, DT: 0.1}
        )
    )
    frequency = np.arcsin(0.05 * np.sqrt(stiffness)) / (np.pi * 0.1)
    deviation = frequency / drum_frequency(1, spacings, 1, 1) - 1
    assert deviation == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("spacings", "limit"), [(13, 0.8099), (21, 0.8071), (200, 0.8054)])
def test_limit_of_the_fourth_order_scheme(spacings, limit):
    """dt^2 max K' = 4 at dt = 0.8099, 0.8071, 0.8054: wider than the five-point limit."""
    sharpest = {C: 1, SPACING: 1, SPACINGS: spacings, ROW: spacings - 1, COLUMN: spacings - 1}
    turning = sympy.lambdify(DT, DT**2 * drum.fourth_order_eigenvalue().subs(sharpest))
    assert turning(limit - 1e-4) < 4 < turning(limit + 1e-4)


def test_corrections_of_one_kind_alone_are_caught():
    """Without the correction the nine-point stencil errs by k^4 h^2 (nu^2 - 1)/12."""
    claim = drum.fourth_order()
    square = claim.right
    uncorrected = square + (NU**2 - 1) * SPACING**2 * square**2 / 12
    faulty = Identity(name="faulty", left=claim.left, right=uncorrected, variable=SPACING, order=3)
    assert sympy.expand(faulty.residual() + (NU**2 - 1) * square**2 / 12) == 0


# --- striking

K0 = {
    0.1: (
        217.0528, 201.6153, 188.2242, 176.4985, 166.1461, 156.9394, 148.6984, 141.2789, 134.5640,
    ),
    "magic": tuple(20000 / side for side in SIDES),
}  # fmt: skip


@pytest.mark.parametrize("step", K0)
def test_bins_of_the_fundamental(step):
    """k0 = N theta_11/(2 pi) for N = 40000, M = 13..21; 20000/M at the magic step."""
    angle = sympy.lambdify(GRID, drum.grid_angle())
    found = [40000 * angle(1, 1, side, 1, 1, STEPS[step]) / (2 * np.pi) for side in SIDES]
    assert found == pytest.approx(K0[step], abs=6e-5)


@pytest.mark.parametrize("samples", [2, 7, 64])
@pytest.mark.parametrize("lead", drum.LEADS.values())
def test_closed_spectrum_against_the_transform(samples, lead):
    """NumPy's transform of the samples of one line, all bins, to 1e-12 of the largest."""
    amplitude, theta = 0.7, 0.83
    signal = sympy.lambdify(
        [striking.SAMPLES],
        drum.line_signal(striking.SAMPLES).subs(
            {striking.AMPLITUDE: amplitude, striking.THETA: theta, striking.LEAD: lead}
        ),
    )(np.arange(samples))
    closed = line_spectrum(amplitude, theta, float(lead), np.arange(samples), samples)
    transform = np.fft.fft(signal)
    assert np.abs(closed - transform).max() < 1e-12 * np.abs(transform).max()


def test_spectrum_with_the_wrong_lead_is_caught():
    """Kick first for drift first: the closed form of the other lead does not fit the samples."""
    claim = drum.finite_spectrum(3)
    faulty = claim.right.subs(striking.LEAD, -striking.LEAD)
    assert Identity(name="faulty", left=claim.left, right=faulty).residual() != 0


def amplitudes(spacings: int, struck: tuple[int, int], heard: tuple[int, int]):
    strike = sympy.lambdify(
        [SPACINGS, ROW, COLUMN, *sympy.symbols("i0 j0 i1 j1", integer=True, nonnegative=True)],
        drum.strike_amplitude(),
    )
    modes = list(itertools.product(range(1, spacings), repeat=2))
    return modes, np.array([strike(spacings, m, n, *struck, *heard) for m, n in modes])


@pytest.mark.parametrize("spacings", [3, 4])
def test_amplitudes_at_the_struck_node_sum_to_one(spacings):
    """The sum over modes of (4/M^2) sin sin sin sin: 1 at the struck node, 0 elsewhere, exactly."""
    place = sympy.symbols("i0 j0 i1 j1", integer=True, nonnegative=True)
    nodes = list(itertools.product(range(1, spacings), repeat=2))
    for struck, heard in itertools.product(nodes, repeat=2):
        here = dict(zip(place, (*struck, *heard), strict=True))
        amplitude = drum.strike_amplitude().subs({SPACINGS: spacings, **here})
        total = sum(amplitude.subs({ROW: m, COLUMN: n}) for m, n in nodes)
        assert sympy.expand(total) == int(struck == heard)


@pytest.mark.parametrize(("spacings", "heard"), [(14, 49), (20, 100)])
def test_modes_heard_at_the_centre(spacings, heard):
    """M = 14: 49 of 169 modes, M = 20: 100 of 361, all odd and odd, each 4/M^2; m + n = M: 2/M."""
    centre = (spacings // 2,) * 2
    modes, sizes = amplitudes(spacings, centre, centre)
    loud = [mode for mode, size in zip(modes, sizes, strict=True) if abs(size) > 1e-14]
    assert len(loud) == heard
    assert all(m % 2 and n % 2 for m, n in loud)
    assert sizes[np.abs(sizes) > 1e-14] == pytest.approx(4 / spacings**2, rel=1e-12)
    line = sum(size for (m, n), size in zip(modes, sizes, strict=True) if m + n == spacings)
    # m and M - m are odd together: M/2 members of 4/M^2
    assert line == pytest.approx(2 / spacings, rel=1e-12)


def test_reciprocity():
    """Struck at a and heard at b is struck at b and heard at a, mode by mode."""
    place = sympy.symbols("i0 j0 i1 j1", integer=True, nonnegative=True)
    swapped = dict(zip(place, (*place[2:], *place[:2]), strict=True))
    amplitude = drum.strike_amplitude()
    assert amplitude.subs(swapped, simultaneous=True) == amplitude


@pytest.mark.parametrize("spacings", [13, 16, 21])
def test_the_loudest_line_says_nothing_of_the_size(spacings):
    """The line m + n = M sounds at asin(nu)/(pi dt) = 0.31884 Hz at dt = 0.1, c = h = 1, for every M."""
    for m in (1, 2, spacings // 2):
        frequency = step_frequency(1, 1, spacings, m, spacings - m, 0.1)
        assert frequency == pytest.approx(np.arcsin(0.1) / (np.pi * 0.1), rel=1e-12)
        assert frequency == pytest.approx(0.31884, abs=5e-6)


def test_the_package_says_what_it_offers():
    """Each public name is there; each claim of the package is reachable from it."""
    assert all(hasattr(drum, name) for name in drum.__all__)
    assert {membrane.PAPER} == {
        getattr(drum, name)().reference.paper
        for name in ("fundamental", "deviation", "space_error")
    }
    assert dispersion.magic_step() == drum.magic_step()
