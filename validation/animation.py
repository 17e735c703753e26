"""Films as animated GIF files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def gif(pictures: Sequence[Image], milliseconds: int) -> bytes:
    """Return pictures of one size and palette as a GIF that repeats, each shown for so long."""
    stream = io.BytesIO()
    pictures[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=milliseconds,
        loop=0,
        optimize=False,
    )
    return stream.getvalue()
