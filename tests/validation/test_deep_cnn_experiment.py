"""The experiment `deep_cnn` from command to files: forecasts, verdicts, resumption, refusals."""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest
from command_line import FinishedRun, Page, refusal, says

import numerics.training
from numerics.linear_cnn.deep_network import DeepDescent
from validation import cli, results
from validation.deep_cnn import Config, findings
from validation.deep_cnn.check_table import CASES, CHECKS, MNIST, STATED
from validation.deep_cnn.setting import case_name, setting_of
from validation.report.document import document

pytestmark = pytest.mark.slow  # whole runs

SHORT = "--preset quick --updates 12 --trials 2"
EVERYWHERE = {"DN1", "DN2", "DN3"}
STATED_OF_DIGITS = {"DN4", "DN5", "DN6", "DN7", "DN8", "DN9"}


Run = functools.partial(FinishedRun, "deep_cnn")


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Both networks, two trials, 12 batches: what holds of any batch has to hold."""
    return Run(tmp_path_factory.mktemp("short"), SHORT)


def test_the_run(short):
    """What is true at every batch holds; bars that are stated for a whole run are not judged."""
    assert short.code == 0, short.printed
    verification = {c.id for c in CHECKS if c.kind == "verification"}
    assert short.with_verdict("holds") == verification | EVERYWHERE
    assert [row["id"] for row in short.said["checks"]] == [check.id for check in CHECKS]
    for name in STATED_OF_DIGITS:
        assert short.rows[name]["reason"].startswith("its bar is stated for the defaults of digits")
    assert "--dataset mnist --preset standard" in short.rows["C38a"]["reason"]
    assert short.rows["C38a"]["given"] == STATED[MNIST]


def test_the_forecast_is_of_the_images_alone(short):
    """Saturation is S, and the floor the residual of scikit-learn's linear regression."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LinearRegression

    digits = load_digits()
    targets = np.eye(10)[digits.target]
    fit = LinearRegression().fit(digits.data / 16, targets)
    expected = np.mean((fit.predict(digits.data / 16) - targets) ** 2)
    found = float(results.array(short.tree, "forecast", "affine_train_loss"))
    assert found == pytest.approx(expected, rel=1e-12)
    singular = results.array(short.tree, "setup", "singular_value").values
    assert len(singular) == 9, "minus mean there is one mode less than classes"
    for ladder in results.ladders(short.tree):
        saturation = ladder.rungs[0].value.transpose("trial", "mode").values
        np.testing.assert_allclose(saturation, [singular, singular], rtol=1e-12)


def test_what_was_observed(short):
    """13 observations of two trials that differ; the ladder's last rung is the last observation."""
    for name in ("linear", "nonlinear"):
        seen = results.dataset(short.tree, f"observed/{name}")
        assert dict(seen.sizes) == {"trial": 2, "mode": 9, "update": 13}
        assert seen["update"].values.tolist() == list(range(13))
        assert (abs(seen["strength"].diff("trial")).max("mode") > 0).all()
        last = results.ladder(short.tree, name).rung("network").transpose("trial", "mode")
        np.testing.assert_array_equal(last.values, seen["strength"].isel(update=-1).values)
        assert (seen["leakage"] > 0).all()
        part, whole = seen["affine_part_loss"].values, seen["train_loss"].isel(update=-1).values
        gap = np.abs(part / whole - 1)
        assert (gap < 1e-6).all() if name == "linear" else (gap > 1e-6).all()


def test_both_networks_see_the_same_batches():
    """One order of samples a trial; more updates begin with those of fewer."""
    few, many = (setting_of(Config(preset="quick", updates=n, trials=2)).samples for n in (50, 300))
    assert few.shape == (2, 50, 16)
    np.testing.assert_array_equal(many[:, :50], few)
    assert (few[0] != few[1]).any()


def test_what_holds_of_any_network_is_no_validation(short):
    """Floor, bound and affine part are true whatever a network learns: they check our own code."""
    assert {short.rows[name]["kind"] for name in EVERYWHERE} == {"verification"}
    bars = {row["id"]: row["kind"] for row in short.said["checks"] if row["id"] not in EVERYWHERE}
    assert set(bars) == {check.id for check in CHECKS} - EVERYWHERE
    assert all(kind == "validation" for name, kind in bars.items() if not name.startswith("DV"))


