"""Training in `latent_basis`: resumed to the same bits, frozen networks, generators that collapse."""

import dataclasses
import functools
import json

import numpy as np
import pytest
from command_line import FinishedRun

import numerics.training
from numerics.latent_basis.descent import Descent
from numerics.latent_basis.protocols import ADVERSARIAL, SPREAD, Protocol, Widths
from numerics.torch_networks import weights
from validation import cli, results
from validation.experiment import Work
from validation.latent_basis import (
    Config,
    LatentBasisExperiment,
    case,
    figures,
    measuring,
    trained,
    training,
)
from validation.latent_basis.check_table import CHECKS
from validation.latent_basis.setting import setting_of
from validation.latent_basis.training import FARTHER

pytestmark = pytest.mark.slow  # whole runs

COUNT, SIDE, LABELS = 600, 4, 3
TINY = Protocol(
    pixels=SIDE * SIDE,
    latent_size=6,
    sets=2,
    widths=Widths((32, 32), (32, 16), (32, 16), (32, 32)),
    adversarial=Descent(2e-3, 32, steps=800, betas=ADVERSARIAL),
    classifier=Descent(3e-3, 32, steps=200),
    encoder=Descent(3e-3, 32, steps=300, betas=SPREAD, warm_up=0.1),
)
# so few updates that a generator makes hardly more than one label
TOO_FEW = dataclasses.replace(
    TINY, adversarial=dataclasses.replace(TINY.adversarial, steps=5, learning_rate=1e-3)
)
# of few coordinates a length scatters by more than LB44 allows for
HERE = {check.id for check in CHECKS if "FILE" in check.cases} - {"LB44"}
TRAINED = ("classifier_0", "generator_0", "encoder_0_linear", "encoder_0_release")
COLLAPSED = "generators that collapsed"

Run = functools.partial(FinishedRun, "latent_basis")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Three patterns of 4 x 4 pixels with noise, each 200 times."""
    generator = np.random.default_rng(0)
    labels = np.arange(COUNT) % LABELS
    patterns = np.where(generator.uniform(size=(LABELS, SIDE, SIDE)) > 0.5, 0.85, 0.15)
    noise = 0.1 * generator.standard_normal((COUNT, SIDE, SIDE))
    path = tmp_path_factory.mktemp("images") / "patterns.npz"
    np.savez(path, images=(patterns[labels] + noise).clip(0, 1), labels=labels)
    return path


def plain(patch):
    """Small networks; no figures, no film, no rows that need no data."""
    patch.setattr(trained, "_protocol", lambda config, images: TINY)
    patch.setattr(figures, "drawn", lambda result: {})
    patch.setattr(figures, "films", lambda result: {})
    patch.setattr(case, "control_findings", lambda work: {})
    patch.setattr(LatentBasisExperiment, "verifications", lambda self: {})


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    plain(monkeypatch)


def record(patch):
    """Note every network that is handed out of a training, with its weights at that moment."""
    seen = []

    def noted(kind):
        make = getattr(training.Training, kind)

        def told(self, seed, work):
            network = make(self, seed, work)
            seen.append((kind, network, weights(network)))
            return network

        patch.setattr(training.Training, kind, told)

    noted("classifier")
    noted("generator")
    return seen


def options(images, *more):
    return ["--dataset", str(images), "--preset", "quick", "--each", "500", *more]


@pytest.fixture(scope="module")
def undisturbed(images, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        plain(patch)
        seen = record(patch)
        run = Run(tmp_path_factory.mktemp("undisturbed"), " ".join(options(images)))
    run.networks = seen
    return run


def test_the_run(undisturbed):
    """Networks learn the 4 x 4 patterns; all rows of own images hold."""
    of_data = {"holds": HERE, "fails": set()}
    assert {verdict: undisturbed.with_verdict(verdict) for verdict in of_data} == of_data
    setup = results.dataset(undisturbed.tree, "setup")
    assert float(setup["classifier_accuracy"].min()) > 0.97
    assert (setup.sizes["network"], setup.sizes["vector"], setup.sizes["label"]) == (2, 6, 3)
    decoded = results.array(undisturbed.tree, "observed/trials", "encode_decode")
    assert float(decoded.mean("trial").sel(network="linear head").min()) > 0.9
    assert float(decoded.mean("trial").min()) > 0.5, "the release head learns slowly"
    assert not [t for t in undisturbed.said["tables"] if t["title"] == COLLAPSED]


# --- interrupted, and resumed ---------------------------------------------------------------------


@pytest.fixture
def stopped(monkeypatch, images, tmp_path):
    """Run the command, interrupted half-way through the training of a network; returns its store."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    train = training.train

    def stop(name):
        def interrupted(learner, grid, *, checkpoint, progress):
            def until(done, total):
                if checkpoint.stem == f"training_{name}" and done >= total // 2:
                    raise KeyboardInterrupt
                progress(done, total)

            return train(learner, grid, checkpoint=checkpoint, progress=until)

        monkeypatch.setattr(training, "train", interrupted)
        out = tmp_path / "results"
        with pytest.raises(SystemExit) as ended:
            cli.main("latent_basis", [*options(images), "--out", str(out), "--quiet"])
        monkeypatch.setattr(training, "train", train)
        assert ended.value.code == 130
        assert not (out / "latent_basis.nc").exists()
        (store,) = (out / ".latent_basis").iterdir()
        return store

    return stop


