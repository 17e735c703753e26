"""What a user can get wrong: one line that names argument, value and remedy; nothing written."""

import dataclasses
import functools
import gzip
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import refusal, says

from validation import cli

COSINES = ["--dataset", "pure_cosines"]
FEW = ["--trials", "1", "--updates", "40", "--preset", "quick"]


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `linear_cnn` with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "linear_cnn", tmp_path, capsys)


# --- options --------------------------------------------------------------------------------------

OPTIONS = {
    "learning rate 0": (["--learning-rate", "0"], "--learning-rate", "0.0"),
    "learning rate negative": (["--learning-rate", "-0.1"], "--learning-rate", "-0.1"),
    "learning rate nan": (["--learning-rate", "nan"], "--learning-rate", "nan"),
    "learning rate infinite": (["--learning-rate", "inf"], "--learning-rate", "inf"),
    "learning rate no number": (["--learning-rate", "fast"], "--learning-rate", "'fast'"),
    "updates 0": (["--updates", "0"], "--updates", "0"),
    "updates -1": (["--updates", "-1"], "--updates", "-1"),
    "updates no integer": (["--updates", "1e3"], "--updates", "1e3"),
    "trials 0": (["--trials", "0"], "--trials", "0"),
    "trials -3": (["--trials", "-3"], "--trials", "-3"),
    "trials without number": (["--trials"], "--trials", "Missing value"),
    "seed -1": (["--seed", "-1"], "--seed", "-1"),
    "seed no integer": (["--seed", "0.5"], "--seed", "0.5"),
    "initial scale 0": (["--initial-scale", "0"], "--initial-scale", "0.0"),
    "initial scale nan": (["--initial-scale", "nan"], "--initial-scale", "nan"),
    "unknown option": (["--learning-rat", "1"], "--learning-rat", "Perhaps you meant"),
    "unknown value": (["surplus"], "surplus", "surplus"),
    "gradient": (["--gradient", "batch"], "--gradient", "'batch'"),
    "preset": (["--preset", "huge"], "--preset", "'huge'"),
    "init": (["--init", "zero"], "--init", "'zero'"),
    "init balanced on digits": (["--init", "balanced"], "--init", "balanced"),
    "device": (["--device", "foo"], "device", "foo"),
    "test images of a named set": (["--test", "mine.npz"], "--test", "named set"),
    "one class": (["--classes", "3"], "--classes", "3"),
    "a class that is not there": (["--classes", "3", "11"], "--classes", "11"),
    "a class twice": (["--classes", "3", "3"], "--classes", "3"),
    "batch without batches": (["--batch", "4"], "--batch", "mini_batch"),
    "batch 0": (["--gradient", "mini_batch", "--batch", "0"], "--batch", "0"),
    "kernels 0": (["--kernels", "0"], "--kernels", "0"),
    "layers 0": (["--layers", "0"], "--layers", "0"),
    "layers too many": (["--layers", "11"], "--layers", "11"),
    "kernels of an aligned start": ([*COSINES, "--kernels", "2"], "--kernels", "aligned"),
    "layers, one image at a time": (
        [*COSINES, "--layers", "2", "--gradient", "online"],
        "--layers",
        "one image at a time",
    ),
    "average that does not divide": (["--average", "3"], "--average", "3"),
    "average 0": (["--average", "0"], "--average", "1 keeps all pixels"),
    "average too large": (["--average", "8"], "--average", "8"),
    "count too large": (["--count", "1798"], "--count", "1798"),
    "count 0": (["--count", "0"], "--count", "0"),
    "grey on grey images": (["--grey"], "--grey", "1797"),
    "count of one class": (
        ["--count", "1"],
        "--count",
        "2, 3, 4, 5, 6, 7, 8, 9; choose 10 or more",
    ),
    "count that lacks classes": (["--count", "3"], "--count", "no image of 3, 4, 5, 6, 7, 8, 9;"),
    "count that lacks a chosen class": (
        ["--count", "7", "--classes", "2", "8"],
        "--count",
        "no image of 8; choose 9 or more",
    ),
    "count that lacks cosines": ([*COSINES, "--count", "2"], "--count", "choose 4 or more"),
    "step that floats do not resolve": (
        ["--learning-rate", "1e-320", "--updates", "10"],
        "--learning-rate",
        "1e-320",
    ),
    "batch that is not drawn": (
        ["--gradient", "mini_batch", "--batch", "100000"],
        "--batch: got 100000",
        "at most 1e+08",
    ),
    "updates that are not drawn": (
        ["--gradient", "online", "--updates", "100000000"],
        "--updates: got 100000000",
        "at most 1e+08",
    ),
    "updates of mini-batches": (
        ["--gradient", "mini_batch", "--updates", "1000000"],
        "--updates: got 1000000",
        "1e+06 updates of 16 images in 10 trials",
    ),
    "updates of cosines": (
        [*COSINES, "--gradient", "online", "--updates", "100000000"],
        "--updates: got 100000000",
        "at most 1e+08",
    ),
    "dataset missing": (["--dataset", "nowhere.npz"], "dataset", "nowhere.npz"),
    "dataset empty text": (["--dataset", ""], "dataset", "got ;"),
}


