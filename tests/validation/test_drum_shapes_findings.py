"""Every check of drums of any shape can fail: a number just beyond its bar, or none, and its row is lost.

The trees are made by the case's own steps, from published or exact eigenvalues instead of solvers.
"""

import json

import numpy as np
import pytest
import xarray as xr

from numerics.drum.spectra.spectrum import Spectrum
from validation.checks import NotRun, judge
from validation.drum import Config
from validation.drum import check_table as table
from validation.drum.shapes import case, continuum, findings
from validation.drum.shapes.continuum import EXACT, EXTRAPOLATED, QUADRATIC, QUARTIC
from validation.drum.verification import FUNCTIONS
from validation.experiment import Work

ROWS = tuple(check for check in table.CHECKS if table.SHAPE in check.cases)
OF_SHAPES = tuple(check for check in ROWS if check.id not in FUNCTIONS)  # found by the case
# Driscoll 1997, legs of 2: four times as much with legs of 1
TWELVE = (
    "2.53794399980 3.65550971352 5.17555935622 6.53755744376 7.24807786256 9.20929499840 "
    "10.5969856913 11.5413953956 12.3370055014 13.0536540557 14.3138624643 15.871302620"
)
PUBLISHED = 4 * np.array(TWELVE.split(), float)
SMALL = {"nodes": 40, "steps": 3000, "modes": 6, "preset": "quick"}


class Tree:
    """The tree of a run, without files and figures."""

    def __init__(self, folder, found, many, **options):
        self.config = Config(**SMALL | options)
        self.case = case.AnyDrums(self.config)
        work = Work(folder)
        setup = self.case.prepare(work)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                continuum,
                "spectra",
                lambda shape, count, **_: continuum.Solved(found(shape, count), {}),
            )
            patch.setattr(continuum, "many", lambda shape, count: many(shape, count))
            patch.setattr(continuum, "lower_bounds", no_bounds)
            forecast = self.case.forecast(setup, work)
        measured = self.case.measure(forecast, work)
        ladders = {x.name: x.completed(measured.ladders[x.name]) for x in forecast.ladders}
        self.tree = xr.DataTree.from_dict(
            {
                "/setup": setup,
                "/forecast": forecast.predicted,
                "/observed": measured.observed,
                **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
            }
        )

    def judged(self, *change):
        """Return the rows by their ids, of the tree with a change."""
        tree = changed(self.tree, *change) if change else self.tree
        with xr.set_options(arithmetic_join="exact"):
            found = self.case.findings(tree)
        rows = judge(ROWS, found, case="shape", preset="quick", command=lambda *_: "")
        return {row.check.id: row for row in rows if row.check in OF_SHAPES}


def no_bounds(shapes, count):
    return xr.DataArray(
        np.full((len(shapes), count), np.nan),
        {"drum": list(shapes), "mode": np.arange(1, count + 1)},
        ["drum", "mode"],
        name="lower_bound",
    )


def changed(tree, group, name, place, factor, added):
    """Return a tree with one entry of one array times a factor plus what is added."""
    nodes = {n.path: n.to_dataset(inherit=False) for n in tree.subtree}
    nodes[group] = nodes[group].copy(deep=True)
    array = nodes[group][name] = nodes[group][name].astype(float)
    array.loc[place] = array.loc[place] * factor + added
    return xr.DataTree.from_dict(nodes)


def about(values, relative):
    """Return a spectrum that says how well it is known."""
    return Spectrum(values, relative * values, "stated", 0)


