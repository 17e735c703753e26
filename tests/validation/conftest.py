"""What tests of experiments share: the smallest one, a decay with one ladder and two checks, and threads."""

import dataclasses
import sys
import types
from typing import ClassVar

import numpy as np
import pytest
import xarray as xr

from numerics.schema import quantity
from validation.checks import Check
from validation.experiment import Forecast, Measurement, Report
from validation.ladder import Ladder, Prediction, Rung


@dataclasses.dataclass(frozen=True)
class DecayConfig:
    """A decay of some rate."""

    rate: float = 0.25
    """Per update."""
    seed: int = 0
    """Of the starts."""
    preset: str = "quick"
    """How much is run."""


class Decay:
    """The case: exp(-rate t) > (1 - rate)^t > what was held out."""

    name = "decay"

    def __init__(self, config, world):
        self.config, self.world = config, world
        self.start = np.random.default_rng(config.seed).uniform(1, 2, size=(2, 1))

    def _named(self, values):
        coords = {"trial": [0, 1], "update": np.arange(5)}
        return quantity(values, ["trial", "update"], name="decay", long_name="decay", coords=coords)

    def prepare(self, work):
        self.world.calls.append("prepare")
        return xr.Dataset({"start": ("trial", self.start[:, 0])}, attrs={"data": "{}"})

    def forecast(self, setup, work):
        self.world.calls.append("forecast")
        rate, time = self.config.rate, np.arange(5)
        flow = self._named(self.start * np.exp(-rate * time))
        stepped = self._named(self.start * (1 - rate) ** time)
        first = self._named(self.start * np.exp(-rate * time) * rate**2 * time / 2)
        ladder = Ladder(
            name="decay",
            rungs=(Rung("flow", flow), Rung("map", stepped, "step size")),
            measurement="network",
            scale=xr.DataArray(1.0),
            scale_name="1",
            averaged=("trial",),
            predictions={"step size": Prediction(first, first * rate)},
        )
        return Forecast((ladder,), xr.Dataset({"rate": rate}))

    def measure(self, forecast, work):
        self.world.calls.append("measure")
        self.world.before_measure(work.store)
        work.progress("training", 1, 1)
        values = self.world.held_out(forecast.ladders[0].rungs[-1].value.values)
        return Measurement({"decay": self._named(values)}, xr.Dataset())

    def findings(self, result):
        ladder = Ladder.from_dataset(result["/ladders/decay"].to_dataset())
        return {"D1": ladder.largest("unexplained")} | self.world.findings

    def notes(self):
        return ["A decay."]

    def report(self, result):
        from matplotlib import pyplot

        figure, ax = pyplot.subplots()
        ax.plot(result["/ladders/decay"]["value"].values[0, 0])
        table = {"title": "ends", "columns": ["trial", "end"], "rows": [[0, float("nan")]]}
        return Report({"decay": figure}, [table], self.world.media)


@pytest.fixture(autouse=True)
def _no_figure_stays_open():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def world():
    """What tests replace: what is measured, what is found, what happens before."""
    return types.SimpleNamespace(
        calls=[],
        before_measure=lambda store: None,
        held_out=lambda values: values,
        findings={},
        media={},
    )


@pytest.fixture
def decay(world):
    """The experiment's class."""

    class DecayExperiment:
        name, summary, config_type = "decay", "something decays", DecayConfig
        checks = (
            Check("D1", "validation", "network against map", "<=", 1e-12),
            Check("D2", "verification", "another case", "<=", 1.0, cases=("growth",)),
            Check("D3", "verification", "slow", "in", (0.0, 1.0), preset="paper"),
        )
        cases: ClassVar = {"decay": "", "growth": "--rate -1"}
        claims = ()

        def case(self, config):
            return Decay(config, world)

        def verifications(self):
            return {}

    return DecayExperiment


@pytest.fixture(scope="module")
def one_thread():
    """Threads of two test processes on two cores would only wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
