"""Image sets and films in which there is nothing to find, to hold a claim about an equation against.

Gaussian sets have no structure but their second moments, and films with shuffled frames no dynamics
but the order of blocks. The second moments of m Gaussian images are a Wishart matrix: drawn
directly, in a time that does not depend on m.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.linalg
from scipy import stats

from numerics.latent_waves.field import Field
from numerics.latent_waves.moments import SecondMoments
from numerics.latent_waves.predictors import locally_stationary
from numerics.latent_waves.second_order import power_spectrum
from theory.errors import ArgumentError

BLOCK = 10


def stationary_set(
    moments: SecondMoments,
    count: int,
    generator: np.random.Generator,
    *,
    power: np.ndarray | None = None,
) -> SecondMoments:
    """Return the moments of `count` periodic Gaussian images with the power S(k) of a set.

    As of fft2 of white noise times sqrt(S(k)), S the raw power with the mean's in it.

    Parameters
    ----------
    moments : SecondMoments
        Of the set that gives S(k).
    count : int
    generator : numpy.random.Generator
    power : ndarray (h, w), optional
        Another spectrum, such as the one under a Hann window, which has no cross of leakage.
    """
    height, width = moments.shape
    power = power_spectrum(moments) if power is None else power
    filter_ = np.sqrt(np.fft.ifftshift(power))[:, :, None]

    def filtered(columns: np.ndarray) -> np.ndarray:
        pictures = columns.reshape(height, width, -1)
        spectra = np.fft.fft2(pictures, axes=(0, 1)) * filter_
        return np.fft.ifft2(spectra, axes=(0, 1)).real.reshape(columns.shape)

    return _gaussian(filtered, moments.shape, count, generator)


def locally_stationary_set(
    moments: SecondMoments, count: int, generator: np.random.Generator
) -> SecondMoments:
    """Return the moments of `count` Gaussian images whose covariance is the locally stationary model.

    Negative eigenvalues of the model are set to 0.

    Parameters
    ----------
    moments : SecondMoments
        Of the set that the model is of.
    count : int
    generator : numpy.random.Generator
    """
    variances, vectors = scipy.linalg.eigh(locally_stationary(moments))
    root = (vectors * np.sqrt(np.clip(variances, 0, None))) @ vectors.T
    return _gaussian(lambda columns: root @ columns, moments.shape, count, generator)


def _gaussian(
    root: Callable[[np.ndarray], np.ndarray],
    shape: tuple[int, int],
    count: int,
    generator: np.random.Generator,
) -> SecondMoments:
    """Moments of Gaussian images, root(white noise): sum and products have their exact joint law."""
    if count < 1:
        raise ArgumentError("count", count, "must be at least 1", "draw more images")
    total, white = _white(shape[0] * shape[1], count, generator)
    products = root(root(white).T)
    # symmetric but for rounding, as moments are
    return SecondMoments(count, shape, root(total[:, None])[:, 0], (products + products.T) / 2, 1.0)


def _white(
    pixels: int, count: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Sum (n,) and products (n, n) of images of white noise."""
    if count <= pixels:  # fewer than a Wishart matrix needs: draw the images
        images = generator.standard_normal((count, pixels))
        return images.sum(axis=0), images.T @ images
    scatter = stats.wishart.rvs(count - 1, np.eye(pixels), random_state=generator)
    total = np.sqrt(count) * generator.standard_normal(pixels)
    return total, scatter + np.outer(total, total) / count


def shuffled_in_blocks(
    values: np.ndarray, generator: np.random.Generator, *, block: int = BLOCK
) -> np.ndarray:
    """Return a film (..., frames) whose frames are shuffled within blocks of ten.

    Only the slow order is left. Frames after the last whole block stay where they are.
    """
    frames = np.arange(values.shape[-1])
    whole = len(frames) // block * block
    frames[:whole] = generator.permuted(frames[:whole].reshape(-1, block), axis=1).ravel()
    return values[..., frames]


def travelling_hump(noise: float = 0.0, generator: np.random.Generator | None = None) -> Field:
    """Return the positive control, a film whose equation is there to be found.

    u = 0.12 exp(-(x - 0.1 - 0.6 t)^2/(2 v))/sqrt(v), v = 0.0144 + 0.01 t, on 14 by 140 points.

    Parameters
    ----------
    noise : float
        Standard deviation of white noise that is added, in units of u.
    generator : numpy.random.Generator, optional
        Needed where there is noise.
    """
    x, t = np.linspace(0, 1, 14), np.linspace(0, 1, 140)
    spread = 0.0144 + 0.01 * t
    values = 0.12 * np.exp(-((x[:, None] - 0.1 - 0.6 * t) ** 2) / (2 * spread)) / np.sqrt(spread)
    if noise:
        if generator is None:
            raise ArgumentError("generator", None, "is needed for noise", "pass default_rng(0)")
        values = values + noise * generator.standard_normal(values.shape)
    return Field(values, x, t)
