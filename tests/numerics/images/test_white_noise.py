"""White noise against a cosine: the modes, the order they announce, every refusal by its text."""

import json

import numpy as np
import pytest

from numerics.images import pure_cosines, white_noise_and_cosine
from numerics.singular_modes import singular_modes
from theory.errors import ArgumentError


def test_modes(spectral_modes):
    """S = 8.130, 4.511 but n vmax = 2.288, 11.263: the rate product of the second mode is larger."""
    images = white_noise_and_cosine()
    np.testing.assert_allclose(singular_modes(images).singular_values, [8.130, 4.511], atol=5e-4)
    values, gains = spectral_modes(images)
    np.testing.assert_allclose(gains, [2.288, 11.263], atol=5e-4)
    assert (values * gains)[1] > 2.5 * (values * gains)[0]


def test_images():
    """The noise is drawn row by row; the cosine is that of `pure_cosines`, 5.0 counting as 5."""
    images = white_noise_and_cosine(image_side=8, seed=11, frequency=(1, 5.0), amplitude=0.25)
    noise = np.random.default_rng(11).normal(size=64)
    np.testing.assert_array_equal(images.image[0].values.ravel(), noise)
    cosine = pure_cosines(image_side=8, frequencies=[(1, 5)], amplitudes=[0.25])
    np.testing.assert_array_equal(images.image[1], cosine.image[0])
    assert images.label.values.tolist() == [0, 1]
    assert json.loads(images.attrs["class_names"]) == ["white noise", "(1, 5)"]
    assert json.loads(images.attrs["provenance"]) == [
        {
            "source": "white_noise_and_cosine",
            "image_side": 8,
            "seed": 11,
            "frequency": [1, 5],
            "amplitude": 0.25,
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"image_side": 1}, "image_side: got 1; must be an integer, at least 2"),
        ({"image_side": 10**6}, "image_side: got 1000000; 2 images of this side take 16,000,000,"),
        ({"seed": -1}, "seed: got -1; must be an integer, at least 0; pass 3, say"),
        ({"seed": None}, "seed: got None; must be an integer"),
        ({"frequency": 3}, "frequency: got 3; each frequency must be (u, v)"),
        ({"frequency": (3, 0.5)}, "frequency: got 0.5; each component must be a whole number"),
        ({"amplitude": 0}, "amplitude: got 0; each amplitude must be positive"),
        ({"amplitude": "1"}, "amplitude: got 1; each number must be finite and real"),
    ],
)
def test_refuses(arguments, text):
    """Each argument out of range is named as the caller knows it."""
    with pytest.raises(ArgumentError) as caught:
        white_noise_and_cosine(**arguments)
    assert text in str(caught.value)
