"""What is printed on a terminal of any width: nothing is cut off, and lines fit where they can."""

import doctest
import io

import pytest
from rich.console import Console

from validation.report import terminal
from validation.report.terminal import print_result, print_table

HEADS = ("what", "grid in time steps", "found")
ROWS = (["an eigenvalue [of the mask]", 0.00123456, -2.5e-7], ["twice_its_multiplicity", None, 12])
WORDS = {"an", "eigenvalue", "[of", "the", "mask]", "0.00123", "-2.5e-07"}
WORDS |= {"twice_its_multiplicity", "-", "12", *" ".join(HEADS).split()}
PART = {"ladder": "L", "uncertainty": None, "remainder": 0.5, "worst": 0.5, "covered": 0.24}
PART |= {"worst_remainder": None, "at": "update 370", "unit": "S_m", "found": 0.5}


def console(columns):
    return Console(file=io.StringIO(), width=columns)


@pytest.mark.parametrize(("columns", "fits"), [(120, True), (60, True), (44, True), (20, False)])
def test_nothing_is_cut_off(columns, fits):
    """Every word and number is there, in brackets too; a line is as long as the terminal where that does."""
    narrow = console(columns)
    print_table(narrow, "a table [of two rows]", HEADS, ROWS, words=("what",))
    said = narrow.file.getvalue()
    assert set(said.replace("│", " ").replace("┃", " ").split()) >= WORDS
    assert (max(len(line.rstrip()) for line in said.splitlines()) <= columns) == fits


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_two_columns_of_words_share_a_line(columns):
    """A long word in one, many words in both, and numbers: as wide as the terminal, none wider."""
    path = "the/folder/of/a/result/that/has/a/long/name.nc"
    row = [f"written to {path} and read back", 1e-12, "it is what was written " * 5, "holds"]
    narrow = console(columns)
    print_table(narrow, "checks", ("what", "found", "why", "verdict"), [row] * 2)
    said = narrow.file.getvalue()
    assert path in said
    assert max(map(len, said.splitlines())) <= columns


def test_examples():
    """What a docstring shows is so."""
    assert doctest.testmod(terminal).attempted
    assert not doctest.testmod(terminal).failed


def test_an_empty_table():
    """Its heads."""
    wide = console(80)
    print_table(wide, "nothing", HEADS, [])
    assert "found" in wide.file.getvalue()


def test_budgets_are_told_ladder_by_ladder():
    """Where, in which unit, and what has no prediction because it is attributed."""
    budget = [
        {**PART, "source": "shared frequencies", "status": "attributed", "predicted": None},
        {**PART, "source": "step size", "status": "predicted", "predicted": 0.25},
        {
            **PART,
            "ladder": "M",
            "source": "unexplained",
            "status": "unexplained",
            "predicted": None,
        },
    ]
    said = {"tables": [], "budget": budget, "checks": [], "files": []}
    said["forecast"] = {"written": "", "sha256": ""}
    wide = console(120)
    print_result(said, wide)
    lines = wide.file.getvalue().splitlines()
    titles = [line.strip() for line in lines if line.startswith("budget")]
    assert titles == [
        f"budget of {name} where the whole is largest: update 370 [S_m]" for name in "LM"
    ]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "24%" in line]
    assert [(row[0], row[1], row[2]) for row in cells] == [
        ("shared frequencies", "0.5", "attributed"),
        ("step size", "0.5", "0.25"),
        ("unexplained", "0.5", "-"),
    ]
