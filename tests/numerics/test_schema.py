"""Quantities carry their name, unit and labelled dimensions."""

import numpy as np
import pytest

from numerics.schema import DIMENSIONS, quantity
from theory.errors import ArgumentError


def test_a_quantity_says_what_it_is():
    """Name, long name, unit, and modes counted from 1."""
    found = quantity(
        np.zeros((2, 3)),
        ["trial", "mode"],
        name="mode_strength",
        long_name="strength",
        units="Hz",
        coords={"trial": [4, 5]},
    )
    assert found.name == "mode_strength"
    assert found.attrs == {"long_name": "strength", "units": "Hz"}
    assert found.mode.values.tolist() == [1, 2, 3]
    assert found.trial.values.tolist() == [4, 5]
    assert found.mode.attrs["long_name"] == DIMENSIONS["mode"]


def test_only_modes_are_numbered():
    """No coordinate is made up for another dimension; given modes stay."""
    assert not quantity(np.zeros(2), ["update"], name="a", long_name="a").coords
    kept = quantity(np.zeros(2), ["mode"], name="a", long_name="a", coords={"mode": [3, 7]})
    assert kept.mode.values.tolist() == [3, 7]


def test_values_are_kept():
    """Complex numbers and -0.0 pass unchanged."""
    values = np.array([-0.0, 1j])
    found = quantity(values, ["frequency_y"], name="a", long_name="a").values
    assert found.tobytes() == values.tobytes()


def test_refuses_unknown_dimensions():
    """The list is named."""
    message = r"dims: got \['modes'\]; must be among trial, mode, .*; rename them"
    with pytest.raises(ArgumentError, match=message):
        quantity([1.0], ["modes"], name="a", long_name="a")


def test_refuses_another_number_of_axes():
    """A matrix has two dimensions."""
    with pytest.raises(ArgumentError, match=r"dims: got \('mode',\); the values have 2 axes; name"):
        quantity(np.eye(2), ["mode"], name="a", long_name="a")
