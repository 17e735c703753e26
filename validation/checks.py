"""Checks: what is asked, what is found, and the verdict."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

Kind = Literal["verification", "validation"]
Relation = Literal["<=", ">=", "==", "in"]
Bar = float | tuple[float, float]
PRESETS = ("quick", "standard", "paper")


@dataclasses.dataclass(frozen=True)
class Check:
    """A bar, stated before anything is measured.

    Parameters
    ----------
    id : str
    kind : {"verification", "validation"}
        Whether it asks that we solve the stated law right, or that the network follows the law.
    what : str
        One line.
    relation : {"<=", ">=", "==", "in"}
    asked : float, or pair of floats for "in"
    unit : str
        Of both sides; empty for plain numbers.
    cases : tuple of str
        The set-ups that it belongs to; empty: all.
    preset : {"quick", "standard", "paper"}
        The smallest preset that runs it.
    given : str
        The options that its bar is stated for, in words; empty: any.
    """

    id: str
    kind: Kind
    what: str
    relation: Relation
    asked: Bar
    unit: str = ""
    cases: tuple[str, ...] = ()
    preset: str = "quick"
    given: str = ""

    def belongs_to(self, case: str) -> bool:
        """Return whether a case has this check."""
        return not self.cases or case in self.cases

    def runs_at(self, preset: str) -> bool:
        """Return whether a preset is large enough for this check."""
        return PRESETS.index(self.preset) <= PRESETS.index(preset)

    def holds(self, found: float) -> bool:
        """Return whether a finite number meets the bar."""
        if isinstance(self.asked, tuple):
            return self.asked[0] <= found <= self.asked[1]
        tests: dict[str, Callable[[float, float], bool]] = {
            "<=": lambda a, b: a <= b,
            ">=": lambda a, b: a >= b,
            "==": lambda a, b: a == b,
        }
        return tests[self.relation](found, self.asked)


def verification(
    id: str,
    what: str,
    asked: Bar,
    unit: str = "",
    relation: Relation = "<=",
    preset: str = "quick",
    given: str = "",
    cases: tuple[str, ...] = (),
) -> Check:
    """Return a check that we solve the stated law right; it belongs to every case if none is named."""
    return Check(id, "verification", what, relation, asked, unit, cases, preset, given)


def validation(
    id: str,
    what: str,
    asked: Bar,
    unit: str,
    cases: tuple[str, ...],
    relation: Relation = "<=",
    preset: str = "quick",
    given: str = "",
) -> Check:
    """Return a check that the network of some cases follows the law."""
    return Check(id, "validation", what, relation, asked, unit, cases, preset, given)


@dataclasses.dataclass(frozen=True)
class Missing:
    """Why a check that was asked for has nothing to judge: it is then inconclusive."""

    reason: str


@dataclasses.dataclass(frozen=True)
class NotRun:
    """Why a check does not apply to what was run, or needs what is not here; it does not count."""

    reason: str


@dataclasses.dataclass(frozen=True)
class Row:
    """A check with what came out."""

    check: Check
    case: str
    found: float | None
    verdict: Literal["holds", "fails", "inconclusive", "not run"]
    reason: str = ""

    def as_json(self) -> dict:
        """Return the row of the JSON contract."""
        asked = list(self.check.asked) if isinstance(self.check.asked, tuple) else self.check.asked
        return {
            "id": self.check.id,
            "case": self.case,
            "preset": self.check.preset,
            "kind": self.check.kind,
            "what": self.check.what,
            "relation": self.check.relation,
            "asked": asked,
            "found": self.found,
            "unit": self.check.unit,
            "given": self.check.given,
            "verdict": self.verdict,
            "reason": self.reason,
        }


Finding = float | Missing | NotRun


def findings_where(
    checks: Iterable[Check],
    conditions: Mapping[str, bool],
    findings: Mapping[str, Finding | Callable[[], Finding]],
) -> dict[str, Finding]:
    """Return what was found, but not where the options are not those that a bar is stated for.

    Parameters
    ----------
    conditions : mapping of str to bool
        Whether each `given` of the checks is met.
    findings : mapping of check id to finding or callable
        A callable is called only where its check's condition is met.
    """
    given = {check.id: check.given for check in checks}
    kept: dict[str, Finding] = {}
    for name, finding in findings.items():
        if given[name] and not conditions[given[name]]:
            kept[name] = NotRun(f"its bar is stated for {given[name]}")
        else:
            kept[name] = finding() if callable(finding) else finding
    return kept


def judge(
    checks: tuple[Check, ...],
    findings: dict[str, Finding],
    *,
    case: str,
    preset: str,
    command: Callable[[str, str], str],
) -> list[Row]:
    """Judge all checks of an experiment, in their order; each is listed whatever happens to it.

    Parameters
    ----------
    findings : mapping of check id to number or Missing
    case, preset : str
        What runs.
    command : callable
        From case and preset to the command that runs them, for the checks that do not run here.
    """
    unknown = set(findings) - {c.id for c in checks}
    if unknown:
        raise KeyError(f"findings without a check: {sorted(unknown)}")
    return [_row(check, findings.get(check.id), case, preset, command) for check in checks]


def _row(
    check: Check,
    finding: Finding | None,
    case: str,
    preset: str,
    command: Callable[[str, str], str],
) -> Row:
    if not check.belongs_to(case):
        other = check.cases[0]
        needed = max(check.preset, preset, key=PRESETS.index)
        return Row(check, other, None, "not run", f"another case: {command(other, needed)}")
    if finding is None and not check.runs_at(preset):
        return Row(check, case, None, "not run", f"larger preset: {command(case, check.preset)}")
    if finding is None:
        return Row(check, case, None, "inconclusive", "nothing was found")
    if isinstance(finding, NotRun):
        return Row(check, case, None, "not run", finding.reason)
    if isinstance(finding, Missing):
        return Row(check, case, None, "inconclusive", finding.reason)
    if not math.isfinite(finding):
        return Row(check, case, None, "fails", f"not finite: {finding}")
    return Row(check, case, float(finding), "holds" if check.holds(finding) else "fails")
