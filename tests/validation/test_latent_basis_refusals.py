"""Small and lopsided cases of `latent_basis`: refused before anything is made of them, or run to the end."""

import functools
import json
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr
from command_line import refusal, says
from scipy.special import ndtri

from numerics.exported import exported
from numerics.latent_basis.any_subject import latent_size_of, subject_of
from numerics.latent_basis.sampling import LEAST, SHARES_FROM
from theory.errors import ArgumentError
from validation import results
from validation.checks import NotRun
from validation.experiment import Work
from validation.experiment import run as run_experiment
from validation.latent_basis import Config, LatentBasisExperiment, case, figures, findings, judging
from validation.latent_basis.case import LatentBasisCase
from validation.latent_basis.judging import judged
from validation.latent_basis.labelled_images import ENCODINGS, images_of, passes_over
from validation.latent_basis.own import OwnSource
from validation.latent_basis.preparing import prepared
from validation.latent_basis.setting import Setting

LATENT, LABELS = 4, 3
BOUND = 0.2 / LABELS  # of the least share
NETWORK = "own networks"
ENOUGH = {"train": (300, 300, 300), "test": (60, 60, 60)}
LEAST_ALLOWED = {"train": (4, 300, 300), "test": (2, 60, 60)}


# --- images on the command line -------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `latent_basis` at quick with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "latent_basis", tmp_path, capsys, "--preset", "quick")


@pytest.fixture
def saved(tmp_path):
    """Save images of 4 x 4 pixels below the folder of the run, so many of each class."""

    def save(*counts, name="mine.npz", constant=False):
        labels = np.repeat(np.arange(len(counts)), counts)
        images = np.random.default_rng(0).integers(0, 256, size=(len(labels), 4, 4), dtype=np.uint8)
        np.savez(tmp_path / name, images=images * 0 + 7 if constant else images, labels=labels)
        return name

    return save


@pytest.mark.parametrize("fewest", [4, 7])
def test_classes_that_are_too_small_for_a_test(refused, saved, fewest):
    """A quarter of 7 may be one image; of 8 it is two."""
    line = refused("--dataset", saved(90, fewest, 90))
    says(line, "--dataset", f"got {fewest} images of class 1", "at least 8 of each", "--test")


@pytest.mark.parametrize(
    "counts", [(8, 8), (8, 11), (9, 10), (8, 8, 8, 11), (8, 15, 15, 15), (8, 400, 31), (9, 9, 9, 9)]
)
def test_classes_that_are_large_enough(saved, tmp_path, counts):
    """Eight images: two or more of each class for the test, six or so to learn from, none in both."""
    images = images_of(Config(dataset=str(tmp_path / saved(*counts))))
    tried, learnt = np.bincount(images.test_labels), np.bincount(images.labels)
    assert tried.min() >= 2
    assert learnt.min() >= 4
    np.testing.assert_array_equal(tried + learnt, counts)


@pytest.mark.parametrize(
    ("learnt", "tried", "option", "words"),
    [
        ((60, 60), (9, 1), "--test", ("got 1 images of class 1", "at least 2")),
        ((60, 3), (9, 9), "--dataset", ("got 3 images of class 1", "at least 4")),
    ],
    ids=["test", "training"],
)
def test_given_test_images(refused, saved, learnt, tried, option, words):
    """Two images of each class to be tried, four to learn from: two in each half."""
    given = saved(*learnt), saved(*tried, name="test.npz")
    says(refused("--dataset", given[0], "--test", given[1]), option, *words)


def test_the_least_that_is_allowed(saved, tmp_path):
    """Four to learn from, two to be tried, as they were given."""
    given = [
        str(tmp_path / saved(*n, name=name)) for n, name in (((60, 4), "a.npz"), ((9, 2), "b.npz"))
    ]
    images = images_of(Config(dataset=given[0], test=given[1]))
    assert np.bincount(images.labels).tolist() == [60, 4]
    assert np.bincount(images.test_labels).tolist() == [9, 2]


