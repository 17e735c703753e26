"""Own images, masks and trained weights in `wave_rnn`: taken in every form, looked at and trained."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from PIL import Image
from wave_rnn_runs import Run, plain

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from validation import results
from validation.wave_rnn.check_table import CHECKS, OWN
from validation.wave_rnn.setting import AFTER, START

pytestmark = pytest.mark.slow  # whole runs

COUNT, SIDE, EMPTY = 120, 32, 30
NAMES = ("sky", "square", "bar")
HERE = {check.id for check in CHECKS if check.kind == "validation" and OWN in check.cases}
GLANCE = "--preset quick --model nwm --readout linear"
TRAIN = "--updates 20 --seeds 1 --processes 1"


@pytest.fixture(scope="module", autouse=True)
def _plain():
    with plain():
        yield


def drawn():
    """Grey squares of 8 px and bars of 4 x 16 px on black; a quarter of the images shows neither."""
    generator = np.random.default_rng(0)
    images = np.zeros((COUNT, SIDE, SIDE), np.uint8)
    masks = np.zeros_like(images)
    for place in range(EMPTY, COUNT):
        label = 1 + place % 2
        height, width = ((8, 8), (4, 16))[label - 1]
        row, column = generator.integers(0, SIDE - 16, size=2)
        part = place, slice(row, row + height), slice(column, column + width)
        images[part], masks[part] = generator.integers(90, 200), label
    return images, masks


IMAGES, MASKS = drawn()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The same images as .npz, .nc and folder."""
    folder = tmp_path_factory.mktemp("own")
    np.savez(folder / "mine.npz", images=IMAGES, masks=MASKS, classes=np.array(NAMES))
    dims = ("sample", "y", "x")
    stored = xr.Dataset({"image": (dims, IMAGES), "mask": (dims, MASKS)})
    stored.assign_attrs(class_names=json.dumps(NAMES)).to_netcdf(folder / "mine.nc")
    for name, arrays in (("images", IMAGES), ("masks", MASKS)):
        (folder / "mine" / name).mkdir(parents=True)
        for place, values in enumerate(arrays):
            Image.fromarray(values).save(folder / "mine" / name / f"{place:03d}.png")
    return folder


def group(run, name):
    return results.dataset(run.tree, name)


# --- own images -----------------------------------------------------------------------------------


def test_three_forms_of_the_same_images(own, tmp_path):
    """Looked at as they start: the same forecast of .npz, .nc and folder, but for names of the classes."""
    runs = {}
    for name in ("mine.npz", "mine.nc", "mine"):
        run = runs[name] = Run(tmp_path / name, f"--dataset {own / name} {GLANCE}")
        assert run.said["case"] == OWN
        assert run.with_verdict("fails") == set()
        assert run.with_verdict("holds") == HERE
        assert group(run, "forecast/waves")["stage"].values.tolist() == [START]
        assert "scores" not in run.tree["/observed"].children
        told = json.loads(group(run, "setup").attrs["data"])["segments"]
        assert told["file"] == name
        assert sum(told["sizes"].values()) == COUNT
    first = group(runs["mine.npz"], "forecast/waves")
    for run in runs.values():
        xr.testing.assert_identical(group(run, "forecast/waves"), first)
        np.testing.assert_array_equal(
            group(run, "setup")["share"], group(runs["mine"], "setup")["share"]
        )
    labels = {name: group(run, "setup")["label"].values.tolist() for name, run in runs.items()}
    assert labels["mine.npz"] == labels["mine.nc"] == list(NAMES)
    assert labels["mine"] == ["background", "1", "2"]


@pytest.fixture(scope="module")
def trained(own, tmp_path_factory):
    """A wave network, a CNN and a U-Net, trained for twenty updates."""
    options = f"--dataset {own / 'mine.npz'} --model nwm cnn unet --readout linear {TRAIN}"
    return Run(tmp_path_factory.mktemp("trained"), options)


