"""Forecasts without training, and runs made elsewhere: their verdicts, files and refusals."""

import functools
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import refusal, says

from numerics import linear_network
from numerics.images import digits, select_classes
from numerics.linear_cnn.network import LinearCNN
from numerics.linear_cnn.starts import random_start
from numerics.observer import EffectiveSingularValues
from numerics.singular_modes import samples_of
from numerics.training import record_grid
from validation import cli, results
from validation.experiment import Work, run
from validation.linear_cnn import LinearCNNExperiment
from validation.linear_cnn.forecast_only import longer_grid
from validation.linear_cnn.image_sets import ImageSet
from validation.linear_cnn.measured_run.judgement import (
    Comparison,
    Judgement,
    judgement,
    usual_factor,
)

pytestmark = pytest.mark.slow  # whole runs

CLASSES, RATE, SCALE, UPDATES = (0, 1, 2, 3, 4), 0.06, 1e-3, 3200
CPU = torch.device("cpu")
SEED = 1000  # none of the forecast's


class WithoutVerification(LinearCNNExperiment):
    """The experiment, without the rows that are the same in every case: they take ten seconds."""

    def verifications(self):
        return {}


def carry_out(folder, *arguments):
    """Run the experiment; return its outcome."""
    config, _ = cli.parse(cli.find("linear_cnn"), list(arguments))
    return run(WithoutVerification(), config, out=folder, fresh=True)


def checks(outcome):
    rows = json.loads(outcome.tree["/checks"].attrs["rows"])
    return {row["id"]: row for row in rows}


def verdicts(outcome):
    return {name: row["verdict"] for name, row in checks(outcome).items() if name in ("M1", "M2")}


def tables(outcome):
    return json.loads(outcome.tree.attrs["tables"])


def whole(outcome):
    """The table of the whole run, as a mapping."""
    return dict(tables(outcome)[0]["rows"])


# --- forecasts without training ------------------------------------------------------------------


def test_a_forecast_is_that_of_the_trained_run(tmp_path):
    """F0, F1 and F2 of both networks bit for bit; no ladder, no budget, every validation not run."""
    options = ["--dataset", "shapes", "--trials", "2", "--updates", "1500"]
    config, _ = cli.parse(cli.find("linear_cnn"), options)
    case = ImageSet(config)
    work = Work(tmp_path)
    trained = case.forecast(case.prepare(work), work).predicted["/discovery"]
    outcome = carry_out(tmp_path / "results", "--predict-only", *options)
    forecast = results.array(outcome.tree, "forecast/discovery", "discovery_time")
    expected = trained["discovery_time"].transpose(*forecast.dims)
    np.testing.assert_array_equal(forecast, expected)
    assert not outcome.tree["/ladders"].children if "ladders" in outcome.tree.children else True
    assert json.loads(outcome.tree["/budget"].attrs["rows"]) == []
    validation = [row for row in checks(outcome).values() if row["kind"] == "validation"]
    assert {row["verdict"] for row in validation} == {"not run"}
    assert all(row["reason"] for row in validation)


def white_noise_and_cosine(folder):
    """The larger singular value on a flat spectrum, the smaller on one frequency."""
    noise = np.random.default_rng(3).normal(size=256).reshape(16, 16)
    i, j = np.mgrid[:16, :16]
    cosine = 0.8 * np.cos(2 * np.pi * (3 * i + 5 * j) / 16)
    file = folder / "two.npz"
    np.savez(file, images=np.stack([noise, cosine]), labels=[0, 1])
    return str(file)