@pytest.mark.parametrize("option", ["--dataset", "--test"])
def test_images_that_are_all_the_same(refused, saved, option):
    """One image all over has nothing to be told apart by."""
    same = saved(60, 60, name="same.npz", constant=True)
    given = {"--dataset": saved(60, 60), "--test": saved(9, 9, name="test.npz")} | {option: same}
    line = refused(*(part for pair in given.items() for part in pair))
    says(line, option, "got 120 images that are all the same", "must differ")
    assert line.startswith(option)


@pytest.mark.parametrize("images", [1, 7, 999, 1347, 53_999, 54_000, 60_000])
def test_passes(images):
    """As few passes as make the noisy encodings that are asked for, one at least."""
    passes = passes_over(images)
    assert passes * images >= ENCODINGS
    assert passes == 1 or (passes - 1) * images < ENCODINGS


# --- programs of any length -----------------------------------------------------------------------


class AnyLength(torch.nn.Module):
    """Takes latents of any length for images."""

    def forward(self, latents):
        return torch.tanh(latents)


@pytest.fixture
def programs(tmp_path):
    """A generator whose latents' length is fixed, and one whose is open."""
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length")
    for name, shapes in (("fixed", {0: batch}), ("open", {0: batch, 1: length})):
        program = torch.export.export(AnyLength(), (torch.zeros(2, 6),), dynamic_shapes=(shapes,))
        torch.export.save(program, tmp_path / f"{name}.pt2")
    return tmp_path


def test_the_length_that_a_program_takes(programs):
    """Read off its input; where it is open there is none."""
    assert latent_size_of(exported(programs / "fixed.pt2")) == 6
    with pytest.raises(ArgumentError, match="latent_size: got None; cannot be read off"):
        latent_size_of(exported(programs / "open.pt2"))


def test_latents_of_any_length(refused, programs, saved):
    """The option is named; given it, the next thing is looked at."""
    given = [f"--{n}={programs / 'open.pt2'}" for n in ("generator", "classifier", "encoder")]
    line = refused("--dataset", saved(30, 30), *given)
    assert line.startswith("--latent-size: got None; cannot be read off this generator")
    line = refused("--dataset", saved(30, 30), *given, "--latent-size", "6")
    says(line, "--generator", "got images of shape (6,)", "16 pixels")


# --- generators that make a label too rarely ------------------------------------------------------


EDGE = ndtri(1 / LABELS)


def label_of(images):
    """A third of normal images has label 0, the others that of the larger of two coordinates."""
    return np.where(images[:, 0] < EDGE, 0, 1 + images[:, 1:3].argmax(axis=1))


def classify(images):
    return np.eye(LABELS)[label_of(images)]


def subject(share=1 / LABELS, encode=None):
    """Images are latents, pushed over the edge until label 0 has that share; the encoder pulls them back."""
    push = np.array([EDGE - ndtri(share) if share else 0.0, 0.0, 0.0, 0.0])

    def generate(latents):
        images = latents + push
        return images if share else np.maximum(images, [EDGE, -np.inf, -np.inf, -np.inf])

    def pulled(images):
        return images - push, np.full_like(images, 0.05)

    return subject_of(generate, classify, encode or pulled, latent_size=LATENT)


def source(share=1 / LABELS, counts=ENOUGH, **changes):
    """Images of each label, so many to learn from and to be tried."""
    sets = dict(
        zip(("train", "test"), np.random.default_rng(3).normal(size=(2, 3000, LATENT)), strict=True)
    )
    for name, drawn in sets.items():
        labels = label_of(drawn)
        rows = [np.flatnonzero(labels == k)[: counts[name][k]] for k in range(LABELS)]
        sets[name] = drawn[np.concatenate(rows)]
    values = {
        "subject": subject(share),
        "images": sets["train"],
        "labels": label_of(sets["train"]),
        "test_images": sets["test"],
        "test_labels": label_of(sets["test"]),
        "shape": (2, 2),
        "label_names": ("a", "b", "c"),
    }
    return OwnSource(**(values | changes))


def setting(given, sets=2, **options):
    config = Config(dataset="mine", preset="quick", each=LEAST, trials=3, **options)
    return Setting(config, given, range(1), sets, LEAST)


