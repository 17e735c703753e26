"""One random image at every update, drawn against full batch.

There is no ladder: the draws are the point. The network is held against the exact descent on the
same draws, and the deviation from full batch against its law, sqrt(learning rate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.linear_cnn.fourier_model import FourierDescent
from numerics.linear_cnn.starts import random_start
from numerics.training import record_grid
from validation import results
from validation.checks import Finding, Missing
from validation.experiment import Forecast, Measurement, Report, Work
from validation.linear_cnn import figures
from validation.linear_cnn.learning import (
    draw_samples,
    kernel_arrays,
    measured_run,
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
        pixels = s.modes.inputs.shape[1]
        self.start = random_start(s.seeds, pixels, s.classes, config.initial_scale)
        self.samples = draw_samples(s, s.updates)
        self.grid = record_grid(s.updates, s.every)

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data, start weights and the order of samples."""
        empty = np.zeros((len(self.setting.seeds), 0, 0))
        layers = linear_network.LayerWeights(empty, empty)
        return setup_dataset(self.setting, self.start, layers, self.samples)

    def _descent(self, slower: int, samples: np.ndarray | None) -> np.ndarray:
        s = self.setting
        weights = s.model.weights(self.start.kernels, self.start.outputs)
        learner = FourierDescent(s.model, weights, s.learning_rate / slower, s.loss_scale, samples)
        return trained(s, learner, self.grid * slower, "CNN")

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Full batch from the same starts; the exact descent on the draws; the noise a quarter rate has."""
        s = self.setting
        full, online = self._descent(1, None), self._descent(1, self.samples)
        slow_full = self._descent(SLOWER, None)
        slow = self._descent(SLOWER, draw_samples(s, SLOWER * s.updates))
        predicted = xr.Dataset(
            {
                "full_batch": s.strengths(full, self.grid),
                "online_descent": s.strengths(online, self.grid),
                "slow_deviation": self._deviation(slow, slow_full),
            }
        )
        return Forecast(ladders=(), predicted=predicted)

    def _deviation(self, online: np.ndarray, full: np.ndarray) -> xr.DataArray:
        """Largest |online - full batch|/S_m over time, (trial, mode)."""
        s = self.setting
        difference = s.strengths(online, self.grid) - s.strengths(full, self.grid)
        largest = (abs(difference) / s.singular_values).max("update")
        largest.attrs = {"long_name": "largest deviation from full batch", "units": "S_m"}
        return largest

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train the network by autograd on the drawn images, all trials at once."""
        import torch

        from numerics.devices import find_device
        from numerics.linear_cnn.network import LinearCNN

        s = self.setting
        network = LinearCNN(self.start, torch.float64, find_device(s.config.device))
        observed = measured_run(
            s,
            network,
            rate=s.learning_rate,
            inputs=s.modes.inputs,
            targets=s.modes.targets,
            grid=self.grid,
            work=work,
            stage="training online CNN",
            samples=self.samples,
        )
        arrays = kernel_arrays(s, network.weights().kernels)
        return Measurement({}, xr.Dataset(arrays | {"online": s.strengths(observed, self.grid)}))

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        fast, slow = self._deviations(result)
        online = results.array(result, "observed", "online")
        missed = abs(online - results.array(result, "forecast", "online_descent")).max()
        found: dict[str, Finding] = {
            "O2": float(missed / self.setting.modes.singular_values[0]),
        }
        if self.name == "digits, online":
            found["O1"] = self._square_root_law(fast, slow)
        return found

    def _square_root_law(self, fast: np.ndarray, slow: np.ndarray) -> Finding:
        s = self.setting
        if s.updates * s.epsilon < DISCOVERED_WITHIN * (1 - 1e-3):
            return Missing(f"the run ends before {DISCOVERED_WITHIN}/eps updates")
        return float((fast / slow).mean())

    def _deviations(self, result: xr.DataTree) -> tuple[np.ndarray, np.ndarray]:
        """Mean over trials of the largest deviation of each mode, at the rate and a quarter of it."""
        observed = results.array(result, "observed", "online")
        full = results.array(result, "forecast", "full_batch")
        singular = results.array(result, "setup", "singular_value")
        fast = (abs(observed - full) / singular).max("update").mean("trial")
        slow = results.array(result, "forecast", "slow_deviation").mean("trial")
        return np.asarray(fast), np.asarray(slow)

    def _table(self, result: xr.DataTree) -> dict[str, Any]:
        """Return the deviation from full batch of each mode, at the rate and at a quarter of it."""
        fast, slow = self._deviations(result)
        rows = [
            [m + 1, float(a), float(b), float(a / b)]
            for m, (a, b) in enumerate(zip(fast, slow, strict=True))
        ]
        columns = ["mode", "at the rate", "at a quarter of it", "ratio (sqrt(4) = 2)"]
        title = "largest deviation of online from full batch, in S_m, mean of trials"
        return {"title": title, "columns": columns, "rows": rows}

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        return [
            f"{len(s.modes.inputs)} images, one at every update, {len(s.seeds)} trials, "
            f"{s.updates} updates, learning rate {s.learning_rate:.4g} (eps = {s.epsilon:.3g}).",
            "There is no ladder here: the draws are the point. The network is held against the exact "
            "descent on the same draws (O2), the noise against its law (O1).",
            *s.stability_note(),
        ]

    def report(self, result: xr.DataTree) -> Report:
        """Return online strengths with their band against full batch."""
        drawn = figures.online(
            results.array(result, "observed", "online"),
            results.array(result, "forecast", "full_batch"),
            self.setting.singular_values,
        )
        return Report({"online": drawn}, [self._table(result)])
