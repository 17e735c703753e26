"""The singular modes of a data set, and the strengths of a model measured in three ways."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from numerics.images import digits, pure_cosines
from numerics.images.image_set import image_set
from numerics.singular_modes import (
    discovery_updates,
    effective_singular_values,
    flat_inputs,
    one_hot,
    singular_modes,
)
from theory.errors import ArgumentError
from validation.properties import image_sets


@pytest.fixture(scope="module")
def digit_modes():
    return singular_modes(digits())


def random_set(side, samples, classes, seed):
    generator = np.random.default_rng(seed)
    labels = np.arange(samples) % classes
    return image_set(
        generator.normal(size=(samples, side, side)),
        labels,
        name="random",
        class_names=[str(c) for c in range(classes)],
        source={},
    )


def test_digits(digit_modes):
    """Singular values of the raw digits, first and last as published with the default run."""
    expected = [1.016, 0.241, 0.211, 0.181, 0.136, 0.127, 0.106, 0.088, 0.070, 0.057]
    np.testing.assert_allclose(digit_modes.singular_values, expected, atol=5e-4)
    assert np.linalg.eigvalsh(digit_modes.input_input)[-1] == pytest.approx(10.46, abs=5e-3)


def test_definitions(digit_modes):
    """Syx = <y x^T> = U S V^T and Sxx = <x x^T> by loops; U, V orthonormal; lambda = V^T Sxx V."""
    m = digit_modes
    pairs = list(zip(m.targets, m.inputs, strict=True))
    yx = sum(np.outer(y, x) for y, x in pairs) / len(pairs)
    xx = sum(np.outer(x, x) for _, x in pairs) / len(pairs)
    np.testing.assert_allclose(m.output_input, yx, atol=1e-13)
    np.testing.assert_allclose(m.input_input, xx, atol=1e-13)
    np.testing.assert_allclose(m.left * m.singular_values @ m.right.T, yx, atol=1e-13)
    np.testing.assert_allclose(m.left.T @ m.left, np.eye(10), atol=1e-13)
    np.testing.assert_allclose(m.right.T @ m.right, np.eye(10), atol=1e-13)
    np.testing.assert_allclose(m.variances, np.diag(m.right.T @ xx @ m.right), atol=1e-13)


def test_no_mean_is_subtracted_and_no_sample_lost():
    """Two samples of one class: Syx is their sum over M = 2, not over M - 1."""
    data = image_set(
        np.array([np.full((2, 2), 1.0), np.full((2, 2), 3.0)]),
        np.array([0, 0]),
        name="two",
        class_names=["a"],
        source={},
    )
    modes = singular_modes(data)
    assert modes.singular_values == pytest.approx([4.0])  # |(2, 2, 2, 2)|
    assert modes.variances == pytest.approx([20.0])  # (1 + 9)/2 times 4


def test_vanishing_modes_are_left_out():
    """With the mean image subtracted, p balanced classes have p - 1 modes."""
    data = random_set(4, 12, 4, seed=0)
    centred = data.assign(image=data.image - data.image.mean("sample"))
    assert len(singular_modes(data).singular_values) == 4
    assert len(singular_modes(centred).singular_values) == 3


def test_equivalent_rows(digit_modes):
    """64 rows have the same Sxx and Syx as 1797 images, to 1e-13."""
    inputs, targets = digit_modes.equivalent_rows()
    assert inputs.shape == (64, 64)
    assert targets.shape == (64, 10)
    np.testing.assert_allclose(inputs.T @ inputs / 64, digit_modes.input_input, atol=1e-13)
    np.testing.assert_allclose(targets.T @ inputs / 64, digit_modes.output_input, atol=1e-13)


def test_few_images_are_their_own_rows():
    """Fewer images than pixels: nothing to gain, the images themselves."""
    modes = singular_modes(pure_cosines())
    inputs, targets = modes.equivalent_rows()
    assert inputs is modes.inputs
    assert targets is modes.targets


def test_gap():
    """S = 4, 2, 1 of cosines with amplitudes 4 : 2 : 1: the smallest gap is (2 - 1)/4."""
    modes = singular_modes(
        pure_cosines(image_side=8, frequencies=[(0, 1), (1, 0), (1, 1)], amplitudes=[4, 2, 1])
    )
    assert modes.smallest_gap == pytest.approx(0.25)
    alone = singular_modes(pure_cosines(image_side=8, frequencies=[(0, 1)], amplitudes=[1]))
    assert alone.smallest_gap == 1.0


@settings(deadline=None, max_examples=30)
@given(image_sets(), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_strengths_by_three_roads(data, size, seed):
    """A from chunks of predictions = A in one pass = U^T P Sxx V, for maps P of two trials."""
    modes = modes_or_rejected(data)
    classes, pixels = modes.output_input.shape
    maps = np.random.default_rng(seed).normal(size=(2, classes, pixels))
    predictions = modes.inputs @ np.swapaxes(maps, 1, 2)
    samples = len(modes.inputs)
    whole = effective_singular_values(modes, [(modes.inputs, predictions)])
    pieces = effective_singular_values(
        modes,
        (
            (modes.inputs[i : i + size], predictions[:, i : i + size])
            for i in range(0, samples, size)
        ),
    )
    bar = 1e-12 * (1 + abs(whole).max())
    np.testing.assert_allclose(pieces, whole, atol=bar)
    np.testing.assert_allclose(modes.strengths(maps), whole, atol=bar)


def modes_or_rejected(data):
    """Images that cancel in every class have no mode, rightly refused: others are to be drawn."""
    try:
        return singular_modes(data)
    except ArgumentError:
        sums = one_hot(data.label.values).T @ flat_inputs(data)
        assert abs(sums).max() < 1e-12
        reject()


def test_the_best_map_has_the_singular_values(digit_modes):
    """P = Syx Sxx^+ gives A = diag(S)."""
    best = digit_modes.output_input @ np.linalg.pinv(digit_modes.input_input, rcond=1e-12)
    np.testing.assert_allclose(
        digit_modes.strengths(best), np.diag(digit_modes.singular_values), atol=1e-10
    )


@settings(deadline=None, max_examples=30)
@given(image_sets(), st.randoms(use_true_random=False))
def test_order_of_samples_and_of_labels(data, chance):
    """Shuffled samples: same singular values. Renamed labels: the rows of U move, S stays."""
    modes = modes_or_rejected(data)
    order = list(range(data.sizes["sample"]))
    chance.shuffle(order)
    shuffled = singular_modes(data.isel(sample=order))
    np.testing.assert_allclose(shuffled.singular_values, modes.singular_values, rtol=1e-12)
    np.testing.assert_allclose(shuffled.output_input, modes.output_input, atol=1e-12)
    names = list(range(int(data.label.max()) + 1))
    chance.shuffle(names)
    renamed = singular_modes(data.assign(label=("sample", np.array(names)[data.label.values])))
    np.testing.assert_allclose(renamed.singular_values, modes.singular_values, atol=1e-12)
    np.testing.assert_allclose(renamed.output_input[names], modes.output_input, atol=1e-12)


def test_discovery_on_a_known_ramp():
    """A = S t/100 passes S/2 at t = 50, read off a grid of 7; what stays below never does."""
    updates = np.append(np.arange(0, 100, 7), 100)
    singular = np.array([4.0, 2.0, 1.0])
    ramp = singular[:, None] * updates / 100
    ramp[1] *= 0.49
    ramp[2] = np.where(updates < 30, 0.0, 0.5 + 1e-9)
    found = discovery_updates(updates, np.stack((ramp, ramp * 2)), singular)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found[0], [50, np.nan, 35], atol=1e-6)
    np.testing.assert_allclose(found[1], [25, 100 * 0.5 / 0.98, 28 + 7 / 2], atol=1e-6)


def test_discovery_at_the_start():
    """Already above half before any update: 0."""
    found = discovery_updates(np.array([0, 10]), np.array([[0.9, 1.0]]), np.array([1.0]))
    assert found.tolist() == [0.0]


@pytest.mark.parametrize("labels", [[-1, 0], [0.0, 1.0], [True, False]])
def test_refuses_labels(labels):
    """Negative or not whole."""
    with pytest.raises(ArgumentError, match=r"labels: .* must be whole numbers from 0 on; number"):
        one_hot(np.array(labels))


def test_one_hot():
    """Rows of the unit matrix; a class without a sample keeps its column."""
    assert one_hot(np.array([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]


IMAGES = {
    "channels": (
        ("sample", "y", "x", "channel"),
        np.ones((1, 4, 4, 3)),
        "grey images .* are needed",
    ),
    "not square": (("sample", "y", "x"), np.ones((1, 4, 5)), "got 4 x 5 pixels; must be square"),
    "one pixel": (("sample", "y", "x"), np.ones((1, 1, 1)), "got 1 x 1 pixels; must be square"),
    "none": (("sample", "y", "x"), np.ones((0, 4, 4)), "got 0 samples; at least one is needed"),
    "nan": (("sample", "y", "x"), np.full((1, 2, 2), np.nan), "got 4 pixels; must be finite"),
    "zero": (("sample", "y", "x"), np.zeros((1, 2, 2)), "got all zero on average; no class has an"),
}


@pytest.mark.parametrize("what", IMAGES)
def test_refuses_images(what):
    """What has no modes, by name, with what came."""
    dims, values, message = IMAGES[what]
    data = xr.Dataset({"image": (dims, values), "label": ("sample", np.zeros(len(values), int))})
    with pytest.raises(ArgumentError, match=f"images: .*{message}"):
        singular_modes(data)


def test_refuses_no_predictions():
    """A needs one chunk at least."""
    with pytest.raises(ArgumentError, match="chunks: got none; at least one chunk is needed; pass"):
        effective_singular_values(singular_modes(pure_cosines()), [])