@pytest.mark.parametrize("what", OPTIONS)
def test_options(refused, what):
    """Each is refused before anything runs, with the bound or the choices."""
    arguments, argument, value = OPTIONS[what]
    says(refused(*arguments), argument, value)


COSINE_OPTIONS = {
    "rate at the bound": (["--learning-rate", "0.0208334"], "--learning-rate", "0.02083"),
    "online rate at its bound": (
        ["--gradient", "online", "--learning-rate", "0.0052084"],
        "--learning-rate",
        "0.005208 = 1/(p c n",
    ),
    "start too large": (["--initial-scale", "10"], "--initial-scale", "10.0"),
    "one pair twice": (["--frequencies", "1", "2", "1", "2"], "frequencies", "(1, 2)"),
    "conjugates": (["--frequencies", "1", "2", "15", "14"], "frequencies", "(15, 14)"),
    "negative conjugates": (["--frequencies", "1", "2", "-1", "-2"], "frequencies", "(-1, -2)"),
    "alias modulo n": (["--frequencies", "1", "2", "17", "18"], "frequencies", "(17, 18)"),
    "alias at an odd side": (
        ["--frequencies", "1", "2", "9", "-2", "--image-side", "5"],
        "frequencies",
        "(9, -2)",
    ),
    "half a frequency": (["--frequencies", "1", "2", "3"], "--frequencies", "3"),
    "amplitude 0": (
        ["--frequencies", "1", "2", "3", "4", "--amplitudes", "1", "0"],
        "amplitudes",
        "0.0",
    ),
    "amplitude negative": (
        ["--frequencies", "1", "2", "3", "4", "--amplitudes", "1", "-2"],
        "amplitudes",
        "-2.0",
    ),
    "amplitude nan": (
        ["--frequencies", "1", "2", "3", "4", "--amplitudes", "1", "nan"],
        "amplitudes",
        "nan",
    ),
    "amplitudes too few": (["--amplitudes", "1", "2", "3"], "amplitudes", "[1.0, 2.0, 3.0]"),
    "phases too few": (["--phases", "0", "1"], "phases", "[0.0, 1.0]"),
    "phases infinite": (["--phases", "0", "0", "inf", "0"], "phases", "inf"),
    "zero image": (
        ["--phases", "1.5707963267948966", "0", "0", "0"],
        "phases",
        "1.5707963267948966",
    ),
    "zero image at Nyquist": (
        [
            "--frequencies",
            "1",
            "2",
            "8",
            "8",
            "--amplitudes",
            "1",
            "2",
            "--phases",
            "0",
            "1.5707963267948966",
        ],
        "phases",
        "1.5707963267948966",
    ),
    "side 1": (["--image-side", "1"], "image_side", "1"),
    "side 0": (["--image-side", "0"], "image_side", "0"),
    "side too large": (["--image-side", "100000"], "image_side", "100000"),
    "equal singular values": (
        ["--amplitudes", "1.5", "1", "1", "0.2"],
        "--dataset",
        "pure_cosines",
    ),
    "equal in norm": (  # a n of a constant is a n/sqrt(2) of a pair
        ["--frequencies", "0", "0", "1", "2", "--amplitudes", "1", "1.4142135623730951"],
        "--dataset",
        "cannot be told apart",
    ),
}


