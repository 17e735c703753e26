"""Waves that fit a corner: 0 on its sides, with the eigenvalue that they claim."""

import numpy as np
import pytest

from numerics.drum.shapes import named
from numerics.drum.spectra.corner_waves import CornerWaves


def test_waves_vanish_on_their_sides():
    """On both sides of its corner every wave is 0, and all have -Laplacian = lambda by differences."""
    shape = named.l_shape()
    waves = CornerWaves(shape, 6)
    (corner,) = waves.corners
    before = shape.sides[corner - 1]
    along = np.linspace(0.1, 0.9, 9)[:, None]
    for start, end in (shape.sides[corner], before):
        assert waves.at(start + along * (end - start))(9.0) == pytest.approx(0, abs=1e-13)
    points, step = np.array([[0.5, 0.4], [1.3, 0.6], [0.4, 1.5]]), 1e-3
    middle = waves.at(points)(9.0)
    arms = [waves.at(points + step * np.array(a))(9.0) for a in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    assert (4 * middle - sum(arms)) / step**2 == pytest.approx(9.0 * middle, abs=1e-4)
