"""What the page on travelling waves says beside its tables, held by stored runs."""

import dataclasses
import functools
import json
import math
import re
import shlex
from pathlib import Path

import pytest

from validation import cli
from validation.wave_rnn import Config

DOCS = Path(__file__).parents[2] / "docs"
RUNS = {  # stored runs, and by what words a row names them if they say otherwise
    "small": "small tetrominoes",
    "order": "small tetrominoes",
    "fast_waves": "small tetrominoes|fast waves",
    "collapse": "small tetrominoes",
    "wavelengths": "small tetrominoes",
    "fast_wavelengths": "small tetrominoes|fast waves",
    "lstm": "small tetrominoes",
    "tetrominoes": "Tetrominoes",
}
AGREES = {"reproduced", "sharpened", "weakened", "consistent"}
UNDECIDED = "not decided by this run"
MANY = 9  # seeds


def text():
    """The page as it is written."""
    return (DOCS / "systems/wave_rnn.md").read_text()


def page():
    """The page in one line, and without its tables."""
    return " ".join(re.sub(r"^(\|.*|<!--.*)$", "", text(), flags=re.M).split())


@functools.cache
def run(case):
    return json.loads((DOCS / f"results/wave_rnn_{case}.json").read_text())


def stored(case, title):
    """The rows of a table of a stored run, by their first cell: dictionaries by column.

    The table is that of the title, else the one whose title begins with it.
    """
    tables = {table["title"]: table for table in run(case)["tables"]}
    (found,) = [title] if title in tables else [one for one in tables if one.startswith(title)]
    table = tables[found]
    names = table["columns"][1:]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in table["rows"]}


