"""Ladders: the budget adds up exactly, and what does not fit together is refused."""

import dataclasses
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.files import checksum, read_tree, write_tree
from numerics.schema import quantity
from theory.errors import ArgumentError
from validation.ladder import UNEXPLAINED, Ladder, Prediction, Rung

TRIALS, MODES, UPDATES = [3, 4], [1, 2], [0, 5, 9]
SIZES = (2, 2, 3)


def strength(values, update=UPDATES):
    return quantity(
        np.broadcast_to(np.asarray(values, float), (2, 2, len(update))),
        ["trial", "mode", "update"],
        name="mode_strength",
        long_name="mode strength A",
        coords={"trial": TRIALS, "update": update},
    )


def scale(values=(2.0, 1.0)):
    return quantity(values, ["mode"], name="singular_value", long_name="singular value")


def ladder(*values, averaged=("trial",), compare="difference", predictions=None, **more):
    """Rungs a, b, c, ... that drop "to b", "to c", ...; without a measurement."""
    names = "abcdefgh"[: len(values)]
    rungs = tuple(
        Rung(name, strength(value), f"to {name}" if name != "a" else "")
        for name, value in zip(names, values, strict=True)
    )
    return Ladder(
        name="full batch",
        rungs=rungs,
        measurement="network",
        scale=more.pop("scale", scale()),
        scale_name="S_m",
        averaged=averaged,
        compare=compare,
        predictions=predictions or {},
        **more,
    )


def numbers(lowest=-100.0, highest=100.0):
    elements = st.floats(lowest, highest)
    return st.lists(elements, min_size=12, max_size=12).map(lambda x: np.reshape(x, SIZES))


# --- the budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize("compare", ["difference", "log"])
@pytest.mark.parametrize("averaged", [(), ("trial",), ("trial", "mode")])
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_the_sources_add_up_to_prediction_minus_measurement(compare, averaged, data):
    """The sum of the sources is (first - last)/scale at the place of its largest magnitude."""
    low = 1e-3 if compare == "log" else -100.0
    count = data.draw(st.integers(1, 4))
    values = [data.draw(numbers(low)) for _ in range(count + 1)]
    scales = np.array([data.draw(st.floats(0.1, 10)) for _ in MODES])
    complete = ladder(*values[:-1], averaged=averaged, compare=compare, scale=scale(scales))
    rows = complete.completed(strength(values[-1])).budget()

    turned = np.log if compare == "log" else np.asarray
    whole = (turned(values[0]) - turned(values[-1])) / scales[:, None]
    axes = tuple({"trial": 0, "mode": 1}[d] for d in averaged)
    averages = whole.mean(axis=axes) if axes else whole
    expected = np.abs(averages).max()

    assert [row["source"] for row in rows] == [f"to {n}" for n in "bcd"[: count - 1]] + [
        UNEXPLAINED
    ]
    found = abs(sum(row["found"] for row in rows))
    size = max(np.abs(turned(v)).max() for v in values) / scales.min()
    assert abs(found - expected) <= 1e-13 * (count + 1) * max(size, 1e-300)


@settings(deadline=None, max_examples=60)
@given(values=st.lists(numbers(), min_size=3, max_size=4), holes=st.data())
def test_it_adds_up_where_rungs_are_missing_at_some_points(values, holes):
    """Points of a rung in the middle may be nan: averages are over trials that have every rung."""
    values = [v.copy() for v in values]
    middle = holes.draw(st.integers(1, len(values) - 2))
    gone = holes.draw(st.lists(st.integers(0, 11), min_size=1, max_size=8, unique=True))
    values[middle].flat[gone] = np.nan
    complete = ladder(*values[:-1]).completed(strength(values[-1]))
    rows = complete.budget()

    whole = (values[0] - values[-1]) / np.array([2.0, 1.0])[:, None]
    kept = np.isfinite(values[middle])
    counts = kept.sum(axis=0)
    totals = np.where(kept, whole, 0).sum(axis=0)
    averages = np.where(counts > 0, totals / np.maximum(counts, 1), 0)
    expected = np.abs(averages).max()
    assert abs(sum(row["found"] for row in rows)) == pytest.approx(expected, rel=1e-12, abs=1e-11)
    assert rows[0]["covered"] == pytest.approx(kept.mean())


