"""Collapse: each generator is judged once, before anything is made of it; the store keeps what was seen."""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.files import kept
from numerics.latent_basis.collapse import Collapse, collapse_of
from numerics.latent_basis.sampling import random_means
from numerics.latent_basis.subject import Subject
from validation.experiment import Work

STREAM = 20_000  # of random numbers: none of those of `validation.latent_basis.draws`


def judged(subject: Subject, seed: int, work: Work) -> Collapse | None:
    """Return what is wrong with the generator of a seed, from as many random latents as shares need."""
    seen = kept(work.store / f"judged_{seed}.nc", lambda: _seen(subject, seed))
    return collapse_of(seen["share"].values, float(seen["confidence"]))


def _seen(subject: Subject, seed: int) -> xr.Dataset:
    found = random_means(subject, sets=0, generator=np.random.default_rng([seed, STREAM]))
    return xr.Dataset({"share": ("label", found.shares), "confidence": found.confidence})
