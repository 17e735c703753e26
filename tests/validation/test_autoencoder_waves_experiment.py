"""The experiment `autoencoder_waves` from command to files: forecasts, verdicts, resumption, refusals."""

import dataclasses
import functools
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from command_line import FinishedRun, Page, refusal, says

import numerics.training
from numerics.images.streams.stream_of import stream_of
from numerics.latent_waves.autoencoder import AdamDescent, autoencoder
from numerics.latent_waves.in_double import InDouble
from numerics.latent_waves.moments import complementary_halves
from validation import cli, results
from validation.autoencoder_waves import (
    AutoencoderWavesExperiment,
    Config,
    figures,
    halves,
    measuring,
    trends,
    verdicts,
)
from validation.autoencoder_waves.check_table import CASES, CHECKS, DIGITS, MNIST, STATED
from validation.autoencoder_waves.findings import _conditions
from validation.autoencoder_waves.forecasting import LOSS, RANK, TRANSITION
from validation.autoencoder_waves.setting import case_name, setting_of
from validation.experiment import Work
from validation.ladder import UNEXPLAINED
from validation.report.document import document

pytestmark = pytest.mark.slow  # whole runs

SHORT = "--preset quick --epochs 3 --trials 2 --depth 3 5 --bottleneck 4 9"
EVERYWHERE = {"LW26", "LW27", "LW32a", "AW1", "AW2", "AW3", "AW4", "AW5"}
STATED_OF_DIGITS = {f"AW{number}d" for number in (6, 7, 9, 10, 11)}
STATED_OF_MNIST = {f"AW{number}m" for number in (6, 7, 9, 10, 11)} | {"AW8", "LW32b", "LW25d"}


Run = functools.partial(FinishedRun, "autoencoder_waves")


@pytest.fixture
def _plain_figures(monkeypatch):
    """Figures take most of a short run: empty ones where only its values are looked at."""
    from matplotlib import pyplot

    for name in ("fig5", "fig7", "capture", "training"):
        monkeypatch.setattr(figures, name, lambda result: pyplot.figure(figsize=(1, 1)))


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Eight networks of three epochs: what holds of any network has to hold."""
    return Run(tmp_path_factory.mktemp("short"), SHORT)


def test_the_run(short):
    """What is true of any network holds; bars that are stated for whole runs are not judged."""
    assert short.code == 0, short.printed
    verification = {c.id for c in CHECKS if c.kind == "verification"}
    assert verification >= EVERYWHERE
    assert short.with_verdict("holds") == verification
    assert [row["id"] for row in short.said["checks"]] == [check.id for check in CHECKS]
    for name in STATED_OF_DIGITS:
        assert short.rows[name]["reason"].startswith("its bar is stated for the defaults of digits")
    for name in STATED_OF_MNIST:
        assert "--dataset mnist --preset standard" in short.rows[name]["reason"]
    assert short.rows["LW32b"]["given"] == STATED[MNIST]


def test_ladders(short):
    """Bounds of the widths first: d + 1 = 5, 10 at depth 3, h + 1 = 35, 37 at depth 5."""
    rank, frame, loss = (results.ladder(short.tree, name) for name in (RANK, TRANSITION, LOSS))
    bound = rank.rungs[0].value.isel(trial=0).transpose("depth", "bottleneck")
    assert bound.values.tolist() == [[5, 10], [35, 37]]
    for ladder in (rank, frame):
        for source in ladder.sources[:2]:
            assert float(ladder.difference(source).min()) >= 0, source
    assert abs(rank.difference(UNEXPLAINED)).max() == 0
    said = results.dataset(short.tree, "forecast")
    off = abs(frame.difference(UNEXPLAINED)) / said["transition_uncertainty"]
    assert 0 < float(off.max()) < 3, "half A says something of half B, and not all"
    for source in loss.sources:
        assert float(loss.difference(source).max()) <= 1e-12, f"{source}: losses only grow"
    assert float(loss.scale) == pytest.approx(
        _rows_of_digits().var() + _rows_of_digits().mean() ** 2
    )


def _rows_of_digits():
    from sklearn.datasets import load_digits

    return load_digits().data / 16


def test_what_was_measured(short):
    """Frame by frame, for each network; the ladder's last rung is what was observed."""
    seen = results.dataset(short.tree, "observed/networks")
    assert dict(seen.sizes) == {"depth": 2, "bottleneck": 2, "trial": 2, "frame": 64}
    np.testing.assert_allclose(seen["capture"].sum("frame"), seen["rank"], atol=1e-10)
    first = (seen["capture"] < 0.5).argmax("frame")
    np.testing.assert_array_equal(first, seen["transition_capture"])
    turned = (seen["alignments"] < 0.5).argmax("frame")
    np.testing.assert_array_equal(turned, seen["transition_alignment"])
    noticed = (seen["frame_errors"] > 0.15 * seen["frame_errors"].max("frame")).argmax("frame")
    np.testing.assert_array_equal(noticed, seen["transition"])
    half = results.dataset(short.tree, "observed/half_b")
    last = results.ladder(short.tree, TRANSITION).rung("reconstructions")
    np.testing.assert_array_equal(last.transpose(*seen["rank"].dims), half["transition_capture"])
    np.testing.assert_allclose(half["capture"].sum("frame"), half["rank"], atol=1e-10)
    strip = results.dataset(short.tree, "observed/strip")
    assert strip["original"].dims == ("frame", "frequency_y", "frequency_x")
    assert (strip.attrs["depth"], strip.attrs["bottleneck"], strip.attrs["seed"]) == (3, 9, 0)
    np.testing.assert_allclose((strip["reconstructed"] ** 2).sum(("frequency_y", "frequency_x")), 1)


