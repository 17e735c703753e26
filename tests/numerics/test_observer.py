"""Effective singular values of any model: three roads to A, and what is refused."""

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import digits
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.starts import random_start
from numerics.observer import EffectiveSingularValues
from numerics.singular_modes import effective_singular_values, singular_modes
from theory.errors import ArgumentError

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.normal(size=(30, 3, 4))  # not square: an observer needs no circulant structure
LABELS = np.arange(30) % 3
TARGETS = np.eye(3)[LABELS]


@pytest.fixture
def observer():
    return EffectiveSingularValues(IMAGES, LABELS)


def by_definition(observer, predictions):
    """A = U^T <y^ x^T> V by a loop over the samples."""
    rows = IMAGES.reshape(30, -1)
    average = sum(np.outer(y, x) for y, x in zip(predictions, rows, strict=True)) / 30
    return observer.modes.left.T @ average @ observer.modes.right


def test_the_definition(observer):
    """Predictions along two axes; strength and leakage are parts of the matrix."""
    predictions = GENERATOR.normal(size=(2, 5, 30, 3))
    seen = observer(predictions)
    assert seen["matrix"].dims == ("trial", "update", "mode", "right_mode")
    assert seen["strength"].dims == ("trial", "update", "mode")
    for place in np.ndindex(2, 5):
        expected = by_definition(observer, predictions[place])
        np.testing.assert_allclose(seen["matrix"].values[place], expected, atol=1e-14)
        np.testing.assert_array_equal(
            seen["strength"].values[place], np.diag(seen["matrix"].values[place])
        )
        off = expected - np.diag(np.diag(expected))
        assert float(seen["leakage"][place]) == pytest.approx(np.abs(off).max(), rel=1e-12)
    assert seen["mode"].values.tolist() == seen["right_mode"].values.tolist() == [1, 2, 3]
    assert (seen.attrs["samples"], seen.attrs["outputs"]) == (30, 3)


def test_a_perfect_model_has_the_singular_values(observer):
    """Y^ = Y gives A = diag(S), whatever the shape of the images."""
    seen = observer(TARGETS)
    np.testing.assert_allclose(seen["strength"], seen["singular_value"], rtol=1e-13)
    assert float(seen["leakage"]) < 1e-15


def test_an_image_set_and_its_arrays_are_one():
    """Dataset, squares, and rows of the digits; and the modes of the laws."""
    images = digits()
    modes = singular_modes(images)
    weights = np.random.default_rng(1).normal(size=(10, 64))
    predictions = modes.inputs @ weights.T
    expected = effective_singular_values(modes, [(modes.inputs, predictions)])
    arrays = images["image"].values, images["label"].values
    for observer in (
        EffectiveSingularValues(images),
        EffectiveSingularValues(*arrays),
        EffectiveSingularValues(modes.inputs, modes.targets),
    ):
        seen = observer(predictions)
        np.testing.assert_array_equal(seen["singular_value"], modes.singular_values)
        np.testing.assert_allclose(seen["matrix"], expected, atol=1e-13)
        np.testing.assert_allclose(seen["matrix"], modes.strengths(weights), atol=1e-13)


def test_colour_goes_channel_after_channel():
    """(M, h, w, C) is shown to a module as (m, C, h, w), and as rows of the channels in turn."""
    images = GENERATOR.normal(size=(12, 2, 3, 2))
    observer = EffectiveSingularValues(images, LABELS[:12])
    shown = []

    def model(batch):
        shown.append(batch)
        return np.zeros((len(batch), 3))

    observer(model)
    observer(model, layout="rows")
    np.testing.assert_array_equal(shown[0], np.moveaxis(images, 3, 1))
    np.testing.assert_array_equal(shown[1], np.moveaxis(images, 3, 1).reshape(12, -1))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_chunks_are_one_pass(step, seed, axes):
    """Batches of any size give the same A to 1e-13, of arrays and of functions."""
    observer = EffectiveSingularValues(IMAGES, TARGETS)
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=(*(2, 3)[:axes], 12, 3))

    def model(batch):
        return batch.reshape(len(batch), -1) @ weights

    whole = observer(model(IMAGES), samples_at_once=30)
    for seen in (
        observer(model(IMAGES), samples_at_once=step),
        observer(model, samples_at_once=step),
    ):
        xr.testing.assert_allclose(seen, whole, atol=1e-13, rtol=0)


