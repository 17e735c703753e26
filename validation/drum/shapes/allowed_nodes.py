"""How many free nodes a mask may have, and the finest mask of a drum that has no more."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from numerics.drum.drums import Drum
from numerics.drum.shapes.grid_masks import Domain, aligned_spacing, mask_of
from numerics.drum.shapes.polygon import Polygon
from theory.errors import ArgumentError

if TYPE_CHECKING:
    from validation.drum import Config

LEAST_NODES, MOST_NODES = 4, 4000  # of a mask, that the option may allow: all its modes are found
NODES = {"quick": 600, "standard": 2000, "paper": 4000}  # free nodes of a mask, at most
TRIED = 12  # finer masks, where one tears a drum apart
DrumOf = Callable[[int], Drum]  # the finest mask of at most so many nodes


def most_nodes(config: Config) -> int:
    """Return how many free nodes a mask may have."""
    return NODES[config.preset] if config.nodes is None else config.nodes


def in_one_piece(config: Config, drum_of: DrumOf) -> Drum:
    """Return the mask of at most as many nodes as are allowed.

    Raises
    ------
    ArgumentError
        On ``--shape``, if it falls into parts or has no node: with a number of nodes that do not.
    """
    most = most_nodes(config)
    try:
        return drum_of(most)
    except ArgumentError as error:
        enough = _nodes_that_hang_together(drum_of, most)
        raise ArgumentError(
            "--shape",
            config.shape,
            f"must be so wide that {most} nodes hang together on it "
            f"({error.argument} {error.value}: {error.expected})",
            f"allow {enough} with --nodes" if enough else "widen its narrowest place",
        ) from error


def _nodes_that_hang_together(drum_of: DrumOf, above: int) -> int | None:
    """Return a number of nodes above one that tears a drum apart which does not, None if none is found."""
    tried = np.unique(np.geomspace(above, MOST_NODES, TRIED).round().astype(int))
    for nodes in tried[tried > above].tolist():
        try:
            drum_of(nodes)
        except ArgumentError:
            continue
        return nodes
    return None


def laid_over(domain: Domain, largest: int) -> Drum:
    """Return the finest mask of a domain that has at most so many nodes."""
    unit = aligned_spacing(domain) if isinstance(domain, Polygon) else None
    spacing = math.sqrt(domain.area / largest)
    if unit is not None and unit < spacing / 2:  # four times the nodes: of its mask none too few
        unit = None
    parts = 1 if unit is None else max(1, math.ceil(unit / spacing * (1 - 1e-12)))
    while True:
        drum = mask_of(domain, spacing if unit is None else unit / parts)
        fits = drum.nodes <= largest
        finer = fits and unit is not None and mask_of(domain, unit / (parts + 1)).nodes <= largest
        if fits and not finer:
            return drum
        parts += 1 if finer else -1
        if parts == 0:  # vertices are nodes of too fine a grid only: let them lie between nodes
            unit, parts = None, 1
        spacing *= 1.01