def test_the_order_inverts(tmp_path):
    """A CNN discovers by S max_f v_f: the smaller S first, by more than 2; fully connected by S."""
    file = white_noise_and_cosine(tmp_path)
    outcome = carry_out(
        tmp_path / "results",
        *("--predict-only", "--dataset", file, "--initial-scale", "1e-4", "--trials", "2"),
    )
    overview, cnn, connected = tables(outcome)
    assert [row[-3:] for row in overview["rows"]] == [["2 1"] * 3, ["1 2"] * 3]
    first, second = (dict(zip(cnn["columns"], row, strict=True)) for row in cnn["rows"])
    assert (first["S"], second["S"]) == pytest.approx((8.130, 4.511), abs=1e-3)
    assert (first["n v"], second["n v"]) == pytest.approx((2.288, 11.263), abs=1e-3)
    assert first["F2"] > 2 * second["F2"]
    assert connected["rows"][0][-2] < connected["rows"][1][-2]
    # needed: until the later of both is at half; the bound is 1/(c n max v S)
    row = dict(zip(overview["columns"], overview["rows"][0], strict=True))
    assert row["updates until every mode is at S/2"] >= first["F2"]
    assert row["largest stable"] == pytest.approx(1 / (11.263 * 4.511), rel=1e-3)
    (axes, _) = outcome.report.figures["forecast"].axes
    assert len(axes.containers) == 2  # a half time of each mode


def test_late_modes_are_waited_for(tmp_path):
    """From a start so small that the default run ends before the last mode, the flow goes on."""
    file = white_noise_and_cosine(tmp_path)
    options = ["--predict-only", "--dataset", file, "--trials", "1", "--initial-scale", "1e-40"]
    outcome = carry_out(tmp_path / "results", *options)
    times = results.array(outcome.tree, "forecast/discovery", "discovery_time")
    updates = results.array(outcome.tree, "forecast/flow", "mode_strength")["update"]
    assert np.isfinite(times).all()
    assert float(times.sel(forecast="F2").max()) > 4000
    assert float(updates[-1]) >= 8000
    outcome = carry_out(tmp_path / "results", *options, "--updates", "4000")
    assert tables(outcome)[0]["rows"][0][4] is None  # asked for so many and no more


def test_several_layers_have_one_forecast(tmp_path):
    """F0 and F1 of a deep CNN are not there, F2 is; kernels change the start."""
    few = ["--predict-only", "--dataset", "shapes", "--trials", "1", "--updates", "300"]
    deep, wide, plain = (
        tables(carry_out(tmp_path / "results", *few, *more))[1]["rows"][0]
        for more in (["--layers", "2"], ["--kernels", "4"], [])
    )
    assert deep[4:8] == [None] * 4
    assert deep[8] > 0
    assert 0 < wide[8] < plain[8]  # four kernels start with four times the power


def test_a_longer_grid_has_as_many_records_of_each_doubling():
    """3 apart to 12 and to 24, then 6 apart to 48; the first part is that of the run itself."""

    class Shortest:
        updates, every = 12, 3

    assert longer_grid(Shortest, 0).tolist() == record_grid(12, 3).tolist()
    assert longer_grid(Shortest, 2).tolist() == [*range(0, 24, 3), *range(24, 49, 6)]


# --- foreign runs ---------------------------------------------------------------------------------


@functools.cache
def five_digits():
    """Digits 0 to 4 by blocks of 2 x 2 pixels: 4 x 4 images."""
    from numerics.images import average_pool

    return average_pool(select_classes(digits(), CLASSES), 2)


DATA = ["--dataset", "digits", "--classes", *map(str, CLASSES), "--average", "2"]
FEW = ["--trials", "6", "--initial-scale", str(SCALE)]


@functools.cache
def trained(network="cnn", loss_factor=1.0, updates=UPDATES, every=16):
    """A run by autograd: updates, and predictions of all images in float32."""
    samples = samples_of(five_digits())
    rows = samples.equivalent_rows()
    if network == "cnn":
        model = LinearCNN(random_start(range(SEED, SEED + 1), 16, 5, SCALE), torch.float64, CPU)
    else:
        start = linear_network.random_start(range(SEED, SEED + 1), 16, 5, hidden=16, scale=SCALE)
        model = linear_network.torch_network(start, torch.float64, CPU)
    shown, wanted, every_image = map(torch.tensor, (rows.inputs, rows.targets, samples.inputs))
    grid, records = record_grid(updates, every), []
    for update in range(updates + 1):
        if update in grid:
            with torch.no_grad():
                records.append(model(every_image)[0].numpy().astype(np.float32))
        loss = loss_factor * torch.nn.functional.mse_loss(model(shown)[0], wanted)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter.sub_(gradient, alpha=RATE)
    return grid, np.array(records)