def test_the_loss_of_training_is_that_of_the_reconstructions(short):
    """Float32 while training, float64 when probed: the same within rounding."""
    trained = results.array(short.tree, "setup", "loss").isel(update=-1)
    found = results.array(short.tree, "observed/networks", "loss")
    np.testing.assert_allclose(trained, found, rtol=1e-5)
    assert float(results.array(short.tree, "setup", "loss").diff("update").mean()) < 0


def test_the_linear_optimum_is_centred_pca(short):
    """Its loss is that of scikit-learn's PCA; its rank d + 1."""
    from sklearn.decomposition import PCA

    rows = _rows_of_digits()
    said = results.dataset(short.tree, "forecast")
    for d in (4, 9):
        pca = PCA(d, svd_solver="full").fit(rows)
        expected = np.mean((pca.inverse_transform(pca.transform(rows)) - rows) ** 2)
        assert float(said["optimal_loss"].sel(bottleneck=d)) == pytest.approx(expected, rel=1e-10)
        assert float(said["optimal_rank"].sel(bottleneck=d)) == d + 1
    assert (
        results.array(short.tree, "observed/networks", "loss").sel(depth=3) > said["optimal_loss"]
    ).all()


def test_json_and_page(short):
    """Functions of the tree; the page closes what it opens and shows figures and tables."""
    assert document(short.tree, [str(f) for f in short.said["files"]]) == short.said
    shown = Page((short.out / "autoencoder_waves.html").read_text())
    assert shown.open == []
    text = " ".join(shown.text)
    for words in (
        "T_capture, half A",
        "linear optimum",
        "what the paper says",
        "least of live units",
    ):
        assert words in text
    assert shown.tags.count("math") == len(AutoencoderWavesExperiment.claims) > 0
    assert not [v for tag, v in shown.references if v.startswith("http") and tag != "a"]
    assert {f.name for f in short.out.glob("*.png")} == {
        f"autoencoder_waves_{name}.png" for name in ("fig_5", "fig_7", "capture", "training")
    }


