"""What the page on latent bases says beside its tables, held by stored runs."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from validation import cli

DOCS = Path(__file__).parents[2] / "docs"
RUNS = {  # stored runs, and how the page calls them
    "digits": "digits",
    "mnist": "MNIST",
    "mnist_28": "28 x 28",
    "fashion_mnist": "Fashion-MNIST",
    "linear_control": "linear control",
}
AGREES = {"reproduced", "sharpened", "weakened", "consistent"}
UNDECIDED = "not decided by this run"
HEADS = ("linear head", "release head")


def page(name="systems/latent_basis"):
    """A page in one line, and without its tables."""
    text = (DOCS / f"{name}.md").read_text()
    return " ".join(re.sub(r"^(\|.*|<!--.*)$", "", text, flags=re.M).split())


def run(case):
    return json.loads((DOCS / f"results/latent_basis_{case}.json").read_text())


def stored(case, title):
    """The rows of a table of a stored run, by their first cell: dictionaries by column."""
    (table,) = (table for table in run(case)["tables"] if table["title"].startswith(title))
    names = table["columns"][1:]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in table["rows"]}


def budget(case, ladder, source):
    (row,) = (b for b in run(case)["budget"] if (b["ladder"], b["source"]) == (ladder, source))
    return row


def findings():
    """The rows of "what the paper says, what we found": claim, verdict, finding, checks, options."""
    text = (DOCS / "systems/latent_basis.md").read_text()
    part = text[text.index("## What the paper says") :]
    table = re.search(r"^\|.*?\n\n", part, re.S | re.M)[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


ROWS = findings()
CHOSEN = [row for row in ROWS if row[4]]


def case_of(options):
    _, case = shlex.split(options.strip("`"))
    return case


def verdicts(case):
    """The rows of a stored run's own table of verdicts: claim, word, evidence."""
    tables = [t for t in run(case)["tables"] if t["title"].startswith("what the paper says")]
    return [row for table in tables for row in table["rows"]]


def judged(claim):
    """What the stored runs say of a claim, by run."""
    found = {}
    for case in RUNS:
        for said, word, _ in verdicts(case):
            if said == claim:
                found[case] = word
    return found


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_verdicts_are_those_of_the_stored_run(row):
    """The run that the options choose says what the page says, where it judges the claim.

    What it finds consistent the page, which knows more, may call sharpened or weakened.
    """
    claim, verdict, _, checks, options = row
    said = judged(claim).get(case_of(options))
    assert said in (None, verdict) or (said == "consistent" and verdict in AGREES)
    assert said or checks


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_runs_that_say_otherwise_are_named(row):
    """A stored run that refutes what the page affirms, or the other way round, stands in the row."""
    claim, verdict, finding, _, _ = row
    for case, said in judged(claim).items():
        if said != UNDECIDED and (said in AGREES) != (verdict in AGREES):
            assert RUNS[case] in finding


@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row[0])
def test_checks_are_run_by_the_command_beside_them(row):
    """Each check that a row names ran, and held, in the stored run of its options."""
    found = {check["id"]: check["verdict"] for check in run(case_of(row[4]))["checks"]}
    assert {found[id] for id in filter(None, row[3].split(", "))} <= {"holds"}


@pytest.mark.parametrize(
    ("id", "case"),
    [
        (id, case)
        for _, _, finding, _, _ in ROWS
        for case, ids in re.findall(r"\((\w+)[^()]*: (LB[^()]*)\)", finding)
        for id in ids.split(", ")
    ],
)
def test_checks_within_a_finding_hold_in_the_run_it_names(id, case):
    """ "(digits: LB42, LB42b)" names checks of another run than that of the row's command."""
    found = {check["id"]: check["verdict"] for check in run(case)["checks"]}
    assert found[id] == "holds"


def test_every_claim_of_the_reports_stands_on_the_page():
    """The tests above compare something."""
    claims = {row[0] for row in ROWS}
    told = [row[0] for case in RUNS for row in verdicts(case)]
    assert len(told) > 60
    assert set(told) <= claims


def test_what_the_default_run_leaves_open():
    """450 test images do not decide every row, that of more terms among them."""
    assert judged("more terms, more of the identity")["digits"] == UNDECIDED
    images = run("digits")["provenance"]["data"]["test"]
    assert f"with {images} test images the default run leaves some rows" in page()


@pytest.mark.parametrize("case", RUNS)
def test_checks_that_fail_are_named(case):
    """Every failing check of a stored run stands in the text, as "LB39 **fails**"."""
    failing = {check["id"] for check in run(case)["checks"] if check["verdict"] == "fails"}
    assert failing <= set(re.findall(r"(LB\w+) \*\*fails\*\*", page()))


