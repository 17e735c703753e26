"""Any set of cosines, any start, any stable step: the network follows the map, update by update."""

import numpy as np
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.laws import integrate
from numerics.linear_cnn import starts
from numerics.linear_cnn.fourier_model import FourierDescent, FourierModel
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.spectra import mode_spectra
from numerics.singular_modes import singular_modes
from numerics.torch_descent import TorchDescent
from numerics.training import record_grid, train
from theory import linear_cnn
from validation.properties import cosine_sets, start_strengths, step_sizes

TRIALS = range(2)


class Case:
    """A set of cosines with its modes, a balanced start of about A0/S, and a step h."""

    def __init__(self, cosines, start, step):
        self.cosines = cosines
        self.modes = singular_modes(cosines.images())
        self.spectra = mode_spectra(self.modes)
        self.singular = self.modes.singular_values
        self.gains = self.spectra.side * self.spectra.largest
        self.flow_step = step / (self.gains * self.singular).max()
        # A0 = n lambda sum_f v_f |k^_f|^2, the sum at most 2 v for normal kernels of scale 1
        unit = (self.gains * self.modes.variances / self.singular).max()
        self.start = starts.balanced_start(
            TRIALS, self.modes, self.spectra, np.sqrt(start / (2 * unit))
        )

    def map(self, grid, speed=1.0):
        """A by the map (M), (time, trial, mode); online each draw counts `speed` = p."""
        strengths = starts.balanced_strengths(self.start, self.modes, self.spectra)
        values = xr.Dataset(
            {
                "singular_value": ("mode", self.singular),
                "initial_strength": (("trial", "mode"), strengths),
                "image_side": float(self.spectra.side),
                "spectral_magnitude": ("mode", self.spectra.largest),
                "flow_time_step": self.flow_step * speed,
            }
        )
        path = integrate(linear_cnn.descent_map(), values, xr.DataArray(grid, dims="update"))
        return path.transpose("update", "trial", "mode").values

    def fourier(self, samples=None):
        model = FourierModel(self.modes)
        return FourierDescent(model, model.weights(self.start), self.flow_step, 1.0, samples)


def strengths(learner, grid):
    """A over the updates, (time, trial, mode, mode)."""
    return train(learner, grid).observations["strengths"]


cases = st.builds(Case, cosine_sets(), start_strengths(), step_sizes())


@settings(deadline=None, max_examples=50)
@given(cosine_sets())
def test_formulas_of_the_modes(cosines):
    """S_m = ||x_m||/p, lambda_m = p S_m^2, vbar = 1/sqrt(2) on a pair and 1 on a lone frequency."""
    modes = singular_modes(cosines.images())
    order = np.argsort(-cosines.singular_values())
    expected = cosines.singular_values()[order]
    np.testing.assert_allclose(modes.singular_values, expected, rtol=1e-10)
    np.testing.assert_allclose(modes.variances, len(expected) * expected**2, rtol=1e-10)
    spectra = mode_spectra(modes)
    np.testing.assert_allclose(spectra.largest, cosines.magnitudes()[order], atol=1e-10)
    used = [2 - cosines.is_alone(f) for f in np.array(cosines.frequencies)[order]]
    magnitudes = np.sort(spectra.magnitudes, axis=1)[:, ::-1]
    for mode, count in enumerate(used):
        np.testing.assert_allclose(magnitudes[mode, :count], spectra.largest[mode], atol=1e-10)
    assert spectra.overlap <= 1e-12
    assert 1 <= spectra.side * spectra.largest.max() <= spectra.side * (1 + 1e-12)


@settings(deadline=None, max_examples=40)
@given(cases)
def test_network_follows_the_map(case):
    """150 full-batch updates by autograd = A' = A (1 + c eta n v (S - A))^2, to 1e-11 S.

    The loss is MSELoss, c = 2/p. Off the diagonal nothing grows.
    """
    classes = len(case.modes.targets[0])
    network = LinearCNN(case.start, torch.float64, torch.device("cpu"))
    learning_rate = case.flow_step * classes / 2
    learner = TorchDescent(network, case.modes, case.modes, learning_rate)
    grid = record_grid(150, 25)
    found = strengths(learner, grid)
    largest = case.singular[0]
    assert (abs(found.diagonal(axis1=2, axis2=3) - case.map(grid)) < 1e-11 * largest).all()
    assert abs(found * (1 - np.eye(len(case.singular)))).max() < 1e-11 * largest


@settings(deadline=None, max_examples=25)
@given(cases, st.integers(0, 2**32 - 1))
def test_online_network_follows_the_clock_of_its_draws(case, seed):
    """One random class an update: only its mode moves, by the map with p times the step.

    So A after t updates is the map iterated K times, K the number of draws of the class.
    """
    classes = len(case.singular)
    case.flow_step /= classes  # p a S is what must stay stable
    samples = np.random.default_rng(seed).integers(0, classes, size=(len(TRIALS), 120, 1))
    found = strengths(case.fourier(samples), np.array([0, 40, 120]))
    path = case.map(np.arange(121), speed=classes)
    class_of = abs(case.modes.left).argmax(axis=0)
    for position, made in enumerate((0, 40, 120)):
        for trial, mode in np.ndindex(len(TRIALS), classes):
            count = int((samples[trial, :made] == class_of[mode]).sum())
            difference = found[position, trial, mode, mode] - path[count, trial, mode]
            assert abs(difference) < 1e-11 * case.singular[0]


@settings(deadline=None, max_examples=25)
@given(cases, st.integers(0, 7))
def test_always_the_same_class(case, drawn):
    """All draws of one class: its mode follows the plain map with p times the step, others rest."""
    classes = len(case.singular)
    case.flow_step /= classes
    drawn %= classes
    samples = np.full((len(TRIALS), 80, 1), drawn)
    grid = record_grid(80, 20)
    found = strengths(case.fourier(samples), grid).diagonal(axis1=2, axis2=3)
    expected = case.map(grid, speed=classes)
    other = abs(case.modes.left).argmax(axis=0) != drawn
    expected[:, :, other] = expected[:1, :, other]
    assert (abs(found - expected) < 1e-11 * case.singular[0]).all()


@settings(deadline=None, max_examples=25)
@given(cases)
def test_fourier_space_follows_the_map(case):
    """The same by Fourier variables, over 150 updates, to 1e-11 S."""
    grid = record_grid(150, 25)
    found = strengths(case.fourier(), grid).diagonal(axis1=2, axis2=3)
    assert (abs(found - case.map(grid)) < 1e-11 * case.singular[0]).all()
