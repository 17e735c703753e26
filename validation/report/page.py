"""A result as one self-contained page: figures inline, laws as MathML, readable without network."""

from __future__ import annotations

import base64
from typing import Any

import jinja2

from theory.claims import registered
from theory.errors import ArgumentError
from validation.report.document import number, summary

MEDIA = {"svg": "image/svg+xml", "gif": "image/gif", "wav": "audio/wav"}


def page(said: dict[str, Any], figures: dict[str, bytes], claims: list[str]) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    said : dict
        The document.
    figures : dict of str to bytes
        Figures, films (GIF) and sounds (WAV) by the names of their files; other files are left out.
    claims : list of str
        Registered laws to state, ``system.factory``.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("validation", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment.get_template("page.html").render(
        said=said,
        summary=summary(said),
        laws=[_law(name) for name in claims],
        figures=[_embedded(name, content) for name, content in figures.items() if _kind(name)],
    )


def _kind(name: str) -> str | None:
    return MEDIA.get(name.rpartition(".")[2])


def _embedded(name: str, content: bytes) -> dict[str, str]:
    kind, text = _kind(name), base64.b64encode(content).decode()
    return {
        "title": name.removesuffix(".svg"),
        "kind": str(kind),
        "data": f"data:{kind};base64,{text}",
    }


def _law(name: str) -> dict[str, Any]:
    entries = {entry.name: entry for entry in registered()}
    if name not in entries:
        raise ArgumentError(
            "claims", name, f"must be registered: {', '.join(entries)}", "use one of these names"
        )
    entry = entries[name]
    claim = entry.factory(**(entry.sizes or entry.slow_sizes)[0])
    return {
        "name": claim.name,
        "reference": str(claim.reference),
        "mathml": claim.mathml(),
        "about": (entry.factory.__doc__ or "").split("\n")[0],
    }
