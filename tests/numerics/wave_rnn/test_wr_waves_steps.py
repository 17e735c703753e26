"""The step on waves: symbol, closed forms and dispersion, against the stepped network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from numerics.wave_rnn.waves.kernels import (
    LAPLACIAN,
    adjoint,
    antisymmetric_share,
    laplacian_kernel,
    symmetric_part,
)
from numerics.wave_rnn.waves.stepping import Correlation, stepped
from numerics.wave_rnn.waves.symbol import laplacian_eigenvalue, symbol, wavevectors
from theory.errors import ArgumentError, DivergenceError

kernels = arrays(float, (3, 3), elements=st.floats(-2, 2, width=32))


def rolled_correlation(kernel, field):
    """The definition: out_o(x, y) = sum_cij W[o, c, i, j] y_c(x + i - r, y + j - r), circular."""
    reach = kernel.shape[-1] // 2
    out = np.zeros_like(field)
    for o, c, i, j in np.ndindex(*kernel.shape):
        moved = np.roll(field[..., c, :, :], (reach - i, reach - j), axis=(-2, -1))
        out[..., o, :, :] += kernel[o, c, i, j] * moved
    return out


def rolled_steps(y, kernel, omega, alpha, dt, steps):
    """The step written out as in section 2.1."""
    z = np.zeros_like(y)
    for _ in range(steps):
        z = z + dt * (np.tanh(rolled_correlation(kernel, y)) - omega * y - alpha * z)
        y = y + dt * z
    return y, z


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize("shape", [(2, 7, 4), (3, 2, 5, 6), (2, 1, 2, 2, 1), (2, 3, 3)])
def test_the_convolution_is_its_definition(side, shape):
    """Asymmetric coupled kernels, any radius, batches, grids smaller than the kernel: 1e-13."""
    random = np.random.default_rng(side)
    kernel, field = (
        random.normal(size=(2, 2, side, side)),
        random.normal(size=(*shape[:-3], 2, *shape[-2:])),
    )
    found = Correlation(kernel, field.shape)(field)
    np.testing.assert_allclose(found, rolled_correlation(kernel, field), atol=1e-13)


def test_the_convolution_is_torchs():
    """The same as F.conv2d with circular padding, to 1e-13."""
    import torch

    random = np.random.default_rng(0)
    kernel, field = random.normal(size=(3, 3, 3, 3)), random.normal(size=(2, 3, 5, 6))
    padded = torch.nn.functional.pad(torch.tensor(field), (1, 1, 1, 1), mode="circular")
    expected = torch.nn.functional.conv2d(padded, torch.tensor(kernel))
    np.testing.assert_allclose(Correlation(kernel, field.shape)(field), expected, atol=1e-13)


def test_the_step_written_out():
    """Fields of omega and alpha, two coupled channels, a batch, 40 steps with tanh: 1e-12."""
    random = np.random.default_rng(1)
    y, kernel = random.normal(size=(3, 2, 6, 5)), random.normal(size=(2, 2, 3, 3))
    omega, alpha = random.uniform(0, 2, (2, 3, 2, 6, 5))
    motion = stepped(y, kernel, omega, alpha, 0.3, 40)
    position, velocity = rolled_steps(y, kernel, omega, alpha, 0.3, 40)
    assert motion.positions.shape == motion.velocities.shape == (41, 3, 2, 6, 5)
    np.testing.assert_allclose(motion.positions[-1], position, atol=1e-12)
    np.testing.assert_allclose(motion.velocities[-1], velocity, atol=1e-12)
    assert not motion.velocities[0].any()


@settings(deadline=None, max_examples=60)
@given(
    kernel=kernels,
    shape=st.tuples(st.integers(3, 9), st.integers(3, 9)),
    mode=st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
)
def test_a_plane_wave_times_the_symbol(kernel, shape, mode):
    """W03: any real W on any grid: W * exp(i k.x) = What(k) exp(i k.x), 1e-12."""
    kx, ky = (2 * np.pi * m / n for m, n in zip(mode, shape, strict=True))
    rows, columns = np.indices(shape)
    wave = np.exp(1j * (kx * rows + ky * columns))
    moved = Correlation(kernel, (2, 1, *shape))(np.stack([wave.real, wave.imag])[:, None])
    expected = symbol(kernel, kx, ky)[0, 0] * wave
    np.testing.assert_allclose(moved[0, 0] + 1j * moved[1, 0], expected, atol=1e-12)


def test_the_laplacians_symbol():
    """Minus lambda, between -8 and 0, at every wavevector of even and odd grids."""
    for shape in ((6, 4), (5, 7)):
        kx, ky = wavevectors(shape)
        values = symbol(laplacian_kernel(2), kx, ky)
        np.testing.assert_allclose(values[..., 1, 1], -laplacian_eigenvalue(kx, ky), atol=1e-14)
        assert not values[..., 0, 1].any()
    assert laplacian_eigenvalue(*wavevectors((6, 4))).max() == pytest.approx(8)
    odd = laplacian_eigenvalue(*wavevectors((5, 5))).max()
    assert odd == pytest.approx(4 + 4 * np.cos(np.pi / 5))


@settings(deadline=None, max_examples=40)
@given(
    kernel=arrays(float, (2, 2, 3, 3), elements=st.floats(-2, 2, width=32)), seed=st.integers(0, 99)
)
def test_the_adjoint_kernel(kernel, seed):
    """<a, W b> = <W^T a, b>; the symmetric part's symbol is Hermitian; shares of 0 and 1."""
    a, b = np.random.default_rng(seed).normal(size=(2, 2, 4, 5))
    there = np.vdot(a, Correlation(kernel, b.shape)(b))
    back = np.vdot(Correlation(adjoint(kernel), a.shape)(a), b)
    np.testing.assert_allclose(there, back, atol=1e-11)
    even = symmetric_part(kernel)
    hat = symbol(even, 0.3, 1.1)
    np.testing.assert_allclose(hat, hat.conj().T, atol=1e-13)
    assert antisymmetric_share(even) < 1e-12
    odd = kernel - even
    assert antisymmetric_share(odd) == (
        pytest.approx(1) if np.abs(odd).max() > 1e-3 else pytest.approx(antisymmetric_share(odd))
    )


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), shift=st.tuples(st.integers(0, 5), st.integers(0, 4)))
def test_rolled_fields_roll_the_history(seed, shift):
    """Translation: rolling y_0, omega and alpha rolls every y_n, any kernel, with tanh."""
    random = np.random.default_rng(seed)
    y, kernel = random.normal(size=(2, 6, 5)), random.normal(size=(2, 2, 3, 3))
    omega, alpha = random.uniform(0, 2, (2, 2, 6, 5))

    def roll(a):
        return np.roll(a, shift, axis=(-2, -1))

    moved = stepped(roll(y), kernel, roll(omega), roll(alpha), 0.2, 12).positions
    np.testing.assert_allclose(
        moved, roll(stepped(y, kernel, omega, alpha, 0.2, 12).positions), atol=1e-12
    )


