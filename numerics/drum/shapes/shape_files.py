"""The user's own drum: a file with a polygon's vertices, a mask, or a picture, checked before use."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import zipfile
from collections.abc import Iterator
from typing import IO

import numpy as np

from numerics.drum.drums import Drum, from_mask
from numerics.drum.shapes.pictures import (
    EPS,
    coverage_of,
    drum_coverage,
    picture_drum,
    picture_polygon,
)
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.shapes.polygon_texts import polygon_text
from numerics.drum.shapes.rings import MOST_VERTICES, require_length
from numerics.drum.shapes.sources import LENGTH, Source, require_unit
from numerics.images.arguments import reading
from numerics.images.own_path import own_path
from theory.errors import ArgumentError

MOST_TEXT = 4_000_000  # bytes: 400 a vertex
MOST_NODES = 16_000_000  # of a mask
KINDS = {
    **dict.fromkeys((".json", ".csv", ".txt"), "polygon"),
    **dict.fromkeys((".npy", ".npz"), "mask"),
    **dict.fromkeys((".png", ".jpg", ".jpeg"), "picture"),
}
MASK_KEYS = ("mask", "free")


@dataclasses.dataclass(frozen=True, eq=False)
class PolygonFile:
    """A drum with straight sides, from its vertices.

    Parameters
    ----------
    polygon : Polygon
    notes : tuple of str
        What of the rings was mended, in words.
    source : Source
    """

    polygon: Polygon
    notes: tuple[str, ...]
    source: Source


@dataclasses.dataclass(frozen=True, eq=False)
class MaskFile:
    """A network's drum: free nodes of a grid, with no other shape behind them.

    Parameters
    ----------
    drum : Drum
        With a rim added: index (i, j) of the file is its node (i + 1, j + 1).
    source : Source
    """

    drum: Drum
    source: Source


@dataclasses.dataclass(frozen=True, eq=False)
class PictureFile:
    """A drum that is drawn: a mask of its pixels, and their outline.

    Parameters
    ----------
    coverage : ndarray, (x, y)
        By the drum, from 0 to 1; y upward.
    spacing : float
        Width of a pixel.
    source : Source
    """

    coverage: np.ndarray
    spacing: float
    source: Source

    def drum(self, pixels: int = 1) -> Drum:
        """Return the drum of pixels, or of squares of some, that are covered by more than half.

        Raises
        ------
        ArgumentError
            As `picture_drum`.
        """
        return picture_drum(self.coverage, pixels=pixels, spacing=self.spacing)

    def outline(self, eps: float = EPS) -> tuple[Polygon, float]:
        """Return the outline, up to `eps` pixels, and what to multiply its eigenvalues by.

        Raises
        ------
        ArgumentError
            As `picture_polygon`.
        """
        outline, factor = picture_polygon(self.coverage, eps)
        rings = [self.spacing * ring for ring in outline.rings]
        return Polygon(rings[0], tuple(rings[1:])), factor


ShapeFile = PolygonFile | MaskFile | PictureFile


def read_shape(
    path: str | os.PathLike[str],
    *,
    spacing: float | None = None,
    unit: str | None = None,
    invert: bool = False,
    component: str | None = None,
) -> ShapeFile:
    """Return the drum that a file holds.

    - `.json`: {"vertices": [[x, y], ...]} and, if wanted, "holes" (a list of such rings), "name", "unit".
    - `.csv`, `.txt`: two columns, x and y; a line of titles and what follows a # are passed over.
    - `.npy`, `.npz`: a mask, index (x, y), 0 where clamped; in an `.npz` its only array, or `mask`, `free`.
    - `.png`, `.jpg`, `.jpeg`: a dark drum on light ground.

    Nothing is unpickled.

    Parameters
    ----------
    path : str or path
    spacing : float, optional
        Distance of a mask's nodes, or width of a pixel; 1 if not given.
    unit : str, optional
        What the unit of lengths is called, `length` if not given; where the file says it, as there.
    invert : bool
        For a picture whose drum is light.
    component : {"largest", "all"}, optional
        What to take of a mask or picture with several parts; of a picture the largest or none.

    Returns
    -------
    PolygonFile, MaskFile or PictureFile

    Raises
    ------
    ArgumentError
        On `shape`, for a file that holds no drum; for options that the kind of file has no use for; for a
        unit that a figure cannot show, or that is not the file's own.
    """
    source_unit = LENGTH if unit is None else require_unit("unit", unit)
    location, given, kind = own_path(
        path, KINDS, argument="shape", example="numpy.savetxt('drum.csv', vertices, delimiter=',')"
    )
    suffix = location.suffix.lower()
    width = 1.0 if spacing is None else require_length("spacing", spacing)
    if kind == "polygon":
        _refuse_unused(given, "a polygon", spacing=spacing, component=component)
    if kind != "picture":
        _refuse_unused(given, "no picture", invert=invert or None)
    with _in_file(given), location.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        source = Source(location.resolve().name, digest, location.resolve().stem, source_unit)
        if kind == "mask":
            mask = _stored_mask(file, suffix)
            return MaskFile(from_mask(mask, spacing=width, component=component), source)
        if kind == "picture":
            coverage = drum_coverage(coverage_of(file, invert=invert), component=component)
            return PictureFile(coverage, width, source)
        found = _polygon_file(file, suffix, source)
    if unit not in (None, found.source.unit):
        raise ArgumentError(
            "unit", unit, f"must be as {given} says, {found.source.unit}", "leave it out"
        )
    return found


def _refuse_unused(given: str, kind: str, **options: object) -> None:
    for name, value in options.items():
        if value is not None:
            raise ArgumentError(name, value, f"has no meaning: {given} is {kind}", "leave it out")


@contextlib.contextmanager
def _in_file(given: str) -> Iterator[None]:
    """Tell what is wrong with a file's content as an error of the shape."""
    try:
        with reading(given):
            yield
    except ArgumentError as error:
        expected = error.expected
        if error.argument != "dataset":  # what is not the reader's own speaks of a part
            expected = str(error).removesuffix(f"; {error.remedy}")
        raise ArgumentError("shape", given, expected, error.remedy) from error


