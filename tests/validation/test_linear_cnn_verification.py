"""The verification rows of linear_cnn: complete, as stated where no quick run shows it, able to fail."""

import numpy as np
import pytest

from numerics.linear_cnn.clock import Clocks
from numerics.linear_cnn.spectra import to_spectrum
from validation.linear_cnn.check_table import CHECKS
from validation.linear_cnn.verification import (
    FUNCTIONS,
    competition,
    flow,
    layers,
    minimal_norm,
)

ROWS = {check.id: check for check in CHECKS if check.kind == "verification"}
STANDARD = [name for name, check in ROWS.items() if check.preset != "quick"]


@pytest.fixture
def fresh():
    """Nothing computed before, nothing kept for later: what rows share is cached."""

    def clear():
        for subject in (competition, flow, layers, minimal_norm):
            for shared in vars(subject).values():
                if hasattr(shared, "cache_clear"):
                    shared.cache_clear()

    clear()
    yield
    clear()


def test_every_row_has_its_function():
    """The functions are those of the table's verification rows, no more and no fewer."""
    assert set(FUNCTIONS) == set(ROWS)


@pytest.mark.parametrize("name", STANDARD)
def test_rows_of_the_standard_preset_hold(name):
    """Those that runs at quick leave out."""
    assert ROWS[name].holds(FUNCTIONS[name]())


def test_excess_of_the_norm_on_even_images():
    """Normal images with one output, seeds 0 to 3: the excess at four sizes of the start."""
    expected = [
        [0.198, 3.55e-3, 2.26e-4, 9.27e-5],
        [0.159, 0.0500, 0.0301, 0.0172],
        [0.227, 0.0659, 0.0287, 0.0107],
        [0.220, 7.30e-3, 1.52e-3, 3.90e-4],
    ]
    found = minimal_norm._even_excess()
    np.testing.assert_allclose(found, expected, rtol=5e-3)


def test_least_norm_of_disjoint_frequencies():
    """2 sum_m S_m/(n lambda_m v_max) = 0.2447917: only the dominant frequencies are used."""
    samples, least = minimal_norm._least("disjoint")
    images = samples.inputs
    norms = np.abs(to_spectrum(images)).max(axis=1)  # lambda v/S = p S v
    assert least.norm == pytest.approx(2 / 8 * (1 / norms).sum(), rel=1e-12)
    assert least.norm == pytest.approx(0.2447917, abs=5e-8)


@pytest.mark.parametrize(("scale", "error"), [(1e-3, 6.9e-5), (1e-4, 6.5e-7)])
def test_alignment_error_is_of_second_order(scale, error):
    """Relative error of discovery by the clock of what grows of a random start."""
    assert competition._alignment_error(scale) == pytest.approx(error, rel=0.03)


@pytest.mark.parametrize(("depth", "error"), [(1, 2.1e-3), (2, 1.0e-3), (3, 9.7e-3)])
def test_step_error_of_the_deep_flow(depth, error):
    """Largest |flow - map| at a step of 0.02, in units of S of the first mode."""
    grid = np.arange(0, layers.DEEP_UPDATES + 1, 10)
    singular = layers._two_waves().modes.singular_values
    flowing = layers._deep_flow(depth, layers._deep_step(depth, 0.02) * grid)
    difference = np.abs(flowing - layers._deep_map(depth, 0.02, grid))[0].max() / singular[0]
    assert difference == pytest.approx(error, rel=0.05)


# --- each row fails where its law is changed ------------------------------------------------------


def fails(name):
    found = FUNCTIONS[name]()
    return not (np.isfinite(found) and ROWS[name].holds(found))


@pytest.mark.parametrize("name", ["C20", "C21", "C24"])
def test_other_growth_of_the_amplitudes_shows(name, fresh, monkeypatch):
    """Amplitudes that grow by 2 v theta instead of v theta."""
    amplitudes = Clocks.amplitudes
    monkeypatch.setattr(Clocks, "amplitudes", lambda self, theta: amplitudes(self, 2 * theta))
    assert fails(name)


@pytest.mark.parametrize("name", ["C22", "C23", "C24"])
def test_what_grows_of_a_start_matters(name, fresh, monkeypatch):
    """The kernel's amplitudes instead of what grows of them and the outputs."""

    def kernel_alone(start, modes, spectra):
        return np.abs(to_spectrum(start.kernel))[:, None] * (spectra.magnitudes > 0)

    monkeypatch.setattr(competition, "growing_amplitudes", kernel_alone)
    assert fails(name)


@pytest.mark.parametrize("name", ["C28a", "C28b"])
def test_small_starts_take_the_conjugate_transform(name, fresh, monkeypatch):
    """Syx Q instead of Syx Q^*: a convolution taken for a correlation."""
    monkeypatch.setattr(flow, "to_outputs", to_spectrum)
    assert fails(name)


@pytest.mark.parametrize("name", ["C32a", "C32b"])
def test_a_map_beyond_the_minimum_has_no_certificate(name, fresh, monkeypatch):
    """A multiplier that is 1 % larger."""
    least_of = minimal_norm.minimal_norm

    def larger(inputs, targets):
        least = least_of(inputs, targets)
        object.__setattr__(least, "multiplier", 1.01 * least.multiplier)
        return least

    monkeypatch.setattr(minimal_norm, "minimal_norm", larger)
    assert fails(name)


@pytest.mark.parametrize(("name", "factor"), [("C33a", 1e3), ("C34", 30.0), ("C34", 1e3)])
def test_a_large_start_ends_elsewhere(name, factor, fresh, monkeypatch):
    """Every start larger by a factor; at 1000 training on the shapes diverges."""
    start = minimal_norm.random_start
    monkeypatch.setattr(
        minimal_norm, "random_start", lambda s, n, p, scale: start(s, n, p, factor * scale)
    )
    assert fails(name)


def test_training_that_does_not_end_fails(fresh, monkeypatch):
    """No excess is told of weights that do not fit yet."""
    monkeypatch.setattr(minimal_norm, "MOST_UPDATES", 200)
    assert fails("C33a")
    assert fails("C33b")
    assert fails("C33c")


@pytest.mark.parametrize("name", ["C35b", "C35c"])
def test_the_variance_of_a_pair_counts_twice(name, fresh, monkeypatch):
    """Deep laws of a mode with one frequency."""
    numbers = layers._deep_numbers
    monkeypatch.setattr(
        layers, "_deep_numbers", lambda n: numbers(n).assign(variance=numbers(n).variance / 2)
    )
    assert fails(name)


def test_colour_counts_in_the_step(fresh, monkeypatch):
    """v_f of one channel instead of the norm over channels."""
    steps = layers.steps_of

    def first_channel(cosines, rate):
        one = np.abs(cosines.spectra.spectra[:, 0]).max(axis=1)
        return steps(cosines, rate) * one / cosines.spectra.largest

    monkeypatch.setattr(layers, "steps_of", first_channel)
    assert fails("C35a")
