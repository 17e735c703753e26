"""Patterns of modes: their sign, their domains, and the one of a cluster that is heard."""

import numpy as np
import pytest

from numerics.drum import nodal
from numerics.drum.drums import disk, l_shape, laplacian, square, strip
from theory.errors import ArgumentError

DRUMS = {
    "square, odd": square(13),
    "square, even": square(12),
    "disk": disk(7),
    "disk, larger": disk(10),
    "L": l_shape(7),
    "strip": strip(40, 6),
    "oblong": strip(16, 9),
}


def modes(drum):
    """Eigenvalues and eigenvectors of the dense operator."""
    units = np.zeros((drum.nodes, *drum.free.shape))
    units[:, drum.free] = np.eye(drum.nodes)
    return np.linalg.eigh(-laplacian(units, drum.spacing)[:, drum.free])


def sine(drum, m, n):
    """The mode (m, n) of a rectangle at its free nodes."""
    rows, columns = (size - 1 for size in drum.free.shape)
    x, y = np.argwhere(drum.free).T
    return np.sin(m * np.pi * x / rows) * np.sin(n * np.pi * y / columns)


@pytest.mark.parametrize("name", DRUMS)
def test_courant(name):
    """D44: the first 60 modes have at most k + r - 1 domains; the first has one, others more."""
    drum = DRUMS[name]
    eigenvalues, vectors = modes(drum)
    bounds = nodal.courant_bounds(eigenvalues)[:60]
    counted = np.array([nodal.nodal_domains(vectors[:, k], drum) for k in range(60)])
    assert (counted <= bounds).all()
    assert counted[0] == bounds[0] == 1
    assert (counted[1:] >= 2).all()
    assert (counted == bounds).sum() >= 2  # the bound is attained, it is not idle


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 2), (3, 4), (6, 2), (11, 5)])
def test_a_sine_has_m_times_n_domains(m, n):
    """Nodes on the lines between them belong to none."""
    drum = square(12)
    assert nodal.nodal_domains(sine(drum, m, n), drum) == m * n
    assert nodal.nodal_domains(-1e-9 * sine(drum, m, n), drum) == m * n


def test_two_corners_do_not_connect():
    """The mode sin x sin 2y - sin 2x sin y: along the diagonal of zeros, two domains."""
    drum = square(12)
    assert nodal.nodal_domains(sine(drum, 1, 2) - sine(drum, 2, 1), drum) == 2
    chequered = np.where((np.argwhere(drum.free).sum(axis=1)) % 2, 1.0, -1.0)
    assert nodal.nodal_domains(chequered, drum) == drum.nodes


@pytest.mark.parametrize("name", DRUMS)
def test_the_sign_does_not_depend_on_rounding(name):
    """A mode, its negative, and both with rounding errors are drawn alike; nan stays nan."""
    drum = DRUMS[name]
    _, vectors = modes(drum)
    noise = 1e-13 * np.random.default_rng(0).normal(size=drum.nodes)
    for vector in vectors[:, :20].T:
        drawn = nodal.displayed(drum.field(vector))
        assert np.nanmax(np.abs(drawn)) == 1
        np.testing.assert_array_equal(np.isnan(drawn), ~drum.free)
        for other in (-vector, 3 * (vector + noise), noise - vector):
            np.testing.assert_allclose(nodal.displayed(drum.field(other)), drawn, atol=1e-10)


def test_of_equally_large_entries_the_first_is_positive():
    """Within 1e-6 of the largest modulus, in C order; further below it is not."""
    field = np.array([[0.5, -1.0], [1.0 + 1e-9, np.nan]])
    np.testing.assert_allclose(
        nodal.displayed(field), [[-0.5, 1.0], [-1.0, np.nan]], rtol=0, atol=1e-8
    )
    field[0, 1] = -1.0 + 1e-5
    assert nodal.displayed(field)[1, 0] == 1.0


def test_clusters_of_the_square():
    """(1,2) and (2,1) are one eigenvalue; the m + n = M line has M - 1 members, also on the grid."""
    eigenvalues, _ = modes(square(9))
    found = nodal.clusters(eigenvalues)
    assert found[:3] == [range(0, 1), range(1, 3), range(3, 4)]
    assert [one for one in found if len(one) == 8] == [range(28, 36)]
    assert np.allclose(eigenvalues[28:36], 4.0, rtol=1e-13)
    assert [i for one in found for i in one] == list(range(64))
    assert nodal.courant_bounds(eigenvalues)[:4].tolist() == [1, 3, 3, 4]