def _polygon_file(file: IO[bytes], suffix: str, source: Source) -> PolygonFile:
    text = file.read(MOST_TEXT + 1)
    if len(text) > MOST_TEXT:
        raise ArgumentError(
            "file",
            f"more than {MOST_TEXT:,} bytes",
            f"must hold at most {MOST_VERTICES:,} vertices in at most {MOST_TEXT:,} bytes",
            "leave out some vertices",
        )
    polygon, notes, told = polygon_text(text.decode("utf-8-sig"), is_json=suffix == ".json")
    return PolygonFile(polygon, notes, dataclasses.replace(source, **told))


def _stored_mask(file: IO[bytes], suffix: str) -> np.ndarray:
    """The mask of an array file, its size judged before its values are read."""
    if suffix == ".npy":
        _refuse_large(os.fstat(file.fileno()).st_size)
        mask = np.load(file, allow_pickle=False)
    else:
        with zipfile.ZipFile(file) as archive:
            _refuse_large(sum(member.file_size for member in archive.infolist()))
        file.seek(0)
        with np.load(file, allow_pickle=False) as stored:
            mask = stored[_mask_key(stored.files)]
    _refuse_unclear(mask)
    return mask


def _refuse_unclear(mask: np.ndarray) -> None:
    """Raise ArgumentError for too many nodes, and for numbers that do not say which are free."""
    if mask.size > MOST_NODES:
        raise _too_many(f"{mask.size:,} nodes")
    expected = "must hold truth values or integers"
    if mask.dtype.kind not in "biuf":
        raise ArgumentError("mask", mask.dtype, expected, "convert it to bool")
    if mask.dtype.kind == "f":
        unclear = mask[(mask != np.floor(mask)) | np.isinf(mask)]
        unclear = unclear[~np.isnan(unclear)]  # from_mask has words for nan
        if unclear.size:
            raise ArgumentError("mask", float(unclear[0]), expected, "decide which nodes are free")


def _mask_key(present: list[str]) -> str:
    """Which array of a file is the mask."""
    named = [key for key in MASK_KEYS if key in present]
    if len(present) == 1:
        return present[0]
    if len(named) != 1:
        raise ArgumentError(
            "arrays",
            sorted(present),
            f"must be one alone, or one of them named {' or '.join(MASK_KEYS)}",
            "save it with numpy.savez(path, mask=mask)",
        )
    return named[0]


def _refuse_large(size: int) -> None:
    """Raise ArgumentError if a file announces more bytes than the largest mask of floats has."""
    most = 8 * MOST_NODES + 10_000  # headers
    if size > most:
        raise _too_many(f"{size:,} bytes")


def _too_many(found: str) -> ArgumentError:
    return ArgumentError(
        "mask", found, f"must have at most {MOST_NODES:,} nodes", "take a coarser one"
    )
