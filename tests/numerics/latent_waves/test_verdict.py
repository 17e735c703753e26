"""The three words, the numbers behind them, and films that are too short for a word."""

import numpy as np
import pytest
from film_sets import gaussian, halves, moments

from numerics.latent_waves.eigenimages import Eigenimages, eigenimages
from numerics.latent_waves.lattice import radius, spiral
from numerics.latent_waves.ring_shape import natural_radius
from numerics.latent_waves.second_order import hann_power_spectrum
from numerics.latent_waves.verdict import (
    LARGEST_RATIO,
    LEAST_ISOTONIC_R2,
    NO_ORDER,
    ORDERED,
    WAVE,
    protocol,
    verdict,
)
from theory.errors import ArgumentError


def of_set(name):
    first, second = halves(name)
    return verdict(eigenimages(first + second))


def fourier_film(order, side):
    """Eigenimages that are cosines and sines, in an order of the frequencies."""
    y, x = np.indices((side, side))
    vectors, done = [], set()
    for flat in order:
        k = (flat // side - side // 2, flat % side - side // 2)
        if (-k[0] % side, -k[1] % side) in done:
            continue
        done.add((k[0] % side, k[1] % side))
        phase = 2 * np.pi * (k[0] * y + k[1] * x).ravel() / side
        waves = [np.cos(phase), np.sin(phase)]
        vectors += [w / np.linalg.norm(w) for w in waves if np.linalg.norm(w) > 1e-6]
    return Eigenimages(
        np.arange(side**2, 0.0, -1), np.array(vectors).T, (side, side), side**2, "by hand"
    )


@pytest.mark.parametrize("p", [0.6, 1.4, 2])
def test_pure_frequencies_from_the_inside_out(p):
    """Cosines and sines in the order of |k|_p: wave-like, with this order and next to no error."""
    found = verdict(fourier_film(spiral(radius((16, 16), p)), 16))
    assert found.word == WAVE
    assert found.shape.isotonic_r2 > 0.999
    assert found.skill.ratio < 0.15


def test_pure_frequencies_in_no_order():
    """The same frames shuffled: no p-norm order."""
    found = verdict(fourier_film(np.random.default_rng(0).permutation(256), 16))
    assert found.word == NO_ORDER
    assert found.shape.isotonic_r2 < 0.3


@pytest.mark.parametrize(
    ("name", "word", "p", "ratio"),
    [
        ("mnist", ORDERED, 1.40, (0.40, 0.47)),
        ("fashion_mnist", ORDERED, 0.56, (0.60, 0.70)),
        ("cifar10", WAVE, 1.32, (0.03, 0.06)),
        ("flower_16", WAVE, 2.44, (0.05, LARGEST_RATIO)),
        ("digits", NO_ORDER, 1.02, (1.0, 1.3)),
    ],
)
def test_words(name, word, p, ratio):
    """LW20e: words, p and q of five sets."""
    found = of_set(name)
    assert found.word == word
    assert found.shape.p == pytest.approx(p, abs=0.021)
    assert ratio[0] < found.skill.ratio < ratio[1]


def test_china():
    """LW20e: two textures with edges: neither order nor translation, whatever p comes out."""
    found = of_set("china_16")
    assert found.word == NO_ORDER
    assert found.shape.isotonic_r2 < LEAST_ISOTONIC_R2
    assert found.skill.ratio > LARGEST_RATIO


@pytest.mark.parametrize(
    ("side", "slope", "p"), [(32, 3, 2.0), (32, 2, 1.3), (32, 3, 0.6), (16, 3, 2.0)]
)
def test_gaussian_ensembles(side, slope, p):
    """LW20e: 5000 stationary Gaussian images: wave-like by a wide margin, with their own p."""
    found = verdict(eigenimages(moments(gaussian(side, slope, p, 5000))))
    assert found.word == WAVE
    assert found.shape.p == pytest.approx(p, abs=0.06)
    assert found.shape.isotonic_r2 > 0.999
    assert found.skill.ratio < 0.05


def test_white_noise():
    """No order at all: R2 below .1."""
    found = verdict(eigenimages(moments(np.random.default_rng(0).random((2000, 16, 16)))))
    assert found.word == NO_ORDER
    assert found.shape.isotonic_r2 < 0.1


@pytest.mark.parametrize("side", [8, 16])
def test_one_bright_pixel_an_image(side):
    """Each pixel once: t(k) is one number, (n - 1)/2, which orders nothing."""
    found = verdict(eigenimages(moments(np.eye(side**2).reshape(-1, side, side))))
    assert found.word == NO_ORDER
    assert found.shape.isotonic_r2 == 0


def test_own_radius():
    """CIFAR10 in the radius of its power, without p: as wave-like; in that of a wrong order: no order."""
    first, second = halves("cifar10")
    eigen = eigenimages(first + second)
    natural = natural_radius(hann_power_spectrum(first + second))
    found = verdict(eigen, radii=natural)
    assert found.word == WAVE
    assert np.isnan(found.shape.p)
    assert found.shape.isotonic_r2 > 0.998
    wrong = np.random.default_rng(0).permutation(natural.ravel()).reshape(natural.shape)
    assert verdict(eigen, radii=wrong).word == NO_ORDER


def test_null_vectors_do_not_matter():
    """Frames beyond the rank may be any basis of the null space."""
    few = eigenimages(moments(gaussian(16, 3, 2, 150)))
    assert few.rank == 150
    mixed = np.random.default_rng(0).normal(size=(106, 106))
    other = few.vectors.copy()
    other[:, 150:] = few.vectors[:, 150:] @ np.linalg.qr(mixed)[0]
    one = verdict(few)
    two = verdict(Eigenimages(few.singular_values, other, few.shape, few.rank, few.method))
    assert one.skill.ratio == two.skill.ratio
    assert one.shape == two.shape


@pytest.mark.parametrize(
    ("pixels", "rank", "numbers"),
    [
        (1024, 1024, (31, 41, 696, 15, 10)),
        (784, 712, (24, 31, 533, 12, 8)),
        (256, 100, (8, 10, 100, 4, 3)),
        (64, 61, (2, 3, 44, 3, 1)),
    ],
)
def test_protocol(pixels, rank, numbers):
    """D = .03 n, a = .04 n, b = min(rank, .68 n), windows of .015 n, origins every .01 n."""
    found = protocol(pixels, rank)
    assert (found.horizon, found.first, found.last, found.window, found.step) == numbers


def test_refuses_short_films():
    """One line: the rank, the frames that a word takes and those that are there."""
    few = eigenimages(moments(np.random.default_rng(0).random((20, 16, 16))))
    with pytest.raises(ArgumentError) as caught:
        verdict(few)
    assert str(caught.value) == (
        "images: got 256 pixels of rank 20; a verdict takes at least 22 frames, there are 20; "
        "take more images, or larger ones"
    )
