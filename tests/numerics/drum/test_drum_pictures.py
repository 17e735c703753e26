"""Drawn drums: coverage, masks, outlines; drawings of known shapes, and every refusal by its text."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from numerics.drum import drums
from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.shapes.outlines import refitted, simplified
from numerics.drum.shapes.pictures import (
    coverage_of,
    drum_coverage,
    picture_drum,
    picture_polygon,
)
from numerics.drum.shapes.rings import polygon
from theory.errors import ArgumentError

FINE = 8  # points along a pixel


def drawn(domain, pixels):
    """Coverage of pixels around (0, 0), ..., (pixels - 1, pixels - 1), by 64 points in each, (x, y)."""
    along = (np.arange(FINE * pixels) + 0.5) / FINE - 0.5
    fine = domain.contains(np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1))
    return fine.reshape(pixels, FINE, pixels, FINE).mean(axis=(1, 3))


def placed(shape, pixels, degrees=0.0):
    """A polygon turned, and enlarged to 0.6 of a picture's width, near its middle."""
    turn = np.radians(degrees)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    scale = 0.6 * pixels / np.ptp(shape.box, axis=0).max()
    rings = [(ring - shape.box.mean(axis=0)) @ turned * scale for ring in shape.rings]
    rings = [ring + pixels / 2 + [0.13, -0.29] for ring in rings]
    return polygon(rings[0], rings[1:])


class Moved:
    """A domain whose origin is elsewhere."""

    def __init__(self, domain, x, y):
        self.domain, self.origin = domain, np.array([x, y])
        self.area, self.perimeter = domain.area, domain.perimeter

    def contains(self, points):
        return self.domain.contains(points - self.origin)

    def distance(self, points):
        return self.domain.distance(points - self.origin)