def test_a_budget_by_hand():
    """Rungs a = 4, b = 3, c = 2, measured 2 except 1 once, scale (2, 1): every column known."""
    measured = np.full(SIZES, 2.0)
    measured[:, 1, 2] = 1.0
    value = strength(0.75)
    predictions = {"to b": Prediction(value, strength(-0.25))}
    rows = ladder(4, 3, 2, predictions=predictions).completed(strength(measured)).budget()
    # the whole is largest at mode 2, update 9: (4 - 1)/1
    assert [r["found"] for r in rows] == [1.0, 1.0, 1.0]
    assert [r["status"] for r in rows] == ["predicted", "attributed", "unexplained"]
    assert (rows[0]["predicted"], rows[0]["uncertainty"]) == (0.75, 0.25)
    assert [r["remainder"] for r in rows] == [0.25, 1.0, 1.0]
    assert np.isnan([rows[1]["predicted"], rows[1]["uncertainty"], rows[2]["predicted"]]).all()
    assert [r["rung"] for r in rows] == ["b", "c", "network"]
    assert {r["at"] for r in rows} == {"update 9, mode 2"}
    assert {r["unit"] for r in rows} == {"S_m"}
    assert {r["covered"] for r in rows} == {1.0}


def test_worst_is_anywhere_not_where_the_table_stands():
    """Opposite sources of 10 cancel at mode 1; the whole is largest at mode 2, where they are 1."""
    middle = np.zeros(SIZES)
    middle[0, 0, 1] = 20.0
    first = np.zeros(SIZES)
    first[:, 1, 2] = 1.0
    rows = ladder(first, middle).completed(strength(np.zeros(SIZES))).budget()
    assert [r["worst"] for r in rows] == [10.0, 10.0]
    assert [r["found"] for r in rows] == [1.0, 0.0]


def test_the_scale_divides_prediction_and_remainder():
    """Scale 2 at mode 1: a difference of 3 with 1 predicted leaves (3 - 1)/2."""
    predictions = {"to b": Prediction(strength(1.0), strength(0.0))}
    built = ladder(5, 2, predictions=predictions)
    assert built.difference("to b").sel(mode=1).values == pytest.approx(1.5)
    assert built.remainder("to b").sel(mode=1).values == pytest.approx(1.0)
    assert built.remainder("to b").sel(mode=2).values == pytest.approx(2.0)


def test_log_compares_ratios():
    """The difference is ln 8 - ln 4 = ln 2, whatever the size."""
    built = ladder(8, 4, compare="log", scale=scale((1, 1)))
    assert built.difference("to b").values == pytest.approx(np.log(2))


def test_points_that_a_measurement_lacks_are_counted():
    """A network trained for a third of the grid covers a third; the table stands inside of it."""
    measured = np.full(SIZES, np.nan)
    measured[:, :, 0] = 0.5
    first = np.broadcast_to([1.0, 50.0, 90.0], SIZES)
    (row,) = ladder(first).completed(strength(measured)).budget()
    assert row["covered"] == pytest.approx(1 / 3)
    assert (row["found"], row["at"]) == (0.5, "update 0, mode 2")


def test_nothing_in_common_is_refused():
    """First and last rung that are nowhere finite together have no difference."""
    with pytest.raises(ArgumentError, match="no finite point"):
        ladder(1).completed(strength(np.nan)).budget()


# --- rungs that lack dimensions -------------------------------------------------------------------

SIDES, STEPS = [3, 4, 5], [0.1, 0.5]


