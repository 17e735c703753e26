"""Effective linearity: exact for affine and quadratic maps, sqrt(3) for unrelated images, order 2."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from numerics.latent_basis.linearity import SCALES, effective_linearity
from theory.errors import ArgumentError

M, L = 6, 3
DRAWN = np.random.default_rng(0)
LATENTS = DRAWN.normal(size=(90, M))
LABELS = np.arange(90) % L
A = DRAWN.normal(size=(M, 4, 5))


def linear(z):
    return np.tensordot(z, A, 1) + 2


def smooth(z):
    return np.tanh(linear(z))


def of(generate, latents=LATENTS, labels=LABELS, scales=SCALES, pairs=20, seed=0):
    return effective_linearity(
        generate, latents, labels, scales, pairs=pairs, generator=np.random.default_rng(seed)
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_affine_map_has_no_deviation(dtype):
    """D = 0 to rounding at every scale, so there is no order; h = |A (z' - z)| s/2."""
    found = of(lambda z: linear(z).astype(dtype))
    assert found.deviations.shape == (len(SCALES), L, L)
    assert found.deviations.max() <= 3 * found.rounding
    assert found.rounding == pytest.approx(
        np.finfo(dtype).eps * math.sqrt(np.square(linear(LATENTS)).sum() / 90), rel=0.1
    )
    assert math.isnan(found.order)
    np.testing.assert_allclose(
        found.half_chords / found.scales[:, None, None],
        np.broadcast_to(found.half_chords[0], found.half_chords.shape),
        rtol=1e-4,
    )


def test_a_quadratic_map():
    """G = z^2, two latents of each label: d = -(s (z' - z))^2/4, and h = (z'^2 - z^2)/2 at s = 1."""
    latents, labels = LATENTS[:4], np.array([0, 0, 1, 1])
    found = of(np.square, latents, labels)
    for label in range(2):
        z, other = latents[2 * label], latents[2 * label + 1]
        expected = np.linalg.norm((other - z) ** 2) / 4
        np.testing.assert_allclose(
            found.deviations[:, label, label], expected * np.square(SCALES), rtol=1e-10
        )
        half = np.linalg.norm(other**2 - z**2) / 2
        assert found.half_chords[0, label, label] == pytest.approx(half, rel=1e-12)
        assert found.relative[0, label, label] == pytest.approx(expected / half, rel=1e-12)
    assert found.order == pytest.approx(2, abs=1e-9)


def test_images_that_have_nothing_to_do_with_each_other():
    """Three independent images: |d|^2 = 3/2, |h|^2 = 1/2 in the variance of a pixel; order 0."""
    weights = 1e6 * DRAWN.normal(size=(M, 50))
    found = of(lambda z: np.sin(z @ weights), pairs=100)
    np.testing.assert_allclose(found.overall, math.sqrt(3), rtol=0.03)
    assert found.order == pytest.approx(0, abs=0.03)


def test_a_smooth_map_follows_taylor():
    """tanh: |d| ~ s^2 and |d|/|h| ~ s for small s, less than unrelated images at s = 1."""
    found = of(smooth, scales=2.0 ** -np.arange(7, 12))
    assert found.order == pytest.approx(2, abs=0.01)
    np.testing.assert_allclose(found.overall[1:] / found.overall[:-1], 0.5, rtol=0.02)
    assert 0.2 < of(smooth).overall[0] < math.sqrt(3)


def test_the_order_is_that_of_the_finer_scales():
    """Tanh from s = 1 on: whole pairs lie where it is flat, which is no order of anything."""
    found = of(smooth)
    sizes = np.sqrt(np.square(found.deviations).mean(axis=(1, 2)))
    slope = np.polyfit(np.log(SCALES[2:]), np.log(sizes[2:]), 1)[0]
    assert found.order == pytest.approx(slope, rel=1e-12)
    assert found.order > np.polyfit(np.log(SCALES), np.log(sizes), 1)[0] + 0.1


def test_one_bend():
    """G = max(z, 0), z and z' ~ N(0, 1): E d^2 = (2 s^3/pi) int_0^1 min(u, 1-u)^2/(4 a^2) du.

    With a = (u s)^2 + (1 - u s)^2; u is where on the pair the bend lies, and |d| = |z_s - z| min(u, 1-u)/2
    (sampling: below 1 % at the coarsest scale, 2 % at the finest). For s -> 0 it is s^3/(24 pi): order 3/2.
    """
    scales = np.array([0.2, 0.1, 0.05])
    latents = np.random.default_rng(0).standard_normal((200_000, 1))
    labels = np.zeros(len(latents), dtype=int)
    found = of(lambda z: np.maximum(z, 0), latents, labels, scales, pairs=1_000_000)
    for scale, deviation in zip(scales, found.deviations[:, 0, 0], strict=True):
        law, _ = quad(
            lambda u, s=scale: min(u, 1 - u) ** 2 / (4 * ((u * s) ** 2 + (1 - u * s) ** 2) ** 2),
            0,
            1,
            points=[0.5],
        )
        assert deviation**2 == pytest.approx(2 * scale**3 / math.pi * law, rel=0.06)
    assert 1.5 < found.order < 1.65


def test_the_second_derivative_is_in_it():
    """|d|/s^2 -> |G''[v, v]|/8 with v = z' - z: one pair of a label, G = exp of each coordinate."""
    latents, labels = LATENTS[:2], np.array([0, 0])
    found = of(np.exp, latents, labels, scales=[1e-3], pairs=200)
    bends = [np.linalg.norm(np.exp(z) * (latents[1] - latents[0]) ** 2) / 8 for z in latents]
    low, high = sorted(bends)
    # a share of the 200 pairs starts at either end: the root mean square lies between
    ratio = (np.square(found.deviations[0, 0, 0] / 1e-6) - low**2) / (high**2 - low**2)
    assert 0.35 < ratio < 0.65


@settings(max_examples=25, deadline=None)
@given(
    factor=st.floats(0.01, 100).flatmap(lambda f: st.sampled_from([f, -f])),
    offset=st.floats(-10, 10),
    seed=st.integers(0, 10**6),
)
def test_brightness_and_contrast_do_not_matter(factor, offset, seed):
    """A G + b has the relative deviations of G; the same seed takes the same pairs."""
    first = of(smooth, pairs=3, seed=seed)
    other = of(lambda z: factor * smooth(z) + offset, pairs=3, seed=seed)
    np.testing.assert_allclose(other.relative, first.relative, rtol=1e-6)


def test_pairs_come_from_their_labels():
    """Each label on a point of its own but for 1e-9: the chords are the distances of these points."""
    centres = 5 * np.eye(L, M)
    latents = centres[LABELS] + 1e-9 * LATENTS
    found = of(lambda z: z, latents, scales=[1.0])
    distances = np.linalg.norm(centres[:, None] - centres, axis=2)
    np.testing.assert_allclose(found.half_chords[0], distances / 2, atol=1e-8)
    assert (found.half_chords[0].diagonal() > 0).all()


BAD = [
    ({"scales": []}, "scales"),
    ({"scales": [0.0]}, r"scales: got \[0.0\]; must be positive and at most 1"),
    ({"scales": [1.5]}, "scales"),
    ({"scales": [np.nan]}, "scales"),
    ({"pairs": 0}, "pairs: got 0; must be an integer, at least 1"),
    ({"labels": LABELS.astype(float)}, "labels: got array of float64"),
    ({"labels": LABELS[:-1]}, r"labels: got array of int64 and shape \(89,\)"),
    ({"labels": np.where(np.arange(90) == 5, 2, LABELS % 2)}, "got 1 latents of label 2; .*2 of"),
    ({"generate": lambda z: np.ones((len(z), 4))}, "one image for all pairs of the labels 0 and 0"),
]


@pytest.mark.parametrize(("given_arguments", "words"), BAD)
def test_bad_arguments(given_arguments, words):
    """Each with its value and bound."""
    with pytest.raises(ArgumentError, match=words):
        of(**{"generate": smooth, **given_arguments})
