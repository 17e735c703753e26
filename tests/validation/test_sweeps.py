"""Sweeps: the same bits whoever runs them, and whatever happens to those who do."""

import concurrent.futures
import contextlib
import dataclasses
import doctest
import functools
import itertools
import json
import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar, Literal

import filelock
import numpy as np
import pytest
import torch
import xarray as xr
from command_line import refusal

from numerics.files import checksum, read_tree, write_trees
from numerics.schema import quantity
from theory.errors import ArgumentError, DivergenceError
from validation import cli, provenance
from validation.checks import Check
from validation.experiment import Forecast, Measurement, Report, config_hash, run
from validation.ladder import Ladder, Rung
from validation.linear_cnn import LinearCNNExperiment
from validation.sweeps import SweepOutcome, engines, grid, jobs, run_sweep, tables, values_checksum

pytestmark = pytest.mark.slow  # whole runs

# --- an experiment that others can import ---------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Config:
    """A state that a matrix moves."""

    rate: float = 0.5
    """Of the motion."""
    sizes: tuple[int, ...] = (40, 3)
    """States and updates."""
    average: int | None = None
    """Nothing."""
    grey: bool = False
    """Nothing."""
    dataset: str = ""
    """A file that is read, or nothing."""
    trouble: Literal["", "diverges", "fault", "dies", "dies once"] = ""
    """What happens while it is measured."""
    seed: int = 0
    """Of matrix and start."""
    preset: Literal["quick", "standard"] = "quick"
    """Nothing."""


MEASURED = []
"""Seeds of the runs that this process has measured."""
HOOKS = []
"""What tests call in the midst of a measurement."""


class Walk:
    """Powers of a matrix > one step after another, in float32 by torch: they differ in their last bits."""

    name = "walk"

    def __init__(self, config):
        self.config = config
        states, self.updates = config.sizes
        generator = np.random.default_rng(config.seed)
        self.matrix = config.rate * generator.normal(size=(states, states)) / np.sqrt(states)
        self.start = generator.normal(size=states)

    def _named(self, values):
        coords = {"update": np.arange(len(values)), "mode": np.arange(values.shape[1])}
        return quantity(values, ["update", "mode"], name="walk", long_name="walk", coords=coords)

    def prepare(self, work):
        work.store.mkdir(parents=True, exist_ok=True)
        read = Path(self.config.dataset).read_text() if self.config.dataset else ""
        return xr.Dataset({"start": ("mode", self.start)}, attrs={"data": json.dumps(read)})

    def forecast(self, setup, work):
        powers = [np.linalg.matrix_power(self.matrix, t) @ self.start for t in range(self.updates)]
        ladder = Ladder(
            "walk", (Rung("powers", self._named(np.stack(powers))),), "network", xr.DataArray(1.0), "1", ()
        )  # fmt: skip
        return Forecast((ladder,), xr.Dataset())

    def measure(self, forecast, work):
        MEASURED.append(self.config.seed)
        for hook in HOOKS:
            hook(self.config)
        self._trouble(work.store / "died")
        matrix, state = (torch.tensor(x, dtype=torch.float32) for x in (self.matrix, self.start))
        seen = []
        for _ in range(self.updates):
            seen.append(state.numpy().astype(float))
            state = matrix @ state
        return Measurement({"walk": self._named(np.stack(seen))}, xr.Dataset())

    def _trouble(self, marker):
        trouble = self.config.trouble
        if trouble == "diverges":
            raise DivergenceError("--rate", self.config.rate, "is too large", "take less")
        if trouble == "fault":
            raise ZeroDivisionError("one over nothing")
        if trouble == "dies" or (trouble == "dies once" and not marker.exists()):
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def findings(self, result):
        ladder = Ladder.from_dataset(result["/ladders/walk"].to_dataset())
        return {"W1": ladder.largest("unexplained"), "W2": float(self.config.seed)}

    def notes(self):
        return ["A walk."]

    def report(self, result):
        from matplotlib import pyplot

        return Report({"walk": pyplot.figure()})


class WalkExperiment:
    """The experiment."""

    name, summary, config_type = "walk", "a matrix moves a state", Config
    cases: ClassVar = {"walk": ""}
    checks = (
        Check("W1", "validation", "float32 against powers", "<=", 1e-4),
        Check("W2", "validation", "the seed", "<=", 2.0),
        Check("W3", "validation", "of more", "<=", 1.0, preset="standard"),
    )
    claims = ()

    def case(self, config):
        if config.rate <= 0:
            raise ArgumentError("--rate", config.rate, "must be positive", "take 0.5")
        return Walk(config)

    def verifications(self):
        return {}


