"""What a run says of area and perimeter heard: where the list is too short, what is no drum."""

import numpy as np
import pytest

from numerics.drum.spectra import exact
from numerics.drum.spectra.spectrum import Spectrum
from validation.drum.shapes.hearing import heard_back, heard_beyond, walls_too_near
from validation.drum.shapes.tables import _judged, _shape

SQUARE = exact.rectangle_spectrum(1, 1, 100)
RING = exact.annulus_spectrum(0.7, 1, 100)  # its walls are 0.3 apart, its shortest wave has 0.20


def test_the_list_is_completed_beside_it():
    """Of a square both ways tell the same, of a ring not: the completed list is nearer to 3.4 pi."""
    found = {"square": SQUARE, "ring": RING}
    plain, beyond = heard_back(found), heard_beyond(found)
    (line,) = walls_too_near(plain, beyond)
    assert line.startswith("ring: 100 eigenvalues are too few")
    own = 2 * np.pi * 1.7
    one, other = (float(p["perimeter"].sel(drum="ring")) for p in (plain.isel(count=-1), beyond))
    assert abs(other / own - 1) < 0.5 * abs(one / own - 1)
    assert f"{one:.4g}" in line
    assert f"{other:.4g}" in line


def test_a_list_of_no_drum():
    """k^4, of a beam: nothing is told, nothing raised, and the line says that they are not alike."""
    values = np.arange(1.0, 101.0) ** 4
    beyond = heard_beyond({"square": Spectrum(values, 0 * values, "of a beam", 0)})
    assert np.isnan(beyond["perimeter"]).all()
    assert len(walls_too_near(heard_back({"square": SQUARE}), beyond)) == 1


@pytest.mark.parametrize(
    ("area", "perimeter", "marked"),
    [
        (1.0, 4.0, False),
        (0.99 * np.pi / 4, 0.999 * np.pi, False),
        (0.1, 4.0, True),
        (1.0, 3.0, True),
    ],
)
def test_what_no_drum_can_be(area, perimeter, marked):
    """Smaller than the disk of its tone, or with a shorter wall than a disk: but for a few per cent."""
    row = _judged(_shape(50, area, perimeter, 0.25), smallest=np.pi / 4)
    assert str(row[0]) == ("50: no drum is so" if marked else "50")
    assert row[1:3] == [area, perimeter]
