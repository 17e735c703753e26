"""A result on a terminal or in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from validation.report.document import number, summary

FRAME = 3  # characters that a column takes besides its own
COLOURS = {"holds": "green", "fails": "bold red", "inconclusive": "yellow", "not run": "dim"}


def print_result(said: dict[str, Any], console: Console) -> None:
    """Print tables, budget, checks and files of a document; its notes were printed before the run."""
    for shown in said["tables"]:
        print_table(console, shown["title"], shown["columns"], shown["rows"])
    for ladder in dict.fromkeys(row["ladder"] for row in said["budget"]):
        _print_budget(console, [row for row in said["budget"] if row["ladder"] == ladder])
    for kind in ("validation", "verification"):
        rows = [row for row in said["checks"] if row["kind"] == kind]
        _print_checks(console, kind, [row for row in rows if row["verdict"] != "not run"])
    for reason, ids in _not_run(said["checks"]).items():
        console.print(f"not run: {', '.join(ids)} ({reason})", highlight=False, markup=False)
    console.print(f"checks: {summary(said)}", highlight=False)
    console.print(
        f"forecast sealed {said['forecast']['written']}, sha256 {said['forecast']['sha256']}",
        highlight=False,
    )
    for file in said["files"]:
        console.print(f"wrote {file}", highlight=False, soft_wrap=True, markup=False)


def print_table(
    console: Console,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    words: Sequence[str] = (),
) -> None:
    """Print a table; where a terminal is narrow it folds heads and texts, but cuts nothing off.

    Parameters
    ----------
    console : Console
    title : str
    columns : sequence of str
        Their heads.
    rows : sequence of sequence
        Numbers, which are rounded to three digits, and texts.
    words : sequence of str
        Heads of columns that begin at the left.
    """
    cells = [
        [cell if isinstance(cell, Text) else Text(number(cell)) for cell in row] for row in rows
    ]
    texts = [[head, *(row[k].plain for row in cells)] for k, head in enumerate(columns)]
    least = [max(map(len, " ".join(column).split()), default=1) for column in texts]
    wanted = [  # heads are folded at once
        max([word, *map(len, column[1:])]) for column, word in zip(texts, least, strict=True)
    ]
    narrow = sum(least) + FRAME * len(columns) + 1 > console.width
    frame = len(columns) - 1 if narrow else FRAME * len(columns) + 1
    widths = _shared(least, wanted, console.width - frame)
    shown = Table(title=Text(title), title_justify="left", width=sum(widths) + frame)
    if narrow:
        shown.box, shown.padding, shown.show_edge = box.SIMPLE_HEAD, 0, False
    for head, width in zip(columns, widths, strict=True):
        shown.add_column(Text(head), justify="left" if head in words else "right", width=width)
    for row in cells:
        shown.add_row(*row)
    console.print(shown, crop=False)  # what is too wide still, the terminal itself breaks


def _shared(least: list[int], wanted: list[int], room: int) -> list[int]:
    """Return widths of columns: what they want if there is room, or the least and their share of the rest.

    Examples
    --------
    >>> _shared([4, 9], [4, 29], 40), _shared([4, 9], [14, 29], 28), _shared([4, 9], [14, 29], 10)
    ([4, 29], [9, 19], [4, 9])
    """
    asked, spare = sum(wanted) - sum(least), room - sum(least)
    if asked <= spare:
        return wanted
    if spare <= 0:
        return least
    return [low + (high - low) * spare // asked for low, high in zip(least, wanted, strict=True)]


def _print_budget(console: Console, rows: list[dict[str, Any]]) -> None:
    """Print the table of one ladder; what is attributed has no prediction, and says so."""
    columns = ("source", "found", "predicted", "+-", "left", "worst", "worst left", "covered")
    print_table(
        console,
        f"budget of {rows[0]['ladder']} where the whole is largest: {rows[0]['at']} [{rows[0]['unit']}]",
        columns,
        [
            [
                row["source"],
                row["found"],
                "attributed" if row["status"] == "attributed" else row["predicted"],
                row["uncertainty"],
                row["remainder"],
                row["worst"],
                row["worst_remainder"],
                f"{row['covered']:.0%}",
            ]
            for row in rows
        ],
        words=("source",),
    )


def _not_run(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the ids of the checks that did not run, by the reason why."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == "not run":
            found.setdefault(row["reason"], []).append(row["id"])
    return found


def _print_checks(console: Console, kind: str, rows: list[dict[str, Any]]) -> None:
    shown = []
    for row in rows:
        relation = "" if row["relation"] in ("in",) else row["relation"] + " "
        unit = f" {row['unit']}" if row["unit"] else ""
        verdict = Text(row["verdict"], style=COLOURS[row["verdict"]])
        if row["reason"]:
            verdict = Text.assemble(verdict, f" ({row['reason']})")
        asked = f"{relation}{number(row['asked'])}{unit}"
        shown.append([row["id"], row["what"], asked, row["found"], verdict])
    columns = ("id", "what", "asked", "found", "verdict")
    words = ("id", "what", "verdict")
    print_table(console, f"{kind} ({len(rows)} checks)", columns, shown, words)