@pytest.mark.usefixtures("_plain_figures")
def test_resumed_is_uninterrupted_bit_for_bit(short, tmp_path, monkeypatch):
    """Interrupted in the third network, the same command ends at the same values."""
    after = 87 * 2 + 30
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    update, made = AdamDescent.update, []

    def interrupted(self, index):
        made.append(index)
        if len(made) > after:
            raise KeyboardInterrupt
        update(self, index)

    out = tmp_path / "results"
    with monkeypatch.context() as patch:
        patch.setattr(AdamDescent, "update", interrupted)
        with pytest.raises(SystemExit) as stop:
            cli.main("autoencoder_waves", [*SHORT.split(), "--out", str(out), "--quiet"])
    assert stop.value.code == 130
    (store,) = (out / ".autoencoder_waves").iterdir()
    assert len(list(store.glob("weights_*.npz"))) == after // 87
    assert len(list(store.glob("training_*.npz"))) == 1
    redone = []
    monkeypatch.setattr(
        AdamDescent, "update", lambda self, index: (redone.append(index), update(self, index))[1]
    )
    resumed = Run(tmp_path, SHORT)
    assert len(redone) < 87 * 8 - after + 10, "what was done is not done again"
    assert resumed.code == 0
    assert resumed.values() == short.values()
    assert resumed.forecast() == short.forecast()
    assert {f.name for f in store.iterdir()} == {"forecast.nc", "forecast.json", "finished"}


@pytest.mark.usefixtures("_plain_figures")
def test_a_poisoned_measurement_leaves_the_forecast_alone(short, tmp_path, monkeypatch):
    """Reconstructions from nowhere: the same forecast, and the checks say so."""
    probe = measuring.probe

    def poisoned(stream, network, **options):
        generator = np.random.default_rng(0)
        return probe(stream, lambda rows: generator.normal(size=rows.shape), **options)

    monkeypatch.setattr(measuring, "probe", poisoned)
    run = Run(tmp_path, SHORT)
    assert run.forecast() == short.forecast()
    assert run.code == 1
    assert run.with_verdict("fails") == {"LW26", "LW32a", "AW1", "AW4", "AW5"}


def test_own_images(tmp_path):
    """A file of one's own, without labels: the case FILE; only its first images."""
    images = np.random.default_rng(0).integers(0, 256, size=(60, 4, 6), dtype=np.uint8)
    np.save(tmp_path / "mine.npy", images)
    run = Run(
        tmp_path,
        f"--dataset {tmp_path / 'mine.npy'} --count 50 --preset quick --epochs 2 --depth 4 "
        "--bottleneck 3 24",
    )
    assert run.code == 0
    assert run.tree.attrs["case"] == "FILE"
    assert json.loads(run.tree["/setup"].attrs["data"])["samples"] == 50
    rank = results.array(run.tree, "observed/networks", "rank")
    assert rank.sel(bottleneck=3).item() <= 4
    optimal = results.array(run.tree, "forecast", "optimal_rank")
    assert np.isnan(optimal.sel(bottleneck=24)), "no optimum beyond the rank minus mean"


@pytest.mark.parametrize(
    ("options", "case"),
    [
        ("--preset quick", DIGITS),
        ("--preset standard", MNIST),
        ("--preset paper", MNIST),
        ("--preset quick --dataset fashion_mnist", "fashion_mnist"),
        ("--dataset mine.npz", "FILE"),
    ],
)
def test_the_case_of_a_configuration(options, case):
    """The preset chooses the set."""
    config, _ = cli.parse(cli.find("autoencoder_waves"), options.split())
    assert case_name(config) == case
    assert case in CASES


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        ("", True),
        ("--seed 2", True),
        ("--seed 1 --trials 5", True),
        ("--seed 1 --trials 6", False),
        ("--epochs 50", False),
        ("--protocol long", False),
        ("--depth 3", False),
        ("--bottleneck 4 9", False),
        ("--count 1000", False),
    ],
)
def test_bars_of_digits_are_stated_for_its_defaults(options, stated):
    """Other images, networks, training or seeds are not what the bars were found for."""
    config, _ = cli.parse(cli.find("autoencoder_waves"), ["--preset", "quick", *options.split()])
    assert _conditions(setting_of(config))[STATED[DIGITS]] is stated


def test_protocols():
    """Defaults by set, named protocols, and single numbers instead."""
    read = functools.partial(cli.parse, cli.find("autoencoder_waves"))
    for options, expected in {
        "": (2e-3, 64, 50),
        "--protocol short": (2e-3, 256, 50),
        "--protocol long": (3e-4, 64, 60),
        "--protocol long --epochs 2 --batch 5": (3e-4, 5, 2),
        "--count 40": (2e-3, 40, 50),
    }.items():
        config, _ = read(["--preset", "quick", *options.split()])
        protocol = setting_of(config).protocol
        assert (protocol.learning_rate, protocol.batch, protocol.epochs) == expected, options


