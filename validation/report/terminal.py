"""A result on a terminal or in a pipe."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from validation.report.document import number, summary

COLOURS = {"holds": "green", "fails": "bold red", "inconclusive": "yellow", "not run": "dim"}


def print_result(said: dict[str, Any], console: Console) -> None:
    """Print tables, budget, checks and files of a document; its notes were printed before the run."""
    for table in said["tables"]:
        shown = Table(title=table["title"], title_justify="left")
        for column in table["columns"]:
            shown.add_column(column, justify="right")
        for row in table["rows"]:
            shown.add_row(*(number(cell) for cell in row))
        console.print(shown)
    if said["budget"]:
        console.print(_budget(said["budget"]))
    for kind in ("validation", "verification"):
        rows = [row for row in said["checks"] if row["kind"] == kind]
        console.print(_checks(kind, [row for row in rows if row["verdict"] != "not run"]))
    for reason, ids in _not_run(said["checks"]).items():
        console.print(f"not run: {', '.join(ids)} ({reason})", highlight=False, markup=False)
    console.print(f"checks: {summary(said)}", highlight=False)
    console.print(
        f"forecast sealed {said['forecast']['written']}, sha256 {said['forecast']['sha256']}",
        highlight=False,
    )
    for file in said["files"]:
        console.print(f"wrote {file}", highlight=False, soft_wrap=True, markup=False)


def _budget(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        title="budget: each difference where the whole is largest, in units of the scale",
        title_justify="left",
    )
    for column in ("ladder", "source", "status"):
        table.add_column(column)
    for column in ("found", "predicted", "+-", "left", "worst", "worst left", "covered"):
        table.add_column(column, justify="right")
    table.add_column("at")
    for row in rows:
        table.add_row(
            row["ladder"],
            row["source"],
            row["status"],
            number(row["found"]),
            number(row["predicted"]),
            number(row["uncertainty"]),
            number(row["remainder"]),
            number(row["worst"]),
            number(row["worst_remainder"]),
            f"{row['covered']:.0%}",
            f"{row['at']} [{row['unit']}]".replace("[", r"\["),
        )
    return table


def _not_run(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of the checks that did not run, by the reason why."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == "not run":
            found.setdefault(row["reason"], []).append(row["id"])
    return found


def _checks(kind: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=f"{kind} ({len(rows)} checks)", title_justify="left")
    for column in ("id", "what"):
        table.add_column(column)
    for column in ("asked", "found"):
        table.add_column(column, justify="right")
    table.add_column("verdict")
    for row in rows:
        relation = "" if row["relation"] in ("in",) else row["relation"] + " "
        unit = f" {row['unit']}" if row["unit"] else ""
        verdict = f"[{COLOURS[row['verdict']]}]{row['verdict']}[/]"
        reason = f" ({row['reason']})" if row["reason"] else ""
        table.add_row(
            row["id"],
            row["what"],
            f"{relation}{number(row['asked'])}{unit}",
            number(row["found"]),
            verdict + reason.replace("[", r"\["),
        )
    return table
