"""Readouts as filters, and wavelengths, against stepped histories."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.dispersion import dispersion
from numerics.wave_rnn.waves.kernels import laplacian_kernel
from numerics.wave_rnn.waves.multipliers import multipliers
from numerics.wave_rnn.waves.multipliers_torch import TorchMultipliers, reduced_filters
from numerics.wave_rnn.waves.stepping import stepped
from numerics.wave_rnn.waves.wavelength import local_wavelengths, wavelength_shares
from theory.errors import ArgumentError

STEPS = 40


def readouts(name):
    """The rows that act on y_1 ... y_T: last, mean, the cosines of rfft, a random matrix."""
    frequencies, steps = np.arange(STEPS // 2 + 1), np.arange(STEPS)
    return {
        "last": np.eye(STEPS)[-1:],
        "mean": np.full((1, STEPS), 1 / STEPS),
        "cosines": np.cos(2 * np.pi * np.outer(frequencies, steps) / STEPS),
        "linear": np.random.default_rng(0).uniform(-0.1, 0.1, (21, STEPS)),
    }[name]


def set_up(coupled, shape, channels=2):
    random = np.random.default_rng(1)
    noise = 0.1 * random.normal(size=(channels, channels, 3, 3))
    kernel = laplacian_kernel(channels) + noise * (
        1 if coupled else np.eye(channels)[..., None, None]
    )
    omega, alpha = random.uniform(0, 1, (2, channels))
    return kernel, omega, alpha, random.normal(size=(3, channels, *shape))


def stepped_features(readout, kernel, omega, alpha, y):
    spread = np.s_[:, None, None]
    history = stepped(
        y, kernel, omega[spread], alpha[spread], 0.2, STEPS, nonlinear=False
    ).positions
    projected = np.einsum("kn,nbchw->bkchw", readout, history[1:])
    return projected.reshape(len(y), -1, *y.shape[2:])


@pytest.mark.parametrize("shape", [(12, 12), (7, 10), (10, 7)])
@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize("name", ["last", "mean", "cosines", "linear"])
def test_filters_are_readouts(name, coupled, shape):
    """W16: features by FFT against stepping and projecting: 1e-12 in float64, 1e-5 in float32."""
    import torch

    kernel, omega, alpha, y = set_up(coupled, shape)
    readout = readouts(name)
    expected = stepped_features(readout, kernel, omega, alpha, y)
    filters = multipliers(readout, kernel, omega, alpha, 0.2, shape)
    scale = np.abs(expected).max()
    assert filters.coupled is coupled
    assert np.abs(filters.features(y) - expected).max() < 1e-12 * scale
    single = TorchMultipliers(filters).features(torch.tensor(y, dtype=torch.float32))
    assert single.dtype == torch.float32
    assert np.abs(single.numpy() - expected).max() < 1e-5 * scale
    double = TorchMultipliers(filters, torch.float64).features(torch.tensor(y))
    assert np.abs(double.numpy() - expected).max() < 1e-12 * scale


def test_few_filters_are_enough():
    """All of y_1 ... y_40, frequencies up to 3 for 8 units of time: half as many to float32."""
    kernel, omega, alpha, _ = set_up(False, (12, 12))
    filters = multipliers(np.eye(STEPS), kernel, omega, alpha, 0.2, (12, 12))
    combined, kept = reduced_filters(filters, 1e-8)
    assert len(kept) == combined.shape[1] <= STEPS // 2


def test_gradients_flow_through_the_filters():
    """d(sum f^2)/dy_0 through torch is 2 G^T f: against central differences along one direction."""
    import torch

    kernel, omega, alpha, y = set_up(True, (6, 5))
    filters = multipliers(readouts("linear"), kernel, omega, alpha, 0.2, (6, 5))
    module = TorchMultipliers(filters, torch.float64)
    position = torch.tensor(y, requires_grad=True)
    (module.features(position) ** 2).sum().backward()
    direction = np.random.default_rng(2).normal(size=y.shape)
    sizes = [(filters.features(y + h * direction) ** 2).sum() for h in (1e-3, -1e-3)]
    slope = (sizes[0] - sizes[1]) / 2e-3
    assert (position.grad.numpy() * direction).sum() == pytest.approx(slope, rel=1e-8)


def test_what_filters_refuse():
    """Rows that are no matrix, fields of another shape, other dtypes, fields of space."""
    import torch

    kernel, omega, alpha, _ = set_up(False, (6, 5))
    with pytest.raises(ArgumentError, match=r"\(K, T\)"):
        multipliers(np.ones(4), kernel, omega, alpha, 0.2, (6, 5))
    filters = multipliers(np.ones((1, 4)), kernel, omega, alpha, 0.2, (6, 5))
    with pytest.raises(ArgumentError, match=r"\(B, \*\(2, 6, 5\)\)"):
        filters.features(np.ones((1, 2, 5, 6)))
    with pytest.raises(ArgumentError, match=r"float32 or torch\.float64"):
        TorchMultipliers(filters, torch.float16)
    with pytest.raises(ArgumentError, match="vary in space"):
        multipliers(np.ones((1, 4)), kernel, np.ones((2, 6, 5)), alpha, 0.2, (6, 5))


def plane_wave(length, stiffness, steps, direction=0):
    """A travelling wave of the lattice, exact dispersion, dt = .1, 32 x 32, (T, 32, 32)."""
    k = 2 * np.pi / length
    turn = 0.1 * float(dispersion(stiffness + 4 * np.sin(k / 2) ** 2, 0.0, 0.1).frequency)
    x = np.indices((32, 32))[direction]
    return np.cos(k * x - turn * np.arange(steps)[:, None, None])


@pytest.mark.parametrize("direction", [0, 1])
@pytest.mark.parametrize("stiffness", [0.3, 0.0])
@pytest.mark.parametrize("length", [8, 16, 32])
def test_wavelengths_of_plane_waves(length, stiffness, direction):
    """W23: 400 steps of waves of 8, 16, 32 px: the median within 2 %."""
    found = local_wavelengths(plane_wave(length, stiffness, 400, direction))
    assert found.shape == (320, 32, 32)
    shares = wavelength_shares(found)
    assert shares.median == pytest.approx(length, rel=0.02)
    assert shares.above_4 == 1
    assert shares.above_unit == (1 if length > 9.43 else 0)
    assert shares.unresolved == 0


@pytest.mark.parametrize(("length", "resolved"), [(8, True), (16, False), (32, False)])
def test_short_histories_do_not_resolve_long_waves(length, resolved):
    """The paper's 100 steps, omega = 0: less than one period of 16 and 32 px: nan, not a number."""
    shares = wavelength_shares(local_wavelengths(plane_wave(length, 0.0, 100)))
    assert shares.unresolved == (0 if resolved else 1)
    assert np.isnan(shares.median) != resolved
    if resolved:
        assert shares.median == pytest.approx(8, rel=0.02)


