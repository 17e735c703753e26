"""Formulas as MathML, made at build time: a page needs neither a script nor a network to show them."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

# latex2mathml knows the starred environment, and takes the commands of style as letters
REWRITTEN = (
    (r"\begin{aligned}", r"\begin{align*}"),
    (r"\end{aligned}", r"\end{align*}"),
    (r"\displaystyle", ""),
)


def mathml(latex: str, display: str) -> str:
    """Return a formula in LaTeX as presentation MathML, `display` inline or block.

    Raises
    ------
    ValueError
        If a command is left over that no browser could read.
    """
    for written, understood in REWRITTEN:
        latex = latex.replace(written, understood)
    found = convert(latex.strip(), display=display)
    if left := re.findall(r"\\[a-zA-Z]+|<mi>&</mi>", found):
        raise ValueError(f"not understood in a formula: {left[0]} of {latex}")
    return found


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    source = escape(node.astext(), quote=True)
    made = mathml(node.astext(), "block")
    translator.body.append(f'<div class="math" title="{source}">{made}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer ``mathml``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
