"""Pictures of a run: what images, means, vectors and latents on their way look like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_basis.truncation import truncated
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.preparing import QR
from validation.latent_basis.setting import Setting
from validation.latent_basis.touring import first_label, toured
from validation.latent_basis.transporting import OPERATORS

if TYPE_CHECKING:
    from validation.latent_basis.known import Known

BATCH, ROWS, TOURED, FRAMES = 25, 10, 10, 6
TRUNCATED = (1, 2, 3, 4, 10)
MOVED = ("quarter turn, symmetric", "minimal rotation", "mean shift", "rank one")


def pictures(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return all pictures as arrays whose last two dimensions are rows and columns of an image.

    real, decoded, random: (picture, y, x), with `label` and `read` of the real ones; means, vectors:
    (vector, y, x); truncated: (row, term, y, x) with original and all terms first, and their labels;
    tour: (operator, moment, sample, y, x), the start first, `FRAMES` a turn, and their labels.
    """
    generator = drawn_for("pictures", setting, seed, network)
    tests = k.material.test_images
    chosen = generator.permutation(len(tests))[:BATCH]
    latents = k.subject.encoded(tests[chosen]).draw(generator)
    random = generator.standard_normal((BATCH, setting.source.latent_size))

    def shaped(images: np.ndarray) -> np.ndarray:
        return images.reshape(*images.shape[:-1], *setting.source.shape).astype(np.float32)

    def decoded(values: np.ndarray) -> np.ndarray:
        flat = k.subject.decoded(values.reshape(-1, values.shape[-1]))
        return shaped(flat.reshape(*values.shape[:-1], -1))

    means = k.means.means
    rescaled = means / np.linalg.norm(means, axis=1, keepdims=True) * math.sqrt(means.shape[1])
    terms = [r for r in TRUNCATED if r <= len(k.bases[QR])]
    rows = latents[:ROWS]
    kept = np.stack([rows, *(truncated(k.bases[QR], rows, r) for r in terms)], axis=1)
    kept_labels = k.subject.labels_of(kept.reshape(-1, kept.shape[-1]))[0]
    original = shaped(
        tests[chosen[:ROWS]].reshape(ROWS if len(chosen) >= ROWS else len(chosen), -1)
    )
    start = first_label(setting, k, seed, network)[:TOURED]
    way = np.stack(
        [np.concatenate([start[None], toured(name, k, start, FRAMES)]) for name in MOVED]
    )
    at = k.subject.labels_of(way.reshape(-1, way.shape[-1]))[0].reshape(way.shape[:-1])
    read = k.rules[f"{QR} absolute"].read(latents)
    return xr.Dataset(
        {
            "real": (("picture", "y", "x"), shaped(tests[chosen].reshape(len(chosen), -1))),
            "decoded": (("picture", "y", "x"), decoded(latents)),
            "random": (("picture", "y", "x"), decoded(random)),
            "picture_label": (("picture",), k.material.test_labels[chosen]),
            "picture_read": (("picture",), read),
            "means": (("vector", "y", "x"), decoded(means)),
            "rescaled": (("vector", "y", "x"), decoded(rescaled)),
            "vectors": (("vector", "y", "x"), decoded(k.bases[QR].vectors[: len(means)])),
            "original": (("row", "y", "x"), original),
            "truncated": (("row", "term", "y", "x"), decoded(kept)),
            "truncated_label": (("row", "term"), kept_labels.reshape(kept.shape[:2])),
            "row_label": (("row",), k.material.test_labels[chosen[:ROWS]]),
            "tour": (("operator", "moment", "sample", "y", "x"), decoded(way)),
            "tour_label": (("operator", "moment", "sample"), at),
        },
        coords={"operator": list(MOVED)},
        attrs={"terms": terms, "frames": FRAMES},
    )


assert set(MOVED) <= set(OPERATORS)
