"""Rings as users give them: what is mended and told, what is refused, and that the test is exact."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numerics.drum.shapes.rings import mended, orientations, polygon
from theory.errors import ArgumentError

SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4)]
HOLE = [(1, 1), (1, 2), (2, 2), (2, 1)]
CLOCKWISE = SQUARE[::-1]
LAST = "vertices: dropped the last vertex, which repeats the first"
REVERSED = "vertices: reversed, to run counter-clockwise"
MENDED = {
    "nothing": (SQUARE, [HOLE], ()),
    "closed": ([*SQUARE, SQUARE[0]], [], (LAST,)),
    "doubled": (
        [SQUARE[1], SQUARE[1], SQUARE[1], *SQUARE[2:], SQUARE[0]],
        [],
        ("vertices: dropped 2 of zero distance to the one before",),
    ),
    "clockwise": (CLOCKWISE, [], (REVERSED,)),
    "all": (
        [*CLOCKWISE, CLOCKWISE[0]],
        [HOLE[::-1]],
        (LAST, REVERSED, "holes[0]: reversed, to run clockwise"),
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_mended(name):
    """The same square, whatever way it is written; each mend is told, and nothing else."""
    vertices, holes, expected = MENDED[name]
    shape, notes = mended(vertices, holes)
    assert notes == expected
    assert shape.area == 16 - len(holes)
    found = shape.vertices.tolist()
    assert sorted(map(tuple, found)) == sorted(SQUARE)
    for k in range(4):
        (x0, y0), (x1, y1), (x2, y2) = (found[k - j] for j in (2, 1, 0))
        assert (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0


@settings(deadline=None, max_examples=50)
@given(start=st.integers(0, 3), backward=st.booleans(), scale=st.sampled_from([1e-30, 0.1, 1e30]))
def test_area_of_any_writing(start, backward, scale):
    """Neither the first vertex nor the direction nor the unit matters."""
    ring = np.roll(SQUARE, start, axis=0) * scale
    shape = polygon(ring[::-1] if backward else ring)
    assert shape.area == pytest.approx(16 * scale**2, rel=1e-15)


def test_collinear_vertices_stay():
    """A vertex in the middle of a side has the angle pi, at which nothing is singular."""
    shape = polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)])
    assert shape.angles[1] == np.pi
    assert not shape.singular.any()
    assert shape.heat_constant == pytest.approx(1 / 4, rel=1e-15)


# --- the exact test

COORDINATES = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-1, 1), st.sampled_from([0.1, 0.2, 0.3, 1 + 2**-52])
)
POINTS = st.tuples(COORDINATES, COORDINATES)


def exact_turn(a, b, c):
    """Sign of the cross product in rational numbers."""
    (ax, ay), (bx, by), (cx, cy) = ([Fraction(x) for x in point] for point in (a, b, c))
    twice = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    return (twice > 0) - (twice < 0)


@settings(deadline=None, max_examples=300)
@given(a=POINTS, b=POINTS, c=POINTS)
@example(a=(0.1, 0.1), b=(0.2, 0.2), c=(0.3, 0.3))  # the floats 0.1, 0.2, 0.3 are on the diagonal
@example(a=(0.1, 0.3), b=(0.2, 0.6), c=(0.3, 0.9))  # these are on no line
@example(a=(12.0, 12.0), b=(24.0, 24.0), c=(0.5, 0.5 + 2**-53))
def test_orientations_are_exact(a, b, c):
    """Beside rational arithmetic; for one point and, broadcast, for two."""
    a, b, c = map(np.array, (a, b, c))
    assert orientations(a, b, c) == exact_turn(a, b, c)
    both = orientations(a, b, np.stack([c, a]))
    assert both.tolist() == [exact_turn(a, b, c), 0]


def crosses(one, other):
    """Whether two closed segments of whole numbers have a common point: by solving, in rationals."""
    (a, b), (c, d) = ([[Fraction(x) for x in point] for point in side] for side in (one, other))
    along, across = [b[k] - a[k] for k in (0, 1)], [d[k] - c[k] for k in (0, 1)]
    gap = [c[k] - a[k] for k in (0, 1)]
    turn = along[0] * across[1] - along[1] * across[0]
    if turn:
        share = (gap[0] * across[1] - gap[1] * across[0]) / turn
        other_share = (gap[0] * along[1] - gap[1] * along[0]) / turn
        return 0 <= share <= 1 and 0 <= other_share <= 1
    if along[0] * gap[1] - along[1] * gap[0]:
        return False
    axis = 0 if along[0] else 1
    low, high = sorted((a[axis], b[axis]))
    return max(low, min(c[axis], d[axis])) <= min(high, max(c[axis], d[axis]))


@settings(deadline=None, max_examples=300)
@given(
    ring=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=8).filter(
        lambda ring: all(ring[k] != ring[k - 1] for k in range(len(ring)))
    )
)
def test_simple_or_refused(ring):
    """Beside a search over all pairs of sides: a ring is taken if and only if it is simple."""
    count = len(ring)
    sides = [(ring[k], ring[(k + 1) % count]) for k in range(count)]
    apart = [
        (i, j) for i, j in combinations(range(count), 2) if (j - i) % count not in (1, count - 1)
    ]
    meets = any(crosses(sides[i], sides[j]) for i, j in apart)
    back = any(
        exact_turn(ring[k - 2], ring[k - 1], ring[k]) == 0
        and sum((ring[k - 2][i] - ring[k - 1][i]) * (ring[k][i] - ring[k - 1][i]) for i in (0, 1))
        > 0
        for k in range(count)
    )
    if meets or back:
        with pytest.raises(ArgumentError, match=r"intersect|zero area"):
            polygon(ring)
    else:
        assert polygon(ring).area > 0


@pytest.mark.parametrize("units", range(-3, 4))
def test_a_vertex_beside_a_side_by_rounding(units):
    """0.2, 0.6 lies within a unit of rounding of the side from 0.1, 0.3 to 0.3, 0.9; so do its neighbours:
    what is left of it in rational numbers is taken, what is on it or to the right refused."""
    start, end = (0.1, 0.3), (0.3, 0.9)
    beside = (0.2, 0.6 + units * 2.0**-53)
    ring = [start, end, (0.0, 0.9), beside, (0.0, 0.3)]
    if exact_turn(start, end, beside) > 0:
        assert polygon(ring).area > 0
    else:
        with pytest.raises(ArgumentError, match="two sides that meet"):
            polygon(ring)


def test_many_vertices():
    """10,000 are taken, 10,001 refused; a ring of that size is still tested side by side."""
    turn = np.linspace(0, 2 * np.pi, 10_000, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (1 + 0.3 * np.cos(37 * turn))[:, None]
    assert len(polygon(ring).vertices) == 10_000
    ring[[5000, 5001]] = ring[[5001, 5000]]
    with pytest.raises(ArgumentError, match="two sides that meet"):
        polygon(ring)


# --- refusals

BOWTIE = [(0, 0), (4, 4), (4, 0), (0, 4.5)]
TOUCH = r"must not intersect or touch itself, by an exact test; check the order of the vertices$"
APART = r"must lie inside the outer ring and apart from other holes, without touching; move it$"
PLACED = r"must lie inside the outer ring and not inside another hole; move it, or leave it out$"
REFUSED = {
    r"vertices: got 2 different vertices; must be at least 3; add some$": ([(0, 0), (1, 0)], []),
    r"vertices: got 2 different vertices; ": ([(0, 0), (1, 0), (1, 0), (0, 0)], []),
    r"vertices: got 0 different vertices; ": ([], []),
    r"vertices: got nan; must be finite numbers below 1e\+100; replace it$": (
        [(0, 0), (1, np.nan), (1, 1)],
        [],
    ),
    r"vertices: got -inf; must be finite": ([(0, 0), (1, 0), (1, -np.inf)], []),
    r"vertices: got 1e\+200; must be finite": ([(0, 0), (1e200, 0), (1, 1)], []),
    r"vertices: got shape \(2, 3\); must be pairs of numbers, \(vertex, 2\); write ": (
        [(0, 0, 0), (1, 1, 1)],
        [],
    ),
    r"vertices: got shape \(\); must be pairs": (3.0, []),
    r"vertices: got \[\(0, 0\), \(1,\), \(1, 1\)\]; must be pairs": ([(0, 0), (1,), (1, 1)], []),
    r"vertices: got \[\['0', '0'\], \['2', '0'\], \['0', '2'\]\]; must be pairs of numbers": (
        [["0", "0"], ["2", "0"], ["0", "2"]],
        [],
    ),
    r"vertices: got \[\[True, False\], .*; must be pairs of numbers": (
        [[True, False], [2, 0], [0, 2]],
        [],
    ),
    r"vertices: got zero area; must enclose some; check the vertices$": (
        [(0, 0), (1, 1), (2, 2)],
        [],
    ),
    r"vertices: got zero area; must enclose some; rescale": (
        [(0, 0), (1e-200, 0), (0, 1e-200)],
        [],
    ),
    rf"vertices: got two sides that meet at \(0\.5, 0\.5\), from \(0.*\) and from \(1.*\); {TOUCH}": (
        [(0, 0), (1, 1), (1, 0), (0, 1)],  # both halves are as large: no area
        [],
    ),
    rf"vertices: got two sides that meet at \(.*\), from \(.*\) and from \(.*\); {TOUCH}": (
        BOWTIE,
        [],
    ),
    rf"vertices: got two sides that meet at \(1\.0, 0\.0\).*; {TOUCH}": (
        [(0, 0), (2, 0), (2, 2), (1, 0), (0, 2)],  # a vertex on a side
        [],
    ),
    rf"vertices: got two sides that meet at \(2\.0, 1\.0\), .*; {TOUCH}": (
        [(0, 0), (2, 1), (4, 0), (4, 3), (2, 1), (0, 3)],  # two vertices in one place
        [],
    ),
    rf"vertices: got two sides that meet at \(1\.0, 0\.0\), from \(0.*{TOUCH}": (
        [(0, 0), (4, 0), (4, 4), (3, 4), (3, 0), (1, 0), (1, 4), (0, 4)],  # along a stretch
        [],
    ),
    r"vertices: got a side that runs back from \(4\.0, 0\.0\); must not intersect itself; leave ": (
        [(0, 0), (4, 0), (2, 0), (2, 2)],
        [],
    ),
    r"vertices: got 10,001 of them; must be at most 10,000, holes counted; leave out": (
        np.zeros((9_998, 2)),
        [HOLE[:3]],
    ),
    r"vertices: got a side of length 1e-07; must be at least 1e-6 sqrt\(area\) = 4e-06; merge its": (
        [*SQUARE, (0, 1e-7)],
        [],
    ),
    r"holes\[0\]: got 2 different vertices; must be at least 3": (SQUARE, [[(1, 1), (2, 2)]]),
    r"holes\[1\]: got inf; must be finite": (SQUARE, [HOLE, [(1, np.inf), (2, 2), (1, 1)]]),
    rf"holes\[0\]: got a side that meets one of vertices at \(4\.0, 1\.0\), .*; {APART}": (
        SQUARE,
        [[(1, 1), (5, 1), (5, 2)]],
    ),
    rf"holes\[0\]: got a side that meets .*; {APART}": (SQUARE, [[(0, 1), (1, 1), (1, 2)]]),
    rf"holes\[1\]: got a side that meets one of holes\[0\] at .*; {APART}": (
        SQUARE,
        [HOLE, [(2, 2), (3, 2), (3, 3)]],
    ),
    rf"holes\[0\]: got a ring through \(.*\); {PLACED}": (SQUARE, [[(5, 5), (6, 5), (6, 6)]]),
    rf"holes\[[01]\]: got a ring through \(.*\); {PLACED}": (
        SQUARE,
        [[(1, 1), (3, 1), (3, 3), (1, 3)], [(1.5, 1.5), (2, 1.5), (2, 2)]],
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed with the bound, remedy."""
    vertices, holes = REFUSED[text]
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        polygon(vertices, holes)
    assert "\n" not in str(refusal.value)
