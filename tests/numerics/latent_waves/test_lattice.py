"""The lattice of frequencies: radii, areas, counts and rings."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate

from numerics.latent_waves.lattice import (
    count_within,
    disc_area,
    radius,
    ring_means,
    ring_partition,
    spiral,
)
from theory.errors import ArgumentError

quickly = settings(deadline=None, max_examples=40)
shapes = st.tuples(st.integers(4, 12), st.integers(4, 12))
exponents = st.floats(0.3, 6)


@pytest.mark.parametrize(
    ("p", "area"), [(0.5, 2 / 3), (1, 2), (2, np.pi), (1.273, 2.459961), (3, 3.533278)]
)
def test_disc_area(p, area):
    """C_p = 4 int_0^1 (1 - x^p)^(1/p) dx: 2/3, 2, pi for p = 1/2, 1, 2; the square's 4 from below."""
    assert disc_area(p) == pytest.approx(area, abs=1e-6)
    quarter, _ = integrate.quad(lambda x: (1 - x**p) ** (1 / p), 0, 1)
    assert disc_area(p) == pytest.approx(4 * quarter, rel=1e-7)


def test_disc_area_grows_to_the_square():
    """C_p rises with p; C_inf = 4."""
    areas = [disc_area(p) for p in (0.3, 0.5, 1, 2, 5, 50, 1e4)]
    assert (np.diff(areas) > 0).all()
    assert areas[-1] == pytest.approx(4, abs=1e-6)
    assert disc_area(np.inf) == 4


@quickly
@given(exponents, exponents)
def test_areas_rise_with_p(p, q):
    """Property 6: C_p < C_q < 4 for p < q."""
    inner, outer = sorted((p, q))
    assume(outer - inner > 1e-6)
    assert disc_area(inner) < disc_area(outer) < 4


@quickly
@given(st.floats(100, 1000))
def test_areas_approach_the_square(p):
    """Property 6: 4 - C_p = 2 pi^2/(3 p^2), from the second order of log Gamma, up to the next order."""
    assert (4 - disc_area(p)) * p**2 == pytest.approx(2 * np.pi**2 / 3, rel=3 / p)


@pytest.mark.parametrize(
    ("p", "ratios"),
    [
        (2, [0.9798, 0.9910, 0.9975, 0.9988, 0.9992]),
        (1, [1.1328, 1.0645, 1.0317, 1.0157, 1.0078]),
        (1.273, [1.0226, 1.0115, 1.0008, 1.0001, 1.0002]),
    ],
)
def test_counts_approach_the_area(p, ratios):
    """N_p(R)/(C_p R^2) on a box of 512 at R = 8, 16, ..., 128; 1 in the limit. Points on the curve count."""
    radii = radius((512, 512), p)
    found = [count_within(radii, R) / (disc_area(p) * R**2) for R in (8, 16, 32, 64, 128)]
    np.testing.assert_allclose(found, ratios, atol=6e-5)


def test_diamonds_are_counted_exactly():
    """N_1(R) = 2 R^2 + 2 R + 1 for integer R."""
    radii = radius((512, 512), 1)
    assert [count_within(radii, R) for R in range(256)] == [
        2 * R**2 + 2 * R + 1 for R in range(256)
    ]


@quickly
@given(shapes, exponents, exponents, st.floats(0, 8), st.floats(0, 8))
def test_counts_are_monotone(shape, p, q, inner, outer):
    """N_p(R) rises with R and with p: |k|_p falls with p."""
    (p, q), (inner, outer) = sorted((p, q)), sorted((inner, outer))
    assert count_within(radius(shape, p), inner) <= count_within(radius(shape, p), outer)
    assert count_within(radius(shape, p), inner) <= count_within(radius(shape, q), inner)