PROGRAM = shlex.join(["python", sys.argv[0]])
"""What the command line calls itself; rows that did not run tell it."""
GRID = {"seed": [0, 1, 2], "rate": [0.5, 0.9]}
FAILING = {"trouble": ["", "diverges", "fault"], "seed": [1, 0]}


@pytest.fixture(autouse=True)
def _fresh_records():
    MEASURED.clear()
    yield
    HOOKS.clear()
    MEASURED.clear()


@pytest.fixture
def sweep(tmp_path):
    """Sweep the walk: ``sweep(GRID, workers=2)``."""
    return functools.partial(run_sweep, WalkExperiment(), out=tmp_path, program=PROGRAM)


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Run the walk from the command line: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def called(*arguments):
        with pytest.raises(SystemExit) as stop:
            cli.main(WalkExperiment, [*arguments])
        said = capsys.readouterr()
        return stop.value.code, said.out, said.err

    return called


@contextlib.contextmanager
def local_cluster(workers, **of_scheduler):
    """Workers of dask, each a process of its own; one that dies is started anew."""
    import dask
    from distributed import LocalCluster

    # 15 s after a death the cluster would close for good what happens not to be running
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=":0",
            scheduler_kwargs=of_scheduler,
        ) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def cluster():
    """Two workers, of a scheduler as it is by default."""
    with local_cluster(2) as started:
        yield started


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """The sweep that all others are held against."""
    return run_sweep(WalkExperiment(), GRID, out=tmp_path_factory.mktemp("serial"), program=PROGRAM)


def stored(outcome):
    """Return the checksums of the results that a store holds, by their labels."""
    runs = read_tree(outcome.store)["/runs"]
    return {label: values_checksum(node) for label, node in runs.children.items()}


def assert_same(one, two):
    """Two sweeps have found the same, and it stands in their stores, bit for bit."""
    assert one.document["values_sha256"] == two.document["values_sha256"]
    sums = {row["label"]: row["values_sha256"] for row in one.document["runs"] if not row["reason"]}
    assert stored(one) == stored(two) == sums
    kept = [read_tree(outcome.store)["/table"].to_dataset() for outcome in (one, two)]
    assert tables.table_checksum(kept[0]) == one.document["values_sha256"]
    xr.testing.assert_identical(*(found.drop_vars("seconds") for found in kept))


# --- what a sweep leaves --------------------------------------------------------------------------


def test_the_table_has_the_fields_as_dimensions(serial):
    """Numbers and verdicts by seed, rate and check; each label leads to its run."""
    found = read_tree(serial.store)["/table"].to_dataset()
    assert found.found.dims == ("seed", "rate", "check")
    assert found.seed.values.tolist() == [0, 1, 2]
    assert found.rate.values.tolist() == [0.5, 0.9]
    np.testing.assert_array_equal(found.found.sel(check="W2", rate=0.5), [0, 1, 2])
    assert np.isnan(found.found.sel(check="W3")).all()
    assert set(found.verdict.sel(check="W3").values.ravel()) == {"not run"}
    assert (found.seconds >= 0).all()
    assert found.seconds.attrs["units"] == "s"
    assert (found.found.sel(check="W1") > 0).all()  # there are last bits to compare
    for seed, rate in itertools.product(*GRID.values()):
        label = found.label.sel(seed=seed, rate=rate).item()
        config = json.loads(read_tree(serial.store)[f"/runs/{label}"].attrs["config"])
        assert (config["seed"], config["rate"]) == (seed, rate)


def test_a_run_of_a_sweep_is_the_run_alone(serial, tmp_path):
    """The same tree, but for when and where it was found."""
    alone = run(WalkExperiment(), Config(seed=2, rate=0.9), out=tmp_path, program=PROGRAM).tree
    assert values_checksum(alone) == serial.document["runs"][-1]["values_sha256"]
    assert values_checksum(alone) == values_checksum(read_tree(serial.store)["/runs/5"])


def test_the_document_says_what_the_store_says(serial):
    """Rows in the order of the product, with their checks; totals; where it comes from."""
    said = json.loads(serial.store.with_suffix(".json").read_text())
    assert said == serial.document
    assert said["schema"] == "modewise-sweep-1"
    assert said["sweep"] == GRID
    assert [tuple(row["at"].values()) for row in said["runs"]] == [
        *itertools.product(*GRID.values())
    ]
    assert said["totals"] == {
        "runs": 6,
        "without_result": 0,
        "exit_codes": {"0": 6},
        "verdicts": {"fails": 0, "inconclusive": 0, "holds": 12, "not run": 6},
    }
    assert [row["checks"][1]["found"] for row in said["runs"]] == [0, 0, 1, 1, 2, 2]
    assert said["base"]["sizes"] == [40, 3]
    root = read_tree(serial.store)
    assert json.loads(root.attrs["totals"]) == said["totals"]
    assert root.attrs["values_sha256"] == said["values_sha256"]
    assert "seed" not in said["provenance"]
    assert {path.name for path in serial.store.parent.iterdir()} == {
        "walk_sweep.nc",
        "walk_sweep.json",
        ".walk",
    }


