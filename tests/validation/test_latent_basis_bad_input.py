"""What a user of `latent_basis` can get wrong: one line that names argument, value and remedy; no file."""

import dataclasses
import functools
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from command_line import refusal, says

from theory.errors import ArgumentError
from validation.latent_basis import Config, trained
from validation.latent_basis.options import CONTROL, OF_TRAINING, RANGES, option, require_options
from validation.latent_basis.setting import setting_of
from validation.latent_basis.weights import STORED

COUNT = 120
GREYS = np.random.default_rng(0).integers(0, 256, size=(COUNT, 4, 4), dtype=np.uint8)
LABELS = np.arange(COUNT) % 3
OWN = {"generator": "g.pt2", "classifier": "c.pt2", "encoder": "e.pt2"}
PROGRAMS = [part for name, file in OWN.items() for part in (f"--{name}", file)]


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `latent_basis` at quick with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "latent_basis", tmp_path, capsys, "--preset", "quick")


@pytest.fixture
def saved(tmp_path):
    """Save labelled images below the folder of the run."""

    def save(images=GREYS, labels=LABELS, name="mine.npz"):
        np.savez(tmp_path / name, images=images, labels=labels)
        return name

    return save


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("--size", "3", "from 4 to 512"),
        ("--size", "513", "from 4 to 512"),
        ("--latent-size", "1", "from 2 to 4096"),
        ("--sets", "0", "from 1 to 4096"),
        ("--each", "499", "from 500 to 10000000: an encoder's mean takes no fewer"),
        ("--trials", "1", "from 2 to 100000: a scatter needs two"),
        ("--seeds", "0", "from 1 to 1000"),
        ("--restarts", "-1", "from 0 to 100"),
        ("--class-weight", "-0.5", "from 0 to 1000000"),
        ("--class-weight", "nan", "from 0 to 1000000"),
        ("--class-weight", "inf", "from 0 to 1000000"),
        ("--seed", "-1", "from 0 to 2147483647"),
        ("--seed", "99999999999999999999", "from 0 to 2147483647"),
        ("--black", "nan", "finite and below 1"),
        ("--black", "-inf", "finite and below 1"),
        ("--black", "1.0", "finite and below 1"),
    ],
)
def test_numbers_out_of_range(refused, name, value, bound):
    """Option, value and bound stand in the line."""
    says(refused(f"{name}={value}"), name, f"got {value}", bound)


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_the_ranges(name):
    """Both ends are allowed, what is beyond is not."""
    for value in RANGES[name]:
        require_options(Config(**{name: value}))
    low, high = RANGES[name]
    for value in (low - 1, high + 1, float("nan")):
        with pytest.raises(ArgumentError, match=f"{option(name)}: got .*must be from"):
            require_options(Config(**{name: value}))


def test_more_sets_than_the_latents_hold(refused, saved):
    """N <= M/l, rounded up: the last set may be cut off."""
    says(refused("--sets", "4"), "--sets", "got 4", "30 latents hold 3 sets of 10", "fewer")
    line = refused("--dataset", saved(), "--sets", "11")
    says(line, "--sets", "got 11", "30 latents hold 10 sets of 3")


def test_fewer_latents_than_labels(refused, saved):
    """Each label has a vector of its own: l <= M."""
    says(refused("--latent-size", "9"), "--latent-size", "got 9", "the number of labels, 10")
    says(refused("--dataset", saved(), "--latent-size", "2"), "--latent-size", "labels, 3")


def test_latents_longer_than_the_controls_images(refused):
    """A has orthonormal columns: M <= 144."""
    line = refused("--dataset", CONTROL, "--latent-size", "145")
    says(line, "--latent-size", "got 145", "at most 144")


def test_a_side_that_does_not_divide(refused):
    """Blocks of pixels are averaged: 8 has no blocks for 5."""
    says(refused("--size", "5"), "--size", "got 5", "divide the side of the images, 8")