def test_no_check_is_said_to_fail_that_holds_everywhere():
    """The other way round."""
    verdicts = {(check["id"], check["verdict"]) for case in RUNS for check in run(case)["checks"]}
    for id in re.findall(r"(LB\w+) \*\*fails\*\*", page()):
        assert (id, "fails") in verdicts


# --- numbers and statements of the text that are runs ------------------------------------------------


@pytest.mark.parametrize("ladder", ["accuracy", "ranks", "kept energy", "transport", "residuals"])
def test_ladders_have_the_rungs_that_the_page_lists(ladder):
    """Every rung but the first has a row in the budget, in this order."""
    (line,) = re.findall(
        rf"^    {ladder}  +(.*)$", (DOCS / "systems/latent_basis.md").read_text(), re.M
    )
    rungs = [b["rung"] for b in run("digits")["budget"] if b["ladder"] == ladder]
    assert line.split(" > ")[1:] == rungs


@pytest.mark.parametrize(
    ("said", "ladder", "source"),
    [
        ("is furthest off, by {:.3f}", "accuracy", "one spread for all scores"),
        ("what independent amplitudes cost: at most {:.4f} here", "accuracy", "independent scores"),
        ("lose at most {:.4f} by that", "accuracy", "independent scores"),
        ("of the accuracy {:.4f}", "accuracy", "unexplained"),
        ("of ranks, which have no joint law, {:.4f}", "ranks", "unexplained"),
        ("of kept energy {:.4f}", "kept energy", "unexplained"),
        ("of labels after transport {:.4f}", "transport", "unexplained"),
        ("few directions: {:.3f}, in logarithms", "residuals", "unexplained"),
    ],
)
def test_numbers_of_the_budget(said, ladder, source):
    """What the text says of the digits' budget is the worst of that source."""
    assert said.format(budget("digits", ladder, source)["worst"]) in page()


def test_the_budget_is_worst_where_the_page_says():
    """One parameter: Gram-Schmidt, linear head. Independence: no set of images here costs more."""
    from validation.latent_basis.check_table import INDEPENDENCE

    row = budget("digits", "accuracy", "one spread for all scores")
    assert row["worst"] == abs(row["found"])
    assert "way qr absolute, network linear head" in row["at"]
    costs = [budget(c, "accuracy", "independent scores")["worst"] for c in RUNS]
    assert max(costs) == costs[0] < INDEPENDENCE
    assert f"allow {INDEPENDENCE} for it" in page()


@pytest.mark.parametrize("head", HEADS)
def test_labels_live_in_the_first_set(head):
    """Less than half of the energy; decoded alone it keeps the label, the rest is at chance, 1 of 10."""
    parts = stored("mnist", "share of |z|^2")
    first = parts[f"{head}, first set"]
    assert first["measured"] < 0.5
    assert first["accuracy"] > 0.9
    assert parts[f"{head}, without the first set"]["accuracy"] == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("head", HEADS)
def test_directions(head):
    """Means of every set decode to their label; at most 2 l - 1 = 19 directions are above the floor."""
    seen = stored("mnist", "vectors that decode")
    assert set(seen[f"{head}, means"].values()) == {10}
    assert set(seen[f"{head}, means, rescaled"].values()) == {10}
    assert sum(seen[f"{head}, above the floor of noise"].values()) <= 19
    raw = stored("fashion_mnist", "vectors that decode")[f"{head}, means"]
    assert min(raw.values()) < 10


def test_one_direction_too_many_of_clothes():
    """Release head: 2 l above the floor, the last of them in the last set; the report leaves it open."""
    seen = stored("fashion_mnist", "vectors that decode")
    flags = seen["release head, above the floor of noise"]
    assert (sum(flags.values()), flags["set 10"]) == (20, 1)
    assert sum(seen["linear head, above the floor of noise"].values()) <= 19
    assert judged("about 20 directions give images of their label")["fashion_mnist"] == UNDECIDED


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("case", ["mnist", "mnist_28"])
def test_no_other_direction_too_many(case, head):
    """At most 2 l - 1 on MNIST, at both sizes."""
    flags = stored(case, "vectors that decode")[f"{head}, above the floor of noise"]
    assert sum(flags.values()) <= 19


def test_heads():
    """Release: mean of mu well above 0, sigma about 1 at least. Linear: neither."""
    said = stored("mnist", "shares of the generator")
    linear, release = (said[head] for head in HEADS)
    assert abs(linear["mean mu"]) < 0.1 < release["mean mu"]
    assert linear["mean sigma"] < 0.95 < release["mean sigma"]
    kept = stored("mnist", "the paper's numbers")["classifier on decoded encodings"]
    assert kept["linear head"] > kept["release head"]


