"""What is observed over time: one array or several by names, joined and taken apart."""

import numpy as np
import pytest

from numerics.observations import everywhere, stacked, unstacked

GENERATOR = np.random.default_rng(0)
SEEN = {
    "one array": [GENERATOR.normal(size=(2, 3)) for _ in range(4)],
    "one number": [np.array(float(k)) for k in range(4)],
    "by names": [
        {"strengths": GENERATOR.normal(size=(2, 3, 3)), "loss": GENERATOR.normal(size=2)}
        for _ in range(4)
    ],
    "once": [{"loss": np.array([1.0, 2.0])}],
}


@pytest.mark.parametrize("what", SEEN)
def test_there_and_back(what):
    """Times come first; taken apart again it is what was joined, bit for bit, names in order."""
    seen = SEEN[what]
    whole = stacked(seen)
    back = unstacked(whole)
    assert len(back) == len(seen)
    for one, other in zip(back, seen, strict=True):
        if isinstance(other, dict):
            assert list(one) == list(other)
            for name, values in other.items():
                assert whole[name].shape == (len(seen), *values.shape)
                assert one[name].tobytes() == values.tobytes()
        else:
            assert whole.shape == (len(seen), *other.shape)
            assert np.asarray(one).tobytes() == other.tobytes()


def test_a_missing_name_is_not_passed_over():
    """Every time has every name of the first."""
    with pytest.raises(KeyError, match="loss"):
        stacked([{"loss": np.zeros(1)}, {"strengths": np.zeros(1)}])


def test_everywhere():
    """Of every array, not of the first alone."""

    def positive(values):
        return bool((values > 0).all())

    good, bad = np.ones(2), np.array([1.0, -1.0])
    assert everywhere(positive, good)
    assert not everywhere(positive, bad)
    assert everywhere(positive, {"a": good, "b": good})
    assert not everywhere(positive, {"a": good, "b": bad})
