"""A run made elsewhere, in any framework, judged against the forecast of its learning rate.

Ladder: coupled flow > discrete descent, both the mean of random starts > descent from each start >
the run. Its own start is not known: every start of the ensemble is held against it, and their
scatter is what is predicted of the source `start`. Forecast and run are read by one instrument, the
fit of a sigmoid to each mode's learning curve.

Before the forecast is sealed, of the file only its updates, its sizes, the learning rate and the
loss scale are used, and whether all its numbers are finite.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from numerics import linear_network
from numerics.learning_curves import fit_sigmoids
from numerics.linear_cnn.starts import random_start
from numerics.observer import EffectiveSingularValues
from numerics.schema import quantity
from numerics.training import record_grid
from theory.errors import ArgumentError
from validation.checks import Finding, Missing
from validation.experiment import Forecast, Measurement, Report, Work
from validation.ladder import Ladder, Prediction, Rung
from validation.linear_cnn.check_table import MEASURED_RUN
from validation.linear_cnn.forecasting import DESCENT, FLOW, STEP_SIZE, Forecaster
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, setup_dataset, trained
from validation.linear_cnn.measured_run.judgement import (
    EACH_START,
    FEWEST_TRIALS,
    NOT_LEARNT,
    SAY_NOTHING,
    UNEXPLAINED,
    judgement,
    quantile,
)
from validation.linear_cnn.measured_run.run_file import RunFile, read_run, refused
from validation.linear_cnn.measured_run.shown import mode_table, run_over_forecast, whole_table
from validation.linear_cnn.setting import INITIAL_SCALE, Setting, subject_of

if TYPE_CHECKING:
    from validation.linear_cnn import Config

NETWORKS = {"cnn": CNN, "fully_connected": FULLY_CONNECTED}
START = "start"
TRIALS = 10
DOUBLINGS = 2  # of the run's updates, for a forecast that is slower than the run
FINENESS = 400  # records of the forecast at least, however few the run has


@dataclasses.dataclass(frozen=True)
class RunSetting(Setting):
    """A setting whose learning rate and loss scale are those of a run, of one network."""

    network: str
    scale: float

    @property
    def loss_scale(self) -> float:
        """The loss scale c of the run."""
        return self.scale

    @property
    def layer_rate(self) -> float:
        """The learning rate: that of the run, whichever its network."""
        return self.learning_rate

    @property
    def epsilon(self) -> float:
        """Dimensionless step, of the network of the run."""
        fastest = self.fastest if self.network == CNN else float(self.modes.singular_values[0])
        return self.loss_scale * self.learning_rate * fastest

    @property
    def initial_scale(self) -> float:
        """Standard deviation of the start weights, of every layer."""
        if self.network == CNN or self.config.initial_scale is not None:
            return super().initial_scale
        return INITIAL_SCALE / self.spectra.side

    @property
    def alone(self) -> np.ndarray:
        """Growth rate of each mode if it were alone, 2 n v S c eta (no n v if fully connected), (mode,)."""
        gains = np.ones(1) if self.network != CNN else self.spectra.side * self.spectra.largest
        if self.layers > 1:  # no mode then grows by a rate of its own
            gains = gains * np.nan
        return 2 * gains * self.modes.singular_values * self.loss_scale * self.learning_rate


class MeasuredRun:
    """A foreign run against an ensemble of exact descents from random starts."""

    def __init__(self, config: Config):
        _refuse_what_makes_no_sense(config)
        assert config.measured is not None
        self.name = MEASURED_RUN
        self.run = read_run(config.measured)
        self.setting = s = _setting(config, self.run)
        _require_same_images(self.run, s)
        self.run.require_finite()
        pixels, inputs = s.spectra.side**2, s.modes.inputs.shape[1]
        hidden = config.hidden or inputs
        self.start = random_start(s.seeds, pixels, s.classes, s.initial_scale, s.widths)
        self.layers = linear_network.random_start(
            s.seeds,
            inputs,
            s.classes,
            hidden=hidden if s.network == FULLY_CONNECTED else 1,  # not used, and may be large
            scale=s.initial_scale,
        )

    def notes(self) -> list[str]:
        """Return what is taken for granted of the run."""
        s, run = self.setting, self.run
        kind = "a CNN" if s.network == CNN else "a fully connected network"
        said = [
            f"A run of {run.path.name}: {len(run.updates)} records of {run.name} up to update "
            f"{run.updates[-1]}, taken for {kind} at learning rate {s.learning_rate:.4g}, "
            f"loss scale c = {s.loss_scale:.4g} (step eps = {s.epsilon:.3g}).",
            f"Forecast: {len(s.seeds)} random starts of standard deviation {s.initial_scale:.3g} in every "
            "layer, each by exact full-batch descent. The run's own start is not known: what it does "
            "has to be within what starts do.",
            *s.stability_note(),
        ]
        if s.network == FULLY_CONNECTED:
            said.append(f"The network has {self.layers.first.shape[1]} hidden nodes.")
        return said

    def prepare(self, work: Work) -> xr.Dataset:
        """Return data, start weights, and at which updates the run was recorded."""
        setup = setup_dataset(self.setting, self.start, self.layers, None)
        setup["recorded_at"] = quantity(
            self.run.updates,
            ["update"],
            name="recorded_at",
            long_name="updates made before each record",
            units="updates",
        )
        alone = quantity(
            self.setting.alone,
            ["mode"],
            name="alone_rate",
            long_name="growth rate of a mode alone, 2 n v S c eta",
            units="1/update",
        )
        setup["alone_rate"] = alone
        return setup.assign_attrs(network=self.setting.network, recorded=self.run.name)

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Flow and exact descent from every start, at the updates of the run; their fits."""
        s, grid = self.setting, self.run.updates
        forecaster = Forecaster(s, self.start, self.layers, grid)
        # descent first: where the rate is too large it tells at once, and the flow would take long
        each, longer = self._descents(forecaster, work)
        mean = each.mean("trial", keep_attrs=True)
        flow = s.strengths(forecaster.flow(s.network)["strengths"], grid)
        ladder = Ladder(
            name=s.network,
            rungs=(
                Rung(FLOW, flow.mean("trial", keep_attrs=True)),
                Rung(DESCENT, mean, STEP_SIZE),
                Rung(EACH_START, each, START),
            ),
            measurement="run",
            scale=s.singular_values,
            scale_name="S_m",
            averaged=("trial",),
            predictions={START: Prediction(xr.zeros_like(each), _scatter(each))},
        )
        predicted = {
            "/fits": fit_sigmoids(each, s.singular_values),
            "/longer": xr.Dataset({"strength": longer}),
        }
        return Forecast((ladder,), xr.DataTree.from_dict(predicted))

    def _descents(self, forecaster: Forecaster, work: Work) -> tuple[xr.DataArray, xr.DataArray]:
        """Return descent from every start, (trial, mode, update): at the updates of the run, and longer.

        Longer is finer, too: a rise between two records of the run has its time all the same. It
        goes on where some start has not yet learnt every mode: the run may be the faster.
        """
        s, span = self.setting, int(self.run.updates[-1])
        step = max(1, span // FINENESS)
        grid = np.union1d(self.run.updates, record_grid(span, step))
        learner = forecaster.descent(s.network)
        stage = work.stage(f"forecast of {s.network}")

        def further(more: np.ndarray) -> np.ndarray:
            return trained(s, learner, more, s.network, progress=stage)["strengths"]

        kept = further(grid)
        each = s.strengths(kept[np.isin(grid, self.run.updates)], self.run.updates)
        longer = s.strengths(kept, grid)
        for _ in range(DOUBLINGS):
            if bool((longer.max("update") > s.singular_values / 2).all()):
                break
            more = record_grid(span, step)[1:]
            kept = np.concatenate((kept, further(more)))
            grid = np.concatenate((grid, grid[-1] + more))
            longer, span, step = s.strengths(kept, grid), 2 * span, 2 * step
        return each, longer

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Read the file: strengths from its predictions, and their fits."""
        s, run = self.setting, self.run
        values = run.values()
        observed = {}
        if run.name == "predictions":
            seen = EffectiveSingularValues(s.images.train)(values)
            values = seen["strength"].values
            observed["leakage"] = seen["leakage"].assign_coords(update=run.updates)
        strengths = quantity(
            values,
            ["update", "mode"],
            name="mode_strength",
            long_name="mode strength A",
            coords={"update": run.updates},
        ).transpose("mode", "update")
        observed["strength"] = strengths
        tree = {
            "/run": xr.Dataset(observed, attrs={"sha256": run.sha256()}),
            "/fits": fit_sigmoids(strengths, s.singular_values),
        }
        # one run stands beside every start that it may have had
        (ladder,) = forecast.ladders
        beside = strengths.expand_dims(trial=ladder.rung(EACH_START)["trial"])
        return Measurement({ladder.name: beside}, xr.DataTree.from_dict(tree))

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return how many modes are left unexplained, and how far the pace is from the forecast's."""
        judged = judgement(result)
        if set(judged.verdicts) == {NOT_LEARNT}:
            early = Missing("no mode is half learnt within the run, and none was forecast to be")
            return {"M1": early, "M2": early}
        unseen = Missing("no mode's rise past half is recorded both of the run and in the forecast")
        if set(judged.verdicts) <= SAY_NOTHING:
            return {"M1": unseen, "M2": unseen}
        found: dict[str, Finding] = {"M1": float(judged.verdicts.count(UNEXPLAINED)), "M2": unseen}
        if judged.comparison.judged.any():
            found["M2"] = abs(judged.comparison.pace) / judged.comparison.pace_band
        return found

    def report(self, result: xr.DataTree) -> Report:
        """Return the run over its forecast, and the verdicts in words."""
        judged = judgement(result)
        tables = [whole_table(self.setting, judged), mode_table(result, judged)]
        return Report({"run": run_over_forecast(result, judged)}, tables)


def _setting(config: Config, run: RunFile) -> RunSetting:
    """Return the setting of the run: rate and scale of the options, or of the file."""
    chosen: dict[str, float | None] = {}
    for name in ("learning_rate", "loss_scale"):
        given, stored = getattr(config, name), getattr(run, name)
        if None not in (given, stored) and given != stored:
            raise ArgumentError(
                f"--{name.replace('_', '-')}", given, f"the file says {stored:.6g}", "leave it out"
            )
        chosen[name] = given if given is not None else stored
    if chosen["learning_rate"] is None:
        raise ArgumentError(
            "--learning-rate", "none", "the learning rate of the run is needed", "give it"
        )
    trials = config.trials or TRIALS
    if trials < FEWEST_TRIALS:
        raise ArgumentError(
            "--trials", trials, f"a scatter needs at least {FEWEST_TRIALS} starts", "take more"
        )
    subject = dataclasses.replace(subject_of(config), test=None)
    scale = chosen["loss_scale"]
    return RunSetting(
        **vars(subject),
        seeds=range(config.seed, config.seed + trials),
        learning_rate=chosen["learning_rate"],
        updates=int(run.updates[-1]),
        every=1,
        network=NETWORKS[config.network or "cnn"],
        scale=subject.loss_scale if scale is None else scale,
    )


def _refuse_what_makes_no_sense(config: Config) -> None:
    connected = config.network == "fully_connected"
    senseless = {
        "init": (config.init == "balanced", "the start of a run is small and random"),
        "gradient": (config.gradient != "full_batch", "a run of any pace is held against its mean"),
        "updates": (config.updates is not None, "the file says how many there are"),
        "test": (config.test is not None, "a run is judged on the images that it learnt from"),
        "kernels": (connected and config.kernels != 1, "is an option of convolutional networks"),
        "layers": (connected and config.layers != 1, "is an option of convolutional networks"),
        "hidden": (
            not connected and config.hidden is not None,
            "is an option of --network fully_connected",
        ),
    }
    for name, (applies, why) in senseless.items():
        if applies:
            value = getattr(config, name)
            raise ArgumentError(f"--{name}", value, why, "leave it out")


def _require_same_images(run: RunFile, setting: Setting) -> None:
    samples, outputs = setting.modes.targets.shape
    rank = len(setting.singular_values)
    wanted = (samples, outputs) if run.name == "predictions" else (rank,)
    if run.shape[1:] != wanted:
        said = "images and outputs" if run.name == "predictions" else "modes"
        raise refused(
            run.path,
            f"{run.name} has the shape {run.shape}, the images of --dataset ask for "
            f"({run.shape[0]}, {', '.join(map(str, wanted))}): {said}",
            "predict all images of --dataset in their order, or choose the set that was learnt",
        )


def _scatter(each: xr.DataArray) -> xr.DataArray:
    """Return by how much one more start may differ from the mean of all, at each point."""
    count = each.sizes["trial"]
    wide = quantile(count, 1) * np.sqrt(1 + 1 / count)
    return each.std("trial", ddof=1).expand_dims(trial=each["trial"]) * wide
