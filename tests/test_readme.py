"""What the README and the documents claim, run."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from theory.errors import ArgumentError
from validation import cli
from validation.report.markdown import filled

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
    """Each command line of the README is one that the parser takes, and takes as it is meant."""
    words = shlex.split(command)
    experiment = cli.find(words[2].removeprefix("validation."))
    config, options = cli.parse(experiment, words[3:])
    taken = vars(config) | vars(options)
    for option, value in re.findall(r"--(\S+)((?: +(?!-)\S+)*)", shlex.join(words[3:])):
        found = str(taken[option.replace("-", "_")])
        assert found == "True" if not value else all(v in found for v in value.split())


DOCUMENTS = sorted(str(f.relative_to(ROOT)) for f in (ROOT / "docs").rglob("*.md"))
SYSTEMS = sorted((ROOT / "docs/systems").glob("*.md"))


@pytest.mark.parametrize("file", ["README.md", *DOCUMENTS])
def test_links_lead_somewhere(file):
    """Every relative link and picture of a document exists."""
    folder = (ROOT / file).parent
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / file).read_text())
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


@pytest.mark.parametrize("file", SYSTEMS, ids=lambda file: file.stem)
def test_numbers_of_the_document_are_those_of_the_stored_run(file):
    """Tables made anew from the stored results change nothing; each document has three rows at least."""
    text = file.read_text()
    assert "-->\n<!-- end of table" not in text, "a table that no run has filled"
    assert filled(text, ROOT / "docs/results") == text
    tables = re.findall(r"<!-- table .*?end of table -->", text, re.S)
    assert sum(table.count("\n|") - 2 for table in tables) >= 3


def test_another_number_in_a_table_shows():
    """A digit changed by hand is made right; a table that no result has is refused."""
    text = (ROOT / "docs/systems/drum.md").read_text()
    changed = text.replace("| D17 | ", "| D17x | ", 1)
    assert changed != text
    assert filled(changed, ROOT / "docs/results") == text
    with pytest.raises(ArgumentError, match="must begin one of"):
        filled(text.replace("largest part", "smallest part"), ROOT / "docs/results")
    with pytest.raises(ArgumentError, match="must be a stored result"):
        filled(text, ROOT / "docs/figures")


def test_ci_calls_the_test_command():
    """Continuous integration runs `make test` and nothing beside it."""
    assert (ROOT / ".ci/run").read_text().rstrip().endswith("make test")
