"""One random image, or a few, at every update, drawn against full batch.

There is no ladder: the draws are the point. The network is held against the exact descent on the
same draws, and the deviation from full batch against its law, sqrt(learning rate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics.training import record_grid
from validation import results
from validation.checks import Finding, Missing
from validation.experiment import Forecast, Measurement, Report, Work
from validation.linear_cnn import figures
from validation.linear_cnn.forecasting import DESCENT, Forecaster
from validation.linear_cnn.learning import (
    CNN,
    FULLY_CONNECTED,
    draw_samples,
    labelled,
    measured_networks,
    require_few_draws,
    setup_dataset,
    trained,
)
from validation.linear_cnn.setting import DISCOVERED_WITHIN, image_setting

if TYPE_CHECKING:
    from validation.linear_cnn import Config

EPSILON = 0.01
SLOWER = 4


class OnlineImageSet:
    """Online learning on any labelled image set, from a small random start."""

    def __init__(self, config: Config):
        self.setting = s = image_setting(config, EPSILON)
        self.name = s.name
        require_few_draws(s, s.updates, SLOWER)
        self.samples = draw_samples(s, s.updates)
        self.grid = record_grid(s.updates, s.every)
        self.forecaster = Forecaster.from_random_start(s, self.grid)
        self.start, self.layers = self.forecaster.start, self.forecaster.layers

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data, start weights and the order of samples."""
        return setup_dataset(self.setting, self.start, self.layers, self.samples)

    def _descent(self, network: str, slower: int, samples: np.ndarray | None) -> dict:
        learner = self.forecaster.descent(network, slower, samples)
        return trained(self.setting, learner, self.grid * slower, network)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Full batch from the same starts; the exact descent on the draws; the noise a quarter rate has."""
        s, groups = self.setting, {}
        for network in (CNN, FULLY_CONNECTED):
            full = self._descent(network, 1, None)
            online = self._descent(network, 1, self.samples)
            slow_full = self._descent(network, SLOWER, None)
            slow = self._descent(network, SLOWER, draw_samples(s, SLOWER * s.updates))
            parts = {
                "full_batch": s.strengths(full["strengths"], self.grid),
                "online_descent": s.strengths(online["strengths"], self.grid),
                "slow_deviation": self._deviation(slow["strengths"], slow_full["strengths"]),
            }
            groups[f"/{network}"] = xr.Dataset(parts)
            groups[f"/{network}/{DESCENT}"] = labelled(s, online, self.grid)
        return Forecast(ladders=(), predicted=xr.DataTree.from_dict(groups))

    def _deviation(self, online: np.ndarray, full: np.ndarray) -> xr.DataArray:
        """Largest |online - full batch|/S_m over time, (trial, mode)."""
        s = self.setting
        difference = s.strengths(online, self.grid) - s.strengths(full, self.grid)
        largest = (abs(difference) / s.singular_values).max("update")
        largest.attrs = {"long_name": "largest deviation from full batch", "units": "S_m"}
        return largest

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train the network by autograd on the drawn images, all trials at once."""
        strengths, observed = measured_networks(
            self.setting,
            self.start,
            self.layers,
            shown=self.setting.modes,
            grids=dict.fromkeys((CNN, FULLY_CONNECTED), self.grid),
            work=work,
            samples=self.samples,
        )
        for name, values in strengths.items():
            observed[f"/{name}"] = observed[f"/{name}"].assign(strength=values)
        return Measurement({}, xr.DataTree.from_dict(observed))

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        fast, slow = self._deviations(result, CNN)
        largest = float(self.setting.modes.singular_values[0])
        missed = []
        for network in (CNN, FULLY_CONNECTED):
            online = results.array(result, f"observed/{network}", "strength")
            expected = results.array(result, f"forecast/{network}", "online_descent")
            missed.append(float(abs(online - expected).max()) / largest)
        found: dict[str, Finding] = {"O2": max(missed)}
        if self.name == "digits, online":
            found["O1"] = self._square_root_law(fast, slow)
        return found

    def _square_root_law(self, fast: np.ndarray, slow: np.ndarray) -> Finding:
        s = self.setting
        if s.updates * s.epsilon < DISCOVERED_WITHIN * (1 - 1e-3):
            return Missing(f"the run ends before {DISCOVERED_WITHIN}/eps updates")
        return float((fast / slow).mean())

    def _deviations(self, result: xr.DataTree, network: str) -> tuple[np.ndarray, np.ndarray]:
        """Mean over trials of the largest deviation of each mode, at the rate and a quarter of it."""
        observed = results.array(result, f"observed/{network}", "strength")
        full = results.array(result, f"forecast/{network}", "full_batch")
        singular = results.array(result, "setup", "singular_value")
        fast = (abs(observed - full) / singular).max("update").mean("trial")
        slow = results.array(result, f"forecast/{network}", "slow_deviation").mean("trial")
        return np.asarray(fast), np.asarray(slow)

    def _table(self, result: xr.DataTree, network: str) -> dict[str, Any]:
        """Return the deviation from full batch of each mode, at the rate and at a quarter of it."""
        fast, slow = self._deviations(result, network)
        rows = [
            [m + 1, float(a), float(b), float(a / b)]
            for m, (a, b) in enumerate(zip(fast, slow, strict=True))
        ]
        columns = ["mode", "at the rate", "at a quarter of it", "ratio (sqrt(4) = 2)"]
        title = f"{network}: largest deviation from full batch, in S_m, mean of trials"
        return {"title": title, "columns": columns, "rows": rows}

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        return [
            f"{len(s.modes.inputs)} images, {s.batch} at every update, {len(s.seeds)} trials, "
            f"{s.updates} updates, learning rate {s.learning_rate:.4g} (eps = {s.epsilon:.3g}).",
            "There is no ladder here: the draws are the point. The network is held against the exact "
            "descent on the same draws (O2), the noise against its law (O1).",
            *s.stability_note(self._boost),
        ]

    @property
    def _boost(self) -> int:
        """How many times larger the step of a mode is when its class's only image is shown alone."""
        s = self.setting
        alone = s.batch == 1 and bool((s.modes.targets.sum(axis=0) == 1).all())
        return s.classes if alone else 1

    def report(self, result: xr.DataTree) -> Report:
        """Return the data, both networks' learning against full batch, and what the draws made of it."""
        drawn = {"data": figures.data(result), "network": figures.network(result)}
        tables = [self._table(result, network) for network in (CNN, FULLY_CONNECTED)]
        return Report(drawn, tables)
