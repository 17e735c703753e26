"""The width of a mode in a film of finitely many images: laws against sample eigenvectors."""

import functools

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import sympy

from theory import latent_waves
from theory.claims import Identity
from theory.latent_waves import counting, width


def test_width_is_that_of_half_the_maximum():
    """The Lorentzian is half its maximum at |s - j| = G, and half of it lies within."""
    shape = latent_waves.lorentzian()
    top, side = shape.subs(width.MODE, width.FRAME), width.FRAME + width.WIDTH
    assert sympy.cancel(shape.subs(width.MODE, side) / top) == sympy.Rational(1, 2)
    law = sympy.lambdify(width.MODE, shape.subs({width.FRAME: 5, width.WIDTH: 0.7}))
    assert scipy.integrate.quad(law, 4.3, 5.7)[0] == pytest.approx(0.5, abs=1e-9)
    assert latent_waves.lorentzian_share().derivation[-1].expression == sympy.Rational(1, 2)


@pytest.mark.parametrize(
    ("alpha", "images", "frame", "expected"),
    [(3, 5000, 200, 11.17), (3, 5000, 300, 25.13), (2, 20000, 300, 14.14), (3, 2000, 200, 27.9)],
)
def test_width_in_numbers(alpha, images, frame, expected):
    """4 pi j^2/(alpha^2 m) for the ensembles that the paper's sets are compared with."""
    at = {width.ALPHA: alpha, width.IMAGES: images, width.FRAME: frame}
    assert float(width.width().subs(at)) == pytest.approx(expected, rel=2e-3)
    radius = sympy.sqrt(sympy.Integer(frame) / sympy.pi)
    radial = latent_waves.radial_width().subs(
        at | {counting.AREA: sympy.pi, counting.RADIUS: radius}
    )
    step = 1 / (2 * sympy.pi * radius)
    assert float(radial) == pytest.approx(float(width.width().subs(at) * step), rel=1e-12)


@functools.cache
def sample_shares(modes: int = 400, images: int = 4000, draws: int = 4) -> np.ndarray:
    """E(s, j) of sample eigenvectors for the spectrum s^(-3/2), mean over draws."""
    powers = np.diag(np.arange(1.0, modes + 1) ** -1.5)
    samples = scipy.stats.wishart(images, powers).rvs(draws, random_state=0)
    vectors = np.linalg.eigh(samples)[1][:, :, ::-1]
    return (vectors**2).mean(axis=0)


@pytest.mark.parametrize("frame", [150, 200])
def test_width_of_sample_eigenvectors(frame):
    """400 independent modes of power s^(-3/2), 4000 images: median of |s - j| within 15 % of G(j)."""
    shares = sample_shares()
    frames = np.arange(frame - 20, frame + 21)
    distance = np.abs(np.arange(400)[:, None] - frames)
    order = np.argsort(distance.ravel())
    total = np.cumsum(shares[:, frames].ravel()[order])
    median = distance.ravel()[order][np.searchsorted(total, total[-1] / 2)]
    at = {width.ALPHA: 3, width.IMAGES: 4000, width.FRAME: frame}
    assert median == pytest.approx(float(width.width().subs(at)), rel=0.15)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("offset", [60, 100])
def test_tails_of_the_overlap(offset, sign):
    """Mean of E(j + h, j), 150 <= j <= 200, |h| within 5 of an offset: the law (10 %), no Lorentzian.

    16000 images; 2244 squared normal numbers have a mean known to 3 %.
    """
    shares, frames = sample_shares(images=16_000), np.arange(150, 201)
    modes = frames + sign * np.arange(offset - 5, offset + 6)[:, None]
    measured = shares[modes, frames].mean()
    at = {width.ALPHA: 3, width.IMAGES: 16_000}
    law, plain = (
        # modes are numbered from 1 here
        sympy.lambdify((width.MODE, width.FRAME), shape.subs(at))(modes + 1, frames + 1).mean()
        for shape in (
            latent_waves.mode_overlap().right,
            latent_waves.lorentzian(width=width.width()),
        )
    )
    assert measured == pytest.approx(law, rel=0.1)
    assert abs(measured / plain - 1) > 0.25


def test_a_symmetric_overlap_is_not_exact():
    """Tails are not even in s - j: the Lorentzian is the law to leading order only."""
    claim = latent_waves.mode_overlap()
    plain = latent_waves.lorentzian(width=width.width())
    left, right = (side.subs(width.ALPHA, 2) for side in (claim.left, plain))
    assert Identity(name="even", left=left, right=right).residual() != 0
