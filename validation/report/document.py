"""The JSON document of a result: a stable contract, keys are added and never renamed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


def document(tree: xr.DataTree, files: list[Path]) -> dict[str, Any]:
    """Return what a result says as plain JSON values; numbers that are not finite are null."""
    attributes = tree.attrs
    provenance = json.loads(attributes["provenance"])
    return {
        "schema": attributes["schema"],
        "experiment": attributes["experiment"],
        "case": attributes["case"],
        "config": json.loads(attributes["config"]),
        "checks": json.loads(tree["/checks"].attrs["rows"]),
        "budget": json.loads(tree["/budget"].attrs["rows"]),
        "tables": [*json.loads(attributes["tables"]), *provenance.pop("tables", [])],
        "notes": json.loads(attributes["notes"]),
        "forecast": json.loads(attributes["forecast"]),
        "files": [str(f) for f in files],
        "provenance": provenance,
    }


def exit_code(said: dict[str, Any]) -> int:
    """Return 1 if a check fails, 3 if one is inconclusive, 0 if all that runs holds."""
    verdicts = {row["verdict"] for row in said["checks"]}
    if "fails" in verdicts:
        return 1
    return 3 if "inconclusive" in verdicts else 0


def number(value: Any) -> str:
    """Return a number with three significant digits, whole from 1000 on; a pair as a range; or a dash.

    Examples
    --------
    >>> number(0.012345), number(None), number([1.8, 2.2]), number(2766.5)
    ('0.0123', '-', '1.8 .. 2.2', '2766')
    """
    if value is None:
        return "-"
    if isinstance(value, list):
        return " .. ".join(number(v) for v in value)
    if isinstance(value, str):
        return value
    value += 0  # no minus before a zero
    if abs(value) < 1e5 and (float(value).is_integer() or abs(value) >= 1000):
        return f"{value:.0f}"
    return f"{value:.3g}"


def summary(said: dict[str, Any]) -> str:
    """Return one line that counts the verdicts."""
    words = ("holds", "fails", "inconclusive", "not run")
    counts = {w: sum(row["verdict"] == w for row in said["checks"]) for w in words}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
