"""Weights in a file of their own precision; damage and half precision: test_lb_networks."""

import numpy as np
import pytest

from numerics.stored_weights import read_weights, store_weights
from theory.errors import ArgumentError

VALUES = np.array([1.0, 2.0**-20, 1 / 3, 7e4], np.float32)


def stored(path, values, **options):
    return store_weights(
        path, {"net": {"bias": values}}, command="make", seed=1, protocol={}, **options
    )


def test_single_precision_returns_the_weights_bit_for_bit(tmp_path):
    """float32 that float16 could not hold comes back equal; counters stay integers."""
    path = stored(tmp_path / "net.npz", VALUES, precision="single")
    found = read_weights(path).networks["net"]["bias"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, VALUES)


def test_half_precision_is_half_the_size_and_the_default(tmp_path):
    """1000 weights: 2000 bytes fewer in float16; without a word it is float16."""
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    half = stored(tmp_path / "half.npz", values)
    single = stored(tmp_path / "single.npz", values, precision="single")
    assert single.stat().st_size - half.stat().st_size >= 1500
    np.testing.assert_array_equal(
        read_weights(half).networks["net"]["bias"], values.astype(np.float16).astype(np.float32)
    )


def test_what_single_precision_cannot_hold(tmp_path):
    """1e39 is beyond float32: refused with the bound, nothing written."""
    with pytest.raises(
        ArgumentError, match=r"weights net/bias: got 1e\+39; .*at most 3\.40282e\+38"
    ):
        stored(tmp_path / "net.npz", np.array([1e39]), precision="single")
    assert not list(tmp_path.iterdir())


def test_what_else_is_told_stands_beside(tmp_path):
    """Scores come back beside command and checksum."""
    path = stored(tmp_path / "net.npz", VALUES, precision="single", told={"loss": {"net": 0.25}})
    made_by = read_weights(path).made_by
    assert made_by["loss"] == {"net": 0.25}
    assert (made_by["command"], made_by["seed"]) == ("make", 1)


def test_an_unknown_precision(tmp_path):
    """Named with what is allowed."""
    with pytest.raises(ArgumentError, match=r"precision: got double; must be one of half, single"):
        stored(tmp_path / "net.npz", VALUES, precision="double")
