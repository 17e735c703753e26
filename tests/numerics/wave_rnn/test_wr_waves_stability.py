"""Which steps are stable, against eigenvalues; margins and their warning."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.wave_rnn.waves.kernel_report import kernel_report, largest_pull
from numerics.wave_rnn.waves.kernels import LAPLACIAN, laplacian_kernel, symmetric_part
from numerics.wave_rnn.waves.stability import (
    StabilityWarning,
    field_pull,
    is_stable,
    is_stable_complex,
    largest_stable_step,
    pixel_margin,
    stability_of,
)
from numerics.wave_rnn.waves.stepping import Correlation, stepped
from theory.errors import ArgumentError

TRIPLES = 20_000


def radius_of(pull, damping, dt):
    """Largest |eigenvalue| of [[1 - dt^2 s, dt d], [-dt s, d]], one a triple."""
    d = 1 - damping * dt + 0 * pull
    rows = [[1 - dt**2 * pull, dt * d], [-dt * pull, d]]
    return np.abs(np.linalg.eigvals(np.moveaxis(np.array(rows), 2, 0))).max(axis=1)


def random_triples(seed):
    random = np.random.default_rng(seed)
    dt = random.uniform(0.01, 1, TRIPLES)
    return random.uniform(-1, 6 / dt**2), random.uniform(-0.5, 3 / dt), dt


def test_jury():
    """W05: 20000 random triples: no verdict differs from the eigenvalues', away from |mu| = 1."""
    pull, damping, dt = random_triples(0)
    radii = radius_of(pull, damping, dt)
    off = np.abs(radii - 1) > 1e-9
    stable = radii < 1
    assert 3000 < stable.sum() < 5000
    assert not ((is_stable(pull, damping, dt) != stable) & off).any()


def test_schur_cohn():
    """W06: the same with complex s; without damping any Im s other than 0 is unstable."""
    pull, damping, dt = random_triples(1)
    random = np.random.default_rng(2)
    pull = (
        pull
        + 1j * random.normal(size=TRIPLES) * np.where(random.random(TRIPLES) < 0.5, 0.1, 3) / dt
    )
    radii = radius_of(pull, damping, dt)
    off = np.abs(radii - 1) > 1e-9
    assert 1000 < (radii < 1).sum() < 5000
    assert not ((is_stable_complex(pull, damping, dt) != (radii < 1)) & off).any()
    assert (radius_of(pull, 0 * damping, dt) > 1).all()


@settings(deadline=None, max_examples=100)
@given(pull=st.floats(0.1, 500), damping=st.floats(0, 20))
def test_the_largest_stable_step(pull, damping):
    """Just below it the eigenvalues are inside or on the circle, just above it one is outside."""
    largest = largest_stable_step(pull, damping)
    assert pixel_margin(pull, damping, largest) == pytest.approx(4)
    below, above = (radius_of(np.array([pull]), damping, largest * f)[0] for f in (0.999, 1.001))
    assert below <= 1 + 1e-12 < above


def test_steps_without_pull():
    """S = 0: 2/alpha; nothing at all: infinite."""
    assert largest_stable_step(0.0, 4.0) == 0.5
    assert largest_stable_step(0.0, 0.0) == np.inf


@pytest.mark.parametrize("coupled", [False, True])
def test_the_pull_of_a_field(coupled):
    """diag(omega) - W for omega(x) by Lanczos: the dense matrix's largest eigenvalue; Weyl's bound."""
    random = np.random.default_rng(0)
    noise = symmetric_part(random.normal(size=(2, 2, 3, 3)))
    kernel = laplacian_kernel(2) + 0.2 * noise * coupled
    omega = random.uniform(0, 3, (2, 6, 5))
    correlation = Correlation(kernel, (60, 2, 6, 5))
    dense = np.diag(omega.ravel()) - correlation(np.eye(60).reshape(60, 2, 6, 5)).reshape(60, 60)
    found = field_pull(kernel, omega)
    assert found == pytest.approx(np.linalg.eigvalsh(dense)[-1], rel=1e-10)
    assert found <= omega.max() + largest_pull(kernel, (6, 5)) + 1e-12