@pytest.mark.parametrize("what", COSINE_OPTIONS)
def test_pure_cosines(refused, what):
    """Fig 3 has the stability bound 1/(c n max_m v_m S_m) = 1/(0.5 * 16 * 6) = 0.0208333."""
    arguments, argument, value = COSINE_OPTIONS[what]
    two = "--frequencies" in arguments and "--amplitudes" not in arguments
    more = ["--amplitudes", "1", "2"] if two and what != "half a frequency" else []
    says(refused(*COSINES, *arguments, *more), argument, value)


@pytest.mark.parametrize(("gradient", "bound"), [("full_batch", 1 / 48), ("online", 1 / 192)])
def test_just_below_the_bound_is_not_refused(gradient, bound, tmp_path):
    """The bound is where it is said to be: 1e-4 below it the case is made, with a warning."""
    experiment = cli.find("linear_cnn")
    config = experiment.config_type(
        dataset="pure_cosines", gradient=gradient, learning_rate=bound * 0.9999, trials=1, updates=1
    )
    assert "warning" in experiment.case(config).notes()[-1]


# --- rates that images do not stand -----------------------------------------------------------------


@pytest.mark.parametrize("more", [[], ["--gradient", "online"], ["--updates", "30"]])
@pytest.mark.parametrize("rate", ["1000.0", "1e+30"])
def test_a_rate_that_images_do_not_stand(refused, rate, more):
    """Weights stop being finite while the forecast is made: the rate is named, nothing written."""
    says(refused("--learning-rate", rate, *more), "--learning-rate", "finite", rate)


def test_divergence_is_one_line_in_a_process(tmp_path):
    """No warnings of NumPy's before it."""
    command = [sys.executable, "-m", "validation.linear_cnn", "--learning-rate", "1000", *FEW]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.04, None), (0.2, "a first-order budget is poor"), (0.6, "modes overshoot")],
)
@pytest.mark.parametrize("gradient", ["full_batch", "online"])
def test_a_large_rate_is_a_warning(gradient, share, words):
    """Image sets: above half of the stability scale, and above 0.1 of it, the notes say so."""
    experiment = cli.find("linear_cnn")
    base = experiment.config_type(gradient=gradient, trials=1, updates=1, learning_rate=1.0)
    unit = experiment.case(base).setting.epsilon
    config = experiment.config_type(
        gradient=gradient, trials=1, updates=1, learning_rate=share / unit
    )
    warned = [note for note in experiment.case(config).notes() if note.startswith("warning")]
    assert len(warned) == (words is not None)
    assert all(words in note for note in warned)


@pytest.mark.parametrize(
    ("gradient", "warned"), [("online", True), ("mini_batch", False), ("full_batch", False)]
)
def test_a_class_of_one_image_takes_larger_steps_alone(gradient, warned, tmp_path):
    """Two images, one a class: 0.3 of the stability scale is 0.6 of it where each is shown alone."""
    images = np.random.default_rng(0).uniform(size=(2, 4, 4))
    np.savez(tmp_path / "pair.npz", images=images, labels=[0, 1])
    np.savez(tmp_path / "many.npz", images=np.concatenate([images, images]), labels=[0, 1, 0, 1])
    experiment = cli.find("linear_cnn")
    for name, expected in (("pair", warned), ("many", False)):
        config = experiment.config_type(
            dataset=str(tmp_path / f"{name}.npz"), gradient=gradient, trials=1, updates=1
        )
        unit = experiment.case(dataclasses.replace(config, learning_rate=1.0)).setting.epsilon
        case = experiment.case(dataclasses.replace(config, learning_rate=0.3 / unit))
        assert any("overshoot" in note for note in case.notes()) == expected


def test_a_rate_of_any_size_is_observed_at_the_ends():
    """The inverse of a small step is no number of updates: the run has a start and an end."""
    experiment = cli.find("linear_cnn")
    config = experiment.config_type(trials=1, updates=10, learning_rate=1e-300)
    assert experiment.case(config).grid.tolist() == [0, 10]


# --- files ----------------------------------------------------------------------------------------


def smooth(count=6, side=4):
    return np.random.default_rng(0).uniform(size=(count, side, side))


LABELS = np.array([0, 1, 0, 1, 0, 1])


