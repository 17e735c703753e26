"""A drum of the user's own file: vertices, a mask, or a picture."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING

from numerics.drum.drums import Drum
from numerics.drum.shapes.pictures import fills
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.shape_files import MaskFile, PictureFile, PolygonFile, read_shape
from theory.errors import ArgumentError
from validation.drum.shapes.allowed_nodes import in_one_piece
from validation.drum.shapes.catalog import NAMED, Shape

if TYPE_CHECKING:
    from validation.drum import Config

COARSE, FINE = 1.0, 0.5  # pixels that an outline may be off: what is reported, what checks it
WALL = 0.1  # pixels by which the wall of a picture may be misplaced


def own_shape(config: Config) -> Shape:
    """Return the drum of a file.

    Raises
    ------
    ArgumentError
        On ``--shape``, for a file that holds no drum; for options that have no use for it.
    """
    try:
        found = read_shape(
            config.shape,
            spacing=None if config.spacing == 1.0 else config.spacing,
            unit=config.unit,
            invert=config.invert,
            component=config.component,
        )
    except ArgumentError as error:
        is_name = error.argument == "shape" and not Path(config.shape).is_file()
        known = f", or be {', '.join(('square', *NAMED))}" if is_name else ""
        raise ArgumentError(
            f"--{error.argument}", error.value, error.expected + known, error.remedy
        ) from error
    source = found.source
    told = {"drum": dataclasses.asdict(source)}
    if isinstance(found, PolygonFile):
        return Shape(source.name, found.polygon, notes=found.notes, told=told, unit=source.unit)
    if isinstance(found, MaskFile):
        return Shape(source.name, None, mask=found.drum, told=told, unit=source.unit)
    return _of_picture(config, found, told)


def _of_picture(config: Config, picture: PictureFile, told: dict) -> Shape:
    """Return a drawn drum: the mask of its pixels, or of squares of them, and its outline."""
    drum = in_one_piece(config, lambda nodes: _of_squares(picture, nodes))
    polygon, finer = (_area_matched(*picture.outline(eps)) for eps in (COARSE, FINE))
    width = round(drum.spacing / picture.spacing)
    notes = [
        f"Its outline is a polygon of {len(polygon.corners)} corners; a node of the network's drum is "
        f"{width} x {width} pixels wide."
    ]
    if fills(picture.coverage):
        ground, option = (
            ("dark", "leave --invert out") if config.invert else ("light", "add --invert")
        )
        notes.append(
            f"It touches all four edges of its picture: if the {ground} part is the drum, {option}."
        )
    return Shape(
        picture.source.name,
        polygon,
        mask=drum,
        # the rim's node is one square before the first, whose centre is that of its pixels
        origin=(picture.spacing * (-width + (width - 1) / 2),) * 2,
        finer=finer,
        wall=WALL * picture.spacing * polygon.perimeter / polygon.area,
        notes=tuple(notes),
        told=told,
        unit=picture.source.unit,
    )


def _of_squares(picture: PictureFile, largest: int) -> Drum:
    """Return the drum of the smallest squares of pixels that has at most so many nodes."""
    drum = picture.drum()
    pixels = max(1, math.ceil(math.sqrt(drum.nodes / largest) * (1 - 1e-12)))
    while drum.nodes > largest:
        drum = picture.drum(pixels)
        pixels += 1
    return drum


def _area_matched(polygon: Polygon, factor: float) -> Polygon:
    """Return an outline so large that its eigenvalues are those of the drawn area."""
    rings = [ring / math.sqrt(factor) for ring in polygon.rings]
    return Polygon(rings[0], tuple(rings[1:]))