def test_shapes_and_kinds_may_differ_from_run_to_run(sweep):
    """Tuples and None become labels as their JSON text, truth values stay such."""
    values = {"sizes": [(4, 2), (5, 3)], "average": [None, 2], "grey": [False, True]}
    outcome = sweep(values)
    found = read_tree(outcome.store)["/table"].to_dataset()
    assert found.coords["sizes"].values.tolist() == ["[4, 2]", "[5, 3]"]
    assert found.coords["average"].values.tolist() == ["null", "2"]
    assert found.coords["grey"].values.tolist() == [False, True]
    shapes = [
        node["ladders/walk"].sizes["mode"]
        for node in read_tree(outcome.store)["/runs"].children.values()
    ]
    assert shapes == [4] * 4 + [5] * 4


def test_any_bit_of_a_result_shows(serial, tmp_path):
    """Another last bit, another seed: another checksum; another time or place: the same."""
    tree = read_tree(serial.store)["/runs/0"]
    before = values_checksum(tree)
    tree.attrs["provenance"] = "{}"
    assert values_checksum(tree) == before
    value = tree["ladders/walk"]["value"]
    value.values[0, 0, 0] = np.nextafter(value.values[0, 0, 0], 9)
    assert values_checksum(tree) != before
    other = run_sweep(WalkExperiment(), GRID | {"seed": [0, 1, 3]}, out=tmp_path)
    assert other.document["values_sha256"] != serial.document["values_sha256"]


# --- the same on processes and on dask ------------------------------------------------------------


def test_processes_find_the_same(call, serial):
    """Two processes, asked for on the command line: no bit differs; Zarr holds the same as netCDF."""
    entries = [f"{name}={','.join(map(str, values))}" for name, values in GRID.items()]
    code, out, err = call("--sweep", *entries, "--workers", "2", "--store", "zarr")
    assert (code, err) == (0, "")
    assert "6 runs: 3 seed x 2 rate; on 2 processes\n1/6  seed=" in out
    assert "\n6/6  seed=" in out
    assert f"values sha256 {serial.document['values_sha256']}" in out
    said = json.loads(Path("results/walk_sweep.json").read_text())
    found = read_tree(Path("results/walk_sweep.zarr"))["/table"].to_dataset()
    assert_same(SweepOutcome(said, found, Path("results/walk_sweep.zarr"), ""), serial)
    assert MEASURED == []


def test_dask_finds_the_same(sweep, serial, cluster):
    """Two workers of a scheduler: no bit differs."""
    notes, told = [], []
    outcome = sweep(
        GRID,
        scheduler=cluster.scheduler_address,
        announce=notes.extend,
        ended=lambda row, done, total: told.append((done, total)),
    )
    assert told == [(done, 6) for done in range(1, 7)]
    assert_same(outcome, serial)
    assert MEASURED == []
    assert notes == [f"6 runs: 3 seed x 2 rate; on the workers of {cluster.scheduler_address}"]


def test_workers_read_relative_paths_where_the_sweep_was_started(
    sweep, cluster, tmp_path, monkeypatch
):
    """Wherever a worker was started itself."""
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").write_text("something")
    outcome = sweep({"dataset": ["mine.txt"]}, scheduler=cluster.scheduler_address)
    assert outcome.document["exit_code"] == 0
    provenance = json.loads(read_tree(outcome.store)["/runs/0"].attrs["provenance"])
    assert provenance["data"] == "something"


def test_a_run_computes_in_one_thread(sweep):
    """And leaves the number of threads as it was."""
    seen, before = [], torch.get_num_threads()
    HOOKS.append(lambda config: seen.append(torch.get_num_threads()))
    torch.set_num_threads(2)
    try:
        sweep({"seed": [0, 1]})
        assert (seen, torch.get_num_threads()) == ([1, 1], 2)
    finally:
        torch.set_num_threads(before)


