"""What a user of `wave_rnn` can get wrong: one line that names argument, value and remedy; no file."""

import functools
import pickle

import numpy as np
import pytest
import torch
import xarray as xr
from command_line import refusal, says
from PIL import Image

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build

COUNT, SIDE = 40, 16
GREYS = np.random.default_rng(0).integers(0, 256, size=(COUNT, SIDE, SIDE), dtype=np.uint8)
MASKS = (GREYS > 128).astype(np.uint8)
SMALL = Architecture(
    "nwm", channels_in=1, classes=4, encoder=8, steps=16, time_step=0.6, head=(32, 32)
)
ONE = ("--model", "nwm", "--readout", "linear")


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `wave_rnn` at quick with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "wave_rnn", tmp_path, capsys, "--preset", "quick")


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--time-step 0", ("--time-step", "got 0.0", "from 1e-06 to 1000")),
        ("--time-step -0.1", ("--time-step", "got -0.1", "from 1e-06 to 1000")),
        ("--time-step nan", ("--time-step", "got nan", "from 1e-06 to 1000")),
        ("--steps 0", ("--steps", "got 0", "from 1 to 100000")),
        ("--steps 1", ("--steps", "got 1", "at least 2 with the readout linear")),
        ("--radius 0", ("--radius", "got 0", "from 1 to 32")),
        ("--frequencies 0", ("--frequencies", "got 0", "from 1 to 50001")),
        ("--frequencies 10", ("--frequencies", "got 10", "from 1 to 9", "16 steps")),
        ("--frequencies 4 --readout last", ("--frequencies", "fft, real, linear", "last runs")),
        ("--head", ("--head", "got ()", "one width at least", "256 256")),
        ("--head 0", ("--head", "got 0", "from 1 to 100000")),
        ("--head 8 --model unet", ("--head", "got (8,)", "belongs to nwm and conv_lstm and cnn")),
        ("--threshold 0.5", ("--threshold", "got 0.5", "belongs to --dataset multi_mnist")),
        (
            "--dataset multi_mnist --threshold 0.9",
            ("--threshold", "got 0.9", "from 0 to 0.8"),
        ),
        ("--lstm-input image", ("--lstm-input", "got image", "belongs to conv_lstm")),
        ("--images 15", ("--images", "got 15", "from 16 to")),
        ("--depth 2 2", ("--depth", "got (2, 2)", "must name each once")),
        ("--model cnn --readout fft", ("--readout", "belongs to nwm and conv_lstm", "cnn runs")),
        ("--model unet", ("--model", "got unet", "16 divides", "18 x 18", "crop")),
        ("--seed -1", ("--seed", "got -1", "from 0 to 2147483647")),
        ("--updates 5", ("--updates", "got 5", "above 5", "--schedule constant")),
        ("--images 64 --updates 9 --batch 65", ("--batch", "got 65", "at most 64", "--batch 64")),
        ("--dataset tetrominoes --clip 1", ("--clip", "got 1.0", "not trained", "--preset paper")),
        ("--dataset tetrominoes --release", ("--release", "got True", "not trained")),
        ("--watch 500", ("--watch", "got 500", "must divide", "1200", "400 or 600")),
        ("--radius 9", ("--radius", "got 9", "at most 8", "18 x 18 px")),
        ("--dataset mnist --images 60000 --updates 5", ("--images", "got 60000", "at most 51000")),
        ("--processes 0", ("--processes", "got 0", "from 1 to 1024")),
        ("--device cuda", ("--device", "got cuda", "--device cpu")),
    ],
)
def test_options(refused, monkeypatch, options, words):
    """Option, value, bound and remedy stand in the line."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    says(refused(*options.split()), *words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--readout given", ("'given'", "'linear'")),
        ("--lstm-input none", ("'none'", "'image'")),
        ("--model resnet", ("'resnet'", "'conv_lstm'")),
        ("--bottleneck none", ("'none'", "'no_relu'")),
        ("--schedule cosine", ("'cosine'", "'one_cycle'")),
        ("--damping tanh", ("'tanh'", "'softplus'")),
        ("--stiffness zero", ("'zero'", "'identity'")),
        ("--steps many", ("many",)),
        ("--frobnicate 3", ("--frobnicate",)),
    ],
)
def test_words_that_are_none(refused, options, words):
    """What is allowed stands beside what was typed."""
    line = refused(*options.split())
    for word in words:
        assert word in line, line


# --- own images -----------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    """Save images and masks below the folder of the run."""

    def save(images=GREYS, masks=MASKS, name="mine.npz", **more):
        arrays = {"images": images, "masks": masks} | more
        np.savez(tmp_path / name, **{k: v for k, v in arrays.items() if v is not None})
        return name

    return save


OWN = {
    "masks of floats": ({"masks": MASKS.astype(float)}, "masks must be integers, are float64"),
    "labels without a name": (
        {"masks": 2 * MASKS, "classes": np.array(["sky", "tree"])},
        "labels must be below N = 2",
    ),
    "negative labels": ({"masks": MASKS.astype(np.int64) - 1}, "labels must be from 0 to"),
    "too many labels": ({"masks": MASKS.astype(np.int64) * 1000}, "labels must be from 0 to"),
    "other sizes": ({"masks": MASKS[:, :, :-1]}, "with the same M, H, W"),
    "fewer masks": ({"masks": MASKS[:-1]}, "with the same M, H, W"),
    "no masks": ({"masks": None}, "masks"),
    "background": ({"masks": 0 * MASKS}, "every mask is background"),
    "greys to 255": ({"images": GREYS.astype(float)}, "must lie in [0, 1]"),
    "not a number": ({"images": np.full(GREYS.shape, np.nan)}, "must lie in [0, 1]"),
    "integers": ({"images": GREYS.astype(np.int32)}, "must be uint8, or floats in [0, 1]"),
    "too small": ({"images": GREYS[:, :2, :2], "masks": MASKS[:, :2, :2]}, "H, W >= 3"),
    "two images": ({"images": GREYS[:2], "masks": MASKS[:2]}, "three images or more"),
}


@pytest.mark.parametrize("name", OWN)
def test_own_images(refused, saved, name):
    """Section 12: masks of floats, labels from N on, sizes that differ, nothing but background, ..."""
    arrays, words = OWN[name]
    says(refused("--dataset", saved(**arrays)), "--dataset", "got mine.npz", words)


def test_own_images_that_a_unet_cannot_halve(refused, saved, tmp_path):
    """Each side counts: 32 x 40 is refused as 40 x 32 is."""
    for shape in ((COUNT, 32, 40), (COUNT, 40, 32)):
        name = saved(np.zeros(shape, np.uint8), np.ones(shape, np.uint8))
        line = refused("--dataset", name, "--model", "unet")
        says(line, "--model", "got unet", "16 divides", f"{shape[1]} x {shape[2]} px", "crop")


def test_fewer_own_images_than_a_batch(refused, saved):
    """Of 20 images 14 are trained on: no batch of 16."""
    line = refused("--dataset", saved(GREYS[:20], MASKS[:20]), "--updates", "20")
    says(line, "--batch", "got 16", "at most 14", "--batch 14")


def test_own_paths(refused, saved, tmp_path):
    """No such file, an ending without a reader, a file that is none, a folder without masks."""
    says(refused("--dataset", "nowhere.npz"), "--dataset", "got nowhere.npz", "exists")
    (tmp_path / "mine.txt").write_text("words")
    says(refused("--dataset", "mine.txt"), "--dataset", "got mine.txt", ".npz")
    (tmp_path / "torn.npz").write_bytes((tmp_path / saved()).read_bytes()[:200])
    says(refused("--dataset", "torn.npz"), "--dataset", "got torn.npz")
    (tmp_path / "folder" / "images").mkdir(parents=True)
    Image.fromarray(GREYS[0]).save(tmp_path / "folder" / "images" / "a.png")
    says(refused("--dataset", "folder"), "--dataset", "got folder", "masks")


def test_own_netcdf_without_masks(refused, tmp_path):
    """The variable that is missing is named."""
    xr.Dataset({"image": (("sample", "y", "x"), GREYS)}).to_netcdf(tmp_path / "mine.nc")
    says(refused("--dataset", "mine.nc"), "--dataset", "got mine.nc", "mask")


def test_options_that_own_images_have_no_use_for(refused, saved):
    """All of them are taken; there is no release of them."""
    says(refused("--dataset", saved(), "--images", "64"), "--images", "sets that are drawn")
    says(refused("--dataset", saved(), "--binarise"), "--binarise", "--dataset mnist")


def test_own_images_that_quick_does_not_train(refused, saved):
    """What trains them is named: their default does, no other preset is needed."""
    line = refused("--dataset", saved(), "--clip", "1")
    says(line, "--clip", "got 1.0", "not trained with --preset quick", "leave out --preset quick")


def test_own_images_without_an_object_to_judge_by(refused, saved):
    """Objects on the first image alone: two of the three splits have none; the file is named."""
    masks = MASKS * (np.arange(COUNT) == 0)[:, None, None].astype(np.uint8)
    line = refused("--dataset", saved(masks=masks))
    says(line, "--dataset", "got mine.npz", "an object in each of the three splits", "have none")


# --- own weights ----------------------------------------------------------------------------------


@pytest.fixture
def stated(tmp_path):
    """Save a state dict below the folder of the run, changed before."""

    def save(change=lambda state: state, name="mine.pt"):
        torch.save(change(build(SMALL, 0).state_dict()), tmp_path / name)
        return name

    return save


WEIGHTS = {
    "another network": (lambda state: {"weight": torch.zeros(3)}, "is missing"),
    "wrong shape": (
        lambda state: state | {"kernel": torch.zeros(2, 2, 5, 5)},
        "kernel has the shape (2, 2, 5, 5), not (2, 2, 3, 3)",
    ),
    "one more": (lambda state: state | {"extra": torch.zeros(1)}, "extra is not known"),
    "not a number": (
        lambda state: state | {"kernel": torch.full((2, 2, 3, 3), float("nan"))},
        "kernel is not finite",
    ),
    "integers": (
        lambda state: state | {"kernel": torch.zeros((2, 2, 3, 3), dtype=torch.int64)},
        "kernel is torch.int64, not torch.float32",
    ),
    "a list": (lambda state: list(state.values()), "holds a list, no tensors by name"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_do_not_fit(refused, stated, name):
    """What does not fit is named; nothing is drawn before it is."""
    change, words = WEIGHTS[name]
    says(refused("--weights", stated(change), *ONE), "--weights", "got mine.pt", words)


def test_weights_of_another_architecture(refused, stated):
    """Those of T = 16 do not fit T = 20."""
    line = refused("--weights", stated(), *ONE, "--steps", "20")
    says(line, "--weights", "does not fit", "has the shape")


class Trap:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return open, ("sprung", "w")


def test_pickled_objects_are_not_opened(refused, tmp_path):
    """A file of objects is refused before any of them is made: the trap is not sprung."""
    torch.save({"kernel": Trap()}, tmp_path / "trap.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Trap(), protocol=2))
    for name in ("trap.pt", "plain.pt"):
        line = refused("--weights", name, *ONE)
        says(line, "--weights", f"got {name}", "is damaged or holds other objects than tensors")
    assert not (tmp_path / "sprung").exists()


def test_weights_that_are_not_there(refused, stated, tmp_path):
    """No file, no state dict's ending, half a file."""
    says(refused("--weights", "nowhere.pt", *ONE), "--weights", "got nowhere.pt", "cannot be read")
    says(refused("--weights", stated(name="mine.npz"), *ONE), "--weights", "end in .pt or .pth")
    (tmp_path / "torn.pth").write_bytes((tmp_path / stated()).read_bytes()[:500])
    says(refused("--weights", "torn.pth", *ONE), "--weights", "got torn.pth", "damaged")


def test_weights_of_one_network_that_is_not_trained(refused, stated):
    """Which of two networks is not guessed; no option of the training is taken."""
    says(refused("--weights", stated()), "--model", "must name one network")
    line = refused("--weights", stated(), *ONE, "--updates", "20")
    says(line, "--updates", "got 20", "--weights are")
