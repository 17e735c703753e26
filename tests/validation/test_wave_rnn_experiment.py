"""The experiment `wave_rnn` from command to files: forecast before the networks, ladders, rows, tables."""

import dataclasses
import functools
import json
import os

import numpy as np
import pytest
from command_line import KEYS, Page
from wave_rnn_runs import Run, plain

from numerics.files import checksum, read_tree
from numerics.wave_rnn.segments.segment_set import ArraySet
from validation import cli, results
from validation.sweeps import values_checksum
from validation.wave_rnn import Config, case, figures, findings, modes, setting
from validation.wave_rnn.check_table import CHECKS, SMALL, STORED
from validation.wave_rnn.modes import LAWS, NETWORK
from validation.wave_rnn.reach import CHANNELS, SCALARS
from validation.wave_rnn.setting import AFTER, START

pytestmark = pytest.mark.slow  # whole runs

SHORT = "--updates 20 --images 64 --seeds 1 --processes 1"
VERIFIED = {check.id for check in CHECKS if check.kind == "verification"}
OF_ORDER = {check.id for check in CHECKS if check.preset == "standard"}
OF_STORE = {check.id for check in CHECKS if check.given == STORED}
OF_ALL = {check.id for check in CHECKS} - VERIFIED - OF_ORDER - OF_STORE  # asked of every image set
OF_WAVES = {"W26", "W26b", "W27", "W28", "W28b", "W29", "WN1"}
LINEAR, CNN = "nwm linear", "cnn 2"
FIGURE = "ladders"  # the one that is drawn


@pytest.fixture(autouse=True)
def _plain():
    with plain():
        yield


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A wave network and a CNN, twenty updates each; one figure, and all else that is written."""
    with pytest.MonkeyPatch.context() as patch:
        drawn = tuple(row for row in figures.FIGURES if row[0] == FIGURE)
        patch.setattr(figures, "FIGURES", drawn)
        return Run(tmp_path_factory.mktemp("small"), f"{SHORT} --readout linear")


@pytest.fixture(scope="module")
def shortly(tmp_path_factory):
    """Run with options, once for all tests of this module."""

    @functools.cache
    def run(options):
        with plain():
            return Run(tmp_path_factory.mktemp("run"), options)

    return run


def group(run, name):
    return results.dataset(run.tree, name)


def titles(run):
    return [table["title"] for table in run.said["tables"]]


def same_values(one, other):
    """All that was found, bit for bit, whatever the options were."""
    return all(
        checksum(one.tree[name]) == checksum(other.tree[name])
        for name in ("/setup", "/forecast", "/ladders", "/observed")
    )


# --- a run ----------------------------------------------------------------------------------------


def test_the_run(small):
    """Of networks that hardly learn all that is asked of waves holds; rows in their order; code 0."""
    assert small.code == 0, small.printed
    assert [row["id"] for row in small.said["checks"]] == [check.id for check in CHECKS]
    assert small.with_verdict("holds") == VERIFIED | OF_ALL
    assert small.with_verdict("not run") == OF_ORDER | OF_STORE
    assert small.warned == []


def test_the_document(small):
    """The keys that other programs read; the same object as in the tree."""
    assert small.said["experiment"] == "wave_rnn"
    assert small.said["case"] == SMALL
    assert small.said["config"]["images"] == 64
    for name, keys in KEYS.items():
        part = small.said if not name else small.said[name]
        for entry in part if isinstance(part, list) else [part]:
            assert keys <= set(entry), name
    rows = json.loads(small.tree["/checks"].attrs["rows"])
    assert [row["found"] for row in rows] == [row["found"] for row in small.said["checks"]]


def test_what_is_written(small):
    """Tree, document, page, the figure twice; all named, all there; nothing is left half."""
    names = {path.name for path in small.out.iterdir()} - {".wave_rnn"}
    expected = {f"wave_rnn{ending}" for ending in (".nc", ".json", ".html")}
    expected |= {f"wave_rnn_{FIGURE}.png", f"wave_rnn_{FIGURE}.svg"}
    assert names - expected <= {"wave_rnn.gif"}
    assert expected <= names
    assert {path.rsplit("/", 1)[-1] for path in small.said["files"]} == names
    page = Page((small.out / "wave_rnn.html").read_text())
    assert not page.open
    assert not [ref for _, ref in page.references if ref.startswith(("http", "//"))]


def test_what_the_setup_tells(small):
    """Shares, kernels before and after, losses over the updates; networks, protocol and sums as JSON."""
    setup = group(small, "setup")
    assert setup["kernel"].dims == (
        "seed",
        "wave_network",
        "hidden",
        "from_hidden",
        "tap_y",
        "tap_x",
    )
    laplacian = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    start = setup["start_kernel"].isel(seed=0, wave_network=0)
    np.testing.assert_array_equal(start, np.eye(2)[:, :, None, None] * laplacian)
    assert float(abs(setup["kernel"] - setup["start_kernel"]).max()) > 1e-4, "it was trained"
    assert setup["update"].values.tolist() == [0, 5, 10, 15, 20]
    assert bool(np.isfinite(setup["loss"]).all())
    assert float(setup["share"].sum()) == pytest.approx(1, abs=1e-12)
    attrs = {name: json.loads(setup.attrs[name]) for name in ("architectures", "protocol")}
    assert set(attrs["architectures"]) == {LINEAR, CNN}
    assert attrs["protocol"]["updates"] == 20
    assert set(json.loads(setup.attrs["images_sha256"])) == {"train", "validation"}
    assert set(json.loads(setup.attrs["weights_sha256"])) == {f"{LINEAR}, 0", f"{CNN}, 0"}


def test_the_forecast(small):
    """Scalars and channels of each wave network at both stages; the mode's rungs, but no network."""
    said = read_tree(small.said["forecast"]["file"])
    waves = said["/predicted/waves"].to_dataset()
    assert set(SCALARS) | set(CHANNELS) <= set(waves)
    assert waves["stage"].values.tolist() == [START, AFTER]
    assert waves["wave_network"].values.tolist() == [LINEAR]
    at_start = waves.isel(seed=0, wave_network=0).sel(stage=START)
    # omega = 2 x of 0 on most pixels, W = L: c = 1, T dt = 9.6; and the cone of T steps and encoder
    assert float(at_start["speed"]) == pytest.approx(1, abs=1e-9)
    assert float(at_start["travelled"]) == pytest.approx(9.6, abs=1e-9)
    assert float(at_start["largest_stiffness"]) <= 2
    for name in (modes.START, modes.TRAINED):
        rungs = said[f"/ladders/{name}"].to_dataset()["rung"].values.tolist()
        assert NETWORK not in rungs