def run_file(folder, grid, predictions, **more):
    file = folder / "run.npz"
    kept = {} if predictions is None else {"predictions": predictions}
    np.savez(file, updates=grid, learning_rate=RATE, **kept, **more)
    return str(file)


@pytest.fixture
def judged(tmp_path):
    """Judge a run of these five digits; returns the outcome."""

    def call(grid, predictions, *options, **more):
        file = run_file(tmp_path, grid, predictions, **more)
        return carry_out(tmp_path / "results", "--measured", file, *DATA, *FEW, *options)

    return call


def test_our_own_network_is_as_forecast(judged):
    """Start and precision of its own, recorded as float32: nothing to explain; the budget adds up."""
    outcome = judged(*trained())
    assert verdicts(outcome) == {"M1": "holds", "M2": "holds"}
    assert whole(outcome)["verdict"] == "as forecast"
    assert judgement(outcome.tree).verdicts == ["as forecast"] * 5
    (ladder,) = results.ladders(outcome.tree)
    rows = json.loads(outcome.tree["/budget"].attrs["rows"])
    assert [(row["source"], row["status"]) for row in rows] == [
        ("step size", "attributed"),
        ("start", "predicted"),
        ("unexplained", "unexplained"),
    ]
    largest = float(abs(ladder.whole().mean("trial")).max())
    assert abs(sum(row["found"] for row in rows)) == pytest.approx(largest, rel=1e-9)
    assert rows[1]["beyond"] <= 0.02  # the band of the starts holds the starts
    assert rows[1]["uncertainty"] > 0


