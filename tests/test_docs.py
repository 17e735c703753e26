"""What the documentation claims beside its tables of results, held without building it.

`make docs` itself executes every page, and takes a warning for an error.
"""

import json
import re
import shlex
import sys
from pathlib import Path

import pytest

from validation import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    page
    for page in DOCS.rglob("*.md")
    if not {"_build", "generated"} & set(page.relative_to(DOCS).parts)
)
VERDICTS = {"reproduced", "sharpened", "weakened", "refuted", "open", "untested"}


def anchors(page):
    """The anchors of a page's headings, as code hosts and Sphinx make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def links(page):
    """Where the links of a page lead, within the documentation: (page, anchor or nothing)."""
    found = set()
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", page.read_text()):
        lead = (page.parent / target).resolve() if target else page
        if "://" not in target and lead.suffix == ".md" and DOCS in lead.parents:
            found.add((lead, anchor))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_anchors_lead_to_headings(page):
    """A link to a part of a page finds that part."""
    assert [(to.name, a) for to, a in links(page) if a and a not in anchors(to)] == []


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("derivations/linear_cnn.md#the-sigmoid-of-a-mode", "show(linear_cnn.mode_law)"),
        ("systems/linear_cnn.md#dominant-frequency-bias", "Verdict: **sharpened**"),
        ("systems/latent_waves.md#what-a-fitted-equation-is-worth", "Table 1, remade"),
        ("derivations/latent_waves.md#why-the-ring-moves", "latent_waves.double_stochasticity"),
        ("systems/latent_basis.md#how-many-directions-carry-labels", "above the floor of noise"),
        ("derivations/latent_basis.md#the-accuracy-of-a-rule", "latent_basis.trial_variance"),
        ("own/network.md#bring-your-own-generator", "subject_of(generator"),
        ("own/data.md#labels-in-a-latent-space", "python -m validation.latent_basis"),
        ("own/data.md", "python -m validation.linear_cnn --dataset my_images.npz"),
        ("own/data.md#a-film-of-your-own", "python -m validation.latent_waves"),
        ("tutorial.md", "law.residual()"),
        ("add-your-own-system.md", "cli.main(Toy)"),
    ],
)
def test_a_stranger_finds_it_in_three_clicks(place, shown):
    """From the landing page by links alone: a click to the page, and at most two more to the part."""
    name, _, anchor = place.partition("#")
    page = DOCS / name
    clicks, reached = 0, {DOCS / "index.md"}
    while page not in reached and clicks < 3:
        reached |= {to for seen in reached for to, _ in links(seen)}
        clicks += 1
    assert page in reached
    assert not anchor or anchor in anchors(page)
    assert shown in page.read_text()


def findings(system):
    """The rows of "what the paper says, what we found": claim, verdict, finding, checks, options."""
    text = (DOCS / f"systems/{system}.md").read_text()
    part = text[text.index("## What the paper says") :]
    table = re.search(r"^\|.*?\n\n", part, re.S | re.M)[0].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


SYSTEMS = ("linear_cnn", "drum", "latent_waves", "latent_basis", "wave_rnn")
ROWS = [(system, row) for system in SYSTEMS for row in findings(system)]


def judged(system):
    """The claims of the paper that a stored run of an experiment judges."""
    found = set()
    for file in sorted((DOCS / "results").glob(f"{system}_*.json")):
        for table in json.loads(file.read_text())["tables"]:
            if table["title"].startswith("what the paper says"):
                found |= {row[0] for row in table["rows"]}
    return found


@pytest.mark.parametrize(("system", "row"), ROWS, ids=lambda x: x if isinstance(x, str) else x[0])
def test_findings_name_checks_and_commands_that_are_there(system, row):
    """A verdict of the five; checks of the experiment, or else a row of a stored run; a command that is
    understood, or untested."""
    claim, verdict, finding, checks, options = row
    assert claim
    assert finding
    assert verdict in VERDICTS
    assert bool(options) == (verdict != "untested")
    words = shlex.split(options.strip("`"))
    name = system
    if words[:1] == ["python"]:
        if words[1] != "-m":
            assert words[1:] == [file for file in words[1:] if (ROOT / file).exists()]
            return
        name, words = words[2].removeprefix("validation."), words[3:]
    experiment = cli.find(name)
    assert set(filter(None, checks.split(", "))) <= {check.id for check in experiment.checks}
    if options:
        assert checks or claim in judged(system)
        cli.parse(experiment, words)
    if "--dataset" in words:
        place = words.index("--dataset")
        assert shlex.join(words[place : place + 2]) in experiment.cases.values()


@pytest.mark.parametrize("name", cli.names())
def test_every_experiment_is_named_in_a_finding(name):
    """No experiment is left out of what was found, once there is one."""
    said = [row[4] for system, row in ROWS if system == name or name in row[4]]
    assert any(said)


def test_a_finding_with_an_unknown_check_shows():
    """The reader of the tables sees a row's parts: the negative of the test above."""
    (row,) = (row for system, row in ROWS if system == "drum" and row[3] == "D19")
    with pytest.raises(AssertionError):
        test_findings_name_checks_and_commands_that_are_there("drum", [*row[:3], "D190", row[4]])