def test_the_pull_of_a_field_is_the_limit():
    """Linear, no damping, omega(x): bounded 1 % below dt^2 lambda_max = 4, lost 1 % above."""
    omega = np.random.default_rng(0).uniform(0, 3, (1, 8, 8))
    limit = 2 / np.sqrt(field_pull(laplacian_kernel(), omega))
    y = np.random.default_rng(1).normal(size=(1, 8, 8))
    sizes = [
        np.abs(stepped(y, LAPLACIAN, omega, 0.0, f * limit, 300, nonlinear=False).positions).max()
        for f in (0.99, 1.01)
    ]
    assert sizes[0] < 100 < 1e9 < sizes[1]


@pytest.mark.parametrize(("margin", "safe"), [(3.9, True), (4.1, False)])
def test_the_warning_names_what_is_to_be_changed(margin, safe):
    """W28: the margin raised by omega: warned at 4 and above, with omega_max, alpha_max, dt."""
    dt, damping = 0.6, np.array([0.5, 0.2])
    omega = np.array([(margin - 2 * 0.5 * dt) / dt**2, 0.1])
    found = stability_of(omega, damping, dt, pull=0.0)
    assert found.margin == pytest.approx(margin)
    assert found.is_safe is safe
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if found.is_safe:
            found.warn()
            return
        with pytest.raises(StabilityWarning) as caught:
            found.warn()
    for part in (f"omega_max = {omega[0]:.4g}", "alpha_max = 0.5", "dt = 0.6", "largest stable dt"):
        assert part in str(caught.value)
    assert pixel_margin(omega[0], 0.5, found.largest_stable_step) == pytest.approx(4)


def test_margins_per_pixel_and_by_maxima():
    """The Laplacian adds 8; the bound takes omega_max and alpha_max from different pixels."""
    found = stability_of(np.array([3.0, 0.0]), np.array([0.0, 2.0]), 0.1)
    assert found.margin == pytest.approx(max(0.11, 0.08 + 0.4))
    assert found.bound == pytest.approx(0.11 + 0.4)
    assert found.is_safe
    assert stability_of(392.0, 0.0, 0.1).bound == pytest.approx(4)


@pytest.mark.parametrize("name", ["stiffness", "damping"])
def test_what_stability_refuses(name):
    """Negative fields unless they are allowed; fields that are not finite."""
    fields = {"stiffness": 1.0, "damping": 0.1}
    with pytest.raises(ArgumentError, match=f"{name}: got -0.5; must not be negative"):
        stability_of(**(fields | {name: -0.5}), time_step=0.1)
    assert stability_of(**(fields | {name: -0.5}), time_step=0.1, unstable_ok=True).is_safe
    with pytest.raises(ArgumentError, match="must be finite"):
        stability_of(**(fields | {name: np.nan}), time_step=0.1)


def test_the_laplacians_report():
    """Speed 1, no mass but omega, radius 1, margin dt^2 (omega + 8)."""
    report = kernel_report(laplacian_kernel(2), [0.0, 0.5], 0.0, 0.1, (8, 6))
    assert report.speed_squared.tolist() == [[1, 1], [1, 1]]
    assert report.tap_sum.tolist() == [0, 0]
    assert report.mass_squared.tolist() == [0, 0.5]
    # the uniform mode without omega is a Jordan block: its double eigenvalue 1 is known to 1e-8
    assert report.spectral_radius == pytest.approx(1, abs=1e-7)
    assert report.largest_pull == pytest.approx(8)
    assert report.margin == pytest.approx(0.085)
    assert report.antisymmetric_share == report.coupling_share == 0


def test_a_trained_kernels_report():
    """Three numbers by hand: a sum of .8 is a mass^2 of -.3; its uniform mode grows the fastest."""
    kernel = laplacian_kernel(2) * np.array([1.44, 0.5])[:, None, None, None]
    kernel[0, 0, 1, 1] += 0.8
    kernel[1, 0, 0, 0] = 0.3
    report = kernel_report(kernel, 0.5, 0.0, 0.6, (9, 9))
    np.testing.assert_allclose(report.speed_squared, [[1.44, 1.44], [0.5, 0.5]])
    np.testing.assert_allclose(report.mass_squared, [-0.3, 0.5])
    assert report.fastest_growing == (0.0, 0.0)
    growth = 1 + 0.3 * 0.6**2 / 2  # half the trace; det M = 1
    assert report.spectral_radius == pytest.approx(growth + np.sqrt(growth**2 - 1))
    whole = np.linalg.norm(kernel)
    assert report.coupling_share == pytest.approx(0.3 / whole)
    assert report.antisymmetric_share == pytest.approx(0.3 / np.sqrt(2) / whole)