def test_strengths_say_the_same_as_predictions(judged):
    """A file of what the observer saw, from the same run, has the same fits and verdicts."""
    grid, predictions = trained()
    seen = EffectiveSingularValues(five_digits())(predictions)["strength"].values
    first = judged(grid, predictions)
    second = judged(grid, None, strengths=seen)
    for name in ("rate", "half_time", "end"):
        both = [results.array(o.tree, "observed/fits", name) for o in (first, second)]
        np.testing.assert_allclose(*both, rtol=1e-9)
    assert judgement(first.tree).verdicts == judgement(second.tree).verdicts


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (2.0, "2: the loss has no factor 1/2"),
        (0.5, "1/2: the loss has a factor 1/2"),
        (5.0, "p = 5: the loss is summed over the outputs"),
    ],
)
def test_a_wrong_loss_scale_is_a_change_of_pace(judged, factor, said):
    """All modes share one factor in time; it is found, named, and what would explain it is said."""
    updates = round(UPDATES / factor)
    grid, predictions = trained(loss_factor=factor, updates=updates, every=updates // 200)
    outcome = judged(grid, predictions)
    assert verdicts(outcome) == {"M1": "holds", "M2": "fails"}
    found = judgement(outcome.tree)
    assert found.verdicts[:3] == ["rescaled in time"] * 3
    assert "unexplained" not in found.verdicts
    assert found.factor_low < factor < found.factor_high
    assert found.factor == pytest.approx(factor, rel=0.15)
    table = whole(outcome)
    assert table["verdict"] == "rescaled in time"
    assert table["usual factor in the band"].startswith(said)
    assert table["explained by a learning rate of"] == pytest.approx(RATE * found.factor)
    assert table["or by a loss scale c of"] == pytest.approx(0.4 * found.factor)


def test_the_true_loss_scale_explains_it(judged):
    """The doubled loss, told so, is as forecast; and so it is told by the file."""
    grid, predictions = trained(loss_factor=2.0, updates=1600, every=8)
    for options, more in ((["--loss-scale", "0.8"], {}), ([], {"loss_scale": 0.8})):
        outcome = judged(grid, predictions, *options, **more)
        assert verdicts(outcome) == {"M1": "holds", "M2": "holds"}
        assert whole(outcome)["loss scale c as given"] == 0.8


def test_another_network_is_unexplained(judged):
    """A fully connected run is that of its own forecast, and no CNN at any pace."""
    grid, predictions = trained("fully connected", loss_factor=3.0)
    right = ["--network", "fully_connected", "--hidden", "16", "--loss-scale", "1.2"]
    outcome = judged(grid, predictions, *right)
    assert verdicts(outcome) == {"M1": "holds", "M2": "holds"}
    outcome = judged(grid, predictions, "--loss-scale", "1.2")
    assert verdicts(outcome)["M1"] == "fails"
    assert whole(outcome)["verdict"] == "unexplained"
    assert "unexplained" in judgement(outcome.tree).verdicts


def test_noise_on_predictions_is_allowed_for(judged):
    """A tenth of a prediction of white noise leaves a run as forecast."""
    grid, predictions = trained()
    noise = np.random.default_rng(0).normal(0, 0.1, predictions.shape)
    outcome = judged(grid, predictions + noise)
    assert verdicts(outcome) == {"M1": "holds", "M2": "holds"}


def test_noise_alone_is_unexplained(judged):
    """Predictions of nothing: no mode is learnt that all starts learn."""
    grid, predictions = trained()
    outcome = judged(grid, np.random.default_rng(0).normal(0, 0.1, predictions.shape))
    assert verdicts(outcome) == {"M1": "fails", "M2": "inconclusive"}
    assert checks(outcome)["M1"]["found"] == 5
    assert len(outcome.report.figures["run"].axes) == 2


def test_a_run_that_ends_too_early_says_nothing(judged):
    """No mode at half, and none forecast to be: inconclusive, with the reason."""
    grid, predictions = trained()
    outcome = judged(grid[:5], predictions[:5])
    assert verdicts(outcome) == {"M1": "inconclusive", "M2": "inconclusive"}
    assert "no mode is half learnt" in checks(outcome)["M1"]["reason"]


def modes_of_five_digits():
    """Their singular values, (mode,)."""
    return EffectiveSingularValues(five_digits()).modes.singular_values


def test_learnt_from_the_first_record_on(judged):
    """A = S already before the first update: no start does that, in any mode."""
    grid = record_grid(UPDATES, 16)
    outcome = judged(grid, None, strengths=np.tile(modes_of_five_digits(), (len(grid), 1)))
    assert verdicts(outcome) == {"M1": "fails", "M2": "inconclusive"}
    assert checks(outcome)["M1"]["found"] == 5
    assert whole(outcome)["verdict"] == "unexplained"


def test_a_rise_before_the_records_says_nothing(judged):
    """A = S at every record, all later than every start's rise: learnt, and nothing to judge."""
    grid = np.arange(8000, 10001, 100)
    outcome = judged(grid, None, strengths=np.tile(modes_of_five_digits(), (len(grid), 1)))
    assert verdicts(outcome) == {"M1": "inconclusive", "M2": "inconclusive"}
    assert "no mode's rise past half is recorded" in checks(outcome)["M1"]["reason"]
    assert judgement(outcome.tree).verdicts == ["learnt, but its rise was not recorded"] * 5
    assert whole(outcome)["verdict"] == "not judged"


SPARSE = np.arange(0, 8001, 1000)


def steps(places):
    """Strengths that jump from 0 to S between two records, each mode before record `place`."""
    return modes_of_five_digits() * (np.arange(len(SPARSE))[:, None] >= np.array(places))


def places_of_starts(outcome):
    """The first of the sparse records at or after the mean time of the starts, of each mode."""
    strengths = results.array(outcome.tree, "forecast/longer", "strength").mean("trial")
    above = (strengths > results.array(outcome.tree, "setup", "singular_value") / 2).values
    return np.searchsorted(SPARSE, strengths["update"].values[above.argmax(axis=-1)])


def test_rises_between_two_records_are_placed(judged):
    """1000 updates apart: in the place of the starts nothing can be told; beyond it, M1 fails."""
    first = judged(SPARSE, None, strengths=steps([1] * 5))
    places = places_of_starts(first)
    right = judged(SPARSE, None, strengths=steps(places))
    assert verdicts(right) == {"M1": "inconclusive", "M2": "inconclusive"}
    assert judgement(right.tree).verdicts == ["learnt, but its rise was not recorded"] * 5
    late = [3 * (mode == 2) + place for mode, place in enumerate(places)]
    wrong = judged(SPARSE, None, strengths=steps(late))
    assert verdicts(wrong) == {"M1": "fails", "M2": "inconclusive"}
    assert checks(wrong)["M1"]["found"] == 1
    assert np.flatnonzero(judgement(wrong.tree).comparison.misplaced).tolist() == [2]


@pytest.mark.parametrize(("factor", "said"), [(1.0, "as forecast"), (3.0, "rescaled in time")])
def test_one_mode_has_a_pace(judged, factor, said):
    """Up to an update at which only the first mode is learnt: the headline says what M2 says."""
    run = trained(loss_factor=factor, updates=220, every=2)
    outcome = judged(*run, "--trials", "10")
    assert verdicts(outcome) == {"M1": "holds", "M2": "holds" if factor == 1 else "fails"}
    assert whole(outcome)["verdict"] == said
    found = judgement(outcome.tree)
    assert found.verdicts == [said] + ["not half learnt, as forecast"] * 4
    if factor != 1:
        assert found.factor_low < factor < found.factor_high


@pytest.mark.parametrize(
    ("pace", "verdicts", "said"),
    [
        (0.10, ["as forecast"], "as forecast"),
        (0.13, ["as forecast"], "pace out of its band"),
        (0.13, ["as forecast", "unexplained"], "unexplained"),
        (np.nan, ["learnt, but its rise was not recorded"], "not judged"),
        (np.nan, ["not half learnt, as forecast"], "not half learnt, as forecast"),
    ],
)
def test_the_headline_is_that_of_the_checks(pace, verdicts, said):
    """No factor explains the run: modes within their bands are no run within its band."""
    names, one = ("rate", "half_time", "residual"), np.ones(1)
    fits = [dict.fromkeys(names, values) for values in (0 * one, one)]
    yes, no = one > 0, one < 0
    found = Comparison(*fits, yes, yes, one, no, no, no, pace, 0.12)
    assert Judgement(found, verdicts).verdict == said


def test_noise_passes_no_half(judged):
    """Far beyond S/2 of the last modes while the first ones rise: none of them is learnt by it."""
    grid, predictions = trained()
    early = grid <= 800
    noise = np.random.default_rng(0).normal(0, 4.0, predictions.shape)
    outcome = judged(grid[early], (predictions + noise)[early])
    strengths = results.array(outcome.tree, "observed/run", "strength")
    passed = strengths.max("update") > results.array(outcome.tree, "setup", "singular_value") / 2
    starts = judgement(outcome.tree).comparison.starts_learnt
    assert (passed.values & (starts == 0)).any()
    assert verdicts(outcome)["M1"] != "fails"


def test_the_forecast_does_not_see_the_run(judged):
    """Other predictions on the same updates: the same seal, another verdict."""
    grid, predictions = trained()
    seals = [
        json.loads(judged(grid, values).tree.attrs["forecast"])["sha256"]
        for values in (predictions, predictions[::-1])
    ]
    assert seals[0] == seals[1]


def test_usual_factors():
    """The nearest in the band; none where none is."""

    class Found:
        factor, factor_low, factor_high = 2.2, 1.9, 2.7

    assert usual_factor(Found, outputs=5, samples=100).startswith("2:")
    Found.factor = 2.6
    assert usual_factor(Found, outputs=5, samples=100).startswith("p/2 = 2.5")
    Found.factor_low, Found.factor_high = 2.55, 2.7
    assert usual_factor(Found, outputs=5, samples=100) is None
    Found.factor, Found.factor_low, Found.factor_high = 0.011, 0.009, 0.012
    assert usual_factor(Found, outputs=5, samples=100).startswith("1/M")


def test_from_command_to_files(tmp_path, capsys):
    """Exit code 1 of a run at twice its pace, with table, page, figure and seal."""
    file = run_file(tmp_path, *trained(loss_factor=2.0, updates=1600, every=8))
    out = tmp_path / "results"
    with pytest.raises(SystemExit) as stop:
        cli.main("linear_cnn", ["--measured", file, *DATA, *FEW, "--out", str(out)])
    assert stop.value.code == 1
    printed = capsys.readouterr().out
    assert "rescaled in time" in printed
    said = json.loads((out / "linear_cnn.json").read_text())
    assert said["case"] == "measured run"
    assert {r["verdict"] for r in said["checks"] if r["kind"] == "verification"} <= {
        "holds",
        "not run",
    }
    page = (out / "linear_cnn.html").read_text()
    assert "the run: rescaled in time" in page
    assert (out / "linear_cnn_run.png").stat().st_size > 10_000
    assert Path(said["forecast"]["file"]).exists()


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "linear_cnn", tmp_path, capsys)


