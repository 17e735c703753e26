"""The paper's operator: of rank one, two outputs at most; Algorithm 1, as printed and put right."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.rank_one import PATHS, algorithm_1, rank_one, release_step
from theory.errors import ArgumentError
from validation.properties import angles, class_means, latents

SIZE = 12


@pytest.fixture(scope="module")
def basis():
    return LinearControl(
        separation=3.0, latent_size=SIZE, pixels=SIZE, generator=np.random.default_rng(0)
    ).basis()


def drawn(count, seed=1):
    return np.random.default_rng(seed).standard_normal((count, SIZE))


def on_circle(basis, i, j, angle):
    """Unit vector at an angle from e_i towards e_j."""
    return math.cos(angle) * basis.unit_vectors[i] + math.sin(angle) * basis.unit_vectors[j]


@settings(max_examples=60, deadline=None)
@given(means=class_means(), angle=angles(), step=angles(), data=st.data())
def test_two_outputs(means, angle, step, data):
    """R z = u(t + dt) <u(t), z>/C; at one length +-sqrt(M) u(t + dt), by the sign of <u(t), z>."""
    basis = basis_of(means)
    z = data.draw(latents(basis.latent_size))
    read, written = on_circle(basis, 0, 1, angle), on_circle(basis, 0, 1, angle + step)
    products = z @ read
    assume((np.abs(products) > 1e-6).all())
    np.testing.assert_allclose(
        rank_one(basis, z, 0, 1, angle, step, normalised=False),
        np.outer(products, written),
        atol=1e-11,
    )
    np.testing.assert_allclose(
        rank_one(basis, z, 0, 1, angle, step),
        np.outer(np.sign(products), written) * math.sqrt(basis.latent_size),
        atol=1e-11,
    )


@settings(max_examples=60, deadline=None)
@given(means=class_means(), angle=angles(), data=st.data())
def test_projector_without_a_step(means, angle, data):
    """With dt = 0 twice is once."""
    basis = basis_of(means)
    z = data.draw(latents(basis.latent_size))
    once = rank_one(basis, z, 0, 1, angle, 0.0, normalised=False)
    twice = rank_one(basis, once, 0, 1, angle, 0.0, normalised=False)
    np.testing.assert_allclose(twice, once, atol=1e-12)


def test_input_is_erased(basis):
    """200 latents, ten steps: after each, outputs have rank one and differ by a sign at most."""
    z = drawn(200)
    assert np.linalg.matrix_rank(z) == SIZE
    for k in range(10):
        z = rank_one(basis, z, 0, 1, 0.2 * k, 0.2)
        assert np.linalg.svd(z, compute_uv=False)[1] < 1e-12
        same = z * np.sign(z @ z[0])[:, None]
        assert np.ptp(same, axis=0).max() < 1e-12


@pytest.mark.parametrize("rho", [0.5, 1.0, 2.0])
def test_share_on_the_right_branch(basis, rho):
    """Of z ~ N(rho e_0, 1) a quarter turn makes +xi_1 with probability Phi(rho), -xi_1 otherwise."""
    count = 20_000
    z = drawn(count) + rho * basis.unit_vectors[0]
    right = (rank_one(basis, z, 0, 1, 0.0, math.pi / 2) @ basis.vectors[1] > 0).mean()
    law = 0.5 * math.erfc(-rho / math.sqrt(2))
    assert abs(right - law) < 4 * math.sqrt(law * (1 - law) / count)


@pytest.mark.parametrize("corrected", [False, True])
def test_angles_of_algorithm_1(basis, corrected):
    """As printed 60, 180, 300 degrees; put right 30, 60, 90."""
    stages = algorithm_1(basis, basis.vectors[:1], 0, 1, corrected=corrected)
    degrees = (30, 60, 90) if corrected else (60, 180, 300)
    target = [on_circle(basis, 0, 1, math.radians(angle)) * math.sqrt(SIZE) for angle in degrees]
    np.testing.assert_allclose(stages[:, 0], target, atol=1e-12)


def test_algorithm_1_misses_its_end(basis):
    """As printed it ends at (1 xi_i - sqrt(3) xi_j)/2; put right, at xi_j."""
    end = algorithm_1(basis, basis.vectors[:1], 0, 1)[-1, 0]
    np.testing.assert_allclose(
        end, 0.5 * basis.vectors[0] - math.sqrt(3) / 2 * basis.vectors[1], atol=1e-12
    )
    right = algorithm_1(basis, basis.vectors[:1], 0, 1, corrected=True)[-1, 0]
    np.testing.assert_allclose(right, basis.vectors[1], atol=1e-12)


# --- the release --------------------------------------------------------------------------------------


def test_release_decodes_far_out(basis):
    """From the second step on |z|^2/M of what is decoded is C^2, up to the mean of the entries."""
    carried = drawn(20)
    for k in range(3):
        step = release_step(basis, carried, 0, 1, 0.3 * k, 0.3 * (k + 1))
        carried = step.carried
    u = on_circle(basis, 0, 1, 0.6)
    # std of the entries of u is sqrt((1 - q)/(M - 1)), q = (sum u)^2/M
    q = u.sum() ** 2 / SIZE
    law = basis.norm**2 * (SIZE - 1) / (1 - q) / SIZE
    np.testing.assert_allclose(np.square(step.decoded).sum(axis=1) / SIZE, law, rtol=1e-10)
    assert law == pytest.approx(SIZE**2, rel=0.5)


@pytest.mark.parametrize("path", PATHS)
def test_release_is_of_rank_one(basis, path):
    """Both variants decode one picture up to a factor, and carry entries of deviation 1."""
    step = release_step(basis, drawn(50), 2, 5, 0.1, 0.4, path=path)
    assert np.linalg.matrix_rank(step.decoded) == 1
    np.testing.assert_allclose(step.carried.std(axis=1, ddof=1), 1, rtol=1e-12)
    assert np.allclose(step.carried.mean(axis=1), 0, atol=1e-12) == (path == "blend")


def test_blend_is_shorter_in_the_middle(basis):
    """(1 - s) xi_i + s xi_j has 0.7071 of its length at s = 1/2."""
    lengths = [
        np.linalg.norm(release_step(basis, basis.vectors[:1], 0, 1, 0.0, s, path="blend").decoded)
        for s in (0.0, 0.5, 1.0)
    ]
    np.testing.assert_allclose(np.array(lengths) / lengths[0], [1, math.sqrt(0.5), 1], rtol=1e-12)


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 0, 0.0, 0.1), "j: got 0; must differ from i"),
        ((0, SIZE, 0.0, 0.1), "j: got 12; must be a whole number from 0 to 11"),
        ((0, 1, math.nan, 0.1), "angle: got nan; must be finite"),
        ((0, 1, 0.0, math.inf), "angle: got inf; must be finite"),
    ],
)
@pytest.mark.parametrize("function", [rank_one, release_step])
def test_arguments_that_are_none(basis, function, arguments, words):
    """The same vector twice, out of range; angles that are not finite."""
    with pytest.raises(ArgumentError, match=words):
        function(basis, drawn(2), *arguments)


@pytest.mark.parametrize("path", PATHS)
def test_latent_that_is_orthogonal(basis, path):
    """<u(t), z> = 0: nothing comes out, and no length can be given to it."""
    z = np.zeros((2, SIZE))
    z[0] = 1.0
    with pytest.raises(ArgumentError, match="length 0 of row 1"):
        rank_one(basis, z, 0, 1, 0.0, 0.1)
    with pytest.raises(ArgumentError, match="deviation 0 of row 1"):
        release_step(basis, z, 0, 1, 0.0, 0.1, path=path)


def test_path_that_is_none(basis):
    """The two are named."""
    with pytest.raises(ArgumentError, match="path: got line; must be one of circle, blend"):
        release_step(basis, drawn(2), 0, 1, 0.0, 0.1, path="line")