def test_the_constant_predictor(small):
    """p_0 = .802, entropy .714: section 7.1; ln 3 for objects without their classes."""
    said = group(small, "forecast")
    share = group(small, "setup")["share"].values
    assert float(said["constant_loss"]) == pytest.approx(-(share * np.log(share)).sum(), rel=1e-12)
    assert float(said["constant_accuracy"]) == share[0] == pytest.approx(0.802, abs=5e-3)
    assert float(said["constant_loss"]) == pytest.approx(0.714, abs=5e-3)
    assert float(said["plateau_loss"]) == pytest.approx(np.log(3), abs=5e-3)
    assert (float(said["smallest_object"]), float(said["largest_object"])) == (8, 16)


def test_the_ladder_of_one_mode(small):
    """Section 3.11: space step .131, time step .047, tanh .040 of A; 1.0e-3 is left; it adds up."""
    ladder = results.ladder(small.tree, modes.START)
    left = {name: ladder.largest(name) for name in (modes.SPACE, modes.TIME, modes.TANH)}
    for name, row in (("W31", modes.SPACE), ("W31b", modes.TIME), ("W31c", modes.TANH)):
        predicted = float(abs(ladder.predictions[row].value / ladder.scale).max())
        expected = abs(left[row] / predicted - 1)
        assert small.rows[name]["found"] == pytest.approx(expected, rel=1e-9)
    assert small.rows["W31d"]["found"] == pytest.approx(1.0e-3, abs=1e-4)


def test_the_ladder_of_the_networks(small):
    """Every law is a rung, in its order; small waves are linear ones; the last rung is the network."""
    ladder = group(small, f"ladders/{modes.TRAINED}")
    rungs = [name for name, _, _ in LAWS] + [NETWORK]
    assert ladder["rung"].values.tolist() == rungs
    values = ladder["value"].isel(seed=0, wave_network=0).sel(amplitude="small")
    apart = abs(values.sel(rung=modes.STEP) - values.sel(rung=NETWORK)).max()
    assert float(apart / abs(values.sel(rung=NETWORK)).max()) < 1e-9