SAMPLES = 901
GRID = np.arange(0, 60, 10)
GOOD = {"updates": GRID, "predictions": np.zeros((6, SAMPLES, 5)), "learning_rate": 0.01}
FILES = {
    "other number of images": ({"predictions": np.zeros((6, 900, 5))}, "(6, 900, 5)"),
    "other number of outputs": ({"predictions": np.zeros((6, SAMPLES, 4))}, "(6, 901, 4)"),
    "two axes": ({"predictions": np.zeros((6, SAMPLES))}, "record, image, output"),
    "nan": ({"predictions": np.full((6, SAMPLES, 5), np.nan)}, "27,030 of 27,030 values"),
    "other number of records": ({"predictions": np.zeros((5, SAMPLES, 5))}, "5 records, updates 6"),
    "texts": ({"predictions": np.full((6, SAMPLES, 5), "a")}, "must be real numbers"),
    "updates not increasing": ({"updates": GRID[::-1]}, "must be increasing whole numbers"),
    "updates twice": ({"updates": np.array([0, 10, 10, 20, 30, 40])}, "must be increasing"),
    "updates not whole": ({"updates": GRID + 0.5}, "must be increasing whole numbers"),
    "updates negative": ({"updates": GRID - 10}, "must be increasing whole numbers"),
    "updates nan": ({"updates": np.where(GRID, GRID, np.nan)}, "must be increasing"),
    "few records": ({"updates": GRID[:4], "predictions": np.zeros((4, SAMPLES, 5))}, "4 records"),
    "pickled objects": ({"predictions": np.array([[1], [1, 2]], object)}, "Python objects"),
    "strengths and predictions": ({"strengths": np.zeros((6, 5))}, "or strengths, has"),
    "a learning rate of two": ({"learning_rate": np.ones(2)}, "must be one positive number"),
    "a learning rate of 0": ({"learning_rate": 0.0}, "must be one positive number"),
}