def picture(pixels, kind="PNG", **options):
    """Bytes of a picture of an array (y, x) or (y, x, channel), rows downward."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, kind, **options)
    file.seek(0)
    return file


def grey(coverage):
    """Rows of grey levels, downward, of coverage (x, y)."""
    return np.rint(255 * (1 - coverage.T[::-1]))


# --- coverage


def test_rows_count_down():
    """A picture of 2 rows and 3 columns: its upper left is x = 0, y = 1."""
    levels = [[255, 0, 51], [102, 153, 204]]
    found = coverage_of(picture(levels))
    np.testing.assert_allclose(found, [[0.6, 0], [0.4, 1], [0.2, 0.8]], rtol=0, atol=1e-15)
    inverted = coverage_of(picture(levels), invert=True)
    np.testing.assert_allclose(inverted, 1 - found, rtol=0, atol=1e-15)


def test_transparent_is_white():
    """Black at full, at no, at a fifth of opacity; the same from a palette with a transparent entry."""
    black = np.zeros((1, 3, 4))
    black[0, :, 3] = 255, 0, 51
    np.testing.assert_allclose(coverage_of(picture(black))[:, 0], [1, 0, 0.2], atol=1e-15)
    indexed = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    indexed.putpalette([0, 0, 0, 0, 0, 0])
    file = io.BytesIO()
    indexed.save(file, "PNG", transparency=1)
    file.seek(0)
    assert coverage_of(file)[:, 0].tolist() == [1, 0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_modes_of_png(mode):
    """One disk, stored in any mode: the same coverage."""
    disk = drawn(Moved(Disk(9.0), 15, 14), 30) > 0.5
    file = io.BytesIO()
    Image.fromarray(grey(disk).astype(np.uint8)).convert(mode).save(file, "PNG")
    file.seek(0)
    np.testing.assert_array_equal(coverage_of(file), disk)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_modes_of_jpeg(mode):
    """Lossy, but within a tenth."""
    disk = drawn(Moved(Disk(9.0), 15, 14), 30)
    file = io.BytesIO()
    Image.fromarray(grey(disk).astype(np.uint8)).convert(mode).save(file, "JPEG", quality=95)
    file.seek(0)
    np.testing.assert_allclose(coverage_of(file), disk, rtol=0, atol=0.1)


def test_a_turned_camera():
    """Orientation 6: what is stored as rows was seen as columns, turned to the right."""
    levels = np.array([[0, 255], [255, 255], [255, 255]])
    exif = Image.Exif()
    exif[0x0112] = 6
    found = coverage_of(picture(levels, exif=exif))
    assert found.shape == (3, 2)
    assert np.argwhere(found).tolist() == [[2, 1]]


# --- one drum of it


def test_clean_coverage_stays():
    """A drum alone on white: nothing of it changes."""
    coverage = drawn(placed(named.l_shape(), 60, 30), 60)
    np.testing.assert_array_equal(drum_coverage(coverage), coverage)


def test_paper_does_not_count():
    """Grey paper, ink that is not black: more than 2 pixels from the outline neither matters."""
    coverage = drawn(Moved(Disk(20.0), 30, 30), 60)
    stained = 0.06 + 0.9 * coverage
    found = drum_coverage(stained)
    assert stained.sum() == pytest.approx(1.07 * np.pi * 400, rel=0.01)
    assert found.sum() == pytest.approx(np.pi * 400, rel=0.012)


@pytest.mark.parametrize("quality", [50, 75, 95])
def test_a_jpeg_keeps_its_area(quality):
    """Noise around the outline of a star is no area: within 0.02 pixels times the perimeter."""
    star = placed(named.random_star(4, 7), 120)
    file = picture(grey(drawn(star, 120)), "JPEG", quality=quality)
    found = drum_coverage(coverage_of(file), component="largest")
    assert found.sum() == pytest.approx(star.area, abs=0.02 * star.perimeter)


def test_the_largest_of_two():
    """The other one and its grey rim are gone, even where they touch at a corner."""
    coverage = np.zeros((40, 40))
    coverage[5:25, 5:25] = 1
    both = coverage.copy()
    both[25:36, 25:36] = 0.9
    both[24:37, 37] = 0.3
    found = drum_coverage(both, component="largest")
    np.testing.assert_array_equal(found, coverage)


@pytest.mark.parametrize(("width", "taken"), [(7, False), (8, True), (9, True)])
def test_narrow_drums(width, taken):
    """A bar must be 8 pixels wide, at the edge of the picture too."""
    coverage = np.zeros((50, 20))
    coverage[:, :width] = 1
    if taken:
        assert drum_coverage(coverage).sum() == 50 * width
    else:
        with pytest.raises(ArgumentError, match="must have room for a disc of 8 pixels"):
            drum_coverage(coverage)


# --- masks


@pytest.mark.parametrize("drum", [drums.l_shape(10), drums.disk(9), drums.strip(12, 40)])
def test_one_pixel_a_node(drum):
    """A picture of free and clamped nodes gives the drum back, node by node."""
    file = picture(grey(drum.free))
    found = picture_drum(drum_coverage(coverage_of(file)))
    np.testing.assert_array_equal(found.free, np.pad(drum.free, 1))
    assert found.spacing == 1


@pytest.mark.parametrize("pixels", [1, 2, 3, 7])
def test_several_pixels_a_node(pixels):
    """Covered by more than half, counted square by square; what is over at the edge counts as white."""
    coverage = drum_coverage(drawn(Moved(Disk(17.3), 20, 18), 40))
    found = picture_drum(coverage, pixels=pixels, spacing=0.25)
    assert found.spacing == 0.25 * pixels
    free = found.free[1:-1, 1:-1]
    assert free.shape == (-(-40 // pixels),) * 2
    for i, j in np.ndindex(free.shape):
        square = coverage[i * pixels : (i + 1) * pixels, j * pixels : (j + 1) * pixels]
        assert free[i, j] == (square.sum() > pixels**2 / 2)


# --- outlines

OUTLINED = {
    "square": named.square(),
    "L": named.l_shape(),
    "first of the pair": named.isospectral_pair()[0],
    "triangle": named.equilateral(),
    "square ring": polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]),
}


@pytest.mark.parametrize("degrees", [0, 30])
@pytest.mark.parametrize("name", OUTLINED)
@pytest.mark.parametrize("pixels", [100, 170])
def test_outlines_of_polygons(name, degrees, pixels):
    """Corners within 0.1 pixels of those drawn; one of 60 degrees or less may be cut, by two vertices, 1.5
    pixels from its tip. The area, and the factor that makes good for it, within 0.03 pixels times P."""
    shape = placed(OUTLINED[name], pixels, degrees)
    outline, factor = picture_polygon(drum_coverage(drawn(shape, pixels)))
    apart = np.linalg.norm(outline.corners[:, None] - shape.corners, axis=-1).min(axis=0)
    cut = apart > 0.1
    assert len(outline.corners) == len(shape.corners) + np.count_nonzero(cut)
    assert (shape.angles[cut] < np.radians(61)).all()
    assert apart.max() < 1.5
    assert [len(ring) for ring in outline.holes] == [len(ring) for ring in shape.holes]
    assert outline.area == pytest.approx(shape.area, abs=0.03 * shape.perimeter)
    assert factor * shape.area == pytest.approx(outline.area, abs=0.03 * shape.perimeter)


@pytest.mark.parametrize("eps", [1.0, 0.5])
@pytest.mark.parametrize("radius", [30.0, 50.0, 80.0])
def test_outlines_of_disks(radius, eps):
    """Sides around a circle, at most eps + 0.3 pixels beside it; area matched to 0.005 pixels times P."""
    disk = Moved(Disk(radius), 1.2 * radius + 0.4, 1.2 * radius - 0.2)
    outline, factor = picture_polygon(drum_coverage(drawn(disk, int(2.4 * radius))), eps)
    along = np.linspace(0, 1, 21)[:, None, None]
    walls = outline.sides[:, 0] + along * (outline.sides[:, 1] - outline.sides[:, 0])
    assert disk.distance(walls).max() < eps + 0.3
    assert outline.area / factor == pytest.approx(disk.area, abs=0.005 * disk.perimeter)
    assert len(outline.vertices) < 8 * (radius / eps) ** 0.5


def test_an_annulus_has_a_hole():
    """Outer and inner circle; the area within 0.005 pixels times both."""
    annulus = Moved(Annulus(20.0, 45.0), 50.3, 49.6)
    outline, factor = picture_polygon(drum_coverage(drawn(annulus, 100)))
    assert len(outline.holes) == 1
    assert np.linalg.norm(outline.holes[0] - annulus.origin, axis=1).max() < 22
    assert outline.area / factor == pytest.approx(annulus.area, abs=0.005 * annulus.perimeter)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_outlines_of_stars(seed):
    """Middles of sides are within 1.5 pixels of the wall; the area is matched to 0.02 pixels times P."""
    star = placed(named.random_star(seed), 120)
    outline, factor = picture_polygon(drum_coverage(drawn(star, 120), component="largest"))
    assert star.distance(outline.sides.mean(axis=1)).max() < 1.5
    assert outline.area / factor == pytest.approx(star.area, abs=0.02 * star.perimeter)


def test_turned_pictures_have_turned_outlines():
    """By 90 degrees: the same area and factor, the same sides."""
    coverage = drum_coverage(drawn(placed(named.l_shape(), 90, 20), 90))
    outline, factor = picture_polygon(coverage)
    turned, turned_factor = picture_polygon(np.rot90(coverage))
    assert turned_factor == pytest.approx(factor, rel=1e-12)
    np.testing.assert_allclose(np.sort(turned.lengths), np.sort(outline.lengths), rtol=0, atol=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5])
def test_half_covered_pixels(shift):
    """A square whose sides halve pixels, or run between them: its own corners within 0.125 pixels.

    A side through pixels of the coverage c is off by up to 3/2 - 1/(2 c) - c, 0.086 at sqrt(1/2).
    """
    square = polygon([(x + shift, y + shift) for x, y in ((10, 10), (30, 10), (30, 30), (10, 30))])
    outline, factor = picture_polygon(drum_coverage(drawn(square, 40)))
    assert len(outline.vertices) == 4
    apart = np.linalg.norm(outline.vertices[:, None] - square.vertices, axis=-1).min(axis=0)
    assert apart.max() < 0.125
    assert factor == pytest.approx(outline.area / 400, rel=1e-12)


def test_squares_that_share_a_pixel():
    """Two squares corner to corner, joined by one pixel and half of its neighbour: one simple ring."""
    coverage = np.zeros((40, 40))
    coverage[4:20, 4:20] = coverage[20:36, 20:36] = 1
    coverage[19, 20] = 1
    coverage[20, 19] = 0.5
    outline, _ = picture_polygon(drum_coverage(coverage))
    assert outline.area == pytest.approx(2 * 256, abs=4)


def test_a_contour_that_comes_back():
    """(0, 0) is passed twice, around a loop: both passages stay, what is within eps does not."""
    contour = [(20, 4), (0, 0), (-3, 1), (0, 1.2), (3, 1), (0, 0), (-20, 4), (0, 9)]
    assert simplified(np.array(contour, float), 0.5).tolist() == [0, 1, 2, 4, 5, 6, 7]


def test_simplified():
    """A square's contour keeps its corners, wherever it begins, and loses what is within eps."""
    sides = [[(k, 0), (9, k), (9 - k, 9), (0, 9 - k)] for k in range(9)]
    contour = np.array([side[k] for k in range(4) for side in sides], float)
    for shift in range(0, 36, 5):
        kept = simplified(np.roll(contour, shift, axis=0), 0.5)
        assert kept.tolist() == sorted((k + shift) % 36 for k in (0, 9, 18, 27))
    bump = contour.copy()
    bump[4, 1] = -0.7
    assert simplified(bump, 0.8).tolist() == [0, 9, 18, 27]
    assert 4 in simplified(bump, 0.6)


