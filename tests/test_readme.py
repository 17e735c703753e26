"""What the README and the documents claim, run."""

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest

from validation import cli
from validation.report.document import number

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (python -m validation\S* .*?)(?:\s+#.*)?$", README, re.M)


def test_session_prints_what_the_readme_shows():
    """Every line of the REPL session gives what stands below it."""
    import matplotlib

    matplotlib.use("Agg")
    outcome = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert outcome.attempted >= 10
    assert outcome.failed == 0


def test_both_commands_are_targets():
    """`make validate` and `make test` are the README's two commands, and the Makefile has them."""
    targets = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.M))
    shown = re.findall(r"^    make (\w+)", README, re.M)
    assert shown == ["validate", "test"]
    assert set(shown) <= targets


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if "--list" not in c and "--help" not in c]
)
def test_commands_are_understood(command):
    """Each command line of the README is one that the parser takes."""
    words = shlex.split(command)
    experiment = cli.find(words[2].removeprefix("validation."))
    config, _ = cli.parse(experiment, words[3:])
    assert config.dataset in command


@pytest.mark.parametrize(
    "file", ["README.md", "docs/systems/linear_cnn.md", "docs/add-your-own-system.md"]
)
def test_links_lead_somewhere(file):
    """Every relative link and picture of a document exists."""
    folder = (ROOT / file).parent
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / file).read_text())
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def test_numbers_of_the_document_are_those_of_the_stored_run():
    """Each row of the table of checks shows what the stored result of the default run found."""
    stored = json.loads((ROOT / "docs/results/linear_cnn_digits.json").read_text())
    found = {row["id"]: row["found"] for row in stored["checks"]}
    text = (ROOT / "docs/systems/linear_cnn.md").read_text()
    rows = re.findall(r"^\| (C\w+) \|.*\| (\S+) \|$", text, re.M)
    assert len(rows) >= 10
    assert {name: shown for name, shown in rows} == {name: number(found[name]) for name, _ in rows}


def test_ci_calls_the_test_command():
    """Continuous integration runs `make test` and nothing beside it."""
    assert (ROOT / ".ci/run").read_text().rstrip().endswith("make test")
