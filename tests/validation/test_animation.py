"""Films as animated GIF files."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from validation import animation

SIDE, COUNT = 24, 9


@pytest.fixture
def pictures():
    """Noise, so that no two are alike and none is small."""
    levels = np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE), dtype=np.uint8)
    return [Image.fromarray(level, mode="P") for level in levels]


def frames_of(content):
    with Image.open(io.BytesIO(content)) as film:
        return [np.array(frame.convert("L")) for frame in ImageSequence.Iterator(film)]


def test_all_pictures_in_their_order(pictures):
    """As many as were given, each as it was, for the time that was asked, for ever."""
    content = animation.gif(pictures, 70)
    assert len(frames_of(content)) == COUNT
    with Image.open(io.BytesIO(content)) as film:
        assert (film.info["duration"], film.info["loop"]) == (70, 0)


@pytest.mark.parametrize(("share", "step"), [(0.7, 2), (0.4, 4), (1e-6, 16)])
def test_too_large_a_film_loses_every_second_picture(pictures, monkeypatch, share, step):
    """Half, a quarter, until it is within its bytes or one is left; the first stays."""
    whole = animation.gif(pictures, 70)
    monkeypatch.setattr(animation, "MOST_BYTES", int(share * len(whole)))
    less, all_of_them = frames_of(animation.gif(pictures, 70)), frames_of(whole)
    assert len(less) == len(all_of_them[::step])
    np.testing.assert_array_equal(less[0], all_of_them[0])