def test_refitted():
    """Corners cut by the contour come back: the middles of the sides place them."""
    sides = [[(k, 0.25), (19.75, k), (20 - k, 19.75), (0.25, 20 - k)] for k in range(1, 20)]
    contour = np.array([side[k] for k in range(4) for side in sides], float)
    found = refitted(contour, simplified(contour, 1.0))
    expected = [(0.25, 0.25), (19.75, 0.25), (19.75, 19.75), (0.25, 19.75)]
    assert len(found) == 4
    for corner in expected:
        assert np.linalg.norm(found - corner, axis=1).min() < 1e-12


# --- refusals


def announced(width, height):
    """A PNG that announces a size and holds nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e")


def frames():
    """A PNG that moves."""
    file = io.BytesIO()
    first, second = (Image.new("L", (9, 9), level) for level in (0, 255))
    first.save(file, "PNG", save_all=True, append_images=[second])
    file.seek(0)
    return file


def sixteen_bits():
    """A PNG of 16 bits a channel."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((9, 9), np.uint16)).save(file, "PNG")
    file.seek(0)
    return file


TWO = drawn(Moved(Disk(6.0), 8, 8), 40) + drawn(Moved(Disk(7.0), 30, 30), 40)
SPOTTED = np.pad(np.ones((30, 30)), 3)
SPOTTED[15, 20] = 0
LIMIT = r"must have at most 16,000,000 pixels; make it smaller$"
BOTH = r"must have both colours, a dark drum on light ground; draw the other, or invert$"
REFUSED = {
    rf"picture: got 4001 x 4000 pixels; {LIMIT}": lambda: coverage_of(announced(4001, 4000)),
    rf"picture: got 10000 x 10000 pixels; {LIMIT}": lambda: coverage_of(announced(10**4, 10**4)),
    rf"picture: got Image size \(10000000000 pixels\) exceeds.*; {LIMIT}": lambda: coverage_of(
        announced(10**5, 10**5)
    ),
    r"picture: got 2 frames; must have one; keep one of them$": lambda: coverage_of(frames()),
    r"picture: got mode I;16; must have 8 bits a channel; convert it$": lambda: coverage_of(
        sixteen_bits()
    ),
    rf"picture: got drum alone; {BOTH}": lambda: drum_coverage(np.ones((20, 20))),
    rf"picture: got background alone; {BOTH}": lambda: drum_coverage(np.full((20, 20), 0.5)),
    r"picture: got a drum of 49 pixels; must have room for a disc of 8 pixels; draw it larger$": (
        lambda: drum_coverage(np.pad(np.ones((7, 7)), 5))
    ),
    r"picture: got 2 components of 1\d\d, 1\d\d nodes; must be connected; choose component largest$": (
        lambda: drum_coverage(TWO)
    ),
    r"picture: got 2 components of \d+, \d+ nodes; must be connected; invert$": (
        lambda: drum_coverage(1 - np.pad(np.pad(np.zeros((9, 9)), 9, constant_values=1), 5))
    ),
    r"component: got all; must be largest for a picture, which is one drum; choose it$": (
        lambda: drum_coverage(TWO, component="all")
    ),
    r"coverage: got \(3,\); must have two dimensions; pass one layer$": lambda: drum_coverage(
        np.ones(3)
    ),
    r"coverage: got values beside; must lie from 0 to 1; divide by the white level$": (
        lambda: drum_coverage(np.full((9, 9), 255))
    ),
    r"coverage: got values beside; must lie": lambda: drum_coverage(np.full((9, 9), np.nan)),
    r"pixels: got 0; must be a whole number from 1 on; enlarge$": lambda: picture_drum(
        TWO, pixels=0
    ),
    r"mask: got no free node; ": lambda: picture_drum(np.pad(np.ones((8, 8)), 20), pixels=48),
    r"spacing: got -1; must be a positive": lambda: picture_drum(TWO, spacing=-1),
    r"eps: got 0; must be a positive and finite number": lambda: picture_polygon(TWO, 0),
    r"picture: got a spot around pixel \(15\.0, 20\.0\); must be wide enough for three corners, 1 pix": (
        lambda: picture_polygon(drum_coverage(SPOTTED))
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed with the bound, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
