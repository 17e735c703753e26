"""How exact are spectra from sums? Held against the singular value decomposition of the images."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import eigenimages, eigenimages_of
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.moments import second_moments

IMAGES = 20_000
SHOWN, RESOLVED = 1e-3, 1e-5  # of the largest singular value


def exactness(stream: ImageStream) -> xr.Dataset:
    """Return how far eigenimages from products of pixels, and the streamed QR, are from a decomposition.

    Returns
    -------
    Dataset
        ``frames_missed``: largest difference of magnitudes where s_j > 1e-3 s_0;
        ``values_missed``: largest relative difference of singular values where s_j >= 1e-5 s_0, by
        the streamed QR.
    """
    images = stream.first(min(IMAGES, stream.count))
    pixels = images.shape[0] * images.shape[1]
    rows = np.concatenate([block.reshape(len(block), pixels) for block in images.blocks()])
    _, values, vectors = np.linalg.svd(rows * images.scale, full_matrices=False)
    shown, resolved = (values >= share * values[0] for share in (SHOWN, RESOLVED))
    found = eigenimages(second_moments(images))
    films = [
        np.sqrt(spectral_energies(each[:, : len(values)][:, shown], images.shape))
        for each in (found.vectors, vectors.T)
    ]
    by_triangle = eigenimages_of(images, smallest=0.1 * RESOLVED**2).singular_values[: len(values)]
    return xr.Dataset(
        {
            "frames_missed": abs(films[0] - films[1]).max(),
            "values_missed": abs(by_triangle / values - 1)[resolved].max(),
        }
    )
