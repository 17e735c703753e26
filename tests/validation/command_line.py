"""What tests of every experiment's command line need: a run that is refused, and a page that is read."""

import html.parser
import warnings

import pytest

from validation import cli

VOID = {"meta", "img", "br", "link", "hr", "input"}


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