def test_real_targets_need_no_classes():
    """One real output: a single mode, S = |<y x>|."""
    target = GENERATOR.normal(size=(30, 1))
    seen = EffectiveSingularValues(IMAGES, target)(target)
    expected = np.linalg.norm(target.T @ IMAGES.reshape(30, -1) / 30)
    assert seen["strength"].values == pytest.approx([expected], rel=1e-13)


# --- torch ----------------------------------------------------------------------------------------


class Probe(torch.nn.Module):
    """A network in which everything that an observer could disturb shows."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.first = torch.nn.Linear(12, 8, dtype=dtype)
        self.normalised = torch.nn.BatchNorm1d(8, dtype=dtype)
        self.dropped = torch.nn.Dropout(0.5)
        self.last = torch.nn.Linear(8, 3, dtype=dtype)
        self.seen = []

    def forward(self, batch):
        self.seen.append((tuple(batch.shape), batch.dtype, torch.is_grad_enabled(), self.training))
        return self.last(self.dropped(self.normalised(self.first(batch.flatten(1)))))


def test_a_module_is_left_as_found(observer):
    """Modes of all parts, gradients, running means: untouched; no gradient is recorded."""
    model = Probe().train()
    model.dropped.eval()  # a part with a mode of its own
    model(torch.zeros(4, 12)).sum().backward()
    gradients = [p.grad.clone() for p in model.parameters()]
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [part.training for part in model.modules()]
    seen = observer(model, samples_at_once=7)
    assert [part.training for part in model.modules()] == modes
    assert torch.is_grad_enabled()
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)
    for name, value in model.state_dict().items():
        assert torch.equal(value, state[name]), name
    batches = model.seen[1:]
    assert [shape for shape, *_ in batches] == [(7, 1, 3, 4)] * 4 + [(2, 1, 3, 4)]
    assert {rest for _, *others in batches for rest in [tuple(others)]} == {
        (torch.float32, False, False)
    }
    assert seen["matrix"].dtype == np.float64
    again = observer(model, samples_at_once=30)  # no dropout, no batch statistics
    np.testing.assert_allclose(seen["matrix"], again["matrix"], atol=1e-6)


def test_a_module_that_fails_is_left_as_found(observer):
    """Its mode is restored then, too; the line says what it was shown."""
    model = torch.nn.Sequential(torch.nn.Linear(5, 3)).train()
    with pytest.raises(ArgumentError, match=r"model: got a batch of shape \(30, 12\); the model"):
        observer(model, layout="rows")
    assert model.training


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_float64_whatever_the_precision(observer, dtype):
    """A is that of the model's own predictions, summed in float64."""
    model = torch.nn.Linear(12, 3, dtype=dtype)
    with torch.no_grad():
        predictions = model(torch.tensor(IMAGES.reshape(30, -1), dtype=dtype))
    expected = by_definition(observer, predictions.double().numpy())
    for seen in (observer(model, layout="rows"), observer(predictions)):
        np.testing.assert_allclose(seen["matrix"], expected, atol=1e-14)


def test_the_linear_cnn_with_its_trials():
    """Predictions (trial, m, p) of the project's own network, against its map: A = U^T P Sxx V."""
    images = digits()
    modes = singular_modes(images)
    start = random_start(range(2), 64, 10, 0.3)
    network = LinearCNN(start, torch.float64, torch.device("cpu"))
    with torch.no_grad():
        maps = network(torch.eye(64, dtype=torch.float64)).numpy().transpose(0, 2, 1)
    seen = EffectiveSingularValues(images)(network, dims=["trial"], layout="rows")
    assert seen["strength"].dims == ("trial", "mode")
    np.testing.assert_allclose(seen["matrix"], modes.strengths(maps), atol=1e-12)


# --- what is refused ------------------------------------------------------------------------------