def findings():
    """The rows of "what the paper says, what we found": claim, verdict, finding, checks, options."""
    said = text()
    part = said[said.index("## What the paper says") :]
    table = re.search(r"^\|.*?\n\n", part, re.S | re.M)[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


ROWS = findings()
CHOSEN = [row for row in ROWS if row[4]]


@functools.cache
def case_of(options):
    """The stored run that a row's command gives: with as many seeds at least, and else the same.

    What `--preset quick` shows needs no training, and stands in the default run, too.
    """
    words = shlex.split(options.strip("`"))
    if words == ["--preset", "quick"]:
        return "small"
    asked, _ = cli.parse(cli.find("wave_rnn"), words)
    wanted = json.loads(json.dumps(vars(asked)))
    found = [case for case in RUNS if _is_of(run(case)["config"], wanted)]
    assert len(found) == 1, f"{options}: stored runs {found}"
    return found[0]


def _is_of(config, wanted):
    config = dataclasses.asdict(Config()) | config  # a run may be older than an option
    free = ("seeds", "seed", "processes", "device")
    same = all(
        sorted(config[name] or ()) == sorted(value)
        if isinstance(value, list)
        else config[name] == value
        for name, value in wanted.items()
        if name not in free
    )
    return same and (config["seeds"] or 3) >= (wanted["seeds"] or 3)


def verdicts(case):
    """The rows of a stored run's own table of verdicts: claim, word, evidence."""
    tables = [t for t in run(case)["tables"] if t["title"].startswith("what the paper says")]
    return [row for table in tables for row in table["rows"]]


def judged(claim):
    """What the stored runs say of a claim, by run."""
    return {case: word for case in RUNS for said, word, _ in verdicts(case) if said == claim}


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_verdicts_are_those_of_the_stored_run(row):
    """The run that the options choose says what the page says.

    What it finds consistent the page, which knows more, may call sharpened or weakened.
    """
    claim, verdict, _, _, options = row
    said = judged(claim)[case_of(options)]
    assert said == verdict or (said == "consistent" and verdict in AGREES)


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_runs_that_say_otherwise_are_named(row):
    """A stored run that refutes what the page affirms, or the other way round, stands in the row."""
    claim, verdict, finding, _, _ = row
    for case, said in judged(claim).items():
        if said != UNDECIDED and (said in AGREES) != (verdict in AGREES):
            assert re.search(RUNS[case], finding)


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_checks_are_run_by_the_command_beside_them(row):
    """Each check that a row names ran, and held, in the stored run of its options."""
    found = {check["id"]: check["verdict"] for check in run(case_of(row[4]))["checks"]}
    assert {found[id] for id in filter(None, row[3].split(", "))} <= {"holds"}


def test_every_claim_of_the_reports_stands_on_the_page():
    """The tests above compare something: each report judges all thirteen."""
    told = [row[0] for case in RUNS for row in verdicts(case)]
    assert len(told) == len(RUNS) * 13
    assert set(told) == {row[0] for row in ROWS}


def test_untested_claims_are_decided_by_no_stored_run():
    """A row without a command stands for what only the paper's scale decides."""
    for claim, verdict, _, _, options in ROWS:
        assert (verdict == "untested") == (not options)
        if not options:
            assert set(judged(claim).values()) == {UNDECIDED}


def test_what_the_default_run_leaves_open():
    """Three seeds: of what rests on training most is open, as the page says."""
    trained = [row[0] for row in CHOSEN if "--preset quick" not in row[4]]
    left_open = [judged(claim)["small"] == UNDECIDED for claim in trained]
    assert sum(left_open) > len(left_open) / 2
    assert "of the claims that rest on training most are *not decided* by the default run" in page()


def failing(case):
    return {check["id"] for check in run(case)["checks"] if check["verdict"] == "fails"}


@pytest.mark.parametrize("case", sorted(set(RUNS) - {"fast_waves"}))
def test_checks_that_fail_are_named(case):
    """Every failing check of a stored run stands in the text, as "W24 **fails**"."""
    assert failing(case) <= set(re.findall(r"(WN?\d\w*) \*\*fails\*\*", page()))


def test_checks_that_fast_waves_fail_stand_in_their_table():
    """Only bars of the order and of the harmonics break, as the page says; the table shows which."""
    (shown,) = re.findall(
        r"<!-- table wave_rnn_fast_waves.json checks -->.*?end of table", text(), re.S
    )
    assert failing("fast_waves") == set(re.findall(r"^\| (\w+) \|.*\| fails \|$", shown, re.M))
    assert all(id.startswith("W24") or id == "WN1" for id in failing("fast_waves"))


def test_no_check_is_said_to_fail_that_holds_everywhere():
    """The other way round."""
    found = {(check["id"], check["verdict"]) for case in RUNS for check in run(case)["checks"]}
    for id in re.findall(r"(WN?\d\w*) \*\*fails\*\*", page()):
        assert (id, "fails") in found


# --- statements of the text that are runs ------------------------------------------------------------


@pytest.mark.parametrize("ladder", ["one mode at the start", "modes of the networks"])
def test_ladders_have_the_rungs_that_the_page_lists(ladder):
    """Every rung but the first has a row in the budget, in this order."""
    (line,) = re.findall(rf"^    {ladder}  +(.*)$", text(), re.M)
    rungs = [b["rung"] for b in run("small")["budget"] if b["ladder"] == ladder]
    assert line.split(" > ")[1:] == rungs


def test_waves_of_the_trained_networks():
    """Who reads whole histories has small states, tanh nearly linear; who reads one number has large ones."""
    seen = stored("small", "the networks' waves")
    assert all(row["of its bound"] <= 1 + 1e-5 for row in seen.values())
    assert all(row["linear theory off, n = 4"] < row["at n = T"] for row in seen.values())
    for name, row in seen.items():
        if name.startswith(("nwm linear", "nwm fft")):
            assert row["largest |y|"] < 12
            assert row["|W*y| > 1"] < 0.06
        else:
            assert row["largest |y|"] > 12
            assert row["|W*y| > 1"] > 0.06


def test_speeds_stay_near_one():
    """Slow waves: long waves of the trained kernels run as at the start, within a tenth; fast ones grow."""
    slow = stored("small", "before the networks run")
    assert all(abs(row["c_eff"] - 1) < 0.1 for row in slow.values())
    assert all(
        row["growth a step"] < 1 + 1e-6 for name, row in slow.items() if name.endswith("start")
    )
    fast = [
        row
        for name, row in stored("fast_waves", "before the networks run").items()
        if name.endswith("after training")
    ]
    for grows in (
        [row["growth a step"] > 1.1 for row in fast],
        [row["mass^2"] < 0 for row in fast],
    ):
        assert sum(grows) > len(fast) / 2


def test_gradients_of_fast_waves():
    """Some of their trainings meet a gradient a hundred times the median one."""
    rows = stored("fast_waves", "training")
    ratios = [row["largest gradient"] / row["median gradient"] for row in rows.values()]
    assert max(ratios) > 100


def test_modes_of_the_networks():
    """Each idealisation costs half a mode at least, somewhere; twelve harmonics leave what WN1 allows."""
    worst = {
        b["source"]: b["worst"]
        for b in run("small")["budget"]
        if b["ladder"] == "modes of the networks"
    }
    left = worst.pop("unexplained")
    assert min(worst.values()) > 0.5
    assert max(worst.values()) > 1
    (bar,) = (c["asked"] for c in run("small")["checks"] if c["id"] == "WN1")
    assert left <= bar


def test_start_hears_less_than_a_tetromino():
    """The paper's networks: the front is at about half of the largest piece, the cone far beyond it."""
    rows = stored("tetrominoes", "before the networks run")
    for row in rows.values():
        assert row["front, px"] == pytest.approx(row["largest object, px"] / 2, abs=2)
        assert row["cone, px"] > 3 * row["largest object, px"]


def test_order_is_of_nine_seeds():
    """As the page says: all five readouts, the CNN beside them, and W24f judged."""
    losses = stored("order", "FG-loss by seed")
    assert set(losses) == {f"nwm {r}" for r in ("linear", "fft", "mean", "last", "max")} | {"cnn 2"}
    assert len(losses["cnn 2"]) > MANY
    found = {check["id"]: check["verdict"] for check in run("order")["checks"]}
    assert found["W24f"] != "not run"


def test_cnn_loses_more_than_last_and_linear():
    """In every seed; and mean stays near the plateau, ln 3, above last."""
    losses = stored("order", "FG-loss by seed")
    seeds = [name for name in losses["cnn 2"] if name.startswith("seed")]
    for seed in seeds:
        others = (losses[f"nwm {readout}"][seed] for readout in ("linear", "fft", "last"))
        assert max(others) < losses["cnn 2"][seed]
    median = {name: row["median"] for name, row in losses.items()}
    assert median["nwm linear"] < median["nwm last"] < median["nwm mean"]
    assert median["nwm mean"] == pytest.approx(math.log(3), abs=0.25)


def test_steady_training_leaves_no_seed_half_way():
    """FG-loss of linear far below the plateau, ln 3, in every seed; at equal rates not so."""
    from numerics.wave_rnn.training.protocol import SMALL, STEADY

    assert STEADY.wave_rate == pytest.approx(SMALL.wave_rate / 10)
    slow, fast = (
        [
            x
            for name, x in stored(case, "FG-loss by seed")["nwm linear"].items()
            if name[:4] == "seed"
        ]
        for case in ("order", "fast_waves")
    )
    assert len(slow) == len(fast) >= MANY
    assert max(slow) < 0.26 < max(fast)
    assert run("order")["config"]["seed"] == run("fast_waves")["config"]["seed"]


def test_collapse_has_its_six_networks():
    """Two and eight layers, three ends each, twenty seeds; the constant predictors are counted."""
    rows = run("collapse")["tables"]
    (scores,) = (table for table in rows if table["title"] == "scores")
    counts = {row[0]: row[-1] for row in scores["rows"] if row[1] == "validation"}
    assert scores["columns"][-1] == "collapsed"
    assert len(counts) == 6
    assert counts["cnn 8 wide"] < counts["cnn 8"]
    assert counts["cnn 8 no_relu"] < counts["cnn 8"]