OF_TREE = {
    "W26": ("leak_states", "max"),
    "W26b": ("leak_logits", "max"),
    "W27": ("bound_ratio", "max"),
    "W28": ("warned_beyond", "min"),
    "W28b": ("warned_inside", "max"),
    "W29": ("small_wave_error", "max"),
}


@pytest.mark.parametrize("name", OF_TREE)
def test_numbers_of_the_rows(small, name):
    """What a row says is found again in the tree, worst over networks."""
    variable, worst = OF_TREE[name]
    found = getattr(group(small, "observed/waves")[variable], worst)()
    assert small.rows[name]["found"] == float(found)


def test_what_is_seen_of_the_waves(small):
    """A changed pixel is heard inside the cone of 16 steps and 4 px; states stay below 5."""
    seen = group(small, "observed/waves").isel(seed=0, wave_network=0)
    assert 4 < float(seen["reach"]) <= 20
    assert 0 < float(seen["largest_state"]) < 5
    assert 0 <= float(seen["saturation"]) <= 1
    assert 0 < float(seen["linear_error_early"]) < float(seen["linear_error"])
    assert 0 < float(seen["test_margin"]) < 4


def test_scores(small):
    """Both splits, every network; Acc/(2 - Acc) bounds the overlap; the objects' loss is above ln 3."""
    scores = group(small, "observed/scores")
    assert scores["split"].values.tolist() == ["validation", "test"]
    assert scores["network"].values.tolist() == [LINEAR, CNN]
    accuracy = scores["accuracy"]
    assert float(accuracy.min()) > 0.5
    assert bool((scores["overlap"] <= accuracy).all())
    assert bool((scores["foreground_overlap"] <= scores["foreground_accuracy"]).all())
    assert float(scores["foreground_loss"].min()) > 1


def test_every_row_has_something_that_finds_it(small):
    """By a function of the tree, or without data: each row once, none forgotten."""
    default = setting.setting_of(Config(readout=("linear",), seeds=3))
    found = set(findings.of_case(small.tree, default)) | VERIFIED
    assert found == {check.id for check in CHECKS}


def test_tables(small):
    """What was said and what was found; none of the paper's, whose sets are others."""
    assert "parameters" in titles(small)
    assert "training" in titles(small)
    assert "scores" in titles(small)
    assert not [title for title in titles(small) if title.startswith("Table")]
    (counts,) = (t for t in small.said["tables"] if t["title"] == "parameters")
    assert counts["rows"] == [[LINEAR, 4990, 4990], [CNN, 1936, 1936]]


def test_training_times(small):
    """CPU seconds of each training: shown with the tables, kept in the provenance, under no checksum."""
    (table,) = (t for t in small.said["tables"] if t["title"].startswith("training times"))
    assert table["columns"] == ["network", "seed 0", "all"]
    assert [row[0] for row in table["rows"]] == [LINEAR, CNN]
    assert all(0 < row[1] == row[2] < small.said["provenance"]["seconds"] for row in table["rows"])
    kept = json.loads(small.tree.attrs["provenance"])["tables"]
    assert kept == [table]
    assert "training times" in (small.out / "wave_rnn.html").read_text()


# --- the forecast before the measurement ----------------------------------------------------------


def test_the_forecast_is_sealed_before_networks_are_run(tmp_path, monkeypatch):
    """When the measurement begins the forecast is on disk with its sum, and no result is."""
    found = {}
    measure = case.measure

    def looked(*given):
        (store,) = (tmp_path / "results" / ".wave_rnn").iterdir()
        found["sealed"] = json.loads((store / "forecast.json").read_text())
        found["sum"] = checksum(read_tree(store / "forecast.nc"))
        found["results"] = list((tmp_path / "results").glob("wave_rnn*"))
        return measure(*given)

    monkeypatch.setattr(case, "measure", looked)
    run = Run(tmp_path, f"{SHORT} --model cnn")
    assert found["sealed"]["sha256"] == found["sum"] == run.said["forecast"]["sha256"]
    assert found["results"] == []


def poisoned(splits):
    """Test images of noise with other masks; all else as it was."""
    generator = np.random.default_rng(1)
    count, shape = len(splits.test), splits.test.shape
    images = generator.integers(0, 256, (count, *shape), dtype=np.uint8)
    masks = generator.integers(0, 4, (count, *shape[1:]), dtype=np.uint8)
    return dataclasses.replace(splits, test=ArraySet(images, masks, splits.test.classes))


