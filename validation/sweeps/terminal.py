"""A sweep on a terminal or in a pipe: a line for each run as it ends, then one table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from validation.report.document import number
from validation.sweeps.jobs import told
from validation.sweeps.tables import VERDICTS, worst_check

if TYPE_CHECKING:
    from rich.console import Console


def line(row: dict[str, Any], done: int, total: int) -> str:
    """Return the line of a run that has ended."""
    begin = f"{done:>{len(str(total))}}/{total}  {told(row['at'])}:"
    if row["reason"]:
        return f"{begin} no result: {row['reason']}"
    counts = Counter(check["verdict"] for check in row["checks"])
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
    return f"{begin} {verdicts} ({number(row['seconds'])} s)"


def print_sweep(said: dict[str, Any], console: Console) -> None:
    """Print the table of a sweep, its totals and its files."""
    from validation.report.terminal import print_table

    columns = (*said["sweep"], *VERDICTS, "worst check")
    rows = []
    for row in said["runs"]:
        counts = Counter(check["verdict"] for check in row["checks"])
        numbers = [counts[verdict] or None for verdict in VERDICTS]
        rows.append([*map(str, row["at"].values()), *numbers, _worst(row)])
    print_table(console, f"{len(said['runs'])} runs", columns, rows, words=("worst check",))
    totals = said["totals"]
    verdicts = ", ".join(
        f"{count} {verdict}" for verdict, count in totals["verdicts"].items() if count
    )
    lost = f"; {totals['without_result']} runs without a result" if totals["without_result"] else ""
    console.print(f"checks: {verdicts}{lost}", highlight=False)
    console.print(f"values sha256 {said['values_sha256']}", highlight=False)
    for file in said["files"]:
        console.print(f"wrote {file}", highlight=False, soft_wrap=True, markup=False)


def _worst(row: dict[str, Any]) -> str:
    if row["reason"]:
        return f"no result: {row['reason']}"
    worst = worst_check(row["checks"])
    if worst is None:
        return "-"
    relation = "" if worst["relation"] == "in" else f"{worst['relation']} "
    asked = f"{relation}{number(worst['asked'])} {worst['unit']}".strip()
    reason = f" ({worst['reason']})" if worst["reason"] else ""
    return f"{worst['id']} {worst['verdict']}: {number(worst['found'])}, asked {asked}{reason}"