def test_interrupted_in_every_training_it_ends_at_the_same_values(
    undisturbed, stopped, images, tmp_path, capsys
):
    """Stopped half-way in each network, one after another: each time what was done stays, bit for bit."""
    done = {}
    for number, name in enumerate(TRAINED):
        store = stopped(name)
        assert "the same command goes on" in capsys.readouterr().err
        assert (store / f"training_{name}.npz").exists(), "a checkpoint to go on from"
        finished = {p.stem: p.read_bytes() for p in store.glob("weights_*.npz")}
        # the second encoder begins when the first head's means are known
        assert {f"weights_{n}" for n in TRAINED[:number]} == set(finished)
        assert {stem: finished[stem] for stem in done} == done
        done = finished
        assert not (store / "forecast.json").exists()
    run = Run(tmp_path, " ".join(options(images)))
    assert run.forecast() == undisturbed.forecast()
    assert run.values() == undisturbed.values()
    assert {p.name for p in store.iterdir()} == {"forecast.nc", "forecast.json", "finished"}


def test_interrupted_after_the_seal_it_takes_up_the_forecast(
    undisturbed, images, tmp_path, monkeypatch
):
    """The trials begin anew, the forecast does not: nothing is trained again."""
    out = tmp_path / "results"

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(measuring, "_trials", interrupted)
        with pytest.raises(SystemExit) as ended:
            cli.main("latent_basis", [*options(images), "--out", str(out), "--quiet"])
    assert ended.value.code == 130
    (store,) = (out / ".latent_basis").iterdir()
    sealed = (store / "forecast.nc").read_bytes()
    monkeypatch.setattr(training, "train", interrupted)
    run = Run(tmp_path, " ".join(options(images)))
    assert "going on from an unfinished run" in run.printed
    assert (store / "forecast.nc").read_bytes() == sealed
    assert run.values() == undisturbed.values()


def test_another_seed_is_another_run(undisturbed, images, tmp_path):
    """Other networks, another forecast; the rows hold of them, too."""
    run = Run(tmp_path, " ".join(options(images, "--seed", "1", "--head", "linear")))
    assert run.forecast() != undisturbed.forecast()
    assert run.with_verdict("fails") == set()
    assert run.tree["/setup"]["seed"].values.tolist() == [1]


def test_frozen_networks_stay_as_they_are(undisturbed):
    """Generator and classifier after encoders were trained, sampled, and all was measured: bit for bit.

    Running statistics and counters of BatchNorm among them.
    """
    for kind in ("classifier", "generator"):
        same = [(network, at_first) for k, network, at_first in undisturbed.networks if k == kind]
        assert len(same) >= 2, "each head has been given one"
        first = same[0][1]
        for network, at_first in same:
            now = weights(network)
            assert not network.training
            assert set(now) == set(first)
            for name, values in first.items():
                np.testing.assert_array_equal(at_first[name], values, err_msg=name)
                np.testing.assert_array_equal(now[name], values, err_msg=name)
    names = {name for _, _, at_first in undisturbed.networks for name in at_first}
    assert any("running_mean" in name for name in names)
    assert any("num_batches_tracked" in name for name in names)