@pytest.mark.parametrize(
    "turn", [np.rot90, lambda a, axes: np.flip(a, axes[0]), lambda a, axes: np.swapaxes(a, *axes)]
)
def test_the_laplacian_has_the_symmetries_of_the_square(turn):
    """Turned and mirrored starts and fields give the turned and mirrored history."""
    random = np.random.default_rng(0)
    y, omega, alpha = random.uniform(0, 1, (3, 1, 6, 6))
    walked = stepped(y, LAPLACIAN, omega, alpha, 0.2, 30).positions
    fields = (turn(a, axes=(-2, -1)) for a in (y, omega, alpha))
    y, omega, alpha = fields
    turned = stepped(y, LAPLACIAN, omega, alpha, 0.2, 30).positions
    np.testing.assert_allclose(turned, turn(walked, axes=(-2, -1)), atol=1e-13)


def test_linear_without_tanh_and_odd_with_it():
    """A y + b y' is carried to a y_n + b y'_n; -y_0 to -y_n."""
    random = np.random.default_rng(0)
    one, other = random.normal(size=(2, 2, 5, 6))
    kernel = laplacian_kernel(2) + 0.1 * random.normal(size=(2, 2, 3, 3))
    run = [stepped(y, kernel, 0.5, 0.1, 0.2, 30, nonlinear=False).positions for y in (one, other)]
    both = stepped(2 * one - 3 * other, kernel, 0.5, 0.1, 0.2, 30, nonlinear=False).positions
    np.testing.assert_allclose(both, 2 * run[0] - 3 * run[1], atol=1e-12)
    plus, minus = (stepped(y, kernel, 0.5, 0.1, 0.2, 30).positions for y in (one, -one))
    np.testing.assert_array_equal(plus, -minus)
    assert np.abs(plus - run[0]).max() > 0.1


