"""Verifications that need no image, by the id of their check."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from validation.wave_rnn.verification import (
    counts,
    energies,
    limits,
    linear_waves,
    recurrence,
    scores,
    stability,
    strong_waves,
    travelling_waves,
)

FUNCTIONS: Mapping[str, Callable[[], float]] = {
    **counts.FUNCTIONS,
    **linear_waves.FUNCTIONS,
    **stability.FUNCTIONS,
    **energies.FUNCTIONS,
    **limits.FUNCTIONS,
    **travelling_waves.FUNCTIONS,
    **strong_waves.FUNCTIONS,
    **recurrence.FUNCTIONS,
    **scores.FUNCTIONS,
}
