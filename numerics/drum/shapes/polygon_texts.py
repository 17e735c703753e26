"""Texts that hold a polygon: JSON, or two columns of numbers."""

from __future__ import annotations

import json
import re
from typing import Any

from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.rings import mended
from theory.errors import ArgumentError

KEYS = {"vertices", "holes", "name", "unit", "comment"}


def polygon_text(content: str, *, is_json: bool) -> tuple[Polygon, tuple[str, ...], dict[str, str]]:
    """Return a polygon, what of it was mended, and its `name` and `unit` if they are told.

    - JSON: {"vertices": [[x, y], ...]} and, if wanted, "holes" (a list of such rings), "name", "unit".
    - Else two columns, x and y; a line of titles and what follows a # are passed over.

    Raises
    ------
    ArgumentError
        For a text of another form; as `mended`.
    """
    if not is_json:
        return *mended(_columns(content)), {}
    told = _json_object(content)
    polygon, notes = mended(told["vertices"], _list_of_rings(told.get("holes", [])))
    return polygon, notes, {key: _text(key, told[key]) for key in ("name", "unit") if key in told}


def _json_object(content: str) -> dict[str, Any]:
    told = json.loads(content)
    if not isinstance(told, dict) or "vertices" not in told:
        raise ArgumentError(
            "content",
            sorted(told) if isinstance(told, dict) else type(told).__name__,
            'must be an object with "vertices"',
            'write {"vertices": [[x, y], ...]}',
        )
    unknown = sorted(told.keys() - KEYS)
    if unknown:
        raise ArgumentError(
            "content",
            ", ".join(unknown),
            f"are no keys; these are known: {', '.join(sorted(KEYS))}",
            "leave them out, or rename them",
        )
    return told


def _list_of_rings(holes: Any) -> list[Any]:
    if not isinstance(holes, list):
        raise ArgumentError("holes", holes, "must be a list of rings", "write [[[x, y], ...], ...]")
    return holes


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ArgumentError(key, value, "must be a text", "put it into quotes")
    return value


def _columns(content: str) -> list[tuple[float, float]]:
    """Pairs of numbers, one a line, separated by a comma, a semicolon or blanks."""
    lines = [line.partition("#")[0].strip() for line in content.splitlines()]
    numbered = [(k, re.split(r"\s*[,;]\s*|\s+", line)) for k, line in enumerate(lines, 1) if line]
    if numbered and not any(map(_is_number, numbered[0][1])):
        del numbered[0]  # the titles
    for k, cells in numbered:
        if len(cells) != 2 or not all(map(_is_number, cells)):
            raise ArgumentError(
                f"line {k}", lines[k - 1], "must be two numbers, x and y", "write 1.5, 2.0"
            )
    return [(float(x), float(y)) for _, (x, y) in numbered]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
