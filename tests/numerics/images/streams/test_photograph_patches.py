"""Patches of photographs: where they come from, how they are spread, what is refused."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from numerics.images import streams
from theory.errors import ArgumentError


def together(stream):
    json.dumps(stream.provenance, allow_nan=False)
    return np.concatenate(list(stream.blocks()))


def grey(name):
    red, green, blue = np.moveaxis(load_sample_image(f"{name}.jpg").astype(float), 2, 0)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


@pytest.mark.parametrize(
    ("which", "names"),
    [("flower", ["flower"]), ("china", ["china"]), ("both", ["china", "flower"])],
)
@pytest.mark.parametrize("n", [16, 32])
def test_places(which, names, n):
    """The generator draws photograph, y and x of each patch in turn: the patch there, to rounding."""
    stream = streams.photographs(which, count=300, image_side=n, seed=2)
    assert (stream.shape, stream.scale) == ((n, n), 1.0)
    assert stream.name == ("photographs" if which == "both" else which)
    every = [np.lib.stride_tricks.sliding_window_view(grey(name), (n, n)) for name in names]
    generator = np.random.default_rng(2)
    ends = (len(names), 427 - n + 1, 640 - n + 1)
    places = [[generator.integers(end) for end in ends] for _ in range(300)]
    expected = np.array([every[photograph][y, x] for photograph, y, x in places])
    np.testing.assert_allclose(together(stream), expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("which", ["flower", "both"])
def test_prefix(which):
    """The first patches are the same for any count, another seed gives others."""
    few = together(streams.photographs(which, count=100, image_side=16))
    np.testing.assert_array_equal(
        few, together(streams.photographs(which, count=1000, image_side=16).first(100))
    )
    other = together(streams.photographs(which, count=100, image_side=16, seed=1))
    assert (few != other).any(axis=(1, 2)).mean() > 0.9


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"which": "dog"}, "which: got dog; must be among flower, china, both"),
        ({"which": ["flower"]}, "which: got ['flower']; must be among"),
        ({"count": 0}, "count: got 0; must be an integer, at least 1"),
        ({"image_side": 3}, "image_side: got 3; must be an integer, from 4 to 427"),
        ({"image_side": 428}, "image_side: got 428; must be an integer, from 4 to 427"),
        ({"seed": 0.5}, "seed: got 0.5; must be an integer"),
    ],
)
def test_refused(arguments, text):
    """Arguments out of range."""
    with pytest.raises(ArgumentError) as caught:
        streams.photographs(**arguments)
    assert text in str(caught.value)
