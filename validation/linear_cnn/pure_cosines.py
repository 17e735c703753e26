"""Pure cosines: every mode has a frequency of its own, and the sigmoid is exact.

Ladders, for the CNN and for the fully connected network: sigmoid > map > network; online:
sigmoid > map > clock of the same draws > network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.lambdify import lambdify
from numerics.laws import evaluate, integrate
from numerics.linear_cnn.starts import balanced_start, balanced_strengths
from numerics.schema import quantity
from numerics.training import record_grid
from theory import linear_cnn as cnn_laws
from theory import linear_network as layer_laws
from theory import logistic
from theory.errors import ArgumentError
from validation import results
from validation.checks import Finding, findings_where
from validation.experiment import Forecast, Measurement, Report, Work
from validation.ladder import UNEXPLAINED, Ladder, Prediction, Rung
from validation.linear_cnn import figures
from validation.linear_cnn.check_table import CHECKS, GENTLE
from validation.linear_cnn.learning import (
    CNN,
    FULLY_CONNECTED,
    discovery_tables,
    draw_samples,
    kernel_arrays,
    leakage,
    measured_run,
    setup_dataset,
)
from validation.linear_cnn.setting import cosine_setting

if TYPE_CHECKING:
    from validation.linear_cnn import Config

HIDDEN = 256
STEP_SIZE = "step size"
SAMPLING = "sampling"


class PureCosines:
    """The case of section 5 of the paper (Fig 3), for any frequencies, amplitudes and phases."""

    def __init__(self, config: Config):
        self.setting = s = cosine_setting(config)
        self.name = s.name
        self.online = config.gradient == "online"
        self._require_stable()
        self.start = balanced_start(s.seeds, s.modes, s.spectra, config.initial_scale)
        self.strengths = balanced_strengths(self.start, s.modes, s.spectra)
        self._require_small()
        self.layers = linear_network.balanced_start(s.modes, self.strengths, HIDDEN)
        self.samples = draw_samples(s, s.updates) if self.online else None
        self.grid = record_grid(s.updates, s.every)

    @property
    def _boost(self) -> int:
        """How many times larger the step of a mode is when its image is shown alone."""
        return self.setting.classes if self.online else 1

    def _require_stable(self) -> None:
        s = self.setting
        # the fully connected network is given the same fastest rate, so one bound serves both
        bound = 1.0 / (self._boost * s.loss_scale * s.fastest)
        if s.learning_rate >= bound:
            raise ArgumentError(
                "--learning-rate",
                s.learning_rate,
                f"must be below {bound:.4g} = 1/({'p ' if self.online else ''}c n max_m v_m S_m), "
                "where the map loses its fixed point",
                "choose a smaller one; half of it keeps the modes from overshooting",
            )

    def _require_small(self) -> None:
        share = (self.strengths / self.setting.modes.singular_values).max()
        if share >= 1:
            raise ArgumentError(
                "--initial-scale",
                self.setting.config.initial_scale,
                f"the largest start is {share:.3g} S; the sigmoid needs A0 < S",
                f"choose one below {self.setting.config.initial_scale / np.sqrt(share):.3g}",
            )

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data, start weights and the order of samples."""
        return setup_dataset(self.setting, self.start, self.layers, self.samples)

    # --- forecast ---------------------------------------------------------------------------

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Sigmoids, maps and, online, the clocks of the drawn samples; the step-size source by T3."""
        return Forecast(
            ladders=(self._ladder(CNN), self._ladder(FULLY_CONNECTED)), predicted=xr.Dataset()
        )

    def _ladder(self, network: str) -> Ladder:
        s = self.setting
        rate = s.learning_rate if network == CNN else s.layer_rate
        step = s.loss_scale * rate
        update = quantity(
            self.grid, ["update"], name="update", long_name="updates", coords={"update": self.grid}
        )
        parameters = self._parameters(network, step)
        law = cnn_laws.mode_law() if network == CNN else layer_laws.mode_law()
        sigmoid = self._named(evaluate(law, parameters, update * step))
        stepped = self._named(integrate(self._map_law(network), parameters, update))
        gain = (
            s.spectra.side * s.spectra.largest
            if network == CNN
            else np.ones(len(s.modes.singular_values))
        )
        rungs = [Rung("sigmoid", sigmoid), Rung("map", stepped, STEP_SIZE)]
        if self.samples is not None:
            clock = self._clock(network, step, self.samples)
            rungs.append(Rung("clock of the same draws", clock, SAMPLING))
        return Ladder(
            name=network,
            rungs=tuple(rungs),
            measurement="online network" if self.online else "network",
            scale=s.singular_values,
            scale_name="S_m",
            averaged=("trial",),
            predictions={STEP_SIZE: self._step_prediction(sigmoid, step * gain)},
        )

    def _map_law(self, network: str):
        return cnn_laws.descent_map() if network == CNN else layer_laws.descent_map()

    def _parameters(self, network: str, step: float) -> xr.Dataset:
        s = self.setting
        initial = quantity(
            self.strengths,
            ["trial", "mode"],
            name="initial_strength",
            long_name="strength at the start",
            coords={"trial": list(s.seeds)},
        )
        magnitude = xr.zeros_like(s.singular_values) + s.spectra.largest
        return xr.Dataset(
            {
                "initial_strength": initial,
                "singular_value": s.singular_values,
                "image_side": float(s.spectra.side),
                "spectral_magnitude": magnitude,
                "flow_time_step": step,
                "step_size": step,
            }
        )

    def _named(self, values: xr.DataArray | xr.Dataset) -> xr.DataArray:
        assert isinstance(values, xr.DataArray)
        ordered = values.transpose("trial", "mode", "update")
        return self.setting.trajectory(ordered.values, self.grid)

    def _clock(self, network: str, step: float, samples: np.ndarray) -> xr.DataArray:
        """The map of each trial and mode, moved on only when the mode's class was drawn."""
        s = self.setting
        owner = np.abs(s.modes.left).argmax(axis=0)  # class of each mode
        drawn = samples[:, None, :] == owner[:, None]
        counts = np.concatenate(
            (np.zeros((*drawn.shape[:2], 1), int), drawn.cumsum(axis=2)), axis=2
        )
        most = np.arange(int(counts.max()) + 1)
        table = integrate(
            self._map_law(network),
            self._parameters(network, step * s.classes),
            xr.DataArray(most, dims="update", coords={"update": most}),
        ).transpose("trial", "mode", "update")
        return s.trajectory(
            np.take_along_axis(table.values, counts[:, :, self.grid], axis=2), self.grid
        )

    def _step_prediction(self, sigmoid: xr.DataArray, steps: np.ndarray) -> Prediction:
        """Flow minus descent to first order, at the strength that the flow has; twice the next as error."""
        s = self.setting
        correction, following = layer_laws.step_errors()
        symbols = (logistic.A, logistic.A0, logistic.S, layer_laws.STEP)
        singular = s.modes.singular_values[:, None]
        # the logarithm of S - A ends where rounding has eaten the difference
        strength = np.clip(sigmoid.values, None, (1 - 1e-9) * singular)
        values = (strength, self.strengths[:, :, None], singular, steps[:, None])
        first, second = (lambdify(e, symbols)(*values) for e in (correction, following))
        return Prediction(
            s.trajectory(first, self.grid), s.trajectory(2 * np.abs(second), self.grid)
        )

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train both networks by autograd, all trials at once."""
        import torch

        from numerics.devices import find_device
        from numerics.linear_cnn.network import LinearCNN

        s, device = self.setting, find_device(self.setting.config.device)
        convolutional = LinearCNN(self.start, torch.float64, device)
        layered = linear_network.torch_network(self.layers, torch.float64, device)
        measured = {}
        runs = ((CNN, convolutional, s.learning_rate), (FULLY_CONNECTED, layered, s.layer_rate))
        for name, network, rate in runs:
            measured[name] = measured_run(
                s,
                network,
                rate=rate,
                inputs=s.modes.inputs,
                targets=s.modes.targets,
                grid=self.grid,
                work=work,
                stage=f"training {name}",
                samples=self.samples,
            )
        observed = xr.Dataset(kernel_arrays(s, convolutional.weights().kernels))
        observed["leakage"] = ("network", [leakage(measured[n]) for n in (CNN, FULLY_CONNECTED)])
        observed = observed.assign_coords(network=[CNN, FULLY_CONNECTED])
        return Measurement(
            ladders={name: s.strengths(a, self.grid) for name, a in measured.items()},
            observed=observed,
        )

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        ladders = {x.name: x for x in results.ladders(result)}
        last = {name: x.largest(UNEXPLAINED) for name, x in ladders.items()}
        found: dict[str, Finding] = {"C09n": self._step_remainder(list(ladders.values()))}
        if self.online:
            found |= {"C12n": last[CNN], "C12f": last[FULLY_CONNECTED]}
        else:
            leaked = float(results.array(result, "observed", "leakage").sel(network=CNN))
            leaked /= float(self.setting.modes.singular_values[0])
            found |= {"C07n": last[CNN], "C08n": leaked, "C15n": last[FULLY_CONNECTED]}
        gentle = self.setting.epsilon <= 0.024 * (1 + 1e-9)
        return findings_where(CHECKS, {GENTLE: gentle}, found)

    def _step_remainder(self, ladders: list[Ladder]) -> float:
        shares = []
        for ladder in ladders:
            error = abs(ladder.difference(STEP_SIZE)).max("update")
            rest = abs(ladder.remainder(STEP_SIZE)).max("update")
            shares.append(float((rest / error).max()))
        return max(shares)

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        return [
            f"{s.classes} pure cosines of {s.spectra.side} x {s.spectra.side} pixels, "
            f"{len(s.seeds)} trials, {s.updates} updates, learning rate {s.learning_rate:.4g} (CNN) "
            f"and {s.layer_rate:.4g} (fully connected), a S <= {s.epsilon:.3g}.",
            *s.stability_note(self._boost),
        ]

    def report(self, result: xr.DataTree) -> Report:
        """Return learning curves with budget and kernel, step-size error, discovery times."""
        drawn = {
            "learning": figures.learning(
                result, theory="sigmoid", thin="map" if self.online else None
            ),
            "step size": figures.step_size(result, STEP_SIZE),
        }
        return Report(drawn, discovery_tables(result))