@pytest.mark.parametrize("what", FILES)
def test_refused_files(refused, tmp_path, what):
    """One line each, code 2, nothing written."""
    changed, said = FILES[what]
    np.savez(tmp_path / "run.npz", allow_pickle=True, **(GOOD | changed))
    says(refused("--measured", "run.npz", *DATA, *FEW), "--measured", "run.npz", said)


@pytest.mark.parametrize("key", ["updates", "predictions"])
def test_missing_keys(refused, tmp_path, key):
    """The line says which there are."""
    np.savez(tmp_path / "run.npz", **{k: v for k, v in GOOD.items() if k != key})
    line = refused("--measured", "run.npz", *DATA, *FEW)
    says(line, "--measured", "must have the keys updates, and predictions or strengths")


def test_no_such_files(refused, tmp_path):
    """Missing, a folder, a pickle, half an archive."""
    np.savez(tmp_path / "run.npz", **GOOD)
    whole_file = (tmp_path / "run.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(whole_file[: len(whole_file) // 2])
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps({"updates": [1]}))
    (tmp_path / "folder").mkdir()
    damaged = bytearray(whole_file)
    damaged[len(damaged) // 2] ^= 1  # inside the predictions: the checksum tells
    (tmp_path / "damaged.npz").write_bytes(damaged)
    for name in ("missing.npz", "folder", "pickle.npz", "half.npz"):
        says(refused("--measured", name, *DATA), "--measured", name, "must be an intact .npz")
    says(refused("--measured", "damaged.npz", *DATA), "predictions cannot be read")


def test_an_announced_giant_is_not_read(refused, tmp_path):
    """Refused by its header."""
    import zipfile

    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (100000, 1797, 10), }"
    header += b" " * (117 - len(header)) + b"\n"
    giant = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    np.savez(tmp_path / "run.npz", updates=GRID, learning_rate=0.01)
    with zipfile.ZipFile(tmp_path / "run.npz", "a") as archive:
        archive.writestr("predictions.npy", giant)
    says(refused("--measured", "run.npz", *DATA), "announces 14,376,", "save strengths")


