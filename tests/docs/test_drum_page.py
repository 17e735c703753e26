"""What the page on drums says beside its tables, held by stored runs."""

import functools
import json
import re
import shlex
from pathlib import Path

import pytest

from validation import cli
from validation.drum.check_table import CHECKS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "systems/drum.md").read_text()
RUNS = ("drum", "drum_l_shape", "drum_isospectral_pair", "drum_disk")
PART = TEXT[TEXT.index("## Any shape") : TEXT.index("## What the paper says")]
PROSE = " ".join(re.sub(r"^(\|.*|<!--.*)$", "", PART, flags=re.M).split())
NAMED = sorted({id for ids in re.findall(r"\((D\d[\w, ]*)\)", PROSE) for id in ids.split(", ")})


@functools.cache
def run(name):
    return json.loads((DOCS / f"results/{name}.json").read_text())


def verdicts(name):
    return {check["id"]: check["verdict"] for check in run(name)["checks"]}


def stored(name, title):
    """The rows of a table of a stored run, as dictionaries by column."""
    (table,) = (table for table in run(name)["tables"] if table["title"].startswith(title))
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def findings():
    """The rows of "what the paper says, what we found": claim, verdict, finding, checks, options."""
    part = TEXT[TEXT.index("## What the paper says") :]
    table = re.search(r"^\|.*?\n\n", part, re.S | re.M)[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


ROWS = [row for row in findings() if row[4].startswith("`--")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_checks_are_run_by_the_command_beside_them(row):
    """Each check that a row names held in the stored run of its shape, or of the squares."""
    config, _ = cli.parse(cli.find("drum"), shlex.split(row[4].strip("`")))
    name = "drum" if config.shape == "square" else f"drum_{config.shape}"
    assert row[3]
    assert {verdicts(name)[id] for id in row[3].split(", ")} == {"holds"}


def test_shapes_are_judged():
    """The test above sees the rows of shapes, too."""
    assert sum("--shape" in row[4] for row in ROWS) == 2


def test_there_are_checks_in_the_text():
    """The tests below compare something."""
    assert len(NAMED) > 20


@pytest.mark.parametrize("id", NAMED)
def test_checks_of_the_text_held(id):
    """In one of the stored runs at least, and failed in none."""
    said = {verdicts(name).get(id) for name in RUNS}
    assert "holds" in said
    assert "fails" not in said


@pytest.mark.parametrize("id", NAMED)
def test_checks_say_what_the_text_says(id):
    """Each check that the text names is one of any shape."""
    (check,) = (check for check in CHECKS if check.id == id)
    assert check.belongs_to("shape")


BARS = {
    "six grids know the L to 1e-7 (D25)": "D25",
    "first eigenvalue to 1e-12 (D23)": "D23",
    "are met to 2e-6 (D27l)": "D27l",
    "the area comes within 2e-4": "D34",
    "the perimeter within 1e-3": "D34p",
    "half of the areas are within 1.5e-3": "D34b",
    "half of the perimeters within 8e-3": "D34bp",
    "its area to 2e-3": "D48a",
    "its perimeter to 1.2e-2": "D48p",
    "gain 13 to": "D29",
    "13 to 20 times per halving": "D29h",
}


@pytest.mark.parametrize("words", BARS)
def test_bars_of_the_text_are_those_of_the_checks(words):
    """A number of the prose is the bar of the check beside it."""
    assert words in PROSE
    (check,) = (check for check in CHECKS if check.id == BARS[words])
    numbers = [float(number) for number in re.findall(r"\d[\d.]*(?:e-\d+)?", words.split(" (")[0])]
    assert check.asked in numbers


@pytest.mark.parametrize("name", RUNS[1:])
def test_nothing_is_left(name):
    """The measured bin is the forecast one, in every stored run of a shape."""
    rows = stored(name, "deviation of the fundamental")
    assert {row["unexplained, bins"] for row in rows} == {0}


def test_walls_cost_most_where_no_grid_follows_them():
    """The disk: the space step is the largest part, makes it lower, and is foretold within its own size.
    The L and the pair: to one in a hundred."""
    for row in stored("drum_disk", "deviation of the fundamental"):
        parts = [abs(row[part]) for part in ("space step", "time step", "spectral bin")]
        assert max(parts) == parts[0]
        assert row["space step"] < 0
    for name, most in (("drum_l_shape", 1e-2), ("drum_isospectral_pair", 1e-2), ("drum_disk", 1)):
        (space,) = (b for b in run(name)["budget"] if b["source"] == "space step")
        assert abs(space["remainder"]) <= space["uncertainty"]
        assert abs(space["remainder"]) < most * abs(space["found"])


def test_methods_in_their_order():
    """A grid and even elements are far behind, waves best, quartic elements best for any polygon."""
    off = {
        row["solver"]: row["relative error"] for row in stored("drum_l_shape", "first eigenvalue")
    }
    behind = [off.pop(solver) for solver in ("grid", "P2, uniform")]
    assert min(behind) > 1000 * max(off.values())
    assert min(off, key=off.get) == "particular solutions"
    assert off["P4, layers"] < off["P2, graded"]


def test_heard_area_and_perimeter_settle():
    """More eigenvalues, better: the last row of the L is within 1e-3 and 5e-3 of the drum's own."""
    *rows, own = stored("drum_l_shape", "l_shape: heard")
    area, perimeter = "area (length^2)", "perimeter (length)"
    assert rows[-1][area] == pytest.approx(own[area], rel=1e-3)
    assert rows[-1][perimeter] == pytest.approx(own[perimeter], rel=5e-3)
    off = [abs(row[area] - own[area]) for row in rows if isinstance(row["eigenvalues"], int)]
    assert off[-1] < off[0]


def test_runs_are_small():
    """Under 200 kB each."""
    for name in RUNS[1:]:
        assert (DOCS / f"results/{name}.json").stat().st_size < 200_000


def test_the_code_at_the_end_gives_what_stands_beside_it():
    """Area 3, perimeter 8, corners 5/18; an error of 1e-10 at most."""
    code = TEXT[TEXT.index("    from numerics.drum.hearing import heard") :]
    printed = []
    space = {"print": printed.append}
    exec(re.sub(r"^    ", "", code, flags=re.M), space)
    lowest, told = printed
    assert lowest.errors[0] < 1e-10
    assert told.area == pytest.approx(3, rel=2e-3)
    assert told.perimeter == pytest.approx(8, rel=1e-2)
    assert told.heat_constant == pytest.approx(5 / 18, abs=0.02)
