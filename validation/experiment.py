"""Experiments: prepared, forecast, only then measured, and judged.

An experiment has cases; a case has one set-up, its ladders and its checks. `run` calls the steps in
their order and stores the forecast, with its checksum, before anything is measured.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import importlib.metadata
import json
import math
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from theory.errors import ArgumentError
from validation.checks import Check, Finding, judge

if TYPE_CHECKING:
    import xarray as xr

    from validation.ladder import Ladder

Progress = Callable[[str, int, int], None]
SCHEMA = "modewise-result-1"


@dataclasses.dataclass(frozen=True)
class Forecast:
    """All that is said before the measurement.

    Parameters
    ----------
    ladders : tuple of Ladder
        Without their measurements.
    predicted : xr.Dataset
        Other predicted arrays that checks and figures need.
    """

    ladders: tuple[Ladder, ...]
    predicted: xr.Dataset


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What was measured.

    Parameters
    ----------
    ladders : mapping of str to xr.DataArray
        Last rung of each ladder, by the ladder's name.
    observed : xr.Dataset
        Other observed arrays.
    """

    ladders: Mapping[str, xr.DataArray]
    observed: xr.Dataset


class Case(Protocol):
    """One set-up of an experiment."""

    name: str

    def prepare(self) -> xr.Dataset:
        """Return all that the forecast may see: data, start weights, order of samples."""

    def forecast(self) -> Forecast:
        """Return all rungs but the last and the predicted sources."""

    def measure(self, forecast: Forecast, store: Path, progress: Progress) -> Measurement:
        """Return the last rungs; resumable through files in the folder `store`."""

    def findings(self, result: xr.DataTree, progress: Progress) -> dict[str, Finding]:
        """Return what each check of this case found, from the tree and from verifications."""

    def figures(self, result: xr.DataTree) -> dict[str, Any]:
        """Return matplotlib figures by name, from the tree alone."""

    def tables(self, result: xr.DataTree) -> list[dict[str, Any]]:
        """Return tables of predicted beside measured: ``title``, ``columns``, ``rows``."""

    def notes(self) -> list[str]:
        """Return sentences that the report has to say of this case."""


class Experiment(Protocol):
    """A named family of cases.

    `name` is the file's, `summary` one line for the list, `config_type` a frozen dataclass that is
    the command line, `checks` all checks of all cases, `claims` the names of the laws it rests on.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    config_type: ClassVar[type]
    checks: ClassVar[tuple[Check, ...]]
    claims: ClassVar[tuple[str, ...]]

    def case(self, config: Any) -> Case:
        """Return the case that a configuration names.

        Raises
        ------
        ArgumentError
            For a configuration that cannot be run, before anything is written.
        """

    def command(self, case: str, preset: str) -> str:
        """Return the command line that runs a case at a preset."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run leaves: the tree, and the figures drawn from it."""

    tree: xr.DataTree
    figures: dict[str, Any]


def run(
    experiment: Experiment,
    config: Any,
    *,
    out: Path,
    fresh: bool = False,
    progress: Progress = lambda stage, done, total: None,
    command: str = "",
) -> Outcome:
    """Run an experiment to its tree and figures.

    The forecast is written to ``out/.NAME/<config hash>/`` with its SHA-256 before `measure`
    starts; a run that finds one there verifies it and goes on from it.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run; if the stored forecast was changed.
    """
    import xarray as xr

    started = time.monotonic()
    case = experiment.case(config)
    store = out / f".{experiment.name}" / config_hash(config)
    if fresh:
        _empty(store)
    setup = case.prepare()
    forecast, sealed = _forecast_once(case, experiment, setup, store)
    measured = case.measure(forecast, store, progress)
    ladders = {x.name: x.completed(measured.ladders[x.name]) for x in forecast.ladders}
    tree = xr.DataTree.from_dict(
        {
            "/": xr.Dataset(),
            "/setup": setup,
            "/forecast": forecast.predicted,
            "/observed": measured.observed,
            **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
        }
    )
    findings = case.findings(tree, progress)
    rows = judge(
        experiment.checks,
        findings,
        case=case.name,
        preset=config.preset,
        command=experiment.command,
    )
    budget = [{"case": case.name, **row} for ladder in ladders.values() for row in ladder.budget()]
    tree["/checks"] = xr.DataTree(_rows_as_dataset([r.as_json() for r in rows], "check"))
    tree["/budget"] = xr.DataTree(_rows_as_dataset(budget, "budget_row"))
    tree.attrs.update(
        schema=SCHEMA,
        experiment=experiment.name,
        case=case.name,
        config=json.dumps(dataclasses.asdict(config)),
        forecast=json.dumps(sealed),
        claims=json.dumps(experiment.claims),
        tables=json.dumps(_finite(case.tables(tree))),
        notes=json.dumps(case.notes()),
        provenance=json.dumps(
            provenance(config, command, time.monotonic() - started)
            | {"data": json.loads(setup.attrs.get("data", "{}"))}
        ),
    )
    return Outcome(tree, case.figures(tree))


