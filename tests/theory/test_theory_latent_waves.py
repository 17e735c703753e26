"""Counting, bookkeeping and transport: exact laws against lattices, transforms and differences."""

import itertools

import numpy as np
import pytest
import scipy.integrate
import sympy

from theory import latent_waves
from theory.claims import Identity
from theory.errors import ArgumentError
from theory.latent_waves import counting, transport
from theory.latent_waves.equations import T


def lattice_radii(half: int, p: float) -> np.ndarray:
    """|k|_p of all integer k with both parts between -half and half, sorted."""
    rows, columns = np.mgrid[-half : half + 1, -half : half + 1]
    return np.sort(((np.abs(rows) ** p + np.abs(columns) ** p) ** (1 / p)).ravel())


# --- counting


@pytest.mark.parametrize(
    ("p", "area"),
    [
        (1, 2),
        (2, sympy.pi),
        (sympy.oo, 4),
        (sympy.Rational(1, 2), sympy.Rational(2, 3)),
        (sympy.Rational(1, 3), sympy.Rational(1, 5)),
    ],
)
def test_special_areas(p, area):
    """C_1 = 2, C_2 = pi, C_inf = 4, C_1/2 = 2/3, and 4/binomial(6, 3) = 1/5 for p = 1/3: exactly."""
    assert latent_waves.disc_area(p) == area


@pytest.mark.parametrize(
    ("p", "area"), [(1.273, 2.459961), (1.5, 2.737854), (3.0, 3.533278), (0.318, None)]
)
def test_areas_in_numbers(p, area):
    """C_p against the integral of 4 (1 - x^p)^(1/p), and against the values of the paper's sets."""
    found = float(latent_waves.disc_area(p))
    integral, _ = scipy.integrate.quad(lambda x: 4 * (1 - x**p) ** (1 / p), 0, 1)
    assert found == pytest.approx(integral, rel=1e-7)
    if area is not None:
        assert found == pytest.approx(area, abs=5e-7)


def test_area_grows_with_p():
    """C_p rises with p, from 0 to 4."""
    areas = [float(latent_waves.disc_area(p)) for p in (0.05, 0.3, 0.9, 1, 1.7, 2, 5, 100)]
    assert areas[0] < 1e-6
    assert all(a < b for a, b in itertools.pairwise(areas))
    assert 3.999 < areas[-1] < 4


@pytest.mark.parametrize("p", [0, -1, sympy.Symbol("q", real=True), sympy.nan])
def test_bad_norm_is_refused(p):
    """P has to be positive: refused, by name."""
    with pytest.raises(ArgumentError, match=r"p: got .* must be positive"):
        latent_waves.disc_area(p)


@pytest.mark.parametrize("radius", [1, 2, 7, 20])
def test_counts_of_the_diamond(radius):
    """2 R^2 + 2 R + 1 points with |k|_1 <= R, 2 R^2 + 3 R + 1 half-integer cosine frequencies."""
    points = np.count_nonzero(lattice_radii(radius, 1.0) <= radius)
    halves = sum(a + b <= 2 * radius for a in range(2 * radius + 1) for b in range(2 * radius + 1))
    at = {counting.WHOLE: radius}
    assert latent_waves.lattice_count().right.subs(at) == points
    assert latent_waves.lattice_count("cosine").right.subs(at) == halves


@pytest.mark.parametrize("p", [0.6, 1.0, 1.4, 2.0, 3.0])
def test_front_on_the_lattice(p):
    """sqrt((j + 1/2)/C_p) against the j-th smallest |k|_p in a box of 121: within 2.5 % from j = 1000."""
    radii = lattice_radii(60, p)
    frames = np.arange(1000, int(float(latent_waves.disc_area(p)) * 58**2))
    at = {counting.AREA: latent_waves.disc_area(p), counting.FRACTION: 1}
    law = sympy.lambdify(counting.FRAME, latent_waves.front_radius().subs(at), "numpy")
    ratio = radii[frames] / law(frames + 0.5)
    assert np.abs(ratio - 1).max() < (0.05 if p < 1 else 0.025)
    assert np.abs(ratio[-500:] - 1).max() < np.abs(ratio[:500] - 1).max()


def test_front_in_numbers():
    """From R = 0 at f = 1: R(pi 10^2) = 10 for p = 2, and dR/dj = 1/(20 pi) there."""
    law = latent_waves.front_law()
    at = {counting.AREA: sympy.pi, counting.FRACTION: 1}
    radius = latent_waves.front_radius().subs(at)
    assert radius.subs(counting.FRAME, 100 * sympy.pi) == 10
    rate = law.law[counting.RADIUS].subs(at).subs(counting.RADIUS, 10)
    assert rate == 1 / (20 * sympy.pi)


