"""Experiments: the forecast is sealed before anything is measured, and nothing measured moves it."""

import dataclasses
import functools
import json

import numpy as np
import pytest
import xarray as xr

from numerics.files import checksum, read_tree, write_tree
from theory.errors import ArgumentError, DivergenceError, OutputError
from validation.checks import NotRun, verification
from validation.experiment import FINISHED, Work, config_hash, run
from validation.report.document import document
from validation.sweeps import values_checksum


@pytest.fixture
def start(decay, tmp_path):
    """Run the toy: ``start(rate=0.5)`` returns its result's tree."""

    def started(fresh=False, **changes):
        return run(decay(), decay.config_type(**changes), out=tmp_path, fresh=fresh).tree

    return started


@pytest.fixture
def store(decay, tmp_path):
    return tmp_path / ".decay" / config_hash(decay.config_type())


def cut_off(store):
    """Leave the store as a run does that was killed while it measured."""
    (store / FINISHED).unlink()


def sealed(store):
    return json.loads((store / "forecast.json").read_text())


def test_the_forecast_is_sealed_before_measure_starts(start, world, store):
    """When `measure` begins, file and seal are there and fit each other."""
    seen = []

    def look(folder):
        assert folder == store
        tree = read_tree(folder / "forecast.nc")
        assert checksum(tree) == sealed(folder)["sha256"]
        seen.append((set(tree.children), tree["/ladders/decay"].sizes["rung"]))

    world.before_measure = look
    tree = start()
    assert world.calls == ["prepare", "forecast", "measure"]
    assert seen == [({"ladders", "predicted"}, 2)]  # the last rung is not among them
    assert json.loads(tree.attrs["forecast"]) == sealed(store)
    assert tree["/ladders/decay"].sizes["rung"] == 3


def replaced(experiment, **methods):
    """Return the toy with methods of its case replaced; each is given what it replaces first."""

    class Replaced(experiment):
        def case(self, config):
            case = super().case(config)
            for name, method in methods.items():
                setattr(case, name, functools.partial(method, getattr(case, name)))
            return case

    return Replaced


def test_the_forecast_is_given_the_set_up(decay, tmp_path, store):
    """What `prepare` returned, and nothing measured; every step works in the same folder."""
    seen = {}

    def watch(step, *arguments):
        seen[step.__name__] = arguments
        return step(*arguments)

    steps = dict.fromkeys(("prepare", "forecast", "measure"), watch)
    tree = run(replaced(decay, **steps)(), decay.config_type(), out=tmp_path).tree
    setup, work = seen["forecast"]
    assert isinstance(work, Work)
    assert work.store == store
    assert work is seen["prepare"][0] is seen["measure"][1]
    xr.testing.assert_identical(setup, tree["/setup"].to_dataset())
    assert seen["measure"][0].ladders[0].rungs[-1].name == "map"


def test_a_stage_has_its_name():
    """A function that knows only how far it is tells the progress of its stage."""
    told = []
    work = Work(None, lambda *what: told.append(what))
    work.stage("network")(3, 10)
    work.stage("survey")(1, 2)
    assert told == [("network", 3, 10), ("survey", 1, 2)]


def branches(scale):
    """Two arrays whose shapes differ, each in a group of its own."""
    return xr.DataTree.from_dict(
        {
            "survey": xr.Dataset({"bin": ("side", [scale, 2 * scale, 3 * scale])}),
            "spectrum": xr.Dataset(
                {"magnitude": ("frequency", [0.5, 0.25])}, {"frequency": [0.0, scale]}
            ),
        }
    )


