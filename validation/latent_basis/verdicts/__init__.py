"""The paper's claims on latent bases, each decided by the numbers of a run.

What sampling alone could do decides nothing; and the words of a row say what its verdict does.
"""

from __future__ import annotations

from typing import Any

import xarray as xr

from validation.latent_basis.check_table import CONTROL
from validation.latent_basis.setting import Setting
from validation.latent_basis.verdicts import encoders, generators, reading, vectors
from validation.verdicts import verdict_table


def table(result: xr.DataTree, setting: Setting) -> dict[str, Any]:
    """Return what the paper says beside what this run found, for networks that have learnt something."""
    if setting.name == CONTROL:
        return verdict_table([])
    return verdict_table(
        [
            vectors.averages(result),
            vectors.span(result, setting),
            vectors.features(result, setting),
            vectors.twenty(result, setting),
            reading.few_directions(result, setting),
            reading.paper_numbers(result, setting),
            reading.below(result),
            reading.top_four(result),
            encoders.shifted(result, setting),
            generators.bounded(result, setting),
            encoders.denoises(result),
            reading.more_terms(result),
            generators.rotation(result),
            generators.images_rotate(result),
            generators.linearity(result),
            encoders.inverse(result),
        ]
    )
