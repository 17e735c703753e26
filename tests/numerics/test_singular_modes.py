"""The singular modes of a data set, and the strengths of a model measured in three ways."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from numerics.images import digits, pure_cosines
from numerics.images.image_set import image_set
from numerics.singular_modes import (
    Samples,
    discovery_updates,
    effective_singular_values,
    flat_inputs,
    modes_of,
    one_hot,
    samples_of,
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
    rows = digit_modes.equivalent_rows()
    assert rows.inputs.shape == (64, 64)
    assert rows.targets.shape == (64, 10)
    np.testing.assert_allclose(rows.input_input, digit_modes.input_input, atol=1e-13)
    np.testing.assert_allclose(rows.output_input, digit_modes.output_input, atol=1e-13)


def test_few_images_are_their_own_rows():
    """Fewer images than pixels: nothing to gain, the images themselves."""
    modes = singular_modes(pure_cosines())
    assert modes.equivalent_rows() is modes
    assert modes.unexplained_by_rows(modes) == 0.0


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
    "channels first": (
        ("sample", "channel", "y", "x"),
        np.ones((1, 3, 4, 4)),
        r"\(sample, y, x\) or \(sample, y, x, channel\) are needed",
    ),
    "colour, not square": (
        ("sample", "y", "x", "channel"),
        np.ones((1, 4, 5, 3)),
        "got 4 x 5 pixels; must be square",
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


def colour_set(side=3, samples=7, classes=2, seed=0):
    """Random images of three channels."""
    return image_set(
        np.random.default_rng(seed).normal(size=(samples, side, side, 3)),
        np.arange(samples) % classes,
        name="colour",
        class_names=[str(c) for c in range(classes)],
        source={},
    )


def test_colour_images_are_rows_channel_after_channel():
    """Row m is red's rows, then green's, then blue's; `images` and `right_images` undo it."""
    data = colour_set()
    modes = singular_modes(data)
    assert modes.channels == 3
    for m, c, y, x in np.ndindex(7, 3, 3, 3):
        pixel = data.image.values[m, y, x, c]
        assert modes.inputs[m, c * 9 + y * 3 + x] == modes.images[m, c, y * 3 + x] == pixel
    vectors = modes.right_images.reshape(len(modes.singular_values), -1)
    np.testing.assert_array_equal(vectors, modes.right.T)
    pairs = zip(modes.targets, modes.inputs, strict=True)
    np.testing.assert_allclose(
        modes.left * modes.singular_values @ modes.right.T,
        sum(np.outer(y, x) for y, x in pairs) / 7,
        atol=1e-13,
    )


def test_samples_of_a_test_set():
    """Classes without an image there keep their outputs; a label beyond them is refused."""
    data = colour_set()
    samples = samples_of(data, classes=5)
    assert (samples.targets.shape, samples.channels) == ((7, 5), 3)
    np.testing.assert_array_equal(samples.targets[:, :2], one_hot(data.label.values))
    np.testing.assert_array_equal(samples.targets[:, 2:], 0)
    message = "labels: got 1; must be below the number of classes, 1; relabel them"
    with pytest.raises(ArgumentError, match=message):
        samples_of(data, classes=1)


def test_modes_of_any_targets():
    """Real targets: Syx = 2 e_1 x^T of one sample has the one mode S = 2 ||x||, lambda = ||x||^2."""
    modes = modes_of(Samples(np.array([[3.0, 0.0, 0.0, 4.0]]), np.array([[2.0, 0.0]])))
    assert modes.singular_values == pytest.approx([10.0])
    assert modes.variances == pytest.approx([25.0])
    assert abs(modes.left[:, 0]) == pytest.approx([1.0, 0.0])


SIZES = {"few": 3, "fewer than inputs": 7, "as many": 9, "many": 40}


@pytest.mark.parametrize("count", SIZES.values(), ids=SIZES)
def test_shorter_ways_round(count):
    """Error, loss and P Sxx by sums over samples, for two maps: fewer samples than inputs, or more."""
    generator = np.random.default_rng(count)
    inputs, targets = generator.normal(size=(count, 9)), generator.normal(size=(count, 2))
    samples = Samples(inputs, targets)
    maps = generator.normal(size=(2, 2, 9))
    miss = targets - inputs @ np.swapaxes(maps, 1, 2)
    for trial in range(2):
        error = sum(np.outer(m, x) for m, x in zip(miss[trial], inputs, strict=True)) / count
        np.testing.assert_allclose(samples.error(maps)[trial], error, atol=1e-13)
        squares = [value**2 for value in miss[trial].ravel()]
        assert samples.loss(maps)[trial] == pytest.approx(sum(squares) / len(squares), rel=1e-12)
        applied = sum(np.outer(maps[trial] @ x, x) for x in inputs) / count
        np.testing.assert_allclose(samples.apply_input_input(maps)[trial], applied, atol=1e-13)


def test_a_loss_that_vanishes():
    """Few samples learnt to 1e-9 in every prediction have the loss 1e-18, not rounding of the sums."""
    inputs = np.random.default_rng(0).normal(size=(7, 9))
    exact = np.random.default_rng(1).normal(size=(2, 9))
    samples = Samples(inputs, inputs @ exact.T)
    off = 1e-9 * np.linalg.pinv(inputs) @ np.ones((7, 2))
    assert samples.loss(exact + off.T) == pytest.approx(1e-18, rel=1e-5, abs=0)


def test_loss_on_rows(digit_modes):
    """The loss on 64 rows and what they lack add up to that on 1797 digits, for any map."""
    rows = digit_modes.equivalent_rows()
    lack = digit_modes.unexplained_by_rows(rows)
    assert lack > 0.01
    maps = np.random.default_rng(0).normal(scale=0.1, size=(3, 10, 64))
    predictions = digit_modes.inputs @ np.swapaxes(maps, 1, 2)
    plain = ((predictions - digit_modes.targets) ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose(rows.loss(maps) + lack, plain, rtol=1e-12)
    np.testing.assert_allclose(digit_modes.loss(maps), plain, rtol=1e-12)


def test_refuses_labels_that_are_not_the_images():
    """Seven images, six labels: both numbers."""
    data = colour_set()
    short = xr.Dataset({"image": data.image, "label": ("other", np.zeros(6, dtype=int))})
    message = "labels: got 6 labels; must be as many as the 7 images; match"
    with pytest.raises(ArgumentError, match=message):
        samples_of(short)


def test_refuses_no_predictions():
    """A needs one chunk at least."""
    with pytest.raises(ArgumentError, match="chunks: got none; at least one chunk is needed; pass"):
        effective_singular_values(singular_modes(pure_cosines()), [])
