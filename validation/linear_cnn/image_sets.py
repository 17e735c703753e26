"""Image sets: modes share frequencies, and the coupled flow predicts what the sigmoid cannot.

Ladders, for the CNN and for the fully connected network: independent modes > coupled flow >
discrete descent > network. The step-size source is predicted by the descent at half the rate. Where
no two modes share a frequency the first rung is the modes' own clocks, and a further ladder follows
the kernel's spectrum.
"""

from __future__ import annotations

import functools
import itertools
import json
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics.schema import quantity
from numerics.singular_modes import Samples
from numerics.sweep import sweep
from numerics.training import record_grid
from validation.checks import Finding
from validation.experiment import Forecast, Measurement, Report, Work
from validation.linear_cnn import ending, figures, tables, verdicts
from validation.linear_cnn.competition import Competition
from validation.linear_cnn.findings import image_findings
from validation.linear_cnn.forecasting import (
    ALIGNMENT,
    COUPLED,
    DESCENT,
    FLOW,
    INDEPENDENT,
    SHARED,
    STEP_SIZE,
    Forecaster,
    Paths,
)
from validation.linear_cnn.learning import (
    CNN,
    FULLY_CONNECTED,
    labelled,
    measured_networks,
    measured_run,
    setup_dataset,
)
from validation.linear_cnn.setting import EPSILON, image_setting
from validation.verdicts import verdict_table

if TYPE_CHECKING:
    from validation.linear_cnn import Config

# on large images networks cover the first updates only: products that they may take in all; those of
# matrices are ten times as fast as those of convolutions in float64
COVERED_WORK = {"quick": 2.5e9, "standard": 2.2e10}
MATRICES = 10
GRADIENT_CHUNK = 250  # larger ones take longer to be given memory than to be worked on
FEW_MODES = 4  # that many can be told apart in the pictures of one mode after another


