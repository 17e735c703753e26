"""What a sweep found: a row for each run, a labelled table, and the JSON document."""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from validation.experiment import Experiment
from validation.sweeps.jobs import OUR_FAULT, Ending, Job

if TYPE_CHECKING:
    import xarray as xr

SCHEMA = "modewise-sweep-1"
WORST_FIRST = (2, OUR_FAULT, 1, 3)
VERDICTS = ("fails", "inconclusive", "holds", "not run")
CHECK = "check"
PER_CHECK = {
    "found": "what the check found, in its unit; nan where nothing was found",
    "verdict": "holds, fails, inconclusive or not run; empty where the run has no result",
}
PER_RUN = {
    "label": "group of the run below /runs",
    "exit_code": "of the run, had it been run alone",
    "reason": "why the run has no result; empty where it has one",
    "values_sha256": "of the result, without when, where and how fast it was found",
    "seconds": "that the run took; if it was resumed, its last part",
}
UNITS = {"seconds": "s"}
DIFFERING = ("provenance", "forecast")
"""Attributes of a result that tell when, where and how fast it was found."""


def values_checksum(result: xr.DataTree) -> str:
    """Return the SHA-256 of all that a result says, without when, where and how fast it was found.

    Two runs of one configuration have the same, whoever ran them; so has what was stored of them:
    ``values_checksum(read_tree("results/drum_sweep.nc")["/runs/07"])``.
    """
    from numerics.files import checksum

    bare = result.copy()  # the root of a tree of its own: a checksum speaks of paths
    bare.attrs = {name: value for name, value in bare.attrs.items() if name not in DIFFERING}
    return checksum(bare)


def row(job: Job, ending: Ending) -> dict[str, Any]:
    """Return what a run found as plain JSON values."""
    from validation.report.document import document

    said: dict[str, Any] = {
        "label": job.label,
        "at": job.at,
        "config": dataclasses.asdict(job.config),
        "exit_code": ending.code,
        "reason": ending.reason,
    }
    if ending.tree is None:
        return said | {"case": None, "checks": [], "values_sha256": "", "seconds": None}
    alone = document(ending.tree, [])
    return said | {
        "case": alone["case"],
        "checks": alone["checks"],
        "values_sha256": values_checksum(ending.tree),
        "seconds": alone["provenance"]["seconds"],
    }


def table(
    experiment: Experiment, values: Mapping[str, Sequence[Any]], rows: Sequence[dict[str, Any]]
) -> xr.Dataset:
    """Return the rows by the swept fields, (*fields) and (*fields, check).

    Parameters
    ----------
    rows : sequence of dict
        Of all runs, in the order of the product, the last field fastest.
    """
    import numpy as np
    import xarray as xr

    ids = [check.id for check in experiment.checks]
    shape = tuple(len(entries) for entries in values.values())

    def of_checks(name: str, nothing: Any) -> np.ndarray:
        found = [{check["id"]: check[name] for check in said["checks"]} for said in rows]
        flat = [said.get(check) for said in found for check in ids]
        flat = [nothing if entry is None else entry for entry in flat]
        return np.array(flat).reshape(*shape, len(ids))

    def of_runs(name: str) -> np.ndarray:
        flat = [math.nan if said[name] is None else said[name] for said in rows]
        return np.array(flat).reshape(shape)

    def attributes(long_name: str, name: str) -> dict[str, str]:
        return (
            {"long_name": long_name, "units": UNITS[name]}
            if name in UNITS
            else {"long_name": long_name}
        )

    nothing = {"found": math.nan, "verdict": ""}
    columns: dict[str, Any] = {
        name: ([*values, CHECK], of_checks(name, nothing[name]), attributes(text, name))
        for name, text in PER_CHECK.items()
    }
    columns |= {
        name: (list(values), of_runs(name), attributes(text, name))
        for name, text in PER_RUN.items()
    }
    coords = {name: (name, _labels(entries)) for name, entries in values.items()}
    return xr.Dataset(columns, coords | {CHECK: (CHECK, np.array(ids))})


def _labels(values: Sequence[Any]) -> Any:
    """Return values as an array of numbers or of text; what is neither, as its JSON text."""
    import numpy as np

    for kinds in ({bool}, {int}, {int, float}, {str}):
        if {type(value) for value in values} <= kinds:
            return np.array(values)
    return np.array([json.dumps(value) for value in values])


def table_checksum(found: xr.Dataset) -> str:
    """Return the SHA-256 of a table without its seconds; the results' checksums are in it."""
    import xarray as xr

    from numerics.files import checksum

    return checksum(xr.DataTree(found.drop_vars("seconds")))


def document(
    experiment: Experiment,
    base: Any,
    values: Mapping[str, Sequence[Any]],
    rows: Sequence[dict[str, Any]],
    found: xr.Dataset,
    provenance: dict[str, Any],
) -> dict[str, Any]:
    """Return what a sweep says as plain JSON values: a contract, keys are added and never renamed."""
    verdicts = Counter(check["verdict"] for entry in rows for check in entry["checks"])
    said = {
        "schema": SCHEMA,
        "experiment": experiment.name,
        "base": dataclasses.asdict(base),
        "sweep": {name: list(entries) for name, entries in values.items()},
        "runs": list(rows),
        "totals": {
            "runs": len(rows),
            "without_result": sum(bool(entry["reason"]) for entry in rows),
            "exit_codes": dict(sorted(Counter(str(entry["exit_code"]) for entry in rows).items())),
            "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
        },
        "exit_code": exit_code(rows),
        "values_sha256": table_checksum(found),
        "files": [],
        "provenance": provenance,
    }
    return json.loads(json.dumps(said))  # what it has tuples for, a file has lists for


def exit_code(rows: Sequence[dict[str, Any]]) -> int:
    """Return the exit code of a sweep: of the codes of its runs the first in the house's order."""
    codes = {said["exit_code"] for said in rows}
    return next((code for code in WORST_FIRST if code in codes), 0)


def worst_check(checks: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the row with the worst verdict; of those that are equal in it, the nearest to its bar."""
    ran = [check for check in checks if check["verdict"] != "not run"]
    return min(ran, key=lambda c: (VERDICTS.index(c["verdict"]), -share(c)), default=None)


def share(check: dict[str, Any]) -> float:
    """Return how much of its bar a check uses: up to 1 if it holds.

    Examples
    --------
    >>> share({"found": 3.0, "relation": "<=", "asked": 4.0})
    0.75
    >>> share({"found": 1.9, "relation": "in", "asked": [1.8, 2.2]})
    0.5
    """
    found, asked = check["found"], check["asked"]
    if found is None:
        return math.inf
    if check["relation"] == "in":
        middle, half = (asked[0] + asked[1]) / 2, (asked[1] - asked[0]) / 2
        return round(abs(found - middle) / half, 12) if half else float(found != middle)
    if check["relation"] == "==":
        return 0.0 if found == asked else math.inf
    above, below = (found, asked) if check["relation"] == "<=" else (asked, found)
    if below > 0:
        return above / below
    return 1.0 if above <= below else math.inf