def tone(values, *dims, **coords):
    """A frequency over sides, time steps, both or neither."""
    labels = {"side": SIDES, "time_step": STEPS} | coords
    return quantity(
        values,
        list(dims),
        name="frequency",
        long_name="frequency",
        units="Hz",
        coords={dim: labels[dim] for dim in dims},
    )


def tones(*, measured=None, predictions=None, compare="difference"):
    """Constant 10 > side 3, 4, 5 > time step .1, .5 > both: 60, 61, 62 and 70, 71, 72 hundredths."""
    rungs = (
        Rung("constant", tone(10.0)),
        Rung("sides", tone([3.0, 4.0, 5.0], "side"), "constancy"),
        Rung("steps", tone([0.1, 0.5], "time_step"), "sides alone"),
        Rung(
            "both", tone([[0.6, 0.61, 0.62], [0.7, 0.71, 0.72]], "time_step", "side"), "steps alone"
        ),
    )
    built = Ladder(
        "tones",
        rungs,
        "network",
        xr.DataArray(1.0),
        compare=compare,
        predictions=predictions or {},
    )
    return built if measured is None else built.completed(measured)


def test_a_rung_is_spread_over_the_dimensions_that_it_lacks():
    """A formula that knows no time step says the same at each; every rung has all dimensions then."""
    built = tones()
    for rung in built.rungs:
        assert dict(rung.value.sizes) == {"side": 3, "time_step": 2}
        assert rung.value.attrs == {"long_name": "frequency", "units": "Hz"}
        assert rung.value["side"].attrs["long_name"]
    assert (built.rungs[0].value == 10.0).all()
    for step in STEPS:
        assert built.rungs[1].value.sel(time_step=step).values.tolist() == [3.0, 4.0, 5.0]
    for side in SIDES:
        assert built.rungs[2].value.sel(side=side).values.tolist() == STEPS
    difference = built.difference("sides alone").transpose("time_step", "side")
    np.testing.assert_allclose(difference, [[2.9, 3.9, 4.9], [2.5, 3.5, 4.5]])


def test_spread_rungs_add_up():
    """The whole is 10 - 0.5 at most, and there its four sources are 5 + 4.9 - .52 + .12."""
    measured = tone([[0.7, 0.6, 0.5], [0.9, 0.8, 0.7]], "time_step", "side")
    rows = tones(measured=measured).budget()
    assert {row["at"] for row in rows} == {"side 5, time_step 0.1"}
    np.testing.assert_allclose([row["found"] for row in rows], [5, 4.9, -0.52, 0.12], atol=1e-14)
    assert sum(row["found"] for row in rows) == pytest.approx(9.5, abs=1e-14)
    assert {row["covered"] for row in rows} == {1.0}


def test_a_constant_alone_is_a_rung():
    """Of no dimension at all, against a measurement of one number."""
    built = Ladder("x", (Rung("law", tone(2.0)),), "network", xr.DataArray(0.5))
    (row,) = built.completed(tone(1.5)).budget()
    assert (row["found"], row["at"], row["covered"]) == (1.0, "", 1.0)


@pytest.mark.parametrize("dims", [("side",), ("time_step",), ()])
def test_a_measurement_is_not_spread(dims):
    """Measured at one time step is not measured at all of them."""
    sizes = {"side": 3, "time_step": 2}
    measured = tone(np.ones([sizes[d] for d in dims]), *dims)
    with pytest.raises(ArgumentError, match="a measurement is not spread") as caught:
        tones(measured=measured)
    assert caught.value.argument == "measured"
    assert "side" in caught.value.expected
    assert "time_step" in caught.value.expected
    assert "nan where nothing was" in caught.value.remedy


def test_a_measurement_may_be_in_another_order():
    """What counts are the names of its dimensions."""
    values = np.arange(6.0).reshape(2, 3)
    one = tones(measured=tone(values, "time_step", "side"))
    two = tones(measured=tone(values.T, "side", "time_step"))
    assert json.dumps(one.budget()) == json.dumps(two.budget())