def ran(given, out, monkeypatch):
    """Run the experiment on a setting, without linear control, figures and film; return tree and case."""
    for place, name, empty in (
        (case, "control_findings", lambda work: {}),
        (figures, "drawn", lambda result: {}),
        (figures, "films", lambda result: {}),
    ):
        monkeypatch.setattr(place, name, empty)

    mine = LatentBasisCase(given)

    class Mine(LatentBasisExperiment):
        def case(self, config):
            return mine

        def verifications(self):
            return {}

    return run_experiment(Mine(), given.config, out=out).tree, mine


def test_shares_that_are_judged(tmp_path):
    """Below 0.2/l is collapse, above is none: 100,000 latents tell 0.064 from 0.070."""
    assert judged(subject(BOUND + 0.0033), 0, Work(tmp_path / "above")) is None
    found = judged(subject(BOUND - 0.0027), 0, Work(tmp_path / "below"))
    assert found.what == "the share of label 0"
    assert found.found == pytest.approx(BOUND - 0.0027, abs=0.002)
    assert found.bound == "must be at least 0.0667"


def test_judged_once(tmp_path, monkeypatch):
    """Another part of the run takes what was seen; another seed looks for itself."""
    drawn = []
    random_means = judging.random_means

    def counted(*given, **named):
        drawn.append(random_means(*given, **named))
        return drawn[-1]

    monkeypatch.setattr(judging, "random_means", counted)
    for seed in (0, 0, 1, 0):
        assert judged(subject(), seed, Work(tmp_path)) is None
    assert len(drawn) == 2
    assert min(found.draws for found in drawn) >= SHARES_FROM
    assert (drawn[0].shares != drawn[1].shares).any()


@pytest.mark.parametrize("share", [0.04, 0.0])
def test_an_own_generator_that_has_collapsed(tmp_path, share):
    """Refused with label, share, bound and --force, before means are drawn."""
    with pytest.raises(ArgumentError) as no:
        prepared(setting(source(share)), 0, NETWORK, Work(tmp_path))
    line = str(no.value)
    assert line.startswith(
        "--generator: got that of seed 0; has collapsed: the share of label 0 is 0"
    )
    says(line, "--generator", "at least 0.0667", "--force")
    assert {path.name for path in tmp_path.iterdir()} == {"judged_0.nc"}


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "label 0: not one of 100000 random"), (1e-3, "label 0 has a share of 0.00")],
    ids=["never", "rare"],
)
def test_a_label_that_is_too_rare_under_force(tmp_path, share, words):
    """Its means would take more latents than there are: options are named, no function's arguments."""
    with pytest.raises(ArgumentError) as no:
        prepared(setting(source(share), force=True), 0, NETWORK, Work(tmp_path))
    line = str(no.value)
    says(line, "--each", f"got {LEAST}", words, "--sets 1")
    for argument in ("budget: ", "raise the budget", "without_missing"):
        assert argument not in line


def test_a_collapsed_generator_under_force(tmp_path, monkeypatch):
    """It is run to the end with one set of means, and the result says so in notes, table and tree."""
    tree, mine = ran(setting(source(0.04), sets=1, force=True), tmp_path, monkeypatch)
    told = json.loads(tree["/setup"].attrs["told"])[f"seed 0, {NETWORK}"]["collapsed"]
    assert list(told) == ["0"]
    assert re.fullmatch(r"the share of label 0 is 0\.0[34]\d+, must be at least 0\.0667", told["0"])
    tables = mine.report(tree).tables
    (table,) = (t for t in tables if t["title"] == "generators that collapsed")
    assert table["rows"] == [["0", told["0"]]]
    assert any("has collapsed" in note and told["0"] in note for note in mine.notes())


def test_an_encoder_that_forgets_a_label(tmp_path):
    """Every image is encoded at label 1 or 2: no mean of label 0, in words of the command line."""

    def encode(images):
        return np.tile([9.0, 0.0, 0.0, 0.0], (len(images), 1)), np.full(images.shape, 0.05)

    given = source(subject=subject(encode=encode))
    with pytest.raises(ArgumentError) as no:
        prepared(setting(given), 0, NETWORK, Work(tmp_path))
    says(str(no.value), "--dataset", f"at least {LEAST} encodings", "0 latents of label 0", NETWORK)
    assert "passes over" in str(no.value)


