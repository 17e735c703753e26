"""Points inside a polygon and on its sides: where they lie, and what they integrate exactly."""

import numpy as np
import pytest

from numerics.drum.shapes import named
from numerics.drum.spectra.polygon_points import interior_points, quadrature, side_points


@pytest.mark.parametrize(
    "shape", [named.l_shape(), *named.isospectral_pair(), named.random_star(3, 7)]
)
def test_quadrature(shape):
    """The integral of x^2 y over a polygon, by Gauss and by Green's theorem along its sides."""
    points, weights = quadrature(shape)
    assert weights.sum() == pytest.approx(shape.area, rel=1e-12)
    assert shape.contains(points).all()
    nodes, shares = np.polynomial.legendre.leggauss(4)
    start, along = shape.sides[:, :1], np.diff(shape.sides, axis=1)
    x, y = np.moveaxis(start + (nodes[:, None] + 1) / 2 * along, 2, 0)
    green = np.sum(x**3 / 3 * y * along[..., 1] * shares / 2)
    assert weights @ (points[:, 0] ** 2 * points[:, 1]) == pytest.approx(green, rel=1e-12)


def test_points():
    """Inside is inside, the sides of a single singular corner are left out, a seed is a seed."""
    shape = named.l_shape()
    assert len(side_points(shape, 7)) == 4 * 7
    inside = interior_points(shape, 50, np.random.default_rng(1))
    assert shape.contains(inside).all()
    assert (inside == interior_points(shape, 50, np.random.default_rng(1))).all()