def test_area_fraction_of_an_object():
    """A constant object on a quarter of the pixels has f = 1/4 at any alpha: its front is 2 ahead."""
    amplitudes = [3, 0, 0, 0]
    assert all(
        latent_waves.area_fraction(amplitudes, alpha) == 1 / sympy.Integer(4) for alpha in (1, 2, 4)
    )
    ratio = latent_waves.front_radius().subs(counting.FRACTION, sympy.Rational(1, 4))
    assert ratio / latent_waves.front_radius().subs(counting.FRACTION, 1) == 2


@pytest.mark.parametrize("alpha", [2.0, 3.5])
def test_front_of_objects_by_counting(alpha):
    """Four amplitudes, all modes of a box sorted by g^2 |k|^(-alpha): their mean R^2 at j is j/(f C_2)."""
    amplitudes = np.array([1.0, 0.8, 0.5, 0.3])
    radii = lattice_radii(150, 2.0)[1:]
    radii = radii[radii <= 150]
    powers = (amplitudes[:, None] ** 2 * radii**-alpha).ravel()
    order = np.argsort(-powers)
    squares = np.tile(radii**2, 4)[order]
    frame = 16_000  # four pixels: 64000 modes, all within the box
    found = squares[4 * frame - 4000 : 4 * frame + 4000].mean()
    fraction = float(latent_waves.area_fraction(amplitudes.tolist(), alpha))
    assert found == pytest.approx(frame / (fraction * np.pi), rel=0.01)
    other = float(latent_waves.area_fraction(amplitudes.tolist(), 5.5 - alpha))
    assert abs(other / fraction - 1) > 0.05


def test_wrong_area_is_caught():
    """Gamma(1/p) in place of Gamma(1 + 1/p): not the area."""
    claim = latent_waves.area_law()
    wrong = claim.right.subs(sympy.gamma(1 + 1 / counting.P), sympy.gamma(1 / counting.P))
    assert Identity(name="faulty", left=claim.left, right=wrong).residual() != 0


def test_unknown_modes_are_refused():
    """Modes are those of a torus or of a patch."""
    with pytest.raises(ArgumentError, match=r"modes: got sine; must be fourier or cosine"):
        latent_waves.lattice_count("sine")


# --- bookkeeping


@pytest.mark.parametrize("dimension", [3, 4])
def test_rotations_are_orthogonal(dimension):
    """R R^T = 1 and det R = 1, with all quaternions as symbols; for 4 also not all of one kind."""
    turned = latent_waves.rotation(dimension)
    assert (turned * turned.T).applyfunc(sympy.cancel) == sympy.eye(dimension)
    point = {
        s: sympy.Rational(7 * i + 3, 5) for i, s in enumerate(sorted(turned.free_symbols, key=str))
    }
    assert sympy.radsimp(turned.subs(point).det()) == 1
    with pytest.raises(ArgumentError, match="dimension: got 5"):
        latent_waves.rotation(5)


def test_energies_against_the_transform():
    """E of the symbols at a point is |fft2|^2/n of the same eigenimages."""
    basis = latent_waves.rotation(4)
    symbols = sorted(basis.free_symbols, key=str)
    point = dict(zip(symbols, np.random.default_rng(3).uniform(0.2, 2, len(symbols)), strict=True))
    images = np.array(basis.subs(point), dtype=float).T.reshape(4, 2, 2)
    expected = np.abs(np.fft.fft2(images)).reshape(4, 4).T ** 2 / 4
    assert np.array(latent_waves.energies().subs(point), dtype=float) == pytest.approx(
        expected, abs=1e-14
    )


@pytest.mark.parametrize("side", [3, 4, 5])
def test_bookkeeping_of_larger_images(side):
    """Row and column sums 1, and M(r, J) <= min(J, N(r)) with equality at the ends, random bases."""
    pixels = side**2
    basis = np.linalg.qr(np.random.default_rng(side).standard_normal((pixels, pixels)))[0]
    spectra = np.fft.fft2(basis.T.reshape(pixels, side, side)).reshape(pixels, pixels)
    energies = np.abs(spectra.T) ** 2 / pixels
    assert energies.sum(axis=0) == pytest.approx(1, abs=1e-13)
    assert energies.sum(axis=1) == pytest.approx(1, abs=1e-13)
    k = np.abs(np.fft.fftfreq(side, 1 / side))
    rings = np.rint(np.hypot(k[:, None], k)).ravel().astype(int)
    within = np.array([energies[rings <= r].sum(axis=0).cumsum() for r in range(rings.max() + 1)])
    counts = np.array([np.count_nonzero(rings <= r) for r in range(rings.max() + 1)])
    limits = np.minimum(np.arange(1, pixels + 1), counts[:, None])
    assert (within <= limits + 1e-12).all()
    assert within[:, -1] == pytest.approx(counts, abs=1e-12)
    assert within[-1] == pytest.approx(np.arange(1, pixels + 1), abs=1e-12)