@pytest.mark.parametrize("cut", [False, True])
def test_what_is_predicted_and_observed_may_be_a_tree(decay, world, tmp_path, store, cut):
    """Arrays of different shapes go under the seal and come back for the measurement of a resumed run."""
    given = []

    def forecast(step, *arguments):
        return dataclasses.replace(step(*arguments), predicted=branches(1.0))

    def measure(step, forecast, work):
        given.append(forecast.predicted)
        return dataclasses.replace(step(forecast, work), observed=branches(7.0))

    def findings(step, result):
        assert result["/observed/survey/bin"].values.tolist() == [7.0, 14.0, 21.0]
        return step(result)

    kind = replaced(decay, forecast=forecast, measure=measure, findings=findings)
    if cut:
        world.before_measure = raising(KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            run(kind(), decay.config_type(), out=tmp_path)
        world.before_measure = lambda store: None
    sum_of_seal = sealed(store)["sha256"] if cut else None
    tree = run(kind(), decay.config_type(), out=tmp_path).tree
    assert world.calls.count("forecast") == 1
    assert sum_of_seal in (None, sealed(store)["sha256"])
    for name in ("survey", "spectrum"):
        expected = branches(1.0)[name].to_dataset()
        xr.testing.assert_identical(given[-1][name].to_dataset(), expected)
        xr.testing.assert_identical(tree[f"/forecast/{name}"].to_dataset(), expected)
        observed = branches(7.0)[name].to_dataset()
        xr.testing.assert_identical(tree[f"/observed/{name}"].to_dataset(), observed)
    stored = read_tree(store / "forecast.nc")
    assert checksum(stored) == sealed(store)["sha256"]
    assert set(stored["/predicted"].children) == {"survey", "spectrum"}
    assert "observed" not in stored.children


def test_a_value_deep_in_a_predicted_tree_is_under_the_seal(decay, world, tmp_path, store):
    """One changed number in a group of a group, and the resumed run refuses it."""

    def forecast(step, *arguments):
        return dataclasses.replace(step(*arguments), predicted=branches(1.0))

    kind = replaced(decay, forecast=forecast)
    run(kind(), decay.config_type(), out=tmp_path)
    cut_off(store)
    tree = read_tree(store / "forecast.nc")
    tree["/predicted/survey/bin"].values[1] += 1e-12
    write_tree(store / "forecast.nc", tree)
    with pytest.raises(ArgumentError, match="start over with --fresh"):
        run(kind(), decay.config_type(), out=tmp_path)


def test_what_no_two_runs_share_is_in_the_provenance(decay, tmp_path):
    """A table of times: shown after the report's, not finite is null, and no value of the result."""

    def run_for(seconds):
        table = {"title": "times", "columns": ["trial", "s"], "rows": [[0, seconds], [1, np.inf]]}

        def measure(step, *arguments):
            return dataclasses.replace(step(*arguments), told=[table])

        kind = replaced(decay, measure=measure)
        return run(kind(), decay.config_type(), out=tmp_path, fresh=True).tree

    one, other = run_for(1.5), run_for(2.5)
    assert values_checksum(one) == values_checksum(other)
    for tree, seconds in ((one, 1.5), (other, 2.5)):
        said = document(tree, [])
        assert [table["title"] for table in said["tables"]] == ["ends", "times"]
        assert said["tables"][1]["rows"] == [[0, seconds], [1, None]]
        assert "tables" not in said["provenance"]


def test_the_store_keeps_the_promise_alone(start, world, store):
    """After the end, forecast, seal and mark stay; what was kept to go on from is gone."""

    def keep(folder):
        (folder / "network.npz").write_bytes(b"half-way")
        (folder / "parts").mkdir()
        (folder / "parts" / "one.nc").write_bytes(b"1")

    world.before_measure = keep
    start()
    assert {p.name for p in store.iterdir()} == {"forecast.nc", "forecast.json", FINISHED}


def test_the_store_keeps_everything_until_the_end(start, world, store):
    """A run that is cut off after its measurement finds its parts again."""
    world.before_measure = lambda folder: (folder / "network.npz").write_bytes(b"half-way")
    world.findings = {"D1": 0.0, "unheard of": 0.0}
    with pytest.raises(KeyError, match="unheard of"):
        start()
    names = {"forecast.nc", "forecast.json", "network.npz"}
    assert {p.name for p in store.iterdir()} == names


def raising(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "kind"),
    [(DivergenceError, DivergenceError), (OutputError, OutputError), (ArgumentError, RuntimeError)],
)
def test_who_is_at_fault_after_the_forecast(start, world, error, kind):
    """A step that is too large and a disk that is full are the user's; other refusals are faults of ours."""
    world.before_measure = raising(error("it", 7, "must be otherwise", "change it"))
    with pytest.raises(kind, match="it: got 7; must be otherwise; change it"):
        start()


