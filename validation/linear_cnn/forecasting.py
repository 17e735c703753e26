"""What is computed before any network trains: modes alone, flows, descents, times of discovery."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Self

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.laws import evaluate, evaluate_expression
from numerics.linear_cnn.clock import Clocks, clocks_of
from numerics.linear_cnn.fourier_model import FourierDescent, unpack
from numerics.linear_cnn.starts import growing_amplitudes, random_start
from numerics.linear_cnn.weights import PixelWeights
from numerics.schema import quantity
from numerics.singular_modes import discovery_updates
from numerics.training import Learner
from theory import linear_network as layer_laws
from theory.logistic import A0, A1, S
from validation.experiment import Work
from validation.ladder import Ladder, Prediction, Rung
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, trained
from validation.linear_cnn.setting import Setting

FLOW, DESCENT, INDEPENDENT = "coupled flow", "discrete descent", "independent modes"
SHARED, ALIGNMENT, STEP_SIZE = "shared frequencies", "alignment", "step size"
COUPLED = "coupled modes"  # of the fully connected network, whose modes have no frequencies
TOLERANCES: dict[str, Any] = {"relative_tolerance": 1e-7, "absolute_tolerance": 1e-11}
SLOWER = (1, 2, 4)
FORECASTS = ("F0", "F1", "F2")  # of times of discovery

Observed = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Paths:
    """One network from one start: what is observed of its flow and of its descents, (time, trial, ...).

    Parameters
    ----------
    flow : dict of arrays
    descents : dict of float to dict of arrays
        At the learning rate, half and a quarter of it, at the same flow times.
    """

    flow: Observed
    descents: dict[float, Observed]


def step_prediction(full: xr.DataArray, half: xr.DataArray, quarter: xr.DataArray) -> Prediction:
    """Return flow - descent as predicted from descents at the rate, half and a quarter of it.

    A(rate) = flow - c1 rate - c2 rate^2: 2 (A(rate/2) - A(rate)) = c1 rate + 3/2 c2 rate^2; the same
    from the next halving has 3/4 c2 rate^2. What is left of the source is c2 rate^2/2, two thirds
    of their difference, and higher orders: twice that is the uncertainty.
    """
    first, second = 2 * (half - full), 4 * (quarter - half)
    return Prediction(first, abs(first - second) * (4 / 3))


class Forecaster:
    """The computed rungs of an image set, for the CNN and for the fully connected network.

    Parameters
    ----------
    setting : Setting
    start : PixelWeights
    layers : LayerWeights
    grid : ndarray of int
        Updates at which is observed.
    """

    def __init__(
        self,
        setting: Setting,
        start: PixelWeights,
        layers: linear_network.LayerWeights,
        grid: np.ndarray,
    ):
        self.setting, self.start, self.layers, self.grid = setting, start, layers, grid
        self.layer_model = linear_network.LayerModel(setting.modes, setting.test)

    @classmethod
    def from_random_start(cls, setting: Setting, grid: np.ndarray) -> Self:
        """Return it for small random starts of both networks, as the setting has them."""
        pixels, inputs = setting.spectra.side**2, setting.modes.inputs.shape[1]
        scale = setting.initial_scale
        return cls(
            setting,
            random_start(setting.seeds, pixels, setting.classes, scale, setting.widths),
            linear_network.random_start(
                setting.seeds, inputs, setting.classes, pixels, scale / setting.spectra.side
            ),
            grid,
        )

    def descent(self, network: str, slower: int = 1, samples: np.ndarray | None = None) -> Learner:
        """Return the exact descent of a network, at the learning rate over `slower`."""
        if network == CNN:
            return self.convolutional_descent(slower, samples)
        s = self.setting
        reduced = self.layer_model.weights(self.layers)
        return linear_network.LayerDescent(
            self.layer_model, reduced, s.layer_rate / slower, s.loss_scale, samples
        )

    def convolutional_descent(
        self, slower: int = 1, samples: np.ndarray | None = None
    ) -> FourierDescent:
        """Return the exact descent of the CNN, at the learning rate over `slower`."""
        s = self.setting
        weights = s.model.weights(self.start)
        return FourierDescent(s.model, weights, s.learning_rate / slower, s.loss_scale, samples)

    def times(self, network: str) -> np.ndarray:
        """Return the flow times of the grid."""
        s = self.setting
        return s.loss_scale * self.grid * (s.learning_rate if network == CNN else s.layer_rate)

    def paths(self, network: str, work: Work) -> Paths:
        """Integrate the flow, and descend at the rate, half and a quarter of it."""
        s = self.setting
        descents = {
            1 / slower: trained(
                s,
                self.descent(network, slower),
                self.grid * slower,
                network,
                progress=work.stage(f"forecast of {network} at rate 1/{slower}"),
            )
            for slower in SLOWER
        }
        return Paths(self.flow(network), descents)

    def flow(self, network: str) -> Observed:
        """Return what is observed of a network's flow on the grid, (time, trial, ...)."""
        s = self.setting
        observe: Callable[[np.ndarray], Observed]
        if network == CNN:
            weights = s.model.weights(self.start)
            field = s.model.vector_field(weights)

            def observe(state: np.ndarray) -> Observed:
                return s.model.observe(unpack(state, weights))

        else:
            reduced = self.layer_model.weights(self.layers)
            field = self.layer_model.vector_field(reduced)

            def observe(state: np.ndarray) -> Observed:
                return self.layer_model.observe(linear_network.unpack(state, reduced))

        return field.flow(self.times(network), **TOLERANCES, observe=observe)

    # --- modes alone ------------------------------------------------------------------------

    def clocks(self) -> Clocks:
        """Return the clock of every mode as if it shared no frequency, from what grows of the start."""
        s = self.setting
        growing = growing_amplitudes(self.start, s.modes, s.spectra)
        return clocks_of(s.modes, s.spectra, growing, growing, ignore_shared_frequencies=True)

    def layer_strengths(self) -> xr.DataArray:
        """Return what grows of the fully connected start, (trial, mode)."""
        return quantity(
            linear_network.growing_strengths(self.layers, self.setting.modes),
            ["trial", "mode"],
            name="initial_strength",
            long_name="growing part of the start",
            coords={"trial": list(self.setting.seeds)},
        )

    def sigmoids(self) -> np.ndarray:
        """Return each mode of the fully connected network alone, (trial, mode, time)."""
        parameters = xr.Dataset(
            {
                "initial_strength": self.layer_strengths(),
                "singular_value": self.setting.singular_values,
            }
        )
        times = xr.DataArray(self.times(FULLY_CONNECTED), dims="update")
        curve = evaluate(layer_laws.mode_law(), parameters, times)
        return np.asarray(curve.transpose("trial", "mode", "update"))

    # --- ladders ----------------------------------------------------------------------------

    def ladder(
        self, network: str, alone: tuple[str, np.ndarray, str] | None, paths: Paths
    ) -> Ladder:
        """Return the ladder of a network's mode strengths.

        Parameters
        ----------
        alone : tuple of str, ndarray (trial, mode, time) and str, optional
            The first rung: its name, its values, and the idealisation that the flow drops.
        """
        s = self.setting
        full, half, quarter = (
            s.strengths(d["strengths"], self.grid) for d in paths.descents.values()
        )
        flow = s.strengths(paths.flow["strengths"], self.grid)
        rungs = [Rung(FLOW, flow)]
        if alone is not None:
            name, values, drops = alone
            rungs = [Rung(name, s.trajectory(values, self.grid)), Rung(FLOW, flow, drops)]
        return Ladder(
            name=network,
            rungs=(*rungs, Rung(DESCENT, full, STEP_SIZE)),
            measurement="network",
            scale=s.singular_values,
            scale_name="S_m",
            averaged=("trial",),
            predictions={STEP_SIZE: step_prediction(full, half, quarter)},
        )

    # --- times of discovery -----------------------------------------------------------------

    def discovery(self, paths: dict[str, Paths]) -> xr.Dataset:
        """Return the forecast updates until half of each mode is learnt.

        `discovery_time` (forecast, network, trial, mode), as `discovery_times` has it. `step_error`
        (network, trial, mode): by how much descent is later than F2, from the descent at half the
        rate; and `step_uncertainty`, from the one at a quarter.
        """
        times = self.discovery_times({network: both.flow for network, both in paths.items()})
        errors, bounds = [], []
        for network, both in paths.items():
            flow = times.sel(network=network, forecast="F2").values
            half, quarter = (self._passing(both.descents[r]) for r in (0.5, 0.25))
            # t(rate) = t0 + c1 rate + c2 rate^2, as for strengths
            first, second = 2 * (half - flow), 4 * (quarter - flow)
            errors.append(first)
            bounds.append(4 * np.abs(first - second))
        coords = {"network": list(paths), "trial": list(self.setting.seeds)}
        inner = ["network", "trial", "mode"]
        return xr.Dataset(
            {
                "discovery_time": times,
                "step_error": quantity(
                    np.stack(errors),
                    inner,
                    name="step_error",
                    long_name="discovery by descent minus discovery by flow",
                    units="updates",
                    coords=coords,
                ),
                "step_uncertainty": quantity(
                    np.stack(bounds),
                    inner,
                    name="step_uncertainty",
                    long_name="uncertainty of the step error",
                    units="updates",
                    coords=coords,
                ),
            }
        )

    def discovery_times(self, flows: dict[str, Observed]) -> xr.DataArray:
        """Return the updates until half of each mode is learnt, (forecast, network, trial, mode).

        F0: exponential growth of the dominant frequency alone; F1: the mode alone; F2: the coupled
        flow, of which what is observed on the grid is given for each network.
        """
        alone = {CNN: self._alone_convolutional, FULLY_CONNECTED: self._alone_connected}
        times = [np.stack([*alone[name](), self._passing(flow)]) for name, flow in flows.items()]
        return quantity(
            np.stack(times, axis=1),
            ["forecast", "network", "trial", "mode"],
            name="discovery_time",
            long_name="updates until half of S is learnt",
            units="updates",
            coords={
                "forecast": list(FORECASTS),
                "network": list(flows),
                "trial": list(self.setting.seeds),
            },
        )

    def _passing(self, observed: Observed) -> np.ndarray:
        strengths = np.moveaxis(np.diagonal(observed["strengths"], axis1=-2, axis2=-1), 0, -1)
        return discovery_updates(self.grid, strengths, self.setting.modes.singular_values)

    def _alone_convolutional(self) -> list[np.ndarray]:
        s = self.setting
        if s.layers > 1:
            return [np.full((len(s.seeds), len(s.singular_values)), np.nan)] * 2
        clocks = self.clocks()
        early = clocks.strengths(np.zeros(clocks.kernel.shape[:2]))
        rates = s.loss_scale * s.learning_rate * s.spectra.side * s.spectra.largest
        return [
            self._exponential(early) / rates,
            clocks.times(0.5) / (s.loss_scale * s.learning_rate),
        ]

    def _alone_connected(self) -> list[np.ndarray]:
        s, initial = self.setting, self.layer_strengths()
        rate = s.loss_scale * s.layer_rate
        known = {A0: initial, A1: s.singular_values / 2, S: s.singular_values}
        whole = evaluate_expression(layer_laws.discovery_time().right, known)
        return [
            self._exponential(initial.values) / rate,
            np.maximum(whole.transpose("trial", "mode").values / rate, 0.0),
        ]

    def _exponential(self, initial: np.ndarray) -> np.ndarray:
        """Return the time to S/2 if growth were always as at the start, 0 where A0 is beyond S/2."""
        law = layer_laws.early_forecast().right
        values = {
            A0: xr.DataArray(initial, dims=("trial", "mode")),
            S: self.setting.singular_values,
        }
        return np.maximum(evaluate_expression(law, values).transpose("trial", "mode").values, 0.0)
