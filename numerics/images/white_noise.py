"""White noise against a cosine: a linear CNN learns the smaller singular value first."""

import numpy as np
import xarray as xr

from numerics.images.arguments import refuse_large_side, require_image_side, require_integer
from numerics.images.image_set import image_set
from numerics.images.pure_cosines import ArgumentNames, checked_cosine, rendered


def white_noise_and_cosine(
    *,
    image_side: int = 16,
    seed: int = 3,
    frequency: tuple[int, int] = (3, 5),
    amplitude: float = 0.8,
) -> xr.Dataset:
    """Two classes of one image each: normal white noise, and a cos(2 pi (u i + v j)/n).

    The noise has the larger singular value, but it spreads over all frequencies. A linear CNN
    discovers mode m at the rate n S_m max_f |v^_mf|, which is larger for the cosine.

    Parameters
    ----------
    image_side : int
        n, pixels along a side, at least 2.
    seed : int
        Seed of the noise: `numpy.random.default_rng(seed)`, variance 1, row by row.
    frequency : (u, v)
        Cycles per image along rows i and columns j.
    amplitude : float
        a > 0, dimensionless.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,), one sample a class.

    Raises
    ------
    ArgumentError
        On numbers out of range.

    Examples
    --------
    >>> white_noise_and_cosine().image.std(("y", "x")).values.round(3)
    array([1.015, 0.566])
    """
    n = require_image_side(image_side)
    refuse_large_side(n, 2)
    seed = require_integer("seed", seed, 0, None, "pass 3, say")
    cosine = checked_cosine(
        frequency, amplitude, 0.0, ArgumentNames("frequency", "amplitude", "phase")
    )
    noise = np.random.default_rng(seed).normal(size=n * n).reshape(n, n)
    return image_set(
        np.stack([noise, rendered(cosine, n)]),
        np.arange(2),
        name="white_noise_and_cosine",
        class_names=["white noise", f"({cosine.u}, {cosine.v})"],
        source={
            "source": "white_noise_and_cosine",
            "image_side": n,
            "seed": seed,
            "frequency": (cosine.u, cosine.v),
            "amplitude": cosine.amplitude,
        },
    )