def words(tree):
    return [row[1] for row in verdicts.table(tree)["rows"]]


def test_verdicts_can_come_out_otherwise(short):
    """Untrained: open. T that falls with d, no frame that is kept, an optimum elsewhere: refuted."""
    tree = short.tree.copy(deep=True)
    seen = tree["/observed/networks"]
    assert words(tree)[:2] == [verdicts.OPEN, verdicts.SHARPENED]
    seen["loss"] = seen["loss"] / 100
    d = seen["bottleneck"]
    seen["transition"] = 400 - 20 * d - seen["depth"] + 0 * seen["rank"]
    seen["transition_capture"] = 0 * seen["rank"]
    tree["/forecast"]["optimal_transition_capture"] = 0.0 * d
    assert words(tree) == [verdicts.REFUTED] * 3 + [verdicts.CONSISTENT, verdicts.OPEN]
    seen["capture"] = (seen["frame"] < seen["rank"]).astype(float)
    seen["transition_capture"] = seen["rank"]
    seen["transition"] = 20.0 * d + 20 * seen["depth"] + 0 * seen["rank"]
    assert words(tree)[0] == verdicts.SHARPENED
    assert words(tree)[2:] == [verdicts.CONSISTENT, verdicts.REFUTED, verdicts.REFUTED]
    tree["/observed/half_b"]["transition_capture"] += 20
    assert words(tree)[0] == verdicts.REPRODUCED, "half A did not foretell it"


def test_a_spread_as_large_as_the_fall_decides_nothing(short):
    """The paper's own T falls by 100 frames with growing d: refuted at a spread of 0, open at 200."""
    tree = short.tree.copy(deep=True)
    seen = tree["/observed/networks"]
    fall = -20.0 * seen["bottleneck"] - 100 * seen["depth"] + 0 * seen["rank"]
    apart = 2.0 * seen["trial"] - 1
    for spread, expected in ((0, verdicts.REFUTED), (200, verdicts.OPEN)):
        seen["transition"] = fall + spread * apart / 2
        assert words(tree)[2] == expected
    seen["transition"] = fall
    assert words(tree)[4] == verdicts.CONSISTENT


def test_one_trial_decides_nothing(short):
    """However large the fall of T, and whatever T_capture does: open, with the numbers of T."""
    one = short.tree.isel(trial=[0])
    seen = one["/observed/networks"]
    seen["transition"] = 100 - 10 * seen["bottleneck"] + 10 * seen["depth"] + 0 * seen["rank"]
    seen["transition_capture"] = seen["transition"]
    rows = verdicts.table(one)["rows"]
    for row, numbers in ((rows[2], "depth 3: 90, 40; depth 5: 110, 60"), (rows[4], "110, 90")):
        assert row[1] == verdicts.OPEN
        assert numbers in row[2]
        assert "one trial has no spread: take --trials 5" in row[2]


@pytest.mark.parametrize(
    ("means", "fall", "rise"),
    [
        ([1.0, 2.0, 3.0], 0, 2 / np.sqrt(2)),
        ([3.0, 9.0, 5.0], 4 / np.sqrt(2), 2 / np.sqrt(2)),
        ([9.0, 10.0, 2.0], 8 / np.sqrt(2), -7 / np.sqrt(2)),
    ],
)
def test_trends(means, fall, rise):
    """Falls count from any place to any later one; the rise is from end to end."""
    found = trends.trend(np.array(means), np.ones(3))
    assert (found.fall, found.rise) == pytest.approx((fall, rise))


def test_standard_errors_of_trials():
    """Spreads 2 and 4 of two trials each, pooled, and the rounding: (2 + 8)/2 + 1/12 over two trials.

    Two degrees of freedom: Student's t exceeds t with (1 - t/sqrt(2 + t^2))/2, 1/1000 at 22.3.
    """
    values = xr.DataArray([[[3.0, 5.0], [10.0, 14.0]]], dims=("depth", "bottleneck", "trial"))
    error = trends.standard_error(values)
    assert error.values == pytest.approx([np.sqrt((5 + 1 / 12) / 2)])
    decides = trends.deciding(values)
    assert decides == pytest.approx(22.327, rel=1e-4)
    assert (1 - decides / np.sqrt(2 + decides**2)) / 2 == pytest.approx(1e-3)


