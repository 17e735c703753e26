"""The unit of a drum's file in what a reader sees: the tree, notes, tables and figures of `drum --shape`."""

import json

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from validation.drum import Config
from validation.drum.shapes import forecasting
from validation.drum.shapes.case import AnyDrums
from validation.drum.shapes.patterns import patterns
from validation.drum.shapes.tables import _spectra
from validation.drum.shapes.units import in_unit, units

RING = {"vertices": [[0, 0], [3, 0], [3, 3], [0, 3]], "holes": [[[1, 1], [2, 1], [2, 2], [1, 2]]]}


@pytest.mark.parametrize(
    ("written", "unit", "said"),
    [
        ("length", "cm", "cm"),
        ("length^2", "µm", "µm^2"),
        ("1/length^2", "length", "1/length^2"),
        ("length", "half inch", "half inch"),
        ("1/length^2", "half inch", "1/(half inch)^2"),
        ("1", "cm", "1"),
    ],
)
def test_words(written, unit, said):
    """Brackets where a power of two words would be one of the last."""
    assert units(written, unit) == said


def test_numbers_stay_as_they_are():
    """Units alone change, in a copy; what has none gets none."""
    before = xr.Dataset(
        {"a": ("k", [1.0, 2.0], {"units": "length^2"}), "b": ("k", [3, 4])}, attrs={"c": 1}
    )
    after = in_unit(before, "m")
    xr.testing.assert_equal(before, after)
    assert (before["a"].attrs["units"], after["a"].attrs["units"]) == ("length^2", "m^2")
    assert after["b"].attrs == {}
    assert after.attrs == {"c": 1}


def test_a_file_with_a_unit(tmp_path):
    """A square ring in cm: set-up, notes with its hole, titles of tables and of figures."""
    file = tmp_path / "ring.json"
    file.write_text(json.dumps(RING | {"unit": "cm"}))
    case = AnyDrums(Config(shape=str(file), preset="quick", nodes=100, modes=3, steps=9000))
    setup = case.prepare(None)
    told = {name: setup[name].attrs["units"] for name in ("area", "perimeter", "places", "spacing")}
    assert told == {"area": "cm^2", "perimeter": "cm", "places": "cm", "spacing": "cm"}
    notes = " ".join(case.notes())
    assert "free nodes around 1 hole, spacing 0.25 cm, " in notes
    assert "Area 8 cm^2, perimeter 16 cm, heat constant 0" in notes
    masks = in_unit(forecasting.of_masks(case.setting, 3), "cm")
    tree = xr.DataTree.from_dict({"setup": setup, "forecast/masks": masks})
    assert _spectra(tree, "ring")["title"] == "ring: eigenvalues (1/cm^2)"
    assert "(1/cm²)" in patterns(tree).get_suptitle()
    free = setup["places"].values[setup["free"].values > 0]
    assert np.abs(free - 1.5).max(axis=-1).min() > 0.5  # around the hole
    assert np.abs(free - 1.5).max() == pytest.approx(1.25)


@pytest.mark.parametrize(("unit", "said"), [(None, "length"), ("mm", "mm")])
def test_drums_that_say_no_unit(tmp_path, unit, said):
    """A mask, a picture, a name: as --unit calls it, else `length`; a pixel is --spacing of it wide."""
    np.save(tmp_path / "blob.npy", np.ones((8, 6), bool))
    drawn = np.pad(np.zeros((20, 30), np.uint8), 3, constant_values=255)
    Image.fromarray(drawn).save(tmp_path / "plate.png")
    for shape in (str(tmp_path / "blob.npy"), str(tmp_path / "plate.png"), "right_isosceles"):
        spacing = 1.0 if shape == "right_isosceles" else 0.5
        options = {"nodes": 60, "modes": 3, "steps": 8000, "unit": unit, "spacing": spacing}
        case = AnyDrums(Config(shape=shape, preset="quick", **options))
        setup = case.prepare(None)
        assert setup["places"].attrs["units"] == said
        assert f" {said}, struck at " in " ".join(case.notes())
        if shape.endswith(".png"):
            assert setup["perimeter"].attrs["units"] == said
            assert setup["perimeter"].item() == pytest.approx(50, rel=0.03)
