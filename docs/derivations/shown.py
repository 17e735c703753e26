"""A claim as a page shows it: source, statement, derivation, and what is left of it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import sympy
from IPython.display import Markdown

from theory.claims import Claim, Identity, registered
from theory.claims.registry import Entry

MOST = 1200  # characters of LaTeX that a reader takes in at once
FORMULAS = 4  # of one step


def show(factory: Callable[..., Claim]) -> Markdown:
    """Show the claim that a factory derives, at its smallest size, from the object itself."""
    (entry,) = (e for e in registered() if e.factory is factory)
    claim = _smallest(entry)
    said = [
        f"*{_plain(inspect.getdoc(factory).splitlines()[0])}*",
        f"Source: {_plain(str(claim.reference))}.",
        *_statement(claim),
    ]
    if isinstance(claim, Identity) and claim.order is not None:
        said.append(f"Up to and including ${sympy.latex(claim.variable**claim.order)}$.")
    if steps := claim.explain().steps:
        said.append("Derivation:")
    for number, step in enumerate(steps, 1):
        formulas = [line.replace("\n", "\n   ") for line in _formulas(step.expression)]
        said.append("\n\n   ".join([f"{number}. {_plain(step.text)}", *formulas]))
    said.append(f"What is left of the claim, exactly: `residual()` = **{claim.residual()}**.")
    return Markdown("\n\n".join(said))


def every_claim(system: str) -> Markdown:
    """Show every registered claim of a system as a row: what it says, its source, what is left."""
    rows = ["| claim | says | source | verdict | left |", "| --- | --- | --- | --- | --- |"]
    for entry in registered():
        if entry.name.split(".")[0] != system:
            continue
        claim = _smallest(entry)
        says = _plain(inspect.getdoc(entry.factory).splitlines()[0]).replace("|", r"\|")
        source = claim.reference.equation or "-"
        cells = [f"`{entry.name}`", says, source, claim.reference.status, str(claim.residual())]
        rows.append(f"| {' | '.join(cells)} |")
    return Markdown("\n".join(rows))


def _smallest(entry: Entry) -> Claim:
    return entry.factory(**(entry.sizes or entry.slow_sizes)[0])


def _statement(claim: Claim) -> list[str]:
    if len(claim.latex()) <= MOST:
        return [_display(claim.latex())]
    return ["(Written out, even its smallest instance is too long for a page.)"]


def _formulas(expression: sympy.Basic) -> list[str]:
    """Return the formulas of a step, without what is too long for a page."""
    parts = list(expression) if isinstance(expression, sympy.Tuple) else [expression]
    shown: list[str] = []
    for part in parts[:FORMULAS]:
        if sum(map(len, shown)) + len(sympy.latex(part)) > MOST:
            break
        shown.append(_display(sympy.latex(part)))
    if shown and len(shown) < len(parts):
        shown.append(f"*(and {len(parts) - len(shown)} more)*")
    return shown


def _display(latex: str) -> str:
    return f"$$\n{latex}\n$$"


def _plain(text: str) -> str:
    """Return text with a backslash before what Markdown would take for markup."""
    return re.sub(r"([\\*_<>\[\]])", r"\\\1", text)
