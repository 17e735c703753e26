"""Random numbers of a run: a stream of its own for each purpose, so that none depends on another's use."""

from __future__ import annotations

import numpy as np

from validation.latent_basis.setting import Setting

PURPOSES = (
    "class means",
    "random latents",
    "halves",
    "fit",
    "Gaussian classes",
    "residuals",
    "completion",
    "transport of half A",
    "joint law",
    "kept energy",
    "trials",
    "half B",
    "parts",
    "transport",
    "linearity",
    "noisy images",
    "pictures",
)


def drawn_for(
    purpose: str, setting: Setting, seed: int, network: str | None = None
) -> np.random.Generator:
    """Return the generator of a purpose; without a network one that all networks of a seed share.

    It follows from the purpose's name: one more purpose leaves all others their numbers.
    """
    if purpose not in PURPOSES:
        raise KeyError(purpose)
    place = 0 if network is None else 1 + setting.source.networks.index(network)
    return np.random.default_rng([seed, place, *purpose.encode()])