# --- generators that collapse ---------------------------------------------------------------------


@pytest.fixture
def collapsing(monkeypatch):
    """Generators of some seeds stop learning after five updates."""

    def choose(*seeds):
        generator = training.Training.generator

        def short(self, seed, work):
            given = dataclasses.replace(self, protocol=TOO_FEW) if seed in seeds else self
            return generator(given, seed, work)

        monkeypatch.setattr(training.Training, "generator", short)

    return choose


def refused(images, out, capsys, *more):
    """Run a command that is refused once its generator is known; returns the line."""
    with pytest.raises(SystemExit) as ended:
        cli.main("latent_basis", [*options(images, *more), "--out", str(out), "--quiet"])
    said = capsys.readouterr().err.strip()
    assert ended.value.code == 2, said
    assert len(said.splitlines()) == 1, said
    assert [p.name for p in out.iterdir()] == [".latent_basis"], "no result"
    return said


def test_a_collapsed_generator_is_refused(images, tmp_path, capsys, collapsing):
    """With its seed, what is wrong and its bound, and what can be done."""
    collapsing(0)
    said = refused(images, tmp_path / "results", capsys)
    assert said.startswith("--seed: got 0; the generator of this seed has collapsed: the ")
    assert "must be at least 0." in said
    for remedy in ("another", "--restarts", "--force"):
        assert remedy in said


def test_a_restart_that_collapses_is_refused_with_its_seed(images, tmp_path, capsys, collapsing):
    """One restart was allowed: the seed of the last attempt is named."""
    collapsing(0, FARTHER)
    said = refused(images, tmp_path / "results", capsys, "--restarts", "1")
    assert said.startswith(f"--seed: got {FARTHER}; the generator of this seed has collapsed")


def test_a_restart_is_told(images, tmp_path, collapsing):
    """In the tree, in a table of its own, in the notes; the run goes on with the other seed's generator."""
    collapsing(0)
    run = Run(tmp_path, " ".join(options(images, "--restarts", "2", "--head", "linear")))
    assert run.with_verdict("fails") == set()
    told = json.loads(run.tree["/setup"].attrs["told"])["seed 0, linear head"]["collapsed"]
    assert list(told) == ["0"]
    assert "must be at least 0." in told["0"]
    (table,) = (t for t in run.said["tables"] if t["title"] == COLLAPSED)
    assert table["rows"] == [["0", told["0"]]]
    (note,) = (note for note in run.said["notes"] if "collapsed" in note)
    assert told["0"] in note
    assert "seed 0" in note
    shares = results.array(run.tree, "setup", "share")
    assert float(shares.min()) > 0.2 / 3


def test_a_restart_is_the_generator_of_its_seed(images, tmp_path, collapsing):
    """The first restart of seed 0 is what seed 1000 learns, bit for bit; the attempt before it is told."""
    source = setting_of(Config(dataset=str(images), preset="quick")).source
    expected = weights(source.training.generator(FARTHER, Work(tmp_path / "other")))
    collapsing(0)
    work = Work(tmp_path / "restarted")
    classifier = source.training.classifier(0, work)
    generator, told = training.generator_with_restarts(source.training, 0, classifier, 1, work)
    assert [seed for seed, _ in told] == [0]
    for name, values in weights(generator).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


def test_forced(images, tmp_path, collapsing):
    """Goes on with the collapsed generator, and says so."""
    collapsing(0)
    more = ("--force", "--head", "linear", "--sets", "1")
    run = Run(tmp_path, " ".join(options(images, *more)))
    told = json.loads(run.tree["/setup"].attrs["told"])["seed 0, linear head"]["collapsed"]
    assert list(told) == ["0"]
    assert any("collapsed" in note and told["0"] in note for note in run.said["notes"])
    assert [t["rows"] for t in run.said["tables"] if t["title"] == COLLAPSED] == [
        [["0", told["0"]]]
    ]
    setup = results.dataset(run.tree, "setup")
    assert min(float(setup["share"].min()) * 3 / 0.2, float(setup["confidence"].min()) / 0.6) < 1
