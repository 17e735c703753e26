"""What is printed and not read any more: the command ends there, without a word."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from typing import TextIO

UNREAD = 141
"""Exit code, as a shell tells it of a program that the signal of a broken pipe has ended: 128 + 13."""


def while_read(command: Callable[[], int]) -> int:
    """Return the exit code of a command, or `UNREAD` once the reader of what it prints has gone.

    So it is in ``python -m validation --list | head -1``.
    """
    try:
        code = command()
        sys.stdout.flush()  # the interpreter, at its end, would tell of what it cannot write
    except BrokenPipeError:
        for stream in (sys.stdout, sys.stderr):
            _forget(stream)
        return UNREAD
    return code


def is_unread() -> bool:
    """Whether the reader of standard output, or of errors, has gone; else another pipe is broken."""
    poll = select.poll()
    for stream in (sys.stdout, sys.stderr):
        poll.register(stream, 0)  # that the other end is closed is told unasked
    return bool(poll.poll(0))


def _forget(stream: TextIO) -> None:
    """Send what nobody reads to nowhere."""
    try:
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