@pytest.mark.parametrize("method", ["findings", "report"])
def test_labels_that_differ_do_not_vanish_from_a_comparison(decay, tmp_path, method):
    """0.3 and 0.1 * 3 are different labels; their difference would be empty, and hold of nothing."""

    def compare(step, result):
        one, two = (xr.DataArray([1.0], {"time": [t]}, "time") for t in (0.3, 0.1 * 3))
        float(abs(one - two).sum())
        return step(result)

    with pytest.raises(ValueError, match="exact"):
        run(replaced(decay, **{method: compare})(), decay.config_type(), out=tmp_path)


def test_a_check_that_does_not_apply_is_not_run(start, world):
    """What a case says of it stands in its row."""
    world.findings = {"D1": NotRun("it is about other options")}
    (row, *_) = json.loads(start()["/checks"].attrs["rows"])
    assert (row["id"], row["verdict"], row["found"]) == ("D1", "not run", None)
    assert row["reason"] == "it is about other options"


def test_the_seal_covers_rungs_bars_and_set_up(start, store):
    """What a forecast says stands in the sealed tree: asked, set-up, rungs, predicted sources."""
    start()
    tree = read_tree(store / "forecast.nc")
    assert [c["id"] for c in json.loads(tree.attrs["asked"])] == ["D1", "D2", "D3"]
    assert len(tree.attrs["setup_sha256"]) == 64
    assert {"value", "predicted", "uncertainty", "scale"} <= set(tree["/ladders/decay"].variables)


POISONS = {
    "garbage": lambda values: np.full_like(values, 1e6),
    "nan in one trial": lambda values: np.where([[True], [False]], np.nan, values),
    "infinite": lambda values: np.where(np.arange(5) == 3, np.inf, values),
    "held-out data replaced": lambda values: np.random.default_rng(9).normal(size=values.shape),
}


@pytest.mark.parametrize("poison", POISONS)
def test_poisoned_measurements_leave_the_forecast_alone(start, world, store, poison, tmp_path):
    """The same sum over rungs, set-up and bars, whatever was measured; the check sees it."""
    honest = start()
    content, expected = (store / "forecast.nc").read_bytes(), sealed(store)["sha256"]
    world.held_out = POISONS[poison]
    poisoned = start(fresh=True)
    assert sealed(store)["sha256"] == expected
    assert checksum(read_tree(store / "forecast.nc")) == expected
    cut_off(store)
    again = start()  # and a resumed one
    assert sealed(store)["sha256"] == expected
    assert content  # the file was there before; its bytes may differ, its values may not
    verdicts = [json.loads(t["/checks"].attrs["rows"])[0]["verdict"] for t in (honest, poisoned)]
    assert verdicts[0] == "holds"
    if poison == "nan in one trial":  # the budget says what is covered
        assert json.loads(poisoned["/budget"].attrs["rows"])[0]["covered"] == 0.5
    assert verdicts[1] == "fails"
    assert checksum(again["/ladders"]) == checksum(poisoned["/ladders"])


def test_a_measurement_of_nothing_is_refused_after_the_seal(start, world, store):
    """Only nan: there is no budget; the forecast stays as it was sealed."""
    world.held_out = lambda values: np.full_like(values, np.nan)
    with pytest.raises(RuntimeError, match="no finite point"):
        start()
    assert checksum(read_tree(store / "forecast.nc")) == sealed(store)["sha256"]


def test_no_number_of_a_result_that_is_not_finite_reaches_json(start, world):
    """Rows and tables are JSON: nan and infinity are null there."""

    def refuse(constant):
        raise AssertionError(constant)

    world.held_out = POISONS["infinite"]
    tree = start()
    for text in (
        tree["/budget"].attrs["rows"],
        tree["/checks"].attrs["rows"],
        tree.attrs["tables"],
    ):
        assert "null" in json.dumps(json.loads(text, parse_constant=refuse))


