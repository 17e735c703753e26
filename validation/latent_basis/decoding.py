"""What class means and basis vectors decode to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_basis.decoded_vectors import decoded_basis, decoded_means
from numerics.schema import quantity
from validation.latent_basis.preparing import METHODS
from validation.latent_basis.setting import Setting

if TYPE_CHECKING:
    from validation.latent_basis.known import Known

RAW, RESCALED = "means", "means, rescaled"
DECODED = (RAW, RESCALED, *METHODS)


def decoded_vectors_of(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return label and confidence of every mean, raw and of squared length M, and of every vector."""
    found = [
        decoded_means(k.subject, k.means),
        decoded_means(k.subject, k.means, squared_norm=setting.source.latent_size),
        *(decoded_basis(k.subject, k.bases[method]) for method in METHODS),
    ]
    vectors = np.arange(setting.vectors)
    coords = {"way": list(DECODED), "vector": vectors}
    parts = {
        "matches": (
            [x.matching.astype(int) for x in found],
            "whether the image has its mean's label",
        ),
        "confidence": ([x.confidence for x in found], "probability of the label of the image"),
    }
    whole = {
        name: quantity(values, ["way", "vector"], name=name, long_name=long_name, coords=coords)
        for name, (values, long_name) in parts.items()
    }
    whole["cosine"] = quantity(
        [k.bases[method].cosines[: setting.vectors] for method in METHODS],
        ["basis", "vector"],
        name="cosine",
        long_name="cosine of a mean and its vector",
        coords={"basis": list(METHODS), "vector": vectors},
    )
    return xr.Dataset(whole)
