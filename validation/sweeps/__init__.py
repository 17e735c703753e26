"""Many runs of one experiment: a product of values over its configuration, its results in one store.

The runs go one after another in this process, on processes of this machine, or on the workers of a
dask scheduler; what they find is the same bit for bit. Each has its own folder, as a single run has,
and goes on from there if it was cut off; results are kept until the sweep has written its end result.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from theory.errors import ArgumentError
from validation.experiment import Experiment
from validation.sweeps.engines import engine
from validation.sweeps.jobs import Ending, Job, told
from validation.sweeps.tables import (
    CHECK,
    PER_CHECK,
    PER_RUN,
    document,
    row,
    table,
    values_checksum,
)

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SweepOutcome", "grid", "run_sweep", "values_checksum"]

Row = dict[str, Any]
SUFFIXES = {"netcdf": "nc", "zarr": "zarr"}


@dataclasses.dataclass(frozen=True)
class SweepOutcome:
    """What a sweep leaves.

    Parameters
    ----------
    document : dict
        What ``NAME_sweep.json`` holds.
    table : xr.Dataset
        What was found, by the swept fields and the checks.
    store : Path
        ``NAME_sweep.nc`` or ``.zarr``; `numerics.files.read_tree` reads either.
    tracebacks : str
        Of runs that ended by a fault of ours; empty if none did.
    """

    document: dict[str, Any]
    table: xr.Dataset
    store: Path
    tracebacks: str


def run_sweep(
    experiment: Experiment,
    values: Mapping[str, Sequence[Any]],
    *,
    out: Path,
    base: Any = None,
    workers: int = 1,
    scheduler: str | None = None,
    store: Literal["netcdf", "zarr"] = "netcdf",
    fresh: bool = False,
    announce: Callable[[list[str]], None] = lambda notes: None,
    ended: Callable[[Row, int, int], None] = lambda row, done, total: None,
    command: str = "",
    program: str = "",
) -> SweepOutcome:
    """Run an experiment at every point of a product of values; write what they find to one store.

    All configurations are tried before anything is run. A run without a result, for it diverged, say,
    is listed with its reason, and the others go on; one whose process died is run again on another.
    A run is given up that goes on killing processes; on a dask scheduler, which counts a death against
    all runs that wait for the same worker, only if it does so alone, after all others.
    ``NAME_sweep.nc`` (or ``.zarr``) holds the groups ``/runs/LABEL`` and ``/table``, and
    ``NAME_sweep.json`` the same checks with their totals. Until both are written, finished runs are
    kept in ``.NAME_sweep/``: the same sweep does not run them again, and does not notice if files that
    they have read were changed meanwhile.

    Parameters
    ----------
    values : mapping of str to sequence
        Fields of the configuration and their values, the outermost first.
    out : Path
        Folder that receives the files; also the workers' where it is theirs to reach.
    base : configuration, optional
        All other fields; their defaults if it is not given.
    workers : int
        Processes of this machine; 1 runs in this one.
    scheduler : str, optional
        Address of a dask scheduler (extra `scale`), whose workers run instead, one run at a time each.
    store : {"netcdf", "zarr"}
        Zarr needs the extra `scale`.
    fresh : bool
        Start all runs over.
    announce : callable
        Told sentences about the sweep before anything is run.
    ended : callable
        Called with the row of each run as it ends, how many have ended, and their total.
    command, program : str
        As those of `validation.experiment.run`.

    Raises
    ------
    ArgumentError
        For values that cannot be swept, a configuration that cannot be run, a scheduler that does not
        answer, the extra missing, or code that has changed since an earlier part.

    Examples
    --------
    ``run_sweep(DrumExperiment(), {"speed": [1.0, 2.0]}, out=Path("results"), workers=2).table.found``
    """
    from validation.provenance import provenance

    started = time.monotonic()
    out, base = Path(out), experiment.config_type() if base is None else base
    _require_store(store)
    jobs = _jobs(experiment, grid(base, values), out, fresh, command, program)
    with engine(experiment, workers, scheduler) as (run_all, where):
        kept = _Kept(out / f".{experiment.name}_sweep", jobs, fresh)
        announce([_size(values, where[0]), *where[1:], *kept.notes()])
        rows: dict[str, Row] = {}
        tracebacks: list[str] = []
        for ending in kept.completed(run_all):
            job = jobs[ending.label]
            rows[job.label] = row(job, ending)
            tracebacks += [f"{job}\n{ending.traceback}"] if ending.traceback else []
            ended(rows[job.label], len(rows), len(jobs))
    in_order = [rows[label] for label in jobs]
    found = table(experiment, values, in_order)
    seconds = time.monotonic() - started
    told_of_all = provenance(base, command, seconds, resumed=bool(kept.earlier)) | {"ran": where[0]}
    for own in ("seed", "device"):  # each run tells its own
        del told_of_all[own]
    said = document(experiment, base, values, in_order, found, told_of_all)
    path = out / f"{experiment.name}_sweep.{SUFFIXES[store]}"
    _write(path, said, found, kept)
    kept.empty()
    return SweepOutcome(said, found, path, "\n".join(tracebacks))


def grid(base: Any, values: Mapping[str, Sequence[Any]]) -> list[tuple[dict[str, Any], Any]]:
    """Return the points of a product of values, the last field fastest, and their configurations.

    Raises
    ------
    ArgumentError
        For no field, one that the configuration has not, no value, or one that comes twice.
    """
    fields = [field.name for field in dataclasses.fields(base)]
    if not values:
        raise ArgumentError("sweep", values, "must name a field", f"choose of {', '.join(fields)}")
    for name, entries in values.items():
        if name not in fields:
            raise ArgumentError(
                "sweep", name, f"must be one of {', '.join(fields)}", "choose one of them"
            )
        if name in (CHECK, *PER_CHECK, *PER_RUN):
            raise ArgumentError(
                "sweep", name, "is the name of a column of the table", "rename the field"
            )
        if not entries or len({repr(entry) for entry in entries}) < len(entries):
            raise ArgumentError(
                "sweep", f"{name}={list(entries)}", "must have values, all different", "change them"
            )
    points = [
        dict(zip(values, entries, strict=True)) for entries in itertools.product(*values.values())
    ]
    return [(at, dataclasses.replace(base, **at)) for at in points]


def _require_store(store: str) -> None:
    from numerics.files import require_zarr

    if store not in SUFFIXES:
        raise ArgumentError("--store", store, f"must be one of {', '.join(SUFFIXES)}", "choose one")
    if store == "zarr":
        require_zarr()


def _jobs(
    experiment: Experiment,
    points: list[tuple[dict[str, Any], Any]],
    out: Path,
    fresh: bool,
    command: str,
    program: str,
) -> dict[str, Job]:
    """Return the jobs by their labels; a configuration that cannot be run is refused here."""
    from validation.provenance import code_fingerprint

    code, folder, digits = code_fingerprint(type(experiment)), Path.cwd(), len(str(len(points) - 1))
    out = out.absolute()  # others may be at work elsewhere
    jobs = {}
    for number, (at, config) in enumerate(points):
        try:
            experiment.case(config)
        except ArgumentError as error:
            raise ArgumentError(
                f"{told(at)}: {error.argument}", error.value, error.expected, error.remedy
            ) from error
        label = f"{number:0{digits}}"
        jobs[label] = Job(label, at, experiment, config, out, folder, fresh, command, program, code)
    return jobs


def _size(values: Mapping[str, Sequence[Any]], where: str) -> str:
    runs = 1
    for entries in values.values():
        runs *= len(entries)
    return f"{runs} runs: {' x '.join(f'{len(v)} {name}' for name, v in values.items())}; {where}"


class _Kept:
    """The results of the runs that have finished, for as long as their sweep has not."""

    def __init__(self, folder: Path, jobs: Mapping[str, Job], fresh: bool):
        configs = [dataclasses.asdict(job.config) for job in jobs.values()]
        text = json.dumps(configs, sort_keys=True)
        self.folder = folder / hashlib.sha256(text.encode()).hexdigest()[:16]
        self.jobs = jobs
        if fresh:
            self.empty()
        self.earlier = [label for label in jobs if self._file(label).exists()]
        self._require_code()

    def _file(self, label: str) -> Path:
        return self.folder / f"{label}.nc"

    def _require_code(self) -> None:
        """Half a sweep of one program and half of another is nobody's result."""
        from numerics.files import write_text

        file, (code,) = self.folder / "code", {job.code for job in self.jobs.values()}
        if self.earlier and file.read_text() != code:
            raise ArgumentError(
                "out",
                str(self.folder),
                "the finished runs that are kept there were run by other code",
                "start over with --fresh",
            )
        write_text(file, code)

    def notes(self) -> list[str]:
        if not self.earlier:
            return []
        count = f"{len(self.earlier)} of {len(self.jobs)} runs have finished"
        return [f"going on from an unfinished sweep in {self.folder}: {count}; --fresh starts over"]

    def completed(self, run_all: Callable[[list[Job]], Iterator[Ending]]) -> Iterator[Ending]:
        """Yield the endings of all runs: of those that are kept, then of the others, which are kept."""
        from numerics.files import write_tree

        for label in self.earlier:
            yield self.ending(label)
        for ending in run_all(
            [job for label, job in self.jobs.items() if label not in self.earlier]
        ):
            if ending.tree is not None:
                write_tree(self._file(ending.label), ending.tree)
            yield ending

    def ending(self, label: str) -> Ending:
        from numerics.files import read_tree
        from validation.report.document import document, exit_code

        tree = read_tree(self._file(label))
        return Ending(label, exit_code(document(tree, [])), tree=tree)

    def trees(self) -> Iterator[tuple[str, xr.DataTree]]:
        """Yield the groups of all results and the results, one at a time in memory."""
        from numerics.files import read_tree

        for label in self.jobs:
            if self._file(label).exists():  # not that of a run without a result
                yield f"/runs/{label}", read_tree(self._file(label))

    def empty(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # another sweep keeps its results there, or nothing did
            self.folder.parent.rmdir()


def _write(path: Path, said: dict[str, Any], found: xr.Dataset, kept: _Kept) -> None:
    """Write the store, then the document that names it."""
    import xarray as xr

    from numerics.files import write_text, write_trees

    said["files"] = [str(path), str(path.with_suffix(".json"))]
    told_of_all = {name: said[name] for name in ("schema", "experiment", "values_sha256")}
    for name in ("base", "sweep", "totals", "provenance"):
        told_of_all[name] = json.dumps(said[name])
    head = [
        ("/", xr.DataTree(xr.Dataset(attrs=told_of_all))),
        ("/table", xr.DataTree(found)),
        ("/runs", xr.DataTree()),
    ]
    write_trees(path, itertools.chain(head, kept.trees()))
    write_text(path.with_suffix(".json"), json.dumps(said, indent=1) + "\n")
