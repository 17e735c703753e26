"""The paper's claims on travelling waves, each decided by the numbers of a run.

What seeds alone could do decides nothing; a row that a run cannot decide names the command that can.
"""

from __future__ import annotations

from typing import Any

import xarray as xr

from validation.verdicts import verdict_table
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.verdicts import counting, lengths, space, training, waves

ROWS = (
    counting.parameters,
    training.order,
    waves.equation,
    space.walls,
    space.border,
    space.distance,
    waves.trained,
    training.collapse,
    counting.overlaps,
    lengths.correlation,
    lengths.lstm,
    counting.bins,
    training.least_spread,
)


def table(result: xr.DataTree, setting: Setting) -> dict[str, Any]:
    """Return what the paper says beside what this run found."""
    return verdict_table([row(result, setting) for row in ROWS])