def test_front_bound_is_attained_by_the_fourier_basis():
    """At the point where it is attained, the frames are the four Fourier modes: E is a permutation."""
    attained = latent_waves.energies().subs(latent_waves.front_bound().attained, simultaneous=True)
    assert sorted(sympy.cancel(value) for value in attained) == [0] * 12 + [1] * 4


@pytest.mark.parametrize("points", [(2,), (3, 5)])
def test_amplitudes_of_random_spectra(points):
    """The sum of F^2 is that of c u^2 plus unevenness: the certificate is the slack, in numbers."""
    bound = latent_waves.amplitude_bound(points)
    symbols = sorted(bound.right.free_symbols, key=str)
    values = np.random.default_rng(0).uniform(0, 1, len(symbols))
    at = dict(zip(symbols, values, strict=True))
    slack = float(bound.slack().subs(at))
    assert slack == pytest.approx(float(bound.certificate.subs(at)), rel=1e-12)
    assert slack > 0


@pytest.mark.parametrize(("side", "frequency"), [(5, 2), (7, 1), (8, 3)])
def test_cosine_has_two_spikes(side, frequency):
    """sqrt(2/N) cos(2 pi k x/N + 0.4) by FFT: 1/2 at k and N - k, so the mean over c points is sqrt(2)/c."""
    wave = np.sqrt(2 / side) * np.cos(2 * np.pi * frequency * np.arange(side) / side + 0.4)
    energies = np.abs(np.fft.fft(wave)) ** 2 / side
    expected = np.isin(np.arange(side), (frequency, side - frequency)) / 2
    assert energies == pytest.approx(expected, abs=1e-14)
    assert np.sqrt(energies).sum() == pytest.approx(np.sqrt(2), abs=1e-6)


@pytest.mark.parametrize("frequency", [0, 2, 3])
def test_self_conjugate_cosines_are_refused(frequency):
    """At k = 0 and k = N/2 there is one spike, not two: refused."""
    with pytest.raises(ArgumentError, match=r"frequency: got .* between 0 and 4/2"):
        latent_waves.cosine_spikes(4, frequency)


def test_bad_rings_are_refused():
    """Rings without points, and rings and frames beyond 2 x 2 pixels."""
    with pytest.raises(ArgumentError, match=r"points: got \(4, 0\)"):
        latent_waves.amplitude_bound((4, 0))
    with pytest.raises(ArgumentError, match="frames: got"):
        latent_waves.front_bound(0, 5)


def test_a_basis_that_is_not_orthogonal_is_caught():
    """With one eigenimage in place of another too, frequencies are not used up once each."""
    doubled = latent_waves.energies()[:, [0, 0, 2, 3]]
    assert [sympy.cancel(x) for x in doubled.T * sympy.ones(4, 1)] == [1] * 4
    assert all(sympy.cancel(x - 1) != 0 for x in doubled * sympy.ones(4, 1))


# --- transport


def test_front_of_a_bell():
    """A bell u = exp(-(C x^2 - t)^2/8)/x moves by the law: differences in t and x agree to 1e-6."""
    area, step = float(sympy.pi), 1e-4

    def u(x, t):
        return np.exp(-((area * x**2 - t) ** 2) / 8) / x

    x, t = np.linspace(1.5, 2.5, 7), 12.0
    rate = (u(x, t + step) - u(x, t - step)) / (2 * step)
    slope = (u(x + step, t) - u(x - step, t)) / (2 * step)
    symbols = sympy.symbols("u u_x")
    law = sympy.lambdify(
        (transport.RADIUS, *symbols),
        latent_waves.radial_rate(*symbols).subs(counting.AREA, sympy.pi),
    )
    assert rate == pytest.approx(law(x, u(x, t), slope), abs=1e-6)
    assert np.abs(rate).max() > 0.05


def test_one_mode_a_frame():
    """The film h(C x^2 - t)/x is constant along C x^2 - t: a shift by one frame is one of one mode."""
    film = latent_waves.ideal_film()
    later = film.subs(T, T + 1) * transport.RADIUS
    further = sympy.sqrt(transport.RADIUS**2 - 1 / counting.AREA)
    earlier = film.subs(transport.RADIUS, further) * further
    assert sympy.expand(later.args[0] - earlier.args[0]) == 0


@pytest.mark.parametrize("factor", [2, sympy.Rational(1, 2)])
def test_wrong_speed_of_the_front_is_caught(factor):
    """The front moves one mode a frame, not two and not half of one."""
    claim = transport.transport()
    faulty = Identity(name="faulty", left=claim.left, right=factor * claim.right)
    assert faulty.residual() != 0