WITHOUT_ONE = np.where(LABELS == 1, 2, LABELS)
REFUSED_DATA = {
    "no labels": (IMAGES, None, "labels: got None"),
    "class missing": (IMAGES, WITHOUT_ONE, "no image of class 1; each of 0 .. 2 needs one"),
    "negative label": (IMAGES, LABELS - 1, "must be whole numbers from 0 on"),
    "real labels": (IMAGES, LABELS + 0.5, "must be whole numbers from 0 on"),
    "too few labels": (IMAGES, LABELS[:29], r"shape \(29,\); must be whole numbers \(30,\)"),
    "labels of three axes": (IMAGES, TARGETS[:, :, None], r"shape \(30, 3, 1\)"),
    "nan target": (IMAGES, np.where(TARGETS > 0, np.nan, 0), "labels: got 30 values"),
    "nan pixel": (np.where(IMAGES > 2, np.nan, IMAGES), LABELS, "pixels; must be finite"),
    "one image": (IMAGES[0, 0], LABELS[:4], r"images: got shape \(4,\)"),
    "no image": (IMAGES[:0], LABELS[:0], r"images: got shape \(0, 3, 4\)"),
    "texts": (np.full((30, 4), "a"), LABELS, "must be an array of real numbers"),
    "nothing to learn": (0 * IMAGES, LABELS, "no class has an image to learn"),
    "a Dataset of something else": (xr.Dataset({"x": 1}), None, "a Dataset of x; must have"),
}


@pytest.mark.parametrize("what", REFUSED_DATA)
def test_refused_images_and_labels(what):
    """One line each, with what came and what to do."""
    images, labels, said = REFUSED_DATA[what]
    with pytest.raises(ArgumentError, match=said) as error:
        EffectiveSingularValues(images, labels)
    assert len(str(error.value).splitlines()) == 1


REFUSED_PREDICTIONS = {
    "nan": (np.full((30, 3), np.nan), {}, "90 values of 90 that are nan or infinite"),
    "other images": (np.zeros((29, 3)), {}, r"shape \(29, 3\); must end in \(30, 3\)"),
    "other outputs": (np.zeros((2, 30, 4)), {}, r"shape \(2, 30, 4\); must end in \(30, 3\)"),
    "one axis": (np.zeros(30), {}, r"shape \(30,\)"),
    "complex": (np.zeros((30, 3), complex), {}, "must be an array of real numbers"),
    "nameless axes": (np.zeros((1, 1, 1, 30, 3)), {}, "have 3 axes before"),
    "too many names": (np.zeros((2, 30, 3)), {"dims": ["trial", "update"]}, "have 1 axes before"),
    "unknown name": (np.zeros((2, 30, 3)), {"dims": ["epoch"]}, "must be among"),
    "batches of none": (np.zeros((30, 3)), {"samples_at_once": 0}, "at least 1"),
    "a function of other outputs": (lambda x: np.zeros((len(x), 2)), {}, r"shape \(30, 2\)"),
    "a function of nan": (lambda x: np.full((len(x), 3), np.inf), {}, "nan or infinite"),
    "a layout": (lambda x: x, {"layout": "columns"}, "must be 'images' or 'rows'"),
}


@pytest.mark.parametrize("what", REFUSED_PREDICTIONS)
def test_refused_predictions(observer, what):
    """One line each."""
    model, options, said = REFUSED_PREDICTIONS[what]
    with pytest.raises(ArgumentError, match=said) as error:
        observer(model, **options)
    assert len(str(error.value).splitlines()) == 1


def test_rows_have_no_image_layout():
    """Images that came as rows are shown as rows, and refused as pictures."""
    observer = EffectiveSingularValues(IMAGES.reshape(30, -1), LABELS)
    shapes = []

    def model(batch):
        shapes.append(batch.shape)
        return np.zeros((len(batch), 3))

    observer(model)
    assert shapes == [(30, 12)]
    with pytest.raises(ArgumentError, match="the images came as rows"):
        observer(model, layout="images")


def test_names_of_a_data_array_are_kept(observer):
    """Dimensions and coordinates of labelled predictions stay with the strengths."""
    predictions = xr.DataArray(
        np.zeros((2, 30, 3)), dims=("update", "sample", "label"), coords={"update": [0, 40]}
    )
    assert observer(predictions)["strength"]["update"].values.tolist() == [0, 40]
