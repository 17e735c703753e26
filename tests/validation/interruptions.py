"""Runs that are cut off in the middle: how they are cut, and by what two ends are compared."""

from numerics.files import checksum


def values(tree):
    """Checksum of all that a result says, without when, where and in how much time it was found."""
    tree = tree.copy()
    for name in ("provenance", "forecast"):
        del tree.attrs[name]
    return checksum(tree)


class CutOffError(Exception):
    """As if the process had ended here."""


def cut_off(*_, **__):
    raise CutOffError
