"""Tours from the first label to the last, decoded at every stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.latent_basis.transport import diversity, tour
from numerics.schema import quantity
from validation.latent_basis.draws import drawn_for
from validation.latent_basis.setting import Setting
from validation.latent_basis.transporting import MOST, OPERATORS

if TYPE_CHECKING:
    from validation.latent_basis.known import Known

COMPARED = 40  # pictures, two by two


def tours(setting: Setting, k: Known, seed: int, network: str) -> xr.Dataset:
    """Return how often latents of the first label have that of each stop, and how their images differ.

    After a tour by the paper's operator latents of one branch, the sign of <xi_0, z>, should be one.
    """
    latents = first_label(setting, k, seed, network)
    branch = k.bases["qr"].amplitudes(latents)[:, 0] > 0
    rates, differences, of_branches = [], [], []
    for operator in OPERATORS:
        way = toured(operator, k, latents)
        read = [k.subject.labels_of(stop)[0] for stop in way]
        rates.append([float((label == at).mean()) for at, label in enumerate(read, 1)])
        images = [k.subject.decoded(stop[branch]) for stop in way]
        differences.append([_apart(k.subject.decoded(stop)) for stop in way])
        of_branches.append([_apart(shown) for shown in images])
    names = list(setting.source.label_names)[1:]
    coords = {"operator": list(OPERATORS), "target": names}
    parts = {
        "rate": (rates, "latents of the first label that decode to the stop's"),
        "diversity": (differences, "mean distance of two images at the stop"),
        "branch_diversity": (of_branches, "the same of those whose first amplitude is positive"),
    }
    whole = {
        name: quantity(
            values, ["operator", "target"], name=name, long_name=long_name, coords=coords
        )
        for name, (values, long_name) in parts.items()
    }
    for name, chosen in (("start_diversity", latents), ("start_branch_diversity", latents[branch])):
        whole[name] = quantity(
            _apart(k.subject.decoded(chosen)),
            [],
            name=name,
            long_name="mean distance of two images at the start",
        )
    return xr.Dataset(whole)


def _apart(images: np.ndarray) -> float:
    """Return how images differ; nan where a branch has fewer than two."""
    return diversity(images, COMPARED) if len(images) > 1 else np.nan


def first_label(setting: Setting, k: Known, seed: int, network: str) -> np.ndarray:
    """Return noisy encodings of test images of the first label, at most `MOST`."""
    chosen = np.flatnonzero(k.material.test_labels == 0)[:MOST]
    encoding = k.subject.encoded(k.material.test_images[chosen])
    return encoding.draw(drawn_for("pictures", setting, seed, network))


def toured(operator: str, k: Known, latents: np.ndarray, frames: int = 1) -> np.ndarray:
    """Return latents on their way through all labels, ((l - 1) frames, N, M)."""
    name, method = OPERATORS[operator]
    return tour(name, k.bases[method], k.means, latents, frames=frames)
