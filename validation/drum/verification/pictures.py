"""Drums that are drawn: are the eigenvalues read off a picture as near to the truth as they say?"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Disk
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.exact import disk_spectrum, rectangle_spectrum
from numerics.drum.spectra.spectrum import Spectrum
from validation.drum import Config
from validation.drum.shapes import continuum
from validation.drum.shapes.own_shapes import own_shape
from validation.drum.verification.polygons import FIRST_OF_PAIR, STARS, L, polygon, reference

COUNT = 6  # eigenvalues of each drawing
FINE = 8  # points along a pixel that tell how much of it is covered
WIDTH = 0.6  # of a drawing, of the picture's
OFF = np.array([0.13, -0.29])  # pixels from the middle: no wall lies on a grid line by luck
TURN = np.radians(30)
DRAWN_STARS = 6
SIZES = (100, 200, 400)
FEW = 3  # drawings


@dataclasses.dataclass(frozen=True, eq=False)
class Drawing:
    """A domain that is drawn, turned by an angle, and its eigenvalues."""

    domain: Polygon | Disk
    truth: Spectrum
    turn: float = 0.0


def drawings() -> Iterator[Drawing]:
    """Yield disk, L and random star; then more stars, L, square and a drum of the pair: twelve."""
    yield Drawing(Disk(), disk_spectrum(1.0, COUNT))
    yield _drawn(L)
    yield from (_drawn(number) for number in range(STARS, STARS + DRAWN_STARS))
    yield _drawn(L, TURN)
    yield Drawing(named.square(), rectangle_spectrum(1, 1, COUNT), TURN)
    yield from (_drawn(FIRST_OF_PAIR, turn) for turn in (0.0, TURN))


def _drawn(number: int, turn: float = 0.0) -> Drawing:
    known = reference(number)
    lowest = known.eigenvalues[:COUNT], known.errors[:COUNT]
    return Drawing(polygon(number), Spectrum(*lowest, known.method, known.unknowns), turn)


def uncovered(drawn: Iterable[Drawing], sizes: Sequence[int]) -> float:
    """Return how many eigenvalues of drawings are farther from the truth than their errors.

    Parameters
    ----------
    sizes : sequence of int
        Pixels along a picture.
    """
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        for drawing in drawn:
            for pixels in sizes:
                missed += int(np.count_nonzero(~(_shares(drawing, pixels, Path(folder)) <= 1)))
    return float(missed)


def _shares(drawing: Drawing, pixels: int, folder: Path) -> np.ndarray:
    """Return true errors over stated ones, (mode,), as a user reads them off a picture."""
    scale = WIDTH * pixels / np.ptp(drawing.domain.box, axis=0).max()
    file = folder / "drum.png"
    _draw(drawing, scale, pixels, file)
    shape = own_shape(Config(shape=str(file), preset="quick", component="largest"))
    found = continuum.spectra(shape, COUNT, thorough=False).found[continuum.QUADRATIC]
    truth, unknown = (part / scale**2 for part in (drawing.truth.eigenvalues, drawing.truth.errors))
    return (np.abs(found.eigenvalues - truth) + unknown) / found.errors


def _draw(drawing: Drawing, scale: float, pixels: int, file: Path) -> None:
    """Write a PNG whose greys are how much of each pixel the domain covers."""
    from PIL import Image

    along = (np.arange(FINE * pixels) + 0.5) / FINE - 0.5
    places = np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1) - pixels / 2 - OFF
    cosine, sine = np.cos(drawing.turn), np.sin(drawing.turn)
    points = places @ np.array([[cosine, -sine], [sine, cosine]]) / scale
    inside = drawing.domain.contains(points + drawing.domain.box.mean(axis=0))
    coverage = inside.reshape(pixels, FINE, pixels, FINE).mean(axis=(1, 3))
    Image.fromarray(np.rint(255 * (1 - coverage)).astype(np.uint8).T[::-1]).save(file)


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D42": lambda: uncovered(itertools.islice(drawings(), FEW), SIZES[:1]),
    "D42m": lambda: uncovered(drawings(), SIZES[:1]),
    "D42a": lambda: uncovered(drawings(), SIZES),
}
