"""Options on image sets: exact values on small sets, provenance, refusals."""

import json

import numpy as np
import pytest

from numerics.images import (
    average_pool,
    first,
    grey,
    pure_cosines,
    select_classes,
    shapes,
    subtract_mean,
)
from numerics.images.image_set import image_set
from theory.errors import ArgumentError


def small_set(shape, seed=0):
    """Random images of a shape, labels 0, 1, 0, 1, ..."""
    values = np.random.default_rng(seed).random(shape)
    return image_set(
        values,
        np.arange(shape[0]) % 2,
        name="small",
        class_names=["even", "odd"],
        source={"source": "random", "seed": seed},
    )


def test_grey_weighs_the_channels():
    """Pure red, green, blue become 0.299, 0.587, 0.114; white stays 1."""
    values = np.ones((4, 2, 2, 3))
    values[:3] = np.eye(3)[:, None, None, :]
    images = image_set(values, np.arange(4) % 2, name="rgb", class_names=["a", "b"], source={})
    result = grey(images)
    assert result.image.dims == ("sample", "y", "x")
    np.testing.assert_allclose(result.image[:, 0, 0], [0.299, 0.587, 0.114, 1.0], atol=1e-15)
    assert result.image.attrs == images.image.attrs
    assert json.loads(result.attrs["provenance"])[-1] == {
        "option": "grey",
        "weights": [0.299, 0.587, 0.114],
    }


@pytest.mark.parametrize("shape", [(4, 2, 2), (4, 2, 2, 2)])
def test_grey_refuses_other_than_three_channels(shape):
    """What is grey already, or has two channels, has no red, green and blue to weigh."""
    with pytest.raises(ArgumentError, match="must be in colour, with three channels; leave `grey`"):
        grey(small_set(shape))


@pytest.mark.parametrize("shape", [(3, 6, 6), (3, 6, 6, 3)])
@pytest.mark.parametrize("factor", [2, 3])
def test_average_pool_is_the_mean_of_blocks(shape, factor):
    """Pixel (i, j) is the mean over rows f i .. f i + f - 1 and columns f j .. f j + f - 1."""
    images = small_set(shape)
    result = average_pool(images, factor)
    values = images.image.values
    for i in range(6 // factor):
        for j in range(6 // factor):
            rows, columns = (slice(factor * k, factor * (k + 1)) for k in (i, j))
            expected = values[:, rows, columns].mean(axis=(1, 2))
            np.testing.assert_allclose(result.image.values[:, i, j], expected, atol=1e-15)
    assert result.image.shape == (3, 6 // factor, 6 // factor, *shape[3:])
    assert result.image.attrs == images.image.attrs
    assert result.label.identical(images.label)
    assert json.loads(result.attrs["provenance"])[-1]["factor"] == factor


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (5, "factor: got 5; must divide the side 16; choose one of [2, 4, 8]"),
        (16, "factor: got 16; must be an integer, from 2 to 8; the images have the side 16"),
        (1, "from 2 to 8"),
        (2.0, "got 2.0; must be an integer"),
    ],
)
def test_average_pool_refuses(factor, text):
    """The factor divides the side and leaves at least two pixels."""
    with pytest.raises(ArgumentError) as caught:
        average_pool(pure_cosines(), factor)
    assert text in str(caught.value)


def test_subtract_mean_leaves_a_zero_mean_image():
    """The mean over samples is zero in each pixel; the differences between samples stay."""
    images = small_set((5, 3, 3, 3))
    result = subtract_mean(images)
    np.testing.assert_allclose(result.image.mean("sample"), 0, atol=1e-15)
    np.testing.assert_allclose(
        result.image[1] - result.image[0], images.image[1] - images.image[0], atol=1e-15
    )
    assert result.image.attrs == images.image.attrs


def test_subtract_mean_refuses_equal_images():
    """Equal images minus their mean are zero; 0.1 three times has a rounded mean."""
    images = image_set(
        np.full((3, 2, 2), 0.1), np.arange(3), name="flat", class_names=["a", "b", "c"], source={}
    )
    with pytest.raises(ArgumentError, match="got 3 samples, all equal; must differ"):
        subtract_mean(images)


def test_subtract_mean_of_another_set():
    """Test images minus the mean image of their training set, which is recorded."""
    train, test = average_pool(small_set((5, 4, 4, 3), seed=1), 2), small_set((3, 2, 2, 3), seed=2)
    result = subtract_mean(test, of=train)
    np.testing.assert_allclose(
        result.image, test.image.values - train.image.values.mean(axis=0), atol=1e-15
    )
    assert result.image.attrs == test.image.attrs
    assert result.label.identical(test.label)
    step = json.loads(result.attrs["provenance"])[-1]
    assert step == {
        "option": "subtract_mean",
        "of": {
            "name": "small",
            "samples": 5,
            "provenance": json.loads(train.attrs["provenance"]),
        },
    }
    assert subtract_mean(train, of=train).image.identical(subtract_mean(train).image)


def test_subtract_mean_of_a_set_with_other_coordinates():
    """Pixels meet by their place: coordinates that differ drop none of them."""
    train, test = small_set((5, 3, 3), seed=1), small_set((4, 3, 3), seed=2)
    shifted = train.assign_coords(y=[1.0, 2.0, 3.0], sample=np.arange(5))
    result = subtract_mean(test.assign_coords(y=[0.0, 1.0, 2.0]), of=shifted)
    np.testing.assert_array_equal(result.image.values, subtract_mean(test, of=train).image.values)


def test_subtract_mean_of_one_image():
    """A test set may be a single image, and so may the other set."""
    one, other = (small_set((1, 3, 3), seed=seed) for seed in (1, 2))
    result = subtract_mean(one, of=other)
    np.testing.assert_array_equal(result.image, one.image.values - other.image.values)
    with pytest.raises(ArgumentError, match="got 1 samples, all equal; must differ"):
        subtract_mean(one, of=one)


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (
            small_set((3, 4, 4)),
            "of: got images with sizes {'y': 4, 'x': 4}; must have the sizes of",
        ),
        (small_set((3, 2, 2)), "subtracted from, {'y': 2, 'x': 2, 'channel': 3}; give both sets"),
        (np.zeros((2, 2)), "of: got array([[0., 0.], [0., 0.]]); must be a Dataset with `image`"),
        (
            subtract_mean(small_set((3, 2, 2, 3))),
            "of: got set 'small', its mean subtracted; must have its mean, or nothing is "
            "subtracted from the images; pass the set as it was before `subtract_mean`",
        ),
    ],
)
def test_subtract_mean_refuses_another_set(of, text):
    """Other sizes, grey for colour, no image set, a set that has lost its mean."""
    with pytest.raises(ArgumentError) as caught:
        subtract_mean(small_set((4, 2, 2, 3)), of=of)
    assert text in str(caught.value)