def test_a_measurement_of_more_dimensions_spreads_the_rungs():
    """Trials of which no rung knows: every rung is the same in each."""
    values = np.stack([np.full((2, 3), 1.0), np.full((2, 3), 2.0)])
    measured = tone(values, "trial", "time_step", "side", trial=[7, 8])
    built = tones(measured=measured)
    assert dict(built.rungs[0].value.sizes) == {"side": 3, "time_step": 2, "trial": 2}
    assert {row["covered"] for row in built.budget()} == {1.0}
    assert built.whole().sel(trial=7).max() == 9.0


@pytest.mark.parametrize("dim", ["side", "time_step"])
def test_labels_are_not_guessed(dim):
    """A rung without labels among labelled ones may be of other sides: it is refused by its name."""
    plain = {"side": tone([3.0, 4.0, 5.0], "side"), "time_step": tone([0.1, 0.5], "time_step")}
    rungs = (Rung("whole", tone(np.ones((2, 3)), "time_step", "side")),)
    rungs += (Rung("bare", plain[dim].drop_vars(dim), "labels"),)
    with pytest.raises(ArgumentError, match=f"rung bare: .*{dim}.*equal exactly.*label the same"):
        Ladder("x", rungs, "network", xr.DataArray(1.0))


def test_dimensions_without_labels_are_matched_by_their_length():
    """If no rung has labels: three and three fit, three and two don't."""
    rungs = [
        Rung(name, tone(np.ones(3), "side").drop_vars("side"), drop) for name, drop in ("a ", "bx")
    ]
    assert Ladder("x", tuple(rungs), "network", xr.DataArray(1.0)).sources == ("x",)
    rungs[1] = Rung("b", tone(np.ones(2), "side", side=[3, 4]).drop_vars("side"), "x")
    with pytest.raises(ArgumentError, match="coordinates must be equal exactly"):
        Ladder("x", tuple(rungs), "network", xr.DataArray(1.0))


# --- predictions that lack dimensions -------------------------------------------------------------


def test_a_prediction_is_spread_like_a_rung():
    """One number a side, its uncertainty one number: the same at every time step."""
    predictions = {"sides alone": Prediction(tone([2.7, 3.7, 4.7], "side"), tone(0.25))}
    built = tones(measured=tone(np.full((2, 3), 0.5), "time_step", "side"), predictions=predictions)
    row = next(row for row in built.budget() if row["source"] == "sides alone")
    assert row["at"] == "side 3, time_step 0.1"  # the first of equals
    assert (row["predicted"], row["uncertainty"], row["found"]) == (2.7, 0.25, 2.9)
    assert row["remainder"] == pytest.approx(0.2)
    left = built.remainder("sides alone").transpose("time_step", "side")
    np.testing.assert_allclose(left, [[0.2] * 3, [-0.2] * 3])
    dataset = built.to_dataset()
    assert set(dataset["predicted"].dims) == {"source", "side", "time_step"}
    assert set(dataset["uncertainty"].dims) == {"source", "side", "time_step"}


@pytest.mark.parametrize("field", ["value", "uncertainty"])
def test_a_prediction_of_more_dimensions_is_refused(field):
    """A prediction a trial where nothing has trials would be of something else."""
    fields = {"value": tone(1.0), "uncertainty": tone(1.0)}
    fields[field] = tone(np.ones(2), "trial", trial=[1, 2])
    with pytest.raises(ArgumentError, match=r"must have dimensions among .*side") as caught:
        tones(predictions={"constancy": Prediction(**fields)})
    assert caught.value.argument == f"{field} predicted of constancy"


