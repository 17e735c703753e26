"""A latent basis: of trained networks, of the linear control, or of the user's own.

Five ladders over all networks: of the labels that are read right, of the ranks that labels have, of the
energy that the largest amplitudes keep, of what orthogonalisation leaves of the means, and of labels that
latents are taken to.
"""

from __future__ import annotations

import json

import xarray as xr

from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.latent_basis import figures, findings, tables, verdicts
from validation.latent_basis.exactness import control_findings
from validation.latent_basis.forecasting import forecast
from validation.latent_basis.measuring import measure
from validation.latent_basis.preparing import prepared
from validation.latent_basis.setting import Setting, described


class LatentBasisCase:
    """Subjects of several seeds and networks, and one analysis of all."""

    def __init__(self, setting: Setting):
        self.setting = setting
        self.name = setting.name
        self._setup: xr.Dataset | None = None

    def notes(self) -> list[str]:
        """Return what runs."""
        s = self.setting
        return [
            *s.source.notes(),
            f"{s.labels} labels, M = {s.source.latent_size}; {s.sets} sets of class means, {s.each} random "
            f"latents a mean; {s.config.trials} trials.",
            "Forecast, before any trial: accuracy of five rules and its scatter, from what the encoder says "
            "of each test image; ranks, kept energy, residuals of the means. Linear control first.",
            *self._collapsed(),
        ]

    def _collapsed(self) -> list[str]:
        """Return what is to be told of generators that collapsed, once they are known."""
        told = {} if self._setup is None else json.loads(self._setup.attrs["told"])
        found = {
            at: what for said in told.values() for at, what in said.get("collapsed", {}).items()
        }
        return [f"The generator of seed {at} has collapsed: {what}." for at, what in found.items()]

    def prepare(self, work: Work) -> xr.Dataset:
        """Try the analysis on the linear control; then make subjects and their class means."""
        s = self.setting
        exact = control_findings(work)
        done, total = 0, len(s.seeds) * len(s.source.networks)
        told: dict[str, object] = {}

        def one(seed: int, network: str) -> xr.Dataset:
            nonlocal done
            found = prepared(s, seed, network, work)
            told[f"seed {seed}, {network}"] = json.loads(found.attrs["told"])
            done += 1
            work.progress("class means", done, total)
            return found

        whole = s.over_networks(one)
        whole.attrs.update(
            data=described(s),
            told=json.dumps(told),
            control=json.dumps(exact),
        )
        self._setup = whole
        return whole

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return the rungs of every ladder but the trials."""
        return forecast(self.setting, setup, work)

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Draw the noise of the trials, read, decode and transport."""
        assert self._setup is not None
        return measure(self.setting, self._setup, work)

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return findings.of_case(result, self.setting)

    def report(self, result: xr.DataTree) -> Report:
        """Return figures, tables, verdicts on the paper's claims, and the film of a tour."""
        drawn = figures.drawn(result)
        shown = [*tables.all_of(result, self.setting), verdicts.table(result, self.setting)]
        return Report(drawn, shown, figures.films(result))