def test_a_resumed_run_verifies_and_does_not_rewrite(start, world, store):
    """Cut off and run again: no forecast is made, both files keep time and content."""
    start()
    cut_off(store)
    files = [store / "forecast.nc", store / "forecast.json"]
    before = [(f.stat().st_mtime_ns, f.stat().st_ino, f.read_bytes()) for f in files]
    world.calls.clear()
    start()
    assert world.calls == ["prepare", "measure"]
    assert [(f.stat().st_mtime_ns, f.stat().st_ino, f.read_bytes()) for f in files] == before


def test_what_a_forecast_warns_of_is_told_before_the_measurement(decay, world, tmp_path, store):
    """Announced once the forecast is sealed, and again where a resumed run reads it; then in the notes."""
    told = []

    def warned(forecast, setup, work):
        return dataclasses.replace(forecast(setup, work), notes=("It grows.",))

    experiment = replaced(decay, forecast=warned)
    world.before_measure = lambda folder: told.append("measured")
    for asked in (["prepare", "forecast", "measure"], ["prepare", "measure"]):
        world.calls.clear()
        told.clear()
        outcome = run(experiment(), decay.config_type(), out=tmp_path, announce=told.extend)
        assert world.calls == asked
        assert told == ["A decay.", "It grows.", "measured"]
        assert json.loads(outcome.tree.attrs["notes"]) == ["A decay.", "It grows."]
        cut_off(store)


def test_a_finished_run_is_started_over(start, world, store):
    """What ran to its end is never reported again as if it had been run: everything is done anew."""
    start()
    (store / "training.npz").write_bytes(b"old")
    world.calls.clear()
    tree = start()
    assert world.calls == ["prepare", "forecast", "measure"]
    assert not (store / "training.npz").exists()
    assert json.loads(tree.attrs["provenance"])["resumed"] is False


def test_provenance_says_that_a_run_was_resumed(start, store):
    """Its seconds are of the last part only."""
    start()
    cut_off(store)
    assert json.loads(start().attrs["provenance"])["resumed"] is True


def test_bars_changed_after_the_seal_are_refused(start, store, decay):
    """A looser bar is not the one that was sealed."""
    start()
    cut_off(store)

    class Looser(decay):
        checks = tuple(dataclasses.replace(c, asked=1.0) for c in decay.checks)

    with pytest.raises(ArgumentError, match="bars or code have changed"):
        run(Looser(), decay.config_type(), out=store.parent.parent)


def test_code_changed_after_the_seal_is_refused(start, store, monkeypatch):
    """Half of one program and half of another is nobody's result."""
    start()
    cut_off(store)
    monkeypatch.setattr("validation.provenance.code_fingerprint", lambda experiment: "another")
    with pytest.raises(ArgumentError, match="bars or code have changed"):
        start()


def test_a_run_killed_before_its_seal_makes_its_forecast_anew(start, world, store):
    """A forecast without a seal promises nothing."""
    start()
    (store / "forecast.json").unlink()
    world.calls.clear()
    start()
    assert world.calls == ["prepare", "forecast", "measure"]


def tamper_value(store):
    tree = read_tree(store / "forecast.nc")
    tree["/ladders/decay"]["value"].values[1, 0, 2] += 1e-15
    write_tree(store / "forecast.nc", tree)


def tamper_bar(store):
    tree = read_tree(store / "forecast.nc")
    tree.attrs["asked"] = tree.attrs["asked"].replace("1e-12", "1e+12")
    write_tree(store / "forecast.nc", tree)


def change_seal(store):
    (store / "forecast.json").write_text(json.dumps(sealed(store) | {"sha256": "0" * 64}))


