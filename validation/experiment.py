"""Experiments: prepared, forecast, only then measured, and judged.

An experiment has cases; a case has one set-up, its ladders and its checks. `run` calls the steps in
their order and stores the forecast, with its checksum, before anything is measured.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from theory.errors import ArgumentError, DivergenceError, OutputError
from validation.checks import Check, Finding, judge

if TYPE_CHECKING:
    import xarray as xr

    from validation.ladder import Ladder

Progress = Callable[[str, int, int], None]
SCHEMA = "modewise-result-1"
FORECAST, SEAL, FINISHED = "forecast.nc", "forecast.json", "finished"


@dataclasses.dataclass(frozen=True)
class Forecast:
    """All that is said before the measurement.

    Parameters
    ----------
    ladders : tuple of Ladder
        Without their measurements.
    predicted : xr.Dataset or xr.DataTree
        Other predicted arrays that checks and figures need; a tree where their shapes differ.
    notes : tuple of str
        Sentences that a reader needs before the measurement: warnings.
    """

    ladders: tuple[Ladder, ...]
    predicted: xr.Dataset | xr.DataTree
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What was measured.

    Parameters
    ----------
    ladders : mapping of str to xr.DataArray
        Last rung of each ladder, by the ladder's name.
    observed : xr.Dataset or xr.DataTree
        Other observed arrays; a tree where their shapes differ.
    told : sequence of dict
        Tables, as those of a `Report`, of what no two runs share, such as times. They go into the
        provenance, and are no values of the result.
    """

    ladders: Mapping[str, xr.DataArray]
    observed: xr.Dataset | xr.DataTree
    told: Sequence[dict[str, Any]] = ()