def test_the_worst_remainder_is_anywhere():
    """Left of a source where the table stands is 0; 0.4 at another time step; nan if none was said."""
    predictions = {"sides alone": Prediction(tone([2.9, 3.9, 4.9], "side"), tone(0.0))}
    measured = tone([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]], "time_step", "side")
    rows = tones(measured=measured, predictions=predictions).budget()
    row = next(row for row in rows if row["source"] == "sides alone")
    assert row["at"] == "side 3, time_step 0.1"
    assert row["remainder"] == pytest.approx(0.0, abs=1e-15)
    assert row["worst_remainder"] == pytest.approx(0.4)
    assert row["worst"] == pytest.approx(4.9)
    others = [row["worst_remainder"] for row in rows if row["source"] != "sides alone"]
    assert np.isnan(others).all()


def test_the_worst_remainder_is_in_units_of_the_scale():
    """Scale 2 and 1: (3 - 1)/2 and (3 - 1)/1."""
    predictions = {"to b": Prediction(strength(1.0), strength(0.0))}
    rows = ladder(5, 2, predictions=predictions).completed(strength(2.0)).budget()
    assert rows[0]["worst_remainder"] == pytest.approx(2.0)


# --- where the table stands -----------------------------------------------------------------------


def test_a_place_may_have_a_name():
    """Labels that are text are told as they are."""
    values = quantity(
        [[1.0, 5.0], [2.0, 3.0]],
        ["form", "side"],
        name="frequency",
        long_name="frequency",
        coords={"form": ["verlet", "kick first"], "side": [13, 14]},
    )
    built = Ladder("x", (Rung("law", values),), "network", xr.DataArray(1.0))
    (row,) = built.completed(0 * values).budget()
    assert row["at"] == "form verlet, side 14"
    assert row["found"] == 5.0


def test_a_place_keeps_its_number_short():
    """Six digits of a time step; whole numbers whole."""
    values = tone(np.ones((1, 1)), "time_step", "side", time_step=[2**-0.5], side=[100_000])
    built = Ladder("x", (Rung("law", values),), "network", xr.DataArray(1.0))
    (row,) = built.completed(0 * values).budget()
    assert row["at"] == "time_step 0.707107, side 100000"


# --- what is refused ------------------------------------------------------------------------------


def off_by_rounding():
    return strength(1.0, update=[0.0, 5.0 + 1e-12, 9.0])


@pytest.mark.parametrize("where", ["rung", "measurement", "prediction", "uncertainty", "scale"])
def test_coordinates_that_differ_by_rounding_raise(where):
    """5 and 5 + 1e-12 are different points; xarray alone would drop both silently."""
    fine = strength(1.0, update=[0.0, 5.0, 9.0])
    rungs = [Rung("a", fine), Rung("b", fine, "to b")]
    prediction, scales = Prediction(fine, fine), scale()
    if where == "rung":
        rungs[1] = Rung("b", off_by_rounding(), "to b")
    if where in ("prediction", "uncertainty"):
        field = {"prediction": "value"}.get(where, where)
        prediction = dataclasses.replace(prediction, **{field: off_by_rounding()})
    if where == "scale":
        scales = scale().assign_coords(mode=[1.0, 2.0 + 1e-12])
    with pytest.raises(ArgumentError, match="coordinates must be equal exactly") as caught:
        Ladder("x", tuple(rungs), "network", scales, predictions={"to b": prediction}).completed(
            off_by_rounding()
        )
    expected = {"rung": "rung b", "measurement": "rung network"}
    expected = expected.get(where, {"prediction": "value predicted"}.get(where, where))
    assert caught.value.argument.startswith(expected)


def test_a_dimension_that_is_missing_is_refused():
    """A measurement without its trials would be spread over them, and count as many."""
    with pytest.raises(ArgumentError, match="a measurement is not spread"):
        ladder(1).completed(strength(1.0).isel(trial=0, drop=True))


@pytest.mark.parametrize(
    "rungs",
    [
        [("a", ""), ("a", "x")],
        [("a", ""), ("b", "x"), ("c", "x")],
        [("a", ""), ("b", "")],
        [],
    ],
    ids=["a rung twice", "a source twice", "a source without a name", "no rung"],
)
def test_names_must_differ(rungs):
    """A row of the budget is found by its name."""
    with pytest.raises(ArgumentError, match="rungs"):
        Ladder("x", tuple(Rung(n, strength(1.0), d) for n, d in rungs), "network", scale())