def test_networks_on_own_images(trained):
    """All three run to the end, the U-Net on 32 x 32 px; all that is asked of waves holds."""
    assert trained.with_verdict("fails") == set()
    assert trained.with_verdict("holds") == HERE
    scores = group(trained, "observed/scores")
    assert scores["network"].values.tolist() == ["nwm linear", "cnn 2", "unet 2"]
    assert bool(np.isfinite(scores["loss"]).all())
    assert group(trained, "forecast/waves")["stage"].values.tolist() == [START, AFTER]


def test_images_without_an_object_are_counted(trained):
    """In each split as many as it has; the objects' scores leave them out and are finite."""
    data = json.loads(group(trained, "setup").attrs["data"])["segments"]
    order = np.split(
        np.random.default_rng(data["seed"]).permutation(COUNT),
        np.cumsum(list(data["sizes"].values()))[:-1],
    )
    empty = {
        name: int((~MASKS[places].any(axis=(1, 2))).sum())
        for name, places in zip(data["sizes"], order, strict=True)
    }
    scores = group(trained, "observed/scores")
    for split in ("validation", "test"):
        found = scores["without_foreground"].sel(split=split)
        assert empty[split] > 0
        assert bool((found == empty[split]).all()), split
    for name in ("foreground_accuracy", "foreground_overlap", "foreground_loss"):
        assert bool(np.isfinite(scores[name]).all()), name


def test_own_images_are_no_case_of_the_order(trained):
    """Rows of small tetrominoes name the command that runs them."""
    assert trained.rows["W24"]["verdict"] == "not run"
    assert "--dataset small_tetrominoes" in trained.rows["W24"]["reason"]


def test_what_the_images_are(trained):
    """Shares of the classes among the training pixels; the ends of the objects: squares 8, bars 16 px."""
    share = group(trained, "setup")["share"]
    assert share["label"].values.tolist() == list(NAMES)
    assert float(share.sum()) == pytest.approx(1, abs=1e-12)
    # three quarters of the images show 64 of 1024 pixels
    assert float(share[0]) == pytest.approx(1 - 0.75 / 16, abs=5e-3)
    said = group(trained, "forecast")
    assert (float(said["smallest_object"]), float(said["largest_object"])) == (8, 16)


# --- own weights ----------------------------------------------------------------------------------


def test_own_weights(tmp_path):
    """A state dict of the small network: its kernel is what is spoken of, and its scores are found."""
    architecture = Architecture(
        "nwm", channels_in=1, classes=4, encoder=8, steps=16, time_step=0.6, head=(32, 32)
    )
    network = build(architecture, 7)
    with torch.no_grad():
        network.kernel.mul_(0.5)
    torch.save(network.state_dict(), tmp_path / "mine.pt")
    run = Run(tmp_path, f"--weights {tmp_path / 'mine.pt'} {GLANCE}")
    assert run.with_verdict("fails") == set()
    kernel = group(run, "setup")["kernel"].isel(seed=0, wave_network=0)
    np.testing.assert_array_equal(kernel, network.kernel.detach().double())
    # W = L/2: waves are slower by the square root of two
    waves = group(run, "forecast/waves").isel(seed=0, wave_network=0)
    assert waves["stage"].values.tolist() == [AFTER], "how they started is not known"
    assert "start_kernel" not in group(run, "setup")
    assert float(waves["speed"].sel(stage=AFTER)) == pytest.approx(np.sqrt(0.5), abs=1e-6)
    assert group(run, "setup").attrs["protocol"] == "null"
    images = small_tetrominoes_splits((4000, 200, 1000)).test.batch(np.arange(1000))
    with torch.no_grad():
        logits = torch.cat([network(part) for part in torch.from_numpy(images.images).split(250)])
    right = (logits.argmax(1).numpy() == images.masks).mean()
    found = group(run, "observed/scores")["accuracy"].sel(split="test").item()
    assert found == pytest.approx(right, abs=1e-9)
    assert any("mine.pt" in note for note in run.said["notes"])