def npz(**arrays):
    return lambda path: np.savez(path, **arrays)


def ragged(path):
    images = np.empty(2, dtype=object)
    images[:] = [np.eye(3), np.eye(4)]
    np.savez(path, images=images, labels=[0, 1])


def truncated(path):
    np.savez(path, images=smooth(), labels=LABELS)
    path.write_bytes(path.read_bytes()[:-200])


def bomb(path):
    """Announce 2^33 bytes of zeros in a few kilobytes of headers."""
    header = np.lib.format.header_data_from_array_1_0(np.zeros(1))
    header["shape"] = (1, 2**15, 2**15)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("images.npy", "w") as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            stream.write(bytes(2**20))
        with archive.open("labels.npy", "w") as stream:
            np.lib.format.write_array(stream, np.array([0]))


def damaged_values(path):
    np.savez(path, images=smooth(), labels=LABELS)
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF
    path.write_bytes(bytes(content))


FILES = {
    "single class": npz(images=smooth(), labels=np.zeros(6, int)),
    "all zero": npz(images=np.zeros((6, 4, 4)), labels=LABELS),
    "ragged": ragged,
    "nan": npz(images=np.where(np.eye(4), np.nan, smooth()), labels=LABELS),
    "infinite": npz(images=np.where(np.eye(4), np.inf, smooth()), labels=LABELS),
    "not square": npz(images=np.ones((6, 4, 5)), labels=LABELS),
    "flat, not square": npz(images=np.ones((6, 15)), labels=LABELS),
    "one pixel": npz(images=np.ones((6, 1, 1)), labels=LABELS),
    "one dimension": npz(images=np.ones(6), labels=LABELS),
    "no image": npz(images=np.ones((0, 4, 4)), labels=np.zeros(0, int)),
    "labels too many": npz(images=smooth(), labels=np.arange(7) % 2),
    "labels too few": npz(images=smooth(), labels=LABELS[:5]),
    "labels half numbers": npz(images=smooth(), labels=LABELS / 2),
    "labels no one-hot": npz(images=smooth(), labels=np.ones((6, 2))),
    "complex": npz(images=smooth() * 1j, labels=LABELS),
    "no labels": npz(images=smooth()),
    "two sets": npz(images=smooth(), X=smooth(), labels=LABELS),
    "truncated": truncated,
    "damaged": damaged_values,
    "empty file": lambda path: path.write_bytes(b""),
    "not a zip": lambda path: path.write_text("images"),
    "bomb": bomb,
}


@pytest.mark.parametrize("what", FILES)
def test_files(refused, tmp_path, what):
    """The line names the file and what is wrong with it."""
    FILES[what](tmp_path / "mine.npz")
    says(refused("--dataset", "mine.npz"), "dataset", "mine.npz")


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".pkl", ".mat", ""])
def test_files_of_other_kinds(refused, tmp_path, suffix):
    """Only what can be read without running anything."""
    (tmp_path / f"mine{suffix}").write_text("1,2,3")
    says(refused("--dataset", f"mine{suffix}"), "dataset", f"mine{suffix}", ".npz")


def test_npy_without_labels(refused, tmp_path):
    """The line says under which name they are looked for."""
    np.save(tmp_path / "mine.npy", smooth())
    says(refused("--dataset", "mine.npy"), "dataset", "mine.npy", "mine_labels.npy")


def test_a_netcdf_file_that_is_none(refused, tmp_path):
    """Found out before the C library opens it."""
    (tmp_path / "mine.nc").write_bytes(b"CDF\x01" + bytes(100))
    says(refused("--dataset", "mine.nc"), "dataset", "mine.nc", "netCDF-4")


def test_folders(refused, tmp_path):
    """Without sub-folders; with one that is empty; with a picture that is none."""
    (tmp_path / "pictures").mkdir()
    says(refused("--dataset", "pictures"), "dataset", "pictures", "sub-folder")
    (tmp_path / "pictures" / "cats").mkdir()
    says(refused("--dataset", "pictures"), "dataset", "pictures", "cats holds none")
    (tmp_path / "pictures" / "cats" / "tom.png").write_bytes(b"meow")
    says(refused("--dataset", "pictures"), "dataset", "pictures", "tom.png")