# --- halves ---------------------------------------------------------------------------------------


def test_the_forecast_knows_half_a_alone(tmp_path, monkeypatch):
    """Half B replaced by noise: what half A says of the networks, and its uncertainty, is the same."""
    setting = setting_of(Config(preset="quick", depth=(4,), bottleneck=(9,), epochs=1, trials=1))
    network = InDouble(autoencoder((64, 9, 9, 64), seed=0))
    monkeypatch.setattr(halves, "network_of", lambda *arguments: network)
    of_first, of_second = (half.stream for half in halves.halves(setting))
    assert (of_first.count, of_second.count) == (898, 899)
    chosen = complementary_halves(1797, 0)[0]
    images = np.concatenate(list(setting.stream.blocks()))
    images[~chosen] = np.random.default_rng(0).integers(0, 17, size=(899, 8, 8))
    other = dataclasses.replace(setting, stream=stream_of(images, scale=1 / 16))
    work = Work(tmp_path)
    said, again = (
        [
            halves.said_over(s, halves.halves(s)[0], work),
            halves.uncertainties(
                [
                    tuple(halves.said_over(s, part, work) for part in pair)
                    for pair in halves.quarters(s)
                ]
            ),
        ]
        for s in (setting, other)
    )
    np.testing.assert_array_equal(said[0][0].capture, again[0][0].capture)
    assert said[1] == again[1]
    of_b = [halves.said_over(s, halves.halves(s)[1], work)[0].capture for s in (setting, other)]
    assert np.abs(of_b[0] - of_b[1]).max() > 0.1


def test_uncertainties_of_quarters():
    """T of 4 and 7, then 5 and 4: sqrt((9 + 1)/2); equal ones: 1 frame. c_j apart by 0.3 and 0.1."""

    def said(end, share):
        return halves.Said(0, 0, np.where(np.arange(10) < end, share, 0.0))

    pairs = [
        ([said(4, 1.0), said(10, 1.0)], [said(7, 1.0), said(10, 0.7)]),
        ([said(5, 1.0), said(10, 1.0)], [said(4, 1.0), said(10, 0.9)]),
    ]
    found = halves.uncertainties(pairs)
    np.testing.assert_allclose(found["transition_uncertainty"], [np.sqrt(5), 1])
    np.testing.assert_allclose(found["capture_uncertainty"], np.sqrt([(0.3 + 0.1) / 2, 0.05]))


def test_named_sets_are_streams_of_bytes():
    """Stored values are counts: sums of products are exact, whatever the blocks."""
    setting = setting_of(Config(preset="quick", count=300))
    assert setting.stream.count == len(setting.rows) == 300
    assert next(setting.stream.blocks()).dtype == np.uint8
    assert setting.stream.provenance["options"] == [{"option": "first", "count": 300}]
    np.testing.assert_array_equal(setting.rows, _rows_of_digits()[:300])
    assert (setting.moments.products % 1 == 0).all()


# --- figures --------------------------------------------------------------------------------------


def test_lines_of_the_bound_name_every_depth(short):
    """Depths 3 and 4 have one bound, 5 and 6 another."""
    tree = short.tree.copy(deep=True)
    seen = results.dataset(tree, "observed/networks")
    bound = results.array(tree, "forecast", "rank_bound")
    shallow, deep = bound.sel(depth=3), bound.sel(depth=5)
    four = xr.concat([shallow, shallow, deep, deep], xr.Variable("depth", [3, 4, 5, 6]))
    pictured = xr.DataTree.from_dict({"/forecast": xr.Dataset({"rank_bound": four})})
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    figures._against_bottleneck(pictured, seen, "transition", ax)
    labels = ax.get_legend_handles_labels()[1]
    pyplot.close("all")
    lines = [label for label in labels if label.startswith("bound")]
    assert lines == ["bound of the rank, depths 3 and 4", "bound of the rank, depths 5 and 6"]