TAMPERED = {
    "one bit of a value": tamper_value,
    "a bar": tamper_bar,
    "file cut off": lambda store: (store / "forecast.nc").write_bytes(
        (store / "forecast.nc").read_bytes()[:1000]
    ),
    "file gone": lambda store: (store / "forecast.nc").unlink(),
    "seal": change_seal,
    "seal damaged": lambda store: (store / "forecast.json").write_text("{"),
    "seal empty": lambda store: (store / "forecast.json").write_text("{}"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_forecast_that_was_changed_is_refused(start, world, store, what):
    """One error with the remedy; nothing is measured; --fresh starts over."""
    start()
    cut_off(store)
    expected = sealed(store)["sha256"]
    TAMPERED[what](store)
    world.calls.clear()
    with pytest.raises(ArgumentError, match="start over with --fresh") as caught:
        start()
    assert "forecast.nc" in str(caught.value)
    assert world.calls == ["prepare"]
    start(fresh=True)
    assert sealed(store)["sha256"] == expected


def test_a_set_up_that_has_changed_is_refused(start, world, store, decay):
    """The same command on other data: the stored forecast is not about them."""
    start()
    cut_off(store)

    class Other(decay):
        def case(self, config):
            case = super().case(config)
            case.start = case.start + 1e-12
            return case

    with pytest.raises(ArgumentError, match="or set-up, bars or code have changed"):
        run(Other(), decay.config_type(), out=store.parent.parent)


def test_fresh_empties_the_store(start, store):
    """Checkpoints of the earlier run must not be taken up."""
    start()
    (store / "training.npz").write_bytes(b"old")
    start(fresh=True)
    assert not (store / "training.npz").exists()


def test_configurations_have_stores_of_their_own(decay):
    """Any field tells them apart; equal ones share it."""
    base = decay.config_type()
    changed = [
        dataclasses.replace(base, **c) for c in ({"rate": 0.5}, {"seed": 1}, {"preset": "paper"})
    ]
    hashes = [config_hash(c) for c in (base, *changed)]
    assert len(set(hashes)) == 4
    assert config_hash(decay.config_type(rate=0.25)) == hashes[0]


def test_runs_of_other_configurations_do_not_meet(start, world, store):
    """Each has its own forecast; the first is still there after the second."""
    first = start()
    cut_off(store)
    start(seed=1)
    world.calls.clear()
    again = start()
    assert world.calls == ["prepare", "measure"]
    assert json.loads(first.attrs["forecast"]) == json.loads(again.attrs["forecast"])


def test_the_tree_says_where_it_comes_from(start):
    """Configuration, seed, versions and claims stand in the attributes as JSON."""
    tree = start(rate=0.5)
    assert json.loads(tree.attrs["config"]) == {"rate": 0.5, "seed": 0, "preset": "quick"}
    provenance = json.loads(tree.attrs["provenance"])
    assert {"command", "seed", "versions", "data", "seconds", "device"} <= set(provenance)
    assert {"modewise", "python", "numpy", "torch"} <= set(provenance["versions"])
    assert json.loads(tree.attrs["claims"]) == []


def test_a_stored_forecast_is_read_into_memory(start, store):
    """Also the variable `predicted` of a ladder, which bears the name of a group of the tree."""
    start()
    tree = read_tree(store / "forecast.nc")
    assert {"predicted"} <= set(tree.children) & set(tree["/ladders/decay"].variables)
    for node in tree.subtree:
        for name, variable in node.variables.items():
            assert variable._in_memory, f"{node.path}/{name} is still on disk"


def verified(decay, tmp_path, preset):
    """Run the toy with verifications of all cases and presets: which were computed, and the rows."""
    called = []

    class Verified(decay):
        checks = (
            *decay.checks[:1],
            verification("V1", "of all", 1.0),
            verification("V2", "of this case", 1.0, cases=("growth", "decay")),
            verification("V3", "of another", 1.0, cases=("growth",)),
            verification("V4", "of this case, slow", 1.0, preset="standard", cases=("decay",)),
        )

        def verifications(self):
            return {f"V{k}": lambda k=k: called.append(k) or 0.5 for k in range(1, 5)}

    tree = run(Verified(), decay.config_type(preset=preset), out=tmp_path).tree
    return called, {row["id"]: row for row in json.loads(tree["/checks"].attrs["rows"])}


def test_only_the_verifications_of_the_case_are_computed(decay, tmp_path):
    """A function of another case or a larger preset is not called; its row says which command does."""
    called, rows = verified(decay, tmp_path, "quick")
    assert called == [1, 2]
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "D1": "holds",
        "V1": "holds",
        "V2": "holds",
        "V3": "not run",
        "V4": "not run",
    }
    assert rows["V3"]["reason"].endswith("--rate -1 --preset quick")
    assert rows["V4"]["reason"].endswith("decay --preset standard")
    called, rows = verified(decay, tmp_path, "standard")
    assert called == [1, 2, 4]
    assert rows["V4"]["verdict"] == "holds"