@pytest.fixture(scope="module")
def triangle(tmp_path_factory):
    """A right isosceles triangle: its formula, and what elements with an error of 1e-6 might find."""

    def found(shape, count):
        exact = shape.exact(count)
        return {EXACT: exact, QUADRATIC: about(exact.eigenvalues * (1 + 5e-7), 1e-6)}

    return Tree(
        tmp_path_factory.mktemp("triangle"),
        found,
        lambda shape, count: shape.exact(continuum.BY_FORMULA),
        shape="right_isosceles",
    )


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The isospectral pair: its published eigenvalues for both, with the errors that elements would state."""

    def found(shape, count):
        values = PUBLISHED[:count]
        off = 1 + 1e-8 * (shape.name == "drum 2")
        return {QUARTIC: about(values * off, 2e-6), EXTRAPOLATED: about(values, 1e-3)}

    return Tree(
        tmp_path_factory.mktemp("pair"),
        found,
        lambda shape, count: about(PUBLISHED, 1e-9),
        shape="isospectral_pair",
    )


FUNDAMENTAL = "/ladders/fundamental"
FIRST = {"time_step": 0, "drum": 0}  # by their numbers
POISONS = {  # the tree, its group and array, the place, what is multiplied and added: beyond the bar
    "D41": ("triangle", "/observed/runs", "bin", FIRST, 1, 1),
    "D41s": ("triangle", "/observed/runs", "signal_error", FIRST, 1, 2e-10),
    "D41u": ("triangle", FUNDAMENTAL, "value", {"rung": "grid in time steps"} | FIRST, 1 + 1e-4, 0),
    "D41w": ("triangle", "/observed/sound", "bin", {"sample_type": 1} | FIRST, 1, 1),
    "D44s": ("triangle", "/forecast/masks", "domains", {"drum": 0, "mode": 1}, 1, 2),
    "D46": ("triangle", "/forecast/spectra", "eigenvalue", {"solver": 1, "mode": 2}, 1 + 2e-6, 0),
    "D47": ("triangle", "/forecast/bounds", "left", {"drum": 0, "bound": 0}, 1.4, 0),
    "D48a": ("triangle", "/forecast/heard", "area", {"drum": 0, "count": -1}, 1 + 3e-3, 0),
    "D48p": ("triangle", "/forecast/heard", "perimeter", {"drum": 0, "count": -1}, 1 + 1.3e-2, 0),
    "D26s": ("pair", "/forecast/masks", "eigenvalue", {"drum": 1, "mode": 3}, 1 + 2e-12, 0),
    "D27s": ("pair", "/forecast/spectra", "eigenvalue", {"drum": 1, "solver": 0, "mode": 4}, 1 + 3e-6, 0),
}  # fmt: skip


def named(tree, group, place):
    """Return a place by labels, where it is given by numbers."""
    dataset = tree.tree[group].to_dataset()
    return {
        dim: where if isinstance(where, str) else dataset[dim].values[where]
        for dim, where in place.items()
    }


def poison(request, name):
    """Return the tree and the change of a check."""
    of, group, array, place, factor, added = POISONS[name]
    tree = request.getfixturevalue(of)
    return tree, (group, array, named(tree, group, place), factor, added)


def test_the_poisons_are_for_all_rows():
    """None can hold whatever is found."""
    assert POISONS.keys() == {check.id for check in OF_SHAPES}


def test_all_rows_hold(triangle, pair):
    """Untouched: every row of the case holds, but those of the pair for one drum, and of 300 eigenvalues."""
    of_one, of_two = triangle.judged(), pair.judged()
    told = {name: row.verdict for name, row in of_one.items()}
    assert told == dict.fromkeys(told, "holds") | {"D26s": "not run", "D27s": "not run"}
    told = {name: row.verdict for name, row in of_two.items()}
    assert told == dict.fromkeys(told, "holds") | {"D48a": "not run", "D48p": "not run"}
    given = {check.id: check.given for check in OF_SHAPES}
    for rows in (of_one, of_two):
        for name, row in rows.items():
            if row.verdict == "not run":
                assert row.reason == f"its bar is stated for {given[name]}"


@pytest.mark.parametrize("name", POISONS)
def test_every_row_can_fail(request, name):
    """One entry just beyond the bar, and this row is lost."""
    tree, change = poison(request, name)
    assert tree.judged()[name].verdict == "holds"
    assert tree.judged(*change)[name].verdict == "fails"


@pytest.mark.parametrize("name", POISONS)
def test_what_is_not_a_number_fails(request, name):
    """One nan does not vanish in a largest value: no row passes in silence."""
    tree, (group, array, place, *_) = poison(request, name)
    assert tree.judged(group, array, place, np.nan, 0)[name].verdict == "fails"


def test_the_pair_is_not_told_by_its_grids(pair):
    """All grids of the pair agree whatever their error is: D27s looks at the elements alone."""
    of = {"drum": "drum 2", "mode": 2}
    other = ("/forecast/spectra", "eigenvalue", of | {"solver": EXTRAPOLATED}, 1 + 1e-4, 0)
    assert pair.judged(*other)["D27s"].found == pytest.approx(1e-8, rel=1e-6)
    assert pair.judged(*other)["D27s"].verdict == "holds"


def test_an_error_that_is_missing_is_no_agreement(triangle):
    """Two values with a nan between their errors: a comparison with nan is never true."""
    at = {"drum": "right_isosceles", "solver": QUADRATIC, "mode": 3}
    assert triangle.judged("/forecast/spectra", "error", at, np.nan, 0)["D46"].found == 1


def test_a_method_that_gives_the_first_alone_is_no_gap():
    """Particular solutions give lambda_1 and nothing above it; nothing below lambda_2 is another matter."""
    values = np.array([[[5.0, 10.0, 13.0], [5.0, np.nan, np.nan]]])
    assert findings.disagreeing(spectra_of(values)) == 0
    assert findings.disagreeing(spectra_of(values[..., [1, 0, 2]])) > 0


def test_one_method_alone_agrees_with_nothing():
    """A sector has its formula and no other way: the row says so, and does not hold."""
    alone = findings.disagreeing(spectra_of(np.array([[[5.0, 10.0]]])))
    assert alone == NotRun("no second method gives its eigenvalues beside: a")


def spectra_of(values):
    """Return eigenvalues, (drum, solver, mode), known to 1e-6."""
    dims = ("drum", "solver", "mode")
    return xr.Dataset(
        {"eigenvalue": (dims, values), "error": (dims, 1e-6 * values)},
        coords={"solver": list("abc")[: values.shape[1]]},
    )


@pytest.mark.parametrize(
    ("apply", "broken"), [(True, 1), (False, 0)], ids=["a theorem", "not known to apply"]
)
def test_inequalities_that_need_not_hold(triangle, apply, broken):
    """One that is broken counts only where it is known to apply."""
    bounds = triangle.tree["/forecast/bounds"].to_dataset()
    bounds = bounds.assign(left=bounds["left"] * 0, applies=bounds["applies"] * 0)
    at = {"drum": 0, "bound": 1}
    bounds["left"][at] = float(bounds["right"][at]) + 2 * float(bounds["uncertainty"][at]) + 1e-9
    bounds["applies"][at] = apply
    assert findings.broken(bounds) == broken


CONDITIONS = {
    "as it is": ({}, ""),
    "more samples": ({"steps": 40_001}, table.LONG_ENOUGH),
    "another preset": ({"preset": "paper"}, ""),
}


@pytest.mark.parametrize("what", CONDITIONS)
def test_bars_are_for_what_they_were_stated(triangle, what):
    """Rows whose condition the options do not meet are `not run`."""
    options, lost = CONDITIONS[what]
    setting = case.AnyDrums(Config(shape="right_isosceles", **SMALL | options)).setting
    met = findings.conditions(setting, triangle.tree)
    assert {name for name, is_met in met.items() if not is_met} == {table.THE_PAIR, lost} - {""}


def test_every_condition_of_a_row_is_known(triangle):
    """None asks for one that is never met."""
    asked = {check.given for check in OF_SHAPES} - {""}
    assert asked == findings.conditions(triangle.case.setting, triangle.tree).keys()


def test_heard_from_fewer_than_300(pair):
    """Finite elements give 100 at --preset quick: the bars of area and perimeter are for 300."""
    assert not findings.conditions(pair.case.setting, pair.tree)[table.HEARD_FROM_300]


def test_the_tree_says_what_was_given(triangle):
    """A named drum has no file behind it."""
    assert json.loads(triangle.tree["/setup"].attrs["data"]) == {}
