"""Films as animated GIF files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


MOST_BYTES = 5_000_000


def gif(pictures: Sequence[Image], milliseconds: int) -> bytes:
    """Return pictures of one size and palette as a GIF that repeats, each shown for so long.

    Of a film that would be larger than 5 MB every second picture is left out, until it is not.
    """
    while len(encoded := _encoded(pictures, milliseconds)) > MOST_BYTES and len(pictures) > 1:
        pictures = pictures[::2]
    return encoded


def _encoded(pictures: Sequence[Image], milliseconds: int) -> bytes:
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