# --- what is refused ------------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `autoencoder_waves` with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "autoencoder_waves", tmp_path, capsys, "--preset", "quick")


@pytest.mark.parametrize(
    ("option", "value", "bound"),
    [
        ("--batch", "0", "between 1 and 100000"),
        ("--batch", "1798", "1797 images"),
        ("--epochs", "-3", "between 1 and 100000"),
        ("--trials", "0", "between 1 and 1000"),
        ("--learning-rate", "0.0", "positive and finite"),
        ("--learning-rate", "nan", "positive and finite"),
        ("--seed", "-1", "between 0 and 2^31"),
        ("--count", "7", "at least 8"),
        ("--count", "1798", "from 8 to 1797"),
        ("--depth", "2", "no bottleneck"),
        ("--depth", "1", "at least 2"),
        ("--bottleneck", "0", "from 1 to 64"),
        ("--bottleneck", "65", "from 1 to 64"),
        ("--scale", "2.0", "digits is a named set"),
    ],
)
def test_numbers_out_of_range(refused, option, value, bound):
    """Option, value and bound stand in the line."""
    says(refused(option, value), option, value, bound)


def test_values_twice(refused):
    """Each depth and each bottleneck once."""
    says(refused("--depth", "3", "3"), "--depth", "3 3", "each once")
    says(refused("--bottleneck", "4", "4"), "--bottleneck", "4 4", "each once")


def test_images_that_are_refused(refused, tmp_path):
    """A file that is not there; images that don't differ; too few for halves and quarters."""
    says(refused("--dataset", "nowhere.npz"), "nowhere.npz")
    np.save(tmp_path / "flat.npy", np.full((9, 4, 4), 7, dtype=np.uint8))
    says(refused("--dataset", "flat.npy"), "constant images only")
    np.save(tmp_path / "few.npy", np.arange(7 * 16, dtype=np.uint8).reshape(7, 4, 4))
    says(refused("--dataset", "few.npy"), "--dataset: got 7 images", "at least 8", "one half")


def test_a_step_that_diverges(tmp_path, monkeypatch, capsys):
    """One line that names rate and network."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        cli.main("autoencoder_waves", [*SHORT.split(), "--learning-rate", "1e35", "--quiet"])
    line = capsys.readouterr().err
    assert stop.value.code == 2
    assert len(line.splitlines()) == 1
    for words in (
        "--learning-rate: got 1e+35",
        "training depth 3, d = 4, seed 0",
        "choose a smaller",
    ):
        assert words in line


def test_the_options_are_read_without_heavy_libraries():
    """`--help` of the experiment loads neither NumPy nor torch."""
    code = (
        "import sys, validation.autoencoder_waves; "
        "print(*{'numpy', 'torch', 'xarray'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_defaults_by_the_number_of_pixels():
    """4, 9, 16 for small images; the paper's preset takes all squares."""
    assert setting_of(Config(preset="quick")).bottlenecks == (4, 9, 16)
    sweep = setting_of(Config(preset="paper", dataset="digits"))
    assert sweep.bottlenecks == (1, 4, 9, 16, 25, 36, 49, 64)
    assert len(sweep.seeds) == 5
    assert sweep.protocol.epochs == 100


# --- whole runs -----------------------------------------------------------------------------------


def test_digits_as_the_default_has_it(tmp_path):
    """All bars of digits hold."""
    run = Run(tmp_path, "--preset quick")
    assert run.code == 0, run.printed
    assert run.with_verdict("holds") >= EVERYWHERE | STATED_OF_DIGITS


@pytest.mark.study
@pytest.mark.skipif("MODEWISE_DATA" not in os.environ, reason="MODEWISE_DATA names no data folder")
def test_mnist_as_the_default_has_it(tmp_path):
    """LW25, LW26, LW27, LW32 on 5000 images; deep networks pass the bottleneck by far."""
    run = Run(tmp_path, "")
    assert run.code == 0, run.printed
    assert run.with_verdict("holds") >= EVERYWHERE | STATED_OF_MNIST
