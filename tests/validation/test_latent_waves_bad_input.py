"""What a user of `latent_waves` can get wrong: one line that names argument, value and remedy; no file."""

import functools
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from command_line import refusal, says
from PIL import Image

from theory.errors import ArgumentError
from validation.latent_waves import Config
from validation.latent_waves import check_table as table
from validation.latent_waves.options import BELONGING, RANGES, require_options
from validation.latent_waves.setting import setting_of

SMALL = ("--dataset", "gaussian", "--side", "16", "--count", "400")
GREYS = np.random.default_rng(0).integers(0, 256, size=(12, 16, 16), dtype=np.uint8)


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `latent_waves` at quick with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "latent_waves", tmp_path, capsys, "--preset", "quick")


def folder_of(path, images):
    """Save images as 0.png, 1.png, ... below a folder."""
    path.mkdir(exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(path / f"{number}.png")
    return path


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value", "bound"),
    [
        ("--nulls", "3", "from 4 to 100"),
        ("--nulls", "101", "from 4 to 100"),
        ("--window", "0", "from 1 on"),
        ("--window", "-10", "from 1 on"),
        ("--p", "0.0", "from 0.1 on"),
        ("--p", "-2.0", "from 0.1 on"),
        ("--p", "nan", "from 0.1 on"),
        ("--shape", "0.0", "from 0.1 on"),
        ("--shape", "nan", "from 0.1 on"),
        ("--slope", "nan", "from -8 to 8"),
        ("--slope", "inf", "from -8 to 8"),
        ("--side", "3", "from 4 to 128"),
        ("--side", "129", "from 4 to 128"),
        ("--count", "0", "from 1 on"),
        ("--count", "-5", "from 1 on"),
        ("--average", "0", "from 1 on"),
        ("--seed", "-1", "from 0 to 2147483647"),
        ("--seed", "99999999999999999999", "from 0 to 2147483647"),
    ],
)
def test_numbers_out_of_range(refused, option, value, bound):
    """Option, value and bound stand in the line."""
    says(refused("--dataset", "gaussian", option, value), option, f"got {value}", bound)


@pytest.mark.parametrize("option", RANGES)
def test_the_ends_of_the_ranges(option):
    """Both ends are allowed, what is beyond is not."""
    least, most = RANGES[option]
    name = table.EQUATIONS if option == "seeds" else table.GAUSSIAN
    for value in (least, most):
        require_options(Config(dataset=name, **{option: value}), name)
    for value in (least - 0.01, most + 0.01, float("nan")):
        if value != float("inf"):
            with pytest.raises(ArgumentError, match=f"--{option}: got .*must be from"):
                require_options(Config(dataset=name, **{option: value}), name)


@pytest.mark.parametrize(
    "frames", [("50", "20"), ("20", "20"), ("-3", "60"), ("0", "20"), ("10", "300")]
)
def test_frames_that_are_none(refused, frames):
    """From 0 on, the first before the end, 30 or more, and none beyond the rank of half of the images."""
    line = refused(*SMALL, "--frames", *frames)
    says(line, "--frames", f"({frames[0]}, {frames[1]})")


def test_frames_beyond_the_rank(refused):
    """200 images of half A: frames end at .9 of that, less the nine that a window of ten takes."""
    line = refused(*SMALL, "--frames", "10", "180")
    says(line, "--frames", "(10, 180)", "end at 171 at most", "null vectors", "--no-equations")


def test_a_window_longer_than_the_film(refused):
    """Half of the frames that half of the images give, at most."""
    says(refused(*SMALL, "--window", "300"), "--window", "300", "at most half", "take more images")


@pytest.mark.parametrize(
    "noise",
    [("0", "0"), ("-0.01",), ("nan",), ("inf",), ("11",), ("1e300",), ()],
    ids=lambda noise: " ".join(noise) or "none",
)
def test_noise(refused, noise):
    """Different shares from 0 to 10."""
    says(refused("--dataset", "equations", "--noise", *noise), "--noise", "from 0 to 10")


@pytest.mark.parametrize("seeds", ["0", "-1", "1001"])
def test_seeds(refused, seeds):
    """Each seed fits three shares of noise to four films."""
    says(refused("--dataset", "equations", "--seeds", seeds), "--seeds", seeds, "from 1 to 1000")


# --- options that say nothing of what runs --------------------------------------------------------

OTHER = {
    "scale": 2.0,
    "side": 16,
    "slope": 2.0,
    "shape": 1.0,
    "photograph": "china",
    "noise": (0.02,),
    "seeds": 2,
    "count": 500,
    "average": 2,
    "p": 2.0,
    "frames": (10, 60),
    "window": 2,
    "equations": False,
    "nulls": 5,
}


def test_all_options_are_known():
    """What is not here belongs to every case."""
    assert set(OTHER) == set(BELONGING)
    assert set(vars(Config())) - set(BELONGING) == {"dataset", "seed", "preset"}


