"""The list of all claims; a claim is derived when it is first asked for, never at import."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from theory.claims.claim import Claim, Reference
from theory.errors import ArgumentError

ClaimType = TypeVar("ClaimType", bound=Claim)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A registered factory of claims.

    Parameters
    ----------
    name : str
        ``system.factory``, such as ``linear_cnn.mode_law``.
    factory : callable
    sizes, slow_sizes : sequences of keyword arguments
        The instances that `check_claim` runs over; the second kind takes longer than a second or
        two each, is not mutated, and belongs to slow tests.
    """

    name: str
    factory: Callable[..., Claim]
    sizes: tuple[Mapping[str, Any], ...]
    slow_sizes: tuple[Mapping[str, Any], ...]


_ENTRIES: dict[str, Entry] = {}


def register(
    *,
    reference: Reference,
    names: Mapping[str, str] | None = None,
    sizes: Sequence[Mapping[str, Any]] = ({},),
    slow_sizes: Sequence[Mapping[str, Any]] = (),
) -> Callable[[Callable[..., ClaimType]], Callable[..., ClaimType]]:
    """Put a factory of claims on the list.

    The claims that it returns carry `reference` and `names`; each is derived once a process.

    Raises
    ------
    ArgumentError
        If a factory of the same name is on the list already.
    """

    def decorate(factory: Callable[..., ClaimType]) -> Callable[..., ClaimType]:
        signature = inspect.signature(factory)

        @functools.cache
        @functools.wraps(factory)
        def derived(**size: Any) -> ClaimType:
            claim = factory(**size)
            return dataclasses.replace(claim, reference=reference, names=dict(names or {}))

        @functools.wraps(factory)
        def named(*positional: Any, **size: Any) -> ClaimType:
            # one cached object for mode_law(2) and mode_law(n=2)
            bound = signature.bind(*positional, **size)
            bound.apply_defaults()
            return derived(**bound.arguments)

        name = f"{_system(factory.__module__)}.{factory.__name__}"
        if name in _ENTRIES:
            raise ArgumentError("factory", name, "is registered already", "choose another name")
        _ENTRIES[name] = Entry(name, named, tuple(sizes), tuple(slow_sizes))
        return named

    return decorate


def _system(module: str) -> str:
    floor, *rooms = module.split(".")
    return rooms[0] if floor == "theory" and rooms else (rooms or [floor])[-1]


def registered() -> Iterator[Entry]:
    """Yield every entry, after loading all modules of `theory`."""
    package = importlib.import_module("theory")
    for module in pkgutil.walk_packages(package.__path__, "theory."):
        importlib.import_module(module.name)
    yield from tuple(_ENTRIES.values())
