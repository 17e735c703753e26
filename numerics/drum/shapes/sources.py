"""Where a shape comes from: its file, its name, and what the unit of its lengths is called."""

from __future__ import annotations

import dataclasses

from theory.errors import ArgumentError

LENGTH = "length"  # what its unit is called where a file does not say
MOST_LETTERS = 20  # of a unit


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a shape comes from.

    Parameters
    ----------
    file : str
        Name of the file, without its folder.
    sha256 : str
        Of its bytes.
    name : str
        Of the shape: as the file says, or the file's without its ending.
    unit : str
        Of lengths; eigenvalues are in 1/unit^2.

    Raises
    ------
    ArgumentError
        For a name or a unit that a figure cannot show: blank, with a line break or a $; for a unit of
        more than 20 letters.
    """

    file: str
    sha256: str
    name: str
    unit: str = LENGTH

    def __post_init__(self) -> None:
        _require_line("name", self.name)
        require_unit("unit", self.unit)


def require_unit(argument: str, unit: str) -> str:
    """Return what a unit is called.

    Raises
    ------
    ArgumentError
        If a figure cannot show it: blank, with a line break or a $, more than 20 letters.
    """
    _require_line(argument, unit)
    if len(unit) > MOST_LETTERS:
        raise ArgumentError(
            argument, repr(unit), f"must have at most {MOST_LETTERS} letters", "shorten it"
        )
    return unit


def _require_line(argument: str, text: str) -> None:
    if not text.strip() or not text.isprintable() or "$" in text:
        raise ArgumentError(
            argument, repr(text), "must be a line of text without $", "write another"
        )
