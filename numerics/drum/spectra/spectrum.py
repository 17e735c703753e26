"""Eigenvalues with the method that found them and an estimate of their errors."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Spectrum:
    """The lowest eigenvalues of minus the Laplacian on a domain, clamped at its rim.

    Parameters
    ----------
    eigenvalues : ndarray, (mode,)
        Ascending, as often as their multiplicity (1/length^2).
    errors : ndarray, (mode,)
        How far each may be from the truth, by the method's own rule (1/length^2).
    method : str
        In words, for a table.
    unknowns : int
        Numbers that the method solved for; 0 where there is a formula.
    """

    eigenvalues: np.ndarray
    errors: np.ndarray
    method: str
    unknowns: int

    def covers(self, truth: np.ndarray) -> np.ndarray:
        """Return whether each eigenvalue is as near to the truth as its error says, (mode,)."""
        return np.abs(self.eigenvalues - truth) <= self.errors
