"""Stationary Gaussian images: one draw in blocks, their exact power, their symmetries."""

import json
import tracemalloc

import numpy as np
import pytest

from numerics.images import streams
from theory.errors import ArgumentError


def together(stream):
    json.dumps(stream.provenance, allow_nan=False)
    return np.concatenate(list(stream.blocks()))


def radius(n, p):
    k = np.abs((np.arange(n) + n // 2) % n - n // 2).astype(float)
    if np.isinf(p):
        return np.maximum.outer(k, k)
    return np.add.outer(k**p, k**p) ** (1 / p)


@pytest.mark.parametrize(
    ("n", "alpha", "p"), [(16, 3.0, 2.0), (15, 2.0, 1.3), (8, 3.0, 0.6), (8, 1.0, np.inf)]
)
def test_one_draw(n, alpha, p):
    """600 images in three blocks are those of one standard_normal((600, N, N)) by the definition."""
    stream = streams.gaussian(600, image_side=n, alpha=alpha, p=p, seed=5)
    assert [len(block) for block in stream.blocks()] == [256, 256, 88]
    with np.errstate(divide="ignore"):
        amplitude = radius(n, p) ** (-alpha / 2)
    amplitude[0, 0] = 0
    noise = np.random.default_rng(5).standard_normal((600, n, n))
    expected = np.fft.ifft2(np.fft.fft2(noise) * amplitude).real
    np.testing.assert_allclose(together(stream), expected, rtol=0, atol=1e-14)


def test_blocks_do_not_matter():
    """The first images are the same to the last bit for any count, and in each pass."""
    long = streams.gaussian(600, image_side=16)
    np.testing.assert_array_equal(
        together(long.first(300)), together(streams.gaussian(300, image_side=16))
    )
    np.testing.assert_array_equal(together(long), together(long))


def test_constant_memory():
    """20,000 images of 16 x 16 take 41 MB together; a pass over them stays below 8 MB."""
    tracemalloc.start()
    try:
        total = sum(len(block) for block in streams.gaussian(20_000, image_side=16).blocks())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 20_000
    assert peak < 8e6


def test_power():
    """4,000 images: mean power |k|^-3 within 5 standard errors (of 1/sqrt(m), or sqrt(2/m)); mean 0."""
    m, n = 4000, 8
    images = together(streams.gaussian(m, image_side=n))
    power = (np.abs(np.fft.fft2(images)) ** 2).mean(0) / n**2
    r = radius(n, 2.0)
    assert power[0, 0] < 1e-28
    r[0, 0] = 1
    assert np.abs(power * r**3 - 1).ravel()[1:].max() < 5 * np.sqrt(2 / m)
    assert np.abs(images.mean(axis=(1, 2))).max() < 1e-15


def test_large_p_approaches_the_maximum():
    """At p = 2000 it is the maximum but for ties, which a factor 2^(1/p) sets apart; no overflow."""
    nearly, at_infinity = (
        together(streams.gaussian(3, image_side=16, p=p)) for p in (2000.0, np.inf)
    )
    np.testing.assert_allclose(nearly, at_infinity, rtol=0, atol=2e-3)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"count": 0}, "count: got 0; must be an integer, at least 1"),
        ({"image_side": 3}, "image_side: got 3; must be an integer, at least 4"),
        ({"alpha": np.nan}, "alpha: got nan; must be a finite number"),
        ({"p": 0}, "p: got 0.0; must be positive"),
        ({"p": np.nan}, "p: got nan; must be positive"),
        ({"p": None}, "p: got None; must be positive"),
        ({"p": -np.inf}, "p: got -inf; must be positive"),
        ({"p": True}, "p: got True; must be positive"),
        ({"seed": -1}, "seed: got -1; must be an integer, at least 0"),
    ],
)
def test_refused(arguments, text):
    """Numbers out of range."""
    with pytest.raises(ArgumentError) as caught:
        streams.gaussian(**arguments)
    assert text in str(caught.value)