def test_twelve_batches_do_not_saturate(short):
    """|S - A| against sqrt(p excess lambda) by hand; the bar asks for more than 12 batches learn."""
    modes = setting_of(Config(preset="quick")).modes
    floor = float(results.array(short.tree, "forecast", "affine_train_loss"))
    missing = [
        np.abs(
            results.array(short.tree, f"observed/{name}", "strength").isel(update=-1)
            - results.array(short.tree, "setup", "singular_value")
        ).transpose("trial", "mode")
        for name in ("linear", "nonlinear")
    ]
    allowed = np.sqrt(10 * 0.2 * floor * modes.variances)
    expected = max(float((each.values / allowed).max()) for each in missing)
    found = findings._share_of_foreseen(short.tree, setting_of(Config(preset="quick")), "digits")
    assert found == pytest.approx(expected, rel=1e-12)
    (bar,) = (check for check in CHECKS if check.id == "DN9")
    assert not bar.holds(found)


def test_a_mode_that_is_never_found_is_not_the_first(short, monkeypatch):
    """Of the nonlinear network it does not count, of the linear one it is missed."""
    times = {"nonlinear": [[400.0, np.nan, 900.0]], "linear": [[50.0, 70.0, 60.0]]}
    monkeypatch.setattr(findings, "passing", lambda result, name, share: np.array(times[name]))
    assert findings._delay(short.tree) == 330.0
    times["linear"][0][2] = np.nan
    assert np.isnan(findings._delay(short.tree))


def test_json_and_page(short):
    """Functions of the tree; the page closes what it opens and shows figure and tables."""
    assert document(short.tree, [str(f) for f in short.said["files"]]) == short.said
    shown = Page((short.out / "deep_cnn.html").read_text())
    assert shown.open == []
    text = " ".join(shown.text)
    for words in (
        "best affine map (forecast)",
        "0.3 S, linear",
        "A/S, nonlinear",
        "mean of 2 trials",
    ):
        assert words in text
    assert not [v for tag, v in shown.references if v.startswith("http") and tag != "a"]
    assert {f.name for f in short.out.glob("*fig_6*")} == {
        "deep_cnn_fig_6.png",
        "deep_cnn_fig_6.svg",
    }