@pytest.mark.parametrize(
    ("what", "words"),
    [("colour", "the sizes"), ("smaller", "the sizes"), ("other classes", "classes")],
)
def test_test_images_that_do_not_match(refused, tmp_path, what, words):
    """Another shape, or classes that are not those to learn: the option is named."""
    generator = np.random.default_rng(0)
    np.savez(tmp_path / "mine.npz", images=smooth(), labels=LABELS)
    images, labels = smooth(), np.array(LABELS)
    if what == "colour":
        images = generator.uniform(size=(6, 4, 4, 3))
    if what == "smaller":
        images = smooth(side=3)
    if what == "other classes":
        labels = labels + 7
    np.savez(tmp_path / "test.npz", images=images, labels=labels)
    said = refused("--dataset", "mine.npz", "--test", "test.npz")
    says(said, "--test", "test.npz", words)


def test_equal_modes_of_a_file(refused, tmp_path):
    """Two classes with one bright pixel each: S_1 = S_2 exactly."""
    images = np.zeros((2, 3, 3))
    images[0, 0, 0] = images[1, 1, 2] = 1
    np.savez(tmp_path / "mine.npz", images=images, labels=[0, 1])
    says(refused("--dataset", "mine.npz"), "--dataset", "mine.npz", "cannot be told apart")


# --- MNIST ----------------------------------------------------------------------------------------


def idx(shape, content):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + content


def truncated_mnist(folder):
    for name, shape in (("images-idx3", (9, 28, 28)), ("labels-idx1", (9,))):
        content = gzip.compress(idx(shape, bytes(5)))
        (folder / f"train-{name}-ubyte.gz").write_bytes(content[:-4])


def other_mnist(folder):
    for name, shape in (("images-idx3", (2, 28, 28)), ("labels-idx1", (2,))):
        content = gzip.compress(idx(shape, bytes(int(np.prod(shape)))))
        (folder / f"train-{name}-ubyte.gz").write_bytes(content)


@pytest.mark.parametrize("make", [truncated_mnist, other_mnist, lambda folder: None])
def test_mnist_files(refused, tmp_path, monkeypatch, make):
    """Truncated, of other content, or not there: MODEWISE_DATA and the file are named."""
    folder = tmp_path / "data"
    folder.mkdir()
    make(folder)
    monkeypatch.setenv("MODEWISE_DATA", str(folder))
    says(refused("--dataset", "mnist"), "MODEWISE_DATA", "mnist", "train-labels-idx1-ubyte.gz")


def test_mnist_folder_missing(refused, tmp_path, monkeypatch):
    """The folder that the variable names does not exist."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path / "nowhere"))
    says(refused("--dataset", "mnist"), "MODEWISE_DATA", "nowhere")


# --- where files go -------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["taken", "taken/below", "x" * 300, "/dev/null/results"])
def test_out_that_is_no_folder(refused, tmp_path, out):
    """A file, a folder below a file, a name that is too long."""
    (tmp_path / "taken").write_text("mine")
    says(refused(*COSINES, out=out), "--out", out[:100])
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_out_that_cannot_be_written(refused, tmp_path):
    """A folder without the right to write."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    says(refused(*COSINES, out=str(folder / "results")), "--out", "locked")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux alone has /proc")
def test_out_where_no_file_can_be_made(refused):
    """Not even root can make a folder in /proc; the line comes from the first write."""
    says(refused(*COSINES, *FEW, out="/proc/results"), "out", "/proc/results")


def test_out_on_a_link_to_nowhere(refused, tmp_path):
    """A dangling link is no folder."""
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "deeper")
    says(refused(*COSINES, *FEW, out="link"), "out", "link")


# --- devices --------------------------------------------------------------------------------------


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_where_there_is_none(refused):
    """Never a silent fallback."""
    says(refused("--device", "cuda"), "device", "cuda", "--device cpu")


def test_nothing_is_left_over_from_a_refused_run(refused, tmp_path):
    """A result that was there before stays as it was."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "linear_cnn.json").write_text("old")
    refused("--learning-rate", "1000", *FEW)
    assert (tmp_path / "results" / "linear_cnn.json").read_text() == "old"
    shutil.rmtree(tmp_path / "results")