def test_poisoned_test_images_leave_the_forecast(small, tmp_path, monkeypatch):
    """Images that only the measurement may see are others: the same forecast, other scores."""
    of = setting.material_of

    def other(config, **given):
        material = of(config, **given)
        return dataclasses.replace(
            material, splits=lambda folder: poisoned(material.splits(folder))
        )

    monkeypatch.setattr(setting, "material_of", other)
    run = Run(tmp_path, f"{SHORT} --readout linear")
    assert run.forecast() == small.forecast()
    here, there = (group(x, "observed/scores")["accuracy"] for x in (run, small))
    assert bool((here.sel(split="validation") == there.sel(split="validation")).all())
    assert bool((here.sel(split="test") < there.sel(split="test") - 0.2).all())


# --- the same values ------------------------------------------------------------------------------


def test_the_same_command_finds_the_same(small, tmp_path):
    """Bit for bit; the forecast's sum, too."""
    run = Run(tmp_path, f"{SHORT} --readout linear")
    assert same_values(run, small)
    assert run.forecast() == small.forecast()


def test_processes_find_the_same(small, tmp_path):
    """Two networks on two processes, and one after the other."""
    options = f"{SHORT} --readout linear".replace("--processes 1", "--processes 2")
    assert same_values(Run(tmp_path, options), small)


def test_a_sweep_over_seeds_finds_what_single_runs_find(shortly, tmp_path):
    """Each of its runs is that of the command with this seed, bit for bit."""
    options = f"{SHORT} --model cnn"
    with pytest.raises(SystemExit):
        cli.main(
            "wave_rnn", [*options.split(), "--sweep", "seed=0,1", "--out", str(tmp_path), "--quiet"]
        )
    said = json.loads((tmp_path / "wave_rnn_sweep.json").read_text())
    for seed, run in enumerate(said["runs"]):
        alone = shortly(f"{options} --seed {seed}").tree
        assert values_checksum(alone) == run["values_sha256"], seed


# --- other networks -------------------------------------------------------------------------------


def test_a_cnn_alone(shortly):
    """Nothing is said of waves, and their rows say why; the mode at the start needs no network."""
    run = shortly(f"{SHORT} --model cnn")
    assert run.with_verdict("fails") == set()
    assert run.with_verdict("holds") == OF_ALL - OF_WAVES
    for name in OF_WAVES:
        assert run.rows[name]["verdict"] == "not run"
        assert run.rows[name]["reason"] == "--model leaves wave networks out"
    assert "waves" not in run.tree["/observed"].children
    assert modes.TRAINED not in run.tree["/ladders"].children
    assert group(run, "observed/scores")["network"].values.tolist() == [CNN]


def test_a_conv_lstm_alone(shortly):
    """It has wavelengths and scores, but no laws: rows of waves are not run."""
    run = shortly(f"{SHORT} --model conv_lstm --readout last linear")
    assert run.with_verdict("fails") == set()
    assert run.with_verdict("not run") >= OF_WAVES
    lengths = group(run, "observed/wavelengths")
    assert lengths["wave_network"].values.tolist() == ["conv_lstm last", "conv_lstm linear"]
    # states that come to rest have no phase
    resolved = lengths["unresolved"] < 1
    assert bool((resolved == np.isfinite(lengths["median"])).all())
    assert run.warned == []


def test_networks_that_are_watched(shortly):
    """Wavelengths and losses at 0, 10 and 20 updates, as the training is judged."""
    run = shortly(f"{SHORT} --model nwm --readout linear --watch 10")
    watched = group(run, "observed/watched")
    assert watched["update"].values.tolist() == [0, 10, 20]
    assert group(run, "setup")["update"].values.tolist() == [0, 10, 20]
    assert bool((watched["median"] >= np.sqrt(2)).all())
    total = watched["histogram"].sum("value")
    np.testing.assert_allclose(total, 1, atol=2e-2)


def test_a_network_of_other_parts(shortly):
    """Kernels of 5 x 5, softplus, omega = x, nine steps, its maximum read; clipped, at half precision."""
    options = (
        f"{SHORT} --model nwm --readout max --radius 2 --damping softplus --stiffness identity"
    )
    run = shortly(f"{options} --steps 9 --clip 1 --release --mixed-precision --device auto")
    assert run.with_verdict("fails") == set()
    assert run.with_verdict("holds") == OF_ALL
    assert group(run, "setup")["kernel"].shape == (1, 1, 2, 2, 5, 5)
    waves = group(run, "forecast/waves").isel(seed=0, wave_network=0)
    assert float(waves["hard_range"].sel(stage=START)) == 2 * 9 + 4
    # softplus near ln 2: no damping is dead, and omega = x is as large as a piece is bright
    assert float(waves["dead_damping"].max()) == 0
    assert 0.35 <= float(waves["largest_stiffness"].sel(stage=START)) <= 1
    protocol = json.loads(group(run, "setup").attrs["protocol"])
    told = {name: protocol[name] for name in ("clip", "least_gain", "mixed_precision")}
    assert told == {"clip": 1.0, "least_gain": 1e-3, "mixed_precision": True}