def test_resumed_is_uninterrupted_bit_for_bit(short, tmp_path, monkeypatch):
    """Interrupted in the second trial of the second network, the same command ends at the same values."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    update, made = DeepDescent.update, []

    def interrupted(self, index):
        made.append(index)
        if len(made) == 12 + 12 + 12 + 6:
            raise KeyboardInterrupt
        update(self, index)

    out = tmp_path / "results"
    with monkeypatch.context() as patch:
        patch.setattr(DeepDescent, "update", interrupted)
        with pytest.raises(SystemExit) as stop:
            cli.main("deep_cnn", [*SHORT.split(), "--out", str(out), "--quiet"])
    assert stop.value.code == 130
    (store,) = (out / ".deep_cnn").iterdir()
    assert {f.name for f in store.glob("*.npz")} == {
        f"training_{network}_{seed}.npz" for network in ("linear", "nonlinear") for seed in (0, 1)
    }
    assert not (out / "deep_cnn.nc").exists()
    indices = []
    monkeypatch.setattr(
        DeepDescent, "update", lambda self, index: (indices.append(index), update(self, index))[1]
    )
    resumed = Run(tmp_path, SHORT)
    assert indices == list(range(5, 12)), "only what was not done is done"
    assert resumed.code == 0
    assert resumed.values() == short.values()
    assert resumed.forecast() == short.forecast()
    assert {f.name for f in store.iterdir()} == {"forecast.nc", "forecast.json", "finished"}


def test_a_poisoned_measurement_leaves_the_forecast_alone(short, tmp_path, monkeypatch):
    """Losses a tenth, strengths from nowhere: the same forecast, and the checks say so."""
    observe = DeepDescent.observe

    def poisoned(self):
        seen = observe(self)
        return seen | {
            "train_loss": seen["train_loss"] / 10,
            "strengths": seen["strengths"] + 3 * np.eye(len(seen["strengths"])),
        }

    monkeypatch.setattr(DeepDescent, "observe", poisoned)
    run = Run(tmp_path, SHORT)
    assert run.forecast() == short.forecast()
    assert run.code == 1
    # the observer is what DV8 holds against itself, both sides poisoned alike
    assert run.with_verdict("fails") == EVERYWHERE


@pytest.mark.parametrize(("networks", "judged"), [("linear", EVERYWHERE), ("nonlinear", {"DN2"})])
def test_one_network_alone(tmp_path, networks, judged):
    """Its own checks run; the others say that it was left out."""
    run = Run(tmp_path, f"--preset quick --updates 20 --networks {networks}")
    assert run.code == 0
    assert {n for n in run.with_verdict("holds") if n.startswith("DN")} == judged
    for name in EVERYWHERE - judged | {"DN6"}:
        assert run.rows[name]["reason"] == f"--networks leaves {_other(networks)} out"
    assert [ladder.name for ladder in results.ladders(run.tree)] == [networks]


def _other(network):
    return "linear" if network == "nonlinear" else "nonlinear"


def test_own_images(tmp_path):
    """A file of one's own is the case FILE, with its test images; colour, 4 x 4 pixels."""
    generator = np.random.default_rng(0)
    for name, count in (("train", 40), ("test", 12)):
        np.savez(
            tmp_path / f"{name}.npz",
            images=generator.uniform(size=(count, 4, 4, 3)),
            labels=np.arange(count) % 3,
        )
    files = f"--dataset {tmp_path / 'train.npz'} --test {tmp_path / 'test.npz'}"
    run = Run(tmp_path, f"{files} --preset quick --updates 20")
    assert run.code == 0
    assert run.tree.attrs["case"] == "FILE"
    assert float(results.array(run.tree, "forecast", "affine_test_loss")) > 0
    assert results.array(run.tree, "observed/nonlinear", "test_loss").sizes == {
        "trial": 1,
        "update": 21,
    }


@pytest.mark.parametrize(
    ("options", "case"),
    [
        ("--preset quick", "digits"),
        ("--preset standard", "mnist"),
        ("--preset paper", "cifar10"),
        ("--preset quick --dataset fashion_mnist", "fashion_mnist"),
        ("--dataset mnist4", "mnist4"),
        ("--dataset mnist4 --classes 0 1 2 3", "mnist4"),
        ("--dataset digits --no-subtract-mean", "FILE"),
        ("--dataset digits --classes 0 1", "FILE"),
        ("--dataset mnist --average 1", "FILE"),
        ("--dataset mine.npz", "FILE"),
    ],
)
def test_the_case_of_a_configuration(options, case):
    """The preset chooses the set; a changed set is no longer the named one."""
    config, _ = cli.parse(cli.find("deep_cnn"), options.split())
    assert case_name(config) == case
    assert case in CASES


@pytest.mark.parametrize(
    "changed", ["--kernels 8", "--batch 8", "--learning-rate 0.05", "--seed 9"]
)
def test_bars_of_digits_are_stated_for_its_defaults(changed):
    """Another network, batch, rate or seed is not what the bars were found for."""
    from validation.deep_cnn.findings import _conditions

    settings = [
        setting_of(cli.parse(cli.find("deep_cnn"), ["--preset", "quick", *more.split()])[0])
        for more in ("", "--seed 2", "--seed 1 --trials 5", changed)
    ]
    stated = [_conditions(s)[STATED["digits"]] for s in settings]
    assert stated == [True, True, True, False]


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `deep_cnn` with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "deep_cnn", tmp_path, capsys, "--preset", "quick")


