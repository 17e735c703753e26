"""A sector whose walls move: against finite elements, and where the rate is known."""

import math

import numpy as np
import pytest

from numerics.drum.shapes.curved import Sector
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.finite_elements import LAYERS, graded_meshes
from numerics.drum.spectra.grading import with_layers
from numerics.drum.spectra.mesh_spectra import wall_rate
from numerics.drum.spectra.sector_walls import sector_wall_rate
from theory.errors import ArgumentError


@pytest.mark.parametrize("degrees", [60, 90, 270])
@pytest.mark.parametrize("radius", [1.0, 5.0])
def test_rate_of_a_sector_whose_walls_move(degrees, radius):
    """Of the same sector as a polygon whose arc has 36 sides, by finite elements: within 2 %."""
    sector = Sector(np.radians(degrees), radius)
    arc = np.linspace(0, sector.angle, 37)
    outline = Polygon(radius * np.vstack([[0, 0], np.stack([np.cos(arc), np.sin(arc)], axis=1)]))
    (mesh,) = graded_meshes(outline, 1, levels=1)
    rate, left = sector_wall_rate(sector, 1e-7 * radius)
    found = wall_rate(with_layers(mesh, outline.corners[:1], LAYERS))
    assert rate == pytest.approx(found, rel=0.02)
    assert left < 1e-4


@pytest.mark.parametrize("degrees", [90, 200])
def test_rate_of_a_sector_whose_sides_stay(degrees):
    """The arc alone makes a larger copy, lambda goes as 1/R^2: rate 2/R. Both sides add the same."""
    rates = [sector_wall_rate(Sector(np.radians(degrees), 3.0), 1e-3, sides) for sides in (0, 1, 2)]
    assert rates[0] == (pytest.approx(2 / 3.0), 0.0)
    steps = np.diff(rates, axis=0)
    np.testing.assert_allclose(steps[0], steps[1], rtol=1e-12)
    assert (steps > 0).all()


def test_rate_of_a_slit_grows_as_a_logarithm():
    """To x = r/R there is nu^2 J^2/x^2 = a/x of a slit: rate(x) - rate(x/10) = a ln 10, the same again."""
    rates = [sector_wall_rate(Sector(2 * np.pi), apart)[0] for apart in (1e-3, 1e-4, 1e-5)]
    steps = np.diff(rates)
    assert steps[1] == pytest.approx(steps[0], rel=1e-4)
    weight = (np.pi * np.cos(np.pi)) ** 2 * 2 / np.pi**2  # (j J_{3/2}(j))^2, j = pi
    assert steps[1] == pytest.approx(8 / 4 * 2 / (2 * np.pi * weight) * math.log(10), rel=1e-4)


@pytest.mark.parametrize("apart", [0.0, -1.0, 1.0, math.nan])
def test_where_a_sectors_sides_cannot_begin(apart):
    with pytest.raises(ArgumentError) as refused:
        sector_wall_rate(Sector(np.pi), apart)
    assert refused.value.argument == "apart"


def test_a_sector_has_two_straight_sides():
    with pytest.raises(ArgumentError) as refused:
        sector_wall_rate(Sector(np.pi), 0.1, 3)
    assert refused.value.argument == "sides"
