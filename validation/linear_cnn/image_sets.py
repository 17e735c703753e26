"""Image sets: modes share frequencies, and the coupled flow predicts what the sigmoid cannot.

Ladders, for the CNN and for the fully connected network: independent modes > coupled flow >
discrete descent > network. The step-size source is predicted by the descent at half the rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.laws import evaluate
from numerics.linear_cnn.clock import clocks_of
from numerics.linear_cnn.fourier_model import FourierDescent, unpack
from numerics.linear_cnn.starts import growing_amplitudes, random_start
from numerics.schema import quantity
from numerics.sweep import sweep
from numerics.training import record_grid
from theory import linear_network as layer_laws
from validation import results
from validation.checks import Finding, Missing, NotRun, findings_where
from validation.experiment import Forecast, Measurement, Report, Work
from validation.ladder import UNEXPLAINED, Ladder, Prediction, Rung
from validation.linear_cnn import figures
from validation.linear_cnn.check_table import BAND, CHECKS, SETS, SMALL
from validation.linear_cnn.learning import (
    CNN,
    FULLY_CONNECTED,
    discovery_tables,
    discovery_times,
    kernel_arrays,
    measured_run,
    setup_dataset,
    trained,
)
from validation.linear_cnn.setting import DISCOVERED_WITHIN, image_setting

if TYPE_CHECKING:
    from validation.linear_cnn import Config

EPSILON = 0.04
STABLE_EPSILON = 0.2  # clean on the digits; at 0.31 the grown map is too sharp for the step
SHARED = "shared frequencies"
STEP_SIZE = "step size"
FLOW, DESCENT, INDEPENDENT = "coupled flow", "discrete descent", "independent modes"
TOLERANCES = {"relative_tolerance": 1e-7, "absolute_tolerance": 1e-11}
# on large images the network covers the first updates only
COVERED_UPDATES = {"quick": 400, "standard": 3000}
GRADIENT_CHUNK = 2000
BAND_SCALE = 1e-3  # the start for which the band E <= 2 eps is stated


class ImageSet:
    """Full-batch learning on any labelled image set, from a small random start."""

    def __init__(self, config: Config):
        self.setting = s = image_setting(config, EPSILON)
        self.name = s.name
        pixels, scale = s.modes.inputs.shape[1], config.initial_scale
        self.start = random_start(s.seeds, pixels, s.classes, scale)
        self.layers = linear_network.random_start(
            s.seeds, pixels, s.classes, hidden=pixels, scale=scale / s.spectra.side
        )
        self.grid = record_grid(s.updates, s.every)
        self.covered = self._covered()
        self.layer_model = linear_network.LayerModel(s.modes)

    def _covered(self) -> np.ndarray:
        """The part of the grid that the network is trained for."""
        config = self.setting.config
        if not self.setting.is_large or config.updates or config.preset not in COVERED_UPDATES:
            return self.grid
        return self.grid[self.grid <= COVERED_UPDATES[config.preset]]

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data and start weights."""
        return setup_dataset(self.setting, self.start, self.layers, None)

    # --- forecast ---------------------------------------------------------------------------

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Independent modes, coupled flow and descent, at the rate, half and a quarter of it."""
        s = self.setting
        weights = s.model.weights(self.start.kernels, self.start.outputs)
        descents, layer_descents = (
            {
                1 / slower: trained(
                    s,
                    kind(slower),
                    self.grid * slower,
                    name,
                    progress=work.stage(f"forecast of {name} at rate 1/{slower}"),
                )
                for slower in (1, 2, 4)
            }
            for name, kind in ((CNN, self._descent), (FULLY_CONNECTED, self._layer_descent))
        )
        flow = s.model.vector_field(weights).flow(
            self._times(s.learning_rate),
            **TOLERANCES,
            observe=lambda x: s.model.strengths(unpack(x)),
        )
        layer_flow = self.layer_model.vector_field(self.layers).flow(
            self._times(s.layer_rate),
            **TOLERANCES,
            observe=lambda x: self.layer_model.strengths(linear_network.unpack(x, self.layers)),
        )
        paths = {CNN: (flow, descents), FULLY_CONNECTED: (layer_flow, layer_descents)}

        def flow_error(network: str, rate: float) -> float:
            smooth, stepped = paths[network]
            return self._error(smooth - stepped[rate])

        def richardson_error(rate: float) -> float:
            if rate / 2 not in descents:
                return np.nan
            return self._error(flow - (2 * descents[rate / 2] - descents[rate]))

        predicted = {
            "flow_error": sweep(
                flow_error,
                {"network": list(paths), "rate": list(descents)},
                name="flow_error",
                long_name="largest |flow - descent| over all entries of A",
                units="S_1",
            ),
            "richardson_error": sweep(
                richardson_error,
                {"rate": list(descents)},
                name="richardson_error",
                long_name="largest |flow - (2 A(rate/2) - A(rate))|",
                units="S_1",
            ),
        }
        return Forecast(
            ladders=(
                self._ladder(CNN, self._clocks(), flow, descents),
                self._ladder(FULLY_CONNECTED, self._sigmoids(), layer_flow, layer_descents),
            ),
            predicted=xr.Dataset(predicted),
        )

    def _descent(self, slower: int) -> FourierDescent:
        s = self.setting
        weights = s.model.weights(self.start.kernels, self.start.outputs)
        return FourierDescent(s.model, weights, s.learning_rate / slower, s.loss_scale)

    def _layer_descent(self, slower: int) -> linear_network.LayerDescent:
        s = self.setting
        return linear_network.LayerDescent(
            self.layer_model, self.layers, s.layer_rate / slower, s.loss_scale
        )

    def _times(self, rate: float) -> np.ndarray:
        return self.setting.loss_scale * rate * self.grid

    def _error(self, difference: np.ndarray) -> float:
        """Return the largest magnitude of a difference in units of S_1."""
        return float(np.abs(difference).max() / self.setting.modes.singular_values[0])

    def _clocks(self) -> np.ndarray:
        """Each mode as if it shared no frequency: clocks of the growing amplitudes, (trial, mode, time)."""
        s = self.setting
        growing = growing_amplitudes(self.start, s.modes, s.spectra)
        clocks = clocks_of(s.modes, s.spectra, growing, growing, ignore_shared_frequencies=True)
        strengths = clocks.vector_field().flow(
            self._times(s.learning_rate), **TOLERANCES, observe=clocks.strengths
        )
        return np.moveaxis(strengths, 0, -1)

    def _sigmoids(self) -> np.ndarray:
        """Each mode of the fully connected network alone, from what grows of its start."""
        s = self.setting
        initial = quantity(
            linear_network.growing_strengths(self.layers, s.modes),
            ["trial", "mode"],
            name="initial_strength",
            long_name="growing part of the start",
        )
        parameters = xr.Dataset({"initial_strength": initial, "singular_value": s.singular_values})
        times = xr.DataArray(self._times(s.layer_rate), dims="update")
        curve = evaluate(layer_laws.mode_law(), parameters, times)
        return np.asarray(curve.transpose("trial", "mode", "update"))

    def _ladder(
        self, name: str, alone: np.ndarray, flow: np.ndarray, descents: dict[float, np.ndarray]
    ) -> Ladder:
        s = self.setting
        full, half, quarter = (s.strengths(d, self.grid) for d in descents.values())
        # A(rate) = flow - c1 rate - c2 rate^2: 2 (A(rate/2) - A(rate)) = c1 rate + 3/2 c2 rate^2;
        # the same from the next halving has 3/4 c2 rate^2; what is left of the source is c2 rate^2/2,
        # two thirds of their difference, and higher orders: twice that is the uncertainty
        first = 2 * (half - full)
        second = 4 * (quarter - half)
        return Ladder(
            name=name,
            rungs=(
                Rung(INDEPENDENT, s.trajectory(alone, self.grid)),
                Rung(FLOW, s.strengths(flow, self.grid), SHARED),
                Rung(DESCENT, full, STEP_SIZE),
            ),
            measurement="network",
            scale=s.singular_values,
            scale_name="S_m",
            averaged=("trial",),
            predictions={STEP_SIZE: Prediction(first, abs(first - second) * (4 / 3))},
        )

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train both networks by autograd on the equivalent rows; hold gradients on all images."""
        import torch

        from numerics.devices import find_device
        from numerics.linear_cnn.network import LinearCNN

        s, device = self.setting, find_device(self.setting.config.device)
        rows, targets = s.modes.equivalent_rows()
        convolutional = LinearCNN(self.start, torch.float64, device)
        runs = (
            (CNN, convolutional, s.learning_rate),
            (
                FULLY_CONNECTED,
                linear_network.torch_network(self.layers, torch.float64, device),
                s.layer_rate,
            ),
        )
        measured = {
            name: measured_run(
                s,
                network,
                rate=rate,
                inputs=rows,
                targets=targets,
                grid=self.covered if name == CNN else self.grid,
                work=work,
                stage=f"training {name}",
            )
            for name, network, rate in runs
        }
        observed = xr.Dataset(kernel_arrays(s, convolutional.weights().kernels))
        observed["gradient_error"] = self._gradient_errors(rows, targets, device, work)
        if self._runs_single_precision():
            (descent,) = (r for r in forecast.ladders[0].rungs if r.name == DESCENT)
            observed["single_precision_error"] = self._single_precision(descent.value, device, work)
        return Measurement(
            ladders={
                CNN: s.strengths(measured[CNN], self.covered).reindex(update=self.grid),
                FULLY_CONNECTED: s.strengths(measured[FULLY_CONNECTED], self.grid),
            },
            observed=observed,
        )

    def _runs_single_precision(self) -> bool:
        return self.name == "digits" and self.setting.config.preset != "quick"

    def _gradient_errors(
        self, rows: np.ndarray, targets: np.ndarray, device, work: Work
    ) -> xr.DataArray:
        """Relative difference of autograd's gradients on all images and on the rows, along the run."""
        import torch

        from numerics.linear_cnn.network import LinearCNN
        from numerics.linear_cnn.spectra import from_outputs, from_spectrum
        from numerics.linear_cnn.starts import PixelWeights

        s = self.setting
        learner = self._descent(1)
        count = 3 if s.is_large else 11
        points = np.unique(np.linspace(0, s.updates, count).round().astype(int))
        errors, done = [], 0
        plane = s.model.plane
        for point in points:
            for index in range(done, point):
                learner.update(index)
            done = point
            weights = PixelWeights(
                from_spectrum(plane.full_plane(learner.weights.kernel)),
                from_outputs(plane.full_plane(learner.weights.outputs)),
            )
            network = LinearCNN(weights, torch.float64, device)
            sides = [
                _gradients(network, x, y)
                for x, y in ((s.modes.inputs, s.modes.targets), (rows, targets))
            ]
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

    def _single_precision(self, descent: xr.DataArray, device, work: Work) -> float:
        """Train in float32 on all images; largest difference from the exact descent, in S_1."""
        import torch

        from numerics.linear_cnn.network import LinearCNN

        s = self.setting
        single = measured_run(
            s,
            LinearCNN(self.start, torch.float32, device),
            rate=s.learning_rate,
            inputs=s.modes.inputs,
            targets=s.modes.targets,
            grid=self.grid,
            work=work,
            stage="training CNN float32",
        )
        difference = s.strengths(single, self.grid) - descent
        return float(abs(difference).max() / s.modes.singular_values[0])

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        s = self.setting
        ladders = {x.name: x for x in results.ladders(result)}
        largest = float(s.modes.singular_values[0])
        errors = results.array(result, "forecast", "flow_error")
        flow = errors.sel(network=CNN).values
        left = abs(ladders[CNN].remainder(STEP_SIZE)) * ladders[CNN].scale
        found: dict[str, Finding] = {
            "C26": float(flow[0] / flow[1]),
            "C41": ladders[CNN].largest(
                UNEXPLAINED, covered=len(self.covered) / len(self.grid), unit=largest
            ),
            **self._row_findings(result),
            "C43": float(left.max() / largest),
            "C46a": ladders[FULLY_CONNECTED].largest(UNEXPLAINED, unit=largest),
        }
        if self.name in SETS:
            found |= self._band_findings(ladders, errors)
        if self.name == "digits":
            found |= self._digit_findings(result, ladders)
        if s.epsilon > STABLE_EPSILON:
            unstable = Missing(
                f"above eps = {STABLE_EPSILON} steps may be unstable beyond the modes, and rounding grows"
            )
            found |= {
                name: unstable for name in ("C25", "C25n", "C41", "C46a", "C46b") if name in found
            }
        conditions = {
            SMALL: s.epsilon <= EPSILON * (1 + 1e-9),
            BAND: s.config.initial_scale == BAND_SCALE,
        }
        return findings_where(CHECKS, conditions, found)

    def _row_findings(self, result: xr.DataTree) -> dict[str, Finding]:
        samples, pixels = self.setting.modes.inputs.shape
        if samples <= pixels:
            seen = NotRun("the networks were trained on the images themselves")
            return {"C42a": seen, "C42b": seen}
        gradients = results.array(result, "observed", "gradient_error")
        return {"C42a": self._row_error(), "C42b": float(gradients.max())}

    def _band_findings(
        self, ladders: dict[str, Ladder], errors: xr.DataArray
    ) -> dict[str, Finding]:
        s = self.setting
        largest = float(s.modes.singular_values[0])
        rungs = {r.name: r.value for r in ladders[CNN].rungs}
        measured = float(np.abs(rungs[FLOW] - rungs["network"]).max())
        return {
            "C25": float(errors.sel(network=CNN, rate=1.0)) / s.epsilon,
            "C25n": measured / largest / s.epsilon,
            "C46b": float(errors.sel(network=FULLY_CONNECTED, rate=1.0)) / s.epsilon,
        }

    def _digit_findings(
        self, result: xr.DataTree, ladders: dict[str, Ladder]
    ) -> dict[str, Finding]:
        s = self.setting
        if s.updates * s.epsilon < DISCOVERED_WITHIN * (1 - 1e-3):
            late = Missing(f"the run ends before {DISCOVERED_WITHIN}/eps updates")
            found: dict[str, Finding] = dict.fromkeys(("C44a", "C44b", "C45"), late)
        else:
            times = discovery_times(ladders[CNN].rungs[-1], s.singular_values)
            layer_times = {
                r.name: discovery_times(r, s.singular_values).mean(axis=0)
                for r in ladders[FULLY_CONNECTED].rungs
            }
            ratio = layer_times["network"] / layer_times[INDEPENDENT]
            found = {
                "C44a": float(np.isfinite(times).all(axis=1).mean()),
                "C44b": float(np.nanmax(times)) * s.epsilon / EPSILON,
                "C45": float(np.abs(ratio - 1).max()),
            }
        found["C27"] = float(results.array(result, "forecast", "richardson_error").sel(rate=0.5))
        if self._runs_single_precision():
            found["C47"] = float(results.array(result, "observed", "single_precision_error"))
        return found

    def _row_error(self) -> float:
        modes = self.setting.modes
        rows, targets = modes.equivalent_rows()
        pairs = (
            (rows.T @ rows / len(rows), modes.input_input),
            (targets.T @ rows / len(rows), modes.output_input),
        )
        return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        samples, pixels = s.modes.inputs.shape
        said = [
            f"{samples} images of {s.spectra.side} x {s.spectra.side} pixels in {s.classes} classes, "
            f"{len(s.modes.singular_values)} modes, {len(s.seeds)} trials, {s.updates} updates; "
            f"learning rate {s.learning_rate:.4g} (CNN, step eps = {s.epsilon:.3g}) and "
            f"{s.layer_rate:.4g} (fully connected, {pixels} hidden nodes).",
            *s.stability_note(),
        ]
        if samples > pixels:
            said.append(
                f"The networks were trained on {pixels} rows that have the same Sxx and Syx as the "
                f"{samples} images, hence the same gradients; C42a and C42b tie them to all images"
                + (", and C47 trains on all of them." if self._runs_single_precision() else ".")
            )
        if len(self.covered) < len(self.grid):
            said.append(
                f"The CNN was trained for the first {self.covered[-1]} updates only; the budget's "
                "`covered` is their share. --updates or --preset paper trains it to the end."
            )
        return said

    def report(self, result: xr.DataTree) -> Report:
        """Return learning curves with budget and kernel, the step-size error, discovery times."""
        ladder = results.ladder(result, CNN)
        singular = results.array(result, "setup", "singular_value")
        times = {r.name: discovery_times(r, singular).mean(axis=0) for r in ladder.rungs}
        forecasts = {n: times[n] for n in (FLOW, INDEPENDENT, "network")}
        drawn = {
            "learning": figures.learning(result, theory=FLOW, thin=INDEPENDENT),
            "step size": figures.step_size(result, STEP_SIZE),
            "discovery": figures.discovery(result, forecasts, "network"),
        }
        return Report(drawn, discovery_tables(result))


def _gradients(network, inputs: np.ndarray, targets: np.ndarray) -> list:
    """Autograd's gradients of the mean squared error, summed over chunks that fit into memory."""
    import torch

    parameters = list(network.parameters())
    total = [torch.zeros_like(p) for p in parameters]
    for first in range(0, len(inputs), GRADIENT_CHUNK):
        chunk = slice(first, first + GRADIENT_CHUNK)
        x, y = (torch.tensor(a[chunk], device=parameters[0].device) for a in (inputs, targets))
        loss = (network(x) - y).square().sum() / targets.size
        for whole, part in zip(total, torch.autograd.grad(loss, parameters), strict=True):
            whole += part
    return total