@pytest.mark.parametrize("case", ["mnist", "mnist_28"])
def test_rules(case):
    """Release head: the symmetric set and the nearest mean beat decoding, Gram-Schmidt does not."""
    decoded = stored(case, "the paper's numbers")["classifier on decoded encodings"]
    found = {way: row["trials"] for way, row in stored(case, "accuracy").items()}
    assert found["release head, qr absolute"] < decoded["release head"]
    for way in ("symmetric signed", "nearest mean"):
        assert found[f"release head, {way}"] > decoded["release head"]
    terms = stored(case, "share of |z|^2")
    assert (
        terms["release head, 2 largest"]["accuracy"] < terms["release head, 1 largest"]["accuracy"]
    )


def test_densities_pass_the_normal_one_by_as_much():
    """By 11 standard errors on digits: what the row says is what the run found."""
    (told,) = (told for claim, _, told in verdicts("digits") if claim.startswith("densities"))
    most = float(re.search(r"up to ([\d.]+) standard errors", told)[1])
    (finding,) = (row[2] for row in ROWS if row[0].startswith("densities"))
    assert f"by {most:.0f} standard errors" in finding


@pytest.mark.parametrize("case", ["mnist", "digits"])
def test_operators(case):
    """One slide by rank one; a shift hits more often than the minimal rotation, that than quarter turns."""
    moved = stored(case, "latents taken from label to label")
    names = {name.rpartition(", ")[0] for name in moved if name.endswith("rank one")}
    assert names
    for name in names:
        hits = {way: moved[f"{name}, {way}"]["test images"] for way in OPERATORS}
        assert hits["mean shift"] > hits["minimal rotation"]
        turned = (hits["quarter turn, qr"], hits["quarter turn, symmetric"])
        assert hits["minimal rotation"] > max(turned)
        diversity = {
            way: moved[f"{name}, {way}"]["diversity over that of inputs"] for way in OPERATORS
        }
        assert diversity["rank one"] < 1e-6
        assert diversity["minimal rotation"] > 0.8


OPERATORS = (
    "quarter turn, qr",
    "quarter turn, symmetric",
    "rank one",
    "minimal rotation",
    "mean shift",
)


def test_linearity():
    """Trained generators are further from their chords than untrained ones, at each distance."""
    seen = stored("mnist", "effective linearity")
    distances = [name for name in seen["linear head, trained"] if name.startswith("at ")]
    assert len(distances) == 5
    for head in HEADS:
        for at in distances:
            assert seen[f"{head}, trained"][at] > seen[f"{head}, untrained"][at]
    known = stored("linear_control", "effective linearity")["rho = 3, trained"]
    assert max(known[at] for at in distances) < 1e-12


def test_what_moves_from_seed_to_seed():
    """Ranges over the three seeds of the digits, in points: Gram-Schmidt and magnitudes, symmetric, signs."""
    rules = stored("digits", "accuracy")

    def points(head, way):
        found = [
            row["trials"] for name, row in rules.items() if name[:6] == head[:6] and way in name
        ]
        assert len(found) == 3
        return 100 * np.ptp(found)

    linear, release = (
        [points(head, way) for way in ("qr absolute", "symmetric signed")] for head in HEADS
    )
    assert (
        f"it moves by {linear[0]:.1f} points with the linear head, the symmetric set with signs by "
        f"{linear[1]:.1f}. With the release head they move by {release[0]:.1f} and {release[1]:.1f}."
    ) in page()


def test_28_pixels_are_judged_by_laws_alone():
    """Checks that ran there belong to every case, or are the law's of MNIST; the command is a run's own."""
    from validation.latent_basis.check_table import DIGITS

    said = run("mnist_28")
    ran = {
        c["id"] for c in said["checks"] if c["kind"] == "validation" and c["verdict"] != "not run"
    }
    experiment = cli.find("latent_basis")
    of_laws = {c.id for c in experiment.checks if c.kind == "validation" and not c.given}
    # stated for numbers of trials and of coordinates, which this run has
    assert ran - {"LB39", "LB44", "LBN2"} <= of_laws
    assert not ran & {c.id for c in experiment.checks if c.cases == (DIGITS,)}
    assert (said["config"]["dataset"], said["config"]["size"], said["config"]["preset"]) == (
        "mnist",
        28,
        "standard",
    )
    assert "python -m validation.latent_basis --dataset mnist --size 28" in page()