@pytest.mark.parametrize(
    ("option", "value", "bound"),
    [
        ("--kernels", "0", "between 1 and 1000"),
        ("--kernels", "1001", "between 1 and 1000"),
        ("--batch", "0", "between 1 and 100000"),
        ("--updates", "-3", "between 1 and 10000000"),
        ("--trials", "0", "between 1 and 1000"),
        ("--learning-rate", "0.0", "positive and finite"),
        ("--learning-rate", "inf", "positive and finite"),
        ("--learning-rate", "nan", "positive and finite"),
        ("--seed", "-1", "between 0 and 2^31"),
        ("--seed", str(2**31 + 1), "between 0 and 2^31"),
        ("--classes", "11", "0 to 9"),
        ("--count", "-1", "from 1 to 1797"),
        ("--count", "9", "no image of 9; choose 10 or more"),
    ],
)
def test_numbers_out_of_range(refused, option, value, bound):
    """Option, value and bound stand in the line."""
    says(refused(option, value), option, value, bound)


def test_more_images_than_are_kept(refused):
    """The order of samples is drawn beforehand: a hundred million images at most."""
    says(refused("--updates", "10000000", "--batch", "100"), "--updates", "10000000", "1e+08")
    says(refused("--batch", "100000"), "--batch: got 100000", "3e+03 updates", "1e+08")
    says(refused("--trials", "1000", "--updates", "10000"), "--updates", "1000 trials", "1e+08")


@pytest.mark.parametrize(
    ("networks", "shown"), [(["linear", "linear"], "linear linear"), (["recurrent"], "recurrent")]
)
def test_networks_that_are_none(refused, networks, shown):
    """Each of the two at most once."""
    says(refused("--networks", *networks), "--networks", shown, "linear")


def test_images_too_small_for_the_nonlinear_network(refused, tmp_path):
    """3 x 3 pixels halve to nothing; the line says which network takes them, and it does."""
    file = tmp_path / "tiny.npz"
    np.savez(file, images=np.random.default_rng(0).uniform(size=(9, 3, 3)), labels=np.arange(9) % 3)
    line = refused("--dataset", "tiny.npz")
    says(line, "--dataset", "3 x 3 pixels", "4 x 4 at least", "--networks linear")
    assert setting_of(Config(dataset=str(file), networks=("linear",))).side == 3


def test_a_set_that_is_not_there(refused):
    """The file is named."""
    says(refused("--dataset", "nowhere.npz"), "nowhere.npz")


def test_cuda_where_there_is_none(refused):
    """Never a silent fallback."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    says(refused("--device", "cuda"), "device", "cuda", "--device cpu")


def test_a_step_that_diverges(tmp_path, monkeypatch, capsys):
    """One line that names rate, network and seed, after the forecast was sealed."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.main("deep_cnn", ["--preset", "quick", "--learning-rate", "1e6", "--quiet"])
    line = capsys.readouterr().err
    assert stop.value.code == 2
    assert len(line.splitlines()) == 1
    for words in ("--learning-rate: got 1000000.0", "training linear, seed 0", "choose a smaller"):
        assert words in line


def test_the_options_are_read_without_heavy_libraries():
    """`--help` of the experiment loads neither NumPy nor torch."""
    code = (
        "import sys, validation.deep_cnn; print(*{'numpy', 'torch', 'xarray'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


# --- whole runs -----------------------------------------------------------------------------------


def test_digits_as_the_default_has_it(tmp_path):
    """All bars of ours hold, and the nonlinear network's affine part does not pass the floor."""
    run = Run(tmp_path, "--preset quick")
    assert run.code == 0, run.printed
    assert run.with_verdict("holds") >= EVERYWHERE | STATED_OF_DIGITS
    floor = float(results.array(run.tree, "forecast", "affine_train_loss"))
    seen = results.dataset(run.tree, "observed/nonlinear").isel(trial=0)
    assert seen["train_loss"][-1] < 0.5 * floor < floor < seen["affine_part_loss"] < 1.2 * floor


@pytest.mark.skipif("MODEWISE_DATA" not in os.environ, reason="MODEWISE_DATA names no data folder")
def test_mnist_as_the_default_has_it(tmp_path):
    """C38: both networks saturate, the nonlinear one later and at a lower loss."""
    run = Run(tmp_path, "")
    assert run.code == 0, run.printed
    assert {*EVERYWHERE, "C38a", "C38b", "C38c", "C38d", "DN10"} <= run.with_verdict("holds")
    assert run.said["case"] == MNIST