@pytest.mark.parametrize("classes", [(3, 1), [0, 2, 3], range(4), np.array([2, 0])])
def test_select_classes(classes):
    """Samples keep their order, labels and names follow that of the classes."""
    values = np.random.default_rng(0).random((9, 2, 2))
    labels = np.array([3, 0, 1, 2, 2, 1, 0, 3, 0])
    names = ["a", "b", "c", "d"]
    images = image_set(values, labels, name="four", class_names=names, source={})
    result = select_classes(images, classes)
    chosen = [int(label) for label in classes]
    kept = [k for k in range(9) if labels[k] in chosen]
    np.testing.assert_array_equal(result.image, values[kept])
    assert result.label.values.tolist() == [chosen.index(labels[k]) for k in kept]
    assert result.label.dtype == np.int64
    assert result.label.attrs == images.label.attrs
    assert json.loads(result.attrs["class_names"]) == [names[label] for label in chosen]
    assert json.loads(result.attrs["provenance"])[-1] == {
        "option": "select_classes",
        "classes": chosen,
    }
    assert json.loads(images.attrs["class_names"]) == names


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        ([0, 4], "got 4; must be an integer, from 0 to 3; choose among 0 square, 1 disc, 2 tri"),
        ([0, -1], "got -1; must be an integer, from 0 to 3"),
        ([0, 1.0], "got 1.0; must be an integer"),
        ([0, 1, 0], "got [0, 1, 0]; must name each class once, names 0 twice; leave one out"),
        ([2], "got [2]; must name at least two classes, names 1; add another"),
        ([], "names 0; add another"),
        (2, "got 2; must be a sequence of labels; write a list, such as [0, 1]"),
        ("01", "got 01; must be a sequence of labels"),
        ([0, 3], "got [0, 3]; each class must have a sample; there is none of cross; leave it out"),
    ],
)
def test_select_classes_refuses(classes, text):
    """Unknown, repeated, too few, no sequence; and a class that an option left without samples."""
    with pytest.raises(ArgumentError) as caught:
        select_classes(first(shapes(), 3), classes)
    assert str(caught.value).startswith("classes: ")
    assert text in str(caught.value)


def test_select_classes_refuses_sets_without_labels():
    """Without labels, or without names for them, there is nothing to choose by."""
    unnamed = shapes().drop_attrs()
    for bad in (shapes().drop_vars("label"), unnamed):
        with pytest.raises(ArgumentError, match=r"images: got .* must have the variable `label`"):
            select_classes(bad, [0, 1])


def test_first_takes_the_first_samples():
    """Images and labels of the first two samples, in order."""
    images = small_set((5, 3, 3))
    assert first(images, 2).image.values.tolist() == images.image.values[:2].tolist()
    assert first(images, 5).label.identical(images.label)


@pytest.mark.parametrize("count", [0, 6, -1, 2.5, None, True])
def test_first_refuses(count):
    """The count is an integer from 1 to the number of samples."""
    with pytest.raises(ArgumentError, match="must be an integer, from 1 to 5; the set has 5"):
        first(small_set((5, 3, 3)), count)


def test_options_are_recorded_in_order():
    """Provenance lists the source, then each option as it was applied; the input stays."""
    images = small_set((5, 4, 4, 3))
    before = images.copy(deep=True)
    result = first(subtract_mean(average_pool(select_classes(grey(images), [1, 0]), 2)), 3)
    steps = json.loads(result.attrs["provenance"])
    assert steps[0] == {"source": "random", "seed": 0}
    assert [step["option"] for step in steps[1:]] == [
        "grey",
        "select_classes",
        "average_pool",
        "subtract_mean",
        "first",
    ]
    assert images.identical(before)


@pytest.mark.parametrize(
    "option",
    [
        grey,
        lambda x: average_pool(x, 2),
        subtract_mean,
        lambda x: first(x, 1),
        lambda x: select_classes(x, [0, 1]),
    ],
)
@pytest.mark.parametrize("bad", [None, np.zeros((2, 4, 4)), pure_cosines().rename(y="row")])
def test_options_refuse_what_is_no_image_set(option, bad):
    """An array, nothing, or other dimensions: the error says how image sets are made."""
    with pytest.raises(ArgumentError, match=r"^images: got .*must be a Dataset with `image`"):
        option(bad)
