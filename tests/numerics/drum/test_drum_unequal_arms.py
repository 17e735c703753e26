"""Shortley-Weller: arms that end at a curved wall, second order, extrapolated."""

import numpy as np
import pytest

from numerics.drum.drums import square
from numerics.drum.modes import operator
from numerics.drum.shapes.curved import Annulus, Disk
from numerics.drum.shapes.grid_masks import level_set
from numerics.drum.shapes.named import square as square_polygon
from numerics.drum.spectra.exact import annulus_spectrum, disk_spectrum
from numerics.drum.spectra.unequal_arms import (
    arms,
    round_spectrum,
    unequal_arms_spectrum,
    unequal_eigenvalues,
    unequal_stencil,
)
from theory.errors import ArgumentError

BOX = np.array([[-1.3, -1.3], [1.3, 1.3]])
UNIT = np.array([[-1.0, -1.0], [1.0, 1.0]])


def circle(points):
    return np.linalg.norm(points, axis=-1) - 1


def test_disk_is_of_second_order():
    """D33: the error of lambda_1 falls by 3.5 to 4.5 each time the spacing is halved, n = 8 to 64."""
    errors = [
        unequal_eigenvalues(arms(circle, UNIT, 1 / n), 1)[0].real / 5.783185962946784 - 1
        for n in (8, 16, 32, 64)
    ]
    ratios = np.array(errors[:-1]) / errors[1:]
    assert ((ratios > 3.5) & (ratios < 4.5)).all()
    assert errors == pytest.approx([-5.1e-3, -1.3e-3, -3.4e-4, -8.7e-5], rel=0.03)


def test_arms_end_at_the_wall():
    """Of a free node at (x, y) in a circle, the east arm ends at sqrt(1 - y^2)."""
    found = arms(circle, BOX, 0.13)
    points = BOX[0] + 0.13 * np.argwhere(found.free)
    for axis, (east, west) in enumerate(((0, 1), (2, 3))):
        wall = np.sqrt(1 - points[:, 1 - axis] ** 2)
        for side, sign in ((east, 1), (west, -1)):
            gap = (wall - sign * points[:, axis]) / 0.13
            assert found.lengths[:, side] == pytest.approx(np.minimum(gap, 1), abs=1e-9)


def test_whole_arms_are_the_five_point_stencil():
    """A square whose wall runs through nodes: nothing is unequal."""
    found = arms(lambda p: np.abs(p - 0.5).max(axis=-1) - 0.5, np.array([[0, 0], [1, 1.0]]), 0.125)
    assert found.lengths == pytest.approx(1, abs=1e-9)
    expected = operator(square(8, spacing=0.125)).toarray()
    assert unequal_stencil(found).toarray() == pytest.approx(expected, rel=1e-9)


def test_exact_for_parabolas():
    """Minus the stencil of a parabola that is 0 on the wall is its second derivative, up to rounding."""
    found = arms(circle, BOX, 0.13)
    points = BOX[0] + 0.13 * np.argwhere(found.free)
    bowl = 1 - (points**2).sum(axis=1)
    assert unequal_stencil(found) @ bowl == pytest.approx(4, rel=1e-9)


@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.17, -0.05), (-0.23, 0.29)])
@pytest.mark.parametrize("divisions", [26, 33])
def test_extrapolated_spectra_are_within_their_errors(offset, divisions):
    """Disk and annulus 1/2 anywhere on the grid, 12 eigenvalues each; double ones may turn complex."""
    for domain, exact in (
        (Disk(1.0), disk_spectrum(1.0, 12)),
        (Annulus(0.5, 1.0), annulus_spectrum(0.5, 1.0, 12)),
    ):
        found = unequal_arms_spectrum(
            lambda p, domain=domain: level_set(domain, p - offset), BOX, 12, divisions=divisions
        )
        assert found.covers(exact.eigenvalues).all()
        assert (found.errors < 1e-2 * found.eigenvalues).all()


@pytest.mark.parametrize(
    ("ratio", "size"), [(0.0, 0.01), (0.2, 1.0), (0.5, 100.0), (0.9, 1.0), (0.95, 1.0)]
)
def test_round_drums_are_covered(ratio, size):
    """Disk, wide and thin rings, 20 eigenvalues: within their errors, these below 2 %."""
    ring = Annulus(ratio * size, size) if ratio else Disk(size)
    exact = annulus_spectrum(ring.inner, size, 20) if ratio else disk_spectrum(size, 20)
    found = round_spectrum(ring, 20)
    assert found.covers(exact.eigenvalues).all()
    assert (found.errors < 0.02 * found.eigenvalues).all()


@pytest.mark.parametrize("offset", [(0.014, -0.013), (-0.019, 0.011), (-0.012, 0.018)])
def test_where_nodes_fall_badly_one_step_is_small_by_accident(offset):
    """A ring of two spacings: the step from coarser grids is .2 to .6 of the error, the longer one covers."""
    ring, exact = Annulus(0.9, 1.0), annulus_spectrum(0.9, 1.0, 6)
    found = unequal_arms_spectrum(
        lambda points: level_set(ring, points - offset), 1.05 * UNIT, 6, divisions=42
    )
    assert found.covers(exact.eigenvalues).all()


def test_a_node_on_the_wall_is_clamped():
    """A circle of three spacings: four nodes at distance 3 and their kin lie on it to rounding."""
    found = arms(circle, UNIT, 1 / 5)  # (3, 4, 5)
    assert found.lengths.min() > 1e-3
    assert not found.free[[8, 9, 2, 1], [9, 8, 9, 8]].any()


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: arms(circle, UNIT, -0.1), "spacing"),
        (lambda: arms(lambda p: circle(p) + 5, UNIT, 0.1), "spacing"),
        (lambda: unequal_eigenvalues(arms(circle, UNIT, 0.5), 8), "count"),
        (lambda: unequal_arms_spectrum(circle, UNIT, 1, divisions=1), "divisions"),
        (lambda: round_spectrum(square_polygon(), 1), "domain"),
        (lambda: round_spectrum(Annulus(0.01, 1.0), 1), "domain"),
        (lambda: round_spectrum(Annulus(0.99, 1.0), 1), "domain"),
        (lambda: round_spectrum(Annulus(0.1, 1.0), 1, divisions=32), "domain"),
        (lambda: round_spectrum(Disk(), 1000), "domain"),
        (lambda: round_spectrum(Disk(), 0), "count"),
    ],
)
def test_what_cannot_be_is_refused(call, argument):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert refused.value.argument == argument
