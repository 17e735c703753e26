"""What tests of every experiment's command line need: a run that is refused, and a page that is read."""

import contextlib
import html.parser
import io
import json
import warnings
from pathlib import Path

import pytest

from numerics.files import checksum, read_tree
from validation import cli

VOID = {"meta", "img", "br", "link", "hr", "input"}

# of the JSON document and of its parts, at least: keys are added, never renamed
KEYS = {
    "": {
        "schema",
        "experiment",
        "case",
        "config",
        "checks",
        "budget",
        "forecast",
        "files",
        "provenance",
    },
    "checks": {
        "id",
        "case",
        "preset",
        "kind",
        "what",
        "relation",
        "asked",
        "found",
        "unit",
        "verdict",
        "reason",
    },
    "budget": {
        "case",
        "ladder",
        "rung",
        "source",
        "status",
        "predicted",
        "uncertainty",
        "found",
        "remainder",
        "worst",
        "covered",
        "at",
        "unit",
    },
    "forecast": {"file", "sha256", "written"},
}


class Page(html.parser.HTMLParser):
    """Open and close every element; collect what is shown and what is referred to."""

    def __init__(self, text):
        super().__init__()
        self.open, self.references, self.text, self.tags = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.references += [
            (tag, v) for k, v in attributes if k in ("src", "href", "action", "data")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


class FinishedRun:
    """A finished run of an experiment: code, what it printed and warned of, its document, tree, folder."""

    def __init__(self, name, folder, options):
        self.out = folder / "results"
        printed = io.StringIO()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", RuntimeWarning)
            with contextlib.redirect_stdout(printed), pytest.raises(SystemExit) as stop:
                cli.main(name, [*options.split(), "--out", str(self.out)])
        self.warned = [w for w in warned if issubclass(w.category, RuntimeWarning)]
        self.code, self.printed = stop.value.code, printed.getvalue()
        self.said = json.loads((self.out / f"{name}.json").read_text())
        self.tree = read_tree(self.out / f"{name}.nc")
        self.rows = {row["id"]: row for row in self.said["checks"]}

    def with_verdict(self, verdict):
        return {name for name, row in self.rows.items() if row["verdict"] == verdict}

    def values(self):
        """Checksum of all that the result says, without when, where and in how much time."""
        tree = self.tree.copy()
        for name in ("provenance", "forecast"):
            del tree.attrs[name]
        return checksum(tree)

    def forecast(self):
        """Checksum of the sealed forecast: bars, set-up and values, whatever the code's own."""
        tree = read_tree(Path(self.said["forecast"]["file"]))
        del tree.attrs["code_sha256"]
        return checksum(tree)


def refusal(name, folder, capsys, *arguments, out="results"):
    """Run an experiment with options that cannot be used; one line, code 2, nothing written."""
    before = sorted(folder.rglob("*"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # a warning would be a second line
        with pytest.raises(SystemExit) as stop:
            cli.main(name, [*arguments, "--out", out])
    said = capsys.readouterr().err
    assert stop.value.code == 2, said
    assert len(said.splitlines()) == 1, said
    assert sorted(folder.rglob("*")) == before
    return said.strip()


def says(line, argument, *values):
    """The line is ``argument: got value; what is allowed; remedy``."""
    parts = line.split(";")
    assert len(parts) >= 3, line
    assert all(part.strip() for part in parts), line
    assert ": got " in parts[0], line
    assert argument in line, line
    for value in values:
        assert value in line, line