class ImageSet:
    """Full-batch learning on any labelled image set, from a small random start."""

    def __init__(self, config: Config):
        self.setting = s = image_setting(config, EPSILON)
        self.name = s.name
        self.grid = record_grid(s.updates, s.every)
        self.forecaster = Forecaster.from_random_start(s, self.grid)
        self.start, self.layers = self.forecaster.start, self.forecaster.layers

    @functools.cached_property
    def covered(self) -> dict[str, np.ndarray]:
        """The part of the grid that each network is trained for."""
        s, config = self.setting, self.setting.config
        if not s.is_large or config.updates or config.preset not in COVERED_WORK:
            return dict.fromkeys((CNN, FULLY_CONNECTED), self.grid)
        widths = sum(a * b for a, b in itertools.pairwise(s.widths))
        products = {
            CNN: widths * s.spectra.side**4,
            FULLY_CONNECTED: self.layers.first[0].size / MATRICES,
        }
        trained = len(s.seeds) * min(s.modes.inputs.shape)
        return {
            name: self.grid[
                self.grid <= max(self.grid[1], COVERED_WORK[config.preset] / one / trained)
            ]
            for name, one in products.items()
        }

    @property
    def _is_alone(self) -> bool:
        """Whether no two modes share a frequency, so that each has a clock of its own."""
        return self.setting.layers == 1 and self.setting.spectra.is_disjoint

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data, start weights, and for how long each network will be trained."""
        until = {name: int(grid[-1]) for name, grid in self.covered.items()}
        setup = setup_dataset(self.setting, self.start, self.layers, None)
        return setup.assign_attrs(trained_until=json.dumps(until))

    # --- forecast ---------------------------------------------------------------------------

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Independent modes, coupled flow and descent, at the rate, half and a quarter of it."""
        forecaster = self.forecaster
        paths = {name: forecaster.paths(name, work) for name in (CNN, FULLY_CONNECTED)}
        alone = None
        sigmoids = (INDEPENDENT, forecaster.sigmoids(), COUPLED)
        ladders = [forecaster.ladder(FULLY_CONNECTED, sigmoids, paths[FULLY_CONNECTED])]
        groups = {"/": self._errors(paths), "/discovery": forecaster.discovery(paths)}
        for network, both in paths.items():
            for rung, seen in ((FLOW, both.flow), (DESCENT, both.descents[1.0])):
                groups[f"/{network}/{rung}"] = labelled(self.setting, seen, self.grid)
        if self.setting.layers == 1:
            competition = Competition(self.setting, forecaster.clocks())
            times = forecaster.times(CNN)
            drops = ALIGNMENT if self._is_alone else SHARED
            alone = (INDEPENDENT, competition.strengths(times), drops)
            if self._is_alone:
                groups["/competition"] = competition.foreseen(times, self.grid)
                ladders.append(competition.ladder(times, self.grid, paths[CNN]))
        if ending.is_asked(self.setting):
            groups["/ending"] = ending.minimum(self.setting)
        ladders.insert(0, forecaster.ladder(CNN, alone, paths[CNN]))
        return Forecast(ladders=tuple(ladders), predicted=xr.DataTree.from_dict(groups))

    def _errors(self, paths: dict[str, Paths]) -> xr.Dataset:
        """Largest differences of flow and descents over all entries of A, in S_1."""
        largest = float(self.setting.modes.singular_values[0])
        rates = list(paths[CNN].descents)

        def strengths(network: str, rate: float) -> np.ndarray:
            return paths[network].descents[rate]["strengths"]

        def flow_error(network: str, rate: float) -> float:
            flow = paths[network].flow["strengths"]
            return float(np.abs(flow - strengths(network, rate)).max()) / largest

        def richardson_error(rate: float) -> float:
            if rate / 2 not in rates:
                return np.nan
            better = 2 * strengths(CNN, rate / 2) - strengths(CNN, rate)
            return float(np.abs(paths[CNN].flow["strengths"] - better).max()) / largest

        errors = {
            "flow_error": sweep(
                flow_error,
                {"network": list(paths), "rate": rates},
                name="flow_error",
                long_name="largest |flow - descent| over all entries of A",
                units="S_1",
            ),
            "richardson_error": sweep(
                richardson_error,
                {"rate": rates},
                name="richardson_error",
                long_name="largest |flow - (2 A(rate/2) - A(rate))|",
                units="S_1",
            ),
        }
        return xr.Dataset(errors)

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train both networks by autograd on the equivalent rows; hold gradients on all images."""
        from numerics.devices import find_device

        s, device = self.setting, find_device(self.setting.config.device)
        rows = s.modes.equivalent_rows()
        measured, observed = measured_networks(
            s,
            self.start,
            self.layers,
            shown=rows,
            grids=self.covered,
            work=work,
        )
        for name in self.covered:  # a part of the grid only, it may be
            measured[name] = measured[name].reindex(update=self.grid)
            observed[f"/{name}"] = observed[f"/{name}"].reindex(update=self.grid)
        for ladder in forecast.ladders:
            if ladder.name not in measured:
                measured[ladder.name] = Competition.measured(ladder, observed[f"/{CNN}"])
        observed["/rows"] = xr.Dataset(
            {"gradient_error": self._gradient_errors(rows, device, work)}
        )
        if self._runs_single_precision():
            (descent,) = (r for r in forecast.ladders[0].rungs if r.name == DESCENT)
            error = self._single_precision(descent.value, device, work)
            observed["/float32"] = xr.Dataset({"single_precision_error": error})
        return Measurement(ladders=measured, observed=xr.DataTree.from_dict(observed))

    def _runs_single_precision(self) -> bool:
        return self.name == "digits" and self.setting.config.preset != "quick"

    def _gradient_errors(self, rows: Samples, device, work: Work) -> xr.DataArray:
        """Relative difference of autograd's gradients on all images and on the rows, along the run."""
        import torch

        from numerics.linear_cnn.network import LinearCNN

        s = self.setting
        learner = self.forecaster.convolutional_descent()
        count = 3 if s.is_large else 11
        points = np.unique(np.linspace(0, s.updates, count).round().astype(int))
        errors, done = [], 0
        for point in points:
            for index in range(done, point):
                learner.update(index)
            done = point
            weights = s.model.in_pixels(learner.weights)
            network = LinearCNN(weights, torch.float64, device)
            sides = [_gradients(network, samples) for samples in (s.modes, rows)]
            errors.append(
                max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(*sides, strict=True))
            )
            work.progress("gradients on all images", int(point), s.updates)
        return quantity(
            errors,
            ["update"],
            name="gradient_error",
            long_name="gradient on all images against rows, relative",
            coords={"update": points},
        )

    def _single_precision(self, descent: xr.DataArray, device, work: Work) -> xr.DataArray:
        """Train in float32 on all images; largest difference from the exact descent, in S_1."""
        import torch

        from numerics.linear_cnn.network import LinearCNN

        s = self.setting
        single = measured_run(
            s,
            LinearCNN(self.start, torch.float32, device),
            rate=s.learning_rate,
            shown=s.modes,
            grid=self.grid,
            work=work,
            stage="training CNN float32",
        )
        difference = s.strengths(single["strengths"], self.grid) - descent
        return abs(difference).max() / s.modes.singular_values[0]

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        return image_findings(self.setting, result)

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        samples, inputs = s.modes.inputs.shape
        colour = "" if s.modes.channels == 1 else f", {s.modes.channels} channels,"
        said = [
            f"{samples} images of {s.spectra.side} x {s.spectra.side} pixels{colour} in {s.classes} classes, "
            f"{len(s.modes.singular_values)} modes, {len(s.seeds)} trials, {s.updates} updates; "
            f"learning rate {s.learning_rate:.4g} (CNN, step eps = {s.epsilon:.3g}) and "
            f"{s.layer_rate:.4g} (fully connected, {self.layers.first.shape[1]} hidden nodes).",
            *s.network_note(),
            *s.stability_note(),
        ]
        if samples > inputs:
            said.append(
                f"The networks were trained on {inputs} rows that have the same Sxx and Syx as the "
                f"{samples} images, hence the same gradients; C42a and C42b tie them to all images"
                + (", and C47 trains on all of them." if self._runs_single_precision() else ".")
            )
        for name, grid in self.covered.items():
            if len(grid) < len(self.grid):
                said.append(
                    f"The {name} network is trained for the first {grid[-1]} updates only; the budget's "
                    "`covered` is their share. --updates or --preset paper trains it to the end."
                )
        return said

    def report(self, result: xr.DataTree) -> Report:
        """Return the paper's figures of this set, times of discovery, budget; and the tables."""
        deep = self.setting.layers > 1
        drawn = {
            "learning": figures.learning(result, theory=FLOW, thin=None if deep else INDEPENDENT),
            "data": figures.data(result),
        }
        if self._is_alone:
            drawn["competition"] = figures.competition(result)
        else:
            drawn["network"] = figures.network(result)
        if len(self.setting.modes.singular_values) <= FEW_MODES and not deep:
            if not self._is_alone:
                drawn["cascade"] = figures.cascade(result)
            drawn["alignment"] = figures.alignment(result)
        drawn["discovery"] = figures.discovery(result)
        if ending.is_asked(self.setting):
            drawn["ending"] = figures.ending(result)
        drawn["step size"] = figures.step_size(result, STEP_SIZE)
        shown = [*tables.forecasts(result), tables.order(result)]
        if self._is_alone:
            shown.append(tables.competition(result))
        if ending.is_asked(self.setting):
            shown.append(ending.table(self.setting, result))
        shown.append(verdict_table(verdicts.of_images(result)))
        return Report(drawn, shown)


def _gradients(network, samples: Samples) -> list:
    """Autograd's gradients of the mean squared error, summed over chunks that fit into memory."""
    import torch

    parameters = list(network.parameters())
    total = [torch.zeros_like(p) for p in parameters]
    for first in range(0, len(samples.inputs), GRADIENT_CHUNK):
        chunk = slice(first, first + GRADIENT_CHUNK)
        x, y = (
            torch.tensor(a[chunk], device=parameters[0].device)
            for a in (samples.inputs, samples.targets)
        )
        loss = (network(x) - y).square().sum() / samples.targets.size
        for whole, part in zip(total, torch.autograd.grad(loss, parameters), strict=True):
            whole += part
    return total
