"""Dominant frequencies: how the frequencies of a mode compete, and which of them is left.

For modes that share no frequency (sums of cosines) one clock a mode says it all: the path of every
coefficient of the kernel, the end, and the terms that drive and inhibit it.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from numerics.linear_cnn.clock import Clocks
from numerics.schema import quantity
from validation.ladder import Ladder, Rung
from validation.linear_cnn.forecasting import (
    ALIGNMENT,
    DESCENT,
    FLOW,
    INDEPENDENT,
    STEP_SIZE,
    TOLERANCES,
    Paths,
    step_prediction,
)
from validation.linear_cnn.setting import Setting

SPECTRUM = "CNN, kernel spectrum"


class Competition:
    """The clocks of a setting's modes, and what follows from them.

    Parameters
    ----------
    setting : Setting
    clocks : Clocks
        From what grows of the start.
    """

    def __init__(self, setting: Setting, clocks: Clocks):
        self.setting, self.clocks = setting, clocks

    def _angles(self, times: np.ndarray) -> np.ndarray:
        """The clocks at flow times, (time, trial, mode)."""
        return self.clocks.vector_field().flow(times, **TOLERANCES)

    def strengths(self, times: np.ndarray) -> np.ndarray:
        """Return each mode's strength at flow times, (trial, mode, time)."""
        values = [self.clocks.strengths(angle) for angle in self._angles(times)]
        return np.moveaxis(np.stack(values), 0, -1)

    @property
    def _owners(self) -> tuple[np.ndarray, np.ndarray]:
        """Which frequencies of the half plane belong to a mode, and to which, counted from 0."""
        on_plane = self.setting.spectra.magnitudes[:, self.setting.model.plane.indices]
        owned = np.flatnonzero(on_plane.any(axis=0))
        return owned, on_plane[:, owned].argmax(axis=0)

    def _on_supports(self, values: np.ndarray) -> np.ndarray:
        """Return (..., trial, mode, N) values as (..., trial, frequency): each of its own mode."""
        owned, owner = self._owners
        return values[..., owner, self.setting.model.plane.indices[owned]]

    def _labels(self) -> dict[str, object]:
        owned, _ = self._owners
        names = np.array(self.setting.frequencies)[owned]
        return {"trial": list(self.setting.seeds), "frequency": names}

    def foreseen(self, times: np.ndarray, grid: np.ndarray) -> xr.Dataset:
        """Return what the start alone says of the competition.

        `mode_of_frequency` and `magnitude` v_f (frequency). At the end: `end_magnitude` (trial,
        frequency), `end_norm` (trial), the sum of the squares of all weights, and `dominance_share`
        (trial, mode), the share of the dominant frequency in A. On the way the terms of
        d ln|k_f|/dtau (trial, frequency, update): `input`, `self_inhibition`, `lateral_inhibition`.
        """
        s, labels = self.setting, self._labels()
        owned, owner = self._owners
        end = self.clocks.end()
        terms = [self.clocks.inhibition(angle) for angle in self._angles(times)]
        parts = {
            "mode_of_frequency": quantity(
                owner + 1,
                ["frequency"],
                name="mode_of_frequency",
                long_name="mode that a frequency belongs to",
                coords={"frequency": labels["frequency"]},
            ),
            "magnitude": quantity(
                s.spectra.magnitudes[owner, s.model.plane.indices[owned]],
                ["frequency"],
                name="magnitude",
                long_name="magnitude v_f of the mode's spectrum",
                coords={"frequency": labels["frequency"]},
            ),
            "end_magnitude": quantity(
                self._on_supports(self.clocks.amplitudes(end)),
                ["trial", "frequency"],
                name="end_magnitude",
                long_name="kernel coefficient |k_f| at the end",
                coords=labels,
            ),
            "end_norm": quantity(
                # kernel and outputs are equal: the growing part is balanced
                2 * (self.clocks.amplitudes(end) ** 2).sum(axis=(1, 2)),
                ["trial"],
                name="end_norm",
                long_name="sum of the squares of all weights at the end",
                coords={"trial": labels["trial"]},
            ),
            "dominance_share": quantity(
                self.clocks.dominance(end),
                ["trial", "mode"],
                name="dominance_share",
                long_name="share of the dominant frequency in the mode at the end",
                coords={"trial": labels["trial"]},
            ),
        }
        for name in terms[0]:
            path = np.moveaxis(self._on_supports(np.stack([t[name] for t in terms])), 0, -1)
            parts[name] = quantity(
                path,
                ["trial", "frequency", "update"],
                name=name,
                long_name=name.replace("_", " "),
                units="1/tau",
                coords=labels | {"update": grid},
            )
        return xr.Dataset(parts)

    def ladder(self, times: np.ndarray, grid: np.ndarray, paths: Paths) -> Ladder:
        """Return the ladder of the kernel's coefficients, in units of the mode's largest at the end."""
        labels = self._labels() | {"update": grid}
        owned, owner = self._owners

        def named(values: np.ndarray) -> xr.DataArray:
            return quantity(
                values,
                ["trial", "frequency", "update"],
                name="kernel_magnitude",
                long_name="kernel coefficient |k_f|",
                coords=labels,
            )

        def of(observed: dict[str, np.ndarray]) -> xr.DataArray:
            kept = observed["kernel_magnitude"][..., self.setting.model.plane.indices[owned]]
            return named(np.moveaxis(kept, 0, -1))

        clocked = [self._on_supports(self.clocks.amplitudes(a)) for a in self._angles(times)]
        full, half, quarter = (of(d) for d in paths.descents.values())
        end = self.clocks.amplitudes(self.clocks.end()).max(axis=(0, 2))[owner]
        return Ladder(
            name=SPECTRUM,
            rungs=(
                Rung(INDEPENDENT, named(np.moveaxis(np.stack(clocked), 0, -1))),
                Rung(FLOW, of(paths.flow), ALIGNMENT),
                Rung(DESCENT, full, STEP_SIZE),
            ),
            measurement="network",
            scale=quantity(
                end,
                ["frequency"],
                name="end",
                long_name="largest coefficient of the mode at the end",
                coords={"frequency": labels["frequency"]},
            ),
            scale_name="largest of mode",
            averaged=("trial",),
            predictions={STEP_SIZE: step_prediction(full, half, quarter)},
        )

    @staticmethod
    def measured(ladder: Ladder, observed: xr.Dataset) -> xr.DataArray:
        """Return the last rung: the magnitudes that were observed, at the ladder's frequencies."""
        wanted = ladder.rungs[0].value["frequency"].values
        return observed["kernel_magnitude"].sel(frequency=wanted)