def test_a_device_that_is_not_here(refused, monkeypatch):
    """Said before anything is trained."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    says(refused("--device", "cuda"), "device", "cuda", "--device cpu")


# --- options that say nothing of what runs --------------------------------------------------------

OTHER = {
    "size": 4,
    "head": "linear",
    "likelihood": "gaussian",
    "class_weight": 10.0,
    "restarts": 2,
    "test": "mine.npz",
    "seeds": 2,
    "force": True,
}


def arguments(name):
    value = OTHER[name]
    return [option(name)] if value is True else [option(name), str(value)]


@pytest.mark.parametrize("name", OTHER)
def test_the_control_takes_no_option_of_training(refused, name):
    """It is made, not trained, and its test images with it."""
    says(refused("--dataset", CONTROL, *arguments(name)), option(name), "says nothing here")


@pytest.mark.parametrize("name", OWN)
def test_the_control_takes_no_programs(refused, name):
    """It has its own three."""
    says(refused("--dataset", CONTROL, *PROGRAMS), "--generator", "got g.pt2", "leave it out")


@pytest.mark.parametrize("name", [*sorted(set(OF_TRAINING) - {"size"}), "seeds"])
def test_own_networks_take_no_option_of_training(refused, name):
    """Nothing is trained; --size may bring the images to what the generator makes."""
    line = refused(*PROGRAMS, *arguments(name))
    says(line, option(name), "comes with its own networks")
    require_options(Config(**OWN, size=4))


def test_test_images_of_a_named_set(refused, saved):
    """They come with it."""
    says(refused("--test", saved()), "--test", "mine.npz", "digits is a named set")


def test_black_without_own_networks(refused):
    """The project's own have -1."""
    says(refused("--black", "0"), "--black", "got 0.0", "belongs to own networks")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (("generator",), "--classifier"),
        (("classifier",), "--generator"),
        (("generator", "encoder"), "--classifier"),
        (("generator", "classifier"), "--encoder"),
    ],
)
def test_networks_that_belong_together(refused, given, missing):
    """Generator, classifier and encoder, all or none."""
    line = refused(*(part for name in given for part in (f"--{name}", OWN[name])))
    says(line, missing, "got None")


def test_an_encoder_alone(refused):
    """Of what it is the encoder is not known."""
    says(refused("--encoder", "e.pt2"), "--encoder", "got e.pt2", "give all three")


def test_unknown_choices(refused):
    """The parser's words, in one line."""
    for name, value in (("--head", "conv"), ("--likelihood", "l2"), ("--preset", "fast")):
        line = refused(name, value)
        assert f"invalid choice '{value}' for argument '{name}'" in line
        assert "--help" in line


# --- files ----------------------------------------------------------------------------------------


def test_a_set_that_does_not_exist(refused):
    """Neither a name nor a path."""
    says(refused("--dataset", "nothere.npz"), "nothere.npz", "exists")
    says(refused("--dataset", "digit"), "digit")