def test_a_process_runs_one_job_at_a_time(tmp_path):
    """A worker may have several threads; the libraries for files and figures may not."""
    inside, most = [], []

    def look(config):
        inside.append(config)
        most.append(len(inside))
        threading.Event().wait(0.05)
        inside.remove(config)

    HOOKS.append(look)
    asked = [job(tmp_path, seed=seed % 3, rate=1 / (1 + seed)) for seed in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        endings = list(pool.map(jobs.perform, asked))
    assert [ending.code for ending in endings] == [0] * 4
    assert most == [1] * 4


def test_threads_of_a_worker_read_relative_paths_where_the_sweep_was_started(tmp_path, monkeypatch):
    """All threads of a process are in one folder: each job goes there and back alone."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    asker, worker = tmp_path / "asker", tmp_path / "worker"
    for folder in (asker, worker):
        folder.mkdir()
    monkeypatch.chdir(asker)
    Path("mine.txt").write_text("something")
    asked = [job(tmp_path / "out", seed=seed, dataset="mine.txt") for seed in (0, 1)]
    monkeypatch.chdir(worker)
    seen = []

    def look(config):
        threading.Event().wait(0.2)  # the other thread has begun by then
        seen.append(Path.cwd())

    HOOKS.append(look)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(jobs.perform_elsewhere, asked))
    assert [ending.reason for ending in endings] == ["", ""]
    assert seen == [asker, asker]
    assert Path.cwd() == worker


def test_two_processes_do_not_work_on_one_run(tmp_path):
    """A client that has gone away leaves its runs at work: who comes next waits for them."""
    asked = job(tmp_path)
    folder = tmp_path / ".walk"
    folder.mkdir()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with filelock.FileLock(folder / f"{config_hash(asked.config)}.lock"):
            ending = pool.submit(jobs.perform, asked)
            with pytest.raises(TimeoutError):
                ending.result(timeout=0.5)
            assert MEASURED == []
        assert ending.result().code == 0


def test_a_folder_that_a_worker_cannot_make_is_named(tmp_path):
    """It may be on another machine; the run has no result, and says why."""
    (tmp_path / "out").write_text("")
    ending = jobs.perform(job(tmp_path / "out"))
    assert ending.code == 2
    assert "cannot be made where the run takes place" in ending.reason


def job(out, **changes):
    code = provenance.code_fingerprint(WalkExperiment)
    config = Config(**{k: v for k, v in changes.items() if k != "code"})
    return jobs.Job(
        "0", changes, WalkExperiment(), config, out, Path.cwd(), False, "", "", changes.get("code", code)
    )  # fmt: skip


def test_a_worker_with_other_code_runs_nothing(tmp_path, monkeypatch):
    """Its values would be those of another program."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    ending = jobs.perform_elsewhere(job(tmp_path, code="another"))
    assert (ending.code, ending.tree, MEASURED) == (2, None, [])
    assert "install the same everywhere" in ending.reason


# --- what goes on, and what is run again ----------------------------------------------------------


def interrupt_at(count):
    def hook(config):
        if len(MEASURED) == count:
            raise KeyboardInterrupt

    return hook


def test_an_interrupted_sweep_goes_on(sweep, serial, tmp_path):
    """Two runs have finished: they are not run again; the third goes on; the end is the same."""
    HOOKS.append(interrupt_at(3))
    with pytest.raises(KeyboardInterrupt):
        sweep(GRID)
    assert not (tmp_path / "walk_sweep.nc").exists()
    HOOKS.clear()
    MEASURED.clear()
    notes, order = [], []
    outcome = sweep(
        GRID, announce=notes.extend, ended=lambda row, done, total: order.append(row["label"])
    )
    assert_same(outcome, serial)
    assert MEASURED == [1, 1, 2, 2]
    assert "2 of 6 runs have finished; --fresh starts over" in notes[-1]
    assert order == list("012345")
    assert outcome.document["provenance"]["resumed"] is True
    resumed = [
        json.loads(node.attrs["provenance"])["resumed"]
        for node in read_tree(outcome.store)["/runs"].children.values()
    ]
    assert resumed == [False, False, True, False, False, False]
    assert not (tmp_path / ".walk_sweep").exists()


def test_what_processes_have_begun_ends_in_this_one(sweep, serial):
    """Interrupted after its first run, it leaves no process; the same sweep goes on without any."""
    before = set(multiprocessing.active_children())

    def interrupt(row, done, total):
        assert set(multiprocessing.active_children()) > before
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(GRID, workers=2, ended=interrupt)
    assert set(multiprocessing.active_children()) == before
    outcome = sweep(GRID)
    assert len(MEASURED) == 5
    assert_same(outcome, serial)


def test_fresh_starts_all_runs_over(sweep, serial):
    """Kept results and half a run are left behind."""
    HOOKS.append(interrupt_at(3))
    with pytest.raises(KeyboardInterrupt):
        sweep(GRID)
    HOOKS.clear()
    MEASURED.clear()
    outcome = sweep(GRID, fresh=True)
    assert MEASURED == [0, 0, 1, 1, 2, 2]
    assert outcome.document["provenance"]["resumed"] is False
    assert_same(outcome, serial)


def test_a_finished_sweep_is_started_over(sweep):
    """As a finished run is: nothing is reported again as if it had been run."""
    sweep({"seed": [0, 1]})
    MEASURED.clear()
    sweep({"seed": [0, 1]})
    assert MEASURED == [0, 1]


def test_results_of_other_code_are_not_taken_up(sweep, tmp_path, monkeypatch):
    """Half a sweep of one program and half of another is refused; --fresh starts over."""
    HOOKS.append(interrupt_at(3))
    with pytest.raises(KeyboardInterrupt):
        sweep(GRID)
    HOOKS.clear()
    MEASURED.clear()
    monkeypatch.setattr("validation.provenance.code_fingerprint", lambda experiment: "another")
    with pytest.raises(ArgumentError, match="other code; start over with --fresh"):
        sweep(GRID)
    assert MEASURED == []
    assert sweep(GRID, fresh=True).document["exit_code"] == 0


def test_another_sweep_in_the_same_folder_is_another(sweep):
    """What one has kept is not the other's."""
    HOOKS.append(interrupt_at(3))
    with pytest.raises(KeyboardInterrupt):
        sweep(GRID)
    HOOKS.clear()
    MEASURED.clear()
    notes = []
    sweep({"seed": [0, 1]}, announce=notes.extend)
    assert MEASURED == [0, 1]
    assert len(notes) == 1


DIVERGED = "--rate: got 0.5; is too large; take less"
FAULT = "a fault of Modewise, not yours: ZeroDivisionError: one over nothing"


def test_a_run_without_a_result_is_listed_and_the_others_go_on(sweep):
    """Divergence and faults of ours: their lines, in table and document; no group in the store."""
    outcome = sweep(FAILING)
    rows = outcome.document["runs"]
    assert [row["reason"] for row in rows] == ["", "", DIVERGED, DIVERGED, FAULT, FAULT]
    assert [row["exit_code"] for row in rows] == [0, 0, 2, 2, 70, 70]
    assert outcome.document["exit_code"] == 2
    assert outcome.document["totals"]["without_result"] == 4
    assert outcome.tracebacks.count("Traceback (most recent call last)") == 2
    assert "trouble=fault seed=1\n" in outcome.tracebacks
    found = read_tree(outcome.store)
    assert list(found["/runs"].children) == ["0", "1"]
    assert found["/table"].found.isnull().sum() == 4 * 3 + 2
    assert set(found["/table"].verdict.values[1:].ravel()) == {""}
    assert found["/table"].reason.values[1].tolist() == [DIVERGED] * 2


def test_what_has_no_result_is_tried_again(sweep):
    """An interrupted sweep keeps results, not failures."""
    HOOKS.append(interrupt_at(4))
    with pytest.raises(KeyboardInterrupt):
        sweep(FAILING)
    HOOKS.clear()
    MEASURED.clear()
    assert sweep(FAILING).document["totals"]["without_result"] == 4
    assert MEASURED == [1, 0, 1, 0]


# --- processes that die ---------------------------------------------------------------------------


def found_by_seed(outcome):
    """Return what the two checks of a sweep without trouble found."""
    return outcome.table.found.squeeze("trouble", drop=True).sel(check=["W1", "W2"])


def test_a_process_that_dies_does_not_take_the_sweep_along(sweep, serial):
    """Killed in its midst, a run is run again, on a new process; all endings come home."""
    outcome = sweep({"trouble": ["dies once", "diverges", "fault", ""]}, workers=2)
    assert [row["reason"] for row in outcome.document["runs"]] == ["", DIVERGED, FAULT, ""]
    assert [row["exit_code"] for row in outcome.document["runs"]] == [0, 2, 70, 0]
    expected = serial.table.found.sel(seed=0, rate=0.5)
    for trouble in ("dies once", ""):
        np.testing.assert_array_equal(outcome.table.found.sel(trouble=trouble), expected)
    assert outcome.tracebacks.count("Traceback (most recent call last)") == 1
    assert "_trouble" in outcome.tracebacks  # the line of the process where it happened


def test_dask_runs_again_what_a_killed_worker_had(sweep, serial, cluster):
    """Workers are killed in the midst of their first run; no value is lost or changed."""
    outcome = sweep(
        {"seed": [0, 1, 2], "trouble": ["dies once"]}, scheduler=cluster.scheduler_address
    )
    assert outcome.document["exit_code"] == 0
    expected = serial.table.found.sel(rate=0.5, check=["W1", "W2"])
    np.testing.assert_array_equal(found_by_seed(outcome), expected)


def test_a_run_that_always_kills_its_process_is_given_up(sweep):
    """After three deaths, with a line; the other run ends well."""
    outcome = sweep({"trouble": ["dies", ""]}, workers=2)
    lost, well = outcome.document["runs"]
    assert lost["reason"] == (
        "the process that ran it died 3 times; give it more memory, or run it alone"
    )
    assert (lost["exit_code"], well["exit_code"]) == (70, 0)
    assert outcome.document["exit_code"] == 70
    assert outcome.tracebacks == ""


def test_dask_gives_up_a_run_that_always_kills_its_worker(sweep):
    """It alone, with a line: not those that a scheduler gives up with it, as they were sent to one worker."""
    with local_cluster(1, allowed_failures=0) as strict:
        outcome = sweep({"trouble": ["dies", "", "fault"]}, scheduler=strict.scheduler_address)
    lost, *others = outcome.document["runs"]
    assert lost["reason"].startswith("the process that ran it died once; ")
    assert [row["reason"] for row in others] == ["", FAULT]
    assert [row["exit_code"] for row in outcome.document["runs"]] == [70, 0, 70]


class Cosines(LinearCNNExperiment):
    """Learning of pure cosines, without the verifications that are the same in every run."""

    def verifications(self):
        """None."""
        return {}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("runs", [8, pytest.param(24, marks=pytest.mark.study)])
def test_runs_on_dask_survive_a_killed_worker_and_equal_the_serial_ones(tmp_path, cluster, runs):
    """A worker is killed while it trains; its run is run again; no bit of the results differs."""
    base = Cosines.config_type(dataset="pure_cosines", trials=1, updates=200, preset="quick")
    values = {
        "seed": list(range(runs // 4)),
        "learning_rate": [5e-4, 1e-3],
        "init": ["balanced", "random"],
    }
    killed = []

    def kill(row, done, total):
        for worker in cluster.scheduler.workers.values() if done == runs // 3 else ():
            if worker.processing and not killed:
                (pid,) = [
                    n.pid for n in cluster.workers.values() if n.worker_address == worker.address
                ]
                killed.append((done, total, [task.key for task in worker.processing]))
                os.kill(pid, signal.SIGKILL)

    swept = functools.partial(run_sweep, Cosines(), values, base=base)
    outcome = swept(out=tmp_path / "dask", scheduler=cluster.scheduler_address, ended=kill)
    assert [entry[:2] for entry in killed] == [(runs // 3, runs)]
    assert killed[0][2], "it was at work"
    alone = swept(out=tmp_path / "serial")
    assert_same(outcome, alone)
    assert len(stored(outcome)) == runs
    assert outcome.document["totals"] == alone.document["totals"]
    assert len({row["values_sha256"] for row in alone.document["runs"]}) == runs


# --- the command line -----------------------------------------------------------------------------


def test_the_command_prints_a_line_a_run_and_a_table(call, tmp_path):
    """Coordinates, verdicts, the check that is nearest to its bar; the files."""
    code, out, err = call("--sweep", "seed=1,3", "--sweep", "rate=0.5", "--preset", "quick")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert "2 runs: 2 seed x 1 rate; in this process" in lines
    assert any(line.startswith("1/2  seed=1 rate=0.5: 2 holds, 1 not run (") for line in lines)
    assert any(
        line.startswith("2/2  seed=3 rate=0.5: 1 fails, 1 holds, 1 not run (") for line in lines
    )
    assert "W2 holds: 1, asked <= 2" in out
    assert "W2 fails: 3, asked <= 2" in out
    assert "checks: 1 fails, 3 holds, 2 not run" in lines
    for file in ("walk_sweep.nc", "walk_sweep.json"):
        assert f"wrote results/{file}" in lines
        assert (tmp_path / "results" / file).is_file()


def test_the_other_options_hold_for_all_runs(call, tmp_path):
    """With --json the document is all that is printed, and it is the file's."""
    code, out, err = call("--sweep", "seed=0,1", "--rate", "0.9", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert [row["config"]["rate"] for row in said["runs"]] == [0.9, 0.9]
    assert said == json.loads((tmp_path / "results" / "walk_sweep.json").read_text())
    assert said["provenance"]["command"].endswith("--sweep seed=0,1 --rate 0.9 --json")


def test_quiet_prints_nothing(call):
    """Files are written all the same."""
    assert call("--sweep", "seed=0", "--quiet") == (0, "", "")
    assert Path("results/walk_sweep.nc").is_file()


def test_130_says_how_to_go_on(call):
    """The same command; it does."""
    HOOKS.append(interrupt_at(2))
    code, _, err = call("--sweep", "seed=0,1,2", "--fresh")
    assert code == 130
    assert len(err.splitlines()) == 1
    assert err.strip().endswith("--sweep seed=0,1,2")
    HOOKS.clear()
    MEASURED.clear()
    assert call("--sweep", "seed=0,1,2", "--quiet")[0] == 0
    assert MEASURED == [1, 2]


def test_tracebacks_are_in_a_file(call, tmp_path, monkeypatch):
    """One line on standard error; table and document name the runs."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    code, out, err = call("--sweep", "trouble=,fault", "seed=0,1")
    assert code == 70
    (file,) = folder.iterdir()
    assert len(err.splitlines()) == 1
    assert err.strip().endswith(str(file))
    assert file.read_text().count("ZeroDivisionError: one over nothing") == 2
    assert "no result: a fault of Modewise" in out


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((0, 0), 0), ((0, 3), 3), ((3, 1), 1), ((1, 70), 70), ((70, 2, 0), 2)],
)
def test_the_exit_code_is_the_first_that_applies(codes, expected):
    """Bad input, our own fault, a check that fails, one that is inconclusive."""
    assert tables.exit_code([{"exit_code": code} for code in codes]) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("rate=0.5,-1e-3", [0.5, -1e-3]),
        ("rate=1", [1.0]),
        ("average=None,2", [None, 2]),
        ("grey=True,False", [True, False]),
        ("sizes=4 2,5 3", [(4, 2), (5, 3)]),
        ('dataset=a b.npz,"c,d.npz",13..21', ["a b.npz", "c,d.npz", "13..21"]),
        ("preset=quick,standard", ["quick", "standard"]),
    ],
)
def test_values_are_read_as_options_are(entry, expected):
    """Numbers, None, truth values, several numbers, text with blanks and commas, choices."""
    values = cli.sweep_values(WalkExperiment(), Config(), [entry], ["--sweep", entry])
    (found,) = values.values()
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]
    assert [getattr(config, *values) for _, config in grid(Config(), values)] == expected


REFUSED = {
    "no name": (["--sweep", "0,1"], "--sweep", "must be NAME=V1,V2 with a NAME of rate, sizes"),
    "unknown name": (["--sweep", "sead=0,1"], "sead=0,1", "seed"),
    "no value": (["--sweep", "seed="], "seed=[]", "must have values, all different"),
    "an empty value": (["--sweep", "seed=0,"], "seed=0,", "--seed"),
    "no number": (["--sweep", "seed=0", "rate=slow"], "rate=slow", "could not convert"),
    "no choice": (["--sweep", "preset=quik"], "preset=quik", "'quick', 'standard'"),
    "a value twice": (["--sweep", "seed=1,01"], "seed=[1, 1]", "all different"),
    "a name twice": (["--sweep", "seed=1", "seed=2"], "seed=2", "given a second time"),
    "an option and a sweep": (["--sweep", "seed=1", "--seed=4"], "seed=1", "a second time"),
    "nothing": (["--sweep"], "sweep", "must name a field"),
    "a configuration": (["--sweep", "rate=1,-1"], "rate=-1.0: --rate: got -1.0", "take 0.5"),
    "workers": (["--sweep", "seed=1", "--workers", "0"], "--workers", "at least 1"),
    "workers and scheduler": (
        ["--sweep", "seed=1", "--workers", "2", "--scheduler", "tcp://x:1"],
        "--workers",
        "this machine",
    ),
    "a scheduler that is not there": (
        ["--sweep", "seed=1", "--scheduler", "tcp://127.0.0.1:9"],
        "tcp://127.0.0.1:9",
        "no dask scheduler answers there",
    ),
    "no address": (
        ["--sweep", "seed=1", "--scheduler", "nonsense://x"],
        "nonsense://x",
        "no dask scheduler answers there",
    ),
    "a format": (["--sweep", "seed=1", "--store", "csv"], "--store", "'netcdf', 'zarr'"),
    "workers without a sweep": (["--workers", "2"], "--workers", "is an option of --sweep"),
    "a scheduler without a sweep": (["--scheduler", "x"], "--scheduler", "an option of --sweep"),
    "a format without a sweep": (["--store", "zarr"], "--store", "is an option of --sweep"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_swept_is_refused(what, tmp_path, capsys, monkeypatch):
    """Exit code 2, one line that names the entry, nothing written, nothing run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "SECONDS_TO_CONNECT", 1)
    arguments, *named = REFUSED[what]
    line = refusal(WalkExperiment, tmp_path, capsys, *arguments)
    for part in named:
        assert part in line
    assert MEASURED == []


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [(["--scheduler", "tcp://127.0.0.1:9"], "--scheduler"), (["--store", "zarr"], "store")],
)
def test_a_missing_extra_is_named(arguments, argument, tmp_path, capsys, monkeypatch):
    """With the command that installs it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    line = refusal(WalkExperiment, tmp_path, capsys, "--sweep", "seed=1", *arguments)
    assert line.startswith(argument)
    assert "needs the extra scale; pip install 'modewise[scale]'" in line


def test_an_experiment_that_others_cannot_import_stays_here(tmp_path):
    """Refused for processes, run in this one."""

    class Hidden(WalkExperiment):
        pass

    with pytest.raises(
        ArgumentError, match="cannot import it; put the class into a module of its own"
    ):
        run_sweep(Hidden(), GRID, out=tmp_path, workers=2)
    assert list(tmp_path.iterdir()) == []
    assert run_sweep(Hidden(), {"seed": [1]}, out=tmp_path).document["exit_code"] == 0


def test_a_field_that_is_a_column_is_refused():
    """Its values could not be told from the table's own."""

    @dataclasses.dataclass(frozen=True)
    class Odd:
        seconds: float = 1.0

    with pytest.raises(ArgumentError, match="seconds; is the name of a column"):
        grid(Odd(), {"seconds": [1.0]})


def test_sweeping_loads_nothing_heavy_before_it_runs():
    """Command line and sweeps are at hand without NumPy, torch and dask."""
    code = "import sys, validation.cli, validation.sweeps.terminal; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "torch", "xarray", "dask", "distributed", "zarr", "sympy", "rich"}
    assert heavy & set(ended.stdout.split()) == set()


@pytest.mark.parametrize("module", [jobs, tables])
def test_examples(module):
    """What a docstring shows is so."""
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


# --- stores ---------------------------------------------------------------------------------------


def odd_values():
    """Every kind of value that a result holds, and those that formats lose."""
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"provenance": '{"seed": 0}', "version": 1, "scale": 0.1}),
            "/values": xr.Dataset(
                {
                    "negative_zeros": ("time", np.full(7, -0.0)),
                    "zeros": ("time", np.zeros(7, int)),
                    "nothing": ("time", np.full(7, np.nan)),
                    "odd": (
                        "time",
                        [0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, np.nextafter(1, 2)],
                    ),
                    "spectrum": ("mode", [1 + 2j, complex(np.nan, -0.0), -0.0 - 3j]),
                    "text": ("mode", ["one", "zwölf", ""]),
                    "seen": ("mode", [True, False, True], {"units": "1"}),
                    "single": ("mode", np.float32([0, 1, 2])),
                    "one": 2.0,
                    "empty": ("frame", np.zeros(0)),
                },
                {"mode": [1, 2, 3]},
            ),
            "/values/nothing_below": xr.Dataset(),
        }
    )


