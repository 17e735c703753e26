"""Checks: every verdict for every relation, and never a silent pass."""

import math

import numpy as np
import pytest

from validation.checks import PRESETS, Check, Missing, NotRun, findings_where, judge


def command(case, preset):
    return f"python -m toy --case {case} --preset {preset}"


def check(relation="<=", asked=1.0, **more):
    return Check("T1", "validation", "a toy", relation, asked, "m", **more)


def judged(one, *found, case="here", preset="standard"):
    (row,) = judge(
        (one,), dict(zip(["T1"], found, strict=False)), case=case, preset=preset, command=command
    )
    return row


BARS = [
    ("<=", 1.0, [1.0, -5.0, 0], [np.nextafter(1, 2), 7]),
    (">=", 1.0, [1.0, 3.0], [np.nextafter(1, 0), -2.0]),
    ("==", 1.0, [1.0, 1], [1 + 1e-15, 0.0]),
    ("==", 0, [0.0, -0.0], [5e-324]),
    ("in", (1.0, 2.0), [1.0, 2.0, 1.5], [np.nextafter(1, 0), np.nextafter(2, 3)]),
]


@pytest.mark.parametrize(("relation", "asked", "good", "bad"), BARS)
def test_holds_and_fails(relation, asked, good, bad):
    """The bar itself holds, the next number beyond it fails."""
    for found in good:
        row = judged(check(relation, asked), found)
        assert (row.verdict, row.found, row.reason) == ("holds", float(found), "")
    for found in bad:
        assert judged(check(relation, asked), found).verdict == "fails"


@pytest.mark.parametrize("found", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("relation", "asked"), [bar[:2] for bar in BARS])
def test_what_is_not_finite_fails(relation, asked, found):
    """-inf <= 1 is true, and still no finding; the row has no number, but says which it was."""
    row = judged(check(relation, asked), found)
    assert (row.verdict, row.found) == ("fails", None)
    assert str(found) in row.reason


@pytest.mark.parametrize(("relation", "asked"), [bar[:2] for bar in BARS])
def test_what_is_missing_is_inconclusive(relation, asked):
    """With the reason given; without one, that nothing was found."""
    row = judged(check(relation, asked), Missing("no data"))
    assert (row.verdict, row.found, row.reason) == ("inconclusive", None, "no data")
    row = judged(check(relation, asked))
    assert (row.verdict, row.reason) == ("inconclusive", "nothing was found")


@pytest.mark.parametrize(("relation", "asked"), [bar[:2] for bar in BARS])
def test_another_case_is_not_run(relation, asked):
    """Even if something was found: it is named, with the command that runs it."""
    for found in ([], [1.0]):
        row = judged(check(relation, asked, cases=("there", "elsewhere")), *found)
        assert (row.verdict, row.case, row.found) == ("not run", "there", None)
        assert row.reason == "another case: python -m toy --case there --preset standard"


def test_a_case_of_its_own_is_run():
    """A check without cases belongs to all, one with cases to these."""
    for cases in ((), ("here",), ("there", "here")):
        assert judged(check(cases=cases), 0.0).verdict == "holds"


@pytest.mark.parametrize("needed", PRESETS)
@pytest.mark.parametrize("preset", PRESETS)
def test_a_larger_preset_is_not_run(needed, preset):
    """Nothing found at a smaller preset is not run; at the preset itself it is inconclusive."""
    row = judged(check(preset=needed), preset=preset)
    if PRESETS.index(needed) > PRESETS.index(preset):
        assert row.verdict == "not run"
        assert row.reason == f"larger preset: python -m toy --case here --preset {needed}"
    else:
        assert row.verdict == "inconclusive"
    assert judged(check(preset=needed), 2.0, preset=preset).verdict == "fails"


def test_the_command_for_another_case_has_the_preset_that_it_needs():
    """The larger one of the check's and the run's."""
    row = judged(check(cases=("there",), preset="paper"), preset="quick")
    assert row.reason.endswith("--case there --preset paper")


@pytest.mark.parametrize(("relation", "asked"), [bar[:2] for bar in BARS])
def test_what_does_not_apply_is_not_run(relation, asked):
    """With its reason, whatever the preset asks for; neither held nor failed nor inconclusive."""
    for preset in PRESETS:
        row = judged(check(relation, asked), NotRun("needs a GPU"), preset=preset)
        assert (row.verdict, row.found, row.reason) == ("not run", None, "needs a GPU")


def test_another_case_comes_before_what_does_not_apply():
    """The command that runs it says more than why it would not apply here."""
    row = judged(check(cases=("there",)), NotRun("needs a GPU"))
    assert row.reason == "another case: python -m toy --case there --preset standard"


def given(**conditions):
    """Three checks: one for any options, one for small steps, one for large ones."""
    checks = [
        Check(name, "verification", "toy", "<=", 1.0, given=words)
        for name, words in (("A", ""), ("B", "small steps"), ("C", "large steps"))
    ]
    called = []

    def finds(name):
        return lambda: called.append(name) or 0.5

    functions = {check.id: finds(check.id) for check in checks}
    return findings_where(checks, conditions, functions), called


def test_a_bar_is_asked_only_where_it_is_stated():
    """The others are not even computed, and say for what their bar is."""
    found, called = given(**{"small steps": True, "large steps": False})
    assert called == ["A", "B"]
    assert found == {"A": 0.5, "B": 0.5, "C": NotRun("its bar is stated for large steps")}


def test_a_condition_that_nobody_decides_is_our_fault():
    """A typing error in it must not let its check pass in silence."""
    with pytest.raises(KeyError, match="large steps"):
        given(**{"small steps": True})


def test_a_function_without_a_check_is_our_fault():
    """Nobody would judge it."""
    with pytest.raises(KeyError, match="Z"):
        findings_where((), {}, {"Z": lambda: 0.0})


def test_a_finding_without_a_check_is_our_fault():
    """A typing error in an id must not make its check inconclusive in silence."""
    with pytest.raises(KeyError, match="T2"):
        judge((check(),), {"T1": 0.0, "T2": 0.0}, case="here", preset="quick", command=command)


def test_all_rows_are_listed_in_their_order():
    """Whatever happens to them."""
    checks = tuple(
        Check(name, "verification", "toy", "<=", 1.0, cases=cases)
        for name, cases in (("Z", ()), ("A", ("there",)), ("M", ()))
    )
    rows = judge(checks, {"M": 3.0}, case="here", preset="quick", command=command)
    assert [(r.check.id, r.verdict) for r in rows] == [
        ("Z", "inconclusive"),
        ("A", "not run"),
        ("M", "fails"),
    ]


def test_the_row_of_the_contract():
    """The keys of the JSON document; a pair becomes a list."""
    row = judged(check("in", (1.0, 2.0), preset="paper"), 1.5, preset="paper").as_json()
    assert row == {
        "id": "T1",
        "case": "here",
        "preset": "paper",
        "kind": "validation",
        "what": "a toy",
        "relation": "in",
        "asked": [1.0, 2.0],
        "found": 1.5,
        "unit": "m",
        "given": "",
        "verdict": "holds",
        "reason": "",
    }