def test_a_set_that_is_not_here(refused, tmp_path, monkeypatch):
    """A folder of original files without those of the set: the file that is missing is named."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    says(refused("--dataset", "mnist"), "mnist", "idx", "MODEWISE_DATA")


def test_a_file_of_another_kind(refused, tmp_path):
    """Neither text nor a file that was cut off."""
    (tmp_path / "mine.csv").write_text("1,2")
    says(refused("--dataset", "mine.csv"), "mine.csv", ".npz, .npy, .nc")
    (tmp_path / "mine.npz").write_bytes(b"PK and no more")
    says(refused("--dataset", "mine.npz"), "mine.npz", "intact")


def test_images_without_labels(refused, tmp_path):
    """What is classified needs classes."""
    np.savez(tmp_path / "mine.npz", images=GREYS)
    says(refused("--dataset", "mine.npz"), "mine.npz", "labels")
    np.save(tmp_path / "mine.npy", GREYS)
    says(refused("--dataset", "mine.npy"), "mine.npy", "mine_labels.npy")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (LABELS[:50], ("120 images and 50 labels",)),
        (LABELS + 0.5, ("integers or texts",)),
        (0 * LABELS, ("at least two classes",)),
        (
            np.where(np.arange(COUNT) < 3, 2, np.arange(COUNT) % 2),
            ("3 images of class 2", "at least 8"),
        ),
    ],
    ids=["too few", "no whole numbers", "one class", "a rare class"],
)
def test_labels_that_are_none(refused, saved, labels, words):
    """One a picture, whole numbers or texts, two classes or more, eight pictures of each."""
    says(refused("--dataset", saved(labels=labels)), "dataset", *words)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (GREYS[:9], ("3 images of class 0", "at least 8")),
        (GREYS[:30], ("at least 60, 20 for each label",)),
        (GREYS[:, :3, :3], ("got 9", "from 16 to 1024")),
        (np.repeat(np.repeat(GREYS, 9, 1), 9, 2), ("got 1296", "from 16 to 1024")),
        (GREYS.astype(float), ("pixels from 0 to 255", "from 0 to 1")),
        (GREYS / 255 - 0.5, ("pixels from -0.5 to 0.5", "from 0 to 1")),
        (
            np.where(np.arange(16).reshape(4, 4) == 5, np.nan, GREYS / 255),
            ("finite", "120 of 1,920"),
        ),
        (0 * GREYS, ("every image is zero",)),
        (GREYS.reshape(-1, 2, 8), ("square",)),
    ],
    ids=[
        "few",
        "few of each",
        "small",
        "large",
        "0 to 255",
        "negative",
        "not finite",
        "zero",
        "not square",
    ],
)
def test_images_that_are_none(refused, saved, images, words):
    """Square, of 4 x 4 to 32 x 32 pixels from black to white, and enough of them."""
    line = refused("--dataset", saved(images=images, labels=LABELS[: len(images)]))
    says(line, "", *words)


def test_test_images_of_another_kind(refused, saved):
    """Their classes and their size are those to learn; a missing file is named."""
    given = "--dataset", saved(), "--test"
    says(refused(*given, "gone.npz"), "gone.npz", "exists")
    other = saved(labels=LABELS % 2, name="two.npz")
    says(refused(*given, other), "--test", "two.npz", "classes are others")
    small = saved(images=GREYS[:, :2, :2], name="small.npz")
    says(refused(*given, small), "--test", "small.npz", "2 x 2 pixels, those to learn 4 x 4")


# --- stored weights -------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path_factory, monkeypatch):
    """The weights that come with the package, where they can be damaged."""
    copy = tmp_path_factory.mktemp("weights") / STORED.name
    for path in (STORED, STORED.with_suffix(".json")):
        shutil.copy(path, copy.with_suffix(path.suffix))
    monkeypatch.setattr(trained, "STORED", copy)
    return copy


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def one_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def without_checksum(path):
    beside = path.with_suffix(".json")
    told = json.loads(beside.read_text())
    del told["sha256"]
    beside.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "SHA-256"),
        (one_bit, "SHA-256"),
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.with_suffix(".json").unlink(), "cannot be read"),
        (lambda path: path.with_suffix(".json").write_text("{"), "cannot be read"),
        (without_checksum, "cannot be read"),
    ],
    ids=["cut", "a bit", "gone", "JSON gone", "JSON torn", "no checksum"],
)
def test_damaged_weights(refused, copied, damage, words):
    """Told before the linear control is tried, and nothing is written."""
    damage(copied)
    says(refused(), "weights", str(copied), words, "take both files anew")


# --- the command ----------------------------------------------------------------------------------


def test_one_line_in_a_process(tmp_path):
    """No traceback and no warning of a library before it."""
    command = [sys.executable, "-m", "validation.latent_basis", "--trials", "1"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["taken", "taken/below"])
def test_out_that_is_no_folder(refused, tmp_path, out):
    """A file, a folder below a file."""
    (tmp_path / "taken").write_text("mine")
    says(refused(out=out), "--out", out)
    assert (tmp_path / "taken").read_text() == "mine"


def test_nothing_is_left_over_from_a_refused_run(refused, tmp_path):
    """A result that was there before stays as it was."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "latent_basis.json").write_text("old")
    refused("--trials", "1")
    assert (tmp_path / "results" / "latent_basis.json").read_text() == "old"


def test_options_from_python():
    """The same refusals without a command line."""
    with pytest.raises(ArgumentError, match="--trials: got 1; must be from 2 to 100000"):
        setting_of(Config(trials=1))
    with pytest.raises(ArgumentError, match="--sets: got 4; must be from 1 to 3"):
        setting_of(Config(sets=4))


def test_every_option_is_known_here():
    """An option that is added is refused where it says nothing, or is free in every case."""
    fields = {field.name for field in dataclasses.fields(Config)}
    free = {"dataset", "latent_size", "sets", "each", "trials", "seed", "preset", "device", "black"}
    assert fields == free | set(OTHER) | set(OWN)
