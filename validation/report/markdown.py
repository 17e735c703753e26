"""Tables of a stored result inside a document: what is written there is what a run found.

A document marks where a table goes, and this module fills it:

    <!-- table RESULT.json checks -->            the validation rows that ran
    <!-- table RESULT.json TITLE -->             a table of the report whose title begins like that
    ...
    <!-- end of table -->

``python -m validation.report.markdown FILE...`` rewrites files; a test holds that nothing changes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from numerics.files import write_text
from theory.errors import ArgumentError
from validation.report.document import number

MARKED = re.compile(r"(<!-- table (\S+) (.+?) -->\n).*?(<!-- end of table -->)", re.S)


def filled(text: str, results: Path) -> str:
    """Return a document with every marked table made anew from the results in a folder.

    Raises
    ------
    ArgumentError
        For a result that is not there, or a title that no table of it has.
    """

    def table(match: re.Match) -> str:
        file = results / match[2]
        if not file.exists():
            raise ArgumentError("table", str(file), "must be a stored result", "run and store it")
        return f"{match[1]}\n{_table(json.loads(file.read_text()), match[3])}\n\n{match[4]}"

    return MARKED.sub(table, text)


def _table(said: dict[str, Any], title: str) -> str:
    if title == "checks":
        return _checks(said["checks"])
    for table in said["tables"]:
        if table["title"].startswith(title):
            return _lines(table["columns"], table["rows"])
    raise ArgumentError(
        "table", title, f"must begin one of {[t['title'] for t in said['tables']]}", "rename it"
    )


def _checks(rows: list[dict[str, Any]]) -> str:
    shown = []
    for row in rows:
        if row["kind"] != "validation" or row["verdict"] == "not run":
            continue
        relation = "" if row["relation"] == "in" else f"{row['relation']} "
        unit = f" {row['unit']}" if row["unit"] else ""
        asked = f"{relation}{number(row['asked'])}{unit}"
        shown.append([row["id"], row["what"], asked, row["found"], row["verdict"]])
    return _lines(["check", "what", "asked", "found", "verdict"], shown)


def _lines(columns: list[str], rows: list[list[Any]]) -> str:
    texts = [[number(cell).replace("|", "\\|") for cell in row] for row in [columns, *rows]]
    cells = [texts[0], ["---"] * len(columns), *texts[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def main(files: list[str]) -> None:
    """Rewrite documents in place; their results lie in ``docs/results``."""
    for file in map(Path, files):
        text = file.read_text()
        changed = filled(text, file.resolve().parents[1] / "results")
        if changed != text:
            write_text(file, changed)


if __name__ == "__main__":
    main(sys.argv[1:])
