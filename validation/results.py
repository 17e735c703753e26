"""Reading the tree of a result."""

from __future__ import annotations

import xarray as xr

from validation.ladder import Ladder


def dataset(result: xr.DataTree, group: str) -> xr.Dataset:
    """Return all arrays of a group: ``dataset(result, "setup")``."""
    return _node(result, group).to_dataset()


def array(result: xr.DataTree, group: str, name: str) -> xr.DataArray:
    """Return an array of a group: ``array(result, "observed", "kernel")``."""
    return dataset(result, group)[name]


def ladder(result: xr.DataTree, name: str) -> Ladder:
    """Return a ladder by its name."""
    return Ladder.from_dataset(_node(result, f"ladders/{name}").to_dataset())


def ladders(result: xr.DataTree) -> list[Ladder]:
    """Return all ladders, in their order."""
    return [ladder(result, str(name)) for name in _node(result, "ladders").children]


def _node(result: xr.DataTree, path: str) -> xr.DataTree:
    node = result[f"/{path}"]
    assert isinstance(node, xr.DataTree)
    return node
