"""Drums on a grid: which nodes are free, the stencil on them, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from numerics.drum.drums import Drum, disk, from_mask, l_shape, laplacian, square, strip
from numerics.drum.flat_field import FlatField
from theory.drum.stencil import FIVE_POINT
from theory.errors import ArgumentError
from validation.properties import masked_drums, masks, square_drums

ROOMS = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 1, 1], [0, 0, 0, 1, 1]])  # of 3 and 5 nodes


def picture(drum):
    """Free nodes as x, a row of the grid a line, the rim left out."""
    return ["".join("x" if free else "." for free in row) for row in drum.free[1:-1, 1:-1]]


PICTURES = {
    "square": (square(4), ["xxx", "xxx", "xxx"]),
    "strip": (strip(3, 5), ["xxxx", "xxxx"]),
    "L": (l_shape(2), ["xxx", "x..", "x.."]),
    "L of 3": (l_shape(3), ["xxxxx", "xxxxx", "xx...", "xx...", "xx..."]),
    "disk": (disk(2), [".....", ".xxx.", ".xxx.", ".xxx.", "....."]),
    "small disk": (disk(1), ["...", ".x.", "..."]),
    "mask": (from_mask([[0, 2], [1, -1]]), [".x", "xx"]),
    "mask of truth values": (from_mask(np.eye(1, dtype=bool)), ["x"]),
    "largest part": (from_mask(ROOMS, component="largest"), ["...x.", "...xx", "...xx"]),
    "all parts": (from_mask(ROOMS, component="all"), ["xx.x.", "x..xx", "...xx"]),
    "largest of one": (from_mask(ROOMS[:, 3:], component="largest"), ["x.", "xx", "xx"]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_free_nodes(name):
    """Drawn by hand; the rim around is clamped and one node wide."""
    drum, expected = PICTURES[name]
    assert picture(drum) == expected
    assert drum.nodes == "".join(expected).count("x")
    rim = np.ones_like(drum.free)
    rim[1:-1, 1:-1] = False
    assert not drum.free[rim].any()


@pytest.mark.parametrize("spacings", [2, 3, 12, 13])
def test_numbers_of_nodes(spacings):
    """(M-1)^2 of the square; of the L, three squares and the two seams between them."""
    inside = spacings - 1
    assert square(spacings).nodes == inside**2
    assert l_shape(spacings).nodes == 3 * inside**2 + 2 * inside
    assert strip(spacings, 2 * spacings).nodes == inside * (2 * spacings - 1)


@pytest.mark.parametrize("radius", [1, 2, 5, 8])
def test_a_disk_is_round(radius):
    """Nodes counted one by one: x^2 + y^2 < R^2; turned and mirrored it is the same."""
    drum = disk(radius)
    span = range(-radius, radius + 1)
    assert drum.nodes == sum(x * x + y * y < radius**2 for x in span for y in span)
    np.testing.assert_array_equal(drum.free, np.rot90(drum.free))
    np.testing.assert_array_equal(drum.free, drum.free.T)


@settings(deadline=None, max_examples=60)
@given(mask=masks())
def test_a_mask_keeps_its_nodes(mask):
    """All of them with component all; with largest, a connected part that no other part exceeds."""
    whole = from_mask(mask, component="all")
    np.testing.assert_array_equal(whole.free, np.pad(mask, 1))
    part = from_mask(mask, component="largest")
    assert ndimage.label(part.free)[1] == 1
    assert (whole.free | ~part.free).all()
    assert part.nodes == np.bincount(ndimage.label(np.pad(mask, 1))[0].ravel())[1:].max()


@settings(deadline=None, max_examples=60)
@given(drum=masked_drums())
def test_nodes_are_counted_row_by_row(drum):
    """The index is the place of a node among the free ones; `field` puts the values back there."""
    nodes = [tuple(node) for node in np.argwhere(drum.free).tolist()]
    assert [drum.index(node) for node in nodes] == list(range(drum.nodes))
    drawn = drum.field(np.arange(drum.nodes))
    assert [drawn[node] for node in nodes] == list(range(drum.nodes))
    assert np.isnan(drawn[~drum.free]).all()


@pytest.mark.parametrize("kind", [float, np.float32, complex, int, bool])
def test_fields_of_any_numbers(kind):
    """Many at once, (2, 3, node) to (2, 3, x, y); nan where clamped, so whole numbers turn to floats."""
    drum = l_shape(2)
    values = np.arange(30).reshape(2, 3, 5).astype(kind)
    drawn = drum.field(values)
    assert drawn.shape == (2, 3, 5, 5)
    assert drawn.dtype == (kind if kind in (np.float32, complex) else float)
    np.testing.assert_array_equal(drawn[..., drum.free], values)
    assert np.isnan(drawn[..., ~drum.free]).all()


def test_a_node_from_numpy():
    """A row of argwhere is a node as good as a pair of int."""
    drum = l_shape(3)
    rows = np.argwhere(drum.free)
    assert drum.index(rows[7]) == 7
    assert drum.require_free("node", rows[7]) == tuple(rows[7].tolist())


def test_what_stands_on_clamped_nodes_is_ignored():
    """nan, inf or -1 there: neither as a speed nor as a field does it count."""
    free = square(3).free
    for left_over in (np.nan, np.inf, -1.0):
        speed = np.where(free, 2.0, left_over)
        drum = Drum(free, 0.5, speed)
        np.testing.assert_array_equal(drum.speed_squared(), np.where(free, 4.0, 0.0))
        assert drum.largest_step_bound == pytest.approx(0.5 / (2 * 2**0.5), rel=1e-15)
        field = drum.require_field("field", np.where(free, 3, left_over))
        np.testing.assert_array_equal(field, np.where(free, 3.0, 0.0))


# --- the stencil


@settings(deadline=None, max_examples=40)
@given(drum=square_drums(largest=9), seed=st.integers(0, 2**32 - 1))
def test_the_stencil_is_theorys_kernel(drum, seed):
    """Correlation with the kernel that theory derives from, over h^2; 0 on the outermost nodes."""
    fields = np.random.default_rng(seed).normal(size=(2, *drum.free.shape))
    found = laplacian(fields, drum.spacing)
    kernel = np.array(FIVE_POINT, float)
    for field, result in zip(fields, found, strict=True):
        expected = ndimage.correlate(field, kernel, mode="constant") / drum.spacing**2
        expected = np.where(drum.free, expected, 0.0)
        np.testing.assert_allclose(result, expected, rtol=0, atol=1e-14 * 40 / drum.spacing**2)


@pytest.mark.parametrize("kind", [float, np.float32, int, np.int8])
def test_the_stencil_is_exact_on_parabolas(kind):
    """i^2 + 3 i j - 2 j^2 + 5 i has the Laplacian -2/h^2: exactly, for whole numbers too."""
    x, y = np.indices((5, 6)).astype(kind)
    field = x * x + 3 * x * y - 2 * y * y + 5 * x
    found = laplacian(field, spacing=4.0)
    assert (found[1:-1, 1:-1] == -0.125).all()
    assert found.sum() == -0.125 * 12
    assert found.dtype == (np.float32 if kind is np.float32 else float)


@pytest.mark.parametrize("shape", [(3, 3), (3, 9), (12, 4)])
def test_the_flat_sum_is_the_stencil(shape):
    """On contiguous memory, where rows run into each other: h^2 Lap at the inside, of a copy."""
    values = np.random.default_rng(0).normal(size=shape)
    flat, found = FlatField(values), np.full((shape[0] - 2) * shape[1], np.nan)
    flat.five_point_sum(found)
    np.testing.assert_allclose(
        found.reshape(-1, shape[1])[:, 1:-1], laplacian(values)[1:-1, 1:-1], rtol=0, atol=1e-14
    )
    np.testing.assert_array_equal(flat.field(), values)
    flat.inside[:] = 7.0
    assert (flat.field()[1:-1] == 7).all()
    assert not (values == 7).any()


def test_the_stencil_of_a_mask():
    """Truth values are 0 and 1: a lone free node has -4, its neighbours 1."""
    alone = np.zeros((5, 5), bool)
    alone[2, 2] = True
    np.testing.assert_array_equal(laplacian(alone)[1:-1, 1:-1], np.array(FIVE_POINT, float))


# --- refusals

FREE = square(3).free
TWO = r"must have two dimensions; "
WHOLE = r"must be a whole number from"
FREE_NODE = r"must be a free node of the 4 x 4 grid, its rim counted from 0; choose one inside$"
REFUSED = {
    rf"free: got \(4,\); {TWO}pass a mask \(x, y\)$": lambda: Drum(np.ones(4, bool)),
    r"free: got dtype\('float64'\); must hold truth values; use from_mask$": lambda: Drum(
        1.0 * FREE
    ),
    r"free: got no free node; something has to move; free a node$": lambda: Drum(0 * FREE > 0),
    r"free: got a free node on the rim; the rim is clamped; use from_mask, ": lambda: Drum(~FREE),
    r"spacing: got 0; must be positive and finite; choose another$": lambda: Drum(FREE, 0),
    r"spacing: got -1\.5; must be positive and": lambda: square(3, spacing=-1.5),
    r"spacing: got nan; must be positive and finite": lambda: Drum(FREE, np.nan),
    r"spacing: got inf; must be positive and finite": lambda: Drum(FREE, np.inf),
    r"speed: got 0\.0; must be positive and finite at free nodes; change it$": lambda: Drum(
        FREE, 1.0, 0
    ),
    r"speed: got -2\.0; must be positive": lambda: square(3, speed=-2.0),
    r"speed: got inf; must be positive and finite": lambda: square(3, speed=np.inf),
    r"speed: got nan; must be positive and finite": lambda: Drum(
        FREE, 1.0, np.full((4, 4), np.nan)
    ),
    r"speed: got -7\.0; must be positive": lambda: Drum(FREE, 1.0, np.where(np.eye(4) > 0, -7, 1)),
    r"speed: got \(4,\); must be one number or have the shape \(4, 4\); reshape$": lambda: Drum(
        FREE, 1.0, np.ones(4)
    ),
    rf"spacings: got 1; {WHOLE} 2 on; enlarge$": lambda: square(1),
    rf"spacings: got -3; {WHOLE} 2 on": lambda: square(-3),
    rf"spacings: got 2\.5; {WHOLE} 2 on": lambda: square(2.5),
    rf"length: got 1; {WHOLE} 2 on; enlarge$": lambda: strip(1, 5),
    rf"width: got 0; {WHOLE} 2 on; enlarge$": lambda: strip(5, 0),
    rf"radius: got 0; {WHOLE} 1 on; enlarge$": lambda: disk(0),
    rf"spacings: got 0; {WHOLE} 2 on": lambda: l_shape(0),
    rf"spacings: got -2; {WHOLE} 2 on": lambda: l_shape(-2),
    rf"mask: got \(3,\); {TWO}pass one layer$": lambda: from_mask(np.ones(3)),
    r"mask: got nan; must be free or clamped everywhere; use 0 and 1$": lambda: from_mask(
        [[1.0, np.nan]]
    ),
    r"mask: got no free node; something has to move; free a node$": lambda: from_mask([[0, 0]]),
    r"mask: got no free node; something": lambda: from_mask(np.ones((0, 3))),
    r"component: got both; must be largest or all; choose one of them$": lambda: from_mask(
        ROOMS, component="both"
    ),
    r"mask: got 2 components of 5, 3 nodes; must be connected, .*; choose component largest or all$": (
        lambda: from_mask(ROOMS)
    ),
    r"mask: got 32 components of 1, 1, 1, 1, 1, 1, 1, 1 nodes; must be connected": (
        lambda: from_mask(np.indices((8, 8)).sum(axis=0) % 2)
    ),
    r"strike: got \(1,\); must be two whole numbers, \(x, y\); name a node$": lambda: square(
        3
    ).require_free("strike", (1,)),
    r"strike: got \(1\.0, 2\); must be two whole numbers": lambda: square(3).require_free(
        "strike", (1.0, 2)
    ),
    rf"node: got \(0, 2\); {FREE_NODE}": lambda: square(3).index((0, 2)),
    rf"node: got \(1, 3\); {FREE_NODE}": lambda: square(3).index((1, 3)),
    rf"node: got \(1, -2\); {FREE_NODE}": lambda: square(3).index((1, -2)),
    rf"node: got \(9, 1\); {FREE_NODE}": lambda: square(3).index((9, 1)),
    r"field: got \(3, 4\); must have the drum's shape \(4, 4\); reshape$": lambda: square(
        3
    ).require_field("field", np.ones((3, 4))),
    r"field: got \(\); must have the drum's shape": lambda: square(3).require_field("field", 1.0),
    r"field: got nan or inf; must be finite at free nodes; change it$": lambda: square(
        3
    ).require_field("field", np.full((4, 4), np.inf)),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