def test_radius_by_hand():
    """(|k0|^p + |k1|^p)^(1/p) about the zero frequency at (h//2, w//2); the largest for p = inf."""
    for p in (0.4, 1, 1.3, 2, 40):
        radii = radius((6, 6), p)
        for (i, j), value in np.ndenumerate(radii):
            assert value == pytest.approx((abs(i - 3) ** p + abs(j - 3) ** p) ** (1 / p))
    np.testing.assert_array_equal(
        radius((5, 5), np.inf), [[max(abs(i - 2), abs(j - 2)) for j in range(5)] for i in range(5)]
    )


def test_circles_in_space():
    """Of 8 x 4 pixels, k1 counts twice: a period of four pixels is one, along either side."""
    radii = radius((8, 4))
    assert radii[4 + 2, 2] == radii[4, 2 + 1] == 2
    assert radius((8, 4), square_pixels=False)[4, 2 + 1] == 1


def test_rings_of_the_paper():
    """Its centre is half a frequency off for N = 28: the numbers of points of its overlapping rings."""
    counts = [12, 28, 40, 48, 60, 76, 96, 100, 108, 128, 132, 156, 168, 144]
    means = ring_means(radius((28, 28), centre="release"), 14, 1.0)
    assert np.diff(means.indptr).tolist() == counts
    thin = ring_means(radius((28, 28), centre="release"), 1, 0.5)
    assert [np.diff(ring_means(radius((28, 28)), 1, w).indptr)[0] for w in (0.5, 1.0)] == [8, 13]
    assert thin.indptr[-1] == 4


def test_ring_means_are_means():
    """Of a function of the lattice, ring by ring, against masks."""
    radii = radius((9, 9), 1.4)
    values = np.random.default_rng(0).normal(size=81)
    found = ring_means(radii, 4, 0.5) @ values
    for x in range(1, 5):
        inside = np.abs(radii.ravel() - x) <= 0.5
        assert found[x - 1] == pytest.approx(values[inside].mean(), rel=1e-13)


@quickly
@given(shapes, exponents)
def test_rings_part_the_plane(shape, p):
    """Every lattice point is in exactly one ring, that of rint(|k|_p)."""
    radii = radius(shape, p)
    rings = ring_partition(radii)
    np.testing.assert_array_equal(rings.sum(axis=0), 1)
    assert rings.sum() == shape[0] * shape[1]
    assert rings.shape[0] == np.rint(radii.max()) + 1
    of_points = rings.T @ np.arange(rings.shape[0])
    np.testing.assert_array_equal(of_points, np.rint(radii).ravel())


@pytest.mark.parametrize("zero_last", [False, True])
def test_spiral(zero_last):
    """From the inside out, ties in the order of the lattice; the zero frequency first or last."""
    radii = radius((6, 5), 2)
    order = spiral(radii, zero_last=zero_last)
    assert sorted(order) == list(range(30))
    assert order[-1 if zero_last else 0] == 3 * 5 + 2
    rest = order[:-1] if zero_last else order[1:]
    steps = np.diff(radii.ravel()[rest])
    assert (steps >= 0).all()
    assert (np.diff(rest)[steps == 0] > 0).all()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: radius((4, 4), 0), "p: got 0; must be positive; pass 2 for circles"),
        (lambda: radius((4, 4), np.nan), "p: got nan; must be positive; pass 2 for circles"),
        (lambda: disc_area(-1), "p: got -1; must be positive; pass 2 for the Euclidean radius"),
        (
            lambda: radius((4, 4), centre="middle"),
            "centre: got middle; must be among dc, release; pass dc",
        ),
        (
            lambda: ring_means(radius((4, 4)), 2, 0),
            "half_width: got 0; must be positive; pass 0.5",
        ),
        (
            lambda: ring_means(radius((4, 4)), 0, 1),
            "rings: got 0; must be at least 1; pass half of the side",
        ),
        (
            lambda: ring_means(radius((4, 4)), 5, 0.5),
            "rings: got 5; ring 4 holds no lattice point; take fewer or wider rings",
        ),
    ],
)
def test_refusals(make, text):
    """Argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == text