@pytest.mark.parametrize("option", BELONGING)
@pytest.mark.parametrize("name", [table.DIGITS, table.GAUSSIAN, table.PHOTOGRAPHS, table.EQUATIONS])
def test_options_of_other_sets(option, name):
    """Refused, as they would be left aside silently; accepted where they belong."""
    config = Config(dataset=name, **{option: OTHER[option]})
    if name in BELONGING[option]:
        require_options(config, name)
        return
    said = "--no-equations" if option == "equations" else f"--{option}"
    with pytest.raises(ArgumentError, match=f"{said}: got .*does not belong to --dataset {name}"):
        require_options(config, name)


@pytest.mark.parametrize(
    ("dataset", "option"),
    [
        ("digits", ("--scale", "0.5")),
        ("digits", ("--side", "16")),
        ("digits", ("--seeds", "3")),
        ("digits", ("--noise", "0.3")),
        ("gaussian", ("--photograph", "china")),
        ("photographs", ("--slope", "2")),
        ("equations", ("--count", "30")),
        ("equations", ("--no-equations",)),
    ],
)
def test_such_options_on_the_command_line(refused, dataset, option):
    """The line names the option and the set."""
    says(refused("--dataset", dataset, *option), option[0], f"--dataset {dataset}", "leave it out")


@pytest.mark.parametrize("option", [("--frames", "10", "60"), ("--window", "5"), ("--nulls", "8")])
def test_options_of_fits_that_are_not_made(refused, option):
    """With --no-equations they say nothing."""
    line = refused(*SMALL, "--no-equations", *option)
    says(line, option[0], "says how equations are fitted")


# --- too few, too small ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", ["1", "7"])
@pytest.mark.parametrize("dataset", ["digits", "gaussian"])
def test_fewer_images_than_can_be_halved(refused, dataset, count):
    """Eight at least: one half forecasts, the other is measured."""
    line = refused("--dataset", dataset, "--count", count)
    says(line, "--dataset", f"{count} images", "at least 8")


def test_more_images_than_there_are(refused):
    """The set has 1797."""
    says(refused("--dataset", "digits", "--count", "1798"), "--count", "1798", "from 1 to 1797")


def test_images_of_too_low_a_rank(refused):
    """Half of eight images has rank 4."""
    says(refused("--dataset", "digits", "--count", "8"), "--dataset", "rank 4", "take more images")


def test_images_too_few_for_equations(refused):
    """100 pictures of 24 x 24 pixels: half A has 50 frames, 23 to 36 of them are no film to fit to."""
    few = ("--dataset", "photographs", "--side", "24", "--count", "100")
    says(refused(*few), "--frames", "(23, 36)", "30 frames or more", "pass --no-equations")


@pytest.mark.parametrize("side", ["4", "5"])
def test_images_too_small_for_a_front(refused, side):
    """No frame from the tenth on has its front inside the plane."""
    line = refused("--dataset", "gaussian", "--side", side, "--count", "500")
    says(line, "--dataset", f"({side}, {side})", "use larger images")


def test_rings_of_which_the_plane_has_none(refused):
    """The unit disc of p = 0.1 has the area 2e-5."""
    says(refused(*SMALL, "--p", "0.1"), "--dataset", "fewer than two frames", "another --p")


def test_images_too_large_for_minutes(refused):
    """More than 4096 pixels below the preset paper."""
    line = refused("--dataset", "photographs", "--side", "65", "--count", "20")
    says(line, "--dataset", "65 x 65 pixels", "--average 2", "--preset paper")


@pytest.mark.parametrize("average", ["3", "4", "-1"])
def test_blocks_that_do_not_fit(refused, average):
    """8 x 8 pixels: blocks of two alone leave four."""
    says(refused("--dataset", "digits", "--average", average), "--average", f"got {average}")


# --- own images -----------------------------------------------------------------------------------


def test_nothing_there(refused):
    """Neither a named set nor a path."""
    says(refused("--dataset", "nowhere"), "dataset", "nowhere", "check the path")


def test_pictures_of_several_sizes(refused, tmp_path):
    """The first that differs is named, with its size and that of the first."""
    odd = np.zeros((20, 16), np.uint8)
    folder_of(tmp_path / "mine", [*GREYS[:3], odd, GREYS[0], odd[:8]])
    says(refused("--dataset", "mine"), "3.png", "16 x 20", "16 x 16", "one size")


def test_pictures_of_several_types(refused, tmp_path):
    """Bytes, then 16 bits."""
    folder_of(tmp_path / "mine", [*GREYS[:3], GREYS[3].astype(np.uint16) * 257])
    says(refused("--dataset", "mine"), "3.png", "uint16", "one type")