@dataclasses.dataclass(frozen=True)
class Report:
    """What a reader is shown of a result beside its checks and its budget.

    Parameters
    ----------
    figures : mapping of str to matplotlib Figure
        By their titles.
    tables : sequence of dict
        Each with ``title``, ``columns`` and ``rows``: predicted beside measured.
    media : mapping of str to bytes
        Sounds, films and what belongs to them, by the end of their files' names: ``.gif``.
    """

    figures: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tables: Sequence[dict[str, Any]] = ()
    media: Mapping[str, bytes] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Work:
    """What every step of a case is given to work with.

    Parameters
    ----------
    store : Path
        Folder of this run: what is kept there is found again when the same command goes on.
    progress : callable
        Told the stage, how much of it is done, and its total.
    """

    store: Path
    progress: Progress = lambda stage, done, total: None

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Return a progress that speaks of one stage."""
        return functools.partial(self.progress, name)


class Case(Protocol):
    """One set-up of an experiment; its steps are called in the order of its methods."""

    name: str

    def notes(self) -> list[str]:
        """Return sentences that a reader needs before anything else: the set-up, warnings."""

    def prepare(self, work: Work) -> xr.Dataset:
        """Return all that the forecast may see: data, start weights, order of samples.

        It goes under the seal and into the result, large arrays as their checksums; its attribute
        `data` may tell where data came from, as JSON.
        """

    def forecast(self, setup: xr.Dataset, work: Work) -> Forecast:
        """Return all rungs but the last and the predicted sources."""

    def measure(self, forecast: Forecast, work: Work) -> Measurement:
        """Return the last rungs, from data that no earlier step has seen where there are such."""

    def findings(self, result: xr.DataTree) -> dict[str, Finding]:
        """Return what each check of this case found, from the tree."""

    def report(self, result: xr.DataTree) -> Report:
        """Return figures, tables and media, from the tree alone."""


class Experiment(Protocol):
    """A named family of cases.

    `name` is the file's, `summary` one line for the list, `config_type` a frozen dataclass that is
    the command line (it has a `preset`, and a `seed` if anything is drawn), `cases` the options
    that choose each case, `checks` all checks of all cases, `claims` the registered names of the
    laws that it rests on, or by case that each rests on.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    config_type: ClassVar[type]
    cases: ClassVar[Mapping[str, str]]
    checks: ClassVar[tuple[Check, ...]]
    claims: ClassVar[tuple[str, ...] | Mapping[str, tuple[str, ...]]]

    def case(self, config: Any) -> Case:
        """Return the case that a configuration names.

        Raises
        ------
        ArgumentError
            For a configuration that cannot be run, before anything is written.
        """

    def verifications(self) -> Mapping[str, Callable[[], float]]:
        """Return the verifications that need no data of a case, by the id of their check.

        Those run whose checks belong to the case that runs.
        """


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run leaves: the tree, and what is shown of it."""

    tree: xr.DataTree
    report: Report


def run(
    experiment: Experiment,
    config: Any,
    *,
    out: Path,
    fresh: bool = False,
    progress: Progress = lambda stage, done, total: None,
    announce: Callable[[list[str]], None] = lambda notes: None,
    command: str = "",
    program: str = "",
) -> Outcome:
    """Run an experiment to its tree and figures.

    The forecast is written to ``out/.NAME/<config hash>/`` with its SHA-256 before `measure`
    starts. A run that finds an unfinished one there verifies it (values, set-up, bars, code) and
    goes on from it; a finished one is started over.

    Parameters
    ----------
    progress : callable
        Told the stage, how much of it is done, and its total.
    announce : callable
        Told the case's notes, warnings among them, before anything is computed, and the forecast's
        before anything is measured.
    command, program : str
        The whole command line, for the provenance; and its beginning without options, for the rows
        that another command would run.

    Raises
    ------
    ArgumentError
        For a configuration that cannot be run; if the stored forecast was changed.
    """
    from numerics.files import write_text
    from validation.provenance import provenance

    started = time.monotonic()
    case = experiment.case(config)
    announce(case.notes())
    store = store_of(experiment, config, out)
    if fresh or (store / FINISHED).exists():
        _empty(store)
    work = Work(store, progress)
    setup = case.prepare(work)
    resumed = (store / SEAL).exists()
    forecast, sealed = _forecast_once(case, experiment, setup, work)
    if forecast.notes:
        announce(list(forecast.notes))
    with _own_faults():
        measured = case.measure(forecast, work)
        program = program or f"python -m validation.{experiment.name}"
        outcome = _judged(experiment, config, case, setup, forecast, measured, progress, program)
    seconds = time.monotonic() - started
    told = provenance(config, command, seconds, resumed=resumed)
    told["data"] = json.loads(setup.attrs.get("data", "{}"))
    told["tables"] = _finite(measured.told)
    outcome.tree.attrs.update(forecast=json.dumps(sealed), provenance=json.dumps(told))
    write_text(store / FINISHED, told["finished"])
    _empty(store, keep=(FORECAST, SEAL, FINISHED))
    return outcome


def unfinished(experiment: Experiment, config: Any, out: Path) -> Path | None:
    """Return the store of an earlier run of this configuration that did not end, if there is one."""
    store = store_of(experiment, config, out)
    return store if (store / SEAL).exists() and not (store / FINISHED).exists() else None


def store_of(experiment: Experiment, config: Any, out: Path) -> Path:
    """Return the folder that keeps what a run needs in order to go on."""
    return out / f".{experiment.name}" / config_hash(config)


@contextlib.contextmanager
def _own_faults() -> Iterator[None]:
    """After the forecast only divergence and a full disk are the user's; the rest are faults of ours."""
    try:
        yield
    except (DivergenceError, OutputError):
        raise
    except ArgumentError as error:
        raise RuntimeError(f"refused after the forecast: {error}") from error