def test_an_offset_is_no_wave():
    """A constant at every pixel changes no wavelength."""
    wave = plane_wave(16, 0.3, 400)
    offset = np.random.default_rng(0).normal(size=(32, 32))
    found = local_wavelengths(wave + offset)
    np.testing.assert_allclose(found, local_wavelengths(wave), rtol=1e-9)


def test_wavelengths_of_noise():
    """White noise: median 2.5, 20 % above 4, 4.9 % above 8: the level to compare with."""
    noise = np.random.default_rng(0).normal(size=(400, 32, 32))
    shares = wavelength_shares(local_wavelengths(noise))
    assert shares.median == pytest.approx(2.50, abs=0.02)
    assert shares.above_4 == pytest.approx(0.20, abs=0.01)
    assert shares.above_8 == pytest.approx(0.049, abs=0.003)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 99))
def test_no_wavelength_is_shorter_than_a_diagonal(seed):
    """2 pi/hypot(kx, ky) >= sqrt 2, as |kx|, |ky| <= pi."""
    found = local_wavelengths(np.random.default_rng(seed).normal(size=(20, 5, 4)))
    assert np.nanmin(found) >= np.sqrt(2) - 1e-12


def test_what_wavelengths_refuse():
    """Histories too short, ends that leave nothing."""
    with pytest.raises(ArgumentError, match="8 steps at least"):
        local_wavelengths(np.ones((4, 5, 5)))
    with pytest.raises(ArgumentError, match=r"between 0 and 0\.4"):
        local_wavelengths(np.ones((40, 5, 5)), ends=0.6)