def test_sixteen_bits_without_a_scale(refused, tmp_path):
    """Pictures and arrays: which value is white is not known."""
    folder_of(tmp_path / "mine", GREYS.astype(np.uint16) * 257)
    says(refused("--dataset", "mine"), "mine", "uint16", "scale")
    np.save(tmp_path / "mine.npy", GREYS.astype(np.uint16))
    says(refused("--dataset", "mine.npy"), "mine.npy", "uint16", "scale")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_values_that_are_not_finite(refused, tmp_path, value, kind):
    """One pixel of the eighth image."""
    images = GREYS / 255
    images[7, 3, 2] = value
    if kind == "npy":
        np.save(tmp_path / "mine.npy", images)
    else:
        np.savez(tmp_path / "mine.npz", images=images)
    says(refused("--dataset", f"mine.{kind}"), f"mine.{kind}", "finite", "image 7")


def test_floats_beyond_one(refused, tmp_path):
    """Without a scale they have to lie between 0 and 1."""
    np.save(tmp_path / "mine.npy", GREYS.astype(float))
    says(refused("--dataset", "mine.npy"), "mine.npy", "[0, 1]", "scale")


@pytest.mark.parametrize("value", [0, 7])
def test_constant_images(refused, tmp_path, value):
    """Rank 1, or 0: there is no film."""
    np.save(tmp_path / "mine.npy", np.full((40, 16, 16), value, np.uint8))
    says(
        refused("--dataset", "mine.npy"), "constant images only", "rank", "pass images that differ"
    )


def test_multiples_of_one_image(refused, tmp_path):
    """One image at forty exposures has rank 1, too."""
    images = GREYS[0] / 255 * np.linspace(0.1, 1, 40)[:, None, None]
    np.save(tmp_path / "mine.npy", images)
    says(refused("--dataset", "mine.npy"), "multiples of one", "rank 1 < 2")


def test_one_image(refused, tmp_path):
    """One picture, one array."""
    folder_of(tmp_path / "mine", GREYS[:1])
    says(refused("--dataset", "mine"), "--dataset", "1 images", "at least 8")
    np.save(tmp_path / "mine.npy", GREYS[:1])
    says(refused("--dataset", "mine.npy"), "--dataset", "1 images", "at least 8")


def test_no_image(refused, tmp_path):
    """An empty folder, an empty array."""
    (tmp_path / "mine").mkdir()
    says(refused("--dataset", "mine"), "mine", "pictures")
    np.save(tmp_path / "mine.npy", GREYS[:0])
    says(refused("--dataset", "mine.npy"), "mine.npy")


def test_images_of_less_than_sixteen_pixels(refused, tmp_path):
    """4 x 4 at least."""
    np.save(tmp_path / "mine.npy", GREYS[:, :3, :3])
    says(refused("--dataset", "mine.npy"), "mine.npy", "4")


def test_a_damaged_picture(refused, tmp_path):
    """Named; found when it is decoded, still before anything is written."""
    folder_of(tmp_path / "mine", GREYS)
    whole = (tmp_path / "mine" / "5.png").read_bytes()
    (tmp_path / "mine" / "5.png").write_bytes(whole[: len(whole) // 2])
    says(refused("--dataset", "mine"), "5.png")


def test_a_file_of_another_kind(refused, tmp_path):
    """Neither text nor a file without images."""
    (tmp_path / "mine.csv").write_text("1,2")
    says(refused("--dataset", "mine.csv"), "mine.csv", ".npy, .npz, .nc")
    xr.Dataset({"pictures": (("sample", "y", "x"), GREYS)}).to_netcdf(tmp_path / "mine.nc")
    says(refused("--dataset", "mine.nc"), "mine.nc", "image")


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf"])
def test_a_scale_that_is_none(refused, tmp_path, scale):
    """Positive and finite."""
    np.save(tmp_path / "mine.npy", GREYS)
    says(refused("--dataset", "mine.npy", f"--scale={scale}"), "scale", str(float(scale)))


def test_a_set_that_is_not_here(refused, tmp_path, monkeypatch):
    """A folder of original files without those of the set: the file that is missing is named."""
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    says(refused("--dataset", "mnist"), "mnist", "train-images-idx3-ubyte.gz", "MODEWISE_DATA")


# --- the command ----------------------------------------------------------------------------------


def test_one_line_in_a_process(tmp_path):
    """No traceback and no warning of a library before it."""
    command = [sys.executable, "-m", "validation.latent_waves", "--nulls", "2"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["taken", "taken/below"])
def test_out_that_is_no_folder(refused, tmp_path, out):
    """A file, a folder below a file."""
    (tmp_path / "taken").write_text("mine")
    says(refused(*SMALL, out=out), "--out", out)
    assert (tmp_path / "taken").read_text() == "mine"


def test_nothing_is_left_over_from_a_refused_run(refused, tmp_path):
    """A result that was there before stays as it was."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "latent_waves.json").write_text("old")
    refused(*SMALL, "--frames", "10", "300")
    assert (tmp_path / "results" / "latent_waves.json").read_text() == "old"


def test_options_from_python():
    """The same refusals without a command line."""
    with pytest.raises(ArgumentError, match="--side: got 1000; must be from 4 to 128"):
        setting_of(Config(dataset="gaussian", side=1000))
    with pytest.raises(ArgumentError, match="--frames"):
        setting_of(Config(dataset="digits", frames=(5, 5)))