RUN = ["--measured", "run.npz", *DATA]
OPTIONS = {
    "both": ([*RUN, "--predict-only"], "--predict-only", "True"),
    "updates": ([*RUN, "--updates", "100"], "--updates", "100"),
    "online": ([*RUN, "--gradient", "online"], "--gradient", "online"),
    "balanced": ([*RUN, "--init", "balanced"], "--init", "balanced"),
    "test images": ([*RUN, "--test", "x.npz"], "--test", "x.npz"),
    "hidden of a CNN": ([*RUN, "--hidden", "8"], "--hidden", "8"),
    "kernels of none": (
        [*RUN, "--network", "fully_connected", "--kernels", "2"],
        "--kernels",
        "2",
    ),
    "two starts": ([*RUN, "--trials", "2"], "--trials", "at least 3"),
    "another rate": ([*RUN, "--learning-rate", "0.02"], "--learning-rate", "the file says 0.01"),
    "loss scale 0": ([*RUN, "--loss-scale", "0"], "--loss-scale", "0.0"),
    "network of nothing": (["--network", "cnn"], "--network", "is an option of --measured"),
    "loss scale of nothing": (["--loss-scale", "1"], "--loss-scale", "is an option of --measured"),
    "forecast of a balanced start": (["--predict-only", "--init", "balanced"], "--init", "small"),
    "forecast online": (["--predict-only", "--gradient", "online"], "--gradient", "trains no"),
    "forecast of a test": (["--predict-only", "--test", "x"], "--test", "trains no network"),
}


@pytest.mark.parametrize("what", OPTIONS)
def test_options_that_make_no_sense_together(refused, tmp_path, what):
    """One line each, code 2, nothing written."""
    arguments, argument, said = OPTIONS[what]
    np.savez(tmp_path / "run.npz", **GOOD)
    says(refused(*arguments), argument, said)


def test_a_rate_is_needed(refused, tmp_path):
    """Neither the file nor the options have one."""
    np.savez(tmp_path / "run.npz", **{k: v for k, v in GOOD.items() if k != "learning_rate"})
    says(refused(*RUN), "--learning-rate", "the learning rate of the run is needed")


def test_a_rate_that_diverges(refused, tmp_path):
    """Descents from every start leave the finite numbers: the rate is named."""
    np.savez(tmp_path / "run.npz", **(GOOD | {"learning_rate": 50.0, "updates": 100 * GRID}))
    says(refused(*RUN, *FEW), "--learning-rate", "50", "not finite")