@pytest.mark.parametrize("nonlinear", [True, False])
def test_time_runs_back(nonlinear):
    """Without damping, y -= dt z, then z -= dt (f - omega y) undoes 200 steps to 1e-10."""
    random = np.random.default_rng(0)
    y, omega = random.normal(size=(1, 8, 8)), random.uniform(0, 2, (1, 8, 8))
    kernel = random.normal(size=(1, 1, 3, 3)) if nonlinear else LAPLACIAN[None, None]
    motion = stepped(y, kernel, omega, 0.0, 0.2, 200, nonlinear=nonlinear)
    back, moving = motion.positions[-1].copy(), motion.velocities[-1].copy()
    for _ in range(200):
        back -= 0.2 * moving
        force = rolled_correlation(kernel, back)
        moving -= 0.2 * ((np.tanh(force) if nonlinear else force) - omega * back)
    np.testing.assert_allclose(back, y, atol=1e-10)
    np.testing.assert_allclose(moving, 0, atol=1e-10)


def test_the_relative_error_of_the_linear_law_has_slope_two():
    """W25: y_0 scaled by eps, omega(x), alpha(x) fixed: largest relative difference ~ eps^2."""
    random = np.random.default_rng(0)
    y = 0.1 * random.normal(size=(2, 16, 16))
    omega, alpha = random.uniform(0, 0.3, (2, 2, 16, 16))
    scales = 10.0 ** -np.arange(1, 4)
    errors = []
    for eps in scales:
        tanh, linear = (
            stepped(eps * y, laplacian_kernel(2), omega, alpha, 0.1, 100, nonlinear=on).positions
            for on in (True, False)
        )
        errors.append(np.abs(tanh - linear).max() / np.abs(linear).max())
    slopes = np.diff(np.log10(errors)) / np.diff(np.log10(scales))
    assert ((slopes > 1.9) & (slopes < 2.1)).all(), slopes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kernel": np.zeros((2, 1, 3, 3))}, r"\(C, C, 3, 3\)"),
        ({"kernel": np.zeros((1, 1, 2, 2))}, "odd number"),
        ({"kernel": np.zeros((1, 1, 3, 5))}, "as many rows as columns"),
        ({"kernel": np.full((1, 1, 3, 3), np.nan)}, "must be finite"),
        ({"kernel": laplacian_kernel(2)}, r"\(\.\.\., 2, H, W\)"),
        ({"time_step": 0.0}, "must be positive and finite"),
        ({"steps": 0}, "must be at least 1"),
        ({"stiffness": np.ones(3)}, "must broadcast"),
        ({"velocity": np.ones((1, 2, 2))}, "must broadcast"),
    ],
)
def test_what_stepping_refuses(change, words):
    """Each by its argument, with what is allowed."""
    arguments = {
        "position": np.ones((1, 4, 4)),
        "kernel": LAPLACIAN,
        "stiffness": 0.0,
        "damping": 0.0,
        "time_step": 0.1,
        "steps": 3,
    }
    with pytest.raises(ArgumentError, match=words):
        stepped(**(arguments | change))


def test_a_history_that_leaves_the_numbers_names_the_step():
    """Omega far above the limit: DivergenceError with the step, no infinity handed on."""
    with pytest.raises(DivergenceError, match="left the finite numbers at step"):
        stepped(np.ones((1, 4, 4)), LAPLACIAN, 1e6, 0.0, 0.1, 200)