def test_too_large_a_time_step_is_told(shortly):
    """With dt = 3 dt^2 omega + 2 alpha dt is above 4; omega, alpha and the largest stable step are named."""
    run = shortly(f"{SHORT} --model nwm --readout linear --time-step 3")
    waves = group(run, "forecast/waves").isel(seed=0, wave_network=0, stage=-1)
    assert float(waves["margin"]) >= 4
    (told,) = (note for note in run.said["notes"] if "unbounded" in note)
    assert told.startswith(f"{LINEAR}, seed 0: unbounded at {AFTER}, margin")
    for value in ("largest_stiffness", "largest_damping", "largest_stable_step"):
        assert f"{float(waves[value]):.3g}" in told
    assert float(waves["largest_stable_step"]) < 3
    assert run.warned == []
    assert "unbounded" in run.printed
    # what the recurrence is, and where it reaches, holds of unbounded networks, too
    assert run.with_verdict("fails") == set()
    assert {"W26", "W26b", "W29", "W31"} <= run.with_verdict("holds")
    assert "W27" in run.with_verdict("not run")


def test_bounded_networks_are_not_warned_of(small):
    """No note where the margin is below 4."""
    assert not [note for note in small.said["notes"] if "unbounded" in note]


def test_a_loss_that_leaves_the_finite_numbers(tmp_path, capsys):
    """One line: option, rate, update and what helps; no result."""
    options = (
        f"{SHORT} --model nwm --readout linear --steps 300 --schedule constant --learning-rate 1e3"
    )
    with pytest.raises(SystemExit) as stop:
        cli.main("wave_rnn", [*options.split(), "--out", str(tmp_path), "--quiet"])
    said = capsys.readouterr().err.strip()
    assert stop.value.code == 2, said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("--learning-rate: got 1000.0; the loss was ")
    assert " at update " in said
    assert "--clip 1" in said
    assert not list(tmp_path.glob("wave_rnn*"))


def test_a_time_step_that_is_too_large_for_numbers(tmp_path, capsys):
    """Nothing has been learnt yet: the option that is named is --time-step."""
    options = f"{SHORT} --model nwm --readout linear --steps 300 --time-step 3"
    with pytest.raises(SystemExit) as stop:
        cli.main("wave_rnn", [*options.split(), "--out", str(tmp_path), "--quiet"])
    said = capsys.readouterr().err.strip()
    assert stop.value.code == 2, said
    assert len(said.splitlines()) == 1, said
    assert said.startswith("--time-step: got 3.0; ")
    assert "choose a smaller time step" in said
    assert "--clip" not in said


# --- sets that are looked at before any training --------------------------------------------------


@pytest.fixture
def mnist_data():
    if "MODEWISE_DATA" not in os.environ:
        pytest.skip("MODEWISE_DATA is not set: no MNIST")


@pytest.mark.parametrize("dataset", ["tetrominoes", "polygons", "mnist", "multi_mnist"])
def test_untrained_networks(dataset, tmp_path, request):
    """Forecast, ladders and rows of waves; neither scores nor a training; the paper's tables are shown."""
    if "mnist" in dataset:
        request.getfixturevalue("mnist_data")
    shorter = " --steps 20" if dataset == "multi_mnist" else ""
    options = f"--dataset {dataset} --preset quick --readout linear --model nwm"
    run = Run(tmp_path, options + shorter)
    assert run.with_verdict("fails") == set()
    assert run.said["case"] == dataset
    expected = OF_ALL - ({"W26", "W26b", "WN1"} if dataset == "polygons" else set())
    assert run.with_verdict("holds") == expected
    assert "scores" not in run.tree["/observed"].children
    assert "loss" not in group(run, "setup")
    assert group(run, "forecast/waves")["stage"].values.tolist() == [START]
    shown = {title for title in titles(run) if title.startswith("Table")}
    assert bool(shown) == (dataset != "polygons")
