"""From label to label: every transport at its end, in small steps, and what each leaves alone."""

import math

import numpy as np
import pytest

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.minimal_rotation import minimal_rotation
from numerics.latent_basis.transport import TRANSPORTS, diversity, tour, transport
from theory.errors import ArgumentError

SIZE, LABELS = 12, 4
MEANS = ClassMeans(
    means=np.random.default_rng(0).standard_normal((LABELS, SIZE)),
    counts=np.full(LABELS, 100),
    labels=LABELS,
    shares=np.full(LABELS, 1 / LABELS),
    draws=1000,
    confidence=0.9,
)
BASIS = basis_of(MEANS, generator=np.random.default_rng(1))
LATENTS = np.random.default_rng(2).standard_normal((30, SIZE)) + MEANS.means[0]
SMOOTH = [name for name in TRANSPORTS if name != "reflection"]


def moved(name, latents=LATENTS, source=0, target=3):
    return transport(name, BASIS, MEANS, latents, source, target)


def amplitudes(latents):
    return BASIS.amplitudes(latents)


@pytest.mark.parametrize(
    ("name", "new_source", "new_target"),
    [("proper rotation", -1, 1), ("reflection", 1, 1)],
)
def test_in_the_plane_of_two_vectors(name, new_source, new_target):
    """A quarter turn takes a_0 to a_3 and -a_3 to a_0, a reflection exchanges them; the rest stays."""
    before, after = amplitudes(LATENTS), amplitudes(moved(name))
    np.testing.assert_allclose(after[:, 3], new_target * before[:, 0], atol=1e-12)
    np.testing.assert_allclose(after[:, 0], new_source * before[:, 3], atol=1e-12)
    rest = np.delete(np.arange(SIZE), [0, 3])
    np.testing.assert_allclose(after[:, rest], before[:, rest], atol=1e-12)


def test_minimal_rotation_between_means():
    """The mean eta_0 is brought to the direction of eta_3; whole turns are those of `minimal_rotation`."""
    source, target = MEANS.means[[0, 3]]
    end = moved("minimal rotation", source[None])[0]
    np.testing.assert_allclose(
        end / np.linalg.norm(end), target / np.linalg.norm(target), atol=1e-12
    )
    np.testing.assert_allclose(
        moved("minimal rotation"), minimal_rotation(LATENTS, source, target), atol=1e-12
    )


def test_mean_shift():
    """It is z + eta_3 - eta_0."""
    np.testing.assert_allclose(
        moved("mean shift"), LATENTS + MEANS.means[3] - MEANS.means[0], atol=1e-12
    )


def test_rank_one():
    """Everything becomes xi_3 or -xi_3, of |z|^2 = M."""
    signs = np.sign(LATENTS @ BASIS.vectors[0])
    scale = math.sqrt(SIZE / BASIS.norm)
    np.testing.assert_allclose(
        moved("rank one"), np.outer(signs, BASIS.vectors[3]) * scale, atol=1e-11
    )


@pytest.mark.parametrize("name", ["proper rotation", "minimal rotation", "reflection"])
def test_lengths_and_angles_stay(name):
    """Orthogonal maps keep all scalar products."""
    after = moved(name)
    np.testing.assert_allclose(after @ after.T, LATENTS @ LATENTS.T, atol=1e-12)


# --- tours --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRANSPORTS)
def test_tour_is_its_transports(name):
    """One frame a turn: each stop is the transport of the one before."""
    way = tour(name, BASIS, MEANS, LATENTS)
    assert way.shape == (LABELS - 1, *LATENTS.shape)
    at = LATENTS
    for label, stop in enumerate(way):
        at = moved(name, at, label, label + 1)
        np.testing.assert_allclose(stop, at, atol=1e-11)


@pytest.mark.parametrize("frames", [2, 6])
@pytest.mark.parametrize("name", SMOOTH)
def test_small_steps(name, frames):
    """Every `frames`-th latent is that of the tour in whole turns."""
    labels = (2, 0, 3)
    whole = tour(name, BASIS, MEANS, LATENTS, labels)
    way = tour(name, BASIS, MEANS, LATENTS, labels, frames)
    assert way.shape == (2 * frames, *LATENTS.shape)
    stops = way[frames - 1 :: frames]
    if name == "rank one":
        # the sign is read at the first vector in both; later ones follow it
        np.testing.assert_allclose(np.abs(stops), np.abs(whole), atol=1e-11)
    np.testing.assert_allclose(stops, whole, atol=1e-11)


@pytest.mark.parametrize("name", SMOOTH)
def test_steps_are_small(name):
    """Of 60 steps none is larger than a twentieth of the latents' largest length, once on the way."""
    way = tour(name, BASIS, MEANS, LATENTS, (0, 1), 60)
    steps = np.linalg.norm(np.diff(way, axis=0), axis=2)
    assert steps.max() < np.linalg.norm(way, axis=2).max() / 20


def test_rank_one_shows_one_tour():
    """Inputs on the same branch have identical tours."""
    branch = LATENTS[LATENTS @ BASIS.vectors[0] > 0]
    way = tour("rank one", BASIS, MEANS, branch, frames=6)
    assert len(branch) > 10
    assert np.ptp(way, axis=1).max() < 1e-11
    assert np.ptp(tour("proper rotation", BASIS, MEANS, branch, frames=6), axis=1).max() > 1


# --- diversity ----------------------------------------------------------------------------------------


def test_diversity():
    """Three pictures at distances 3, 4 and 5: 4 on the mean; identical ones: 0; the rest is not seen."""
    pictures = np.zeros((4, 2, 2))
    pictures[1, 0, 0], pictures[2, 1, 1], pictures[3] = 3, 4, 1000
    assert diversity(pictures, most=3) == pytest.approx(4)
    assert diversity(np.ones((50, 8, 8))) == 0


@pytest.mark.parametrize(("count", "most"), [(1, 40), (0, 40), (5, 1)])
def test_one_picture_has_no_diversity(count, most):
    """At least two are compared."""
    with pytest.raises(ArgumentError, match="must be at least 2"):
        diversity(np.ones((count, 4)), most)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        (1, 1, "must differ"),
        (0, LABELS, "got 4; must be a whole number from 0 to 3"),
        (-1, 0, "got -1; must be a whole number from 0 to 3"),
        (0.0, 1, "got 0.0; must be a whole number"),
    ],
)
@pytest.mark.parametrize("name", TRANSPORTS)
def test_labels_that_are_none(name, source, target, words):
    """The same label, out of range, or no whole number: by every transport, alone and on a tour."""
    with pytest.raises(ArgumentError, match=words):
        moved(name, source=source, target=target)
    with pytest.raises(ArgumentError, match=words):
        tour(name, BASIS, MEANS, LATENTS, (source, target))


def test_name_that_is_none():
    """All names are named."""
    with pytest.raises(ArgumentError, match="name: got slide; must be one of proper rotation, min"):
        moved("slide")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("mean shift", {"frames": 0}, "frames: got 0; must be at least 1"),
        ("reflection", {"frames": 2}, "determinant is -1"),
        ("mean shift", {"labels": (2,)}, "must be at least two"),
    ],
)
def test_tours_that_are_none(name, options, words):
    """No frames, no turn, and no small steps to a reflection."""
    with pytest.raises(ArgumentError, match=words):
        tour(name, BASIS, MEANS, LATENTS, **options)


def test_latents_of_another_length():
    """Both shapes are named."""
    with pytest.raises(ArgumentError, match=r"shape \(2, 5\); must be \(N, 12\)"):
        moved("mean shift", np.ones((2, 5)))
