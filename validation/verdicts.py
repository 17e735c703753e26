"""Verdicts on a paper's claims: the words, and the table that a report shows.

A verdict is worked out from a run's own tree and can come out otherwise; its evidence are numbers of that
tree. Where a run is too short to decide, or has no such data, it says so.
"""

from __future__ import annotations

from typing import Any

SHARPENED, REPRODUCED, REFUTED, CONSISTENT = "sharpened", "reproduced", "refuted", "consistent"
OPEN = "not decided by this run"

Row = list[str]


def verdict_table(rows: list[Row]) -> dict[str, Any]:
    """Return verdicts, each a claim, a word and its evidence, as a table of the report."""
    columns = ["the paper says", "verdict", "what this run found"]
    return {"title": "what the paper says, what this run found", "columns": columns, "rows": rows}
