"""Disk, annulus, sector: geometry by formula against polygons of many sides, C against a heat trace."""

import numpy as np
import pytest
from scipy.special import jn_zeros

from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.shapes.rings import polygon
from theory.errors import ArgumentError

SIDES = 4000
WHOLE_TURN = 2 * np.pi


def arc(radius, angle=WHOLE_TURN):
    """Points on an arc, its ends included; of a whole turn one of them."""
    turn = np.linspace(0, angle, SIDES + 1)[: SIDES if angle == WHOLE_TURN else None]
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def of_many_sides(domain):
    """A polygon with its vertices on the domain's wall."""
    if isinstance(domain, Disk):
        return polygon(arc(domain.radius))
    if isinstance(domain, Annulus):
        return polygon(arc(domain.outer), [arc(domain.inner)])
    return polygon([(0, 0), *arc(domain.radius, domain.angle)])


DOMAINS = [
    Disk(2.0),
    Annulus(0.5, 1.0),
    Annulus(1.0, 3.0),
    Sector(0.4, 2.0),
    Sector(np.pi / 2),
    Sector(np.pi, 0.5),
    Sector(3 * np.pi / 2, 2.0),
    Sector(6.2),
]


@pytest.mark.parametrize("domain", DOMAINS, ids=repr)
def test_limit_of_many_sides(domain):
    """A, P and the box as those of an inscribed polygon, off by (turn/sides)^2; C likewise, but for the
    corners where an arc begins, blunter or sharper by half a turn."""
    inscribed = of_many_sides(domain)
    assert domain.area == pytest.approx(inscribed.area, rel=3e-6)
    assert domain.perimeter == pytest.approx(inscribed.perimeter, rel=3e-6)
    assert domain.heat_constant == pytest.approx(inscribed.heat_constant, abs=3e-4)
    np.testing.assert_allclose(domain.box, inscribed.box, rtol=0, atol=4e-6)


@pytest.mark.parametrize("domain", DOMAINS, ids=repr)
def test_inside_and_how_far(domain):
    """Beside the inscribed polygon, which is off by at most radius (turn/sides)^2/8."""
    inscribed = of_many_sides(domain)
    low, high = domain.box
    points = np.random.default_rng(0).uniform(low - 0.3, high + 0.3, (20, 20, 2))
    distance = domain.distance(points)
    np.testing.assert_allclose(distance, inscribed.distance(points), rtol=0, atol=2e-6)
    sure = distance > 2e-6
    assert sure.all()
    np.testing.assert_array_equal(domain.contains(points), inscribed.contains(points))


def test_a_slit_disk():
    """The sector of 2 pi: two lips of one slit, at whose end the corner has 2 pi."""
    slit = Sector(WHOLE_TURN, 2.0)
    assert slit.area == pytest.approx(4 * np.pi, rel=1e-15)
    assert slit.perimeter == pytest.approx(4 * np.pi + 4, rel=1e-15)
    assert slit.heat_constant == pytest.approx(-1 / 16 + 1 / 8 + 1 / 6, rel=1e-15)
    points = np.array([(1.0, 0.1), (1.0, -0.1), (-0.3, 0.4), (-1.9, 0.0), (0.5, 0.0)])
    np.testing.assert_allclose(slit.distance(points), [0.1, 0.1, 0.5, 0.1, 0.0], rtol=0, atol=1e-15)
    assert slit.contains(points[:4]).all()
    np.testing.assert_array_equal(slit.box, Disk(2.0).box)


def trace(orders, multiplicity, time):
    """Sum of exp(-lambda t) over lambda = j^2, j the zeros below 150 of Bessel functions."""
    total = 0.0
    for order in orders:
        zeros = jn_zeros(order, 60)
        total += multiplicity(order) * np.exp(-(zeros[zeros < 150] ** 2) * time).sum()
    return total


@pytest.mark.parametrize(
    ("domain", "orders", "multiplicity"),
    [
        (Disk(), range(140), lambda order: 1 if order == 0 else 2),
        (Sector(np.pi), range(1, 140), lambda order: 1),
        (Sector(np.pi / 2), range(2, 140, 2), lambda order: 1),
        (Sector(np.pi / 3), range(3, 140, 3), lambda order: 1),
    ],
)
def test_heat_trace(domain, orders, multiplicity):
    """Z(t) = A/(4 pi t) - P/(8 sqrt(pi t)) + C + a sqrt(t) + b t + O(t^1.5): t, 4 t and 16 t leave C."""
    rest = {}
    for time in (0.001, 0.004, 0.016):
        leading = domain.area / (4 * np.pi * time) - domain.perimeter / (8 * np.sqrt(np.pi * time))
        rest[time] = trace(orders, multiplicity, time) - leading
    found = (8 * rest[0.001] - 6 * rest[0.004] + rest[0.016]) / 3
    assert found == pytest.approx(domain.heat_constant, abs=3e-5)


REFUSED = {
    r"radius: got 0; must be a positive and finite number; pass 1\.0, say$": lambda: Disk(0),
    r"radius: got -1\.0; must be a positive": lambda: Disk(-1.0),
    r"radius: got nan; must be a positive": lambda: Disk(np.nan),
    r"radius: got inf; must be a positive": lambda: Sector(1.0, np.inf),
    r"radius: got wide; must be a positive": lambda: Disk("wide"),
    r"inner: got 1\.0; must be below the outer radius 1\.0; make it less$": lambda: Annulus(1, 1),
    r"inner: got 3\.0; must be below the outer radius 2\.0": lambda: Annulus(3.0, 2.0),
    r"inner: got 0; must be a positive": lambda: Annulus(0, 2.0),
    r"outer: got True; must be a positive": lambda: Annulus(0.5, True),
    r"angle: got 6\.3; must lie in \(0, 2 pi\], 2 pi = 6\.28\d*; pass radians$": lambda: Sector(
        6.3
    ),
    r"angle: got 0; must be a positive": lambda: Sector(0),
    r"side: got 0; must be a positive": lambda: named.square(0),
    r"width: got -1; must be a positive": lambda: named.rectangle(-1, 2),
    r"height: got None; must be a positive": lambda: named.rectangle(1, None),
    r"side: got nan; must be a positive": lambda: named.equilateral(np.nan),
    r"leg: got 0\.0; must be a positive": lambda: named.right_isosceles(0.0),
    r"arm: got inf; must be a positive": lambda: named.l_shape(np.inf),
    r"leg: got -2; must be a positive": lambda: named.isospectral_pair(-2),
    r"corners: got 2; must be a whole number from 3 on": lambda: named.random_star(0, 2),
    r"corners: got 10; must be at most 9; take fewer$": lambda: named.random_star(0, 10),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