def config_hash(config: Any) -> str:
    """Return a short hash of a configuration and of the version that reads it."""
    text = json.dumps(dataclasses.asdict(config), sort_keys=True) + version()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def version() -> str:
    """Return the installed version of Modewise."""
    return importlib.metadata.version("modewise")


def _forecast_once(
    case: Case, experiment: Experiment, setup: xr.Dataset, store: Path
) -> tuple[Forecast, dict[str, str]]:
    """Write the forecast and its checksum, or verify and take up what an earlier run wrote."""
    import xarray as xr

    from numerics.files import checksum, read_tree, write_text, write_tree
    from validation.ladder import Ladder

    file, seal = store / "forecast.nc", store / "forecast.json"
    prepared = checksum(xr.DataTree(setup))
    if not seal.exists():
        forecast = case.forecast()
        asked = [dataclasses.asdict(check) for check in experiment.checks]
        parts = {f"/ladders/{x.name}": x.to_dataset() for x in forecast.ladders}
        said = {"asked": json.dumps(asked), "setup_sha256": prepared}
        tree = xr.DataTree.from_dict(
            {"/": xr.Dataset(attrs=said), "/predicted": forecast.predicted, **parts}
        )
        write_tree(file, tree)
        written = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        sealed = {"file": str(file), "sha256": checksum(tree), "written": written}
        write_text(seal, json.dumps(sealed))
        return forecast, sealed
    try:
        sealed = json.loads(seal.read_text())
        tree = read_tree(file)
        intact = checksum(tree) == sealed["sha256"] and tree.attrs["setup_sha256"] == prepared
    except (ValueError, KeyError):
        intact = False
    if not intact:
        raise ArgumentError(
            "out",
            str(file),
            "the stored forecast is not the one that was sealed, or its set-up has changed",
            "start over with --fresh",
        )
    stored = tree["/ladders"].children if "ladders" in tree.children else {}
    ladders = tuple(Ladder.from_dataset(node.to_dataset()) for node in stored.values())
    return Forecast(ladders, tree["/predicted"].to_dataset()), sealed


def _empty(folder: Path) -> None:
    import shutil

    if folder.exists():
        shutil.rmtree(folder)


def provenance(config: Any, command: str, seconds: float) -> dict[str, Any]:
    """Return what a reader needs in order to run it again."""
    packages = ("sympy", "numpy", "scipy", "torch", "xarray", "matplotlib", "scikit-learn")
    return {
        "command": command,
        "seed": config.seed,
        "versions": {
            "modewise": version(),
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in packages},
        },
        "machine": platform.machine(),
        "system": platform.system(),
        "device": getattr(config, "device", "cpu"),
        "seconds": round(seconds, 2),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _rows_as_dataset(rows: list[dict], dim: str) -> xr.Dataset:
    """Return rows as a Dataset of one dimension, each row as JSON text beside its columns."""
    import numpy as np
    import xarray as xr

    if not rows:
        return xr.Dataset(attrs={"rows": "[]"})
    columns = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        if all(isinstance(v, int | float) or v is None for v in values):
            columns[key] = (dim, np.array([np.nan if v is None else v for v in values], float))
        else:
            columns[key] = (
                dim,
                np.array([json.dumps(v) if not isinstance(v, str) else v for v in values]),
            )
    return xr.Dataset(columns, attrs={"rows": json.dumps(_finite(rows))})


def _finite(value: Any) -> Any:
    """Return a JSON value with None for every number that is not finite."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
