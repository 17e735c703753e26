"""Experiments: the forecast is sealed before anything is measured, and nothing measured moves it."""

import dataclasses
import json

import numpy as np
import pytest

from numerics.files import checksum, read_tree, write_tree
from theory.errors import ArgumentError
from validation.experiment import FINISHED, config_hash, run


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
