"""Docstrings as they stand in the code, read as reStructuredText without taking formulas for markup.

``|k^_f|`` is a magnitude there and no substitution, ``W2^T u_`` no reference, ``a * b`` no emphasis.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

LITERAL = re.compile(r"``.+?``|`[^`]+`")
ITEM = re.compile(r"[-*] |\d+\. ")
MARKUP = re.compile(r"[*|\\]|_(?!\w)")


def escaped(lines: list[str]) -> list[str]:
    """Return the lines of a docstring with a backslash before what only looks like markup.

    Code stays as it is: examples, between backticks, and what stands apart and is indented, which
    becomes a literal block, so that its columns stay where they are.
    """
    found: list[str] = []
    last, literal_below = "", None
    for place, line in enumerate(lines):
        indent = _indent(line)
        if literal_below is not None and line.strip() and indent <= literal_below:
            literal_below = None
        apart = place > 0 and not lines[place - 1].strip() and last and indent > _indent(last)
        if literal_below is None and line.strip() and apart and not ITEM.match(last.lstrip()):
            literal_below = _indent(last)
            if not last.rstrip().endswith("::"):
                found += [" " * literal_below + "::", ""]
        example = line.lstrip().startswith(">>>")
        found.append(line if literal_below is not None or example else _escaped_line(line))
        last = line if line.strip() else last
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _escaped_line(line: str) -> str:
    parts, last = [], 0
    for literal in LITERAL.finditer(line):
        parts += [MARKUP.sub(r"\\\g<0>", line[last : literal.start()]), literal[0]]
        last = literal.end()
    return "".join([*parts, MARKUP.sub(r"\\\g<0>", line[last:])])


_FIELDS: dict[str, list[str]] = {}


def _escape(app: Sphinx, what: str, name: str, item: Any, options: Any, lines: list[str]) -> None:
    lines[:] = escaped(lines)
    if what == "attribute":
        _FIELDS[name] = list(lines)


def _restore(app: Sphinx, what: str, name: str, item: Any, options: Any, lines: list[str]) -> None:
    # napoleon takes what stands before a colon below a field for its type
    lines[:] = _FIELDS.pop(name, lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Escape before napoleon (500) reads the sections; give fields their text back after it."""
    app.connect("autodoc-process-docstring", _escape, priority=400)
    app.connect("autodoc-process-docstring", _restore, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
