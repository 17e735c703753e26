"""``python -m validation [--list]``: all experiments, one line each."""

import sys

from validation import cli
from validation.broken_pipe import while_read


def _list() -> int:
    unknown = [a for a in sys.argv[1:] if a not in ("--list", "--help", "-h")]
    if unknown:
        print(
            f"command line: got {' '.join(unknown)}; only --list is allowed; "
            "run an experiment by python -m validation.NAME",
            file=sys.stderr,
        )
        return cli.BAD_INPUT
    if {"--help", "-h"} & set(sys.argv):
        print("usage: python -m validation [--list], python -m validation.NAME [--help]; NAME:")
    for name in cli.names():
        print(f"{name:20} {cli.find(name).summary}")
    return 0


if __name__ == "__main__":
    raise SystemExit(while_read(_list))
