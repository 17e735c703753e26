"""Stationary Gaussian images: nothing but a power spectrum."""

from collections.abc import Iterator

import numpy as np

from numerics.images.arguments import require_finite, require_integer
from numerics.images.stream import LEAST_SIDE, ImageStream
from numerics.images.streams.pixel_form import block_bounds, block_starts
from theory.errors import ArgumentError


def gaussian(
    count: int = 5000, *, image_side: int = 32, alpha: float = 3.0, p: float = 2.0, seed: int = 0
) -> ImageStream:
    """Periodic Gaussian images of power |k|_p^-alpha, without a mean, made block by block.

    White noise, `numpy.random.default_rng(seed).standard_normal((count, N, N))`, times
    |k|_p^(-alpha/2) with 0 at k = 0 in Fourier space; the values lie on both sides of 0. One
    generator draws the blocks one after the other: they are those of one draw, and the first
    images are the same for any count.

    Parameters
    ----------
    count : int
        Number of images.
    image_side : int
        N, pixels along a side, at least 4.
    alpha : float
        Exponent of the power; 0 is white noise without its mean.
    p : float
        Positive; |k|_p = (|k0|^p + |k1|^p)^(1/p), the maximum for infinity.
    seed : int
        Of the generator.

    Raises
    ------
    ArgumentError
        On numbers out of range.

    Examples
    --------
    >>> gaussian(8, image_side=16, p=1.3)
    ImageStream(name='gaussian', shape=(16, 16), count=8, scale=1.0)
    """
    count = require_integer("count", count, 1, None, "pass 5000, say")
    n = require_integer("image_side", image_side, LEAST_SIDE, None, "pass 32, say")
    seed = require_integer("seed", seed, 0, None, "pass 0, say")
    alpha = require_finite("alpha", alpha, "must be a finite number", "pass 3, say")
    if p != np.inf:
        p = require_finite("p", p, "must be positive", "pass 2 for circles")
    if p <= 0:
        raise ArgumentError("p", p, "must be positive", "pass 2 for circles")
    amplitude = _amplitude(n, alpha, p)
    bounds = list(block_bounds(block_starts(count, (n, n)), count))

    def blocks() -> Iterator[np.ndarray]:
        generator = np.random.default_rng(seed)
        for start, stop in bounds:
            noise = generator.standard_normal((stop - start, n, n))
            yield np.fft.ifft2(np.fft.fft2(noise) * amplitude).real

    provenance = {
        "source": "gaussian",
        "count": count,
        "image_side": n,
        "alpha": alpha,
        "p": "infinity" if np.isinf(p) else p,
        "seed": seed,
    }
    return ImageStream("gaussian", (n, n), count, 1.0, blocks, provenance)


def _amplitude(n: int, alpha: float, p: float) -> np.ndarray:
    """|k|_p^(-alpha/2) over the frequencies in the order of `fft2`, 0 at k = 0."""
    side = np.abs(np.fft.fftfreq(n, 1 / n))
    largest = np.maximum.outer(side, side)
    largest[0, 0] = 1.0
    # relative to the larger one: no overflow for large p
    ratios = np.minimum.outer(side, side) / largest
    radius = largest if np.isinf(p) else largest * (1 + ratios**p) ** (1 / p)
    amplitude = radius ** (-alpha / 2)
    amplitude[0, 0] = 0.0
    return amplitude