def test_the_gap_is_relative():
    """Scaled by h, the clusters stay."""
    eigenvalues = np.array([1.0, 1.0 + 1e-8, 1.0 + 1e-8 + 1e-10, 2.0])
    for scale in (1e-6, 1.0, 1e6):
        expected = [range(0, 1), range(1, 3), range(3, 4)]
        assert nodal.clusters(scale * eigenvalues) == expected
    assert nodal.clusters(eigenvalues, 1e-7) == [range(0, 3), range(3, 4)]


@pytest.mark.parametrize("cluster", [range(1, 3), range(28, 36)])
def test_the_first_of_a_cluster_is_heard_and_no_other(cluster):
    """Same space, orthonormal, the strike only in the first; whatever basis it starts from."""
    drum = square(9)
    _, vectors = modes(drum)
    members = vectors[:, cluster.start : cluster.stop]
    strike = np.zeros(drum.nodes)
    strike[drum.index((4, 3))] = 1.0
    basis = nodal.heard_basis(members, strike)
    np.testing.assert_allclose(basis.T @ basis, np.eye(len(cluster)), atol=1e-13)
    np.testing.assert_allclose(basis @ basis.T, members @ members.T, atol=1e-13)
    shares = basis.T @ strike
    assert shares[0] == pytest.approx(np.linalg.norm(members.T @ strike), rel=1e-12)
    assert np.abs(shares[1:]).max() < 1e-14
    turned, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(len(cluster),) * 2))
    again = nodal.heard_basis(members @ turned, strike)
    np.testing.assert_allclose(again[:, 0], basis[:, 0], atol=1e-13)


def test_the_heard_member_of_the_square():
    """phi_12 and phi_21, struck at p: phi_12(p) phi_12 + phi_21(p) phi_21, normalised."""
    drum = square(8)
    pair = np.column_stack([sine(drum, 1, 2), sine(drum, 2, 1)]) / 4.0
    place = drum.index((2, 3))
    expected = pair @ pair[place] / np.linalg.norm(pair[place])
    found = nodal.heard_basis(pair, np.eye(drum.nodes)[place])
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-14)


def test_an_unheard_cluster_stays_as_it_is():
    """Struck at the centre, (1,2) and (2,1) are silent."""
    drum = square(8)
    pair = np.column_stack([sine(drum, 1, 2), sine(drum, 2, 1)]) / 4.0
    np.testing.assert_array_equal(
        nodal.heard_basis(pair, np.eye(drum.nodes)[drum.index((4, 4))]), pair
    )


SMALL = square(3)
REFUSED = {
    r"field: got 0\.0; must have a finite entry that is not 0": lambda: nodal.displayed(
        np.array([[0.0, np.nan]])
    ),
    r"field: got inf; must have a finite": lambda: nodal.displayed(np.array([[np.inf, 1.0]])),
    r"values: got \(3,\); must have one value for each of 4 free nodes; reshape": (
        lambda: nodal.nodal_domains(np.ones(3), SMALL)
    ),
    r"values: got nan or inf; must be finite": lambda: nodal.nodal_domains(
        np.full(4, np.nan), SMALL
    ),
    r"eigenvalues: got \(0,\); must be \(mode,\)": lambda: nodal.clusters(np.array([])),
    r"eigenvalues: got .*; must be positive and ascending; sort": lambda: nodal.clusters(
        np.array([2.0, 1.0])
    ),
    r"eigenvalues: got .*0\., 1\.\]\); must be positive and asc": lambda: nodal.courant_bounds(
        np.array([0.0, 1.0])
    ),
    r"vectors: got 1\.0e\+00 off; must be orthonormal to 1e-8": lambda: nodal.heard_basis(
        np.ones((2, 1)), np.ones(2)
    ),
    r"strike: got \(3,\); must have one value for each of 2": lambda: nodal.heard_basis(
        np.eye(2), np.ones(3)
    ),
}


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)