def _judged(
    experiment: Experiment,
    config: Any,
    case: Case,
    setup: xr.Dataset,
    forecast: Forecast,
    measured: Measurement,
    progress: Progress,
    program: str,
) -> Outcome:
    """Put the measurement on the ladders, judge every check, draw the report."""
    import xarray as xr

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
    # a comparison that drops points whose labels differ would hold of nothing
    with xr.set_options(arithmetic_join="exact"):
        found = case.findings(tree)
    findings = found | _verified(experiment, case.name, config.preset, progress)
    rows = judge(
        experiment.checks,
        findings,
        case=case.name,
        preset=config.preset,
        command=lambda other, needed: _command(program, experiment.cases[other], needed),
    )
    budget = [{"case": case.name, **row} for ladder in ladders.values() for row in ladder.budget()]
    tree["/checks"] = xr.DataTree(_rows_as_dataset([r.as_json() for r in rows], "check"))
    tree["/budget"] = xr.DataTree(_rows_as_dataset(budget, "budget_row"))
    tree.attrs.update(
        schema=SCHEMA,
        experiment=experiment.name,
        case=case.name,
        config=json.dumps(dataclasses.asdict(config)),
        claims=json.dumps(_claims(experiment, case.name)),
        notes=json.dumps([*case.notes(), *forecast.notes]),
    )
    with xr.set_options(arithmetic_join="exact"):
        report = case.report(tree)
    tree.attrs["tables"] = json.dumps(_finite(report.tables))
    return Outcome(tree, report)


def _claims(experiment: Experiment, case: str) -> tuple[str, ...]:
    """Return the names of the laws that a case rests on."""
    claims = experiment.claims
    return claims[case] if isinstance(claims, Mapping) else claims


def _command(program: str, options: str, preset: str) -> str:
    return " ".join(filter(None, (program, options, f"--preset {preset}")))


def _verified(
    experiment: Experiment, case: str, preset: str, progress: Progress
) -> dict[str, Finding]:
    """Run the experiment's verifications that belong to the case and that the preset asks for."""
    functions = experiment.verifications()
    wanted = [
        check.id
        for check in experiment.checks
        if check.id in functions and check.belongs_to(case) and check.runs_at(preset)
    ]
    found: dict[str, Finding] = {}
    for done, name in enumerate(wanted, 1):
        found[name] = functions[name]()
        progress("verification", done, len(wanted))
    return found


def config_hash(config: Any) -> str:
    """Return a short hash of a configuration."""
    text = json.dumps(dataclasses.asdict(config), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _forecast_once(
    case: Case, experiment: Experiment, setup: xr.Dataset, work: Work
) -> tuple[Forecast, dict[str, str]]:
    """Write the forecast and its checksum, or verify and take up what an earlier run wrote."""
    import xarray as xr

    from numerics.files import checksum, read_tree, write_text, write_tree
    from validation.ladder import Ladder
    from validation.provenance import code_fingerprint, now

    file, seal = work.store / FORECAST, work.store / SEAL
    said = {
        "asked": json.dumps([dataclasses.asdict(check) for check in experiment.checks]),
        "setup_sha256": checksum(xr.DataTree(setup)),
        "code_sha256": code_fingerprint(type(experiment)),
    }
    if not seal.exists():
        forecast = case.forecast(setup, work)
        parts = {f"/ladders/{x.name}": x.to_dataset() for x in forecast.ladders}
        tree = xr.DataTree.from_dict(
            {
                "/": xr.Dataset(attrs=said | {"notes": json.dumps(forecast.notes)}),
                "/predicted": forecast.predicted,
                **parts,
            }
        )
        write_tree(file, tree)
        sealed = {"file": str(file), "sha256": checksum(tree), "written": now()}
        write_text(seal, json.dumps(sealed))
        return forecast, sealed
    try:
        sealed = json.loads(seal.read_text())
        tree = read_tree(file)
        found = checksum(tree)
        notes = tuple(json.loads(tree.attrs.pop("notes")))
        intact = found == sealed["sha256"] and dict(tree.attrs) == said
    except (ValueError, KeyError):
        intact = False
    if not intact:
        raise ArgumentError(
            "out",
            str(file),
            "the stored forecast is not the one that was sealed, or set-up, bars or code have changed",
            "start over with --fresh",
        )
    stored = tree["/ladders"].children if "ladders" in tree.children else {}
    ladders = tuple(Ladder.from_dataset(node.to_dataset()) for node in stored.values())
    predicted = xr.DataTree.from_dict({"/": tree["/predicted"]})
    return Forecast(ladders, predicted, notes), sealed


def _empty(folder: Path, keep: Sequence[str] = ()) -> None:
    import shutil

    for file in folder.glob("*"):
        if file.name not in keep:
            shutil.rmtree(file) if file.is_dir() else file.unlink()


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
