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
from numerics.laws import evaluate, evaluate_expression, integrate, iterate_map
from numerics.linear_cnn.starts import balanced_start, balanced_strengths
from numerics.schema import quantity
from numerics.training import record_grid
from theory import linear_cnn as cnn_laws
from theory import linear_network as layer_laws
from theory import logistic
from theory.claims import System
from theory.errors import ArgumentError
from validation import results
from validation.checks import Finding, NotRun, findings_where
from validation.experiment import Forecast, Measurement, Report, Work
from validation.ladder import UNEXPLAINED, Ladder, Prediction, Rung
from validation.linear_cnn import figures, tables, verdicts
from validation.linear_cnn.check_table import CHECKS, GENTLE
from validation.linear_cnn.forecasting import STEP_SIZE, step_prediction
from validation.linear_cnn.learning import (
    CNN,
    FULLY_CONNECTED,
    draw_samples,
    measured_networks,
    setup_dataset,
)
from validation.linear_cnn.setting import cosine_setting
from validation.verdicts import verdict_table

if TYPE_CHECKING:
    from validation.linear_cnn import Config

HIDDEN = 256
SAMPLING = "sampling"


class PureCosines:
    """The case of section 5 of the paper (Fig 3), for any frequencies, amplitudes and phases."""

    def __init__(self, config: Config):
        self.setting = s = cosine_setting(config)
        self.name = s.name
        self.online = config.gradient != "full_batch"
        self._require_stable()
        self.start = balanced_start(s.seeds, s.modes, s.spectra, s.initial_scale, s.layers)
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
                self.setting.initial_scale,
                f"the largest start is {share:.3g} S; the sigmoid needs A0 < S",
                f"choose one below {self.setting.initial_scale / np.sqrt(share):.3g}",
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
        step = s.loss_scale * (s.learning_rate if network == CNN else s.layer_rate)
        law = self._law(network)
        smooth, stepped = self._smooth(law, step), self._stepped(network, step)
        rungs = [
            Rung(self._flow_name, smooth),
            Rung("map", stepped, STEP_SIZE),
        ]
        if self.samples is not None:
            clock = self._clock(step * self._gain(network), self.samples)
            rungs.append(Rung("clock of the same draws", clock, SAMPLING))
        return Ladder(
            name=network,
            rungs=tuple(rungs),
            measurement="online network" if self.online else "network",
            scale=s.singular_values,
            scale_name="S_m",
            averaged=("trial",),
            predictions={STEP_SIZE: self._step_prediction(network, smooth, stepped, step)},
        )

    @property
    def _flow_name(self) -> str:
        return "sigmoid" if self.setting.layers == 1 else "mode law"

    def _law(self, network: str) -> System:
        if network != CNN:
            return layer_laws.mode_law()
        layers = self.setting.layers
        return cnn_laws.mode_law() if layers == 1 else cnn_laws.deep_mode_law(layers=layers)

    def _smooth(self, law: System, step: float) -> xr.DataArray:
        """The flow's law at the grid: its closed form where there is one."""
        times = self._updates * step
        solve = evaluate if law.closed_form else integrate
        return self._named(solve(law, self._parameters(step), times))

    @property
    def _updates(self) -> xr.DataArray:
        return quantity(
            self.grid, ["update"], name="update", long_name="updates", coords={"update": self.grid}
        )

    def _stepped(self, network: str, step: float, slower: int = 1) -> xr.DataArray:
        """The map of descent at the grid, with that many smaller steps for each of the grid's."""
        parameters, indices = self._parameters(step), self._updates * slower
        layers = self.setting.layers
        if network != CNN or layers == 1:
            laws = cnn_laws if network == CNN else layer_laws
            path = integrate(laws.descent_map(), parameters, indices)
        else:
            law = cnn_laws.deep_descent_map(layers=layers)
            (amplitude,) = law.state
            known = {x: parameters[law.names[str(x)]] for x in law.parameters if str(x) != "u0"}
            known |= {amplitude: integrate(law, parameters, indices)}
            path = evaluate_expression(cnn_laws.deep_strength(layers), known)
        return self._named(path)

    def _parameters(self, step: float) -> xr.Dataset:
        s = self.setting
        initial = quantity(
            self.strengths,
            ["trial", "mode"],
            name="initial_strength",
            long_name="strength at the start",
            coords={"trial": list(s.seeds)},
        )
        unit = xr.ones_like(s.singular_values)
        of_unit = unit * s.strength_of_unit_amplitude
        return xr.Dataset(
            {
                "initial_strength": initial,
                "initial_amplitude": (initial / of_unit) ** (1 / (s.layers + 1)),
                "singular_value": s.singular_values,
                "image_side": float(s.spectra.side),
                "spectral_magnitude": unit * s.spectra.largest,
                # of all frequencies of a mode together: a pair counts twice
                "variance": of_unit / (s.spectra.side**s.layers * s.spectra.largest),
                "flow_time_step": step,
                "step_size": step,
            }
        )

    def _named(self, values: xr.DataArray | xr.Dataset) -> xr.DataArray:
        assert isinstance(values, xr.DataArray)
        ordered = values.transpose("trial", "mode", "update")
        return self.setting.trajectory(ordered.values, self.grid)

    def _clock(self, steps: np.ndarray, samples: np.ndarray) -> xr.DataArray:
        """The map of each trial and mode, each step as long as its class was drawn often.

        Parameters
        ----------
        steps : ndarray, (mode,)
            a = c eta n v of a full batch; of a batch of one class alone it is p times as long.
        samples : ndarray of int, (trial, update, batch)
        """
        s = self.setting
        owner = np.abs(s.modes.left).argmax(axis=0)  # class of each mode
        shares = (samples[:, :, None, :] == owner[:, None]).mean(axis=-1)  # (trial, update, mode)
        paces = s.classes * steps * np.swapaxes(shares, 0, 1)
        move = lambdify(
            layer_laws.descent_map().law[logistic.A], (logistic.A, logistic.S, layer_laws.STEP)
        )
        path = iterate_map(
            lambda index, strength: move(strength, s.modes.singular_values, paces[int(index)]),
            self.strengths,
            self.grid,
        )
        return s.trajectory(np.moveaxis(path, 0, -1), self.grid)

    def _step_prediction(
        self, network: str, smooth: xr.DataArray, stepped: xr.DataArray, step: float
    ) -> Prediction:
        """Flow minus descent: by T3 for a sigmoid, by maps of smaller steps for other laws.

        T3's first correction at the strength that the flow has; its uncertainty is what it differs
        by from the maps of half and a quarter of the step, twice, and their own.
        """
        s = self.setting
        halved = step_prediction(
            stepped, *(self._stepped(network, step / slower, slower) for slower in (2, 4))
        )
        if not self._law(network).closed_form:
            return halved
        correction, _ = layer_laws.step_errors()
        symbols = (logistic.A, logistic.A0, logistic.S, layer_laws.STEP)
        singular = s.modes.singular_values[:, None]
        # the logarithm of S - A ends where rounding has eaten the difference
        strength = np.clip(smooth.values, None, (1 - 1e-9) * singular)
        paces = (step * self._gain(network))[:, None]
        first = lambdify(correction, symbols)(strength, self.strengths[:, :, None], singular, paces)
        value = s.trajectory(first, self.grid)
        return Prediction(value, 2 * abs(value - halved.value) + halved.uncertainty)

    def _gain(self, network: str) -> np.ndarray:
        """N v of each mode; 1 for the fully connected network."""
        s = self.setting
        return s.spectra.side * s.spectra.largest if network == CNN else np.ones(s.classes)

    # --- measurement ------------------------------------------------------------------------

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Train both networks by autograd, all trials at once."""
        strengths, observed = measured_networks(
            self.setting,
            self.start,
            self.layers,
            shown=self.setting.modes,
            grids=dict.fromkeys((CNN, FULLY_CONNECTED), self.grid),
            work=work,
            samples=self.samples,
        )
        return Measurement(ladders=strengths, observed=xr.DataTree.from_dict(observed))

    # --- judgement --------------------------------------------------------------------------

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what the checks of this case found."""
        ladders = {x.name: x for x in results.ladders(result)}
        last = {name: x.largest(UNEXPLAINED) for name, x in ladders.items()}
        found: dict[str, Finding] = {}
        if self.setting.layers == 1:
            found["C09n"] = self._step_remainder(list(ladders.values()))
        if self.online:
            found |= {"C12n": last[CNN], "C12f": last[FULLY_CONNECTED]}
        else:
            leaked = float(results.array(result, f"observed/{CNN}", "leakage").max())
            leaked /= float(self.setting.modes.singular_values[0])
            found |= {"C07n": last[CNN], "C08n": leaked, "C15n": last[FULLY_CONNECTED]}
        gentle = self.setting.epsilon <= 0.024 * (1 + 1e-9)
        return findings_where(CHECKS, {GENTLE: gentle}, found)

    def _step_remainder(self, ladders: list[Ladder]) -> Finding:
        """What the prediction leaves, of the largest error, worst of the modes that are half learnt."""
        shares = []
        for ladder in ladders:
            learnt = (ladder.rungs[0].value / ladder.scale).max("update") > 0.5
            error = abs(ladder.difference(STEP_SIZE)).max("update")
            rest = abs(ladder.remainder(STEP_SIZE)).max("update")
            shares += (rest / error).values[learnt.values].tolist()
        return max(shares) if shares else NotRun("no mode is half learnt within the run")

    def notes(self) -> list[str]:
        """Return what the report has to say."""
        s = self.setting
        return [
            f"{s.classes} pure cosines of {s.spectra.side} x {s.spectra.side} pixels, "
            f"{len(s.seeds)} trials, {s.updates} updates, learning rate {s.learning_rate:.4g} (CNN) "
            f"and {s.layer_rate:.4g} (fully connected), a S <= {s.epsilon:.3g}.",
            *s.network_note(),
            *s.stability_note(self._boost),
        ]

    def report(self, result: xr.DataTree) -> Report:
        """Return learning curves with budget and kernel, step-size error, discovery times."""
        drawn = {
            "transform": figures.transform(result),
            "data": figures.data(result),
            "learning": figures.learning(
                result, theory=self._flow_name, thin="map" if self.online else None
            ),
            "step size": figures.step_size(result, STEP_SIZE),
        }
        verdict = verdict_table(verdicts.of_cosines(result, self.setting.layers))
        return Report(drawn, [*tables.discovery(result), verdict])