COMMANDS = [
    (page.relative_to(DOCS), line)
    for page in PAGES
    for line in re.findall(r"^    (python -m validation\S* .*?)$", page.read_text(), re.M)
]


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=str)
def test_commands_of_the_pages_are_understood(page, command):
    """Each command line of a page is one that the parser takes."""
    words = shlex.split(command)
    cli.parse(cli.find(words[2].removeprefix("validation.")), words[3:])


def test_contributing_is_short_and_names_real_targets():
    """Under 60 lines; each `make` in it is a target."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert len(text.splitlines()) < 60
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([\w-]+)", text))
    assert {"test", "docs"} <= named <= targets


# --- the two extensions of the build ---------------------------------------------------------------


def extension(name):
    pytest.importorskip(
        "sphinx", reason="`make docs` installs what the documentation is built with"
    )
    sys.path.insert(0, str(DOCS))
    try:
        return __import__(f"extensions.{name}", fromlist=[name])
    finally:
        sys.path.remove(str(DOCS))


def test_formulas_in_docstrings_are_no_markup():
    """Magnitudes, powers and trailing underscores are escaped; code and examples are not."""
    escaped = extension("docstrings").escaped
    assert escaped(["|k_f|^2 * W_ is `a|b` and ``c*d``"]) == [
        r"\|k_f\|^2 \* W\_ is `a|b` and ``c*d``"
    ]
    example = [">>> 2 * 3", "as in::", "", "    a * b", "", "c * d"]
    assert escaped(example) == [*example[:-1], r"c \* d"]


def test_what_stands_apart_in_a_docstring_keeps_its_columns():
    """An indented block after a blank line is literal; an item's second paragraph is not."""
    escaped = extension("docstrings").escaped
    table = ["Sets.", "", "    a, b     *exact*", "      and c", "", "End * here."]
    assert escaped(table) == ["Sets.", "", "::", "", *table[2:5], r"End \* here."]
    item = ["- one", "", "  more * of it"]
    assert escaped(item) == ["- one", "", r"  more \* of it"]


def test_formulas_become_mathml():
    """An aligned law becomes a table; what is not understood is refused, not shown as it is."""
    mathml = extension("mathml").mathml
    law = mathml(r"\begin{aligned}\frac{d A}{d \tau} &= 2 A\\ b &= c\end{aligned}", "block")
    assert law.count("<mtr>") == 2
    assert "&#x003C4;" in law
    assert "&<" not in law
    with pytest.raises(ValueError, match="not understood"):
        mathml(r"\nosuchcommand{x}", "inline")
