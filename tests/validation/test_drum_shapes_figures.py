"""Figures and film of drums of any shape: where walls, windows, colours and legends lie."""

import io

import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot
from PIL import Image

from numerics.drum.shapes.grid_masks import node_places
from validation.drum import film
from validation.drum.shapes.drawing import wall, window
from validation.drum.shapes.patterns import patterns

SPACING = 0.5
FREE = np.zeros((9, 12), int)
FREE[3:6, 4:9] = 1
CORNERS = np.array([[1.0, 1.5], [3.0, 1.5], [3.0, 4.5], [1.0, 4.5], [1.0, 1.5]])


def a_drum(outline):
    """Three by five free nodes, x of 1.5 to 2.5 and y of 2 to 4, in a frame of many clamped ones."""
    places = node_places(np.zeros(2), SPACING, FREE.shape)
    return xr.Dataset(
        {
            "free": (("x", "y"), FREE),
            "places": (("x", "y", "end"), places),
            "outline": (("corner", "end"), outline),
            "spacing": SPACING,
        }
    )


@pytest.fixture
def axes():
    """Axes that are closed again."""
    figure, ax = pyplot.subplots()
    yield ax
    pyplot.close(figure)


def test_wall_of_a_mask(axes):
    """Half way from free nodes to clamped ones; it touches x = 1.25 and 2.75, y = 1.75 and 4.25."""
    wall(a_drum(np.full((5, 2), np.nan)), axes)
    (drawn,) = axes.collections
    line = np.vstack([path.vertices for path in drawn.get_paths()])
    np.testing.assert_allclose([line.min(axis=0), line.max(axis=0)], [[1.25, 1.75], [2.75, 4.25]])


def test_wall_of_an_outline(axes):
    """The outline as it is, and nothing of the mask."""
    wall(a_drum(CORNERS), axes)
    (drawn,) = axes.lines
    np.testing.assert_array_equal(drawn.get_xydata(), CORNERS)
    assert not axes.collections


@pytest.mark.parametrize("outline", [CORNERS, np.full((5, 2), np.nan)])
def test_window(outline):
    """A spacing around the nodes or the outline, whatever reaches farther; no clamped frame."""
    seen = [[0.5, 1.0], [3.5, 5.0]] if np.isfinite(outline).all() else [[1.0, 1.5], [3.0, 4.5]]
    np.testing.assert_allclose(window(a_drum(outline)), seen)


def test_patterns_are_pixels_and_lines():
    """A picture has a pixel a node, (y, x), the node in its middle, in a panel as large as the drum."""
    one = a_drum(np.full((5, 2), np.nan))
    place = one["places"].values
    field = np.where(FREE, np.sin(2 * np.pi * (place[..., 1] - 1.9) / 2.5), np.nan)
    masks = xr.Dataset(
        {
            "pattern": (("picture", "x", "y"), field[None]),
            "domains": ("picture", [2]),
            "eigenvalue": ("mode", [1.0]),
        }
    )
    setup, masks = (d.expand_dims(drum=["blob"]) for d in (one, masks))
    setup["spacing"] = SPACING
    masks["domains"] = masks["domains"].isel(drum=0)
    tree = xr.DataTree.from_dict({"setup": setup, "forecast/masks": masks})
    figure = patterns(tree)
    ax = figure.axes[0]
    (picture,) = ax.images
    assert picture.get_interpolation() == "none"  # resampled by no backend
    np.testing.assert_array_equal(np.ma.filled(picture.get_array(), np.nan), field.T)
    assert picture.get_extent() == [-0.25, 4.25, -0.25, 5.75]
    assert (ax.get_xlim(), ax.get_ylim()) == ((1.0, 3.0), (1.5, 4.5))
    zero, _ = ax.collections  # the nodal line, the wall
    assert np.vstack([path.vertices for path in zero.get_paths()])[:, 1] == pytest.approx(
        3.15, abs=0.05
    )
    pyplot.close(figure)


def test_film_tells_the_drum_from_what_is_around():
    """Clamped nodes are grey, free ones at rest nearly white, and a white line parts the two halves."""
    shown = np.zeros((2, *FREE.shape))
    shown[1] = FREE
    tree = xr.DataTree.from_dict(
        {"observed/film": xr.Dataset({"displacement": (("frame", "x", "y"), shown)})}
    )
    with Image.open(io.BytesIO(film.gif(tree, shown, "blob", FREE > 0))) as pictures:
        pixels = np.asarray(pictures.convert("RGB"))
    assert 50 < (pixels[: film.HEAD] == 0).all(axis=-1).sum() < 1000  # what each half is
    left, gap, right = np.split(pixels[film.HEAD :], (film.PIXELS, film.PIXELS + film.GAP), axis=1)
    np.testing.assert_array_equal(left, right)
    assert (gap == 255).all()
    grey = (left == film.GREY).all(axis=-1)
    assert grey.mean() == pytest.approx(1 - FREE.sum() / 12**2, abs=0.03)  # a square of 12 nodes
    assert left[~grey].min() > 240