def test_a_measurement_may_not_take_the_name_of_a_rung():
    """The last rung is found by its name, too."""
    with pytest.raises(ArgumentError, match="names must differ"):
        dataclasses.replace(ladder(1), measurement="a").completed(strength(1.0))


def test_a_prediction_of_an_unknown_source_is_refused():
    """Such a prediction would never be held against anything."""
    predictions = {"friction": Prediction(strength(1.0), strength(0.0))}
    with pytest.raises(ArgumentError, match=r"friction.*must be among \['to b'\]"):
        ladder(2, 1, predictions=predictions)


def test_the_measurement_cannot_be_predicted():
    """What is unexplained has no forecast by definition."""
    predictions = {UNEXPLAINED: Prediction(strength(1.0), strength(0.0))}
    with pytest.raises(ArgumentError, match=UNEXPLAINED):
        ladder(2, 1, predictions=predictions)


def test_only_one_measurement():
    """A ladder has one last rung."""
    complete = ladder(1).completed(strength(1.0))
    with pytest.raises(ArgumentError, match="is on the ladder already"):
        complete.completed(strength(1.0))


# --- files ----------------------------------------------------------------------------------------


def test_spread_rungs_come_back_from_a_file(tmp_path):
    """Through netCDF the ladder has all dimensions, and says the same."""
    predictions = {"sides alone": Prediction(tone([2.7, 3.7, 4.7], "side"), tone(0.25))}
    measured = tone([[0.7, 0.6, np.nan], [0.9, 0.8, 0.7]], "time_step", "side")
    built = tones(measured=measured, predictions=predictions, compare="log")
    tree = xr.DataTree.from_dict({"/ladders/x": built.to_dataset()})
    back = read_tree(write_tree(tmp_path / "x.nc", tree))
    again = Ladder.from_dataset(back["/ladders/x"].to_dataset())
    assert json.dumps(again.budget()) == json.dumps(built.budget())
    assert checksum(xr.DataTree(again.to_dataset())) == checksum(xr.DataTree(built.to_dataset()))
    assert {row["covered"] for row in again.budget()} == {5 / 6}


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize("predicted", [False, True])
@pytest.mark.parametrize("compare", ["difference", "log"])
def test_a_ladder_comes_back_from_a_file(tmp_path, complete, predicted, compare):
    """Through netCDF: the same checksum, the same budget, the same object in all its fields."""
    generator = np.random.default_rng(1)
    values = [generator.uniform(0.5, 2, SIZES) for _ in range(4)]
    values[1][0, 1, 2] = np.nan
    predictions = {}
    if predicted:
        predictions = {
            f"to {name}": Prediction(strength(generator.normal(size=SIZES)), strength(0.125))
            for name in "bc"
        }
    built = ladder(*values[:3], compare=compare, predictions=predictions)
    if complete:
        built = built.completed(strength(values[3]))
    tree = xr.DataTree.from_dict({"/ladders/x": built.to_dataset()})
    back = read_tree(write_tree(tmp_path / "x.nc", tree))
    assert checksum(back) == checksum(tree)
    again = Ladder.from_dataset(back["/ladders/x"].to_dataset())
    assert checksum(xr.DataTree(again.to_dataset())) == checksum(xr.DataTree(built.to_dataset()))
    for field in ("name", "measurement", "scale_name", "averaged", "compare", "complete"):
        assert getattr(again, field) == getattr(built, field)
    assert again.sources == built.sources
    assert json.dumps(again.budget()) == json.dumps(built.budget())
    for first, second in zip(again.rungs, built.rungs, strict=True):
        assert (first.name, first.drops) == (second.name, second.drops)
        xr.testing.assert_equal(first.value, second.value)
        assert first.value.attrs == second.value.attrs