# --- few latents, few images ----------------------------------------------------------------------


def seen(vectors, rows):
    """A result whose means of random latents are these rows, of two labels of equal share."""
    means = np.vstack([np.eye(2, rows.shape[1]), rows])[None, None, :vectors]
    setup = xr.Dataset(
        {
            "mean": (("seed", "network", "vector", "latent"), means),
            "share": (("seed", "network", "label"), np.full((1, 1, 2), 0.5)),
        },
        coords={"vector": np.arange(vectors)},
    )
    size = rows.shape[1]
    described = SimpleNamespace(labels=2, each=1000, source=SimpleNamespace(latent_size=size))
    return findings._of_means(xr.DataTree.from_dict({"/setup": setup}), described)


def test_means_that_are_no_whole_set():
    """With l = 2, M = 3: one random mean, |m|^2 = 1 against 2/pi + 2 M/V; no sum over the labels."""
    found = seen(3, np.array([[1.0, 0.0, 0.0]]))
    assert found["LB14"]() == pytest.approx(1 - 2 / math.pi - 2 * 3 / 1000, rel=1e-12)
    assert found["LB44"] == NotRun("no whole set of random means")


def test_means_that_are_one_whole_set():
    """With l = 2, M = 4: half the sum of both over sqrt(M sum p^2 / V), 1.2 by construction."""
    off = 1.2 * 2 * math.sqrt(4 * 0.5 / 1000)
    found = seen(4, np.array([[1.0, 0.0, 0.0, 0.0], [-1.0, off, 0.0, 0.0]]))
    assert found["LB44"]() == pytest.approx(1.2, rel=1e-12)


def test_means_of_the_encoder_alone():
    """With l = 2, M = 2: nothing is random."""
    found = seen(2, np.empty((0, 2)))
    assert found["LB14"] == found["LB44"] == NotRun("one set of means: none of random latents")


def test_the_least_of_everything(tmp_path, monkeypatch):
    """With l = 3, M = 4, a class of four images to learn from and two to be tried: to the end."""
    tree, _ = ran(setting(source(counts=LEAST_ALLOWED)), tmp_path, monkeypatch)
    rows = {row["id"]: row for row in json.loads(tree["/checks"].attrs["rows"])}
    assert rows["LB44"]["verdict"] == "not run"
    assert rows["LB44"]["reason"] == "its bar is stated for latents of 30 coordinates or more"
    setup = results.dataset(tree, "setup").isel(seed=0, network=0)
    share = float(setup["share"][0])
    bound = (math.exp(-(ndtri(share) ** 2) / 2) / math.sqrt(2 * math.pi) / share) ** 2
    expected = float((setup["mean"][LABELS] ** 2).sum()) - bound - 2 * LATENT / LEAST
    assert rows["LB14"]["found"] == pytest.approx(expected, rel=1e-9)
    # of the two images of the first label one is on each branch
    assert rows["LB46"]["verdict"] == "inconclusive"
    assert "fewer than two latents" in rows["LB46"]["reason"]
    accuracy = results.array(tree, "observed/trials", "accuracy")
    assert bool(np.isfinite(accuracy).all())
    assert json.loads(tree["/setup"].attrs["told"])[f"seed 0, {NETWORK}"]["collapsed"] == {}


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train": (3, 300, 300)}, "labels: got 3 images of class a; must be at least 4"),
        ({"test": (60, 60, 1)}, "test_labels: got 1 images of class c; must be at least 2"),
        ({"test": (60, 0, 60)}, "test_labels: got 0 images of class b; must be at least 2"),
    ],
    ids=["training", "test", "none"],
)
def test_own_sources_of_too_few_images(counts, words):
    """From Python as from the command line."""
    with pytest.raises(ArgumentError, match=words):
        source(counts=ENOUGH | counts)