@pytest.mark.parametrize("suffix", ["nc", "zarr"])
def test_a_store_comes_back_identical(tmp_path, suffix):
    """Bit for bit, whatever the format; a second writing replaces the first."""
    tree = odd_values()
    other = xr.DataTree(xr.Dataset({"x": 1.0}))
    path = write_trees(tmp_path / f"all.{suffix}", [("/runs/0", other), ("/runs/1", tree)])
    assert checksum(read_tree(path)["/runs/1"].copy()) == checksum(tree)
    assert checksum(read_tree(path)["/runs/0"].copy()) == checksum(other)
    write_trees(path, [("/", tree)])
    assert checksum(read_tree(path)) == checksum(tree)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["nc", "zarr"])
def test_a_store_that_cannot_be_finished_leaves_the_old_one(tmp_path, suffix):
    """An error half-way: the old values, no remains."""
    tree = odd_values()
    path = write_trees(tmp_path / f"all.{suffix}", [("/", tree)])

    def half():
        yield "/a", tree
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        write_trees(path, half())
    assert checksum(read_tree(path)) == checksum(tree)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [None, "file", "folder"])
def test_refuses_what_is_no_zarr_store(tmp_path, content):
    """A missing, foreign or empty one: an error that names it."""
    path = tmp_path / "all.zarr"
    if content == "file":
        path.write_text("")
    elif content == "folder":
        path.mkdir()
    with pytest.raises(ArgumentError, match=r"file: got .*all.zarr; cannot be read: .*; write it"):
        read_tree(path)


def test_refuses_a_folder_that_is_a_file(tmp_path):
    """As the other writers do."""
    (tmp_path / "out").write_text("")
    with pytest.raises(ArgumentError, match=r"all\.zarr; cannot be written \(.*\); choose another"):
        write_trees(tmp_path / "out" / "all.zarr", [("/", odd_values())])
