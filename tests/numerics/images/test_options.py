"""Options on image sets: exact values on small sets, provenance, refusals."""

import json

import numpy as np
import pytest

from numerics.images import average_pool, first, grey, pure_cosines, subtract_mean
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
    result = first(subtract_mean(average_pool(grey(images), 2)), 3)
    steps = json.loads(result.attrs["provenance"])
    assert steps[0] == {"source": "random", "seed": 0}
    assert [step["option"] for step in steps[1:]] == [
        "grey",
        "average_pool",
        "subtract_mean",
        "first",
    ]
    assert images.identical(before)


@pytest.mark.parametrize(
    "option", [grey, lambda x: average_pool(x, 2), subtract_mean, lambda x: first(x, 1)]
)
@pytest.mark.parametrize("bad", [None, np.zeros((2, 4, 4)), pure_cosines().rename(y="row")])
def test_options_refuse_what_is_no_image_set(option, bad):
    """An array, nothing, or other dimensions: the error says how image sets are made."""
    with pytest.raises(ArgumentError, match=r"^images: got .*must be a Dataset with `image`"):
        option(bad)
