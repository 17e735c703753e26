"""A system of one's own: the toy below gets claims, command line, ladder, report and files.

`docs/add-your-own-system.md` explains it piece by piece; its code blocks are these lines.
"""

import dataclasses
import json
import re
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import sympy
import torch
import xarray as xr

from numerics import evaluate, integrate
from numerics.files import checksum, read_tree
from numerics.schema import quantity
from theory.claims import Reference, System, check_claim, register, registered
from theory.gradient_flow import TAU, UPDATE, gradient_flow
from validation import cli, plots, results
from validation.checks import Check
from validation.experiment import Forecast, Measurement, Report
from validation.ladder import Ladder, Prediction, Rung

# --- the toy: theory ------------------------------------------------------------------------------

W, W0, GOAL = sympy.symbols("w w0 g", real=True)
S, H = sympy.symbols("s h", positive=True)
NAMES = {"w": "weight", "w0": "start", "g": "goal", "s": "stiffness", "h": "step"}
OURS = Reference("this document", "1", "ours")


@register(reference=OURS, names=NAMES)
def relaxation() -> System:
    """One weight slides to its goal: dw/dtau = s (g - w)."""
    slide = gradient_flow(S * (W - GOAL) ** 2 / 2, [W])
    solution = {W: GOAL + (W0 - GOAL) * sympy.exp(-S * TAU)}
    return dataclasses.replace(slide, name="relaxation", initial={W: W0}, closed_form=solution)


@register(reference=OURS, names=NAMES)
def relaxation_map() -> System:
    """The same in steps, from the exact solution of the map: w' = w + h s (g - w)."""
    solution = {W: GOAL + (W0 - GOAL) * (1 - H * S) ** UPDATE}
    law = {W: W + H * S * (GOAL - W)}
    return System(
        name="stepped", law=law, time=UPDATE, is_map=True, initial={W: W0}, closed_form=solution
    )


# --- the toy: numerics ----------------------------------------------------------------------------


def train_weight(start: np.ndarray, goal: float, stiffness: float, rate: float, updates: int):
    """Train one torch weight a trial by autograd, (trial, update)."""
    weight, seen = torch.tensor(start, dtype=torch.float64, requires_grad=True), []
    for _ in range(updates + 1):
        seen.append(weight.detach().numpy().copy())
        (slope,) = torch.autograd.grad((stiffness * (weight - goal) ** 2 / 2).sum(), weight)
        weight = (weight - rate * slope).detach().requires_grad_()
    return np.stack(seen, axis=1)


# --- the toy: experiment --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Config:
    """A weight, its goal, its steps."""

    rate: float = 0.01
    """Learning rate."""
    seed: int = 0
    preset: str = "quick"


class Slide:
    """The one case: flow > map > network."""

    name = "slide"

    def __init__(self, config):
        self.rate, trials = config.rate, np.arange(3) + config.seed
        start = np.random.default_rng(config.seed).normal(size=3)
        self.start = quantity(
            start, ["trial"], name="start", long_name="start", coords={"trial": trials}
        )
        grid = np.arange(201)
        self.update = quantity(
            grid, ["update"], name="update", long_name="update", coords={"update": grid}
        )

    def prepare(self, work):
        return xr.Dataset({"start": self.start, "goal": 2.0, "stiffness": 3.0, "step": self.rate})

    def forecast(self, setup, work):
        flow = evaluate(relaxation(), setup, self.update * self.rate).transpose("trial", "update")
        step = integrate(relaxation_map(), setup, self.update)
        first = (flow - 2.0) * self.rate * 9.0 / 2 * (self.update * self.rate)  # of flow - map
        rungs = (Rung("flow", flow), Rung("map", step, "step size"))
        ladder = Ladder("weight", rungs, "network", xr.DataArray(1.0), "1", ("trial",),
                        predictions={"step size": Prediction(first, abs(first) * self.rate * 3)})  # fmt: skip
        return Forecast((ladder,), xr.Dataset())

    def measure(self, forecast, work):
        seen = train_weight(self.start.values, 2.0, 3.0, self.rate, len(self.update) - 1)
        return Measurement(
            {"weight": forecast.ladders[0].rungs[0].value.copy(data=seen)}, xr.Dataset()
        )

    def findings(self, result):
        return {"T1": results.ladder(result, "weight").largest("unexplained")}

    def notes(self):
        return ["A toy."]

    def report(self, result):
        first = results.ladder(result, "weight").rungs[0].value
        return Report({"weight": plots.trajectories(first).figure})


class Toy:
    """The experiment, as the command line sees it."""

    name, summary, config_type = "toy", "one weight slides to its goal", Config
    cases: ClassVar = {"slide": ""}
    checks = (Check("T1", "validation", "network against map", "<=", 1e-12),)
    claims = ("test_toy_system.relaxation",)

    def case(self, config):
        return Slide(config)

    def verifications(self):
        return {}


# --- what it gets by that -------------------------------------------------------------------------


def test_toy_is_short():
    """The toy stands in under 100 lines."""
    text = Path(__file__).read_text()
    toy = text[text.index("# --- the toy: theory") : text.index("# --- what it gets")]
    assert len([line for line in toy.splitlines() if line.strip()]) < 100


def test_claim_suite_runs_over_the_toy():
    """Both laws are on the list, true, and every fault in them shows."""
    entries = [e for e in registered() if e.name.startswith("test_toy_system.")]
    assert [e.name.split(".")[1] for e in entries] == ["relaxation", "relaxation_map"]
    for entry in entries:
        report = check_claim(entry.factory())
        assert report.failures == ()
        assert report.mutants > 5


def test_command_line_ladder_report_and_files(tmp_path, capsys):
    """The command ends with 0; budget adds up; page, JSON, figures and tree are there and agree."""
    with pytest.raises(SystemExit) as stop:
        cli.main(Toy, ["--rate", "0.02", "--out", str(tmp_path), "--json"])
    assert stop.value.code == 0
    said = json.loads(capsys.readouterr().out)
    assert said["checks"][0]["verdict"] == "holds"
    step, rest = said["budget"]
    assert [step["status"], rest["status"]] == ["predicted", "unexplained"]
    # by hand: flow - map = (w0 - g) ((e^-x)^t - (1 - x)^t), x = h s: predicted to first order
    assert abs(step["remainder"]) < 0.1 * abs(step["found"])
    for suffix in ("nc", "json", "html"):
        assert (tmp_path / f"toy.{suffix}").stat().st_size > 500
    assert (tmp_path / "toy_weight.png").exists()
    tree = read_tree(tmp_path / "toy.nc")
    again = results.ladder(tree, "weight")
    assert [r.name for r in again.rungs] == ["flow", "map", "network"]
    assert len(checksum(tree)) == 64
    page = (tmp_path / "toy.html").read_text()
    assert "T1" in page
    assert "One weight slides to its goal: dw/dtau = s (g - w)." in page
    assert "<math" in page


def test_bad_option_of_the_toy_is_one_line(tmp_path, capsys):
    """An unknown option: exit 2, one line, nothing written."""
    with pytest.raises(SystemExit) as stop:
        cli.main(Toy, ["--rat", "0.1", "--out", str(tmp_path / "new")])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_document_holds_the_lines_of_this_file():
    """Every Python block of the document stands in this file, word for word."""
    folder = Path(__file__).parent.parent / "docs"
    blocks = re.findall(
        r"```python\n(.*?)```", (folder / "add-your-own-system.md").read_text(), re.S
    )
    assert len(blocks) >= 5
    text = Path(__file__).read_text()
    for block in blocks:
        assert block in text
